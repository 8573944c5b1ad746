"""The plan as a calendar file (iCalendar, RFC 5545): an event for each part of each day that has a dose.

A calendar is copied to telephones, to companies that run calendars, and to everyone it is shared with, and its events
stand on locked screens. So it says nothing private: no drug, no dose, no diagnosis, no name, in no property. What to
take is not in the description either. It would tell all of that to the same people, and after a revision it would
stand beside the new sheet as a second plan; the description says where the plan is. Events are private and take up
no time, for calendars that show to others when somebody is busy.

Times are local without a zone, because a morning is where the patient is. There are no rules of repetition, because
doses change. An event's UID is a digest, as RFC 7986 asks for one that tells nothing: whoever has the calendar must
not have the number that opens the plan. It is made of the number of the first plan of a chain of revisions (`series`
where a plan says it, else `revises`), the day and the part of the day, so that a revised plan takes the place of what
it revises, event by event. For the same reason the sequence of a revised plan is the day that it begins on, and a
file is stamped with the date of its beginning: a clock would make two files of one plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Final, cast

from icalendar import Calendar, Event

from schedules.formats.dates import days_from, is_taken_on, read_date, to_come
from schedules.formats.languages import Language, message, speaking
from schedules.formats.sheet import Sheet
from schedules.formats.wording import Json

# The clock times are ours, for a reminder only: nobody prescribes them ("the exact time is unspecified and established
# by institution convention or patient interpretation", HL7 on its codes for morning, noon, evening and bedtime).
TIMES: Final[Mapping[str, time]] = {"morning": time(8), "noon": time(12), "evening": time(18), "bedtime": time(22)}
# Without a dose at bedtime the evening is the last of a day. It is reminded of twelve hours before the morning: some
# labels (gabapentin) let no more pass between two doses, and two doses a day are spread evenly.
LATE_EVENING: Final = time(20)
TITLES: Final[Mapping[str, str]] = {
    "morning": message("Morning medicine"),
    "noon": message("Noon medicine"),
    "evening": message("Evening medicine"),
    "bedtime": message("Bedtime medicine"),
}
_NAME: Final = message("Medicine plan")
_WHOLE: Final = message("Medicine")
_CHANGED: Final = message("Your medicine plan has changed")
_SEE_PRESCRIBER: Final = message("See your prescriber")
_WHERE: Final = message("Your plan on paper says what to take.")
_NOT_FULLY_CHECKED: Final = message("This plan could not be fully checked.")
_DIGEST_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True)
class _Common:
    """What all events of a plan have in common."""

    series: str
    begins: date
    sequence: int
    note: str
    language: Language

    @classmethod
    def of(cls, plan: Json, sheet: Sheet) -> _Common:
        revision = plan.get("revision")
        language = speaking(sheet.language)
        return cls(
            series=str(plan.get("series") or plan.get("revises") or sheet.number or plan.get("id") or ""),
            begins=read_date(revision["from_date"] if revision else plan["start_date"]),
            sequence=int(revision["from_day"]) if revision else 0,
            note=_note(plan, language),
            language=language,
        )


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The calendar of a plan; of `sheet` it reads the language, and the plan's number, which is not written."""
    calendar = Calendar()
    calendar.add("prodid", "-//Posology//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", speaking(sheet.language).say(_NAME))
    for event in _events(plan, sheet):
        calendar.add_component(event)
    return cast(bytes, calendar.to_ical())


def dose_times(plan: Json) -> Mapping[str, time]:
    """The time that each part of the day is reminded of, the same on every day of a plan."""
    bedtime = any(dose["when"] == "bedtime" for step in plan["steps"] for dose in step["doses"])
    return TIMES if bedtime else {**TIMES, "evening": LATE_EVENING}


def _events(plan: Json, sheet: Sheet) -> Iterator[Event]:
    common = _Common.of(plan, sheet)
    times = dose_times(plan)
    some = False
    for number, day, parts in _days(plan):
        for part in parts:
            some = True
            yield _event(common, TITLES[part], number, part, datetime.combine(day, times[part]))
    for number, day in {row["day"]: read_date(row["date"]) for row in plan["reassessments"]}.items():
        if day >= common.begins:
            some = True
            yield _event(common, _SEE_PRESCRIBER, number, "reassessment", day)
    if not some:
        # A plan may be for use as needed only, and a calendar without an event is not one (RFC 5545, section 3.6).
        title = _WHOLE if to_come(plan) else _CHANGED
        yield _event(common, title, 1, "plan", common.begins)


def _note(plan: Json, language: Language) -> str:
    """Where the plan is; and that it could not be fully checked, which is said wherever the plan is shown."""
    said = (_WHERE, _NOT_FULLY_CHECKED) if plan["check"]["verdict"] == "cannot-assess" else (_WHERE,)
    return " ".join(map(language.say, said))


def _days(plan: Json) -> Iterator[tuple[int, date, list[str]]]:
    """The days to come that have a scheduled dose, by number and date, with the parts of the day that have one."""
    steps = [step for step in plan["steps"] if not step.get("as_needed") and not step.get("past")]
    for number, day in enumerate(days_from(read_date(plan["start_date"]), read_date(plan["end_date"])), start=1):
        taken = {dose["when"] for step in steps if is_taken_on(step, day, number) for dose in step["doses"]}
        yield number, day, [part for part in TITLES if part in taken]


def _event(common: _Common, title: str, day: int, what: str, begins: date | datetime) -> Event:
    """An event that stands for `what` of a day; at a time, or all day where it begins on a date."""
    event = Event()
    # The same for the same part of the same day of a plan and its revisions, and nothing to read in it.
    identity = sha256(f"{common.series}/{day}/{what}".encode()).hexdigest()
    event.add("uid", identity[:_DIGEST_CHARACTERS])
    event.add("dtstamp", datetime.combine(common.begins, time(), UTC))
    event.add("dtstart", begins)
    event.add("summary", common.language.say(title))
    event.add("description", common.note)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("sequence", common.sequence)
    return event
