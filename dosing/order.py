"""An order: a drug in steps for a patient, as it was understood. Nothing clinical is defaulted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dosing.posology import Step
from dosing.units import Quantity
from dosing.vocabulary import ROUTE_OF_FORM


@dataclass(frozen=True, slots=True)
class Concentration:
    """An amount of drug in a volume."""

    amount: Quantity
    volume: Quantity


@dataclass(frozen=True, slots=True)
class Order:
    """One order, or one medication that the patient takes already.

    `drug` is the formulary's name, or None when the name was not understood; `spoken` is what was written.
    `strengths` and `concentrations` are by ingredient. `given` is what names it in an answer: its id, or its place.
    `switched_with` is the order that this one is exchanged with, where a plan lets the two overlap on purpose.
    """

    given: str
    spoken: str
    drug: str | None
    suggestions: tuple[str, ...] = ()
    form: str | None = None
    route: str | None = None
    strengths: Mapping[str, Quantity] | None = None
    concentrations: Mapping[str, Concentration] | None = None
    basis: str | None = None
    indication: str | None = None
    intent: str | None = None
    self_care: bool | None = None
    start_date: date | None = None
    end_date: date | None = None
    stopped: bool = False
    quantity: Quantity | None = None
    days_supply: int | None = None
    reassess_on: date | None = None
    replaces: str | None = None
    switched_with: str | None = None
    steps: tuple[Step, ...] = ()

    def routes(self, forms: tuple[str, ...]) -> frozenset[str]:
        """The routes the order can mean: as stated, as its form implies, or as any form of the drug implies."""
        if self.route is not None:
            return frozenset({self.route})
        possible = (self.form,) if self.form is not None else forms
        return frozenset(route for form in possible if (route := ROUTE_OF_FORM.get(form)) is not None)

    def may_be(self, form: str) -> bool:
        """Whether a form can be taken by the stated route; an injection has several."""
        return self.route is None or ROUTE_OF_FORM.get(form) in (None, self.route)

    def is_past(self, as_of: date) -> bool:
        """Whether a medication is over: only by its own word, never because a supply has run out."""
        return self.stopped or (self.end_date is not None and self.end_date < as_of)
