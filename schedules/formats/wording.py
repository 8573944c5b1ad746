"""Numbers, quantities and names as they are read on paper, in the language of the reader.

Everything a person reads goes through here, so that one rule has one home: a non-breaking space between a
number and its unit, commas from 1,000 up (in the Spanish of the United States too), mixed-case spellings for
prescribers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from dosing.numbers import decimal_text, grouped
from dosing.units import Quantity, read_unit, words
from schedules.formats.languages import ENGLISH, Language, message

# A part of the schedule's JSON object. Its shape is the contract's and is not validated again here.
Json = Mapping[str, Any]

NO_BREAK: Final = "\u00a0"
# Names that are taken for each other, in the mixed case that the FDA and ISMP ask for.
_TALL_MAN: Final = (
    *("traMADol", "predniSONE", "prednisoLONE", "methylPREDNISolone", "DULoxetine", "azaTHIOprine"),
    *("HYDROcodone", "HYDROmorphone", "oxyCODONE", "oxyMORphone", "fentaNYL"),
)
_TALL_MAN_BY_NAME: Final = {name.lower(): name for name in _TALL_MAN}
_TALL_MAN_PATTERN: Final = re.compile(rf"(?i)\b(?:{'|'.join(_TALL_MAN_BY_NAME)})\b(?!/[a-z]+-)")
_LOOSE: Final = re.compile(
    r"(?<=\d) (?=(?:mg|mcg|ng|g|mL|L|MME|units|kg|cm|mmol|micromol|thousand|billion|degrees"
    r"|times|tablets?|capsules?|patch(?:es)?|sprays?|films?|doses?|days?|hours?|weeks?|months?|years?)\b)"
)
# Which words of another language are units is for its catalogue; a number may keep any word that follows it.
_LOOSE_ANYWHERE: Final = re.compile(r"(?<=\d) (?=[^\W\d_])")
_AMOUNT: Final = re.compile(r"(?P<about>about )?(?P<number>[\d,.]+) (?P<unit>.+)")
_ABOUT: Final = message("about {amount}")


def tied(text: str, drugs: Iterable[str] = (), language: Language = ENGLISH) -> str:
    """`text` with non-breaking spaces inside every dose, and between a drug's name and its dose."""
    text = (_LOOSE if language is ENGLISH else _LOOSE_ANYWHERE).sub(NO_BREAK, text)
    for drug in drugs:
        text = re.sub(rf"(?i)\b({re.escape(drug)}) (?=\d)", rf"\1{NO_BREAK}", text)
    return text


def numbers_tied(text: str) -> str:
    """`text` with a non-breaking space between every number and the word after it."""
    return _LOOSE_ANYWHERE.sub(NO_BREAK, text)


def tall_man(text: str) -> str:
    """`text` with the mixed-case spellings of look-alike names; never for the patient's sheet."""
    return _TALL_MAN_PATTERN.sub(lambda match: _TALL_MAN_BY_NAME[match[0].lower()], text)


def capitalised(text: str) -> str:
    """`text` with a capital first letter and the rest as it was."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """`text` with a small first letter, for use inside a sentence."""
    return text[:1].lower() + text[1:]


def listed(items: Sequence[str], language: Language = ENGLISH) -> str:
    """ "one and two"; "one, two, and three"; with a comma too where an item has an "and" of its own."""
    if len(items) < 2:
        return "".join(items)
    between = f" {language.say('and')} "
    if len(items) == 2 and not any(between in item.replace(NO_BREAK, " ") for item in items):
        return between.join(items)
    return language.say("{items}, and {last}", items=", ".join(items[:-1]), last=items[-1])


def number(value: Fraction) -> str:
    """A number for people: "3,600", "0.5", "about 6.67"."""
    text, rounded = decimal_text(value)
    return f"{'about ' if rounded else ''}{grouped(text)}"


def quantity_of(value: Json) -> Quantity:
    """The exact quantity of the contract's `{"value", "unit"}` object."""
    return Quantity(Fraction(value["value"]), read_unit(value["unit"]))


def amount(value: Json, language: Language = ENGLISH) -> str:
    """The words of a quantity object: "3,600 mg a day"; "about 6.67 mg" where it says it is rounded."""
    text = words(quantity_of(value))
    if value.get("rounded") and not text.startswith("about "):
        text = f"about {text}"
    found = _AMOUNT.fullmatch(text)
    if language is not ENGLISH and found:
        said = f"{found['number']} {language.say(found['unit'])}"
        text = language.say(_ABOUT, amount=said) if found["about"] else said
    return tied(text, language=language)


def daily_total(value: Json, language: Language = ENGLISH) -> str:
    """What a day or a week adds up to, for a sentence that says "in one day" itself: "400 mg"."""
    return amount({**value, "unit": value["unit"].removesuffix("/d").removesuffix("/wk")}, language)


def is_quantity(value: object) -> bool:
    """Whether a value of the plan is a `{"value", "unit"}` object."""
    return isinstance(value, Mapping) and "value" in value and "unit" in value
