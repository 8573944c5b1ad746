"""Frequencies that do not put the same doses on every day: on which days their doses fall.

A pattern that goes on for ever is laid out from a year before the judged days, which is as far back as any exposure
counts, to two years after, which holds every coincidence of patterns of up to 26 days with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from dosing.days import month_day
from dosing.posology import AfterDialysis, Every, Frequency, OnWeekdays, Times
from dosing.vocabulary import WEEKDAYS

HORIZON = 731
LOOK_BACK = 366
HOURS_A_DAY = 24
DAYS_A_WEEK = 7
SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a step, and the part of them that is laid out day by day."""

    first: int
    last: int | None
    since: int
    until: int

    @classmethod
    def of(cls, first: int, last: int | None, judged: int) -> Span:
        """`judged` is the first judged day."""
        since, until = max(first, judged - LOOK_BACK), max(first, judged) + HORIZON - 1
        return cls(first, last, since, until if last is None else min(last, until))

    @property
    def days(self) -> range:
        return range(self.since, self.until + 1)

    def whole(self, length: int) -> range:
        """First days of the stretches of `length` days, counted from the step's first day, that reach into the span."""
        skipped = max(0, (self.since - self.first) // length) * length
        return range(self.first + skipped, self.until + 1, length)


def dose_days(frequency: Frequency, span: Span, day_one: date) -> Iterator[tuple[int, int]]:
    """The days of an irregular frequency inside the span, in order, with the number of doses on each."""
    for day, doses in _all_days(frequency, span, day_one):
        if span.since <= day <= span.until:
            yield day, doses


def _all_days(frequency: Frequency, span: Span, day_one: date) -> Iterator[tuple[int, int]]:
    match frequency:
        case Times(count=count, per="week"):
            for week in span.whole(DAYS_A_WEEK):
                yield from ((week + offset, doses) for offset, doses in _spread(count, DAYS_A_WEEK))
        case Times(count=count):
            for day, following in _months(span, 1, day_one):
                yield from ((day + offset, doses) for offset, doses in _spread(count, following - day))
        case Every() if frequency.in_months:
            yield from ((day, 1) for day, _ in _months(span, ceil(frequency.low.value), day_one))
        case Every():
            hours = frequency.shortest_hours
            number = max(0, floor((span.since - span.first) * HOURS_A_DAY / hours))
            # floor(hours * number / 24) in whole numbers: hundreds of days, and fractions are slow.
            parts, whole_day = hours.numerator, hours.denominator * HOURS_A_DAY
            while (day := span.first + parts * number // whole_day) <= span.until:
                yield day, 1
                number += 1
        case OnWeekdays():
            yield from _weekdays(frequency, span, day_one)
        case AfterDialysis():
            yield span.since, 1


def _weekdays(frequency: OnWeekdays, span: Span, day_one: date) -> Iterator[tuple[int, int]]:
    """Named weekdays, each the beginning of a burst; a burst that begins before the span may reach into it."""
    offsets = [
        floor(frequency.every.amount("h") * number / HOURS_A_DAY) if frequency.every is not None else 0
        for number in range(frequency.count)
    ]
    taken: dict[int, int] = {}
    named = {WEEKDAYS.index(weekday) for weekday in frequency.weekdays}
    before_day_one = day_one.weekday() - 1
    for day in range(max(span.first, span.since - offsets[-1]), span.until + 1):
        if (before_day_one + day) % DAYS_A_WEEK in named:
            for offset in offsets:
                taken[day + offset] = taken.get(day + offset, 0) + 1
    yield from sorted(taken.items())


def _months(span: Span, every: int, day_one: date) -> Iterator[tuple[int, int]]:
    """The same day of every month, or of every few, with the day on which the next begins."""
    months = 0
    while (day := month_day(span.first, months, day_one)) <= span.until:
        months += every
        following = month_day(span.first, months, day_one)
        if following > span.since:
            yield day, following


def _spread(count: int, days: int) -> Iterable[tuple[int, int]]:
    """`count` doses laid as evenly as they go over `days`: (offset, doses) of each day that has any."""
    taken: dict[int, int] = {}
    for number in range(count):
        offset = number * days // count
        taken[offset] = taken.get(offset, 0) + 1
    return taken.items()


def change_hours(frequency: Frequency) -> Fraction | None:
    """The fewest hours between two changes of a patch: stated hours, an even share of the period, or named days."""
    match frequency:
        case Times(count=count, per="day"):
            return Fraction(HOURS_A_DAY, count)
        case Times(count=count, per="week"):
            return Fraction(HOURS_A_DAY * DAYS_A_WEEK, count)
        case Times(count=count):
            return Fraction(HOURS_A_DAY * SHORTEST_MONTH, count)
        case OnWeekdays(weekdays=weekdays, every=None):
            named = sorted(WEEKDAYS.index(day) for day in weekdays)
            gaps = [
                (after - before) % DAYS_A_WEEK or DAYS_A_WEEK
                for before, after in zip(named, named[1:] + named[:1], strict=True)
            ]
            return Fraction(HOURS_A_DAY * min(gaps))
        case _:
            return interval_hours(frequency)


def interval_hours(frequency: Frequency) -> Fraction | None:
    """The fewest hours between two doses where the frequency states hours."""
    match frequency:
        case Every() if not frequency.in_months:
            return frequency.shortest_hours
        case OnWeekdays(every=every) if every is not None:
            return every.amount("h")
        case _:
            return None
