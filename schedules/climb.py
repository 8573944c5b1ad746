"""The steps from a first dose to a target: a protocol's pace, this patient's doses a day, products that exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from dosing.formulary.model import AsNeeded, Product, Raise
from dosing.products import CannotMake, make, unit_amount
from dosing.units import UNITS, Quantity, words
from dosing.vocabulary import PARTS_OF_DAY
from schedules.division import divide
from schedules.regimen import Dose, Regimen, RegimenStep

MG_A_DAY = UNITS["mg/d"]
HOURS_A_DAY = 24
# Enough days for any climb to end; the target itself is judged on such a plan before it is cut.
LONG_ENOUGH = 3660


class NotDispensable(Exception):
    """A day's total that no doses of the chosen products add up to, with the nearest totals that some do."""

    def __init__(self, wanted: Quantity, nearest: tuple[Quantity, ...]) -> None:
        super().__init__(f"{words(wanted)} cannot be divided into doses that the chosen strengths make exactly.")
        self.wanted = wanted
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Climb:
    """Everything that decides the steps but the target.

    `start` is the first dose in mg; `parts` are the parts of the day this patient's regimen may use, in the order in
    which they are filled; `growing` climbs begin with `start_times` doses a day and add one a step. Doses of one day
    may differ by as much as the first dose, to spare the patient another strength, unless the climb is `even`.
    """

    drug: str
    products: tuple[Product, ...]
    start: Quantity
    start_times: int
    parts: tuple[str, ...]
    growing: bool
    raises: tuple[Raise, ...]
    days: int
    as_needed: AsNeeded | None = None
    even: bool = False

    def with_parts(self, count: int) -> Climb:
        """The same climb in at most `count` doses a day."""
        return replace(self, parts=self.parts[: max(count, 1)])

    def first_day(self) -> Regimen:
        """One day with the first dose alone: the least that this climb can be."""
        total = self.start.amount("mg") * self._count(0)
        return self._regimen((RegimenStep(1, 1, 1, self._doses(total, 0, frozenset())),))

    def _regimen(self, steps: tuple[RegimenStep, ...]) -> Regimen:
        forms = {product.form for product in self.products}
        return Regimen(self.drug, forms.pop() if len(forms) == 1 else None, steps)

    def grain(self) -> Fraction:
        """The smallest amount in mg that some of the products differ by."""
        amounts = [
            unit_amount(item)
            * (item.increment.amount("mL") if item.increment is not None else 1)
            / item.pieces_per_unit
            for item in self.products
        ]
        return min(amounts)

    def to(self, target: Quantity) -> Regimen:
        """The regimen, cut at the last day. Raises NotDispensable."""
        goal = target.amount("mg/d")
        beyond = self.as_needed.beyond.amount("mg/d") if self.as_needed is not None else None
        scheduled = goal if beyond is None else min(goal, beyond)
        total = min(self.start.amount("mg") * self._count(0), scheduled)
        steps: list[RegimenStep] = []
        in_use: frozenset[Product] = frozenset()
        first = 1
        while first <= self.days:
            rise = self._raise_from(total) if total < scheduled else None
            waits = rise if rise is not None else self.raises[-1] if goal > scheduled else None
            last = self.days if waits is None else min(first + int(waits.every.amount("d")) - 1, self.days)
            doses = self._doses(total, len(steps), in_use)
            in_use |= {piece.product for dose in doses for piece in dose.pieces}
            steps.append(RegimenStep(len(steps) + 1, first, last, doses))
            first = last + 1
            if rise is None:
                break
            total = min(total + rise.by.amount("mg/d"), max(rise.until.amount("mg/d"), total), scheduled)
        if goal > scheduled and first <= self.days:
            steps.append(self._as_needed_step(len(steps) + 1, first, goal))
        return self._regimen(tuple(steps))

    def whole(self, target: Quantity) -> Regimen:
        """The regimen with as many days as the climb takes, so that the target itself is in it."""
        return replace(self, days=LONG_ENOUGH).to(target)

    def _raise_from(self, total: Fraction) -> Raise | None:
        return next((known for known in self.raises if total < known.until.amount("mg/d")), None)

    def _count(self, level: int) -> int:
        most = len(self.parts)
        return min(most, self.start_times + level if self.growing else self.start_times)

    def _doses(self, total: Fraction, level: int, in_use: frozenset[Product]) -> tuple[Dose, ...]:
        """A growing climb may use fewer doses a day than its turn where the total does not divide so far."""
        count = self._count(level)
        if level == 0 and total == self.start.amount("mg") * count:
            return self._first_doses(count)
        counts = range(count, 0, -1) if self.growing else [count]
        tolerance = Fraction(0) if self.even else self.start.amount("mg")
        for number in counts:
            doses = divide(total, self.parts[:number], self.products, in_use, tolerance)
            if doses is not None:
                return doses
        raise NotDispensable(Quantity(total, MG_A_DAY), self._nearest(total, count))

    def _first_doses(self, count: int) -> tuple[Dose, ...]:
        """The first dose in each part of the day, exactly: it is not evened out with another."""
        start = self.start.to("mg")
        making = make(start.value, self.products)
        if isinstance(making, CannotMake):
            around = [amount for amount in (making.below, making.above) if amount is not None]
            raise NotDispensable(start, tuple(Quantity(amount, start.unit) for amount in around))
        doses = (Dose(part, start, making) for part in self.parts[:count])
        return tuple(sorted(doses, key=lambda dose: PARTS_OF_DAY.index(dose.when or PARTS_OF_DAY[0])))

    def _nearest(self, total: Fraction, count: int) -> tuple[Quantity, ...]:
        """The nearest totals on either side that can be divided."""
        grain = self.grain()
        found = []
        for direction in (-1, 1):
            candidate = total // grain * grain + (grain if direction > 0 else 0)
            for _ in range(int(max(unit_amount(item) for item in self.products) / grain) * count + 1):
                if candidate > 0 and candidate != total and divide(candidate, self.parts[:count], self.products):
                    found.append(Quantity(candidate, MG_A_DAY))
                    break
                candidate += direction * grain
        return tuple(found)

    def _as_needed_step(self, number: int, first: int, goal: Fraction) -> RegimenStep:
        """As needed up to the target a day: as many equal doses as the regimen has, no closer than it allows."""
        if self.as_needed is None:
            raise ValueError("this climb has no as-needed use")
        times = min(len(self.parts), int(HOURS_A_DAY / self.as_needed.every.amount("h")))
        interval = Quantity(Fraction(HOURS_A_DAY, times), UNITS["h"])
        making = make(goal / times, self.products)
        if isinstance(making, CannotMake):
            around = [amount * times for amount in (making.below, making.above) if amount is not None]
            raise NotDispensable(Quantity(goal, MG_A_DAY), tuple(Quantity(amount, MG_A_DAY) for amount in around))
        dose = Dose(None, Quantity(goal / times, UNITS["mg"]), making)
        return RegimenStep(number, first, self.days, (dose,), interval, Quantity(goal, MG_A_DAY))
