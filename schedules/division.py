"""Divide a day's total into doses that can be made: parts of the day filled in a protocol's order, as even as the
products allow, with the strengths that the patient already has before new ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from dosing.formulary.model import Product
from dosing.products import CannotMake, Making, Pieces, cost, make
from dosing.units import UNITS, Quantity
from dosing.vocabulary import PARTS_OF_DAY
from schedules.regimen import Dose

# How far from the even share a dose is looked for, in amounts that can be made on either side.
REACH = 6


def divide(
    total: Fraction,
    parts: Sequence[str],
    products: Sequence[Product],
    in_use: frozenset[Product] = frozenset(),
    tolerance: Fraction = Fraction(0),
    most: Sequence[Fraction] | None = None,
) -> tuple[Dose, ...] | None:
    """Doses for `parts` that add up to `total` mg, none over what `most` allows its part; None when no such doses can
    be made.

    Each dose is made of the fewest pieces. Of the divisions whose largest and smallest dose differ by no more than
    `tolerance` (or as little as they can), the one with the fewest strengths new to the patient wins, then the most
    even, then the one with the fewest pieces. The larger doses go to the parts that stand first.
    """
    divisions: Sequence[_Division] = _divisions(total, len(parts), tuple(products))
    if most is not None:
        allowed = sorted(most, reverse=True)
        divisions = [known for known in divisions if known.within(allowed)] or _one_less(total, most, tuple(products))
        # The largest dose goes to the part that had the largest; of equals to the one that stands first.
        parts = [part for _, part in sorted(zip(most, parts, strict=True), key=lambda known: -known[0])]
    if not divisions:
        return None
    spread = max(tolerance, min(division.value[0] for division in divisions))
    even = [division for division in divisions if division.value[0] <= spread]
    best = min(even, key=lambda division: (len(division.products - in_use), *division.value))
    doses = [
        Dose(part, Quantity(amount, UNITS["mg"]), made) for part, (amount, made) in zip(parts, best.doses, strict=True)
    ]
    return tuple(sorted(doses, key=lambda dose: PARTS_OF_DAY.index(dose.when or PARTS_OF_DAY[0])))


@dataclass(frozen=True, slots=True)
class _Division:
    """One way to divide a total: each amount, largest first, with its pieces; `value` is spread, pieces, strengths."""

    doses: tuple[tuple[Fraction, tuple[Pieces, ...]], ...]
    products: frozenset[Product]
    value: tuple[Fraction, int, int]

    def within(self, most: Sequence[Fraction]) -> bool:
        """Whether no dose is over its bound; bounds are listed largest first too."""
        return all(amount <= bound for (amount, _), bound in zip(self.doses, most, strict=True))


def _one_less(total: Fraction, most: Sequence[Fraction], products: tuple[Product, ...]) -> list[_Division]:
    """Every way to take what is too much from one of the doses alone."""
    over = sum(most, Fraction(0)) - total
    found = []
    for place in range(len(most)):
        amounts = sorted((*most[:place], most[place] - over, *most[place + 1 :]), reverse=True)
        division = _made(tuple(amounts), products, {}) if over >= 0 and amounts[-1] > 0 else None
        if division is not None and division.within(sorted(most, reverse=True)):
            found.append(division)
    return found


@lru_cache(maxsize=4096)
def _divisions(total: Fraction, count: int, products: tuple[Product, ...]) -> tuple[_Division, ...]:
    """Every way to divide a total near the even share."""
    known: dict[Fraction, Making] = {}
    made = (_made(amounts, products, known) for amounts in _shares(total, count, products))
    return tuple(division for division in made if division is not None)


def _made(
    amounts: tuple[Fraction, ...], products: tuple[Product, ...], known: dict[Fraction, Making]
) -> _Division | None:
    """These amounts, largest first, with their pieces; None where one cannot be made. `known` keeps each making: the
    ways to divide a total share a few amounts."""
    made: list[tuple[Pieces, ...]] = []
    for amount in amounts:
        if amount not in known:
            known[amount] = make(amount, products)
        making = known[amount]
        if isinstance(making, CannotMake):
            return None
        made.append(making)
    used = frozenset(piece.product for item in made for piece in item)
    pieces = sum(cost(item)[0] for item in made)
    value = (amounts[0] - amounts[-1], pieces, len(used))
    return _Division(tuple(zip(amounts, made, strict=True)), used, value)


def _shares(total: Fraction, count: int, products: Sequence[Product]) -> Iterator[tuple[Fraction, ...]]:
    """Ways to write the total as `count` amounts near the even share, largest first."""
    if count == 1:
        yield (total,)
        return
    even = total / count
    near = _around(even, products)
    known = frozenset(near)

    def search(left: Fraction, remaining: int, ceiling: Fraction) -> Iterator[tuple[Fraction, ...]]:
        if remaining == 1:
            if 0 < left <= ceiling and left in known:
                yield (left,)
            return
        for amount in near:
            if amount <= ceiling and amount * remaining >= left > amount:
                for rest in search(left - amount, remaining - 1, amount):
                    yield (amount, *rest)

    if near:
        yield from search(total, count, near[0])


def _around(even: Fraction, products: Sequence[Product]) -> list[Fraction]:
    """Amounts that can be made, at and around the even share, largest first."""
    found: set[Fraction] = set()
    above = below = even
    first = make(even, products)
    if not isinstance(first, CannotMake):
        found.add(even)
    step = Fraction(1, 10**6)
    for _ in range(REACH):
        up = make(above + step, products)
        if isinstance(up, CannotMake) and up.above is not None:
            above = up.above
            found.add(above)
        down = make(below - step, products) if below > step else CannotMake(None, None)
        if isinstance(down, CannotMake) and down.below is not None:
            below = down.below
            found.add(below)
    return sorted(found, reverse=True)
