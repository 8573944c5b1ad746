"""Who the order is for. Every field may be unknown, and unknown is None: never a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from dosing.order import Order
from dosing.units import Quantity

DEGREES = ("none", "mild", "moderate", "severe")


@dataclass(frozen=True, slots=True)
class Patient:
    """The facts a rule may need, in the contract's names. An empty set is a statement; None is unknown."""

    age: Quantity | None = None
    birth_date: date | None = None
    sex: str | None = None
    weight: Quantity | None = None
    height: Quantity | None = None
    serum_creatinine: Quantity | None = None
    creatinine_clearance: Quantity | None = None
    egfr: Quantity | None = None
    hemodialysis: bool | None = None
    hepatic_impairment: str | None = None
    ascites: str | None = None
    encephalopathy: str | None = None
    laboratory: Mapping[str, Quantity] = field(default_factory=dict)
    child_pugh: str | None = None
    tpmt: str | None = None
    nudt15: str | None = None
    pregnant: bool | None = None
    gestational_age: Quantity | None = None
    breastfeeding: bool | None = None
    opioid_experience: str | None = None
    conditions: frozenset[str] | None = None
    allergies: frozenset[str] | None = None
    medications: tuple[Order, ...] | None = None

    def age_on(self, day: date) -> Fraction | None:
        """Age in years on a day: completed years of a birth date (completed months below two years), as people and
        labels count, or the stated age."""
        if self.birth_date is not None:
            months = completed_months(self.birth_date, day)
            return Fraction(months // 12) if months >= 24 else Fraction(months, 12)
        return self.age.amount("a") if self.age is not None else None

    def birthdays_between(self, first: date, last: date) -> list[date]:
        """The days after `first`, up to `last`, on which the age in completed years changes."""
        if self.birth_date is None:
            return []
        years = range(first.year, last.year + 1)
        return [day for year in years if first < (day := anniversary(self.birth_date, year)) <= last]


def completed_months(birth: date, day: date) -> int:
    """Whole months from a birth date to a day."""
    return (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)


def anniversary(birth: date, year: int) -> date:
    """The birthday in a year; somebody born on 29 February turns a year older on 1 March of a common year."""
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
