"""What each layer says of a stop, by example, where the length of use is known and where it is not."""

from __future__ import annotations

import pytest

from tests.schedules.asking import every, messages, once, planned, way_down, weekly


@pytest.mark.parametrize(("used", "needed"), [("20 days", False), ("21 days", True)])
def test_a_glucocorticoid_needs_a_slow_end_from_three_weeks_on(used: str, needed: bool) -> None:
    made = planned(way_down("prednisone", once("20 mg"), taken_for=used))
    label = next(item for item in made.guidance if "21 days" in item.message)
    assert label.taper_needed is needed


def test_where_the_length_of_use_is_not_known_nothing_is_claimed() -> None:
    made = planned(way_down("prednisone", once("60 mg")))
    assert {item.taper_needed for item in made.guidance} == {None}


def test_a_rule_that_depends_on_the_unknown_length_of_use_is_not_checked_by_name() -> None:
    request = way_down("alprazolam", once("2 mg"), step="1 mg/day", step_interval="3 days")
    made = planned(request)
    assert any(row.needs == ("taken_for",) for row in made.screening.verdict.not_checked)
    assert not any("42 days" in text for _, text in messages(made, "taper-speed"))


def test_doses_that_are_not_on_the_last_day_are_judged_too() -> None:
    for taken in (every("20 mg", "2 days"), every("20 mg", "4 days")):
        made = planned(way_down("prednisone", taken, taken_for="90 days"))
        assert all(item.taper_needed is not None for item in made.guidance) and made.guidance
    made = planned(way_down("methotrexate", weekly("15 mg"), step="2.5 mg/week", step_interval="4 weeks"))
    assert all("lies before" not in item.message for item in made.guidance)
