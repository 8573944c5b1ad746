"""P3: plans that are changed, and changed again, keep their laws: chains of up to four random revisions of every kind
of plan, ways up, ways down and changes from one drug to another.

Days that are gone are the same in every revision; what comes has no gap, no overlap, no piece that does not add up and
no critical finding; a dose of a way down rises only where a step back or a new beginning was asked for; the same change
gives the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.formulary.model import Monograph, Protocol, Taper
from schedules import switch, taper, titration
from schedules.going import Asked, RevisionRequest
from schedules.plan import Plan
from schedules.revision import revise
from schedules.switch import SwitchRequest
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest
from tests.figures import figure
from tests.property.plans import (
    FORMULARY,
    MG_A_DAY,
    MG_A_WEEK,
    REFUSALS,
    START,
    amount,
    check_everything,
    mean,
    on_day,
    patients,
    takes_turns,
    tapers,
    titrations,
)

UPWARD = [(monograph, way) for monograph in FORMULARY.monographs.values() for way in monograph.protocols]
DOWNWARD = [(monograph, way) for monograph in FORMULARY.monographs.values() for way in monograph.tapers]
ACTIONS = ("hold", "slower", "step-back", "resume", "restart", "new-target", "stop-now")


def planned(asked: Asked) -> Plan | None:
    try:
        if isinstance(asked, TitrationRequest):
            return titration.plan(asked, FORMULARY)
        if isinstance(asked, TaperRequest):
            return taper.plan(asked, FORMULARY)
        return switch.plan(asked, FORMULARY)
    except REFUSALS:
        return None


@st.composite
def switches(draw: st.DrawFn, ups: Sequence[tuple[Monograph, Protocol]]) -> SwitchRequest:
    """From a drug with a taper, or from one of which only the name is known, to one with a protocol."""
    up = draw(titrations(*draw(st.sampled_from(ups))))
    if draw(st.integers(0, 4)) == 0:
        return SwitchRequest("phenelzine", None, up)
    monograph, way = draw(st.sampled_from([known for known in DOWNWARD if known[0].drug != up.drug]))
    down = draw(tapers(monograph, way))
    over = draw(st.none() | st.integers(2, 40).map(lambda days: amount(days, "d")))
    same_start = TaperRequest(
        drug=down.drug,
        start_date=up.start_date,
        patient=up.patient,
        taken=down.taken,
        taken_for=down.taken_for,
        form=down.form,
        taper=way.id if over is None else None,
        strengths=down.strengths,
    )
    return SwitchRequest(down.drug, same_start, up, over)


@st.composite
def revisions(draw: st.DrawFn, old: Plan) -> RevisionRequest:
    action = draw(st.sampled_from(ACTIONS))
    weekly = old.regimen.steps[0].weekly is not None
    return RevisionRequest(
        action=action,
        from_day=draw(st.integers(2, old.days + 1)),
        days=draw(st.none() | st.integers(1, 60)) if action in ("hold", "slower", "step-back") else None,
        missed_days=draw(st.none() | st.integers(1, 9)) if action in ("resume", "restart") else None,
        target=amount(draw(st.integers(1, 60)) * 5, MG_A_WEEK if weekly else MG_A_DAY)
        if action == "new-target"
        else None,
        patient=draw(patients()) if draw(st.integers(0, 5)) == 0 else None,
        fill_days=draw(st.none() | st.integers(1, 60)),
    )


def gone(made: Plan, day: int) -> list[object]:
    """What is held on every day before one."""
    return [
        [
            sorted(on_day(regimen, number, made.start_date), key=str)
            for regimen in made.regimens
            if regimen.first <= number
        ]
        for number in range(1, day)
    ]


def walk(said: st.DataObject, asked: Asked) -> None:
    """Up to four changes of a plan, each held against the laws."""
    old = planned(asked)
    if old is None:
        return
    check_everything(old)
    all_taken = True
    for number in range(said.draw(st.integers(1, 4))):
        request = said.draw(revisions(old))
        try:
            new = revise(old, str(number), asked, request, FORMULARY)
        except REFUSALS as refusal:
            assert str(refusal)
            continue
        all_taken = all_taken and not request.missed_days
        check_everything(new, all_taken=all_taken)
        day = request.from_day
        assert new.start_date == old.start_date
        assert [known for known in gone(new, day) if known] == [known for known in gone(old, day) if known]
        assert new.revised is not None and new.revised.from_day == day and new.revised.plan == str(number)
        if isinstance(asked, TaperRequest) and request.action not in ("step-back", "restart"):
            check_falls_on(new, day, in_turn=takes_turns(asked))
        assert revise(old, str(number), asked, request, FORMULARY) == new
        old = new


def check_falls_on(made: Plan, day: int, *, in_turn: bool) -> None:
    """A way down that was changed holds no more from then on than on its day before, except where an earlier change
    went back up."""
    coming = [turns for turns in made.regimen.stretches if turns[0].first > day]
    before = [turns for turns in made.regimen.stretches if turns[0].first <= day]
    if coming and before and mean(coming[0], in_turn=in_turn) > mean(before[-1], in_turn=in_turn):
        earlier = [mean(turns, in_turn=in_turn) for turns in before]
        assert mean(coming[0], in_turn=in_turn) in earlier


@pytest.mark.parametrize(
    ("monograph", "way"), UPWARD, ids=lambda known: getattr(known, "drug", getattr(known, "id", ""))
)
@settings(max_examples=figure(10_000, 3))
@given(said=st.data())
def test_a_way_up_keeps_its_laws_through_changes(monograph: Monograph, way: Protocol, said: st.DataObject) -> None:
    walk(said, said.draw(titrations(monograph, way)))


@pytest.mark.parametrize(
    ("monograph", "way"), DOWNWARD, ids=lambda known: getattr(known, "drug", getattr(known, "id", ""))
)
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_a_way_down_keeps_its_laws_through_changes(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    walk(said, said.draw(tapers(monograph, way)))


@settings(max_examples=figure(10_000, 80))
@given(said=st.data())
def test_a_change_of_drug_keeps_its_laws_through_changes(said: st.DataObject) -> None:
    walk(said, said.draw(switches(UPWARD)))


@settings(max_examples=figure(10_000, 60))
@given(asked=switches(UPWARD))
def test_a_change_of_drug_is_whole_exact_and_safe(asked: SwitchRequest) -> None:
    made = planned(asked)
    if made is None:
        return
    check_everything(made)
    new = made.regimens[0]
    assert new.drug == asked.up.drug and made.start_date == asked.start_date
    assert made.start_date >= START
    if asked.down is None:
        assert [regimen.drug for regimen in made.regimens if regimen.drug == asked.from_drug] == []
    else:
        (old,) = [regimen for regimen in made.regimens if regimen.drug == asked.from_drug]
        assert old.first == 1
        assert old.ends or made.floor is not None or not made.target_reached
    assert planned(asked) == made
