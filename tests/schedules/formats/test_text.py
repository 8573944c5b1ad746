from __future__ import annotations

from typing import Any

import pytest

from schedules.formats import FORMATS, Sheet
from tests.schedules.formats import reading_sheet
from tests.schedules.formats.canonical import to_come
from tests.schedules.formats.examples import NAMES, example

HOSTILE = ("W" * 500, "<b>&amp;</b>", "\u202eevil", "王 😀", "a\nb", "1. Tue Dec 1: Take 9 capsules (9 mg) at noon.")


def text(plan: dict[str, Any], sheet: Sheet | None = None) -> str:
    return FORMATS["text"].render(plan, sheet or Sheet()).decode()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hostile", ["", *HOSTILE])
def test_no_line_is_longer_than_72_columns(name: str, hostile: str) -> None:
    sheet = Sheet(patient_name=hostile, prescriber=hostile, phone=hostile, stamp=hostile)
    assert max(map(len, text(example(name), sheet).splitlines())) <= 72


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_cannot_pretend_to_be_a_step(hostile: str) -> None:
    plan = example("gabapentin-1800")
    printed = text(plan, Sheet(patient_name=hostile, prescriber=hostile))
    assert reading_sheet.Sheet(printed, "en").steps() == to_come(plan)


def test_names_stand_where_they_are_given_and_else_there_is_room_for_them() -> None:
    named = text(example("gabapentin-1800"), Sheet(patient_name="Ana Núñez", phone="555 0100"))
    assert "For: Ana Núñez\n" in named
    assert "Phone: 555 0100\n" in named
    assert "For: ____" in text(example("gabapentin-1800"))
    assert "Phone: ____" in text(example("gabapentin-1800"))


def test_the_banner_stands_on_both_parts() -> None:
    assert text(example("gabapentin-cannot-assess")).count("!! This plan could not be fully checked.") == 3
    assert "!!" not in text(example("gabapentin-1800"))


def test_parts_that_a_plan_has_not_are_left_out() -> None:
    plan = example("gabapentin-1800") | {"advice": [], "reassessments": [], "chosen": [], "protocol": None}
    printed = text(plan)
    for title in ("Call now", "When to see your prescriber", "Reassessments", "Sources"):
        assert f"\n{title}\n" not in printed
        assert f"\n{title}\n" in text(example("gabapentin-1800"))


def test_a_finding_without_a_layer_says_only_its_rule() -> None:
    plan = example("gabapentin-1800")
    plan["check"]["findings"][0]["layer"] = None
    assert "layer" not in text(plan)
    assert "None.\n" in text(example("gabapentin-renal-1400"))
    assert "Nothing: every rule" in text(example("gabapentin-renal-1400"))


def test_a_week_without_a_dose_is_left_out() -> None:
    plan = example("methotrexate-weekly")
    plan["steps"] = [step for step in plan["steps"] if step["drug"] == "methotrexate"]
    assert "\nTick the box when you have taken the dose.\n\nWeek 2: December 2026\nMon Dec 7:" in text(plan)


def test_a_part_alone_without_a_hash_has_no_line_for_one() -> None:
    assert "SHA-256 of the plan" not in text(example("gabapentin-1800"), Sheet(audience="pharmacy"))
