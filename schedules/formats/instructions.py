"""A step as the patient reads it: a sentence or two, in the words of the Universal Medication Schedule.

Four parts of the day, numerals, the dose apart from its timing. A step that is not taken on every day begins with
its days, because the day is what goes wrong: a weekly medicine that is taken daily can kill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from schedules.formats.dates import first_taken, short
from schedules.formats.languages import DAYS, ENGLISH, Language, message
from schedules.formats.pieces import count_of, is_liquid, is_patch, noun, pieces_of
from schedules.formats.wording import (
    Json,
    amount,
    capitalised,
    daily_total,
    listed,
    numbers_tied,
    quantity_of,
    uncapitalised,
)

PART_PHRASES: Final[Mapping[str, str]] = {
    "morning": message("in the morning"),
    "noon": message("at noon"),
    "evening": message("in the evening"),
    "bedtime": message("at bedtime"),
}
ON_WEEKDAYS: Final[Mapping[str, str]] = {
    "Monday": message("Mondays"),
    "Tuesday": message("Tuesdays"),
    "Wednesday": message("Wednesdays"),
    "Thursday": message("Thursdays"),
    "Friday": message("Fridays"),
    "Saturday": message("Saturdays"),
    "Sunday": message("Sundays"),
}
_HOURS_OF_A_DAY: Final = 24
# A patch of a few days is changed by the hour, as its label says; one of a week by the day.
_LONGEST_IN_HOURS: Final = 4


@dataclass(frozen=True, slots=True)
class _Sentences:
    """What is done with a form, in whole sentences: another language has its own order of words."""

    plain: str
    needed: str
    wait: str
    most: str


def _sentences(verb: str) -> _Sentences:
    return _Sentences(
        plain=f"{capitalised(verb)} {{doses}}.",
        needed=f"{capitalised(verb)} {{dose}} only when you need it.",
        wait=f"Wait at least {{wait}} before you {verb} more.",
        most=f"Do not {verb} more than {{most}} in one day.",
    )


SENTENCES: Final[Mapping[str, _Sentences]] = {
    "tablet": _sentences("take"),
    "patch": _sentences("put on"),
    "spray": _sentences("use"),
    "film": _sentences("use"),
    "injection": _sentences("inject"),
}


def instruction(step: Json, several_strengths: bool = False, drug: str = "", language: Language = ENGLISH) -> str:
    """A step as a sentence or two. `drug` is named where a plan has more than one."""
    doses = step["doses"]
    said = [_dose(dose, several_strengths, drug, language) for dose in doses]
    form = noun(doses[0]["pieces"][0]["form"])
    sentences = SENTENCES.get(form, SENTENCES["tablet"])
    if step.get("as_needed"):
        told = " ".join((language.say(sentences.needed, dose=said[0]), *_limits(step, sentences, language)))
    else:
        timed = [
            language.say("{dose} {when}", dose=what, when=language.say(PART_PHRASES[dose["when"]]))
            for what, dose in zip(said, doses, strict=True)
        ]
        told = language.say(sentences.plain, doses=listed(timed, language))
    lead = days_phrase(step, language)
    told = f"{lead}: {uncapitalised(told)}" if lead else told
    return f"{told} {language.say('Take every old patch off first.')}" if is_patch(step) else told


def days_phrase(step: Json, language: Language = ENGLISH) -> str:
    """Which days of a step have a dose; nothing where every day has."""
    on_days = step.get("on_days")
    if isinstance(on_days, Mapping):
        every, begins = int(on_days["every"]), short(first_taken(step), language)
        if every == 1:
            return ""
        if is_patch(step) and every <= _LONGEST_IN_HOURS:
            said = language.say("Every {hours} hours, from {date} on", hours=every * _HOURS_OF_A_DAY, date=begins)
        elif every == 2:
            said = language.say("Every other day, from {date} on", date=begins)
        else:
            said = language.say("Every {days} days, from {date} on", days=every, date=begins)
        return numbers_tied(said)
    if not isinstance(on_days, Sequence) or not on_days:
        return ""
    others = [day for day in DAYS if day.lower() not in on_days]
    if not others:
        return ""
    if len(others) == 1:
        return language.say("Every day but {day}", day=language.say(others[0]))
    named = [language.say(ON_WEEKDAYS[day]) for day in DAYS if day.lower() in on_days]
    return language.say("On {days} only", days=listed(named, language))


def most_doses(step: Json) -> int:
    """How many as-needed doses a day may hold."""
    most, dose = step["max_per_day"], step["doses"][0]
    if most["unit"] == "{dose}/d":
        return int(most["value"])
    if most["unit"].startswith("{"):
        return int(Fraction(most["value"]) // sum(Fraction(piece["count"]) for piece in dose["pieces"]))
    return int(quantity_of(most).amount("mg/d") // quantity_of(dose["amount"]).amount("mg"))


def daily_maximum(step: Json, language: Language = ENGLISH) -> str:
    """The most in one day, as pieces and as an amount where both are known: "8 tablets (400 mg)"."""
    most, (dose, *_) = step["max_per_day"], step["doses"]
    pieces: Sequence[Json] = dose["pieces"]
    if most["unit"].startswith("{") or len(pieces) != 1:
        return daily_total(most, language)
    count = quantity_of(most).amount("mg/d") / quantity_of(dose["amount"]).amount("mg") * Fraction(pieces[0]["count"])
    if count.denominator not in (1, 2, 4) and not is_liquid(pieces[0]):
        return daily_total(most, language)
    return f"{count_of({**pieces[0], 'count': str(count)}, language)} ({daily_total(most, language)})"


def _dose(dose: Json, several_strengths: bool, drug: str, language: Language) -> str:
    pieces = listed(pieces_of(dose, several_strengths, language), language)
    if drug:
        given = amount(dose["amount"], language)
        return language.say("{pieces} of {drug} ({amount})", pieces=pieces, drug=language.say(drug), amount=given)
    return f"{pieces} ({amount(dose['amount'], language)})"


def _limits(step: Json, sentences: _Sentences, language: Language) -> Sequence[str]:
    """The wait between as-needed doses, where the plan states one, and the most in one day."""
    wait = step.get("interval")
    told = [language.say(sentences.wait, wait=amount(wait, language))] if wait else []
    return [*told, language.say(sentences.most, most=daily_maximum(step, language))]
