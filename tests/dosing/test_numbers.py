"""Numbers are read in one grammar, refused with the contract's codes, and written exactly."""

from __future__ import annotations

import pickle
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosing.errors import DimensionError, DosingError, ReadingError
from dosing.numbers import MOST_DIGITS, decimal_text, grouped, read_number, shown, space_name

NUMBER_CODES = {
    "naked-decimal",
    "digit-separator",
    "exponent",
    "fraction",
    "range-in-string",
    "sign",
    "non-ascii-digit",
    "not-a-number",
    "too-many-digits",
    "leading-zero",
}

REFUSED = {
    "naked-decimal": [".5", "5.", ".0", "00.", ".5.3"],
    "digit-separator": [
        "0,5",
        "1 000",
        "1,000",
        "1_000",
        "7·5",
        "1\u00a0000",
        "1\u2009000",
        "1'000",
        "1’000",
        "1.234,5",
        ",5",
        "5,",
    ],
    "exponent": ["1e3", "1E3", "1e+3", "5e-3", "1e400", "10^3", "1x10^3", "1×10^3", "9**9**9"],
    "fraction": ["1/2", "1 / 2", "1⁄2", "½", "1½", "1 1/2", "3/4/5"],
    "range-in-string": [
        "50–100",
        "50-100",
        "50 - 100",
        "50 to 100",
        "50to100",
        "1 or 2",
        "50—100",
        "50~100",
        "50..100",
    ],
    "sign": ["-5", "−5", "+5", "±5", "- 5", "-.5", "-inf", "－５"],
    "non-ascii-digit": ["٣", "５", "1٣", "𝟓", "٣.٥", "1०"],
    "not-a-number": [
        "",
        " ",
        "\n",
        "nan",
        "NaN",
        "inf",
        "Infinity",
        "1.2.3",
        "0x10",
        "0X10",
        "0x100",
        "abc",
        "5 ",
        " 5",
        "\t5",
        "5\n",
        "5 mg",
        "<5",
        "~5",
        ".",
        "-",
        "⑤",
        "五",
        "1.000.000",
        "5..",
        "True",
    ],
    "too-many-digits": ["1234567890123", "0.123456789012", "123456.1234567", "9" * 5000, "1." + "0" * 12],
    "leading-zero": ["0300", "00", "05", "00.5", "0000000000000"],
}


def test_the_refused_texts_exercise_every_number_code_of_the_contract() -> None:
    assert REFUSED.keys() == NUMBER_CODES


@pytest.mark.parametrize(("text", "code"), [(text, code) for code, texts in REFUSED.items() for text in texts])
def test_a_text_outside_the_grammar_is_refused_with_its_own_code_and_a_way_to_write_it(text: str, code: str) -> None:
    with pytest.raises(ReadingError) as refusal:
        read_number(text)
    assert refusal.value.code == code
    assert refusal.value.detail.endswith(".")
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("0.0", Fraction(0)),
        ("5", Fraction(5)),
        ("10", Fraction(10)),
        ("5.0", Fraction(5)),
        ("0.5", Fraction(1, 2)),
        ("0.1", Fraction(1, 10)),
        ("1000.25", Fraction(4001, 4)),
        ("123456789012", Fraction(123456789012)),
        ("0.00000000001", Fraction(1, 10**11)),
    ],
)
def test_a_number_in_the_grammar_is_read_exactly(text: str, value: Fraction) -> None:
    assert read_number(text) == value


def test_twelve_digits_are_read_and_thirteen_are_not() -> None:
    assert read_number("1" * MOST_DIGITS) == int("1" * MOST_DIGITS)
    with pytest.raises(ReadingError, match="12 digits"):
        read_number("1" * (MOST_DIGITS + 1))


def test_a_leading_no_break_space_is_refused_by_name() -> None:
    with pytest.raises(ReadingError, match="begins with a no-break space"):
        read_number("\u00a05")


