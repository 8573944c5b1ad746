"""Plans that life changes, by example: what is gone stays, and from the change on nothing is sooner or more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dosing.units import quantity
from schedules.going import LONGEST
from schedules.plan import Plan, PlanError, UnsafeSchedule
from tests.schedules.asking import START, change, of, once, patient, planned, revised, times, totals, way_down, way_up

UP = way_up("gabapentin", start_dose="300 mg", target="1800 mg/day")
DOWN = way_down("prednisone", once("60 mg"), taken_for="84 days")
ACROSS = change(way_down("gabapentin", times("600 mg", 3), taken_for="90 days"), way_up("pregabalin"), "7 days")
AFTER_AN_MAOI = change("phenelzine", way_up("duloxetine"))
WEEKLY = way_up("methotrexate", weekday="monday")


def days(made: Plan) -> list[str]:
    """What each day of the plan's own drug holds, a dash where there is none."""
    held = {day: str(step.daily.value) for step in made.regimen.steps for day in range(step.first, step.last + 1)}
    return [held.get(day, "-") for day in range(1, made.days + 1)]


@pytest.mark.parametrize("asked", [UP, DOWN, ACROSS, AFTER_AN_MAOI, WEEKLY])
@pytest.mark.parametrize("action", ["hold", "slower", "step-back", "resume", "restart", "stop-now"])
@pytest.mark.parametrize("day", [2, 3, 8, 20])
def test_days_that_are_gone_are_the_same_whatever_changes(asked: object, action: str, day: int) -> None:
    old = planned(asked)  # type: ignore[arg-type]  # one of the requests above
    try:
        new = revised(old, asked, action, day)  # type: ignore[arg-type]  # as above
    except PlanError as refusal:
        assert refusal.code in ("out-of-range", "unusable-field")
        return
    assert new.start_date == old.start_date
    for regimen in old.regimens:
        begun = min(number for step in regimen.steps for number in step.dose_days(old.start_date))
        if begun < day:
            for number in range(regimen.first, min(day, regimen.days + 1)):
                assert of(new, regimen.drug).on(number).doses == regimen.on(number).doses
        elif any(known.drug == regimen.drug for known in new.regimens):
            known = of(new, regimen.drug).steps
            assert min(number for step in known for number in step.dose_days(old.start_date)) >= day


def test_a_hold_adds_its_days_to_the_dose_of_now_and_moves_the_rest() -> None:
    made = revised(planned(UP), UP, "hold", 3, days=7)
    assert totals(made.regimen)[:3] == [("300", 10), ("600", 3), ("900", 3)]


def test_a_hold_during_the_wait_for_a_new_drug_makes_the_wait_longer() -> None:
    old = planned(AFTER_AN_MAOI)
    made = revised(old, AFTER_AN_MAOI, "hold", 5, days=3)
    assert made.regimen.first == old.regimen.first + 3


def test_a_hold_after_a_wait_does_not_move_the_first_dose() -> None:
    old = planned(AFTER_AN_MAOI)
    made = revised(old, AFTER_AN_MAOI, "hold", 20, days=3)
    assert (made.regimen.first, made.days) == (old.regimen.first, old.days + 3)


def test_a_stop_before_the_first_dose_of_a_plan_is_refused() -> None:
    with pytest.raises(PlanError) as refusal:
        revised(planned(AFTER_AN_MAOI), AFTER_AN_MAOI, "stop-now", 5)
    assert refusal.value.code == "out-of-range"


def test_a_hold_of_a_switch_holds_both_drugs() -> None:
    made = revised(planned(ACROSS), ACROSS, "hold", 5, days=4)
    assert of(made, "gabapentin").days == 11
    assert of(made, "pregabalin").steps[0].last == 11


@pytest.mark.parametrize(("day", "first_rise"), [(4, 4), (5, 5), (8, 8)])
def test_a_resume_ends_a_hold_no_sooner_than_the_plan_had_it(day: int, first_rise: int) -> None:
    held = revised(planned(UP), UP, "hold", 3, days=7)
    assert revised(held, UP, "resume", day).regimen.steps[1].first == first_rise


def test_a_resume_on_the_next_day_gives_the_dose_of_now_its_time_first() -> None:
    held = revised(planned(UP), UP, "hold", 2, days=7)
    assert revised(held, UP, "resume", 3).regimen.steps[1].first == 4


def test_a_revision_that_would_be_unsafe_is_refused() -> None:
    with pytest.raises(UnsafeSchedule):
        revised(planned(UP), UP, "hold", 3, days=2, patient=patient(creatinine_clearance=quantity("10 mL/min")))


def test_a_resume_long_after_a_hold_cuts_no_later_step_short() -> None:
    held = revised(planned(UP), UP, "hold", 3, days=7)
    assert days(revised(held, UP, "resume", 21)) == days(held)


def test_a_second_restart_begins_once_from_the_first_step() -> None:
    first = revised(planned(UP), UP, "restart", 10)
    second = revised(first, UP, "restart", 15)
    assert days(second)[14:] == days(planned(UP))


def test_a_restart_after_a_step_back_leaves_the_step_back_out() -> None:
    back = revised(planned(UP), UP, "step-back", 10)
    assert days(revised(back, UP, "restart", 12))[11:] == days(planned(UP))


def test_a_step_back_takes_the_step_before_again_and_then_goes_on() -> None:
    made = revised(planned(UP), UP, "step-back", 8)
    assert totals(made.regimen)[:5] == [("300", 3), ("600", 3), ("900", 1), ("600", 3), ("900", 3)]


