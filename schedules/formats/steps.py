"""The steps of a plan for the patient: what to take when, where it came from, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from schedules.formats.dates import full, full_with_weekday, last_taken, over_a_year, read_date, span, to_come
from schedules.formats.instructions import PART_PHRASES, instruction
from schedules.formats.languages import Language, message
from schedules.formats.pieces import is_patch
from schedules.formats.stopping import stopped, stops_at_once
from schedules.formats.wording import Json, amount, daily_total, listed

_IN_ONE_DAY: Final = message("In one day")
_IN_ONE_WEEK: Final = message("In one week")
_DAY_AND_NIGHT: Final = message("Day and night")


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step for the patient: when, what to take, and what a day or a week adds up to.

    `heading` says whether the dates are said above it: doses that alternate share the heading of the first.
    """

    number: int
    dates: str
    sentence: str
    period: str
    total: str
    heading: bool = True


def step_lines(plan: Json, several_strengths: Set[str], drug_names: bool, language: Language) -> tuple[StepLine, ...]:
    """The steps that are still to come."""
    years = over_a_year(read_date(plan["start_date"]), read_date(plan["end_date"]))
    lines: list[StepLine] = []
    for step in to_come(plan):
        period, total = _total(step, language)
        line = StepLine(
            number=step["number"],
            dates=span(read_date(step["from_date"]), read_date(step["to_date"]), years, language),
            sentence=instruction(step, step["drug"] in several_strengths, step["drug"] if drug_names else "", language),
            period=period,
            total=total,
        )
        same_days = bool(lines) and lines[-1].dates == line.dates
        lines.append(replace(line, heading=False) if same_days else line)
    return tuple(lines)


def _total(step: Json, language: Language) -> tuple[str, str]:
    """What a step adds up to in which time; a week is said as a week, never divided into days."""
    daily = step.get("daily_dose")
    if not daily:
        return language.say(_IN_ONE_WEEK), daily_total(step["weekly_dose"], language)
    if is_patch(step):
        return language.say(_DAY_AND_NIGHT), amount(daily, language)
    said = daily_total(daily, language)
    if step.get("as_needed"):
        said = language.say("up to {amount}", amount=said)
    return language.say(_IN_ONE_DAY), said


def until_now(plan: Json, language: Language) -> str:
    """What the patient took before the plan began; nothing where that is not known, or is long ago by a revision."""
    if plan.get("revision"):
        return ""
    return " ".join(
        _taken(row, language)
        for row in plan.get("current") or ()
        if row.get("daily_dose") or row.get("weekly_dose") or row.get("doses")
    )


def _taken(row: Json, language: Language) -> str:
    doses = [
        language.say(
            "{dose} {when}", dose=amount(dose["amount"], language), when=language.say(PART_PHRASES[dose["when"]])
        )
        for dose in row.get("doses") or ()
        if dose["when"]
    ]
    weekly = row.get("weekly_dose")
    said = amount(weekly, language) if weekly else listed(doses, language) or amount(row["daily_dose"], language)
    return language.say("Until now you took {drug}: {doses}.", drug=language.say(row["drug"]), doses=said)


def endings(plan: Json, drugs: Sequence[str], language: Language) -> tuple[str, ...]:
    """How the plan ends, for each drug that ends before it, and for the whole."""
    end = read_date(plan["end_date"])
    told = []
    if not to_come(plan):
        return ()  # what was stopped is said before everything else
    for drug in drugs:
        steps = [step for step in to_come(plan) if step["drug"] == drug]
        if steps and drug != plan["drug"] and read_date(steps[-1]["to_date"]) < end:
            last = full_with_weekday(max(map(last_taken, steps)), language)
            named = language.say(drug)
            told.append(language.say("Your last dose of {drug} is on {date}. Then stop {drug}.", drug=named, date=last))
    if plan.get("stops"):
        steps = [step for step in to_come(plan) if step["drug"] == plan["drug"]]
        if not steps:
            return tuple(told) or _last_of_all(plan, language)
        last = full_with_weekday(max(map(last_taken, steps)), language)
        return (*told, language.say("Your last dose is on {date}. Then stop.", date=last))
    date = full_with_weekday(end, language)
    if plan.get("floor"):
        stay = language.say("Stay on this dose until you have seen your prescriber.")
        return (*told, language.say("The plan ends on {date}.", date=date), stay)
    return (
        *told,
        language.say("The plan ends on {date}. Ask your prescriber before then how to go on.", date=date),
    )


def _last_of_all(plan: Json, language: Language) -> tuple[str, ...]:
    """The end of a plan whose own drug was stopped before: that of whatever is left of it."""
    last = max(to_come(plan), key=last_taken)
    date = full_with_weekday(last_taken(last), language)
    drug = language.say(last["drug"])
    return (language.say("Your last dose of {drug} is on {date}. Then stop {drug}.", drug=drug, date=date),)


_REVISIONS: Final = {
    "slower": message("The plan goes on in slower steps."),
    "step-back": message("The dose goes back one step."),
    "resume": message("Go on with the plan where you left it."),
    "restart": message("Begin again with the first step."),
    "new-target": message("The plan now goes to another dose."),
    "stop-now": message("The dose now goes down until you stop."),
}
_STOPPED: Final = message("You stop now.")


def revised(plan: Json, language: Language) -> str:
    """Which plan this one takes the place of, and what changes; nothing for a plan that is the first."""
    if not plan.get("revises"):
        return ""
    revision = plan.get("revision")
    if not revision:
        return language.say("This plan takes the place of plan {number}.", number=plan["revises"])
    date = full(read_date(revision["from_date"]), language)
    place = language.say(
        "This plan takes the place of plan {number} from {date} on.", number=plan["revises"], date=date
    )
    old = language.say("If the old plan is in your calendar, delete it there.")
    return f"{place} {_change(plan, revision, language)} {old}"


def _change(plan: Json, revision: Json, language: Language) -> str:
    if revision["action"] == "stop-now" and stopped(plan):
        some = message("You stop one medicine now. The other goes down until you stop.")
        return language.say(_STOPPED if stops_at_once(plan) else some)
    if revision["action"] != "hold":
        return language.say(_REVISIONS[revision["action"]])
    days = revision.get("days")
    if not days:
        return language.say("Stay on the same dose for now.")
    return language.count(
        "Stay on the same dose for {number} day, then go on.",
        "Stay on the same dose for {number} days, then go on.",
        int(days),
    )
