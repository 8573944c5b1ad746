"""Pieces to collect: what a plan takes of every product, counted day by day, in all and for each fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosing.formulary.kinds import CourseRule
from dosing.formulary.model import Formulary, Product
from dosing.products import Pieces
from schedules.regimen import Regimen

# How many days a fill holds where nobody says otherwise: a month's supply is usual, and says nothing clinical.
USUAL_FILL = 30


@dataclass(frozen=True, slots=True)
class Collected:
    """Pieces of one product of a drug."""

    drug: str
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Fill:
    """What is collected at one time: enough for the days `first` to `last`."""

    number: int
    first: int
    last: int
    collected: tuple[Collected, ...]


def supply(regimens: Sequence[Regimen], start: date, first: int = 1, last: int | None = None) -> tuple[Collected, ...]:
    """Pieces of each product over the days `first` to `last` of a plan that begins on `start`, in the order of first
    use; as-needed steps count their daily maximum."""
    total: dict[tuple[str, Product], Fraction] = {}
    for regimen in regimens:
        for step in regimen.steps:
            days = sum(1 for day in step.dose_days(start) if day >= first and (last is None or day <= last))
            times = days * (step.doses_a_day if step.as_needed else 1)
            for dose in step.doses:
                for pieces in dose.pieces:
                    key = (regimen.drug, pieces.product)
                    total[key] = total.get(key, Fraction(0)) + pieces.count * times
    return tuple(Collected(drug, Pieces(product, count)) for (drug, product), count in total.items() if count)


def fill_of(regimens: Sequence[Regimen], formulary: Formulary, wanted: int | None) -> int:
    """How many days a fill of a plan holds: as asked, else the usual, or less where a rule of one of its drugs says."""
    if wanted is not None:
        return wanted
    rules = [rule for regimen in regimens for rule in supply_rules(regimen.drug, formulary)]
    return min([USUAL_FILL, *(int(rule.limit.amount("d")) for rule in rules)])


def supply_rules(drug: str, formulary: Formulary) -> list[CourseRule]:
    """The rules on how much of a drug is dispensed at a time."""
    known = formulary.monographs[drug].rules_of.get("max-supply", ())
    return [rule for rule in known if isinstance(rule, CourseRule)]


def fills(regimens: Sequence[Regimen], start: date, first: int, longest: int) -> tuple[Fill, ...]:
    """The days from `first` on in fills of at most `longest` days each."""
    end = max(regimen.days for regimen in regimens)
    made: list[Fill] = []
    while first <= end:
        last = min(first + longest - 1, end)
        made.append(Fill(len(made) + 1, first, last, supply(regimens, start, first, last)))
        first = last + 1
    return tuple(made)