def test_white_space_without_a_unicode_name_is_called_by_its_number() -> None:
    assert space_name("\x1c") == "the character u+001c"
    assert space_name("\u2009") == "thin space"


def test_a_text_is_shown_short_and_printable() -> None:
    assert shown("Mg") == '"Mg"'
    assert shown("x" * 41) == '"' + "x" * 40 + '…"'
    assert shown("x" * 40) == '"' + "x" * 40 + '"'
    assert shown("\ud800\n") == r"'\ud800\n'"


@given(st.text(alphabet=st.sampled_from("0123456789.,-–/ eE½٣５_+x10 nainf")) | st.text())
@example("1" * 100_000)
@example(" " * 100_000 + "5")
@example("5" + " " * 100_000)
def test_any_text_is_a_number_that_python_reads_the_same_or_a_refusal_with_a_known_code(text: str) -> None:
    try:
        value = read_number(text)
    except ReadingError as refusal:
        assert refusal.code in NUMBER_CODES
    else:
        assert value == Fraction(Decimal(text))
        assert text.isascii()
        assert read_number(decimal_text(value)[0]) == value


@pytest.mark.parametrize(
    ("value", "text", "rounded"),
    [
        (Fraction(0), "0", False),
        (Fraction(100), "100", False),
        (Fraction(15, 2), "7.5", False),
        (Fraction(1, 8), "0.125", False),
        (Fraction(1, 2**20), "0.00000095367431640625", False),
        (Fraction(20, 3), "6.67", True),
        (Fraction(10, 3), "3.33", True),
        (Fraction(100, 3) * 3, "100", False),
        (Fraction(1, 3000), "0", True),
        (Fraction(2999, 3000), "1", True),
        (Fraction(1, 15), "0.07", True),
        (Fraction(-15, 2), "-7.5", False),
        (Fraction(-20, 3), "-6.67", True),
        (Fraction(-1, 3000), "0", True),
    ],
)
def test_a_number_is_printed_exactly_or_half_up_to_two_places(value: Fraction, text: str, rounded: bool) -> None:
    assert decimal_text(value) == (text, rounded)


def test_the_number_of_places_can_be_asked_for() -> None:
    assert decimal_text(Fraction(20, 3), places=0) == ("7", True)
    assert decimal_text(Fraction(20, 3), places=4) == ("6.6667", True)


@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4))
def test_printing_agrees_with_decimal_arithmetic(value: Fraction) -> None:
    text, rounded = decimal_text(value)
    if rounded:
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        assert Decimal(text) == exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    else:
        assert Fraction(text) == value
    assert "e" not in text.lower()
    assert text == "0" or "." not in text or not text.endswith(("0", "."))
    assert text != "-0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("999", "999"),
        ("1000", "1,000"),
        ("3600.5", "3,600.5"),
        ("999.12345", "999.12345"),
        ("100000", "100,000"),
        ("1234567", "1,234,567"),
        ("-999", "-999"),
        ("-3600", "-3,600"),
    ],
)
def test_a_comma_stands_between_thousands_from_one_thousand_up(text: str, expected: str) -> None:
    assert grouped(text) == expected


@pytest.mark.parametrize("hint", ["Write 0.5.", None])
def test_a_refusal_survives_pickling_with_all_it_says(hint: str | None) -> None:
    refusal = pickle.loads(pickle.dumps(ReadingError("naked-decimal", "No zero.", hint)))
    assert (type(refusal), refusal.code, refusal.detail, refusal.hint) == (
        ReadingError,
        "naked-decimal",
        "No zero.",
        hint,
    )
    assert str(refusal) == ("No zero. Write 0.5." if hint else "No zero.")


def test_errors_are_ours_and_also_the_builtin_a_caller_expects() -> None:
    assert issubclass(ReadingError, DosingError) and issubclass(ReadingError, ValueError)
    assert issubclass(DimensionError, DosingError) and issubclass(DimensionError, TypeError)
