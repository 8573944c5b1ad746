"""Every regimen is screened by the same engine as an order before anybody sees it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from dosing.finding import Finding, Severity
from dosing.formulary.model import Formulary
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, Sig, Step
from dosing.screening import Screening, screen
from dosing.units import UNITS, Quantity
from schedules.regimen import Regimen, RegimenStep


def as_order(regimen: Regimen, start: date, indication: str | None, reassess_on: date | None) -> Order:
    """A regimen as the order it is. Its last step goes on: a plan that ends is looked at again, not stopped."""
    last = len(regimen.steps)
    steps = tuple(
        Step(_sig(step), None if step.number == last else Quantity(Fraction(step.days), UNITS["d"]))
        for step in regimen.steps
    )
    return Order(
        given="plan",
        spoken=regimen.drug,
        drug=regimen.drug,
        form=regimen.form,
        indication=indication,
        start_date=start,
        days_supply=regimen.days,
        reassess_on=reassess_on,
        steps=steps,
    )


def screen_regimen(order: Order, patient: Patient, formulary: Formulary) -> Screening:
    """The verdict on a plan, as of its first day."""
    if order.start_date is None:
        raise ValueError("a plan begins on a date")
    return screen((order,), patient, formulary, order.start_date)


def critical(screening: Screening) -> tuple[Finding, ...]:
    return tuple(finding for finding in screening.verdict.findings if finding.severity is Severity.CRITICAL)


def _sig(step: RegimenStep) -> Sig:
    if step.interval is not None:
        amount = step.doses[0].amount
        return Sig(
            DoseRange(amount, amount),
            Every(step.interval, step.interval),
            as_needed=True,
            max_per_day=step.max_per_day,
        )
    return Sig(parts=tuple((dose.when or "", dose.amount) for dose in step.doses))
