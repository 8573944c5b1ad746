"""Answers as bytes, encoded once, with exact numbers.

An answer is built in its final shape out of dicts, lists, texts, booleans and what `number` and `quantity`
give: a schema that dumps fifty rows would cost more than the check itself. Numbers are Fractions until the
last moment and are written digit by digit, so 0.1 never passes through a binary float.
"""

from __future__ import annotations

from fractions import Fraction

import orjson

from dosing.numbers import decimal_text
from dosing.units import Quantity

_LARGEST_INTEGER = 2**53 - 1  # what every JSON reader holds exactly; a larger one is written digit by digit


def encode(answer: object) -> bytes:
    """The answer in UTF-8. What has no stated JSON form, a dataclass or a set, is a TypeError."""
    return orjson.dumps(answer, default=_written, option=orjson.OPT_PASSTHROUGH_DATACLASS)


def number(value: Fraction) -> int | orjson.Fragment:
    """A number for `encode`: the exact decimal where there is one, else rounded as `decimal_text` does."""
    if value.denominator == 1 and abs(value.numerator) <= _LARGEST_INTEGER:
        return value.numerator
    return orjson.Fragment(decimal_text(value)[0])


def quantity(measured: Quantity) -> dict[str, object]:
    """A quantity for `encode`: value and UCUM code, and `rounded` where no finite decimal exists."""
    value = measured.value
    if value.denominator == 1:
        return {"value": number(value), "unit": measured.unit.code}
    text, rounded = decimal_text(value)
    members: dict[str, object] = {"value": orjson.Fragment(text), "unit": measured.unit.code}
    if rounded:
        members["rounded"] = True
    return members


def _written(value: object) -> object:
    if isinstance(value, Fraction):
        return number(value)
    if isinstance(value, Quantity):
        return quantity(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
