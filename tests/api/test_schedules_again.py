"""Schedules over the interface: every kind is made, stored without what is private, changed, compared, and read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.test_orders import errors, schema_of

PATIENT = {
    "birth_date": "1972-03-02",
    "sex": "male",
    "weight": "70 kg",
    "height": "175 cm",
    "creatinine_clearance": {"value": 90, "unit": "mL/min"},
    "egfr": "90 mL/min/{1.73_m2}",
    "hepatic_impairment": "none",
    "hemodialysis": False,
    "opioid_experience": "naive",
    "conditions": [],
    "allergies": [],
    "medications": [],
}
TITRATION = {
    "drug": "gabapentin",
    "indication": "sciatica",
    "start_dose": "300 mg",
    "target": "1800 mg/day",
    "days": 30,
}
TAPER = {"drug": "prednisone", "from": [{"doses": {"morning": "60 mg"}}], "to": "stop", "taken_for": "12 weeks"}
SWITCH = {
    "from": {"drug": "gabapentin", "doses": {"morning": "600 mg", "noon": "600 mg", "evening": "600 mg"}},
    "to": {"drug": "pregabalin", "target": "300 mg/day"},
    "over": "7 days",
}
KINDS = {"titration": TITRATION, "taper": TAPER, "switch": SWITCH}


def made(client: FlaskClient, kind: str, **said: Any) -> dict[str, Any]:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **KINDS[kind], **said}
    response = client.post(f"/v1/schedules/{kind}", json=body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/v1/schedules/{response.get_json()['id']}"
    return json.loads(response.text, parse_float=Decimal)  # type: ignore[no-any-return]  # the object of a schedule


def changed(client: FlaskClient, number: str, **said: Any) -> dict[str, Any]:
    response = client.post(f"/v1/schedules/{number}/revisions", json=said)
    assert response.status_code == 201, response.text
    return json.loads(response.text, parse_float=Decimal)  # type: ignore[no-any-return]  # as above


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_of_every_kind_is_what_the_document_of_the_interface_says(
    client: FlaskClient, app: Flask, kind: str
) -> None:
    schedule = made(client, kind)
    assert list(errors(schema_of(app, f"/v1/schedules/{kind}", "post"), schedule)) == []
    assert schedule["kind"] == kind
    assert client.get(f"/v1/schedules/{schedule['id']}").get_json()["id"] == schedule["id"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_stored_of_a_dry_run(client: FlaskClient, kind: str) -> None:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **KINDS[kind]}
    response = client.post(f"/v1/schedules/{kind}?dry_run=true", json=body)
    assert (response.status_code, "Location" in response.headers) == (200, False)
    assert client.get(f"/v1/schedules/{response.get_json()['id']}").status_code == 404


def test_a_date_of_birth_is_kept_as_an_age(client: FlaskClient) -> None:
    schedule = made(client, "titration")
    again = changed(client, schedule["id"], action="hold", from_day=9, patient={**PATIENT, "birth_date": "1971-12-24"})
    for known in (schedule, again):
        text = client.get(f"/v1/schedules/{known['id']}").text
        assert "birth_date" not in text and "1972-03" not in text and "1971-12-24" not in text
    assert schedule["request"]["patient"]["age"] == {"value": 54, "unit": "a"}


def test_a_plan_is_changed_again_and_again_and_keeps_what_was_asked(client: FlaskClient) -> None:
    first = made(client, "titration")
    held = changed(client, first["id"], action="hold", from_day=9, days=7)
    back = changed(client, held["id"], action="step-back", from_day=12)
    on = changed(client, back["id"], action="new-target", from_day=20, target="1500 mg/day")
    assert [plan["revises"] for plan in (first, held, back, on)] == [None, first["id"], held["id"], back["id"]]
    assert {plan["series"] for plan in (first, held, back, on)} == {first["id"]}
    assert on["request"] == first["request"]
    assert client.get(f"/v1/schedules/{first['id']}").get_json()["steps"][-1]["to_day"] == 30


def test_days_that_are_gone_stay_as_they_were(client: FlaskClient) -> None:
    first = made(client, "titration")
    held = changed(client, first["id"], action="hold", from_day=9, days=7)
    compared = client.get(f"/v1/schedules/{first['id']}/comparison/{held['id']}").get_json()
    assert compared["first_difference"] == "2026-12-10"  # day 9 is held at what it was to be
    assert [day["same"] for day in compared["days"]][:9] == [True] * 9
    assert (compared["days"][-1]["old"], compared["same"]) == (None, False)
    assert [step["past"] for step in held["steps"]][:4] == [True, True, True, False]


def test_the_same_key_makes_one_change(client: FlaskClient) -> None:
    first = made(client, "titration")
    answers = [
        client.post(
            f"/v1/schedules/{first['id']}/revisions",
            json={"action": "hold", "from_day": 9},
            headers={"Idempotency-Key": f"change-of-{first['id']}"},
        ).get_json()["id"]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"action": "hold", "from_day": 1}, "/from_day", "out-of-range"),
        ({"action": "hold", "from_day": 32}, "/from_day", "out-of-range"),
        ({"action": "wait", "from_day": 9}, "/action", "unknown-value"),
        ({"from_day": 9}, "/action", "missing-field"),
        ({"action": "new-target", "from_day": 9}, "/target", "missing-field"),
        ({"action": "hold", "from_day": 9, "target": "900 mg/day"}, "/target", "unusable-field"),
        ({"action": "hold", "from_day": 9, "missed_days": 2}, "/missed_days", "unusable-field"),
        ({"action": "resume", "from_day": 9, "missed_days": 8}, "/missed_days", "out-of-range"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_by_name(
    client: FlaskClient, said: dict[str, Any], pointer: str, code: str
) -> None:
    first = made(client, "titration")
    response = client.post(f"/v1/schedules/{first['id']}/revisions", json=said)
    assert response.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in response.get_json()["errors"]] == [(pointer, code)]


def test_missed_days_of_an_opioid_begin_the_plan_again(client: FlaskClient) -> None:
    opioid = made(client, "titration", drug="tramadol", start_dose="25 mg", target="200 mg/day")
    address = f"/v1/schedules/{opioid['id']}/revisions"
    refused = client.post(address, json={"action": "resume", "from_day": 12, "missed_days": 3})
    assert (refused.status_code, refused.get_json()["type"]) == (422, "/problems/restart-needed")
    again = changed(client, opioid["id"], action="restart", from_day=12, missed_days=3)
    first = next(step for step in again["steps"] if not step["past"])
    assert (first["from_day"], first["daily_dose"]["value"]) == (12, 25)


def test_a_plan_that_is_not_there_cannot_be_changed_or_compared(client: FlaskClient) -> None:
    assert client.post("/v1/schedules/none/revisions", json={"action": "hold", "from_day": 9}).status_code == 404
    assert client.get("/v1/schedules/none/comparison/none").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["html", "pdf", "txt", "csv", "ics"])
def test_a_plan_of_every_kind_is_read_in_every_format(client: FlaskClient, kind: str, suffix: str) -> None:
    number = made(client, kind)["id"]
    for wishes in ("", "?audience=patient&language=es&large_print=true&paper=a4", "?audience=pharmacy"):
        response = client.get(f"/v1/schedules/{number}.{suffix}{wishes}")
        assert response.status_code == 200
        assert len(response.data) > 500
    assert client.get(f"/v1/schedules/{number}.{suffix}?language=xx").status_code == 422


def test_names_stand_on_the_paper_in_the_language_that_was_asked_for(client: FlaskClient) -> None:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **TAPER}
    body["print"] = {"patient_name": "Zo\u00eb Quist", "language": "es", "large_print": True, "paper": "a4"}
    page = client.post("/v1/schedules/taper", json=body, headers={"Accept": "text/html"})
    assert page.status_code == 201
    assert "Zo\u00eb Quist" in page.text and 'lang="es"' in page.text
    stored = client.get(page.headers["Location"]).text
    assert "Quist" not in stored


def test_a_protocol_of_ones_own_is_screened_like_any_other(client: FlaskClient) -> None:
    own = {
        "start": "300 mg",
        "parts": ["evening", "morning", "noon"],
        "division": "growing",
        "raises": [{"by": "600 mg/day", "every": "1 day", "until": "1800 mg/day"}],
        "maintenance": "1800 mg/day",
    }
    schedule = made(client, "titration", protocol=own)
    assert (schedule["protocol"]["id"], schedule["protocol"]["layer"]) == ("own", "local")
    codes = {finding["code"] for finding in schedule["check"]["findings"]}
    assert "step-size" in codes
    down = made(client, "taper", protocol={"levels": [{"dose": "40 mg/day", "lasts": "5 days"}]}, to="40 mg/day")
    assert [step["daily_dose"]["value"] for step in down["steps"]] == [40]


def test_a_taper_that_goes_up_is_refused(client: FlaskClient) -> None:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **TAPER, "to": "80 mg/day"}
    response = client.post("/v1/schedules/taper", json=body)
    assert [(fault["pointer"], fault["code"]) for fault in response.get_json()["errors"]] == [("/to", "out-of-range")]
    negative = client.post("/v1/schedules/taper", json={**body, "to": "stop", "step": "-5 mg/day"})
    assert [(fault["pointer"], fault["code"]) for fault in negative.get_json()["errors"]] == [("/step", "sign")]


def test_sixty_milligrams_for_ten_days_show_both_layers(client: FlaskClient) -> None:
    taper = made(client, "taper", taken_for="10 days")
    needed = {row["rule"]: row["taper_needed"] for row in taper["guidance"]}
    assert sorted(needed.values()) == [False, True]


def test_a_taper_without_its_length_of_use_names_what_it_cannot_check(client: FlaskClient) -> None:
    body = {key: value for key, value in TAPER.items() if key != "taken_for"} | {"step": "30 mg/day"}
    response = client.post(
        "/v1/schedules/taper",
        json={"start_date": "2026-12-01", "patient": PATIENT, **body, "step_interval": "1 day"},
    )
    answer = response.get_json()
    assert response.status_code == 201
    assert [row["needs"] for row in answer["check"]["not_checked"] if "taken_for" in row["needs"]]
    assert all(row["taper_needed"] is None for row in answer["guidance"])


def test_a_hundred_tablets_for_a_taper_of_229_are_a_finding(client: FlaskClient) -> None:
    days = {"40 mg": 7, "35 mg": 7, "30 mg": 7, "25 mg": 7, "20 mg": 7, "15 mg": 5, "10 mg": 2}
    levels = [{"dose": f"{dose}/day", "lasts": f"{length} days"} for dose, length in days.items()]
    strengths = ["5 mg tablet"]
    planned = made(client, "taper", protocol={"levels": levels}, strengths=strengths)
    assert [(piece["count"], piece["form"]) for piece in planned["supply"]] == [("229", "tablet")]
    steps = [{"doses": {"morning": dose}, "duration": f"{length} days"} for dose, length in days.items()]
    order = {"id": "rx-1", "drug": "prednisone", "form": "tablet", "strength": "5 mg", "steps": steps}
    for count, told in ((100, [(100, 229)]), (229, [])):
        body = {"patient": PATIENT, "as_of": "2026-12-01", "orders": [{**order, "quantity": f"{count} {{tablet}}"}]}
        findings = client.post("/v1/orders/check", json=body).get_json()["findings"]
        mismatches = [found for found in findings if found["code"] == "quantity-mismatch"]
        assert [(found["measured"]["value"], found["limit"]["value"]) for found in mismatches] == told


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_on_no_file_that_is_kept_or_sent_on(
    client: FlaskClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    names = {"patient_name": "CANARY-ONE", "prescriber": "CANARY-TWO", "phone": "CANARY-THREE"}
    body = {"start_date": "2026-12-01", "patient": PATIENT, **KINDS[kind], "print": names}
    paper = client.post(f"/v1/schedules/{kind}", json=body, headers={"Accept": "application/pdf"})
    assert paper.status_code == 201
    for suffix in ("json", "html", "txt", "csv", "ics", "pdf"):
        assert b"CANARY" not in client.get(f"{paper.headers['Location']}.{suffix}").data
    for accept in ("text/calendar", "text/csv"):
        sent = client.post(f"/v1/schedules/{kind}", json=body, headers={"Accept": accept})
        assert b"CANARY" not in sent.data
    assert b"CANARY" not in paper.data.split(b"stream")[0]  # the head of the file, before its compressed pages
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("accept", ["text/calendar", "text/csv", "application/json"])
@pytest.mark.parametrize("field", ["patient_name", "prescriber", "phone"])
def test_a_name_for_a_file_that_holds_none_is_refused_and_not_ignored(
    client: FlaskClient, accept: str, field: str
) -> None:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **TITRATION, "print": {field: "Quist"}}
    refused = client.post("/v1/schedules/titration", json=body, headers={"Accept": accept})
    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.get_json()["errors"]] == [
        ("/print", "unusable-field")
    ]
    assert "Quist" not in refused.text


def test_a_calendar_is_written_in_the_language_of_the_print(client: FlaskClient) -> None:
    body = {"start_date": "2026-12-01", "patient": PATIENT, **TITRATION, "print": {"language": "es"}}
    sent = client.post("/v1/schedules/titration", json=body, headers={"Accept": "text/calendar"})
    assert sent.status_code == 201
    assert "Evening" not in sent.text


@pytest.mark.parametrize("written", ["Stop", "STOP", " stop "])
def test_a_stop_that_is_written_another_way_is_told_the_right_one(client: FlaskClient, written: str) -> None:
    refused = client.post("/v1/schedules/taper", json={"start_date": "2026-12-01", **TAPER, "to": written})
    (fault,) = refused.get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/to", "unknown-value")
    assert fault["hint"] == 'Write "stop", or a lower dose.'


def test_the_document_of_the_interface_names_every_format_and_the_key_that_repeats_a_request(
    client: FlaskClient,
) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    formats = {"application/json", "application/pdf", "text/html", "text/plain", "text/csv", "text/calendar"}
    assert set(paths["/v1/schedules/{number}"]["get"]["responses"]["200"]["content"]) == formats
    for path in (*(f"/v1/schedules/{kind}" for kind in KINDS), "/v1/schedules/{number}/revisions"):
        asked = paths[path]["post"]
        for status in ("200", "201"):
            assert set(asked["responses"][status]["content"]) == formats
        keys = [given for given in asked["parameters"] if given["in"] == "header"]
        assert [(given["name"], given["required"]) for given in keys] == [("Idempotency-Key", False)]
