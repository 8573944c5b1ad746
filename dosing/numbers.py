"""Reading and writing numbers, exactly.

The grammar is narrower than any parser at hand (``Decimal``, ``Fraction`` and ``int`` all take full-width
digits or underscores), because a number that is read wrongly is a dose that is given wrongly. Acceptance is
one pattern. The table of faults below only chooses the code of a refusal; nothing in it can let a text in.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from dosing.errors import ReadingError

MOST_DIGITS: Final = 12
# Faults show at the start of a text. Looking no further bounds the work that a hostile text can ask for.
_LOOKED_AT: Final = 80
_SHOWN: Final = 40

_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")

_WRITE_PLAINLY: Final = "Write digits with at most one decimal point, for example 0.5 or 1000."
_WRITE_A_RANGE: Final = 'Write a range as {"low": …, "high": …}, one number in each.'

# Order matters, the first that matches names the fault: a sign before a range (-5, but 50-100), an exponent
# before a range (5e-3), a fraction before a separator (1 1/2).
_FAULTS: Final = tuple(
    (code, re.compile(pattern, re.DOTALL), detail, hint)
    for code, pattern, detail, hint in (
        ("not-a-number", r"\s*\Z", "Nothing stands where a number should.", _WRITE_PLAINLY),
        ("sign", r"[+\-−–—±＋－]\s*\S", "The number has a sign.", "Write the number without + or -."),
        ("not-a-number", r"0[xX]", "Numbers are read in base ten only.", _WRITE_PLAINLY),
        (
            "non-ascii-digit",
            r"[^A-Za-z\[{µμ%]*(?![0-9])\d",
            "The number has a digit other than 0 to 9.",
            "Write it with the digits 0 to 9.",
        ),
        (
            "exponent",
            r"[0-9.]+(?:[eE][+\-−]?[0-9]|[*^×][*^]?[0-9]|[xX]10[*^]?[0-9])",
            "The number has an exponent.",
            "Write the number out, 1000 for 1e3.",
        ),
        (
            "range-in-string",
            r"[0-9.,]+(?:\s*(?:[-‐‑–—−~]|to|or|\.\.)\s*|\s*[A-Za-zµμ/\[\]{}]+(?:\s*[-‐‑–—−~]\s*|\s+(?:to|or)\s+))"
            r"[0-9.]",
            "Two numbers stand where one should.",
            _WRITE_A_RANGE,
        ),
        (
            "fraction",
            r"[0-9.]+(?:\s+[0-9]+)?\s*[/⁄∕÷]\s*[0-9]|[0-9]*\s*[¼-¾⅐-⅟↉]",
            "The number is written as a fraction.",
            "Write it as a decimal, 0.5 for 1/2.",
        ),
        (
            "digit-separator",
            r"[0-9.]*[,_'’·٫٬]\s?[0-9]|[0-9.]+,|[0-9.]+\s+(?!10[*^])[0-9]",
            "The number has a decimal comma or a separator between its digits.",
            "Write a decimal point and no separators, 0.5 or 1000.",
        ),
        (
            "naked-decimal",
            r"\.[0-9]|[0-9]+\.(?![0-9.])",
            "The decimal point needs a digit on each side.",
            "Write 0.5 for .5, and 5 for 5 with a bare point.",
        ),
        ("not-a-number", r"[0-9]+\.[0-9]*\.", "The number has more than one decimal point.", _WRITE_PLAINLY),
        ("not-a-number", r"(?![0-9])", "The text does not begin with a number.", _WRITE_PLAINLY),
        (
            "leading-zero",
            r"0[0-9]",
            "The number begins with a zero too many.",
            "Write 5 for 05, and 0.5 for 00.5.",
        ),
        (
            "too-many-digits",
            rf"(?:\.?[0-9]){{{MOST_DIGITS + 1}}}",
            f"The number has more than {MOST_DIGITS} digits.",
            f"Write at most {MOST_DIGITS} digits, those after the decimal point counted too.",
        ),
    )
)

_SPACES: Final = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\xa0": "a no-break space",
}


def read_number(text: str) -> Fraction:
    """The number that ``text`` writes; a ReadingError with one of the contract's codes for anything else."""
    if _NUMBER.fullmatch(text) and len(text) - text.count(".") <= MOST_DIGITS:
        whole, _, decimals = text.partition(".")
        return Fraction(int(whole + decimals), 10 ** len(decimals))
    fault = number_fault(text)
    if fault is None:
        fault = ReadingError("not-a-number", f"{shown(text)} is not a number alone.", _WRITE_PLAINLY)
    raise fault


def number_fault(text: str) -> ReadingError | None:
    """The fault of the number that ``text`` begins with; None where only what follows can be wrong."""
    start = text[:_LOOKED_AT]
    if start[:1].isspace() and not start.isspace():
        return ReadingError("not-a-number", f"The text begins with {space_name(start[0])}.", "Remove it.")
    for code, pattern, detail, hint in _FAULTS:
        if pattern.match(start):
            return ReadingError(code, detail, hint)
    return None


def space_name(character: str) -> str:
    """What a white-space character is called, so that a refusal can name what nobody can see."""
    unnamed = f"the character U+{ord(character):04X}"
    return _SPACES.get(character) or unicodedata.name(character, unnamed).lower()


def shown(text: str) -> str:
    """A text from outside, short and printable, for use inside a message."""
    excerpt = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return f'"{excerpt}"' if excerpt.isprintable() else ascii(excerpt)


def decimal_text(value: Fraction, places: int = 2) -> tuple[str, bool]:
    """``value`` as a decimal without exponent or trailing zeros, and whether it had to be rounded.

    A number with a finite decimal is written exactly, however long. Any other is rounded half up, that is
    away from zero.
    """
    numerator, denominator = abs(value.numerator), value.denominator
    twos, fives = (denominator & -denominator).bit_length() - 1, 0
    denominator >>= twos
    # A third has no finite decimal: its fives need no counting. Roots and powers are such, with many of them.
    while denominator % 3 and denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    rounded = denominator != 1
    digits = places if rounded else max(twos, fives)
    scaled = (2 * numerator * 10**digits + value.denominator) // (2 * value.denominator)
    text = str(scaled).rjust(digits + 1, "0")
    if digits:
        text = f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")
    return (f"-{text}" if value < 0 and text != "0" else text), rounded


def grouped(text: str) -> str:
    """A decimal text with a comma between thousands, from 1,000 up: ``3600.5`` is ``3,600.5``."""
    whole, point, decimals = text.partition(".")
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ",", whole) + point + decimals
