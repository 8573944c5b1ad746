"""Plans to render: the stored examples, and a maker of consistent plans for tests that need many.

A made plan is the contract's JSON object in the shape that is stored. Its numbers are exact, its pieces add up, and its
supply is what its steps take, so that whatever a test finds wrong is the printing's fault.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

PLANS = Path(__file__).with_name("plans")
NAMES = tuple(sorted(path.stem for path in PLANS.glob("*.json")))
PARTS = ("morning", "noon", "evening", "bedtime")

Pieces = tuple[tuple[Fraction, Fraction], ...]  # (count, strength), of one dose


@cache
def _text(name: str) -> str:
    return (PLANS / f"{name}.json").read_text(encoding="utf-8")


def example(name: str) -> dict[str, Any]:
    """A stored plan, read as the service reads it; a new object each time, for tests that change it."""
    plan: dict[str, Any] = json.loads(_text(name), parse_float=Decimal)
    return plan


def quantity(value: Fraction | int, unit: str) -> dict[str, Any]:
    number = Fraction(value)
    exact: int | Decimal = int(number) if number.denominator == 1 else Decimal(number.numerator) / number.denominator
    return {"value": exact, "unit": unit}


@dataclass(frozen=True)
class MadeStep:
    """Days, doses by part of the day, and the daily maximum (mg) of an as-needed step, whose part is None."""

    days: int
    doses: Mapping[str | None, Pieces]
    most: Fraction | None = None


def made_plan(form: str, steps: Sequence[MadeStep], start: date, **changes: Any) -> dict[str, Any]:
    """A plan of gabapentin, whatever the form: only its words are looked at."""
    liquid = form == "oral solution"
    unit = "mL" if liquid else f"{{{form.split()[-1]}}}"
    taken: dict[Fraction, Fraction] = {}
    answer: list[dict[str, Any]] = []
    day = 1
    for number, step in enumerate(steps, start=1):
        doses = [_dose(when, pieces, form, unit, liquid) for when, pieces in step.doses.items()]
        total = sum((Fraction(dose["amount"]["value"]) for dose in doses), Fraction(0))
        for pieces in step.doses.values():
            times = step.days if step.most is None else step.days * (step.most // total)
            for count, strength in pieces:
                taken[strength] = taken.get(strength, Fraction(0)) + count * times
        answer.append(
            {
                "number": number,
                "from_day": day,
                "to_day": day + step.days - 1,
                "from_date": (start + timedelta(days=day - 1)).isoformat(),
                "to_date": (start + timedelta(days=day + step.days - 2)).isoformat(),
                "drug": "gabapentin",
                "doses": doses,
                "on_days": None,
                "daily_dose": quantity(total if step.most is None else step.most, "mg/d"),
                "weekly_dose": None,
                "as_needed": step.most is not None,
                "interval": None if step.most is None else quantity(6, "h"),
                "max_per_day": None if step.most is None else quantity(step.most, "mg/d"),
            }
        )
        day += step.days
    plan = example("gabapentin-1800") | {
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(days=day - 2)).isoformat(),
        "days_supply": day - 1,
        "steps": answer,
        "supply": [_pieces(count, strength, form, unit, liquid) for strength, count in sorted(taken.items())],
        "reassessments": [],
        "ceiling": None,
    }
    return plan | changes


def _dose(when: str | None, pieces: Pieces, form: str, unit: str, liquid: bool) -> dict[str, Any]:
    amount = sum((count * strength for count, strength in pieces), Fraction(0))
    return {
        "when": when,
        "amount": quantity(amount, "mg"),
        "pieces": [_pieces(count, strength, form, unit, liquid) for count, strength in pieces],
    }


def _pieces(count: Fraction, strength: Fraction, form: str, unit: str, liquid: bool) -> dict[str, Any]:
    return {
        "strength": quantity(strength, "mg/mL" if liquid else "mg"),
        "form": form,
        "count": str(count),
        "unit": unit,
    }


_STRENGTHS = [Fraction(text) for text in ("1/2", "5/2", "25", "50", "75/2", "100", "300", "400", "1000")]


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Plans of one to seven steps in any form, with whole, cut or measured doses of one or two strengths."""
    form = draw(st.sampled_from(("capsule", "tablet", "extended-release tablet", "oral solution")))
    known = draw(
        st.lists(st.sampled_from(_STRENGTHS), min_size=1, max_size=1 if form == "oral solution" else 2, unique=True)
    )
    parts_of_a_piece = {"tablet": 4, "oral solution": 10}.get(form, 1)
    counts = st.integers(1, 6 * parts_of_a_piece).map(lambda count: Fraction(count, parts_of_a_piece))
    doses = st.lists(st.tuples(counts, st.sampled_from(known)), min_size=1, max_size=2, unique_by=lambda one: one[1])
    steps = []
    for _ in range(draw(st.integers(1, 6))):
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4, unique=True))
        days = draw(st.integers(1, 20))
        steps.append(MadeStep(days, {part: tuple(draw(doses)) for part in PARTS if part in parts}))
    if draw(st.booleans()):
        once = (draw(counts), draw(st.sampled_from(known)))
        most = once[0] * once[1] * draw(st.integers(1, 9))
        steps.append(MadeStep(draw(st.integers(1, 9)), {None: (once,)}, most))
    start = draw(st.dates(date(2026, 1, 1), date(2031, 12, 31)))
    return made_plan(form, steps, start)
