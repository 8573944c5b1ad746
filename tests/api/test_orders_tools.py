"""What is computed without judging: measures of a patient, equivalents of orders."""

from __future__ import annotations

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
