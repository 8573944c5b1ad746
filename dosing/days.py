"""Day numbers and dates: day 1 is the earliest start date of a request; a month is a calendar month."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from dosing.units import Quantity


def day_number(day: date, day_one: date) -> int:
    return (day - day_one).days + 1


def date_of(number: int, day_one: date) -> date:
    return day_one + timedelta(days=number - 1)


def days_in(duration: Quantity, first: int, day_one: date) -> int:
    """How many calendar days a duration takes from day `first`; a month and a year are calendar ones."""
    if duration.unit.code in ("mo", "a"):
        months = duration.value * (12 if duration.unit.code == "a" else 1)
        start = date_of(first, day_one)
        return (months_later(start, ceil(months)) - start).days
    return ceil(duration.amount("d"))


def month_day(first: int, months: int, day_one: date) -> int:
    return day_number(months_later(date_of(first, day_one), months), day_one)


def months_later(start: date, months: int) -> date:
    """The same day of a later month; the month's last day where it is shorter."""
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=start.day - 1), following - timedelta(days=1))
