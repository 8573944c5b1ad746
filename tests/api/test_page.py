"""The plain page: what it says, what it fills in, what it refuses, and that everybody can use it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.forms.fields import request_of
from api.forms.posted import LARGEST_FORM, MOST_FIELDS
from api.forms.titration import FORM
from api.store import STORE, StoreUnavailable

ASSETS = Path(__file__).resolve().parents[2] / "api/web/assets"
FULL = {
    "drug": "gabapentin",
    "protocol": "neuropathic-pain",
    "indication": "sciatica",
    "form": "capsule",
    "start_date": "2026-12-01",
    "start_dose": "300",
    "target": "1800",
    "target_unit": "mg/day",
    "weekday": "",
    "age": "54",
    "sex": "female",
    "weight": "70",
    "height": "165",
    "creatinine_clearance": "90",
    "serum_creatinine": "",
    "serum_creatinine_unit": "",
    "egfr": "",
    "hemodialysis": "no",
    "hepatic_impairment": "none",
    "pregnant": "no",
    "breastfeeding": "no",
    "opioid_experience": "",
    "alanine_aminotransferase": "",
    "alanine_aminotransferase_upper_limit": "",
    "qtc": "",
    "conditions": "",
    "no_conditions": "yes",
    "allergies": "",
    "no_allergies": "yes",
    "medications": "",
    "no_medications": "yes",
    "step": "",
    "step_unit": "",
    "step_interval": "",
    "days": "",
}
PATIENT = {
    "age": "54",
    "sex": "female",
    "weight": "70",
    "height": "165",
    "creatinine_clearance": "90",
    "hemodialysis": "no",
    "hepatic_impairment": "none",
    "pregnant": "no",
    "breastfeeding": "no",
    "no_conditions": "yes",
    "no_allergies": "yes",
    "no_medications": "yes",
}
TAPER = PATIENT | {
    "drug": "prednisone",
    "start_date": "2026-12-01",
    "now_morning": "40",
    "taken_for": "12",
    "taken_for_unit": "weeks",
    "goal": "stop",
}
SWITCH = PATIENT | {
    "from": "gabapentin",
    "to": "pregabalin",
    "indication": "postherpetic-neuralgia",
    "start_date": "2026-12-01",
    "now_morning": "300",
    "now_noon": "300",
    "now_evening": "300",
    "over": "7",
}
HOLD = {"action": "hold", "from_date": "2026-12-08", "days": "7"}
LEAST = {"drug": "gabapentin", "start_date": "2026-12-01"}
ADDRESSES = [
    "/",
    "/?drug=gabapentin",
    "/?drug=tramadol&protocol=extended-release",
    "/?drug=none",
    "/?weight=70",
    "/plan/0",
    "/taper",
    "/taper?drug=prednisone",
    "/switch",
    "/switch?from=gabapentin&to=pregabalin",
]
VOID = {"meta", "link", "input", "br", "hr", "path"}


@dataclass(slots=True, eq=False)
class Element:
    """An element of a page with its own text and that of all below it."""

    tag: str
    attributes: dict[str, str]
    path: tuple[Element, ...]
    text: str = ""


class Page(HTMLParser):
    """A page as a list of elements in document order. A tag that closes what is not open is a fault."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open_now: list[Element] = []
        self.feed(text)
        self.close()
        assert self.open_now == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open_now))
        self.elements.append(element)
        if tag not in VOID:
            self.open_now.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_now[-1].tag == tag, (tag, self.open_now[-1])
        self.open_now.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open_now:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    def by_id(self, name: str) -> Element:
        (found,) = [element for element in self.elements if element.attributes.get("id") == name]
        return found

    def inside(self, outer: Element, *tags: str) -> Iterator[Element]:
        return (element for element in self.elements if outer in element.path and element.tag in tags)

    def sent_by(self, form: Element) -> dict[str, str]:
        """What a browser without scripts sends when the form's only button is pressed."""
        fields = {}
        for control in self.inside(form, "input"):
            if control.attributes.get("type") != "checkbox" or "checked" in control.attributes:
                fields[control.attributes["name"]] = control.attributes.get("value", "")
        for control in self.inside(form, "select"):
            options = list(self.inside(control, "option"))
            chosen = next((option for option in options if "selected" in option.attributes), options[0])
            fields[control.attributes["name"]] = chosen.attributes["value"]
        return fields


