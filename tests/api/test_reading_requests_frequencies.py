"""Frequencies: what each of the five shapes means, and what is refused where."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.posology import AfterDialysis, Every, Frequency, OnWeekdays, Times
from dosing.units import quantity
from tests.api.test_reading_requests_orders import WEEK, refused, sig


@pytest.mark.parametrize(
    ("frequency", "understood"),
    [
        ({"times": 1, "per": "day"}, Times(1, "day")),
        ({"times": 100, "per": "week"}, Times(100, "week")),
        ({"per": "month", "times": 2}, Times(2, "month")),
        ({"every": "6 hours"}, Every(quantity("6 h"), quantity("6 h"))),
        ({"every": {"low": "4 hours", "high": "6 hours"}}, Every(quantity("4 h"), quantity("6 h"))),
        ({"every": {"value": 2, "unit": "d"}}, Every(quantity("2 d"), quantity("2 d"))),
        ({"every": "1 month"}, Every(quantity("1 mo"), quantity("1 mo"))),
        ({"on": ["thursday", "monday"]}, OnWeekdays(("monday", "thursday"))),
        (
            {"every": "12 hours", "count": 3, "on": ["monday"]},
            OnWeekdays(("monday",), quantity("12 h"), 3),
        ),
        ({"after": "hemodialysis"}, AfterDialysis()),
    ],
)
def test_every_shape_of_a_frequency_is_read(frequency: dict[str, Any], understood: Frequency) -> None:
    assert sig(frequency=frequency).frequency == understood


@pytest.mark.parametrize(
    ("frequency", "found"),
    [
        ("qd", [("", "unknown-frequency")]),
        ({}, [("", "unknown-frequency")]),
        ({"per": "day"}, [("", "unknown-frequency")]),
        ({"times": 3}, [("", "unknown-frequency")]),
        ({"times": 3, "per": "day", "on": ["monday"]}, [("", "unknown-frequency")]),
        ({"on": ["monday"], "every": "12 hours"}, [("", "unknown-frequency")]),
        ({"on": ["monday"], "count": 3}, [("", "unknown-frequency")]),
        ({"time": 3, "per": "day"}, [("/time", "unknown-field")]),
        ({"times": 3, "per": "moon"}, [("/per", "unknown-frequency")]),
        ({"times": 3, "per": 1}, [("/per", "unknown-frequency")]),
        ({"times": 3, "per": "days"}, [("/per", "unknown-frequency")]),
        ({"times": 0, "per": "day"}, [("/times", "out-of-range")]),
        ({"times": 101, "per": "day"}, [("/times", "out-of-range")]),
        ({"times": "3", "per": "hour"}, [("/times", "wrong-type"), ("/per", "unknown-frequency")]),
        ({"every": "6"}, [("/every", "missing-unit")]),
        ({"every": "6 mg"}, [("/every", "wrong-unit")]),
        ({"every": "30 seconds"}, [("/every", "unknown-unit")]),
        ({"every": "0 hours"}, [("/every", "out-of-range")]),
        ({"every": "1101 days"}, [("/every", "out-of-range")]),
        ({"every": {"low": "6 hours", "high": "4 hours"}}, [("/every", "contradiction")]),
        ({"every": {"low": "4 hours"}}, [("/every/high", "missing-field")]),
        ({"every": {"low": "1 month", "high": "40 days"}}, [("/every/high", "wrong-unit")]),
        ({"on": "monday"}, [("/on", "wrong-type")]),
        ({"on": []}, [("/on", "too-few")]),
        ({"on": ["monday", "Monday", "funday", 1]},
         [("/on/1", "unknown-value"), ("/on/2", "unknown-value"), ("/on/3", "wrong-type")]),
        ({"on": ["monday", "monday"]}, [("/on/1", "malformed")]),
        ({"on": [*sorted(WEEK), "monday"]}, [("/on", "too-many")]),
        ({"on": ["monday"], "every": "1 month", "count": 2}, [("/every", "wrong-unit")]),
        ({"on": ["monday"], "every": {"low": "4 hours", "high": "6 hours"}, "count": 0},
         [("/every/low", "unknown-field"), ("/every/high", "unknown-field"), ("/every/value", "missing-field"),
          ("/every/unit", "missing-unit"), ("/count", "out-of-range")]),
        ({"after": "lunch"}, [("/after", "unknown-value")]),
        ([], [("", "unknown-frequency")]),
    ],
)  # fmt: skip
def test_a_frequency_that_is_not_understood_is_refused_at_its_place(
    frequency: object, found: list[tuple[str, str]]
) -> None:
    assert refused(frequency=frequency) == [(f"/frequency{pointer}", code) for pointer, code in found]
