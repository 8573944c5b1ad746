"""How the total of a period is laid on days: parts of the day, one weekday, days that take turns, patches.

Up and down ask the same questions of a layout: can this total be laid, in which doses, and which total near it can?
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, gcd, lcm

from dosing.formulary.model import Product
from dosing.products import CannotMake, make, unit_amount
from dosing.units import UNITS, Quantity, Unit, words
from dosing.vocabulary import PARTS_OF_DAY, WEEKDAYS
from schedules.division import divide
from schedules.regimen import Dose, EveryDays, OnWeekdays, Pattern

MG_A_DAY = UNITS["mg/d"]
MG_A_WEEK = UNITS["mg/wk"]
RATE = UNITS["ug/h"]
MG = UNITS["mg"]


class NotDispensable(Exception):
    """A total that no doses of the chosen products add up to, with the nearest totals that some do."""

    def __init__(self, wanted: Quantity, nearest: tuple[Quantity, ...]) -> None:
        super().__init__(f"{words(wanted)} cannot be divided into doses that the chosen strengths make exactly.")
        self.wanted = wanted
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Turn:
    """Doses on the days of one pattern."""

    pattern: Pattern
    doses: tuple[Dose, ...]


@dataclass(frozen=True)
class Layout(ABC):
    """The products, and how their doses fall on days. Totals are in `unit`."""

    products: tuple[Product, ...]
    unit: Unit = MG_A_DAY

    @abstractmethod
    def turns(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...] | None:
        """The doses of a stretch that begins on day `first`; None where no doses add up to the total."""

    @property
    def turn(self) -> int:
        """How many days the pattern of one dose takes."""
        return 1

    @property
    def shortest_hold(self) -> int:
        """The fewest days that hold a dose on whichever day they begin."""
        return self.turn

    @property
    def most_pieces(self) -> int:
        """How many doses may differ by a piece each: it bounds the search for a total that can be laid."""
        return 2

    def under(self, doses: Iterable[tuple[str | None, Fraction]]) -> Layout:
        """The same layout with no dose over these, each of its part of the day, and none where there was none."""
        return self

    def after(self, turns: Iterable[Turn]) -> Layout:
        """The layout of what follows these doses on a way down."""
        return self.under((dose.when, dose.amount.value) for turn in turns for dose in turn.doses)

    def lay(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...]:
        """As `turns`. Raises NotDispensable."""
        laid = self.turns(total, first, in_use)
        if laid is None:
            raise NotDispensable(self.quantity(total), self.nearest(total))
        return laid

    def quantity(self, total: Fraction) -> Quantity:
        return Quantity(total, self.unit)

    def makes(self, total: Fraction) -> bool:
        return total > 0 and self.turns(total, 1) is not None

    def grain(self) -> Fraction:
        """The largest amount that every total of these products is a multiple of."""
        grains = [
            unit_amount(item)
            * (item.increment.amount("mL") if item.increment is not None else 1)
            / item.pieces_per_unit
            for item in self.products
        ]
        scale = lcm(*(grain.denominator for grain in grains))
        return Fraction(gcd(*(int(grain * scale) for grain in grains)), scale)

    def size(self, product: Product) -> Fraction:
        """What one piece holds, or the smallest volume that can be measured."""
        held = unit_amount(product)
        return held * product.increment.amount("mL") if product.increment is not None else held

    def at_most(self, total: Fraction) -> Fraction | None:
        """The largest total up to this one that can be laid."""
        grain = self.grain()
        candidate = total // grain * grain
        for _ in range(self._reach()):
            if candidate <= 0:
                return None
            if self.makes(candidate):
                return candidate
            candidate -= grain
        return None

    def at_least(self, total: Fraction) -> Fraction | None:
        """The smallest total from this one on that can be laid."""
        grain = self.grain()
        candidate = max(-(-total // grain), 1) * grain
        for _ in range(self._reach()):
            if self.makes(candidate):
                return candidate
            candidate += grain
        return None

    def nearest(self, total: Fraction) -> tuple[Quantity, ...]:
        """The nearest totals on either side that can be laid."""
        grain = self.grain()
        near = (self.at_most(-(-total // grain) * grain - grain), self.at_least(total // grain * grain + grain))
        return tuple(self.quantity(amount) for amount in near if amount is not None)

    def _reach(self) -> int:
        return int(max(unit_amount(item) for item in self.products) / self.grain()) * self.most_pieces + 2


@dataclass(frozen=True)
class Daily(Layout):
    """Doses on every day in these parts of it, filled in this order; fewer of them where all cannot be.

    With `exactly` every part has a dose. Doses of one day may differ by `tolerance` mg to spare another strength; with
    `sparing` a part goes without rather than that a new strength is needed. `most` bounds the dose of each part.
    """

    parts: tuple[str, ...] = ()
    tolerance: Fraction = Fraction(0)
    exactly: bool = False
    sparing: bool = False
    most: tuple[Fraction, ...] | None = None

    @property
    def most_pieces(self) -> int:
        return len(self.parts)

    def turns(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...] | None:
        counts = [len(self.parts)] if self.exactly else range(len(self.parts), 0, -1)
        first_made = None
        for number in counts:
            most = self.most[:number] if self.most is not None else None
            doses = divide(total, self.parts[:number], self.products, in_use, self.tolerance, most)
            if doses is None:
                continue
            if not self.sparing or not in_use or in_use.issuperset(_products_in(doses)):
                return (Turn(None, doses),)
            first_made = first_made or (Turn(None, doses),)
        return first_made

    def with_parts(self, parts: tuple[str, ...]) -> Daily:
        return replace(self, parts=parts)

    def under(self, doses: Iterable[tuple[str | None, Fraction]]) -> Daily:
        held = dict(doses)
        parts = tuple(part for part in self.parts if part in held)
        return replace(self, parts=parts, most=tuple(held[part] for part in parts))


@dataclass(frozen=True)
class Weekly(Layout):
    """One dose on one named weekday; the total is that of a week."""

    unit: Unit = MG_A_WEEK
    weekday: str = "monday"
    part: str = "morning"

    @property
    def shortest_hold(self) -> int:
        return len(WEEKDAYS)

    def turns(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...] | None:
        dose = one_dose(total, MG, self.products, self.part)
        return None if dose is None else (Turn(OnWeekdays((self.weekday,)), (dose,)),)


@dataclass(frozen=True)
class Alternating(Layout):
    """One dose a day; where no dose is the total, two doses take turns from day to day and their mean is."""

    part: str = "morning"

    def grain(self) -> Fraction:
        return super().grain() / 2

    def turns(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...] | None:
        steady = one_dose(total, MG, self.products, self.part)
        if steady is not None:
            return (Turn(None, (steady,)),)
        grain = super().grain()
        high = total // grain * grain + grain
        while high <= 2 * total:
            larger = one_dose(high, MG, self.products, self.part)
            smaller = one_dose(2 * total - high, MG, self.products, self.part)
            if larger is not None and (smaller is not None or high == 2 * total):
                taken = [Turn(EveryDays(2, first), (larger,))]
                return (*taken, *([Turn(EveryDays(2, first + 1), (smaller,))] if smaller is not None else []))
            high += grain
        return None


@dataclass(frozen=True)
class EverySoManyDays(Layout):
    """One dose every so many days; the total is that dose, of a patch its rate."""

    every: int = 1
    part: str = "morning"

    @property
    def turn(self) -> int:
        return self.every

    def turns(self, total: Fraction, first: int, in_use: frozenset[Product] = frozenset()) -> tuple[Turn, ...] | None:
        unit = RATE if self.unit is RATE else MG
        dose = one_dose(total, unit, self.products, self.part)
        if dose is None or (unit is RATE and not self._few(dose)):
            return None
        return (Turn(EveryDays(self.every, first), (dose,)),)

    def _few(self, dose: Dose) -> bool:
        """Whether a dose takes as few patches as it can. Small ones are not piled up: their strength is rounded (12
        stands for 12.5 micrograms an hour), and four of them are no less than one of 50."""
        patches = sum((piece.count for piece in dose.pieces), Fraction(0))
        return patches <= ceil(dose.amount.value / max(unit_amount(item) for item in self.products))


def one_dose(amount: Fraction, unit: Unit, products: Sequence[Product], part: str | None) -> Dose | None:
    """One dose of exactly this amount; None where no pieces hold it."""
    making = make(amount, products) if amount > 0 else CannotMake(None, None)
    return None if isinstance(making, CannotMake) else Dose(part, Quantity(amount, unit), making)


def _products_in(doses: Iterable[Dose]) -> frozenset[Product]:
    return frozenset(piece.product for dose in doses for piece in dose.pieces)


def in_order(parts: Sequence[str]) -> tuple[str, ...]:
    """Parts of the day as they follow one another."""
    return tuple(sorted(parts, key=PARTS_OF_DAY.index))
