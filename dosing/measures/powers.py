"""Roots and real powers, which no fraction holds exactly: computed by decimals, kept as fractions.

They have 34 digits, whatever decimal context the caller has set; six more are carried while one is computed.
An irrational number has no finite decimal, and neither has the fraction that stands for it here: a third of a unit is
added behind the last digit. So it is never mistaken for an exact decimal, and is printed rounded and said with "about".
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from math import isqrt

DIGITS = 34
GUARD_DIGITS = 6


def _context(digits: int) -> Context:
    """A context in which nothing is left to what was set elsewhere. A context keeps flags: each use has a copy."""
    return Context(
        prec=digits,
        rounding=ROUND_HALF_EVEN,
        Emin=-999_999,
        Emax=999_999,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[DivisionByZero, InvalidOperation, Overflow],
    )


_WORKING = _context(DIGITS + GUARD_DIGITS)
_KEEPING = _context(DIGITS)


def square_root(value: Fraction) -> Fraction:
    """The root of a number that is not negative; exact where it is a fraction."""
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return Fraction(above, below)
    return _kept(_WORKING.copy().sqrt(_decimal(value)))


def product_of_powers(factor: Fraction, *powers: tuple[Fraction, Fraction]) -> Fraction:
    """A positive factor times positive bases, each raised to its exponent."""
    context, product = _WORKING.copy(), _decimal(factor)
    for base, exponent in powers:
        product = context.multiply(product, _power(base, exponent))
    return _kept(product)


@lru_cache(maxsize=4096)  # the same ages, heights, weights and creatinines come again, each by itself
def _power(base: Fraction, exponent: Fraction) -> Decimal:
    return _WORKING.copy().power(_decimal(base), _decimal(exponent))


def _decimal(value: Fraction) -> Decimal:
    return _WORKING.copy().divide(Decimal(value.numerator), Decimal(value.denominator))


def _kept(value: Decimal) -> Fraction:
    """The first 34 digits of an irrational number as a fraction that has no finite decimal."""
    kept = _KEEPING.copy().plus(value)
    digits = max(0, DIGITS - 1 - kept.adjusted())
    # Both terms over one denominator, which keeps a factor of three: no power of ten cancels it.
    return Fraction(30 * int(kept.scaleb(digits, _KEEPING.copy())) + 1, 30 * 10**digits)
