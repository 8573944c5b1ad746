"""The forms of a taper and of a switch, and the change of a plan: what they ask, refuse and make."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.forms import printing, revision, switch, taper
from api.forms.fields import Form
from tests.api.test_page import FULL, HOLD, LEAST, SWITCH, TAPER, Page, page_of, plan_form, planned, refusals, words


@pytest.fixture
def made(client: FlaskClient) -> str:
    """The address of a titration."""
    return client.post("/plan", data=FULL).headers["Location"]


def json_of(client: FlaskClient, address: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/v1/schedules/{address.rpartition('/')[2]}.json").get_json()
    return answer


def said_by(page: Page) -> str:
    return words(page.one("main").text)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/taper?drug=prednisone", taper.FORM),
        ("/switch?from=gabapentin&to=pregabalin", switch.FORM),
        ("change", revision.FORM),
        ("print", printing.FORM),
    ],
)
def test_a_form_has_a_field_for_every_name_that_is_read_and_no_other(
    client: FlaskClient, made: str, address: str, form: Form
) -> None:
    page = page_of(client.get(address if address.startswith("/") else f"{made}/{address}"))
    controls = list(page.inside(plan_form(page), "input", "select"))
    assert {control.attributes["name"] for control in controls} == form.names
    assert len(controls) == len(form.names)


def test_the_three_tasks_are_one_step_from_each_other_and_so_is_a_plan(client: FlaskClient, made: str) -> None:
    for address in ("/", "/taper", "/switch"):
        page = page_of(client.get(address))
        (tasks,) = page.all("nav", **{"class": "tasks"})
        links = list(page.inside(tasks, "a"))
        assert [link.attributes["href"] for link in links] == ["/", "/taper", "/switch"]
        assert [link.attributes["href"] for link in links if "aria-current" in link.attributes] == [address]
    number = made.rpartition("/")[2]
    assert client.get("/plan", query_string={"number": f" {number} "}).headers["Location"] == made
    assert client.get("/plan", query_string={"number": "../docs"}).headers["Location"] == "/plan/..%2Fdocs"
    assert client.get("/plan", query_string={"number": " "}).headers["Location"] == "/"


def test_a_taper_to_a_stop_is_the_same_as_over_the_interface(client: FlaskClient) -> None:
    by_page = json_of(client, client.post("/taper", data=TAPER).headers["Location"])
    by_program = client.post("/v1/schedules/taper", json=by_page["request"]).get_json()
    assert by_page["request"] == {
        "drug": "prednisone",
        "start_date": "2026-12-01",
        "from": [{"doses": {"morning": "40 mg"}}],
        "to": "stop",
        "taken_for": "12 weeks",
        "patient": by_page["request"]["patient"],
    }
    assert by_program["steps"] == by_page["steps"]
    assert by_page["stops"] is True


def test_a_taper_to_a_lower_dose_ends_there(client: FlaskClient) -> None:
    page = planned(client, TAPER | {"goal": "lower", "to": "5", "to_unit": "mg/day"}, "/taper")
    assert "to 5 mg a day" in said_by(page)


def test_an_own_pace_of_a_taper_is_kept(client: FlaskClient) -> None:
    own = {"step": "5", "step_unit": "mg/day", "step_interval": "14"}
    plan = json_of(client, client.post("/taper", data=TAPER | own).headers["Location"])
    steps = plan["steps"]
    assert isinstance(steps, list)
    assert [step["daily_dose"]["value"] for step in steps[:3]] == [35, 30, 25]
    assert [step["to_day"] for step in steps[:3]] == [14, 28, 42]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"goal": ""}, {"goal": "is not stated"}),
        ({"goal": "up"}, {"goal": "to a stop or to a lower dose"}),
        ({"goal": "lower"}, {"to": "is not stated"}),
        ({"goal": "lower", "to": "5"}, {"to": "no unit"}),
        ({"to": "5", "to_unit": "mg/day"}, {"to": "a stop is chosen"}),
        ({"goal": "lower", "to": "50", "to_unit": "mg/day"}, {"to": "goes down"}),
        ({"now_morning": ""}, {"now_morning": "What is taken now is not stated."}),
        ({"now_noon": "7,5"}, {"now_noon": "decimal comma"}),
        ({"taken_for": "12", "taken_for_unit": ""}, {"taken_for": "no unit"}),
        ({"step": "5", "step_unit": "mg/day", "percent": "10", "percent_of": "current"}, {"percent": "one of the two"}),
        ({"percent": "10"}, {"percent_of": "original dose"}),
        ({"percent": "ten", "percent_of": "current"}, {"percent": ""}),
        ({"days": "7.5"}, {"days": "whole number"}),
        ({"now_patch": "50"}, {"now_morning": "stated twice"}),
        ({"drug": "azathioprine"}, {"step": "No cited taper"}),
        ({"drug": "prednisoln"}, {"drug": ""}),
    ],
)
def test_what_is_wrong_with_a_taper_stands_beside_its_field(
    client: FlaskClient, change: dict[str, str], refused: dict[str, str]
) -> None:
    answer = client.post("/taper", data=TAPER | change)
    assert answer.status_code == 422
    page = page_of(answer)
    said = refusals(page)
    for name, text in refused.items():
        assert text.lower() in said[name].lower(), said
    sent = page.sent_by(plan_form(page))
    assert {name: sent.get(name) for name in change} == change


def test_an_empty_taper_names_each_missing_thing_once(client: FlaskClient) -> None:
    answer = client.post("/taper", data={"drug": ""})
    page = page_of(answer)
    assert refusals(page).keys() == {"drug", "start_date", "now_morning", "goal"}
    assert len(list(page.inside(page.one("div", role="alert"), "a"))) == 4 + 1


@pytest.mark.parametrize("address", ["/taper?drug=folic+acid", "/taper?drug=none", "/taper?drug=prednisone&protocol=x"])
def test_a_taper_that_the_formulary_does_not_have_is_refused_at_its_field(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() <= {"drug", "protocol"}
    assert refusals(page_of(answer))


def test_a_switch_shows_both_drugs_and_both_limits(client: FlaskClient) -> None:
    page = planned(client, SWITCH, "/switch")
    said = said_by(page)
    assert "Gabapentin to pregabalin" in said
    drawing = words(page.one("svg").text)
    assert drawing.count("Limit: ") >= 2
    assert "The limit line of gabapentin" in said
    assert "The limit line of pregabalin" in said


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"from": ""}, {"from"}),
        ({"to": ""}, {"to"}),
        ({"to": "gabapentin"}, {"to"}),
        ({"now_morning": "", "now_noon": "", "now_evening": ""}, {"now_morning"}),
        ({"target": "300"}, {"target"}),
        ({"over": "a week"}, {"over"}),
        ({"to_form": "suppository"}, {"to_form"}),
    ],
)
def test_what_is_wrong_with_a_switch_stands_beside_its_field(
    client: FlaskClient, change: dict[str, str], refused: set[str]
) -> None:
    answer = client.post("/switch", data=SWITCH | change)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == refused


@pytest.mark.parametrize("address", ["/switch?from=none", "/switch?to=none", "/switch?to=folic+acid"])
def test_a_switch_between_drugs_that_are_not_planned_is_refused_at_its_field(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == {address.removeprefix("/switch?").partition("=")[0]}


@pytest.mark.parametrize(
    "change",
    [
        HOLD,
        {"action": "hold", "from_day": "8"},
        {"action": "slower", "from_day": "8", "days": "3"},
        {"action": "step-back", "from_day": "8"},
        {"action": "resume", "from_day": "8", "missed_days": "1"},
        {"action": "restart", "from_day": "12", "missed_days": "3"},
        {"action": "new-target", "from_day": "8", "target": "1200", "target_unit": "mg/day"},
        {"action": "stop-now", "from_day": "8"},
    ],
)
def test_every_change_makes_a_plan_that_takes_the_place_of_the_old_one(
    client: FlaskClient, made: str, change: dict[str, str]
) -> None:
    answer = client.post(f"{made}/change", data=change)
    assert answer.status_code == 303, said_by(page_of(answer))[:500]
    plan = json_of(client, answer.headers["Location"])
    assert plan["revises"] == made.rpartition("/")[2]
    assert plan["revision"]["from_day"] == int(change.get("from_day", "8"))
    page = page_of(client.get(answer.headers["Location"]))
    links = [link.attributes["href"] for link in page.all("a")]
    assert made in links
    assert f"{answer.headers['Location']}/compare/{made.rpartition('/')[2]}" in links


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"action": ""}, {"action", "from_date"}),
        ({"action": "hold"}, {"from_date"}),
        ({"action": "hold", "from_date": "2026-12-08", "from_day": "8"}, {"from_day"}),
        ({"action": "hold", "from_date": "8.12.2026"}, {"from_date"}),
        ({"action": "hold", "from_date": "2026-W50-2"}, {"from_date"}),
        ({"action": "hold", "from_date": "2026-12-01"}, {"from_date"}),
        ({"action": "hold", "from_date": "2028-12-01"}, {"from_date"}),
        ({"action": "hold", "from_day": "1"}, {"from_day"}),
        ({"action": "hold", "from_day": "eight"}, {"from_day"}),
        ({"action": "hold", "from_day": "8", "missed_days": "2"}, {"missed_days"}),
        ({"action": "new-target", "from_day": "8"}, {"target"}),
        ({"action": "wait", "from_day": "8"}, {"action"}),
        ({"action": "hold", "from_day": "8", "weight": ".5"}, {"weight"}),
    ],
)
def test_what_is_wrong_with_a_change_stands_beside_its_field(
    client: FlaskClient, made: str, change: dict[str, str], refused: set[str]
) -> None:
    answer = client.post(f"{made}/change", data=change)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == refused


def test_a_new_fact_joins_those_of_the_plan_and_none_of_them_is_lost(client: FlaskClient, made: str) -> None:
    answer = client.post(f"{made}/change", data=HOLD | {"weight": "62"})
    plan = json_of(client, answer.headers["Location"])
    patient = plan["patient"]
    assert isinstance(patient, dict)
    assert patient["weight"] == {"value": 62, "unit": "kg"}
    assert patient["creatinine_clearance"]["value"] == 90
    assert "not-checked" not in said_by(page_of(client.get(answer.headers["Location"])))


def test_a_new_laboratory_value_joins_those_of_before(client: FlaskClient) -> None:
    old = FULL | {"alanine_aminotransferase": "30", "alanine_aminotransferase_upper_limit": "40"}
    made = client.post("/plan", data=old).headers["Location"]
    new = client.post(f"{made}/change", data=HOLD | {"alanine_aminotransferase": "130"}).headers["Location"]
    shown = said_by(page_of(client.get(new)))
    assert "alanine aminotransferase 130 units/L and alanine aminotransferase upper limit 40 units/L" in shown


def test_a_new_illness_joins_those_of_before_and_a_ticked_box_ends_them(client: FlaskClient) -> None:
    old = FULL | {"no_conditions": "", "conditions": "sleep apnea", "no_medications": "", "medications": "Folic acid"}
    made = client.post("/plan", data=old).headers["Location"]
    change = HOLD | {"conditions": "glaucoma, Sleep Apnea", "medications": "folic acid, lisinopril"}
    new = json_of(client, client.post(f"{made}/change", data=change).headers["Location"])
    patient = new["request"]["patient"]
    assert patient["conditions"] == ["sleep-apnea", "glaucoma"]
    assert patient["medications"] == [{"drug": "Folic acid"}, {"drug": "lisinopril"}]
    none = json_of(client, client.post(f"{made}/change", data=HOLD | {"no_conditions": "yes"}).headers["Location"])
    assert none["request"]["patient"]["conditions"] == []


def test_a_change_of_a_changed_plan_is_judged_by_the_facts_of_that_change(client: FlaskClient, made: str) -> None:
    changed = client.post(f"{made}/change", data=HOLD | {"weight": "62", "creatinine_clearance": "85"})
    number = changed.headers["Location"].rpartition("/")[2]
    again = client.post(f"/v1/schedules/{number}/revisions", json={"action": "hold", "from_day": 12, "days": 3})
    assert again.status_code == 201
    patient = again.get_json()["patient"]
    assert patient["weight"]["value"] == 62
    assert patient["creatinine_clearance"]["value"] == 85


def test_a_new_creatinine_does_not_hide_behind_a_clearance_that_was_stated(client: FlaskClient, made: str) -> None:
    changed = HOLD | {"serum_creatinine": "2.1", "serum_creatinine_unit": "mg/dL"}
    refused = refusals(page_of(client.post(f"{made}/change", data=changed)))
    assert refused.keys() == {"creatinine_clearance"}
    answer = client.post(f"{made}/change", data=changed | {"creatinine_clearance": "61"})
    assert answer.status_code == 303


def test_a_change_of_a_plan_that_is_not_there_is_a_page_that_says_so(client: FlaskClient) -> None:
    for address in ("/plan/0/change", "/plan/0/print", "/plan/0/compare/1"):
        assert client.get(address).status_code == 404
        assert page_of(client.get(address)).one("h1")
    assert client.post("/plan/0/change", data=HOLD).status_code == 404
    assert client.post("/plan/0/print", data={"phone": "1"}).status_code == 404


@pytest.mark.parametrize("address", ["/taper", "/switch", "change", "print"])
def test_no_foreign_page_sends_any_of_the_forms(client: FlaskClient, made: str, address: str) -> None:
    at = address if address.startswith("/") else f"{made}/{address}"
    answer = client.post(at, data=LEAST, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


EVIL = (
    '"><script>alert(1)</script>',
    "9" * 6000,
    "\u0661\u0662",
    "NaN",
    "-1",
    "1e400",
    "{}",
    "\u202e\x00",
    "0" * 13,
    "../..",
)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize(
    ("address", "form", "fields"),
    [
        ("/taper", taper.FORM, TAPER),
        ("/switch", switch.FORM, SWITCH),
        ("change", revision.FORM, HOLD),
        ("print", printing.FORM, {"phone": "1"}),
    ],
)
def test_no_writing_in_any_field_makes_a_form_stumble(
    client: FlaskClient, made: str, address: str, form: Form, fields: dict[str, str], evil: str
) -> None:
    at = address if address.startswith("/") else f"{made}/{address}"
    names = form.names if address != "print" else form.names - {"patient_name", "prescriber", "phone"}
    for name in sorted(names):
        answer = client.post(at, data=fields | {name: evil})
        # A medicine that nobody knows is context, and a unit counts only beside a number.
        if name == "medications" or name.endswith("_unit"):
            assert answer.status_code in (303, 422), name
        else:
            assert answer.status_code == 422, (name, answer.headers.get("Location"))
        if answer.status_code == 422:
            assert page_of(answer).all("script") == []
    assert client.post(at, data=dict.fromkeys(form.names, evil)).status_code in (413, 422)