def page_of(answer: TestResponse) -> Page:
    assert answer.content_type == "text/html; charset=utf-8"
    return Page(answer.get_data(as_text=True))


def words(text: str) -> str:
    return " ".join(text.split())


def plan_form(page: Page) -> Element:
    return page.one("form", **{"class": "plan"})


def posted(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post("/plan", data=FULL | changes)


def planned(client: FlaskClient, fields: dict[str, str], address: str = "/plan") -> Page:
    answer = client.post(address, data=fields)
    assert answer.status_code == 303, words(page_of(answer).one("main").text)[:600]
    return page_of(client.get(answer.headers["Location"]))


def refusals(page: Page) -> dict[str, str]:
    """What is said beside each field that was refused."""
    said = {}
    for element in page.elements:
        if element.attributes.get("aria-invalid") == "true":
            ids = element.attributes["aria-describedby"].split()
            said[element.attributes["name"]] = words(page.by_id(ids[-1]).text)
    return said


@pytest.fixture
def pages(client: FlaskClient) -> dict[str, Page]:
    """Every kind of page there is."""
    made = {address: page_of(client.get(address)) for address in ADDRESSES}
    made["infeasible"] = page_of(posted(client, creatinine_clearance="40"))
    made["faults"] = page_of(posted(client, target="1,800", weight=".5", serum_creatinine="0.9", conditions="gout"))
    made["accepted"] = planned(client, FULL)
    made["taper"] = planned(client, TAPER, "/taper")
    made["switch"] = planned(client, SWITCH, "/switch")
    made["nothing said of a taper"] = page_of(client.post("/taper", data={"drug": ""}))
    old = client.post("/plan", data=FULL).headers["Location"]
    new = client.post(f"{old}/change", data=HOLD).headers["Location"]
    for address in (f"{old}/change", f"{old}/print", new, f"{new}/compare/{old.rpartition('/')[2]}"):
        made[address.replace(old, "old").replace(new, "new")] = page_of(client.get(address))
    made["no change"] = page_of(client.post(f"{old}/change", data={"action": ""}))
    made["cannot be assessed"] = planned(client, LEAST | {"drug": "tramadol", "medications": "sertraline"})
    return made


def test_the_home_page_says_what_it_is_and_what_it_is_not(client: FlaskClient) -> None:
    said = words(page_of(client.get("/")).one("main").text)
    assert "checked against a cited formulary" in said
    assert "decision support for professionals" in said
    assert "not signed off by a clinician" in said


def test_every_link_of_the_home_page_leads_to_an_answer(client: FlaskClient) -> None:
    links = {link.attributes["href"] for link in page_of(client.get("/")).all("a")}
    assert {"/taper", "/switch", "/docs", "/openapi.json", "/v1/drugs", "/readyz", "/problems/"} <= links
    assert "/?drug=gabapentin&protocol=neuropathic-pain" in links
    for link in links - {"#content", "#questions"}:
        assert client.get(link).status_code == 200, link


def test_the_form_has_a_field_for_every_name_that_is_read_and_no_other(client: FlaskClient) -> None:
    page = page_of(client.get("/?drug=gabapentin"))
    controls = page.inside(plan_form(page), "input", "select")
    assert {control.attributes["name"] for control in controls} == FORM.names
    form = plan_form(page)
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/plan")


def test_nothing_of_the_page_stands_in_the_openapi_document(app: Flask, client: FlaskClient) -> None:
    pages = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("page.")}
    assert pages == {"/", "/plan", "/taper", "/switch"}
    documented = client.get("/openapi.json").get_json()["paths"]
    assert "/v1/schedules/titration" in documented
    assert not [path for path in documented if path == "/" or path.startswith("/plan")]


@pytest.mark.parametrize("address", ["/?drug=gabapentin", "/?drug=Neurontin", "/?drug=GABAPENTIN"])
def test_a_drug_in_the_address_fills_the_form_from_its_default_protocol(client: FlaskClient, address: str) -> None:
    page = page_of(client.get(address))
    sent = page.sent_by(plan_form(page))
    filled = {name: value for name, value in sent.items() if value}
    assert date.fromisoformat(filled.pop("start_date"))
    assert filled == {
        "drug": "gabapentin",
        "protocol": "neuropathic-pain",
        "form": "capsule",
        "start_dose": "100",
        "target": "900",
        "target_unit": "mg/day",
    }


# What some protocols need of every patient: opioids who is used to them, azathioprine and its kin the weight.
TOLD = {"opioid_experience": "tolerant", "weight": "70"}


