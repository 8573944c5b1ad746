"""Plans that ask for much: very large doses, very small cuts, parts of a day; each is answered soon and by name."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask.testing import FlaskClient

# Far more than an answer takes, so that a slow machine does not fail; the searches that this is about took minutes.
SOON = 20
FOUR_TIMES, ONCE = {"times": 4, "per": "day"}, {"times": 1, "per": "day"}
TINY = {"step": "0.5 mg/day", "step_interval": "1 day"}


def answered(client: FlaskClient, kind: str, **said: Any) -> Any:
    body = {"start_date": "2026-12-01", "patient": {"age": "54 years", "weight": "70 kg"}, **said}
    return client.post(f"/v1/schedules/{kind}?dry_run=true", json=body)


@pytest.mark.parametrize(
    ("dose", "frequency", "pace"),
    [
        ("999999999999 mg", FOUR_TIMES, {}),
        ("99999 mg", ONCE, TINY),
        ("2000 mg", FOUR_TIMES, {}),
        ("2000 mg", ONCE, TINY),
    ],
)
def test_a_way_down_from_a_dose_that_nobody_takes_is_refused_soon(
    client: FlaskClient, dose: str, frequency: dict[str, Any], pace: dict[str, str]
) -> None:
    begun = time.monotonic()
    taken = [{"dose": dose, "frequency": frequency}]
    answer = answered(client, "taper", drug="prednisone", **{"from": taken}, to="stop", **pace)
    assert answer.status_code == 422
    assert answer.get_json()["type"] in (
        "/problems/not-dispensable",
        "/problems/unsafe-schedule",
        "/problems/out-of-range",
    )
    assert time.monotonic() - begun < SOON


def test_an_interval_of_half_a_day_is_a_whole_one(client: FlaskClient) -> None:
    own = {
        "start": "5 mg",
        "parts": ["morning", "noon", "bedtime"],
        "division": "growing",
        "raises": [{"by": "5 mg/day", "every": "12 hours", "until": "15 mg/day"}],
        "maintenance": "15 mg/day",
    }
    steps = answered(client, "titration", drug="baclofen", protocol=own, days=10).get_json()["steps"]
    assert [(step["from_day"], step["to_day"]) for step in steps] == [(1, 1), (2, 2), (3, 10)]


def test_a_dose_of_now_by_weight_is_what_it_is_for_this_patient(client: FlaskClient) -> None:
    taken = [{"doses": {"morning": "0.5 mg/kg"}}]
    plan = answered(client, "taper", drug="prednisone", **{"from": taken}, to="stop", taken_for="12 weeks").get_json()
    assert plan["current"][0]["doses"] == [{"when": "morning", "amount": {"value": 35, "unit": "mg"}}]
    in_turn = [{"cycle": ["0.5 mg/kg", "10 mg"]}]
    plan = answered(client, "taper", drug="prednisone", **{"from": in_turn}, to="5 mg/day", **TINY).get_json()
    assert [dose["amount"]["value"] for dose in plan["current"][0]["doses"]] == [35, 10]
