"""The gates: what a body has to be before a schema sees it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import Problem
from api.reading import DEEPEST, LARGEST_BODY, NumberLiteral, read_json
from tests.figures import figure


def read(body: bytes, content_type: str | None = "application/json") -> dict[str, object]:
    return read_json(body, content_type, len(body))


def refusal(body: bytes, content_type: str | None = "application/json") -> Problem:
    with pytest.raises(Problem) as caught:
        read(body, content_type)
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; version=1",
    ],
)
def test_json_in_utf_8_is_read_under_any_spelling(content_type: str) -> None:
    assert read(b'{"a": 1}', content_type) == {"a": 1}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/jsonx",
        "application/fhir+json",
        "application/json; charset=latin-1",
    ],
)
def test_another_media_type_is_415(content_type: str | None) -> None:
    problem = refusal(b'{"a": 1}', content_type)
    assert (problem.code, problem.status) == ("unsupported-media-type", 415)


def test_one_mebibyte_is_read_and_one_byte_more_is_413() -> None:
    frame = len(b'{"a":""}')
    assert read(b'{"a":"' + b"x" * (LARGEST_BODY - frame) + b'"}')
    problem = refusal(b'{"a":"' + b"x" * (LARGEST_BODY - frame + 1) + b'"}')
    assert (problem.code, problem.status) == ("too-large", 413)


def test_a_claimed_length_over_the_limit_is_413_even_when_little_came() -> None:
    with pytest.raises(Problem) as caught:
        read_json(b"{}", "application/json", LARGEST_BODY + 1)
    assert caught.value.status == 413


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_the_deepest_nesting_is_read_and_one_level_more_is_refused() -> None:
    assert read(nested(DEEPEST))
    problem = refusal(nested(DEEPEST + 1))
    assert (problem.code, problem.status) == ("too-deep", 400)


def test_brackets_inside_texts_are_not_depth() -> None:
    assert read(b'{"a": "' + b"[" * 500 + b'", "b": "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')


def test_many_lists_beside_each_other_are_not_depth() -> None:
    assert read(b'{"a": [' + b"[]," * 500 + b"[]]}")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 100_000, "too-deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too-deep"),
        (b'"' + b'\\"' * 500_000, "not-json"),
        (b'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["' + b'\\"[' * 300_000, "too-deep"),
        (b'"' + b"[" * 40 + b'\\"' * 500_000, "not-json"),
        (b'"' * 1_000_000, "not-json"),
        (b'{"a":' + b"[]," * 300_000, "not-json"),
    ],
    ids=[
        "open brackets",
        "closed brackets",
        "objects",
        "escaped quotes",
        "brackets then an open text",
        "open text of brackets and quotes",
        "quotes",
        "commas",
    ],
)
def test_a_hostile_megabyte_is_refused(body: bytes, code: str) -> None:
    # A pattern that backtracks would not come back from these within the day.
    assert refusal(body).code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"   \n", "not-json"),
        (b'{"a": 1,}', "not-json"),
        (b"{'a': 1}", "not-json"),
        (b'{"a": 1} {}', "not-json"),
        (b'{"a": 01}', "not-json"),
        (b'{"a": .5}', "not-json"),
        (b'{"a": "\n"}', "not-json"),
        (b'\xef\xbb\xbf{"a": 1}', "not-json"),
        (b'{"a": "\xff"}', "not-utf-8"),
        (b'{"a": "\xc3"}', "not-utf-8"),
        (b'{"a": "\xed\xa0\x80"}', "not-utf-8"),
        (b'{"a": "\\ud800"}', "not-utf-8"),
        (b'{"\\uDFFF": 1}', "not-utf-8"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "not-utf-8"),
    ],
)
def test_what_is_not_json_in_utf_8_is_400(body: bytes, code: str) -> None:
    problem = refusal(body)
    assert (problem.code, problem.status) == (code, 400)


def test_where_json_ends_is_told_by_line_and_column() -> None:
    assert "line 2, column 8" in refusal(b'{"a": 1,\n "b": 2x}').detail


def test_a_pair_of_surrogate_escapes_is_one_character() -> None:
    assert read(rb'{"a": "\ud83d\ude00"}') == {"a": "\N{GRINNING FACE}"}


@pytest.mark.parametrize("body", [b"[]", b'[{"a": 1}]', b'"a"', b"1", b"0.1", b"null", b"true"])
def test_what_is_not_an_object_is_422(body: bytes) -> None:
    problem = refusal(body)
    assert (problem.code, problem.status) == ("not-an-object", 422)


def test_every_repeated_key_and_constant_is_told_with_its_place() -> None:
    problem = refusal(b'{"a": [{"b": NaN, "b": 1, "c/d~": {"x": 1, "x": 2}}], "a": -Infinity}')
    assert (problem.code, problem.status) == ("several-faults", 400)
    assert [(fault.pointer, fault.code) for fault in problem.faults] == [
        ("/a/0/b", "not-a-number"),
        ("/a/0/b", "duplicate-key"),
        ("/a/0/c~1d~0/x", "duplicate-key"),
        ("/a", "duplicate-key"),
        ("/a", "not-a-number"),
    ]


def test_a_single_repeated_key_gives_the_answer_its_type() -> None:
    problem = refusal(b'{"orders": [{"dose": "1 mg", "dose": "1 mg"}]}')
    assert (problem.path, problem.status) == ("/problems/duplicate-key", 400)
    assert [fault.pointer for fault in problem.faults] == ["/orders/0/dose"]


def test_keys_that_are_equal_only_after_unescaping_are_equal() -> None:
    assert refusal(rb'{"dose": 1, "\u0064ose": 2}').code == "duplicate-key"


def test_a_key_that_stands_three_times_is_one_fault() -> None:
    assert len(refusal(b'{"a": 1, "a": 2, "a": 3}').faults) == 1


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_json_does_not_have_are_400(constant: bytes) -> None:
    problem = refusal(b'{"a": ' + constant + b"}")
    assert (problem.code, problem.status) == ("not-a-number", 400)


@pytest.mark.parametrize("literal", ["0.1", "5.0", "1e3", "1E-3", "-0", "-0.5", "9" * 16, "-" + "9" * 15, "9" * 5001])
def test_a_number_that_is_no_short_integer_stays_as_written(literal: str) -> None:
    value = read(b'{"a": ' + literal.encode() + b"}")["a"]
    assert type(value) is NumberLiteral
    assert value == literal


@pytest.mark.parametrize("number", [0, 1, -5, 999_999_999_999_999])
def test_a_short_integer_is_an_integer(number: int) -> None:
    value = read(b'{"a": %d}' % number)["a"]
    assert type(value) is int
    assert value == number


def test_text_is_told_from_a_number_literal_by_its_type() -> None:
    assert type(read(b'{"a": "0.1"}')["a"]) is str


VALID = json.dumps(
    {
        "patient": {"age": "54 years", "weight": {"value": 70.5, "unit": "kg"}, "pregnant": False},
        "orders": [{"drug": "gabapentin", "dose": "300 mg", "frequency": {"times": 3, "per": "day"}}],
    }
).encode()
FRAGMENTS = st.sampled_from(
    [
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"NaN",
        b"1e999",
        b"\\ud800",
        b"\xff",
        b"\x00",
        b"null",
        b"-0",
        b"",
    ]
) | st.binary(max_size=4)


@given(st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 8), FRAGMENTS), min_size=1, max_size=6))
@settings(max_examples=figure(100_000, 500))
def test_a_mutated_body_is_an_object_or_a_refusal(edits: list[tuple[int, int, bytes]]) -> None:
    body = VALID
    for place, length, fragment in edits:
        body = body[:place] + fragment + body[place + length :]
    try:
        value = read(body)
    except Problem as problem:
        assert problem.status in (400, 422)
        assert json.dumps(problem.members("/"), ensure_ascii=False).encode("utf-8")
    else:
        assert type(value) is dict
        assert not any(isinstance(item, float) for item in everything_in(value))
        assert json.dumps(value, ensure_ascii=False).encode("utf-8")


def everything_in(value: object) -> list[object]:
    if isinstance(value, dict):
        return [value, *(item for below in value.values() for item in everything_in(below))]
    if isinstance(value, list):
        return [value, *(item for below in value for item in everything_in(below))]
    return [value]
