"""Medicines that are taken no more: what to stop, since when, and what is taken in their place and when.

A plan that stops at once has no step left, and a change to a medicine that must not meet the old one may have no step
of the old one at all. Who reads such a sheet has to find the stop before everything else, because an old sheet, an old
box and an old habit all say to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schedules.formats.dates import (
    begins_on,
    first_taken,
    full,
    full_with_weekday,
    has_a_dose,
    last_taken,
    read_date,
    to_come,
)
from schedules.formats.languages import ENGLISH, Language, message
from schedules.formats.wording import Json

_AT_ONCE: Final = (
    message("You stop all at once, as your prescriber asked."),
    message("An older sheet may tell you not to stop suddenly. This sheet takes its place."),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A medicine that is taken no more: from which day on, and the day of its last dose where that is known."""

    drug: str
    since: date
    last: date | None


def stopped(plan: Json) -> tuple[Stop, ...]:
    """The medicines that were taken until now, or on days that are gone, and have no day to come."""
    coming = {step["drug"] for step in to_come(plan)}
    planned = {step["drug"] for step in plan["steps"]}
    found = [
        Stop(row["drug"], read_date(plan["start_date"]), None)
        for row in plan.get("current") or ()
        if row["drug"] not in planned
    ]
    for drug in dict.fromkeys(step["drug"] for step in plan["steps"]):
        if drug not in coming:
            gone = [step for step in plan["steps"] if step["drug"] == drug and has_a_dose(step)]
            ended = max(read_date(step["to_date"]) for step in gone)
            # Days on which a dose was missed, or was taken only when it was needed, have no last dose to name.
            known = not ((plan.get("revision") or {}).get("missed_days") or any(step.get("as_needed") for step in gone))
            found.append(Stop(drug, ended + timedelta(days=1), max(map(last_taken, gone)) if known else None))
    return tuple(found)


def stops_at_once(plan: Json) -> bool:
    """Whether nothing of the plan is left to take."""
    return not to_come(plan)


def stop_words(plan: Json, language: Language) -> str:
    """What the patient stops, and when what comes in its place begins."""
    told = [said for stop in stopped(plan) for said in _stop(stop, language)]
    if stops_at_once(plan):
        return " ".join((*told, *map(language.say, _AT_ONCE)))
    return " ".join((*told, *_first_doses(plan, language)))


def dispense_no_more(plan: Json) -> tuple[str, ...]:
    """The same for the pharmacy, which may have the rest of an older plan on file."""
    return tuple(f"Dispense no more {stop.drug} from {full(stop.since)} on." for stop in stopped(plan))


def advice_is_about(plan: Json, language: Language) -> str:
    """Whose advice follows, on a sheet that also says to stop a medicine; nothing on any other."""
    drugs = dict.fromkeys(language.say(step["drug"]) for step in to_come(plan))
    if not drugs or not stopped(plan):
        return ""
    return language.say("This is about {drugs}.", drugs=f" {language.say('and')} ".join(drugs))


def _stop(stop: Stop, language: Language) -> tuple[str, ...]:
    drug = language.say(stop.drug)
    told = language.say("Take no more {drug} from {date} on.", drug=drug, date=full(stop.since, language))
    if stop.last is None:
        return (told,)
    return told, language.say("Your last dose of it was on {date}.", date=full_with_weekday(stop.last, language))


def _first_doses(plan: Json, language: Language) -> tuple[str, ...]:
    """The first dose of what is changed to, where it waits for the old one to be gone."""
    steps = [step for step in to_come(plan) if step["drug"] == plan["drug"]]
    if plan["kind"] != "switch" or not steps:
        return ()
    first = min(map(first_taken, steps))
    if first <= begins_on(plan):
        return ()
    drug, day = language.say(plan["drug"]), full_with_weekday(first, language)
    told = language.say("Your first dose of {drug} is on {date}.", drug=drug, date=day)
    others = [last_taken(step) for step in plan["steps"] if step["drug"] != plan["drug"]]
    last_of_old = max(others, default=read_date(plan["start_date"]) - timedelta(days=1))
    if (first - last_of_old).days <= 1:
        return (told,)
    return (
        told,
        language.say("On the days between, take neither of them."),
        language.say("The two must not meet in your body."),
    )


def title_of_stop(plan: Json, language: Language = ENGLISH) -> str:
    """The title of a plan to stop, where its own no longer says what it is; else nothing."""
    revision = plan.get("revision")
    ends = revision is not None and revision["action"] == "stop-now"
    if not ends or not (stops_at_once(plan) or plan["kind"] == "switch"):
        return ""
    drugs = dict.fromkeys(language.say(step["drug"]) for step in plan["steps"])
    return language.say("Stop {drugs}", drugs=f" {language.say('and')} ".join(drugs))
