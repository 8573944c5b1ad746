"""Two plans side by side, by example."""

from __future__ import annotations

from schedules.comparison import compare
from tests.schedules.asking import every, planned, revised, way_down, way_up

UP = way_up("gabapentin", start_dose="300 mg", target="1800 mg/day")


def test_a_plan_is_the_same_as_itself_on_every_day() -> None:
    made = planned(UP)
    days = compare(made, made)
    assert len(days) == made.days and all(day.same for day in days)


def test_a_held_plan_differs_from_the_first_day_that_it_moves() -> None:
    old = planned(UP)
    days = compare(old, revised(old, UP, "hold", 3, days=2))
    assert next(number for number, day in enumerate(days, 1) if not day.same) == 4
    assert len(days) == old.days + 2
    assert days[-1].old is None and days[-1].new is not None


def test_a_day_without_a_dose_holds_nothing() -> None:
    made = planned(way_down("prednisone", every("20 mg", "2 days"), taken_for="90 days"))
    first, second, *_ = compare(made, made)
    assert first.new and second.new == ()
