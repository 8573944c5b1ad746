"""Orders in what their monograph counts: base as salt, and mass as international units, by the cited ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from dosing.formulary.model import Formulary, Monograph
from dosing.order import Concentration, Order
from dosing.posology import DoseRange, Sig
from dosing.units import UNITS, Quantity

Restate = Callable[[Quantity], Quantity]
INTERNATIONAL = {"[mass]": "[iU]", "[mass]/[time]": "[iU]/d"}


def restated(order: Order, formulary: Formulary) -> Order:
    """The order as its monograph counts; itself where that is how it was written."""
    monograph = formulary.monographs.get(order.drug or "")
    if monograph is None:
        return order
    restate = _by_basis(order, monograph) or _by_units(monograph)
    if restate is None:
        return order
    return replace(
        order,
        steps=tuple(replace(step, sig=_sig(step.sig, restate)) for step in order.steps),
        strengths={drug: restate(amount) for drug, amount in order.strengths.items()} if order.strengths else None,
        concentrations=(
            {drug: Concentration(restate(known.amount), known.volume) for drug, known in order.concentrations.items()}
            if order.concentrations
            else None
        ),
    )


def _by_basis(order: Order, monograph: Monograph) -> Restate | None:
    basis = monograph.basis
    if basis is None or order.basis is None or order.basis == basis.stated:
        return None
    ratio = basis.salt.amount("mg") / basis.base.amount("mg")
    factor = ratio if basis.stated == "salt" else 1 / ratio
    return lambda amount: amount * factor if _is_mass(amount) else amount


def _by_units(monograph: Monograph) -> Restate | None:
    known = monograph.international_units
    if known is None:
        return None
    per_milligram = known.amount / known.per.amount("mg")

    def restate(amount: Quantity) -> Quantity:
        code = INTERNATIONAL.get(amount.unit.dimension)
        if code is None or amount.unit.code.startswith("[iU]") or amount.unit.code.endswith("/h"):
            return amount
        milligrams: Fraction = amount.amount("mg" if code == "[iU]" else "mg/d")
        return Quantity(milligrams * per_milligram, UNITS[code])

    return restate


def _is_mass(amount: Quantity) -> bool:
    return amount.unit.dimension.startswith("[mass]") and not amount.unit.code.endswith("/h")


def _sig(sig: Sig, restate: Restate) -> Sig:
    return replace(
        sig,
        dose=DoseRange(restate(sig.dose.low), restate(sig.dose.high)) if sig.dose is not None else None,
        parts=tuple((part, restate(dose)) for part, dose in sig.parts),
        cycle=tuple(restate(dose) for dose in sig.cycle),
        max_per_day=restate(sig.max_per_day) if sig.max_per_day is not None else None,
    )
