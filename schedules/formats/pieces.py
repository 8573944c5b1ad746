"""Pieces in words: how much of what, apart from when.

A count stands beside its strength or its amount, and a piece that is cut is said in words ("1 and a half
tablets"), because "1.5" is read as 15. Each form has its own sentences, so that another language can give each
its own endings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from schedules.formats.languages import ENGLISH, Language, message
from schedules.formats.wording import NO_BREAK, Json, amount, number, numbers_tied

AS_NEEDED: Final = "as-needed"
PART_TITLES: Final[Mapping[str, str]] = {
    "morning": message("Morning"),
    "noon": message("Noon"),
    "evening": message("Evening"),
    "bedtime": message("Bedtime"),
    AS_NEEDED: message("If needed"),
}
_HALF: Final = Fraction(1, 2)
_QUARTER: Final = Fraction(1, 4)
_ARTICLE_AN: Final = "aeiou"


@dataclass(frozen=True, slots=True)
class _Noun:
    """How pieces of one form are counted. Nothing is cut in thirds."""

    one: str
    many: str
    half: str
    quarter: str
    three_quarters: str
    and_a_half: str
    and_a_quarter: str
    and_three_quarters: str


def _noun(form: str) -> _Noun:
    many = f"{form}es" if form.endswith("ch") else f"{form}s"
    article = "an" if form[0] in _ARTICLE_AN else "a"
    return _Noun(
        one=f"{{number}} {form}",
        many=f"{{number}} {many}",
        half=f"half {article} {form}",
        quarter=f"a quarter of {article} {form}",
        three_quarters=f"three quarters of {article} {form}",
        and_a_half=f"{{number}} and a half {many}",
        and_a_quarter=f"{{number}} and a quarter {many}",
        and_three_quarters=f"{{number}} and three quarters {many}",
    )


NOUNS: Final[Mapping[str, _Noun]] = {
    form: _noun(form)
    for form in (
        *("tablet", "capsule", "patch", "spray", "film", "injection"),
        *("extended-release tablet", "delayed-release tablet", "orally disintegrating tablet", "sublingual tablet"),
        *("extended-release capsule", "delayed-release capsule", "transdermal patch", "nasal spray", "buccal film"),
    )
}


def noun(form: str) -> str:
    """The short word for one piece of a form: an extended-release tablet is a tablet."""
    return form.rsplit(" ", 1)[-1]


def counted(count: Fraction, form: str, language: Language = ENGLISH) -> str:
    """A count of pieces: "2 capsules", "half a tablet", "1 and a half tablets"."""
    words = NOUNS[form]
    whole, part = divmod(count, 1)
    if part == 0:
        return numbers_tied(language.count(words.one, words.many, int(whole)))
    if whole == 0:
        alone = {_QUARTER: words.quarter, _HALF: words.half, 3 * _QUARTER: words.three_quarters}
        return language.say(alone[part])
    added = {_QUARTER: words.and_a_quarter, _HALF: words.and_a_half, 3 * _QUARTER: words.and_three_quarters}
    return numbers_tied(language.count(added[part], added[part], int(whole)))


def is_liquid(piece: Json) -> bool:
    """Whether the count of a piece is a volume."""
    return bool(piece.get("unit") == "mL")


def is_patch(step: Json) -> bool:
    """Whether the step is a patch, which is worn and not taken."""
    return any(noun(piece["form"]) == "patch" for dose in step["doses"] for piece in dose["pieces"])


def is_cut(piece: Json) -> bool:
    """Whether a piece has to be split. A volume is measured and not cut."""
    return not is_liquid(piece) and Fraction(piece["count"]).denominator > 1


def count_of(piece: Json, language: Language = ENGLISH) -> str:
    """How much of one product: "2 capsules", "7 mL"."""
    count = Fraction(piece["count"])
    return f"{number(count)}{NO_BREAK}mL" if is_liquid(piece) else counted(count, noun(piece["form"]), language)


def pieces_of(dose: Json, several_strengths: bool, language: Language = ENGLISH) -> tuple[str, ...]:
    """The pieces of a dose, each with its strength where the plan has more than one."""
    counts = [count_of(piece, language) for piece in dose["pieces"]]
    if not several_strengths:
        return tuple(counts)
    return tuple(
        of_strength(count, amount(piece["strength"], language), language, apart=_ends_in_a_piece(piece))
        for count, piece in zip(counts, dose["pieces"], strict=True)
    )


def strengths_to_name(plan: Json) -> frozenset[str]:
    """The drugs that the plan takes from more than one product, so that a count alone does not say which."""
    products: dict[str, set[tuple[object, ...]]] = {}
    for piece in plan["supply"]:
        # A stored plan of one drug may not name it here.
        known = products.setdefault(str(piece.get("drug") or plan["steps"][0]["drug"]), set())
        known.add((piece["form"], piece["strength"]["value"], piece["strength"]["unit"]))
    return frozenset(drug for drug, known in products.items() if len(known) > 1)


def of_strength(count: str, strength: str, language: Language = ENGLISH, *, apart: bool = False) -> str:
    """Such as "2 capsules of 300 mg".

    `apart` is for a count that another language ends with the name of a piece ("1 tableta y un cuarto de tableta"):
    without a comma the strength would be read as that of the last piece alone.
    """
    joined = (
        message("{count}, of {strength}") if apart and language is not ENGLISH else message("{count} of {strength}")
    )
    return language.say(joined, count=count, strength=strength).replace(f" {strength}", f"{NO_BREAK}{strength}")


def _ends_in_a_piece(piece: Json) -> bool:
    """Whether a count has wholes and quarters."""
    count = Fraction(piece["count"])
    return not is_liquid(piece) and count > 1 and count.denominator == _QUARTER.denominator


def product(piece: Json, drug: str = "", language: Language = ENGLISH) -> str:
    """One product to collect: "147 capsules of 300 mg", "392 mL of oral solution, 50 mg per mL".

    `drug` is named where a plan has more than one: "147 capsules of gabapentin, 300 mg each".
    """
    count, strength = Fraction(piece["count"]), amount(piece["strength"], language)
    named = language.say(drug)
    if is_liquid(piece):
        volume, form = f"{number(count)}{NO_BREAK}mL", language.say(piece["form"])
        if drug:
            said = message("{volume} of {drug}, {form}, {strength}")
            return language.say(said, volume=volume, drug=named, form=form, strength=strength)
        return language.say("{volume} of {form}, {strength}", volume=volume, form=form, strength=strength)
    pieces = counted(count, piece["form"], language)
    if drug:
        return language.say("{count} of {drug}, {strength} each", count=pieces, drug=named, strength=strength)
    return of_strength(pieces, strength, language, apart=_ends_in_a_piece(piece))
