"""What a plan costs: from request to each format in this process, and where its time goes.

Planning includes the screening of the plan by every rule; that share is measured beside it. Each sheet of a PDF carries
another number, because typst remembers what it has set.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import count
from statistics import median
from typing import Any

from api.answers.plans import plan_answer
from api.answers.verdicts import check_answer
from api.identity import new_id
from api.json_text import encode
from api.planning import PLANNERS, kept
from api.reading import read_json
from api.schemas.schedule import TitrationSchema
from api.schemas.tapers import SwitchSchema, TaperSchema
from api.services import Services, wire
from bench.questions import LONG_PLAN, SWITCH, TAPER, TITRATION
from schedules import guidance, safety
from schedules.formats import FORMATS, Sheet

PLANS: Mapping[str, tuple[type, Mapping[str, Any]]] = {
    "titration": (TitrationSchema, TITRATION),
    "switch": (SwitchSchema, SWITCH),
    "taper": (TaperSchema, TAPER),
    "52 weeks": (TaperSchema, LONG_PLAN),
}
REPEATS = 15


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of one call: the middle one of some repeats after one that warms what is remembered."""
    work()
    taken = []
    for _ in range(REPEATS):
        gc.collect()
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1e3)
    return median(taken)


def screening(work: Callable[[], object]) -> float:
    """Processor time that one call spends in the screening of plans, however often it screens."""
    spent = 0.0
    original = safety.screen

    def timed(*arguments: Any, **named: Any) -> object:
        nonlocal spent
        began = time.process_time()
        answer = original(*arguments, **named)
        spent += time.process_time() - began
        return answer

    safety.screen = guidance.screen = timed  # type: ignore[assignment]  # put back below: timed for one measure only
    try:
        taken = []
        for _ in range(REPEATS):
            before = spent
            work()
            taken.append((spent - before) * 1e3)
    finally:
        safety.screen = guidance.screen = original
    return median(taken)


def measured(services: Services) -> dict[str, dict[str, float]]:
    """For each plan what its parts cost in milliseconds, and in days and steps how long it is."""
    return {name: _parts(services, schema, asked) for name, (schema, asked) in PLANS.items()}


def _parts(services: Services, kind: type, asked: Mapping[str, Any]) -> dict[str, float]:
    schema, body = kind(lambda: services.names), json.dumps(asked).encode()
    read = read_json(body, "application/json", len(body))
    wanted = schema.load(read)
    plan = PLANNERS[type(wanted.request)]

    def answered() -> dict[str, object]:
        check = check_answer(made.screening, services.parts, new_id())
        return plan_answer(made, check, services.formulary, new_id(), kept(asked, wanted.request.patient, made))

    def whole() -> bytes:
        made = plan(schema.load(read_json(body, "application/json", len(body))).request, services.formulary)
        check = check_answer(made.screening, services.parts, new_id())
        return encode(plan_answer(made, check, services.formulary, new_id(), kept(asked, wanted.request.patient, made)))

    made = plan(wanted.request, services.formulary)
    answer = answered()
    schedule = json.loads(encode(answer), parse_float=Decimal)
    number = count()
    return {
        "days": made.days,
        "steps": len(schedule["steps"]),
        "to JSON": milliseconds(whole),
        "  gates, schema": milliseconds(lambda: schema.load(read_json(body, "application/json", len(body)))),
        "  planning": milliseconds(lambda: plan(wanted.request, services.formulary)),
        "    of it screening": screening(lambda: plan(wanted.request, services.formulary)),
        "  answer in words": milliseconds(answered),
        "  encoding": milliseconds(lambda: encode(answer)),
        **{
            f"JSON to {name}": milliseconds(lambda known=known: known.render(schedule, Sheet(number=str(next(number)))))
            for name, known in FORMATS.items()
        },
    }


def print_plans() -> None:
    """The table of all plans."""
    found = measured(wire())
    print("\nwhat a plan costs (ms of processor time, in process, warm, median)")
    print(f"{'':22}" + "".join(f"{name:>12}" for name in found))
    for part in next(iter(found.values())):
        digits = 0 if part in ("days", "steps") else 1
        print(f"  {part:20}" + "".join(f"{parts[part]:12.{digits}f}" for parts in found.values()))
