"""A step as a pharmacy writes it on a label: one sentence, in English, that can be read back exactly.

Everything that the label needs is in it: how much of which strength, by which way, when, on which days and for how
long. The strength is named even where a plan has only one, because the label stands alone. It is English because
the pharmacy's part is: the patient's own words are on the patient's sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from schedules.formats.dates import first_taken, full, read_date
from schedules.formats.instructions import PART_PHRASES, daily_maximum, days_phrase, instruction
from schedules.formats.pieces import count_of, counted, is_liquid, is_patch, of_strength, strengths_to_name
from schedules.formats.wording import NO_BREAK, Json, amount, listed, numbers_tied, uncapitalised

_HOURS_OF_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class _Way:
    """What is done with a form, and where it goes."""

    verb: str
    where: str


_BY_MOUTH: Final = _Way("Take", " by mouth")
_WAYS: Final[Mapping[str, _Way]] = {
    "sublingual tablet": _Way("Dissolve", " under the tongue"),
    "orally disintegrating tablet": _Way("Dissolve", " on the tongue"),
    "transdermal patch": _Way("Apply", " to the skin"),
    "nasal spray": _Way("Use", " in the nose"),
    "buccal film": _Way("Apply", " to the inside of the cheek"),
    # A plan does not say by which route an injection goes; the prescription does.
    "injection": _Way("Inject", ""),
}


def sig(step: Json) -> str:
    """The label's sentence of a step, with non-breaking spaces inside its doses.

    "Take 2 capsules of 300 mg (600 mg) by mouth in the morning and 1 capsule of 300 mg (300 mg) in the evening for
    3 days."
    """
    way = _WAYS.get(step["doses"][0]["pieces"][0]["form"], _BY_MOUTH)
    doses = [_dose(dose) for dose in step["doses"]]
    doses[0] += way.where
    if step.get("as_needed"):
        said = f"{doses[0]} as needed, {_limits(step)}"
    else:
        timed = [f"{what} {PART_PHRASES[dose['when']]}" for what, dose in zip(doses, step["doses"], strict=True)]
        said = f"{listed(timed)}{_days(step)}"
    # Of a pattern, the days from the one that it begins on: a label has no other first day.
    begins = first_taken(step) if isinstance(step.get("on_days"), Mapping) else read_date(step["from_date"])
    days = (read_date(step["to_date"]) - begins).days + 1
    return numbers_tied(f"{way.verb} {said} for {days} {'day' if days == 1 else 'days'}.")


def _dose(dose: Json) -> str:
    pieces = [_piece(piece) for piece in dose["pieces"]]
    return f"{listed(pieces)} ({amount(dose['amount'])})"


def _piece(piece: Json) -> str:
    """One product with its strength and whole form: an extended-release tablet must not become a tablet."""
    strength = amount(piece["strength"])
    if is_liquid(piece):
        return f"{count_of(piece)} of the {strength} {piece['form']}"
    return of_strength(counted(Fraction(piece["count"]), piece["form"]), strength)


def _days(step: Json) -> str:
    """Which days: nothing for every day; a pattern says the day it begins on, since half of all days fit it."""
    on_days = step.get("on_days")
    if isinstance(on_days, Mapping):
        every = int(on_days["every"])
        if every == 1:
            return ""
        rhythm = f"every {every} days"
        if every == 2:
            rhythm = "every other day"
        elif is_patch(step):
            rhythm = f"every {every * _HOURS_OF_A_DAY} hours"
        return f" {rhythm}, beginning on {full(first_taken(step))},"
    if isinstance(on_days, Sequence) and on_days:
        phrase = days_phrase(step)
        return f" {uncapitalised(phrase)}" if phrase else ""
    return ""


def _limits(step: Json) -> str:
    most = f"no more than {daily_maximum(step)} in one day,"
    wait = step.get("interval")
    return f"with at least {amount(wait)} between doses and {most}" if wait else f"with {most}"


def step_words(plan: Json) -> tuple[Mapping[str, str], ...]:
    """The `instruction` and the `sig` of every step of a schedule's JSON object, in the order of its steps.

    With ordinary spaces: this is for programs. It needs the steps and the supply.
    """
    drugs = {step["drug"] for step in plan["steps"]}
    several_strengths, several_drugs = strengths_to_name(plan), len(drugs) > 1
    return tuple(
        {
            "instruction": instruction(
                step, step["drug"] in several_strengths, step["drug"] if several_drugs else ""
            ).replace(NO_BREAK, " "),
            "sig": sig(step).replace(NO_BREAK, " "),
        }
        for step in plan["steps"]
    )
