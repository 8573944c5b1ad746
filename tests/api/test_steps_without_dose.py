"""Steps on whose days no dose falls: a weekly dose on too few days, and what a revision leaves of doses in turn."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.test_schedules_again import changed, made

WEEKLY = {"drug": "methotrexate", "indication": None, "start_dose": None, "target": "15 mg/week", "weekday": "monday"}
PATCH = {
    "drug": "fentanyl",
    "form": "transdermal patch",
    "from": [{"dose": "75 mcg/hour", "frequency": {"every": "72 hours"}}],
    "to": "25 mcg/hour",
    "step": "25 mcg/hour",
    "step_interval": "6 days",
    "taken_for": "1 year",
    "patient": {"opioid_experience": "tolerant"},
}
IN_TURN = {
    "from": [{"cycle": ["20 mg", "10 mg"]}],
    "to": "5 mg/day",
    "percent": 10,
    "percent_of": "current",
    "step_interval": "7 days",
}
PAGES = ("text/plain", "text/html", "text/csv", "text/calendar")


def without_nothing(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def weekly(client: FlaskClient, days: int) -> Any:
    body = without_nothing({"start_date": "2026-12-01", "patient": {}, **WEEKLY, "days": days})
    return client.post("/v1/schedules/titration", json=body)


def taken_on(schedule: dict[str, Any], day: int) -> list[str]:
    """The amounts of a day, of doses that take turns or are taken daily."""
    found = []
    for step in schedule["steps"]:
        pattern = step["on_days"]
        turn = pattern is None or (day >= pattern["first"] and (day - pattern["first"]) % pattern["every"] == 0)
        if step["from_day"] <= day <= step["to_day"] and turn:
            found += [str(dose["amount"]["value"]) for dose in step["doses"]]
    return found


@pytest.mark.parametrize("said", [PATCH, IN_TURN], ids=["a patch", "doses in turn"])
@pytest.mark.parametrize("day", range(2, 12))
def test_a_plan_changed_on_any_day_is_printed_and_changed_again(
    client: FlaskClient, said: dict[str, Any], day: int
) -> None:
    old = made(client, "taper", **said)
    again = changed(
        client, changed(client, old["id"], action="resume", from_day=day)["id"], action="hold", from_day=day
    )
    for kind in PAGES:
        assert client.get(f"/v1/schedules/{again['id']}", headers={"Accept": kind}).status_code == 200
    for past in range(1, day):
        assert taken_on(again, past) == taken_on(old, past)
    if said is IN_TURN and day > 8:
        assert taken_on(again, day) + taken_on(again, day + 1) in (["12.5", "12"], ["12", "12.5"])


def test_a_weekly_plan_on_whose_days_no_dose_falls_is_refused_by_name(client: FlaskClient) -> None:
    answer = weekly(client, 6)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/days")
    assert weekly(client, 7).status_code == 201


def test_a_weekly_target_that_no_day_of_the_plan_has_a_dose_of_is_not_reached(client: FlaskClient) -> None:
    short, whole = weekly(client, 62).get_json(), weekly(client, 63).get_json()
    assert [step["to_day"] for step in short["steps"] if step["drug"] == "methotrexate"] == [28, 62]
    assert (short["target_reached"], whole["target_reached"]) == (False, True)


def test_a_weekly_dose_is_held_for_whole_weeks(client: FlaskClient) -> None:
    down = {
        "drug": "methotrexate",
        "from": [{"dose": "15 mg", "frequency": {"on": ["monday"]}}],
        "to": "7.5 mg/week",
        "taken_for": None,
        "step": "2.5 mg/week",
        "step_interval": "5 days",
    }
    body = without_nothing({"start_date": "2026-12-01", "patient": {}, **down})
    steps = client.post("/v1/schedules/taper", json=body).get_json()["steps"]
    assert [step["to_day"] - step["from_day"] + 1 for step in steps] == [7, 7, 7]


def test_a_weekly_plan_that_is_stopped_before_its_first_dose_has_none(client: FlaskClient) -> None:
    old = weekly(client, 60).get_json()
    stopped = changed(client, old["id"], action="stop-now", from_day=4)
    assert {step["drug"] for step in stopped["steps"]} == {"folic acid"}
    assert "Methotrexate is not begun" in stopped["revision"]["why"]
    assert client.get(f"/v1/schedules/{stopped['id']}", headers={"Accept": "text/plain"}).status_code == 200
