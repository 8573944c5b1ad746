"""The body of a titration: what reaches the planner, what reaches the paper, and what is refused before both."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.planning import Print, Wanted
from api.schemas.schedule import TitrationSchema
from dosing.patient import Patient
from dosing.units import quantity
from schedules.titration import TitrationRequest
from tests.api.test_reading_requests_names import names, placed

SCHEMA = TitrationSchema(names)
LEAST = {"drug": "gabapentin", "start_date": "2026-12-01"}


def read(**fields: Any) -> tuple[TitrationRequest, Print | None]:
    understood: tuple[TitrationRequest, Print | None] = SCHEMA.load(LEAST | fields)
    return understood


def test_only_the_drug_and_the_start_date_are_needed() -> None:
    assert read() == (TitrationRequest("gabapentin", date(2026, 12, 1), Patient()), None)
    assert placed(SCHEMA, {}) == [("/drug", "missing-field"), ("/start_date", "missing-field")]


def test_every_field_of_the_contract_is_read() -> None:
    request, paper = read(
        drug="Neurontin",
        form="capsule",
        protocol="neuropathic-pain",
        indication="sciatic-pain",
        patient={"weight": "70 kg"},
        start_dose="100 mg",
        step="0.3 g/day",
        step_interval="72 hours",
        target="1800 mg/day",
        strengths=["100 mg capsule", {"strength": "0.3 g", "form": "capsule"}],
        days=28,
        print={"patient_name": "A", "prescriber": "B", "phone": "C", "language": "es", "large_print": True},
    )
    assert request == TitrationRequest(
        drug="gabapentin",
        start_date=date(2026, 12, 1),
        patient=Patient(weight=quantity("70 kg")),
        form="capsule",
        protocol="neuropathic-pain",
        indication="sciatica",
        start_dose=quantity("100 mg"),
        step=quantity("300 mg/d"),
        step_interval=quantity("3 d"),
        target=quantity("1800 mg/d"),
        strengths=((quantity("100 mg"), "capsule"), (quantity("300 mg"), "capsule")),
        days=28,
    )
    assert paper == Print("A", "B", "C", "es", True)


def test_a_print_that_says_nothing_is_told_from_none() -> None:
    assert read(print={})[1] == Print()


@pytest.mark.parametrize(
    ("sent", "strength", "form"),
    [
        ("300 mg capsule", "300 mg", "capsule"),
        ("300 mg extended-release capsule", "300 mg", "extended-release capsule"),
        ("5 mg orally disintegrating tablet", "5 mg", "orally disintegrating tablet"),
        ("50 mg/mL oral solution", "50 mg/mL", "oral solution"),
        ("25 mcg/h transdermal patch", "0.025 mg/h", "transdermal patch"),
    ],
)
def test_a_strength_ends_with_its_form(sent: str, strength: str, form: str) -> None:
    assert read(strengths=[sent])[0].strengths == ((quantity(strength), form),)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"drug": "gabapentine"}, [("/drug", "unknown-drug")]),
        ({"drug": "ibuprofen"}, [("/drug", "unknown-drug")]),
        ({"drug": "hydrocodone/acetaminophen"}, [("/drug", "unknown-drug")]),
        ({"form": "nasal spray"}, [("/form", "unknown-form")]),
        ({"form": "caplet"}, [("/form", "unknown-form")]),
        ({"protocol": "fast"}, [("/protocol", "unknown-protocol")]),
        ({"drug": "prednisone", "protocol": "neuropathic-pain"}, [("/protocol", "unknown-protocol")]),
        ({"indication": "cirrhosis"}, [("/indication", "unknown-condition")]),
        ({"start_date": "2026-13-01"}, [("/start_date", "not-a-date")]),
        ({"start_dose": "5 mg/kg"}, [("/start_dose", "wrong-unit")]),
        ({"step": "300 mg"}, [("/step", "wrong-unit")]),
        ({"step_interval": "3"}, [("/step_interval", "missing-unit")]),
        ({"step_interval": "367 days"}, [("/step_interval", "out-of-range")]),
        ({"target": "1800 mg"}, [("/target", "wrong-unit")]),
        ({"target": "0 mg/day"}, [("/target", "out-of-range")]),
        ({"days": 0}, [("/days", "out-of-range")]),
        ({"days": 367}, [("/days", "out-of-range")]),
        ({"strengths": []}, [("/strengths", "too-few")]),
        ({"strengths": ["1 mg tablet"] * 21}, [("/strengths", "too-many")]),
        ({"strengths": "300 mg capsule"}, [("/strengths", "wrong-type")]),
        ({"strengths": ["300 mg", "300 mg caplet", "300capsule", "300 capsule", ".5 mg tablet", 1]},
         [("/strengths/0", "unknown-form"), ("/strengths/1", "unknown-form"), ("/strengths/2", "unknown-form"),
          ("/strengths/3", "missing-unit"), ("/strengths/4", "naked-decimal"), ("/strengths/5", "wrong-type")]),
        ({"strengths": ["250 mg oral solution", "50 mg/mL tablet"]},
         [("/strengths/0", "wrong-unit"), ("/strengths/1", "wrong-unit")]),
        ({"strengths": [{"strength": "300 mg"}, {"form": "capsule", "x": 1}, {"strength": "5", "form": "pill"}]},
         [("/strengths/0/form", "missing-field"), ("/strengths/1/x", "unknown-field"),
          ("/strengths/1/strength", "missing-field"), ("/strengths/2/form", "unknown-form"),
          ("/strengths/2/strength", "missing-unit")]),
        ({"patient": {"birth_date": "2026-12-02"}}, [("/patient/birth_date", "contradiction")]),
        ({"patient": {"weight": "70"}}, [("/patient/weight", "missing-unit")]),
        ({"print": {"patient_name": "a\nb"}}, [("/print/patient_name", "malformed")]),
        ({"print": {"patient_name": "x" * 121}}, [("/print/patient_name", "too-long")]),
        ({"print": {"language": "fr"}}, [("/print/language", "unknown-value")]),
        ({"print": {"large_print": "yes"}}, [("/print/large_print", "wrong-type")]),
        ({"print": {"name": "A"}}, [("/print/name", "unknown-field")]),
        ({"to": "1800 mg/day"}, [("/to", "unknown-field")]),
        ({"as_of": "2026-12-01"}, [("/as_of", "unknown-field")]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_at_its_place(fields: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert sorted(placed(SCHEMA, LEAST | fields)) == sorted(found)


def test_the_patient_is_asked_about_on_the_first_day_of_the_plan() -> None:
    assert read(patient={"birth_date": "2026-12-01"})[0].patient.birth_date == date(2026, 12, 1)