def test_a_step_back_in_the_first_step_is_refused() -> None:
    with pytest.raises(PlanError) as refusal:
        revised(planned(UP), UP, "step-back", 3)
    assert refusal.value.code == "out-of-range"


def test_slower_by_three_days_makes_every_step_to_come_longer() -> None:
    made = revised(planned(UP), UP, "slower", 4, days=3)
    assert [held for _, held in totals(made.regimen)][1:5] == [6, 6, 6, 6]


def test_a_way_down_that_becomes_too_long_is_cut_and_is_no_stop() -> None:
    made = revised(planned(DOWN), DOWN, "slower", 10)
    assert made.days == 9 + LONGEST
    assert (made.stops, made.target_reached) == (False, False)


def test_a_stop_on_a_way_down_keeps_the_time_of_the_dose_of_now() -> None:
    old = planned(DOWN)
    assert days(revised(old, DOWN, "stop-now", 10)) == days(old)


def test_a_stop_of_a_switch_stops_the_new_drug_and_goes_on_lowering_the_old_one() -> None:
    made = revised(planned(ACROSS), ACROSS, "stop-now", 5)
    assert made.stops and of(made, "pregabalin").days == 4
    assert of(made, "gabapentin").ends
    assert totals(of(made, "gabapentin"))[-2:] == [("600", 2), ("300", 7)]


@pytest.mark.parametrize(("action", "judged_on"), [("hold", 9), ("stop-now", 8)])
def test_a_drug_that_ended_before_the_change_leaves_nothing_unchecked(action: str, judged_on: int) -> None:
    old = planned(ACROSS)
    assert of(old, "gabapentin").days == 7
    screening = revised(old, ACROSS, action, 9).screening
    assert screening.as_of == START + timedelta(days=judged_on - 1)
    assert not [row for row in screening.verdict.not_checked if "as_of" in row.needs]
    assert {row.drug for row in screening.verdict.findings if row.code == "duplicate-therapy"} == set()


@pytest.mark.parametrize("day", [3, 7, 8, 9, 15])
def test_a_weekly_drug_that_is_stopped_is_judged_on_the_day_of_its_last_dose(day: int) -> None:
    screening = revised(planned(WEEKLY), WEEKLY, "stop-now", day).screening
    assert not [row for row in screening.verdict.not_checked if "as_of" in row.needs or "duration" in row.needs]
    judged = {row.order for row in screening.verdict.passed}
    # The first Monday of the plan is its day 7.
    assert ("methotrexate" in judged) == (day > 7)


def test_methotrexate_and_its_folic_acid_stop_together() -> None:
    made = revised(planned(WEEKLY), WEEKLY, "stop-now", 20)
    assert [(regimen.drug, regimen.days, regimen.ends) for regimen in made.regimens] == [
        ("methotrexate", 19, True),
        ("folic acid", 19, True),
    ]


def test_a_new_target_above_goes_up_when_the_dose_of_now_has_had_its_time() -> None:
    made = revised(planned(UP), UP, "new-target", 11, target="2400 mg/day")
    assert totals(made.regimen)[3:6] == [("1200", 3), ("1500", 3), ("1800", 3)]
    assert made.target == quantity("2400 mg/d") and made.target_reached


def test_a_new_target_below_goes_down_by_the_taper() -> None:
    made = revised(planned(UP), UP, "new-target", 20, target="900 mg/day")
    lowered = [int(dose) for dose, _ in totals(made.regimen)[5:]]
    assert lowered == sorted(lowered, reverse=True) and lowered[-1] == 900


@pytest.mark.parametrize("stated", ["12.5 mg/day", "1 mg/day"])
def test_a_new_target_of_a_weekly_drug_is_per_week(stated: str) -> None:
    with pytest.raises(PlanError) as refusal:
        revised(planned(WEEKLY), WEEKLY, "new-target", 40, target=stated)
    assert (refusal.value.field, refusal.value.code) == ("target", "wrong-period")


@pytest.mark.parametrize("drug", ["tramadol", "tizanidine", "baclofen"])
def test_after_missed_days_these_begin_again_from_the_start(drug: str) -> None:
    asked = way_up(drug, days=40, patient=patient(opioid_experience="naive"))
    old = planned(asked)
    with pytest.raises(PlanError) as refusal:
        revised(old, asked, "resume", 12, missed_days=3)
    assert refusal.value.code == "restart-needed"
    again = revised(old, asked, "restart", 12, missed_days=3)
    assert days(again)[11:] == days(old)


def test_after_missed_days_of_another_drug_the_plan_goes_on_where_it_was_left() -> None:
    made = revised(planned(UP), UP, "resume", 9, missed_days=3)
    assert days(made)[8:10] == ["600", "900"]


@pytest.mark.parametrize(("day", "known"), [(1, False), (2, True), (30, True), (31, False)])
def test_a_plan_is_changed_from_its_second_day_to_the_day_after_its_last(day: int, known: bool) -> None:
    old = planned(UP)
    assert old.days == 29
    if known:
        assert revised(old, UP, "hold", day, days=2).days == 31
    else:
        with pytest.raises(PlanError) as refusal:
            revised(old, UP, "hold", day, days=2)
        assert refusal.value.field == "from_day"


def test_missed_days_that_reach_back_into_a_wait_leave_nothing_to_resume() -> None:
    old = planned(AFTER_AN_MAOI)
    day = old.regimen.first + 2
    with pytest.raises(PlanError, match=f"duloxetine is in the plan before day {day}; .* after a gap") as refusal:
        revised(old, AFTER_AN_MAOI, "resume", day, missed_days=3)
    assert refusal.value.code == "out-of-range"
