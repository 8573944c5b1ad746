"""The gates a request body passes before any schema sees it: media type, size, UTF-8, depth, JSON, object.

Why not leave it to the framework: by default 100,000 brackets or a 5,001-digit integer end in a 500, the last
of two equal keys wins silently, and 0.1 becomes a binary float before anybody could read it exactly. Here
every number reaches the schema as it was written, and what is ambiguous is refused by name.

An ordinary body takes the fast way: one C scan, and one look at each object for repeated keys. Only a body
that stumbles is read a second time, to point at everything that is wrong with it at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from api.errors import Fault, Problem, step

LARGEST_BODY = 1024 * 1024
DEEPEST = 32
_LONGEST_INTEGER = 15  # longer than any number the grammar allows, short enough for an exact integer everywhere

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_UTF_8_NAMES = frozenset({"utf-8", "utf8"})


class NumberLiteral(str):
    """A JSON number as it was written, for the number grammar to judge: `0.1`, `5.0`, `1e3`, or very many
    digits.

    It is text, so no exactness is lost; it is a type of its own, so a field that wants text can tell it from
    text (`type(value) is str`).
    """

    __slots__ = ()


class _Unusual(Exception):
    """The fast way met something that only the thorough way can point at."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """An object with a repeated key, all its pairs kept."""

    pairs: list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class _Constant:
    """NaN, Infinity or -Infinity, which JSON does not have."""

    name: str


def read_json(request_body: bytes, content_type: str | None, content_length: int | None) -> dict[str, object]:
    """The object a body holds, its numbers exact; a Problem with all that is wrong at a gate."""
    check_media_type(content_type)
    check_size(max(len(request_body), content_length or 0))
    text = _decoded(request_body)
    _check_depth(request_body)
    value = _parsed(text)
    if not isinstance(value, dict):
        raise Problem("not-an-object", "The body is JSON, but not an object: it has to begin with { and end with }.")
    return value


def check_media_type(content_type: str | None) -> None:
    """Only JSON in UTF-8 is read."""
    if content_type == "application/json":
        return
    media_type, *parameters = (content_type or "").split(";")
    if media_type.strip().lower() != "application/json":
        raise Problem(
            "unsupported-media-type",
            "The body has to be sent as Content-Type: application/json."
            + ("" if content_type else " The request names no content type."),
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in _UTF_8_NAMES:
            raise Problem("unsupported-media-type", "JSON is read in UTF-8 only; the request names another charset.")


def check_size(size: int) -> None:
    """Asked before reading, with what the request claims, and after, with what came."""
    if size > LARGEST_BODY:
        raise Problem("too-large", "The body is larger than 1 MiB (1,048,576 bytes).")


def _decoded(request_body: bytes) -> str:
    try:
        return request_body.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"The body is not UTF-8: byte {error.start + 1} does not belong to any character."
        raise Problem("not-utf-8", detail) from None


def _check_depth(request_body: bytes) -> None:
    """Deep nesting is refused before the parser recurses into it."""
    if request_body.count(b"[") + request_body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for bracket in _STRING.sub(b"", request_body).translate(None, _NOT_A_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise Problem("too-deep", f"The body nests lists and objects more than {DEEPEST} deep.")


def _parsed(text: str) -> object:
    try:
        value: object = _FAST.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except _Unusual:
        faults = tuple(_faults(_thoroughly(text), ""))
        _check_unicode(text, [fault.pointer for fault in faults])
        raise Problem.of(faults, status=400) from None
    _check_unicode(text, value)
    return value


def _thoroughly(text: str) -> object:
    try:
        return _THOROUGH.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None


def _not_json(text: str, error: json.JSONDecodeError) -> Problem:
    if not text.strip():
        return Problem("not-json", "The body is empty; a JSON object is needed.")
    if text.startswith("\ufeff"):
        return Problem("not-json", "The body begins with a byte order mark, which JSON does not have.")
    return Problem("not-json", f"The body stops being JSON at line {error.lineno}, column {error.colno}.")


def _check_unicode(text: str, value: object) -> None:
    r"""A \ud800 escape without its partner reads well and can be neither stored nor answered."""
    if not _ESCAPED_SURROGATE.search(text):
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        detail = r"The body has half a character: an escape from \ud800 to \udfff without its partner."
        raise Problem("not-utf-8", detail) from None


def _integer(literal: str) -> int | NumberLiteral:
    # `-0` would lose its sign as an integer, and 5,001 digits are more than Python turns into one.
    if len(literal) > _LONGEST_INTEGER or literal == "-0":
        return NumberLiteral(literal)
    return int(literal)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Unusual
    return members


def _no_constant(name: str) -> NoReturn:
    raise _Unusual


def _object_or_pairs(pairs: list[tuple[str, object]]) -> _Pairs:
    return _Pairs(pairs)


def _faults(value: object, pointer: str) -> Iterator[Fault]:
    """Repeated keys and constants below a value, each with its place; depth is bounded by the gate before."""
    if isinstance(value, _Constant):
        yield Fault(pointer, "not-a-number", f"{value.name} is not a number in JSON.", "Leave the field out.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}")
    elif isinstance(value, _Pairs):
        seen: dict[str, int] = {}
        for key, item in value.pairs:
            seen[key] = seen.get(key, 0) + 1
            place = pointer + step(key)
            if seen[key] == 2:
                yield Fault(
                    place,
                    "duplicate-key",
                    "This key stands more than once in its object.",
                    "Keep one of them.",
                )
            yield from _faults(item, place)


_FAST = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NumberLiteral, parse_int=_integer, parse_constant=_no_constant
)
_THOROUGH = json.JSONDecoder(
    object_pairs_hook=_object_or_pairs,
    parse_float=NumberLiteral,
    parse_int=_integer,
    parse_constant=_Constant,
)
