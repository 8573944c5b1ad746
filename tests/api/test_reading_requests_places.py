"""What names an order, what an order takes the place of, how many there may be, and the day of the question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.api.test_reading_requests_names import CHECK, TODAY, order, placed, request
from tests.api.test_reading_requests_orders import read


def test_orders_are_named_by_id_or_by_place() -> None:
    understood = read(order(), order(id="rx"), order())
    assert [known.given for known in understood.orders] == ["0", "rx", "2"]


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (["a", "b"], []),
        (["a", "a"], [1]),
        (["a", "a", "a"], [1, 2]),
        (["1", None], [0]),
        ([None, "0"], [1]),
        ([None, "1"], []),
    ],
)
def test_an_id_names_one_order_and_a_place_is_an_id_too(ids: list[str | None], found: list[int]) -> None:
    orders = [order(id=name) for name in ids]
    wanted = [(f"/orders/{place}/id", "duplicate-id") for place in found]
    assert (placed(CHECK, request(*orders)) if found else []) == wanted
    if not found:
        read(*orders)


def test_an_order_and_a_medication_may_share_an_id_and_two_medications_may_not() -> None:
    read(order(id="a"), patient={"medications": [{"id": "a", "drug": "ibuprofen"}]})
    twice = [{"id": "a", "drug": "ibuprofen"}, {"id": "a", "drug": "ibuprofen"}]
    found = placed(CHECK, request(order(), patient={"medications": twice}))
    assert found == [("/patient/medications/1/id", "duplicate-id")]


def test_a_hundred_orders_are_read_and_none_or_one_more_is_refused() -> None:
    assert len(read(*[order()] * 100).orders) == 100
    assert placed(CHECK, request(*[order()] * 101)) == [("/orders", "too-many")]
    assert placed(CHECK, request()) == [("/orders", "too-few")]
    assert placed(CHECK, {}) == [("/orders", "missing-field")]
    assert placed(CHECK, {"orders": {}}) == [("/orders", "wrong-type")]
    assert placed(CHECK, {"orders": ["x", None]}) == [("/orders/0", "wrong-type"), ("/orders/1", "wrong-type")]


TAKEN = {"medications": [{"drug": "ibuprofen"}, {"id": "old", "drug": "prednisone", "dose": "5 mg"}]}


@pytest.mark.parametrize(("stated", "name"), [(0, "0"), (1, "old"), ("old", "old"), ("0", "0"), (None, None)])
def test_an_order_replaces_a_medication_by_place_or_id(stated: object, name: str | None) -> None:
    sent = request({**order(), "replaces": stated}, patient=TAKEN)
    assert CHECK.load(sent).orders[0].replaces == name


@pytest.mark.parametrize("stated", [2, -1, "1", "new", "", 10**15 - 1])
def test_replacing_a_medication_that_is_not_there_is_refused(stated: object) -> None:
    sent = request({**order(), "replaces": stated}, patient=TAKEN)
    assert placed(CHECK, sent) == [("/orders/0/replaces", "unknown-value")]
    assert placed(CHECK, request({**order(), "replaces": stated})) == [("/orders/0/replaces", "unknown-value")]


@pytest.mark.parametrize("stated", [True, 1.5, [0], {}])
def test_what_is_no_place_and_no_id_replaces_nothing(stated: object) -> None:
    assert placed(CHECK, request(order(replaces=stated), patient=TAKEN)) == [("/orders/0/replaces", "wrong-type")]


def test_a_medication_replaces_nothing() -> None:
    found = placed(CHECK, request(order(), patient={"medications": [{"drug": "ibuprofen", "replaces": 0}]}))
    assert found == [("/patient/medications/0/replaces", "unusable-field")]


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({}, 0),
        ({"dose": "200 mg"}, 1),
        ({"frequency": {"times": 3, "per": "day"}}, 1),
        ({"duration": "7 days"}, 1),
        ({"stopped": True, "end_date": "2026-11-01"}, 0),
    ],
)
def test_the_dose_and_the_frequency_of_a_medication_may_be_unknown(fields: dict[str, Any], steps: int) -> None:
    medications = read(order(), patient={"medications": [{"drug": "ibuprofen", **fields}]}).patient.medications
    assert medications is not None
    assert len(medications[0].steps) == steps
    assert medications[0].given == "0"


def test_a_medication_is_read_as_strictly_as_an_order() -> None:
    taken = [{"drug": "ibuprofen", "dose": "1 {tablet}"}, {"drug": "ibuprofen", "doses": {}, "dose": "1 mg"}]
    assert placed(CHECK, request(order(), patient={"medications": taken})) == [
        ("/patient/medications/0/strength", "missing-strength"),
        ("/patient/medications/1/doses", "too-few"),
        ("/patient/medications/1/doses", "conflicting-fields"),
    ]


@pytest.mark.parametrize(
    ("starts", "stated", "wanted"),
    [
        ([None], None, TODAY),
        (["2026-12-01"], None, date(2026, 12, 1)),
        (["2026-12-01", None, "2026-11-30"], None, date(2026, 11, 30)),
        (["2026-12-01"], "2026-12-24", date(2026, 12, 24)),
    ],
)
def test_the_day_of_the_question_is_stated_or_the_earliest_start_or_today(
    starts: list[str | None], stated: str | None, wanted: date
) -> None:
    fields = {"as_of": stated} if stated is not None else {}
    assert read(*[order(start_date=start) for start in starts], **fields).as_of == wanted


def test_a_medication_does_not_move_the_day_of_the_question() -> None:
    taken = {"medications": [{"drug": "ibuprofen", "start_date": "2020-01-01"}]}
    assert read(order(start_date="2026-12-01"), patient=taken).as_of == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"end_date": "2026-12-01"}, []),
        ({"end_date": "2026-11-30"}, [("/orders/0/end_date", "contradiction")]),
        ({"end_date": "2026-11-30", "start_date": "2026-11-01"}, []),
    ],
)
def test_an_order_without_a_start_begins_on_the_day_of_the_question_and_ends_no_sooner(
    fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    sent = request(order(**fields), as_of="2026-12-01")
    if found:
        assert placed(CHECK, sent) == found
    else:
        CHECK.load(sent)


def test_a_medication_may_have_ended_before_the_day_of_the_question() -> None:
    taken = {"medications": [{"drug": "ibuprofen", "end_date": "2026-11-01"}]}
    assert read(order(), patient=taken, as_of="2026-12-01").patient.medications is not None
