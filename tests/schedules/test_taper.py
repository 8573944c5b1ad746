"""Ways down by example: every rung, the layers that disagree, floors, and paces that the checker warns of."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from dosing.units import quantity
from schedules.plan import PlanError
from tests.schedules.asking import (
    cycle,
    doses,
    every,
    messages,
    once,
    parts,
    patient,
    planned,
    times,
    totals,
    way_down,
    weekly,
    why,
)


def test_prednisone_60_mg_after_12_weeks_goes_down_by_the_range_of_every_rung() -> None:
    made = planned(way_down("prednisone", once("60 mg"), taken_for="12 weeks"))
    weeks = ["50", "40", "35", "30", "25", "20", "35/2", "15", "25/2", "10", "9", "8", "7", "6"]
    months = ["5", "4", "3", "2", "1"]
    assert totals(made.regimen) == [*((dose, 7) for dose in weeks), *((dose, 28) for dose in months)]
    assert (made.stops, made.target_reached, made.target, made.floor) == (True, True, None, None)


def test_prednisone_60_mg_for_10_days_shows_both_layers_that_differ() -> None:
    made = planned(way_down("prednisone", once("60 mg"), taken_for="10 days"))
    answers = {guidance.taper_needed: guidance.message for guidance in made.guidance}
    assert set(answers) == {True, False}
    assert "from 21 days on" in answers[False]
    assert "more than 7 days" in answers[True] and "more than 40 mg" in answers[True]
    assert sorted(item.value for item in made.chosen if item.field == "taper_needed") == ["no", "yes"]


@pytest.mark.parametrize(
    ("weight", "first", "second"),
    [("70 kg", "35", "21"), ("80 kg", "40", "24"), ("81 kg", "40", "24"), ("100 kg", "40", "30")],
)
def test_the_lupus_nephritis_scheme_is_by_weight_and_at_most_40_mg(weight: str, first: str, second: str) -> None:
    """0.5 mg for each kilogram, at most 40 mg; then 0.3 mg for each kilogram; the most that tablets make of it."""
    person = patient(weight=quantity(weight))
    made = planned(
        way_down("prednisone", once("60 mg"), taken_for="28 days", indication="lupus-nephritis", patient=person)
    )
    fixed = [("15", 14), ("10", 14), ("15/2", 14), ("5", 14), ("5/2", 84)]
    assert totals(made.regimen) == [(first, 14), (second, 14), *fixed]


def test_the_lupus_nephritis_scheme_without_a_weight_is_refused_by_field() -> None:
    request = way_down("prednisone", once("60 mg"), indication="lupus-nephritis", patient=patient(weight=None))
    with pytest.raises(PlanError) as refusal:
        planned(request)
    assert (refusal.value.field, refusal.value.code) == ("patient/weight", "missing-field")


def test_polymyalgia_is_at_10_mg_within_8_weeks_and_then_loses_1_mg_every_4_weeks() -> None:
    made = planned(way_down("prednisone", once("25 mg"), taken_for="28 days", indication="polymyalgia-rheumatica"))
    rungs = totals(made.regimen)
    assert [dose for dose, _ in rungs[:6]] == ["45/2", "20", "35/2", "15", "25/2", "10"]
    assert [days for _, days in rungs[:5]] == [9, 9, 9, 9, 10]
    assert rungs[5:] == [(str(dose), 28) for dose in range(10, 0, -1)]


def test_gabapentin_comes_down_over_a_week_and_no_part_of_the_day_gets_more() -> None:
    made = planned(way_down("gabapentin", times("600 mg", 3), taken_for="90 days"))
    assert totals(made.regimen) == [("1500", 1), ("1200", 1), ("900", 1), ("600", 2), ("300", 2)]
    assert made.days == 7 and made.stops


@pytest.mark.parametrize(
    ("drug", "dose", "form", "rungs"),
    [
        ("duloxetine", "60 mg", None, [("30", 14)]),
        ("venlafaxine", "150 mg", "extended-release capsule", [("75", 14), ("75/2", 14)]),
        ("venlafaxine", "225 mg", "extended-release capsule", [("150", 7), ("75", 14), ("75/2", 14)]),
    ],
)
def test_snris_come_down_over_at_least_two_weeks_for_each_low_dose(
    drug: str, dose: str, form: str | None, rungs: list[tuple[str, int]]
) -> None:
    made = planned(way_down(drug, once(dose), taken_for="90 days", form=form))
    assert totals(made.regimen) == rungs
    assert made.stops and messages(made, "taper-speed") == []


def test_tizanidine_loses_2_mg_a_day() -> None:
    made = planned(way_down("tizanidine", times("8 mg", 3), taken_for="90 days"))
    assert totals(made.regimen) == [(str(dose), 1) for dose in range(22, 0, -2)]


def test_baclofen_comes_down_over_two_weeks() -> None:
    made = planned(way_down("baclofen", times("20 mg", 3), taken_for="90 days"))
    assert totals(made.regimen) == [("40", 7), ("20", 7)]


@pytest.mark.parametrize(
    ("used", "name", "held"), [("364 days", "weeks-to-months", 7), ("365 days", "a-year-or-more", 28)]
)
def test_an_opioid_is_lowered_weekly_within_a_year_and_monthly_after_it(used: str, name: str, held: int) -> None:
    made = planned(way_down("oxycodone", times("20 mg", 2), taken_for=used, form="tablet"))
    assert made.protocol is not None and made.protocol.id == name
    assert {step.days for step in made.regimen.steps[:4]} == {held}


def test_no_single_dose_of_an_opioid_rises_where_strengths_would_spare_another_one() -> None:
    """30 mg as 15 and 15 becomes 15 and 12.5, never 17.5 and 10."""
    made = planned(way_down("oxycodone", times("20 mg", 2), taken_for="200 days", form="tablet"))
    after = next(step for step in made.regimen.steps if step.daily == quantity("27.5 mg/d"))
    assert doses(after) == {"morning": Fraction(15), "evening": Fraction(25, 2)}


def test_two_doses_are_not_put_together_into_a_larger_one() -> None:
    made = planned(
        way_down("alprazolam", times("2 mg", 2), taken_for="200 days", step="1 mg/day", step_interval="3 days")
    )
    assert [max(doses(step).values()) for step in made.regimen.steps] == [Fraction(3, 2), 1, 1]


def test_a_benzodiazepine_ends_at_a_floor_that_is_named() -> None:
    made = planned(way_down("clonazepam", times("1 mg", 2), taken_for="200 days"))
    floor = made.floor
    assert floor is not None and not made.stops and not made.target_reached
    assert (floor.dose, floor.next_lower) == (made.regimen.steps[-1].daily, quantity("0.5 mg/d"))
    assert {way.code for way in floor.ways} >= {"longer-interval", "stop"}
    assert "at most 0.1875 mg" in floor.why


def test_a_larger_cut_for_want_of_strengths_is_held_longer_in_proportion_and_said() -> None:
    made = planned(way_down("clonazepam", times("1 mg", 2), taken_for="200 days"))
    first = made.regimen.steps[0]
    assert first.daily == quantity("1.75 mg/d")
    # A cut of 0.25 where 0.2 is the pace: 14 days become 17.5, rounded up.
    assert first.days == 18
    assert any("1.75 mg" in said and "18 days" in said for said in why(made, "longer_interval"))


def test_the_liquid_goes_where_tablets_cannot() -> None:
    made = planned(way_down("diazepam", once("10 mg"), taken_for="200 days", form="oral solution"))
    cuts = [Fraction(10), *(step.daily.value for step in made.regimen.steps)]
    assert all(before * Fraction(9, 10) <= after < before for before, after in pairwise(cuts))
    assert made.days == 366 and not made.stops and not made.target_reached
    assert "Plan on from its end" in why(made, "days")[0]


def test_tap_06_alprazolam_by_1_mg_every_3_days_is_warned_of_with_half_a_milligram_as_the_limit() -> None:
    made = planned(
        way_down("alprazolam", times("2 mg", 2), taken_for="200 days", step="1 mg/day", step_interval="3 days")
    )
    said = messages(made, "taper-speed")
    assert any(severity == "warning" and "at most 0.5 mg" in text for severity, text in said), said


def test_imm_045_prednisone_by_5_mg_every_2_days_is_warned_of_with_3_days_as_the_limit() -> None:
    request = way_down(
        "prednisone", once("20 mg"), to="5 mg/day", step="5 mg/day", step_interval="2 days", taken_for="60 days"
    )
    made = planned(request)
    assert totals(made.regimen) == [("15", 2), ("10", 2), ("5", 2)]
    assert any(severity == "warning" and "at least 3 days" in text for severity, text in messages(made, "taper-speed"))


@pytest.mark.parametrize("goal", ["20 mg/day", "25 mg/day"])
def test_imm_047_a_taper_that_goes_up_or_nowhere_is_refused(goal: str) -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_down("prednisone", once("20 mg"), to=goal, taken_for="60 days"))
    assert (refusal.value.field, refusal.value.code) == ("to", "out-of-range")


def test_a_taper_to_the_next_dose_below_is_one_step() -> None:
    made = planned(way_down("prednisone", once("20 mg"), to="17.5 mg/day", taken_for="60 days"))
    assert totals(made.regimen) == [("35/2", 7)]
    assert made.target_reached and not made.stops


def test_where_the_next_step_is_the_end_there_is_no_plan_and_that_is_said() -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_down("prednisone", once("1 mg"), taken_for="90 days"))
    assert refusal.value.code == "out-of-range"
    assert "the end itself" in refusal.value.detail


@pytest.mark.parametrize("step", ["5 mg/day", "0.005 g/day", "5000 ug/day"])
def test_a_step_is_the_same_in_every_unit(step: str) -> None:
    request = way_down(
        "prednisone", once("20 mg"), to="10 mg/day", step=step, step_interval="7 days", taken_for="90 days"
    )
    assert totals(planned(request).regimen) == [("15", 7), ("10", 7)]


@pytest.mark.parametrize(("field", "stated"), [("step", "35 mg/week"), ("to", "35 mg/week")])
def test_an_amount_per_week_is_not_an_amount_per_day(field: str, stated: str) -> None:
    said = {"to": "10 mg/day", "step": "5 mg/day", "step_interval": "7 days", "taken_for": "90 days", field: stated}
    with pytest.raises(PlanError) as refusal:
        planned(way_down("prednisone", once("20 mg"), **said))
    assert (refusal.value.field, refusal.value.code) == (field, "wrong-period")


def test_a_weekly_drug_is_not_lowered_by_an_amount_per_day() -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_down("methotrexate", weekly("15 mg"), step="1 mg/day", step_interval="28 days"))
    assert (refusal.value.field, refusal.value.code) == ("step", "wrong-period")


def test_doses_on_every_other_day_stay_on_every_other_day_from_step_to_step() -> None:
    made = planned(way_down("prednisone", every("20 mg", "2 days"), taken_for="90 days"))
    days = [day for step in made.regimen.steps for day in step.dose_days(made.start_date)]
    assert {after - before for before, after in pairwise(days)} == {2}
    assert all(guidance.taper_needed is not None for guidance in made.guidance)


def test_two_doses_in_turn_are_lowered_by_their_mean() -> None:
    request = way_down(
        "hydroxychloroquine", cycle("400 mg", "200 mg"), to="200 mg/day", step="100 mg/day", step_interval="7 days"
    )
    assert totals(planned(request).regimen) == [("200", 7)]


def test_the_doses_of_parts_of_the_day_are_lowered_in_the_protocols_order() -> None:
    made = planned(way_down("gabapentin", parts(morning="300 mg", evening="600 mg"), taken_for="90 days"))
    assert [doses(step) for step in made.regimen.steps] == [
        {"morning": Fraction(300), "evening": Fraction(300)},
        {"evening": Fraction(300)},
    ]


def test_the_last_cut_to_a_goal_is_no_larger_than_is_left() -> None:
    made = planned(way_down("prednisone", once("60 mg"), to="47.5 mg/day", taken_for="90 days"))
    assert totals(made.regimen) == [("50", 7), ("95/2", 7)]
