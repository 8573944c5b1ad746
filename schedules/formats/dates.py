"""Dates as they are read on paper.

Month and day names are ours, because those of the platform follow its locale, and a plan is the same bytes
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from schedules.formats.wording import NO_BREAK, Json

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The day a week begins on, as date.weekday() counts, by language. English here is that of the United States.
WEEK_BEGINS: Final[Mapping[str, int]] = {"en": 6}
_SHORT: Final = 3
_SHORTEST_YEAR: Final = 365


def read_date(text: str) -> date:
    """An ISO date of the plan."""
    return date.fromisoformat(text)


def day_and_month(day: date) -> str:
    """Such as "Dec 1"."""
    return f"{_MONTHS[day.month - 1][:_SHORT]}{NO_BREAK}{day.day}"


def weekday(day: date) -> str:
    """Such as "Tue"."""
    return DAYS[day.weekday()][:_SHORT]


def short(day: date) -> str:
    """Such as "Tue Dec 1", for lists whose year is said above them."""
    return f"{weekday(day)} {day_and_month(day)}".replace(" ", NO_BREAK)


def full(day: date) -> str:
    """Such as "December 1, 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}".replace(" ", NO_BREAK)


def full_with_weekday(day: date) -> str:
    """Such as "Tuesday, December 1, 2026"."""
    return f"{DAYS[day.weekday()]}, {full(day)}"


def month_title(first: date, last: date) -> str:
    """Such as "December 2026", or both months where a week or a plan has two."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{_MONTHS[first.month - 1]} {first.year}"
    begins = _MONTHS[first.month - 1] if first.year == last.year else f"{_MONTHS[first.month - 1]} {first.year}"
    return f"{begins} to {_MONTHS[last.month - 1]} {last.year}"


def over_a_year(first: date, last: date) -> bool:
    """Whether a day and month can stand for two days of a plan, so that years have to be said."""
    return (last - first).days >= _SHORTEST_YEAR


def span(first: date, last: date, with_year: bool) -> str:
    """Such as "Tue Dec 1 to Thu Dec 3", or one date."""

    def said(day: date) -> str:
        return f"{short(day)},{NO_BREAK}{day.year}" if with_year else short(day)

    return said(first) if first == last else f"{said(first)} to {said(last)}"


def brief_span(first: date, last: date, with_year: bool) -> str:
    """Such as "Dec 1 to Dec 3", for readers who count days and not weekdays."""

    def said(day: date) -> str:
        return f"{day_and_month(day)},{NO_BREAK}{day.year}" if with_year else day_and_month(day)

    return said(first) if first == last else f"{said(first)} to {said(last)}"


def days_from(first: date, last: date) -> Iterator[date]:
    """Every calendar day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def is_taken_on(step: Json, day: date, day_number: int) -> bool:
    """Whether a step has a dose on a day; `on_days` counts days as the plan does, from its day 1."""
    if not step["from_date"] <= day.isoformat() <= step["to_date"]:
        return False
    on_days = step.get("on_days")
    if not on_days:
        return True
    if isinstance(on_days, Mapping):
        since = day_number - int(on_days["first"])
        return since >= 0 and since % int(on_days["every"]) == 0
    return DAYS[day.weekday()].lower() in on_days
