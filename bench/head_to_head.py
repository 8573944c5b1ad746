"""Whether the tablets are the dose: diazepam down from 43 doses at five speeds, every step added up.

A public tool, asked for 195 such plans, printed tablets that add up to the dose of the step on 58 of 100 steps. Here it
is all of them, or the command ends with 1. The sums are made from the schedule object alone, with Fractions.

Each starting dose is a whole number of milligrams, parted into doses of at most 10 mg; each cut is a share of the dose
before it, every two weeks, down to a stop. What is refused is counted by its reason.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marshmallow import ValidationError

from api.errors import Problem, faults_from_marshmallow
from api.json_text import encode
from api.planning import planned
from api.schemas.tapers import TaperSchema
from api.services import Services, wire
from bench.questions import PATIENT

STARTING_MG = range(2, 45)
PERCENT = (5, 10, 15, 20, 25)
PARTS = ("morning", "noon", "evening", "bedtime")
LARGEST_DOSE_MG = 10
THEIRS = "a public tool: 58 of 100 steps of 195 such plans"


@dataclass(slots=True)
class Tally:
    """What came out: plans and how they end, steps and how many are exact, and why others were refused."""

    ends: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    exact: int = 0
    shorter: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)

    @property
    def plans(self) -> int:
        return self.ends.total()


def main() -> int:
    """Plan them all; 0 when every step's tablets are its dose."""
    services = wire()
    schema = TaperSchema(lambda: services.names)
    tally, began = Tally(), time.perf_counter()
    for milligrams in STARTING_MG:
        for percent in PERCENT:
            _count(tally, services, schema, f"{milligrams} mg by {percent} %", asked(milligrams, percent))
    seconds = time.perf_counter() - began
    print(f"asked        {len(STARTING_MG) * len(PERCENT)} plans: {len(STARTING_MG)} doses x {len(PERCENT)} speeds")
    print(
        f"planned      {tally.plans} in {seconds:.1f} s ({', '.join(f'{n} {what}' for what, n in tally.ends.items())})"
    )
    print(f"their checks {', '.join(f'{number} {word}' for word, number in tally.verdicts.items())}")
    print(f"steps        {tally.steps}, tablets equal to the dose on {tally.exact} ({_share(tally)})")
    print(f"             {THEIRS}")
    for name in tally.shorter:
        print(f"not equal    {name}")
    for reason, names in tally.refused.items():
        print(f"refused      {len(names)}: {reason}\n             {'; '.join(names)}")
    return 0 if tally.steps and tally.exact == tally.steps else 1


def asked(milligrams: int, percent: int) -> dict[str, Any]:
    """The request: the day's dose in as few equal or nearly equal whole milligrams as doses of 10 mg allow."""
    parts = min(len(PARTS), -(-milligrams // LARGEST_DOSE_MG))
    chosen = {1: ("bedtime",), 2: ("morning", "bedtime"), 3: ("morning", "evening", "bedtime"), 4: PARTS}[parts]
    shares = [milligrams // parts + (place >= parts - milligrams % parts) for place in range(parts)]
    return {
        "drug": "diazepam",
        "form": "tablet",
        "from": [{"doses": {part: f"{share} mg" for part, share in zip(chosen, shares, strict=True)}}],
        "to": "stop",
        "percent": percent,
        "percent_of": "current",
        "step_interval": "14 days",
        "taken_for": "52 weeks",
        "indication": "anxiety",
        "patient": PATIENT,
        "start_date": "2026-12-01",
    }


def _count(tally: Tally, services: Services, schema: TaperSchema, name: str, request: dict[str, Any]) -> None:
    try:
        wanted = schema.load(request)
        made = json.loads(encode(planned(services, wanted, request)), parse_float=Decimal)
    except ValidationError as error:
        raise Problem.of(faults_from_marshmallow(error, schema)) from None
    except Problem as problem:
        reason = ", ".join([problem.code, *sorted({finding["code"] for finding in _findings(problem)})])
        tally.refused.setdefault(reason, []).append(name)
        return
    floor = made["floor"] is not None
    tally.ends["down to a stop" if made["stops"] else "down to a floor" if floor else "going on after their days"] += 1
    tally.verdicts[made["check"]["verdict"]] += 1
    for step in made["steps"]:
        tally.steps += 1
        if is_exact(step):
            tally.exact += 1
        else:
            tally.shorter.append(f"{name}, step {step['number']}")


def is_exact(step: Mapping[str, Any]) -> bool:
    """Whether the pieces of each dose are its amount, and the doses together the day's."""
    doses = [(_tablets(dose), Fraction(dose["amount"]["value"])) for dose in step["doses"]]
    whole_day = sum((amount for _, amount in doses), Fraction(0))
    return all(made == amount for made, amount in doses) and whole_day == Fraction(step["daily_dose"]["value"])


def _tablets(dose: Mapping[str, Any]) -> Fraction:
    pieces = dose["pieces"]
    return sum((Fraction(piece["strength"]["value"]) * Fraction(piece["count"]) for piece in pieces), Fraction(0))


def _findings(problem: Problem) -> list[Any]:
    found = json.loads(encode(problem.extra))
    return [*found.get("findings", ()), *([found["binding_limit"]] if "binding_limit" in found else [])]


def _share(tally: Tally) -> str:
    return f"{tally.exact / tally.steps:.1%}" if tally.steps else "none"


if __name__ == "__main__":
    sys.exit(main())
