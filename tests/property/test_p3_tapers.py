"""P3: ways down keep their laws, over every taper of the formulary and every shape in which a dose is taken.

No cut is larger and none is sooner than the taper says. One that is larger for want of strengths is held longer in
proportion, said so, and never above the stretch's own ceiling. A way down ends at a stop, at its goal, at a floor that
is named, or it says that it does not; no dose on it ever rises.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.formulary.model import Monograph, Stretch, Taper
from dosing.totals import factor_for
from schedules import taper
from schedules.plan import Plan
from schedules.ways_down import TaperRequest
from tests.figures import figure
from tests.property.plans import (
    FORMULARY,
    RATE,
    REFUSALS,
    check_everything,
    check_falls,
    mean,
    parts_before,
    taken_before,
    takes_turns,
    tapers,
)

WAYS = [
    pytest.param(monograph, way, id=f"{monograph.drug}/{way.id}")
    for monograph in FORMULARY.monographs.values()
    for way in monograph.tapers
]
every_way = pytest.mark.parametrize(("monograph", "way"), WAYS)


def planned(request: TaperRequest) -> Plan | None:
    try:
        return taper.plan(request, FORMULARY)
    except REFUSALS:
        return None


def factor(made: Plan, way: Taper, request: TaperRequest) -> Fraction:
    if not way.equivalence:
        return Fraction(1)
    unit = RATE if made.regimen.steps[0].unit == RATE else "mg"
    found = factor_for(FORMULARY, way.equivalence, made.monograph.drug, request.form, unit)
    assert found is not None
    return found


def stretch_of(way: Taper, total: Fraction, original: Fraction, share: Fraction) -> Stretch | None:
    for stretch in way.stretches:
        low = stretch.to_percent
        if low is not None and total <= original * low / 100:
            continue
        if stretch.range is None or total * share in stretch.range:
            return stretch
    return None


def cut_of(stretch: Stretch, total: Fraction, original: Fraction, share: Fraction) -> Fraction:
    if stretch.by is not None:
        return stretch.by.value / share
    assert stretch.percent is not None
    return (original if stretch.of_original else total) * stretch.percent / 100


def ceiling_of(stretch: Stretch, total: Fraction, original: Fraction, share: Fraction) -> Fraction:
    most = [cut_of(stretch, total, original, share)]
    if stretch.most is not None:
        most.append(stretch.most.value / share)
    if stretch.most_percent is not None:
        most.append((original if stretch.of_original else total) * stretch.most_percent / 100)
    return max(most)


@every_way
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_a_way_down_is_whole_exact_and_safe(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    request = said.draw(tapers(monograph, way))
    made = planned(request)
    if made is None:
        return
    check_everything(made)
    assert made.regimen.first == 1
    assert request.days is None or made.days <= request.days
    assert planned(request) == made


@every_way
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_no_dose_on_a_way_down_rises(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    request = said.draw(tapers(monograph, way))
    made = planned(request)
    if made is None:
        return
    turns = takes_turns(request)
    assert mean(made.regimen.stretches[0], in_turn=turns) < taken_before(request)
    check_falls(made.regimen, parts_before(request), in_turn=turns)


@every_way
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_a_way_down_ends_where_it_says(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    request = said.draw(tapers(monograph, way))
    made = planned(request)
    if made is None:
        return
    last = mean(made.regimen.stretches[-1], in_turn=takes_turns(request))
    assert made.stops == made.regimen.ends
    assert (made.target is None) == (request.to is None)
    if made.stops:
        assert request.to is None and made.target_reached and made.floor is None
    elif made.target_reached:
        assert request.to is not None and last == request.to.value and made.target == request.to
    elif made.floor is not None:
        assert made.floor.dose.value == last and made.floor.ways
        assert made.floor.next_lower is None or made.floor.next_lower.value < last
    else:
        assert request.days is not None or any(item.field == "days" for item in made.chosen)


@every_way
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_no_cut_is_larger_or_sooner_than_the_taper_says(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    request = said.draw(tapers(monograph, way))
    made = planned(request)
    if made is None or not way.stretches:
        return
    share = factor(made, way, request)
    original = before = taken_before(request)
    stretches = made.regimen.stretches
    said_longer = [item.why for item in made.chosen if item.field == "longer_interval"]
    spread = 0
    for number, turns in enumerate(stretches, 1):
        total, days = mean(turns, in_turn=takes_turns(request)), turns[0].days
        stretch = stretch_of(way, before, original, share)
        assert stretch is not None
        fallen, cut = before - total, cut_of(stretch, before, original, share)
        own = stretch_of(way, total, original, share) or stretch
        held = own if own.every is not None else stretch
        needed = ceil(held.every.amount("d")) if held.every is not None else 1
        if stretch.within is not None:
            spread += days
            assert fallen <= cut
        elif fallen > cut:
            assert fallen <= ceiling_of(stretch, before, original, share)
            needed = ceil(needed * fallen / cut)
            assert any(f"for {days} days" in why for why in said_longer) or number == len(stretches)
        if number < len(stretches) or made.stops:
            assert days >= needed, (total, days, needed)
        before = total
    if made.stops:
        final = stretch_of(way, before, original, share)
        assert final is not None
        cut = cut_of(final, before, original, share)
        if before > cut:
            # The smallest dose there is: its end is inside the ceiling, and comes later in proportion.
            assert before <= ceiling_of(final, before, original, share)
            held = ceil(final.every.amount("d")) if final.every is not None else 1
            assert stretches[-1][0].days >= ceil(held * before / cut)


@every_way
@settings(max_examples=figure(10_000, 2))
@given(said=st.data())
def test_a_table_or_an_even_way_down_is_no_faster_than_stated(
    monograph: Monograph, way: Taper, said: st.DataObject
) -> None:
    request = said.draw(tapers(monograph, way))
    made = planned(request)
    if made is None or way.stretches:
        return
    in_turn = takes_turns(request)
    held = [(mean(turns, in_turn=in_turn), turns[0].days) for turns in made.regimen.stretches]
    if way.over is not None:
        over = int(way.over.amount("d"))
        assert not made.stops or made.days >= over
        cuts = [
            before - after for (before, _), (after, _) in zip(((taken_before(request), 0), *held), held, strict=False)
        ]
        assert max(cuts) <= max(taken_before(request) / 2, *cuts[:1])
    for total, days in held[:-1] if way.levels else ():
        fitting = [
            level for level in way.levels if "[bodyweight]" in level.dose.unit.dimension or level.dose.value >= total
        ]
        assert fitting and days >= min(int(level.lasts.amount("d")) for level in fitting)


@every_way
@settings(max_examples=figure(500, 2))
@given(said=st.data())
def test_some_way_down_can_be_planned(monograph: Monograph, way: Taper, said: st.DataObject) -> None:
    """The laws above are not empty: each taper plans from a plain dose of its own drug, or a refusal says why."""
    request = said.draw(tapers(monograph, way))
    try:
        made = taper.plan(request, FORMULARY)
    except REFUSALS as refusal:
        assert str(refusal)
        return
    assert made.protocol == way
