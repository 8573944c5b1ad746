"""P10: the same request gives the same bytes, whatever the hash seed, the time zone and the locale of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

from tests.figures import figure

ROOT = Path(__file__).parents[2]
SEEDS, ZONES, LOCALES = ("0", "1", "4242"), ("UTC", "Pacific/Kiritimati", "America/St_Johns"), ("C.UTF-8", "C", "POSIX")

# Plans of every kind, as JSON and in every printed form, without the numbers that are random by contract.
PROGRAM = """
import hashlib, json
from decimal import Decimal
from api.json_text import encode
from api.planning import schedule_of
from api.services import wire
from schedules.formats import FORMATS, Sheet
from tests.schedules.asking import FORMULARY, change, once, planned, revised, times, way_down, way_up

services = wire(FORMULARY)
up = way_up("gabapentin", start_dose="300 mg", target="1800 mg/day")
plans = [
    planned(up),
    revised(planned(up), up, "hold", 9, days=4),
    planned(way_up("methotrexate", weekday="monday")),
    planned(way_down("clonazepam", times("1 mg", 2), taken_for="200 days")),
    planned(change(way_down("gabapentin", times("600 mg", 3), taken_for="90 days"), way_up("pregabalin"), "7 days")),
]
for made in plans:
    schedule = json.loads(encode(schedule_of(services, made, up, {})), parse_float=Decimal)
    schedule["id"] = schedule["series"] = schedule["check"]["id"] = "1"
    print("json", hashlib.sha256(json.dumps(schedule, default=str).encode()).hexdigest())
    for name, known in FORMATS.items():
        print(name, hashlib.sha256(known.render(schedule, Sheet(number="1"))).hexdigest())
"""


def told(seed: str, zone: str, locale: str) -> bytes:
    known = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=known, capture_output=True, check=True)
    return done.stdout


def test_the_same_request_gives_the_same_bytes_in_every_process() -> None:
    worlds = list(product(SEEDS, ZONES, LOCALES))
    few = worlds[:: max(1, len(worlds) // figure(len(worlds), 3))]
    answers = {told(*world) for world in few}
    assert len(answers) == 1 and all(answers)
