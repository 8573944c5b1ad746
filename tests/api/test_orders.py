"""The order check over HTTP: what is asked, what is answered, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from api.answers.documents import FINDING
from api.routes.docs import OPENAPI
from api.services import services_of
from dosing.names import RXNORM

CHECK = "/v1/orders/check"
COMPLETE: dict[str, Any] = {
    "age": "54 years", "sex": "male", "weight": "70 kg", "height": "175 cm", "creatinine_clearance": "90 mL/min",
    "egfr": "90 mL/min/{1.73_m2}", "hepatic_impairment": "none", "hemodialysis": False, "opioid_experience": "naive",
    "conditions": [], "allergies": [], "medications": [],
}  # fmt: skip


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    made: dict[str, Any] = app.extensions[OPENAPI].spec.to_dict()
    return made


def order(**fields: Any) -> dict[str, Any]:
    complete = {
        "drug": "gabapentin",
        "form": "capsule",
        "indication": "sciatica",
        "start_date": "2026-12-01",
        "dose": "300 mg",
        "frequency": {"times": 3, "per": "day"},
        "duration": "14 days",
    } | fields
    return {name: value for name, value in complete.items() if value is not None}


def ask(client: FlaskClient, *asked: dict[str, Any], path: str = CHECK, **fields: Any) -> dict[str, Any]:
    response = client.post(path, json={"orders": list(asked)} | fields)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json
    return answer


def codes(answer: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in answer["findings"]}


def schema_of(app: Flask, path: str, method: str) -> dict[str, Any]:
    """What the OpenAPI document says of the answer of an address."""
    answer = document(app)["paths"][path][method]["responses"]["200"]
    found: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return found


def errors(schema: dict[str, Any], value: object) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(value):
        yield f"{error.json_path}: {error.message}"


ASKED: list[dict[str, Any]] = [
    {"orders": [order()], "patient": COMPLETE},
    {"orders": [order(dose="1300 mg")], "patient": COMPLETE},
    {"orders": [order(dose=None, frequency=None, duration=None, steps=[
        {"dose": "300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "14 days"},
        {"dose": "1300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "14 days"}])], "patient": COMPLETE},
    {"orders": [order()], "patient": {"age": "80 years"}},
    {"orders": [order()]},
    {"orders": [order(drug="gabapentine"), order(form="caplet"), order(drug={"system": RXNORM, "code": "1"})]},
    {"orders": [order(drug="Norco", form="tablet", dose="1 {tablet}", frequency={"every": "6 hours"},
                      strength={"hydrocodone": "5 mg", "acetaminophen": "325 mg"}, indication="acute-pain")],
     "patient": COMPLETE | {"conditions": ["sleep-apnea"], "allergies": ["opioid"]}},
    {"orders": [order(drug="prednisone", form="tablet", dose="7 mg", indication="systemic-lupus-erythematosus",
                      intent="maintenance", frequency={"times": 1, "per": "day"})], "patient": COMPLETE},
    {"orders": [order(drug="tramadol", form="tablet", as_needed=True, dose={"low": "50 mg", "high": "100 mg"},
                      frequency={"every": {"low": "4 hours", "high": "6 hours"}}, replaces=0)],
     "patient": COMPLETE | {"age": "78 years", "serum_creatinine": "1.3 mg/dL", "creatinine_clearance": "28 mL/min",
                            "medications": [{"drug": "tramadol"}, {"drug": "sertraline", "dose": "50 mg"}]}},
    {"orders": [order(drug="fentanyl", form="transdermal patch", dose="25 mcg/hour", frequency={"every": "3 days"}),
                order(drug="buprenorphine", form="transdermal patch", dose="10 ug/h", frequency={"every": "7 days"}),
                order(drug="morphine", form="oral solution", dose="5 mL", concentration="10 mg / 5 mL")]},
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_an_answer_is_what_the_openapi_document_says(client: FlaskClient, app: Flask, asked: dict[str, Any]) -> None:
    response = client.post(CHECK, json=asked)
    assert response.status_code == 200, response.text
    assert list(errors(schema_of(app, CHECK, "post"), response.json)) == []


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_a_request_is_what_the_openapi_document_says(app: Flask, asked: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/Check", "components": document(app)["components"]}
    assert list(errors(schema, asked)) == []


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_every_finding_has_the_members_of_the_contract(client: FlaskClient, asked: dict[str, Any]) -> None:
    wanted = set(FINDING["properties"]) - {"implied"}
    answer = client.post(CHECK, json=asked).json
    assert answer is not None
    for finding in answer["findings"]:
        for row in (finding, *finding["merged"]):
            assert wanted <= set(row)
            assert row["order"] == row["orders"][0]
            assert row["day"] == (row["days"][0][0] if row["days"] else None)
            if row["rule"] is not None:
                assert set(row["source"]) == {"id", "title", "section", "year", "url", "evidence"}


def test_an_order_inside_every_limit_is_accepted_and_says_what_passed(client: FlaskClient) -> None:
    answer = ask(client, order(), patient=COMPLETE)
    assert (answer["verdict"], answer["not_checked"], answer["as_of"]) == ("accept", [], "2026-12-01")
    passed = {row["rule"]: row for row in answer["passed"]}
    daily = passed["gabapentin/max-daily-dose"]
    assert daily["measured"] == {"value": 900, "unit": "mg/d"}
    assert daily["limit"] == {"value": 3600, "unit": "mg/d"}


def test_an_order_over_a_limit_is_rejected_with_measured_limit_and_source(client: FlaskClient) -> None:
    answer = ask(client, order(id="rx-1", dose="1300 mg"), patient=COMPLETE)
    assert (answer["verdict"], answer["severity"]) == ("reject", "critical")
    finding = next(row for row in answer["findings"] if row["code"] == "max-daily-dose")
    assert (finding["orders"], finding["order"], finding["drug"]) == (["rx-1"], "rx-1", "gabapentin")
    assert finding["measured"] == {"value": 3900, "unit": "mg/d"}
    assert (finding["comparison"], finding["limit"]) == ("<=", {"value": 3600, "unit": "mg/d"})
    assert (finding["rule"], finding["layer"]) == ("gabapentin/max-daily-dose", "label")
    assert finding["source"]["evidence"] == "label"
    assert finding["suggestion"]["largest_passing_dose"] == {"value": 1200, "unit": "mg"}
    assert finding["days"] == [[1, 14]]


def test_what_is_missing_is_named_with_its_rules(client: FlaskClient) -> None:
    patient = {name: value for name, value in COMPLETE.items() if name != "creatinine_clearance"}
    answer = ask(client, order(dose="600 mg"), patient=patient)
    row = next(row for row in answer["not_checked"] if row["code"] == "renal-dose")
    assert answer["verdict"] == "cannot-assess"
    assert row["rule"] == "gabapentin/renal-dose"
    assert row["rule"] in row["rules"]
    assert row["needs"] == ["creatinine_clearance"]
    assert row["severity"] == "critical"


def test_a_drug_or_form_that_is_not_known_is_answered_and_never_accepted(client: FlaskClient) -> None:
    answer = ask(client, order(drug="gabapentine"), patient=COMPLETE)
    assert (answer["verdict"], codes(answer)) == ("cannot-assess", {"unknown-drug"})
    assert "gabapentin" in answer["findings"][0]["suggestion"]["names"]
    answer = ask(client, order(form="caplet"), patient=COMPLETE)
    assert (answer["verdict"], "unknown-form" in codes(answer)) == ("cannot-assess", True)


def test_a_drug_is_understood_by_name_brand_and_code(client: FlaskClient) -> None:
    coded = {"system": RXNORM, "code": "25480"}
    answers = [ask(client, order(drug=drug), patient=COMPLETE) for drug in ("gabapentin", "Neurontin", coded)]
    for answer in answers:
        del answer["id"]
    assert answers[0] == answers[1] == answers[2]


def test_equal_amounts_in_other_units_give_the_same_answer(client: FlaskClient) -> None:
    said = [("1201 mg", "14 days"), ("1.201 g", "2 weeks"), ("1201000 mcg", "336 hours")]
    answers = [ask(client, order(dose=dose, duration=length), patient=COMPLETE) for dose, length in said]
    for answer in answers:
        del answer["id"]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["verdict"] == "reject"


def test_the_same_request_gives_the_same_bytes_but_for_a_random_id(client: FlaskClient) -> None:
    first, second = (client.post(CHECK, json=ASKED[1]) for _ in range(2))
    ids = [response.json["id"] for response in (first, second)]
    assert ids[0] != ids[1]
    assert len(ids[0]) == 26
    assert first.data.replace(ids[0].encode(), b"") == second.data.replace(ids[1].encode(), b"")


def test_every_answer_names_the_formulary_in_body_and_header(client: FlaskClient, app: Flask) -> None:
    response = client.post(CHECK, json=ASKED[0])
    known = services_of(app.extensions).formulary
    assert response.json is not None
    assert response.json["formulary"] == {
        "version": known.version,
        "sha256": known.sha256,
        "signed_off": known.signed_off,
    }
    assert response.headers["Formulary-Version"] == known.version
    assert response.headers["Cache-Control"] == "no-store"


def problem(response: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    body = response.json
    assert body is not None
    assert response.content_type == "application/problem+json"
    return response.status_code, body["type"], [(row["pointer"], row["code"]) for row in body.get("errors", [])]


def test_one_fault_is_its_own_type_and_several_are_told_together(client: FlaskClient) -> None:
    alone = client.post(CHECK, json={"orders": [order(dose=".5 mg")]})
    assert problem(alone) == (422, "/problems/naked-decimal", [("/orders/0/dose", "naked-decimal")])
    several = client.post(CHECK, json={"orders": [order(dose=".5 mg", drug=None)], "patient": {"sex": "f"}})
    status, kind, found = problem(several)
    assert (status, kind) == (422, "/problems/several-faults")
    assert sorted(found) == [
        ("/orders/0/dose", "naked-decimal"),
        ("/orders/0/drug", "missing-field"),
        ("/patient/sex", "unknown-value"),
    ]


def test_a_condition_that_is_not_known_is_refused_with_near_names(client: FlaskClient) -> None:
    response = client.post(CHECK, json={"orders": [order()], "patient": {"conditions": ["lupus nefritis"]}})
    assert problem(response) == (
        422,
        "/problems/unknown-condition",
        [("/patient/conditions/0", "unknown-condition")],
    )
    assert response.json is not None
    assert "lupus-nephritis" in response.json["errors"][0]["hint"]


def test_a_query_parameter_is_refused(client: FlaskClient) -> None:
    assert client.post(f"{CHECK}?strict=true", json=ASKED[0]).status_code == 422


def test_only_post_asks(client: FlaskClient) -> None:
    response = client.get(CHECK)
    assert (response.status_code, "POST" in response.headers["Allow"]) == (405, True)


def test_nothing_of_a_refused_request_stands_in_the_answer(client: FlaskClient) -> None:
    secret = "Zyxwvu-Person-1972"
    for body in (
        {"orders": [order()], "patient": {"name": secret}},
        {"orders": [order(self_care=secret)], "patient": {"pregnant": secret, "age": {"value": secret, "unit": "a"}}},
    ):
        response = client.post(CHECK, json=body)
        assert response.status_code == 422
        assert secret not in response.text
