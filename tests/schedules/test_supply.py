"""Pieces to collect, by example: fills join without a gap, and hold what their days take."""

from __future__ import annotations

import pytest

from schedules.supply import fills, supply
from tests.schedules.asking import once, planned, way_down, way_up

MADE = planned(way_down("prednisone", once("60 mg"), taken_for="84 days"))


@pytest.mark.parametrize(("longest", "number", "last"), [(30, 8, 28), (238, 1, 238), (237, 2, 1), (1, 238, 1)])
def test_fills_are_full_but_for_the_last(longest: int, number: int, last: int) -> None:
    made = fills(MADE.regimens, MADE.start_date, 1, longest)
    assert len(made) == number
    assert {fill.last - fill.first + 1 for fill in made[:-1]} <= {longest}
    assert made[-1].last - made[-1].first + 1 == last and made[-1].last == MADE.days


def test_a_fill_holds_what_its_own_days_take() -> None:
    first = fills(MADE.regimens, MADE.start_date, 1, 7)[0]
    assert [(str(item.pieces.product.strength), item.pieces.count) for item in first.collected] == [("50 mg", 7)]


def test_a_weekly_drug_is_collected_for_its_weekdays_only() -> None:
    made = planned(way_up("methotrexate", weekday="monday"))
    held = {item.drug: item.pieces.count for item in supply(made.regimens[:1], made.start_date, 1, 28)}
    assert held == {"methotrexate": 12}


def test_use_as_needed_is_collected_at_its_daily_maximum() -> None:
    made = planned(way_up("tramadol", target="400 mg/day", days=28))
    last = made.regimen.steps[-1]
    (piece,) = last.doses[0].pieces
    collected = supply(made.regimens, made.start_date, last.first, last.last)
    assert [item.pieces.count for item in collected] == [piece.count * last.doses_a_day * last.days]
