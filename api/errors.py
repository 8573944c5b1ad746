"""Refusals as values: a Fault is one thing wrong at one place, a Problem is an answer made of faults (RFC
9457).

Nothing here knows Flask, so that a schema, a file of orders and the web page refuse in the same words. How a
Problem becomes an HTTP answer is in `error_handlers`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from marshmallow import Schema, ValidationError, fields

from api.problems import PROBLEM_TYPES
from dosing.errors import ReadingError

MOST_FAULTS = 1000  # a body of one MiB can hold 100,000 faults; nobody reads that many, and the answer has to end
_SCHEMA = "_schema"  # where marshmallow keeps what concerns the object as a whole


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (RFC 6901), a code of the catalogue, what, and how to put it right.

    The pointer is relative until a schema or a gate has said where the value stood. A query parameter stands
    outside the body: `parameter` names it and the pointer stays empty.
    """

    pointer: str
    code: str
    detail: str
    hint: str | None = None
    parameter: str | None = None

    @classmethod
    def of(cls, error: ReadingError, pointer: str = "") -> Fault:
        """A number or unit that the core could not read."""
        return cls(pointer, error.code, error.detail, error.hint)

    def at(self, pointer: str) -> Fault:
        """The same fault below `pointer`."""
        return replace(self, pointer=pointer + self.pointer)

    def members(self) -> dict[str, object]:
        """As it stands under `errors`."""
        members: dict[str, object] = {"pointer": self.pointer, "code": self.code, "detail": self.detail}
        if self.hint is not None:
            members["hint"] = self.hint
        if self.parameter is not None:
            members["parameter"] = self.parameter
        return members


class Problem(Exception):
    """An answer that refuses: a code of the catalogue, what happened here, every fault, and members of its
    own.

    `status` is the catalogue's unless the gate that refuses knows better.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: tuple[Fault, ...] = (),
        status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        **members: object,
    ) -> None:
        super().__init__(code, detail)
        kind = PROBLEM_TYPES[code]
        self.code = code
        self.path = kind.path
        self.title = kind.title
        self.status = kind.status if status is None else status
        self.detail = detail
        self.faults = faults
        self.headers = headers
        self.extra = members

    @classmethod
    def of(cls, faults: Iterable[Fault], *, status: int = 422) -> Problem:
        """All faults of a request in one answer, whose type is that of the only fault or `several-faults`."""
        found = tuple(faults)
        if len(found) == 1:
            return cls(found[0].code, found[0].detail, faults=found, status=status)
        return cls("several-faults", f"{len(found)} things are wrong; see errors.", faults=found, status=status)

    def members(self, instance: str) -> dict[str, object]:
        """The body of the answer. `instance` is the address that was asked."""
        body: dict[str, object] = {
            "type": self.path,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.faults:
            body["errors"] = [fault.members() for fault in self.faults[:MOST_FAULTS]]
        if len(self.faults) > MOST_FAULTS:
            body["errors_left_out"] = len(self.faults) - MOST_FAULTS
        return body | self.extra


def step(key: object) -> str:
    """One step of a JSON pointer, with its two escapes."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


# What marshmallow says on its own account, in the words and codes of this service.
_BUILT_IN: Mapping[str, tuple[str, str, str | None]] = {
    "Unknown field.": ("unknown-field", "This field is not known here.", None),
    "Missing data for required field.": ("missing-field", "This field is required.", None),
    "Field may not be null.": ("wrong-type", "null is not a value here.", "Leave the field out."),
    "Not a valid string.": ("wrong-type", "A text is needed here.", None),
    "Not a valid integer.": ("wrong-type", "A whole number is needed here.", None),
    "Not a valid boolean.": ("wrong-type", "true or false is needed here.", None),
    "Not a valid list.": ("wrong-type", "A list is needed here.", None),
    "Not a valid mapping type.": ("wrong-type", "An object is needed here.", None),
    "Invalid type.": ("wrong-type", "Another type of value is needed here.", None),
    "Invalid input type.": ("wrong-type", "An object is needed here.", None),
    "Not a valid date.": ("not-a-date", "A calendar date is needed here.", "Write it as 2026-12-01."),
}


def faults_from_marshmallow(error: ValidationError, schema: Schema | None = None) -> list[Fault]:
    """Every message of a validation, as faults with pointers, in the order of the schema's messages.

    A message may be a Fault (its pointer is relative to the field), a ReadingError, or a text of
    marshmallow's. With the schema at hand, an unknown field gets the names it may have been meant for.
    """
    return list(_walk(error.messages, "", schema))


def _walk(messages: object, pointer: str, known: object) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            if below == ["Unknown field."]:  # first, since a field may be called what marshmallow calls the whole
                yield Fault(
                    pointer + step(key),
                    "unknown-field",
                    "This field is not known here.",
                    _meant(str(key), known),
                )
            elif key == _SCHEMA:
                yield from _walk(below, pointer, known)
            else:
                yield from _walk(below, pointer + step(key), _below(known, key))
    elif isinstance(messages, (list, tuple)):
        for message in messages:
            yield from _walk(message, pointer, known)
    elif isinstance(messages, Fault):
        yield messages.at(pointer)
    elif isinstance(messages, ReadingError):
        yield Fault.of(messages, pointer)
    else:
        code, detail, hint = _BUILT_IN.get(str(messages), ("malformed", str(messages), None))
        yield Fault(pointer, code, detail, hint)


def _below(known: object, key: object) -> object:
    """The schema or field that reads what stands under `key`, or None where only marshmallow knows."""
    if isinstance(known, fields.Nested):
        known = known.schema
    if isinstance(known, Schema):
        return next((field for name, field in known.load_fields.items() if (field.data_key or name) == key), None)
    if isinstance(known, fields.List):
        return known.inner
    return None


def _meant(name: str, known: object) -> str | None:
    if isinstance(known, fields.List):
        known = known.inner
    if isinstance(known, fields.Nested):
        known = known.schema
    if not isinstance(known, Schema):
        return None
    names = [field.data_key or attribute for attribute, field in known.load_fields.items()]
    close = difflib.get_close_matches(name[:64].lower(), names, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else None
