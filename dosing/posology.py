"""Doses, frequencies and sigs: how much at one time, how often, and the worst case of what a sig allows.

A sig is judged by what it permits: the high end of a dose range at the shortest interval, up to a stated daily
maximum. The least use it permits is kept beside it, because an as-needed order is only certainly over a limit when
even that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from dosing.units import Quantity

HOURS_A_DAY = 24
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class DoseRange:
    """One dose, or the range it may be chosen from; both ends are the same for a plain dose."""

    low: Quantity
    high: Quantity


@dataclass(frozen=True, slots=True)
class Times:
    """So many doses in a day, a week or a month: a count, not an interval."""

    count: int
    per: str

    @property
    def most_a_day(self) -> int:
        return self.count if self.per == "day" else ceil(Fraction(self.count, DAYS_A_WEEK)) if self.per == "week" else 1


@dataclass(frozen=True, slots=True)
class Every:
    """An interval between doses, or the range it may be chosen from, in any unit of time."""

    low: Quantity
    high: Quantity

    @property
    def in_months(self) -> bool:
        return self.low.unit.code == "mo"

    @property
    def shortest_hours(self) -> Fraction:
        return self.low.amount("h")

    @property
    def longest_hours(self) -> Fraction:
        return self.high.amount("h")


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Doses on named weekdays; with `every` and `count`, a burst of that many doses beginning on each of them."""

    weekdays: tuple[str, ...]
    every: Quantity | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class AfterDialysis:
    """One dose after each dialysis session, judged on a session day."""


Frequency = Times | Every | OnWeekdays | AfterDialysis


@dataclass(frozen=True, slots=True)
class Sig:
    """One dosage instruction: a dose at a frequency, unequal doses by part of the day, or a cycle of daily doses."""

    dose: DoseRange | None = None
    frequency: Frequency | None = None
    parts: tuple[tuple[str, Quantity], ...] = ()
    cycle: tuple[Quantity, ...] = ()
    as_needed: bool = False
    max_per_day: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A sig held for a duration; the last step of an order may have none and goes on."""

    sig: Sig
    duration: Quantity | None = None


def doses_a_day(frequency: Frequency) -> int:
    """The most doses that a frequency puts on one calendar day: every N hours counts ceil(24 / N)."""
    match frequency:
        case Times():
            return frequency.most_a_day
        case Every():
            return 1 if frequency.in_months else max(1, ceil(HOURS_A_DAY / frequency.shortest_hours))
        case OnWeekdays(every=every, count=count):
            return 1 if every is None else min(count, max(1, ceil(HOURS_A_DAY / every.amount("h"))))
        case AfterDialysis():
            return 1


def fewest_doses_a_day(frequency: Frequency) -> int:
    """The doses a day at the longest interval that a frequency allows."""
    if isinstance(frequency, Every) and not frequency.in_months:
        return max(1, ceil(HOURS_A_DAY / frequency.longest_hours))
    return doses_a_day(frequency)


def is_daily(frequency: Frequency) -> bool:
    """Whether the frequency puts the same doses on every calendar day."""
    match frequency:
        case Times(per=per, count=count):
            return per == "day" or (per == "week" and count % DAYS_A_WEEK == 0)
        case Every():
            return not frequency.in_months and frequency.shortest_hours <= HOURS_A_DAY
        case _:
            return False
