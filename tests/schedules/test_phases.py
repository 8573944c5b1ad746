"""Phases of a plan, by example: a wait is one, days in turn stay in turn, and patterns move with their days."""

from __future__ import annotations

from dosing.units import quantity
from schedules.phases import phases_of, regimens_of
from schedules.regimen import EveryDays
from tests.schedules.asking import change, cycle, every, patient, planned, revised, way_down, way_up

TURNS = way_up("hydroxychloroquine", patient=patient(weight=quantity("60 kg")))


def test_a_plan_taken_apart_and_put_together_is_the_same() -> None:
    for asked in (TURNS, way_up("methotrexate"), change("phenelzine", way_up("duloxetine"))):
        made = planned(asked)
        assert regimens_of(phases_of(made.regimens), made.regimens, made.stops) == made.regimens


def test_a_wait_before_the_first_dose_is_a_phase_with_nothing_in_it() -> None:
    first, *_ = phases_of(planned(change("phenelzine", way_up("duloxetine"))).regimens)
    assert (first.first, first.days, first.held) == (1, 13, ())


def test_a_hold_of_days_in_turn_keeps_both_of_them_in_turn() -> None:
    made = revised(planned(TURNS), TURNS, "hold", 10, days=5)
    assert [(step.pattern, step.last) for step in made.regimen.steps] == [(EveryDays(2, 1), 90), (EveryDays(2, 2), 90)]


def test_a_hold_of_doses_on_every_other_day_is_for_whole_turns() -> None:
    asked = way_down("prednisone", every("20 mg", "2 days"), taken_for="90 days")
    made = revised(planned(asked), asked, "hold", 4, days=3)
    assert [step.days % 2 for step in made.regimen.steps] == [0] * len(made.regimen.steps)


def test_a_step_that_comes_later_takes_its_pattern_along() -> None:
    step = planned(way_down("prednisone", every("20 mg", "2 days"), taken_for="90 days")).regimen.steps[0]
    moved = step.later(3)
    assert (moved.first, moved.last, moved.pattern) == (step.first + 3, step.last + 3, EveryDays(2, 4))


def test_days_in_turn_end_with_the_way_down_they_belong_to() -> None:
    asked = way_down(
        "prednisone",
        cycle("20 mg", "10 mg"),
        to="5 mg/day",
        step="5 mg/day",
        step_interval="7 days",
        taken_for="90 days",
    )
    assert [step.daily.value for step in planned(asked).regimen.steps] == [10, 5]
