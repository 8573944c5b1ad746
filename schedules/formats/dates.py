"""Dates as they are read on paper.

Month and day names are those of the sheet's language, because those of the platform follow its locale, and a plan
is the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from schedules.formats.languages import DAYS, ENGLISH, Language, message
from schedules.formats.wording import NO_BREAK, Json

_DAY_AND_MONTH: Final = message("{month} {day}")
_SPAN: Final = message("{first} to {last}")
_SHORTEST_YEAR: Final = 365


def read_date(text: str) -> date:
    """An ISO date of the plan."""
    return date.fromisoformat(text)


def day_and_month(day: date, language: Language = ENGLISH) -> str:
    """Such as "Dec 1"."""
    return language.say(_DAY_AND_MONTH, month=language.short_month(day), day=day.day).replace(" ", NO_BREAK)


def weekday(day: date, language: Language = ENGLISH) -> str:
    """Such as "Tue"."""
    return language.short_weekday(day)


def short(day: date, language: Language = ENGLISH) -> str:
    """Such as "Tue Dec 1", for lists whose year is said above them."""
    return f"{language.short_weekday(day)}{NO_BREAK}{day_and_month(day, language)}"


def full(day: date, language: Language = ENGLISH) -> str:
    """Such as "December 1, 2026"."""
    said = language.say("{month} {day}, {year}", month=language.month(day), day=day.day, year=day.year)
    return said.replace(" ", NO_BREAK)


def full_with_weekday(day: date, language: Language = ENGLISH) -> str:
    """Such as "Tuesday, December 1, 2026"."""
    return language.say("{weekday}, {date}", weekday=language.weekday(day), date=full(day, language))


def month_title(first: date, last: date, language: Language = ENGLISH) -> str:
    """Such as "December 2026", or both months where a week or a plan has two."""

    def said(day: date) -> str:
        return language.say("{month} {year}", month=language.month(day), year=day.year)

    if (first.year, first.month) == (last.year, last.month):
        return said(first)
    begins = language.month(first) if first.year == last.year else said(first)
    return language.say("{earlier} to {later}", earlier=begins, later=said(last))


def over_a_year(first: date, last: date) -> bool:
    """Whether a day and month can stand for two days of a plan, so that years have to be said."""
    return (last - first).days >= _SHORTEST_YEAR


def with_year(day: date, said: str, needed: bool) -> str:
    """A short date, with its year where a plan is so long that it needs one."""
    return f"{said},{NO_BREAK}{day.year}" if needed else said


def span(first: date, last: date, years: bool, language: Language = ENGLISH) -> str:
    """Such as "Tue Dec 1 to Thu Dec 3", or one date."""
    begins = with_year(first, short(first, language), years)
    if first == last:
        return begins
    return language.say(_SPAN, first=begins, last=with_year(last, short(last, language), years))


def brief_span(first: date, last: date, years: bool) -> str:
    """Such as "Dec 1 to Dec 3", for readers who count days and not weekdays."""
    begins = with_year(first, day_and_month(first), years)
    return begins if first == last else f"{begins} to {with_year(last, day_and_month(last), years)}"


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


def has_a_dose(step: Json) -> bool:
    """Whether any day of a step has a dose. Where a revision parts a step between two patches, a part has none."""
    first = read_date(step["from_date"])
    days = days_from(first, read_date(step["to_date"]))
    return any(is_taken_on(step, day, int(step["from_day"]) + (day - first).days) for day in days)


def first_taken(step: Json) -> date:
    """The first day of a step that has a dose; of a part that has none, the next day that its pattern has one."""
    first = read_date(step["from_date"])
    days = days_from(first, read_date(step["to_date"]))
    taken = (day for day in days if is_taken_on(step, day, int(step["from_day"]) + (day - first).days))
    return next(taken, first) if has_a_dose(step) or not isinstance(step["on_days"], Mapping) else _next(step)


def _next(step: Json) -> date:
    """The first day of a pattern at or after the beginning of a step, whether the step lasts until then or not."""
    every, since = int(step["on_days"]["every"]), int(step["on_days"]["first"]) - int(step["from_day"])
    return read_date(step["from_date"]) + timedelta(days=since if since > 0 else since % every)


def last_taken(step: Json) -> date:
    """The last day of a step that has a dose."""
    first = read_date(step["from_date"])
    days = days_from(first, read_date(step["to_date"]))
    taken = [day for day in days if is_taken_on(step, day, int(step["from_day"]) + (day - first).days)]
    return max(taken, default=first)


def begins_on(plan: Json) -> date:
    """The first day that is still to come: that of the revision where a plan was revised, else its start."""
    revision = plan.get("revision")
    return read_date(revision["from_date"] if revision else plan["start_date"])


def to_come(plan: Json) -> tuple[Json, ...]:
    """The steps that are not gone and have a dose; a patient has no use for the others."""
    return tuple(step for step in plan["steps"] if not step.get("past") and has_a_dose(step))
