"""The sample decisions: what a clinician expects of an order, a plan or a patient, one test each.

The keys of `expect` are explained at the head of each file of cases. An arguable case never fails for its verdict, its
codes or its rules: docs/arguable-cases.md reports what was answered; only where it says so it must not be critical.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from api.schemas.requests import MeasuresSchema
from dosing.finding import Severity, Verdict
from dosing.measures import Measures, measure
from dosing.numbers import decimal_text
from dosing.screening import Screening, screen
from dosing.totals import ANSWER_NAMES
from dosing.units import UNITS, Quantity, quantity
from schedules.supply import supply
from schedules.titration import plan
from tests.reading_cases import (
    DAY,
    SAMPLES,
    Case,
    all_findings,
    cases,
    formulary,
    names,
    question_of,
    rules_found,
    titration_of,
)

ALL = list(cases(SAMPLES))
ORDERS = [case for case in ALL if "request" in case and case["consensus"] == "yes"]
ARGUABLE = [case for case in ALL if "request" in case and case["consensus"] == "arguable"]
TITRATIONS = [case for case in ALL if "titration" in case]
MEASURES = [case for case in ALL if "measures" in case]

ORDER_KEYS = {"verdict", "codes", "not_codes", "rules", "not_rules", "not_critical", "values", "dose_class"}
TITRATION_KEYS = {"daily_on", "rises", "supply"}
MEASURE_KEYS = {"values", "not_computed", "category", "class", "by_weight", "by_formula", "deindexed", "note"}
TOTALS = frozenset(ANSWER_NAMES.values())


def named(listed: list[Case]) -> list[str]:
    return [case["name"] for case in listed]


def test_every_case_is_of_a_kind_that_is_read() -> None:
    assert len(ORDERS) + len(ARGUABLE) + len(TITRATIONS) + len(MEASURES) == len(ALL)
    stated = [case["name"] for case in ALL]
    assert sorted({name for name in stated if stated.count(name) > 1}) == []


def test_every_id_stands_in_one_file() -> None:
    files: dict[str, set[str]] = {}
    for case in ALL:
        if "id" in case:
            files.setdefault(case["id"], set()).add(case["file"])
    assert {known: sorted(where) for known, where in files.items() if len(where) > 1} == {}


@pytest.mark.parametrize("case", ARGUABLE, ids=named(ARGUABLE))
def test_an_arguable_order(case: Case) -> None:
    question, expected = question_of(case["request"]), case["expect"]
    assert set(expected) <= ORDER_KEYS and expected
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    if expected.get("not_critical"):
        assert verdict.severity is not Severity.CRITICAL, {row.code: row.message for row in all_findings(verdict)}


@pytest.mark.parametrize("case", ORDERS, ids=named(ORDERS))
def test_an_order(case: Case) -> None:
    question, expected = question_of(case["request"]), case["expect"]
    assert set(expected) <= ORDER_KEYS and expected
    screening = screen(question.orders, question.patient, formulary(), question.as_of)
    verdict = screening.verdict
    findings = {finding.code: finding for finding in all_findings(verdict)}
    said = {code: finding.message for code, finding in findings.items()}
    if "verdict" in expected:
        assert verdict.decision.value in expected["verdict"], said
    assert set(expected.get("codes", ())) <= set(findings), said
    assert not set(expected.get("not_codes", ())) & set(findings), said
    assert set(expected.get("rules", ())) <= set(rules_found(verdict)), said
    assert not set(expected.get("not_rules", ())) & set(rules_found(verdict)), said
    if expected.get("not_critical"):
        assert verdict.severity is not Severity.CRITICAL, said
    if "dose_class" in expected:
        classes = {stretch.dose_class for stretch in screening.totals["prednisone_equivalent"]}
        assert expected["dose_class"] in classes
    for name, value in expected.get("values", {}).items():
        assert_measured(screening, name, value)


def assert_measured(screening: Screening, name: str, value: str | None) -> None:
    """A value of the totals, of a finding or passed row with this code, or of the measures."""
    if name in TOTALS:
        assert value in totals_of(screening, name)
    elif name in screening.measures.computed:
        assert value == printed(screening.measures.computed[name].value)
    else:
        assert value is not None
        assert printed(quantity(value)) in measured_of(screening.verdict, name)


def totals_of(screening: Screening, name: str) -> list[str | None]:
    """The days' totals as they are printed; None for a drug that cannot be counted."""
    return [printed(stretch.per_day) if stretch.per_day is not None else None for stretch in screening.totals[name]]


