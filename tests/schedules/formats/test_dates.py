from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schedules.formats.dates import brief_span, full, full_with_weekday, is_taken_on, month_title, over_a_year, span
from schedules.formats.wording import NO_BREAK

FIRST = date(2026, 12, 29)


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_dates_are_english_whatever_the_locale() -> None:
    assert plain(full(FIRST)) == "December 29, 2026"
    assert plain(full_with_weekday(FIRST)) == "Tuesday, December 29, 2026"


def test_a_span_names_both_ends_or_its_one_day() -> None:
    assert plain(span(FIRST, date(2026, 12, 31), False)) == "Tue Dec 29 to Thu Dec 31"
    assert plain(span(FIRST, FIRST, False)) == "Tue Dec 29"
    assert plain(span(FIRST, date(2027, 1, 2), True)) == "Tue Dec 29, 2026 to Sat Jan 2, 2027"
    assert plain(brief_span(FIRST, date(2027, 1, 2), True)) == "Dec 29, 2026 to Jan 2, 2027"
    assert plain(brief_span(FIRST, FIRST, False)) == "Dec 29"


@pytest.mark.parametrize(("last", "needed"), [(date(2027, 12, 28), False), (date(2027, 12, 29), True)])
def test_years_are_said_once_a_day_and_month_can_be_two_days(last: date, needed: bool) -> None:
    assert over_a_year(FIRST, last) is needed


def test_a_week_in_two_months_or_years_says_both() -> None:
    assert month_title(date(2026, 12, 1), date(2026, 12, 5)) == "December 2026"
    assert month_title(date(2026, 11, 29), date(2026, 12, 5)) == "November to December 2026"
    assert month_title(FIRST, date(2027, 1, 2)) == "December 2026 to January 2027"


def step(**changes: Any) -> dict[str, Any]:
    return {"from_date": "2026-12-01", "to_date": "2026-12-10", "on_days": None} | changes


@pytest.mark.parametrize(
    ("day", "taken"),
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2026, 12, 10), True), (date(2026, 12, 11), False)],
)
def test_a_daily_step_is_taken_from_its_first_to_its_last_day(day: date, taken: bool) -> None:
    assert is_taken_on(step(), day, 1) is taken


def test_every_other_day_counts_from_its_first_day() -> None:
    alternate = step(on_days={"every": 2, "first": 2})
    taken = [number for number in range(1, 7) if is_taken_on(alternate, date(2026, 12, number), number)]
    assert taken == [2, 4, 6]


def test_a_weekly_step_is_taken_on_its_weekday() -> None:
    weekly = step(on_days=["monday"])
    taken = [number for number in range(1, 11) if is_taken_on(weekly, date(2026, 12, number), number)]
    assert taken == [7]
