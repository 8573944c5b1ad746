"""Dose arithmetic the slow way: whole micrograms and whole minutes, one entry for every day of the calendar.

It knows nothing of the core: no quantity, no fraction, no run. It says what the contract says, day by day, so that a
mistake in the clever way of laying orders on days shows as two numbers that differ.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MINUTES_A_DAY = 24 * 60
# As far from the day of the question, or a later start, as the core lays out an order whose days differ.
TWO_YEARS = 731
# Where every day is the same, any length will do that is longer than all else.
FAR = 900


@dataclass(frozen=True)
class Times:
    """A count in a day, a week or a month."""

    count: int
    per: str


@dataclass(frozen=True)
class Every:
    """Minutes between doses, or the range they may be chosen from."""

    low: int
    high: int


@dataclass(frozen=True)
class EveryMonths:
    """One dose on the same day of every so many months."""

    months: int


@dataclass(frozen=True)
class Weekdays:
    """Doses on weekdays (0 is Monday); `count` doses `gap` minutes apart begin on each of them."""

    days: frozenset[int]
    gap: int = 0
    count: int = 1


@dataclass(frozen=True)
class Step:
    """What is taken, in micrograms: a dose with a frequency, or doses by part of the day, or a cycle of daily doses.

    `a_day` says that the dose is the day's total; `days` is None for a step that goes on.
    """

    low: int = 0
    high: int = 0
    a_day: bool = False
    frequency: Times | Every | EveryMonths | Weekdays | None = None
    parts: tuple[int, ...] = ()
    cycle: tuple[int, ...] = ()
    as_needed: bool = False
    cap: int | None = None
    days: int | None = None
    months: int | None = None


@dataclass(frozen=True)
class Order:
    """Steps that follow one another from a date; `end` is the last date, whatever the steps say."""

    start: date
    steps: tuple[Step, ...]
    end: date | None = None


@dataclass(frozen=True)
class Day:
    """What one calendar day holds: the largest dose, the most, the least, and how many doses."""

    single: int
    total: int
    least: int
    count: int


def days_of(order: Order, as_of: date) -> dict[date, Day]:
    """Every day on which something is taken."""
    found: dict[date, Day] = {}
    first = order.start
    for step in order.steps:
        goes_on = step.days is None and step.months is None
        last = first + timedelta(days=FAR if goes_on else _length(step, first) - 1)
        end = last if order.end is None else min(last, order.end)
        for day, doses in _doses(step, first, end, as_of).items():
            found[day] = _day(step, doses)
        if goes_on:
            break
        first = last + timedelta(days=1)
    return found


def added(courses: Sequence[Mapping[date, Day]]) -> dict[date, tuple[int, int]]:
    """The most and the least of every day over several orders."""
    sums: dict[date, tuple[int, int]] = {}
    for course in courses:
        for day, held in course.items():
            most, least = sums.get(day, (0, 0))
            sums[day] = (most + held.total, least + held.least)
    return sums


def heaviest_week(sums: Mapping[date, tuple[int, int]]) -> int:
    """The most that seven days in a row hold."""
    return max(sum(sums.get(first + timedelta(days=offset), (0, 0))[0] for offset in range(7)) for first in sums)


def later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of a month that is too short for it."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _length(step: Step, first: date) -> int:
    if step.months is not None:
        return (later(first, step.months) - first).days
    assert step.days is not None
    return step.days


def _doses(step: Step, first: date, last: date, as_of: date) -> dict[date, list[int]]:
    """The days of a step with the micrograms of each dose, at most."""
    horizon = max(first, as_of) + timedelta(days=TWO_YEARS - 1)
    if step.parts:
        return {day: list(step.parts) for day in _calendar(first, last)}
    if step.cycle:
        days = _calendar(first, min(last, horizon))
        return {day: [step.cycle[place % len(step.cycle)]] for place, day in enumerate(days)}
    frequency = step.frequency
    assert frequency is not None
    if isinstance(frequency, Times) and frequency.per == "day":
        return {day: [step.high] * frequency.count for day in _calendar(first, last)}
    if isinstance(frequency, Every) and frequency.low <= MINUTES_A_DAY:
        count = -(-MINUTES_A_DAY // frequency.low)
        return {day: [step.high] * count for day in _calendar(first, last)}
    if isinstance(frequency, Times) and frequency.per == "week" and frequency.count % 7 == 0:
        return {day: [step.high] * (frequency.count // 7) for day in _calendar(first, last)}
    end = min(last, horizon)
    counts: dict[date, int] = {}
    for day in _dose_days(frequency, first, end):
        if day <= end:
            counts[day] = counts.get(day, 0) + 1
    return {day: [step.high] * count for day, count in counts.items()}


def _dose_days(frequency: Times | Every | EveryMonths | Weekdays, first: date, end: date) -> list[date]:
    """One entry for each dose, in any order; days past the end may be among them."""
    found: list[date] = []
    if isinstance(frequency, Times):
        block = first
        months = 0
        while block <= end:
            months += 1
            following = block + timedelta(days=7) if frequency.per == "week" else later(first, months)
            length = (following - block).days
            found += [block + timedelta(days=number * length // frequency.count) for number in range(frequency.count)]
            block = following
    elif isinstance(frequency, Every):
        minute = 0
        while (day := first + timedelta(days=minute // MINUTES_A_DAY)) <= end:
            found.append(day)
            minute += frequency.low
    elif isinstance(frequency, EveryMonths):
        months = 0
        while (day := later(first, months)) <= end:
            found.append(day)
            months += frequency.months
    else:
        for day in _calendar(first, end):
            if day.weekday() in frequency.days:
                found += [
                    day + timedelta(days=frequency.gap * number // MINUTES_A_DAY) for number in range(frequency.count)
                ]
    return found


def _day(step: Step, doses: Sequence[int]) -> Day:
    count = len(doses)
    if step.a_day:
        assert step.high % count == 0 and step.low % count == 0
        single, most, fewest = step.high // count, step.high, step.low
    else:
        single, most, fewest = max(doses), sum(doses), step.low * count
        if isinstance(step.frequency, Every) and step.frequency.low <= MINUTES_A_DAY:
            fewest = step.low * -(-MINUTES_A_DAY // step.frequency.high)
    if step.cap is not None:
        # A maximum below one dose does not make the dose smaller.
        most = max(single, min(most, step.cap))
        if _is_daily(step.frequency) and step.low:
            # No more doses than the maximum has room for, each being the smallest.
            count = min(count, max(1, step.cap * count // step.low if step.a_day else step.cap // step.low))
    optional = step.as_needed and step.cap is None and not step.parts and not step.cycle
    return Day(single, most, fewest if optional else most, count)


def _is_daily(frequency: Times | Every | EveryMonths | Weekdays | None) -> bool:
    """Whether every day holds the same number of doses, without a calendar."""
    if isinstance(frequency, Times):
        return frequency.per == "day" or (frequency.per == "week" and frequency.count % 7 == 0)
    return isinstance(frequency, Every) and frequency.low <= MINUTES_A_DAY


def _calendar(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
