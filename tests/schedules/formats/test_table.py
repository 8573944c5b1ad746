from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.units import CODES, read_unit
from schedules.formats import FORMATS, Sheet
from schedules.formats.sheet import one_line
from schedules.formats.table import COLUMNS, harmless, unit_name
from tests.figures import figure
from tests.schedules.formats.canonical import canonical
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.reading_files import read_table, rows_of
from tests.schedules.formats.shapes import SHAPES, shaped_plans

SIGNS = "=+-@＝＋－＠\t\r"
HOSTILE = ('a, "b"; c', "=1+1", "x;=1+1", "a\r\nb,c", "\u202eevil\u2066", "😀 王", "'=1", "@a", "＝1", "-", "a\x00b")


def table(plan: dict[str, Any]) -> bytes:
    return FORMATS["csv"].render(plan, Sheet())


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_an_example_reads_back_as_the_plan(name: str) -> None:
    assert read_table(table(example(name))) == canonical(example(name))


@pytest.mark.parametrize("name", SHAPES)
def test_the_table_of_every_shape_reads_back_as_the_plan(name: str) -> None:
    assert read_table(table(SHAPES[name])) == canonical(SHAPES[name])


@settings(max_examples=figure(10_000, 100))
@given(st.one_of(plans(), shaped_plans()))
def test_the_table_of_any_plan_reads_back_as_the_plan(plan: dict[str, Any]) -> None:
    assert read_table(table(plan)) == canonical(plan)


def test_reading_back_notices_a_wrong_count_strength_amount_or_day() -> None:
    right = canonical(example("gabapentin-1800"))
    for change in (b"1 x 300 mg", b"2 x 300 mg"), (b"300 mg capsule", b"100 mg capsule"), (b",300,mg", b",200,mg"):
        assert read_table(table(example("gabapentin-1800")).replace(*change)) != right
    lost = b"".join(table(example("gabapentin-1800")).splitlines(keepends=True)[:-1])
    assert read_table(lost) != right


def test_a_row_has_a_dose_with_its_day_and_pieces() -> None:
    row = rows_of(table(SHAPES["alternate_days"]))[0]
    assert row == {
        "date": "2026-12-01",
        "weekday": "tuesday",
        "day": "1",
        "step": "1",
        "drug": "prednisone",
        "part_of_day": "morning",
        "amount": "5.5",
        "unit": "mg",
        "pieces": "1 x 5 mg tablet; 1/2 x 1 mg tablet",
        "form": "tablet",
        "max_per_day": "",
        "max_per_day_unit": "",
        "interval": "",
        "interval_unit": "",
        "past": "no",
        "verdict": "warn",
    }
    assert tuple(row) == COLUMNS


def test_a_patch_is_told_by_the_hour_and_only_on_the_days_it_is_changed() -> None:
    rows = rows_of(table(SHAPES["patches"]))
    assert [row["day"] for row in rows] == ["1", "4", "7", "10", "13"]
    assert (rows[0]["amount"], rows[0]["unit"]) == ("12", "mcg/hour")
    assert rows[0]["pieces"] == "1 x 12 mcg/hour transdermal patch"


def test_two_drugs_of_one_day_have_a_row_each() -> None:
    rows = rows_of(table(SHAPES["switch"]))
    assert [row["drug"] for row in rows if row["day"] == "1"] == ["gabapentin", "gabapentin", "pregabalin"]
    weekly = rows_of(table(SHAPES["weekly_with_partner"]))
    assert {row["weekday"] for row in weekly if row["drug"] == "methotrexate"} == {"monday"}
    assert not [row for row in weekly if row["drug"] == "folic acid" and row["weekday"] == "monday"]


def test_use_as_needed_has_its_maximum_and_its_interval() -> None:
    row = rows_of(table(SHAPES["as_needed"]))[0]
    assert row["part_of_day"] == "as-needed"
    assert (row["max_per_day"], row["max_per_day_unit"]) == ("200", "mg/day")
    assert (row["interval"], row["interval_unit"]) == ("6", "hour")


def test_days_that_are_gone_say_so() -> None:
    assert {row["day"]: row["past"] for row in rows_of(table(SHAPES["revised"]))} == {
        str(day): "yes" if day < 9 else "no" for day in range(1, 16)
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_the_verdict(name: str) -> None:
    assert {row["verdict"] for row in rows_of(table(example(name)))} == {example(name)["check"]["verdict"]}


def test_a_large_number_has_no_separator_and_a_small_one_no_exponent() -> None:
    plan = example("gabapentin-1800")
    plan["steps"][0]["doses"][0]["amount"]["value"] = 3600
    plan["steps"][1]["doses"][0]["amount"]["value"] = Decimal("1E-7")
    amounts = {row["amount"] for row in rows_of(table(plan))}
    assert {"3600", "0.0000001"} <= amounts


def test_lines_end_as_the_standard_says_and_the_text_is_without_a_mark() -> None:
    document = table(example("gabapentin-1800"))
    assert document.startswith(b"date,weekday,")
    assert document.count(b"\r\n") == document.count(b"\n") == document.count(b"\r")


@pytest.mark.parametrize("code", [code for code in CODES if not set("[_") & set(code) and "MME" not in code])
def test_a_unit_reads_back_as_itself(code: str) -> None:
    assert read_unit(unit_name(code)).code == code


def test_international_units_are_written_out() -> None:
    assert unit_name("[iU]/d") == "units/day"


@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_nothing_in_a_plan_begins_with_a_sign_that_a_spreadsheet_computes(name: str) -> None:
    cells = [cell for row in rows_of(table(SHAPES.get(name) or example(name))) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(tuple(SIGNS))]
    assert not [cell for cell in cells if "'" in cell]


@settings(max_examples=figure(1_000, 100))
@given(st.one_of(plans(), shaped_plans()))
def test_no_cell_of_any_plan_needs_to_be_made_harmless(plan: dict[str, Any]) -> None:
    for row in rows_of(table(plan)):
        assert not [cell for cell in row.values() if harmless(cell) != cell or "'" in cell]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("＝1", "'＝1"),
        (" =1", " '=1"),
        ("a;=1", "a;'=1"),
        ('a"=1', "a\"'=1"),
        ("a, -b", "a, '-b"),
        ("'=1", "''=1"),
        ("codeine-acetaminophen", "codeine-acetaminophen"),
        ("1/2 x 300 mg tablet", "1/2 x 300 mg tablet"),
    ],
)
def test_what_a_spreadsheet_would_compute_is_shown_as_it_is(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_breaks_the_table_or_is_computed(hostile: str) -> None:
    plan = example("gabapentin-1800") | {"title": hostile}
    plan["advice"][0]["text"] = hostile
    for step in plan["steps"]:
        step["drug"] = hostile
    rows = rows_of(table(plan))
    assert len(rows) == len(rows_of(table(example("gabapentin-1800"))))
    assert {row["drug"] for row in rows} == {harmless(one_line(hostile))}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(tuple(SIGNS))]


@given(st.text())
def test_any_name_stays_in_its_cell(name: str) -> None:
    plan = SHAPES["as_needed"] | {"steps": [SHAPES["as_needed"]["steps"][0] | {"drug": name}]}
    assert {row["drug"] for row in rows_of(table(plan))} == {harmless(one_line(name))}


def test_the_table_is_the_same_in_every_language_and_for_every_name() -> None:
    named = Sheet(patient_name="Ana Núñez", language="es", large_print=True)
    assert FORMATS["csv"].render(example("gabapentin-1800"), named) == table(example("gabapentin-1800"))
