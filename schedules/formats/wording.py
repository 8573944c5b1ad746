"""Numbers, quantities and names as they are read on paper.

Everything a person reads goes through here, so that one rule has one home: a non-breaking space between a
number and its unit, commas from 1,000 up, mixed-case spellings for prescribers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from dosing.numbers import decimal_text, grouped
from dosing.units import Quantity, read_unit, words

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


def tied(text: str, drugs: Iterable[str] = ()) -> str:
    """`text` with non-breaking spaces inside every dose, and between a drug's name and its dose."""
    text = _LOOSE.sub(NO_BREAK, text)
    for drug in drugs:
        text = re.sub(rf"(?i)\b({re.escape(drug)}) (?=\d)", rf"\1{NO_BREAK}", text)
    return text


def tall_man(text: str) -> str:
    """`text` with the mixed-case spellings of look-alike names; never for the patient's sheet."""
    return _TALL_MAN_PATTERN.sub(lambda match: _TALL_MAN_BY_NAME[match[0].lower()], text)


def capitalised(text: str) -> str:
    """`text` with a capital first letter and the rest as it was."""
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str]) -> str:
    """ "one and two"; "one, two, and three"; with a comma too where an item has an "and" of its own."""
    if len(items) < 2:
        return "".join(items)
    if len(items) == 2 and not any(" and " in item for item in items):
        return " and ".join(items)
    return f"{', '.join(items[:-1])}, and {items[-1]}"


def number(value: Fraction) -> str:
    """A number for people: "3,600", "0.5", "about 6.67"."""
    text, rounded = decimal_text(value)
    return f"{'about ' if rounded else ''}{grouped(text)}"


def quantity_of(value: Json) -> Quantity:
    """The exact quantity of the contract's `{"value", "unit"}` object."""
    return Quantity(Fraction(value["value"]), read_unit(value["unit"]))


def amount(value: Json) -> str:
    """The words of a quantity object: "3,600 mg a day"; "about 6.67 mg" where it says it is rounded."""
    text = words(quantity_of(value))
    return tied(f"about {text}" if value.get("rounded") and not text.startswith("about ") else text)


def daily_total(value: Json) -> str:
    """What a day adds up to, for a sentence that says "in one day" itself: "400 mg"."""
    return amount({**value, "unit": value["unit"].removesuffix("/d")})


def is_quantity(value: object) -> bool:
    """Whether a value of the plan is a `{"value", "unit"}` object."""
    return isinstance(value, Mapping) and "value" in value and "unit" in value
