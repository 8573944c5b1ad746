"""Ordered steps without dates: what is taken, in which pieces, on which days. Checked when made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from dosing.products import Pieces
from dosing.timeline import kind_of
from dosing.units import UNITS, Quantity
from dosing.vocabulary import WEEKDAYS


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Doses on named weekdays only."""

    weekdays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Doses on every so many days, the first of them on day `first` of the plan."""

    every: int
    first: int


# None is every day.
Pattern = OnWeekdays | EveryDays | None


def falls_on(pattern: Pattern, day: int, start: date) -> bool:
    """Whether a pattern has a dose on a day of a plan that begins on `start`."""
    match pattern:
        case OnWeekdays(weekdays=named):
            return WEEKDAYS[(start + timedelta(days=day - 1)).weekday()] in named
        case EveryDays(every=every, first=first):
            return day >= first and (day - first) % every == 0
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose: its part of the day (None: as needed), its amount in mg (of a patch ug/h), and the pieces that hold
    exactly that."""

    when: str | None
    amount: Quantity
    pieces: tuple[Pieces, ...]

    def __post_init__(self) -> None:
        held = sum((piece.amount for piece in self.pieces), Fraction(0))
        if held != self.amount.amount(kind_of(self.amount)):
            raise ValueError(f"pieces of {held} do not add up to {self.amount}")


@dataclass(frozen=True, slots=True)
class RegimenStep:
    """The same doses on the days of `pattern` from `first` to `last`. An as-needed step has one dose, an interval and
    a daily maximum."""

    number: int
    first: int
    last: int
    doses: tuple[Dose, ...]
    interval: Quantity | None = None
    max_per_day: Quantity | None = None
    pattern: Pattern = None

    def __post_init__(self) -> None:
        if self.last < self.first or not self.doses:
            raise ValueError(f"step {self.number} holds no day or no dose")
        if self.as_needed != (self.max_per_day is not None) or self.as_needed != (self.interval is not None):
            raise ValueError(
                f"step {self.number}: as-needed use has an interval and a daily maximum, other use has not"
            )
        if self.as_needed and self.pattern is not None:
            raise ValueError(f"step {self.number}: as-needed use has no days of its own")

    def later(self, days: int) -> RegimenStep:
        """The same step, with the days of its pattern, so many days later."""
        pattern = self.pattern
        if isinstance(pattern, EveryDays):
            pattern = EveryDays(pattern.every, pattern.first + days)
        return replace(self, first=self.first + days, last=self.last + days, pattern=pattern)

    @property
    def as_needed(self) -> bool:
        return self.doses[0].when is None

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def unit(self) -> str:
        """What a dose is counted in: `mg`, or `ug/h` for a patch."""
        return kind_of(self.doses[0].amount)

    @property
    def daily(self) -> Quantity:
        """What a day with doses holds, in mg/d (a patch: its rate); as needed, the most that a day may hold."""
        if self.max_per_day is not None:
            return self.max_per_day.to("mg/d")
        total = sum((dose.amount.amount(self.unit) for dose in self.doses), Fraction(0))
        return Quantity(total, UNITS["mg/d" if self.unit == "mg" else self.unit])

    @property
    def weekly(self) -> Quantity | None:
        """What a week holds in mg/wk, where one weekday is named: a week is never divided into days."""
        if not isinstance(self.pattern, OnWeekdays) or len(self.pattern.weekdays) != 1:
            return None
        return Quantity(self.daily.amount("mg/d"), UNITS["mg/wk"])

    @property
    def doses_a_day(self) -> int:
        """How many times on a day with doses; as needed, how many doses the daily maximum holds, rounded up."""
        if self.max_per_day is None:
            return len(self.doses)
        return -(-self.max_per_day.amount("mg/d") // self.doses[0].amount.amount("mg"))

    def dose_days(self, start: date) -> Iterator[int]:
        """The days with doses, of a plan that begins on `start`."""
        return (day for day in range(self.first, self.last + 1) if falls_on(self.pattern, day, start))


@dataclass(frozen=True, slots=True)
class Regimen:
    """Steps of one drug that follow one another without a gap or an overlap; `form` is None where forms are mixed.

    Steps that share their days take turns in them (400 mg on one day, 200 mg on the next): their patterns never meet.
    With `ends` nothing is taken after the last step; else the last dose goes on.
    """

    drug: str
    form: str | None
    steps: tuple[RegimenStep, ...]
    ends: bool = False

    def __post_init__(self) -> None:
        expected = self.steps[0].first
        for number, (span, turns) in enumerate(groupby(self.steps, key=lambda step: (step.first, step.last))):
            if span[0] != expected:
                raise ValueError(f"stretch {number + 1} should begin on day {expected}")
            _take_turns(list(turns))
            expected = span[1] + 1
        if [step.number for step in self.steps] != list(range(1, len(self.steps) + 1)):
            raise ValueError("steps are numbered from 1")

    @property
    def first(self) -> int:
        return self.steps[0].first

    @property
    def days(self) -> int:
        """The last day."""
        return self.steps[-1].last

    @property
    def stretches(self) -> tuple[tuple[RegimenStep, ...], ...]:
        """The steps, those that take turns together."""
        return tuple(tuple(turns) for _, turns in groupby(self.steps, key=lambda step: (step.first, step.last)))

    def on(self, day: int) -> RegimenStep:
        """The first step of a day."""
        return next(step for step in self.steps if step.first <= day <= step.last)


def with_doses(regimen: Regimen, start: date) -> Regimen | None:
    """The same regimen without stretches on whose days no dose falls: the days go to the stretch before. None where
    there is no dose at all. `start` is day 1 of the plan."""
    kept: list[RegimenStep] = []
    for stretch in regimen.stretches:
        if any(day for step in stretch for day in step.dose_days(start)):
            kept += stretch
        elif kept:
            held = kept[-1].last
            kept = [replace(step, last=stretch[0].last) if step.last == held else step for step in kept]
    if not kept:
        return None
    numbered = tuple(replace(step, number=number) for number, step in enumerate(kept, 1))
    return replace(regimen, steps=numbered)


def _take_turns(steps: Sequence[RegimenStep]) -> None:
    if len(steps) < 2:
        return
    patterns = [step.pattern for step in steps]
    turns = {(known.every, known.first % known.every) for known in patterns if isinstance(known, EveryDays)}
    if len(turns) != len(steps) or len({every for every, _ in turns}) != 1:
        raise ValueError("steps that share their days take turns in every so many of them")


def mean_daily(steps: Sequence[RegimenStep]) -> Fraction:
    """What the steps of one stretch hold in a day, on average over their pattern, in mg (patches: ug/h, its rate)."""
    total = Fraction(0)
    for step in steps:
        held = sum((dose.amount.amount(step.unit) for dose in step.doses), Fraction(0))
        if step.max_per_day is not None:
            held = step.max_per_day.amount("mg/d")
        match step.pattern:
            case OnWeekdays(weekdays=named):
                held = held * len(named) / len(WEEKDAYS)
            case EveryDays(every=every) if step.unit == "mg":
                held = held / every
        total += held
    return total
