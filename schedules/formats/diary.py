"""The diary of two weeks before a visit: pain, stiffness, and what the pain does, day by day.

It is printed where the plan's advice asks for one. Its questions are those that tell inflammation from strain, and
its days end where the first visit begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schedules.formats.dates import begins_on, days_from, full_with_weekday, read_date, short, to_come
from schedules.formats.languages import Language, message
from schedules.formats.wording import Json

ADVICE: Final = "pain-diary"
_DAYS: Final = 14
_LEAST: Final = 7
_QUESTIONS: Final = (
    message("Pain, 0 to 10"),
    message("Stiff in the morning? How long?"),
    message("Better or worse when you move?"),
    message("Pain at night?"),
    message("Pain after a strain?"),
    message("Side effects"),
)


@dataclass(frozen=True, slots=True)
class Diary:
    """A table to fill in: the questions are its columns, the days its rows."""

    title: str
    how: str
    visit: str
    date_title: str
    questions: tuple[str, ...]
    days: tuple[str, ...]


def diary_of(plan: Json, language: Language) -> Diary | None:
    """The diary, where the advice of the plan asks for one."""
    if not any(row["code"] == ADVICE for row in plan["advice"]):
        return None
    first = begins_on(plan)
    # A visit of the next days comes too soon to judge a week of pain by.
    soonest = first + timedelta(days=_LEAST)
    visits = [visit for row in plan["reassessments"] if (visit := read_date(row["date"])) >= soonest]
    if not visits and not to_come(plan):
        return None
    last = first + timedelta(days=_DAYS - 1)
    if visits:
        first = max(first, min(visits) - timedelta(days=_DAYS))
        last = min(visits) - timedelta(days=1)
    return Diary(
        title=language.say("Your diary"),
        how=language.say("Fill in one line each day. Write 0 for no pain and 10 for the worst pain you know."),
        visit=language.say("Bring it to your visit on {date}.", date=full_with_weekday(min(visits), language))
        if visits
        else language.say("Bring it to your next visit."),
        date_title=language.say("Day"),
        questions=tuple(language.say(question) for question in _QUESTIONS),
        days=tuple(short(day, language) for day in days_from(first, last)),
    )
