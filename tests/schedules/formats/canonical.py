"""Reading a plan back from what was printed: for each day, part of the day and drug, the amount and the exact pieces.

`canonical` says the same from the plan itself. Two writings of one plan are equal here and nothing else is, whatever
the format, and whatever the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

AS_NEEDED = "as-needed"
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Measure = tuple[Fraction, str]  # a number and the UCUM code of its unit


@dataclass(frozen=True)
class Taken:
    """What is taken at one time: its amount, its pieces (count, strength, form), and the limits of use as needed."""

    amount: Measure
    pieces: frozenset[tuple[Fraction, Measure, str]]
    maximum: Measure | None = None
    interval: Measure | None = None


Key = tuple[date, str, str]  # day, part of the day, drug
Canonical = dict[Key, Taken]


def canonical(plan: dict[str, Any]) -> Canonical:
    """The doses of a plan, read from its JSON object."""
    first = date.fromisoformat(plan["start_date"])
    found: Canonical = {}
    for step in plan["steps"]:
        for number in range(step["from_day"], step["to_day"] + 1):
            day = first + timedelta(days=number - 1)
            if _on(step["on_days"], day, number):
                for dose in step["doses"]:
                    put(found, (day, dose["when"] or AS_NEEDED, step["drug"]), _taken(step, dose))
    return found


def put(found: Canonical, key: Key, taken: Taken) -> None:
    """One dose more; a second one of the same drug at the same time would be lost, and is a mistake."""
    assert key not in found, f"two doses at {key}"
    found[key] = taken


def to_come(plan: dict[str, Any]) -> Canonical:
    """The doses of a plan without the days that are gone, as the patient's sheet has them."""
    return canonical(plan | {"steps": [step for step in plan["steps"] if not step.get("past")]})


def _on(on_days: Any, day: date, number: int) -> bool:
    if isinstance(on_days, dict):
        return number >= on_days["first"] and (number - on_days["first"]) % on_days["every"] == 0
    return on_days is None or DAY_NAMES[day.weekday()] in on_days


def _taken(step: dict[str, Any], dose: dict[str, Any]) -> Taken:
    return Taken(
        _measure(dose["amount"]),
        frozenset((Fraction(piece["count"]), _measure(piece["strength"]), piece["form"]) for piece in dose["pieces"]),
        _measure(step["max_per_day"]) if step.get("max_per_day") else None,
        _measure(step["interval"]) if step.get("interval") else None,
    )


def _measure(value: dict[str, Any]) -> Measure:
    return Fraction(value["value"]), value["unit"]
