"""What is taken now, by example: every shape that a plan goes on from, and those that it refuses and does not guess."""

from __future__ import annotations

import pytest

from dosing.posology import AfterDialysis, DoseRange, Every, Frequency, Sig, Step, Times
from dosing.units import quantity
from schedules.plan import PlanError, UnsafeSchedule
from tests.schedules.asking import every, once, parts, planned, times, totals, way_down

PACE = {"to": "10 mg/day", "step": "5 mg/day", "step_interval": "7 days", "taken_for": "90 days"}


@pytest.mark.parametrize(
    "frequency",
    [
        Times(3, "week"),
        Times(2, "month"),
        Every(quantity("36 h"), quantity("36 h")),
        Every(quantity("1 mo"), quantity("1 mo")),
        Every(quantity("6 h"), quantity("8 h")),
        AfterDialysis(),
        Times(5, "day"),
    ],
)
def test_a_frequency_that_a_plan_cannot_go_on_from_is_refused_and_not_read_as_daily(frequency: Frequency) -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_down("prednisone", once("20 mg", frequency), **PACE))
    assert (refusal.value.field, refusal.value.code) == ("from/0/frequency", "unusable-field")


@pytest.mark.parametrize(
    ("taken", "first"),
    [
        (once("20 mg"), "15"),
        (times("10 mg", 2), "15"),
        (every("5 mg", "6 h"), "15"),
        (every("20 mg", "24 h"), "15"),
        (once("20 mg", Times(7, "week")), "15"),
        (parts(morning="15 mg", evening="5 mg"), "15"),
    ],
)
def test_every_shape_of_the_same_day_comes_down_alike(taken: tuple[Step, ...], first: str) -> None:
    assert totals(planned(way_down("prednisone", taken, **PACE)).regimen) == [(first, 7), ("10", 7)]


def test_a_range_and_use_as_needed_are_no_dose_to_go_on_from() -> None:
    loose = (Step(Sig(DoseRange(quantity("10 mg"), quantity("20 mg")), Times(1, "day"))),)
    dose = DoseRange(quantity("20 mg"), quantity("20 mg"))
    needed = (Step(Sig(dose, Times(1, "day"), as_needed=True, max_per_day=quantity("20 mg/d"))),)
    for taken, field in ((loose, "from/0/dose"), (needed, "from/0/as_needed")):
        with pytest.raises(PlanError) as refusal:
            planned(way_down("prednisone", taken, **PACE))
        assert refusal.value.field == field


def test_milligrams_are_never_made_of_patches() -> None:
    """Buprenorphine lists patches first; a dose in mg is of another form."""
    with pytest.raises(UnsafeSchedule) as refusal:
        planned(way_down("buprenorphine", once("8 mg"), taken_for="200 days"))
    assert "8 mg" not in str(refusal.value) or "limit" in str(refusal.value)
    with pytest.raises(PlanError) as mixed:
        planned(way_down("buprenorphine", once("8 mg"), taken_for="200 days", form="transdermal patch"))
    assert (mixed.value.field, mixed.value.code) == ("from/0/dose", "unusable-field")


@pytest.mark.parametrize(("used", "code"), [("90 days", None), ("89 days", "out-of-range")])
def test_the_steps_and_the_length_of_use_agree(used: str, code: str | None) -> None:
    dose = DoseRange(quantity("20 mg"), quantity("20 mg"))
    taken = (Step(Sig(dose, Times(1, "day")), quantity("90 days")),)
    request = way_down("prednisone", taken, **{**PACE, "taken_for": used})
    if code is None:
        assert planned(request).current[0].taken_for == quantity("90 days")
    else:
        with pytest.raises(PlanError) as refusal:
            planned(request)
        assert (refusal.value.field, refusal.value.code) == ("taken_for", code)
