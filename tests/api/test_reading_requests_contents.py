"""Pieces, volumes and combinations: what an order has to say about what it is made of."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.order import Concentration
from dosing.units import quantity
from tests.api.test_reading_requests_orders import one, refused, sig


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"dose": "1 {tablet}"}, [("/strength", "missing-strength")]),
        ({"dose": "1 {capsule}", "concentration": "1 mg / 1 mL"}, [("/strength", "missing-strength")]),
        ({"dose": "1 {patch}"}, [("/strength", "missing-strength")]),
        ({"dose": "5 mL"}, [("/concentration", "missing-concentration")]),
        ({"dose": "5 mL", "strength": "300 mg"}, [("/concentration", "missing-concentration")]),
        ({"dose": None, "frequency": None, "doses": {"noon": "1 {tablet}", "evening": "5 mL"}},
         [("/concentration", "missing-concentration"), ("/strength", "missing-strength")]),
        ({"dose": None, "frequency": None, "cycle": ["1 {tablet}"]}, [("/strength", "missing-strength")]),
        ({"dose": "1 {tablet}", "form": "capsule", "strength": "300 mg"}, [("/dose", "contradiction")]),
        ({"dose": "1 {tablet}", "form": "oral solution", "strength": "300 mg"}, [("/dose", "contradiction")]),
        ({"dose": "5 mL", "form": "tablet", "concentration": "250 mg / 5 mL"}, [("/dose", "contradiction")]),
        ({"max_per_day": "8 {tablet}/d", "form": "capsule"}, [("/max_per_day", "contradiction")]),
        ({"strength": "300"}, [("/strength", "missing-unit")]),
        ({"strength": "5 mL"}, [("/strength", "wrong-unit")]),
        ({"strength": []}, [("/strength", "wrong-type")]),
        ({"strength": {}}, [("/strength", "too-few")]),
        ({"strength": {str(place): "1 mg" for place in range(11)}}, [("/strength", "too-many")]),
        ({"strength": {"ibuprofen": "300 mg"}},
         [("/strength/ibuprofen", "unknown-field"), ("/strength/gabapentin", "missing-field")]),
        ({"strength": {"gabapentin": "300 mg", "Neurontin": "1 mg"}}, [("/strength/Neurontin", "conflicting-fields")]),
        ({"strength": {"gabapentin": "300 Mg", "a/b": "1"}},
         [("/strength/gabapentin", "unknown-unit"), ("/strength/a~1b", "missing-unit")]),
        ({"concentration": "50 mg/dL"}, [("/concentration", "malformed")]),
        ({"concentration": "50 Mg/mL"}, [("/concentration", "unknown-unit")]),
        ({"concentration": "250 mg/5 mL"}, [("/concentration", "malformed")]),
        ({"concentration": "250 mg / 5"}, [("/concentration", "missing-unit")]),
        ({"concentration": "5 mL / 250 mg"}, [("/concentration", "wrong-unit")]),
        ({"concentration": "250 mg / 0 mL"}, [("/concentration", "out-of-range")]),
        ({"concentration": "250 mg / 5 mL / 1"}, [("/concentration", "unknown-unit")]),
        ({"concentration": 5}, [("/concentration", "wrong-type")]),
    ],
)  # fmt: skip
def test_pieces_need_a_strength_and_volumes_a_concentration_that_fit(
    fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert sorted(refused(**fields)) == sorted(found)


def test_pieces_with_a_strength_and_volumes_with_a_concentration_are_read() -> None:
    assert one(dose="1 {capsule}", form="capsule", strength="300 mg").strengths == {"gabapentin": quantity("300 mg")}
    assert one(dose="1 {tablet}", form="extended-release tablet", strength={"Neurontin": "300 mg"}).strengths == {
        "gabapentin": quantity("300 mg")
    }
    understood = one(dose="5 mL", form="oral solution", concentration="250 mg / 5 mL").concentrations
    assert understood == {"gabapentin": Concentration(quantity("250 mg"), quantity("5 mL"))}
    assert one(dose="1 {patch}", form="transdermal patch", strength="25 ug/h").strengths is not None


def test_a_concentration_per_milliliter_may_be_written_as_one_quantity() -> None:
    understood = one(dose="5 mL", concentration="50 mg/mL").concentrations
    assert understood == one(dose="5 mL", concentration="50 mg / 1 mL").concentrations


def test_a_daily_maximum_in_pieces_is_read_without_a_strength_and_left_for_the_check() -> None:
    assert sig(max_per_day="8 {tablet}/d").max_per_day == quantity("8 {tablet}/d")
    assert sig(max_per_day="0.03 L/d").max_per_day == quantity("30 mL/d")


COMBINED = {"drug": "hydrocodone/acetaminophen", "dose": "1 {tablet}"}
BOTH = {"hydrocodone": "5 mg", "acetaminophen": "325 mg"}


def test_a_combination_names_each_ingredient_by_any_of_its_names() -> None:
    wanted = {"hydrocodone": quantity("5 mg"), "acetaminophen": quantity("325 mg")}
    assert one(**COMBINED, strength=BOTH).strengths == wanted
    assert (
        one(**COMBINED | {"drug": "Norco"}, strength={"paracetamol": "325 mg", "hydrocodone": "5 mg"}).strengths
        == wanted
    )
    in_volume = {"hydrocodone": "7.5 mg / 15 mL", "acetaminophen": "325 mg / 15 mL"}
    assert one(**COMBINED | {"dose": "15 mL"}, concentration=in_volume).concentrations is not None


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"strength": "5 mg"}, [("/strength", "wrong-type")]),
        ({"strength": {"hydrocodone": "5 mg"}}, [("/strength/acetaminophen", "missing-field")]),
        ({"strength": BOTH | {"ibuprofen": "200 mg"}}, [("/strength/ibuprofen", "unknown-field")]),
        ({"strength": BOTH, "dose": "5 mg"}, [("/dose", "wrong-unit")]),
        ({"strength": BOTH, "max_per_day": "4000 mg/day"}, [("/max_per_day", "wrong-unit")]),
        ({"strength": BOTH, "dose": "15 mL"}, [("/concentration", "missing-concentration")]),
        ({}, [("/strength", "missing-strength")]),
    ],
)
def test_a_combination_without_each_ingredient_or_dosed_as_an_amount_is_refused(
    fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert refused(**COMBINED | fields) == found
