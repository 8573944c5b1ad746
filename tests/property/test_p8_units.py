"""P8: units do not matter.

An order whose masses are rewritten in ng, ug, mg or g, and whose durations and intervals are rewritten in minutes,
hours, days or weeks, has the same verdict, findings, days, measured values and limits. What a rate is per is meaning,
not a unit, and a month is not a number of days: neither is ever rewritten.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.json_text import encode
from api.services import Services, check, wire
from dosing.errors import ReadingError
from dosing.finding import Finding
from dosing.order import Order
from dosing.patient import Patient
from dosing.screening import Screening, screen
from dosing.units import MASSES, UNITS, Quantity, quantity, read_quantity
from tests.figures import figure
from tests.property.generated import AS_OF, KINDS, Said, said_orders
from tests.reading_cases import (
    CANARIES,
    SAMPLES,
    Case,
    canary_question,
    cases,
    formulary,
    question_of,
)

TIMES = ("min", "h", "d", "wk")
# The fields whose quantities are rewritten; none of the others is a mass of a drug or a length of time.
REWRITTEN = frozenset(
    {"dose", "doses", "cycle", "max_per_day", "strength", "concentration", "duration", "every", "low", "high"}
)

CASES = list(cases(CANARIES)) + [case for case in cases(SAMPLES) if "request" in case]
FILES = sorted({case["file"] for case in CASES})


@pytest.fixture(scope="module")
def services() -> Services:
    return wire(formulary())


def body_of(case: Case) -> dict[str, Any]:
    """The body of the order check that a case stands for."""
    if "request" in case:
        return dict(case["request"])
    body = {key: case[key] for key in ("patient", "as_of") if key in case}
    return {**body, "orders": case["orders"] if "orders" in case else [case["order"]]}


def codes_beside(code: str) -> tuple[str, ...]:
    """The units that say the same as this one: its mass or its time in another size."""
    head, slash, rest = code.partition("/")
    if head in MASSES:
        return tuple(f"{mass}{slash}{rest}" for mass in MASSES if f"{mass}{slash}{rest}" in UNITS)
    return TIMES if code in TIMES else ()


def rewritten(value: Any, random: Random, field: str = "", least: str = "") -> Any:
    """A part of a body in which every mass and every duration is written in some other unit."""
    if isinstance(value, Mapping):
        return {
            key: rewritten(part, random, key if key in REWRITTEN or field not in REWRITTEN else field, least)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [rewritten(part, random, field) for part in value]
    if field not in REWRITTEN or not isinstance(value, str):
        return value
    amount, separator, volume = value.partition(" / ")
    return f"{otherwise(amount, random, field)}{separator}{volume}"


def otherwise(text: str, random: Random, field: str) -> str:
    """The same quantity in a random unit in which the number grammar can write it."""
    measured = read_quantity(text)
    codes = [code for code in codes_beside(measured.unit.code) if field != "duration" or code != "min"]
    said = [str(measured.to(code)) for code in codes]
    writable = [known for known in said if is_written(known)]
    return random.choice(writable) if writable else text


def is_written(text: str) -> bool:
    try:
        read_quantity(text)
    except ReadingError:
        return False
    return True


@pytest.mark.parametrize("file", FILES)
def test_a_request_in_other_units_has_the_same_answer(services: Services, file: str) -> None:
    random = Random(file)
    changed = 0
    for case in CASES:
        if case["file"] != file:
            continue
        body = body_of(case)
        answer = without_number(check(services, question_of(body)))
        for _ in range(figure(20, 1)):
            other = rewritten(body, random)
            changed += other != body
            assert without_number(check(services, question_of(other))) == answer, (case["name"], other)
    assert changed


def without_number(answer: Mapping[str, object]) -> bytes:
    """The bytes of an answer, without the number that every answer has of its own."""
    return encode({name: value for name, value in answer.items() if name != "id"})


def remade(value: Any, random: Random) -> Any:
    """A value of the core with every mass and length of time in some other unit, exact wherever that leads."""
    if isinstance(value, Quantity):
        codes = codes_beside(value.unit.code)
        return value.to(random.choice(codes)) if codes else value
    if isinstance(value, tuple):
        return tuple(remade(part, random) for part in value)
    if isinstance(value, dict):
        return {key: remade(part, random) for key, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            known.name: remade(getattr(value, known.name), random) for known in dataclasses.fields(value) if known.init
        }
        return type(value)(**fields)
    return value


def told(screening: Screening) -> object:
    """Everything a verdict says but its sentences, which repeat the dose as it was written."""
    verdict = screening.verdict
    return (
        verdict.decision,
        verdict.severity,
        [finding_told(finding) for finding in verdict.findings],
        [(row.code, row.order, row.needs, row.rules, row.gravest) for row in verdict.not_checked],
        [(row.code, row.order, row.rule.id, row.measured, row.limit) for row in verdict.passed],
        dict(screening.totals),
    )


def finding_told(finding: Finding) -> object:
    return (
        {
            known.name: getattr(finding, known.name)
            for known in dataclasses.fields(finding)
            if known.name not in ("message", "merged")
        },
        [finding_told(merged) for merged in finding.merged],
    )


def remade_orders(orders: tuple[Order, ...], random: Random) -> tuple[Order, ...]:
    return tuple(remade(order, random) for order in orders)


def remade_patient(patient: Patient, random: Random) -> Patient:
    if patient.medications is None:
        return patient
    return dataclasses.replace(patient, medications=remade_orders(patient.medications, random))


@pytest.mark.parametrize("file", [file for file in FILES if (CANARIES / f"{file}.yaml").exists()])
def test_the_core_judges_the_same_in_any_unit(file: str) -> None:
    random = Random(file)
    for case in cases(CANARIES):
        if case["file"] == file:
            question = canary_question(case)
            expected = told(screen(question.orders, question.patient, formulary(), question.as_of))
            for _ in range(figure(20, 1)):
                orders = remade_orders(question.orders, random)
                patient = remade_patient(question.patient, random)
                assert told(screen(orders, patient, formulary(), question.as_of)) == expected, case["name"]


PATIENT = Patient(
    age=quantity("45 years"),
    sex="male",
    weight=quantity("70 kg"),
    creatinine_clearance=quantity("40 mL/min"),
    hepatic_impairment="none",
    hemodialysis=False,
    conditions=frozenset(),
    allergies=frozenset(),
    medications=(),
)


@settings(max_examples=figure(5_000, 100))
@given(said=st.sampled_from(KINDS).flatmap(said_orders), seed=st.integers(0, 2**32))
def test_a_random_order_is_judged_the_same_in_any_unit(said: Said, seed: int) -> None:
    expected = told(screen((said.order,), PATIENT, formulary(), AS_OF))
    orders = remade_orders((said.order,), Random(seed))
    assert told(screen(orders, PATIENT, formulary(), AS_OF)) == expected