def measured_of(verdict: Verdict, code: str) -> list[str]:
    rows = [(row.code, row.measured) for row in verdict.passed]
    rows += [(finding.code, finding.measured) for finding in all_findings(verdict)]
    return [printed(measured) for known, measured in rows if known == code and measured is not None]


def printed(value: Quantity) -> str:
    """As the contract prints it: exact, or half-up to two decimals."""
    return f"{decimal_text(value.value)[0]} {value.unit.code}"


@pytest.mark.parametrize("case", TITRATIONS, ids=named(TITRATIONS))
def test_a_titration(case: Case) -> None:
    expected: Mapping[str, Any] = case["expect"]
    assert set(expected) <= TITRATION_KEYS and expected
    made = plan(titration_of(case["titration"]), formulary())
    for day, milligrams in expected.get("daily_on", {}).items():
        assert made.regimen.on(int(day)).daily == Quantity(Fraction(milligrams), UNITS["mg/d"]), day
    if "rises" in expected:
        daily = [step.daily for step in made.regimen.steps]
        assert sum(after > before for before, after in itertools.pairwise(daily)) == expected["rises"]
    if "supply" in expected:
        collected = {
            f"{item.pieces.product.strength} {item.pieces.product.form}": str(item.pieces.count)
            for item in supply(made.regimens, made.start_date)
        }
        assert collected == expected["supply"]


@pytest.mark.parametrize("case", MEASURES, ids=named(MEASURES))
def test_a_measure(case: Case) -> None:
    expected = case["expect"]
    assert set(expected) <= MEASURE_KEYS and expected
    question = MeasuresSchema(names, lambda: DAY).load(dict(case["measures"]))
    known = measure(question.patient, question.as_of, formulary())
    for name, value in expected.get("values", {}).items():
        assert value_of(known, name) == value
    for name, reason in expected.get("not_computed", {}).items():
        assert reason in known.not_computed[name].reason
    for name, part in expected.get("note", {}).items():
        assert known.child_pugh is not None and name == "child_pugh"
        assert part in known.child_pugh.note
    beside = beside_values(known)
    for key in set(expected) - {"values", "not_computed", "note"}:
        assert beside[key] == expected[key]


def value_of(known: Measures, name: str) -> str:
    """A measure as it is printed; of Child-Pugh the score."""
    if name == "child_pugh":
        assert known.child_pugh is not None
        return str(known.child_pugh.score)
    return printed(known.computed[name].value)


def beside_values(known: Measures) -> dict[str, object]:
    """What stands beside the values of the measures, where it is known."""
    clearance, rate, surface = (
        known.computed.get(name) for name in ("creatinine_clearance", "egfr", "body_surface_area")
    )
    return {
        "category": rate.category if rate is not None else None,
        "deindexed": printed(rate.deindexed.value) if rate is not None and rate.deindexed is not None else None,
        "class": known.child_pugh.grade if known.child_pugh is not None else None,
        "by_weight": all_printed(clearance.by_weight) if clearance is not None else None,
        "by_formula": all_printed(surface.by_formula) if surface is not None else None,
    }


def all_printed(values: Mapping[str, Quantity]) -> dict[str, str]:
    return {name: printed(value) for name, value in values.items()}