def test_every_preset_that_is_offered_fills_the_form_with_a_plan_that_can_be_made(client: FlaskClient) -> None:
    links = [link.attributes["href"] for link in page_of(client.get("/")).all("a")]
    presets = [link for link in links if link.startswith("/?drug=")]
    assert len(presets) >= 3
    for link in presets:
        page = page_of(client.get(link))
        assert f"protocol={page.sent_by(plan_form(page))['protocol']}" in link
        answer = client.post("/plan", data=page.sent_by(plan_form(page)) | TOLD)
        assert answer.status_code == 303, (link, words(page_of(answer).one("main").text)[:500])


@pytest.mark.parametrize(
    ("address", "refused"),
    [("/?drug=gabapentine", "drug"), ("/?drug=morphine", "drug"), ("/?drug=gabapentin&protocol=none", "protocol")],
)
def test_what_the_address_names_and_the_formulary_does_not_is_refused_at_its_field(
    client: FlaskClient, address: str, refused: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == {refused}


@pytest.mark.parametrize(
    "address",
    [
        "/?weight=70",
        "/?drug=gabapentin&age=54",
        "/?drug=gabapentin&drug=tramadol",
        "/plan?drug=gabapentin",
        "/plan/0?large_print=true",
    ],
)
def test_an_address_holds_nothing_but_a_drug_and_a_protocol_each_once(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert page_of(answer).one("h1").text


def test_a_protocol_by_weight_says_so_and_is_refused_at_the_weight_without_it(client: FlaskClient) -> None:
    page = page_of(client.get("/?drug=azathioprine&protocol=lupus"))
    assert "goes by weight" in page.by_id("weight-hint").text
    sent = page.sent_by(plan_form(page))
    assert (sent["start_dose"], sent["target"]) == ("", "")
    assert refusals(page_of(client.post("/plan", data=sent))).keys() == {"weight"}
    said = words(planned(client, sent | {"weight": "70"}).one("main").text)
    assert "to 105 mg a day" in said or "100 mg a day" in said


def test_a_weekly_drug_is_asked_and_shown_by_the_week(client: FlaskClient) -> None:
    page = page_of(client.get("/?drug=methotrexate&protocol=rheumatoid-arthritis"))
    sent = page.sent_by(plan_form(page))
    assert sent["target_unit"] == "mg/week"
    shown = words(planned(client, sent | TOLD).one("main").text)
    assert "mg a week" in shown
    assert "folic acid" in shown
    for unit, told in (("mg/day", "is taken by the week"), ("", "no unit")):
        assert told in refusals(page_of(client.post("/plan", data=sent | TOLD | {"target_unit": unit})))["target"]


def test_a_field_that_is_left_empty_is_left_out(client: FlaskClient) -> None:
    assert request_of(FORM, dict.fromkeys(FORM.names, "") | LEAST) == (LEAST, [])


def test_none_known_is_an_empty_list_and_no_answer_is_none() -> None:
    request, faults = request_of(FORM, LEAST | {"no_conditions": "yes", "medications": " sertraline, ,Folic acid,"})
    assert faults == []
    assert request["patient"] == {
        "conditions": [],
        "medications": [{"drug": "sertraline"}, {"drug": "Folic acid"}],
    }


@pytest.mark.parametrize(
    ("name", "text", "sent"),
    [
        ("target", "1800", "1800 mg/day"),
        ("target", "1.8 g/day", "1.8 g/day"),
        ("target", "1,800", "1,800 mg/day"),
        ("start_dose", "900 mg/day", "900 mg/day"),
        ("start_date", "2026-12-01", "2026-12-01"),
    ],
)
def test_a_bare_number_has_the_unit_of_its_label_and_a_stated_unit_is_kept(name: str, text: str, sent: str) -> None:
    assert request_of(FORM, {name: text, "target_unit": "mg/day"})[0] == {name: sent}


def test_the_page_asks_the_same_question_as_the_interface(client: FlaskClient) -> None:
    asked, faults = request_of(FORM, FULL)
    assert faults == []
    by_program = client.post("/v1/schedules/titration", json=asked).get_json()
    location = posted(client).headers["Location"]
    by_page = client.get(f"/v1/schedules/{location.rpartition('/')[2]}.json").get_json()
    for answer in (by_program, by_page):
        assert len(answer.pop("id")) == len(answer.pop("series")) == len(answer["check"].pop("id")) == 26
    assert by_page == by_program


def test_a_plan_shows_findings_first_then_the_curve_with_its_limit_the_steps_and_the_rest(client: FlaskClient) -> None:
    page = planned(client, FULL)
    headings = [words(element.text) for element in page.all("h2")]
    assert headings[:3] == ["Findings", "The dose over time", "Steps"]
    assert {"To collect", "Reassessments", "What was chosen, and why", "Sources"} <= set(headings)
    assert "Limit: 3,600 mg a day" in words(page.one("svg").text)
    assert "Accepted" in page.one("p", **{"class": "verdict accept"}).text
    rows = [words(row.text) for row in page.all("tr")]
    assert len(rows) == 1 + 6
    assert rows[-1].endswith("Morning: 2 capsules (600 mg)Noon: 2 capsules (600 mg)Evening: 2 capsules (600 mg)")
    assert "129 capsules of 300 mg" in words(page.one("main").text)


def test_what_is_missing_is_shown_as_missing_and_as_not_checked(client: FlaskClient) -> None:
    page = planned(client, LEAST)
    said = words(page.one("main").text)
    assert "Could not be fully checked" in said
    facts = {words(term.text) for term in page.all("div") if term.text.endswith("not given")}
    assert {"Agenot given", "Weightnot given", "Creatinine clearancenot given", "Other illnessesnot given"} <= facts
    assert "Missing: kidney function" in said


def test_a_computed_clearance_says_what_it_was_computed_from(client: FlaskClient) -> None:
    fields = FULL | {"creatinine_clearance": "", "serum_creatinine": "80", "serum_creatinine_unit": "umol/L"}
    said = words(planned(client, fields).one("main").text)
    assert "by Cockcroft and Gault, with the actual weight" in said
    assert "Clearance computed from" in said
    assert "serum creatinine 80 micromol/L" in said


def test_a_weaker_finding_of_the_same_cause_stands_under_the_one_that_counts(client: FlaskClient) -> None:
    page = planned(client, LEAST | {"drug": "tramadol"})
    (findings,) = page.all("ul", **{"class": "findings"})
    also = [words(line.text) for line in page.inside(findings, "p") if words(line.text).startswith("Also:")]
    assert also
    assert all("Rule opioid/" in line for line in also)


def test_an_unreachable_target_is_offered_its_nearest_which_one_press_plans(client: FlaskClient) -> None:
    answer = posted(client, creatinine_clearance="40")
    page = page_of(answer)
    assert answer.status_code == 422
    assert "the limit at creatinine clearance 40 mL/min is 1,400 mg a day" in refusals(page)["target"]
    assert "Rule gabapentin/renal-dose" in words(page.one("div", role="alert").text)
    offered = page.one("form", **{"class": "instead"})
    assert words(offered.text) == "Plan 1,400 mg a day instead"
    sent = page.sent_by(offered)
    assert sent == FULL | {"creatinine_clearance": "40", "target": "1400"}
    assert "to 1,400 mg a day" in words(planned(client, sent).one("main").text)


def test_a_target_that_cannot_be_made_is_offered_both_neighbours(client: FlaskClient) -> None:
    page = page_of(posted(client, target="1450"))
    forms = page.all("form", **{"class": "instead"})
    assert [words(form.text) for form in forms] == ["Plan 1,400 mg a day instead", "Plan 1,500 mg a day instead"]


def test_no_key_but_the_plan_s_own_button_sends_the_form(client: FlaskClient) -> None:
    """Enter in a field presses the first button that belongs to the form; no other target may be behind it."""
    page = page_of(posted(client, creatinine_clearance="40"))
    buttons = list(page.inside(plan_form(page), "button"))
    assert [words(button.text) for button in buttons] == ["Check and plan"]
    assert not [button for button in page.all("button") if "form" in button.attributes]


def test_a_plan_that_no_target_makes_safe_is_refused_with_its_finding(client: FlaskClient) -> None:
    answer = posted(
        client,
        drug="tramadol",
        protocol="",
        form="",
        target="",
        start_dose="",
        no_conditions="",
        conditions="respiratory depression",
    )
    page = page_of(answer)
    assert answer.status_code == 422
    assert "Rule opioid/respiratory-depression" in words(page.one("div", role="alert").text)
    assert page.all("form", **{"class": "instead"}) == []


def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(client: FlaskClient) -> None:
    wrong = {
        "target": "1,800",
        "weight": ".5",
        "start_date": "1.12.2026",
        "serum_creatinine": "0.9",
        "sex": "f",
        "no_allergies": "",
        "allergies": "penicilin",
    }
    answer = posted(client, **wrong)
    page = page_of(answer)
    assert answer.status_code == 422
    said = refusals(page)
    assert list(said) == ["start_date", "target", "sex", "weight", "serum_creatinine", "allergies"]
    assert "decimal comma" in said["target"]
    assert "digit on each side" in said["weight"]
    assert "no unit" in said["serum_creatinine"]
    assert "penicillin" in said["allergies"]
    sent = page.sent_by(plan_form(page))
    assert "no_allergies" not in sent  # a box that is not ticked is not sent
    assert sent | {"no_allergies": ""} == FULL | wrong


def test_the_summary_comes_first_takes_the_focus_and_leads_to_the_fields_in_their_order(client: FlaskClient) -> None:
    page = page_of(posted(client, weight=".5", target="1,800", start_dose="0,5"))
    alert = page.one("div", role="alert")
    assert "autofocus" in alert.attributes
    assert alert.attributes["tabindex"] == "-1"
    assert page.elements.index(alert) < page.elements.index(plan_form(page))
    links = [link.attributes["href"] for link in page.inside(alert, "a")]
    assert links[:-1] == ["#start_dose", "#target", "#weight"]
    assert page.one("title").text.startswith("Not planned")


def test_names_beside_a_ticked_none_known_are_a_contradiction(client: FlaskClient) -> None:
    page = page_of(posted(client, conditions="sleep apnea"))
    assert "None known is ticked, and names are written." in refusals(page)["conditions"]
    assert posted(client, no_conditions="", conditions="sleep apnea").status_code == 303


def test_a_box_that_says_something_else_is_refused(client: FlaskClient) -> None:
    assert refusals(page_of(posted(client, no_conditions="true"))).keys() == {"conditions"}


def test_a_yes_or_no_that_is_neither_is_refused(client: FlaskClient) -> None:
    assert refusals(page_of(posted(client, hemodialysis="maybe"))).keys() == {"hemodialysis"}


def test_what_is_needed_and_missing_is_asked_for(client: FlaskClient) -> None:
    answer = client.post("/plan", data="", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert refusals(page_of(answer)).keys() == {"drug", "start_date"}


def test_a_field_that_the_form_does_not_have_is_refused(client: FlaskClient) -> None:
    answer = posted(client, patient_name="Jane Doe")
    assert answer.status_code == 422
    alert = page_of(answer).one("div", role="alert")
    assert "patient_name" in alert.text
    assert "Jane" not in answer.get_data(as_text=True).partition('<form class="plan"')[0]


def test_what_was_typed_is_never_markup(client: FlaskClient) -> None:
    evil = '"><script>alert(1)</script><b style="x">'
    answer = client.post("/plan", data=dict.fromkeys(FORM.names, evil) | {evil: evil})
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.all("script") == []
    assert page.by_id("weight").attributes["value"] == evil
    assert page_of(client.get("/", query_string={"drug": evil})).all("script") == []
    assert page_of(client.get("/", query_string={evil: evil})).all("script") == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"drug=gabapentin", 415),
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded; charset=latin-1", b"drug=gabapentin", 415),
        ("application/x-www-form-urlencoded; charset=UTF-8", b"drug=gabapentin", 422),
        ("application/x-www-form-urlencoded", b"drug=%ff", 400),
        ("application/x-www-form-urlencoded", b"drug=\xff", 400),
        ("application/x-www-form-urlencoded", b"drug", 400),
        ("application/x-www-form-urlencoded", b"drug=gabapentin&drug=tramadol", 422),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=" % n for n in range(MOST_FIELDS)), 422),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=" % n for n in range(MOST_FIELDS + 1)), 400),
        ("application/x-www-form-urlencoded", b"drug=" + b"x" * (LARGEST_FORM - 5), 422),
        ("application/x-www-form-urlencoded", b"drug=" + b"x" * (LARGEST_FORM - 4), 413),
    ],
)
def test_a_body_that_is_no_form_is_refused_on_a_page(
    client: FlaskClient, content_type: str, body: bytes, status: int
) -> None:
    answer = client.post("/plan", data=body, content_type=content_type)
    assert answer.status_code == status
    assert page_of(answer).one("h1")


