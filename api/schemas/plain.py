"""Fields for what is neither a quantity nor a name: dates, codes, yes or no, whole numbers and texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault
from api.reading import NumberLiteral
from api.schemas.base import described, refusal
from dosing.errors import ReadingError
from dosing.numbers import read_number, shown

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Nobody who is ordered for was born before, and no plan reaches beyond; between them every date can be counted with.
FIRST_DATE, LAST_DATE = date(1800, 1, 1), date(2199, 12, 31)
ORDER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class DateField(fields.Field[date]):
    """A calendar date, written in full. Week dates, basic format and times of day are other things."""

    def __init__(self, *, required: bool = False, allow_none: bool = False, description: str = "") -> None:
        document = {"type": "string", "format": "date", "examples": ["2026-12-01"]} | described(description)
        super().__init__(required=required, allow_none=allow_none, metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if type(value) is not str:
            raise refusal("wrong-type", "A date is a text.", 'Write "2026-12-01".')
        try:
            day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            raise refusal("not-a-date", f"{shown(value)} is not a calendar date.", "Write it as 2026-12-01.")
        if not FIRST_DATE <= day <= LAST_DATE:
            raise refusal("out-of-range", f"Dates are read from {FIRST_DATE} to {LAST_DATE}.")
        return day


class CodeField(fields.Field[str]):
    """One of a closed list of words, written as it stands there."""

    def __init__(self, words: Iterable[str], *, required: bool = False, description: str = "") -> None:
        self._words = tuple(words)
        self._known = frozenset(self._words)
        document = {"type": "string", "enum": list(self._words)} | described(description)
        super().__init__(required=required, metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return code_of(value, self._known, self._words)


def code_of(value: object, known: frozenset[str], words: Iterable[str]) -> str:
    """A word of a closed list; ValidationError for anything else."""
    if type(value) is not str:
        raise refusal("wrong-type", "A text is needed here.")
    if value not in known:
        raise refusal("unknown-value", f"{shown(value)} is not known here.", f"Write one of: {', '.join(words)}.")
    return value


class FlagField(fields.Field[bool]):
    """true or false; nothing is taken for either."""

    def __init__(self, description: str = "") -> None:
        super().__init__(metadata={"type": "boolean"} | described(description))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise refusal("wrong-type", "true or false is needed here.")
        return value


class WholeNumberField(fields.Field[int]):
    """A whole number in a range, as a JSON number."""

    def __init__(self, least: int, most: int, *, required: bool = False, description: str = "") -> None:
        self._range = (least, most)
        document = {"type": "integer", "minimum": least, "maximum": most} | described(description)
        super().__init__(required=required, metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        return whole_number_of(value, *self._range)


def whole_number_of(value: object, least: int, most: int) -> int:
    """A whole number from `least` to `most`; ValidationError for anything else."""
    if type(value) not in (int, NumberLiteral):
        raise refusal("wrong-type", "A whole number is needed here, not in quotes.")
    try:
        number = read_number(str(value))
    except ReadingError as error:
        raise ValidationError([Fault.of(error)]) from None
    if number.denominator != 1:
        raise refusal("out-of-range", "A whole number is needed here.")
    if not least <= number <= most:
        raise refusal("out-of-range", f"The number has to be from {least} to {most}.")
    return number.numerator


class TextField(fields.Field[str]):
    """A text of at least one character, kept as it was written."""

    def __init__(self, longest: int, *, required: bool = False, description: str = "") -> None:
        self._longest = longest
        document = {"type": "string", "minLength": 1, "maxLength": longest} | described(description)
        super().__init__(required=required, metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return text_of(value, self._longest)


def text_of(value: object, longest: int) -> str:
    """A text that says something and can be printed; ValidationError for anything else."""
    if type(value) is not str:
        raise refusal("wrong-type", "A text is needed here.")
    if not value or value.isspace():
        raise refusal("malformed", "The text is empty.", "Leave the field out.")
    if len(value) > longest:
        raise refusal("too-long", f"The text has more than {longest} characters.")
    if not value.isprintable():
        raise refusal("malformed", "The text has a character that cannot be printed, a line break for example.")
    return value


class OrderIdField(fields.Field[str]):
    """What names an order in the answer."""

    def __init__(self) -> None:
        document = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "examples": ["rx-1"]}
        super().__init__(metadata=document | {"description": "Left out: the order's place, counted from 0."})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not ORDER_ID.fullmatch(text_of(value, 64)):
            raise refusal("malformed", "An id is made of letters, digits, points, underscores and hyphens.")
        return str(value)


def list_of(value: object, most: int, least: int = 0) -> list[Any]:
    """A list of bounded length; ValidationError for anything else."""
    if type(value) is not list:
        raise refusal("wrong-type", "A list is needed here.")
    if len(value) < least:
        raise refusal("too-few", f"At least {least} is needed here.")
    if len(value) > most:
        raise refusal("too-many", f"There are more than {most} entries.")
    return value
