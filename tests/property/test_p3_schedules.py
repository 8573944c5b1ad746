"""P3: schedules keep their laws, over every protocol of the formulary and patients of every kind.

A plan starts within its protocol's start, rises no more and no sooner than the protocol, has no gap and no overlap, is
never over a limit on any day, ends at its target or says that it does not, is made of pieces that add up exactly, and
is the same each time. What cannot be planned is refused, and a nearest target that is offered can be planned.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.finding import Severity
from dosing.formulary.loader import load
from dosing.formulary.model import Monograph, Protocol
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, Sig, Step
from dosing.screening import screen
from dosing.units import UNITS, Quantity
from schedules.layout import NotDispensable
from schedules.plan import Infeasible, Plan, PlanError, UnsafeSchedule
from schedules.regimen import RegimenStep
from schedules.supply import supply
from schedules.titration import TitrationRequest, plan
from tests.figures import figure

FORMULARY = load()
START = date(2026, 12, 1)
PROTOCOLS = [
    pytest.param(monograph, protocol, id=f"{monograph.drug}/{protocol.id}")
    for monograph in FORMULARY.monographs.values()
    for protocol in monograph.protocols
]
REFUSALS = (PlanError, NotDispensable, Infeasible, UnsafeSchedule)


def amount(value: int | Fraction, unit: str) -> Quantity:
    return Quantity(Fraction(value), UNITS[unit])


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    clearance = draw(st.none() | st.integers(1, 140).map(lambda value: amount(value, "mL/min")))
    return Patient(
        age=amount(draw(st.integers(18, 95)), "a"),
        sex=draw(st.sampled_from(("female", "male"))),
        weight=amount(draw(st.integers(40, 120)), "kg"),
        height=amount(draw(st.integers(150, 195)), "cm"),
        creatinine_clearance=clearance,
        hemodialysis=False,
        hepatic_impairment=draw(st.sampled_from((None, "none", "mild", "moderate", "severe"))),
        pregnant=False,
        breastfeeding=False,
        opioid_experience=draw(st.sampled_from(("naive", "tolerant"))),
        conditions=frozenset(),
        allergies=frozenset(),
        medications=(),
    )


@st.composite
def requests(draw: st.DrawFn, monograph: Monograph, protocol: Protocol) -> TitrationRequest:
    """A request inside what the protocol offers, and now and then beyond it."""
    largest = max(known.by for known in protocol.raises).amount("mg/d")
    soonest = max(int(known.at_least_every.amount("d")) for known in protocol.raises)
    high = protocol.maintenance_high.amount("mg/d")
    products = [
        product
        for product in monograph.products
        if product.offered and (protocol.forms is None or product.form in protocol.forms)
    ]
    form = draw(st.sampled_from(sorted({product.form for product in products})))
    of_form = [(product.strength, product.form) for product in products if product.form == form]
    strengths = draw(st.none() | st.lists(st.sampled_from(of_form), min_size=1, unique=True).map(tuple))
    if any(product.volume is not None for product in products if product.form == form):
        strengths = None
    return TitrationRequest(
        drug=monograph.drug,
        start_date=START,
        patient=draw(patients()),
        form=form,
        protocol=protocol.id,
        indication=draw(st.none() | st.sampled_from(sorted(FORMULARY.indications))),
        start_dose=draw(st.none() | st.sampled_from((protocol.start_low, protocol.start_high))),
        step=draw(st.none() | st.sampled_from((1, 2, 3)).map(lambda share: amount(largest / share, "mg/d"))),
        step_interval=draw(st.none() | st.integers(soonest, 14).map(lambda days: amount(days, "d"))),
        target=draw(st.none() | st.integers(1, int(high / 25) + 4).map(lambda times: amount(25 * times, "mg/d"))),
        strengths=strengths,
        days=draw(st.none() | st.integers(1, 120)),
    )


def planned(request: TitrationRequest) -> Plan | None:
    """The plan, or None for a refusal; a nearest target that is offered has to be one."""
    try:
        return plan(request, FORMULARY)
    except Infeasible as refusal:
        if refusal.nearest is not None:
            assert plan(replace(request, target=refusal.nearest), FORMULARY).target == refusal.nearest
        return None
    except (PlanError, NotDispensable, UnsafeSchedule):
        return None


def scheduled_total(step: RegimenStep) -> Fraction:
    return sum((dose.amount.amount("mg") for dose in step.doses), Fraction(0))


def day_alone(made: Plan, step: RegimenStep) -> Order:
    """One day of a plan as an order of its own, begun long ago, so that no rule about starts hides a limit."""
    if step.interval is not None:
        dose = step.doses[0].amount
        sig = Sig(
            DoseRange(dose, dose), Every(step.interval, step.interval), as_needed=True, max_per_day=step.max_per_day
        )
    else:
        sig = Sig(parts=tuple((dose.when or "", dose.amount) for dose in step.doses))
    return Order(
        given="day",
        spoken=made.monograph.drug,
        drug=made.monograph.drug,
        form=made.regimen.form,
        indication=made.indication,
        start_date=START,
        days_supply=1,
        steps=(Step(sig, None),),
    )


@pytest.mark.parametrize(("monograph", "protocol"), PROTOCOLS)
@settings(max_examples=figure(10_000, 40))
@given(said=st.data())
def test_a_plan_keeps_the_laws_of_schedules(monograph: Monograph, protocol: Protocol, said: st.DataObject) -> None:
    request = said.draw(requests(monograph, protocol))
    made = planned(request)
    if made is None:
        return
    steps = made.regimen.steps

    first = steps[0]
    assert all(dose.amount <= protocol.start_high for dose in first.doses)

    assert first.first == 1
    assert all(before.last + 1 == after.first for before, after in pairwise(steps))
    assert made.regimen.days == steps[-1].last
    assert request.days is None or made.regimen.days == request.days

    for before, after in pairwise(steps):
        if not after.as_needed:
            rise = scheduled_total(after) - scheduled_total(before)
            allowed = max(known.by for known in protocol.raises if scheduled_total(before) < known.until.amount("mg/d"))
            assert 0 < rise <= allowed.amount("mg/d")
            assert before.days >= min(int(known.at_least_every.amount("d")) for known in protocol.raises)

    for step in steps:
        for dose in step.doses:
            assert sum((piece.amount for piece in dose.pieces), Fraction(0)) == dose.amount.amount("mg")
            assert all(
                (piece.count * piece.product.pieces_per_unit).denominator == 1
                for piece in dose.pieces
                if piece.product.volume is None
            )

    assert made.target_reached == (steps[-1].daily == made.target)
    held: dict[object, Fraction] = {}
    for day in range(1, made.regimen.days + 1):
        step = made.regimen.on(day)
        for dose in step.doses:
            for piece in dose.pieces:
                times = step.doses_a_day if step.as_needed else 1
                held[piece.product] = held.get(piece.product, Fraction(0)) + piece.count * times
    assert {item.pieces.product: item.pieces.count for item in supply(made.regimens, made.start_date)} == held

    assert plan(request, FORMULARY) == made


@pytest.mark.parametrize(("monograph", "protocol"), PROTOCOLS)
@settings(max_examples=figure(2_000, 15))
@given(said=st.data())
def test_no_day_of_a_plan_is_over_a_limit(monograph: Monograph, protocol: Protocol, said: st.DataObject) -> None:
    made = planned(said.draw(requests(monograph, protocol)))
    if made is None:
        return
    experienced = replace(made.patient, opioid_experience="tolerant")
    for step in made.regimen.steps:
        answer = screen((day_alone(made, step),), experienced, FORMULARY, START)
        critical = [finding.message for finding in answer.verdict.findings if finding.severity is Severity.CRITICAL]
        assert critical == []
