"""P3: schedules keep their laws, over every protocol of the formulary and patients of every kind.

A plan starts within its protocol's start, rises no more and no sooner than the protocol, has no gap and no overlap, is
never over a limit on any day, ends at its target or says that it does not, is made of pieces that add up exactly, and
is the same each time. What cannot be planned is refused, and a nearest target that is offered can be planned.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.finding import Severity
from dosing.formulary.model import Monograph, Protocol
from dosing.order import Order
from dosing.posology import Step
from dosing.screening import screen
from dosing.units import Quantity
from schedules.layout import NotDispensable
from schedules.plan import Infeasible, Plan, PlanError, UnsafeSchedule
from schedules.regimen import RegimenStep
from schedules.safety import sig_of
from schedules.titration import TitrationRequest, plan
from tests.figures import figure
from tests.property.plans import FORMULARY, MG_A_DAY, MG_A_WEEK, amount, check_everything, mean, titrations

PROTOCOLS = [
    pytest.param(monograph, protocol, id=f"{monograph.drug}/{protocol.id}")
    for monograph in FORMULARY.monographs.values()
    for protocol in monograph.protocols
]


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


def day_alone(made: Plan, turns: tuple[RegimenStep, ...]) -> Order:
    """The steps of one stretch as an order of its own, begun long ago, so that no rule about starts hides a limit."""
    return Order(
        given="day",
        spoken=made.monograph.drug,
        drug=made.monograph.drug,
        form=made.regimen.form,
        indication=made.indication,
        start_date=made.start_date,
        days_supply=1,
        steps=(Step(sig_of(turns), None),),
    )


@pytest.mark.parametrize(("monograph", "protocol"), PROTOCOLS)
@settings(max_examples=figure(10_000, 20))
@given(said=st.data())
def test_a_plan_keeps_the_laws_of_schedules(monograph: Monograph, protocol: Protocol, said: st.DataObject) -> None:
    request = said.draw(titrations(monograph, protocol))
    made = planned(request)
    if made is None:
        return
    check_everything(made)
    regimen, unit = made.regimen, MG_A_WEEK if protocol.pattern == "weekly" else MG_A_DAY
    in_turn = protocol.pattern == "alternating"
    mine = for_this_weight(protocol, request)

    assert mean(regimen.stretches[0], in_turn=in_turn) <= mine.start_high.amount("mg") * protocol.start_times
    assert regimen.first == 1
    assert request.days is None or made.days == request.days

    scheduled = [turns for turns in regimen.stretches if not turns[0].as_needed]
    for before, after in pairwise(scheduled):
        total = mean(before, in_turn=in_turn)
        rise = mean(after, in_turn=in_turn) - total
        allowed = [known for known in mine.raises if total < known.until.amount(unit)] or mine.raises[-1:]
        assert 0 < rise <= max(known.by.amount(unit) for known in allowed)
        assert before[0].days >= min(int(known.at_least_every.amount("d")) for known in allowed)

    last = regimen.stretches[-1]
    held = last[0].daily.amount("mg/d") if last[0].as_needed else mean(last, in_turn=in_turn)
    assert made.target is not None
    assert made.target_reached == (held == made.target.amount(unit))
    assert held <= made.target.amount(unit)

    assert plan(request, FORMULARY) == made


@pytest.mark.parametrize(("monograph", "protocol"), PROTOCOLS)
@settings(max_examples=figure(10_000, 8))
@given(said=st.data())
def test_no_day_of_a_plan_is_over_a_limit(monograph: Monograph, protocol: Protocol, said: st.DataObject) -> None:
    made = planned(said.draw(titrations(monograph, protocol)))
    if made is None:
        return
    experienced = replace(made.patient, opioid_experience="tolerant")
    for turns in made.regimen.stretches:
        answer = screen((day_alone(made, turns),), experienced, FORMULARY, made.start_date)
        critical = [finding.message for finding in answer.verdict.findings if finding.severity is Severity.CRITICAL]
        assert critical == []


def for_this_weight(protocol: Protocol, request: TitrationRequest) -> Protocol:
    """The protocol's amounts for each kilogram as amounts for this patient, read a second time."""

    def day(stated: Quantity) -> Quantity:
        if "[bodyweight]" not in stated.unit.dimension:
            return stated
        assert request.patient.weight is not None
        return amount(stated.amount("mg/kg/d") * request.patient.weight.amount("kg"), MG_A_DAY)

    def dose(stated: Quantity) -> Quantity:
        total = day(stated)
        return total if total is stated else amount(total.value / protocol.start_times, "mg")

    return replace(
        protocol,
        start_high=dose(protocol.start_high),
        raises=tuple(replace(known, by=day(known.by), until=day(known.until)) for known in protocol.raises),
    )
