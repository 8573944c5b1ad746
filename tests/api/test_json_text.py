"""Exact numbers on their way out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.json_text import encode, number, quantity
from dosing.units import quantity as read


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(300), b"300"),
        (Fraction(1, 10), b"0.1"),
        (Fraction(15, 2), b"7.5"),
        (Fraction(-1, 4), b"-0.25"),
        (Fraction(1, 3), b"0.33"),
        (Fraction(1, 10**12), b"0.000000000001"),
        (Fraction(2**53 - 1), b"9007199254740991"),
        (Fraction(2**53), b"9007199254740992"),
        (Fraction(10**40), b"1" + b"0" * 40),
    ],
)
def test_a_number_is_written_digit_by_digit(value: Fraction, text: bytes) -> None:
    assert encode(number(value)) == text
    assert encode({"value": value}) == b'{"value":' + text + b"}"


@given(st.integers(-(10**15), 10**15), st.integers(0, 12))
def test_a_decimal_survives_the_way_out_exactly(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    text = encode(number(value)).decode()
    assert Fraction(json.loads(text, parse_float=Decimal)) == value


def test_a_quantity_is_value_and_unit() -> None:
    assert encode(quantity(read("300 mg"))) == b'{"value":300,"unit":"mg"}'
    assert encode(quantity(read("0.3 mg/kg/day"))) == b'{"value":0.3,"unit":"mg/kg/d"}'


def test_only_a_quantity_without_a_finite_decimal_says_that_it_is_rounded() -> None:
    third = read("20 mg/day") / 3
    assert encode(quantity(third)) == b'{"value":6.67,"unit":"mg/d","rounded":true}'
    assert b"rounded" not in encode(quantity(read("20 mg/day") / 8))


def test_a_quantity_may_stand_anywhere_in_an_answer() -> None:
    assert encode({"a": [read("5 mcg")]}) == b'{"a":[{"value":5,"unit":"ug"}]}'


def test_what_has_no_stated_form_is_never_guessed() -> None:
    @dataclass
    class Patient:
        name: str

    for value in (Patient("Canary"), {1, 2}, Decimal("0.1"), object()):
        with pytest.raises(TypeError):
            encode({"a": value})
