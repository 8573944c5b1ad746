"""Make a dose exactly from products that exist: fewest pieces, then fewest strengths; or say what can be made.

Halves only where a product is scored for them; capsules are never divided; liquids by a volume that can be measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd

from dosing.case import Case
from dosing.formulary.model import CombinationProduct, Product
from dosing.order import Order
from dosing.timeline import RATE, Course, Run, Unknown, amount_of, doses_in, kind_of
from dosing.vocabulary import LIQUIDS

# More pieces than this at one time are not looked for: it bounds the search, and no dose is taken so.
MOST_PIECES = 60
HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many of one product: whole pieces and parts, or millilitres of a liquid."""

    product: Product
    count: Fraction

    @property
    def amount(self) -> Fraction:
        """What these pieces hold, in mg (patches: ug/h)."""
        return self.count * unit_amount(self.product)


@dataclass(frozen=True, slots=True)
class CannotMake:
    """No pieces add up to the dose; the nearest doses that can be made, in mg, where there are any."""

    below: Fraction | None
    above: Fraction | None


Making = tuple[Pieces, ...] | CannotMake


def unit_amount(product: Product) -> Fraction:
    """What one piece, or one millilitre, holds."""
    amount = product.strength.amount(kind_of(product.strength))
    return amount if product.volume is None else amount / product.volume.amount("mL")


def make(amount: Fraction, products: Sequence[Product]) -> Making:
    """Pieces of `products` that hold exactly `amount` (mg). Products of several forms are tried form by form."""
    made: list[tuple[Pieces, ...]] = []
    nearest: list[CannotMake] = []
    for form in dict.fromkeys(product.form for product in products):
        offered = tuple(product for product in products if product.form == form)
        making = _measure(amount, offered) if form in LIQUIDS else _count(amount, offered)
        if isinstance(making, CannotMake):
            nearest.append(making)
        else:
            made.append(making)
    if made:
        return min(made, key=lambda pieces: (pieces[0].product.form in LIQUIDS, *cost(pieces)))
    below = [making.below for making in nearest if making.below is not None]
    above = [making.above for making in nearest if making.above is not None]
    return CannotMake(max(below, default=None), min(above, default=None))


def one_makes(amount: Fraction, products: Iterable[Product]) -> bool:
    """Whether pieces of a single product hold exactly `amount`. True of most doses, and then no search is needed to
    know that `make` makes it; False says nothing."""
    for product in products:
        if product.form not in LIQUIDS:
            grains = amount * product.pieces_per_unit / unit_amount(product)
            if grains.denominator == 1 and 0 < grains <= MOST_PIECES * product.pieces_per_unit:
                return True
    return False


def cost(pieces: Iterable[Pieces]) -> tuple[int, int, int]:
    """Physical pieces, divided ones, strengths: what a patient handles."""
    listed = list(pieces)
    whole = sum(int(item.count) for item in listed)
    divided = sum(1 for item in listed if item.count.denominator != 1)
    return whole + divided, divided, len(listed)


def _count(amount: Fraction, products: tuple[Product, ...]) -> Making:
    grains = tuple(sorted(((unit_amount(item) / item.pieces_per_unit, item) for item in products), key=_largest_first))
    found = _fewest(amount, tuple(grain for grain, _ in grains), tuple(item.pieces_per_unit for _, item in grains))
    if found is not None:
        return tuple(
            Pieces(item, Fraction(grain_count, item.pieces_per_unit))
            for (_, item), grain_count in zip(grains, found, strict=True)
            if grain_count
        )
    return _nearest(amount, grains)


def _largest_first(item: tuple[Fraction, Product]) -> tuple[Fraction, int]:
    return -item[0] * item[1].pieces_per_unit, item[1].pieces_per_unit


