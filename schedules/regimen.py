"""Ordered steps without dates: what is taken, in which pieces, from which day to which. Checked when made."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dosing.products import Pieces
from dosing.units import UNITS, Quantity

MILLIGRAMS_A_DAY = UNITS["mg/d"]


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose: its part of the day (None: as needed), its amount in mg, and the pieces that hold exactly that."""

    when: str | None
    amount: Quantity
    pieces: tuple[Pieces, ...]

    def __post_init__(self) -> None:
        held = sum((piece.amount for piece in self.pieces), Fraction(0))
        if held != self.amount.amount("mg"):
            raise ValueError(f"pieces of {held} mg do not add up to {self.amount}")


@dataclass(frozen=True, slots=True)
class RegimenStep:
    """The same doses on days `first` to `last`. An as-needed step has one dose, an interval and a daily maximum."""

    number: int
    first: int
    last: int
    doses: tuple[Dose, ...]
    interval: Quantity | None = None
    max_per_day: Quantity | None = None

    def __post_init__(self) -> None:
        if self.last < self.first or not self.doses:
            raise ValueError(f"step {self.number} holds no day or no dose")
        if self.as_needed != (self.max_per_day is not None) or self.as_needed != (self.interval is not None):
            raise ValueError(
                f"step {self.number}: as-needed use has an interval and a daily maximum, other use has not"
            )

    @property
    def as_needed(self) -> bool:
        return self.doses[0].when is None

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def daily(self) -> Quantity:
        """The day's total in mg/d; of an as-needed step, the most that a day may hold."""
        if self.max_per_day is not None:
            return self.max_per_day.to("mg/d")
        total = sum((dose.amount.amount("mg") for dose in self.doses), Fraction(0))
        return Quantity(total, MILLIGRAMS_A_DAY)

    @property
    def doses_a_day(self) -> int:
        """How many times a day; of an as-needed step, how many doses the daily maximum holds, rounded up."""
        if self.max_per_day is None:
            return len(self.doses)
        return -(-self.max_per_day.amount("mg/d") // self.doses[0].amount.amount("mg"))


@dataclass(frozen=True, slots=True)
class Regimen:
    """Steps that follow one another from day 1 without a gap or an overlap; `form` is None where forms are mixed."""

    drug: str
    form: str | None
    steps: tuple[RegimenStep, ...]

    def __post_init__(self) -> None:
        expected = 1
        for number, step in enumerate(self.steps, 1):
            if step.first != expected or step.number != number:
                raise ValueError(f"step {number} should begin on day {expected}")
            expected = step.last + 1

    @property
    def days(self) -> int:
        return self.steps[-1].last

    def on(self, day: int) -> RegimenStep:
        """The step of a day."""
        return next(step for step in self.steps if step.first <= day <= step.last)
