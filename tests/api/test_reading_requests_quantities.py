"""Quantities, numbers and dates as fields read them: both ways to write them, and every way not to."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from api.errors import Fault
from api.reading import NumberLiteral
from api.schemas import quantities
from api.schemas.base import RequestSchema
from api.schemas.orders import MedicationSchema, OrderSchema, StepSchema
from api.schemas.patients import LaboratorySchema, PatientSchema
from api.schemas.plain import (
    CodeField,
    DateField,
    FlagField,
    TextField,
    WholeNumberField,
)
from api.schemas.printing import PrintSchema
from api.schemas.quantities import AGE, DOSE, DURATION, INTERVAL, ONE_DOSE, BareNumberField, Kind
from dosing.units import UNITS, quantity
from tests.api.test_reading_requests_names import names

KINDS = [value for value in vars(quantities).values() if isinstance(value, Kind)]


def codes(read: Any, value: object) -> list[tuple[str, str]]:
    """Where and what, of every fault of one value."""
    with pytest.raises(ValidationError) as caught:
        read(value)
    assert all(isinstance(fault, Fault) for fault in caught.value.messages)
    return [(fault.pointer, fault.code) for fault in caught.value.messages if isinstance(fault, Fault)]


def field_codes(field: fields.Field[Any], value: object) -> list[str]:
    return [code for _, code in codes(lambda sent: field._deserialize(sent, None, None), value)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("300 mg", "300 mg"),
        ("0.3 g", "300 mg"),
        ("300000 mcg", "300 mg"),
        ("300.0 mg", "300 mg"),
        ({"value": 300, "unit": "mg"}, "300 mg"),
        ({"value": NumberLiteral("0.3"), "unit": "g"}, "300 mg"),
        ({"unit": "ug", "value": NumberLiteral("300000.0")}, "300 mg"),
        ("5 mg/kg/day", "5 mg/kg/d"),
        ("25 mcg/hour", "0.025 mg/h"),
        ("2 tablets", "2 {tablet}"),
        ("0.01 L", "10 mL"),
    ],
)
def test_a_dose_is_read_from_a_text_or_an_object_and_kept_in_one_unit(sent: object, kept: str) -> None:
    read = DOSE.read(sent)
    assert (read.value, read.unit) == (quantity(kept).value, quantity(kept).unit)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("0,5 g", "digit-separator"), (".5 mg", "naked-decimal"), ("5 Mg", "unknown-unit"),
        ("10 units", "unknown-unit"),
        ("50–100 mg", "range-in-string"), ("1e3 mg", "exponent"), ("1/2 {tablet}", "fraction"), ("-5 mg", "sign"),
        ("٥ mg", "non-ascii-digit"), ("NaN mg", "not-a-number"), ("1234567890123 mg", "too-many-digits"),
        ("05 mg", "leading-zero"), ("300", "missing-unit"), (300, "missing-unit"),
        (NumberLiteral("0.3"), "missing-unit"),
        ("", "not-a-number"), (" 300 mg", "not-a-number"), ("300 mg ", "unknown-unit"), ("300  mg", "unknown-unit"),
        (True, "wrong-type"), ([], "wrong-type"), (["300 mg"], "wrong-type"),
        ("300 mg/day/kg/x", "unknown-unit"), ("5 mL/min", "wrong-unit"), ("300 mg/wk", "wrong-unit"),
        ("300 mg/min", "wrong-unit"), ("5 mg/m2", "wrong-unit"), ("1 {dose}", "wrong-unit"),
        ("5 {MME}", "wrong-unit"), ("70 kg", "wrong-unit"), ("7 days", "wrong-unit"), ("0 mg", "out-of-range"),
        ("0.000 mg", "out-of-range"), ({"value": 0, "unit": "mg"}, "out-of-range"),
    ],
)  # fmt: skip
def test_a_dose_that_is_not_understood_is_refused_by_name(sent: object, code: str) -> None:
    assert codes(DOSE.read, sent) == [("", code)]


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, [("/value", "missing-field"), ("/unit", "missing-unit")]),
        ({"value": 300}, [("/unit", "missing-unit")]),
        ({"value": 300, "unit": ""}, [("/unit", "missing-unit")]),
        ({"value": "300", "unit": "mg"}, [("/value", "wrong-type")]),
        ({"value": True, "unit": "mg"}, [("/value", "wrong-type")]),
        ({"value": None, "unit": None}, [("/value", "wrong-type"), ("/unit", "wrong-type")]),
        ({"value": -1, "unit": "Mg"}, [("/value", "sign"), ("/unit", "unknown-unit")]),
        ({"value": NumberLiteral("1e3"), "unit": "mg"}, [("/value", "exponent")]),
        ({"value": 300, "unit": "mg", "code": "mg"}, [("/code", "unknown-field")]),
        ({"value": 300, "unit": "mg", "a/b~c": 1}, [("/a~1b~0c", "unknown-field")]),
    ],
)
def test_every_fault_of_a_quantity_object_is_told_at_its_place(sent: object, found: list[tuple[str, str]]) -> None:
    assert codes(DOSE.read, sent) == found


def test_a_refused_text_is_refused_every_time_and_a_read_one_read_the_same() -> None:
    assert codes(DOSE.read, "5 Mg") == codes(DOSE.read, "5 Mg")
    assert DOSE.read("7.5 mg") is DOSE.read("7.5 mg")
    assert AGE.read("7 d").unit.code == "d"


def test_a_text_longer_than_any_quantity_is_read_without_being_remembered() -> None:
    before = quantities._remembered.cache_info().currsize
    assert codes(DOSE.read, "5 " + "x" * 100_000) == [("", "unknown-unit")]
    assert quantities._remembered.cache_info().currsize == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_the_example_of_a_kind_is_of_that_kind(kind: Kind) -> None:
    assert kind.read(kind.example).value > 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_every_unit_of_a_kind_is_read_and_every_other_unit_is_refused(kind: Kind) -> None:
    for code in UNITS:
        if code not in kind.codes:
            assert codes(kind.read, f"1 {code}") == [("", "wrong-unit")]
        elif kind.most is None and kind.least is None:
            assert kind.read(f"1 {code}") == quantity(f"1 {code}")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("14 days", "14 d"),
        ("2 weeks", "14 d"),
        ("336 hours", "14 d"),
        ("36 hours", "1.5 d"),
        ("3 months", "3 mo"),
        ("1 year", "12 mo"),
        ("1.5 years", "18 mo"),
        ("10 years", "120 mo"),
        ("3652.5 days", "3652.5 d"),
    ],
)
def test_a_duration_is_kept_in_days_and_calendar_months_stay_months(sent: str, kept: str) -> None:
    assert str(DURATION.read(sent)) == str(quantity(kept))


@pytest.mark.parametrize("sent", ["0 days", "1.5 months", "0.3 years", "3653 days", "121 months", "10.5 years"])
def test_a_duration_of_nothing_of_part_of_a_month_or_over_ten_years_is_refused(sent: str) -> None:
    assert codes(DURATION.read, sent) == [("", "out-of-range")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1 min", Fraction(1, 60)),
        ("90 minutes", Fraction(3, 2)),
        ("6 hours", Fraction(6)),
        ("24 hours", Fraction(24)),
        ("2 days", Fraction(48)),
        ("366 days", Fraction(366 * 24)),
    ],
)
def test_an_interval_is_kept_exactly(sent: str, kept: Fraction) -> None:
    assert INTERVAL.read(sent).amount("h") == kept


def test_equal_intervals_are_kept_alike_and_a_month_stays_a_calendar_month() -> None:
    assert str(INTERVAL.read("48 hours")) == str(INTERVAL.read("2 days")) == "2 d"
    assert str(INTERVAL.read("1 week")) == "7 d"
    assert str(INTERVAL.read("36 hours")) == "36 h"
    assert str(INTERVAL.read("1 month")) == "1 mo"


@pytest.mark.parametrize("sent", ["0.9 min", "0 hours", "1101 days", "1100.1 days", "37 months"])
def test_an_interval_under_a_minute_or_over_1100_days_is_refused(sent: str) -> None:
    assert codes(INTERVAL.read, sent) == [("", "out-of-range")]


def test_a_part_of_the_day_takes_an_amount_and_not_a_total() -> None:
    assert codes(ONE_DOSE.read, "300 mg/day") == [("", "wrong-unit")]
    assert codes(ONE_DOSE.read, "25 ug/h") == [("", "wrong-unit")]


@pytest.mark.parametrize(("sent", "kept"), [("0 days", 0), ("130 years", 130), ("18 months", 18)])
def test_an_age_may_be_zero_and_is_kept_as_it_was_said(sent: str, kept: int) -> None:
    assert AGE.read(sent).value == kept


@pytest.mark.parametrize("sent", ["130.1 years", "1561 months"])
def test_an_age_over_130_years_is_refused(sent: str) -> None:
    assert codes(AGE.read, sent) == [("", "out-of-range")]


@pytest.mark.parametrize("sent", ["1.7", NumberLiteral("1.7"), NumberLiteral("1.70")])
def test_a_ratio_is_a_number_without_a_unit_in_quotes_or_not(sent: object) -> None:
    ratio = BareNumberField(description="", example="1")._deserialize(sent, None, None)
    assert (ratio.value, ratio.unit.code) == (Fraction(17, 10), "1")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("1,7", "digit-separator"),
        (".7", "naked-decimal"),
        ("1.7 mg", "not-a-number"),
        ("0", "out-of-range"),
        (0, "out-of-range"),
        (-1, "sign"),
        (True, "wrong-type"),
        ([], "wrong-type"),
        ({"value": 1, "unit": "1"}, "wrong-type"),
    ],
)
def test_a_ratio_that_is_no_number_is_refused(sent: object, code: str) -> None:
    assert field_codes(BareNumberField(description="", example="1"), sent) == [code]


@pytest.mark.parametrize(("sent", "kept"), [(1, 1), (30, 30), (NumberLiteral("30.0"), 30), (366, 366)])
def test_a_whole_number_is_read_when_it_is_whole(sent: object, kept: int) -> None:
    assert WholeNumberField(1, 366)._deserialize(sent, None, None) == kept


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (0, "out-of-range"),
        (367, "out-of-range"),
        (NumberLiteral("1.9"), "out-of-range"),
        (NumberLiteral("1e2"), "exponent"),
        (-1, "sign"),
        (NumberLiteral("-0"), "sign"),
        ("30", "wrong-type"),
        (True, "wrong-type"),
        (NumberLiteral("1" * 5001), "too-many-digits"),
    ],
)
def test_a_whole_number_that_is_not_whole_or_not_in_range_is_refused(sent: object, code: str) -> None:
    assert field_codes(WholeNumberField(1, 366), sent) == [code]


@pytest.mark.parametrize("sent", ["2026-12-01", "2024-02-29", "1800-01-01", "2199-12-31"])
def test_a_calendar_date_is_read(sent: str) -> None:
    assert DateField()._deserialize(sent, None, None) == date.fromisoformat(sent)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("2026-W01-1", "not-a-date"), ("2026-W01", "not-a-date"), ("20261201", "not-a-date"),
        ("2026-02-30", "not-a-date"),
        ("2025-02-29", "not-a-date"), ("2026-12-1", "not-a-date"), ("01.12.2026", "not-a-date"), ("", "not-a-date"),
        ("2026-12-01T00:00:00", "not-a-date"), ("2026-12-01Z", "not-a-date"), (" 2026-12-01", "not-a-date"),
        ("２０２６-12-01", "not-a-date"), ("2026-12-01\n", "not-a-date"), ("0000-01-01", "not-a-date"),
        ("today", "not-a-date"),
        (20261201, "wrong-type"), (NumberLiteral("2026.5"), "wrong-type"), (True, "wrong-type"), ({}, "wrong-type"),
        ("1799-12-31", "out-of-range"), ("2200-01-01", "out-of-range"), ("9999-12-31", "out-of-range"),
    ],
)  # fmt: skip
def test_what_is_no_calendar_date_is_refused(sent: object, code: str) -> None:
    assert field_codes(DateField(), sent) == [code]


@pytest.mark.parametrize(
    ("field", "sent", "code"),
    [
        (FlagField(), "t", "wrong-type"),
        (FlagField(), 1, "wrong-type"),
        (FlagField(), "true", "wrong-type"),
        (CodeField(("female", "male")), "f", "unknown-value"),
        (CodeField(("female", "male")), "Female", "unknown-value"),
        (CodeField(("female", "male")), 1, "wrong-type"),
        (CodeField(("female", "male")), ["male"], "wrong-type"),
        (TextField(5), "", "malformed"),
        (TextField(5), "   ", "malformed"),
        (TextField(5), "a\nb", "malformed"),
        (TextField(5), "a\u202eb", "malformed"),
        (TextField(5), "123456", "too-long"),
        (TextField(5), NumberLiteral("1.5"), "wrong-type"),
    ],
)
def test_flags_codes_and_texts_are_not_converted(field: fields.Field[Any], sent: object, code: str) -> None:
    assert field_codes(field, sent) == [code]


def test_a_text_is_kept_as_it_was_written() -> None:
    assert TextField(5)._deserialize(" a b ", None, None) == " a b "


SCHEMAS: list[RequestSchema] = [
    OrderSchema(names),
    MedicationSchema(names),
    StepSchema(),
    PatientSchema(names),
    LaboratorySchema(),
    PrintSchema(),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_no_field_has_validators_or_hooks_which_our_loading_does_not_ask_for(schema: RequestSchema) -> None:
    for field in schema.load_fields.values():
        assert not field.validators and not field.pre_load and not field.post_load
        assert field.data_key is None and field.attribute is None
    assert not schema._hooks


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
@pytest.mark.parametrize("sent", [None, [], "x", 1, True])
def test_anything_but_an_object_is_refused(schema: RequestSchema, sent: object) -> None:
    assert codes(schema.load, sent) == [("", "wrong-type")]