@lru_cache(maxsize=4096)
def _fewest(amount: Fraction, grains: tuple[Fraction, ...], per_piece: tuple[int, ...]) -> tuple[int, ...] | None:
    """How many grains (smallest parts) of each product make the amount with the fewest pieces; None if none do."""
    if amount <= 0 or not grains or amount > max(map(_product, grains, per_piece)) * MOST_PIECES:
        return None
    unit = _common(grains)
    if (amount / unit).denominator != 1:
        return None
    best: list[tuple[tuple[int, int, int], tuple[int, ...]]] = []

    def search(left: Fraction, position: int, counts: tuple[int, ...], pieces: int) -> None:
        if position < len(grains):
            # At least so many pieces of the largest product that is left are still needed.
            pieces_left = -(-left // (grains[position] * per_piece[position]))
            if best and pieces + pieces_left > best[0][0][0]:
                return
        if position == len(grains):
            if left == 0:
                value = _value(counts, per_piece)
                if not best or value < best[0][0]:
                    best[:] = [(value, counts)]
            return
        grain = grains[position]
        most = int(left / grain)
        if position == len(grains) - 1:
            if (left / grain).denominator == 1:
                search(Fraction(0), position + 1, (*counts, most), pieces)
            return
        following = grains[position + 1] * per_piece[position + 1]
        for number in range(most, -1, -1):
            needed = -(-number // per_piece[position])
            # Fewer of a larger product take no fewer pieces; rounding up twice hides less than two of them.
            if best and pieces + needed - (-(left - grain * number) // following) >= best[0][0][0] + 2:
                return
            search(left - grain * number, position + 1, (*counts, number), pieces + needed)

    search(amount, 0, (), 0)
    return best[0][1] if best else None


def _product(grain: Fraction, per_piece: int) -> Fraction:
    return grain * per_piece


def _value(counts: tuple[int, ...], per_piece: tuple[int, ...]) -> tuple[int, int, int]:
    pieces = sum(-(-count // parts) for count, parts in zip(counts, per_piece, strict=True))
    divided = sum(1 for count, parts in zip(counts, per_piece, strict=True) if count % parts)
    return pieces, divided, sum(1 for count in counts if count)


def _common(grains: tuple[Fraction, ...]) -> Fraction:
    """The largest amount that every grain is a multiple of."""
    denominator = 1
    for grain in grains:
        denominator = denominator * grain.denominator // gcd(denominator, grain.denominator)
    return Fraction(gcd(*(int(grain * denominator) for grain in grains)), denominator)


def _nearest(amount: Fraction, grains: tuple[tuple[Fraction, Product], ...]) -> CannotMake:
    sizes = tuple(grain for grain, _ in grains)
    if not sizes:
        return CannotMake(None, None)
    parts = tuple(item.pieces_per_unit for _, item in grains)
    largest = max(map(_product, sizes, parts))
    if amount > largest * (MOST_PIECES + 1):
        return CannotMake(None, None)  # nothing that is looked for comes near
    unit = _common(sizes)
    floor = int(amount / unit)
    reach = range(int(largest / unit) + 1)
    below = next((made for step in reach if _fewest(made := unit * (floor - step), sizes, parts) is not None), None)
    above = next((made for step in reach if _fewest(made := unit * (floor + 1 + step), sizes, parts) is not None), None)
    return CannotMake(below, above)


def _measure(amount: Fraction, products: tuple[Product, ...]) -> Making:
    """A volume of one liquid that its measure can show; the least volume wins."""
    makings: list[tuple[Pieces, ...]] = []
    below: list[Fraction] = []
    above: list[Fraction] = []
    for product in products:
        volume = amount / unit_amount(product)
        if product.increment is None:
            continue
        marks = volume / product.increment.amount("mL")
        if marks.denominator == 1 and marks > 0:
            makings.append((Pieces(product, volume),))
        else:
            mark = unit_amount(product) * product.increment.amount("mL")
            below += [mark * int(marks)] if int(marks) else []
            above.append(mark * (int(marks) + 1))
    if makings:
        return min(makings, key=lambda pieces: pieces[0].count)
    return CannotMake(max(below, default=None), min(above, default=None))


def products_for(case: Case) -> tuple[Product, ...]:
    """The products that can fill an order: of its form, and of its strength or concentration where one is stated.

    Of a combination, the share of this ingredient in the products whose every ingredient fits.
    """
    forms, unit = case.possible_forms, case.course.unit
    order, stated = case.order, (case.order.strengths or case.order.concentrations) is not None
    combination = case.combination
    if combination is not None:
        return tuple(
            _share(product, case.drug)
            for product in combination.products
            if product.form in forms and all(_fits(_share(product, drug), order, drug) for drug in product.strengths)
        )
    return tuple(
        product
        for product in case.monograph.products
        if product.form in forms and _fits(product, order, case.drug)
        if kind_of(product.strength) == unit
        if product.offered or stated
    )


def _fits(product: Product, order: Order, drug: str) -> bool:
    """Whether a product is of the stated strength and concentration."""
    strength = (order.strengths or {}).get(drug)
    concentration = (order.concentrations or {}).get(drug)
    if strength is not None and product.strength != strength:
        return False
    if concentration is None:
        return True
    in_a_millilitre = concentration.amount.amount(kind_of(concentration.amount)) / concentration.volume.amount("mL")
    return product.volume is not None and unit_amount(product) == in_a_millilitre


def _share(product: CombinationProduct, drug: str) -> Product:
    return Product(product.form, product.strengths[drug], product.source, product.evidence, volume=product.volume)


def doses_of(case: Case) -> list[Fraction] | Unknown:
    """Every distinct dose that the order names, in mg (patches: ug/h)."""
    found: list[Fraction] = []
    weight = case.patient.weight
    counts: dict[int, int] = {}
    for run in case.course.runs:
        counts.setdefault(run.step, run.count)
    for number, step in enumerate(case.order.steps, 1):
        sig = step.sig
        for dose in doses_in(sig):
            amount = amount_of(dose, case.order, case.drug, weight, counts.get(number, 1))
            if isinstance(amount, Unknown):
                return amount
            found.append(amount)
    return list(dict.fromkeys(found))


def pieces_a_day(case: Case) -> Fraction | None:
    """The most pieces that a day takes, by the stated strength or the fewest that make the dose; None if unknown."""
    products = products_for(case)
    if not products or not case.course.runs:
        return None
    worst = max(case.course.runs, key=lambda run: run.total)
    making = make(worst.single, products)
    times = times_a_day(case.course, worst)
    if isinstance(making, CannotMake) or times is None:
        return None
    return sum((item.count for item in making), Fraction(0)) * times


def times_a_day(course: Course, run: Run) -> Fraction | None:
    """How often a day its largest dose is taken, or a patch is changed; None for a patch without an interval."""
    if course.unit != RATE:
        return run.total / run.single
    return Fraction(HOURS_A_DAY) / run.interval if run.interval is not None else None
