"""The formulary read over HTTP: drugs by any name, closed lists, rules with their cases, checks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from api.services import Services, services_of
from dosing.checks import CHECKS
from tests.api.test_orders import document

ADDRESSES = {
    "/v1/drugs": "/v1/drugs",
    "/v1/drugs/gabapentin": "/v1/drugs/{name}",
    "/v1/drugs/hydrocodone/acetaminophen": "/v1/drugs/{name}",
    "/v1/drugs/sertraline": "/v1/drugs/{name}",
    "/v1/conditions": "/v1/conditions",
    "/v1/rules": "/v1/rules",
    "/v1/rules/gabapentin/renal-dose": "/v1/rules/{rule}",
    "/v1/checks": "/v1/checks",
}


@pytest.fixture
def known(app: Flask) -> Services:
    return services_of(app.extensions)


def get(client: FlaskClient, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json
    return answer


def schema_of(app: Flask, path: str) -> dict[str, Any]:
    answer = document(app)["paths"][path]["get"]["responses"]["200"]
    found: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return found


def validated(app: Flask, path: str, answer: object) -> list[str]:
    validator = Draft202012Validator(schema_of(app, path))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


@pytest.mark.parametrize(("address", "path"), ADDRESSES.items())
def test_an_answer_is_what_the_openapi_document_says(client: FlaskClient, app: Flask, address: str, path: str) -> None:
    assert validated(app, path, get(client, address)) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_tagged_and_not_sent_twice(client: FlaskClient, known: Services, address: str) -> None:
    first = client.get(address)
    tag = first.headers["ETag"]
    assert known.formulary.sha256 in tag or known.cases_etag in tag
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert first.headers["Formulary-Version"] == known.formulary.version


def test_every_monograph_combination_and_partner_is_listed(client: FlaskClient, known: Services) -> None:
    answer = get(client, "/v1/drugs")
    formulary = known.formulary
    assert [row["name"] for row in answer["drugs"]] == sorted(formulary.monographs)
    assert [row["name"] for row in answer["combinations"]] == sorted(formulary.combinations)
    assert [row["name"] for row in answer["known_by_name"]] == sorted(
        set(formulary.partners) - set(formulary.monographs)
    )


def test_every_drug_answers_and_says_what_the_document_says(client: FlaskClient, app: Flask, known: Services) -> None:
    formulary = known.formulary
    validator = Draft202012Validator(schema_of(app, "/v1/drugs/{name}"))
    for name in {*formulary.monographs, *formulary.combinations, *formulary.partners}:
        answer = get(client, f"/v1/drugs/{name}")
        assert answer["name"] == name
        assert list(validator.iter_errors(answer)) == []


@pytest.mark.parametrize("name", ["Gabapentin", "NEURONTIN", "neurontin"])
def test_a_brand_answers_its_drug(client: FlaskClient, name: str) -> None:
    assert get(client, f"/v1/drugs/{name}") == get(client, "/v1/drugs/gabapentin")


def test_a_drug_tells_its_limits_with_sources_its_products_and_its_protocols(client: FlaskClient) -> None:
    answer = get(client, "/v1/drugs/gabapentin")
    limits = {rule["rule"]: rule for rule in answer["limits"]}
    daily = limits["gabapentin/max-daily-dose"]
    assert daily["value"] == {"max_daily": {"value": 3600, "unit": "mg/d"}}
    assert (daily["layer"], daily["severity"], daily["source"]["evidence"]) == ("label", "critical", "label")
    assert "review_by" in daily
    assert {"form": "capsule", "strength": {"value": 300, "unit": "mg"}, "volume": None} in answer["strengths"]
    assert "neuropathic-pain" in [protocol["id"] for protocol in answer["protocols"]]
    assert [(taper["id"], taper["over"]) for taper in answer["tapers"]] == [("over-a-week", {"value": 7, "unit": "d"})]
    assert answer["restart"] is None
    assert all(product["source"]["evidence"] for product in answer["products"])


@pytest.mark.parametrize("name", ["gabapentine", "gabapentin ", "x", "a/b/c"])
def test_a_drug_that_is_not_known_is_not_found_and_near_names_are_offered(client: FlaskClient, name: str) -> None:
    response = client.get(f"/v1/drugs/{name}")
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert response.json is not None
    assert ("gabapentin" in response.json["suggestions"]) == name.startswith("gabapentin")


def test_the_closed_lists_have_every_name_with_synonyms_and_codes(client: FlaskClient, known: Services) -> None:
    answer = get(client, "/v1/conditions")
    for listed in ("indications", "conditions", "allergies", "classes"):
        assert [row["name"] for row in answer[listed]] == sorted(getattr(known.formulary, listed))
    sciatica = next(row for row in answer["indications"] if row["name"] == "sciatica")
    assert sciatica["synonyms"] and sciatica["codes"]["icd10cm"]


def test_every_name_of_the_closed_lists_is_understood_where_it_is_listed(known: Services) -> None:
    formulary, names = known.formulary, known.names
    for listed, terms in (
        (names.indications, formulary.indications),
        (names.conditions, formulary.conditions),
        (names.allergies, formulary.allergies),
    ):
        for term in terms.values():
            assert listed.find(term.name) == term.name
            assert all(listed.find(synonym) is not None for synonym in term.synonyms)
    assert all(names.allergies.find(name) == name for name in formulary.classes)
    assert all(names.drugs.find(spoken) == drug for spoken, drug in formulary.names.items())


def test_every_rule_is_listed_and_answers(client: FlaskClient, app: Flask, known: Services) -> None:
    listed = [row["rule"] for row in get(client, "/v1/rules")["rules"]]
    assert listed == sorted(known.formulary.rules)
    validator = Draft202012Validator(schema_of(app, "/v1/rules/{rule}"))
    for rule in listed:
        answer = get(client, f"/v1/rules/{rule}")
        assert answer["rule"] == rule
        assert answer["applies_when"]
        assert list(validator.iter_errors(answer)) == []


def test_a_rule_tells_its_bands_and_the_cases_it_must_and_must_not_fire_in(client: FlaskClient) -> None:
    answer = get(client, "/v1/rules/gabapentin/renal-dose")
    ranges = [band["range"] for band in answer["value"]["bands"]]
    assert "more than 30 and less than 60 mL/min" in ranges
    assert answer["value"]["hemodialysis"]
    for kind in ("must_fire", "must_not_fire"):
        assert answer["cases"][kind]
        assert all(case["request"]["orders"] for case in answer["cases"][kind])


def test_a_case_of_a_rule_can_be_asked_as_it_stands(client: FlaskClient) -> None:
    rule = "gabapentin/max-daily-dose"
    cases = get(client, f"/v1/rules/{rule}")["cases"]
    for kind, fires in (("must_fire", True), ("must_not_fire", False)):
        for case in cases[kind]:
            answer = client.post("/v1/orders/check", json=case["request"]).json
            assert answer is not None
            found = [row for finding in answer["findings"] for row in (finding, *finding["merged"])]
            assert any(row["rule"] == rule for row in found) is fires


def test_a_rule_that_is_not_there_is_not_found_and_near_ones_are_offered(client: FlaskClient) -> None:
    response = client.get("/v1/rules/gabapentin/renal")
    assert response.status_code == 404
    assert response.json is not None
    assert "gabapentin/renal-dose" in response.json["suggestions"]


def test_the_checks_are_listed_in_reporting_order_with_one_line_each(client: FlaskClient) -> None:
    listed = get(client, "/v1/checks")["checks"]
    assert [(row["code"], row["title"]) for row in listed] == [(check.code, check.title) for check in CHECKS]


def test_a_query_parameter_is_refused(client: FlaskClient) -> None:
    assert client.get("/v1/drugs?name=gabapentin").status_code == 422
