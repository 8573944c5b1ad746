"""Answers built from values made by hand: the members that real orders seldom show, and what is pasted in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from marshmallow import Schema

from api.answers.documents import CHECK_ANSWER, FINDING
from api.answers.verdicts import check_answer, encoded, finding_answer, measures_answer, totals_answer
from api.json_text import encode
from api.schemas.base import Part
from api.schemas.patients import PatientSchema
from api.schemas.quantities import _codes
from dosing.finding import Finding, NotChecked, Passed, Severity, Suggestion, Verdict
from dosing.formulary.kinds import DoseRule, Source
from dosing.measures import Measure, Measures, NotComputed
from dosing.screening import Screening
from dosing.totals import Stretch
from dosing.units import quantity
from tests.api.test_reading_requests_names import FORMULARY

PARTS = encoded(FORMULARY)
RULE = FORMULARY.rules["gabapentin/max-daily-dose"]
assert isinstance(RULE, DoseRule)
LIMIT = RULE.row.max_daily
OTHER = Source("other", "Another source", "1", None, "")
FOUND = Finding(
    "max-daily-dose", Severity.CRITICAL, ("a", "b"), "gabapentin", "Too much.", RULE, days=((3, 5), (9, None))
)


def written(answer: object) -> Any:
    """An answer as a client reads it."""
    return json.loads(encode(answer))


def finding(**changed: Any) -> dict[str, Any]:
    answer: dict[str, Any] = written(finding_answer(replace(FOUND, **changed), PARTS))
    assert list(Draft202012Validator(FINDING).iter_errors(answer)) == []
    return answer


def test_the_order_and_the_day_of_a_finding_are_the_first_of_several() -> None:
    answer = finding()
    assert (answer["orders"], answer["order"]) == (["a", "b"], "a")
    assert (answer["days"], answer["day"]) == ([[3, 5], [9, None]], 3)
    nothing = finding(orders=(), days=())
    assert (nothing["order"], nothing["day"]) == (None, None)


def test_a_finding_without_a_rule_has_no_layer_and_no_source() -> None:
    answer = finding(rule=None)
    assert (answer["rule"], answer["layer"], answer["source"]) == (None, None, None)


def test_the_source_is_the_rules_with_its_own_section_and_evidence() -> None:
    assert finding()["source"] == {
        "id": "some-label",
        "title": "Some label",
        "section": "2",
        "year": 2024,
        "url": "https://example.org/label",
        "evidence": "label",
    }
    elsewhere = replace(RULE, id="gabapentin/unlisted", section="Table 7")
    assert finding(rule=elsewhere)["source"]["section"] == "Table 7"


def test_a_finding_may_have_a_source_of_its_own() -> None:
    source = finding(source=OTHER)["source"]
    assert (source["id"], source["year"], source["evidence"]) == ("other", None, "label")
    assert finding(source=OTHER, rule=None)["source"]["evidence"] is None


def test_weaker_findings_of_the_same_cause_stand_under_it_in_the_same_shape() -> None:
    weaker = replace(FOUND, severity=Severity.INFO, message="Much.")
    merged = finding(merged=(weaker,))["merged"]
    assert merged == [finding(severity=Severity.INFO, message="Much.")]


def test_a_suggestion_names_what_would_pass() -> None:
    suggested = Suggestion(quantity("1200 mg"), quantity("7 d"), quantity("3600 mg/d"), ("gabapentin",))
    assert finding(suggestion=suggested)["suggestion"] == {
        "largest_passing_dose": {"value": 1200, "unit": "mg"},
        "longest_passing_duration": {"value": 7, "unit": "d"},
        "max_per_day": {"value": 3600, "unit": "mg/d"},
        "names": ["gabapentin"],
    }
    assert finding(suggestion=Suggestion())["suggestion"] == {
        "largest_passing_dose": None,
        "longest_passing_duration": None,
    }
    assert finding()["suggestion"] is None


def test_an_implied_duration_says_so_and_others_say_nothing() -> None:
    assert finding(implied=True)["implied"] is True
    assert "implied" not in finding()


def test_a_limit_of_the_formulary_is_pasted_and_an_equal_one_is_written_alike() -> None:
    assert LIMIT is not None
    pasted, made = finding(limit=LIMIT), finding(limit=quantity("3600 mg/d"))
    assert id(LIMIT) in PARTS.limits
    assert pasted == made
    assert pasted["limit"] == {"value": 3600, "unit": "mg/d"}


def test_every_pasted_limit_is_held_so_that_its_identity_stays_its_own() -> None:
    assert all(id(limit) == key for key, (limit, _) in PARTS.limits.items())
    assert all(written(fragment)["unit"] == limit.unit.code for limit, fragment in PARTS.limits.values())


@pytest.mark.parametrize(
    ("measured", "shown"),
    [
        ("0.1 mg", '{"value":0.1,"unit":"mg"}'),
        ("5.0 mg", '{"value":5,"unit":"mg"}'),
        ("3600000.5 mg", '{"value":3600000.5,"unit":"mg"}'),
    ],
)
def test_numbers_are_written_exactly(measured: str, shown: str) -> None:
    assert encode(finding_answer(replace(FOUND, measured=quantity(measured)), PARTS)).count(shown.encode()) == 1


def test_a_number_without_a_finite_decimal_says_that_it_is_rounded() -> None:
    third = quantity("1 mg/d") / 3
    assert finding(measured=third)["measured"] == {"value": 0.33, "unit": "mg/d", "rounded": True}


def test_a_whole_answer_is_what_the_openapi_document_says() -> None:
    verdict = Verdict(
        (FOUND,),
        (NotChecked("renal-dose", "a", ("creatinine_clearance",), "Not checked.", (RULE,), Severity.CRITICAL),
         NotChecked("interaction", "a", ("medications",), "Not checked.")),
        (Passed("max-daily-dose", "b", RULE, quantity("900 mg/d"), LIMIT), Passed("monitoring", "b", RULE)),
    )  # fmt: skip
    totals = {"mme": (Stretch(1, None, quantity("45 {MME}/d")), Stretch(1, 7, None, "buprenorphine", "no-factor"))}
    computed = Measures({}, {"egfr": NotComputed("The age is missing.", ("age",))})
    answer = written(check_answer(Screening(verdict, date(2026, 12, 1), totals, computed), PARTS, "number"))
    assert list(Draft202012Validator(CHECK_ANSWER).iter_errors(answer)) == []
    assert (answer["id"], answer["as_of"], answer["verdict"], answer["severity"]) == (
        "number",
        "2026-12-01",
        "reject",
        "critical",
    )
    assert [(row["rule"], row["rules"], row["severity"]) for row in answer["not_checked"]] == [
        (RULE.id, [RULE.id], "critical"),
        (None, [], "warning"),
    ]
    assert [(row["order"], row["measured"], row["limit"]) for row in answer["passed"]] == [
        ("b", {"value": 900, "unit": "mg/d"}, {"value": 3600, "unit": "mg/d"}),
        ("b", None, None),
    ]
    assert answer["formulary"] == {"version": "1", "sha256": FORMULARY.sha256, "signed_off": False}


def test_a_total_is_null_and_never_zero_when_nothing_counts() -> None:
    stretches = (Stretch(1, 7, quantity("5 mg/d"), dose_class="low"), Stretch(8, None, None, "x", "no-factor"))
    assert written(totals_answer({"prednisone_equivalent": stretches, "mme": ()})) == {
        "prednisone_equivalent": [
            {"from_day": 1, "to_day": 7, "per_day": {"value": 5, "unit": "mg/d"}, "class": "low"},
            {"from_day": 8, "to_day": None, "per_day": None, "drug": "x", "reason": "no-factor"},
        ],
        "mme": [],
    }


def test_a_measure_tells_its_formula_inputs_and_note() -> None:
    clearance = Measure(
        quantity("1 mL/min") * Fraction(200, 3),
        "cockcroft-gault",
        OTHER,
        "actual",
        {"actual": quantity("66 mL/min")},
        {"sex": "female", "weight": quantity("70 kg")},
        "The lower band is judged.",
    )
    assert written(measures_answer(Measures({"creatinine_clearance": clearance}, {}))) == {
        "measures": {
            "creatinine_clearance": {
                "value": 66.67,
                "unit": "mL/min",
                "rounded": True,
                "formula": "cockcroft-gault",
                "weight_used": "actual",
                "by_weight": {"actual": {"value": 66, "unit": "mL/min"}},
                "inputs": {"sex": "female", "weight": {"value": 70, "unit": "kg"}},
                "source": {"id": "other", "title": "Another source", "section": "1", "year": None, "url": ""},
                "note": "The lower band is judged.",
            }
        },
        "not_computed": {},
    }


def test_a_unit_that_is_not_in_the_table_cannot_be_given_to_a_kind() -> None:
    with pytest.raises(LookupError, match="stone"):
        _codes(("kg", "stone"))


def test_a_schema_that_reads_names_stands_only_in_one_that_knows_them() -> None:
    with pytest.raises(TypeError, match="patient needs a NamingSchema"):
        Schema.from_dict({"patient": Part(PatientSchema)})()