@pytest.mark.parametrize(("spaces", "status"), [(0, 303), (1, 413)])
def test_a_body_in_chunks_is_read_whole_or_refused(client: FlaskClient, spaces: int, status: int) -> None:
    """A server that announces the end of the body itself gives no length to look at beforehand."""
    body = f"drug=gabapentin&start_date=2026-12-01&target={'+' * (LARGEST_FORM - 45 + spaces)}".encode()
    assert len(body) == LARGEST_FORM + spaces
    answer = client.post(
        "/plan",
        input_stream=io.BytesIO(body),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_only_a_page_of_our_own_may_send_the_form(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/plan", data=FULL, headers=headers).status_code == status


def test_a_refused_form_stores_nothing(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("stored")

    monkeypatch.setattr(app.extensions[STORE], "put_schedule", never)
    assert client.post("/plan", data=FULL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert posted(client, creatinine_clearance="40").status_code == 422


def test_a_store_that_cannot_be_reached_is_said_on_a_page(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreUnavailable("disk I/O error")

    monkeypatch.setattr(app.extensions[STORE], "put_schedule", gone)
    answer = posted(client)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Nothing was stored" in page_of(answer).one("main").text


def test_a_plan_that_is_not_there_is_a_page_that_says_so(client: FlaskClient) -> None:
    answer = client.get("/plan/none")
    assert answer.status_code == 404
    assert "There is no schedule of this number." in page_of(answer).one("main").text


def test_the_address_of_the_form_alone_leads_to_the_form(client: FlaskClient) -> None:
    answer = client.get("/plan")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_no_cache_keeps_what_concerns_a_patient(client: FlaskClient) -> None:
    made = posted(client)
    answers = [made, client.get(made.headers["Location"]), posted(client, weight="."), client.get("/plan/none")]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert re.fullmatch(r"/plan/[a-z2-7]{26}", made.headers["Location"])


def test_no_page_has_a_script_or_a_style_of_its_own(client: FlaskClient, pages: dict[str, Page]) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    for name, page in pages.items():
        assert not [element for element in page.elements if element.tag in ("script", "style", "iframe")], name
        assert not [
            attribute
            for element in page.elements
            for attribute in element.attributes
            if attribute == "style" or attribute.startswith("on")
        ], name


def test_every_page_has_landmarks_one_title_and_headings_that_skip_no_level(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert page.one("html").attributes["lang"] == "en"
        assert words(page.all("title")[0].text).endswith("Posology"), name
        assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
        levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)
        for landmark in page.all("nav") + page.all("section"):
            labelled = landmark.attributes.get("aria-label") or page.by_id(landmark.attributes["aria-labelledby"]).text
            assert labelled.strip(), name


def test_every_reference_of_a_page_leads_to_one_element(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), name
        for element in page.elements:
            references = [element.attributes["href"][1:]] if element.attributes.get("href", "").startswith("#") else []
            references += element.attributes.get("for", "").split()
            for attribute in ("aria-describedby", "aria-labelledby"):
                references += element.attributes.get(attribute, "").split()
            assert set(references) <= set(ids), (name, element)


def test_every_control_has_a_label_in_words(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        labels = {label.attributes["for"]: words(label.text) for label in page.all("label")}
        controls = [*page.all("select"), *page.all("input")]
        for control in controls:
            if control.attributes.get("type") != "hidden":
                assert labels.get(control.attributes["id"]), (name, control)
        assert all(words(button.text) for button in page.all("button")), name


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", text))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_has_a_contrast_of_4_5_and_edges_of_3_in_every_scheme(scheme: str) -> None:
    style = (ASSETS / "page.css").read_text("utf-8")
    light, _, rest = style.partition("@media (prefers-color-scheme: dark)")
    dark, _, _ = rest.partition("}\n}")
    named = {
        "light": colours(light),
        "dark": colours(dark),
        "print": colours(light) | colours(rest.partition("@media print")[2]),
    }
    known = named[scheme]
    assert len(known) == 9
    for ground in ("paper", "panel"):
        for ink in ("ink", "quiet", "link", "alarm"):
            assert contrast(known[ink], known[ground]) >= 4.5, (ink, ground)
        for edge in ("line", "button"):
            assert contrast(known[edge], known[ground]) >= 3, (edge, ground)
    assert contrast(known["on-button"], known["button"]) >= 4.5
    assert not re.search(r"#[0-9a-f]{3,8}\b", re.sub(r"--[a-z-]+: #[0-9a-f]{6}", "", style)), "a colour without a name"
