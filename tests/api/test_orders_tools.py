"""What is computed without judging: measures of a patient, equivalents of orders."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.test_orders import CHECK, ask, errors, order, schema_of


def test_measures_carry_formula_weights_and_inputs(client: FlaskClient, app: Flask) -> None:
    patient = {
        "age": "54 years",
        "sex": "female",
        "weight": "70 kg",
        "height": "165 cm",
        "serum_creatinine": "0.9 mg/dL",
    }
    response = client.post("/v1/measures", json={"patient": patient})
    answer = response.json
    assert answer is not None
    assert list(errors(schema_of(app, "/v1/measures", "post"), answer)) == []
    clearance = answer["measures"]["creatinine_clearance"]
    assert (clearance["unit"], clearance["formula"], clearance["weight_used"]) == (
        "mL/min",
        "cockcroft-gault",
        "actual",
    )
    assert set(clearance["by_weight"]) == {"actual", "ideal", "adjusted"}
    assert clearance["inputs"]["sex"] == "female"
    assert clearance["inputs"]["serum_creatinine"] == {"value": 0.9, "unit": "mg/dL"}
    assert clearance["rounded"] is True


def test_what_cannot_be_computed_is_absent_with_its_reason(client: FlaskClient) -> None:
    answer = client.post("/v1/measures", json={"patient": {"weight": "70 kg"}}).json
    assert answer is not None
    assert "creatinine_clearance" not in answer["measures"]
    assert set(answer["not_computed"]["creatinine_clearance"]["needs"]) == {"age", "sex", "serum_creatinine"}
    assert answer["not_computed"]["creatinine_clearance"]["reason"]


EVERYTHING: dict[str, Any] = {
    "age": "54 years",
    "sex": "female",
    "weight": "80 kg",
    "height": "180 cm",
    "serum_creatinine": "88.4 umol/L",
    "laboratory": {"bilirubin": "40 umol/L", "albumin": "29 g/L", "inr": "1.7"},
    "ascites": "none",
    "encephalopathy": "grade-1",
}
NAMES = {
    "creatinine_clearance",
    "egfr",
    "ideal_body_weight",
    "adjusted_body_weight",
    "body_surface_area",
    "body_mass_index",
    "child_pugh",
}


def ask_measures(client: FlaskClient, app: Flask, patient: dict[str, Any]) -> dict[str, Any]:
    """The answer, which is as the OpenAPI document says, and in which every measure is known or has its reason."""
    response = client.post("/v1/measures", json={"patient": patient, "as_of": "2026-12-01"})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json or {}
    assert list(errors(schema_of(app, "/v1/measures", "post"), answer)) == []
    assert set(answer["measures"]) | set(answer["not_computed"]) == NAMES
    assert not set(answer["measures"]) & set(answer["not_computed"])
    assert all(row["reason"] for row in answer["not_computed"].values())
    return answer


def test_every_measure_of_a_patient_about_whom_all_is_known(client: FlaskClient, app: Flask) -> None:
    answer = ask_measures(client, app, EVERYTHING)
    measures = answer["measures"]
    assert answer["not_computed"] == {}
    assert {name: measure["value"] for name, measure in measures.items()} == {
        "creatinine_clearance": 81.22,
        "egfr": 66.95,
        "ideal_body_weight": 70.49,
        "adjusted_body_weight": 74.3,
        "body_surface_area": 2,
        "body_mass_index": 24.69,
        "child_pugh": 9,
    }
    rate, surface, liver = measures["egfr"], measures["body_surface_area"], measures["child_pugh"]
    assert (rate["formula"], rate["unit"], rate["rounded"]) == ("ckd-epi-2021", "mL/min/{1.73_m2}", True)
    assert rate["category"] == "G2"
    assert rate["deindexed"] == {
        "value": 77.4,
        "unit": "mL/min",
        "rounded": True,
        "body_surface_area": {"value": 2, "unit": "m2"},
        "body_surface_formula": "mosteller",
    }
    assert [source["id"] for source in rate["also"]] == [
        "creatinine-units",
        "body-surface-globalrph",
        "gfr-categories-calculatorhub",
    ]
    assert surface["formula"] == "mosteller"
    assert surface["by_formula"] == {
        "mosteller": {"value": 2, "unit": "m2"},
        "dubois": {"value": 2, "unit": "m2", "rounded": True},
    }
    assert liver["class"] == "B"
    assert liver["points"] == {"bilirubin": 2, "albumin": 2, "inr": 2, "ascites": 1, "encephalopathy": 2}
    assert liver["inputs"]["bilirubin"] == {"value": 40, "unit": "umol/L"}
    assert liver["note"].endswith("gives 10 points, class C.")
    assert all(measure["source"]["title"] for measure in measures.values())


def test_an_order_check_shows_the_same_measures(client: FlaskClient) -> None:
    asked = client.post("/v1/measures", json={"patient": EVERYTHING, "as_of": "2026-12-01"}).json
    checked = client.post(CHECK, json={"patient": EVERYTHING, "orders": [order()], "as_of": "2026-12-01"}).json
    assert asked is not None and checked is not None
    assert (checked["measures"], checked["not_computed"]) == (asked["measures"], asked["not_computed"])


def test_a_plan_shows_the_same_measures(client: FlaskClient) -> None:
    question = {"drug": "gabapentin", "start_date": "2026-12-01", "indication": "neuropathic-pain"}
    plan = client.post("/v1/schedules/titration?dry_run=true", json=question | {"patient": EVERYTHING}).json
    asked = client.post("/v1/measures", json={"patient": EVERYTHING, "as_of": "2026-12-01"}).json
    assert plan is not None and asked is not None
    assert plan["check"]["measures"] == asked["measures"]


@pytest.mark.parametrize(
    ("patient", "name", "part", "needs"),
    [
        ({"age": "12 years"}, "creatinine_clearance", "sex, weight and serum creatinine", ["sex", "weight"]),
        (EVERYTHING | {"age": "17 years"}, "creatinine_clearance", "from 18 years", ["creatinine_clearance"]),
        ({"age": "12 years", "serum_creatinine": "0.5 mg/dL"}, "egfr", "Schwartz needs height.", ["height"]),
        (EVERYTHING | {"age": "6 months"}, "egfr", "from 1 year", ["egfr"]),
        (EVERYTHING | {"height": "152 cm"}, "ideal_body_weight", "below 152.4 cm", []),
        (EVERYTHING | {"ascites": "none", "laboratory": {}}, "child_pugh", "bilirubin, albumin and inr", ["inr"]),
        ({"height": "170 cm"}, "body_surface_area", "needs weight.", ["weight"]),
        ({"weight": "70 kg"}, "body_mass_index", "needs height.", ["height"]),
    ],
)
def test_what_is_not_computed_says_why_and_what_would_change_it(
    client: FlaskClient, app: Flask, patient: dict[str, Any], name: str, part: str, needs: list[str]
) -> None:
    row = ask_measures(client, app, patient)["not_computed"][name]
    assert part in row["reason"]
    assert set(needs) <= set(row["needs"])


def test_what_is_stated_is_shown_as_stated(client: FlaskClient, app: Flask) -> None:
    stated = {"creatinine_clearance": "45 mL/min", "egfr": "50 mL/min/1.73 m2", "child_pugh": "C"}
    measures = ask_measures(client, app, stated)["measures"]
    assert {name: (measure["value"], measure["formula"]) for name, measure in measures.items()} == {
        "creatinine_clearance": (45, "stated"),
        "egfr": (50, "stated"),
        "child_pugh": (None, "stated"),
    }
    assert measures["child_pugh"]["class"] == "C"
    beside = ask_measures(client, app, EVERYTHING | stated)["measures"]
    assert beside["child_pugh"]["note"].startswith("The laboratory values and signs give 9 points, class B.")


def test_a_creatinine_of_zero_is_refused(client: FlaskClient) -> None:
    response = client.post("/v1/measures", json={"patient": {"serum_creatinine": "0 mg/dL"}})
    assert response.status_code == 422
    assert [row["pointer"] for row in (response.json or {})["errors"]] == ["/patient/serum_creatinine"]


def test_a_computed_rate_and_a_computed_liver_decide_rules(client: FlaskClient) -> None:
    def fired(**changes: Any) -> set[str]:
        asked = order(drug="prednisone", form="tablet", dose="5 mg", frequency={"times": 1, "per": "day"})
        answer = client.post(CHECK, json={"patient": EVERYTHING | changes, "orders": [asked]}).json
        assert answer is not None
        return {finding["rule"] for finding in answer["findings"]}

    assert not {"prednisone/renal-caution", "prednisone/severe-liver-impairment"} & fired()
    assert "prednisone/renal-caution" in fired(serum_creatinine="300 umol/L")
    severe = EVERYTHING["laboratory"] | {"albumin": "27 g/L"}
    assert "prednisone/severe-liver-impairment" in fired(laboratory=severe)


def test_a_birth_date_is_never_echoed(client: FlaskClient) -> None:
    patient = {"birth_date": "1972-03-02", "sex": "female", "weight": "70 kg", "serum_creatinine": "0.9 mg/dL"}
    for path, body in (("/v1/measures", {}), (CHECK, {"orders": [order()]})):
        response = client.post(path, json=body | {"patient": patient, "as_of": "2026-12-01"})
        assert response.status_code == 200
        assert "1972" not in response.text


def test_equivalents_add_up_and_name_what_has_no_factor(client: FlaskClient, app: Flask) -> None:
    answer = ask(
        client,
        order(drug="morphine", form="tablet", dose="15 mg", frequency={"every": "6 hours"}, duration=None),
        order(drug="buprenorphine", form="transdermal patch", dose="10 ug/h", frequency={"every": "7 days"}),
        path="/v1/equivalents",
    )
    assert list(errors(schema_of(app, "/v1/equivalents", "post"), answer)) == []
    assert {"from_day": 1, "to_day": None, "per_day": {"value": 60, "unit": "{MME}/d"}} in answer["totals"]["mme"]
    left_out = [row for row in answer["totals"]["mme"] if row.get("drug") == "buprenorphine"]
    assert [(row["per_day"], row["reason"]) for row in left_out] == [(None, "no-factor")]
    assert "verdict" not in answer
