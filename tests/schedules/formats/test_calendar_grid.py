from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given

from schedules.formats.calendar_grid import Cell, Week, weeks
from schedules.formats.dates import days_from, read_date
from schedules.formats.pieces import AS_NEEDED, strengths_to_name
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import MadeStep, example, made_plan, plans


def grid(plan: dict[str, Any]) -> tuple[Week, ...]:
    return weeks(plan, strengths_to_name(plan), False)


def test_weeks_begin_on_sunday_in_the_united_states() -> None:
    first = grid(example("gabapentin-1800"))[0]
    assert [day.weekday for day in first.days] == ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    assert [day.in_plan for day in first.days] == [False, False, True, True, True, True, True]


def test_a_plan_that_starts_on_sunday_has_no_empty_days_before_it() -> None:
    first = grid(example("pregabalin-300"))[0]
    assert first.days[0].in_plan
    assert first.days[0].iso == "2026-12-06"


def test_the_last_week_ends_with_days_outside_the_plan() -> None:
    last = grid(example("gabapentin-1800"))[-1]
    assert [day.iso for day in last.days if day.in_plan] == ["2026-12-27", "2026-12-28", "2026-12-29"]


def test_a_week_has_rows_only_for_the_parts_of_the_day_it_uses() -> None:
    titles = [week.parts for week in grid(example("gabapentin-1800"))]
    assert titles[0] == ("morning", "evening")
    assert titles[1] == ("morning", "noon", "evening")


def test_a_cell_holds_count_amount_and_one_box() -> None:
    sixteenth = next(day for week in grid(example("gabapentin-1800")) for day in week.days if day.iso == "2026-12-16")
    assert sixteenth.cells[0] == (Cell((f"2{NO_BREAK}capsules",), f"600{NO_BREAK}mg"),)


def test_an_as_needed_day_has_a_box_for_each_dose_it_may_hold_but_no_more_than_eight() -> None:
    last = grid(example("tramadol-as-needed"))[-1]
    assert last.parts == (AS_NEEDED,)
    assert last.days[0].cells[0][0].boxes == 8
    many = MadeStep(1, {None: ((Fraction(1), Fraction(50)),)}, Fraction(450))
    assert grid(made_plan("tablet", [many], date(2026, 12, 1)))[0].days[2].cells[0][0].boxes == 8


def test_a_day_without_a_dose_is_in_the_plan_and_has_no_box() -> None:
    plan = example("pregabalin-300")
    for step in plan["steps"]:
        step["on_days"] = ["monday"]
    boxes = {day.iso: sum(map(len, day.cells)) for week in grid(plan) for day in week.days if day.in_plan}
    assert boxes["2026-12-07"] == 3
    assert boxes["2026-12-08"] == 0


def test_two_drugs_at_one_time_share_a_cell_and_are_named() -> None:
    plan = example("pregabalin-300")
    plan["steps"].append({**plan["steps"][0], "drug": "gabapentin", "number": 3})
    first = weeks(plan, frozenset(), True)[0].days[0]
    assert [cell.drug for cell in first.cells[0]] == ["pregabalin", "gabapentin"]


@given(plans())
def test_every_dose_of_every_day_has_its_box_and_no_other_day_has_one(plan: dict[str, Any]) -> None:
    shown = {day.iso: day for week in grid(plan) for day in week.days}
    assert all(len(week.days) == 7 for week in grid(plan))
    for day in days_from(read_date(plan["start_date"]), read_date(plan["end_date"])):
        step = next(step for step in plan["steps"] if step["from_date"] <= day.isoformat() <= step["to_date"])
        amounts = [cell.amount for cells in shown.pop(day.isoformat()).cells for cell in cells]
        assert len(amounts) == len(step["doses"])
    assert not any(cells for day in shown.values() for cells in day.cells)
    assert not any(day.in_plan for day in shown.values())
