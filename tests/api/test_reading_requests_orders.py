"""Orders, steps and frequencies: what each way of writing one means, and what is refused where."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.errors import Fault
from api.schemas.requests import OrdersQuestion
from dosing.names import RXNORM
from dosing.order import Concentration, Order
from dosing.posology import AfterDialysis, DoseRange, Every, Sig, Step, Times
from dosing.units import quantity
from tests.api.test_reading_requests_names import CHECK, faults, order, placed, request

WEEK = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}


def read(*orders: dict[str, Any], **fields: Any) -> OrdersQuestion:
    question: OrdersQuestion = CHECK.load(request(*orders, **fields))
    return question


def one(**fields: Any) -> Order:
    return read(order(**fields)).orders[0]


def sig(**fields: Any) -> Sig:
    return one(**fields).steps[0].sig


def refused(**fields: Any) -> list[tuple[str, str]]:
    """Every fault of one order, with the place inside it."""
    found = placed(CHECK, request(order(**fields)))
    assert all(pointer.startswith("/orders/0") for pointer, _ in found)
    return [(pointer.removeprefix("/orders/0"), code) for pointer, code in found]


def test_every_field_of_the_contract_is_read() -> None:
    understood = one(
        id="rx-1",
        form="capsule",
        route="oral",
        strength="300 mg",
        concentration="250 mg / 5 mL",
        basis="salt",
        indication="sciatica",
        intent="maintenance",
        self_care=False,
        start_date="2026-12-01",
        quantity="90 {capsule}",
        days_supply=30,
        reassess_on="2026-12-08",
        end_date=None,
        stopped=False,
        replaces=None,
        dose=None,
        frequency=None,
        steps=[
            {"dose": "300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "14 days"},
            {
                "dose": {"low": "25 mg", "high": "50 mg"},
                "frequency": {"every": "6 hours"},
                "as_needed": True,
                "max_per_day": "200 mg/day",
                "duration": "7 days",
            },
            {"doses": {"evening": "600 mg", "morning": "300 mg"}, "duration": "7 days"},
            {"cycle": ["400 mg", "200 mg"], "duration": "90 days"},
            {"dose": "350 mg", "frequency": {"after": "hemodialysis"}},
        ],
    )
    day, thrice = quantity("1 d"), Times(3, "day")
    assert understood == Order(
        given="rx-1",
        spoken="gabapentin",
        drug="gabapentin",
        form="capsule",
        route="oral",
        strengths={"gabapentin": quantity("300 mg")},
        concentrations={"gabapentin": Concentration(quantity("250 mg"), quantity("5 mL"))},
        basis="salt",
        indication="sciatica",
        intent="maintenance",
        self_care=False,
        start_date=date(2026, 12, 1),
        quantity=quantity("90 {capsule}"),
        days_supply=30,
        reassess_on=date(2026, 12, 8),
        steps=(
            Step(Sig(DoseRange(quantity("300 mg"), quantity("300 mg")), thrice), day * 14),
            Step(
                Sig(
                    DoseRange(quantity("25 mg"), quantity("50 mg")),
                    Every(quantity("6 h"), quantity("6 h")),
                    as_needed=True,
                    max_per_day=quantity("200 mg/d"),
                ),
                day * 7,
            ),
            Step(Sig(parts=(("morning", quantity("300 mg")), ("evening", quantity("600 mg")))), day * 7),
            Step(Sig(cycle=(quantity("400 mg"), quantity("200 mg"))), day * 90),
            Step(Sig(DoseRange(quantity("350 mg"), quantity("350 mg")), AfterDialysis())),
        ),
    )


def test_one_step_written_flat_is_the_same_as_a_list_of_one() -> None:
    flat = {"dose": "300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "14 days", "as_needed": True}
    assert one(**flat).steps == one(dose=None, frequency=None, steps=[flat]).steps


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"dose": None}, [("/dose", "missing-field")]),
        ({"frequency": None}, [("/frequency", "missing-field")]),
        ({"dose": None, "frequency": None}, [("/dose", "missing-field")]),
        ({"dose": None, "frequency": None, "steps": []}, [("/steps", "too-few")]),
        ({"dose": None, "frequency": None, "steps": [{}]}, [("/steps/0/dose", "missing-field")]),
        ({"doses": {"morning": "300 mg"}}, [("/doses", "conflicting-fields")]),
        ({"cycle": ["300 mg"], "doses": {"noon": "1 g"}},
         [("/doses", "conflicting-fields"), ("/cycle", "conflicting-fields")]),
        ({"dose": None, "doses": {"morning": "300 mg"}}, [("/frequency", "conflicting-fields")]),
        ({"dose": None, "cycle": ["300 mg"]}, [("/frequency", "conflicting-fields")]),
        ({"steps": [{"dose": "300 mg", "frequency": {"times": 1, "per": "day"}}]},
         [("/dose", "conflicting-fields"), ("/frequency", "conflicting-fields")]),
        ({"dose": None, "frequency": None, "doses": {}}, [("/doses", "too-few")]),
        ({"dose": None, "frequency": None, "doses": []}, [("/doses", "wrong-type")]),
        ({"dose": None, "frequency": None, "doses": {"lunch": "300 mg", "noon": "5"}},
         [("/doses/lunch", "unknown-field"), ("/doses/noon", "missing-unit")]),
        ({"dose": None, "frequency": None, "doses": {"noon": {"low": "1 mg", "high": "2 mg"}}},
         [("/doses/noon/low", "unknown-field"), ("/doses/noon/high", "unknown-field"),
          ("/doses/noon/value", "missing-field"), ("/doses/noon/unit", "missing-unit")]),
        ({"dose": None, "frequency": None, "cycle": []}, [("/cycle", "too-few")]),
        ({"dose": None, "frequency": None, "cycle": ["1 mg"] * 367}, [("/cycle", "too-many")]),
        ({"dose": None, "frequency": None, "cycle": ["1 mg", "1 mg/d", None]},
         [("/cycle/1", "wrong-unit"), ("/cycle/2", "wrong-type")]),
        ({"dose": {"low": "100 mg", "high": "50 mg"}}, [("/dose", "contradiction")]),
        ({"dose": {"low": "100 mg", "high": "5 mL"}, "concentration": "1 mg / 1 mL"}, [("/dose/high", "wrong-unit")]),
        ({"dose": {"low": "100 mg"}}, [("/dose/high", "missing-field")]),
        ({"dose": {"high": "100 mg", "mid": 1}}, [("/dose/mid", "unknown-field"), ("/dose/low", "missing-field")]),
        ({"dose": {"low": ".5 mg", "high": "1,5 mg"}},
         [("/dose/low", "naked-decimal"), ("/dose/high", "digit-separator")]),
        ({"max_per_day": "200 mg/wk"}, [("/max_per_day", "wrong-unit")]),
        ({"max_per_day": "4 {dose}/d"}, [("/max_per_day", "wrong-unit")]),
        ({"as_needed": "yes"}, [("/as_needed", "wrong-type")]),
        ({"as_needed": None, "duration": "0 days"}, [("/duration", "out-of-range")]),
        ({"id": "rx 1"}, [("/id", "malformed")]),
        ({"id": ""}, [("/id", "malformed")]),
        ({"id": "x" * 65}, [("/id", "too-long")]),
        ({"id": 1}, [("/id", "wrong-type")]),
        ({"route": "by mouth"}, [("/route", "unknown-value")]),
        ({"basis": "acid"}, [("/basis", "unknown-value")]),
        ({"intent": "cure"}, [("/intent", "unknown-value")]),
        ({"quantity": "90"}, [("/quantity", "missing-unit")]),
        ({"quantity": "9 g"}, [("/quantity", "wrong-unit")]),
        ({"days_supply": 0}, [("/days_supply", "out-of-range")]),
        ({"days_supply": "30"}, [("/days_supply", "wrong-type")]),
        ({"start_date": "2026-12-02", "end_date": "2026-12-01"}, [("/end_date", "contradiction")]),
        ({"form": 1}, [("/form", "wrong-type")]),
        ({"indication": "sciatic"}, [("/indication", "unknown-condition")]),
        ({"indication": "cirrhosis"}, [("/indication", "unknown-condition")]),
        ({"Dose": "300 mg"}, [("/Dose", "unknown-field")]),
        ({"_schema": 1}, [("/_schema", "unknown-field")]),
        ({"patient": {}}, [("/patient", "unknown-field")]),
    ],
)  # fmt: skip
def test_an_order_that_is_not_understood_or_not_usable_is_refused_at_its_place(
    fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert sorted(refused(**fields)) == sorted(found)


def test_all_faults_of_a_request_are_told_at_once() -> None:
    sent = request(
        order(drug=None, dose=".5 mg", weight="70 kg"),
        order(dose="1 {tablet}", start_date="2026-02-30", frequency={"times": 0, "per": "moon"}),
        patient={"sex": "f", "weight": "70", "conditions": ["gout"], "medications": [{"dose": "5 Mg"}]},
        as_of="now",
    )
    assert sorted(placed(CHECK, sent)) == [
        ("/as_of", "not-a-date"),
        ("/orders/0/dose", "naked-decimal"),
        ("/orders/0/drug", "missing-field"),
        ("/orders/0/weight", "unknown-field"),
        ("/orders/1/frequency/per", "unknown-frequency"),
        ("/orders/1/frequency/times", "out-of-range"),
        ("/orders/1/start_date", "not-a-date"),
        ("/patient/conditions/0", "unknown-condition"),
        ("/patient/medications/0/dose", "unknown-unit"),
        ("/patient/medications/0/drug", "missing-field"),
        ("/patient/sex", "unknown-value"),
        ("/patient/weight", "missing-unit"),
    ]


def test_a_fault_in_one_field_does_not_hide_what_is_wrong_between_others() -> None:
    found = refused(dose="2 {capsule}", form="tablet", start_date="2026-12-02", end_date="2026-12-01", basis="acid")
    assert sorted(found) == [
        ("/basis", "unknown-value"),
        ("/dose", "contradiction"),
        ("/end_date", "contradiction"),
        ("/strength", "missing-strength"),
    ]


def test_an_order_may_end_on_the_day_it_starts() -> None:
    assert one(start_date="2026-12-01", end_date="2026-12-01").end_date == date(2026, 12, 1)


def test_a_misspelt_field_gets_the_name_it_may_have_been_meant_for() -> None:
    found = faults(CHECK, request(order(frequancy=1)))
    assert [fault.hint for fault in found] == ["Did you mean frequency?"]


def test_what_is_null_is_left_out_instead_except_where_the_contract_writes_it() -> None:
    sent = request({**order(end_date="x"), "end_date": None, "replaces": None})
    assert CHECK.load(sent).orders[0].end_date is None
    assert placed(CHECK, request({**order(), "form": None})) == [("/orders/0/form", "wrong-type")]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["7 days", None], []),
        (["7 days", "7 days"], []),
        ([None, "7 days"], [("/steps/0/duration", "missing-duration")]),
        ([None, None, None], [("/steps/0/duration", "missing-duration"), ("/steps/1/duration", "missing-duration")]),
        (["5 years", "5 years"], []),
        (["5 years", "61 months"], [("/steps", "out-of-range")]),
    ],
)
def test_a_step_that_another_one_follows_needs_a_duration(
    steps: list[str | None], found: list[tuple[str, str]]
) -> None:
    held = [{"dose": "300 mg", "frequency": {"times": 1, "per": "day"}} for _ in steps]
    for step, duration in zip(held, steps, strict=True):
        step |= {"duration": duration} if duration is not None else {}
    fields = {"dose": None, "frequency": None, "steps": held}
    assert (refused(**fields) if found else one(**fields).steps and []) == found


def test_a_hundred_steps_are_read_and_one_more_is_refused() -> None:
    step = {"dose": "300 mg", "frequency": {"times": 1, "per": "day"}, "duration": "1 day"}
    assert len(one(dose=None, frequency=None, steps=[step] * 100).steps) == 100
    assert refused(dose=None, frequency=None, steps=[step] * 101) == [("/steps", "too-many")]


def test_a_drug_that_is_not_known_is_understood_as_just_that() -> None:
    understood = one(drug="gabapentine", strength="300 mg", dose="1 {tablet}", form="caplet")
    assert (understood.spoken, understood.drug, understood.suggestions) == ("gabapentine", None, ("gabapentin",))
    assert understood.form == "caplet"
    assert understood.strengths == {"gabapentine": quantity("300 mg")}


def test_a_drug_is_understood_by_code_and_a_code_that_is_not_known_is_answered() -> None:
    assert one(drug={"system": RXNORM, "code": "25480"}).drug == "gabapentin"
    unknown = one(drug={"system": RXNORM, "code": "310431"})
    assert (unknown.drug, unknown.spoken, unknown.suggestions) == (None, "RxNorm 310431", ("gabapentin",))


@pytest.mark.parametrize(
    ("drug", "found"),
    [
        ({}, [("/system", "missing-field"), ("/code", "missing-field")]),
        ({"system": "http://snomed.info/sct", "code": "25480"}, [("/system", "unknown-value")]),
        ({"system": RXNORM, "code": 25480}, [("/code", "wrong-type")]),
        ({"system": RXNORM, "code": "gabapentin"}, [("/code", "malformed")]),
        ({"system": RXNORM, "code": "２５４８０"}, [("/code", "malformed")]),
        ({"system": RXNORM, "code": "1" * 13}, [("/code", "malformed")]),
        ({"system": RXNORM, "code": "25480", "display": "x"}, [("/display", "unknown-field")]),
        ("", [("", "malformed")]),
        ("x" * 129, [("", "too-long")]),
        ("gabapentin\u200b", [("", "malformed")]),
        (25480, [("", "wrong-type")]),
        ([], [("", "wrong-type")]),
    ],
)  # fmt: skip
def test_a_drug_that_is_not_written_as_one_is_refused(drug: object, found: list[tuple[str, str]]) -> None:
    assert refused(drug=drug) == [(f"/drug{pointer}", code) for pointer, code in found]


def test_equal_orders_in_other_units_are_read_as_the_same_order() -> None:
    grams = one(dose="0.3 g", duration="2 weeks", frequency={"every": "48 hours"}, max_per_day="1.2 g/day")
    micrograms = one(dose="300000 mcg", duration="336 h", frequency={"every": "2 days"}, max_per_day="1200 mg/d")
    assert grams == micrograms
    assert repr(grams) == repr(micrograms)


def test_a_fault_is_told_in_words_with_what_to_write_instead() -> None:
    assert faults(CHECK, request(order(dose="1 {tablet}"))) == [
        Fault(
            "/orders/0/strength",
            "missing-strength",
            "A dose in pieces needs to say what one piece holds.",
            'Write "strength": "300 mg", or the dose as an amount.',
        )
    ]
