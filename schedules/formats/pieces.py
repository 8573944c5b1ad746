"""Pieces and instructions in words: how much of what, apart from when.

The words are those of the Universal Medication Schedule: four parts of the day, numerals, one sentence for
a step. A count stands beside its strength or its amount, and a piece that is cut is said in words ("1 and a
half tablets"), because "1.5" is read as 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from dosing.numbers import grouped
from schedules.formats.wording import (
    NO_BREAK,
    Json,
    amount,
    capitalised,
    daily_total,
    listed,
    number,
    quantity_of,
    tied,
)

AS_NEEDED: Final = "as-needed"
PART_TITLES: Final[Mapping[str, str]] = {
    "morning": "Morning",
    "noon": "Noon",
    "evening": "Evening",
    "bedtime": "Bedtime",
    AS_NEEDED: "If needed",
}
_PART_PHRASES: Final[Mapping[str, str]] = {
    "morning": "in the morning",
    "noon": "at noon",
    "evening": "in the evening",
    "bedtime": "at bedtime",
}
_CUTS: Final = {
    Fraction(1, 4): ("a quarter of", "a quarter"),
    Fraction(1, 2): ("half", "a half"),
    Fraction(3, 4): ("three quarters of", "three quarters"),
}
_VERBS: Final = {"patch": "put on", "spray": "use", "film": "use", "injection": "inject"}


def noun(form: str) -> str:
    """The short word for one piece of a form: an extended-release tablet is a tablet."""
    return form.rsplit(" ", 1)[-1]


def counted(count: Fraction, one: str) -> str:
    """A count of pieces: "2 capsules", "half a tablet", "1 and a half tablets". Nothing is cut in thirds."""
    many = f"{one}es" if one.endswith("ch") else f"{one}s"
    whole, part = divmod(count, 1)
    if part == 0:
        return f"{grouped(str(whole))}{NO_BREAK}{one if whole == 1 else many}"
    alone, added = _CUTS[part]
    if whole == 0:
        return f"{alone}{NO_BREAK}{'an' if one[0] in 'aeiou' else 'a'} {one}"
    return f"{grouped(str(whole))} and {added}{NO_BREAK}{many}"


def is_liquid(piece: Json) -> bool:
    """Whether the count of a piece is a volume."""
    return bool(piece.get("unit") == "mL")


def count_of(piece: Json) -> str:
    """How much of one product: "2 capsules", "7 mL"."""
    count = Fraction(piece["count"])
    return f"{number(count)}{NO_BREAK}mL" if is_liquid(piece) else counted(count, noun(piece["form"]))


def pieces_of(dose: Json, several_strengths: bool) -> tuple[str, ...]:
    """The pieces of a dose, each with its strength where the plan has more than one."""
    return tuple(
        f"{count_of(piece)} of{NO_BREAK}{amount(piece['strength'])}" if several_strengths else count_of(piece)
        for piece in dose["pieces"]
    )


def product(piece: Json) -> str:
    """One product to collect: "147 capsules of 300 mg", "392 mL of oral solution, 50 mg per mL"."""
    count, strength = Fraction(piece["count"]), amount(piece["strength"])
    if is_liquid(piece):
        return f"{number(count)}{NO_BREAK}mL of {piece['form']}, {strength}"
    return f"{counted(count, piece['form'])} of{NO_BREAK}{strength}"


def instruction(step: Json, several_strengths: bool = False, drug: str = "") -> str:
    """A step as a sentence or two. `drug` is named where a plan has more than one."""
    doses = step["doses"]
    of_drug = f" of {drug}" if drug else ""
    said = [f"{listed(pieces_of(dose, several_strengths))}{of_drug} ({amount(dose['amount'])})" for dose in doses]
    verb = _VERBS.get(noun(doses[0]["pieces"][0]["form"]), "take")
    lead = _days_phrase(step.get("on_days"))
    start = f"{lead}: {verb}" if lead else capitalised(verb)
    if step.get("as_needed"):
        return f"{start} {said[0]} only when you need it. {_limits(step, verb)}"
    timed = [f"{what} {_PART_PHRASES[dose['when']]}" for what, dose in zip(said, doses, strict=True)]
    return f"{start} {listed(timed)}."


def most_doses(step: Json) -> int:
    """How many as-needed doses a day may hold."""
    most, dose = step["max_per_day"], step["doses"][0]
    if most["unit"] == "{dose}/d":
        return int(most["value"])
    if most["unit"].startswith("{"):
        return int(Fraction(most["value"]) // sum(Fraction(piece["count"]) for piece in dose["pieces"]))
    return int(quantity_of(most).amount("mg/d") // quantity_of(dose["amount"]).amount("mg"))


def _limits(step: Json, verb: str) -> str:
    """The wait between as-needed doses, where the plan states one, and the most in one day."""
    wait = step.get("interval")
    told = f"Wait at least {amount(wait)} before you {verb} more. " if wait else ""
    return f"{told}Do not {verb} more than {_daily_maximum(step)} in one day."


def _daily_maximum(step: Json) -> str:
    """The most in one day, as pieces and as an amount where both are known: "8 tablets (400 mg)"."""
    most, (dose, *_) = step["max_per_day"], step["doses"]
    pieces: Sequence[Json] = dose["pieces"]
    if most["unit"].startswith("{") or len(pieces) != 1:
        return daily_total(most)
    count = quantity_of(most).amount("mg/d") / quantity_of(dose["amount"]).amount("mg") * Fraction(pieces[0]["count"])
    if count.denominator not in (1, 2, 4) and not is_liquid(pieces[0]):
        return daily_total(most)
    return f"{count_of({**pieces[0], 'count': str(count)})} ({daily_total(most)})"


def _days_phrase(on_days: object) -> str:
    """Which days of a step have a dose; nothing where every day has."""
    if isinstance(on_days, Mapping):
        every = int(on_days["every"])
        return "Every other day" if every == 2 else tied(f"Every {every} days")
    if isinstance(on_days, Sequence) and on_days:
        return f"On {listed([f'{capitalised(str(day))}s' for day in on_days])} only"
    return ""
