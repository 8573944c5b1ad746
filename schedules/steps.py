"""Steps put down one after another: numbered, without a gap, with the products that the patient has by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from dosing.formulary.model import Product
from dosing.units import Quantity
from schedules.layout import Turn
from schedules.plan import PlanError
from schedules.regimen import Dose, Regimen, RegimenStep, with_doses


@dataclass(slots=True)
class Steps:
    """A regimen while it is made. `last` is the last day that has a step; `had` are the products of the days before."""

    last: int = 0
    had: frozenset[Product] = frozenset()
    _made: list[RegimenStep] = field(default_factory=list)

    @property
    def made(self) -> tuple[RegimenStep, ...]:
        return tuple(self._made)

    @property
    def in_use(self) -> frozenset[Product]:
        """The products of the steps so far: another strength is avoided where it can be."""
        made = (piece.product for step in self._made for dose in step.doses for piece in dose.pieces)
        return self.had.union(made)

    def add(self, turns: Iterable[Turn], last: int) -> None:
        """The next stretch, to day `last`; doses that take turns are steps of the same days."""
        first = self.last + 1
        for turn in turns:
            self._made.append(RegimenStep(len(self._made) + 1, first, last, turn.doses, pattern=turn.pattern))
        self.last = last

    def add_as_needed(self, dose: Dose, interval: Quantity, max_per_day: Quantity, last: int) -> None:
        """A stretch of use as needed."""
        number = len(self._made) + 1
        self._made.append(RegimenStep(number, self.last + 1, last, (dose,), interval, max_per_day))
        self.last = last


def taken(regimen: Regimen, start: date) -> Regimen:
    """The regimen, each of its stretches with a dose. Raises PlanError where no day of it has one."""
    dosed = with_doses(regimen, start)
    if dosed is None:
        detail = f"No dose of {regimen.drug} falls on the days {regimen.first} to {regimen.days}."
        raise PlanError("days", "out-of-range", detail, "Make the plan longer, or begin it on the day of a dose.")
    return dosed


def form_of(products: Iterable[Product]) -> str | None:
    """The one form of some products; None where they are of several."""
    forms = {product.form for product in products}
    return forms.pop() if len(forms) == 1 else None
