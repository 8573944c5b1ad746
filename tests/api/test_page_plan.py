"""The page of a plan: what it shows, its papers, its comparison with another, and names that are kept nowhere."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.store import STORE
from tests.api.test_page import FULL, HOLD, SWITCH, TAPER, Page, page_of, plan_form, planned, refusals, words

CANARY = "Zanzibar Quetzalcoatl"


@pytest.fixture
def made(client: FlaskClient) -> str:
    """The address of a titration."""
    return client.post("/plan", data=FULL).headers["Location"]


def section(page: Page, name: str) -> str:
    """The words of the section under a heading."""
    return words(page.by_id(name).path[-1].text)


def test_a_plan_leads_to_its_papers_for_everybody_in_both_languages_and_sizes(client: FlaskClient, made: str) -> None:
    page = page_of(client.get(made))
    paper = f"/v1/schedules/{made.rpartition('/')[2]}"
    links = [link.attributes["href"] for link in page.all("a") if link.attributes["href"].startswith(paper)]
    assert set(links) == {
        f"{paper}.pdf",
        f"{paper}.pdf?audience=patient",
        f"{paper}.pdf?audience=patient&language=es",
        f"{paper}.pdf?audience=patient&large_print=true",
        f"{paper}.pdf?audience=prescriber",
        f"{paper}.pdf?audience=pharmacy",
        *(f"{paper}.{suffix}" for suffix in ("html", "ics", "csv", "txt", "json")),
    }
    assert all(client.get(link).status_code == 200 for link in links)
    assert client.get(links[0]).data.startswith(b"%PDF")
    (form,) = page.all("form", **{"class": "paper"})
    wishes = page.sent_by(form)
    assert wishes == {"audience": "patient", "language": "en", "large_print": "false", "paper": "letter"}
    assert client.get(form.attributes["action"], query_string=wishes | {"paper": "a4"}).data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("fields", "address", "again"),
    [
        (FULL, "/plan", "/?drug=gabapentin"),
        (TAPER, "/taper", "/taper?drug=prednisone"),
        (SWITCH, "/switch", "/switch?to=pregabalin"),
    ],
)
def test_a_plan_leads_to_a_new_form_of_its_kind_with_the_drug_alone(
    client: FlaskClient, fields: dict[str, str], address: str, again: str
) -> None:
    links = [link.attributes["href"] for link in planned(client, fields, address).all("a")]
    assert again in links
    assert client.get(again).status_code == 200


def test_each_layer_says_whether_a_slow_end_is_needed_with_its_rule_and_source(client: FlaskClient) -> None:
    page = planned(client, TAPER, "/taper")
    said = section(page, "guidance")
    assert "Guideline: lower it slowly." in said
    assert "Rule glucocorticoid/" in said
    briefly = section(planned(client, TAPER | {"taken_for": "5", "taken_for_unit": "days"}, "/taper"), "guidance")
    assert "a stop is enough" in briefly


def test_where_the_strengths_end_the_page_says_what_can_be_done(client: FlaskClient) -> None:
    fields = TAPER | {"drug": "oxycodone", "opioid_experience": "tolerant"}
    page = planned(client, fields | {"now_morning": "10", "now_evening": "10"}, "/taper")
    said = section(page, "floor")
    assert "oxyCODONE 5 mg a day" in said
    assert "these strengths make none" in said
    assert len(list(page.inside(page.by_id("floor").path[-1], "li"))) >= 2


def test_the_facts_that_were_told_are_shown_and_those_that_were_not_are_missing(client: FlaskClient) -> None:
    fields = FULL | {"no_conditions": "", "conditions": "sleep apnea", "no_medications": "", "medications": ""}
    said = section(planned(client, fields), "patient")
    assert "Illnessessleep apnea" in said
    assert "Allergiesnone" in said
    assert "Pregnantno" in said


def test_only_the_days_that_differ_are_compared_one_by_one(client: FlaskClient, made: str) -> None:
    new = client.post(f"{made}/change", data=HOLD).headers["Location"]
    page = page_of(client.get(f"{new}/compare/{made.rpartition('/')[2]}"))
    rows = [words(row.text) for row in page.all("tr")][1:]
    assert rows[0].startswith("December 1, 2026 to December ")
    assert "The same on these" in rows[0]
    compared = client.get(f"/v1/schedules/{made.rpartition('/')[2]}/comparison/{new.rpartition('/')[2]}").get_json()
    differing = sum(not day["same"] for day in compared["days"])
    assert f"{differing} of {len(compared['days'])} days differ." in words(page.one("main").text)
    assert len([row for row in rows if "The same on" not in row]) == differing
    assert "not in this plan" in rows[-1]


def test_a_plan_beside_itself_does_not_differ(client: FlaskClient, made: str) -> None:
    page = page_of(client.get(f"{made}/compare/{made.rpartition('/')[2]}"))
    assert "No day differs." in words(page.one("main").text)
    assert len(page.all("tr")) == 2


def test_names_are_printed_and_kept_nowhere(
    app: Flask, client: FlaskClient, made: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("stored")

    monkeypatch.setattr(app.extensions[STORE], "put_schedule", never)
    caplog.set_level(logging.DEBUG)
    without = client.get(f"/v1/schedules/{made.rpartition('/')[2]}.pdf").data
    answer = client.post(f"{made}/print", data={"patient_name": CANARY, "paper": "a4"})
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"%PDF")
    assert answer.data != without
    assert CANARY not in caplog.text
    assert CANARY not in str(answer.headers)
    assert CANARY not in client.get(made).get_data(as_text=True)
    assert client.get(f"/v1/schedules/{made.rpartition('/')[2]}.pdf").data == without


@pytest.mark.parametrize(
    "wish",
    [
        {"audience": "patient", "language": "es", "large_print": "yes"},
        {"audience": "pharmacy", "paper": "letter", "large_print": "no"},
        {"audience": "", "language": "", "phone": "", "prescriber": "Dr Example"},
    ],
)
def test_every_wish_of_the_print_form_is_printed(client: FlaskClient, made: str, wish: dict[str, str]) -> None:
    assert client.post(f"{made}/print", data=wish).data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        ({"audience": "everybody"}, {"audience"}),
        ({"language": "xx", "paper": "a5"}, {"language", "paper"}),
        ({"large_print": "maybe"}, {"large_print"}),
        ({"patient_name": "x" * 121}, {"patient_name"}),
    ],
)
def test_a_wish_that_cannot_be_printed_is_refused_at_its_field(
    client: FlaskClient, made: str, wish: dict[str, str], refused: set[str]
) -> None:
    answer = client.post(f"{made}/print", data=wish)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == refused
    assert plan_form(page_of(answer)).attributes["action"] == f"{made}/print"


def test_nothing_may_stand_after_the_question_mark_of_a_plan(client: FlaskClient, made: str) -> None:
    for below in ("", "/change", "/print", f"/compare/{made.rpartition('/')[2]}"):
        assert client.get(f"{made}{below}?name=x").status_code == 422
