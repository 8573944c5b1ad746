"""The patient of a request: every field of the contract, what cannot be true of anybody, and whose age is whose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.schemas.requests import MeasuresSchema
from dosing.patient import Patient
from dosing.units import quantity
from tests.api.test_reading_requests_names import CHECK, TODAY, faults, names, order, placed, request

MEASURES = MeasuresSchema(names, lambda: TODAY)


def read(as_of: str = "2026-12-01", **fields: Any) -> Patient:
    patient: Patient = CHECK.load(request(order(), patient=fields, as_of=as_of)).patient
    return patient


def refused(as_of: str = "2026-12-01", **fields: Any) -> list[tuple[str, str]]:
    found = placed(CHECK, request(order(), patient=fields, as_of=as_of))
    assert all(pointer.startswith("/patient/") for pointer, _ in found)
    return [(pointer.removeprefix("/patient"), code) for pointer, code in found]


def test_every_field_of_the_contract_is_read() -> None:
    patient = read(
        age="54 years",
        birth_date="1972-03-02",
        sex="female",
        weight="70 kg",
        height="1.65 m",
        serum_creatinine="0.9 mg/dL",
        creatinine_clearance="45 mL/min",
        egfr="50 mL/min/1.73 m2",
        hemodialysis=False,
        hepatic_impairment="none",
        ascites="mild",
        encephalopathy="grade-1",
        laboratory={
            "alanine_aminotransferase": "128 U/L",
            "alanine_aminotransferase_upper_limit": "40 U/L",
            "neutrophils": "1.2 10*3/uL",
            "bilirubin": "2.0 mg/dL",
            "albumin": "3.0 g/dL",
            "inr": "1.7",
            "qtc": "0.44 s",
        },
        child_pugh="B",
        tpmt="normal",
        nudt15="poor",
        pregnant=True,
        gestational_age="217 days",
        breastfeeding=False,
        opioid_experience="naive",
        conditions=["low-mood", "Lupus-Nephritis"],
        allergies=["Advil", "nsaid", "penicillins"],
        medications=[],
    )
    laboratory = dict(patient.laboratory)
    inr = laboratory.pop("inr")
    assert (str(inr), inr.unit.code) == ("1.7 1", "1")
    assert laboratory == {
        "alanine_aminotransferase": quantity("128 U/L"),
        "alanine_aminotransferase_upper_limit": quantity("40 U/L"),
        "neutrophils": quantity("1.2 10*3/uL"),
        "bilirubin": quantity("2 mg/dL"),
        "albumin": quantity("3 g/dL"),
        "qtc": quantity("440 ms"),
    }
    assert (patient.age, patient.birth_date, patient.sex) == (quantity("54 years"), date(1972, 3, 2), "female")
    assert (str(patient.weight), str(patient.height)) == ("70 kg", "165 cm")
    assert patient.serum_creatinine == quantity("0.9 mg/dL")
    assert (str(patient.creatinine_clearance), str(patient.egfr)) == ("45 mL/min", "50 mL/min/{1.73_m2}")
    assert (patient.hemodialysis, patient.pregnant, patient.breastfeeding) == (False, True, False)
    assert (patient.hepatic_impairment, patient.ascites, patient.encephalopathy) == ("none", "mild", "grade-1")
    assert (patient.child_pugh, patient.tpmt, patient.nudt15) == ("B", "normal", "poor")
    assert (str(patient.gestational_age), patient.opioid_experience) == ("31 wk", "naive")
    assert patient.conditions == {"depression", "lupus-nephritis"}
    assert patient.allergies == {"ibuprofen", "nsaid", "penicillin"}
    assert patient.medications == ()


def test_what_is_absent_is_unknown_and_an_empty_list_is_a_statement() -> None:
    assert CHECK.load(request(order())).patient == Patient()
    assert read() == Patient()
    stated = read(conditions=[], allergies=[], medications=[])
    assert (stated.conditions, stated.allergies, stated.medications) == (frozenset(), frozenset(), ())


def test_an_allergy_to_a_combination_is_one_to_each_ingredient() -> None:
    assert read(allergies=["Norco"]).allergies == {"hydrocodone/acetaminophen", "hydrocodone", "acetaminophen"}


@pytest.mark.parametrize("sent", ["60 umol/L", "0.06 mmol/L"])
def test_creatinine_may_be_molar(sent: str) -> None:
    measured = read(serum_creatinine=sent).serum_creatinine
    assert measured == quantity("60 umol/L")


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"age": "54"}, [("/age", "missing-unit")]),
        ({"age": 54}, [("/age", "missing-unit")]),
        ({"age": "54 kg"}, [("/age", "wrong-unit")]),
        ({"age": "36 hours"}, [("/age", "wrong-unit")]),
        ({"age": "131 years"}, [("/age", "out-of-range")]),
        ({"sex": "F"}, [("/sex", "unknown-value")]),
        ({"weight": "70 lb"}, [("/weight", "unknown-unit")]),
        ({"weight": "70000 g"}, [("/weight", "wrong-unit")]),
        ({"weight": "0 kg"}, [("/weight", "out-of-range")]),
        ({"height": "5 ft"}, [("/height", "unknown-unit")]),
        ({"creatinine_clearance": "45 mL/min/1.73 m2"}, [("/creatinine_clearance", "wrong-unit")]),
        ({"creatinine_clearance": "0 mL/min"}, [("/creatinine_clearance", "out-of-range")]),
        ({"egfr": "45 mL/min"}, [("/egfr", "wrong-unit")]),
        ({"serum_creatinine": "0.9 mg"}, [("/serum_creatinine", "wrong-unit")]),
        ({"hemodialysis": "no"}, [("/hemodialysis", "wrong-type")]),
        ({"hepatic_impairment": "B"}, [("/hepatic_impairment", "unknown-value")]),
        ({"ascites": "severe"}, [("/ascites", "unknown-value")]),
        ({"encephalopathy": "grade-5"}, [("/encephalopathy", "unknown-value")]),
        ({"child_pugh": "a"}, [("/child_pugh", "unknown-value")]),
        ({"tpmt": "low"}, [("/tpmt", "unknown-value")]),
        ({"gestational_age": "7 months"}, [("/gestational_age", "wrong-unit")]),
        ({"opioid_experience": "none"}, [("/opioid_experience", "unknown-value")]),
        ({"laboratory": []}, [("/laboratory", "wrong-type")]),
        ({"laboratory": {"inr": "1,7", "qtc": "440", "potassium": "4 mmol/L"}},
         [("/laboratory/inr", "digit-separator"), ("/laboratory/qtc", "missing-unit"),
          ("/laboratory/potassium", "unknown-field")]),
        ({"laboratory": {"neutrophils": "1.2 U/L"}}, [("/laboratory/neutrophils", "wrong-unit")]),
        ({"laboratory": {"albumin": "3 mmol/L"}}, [("/laboratory/albumin", "wrong-unit")]),
        ({"conditions": "cirrhosis"}, [("/conditions", "wrong-type")]),
        ({"conditions": ["cirrhosis", "Cirrhosis "]}, [("/conditions/1", "unknown-condition")]),
        ({"conditions": ["sciatica"]}, [("/conditions/0", "unknown-condition")]),
        ({"conditions": [1, ""]}, [("/conditions/0", "wrong-type"), ("/conditions/1", "malformed")]),
        ({"conditions": ["cirrhosis"] * 101}, [("/conditions", "too-many")]),
        ({"allergies": ["advil "]}, [("/allergies/0", "unknown-condition")]),
        ({"medications": {}}, [("/medications", "wrong-type")]),
        ({"medications": [{"drug": "ibuprofen"}] * 101}, [("/medications", "too-many")]),
        ({"name": "Doe"}, [("/name", "unknown-field")]),
        ({"wieght": "70 kg"}, [("/wieght", "unknown-field")]),
    ],
)  # fmt: skip
def test_a_patient_that_is_not_understood_is_refused_at_its_place(
    fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert sorted(refused(**fields)) == sorted(found)


def test_a_hundred_medications_are_read() -> None:
    medications = read(medications=[{"drug": "ibuprofen"}] * 100).medications
    assert medications is not None and len(medications) == 100


def test_a_name_that_is_not_in_its_list_gets_up_to_three_near_ones_and_none_is_applied() -> None:
    fault = faults(CHECK, request(order(), patient={"conditions": ["lupus nefritis"]}))[0]
    assert (fault.code, fault.hint) == ("unknown-condition", "Did you mean lupus-nephritis?")
    fault = faults(CHECK, request(order(), patient={"conditions": ["qqq"]}))[0]
    assert fault.hint == "The names are at /v1/conditions."


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"sex": "male", "pregnant": True}, ["/pregnant"]),
        ({"sex": "male", "pregnant": False}, []),
        ({"sex": "male", "breastfeeding": True}, ["/breastfeeding"]),
        ({"sex": "male", "breastfeeding": False}, []),
        ({"sex": "male", "gestational_age": "31 weeks"}, ["/gestational_age"]),
        ({"sex": "female", "pregnant": True, "gestational_age": "31 weeks", "breastfeeding": True}, []),
        ({"pregnant": False, "gestational_age": "31 weeks"}, ["/gestational_age"]),
        ({"gestational_age": "31 weeks"}, []),
    ],
)
def test_what_cannot_both_be_true_is_a_contradiction(fields: dict[str, Any], found: list[str]) -> None:
    if found:
        assert refused(**fields) == [(pointer, "contradiction") for pointer in found]
    else:
        read(**fields)


@pytest.mark.parametrize(
    ("birth_date", "age", "found"),
    [
        ("2026-12-01", None, []),
        ("2026-12-02", None, [("/birth_date", "contradiction")]),
        ("1896-12-01", None, []),
        ("1896-11-01", None, [("/birth_date", "out-of-range")]),
        ("1972-12-01", "54 years", []),
        ("1972-12-02", "54 years", [("/age", "contradiction")]),
        ("1972-12-02", "53 years", []),
        ("1972-12-02", "53.9 years", []),
        ("1971-12-01", "54 years", [("/age", "contradiction")]),
        ("2025-06-01", "18 months", []),
        ("2025-06-02", "18 months", [("/age", "contradiction")]),
        ("2025-06-01", "1 year", []),
        ("2026-11-17", "2 weeks", []),
        ("2026-11-17", "14 days", []),
        ("2026-11-17", "15 days", [("/age", "contradiction")]),
    ],
)
def test_birth_date_and_age_hold_on_the_day_of_the_question(
    birth_date: str, age: str | None, found: list[tuple[str, str]]
) -> None:
    fields = {"birth_date": birth_date} | ({"age": age} if age is not None else {})
    if found:
        assert refused(**fields) == found
    else:
        read(**fields)


def test_the_day_of_the_question_of_an_age_is_the_earliest_start_when_none_is_stated() -> None:
    born = {"birth_date": "2026-11-30"}
    CHECK.load(request(order(start_date="2026-11-30"), patient=born))
    found = placed(CHECK, request(order(start_date="2026-11-29"), patient=born))
    assert found == [("/patient/birth_date", "contradiction")]


def test_measures_need_a_patient_and_are_computed_for_a_day() -> None:
    question = MEASURES.load({"patient": {"birth_date": "1972-03-02"}})
    assert (question.as_of, question.patient.birth_date) == (TODAY, date(1972, 3, 2))
    assert MEASURES.load({"patient": {}, "as_of": "2026-12-24"}).as_of == date(2026, 12, 24)
    assert placed(MEASURES, {}) == [("/patient", "missing-field")]
    assert placed(MEASURES, {"patient": {}, "orders": []}) == [("/orders", "unknown-field")]
    assert placed(MEASURES, {"patient": {"birth_date": "2026-12-01"}}) == [("/patient/birth_date", "contradiction")]
