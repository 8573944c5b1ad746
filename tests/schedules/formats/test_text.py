from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from schedules.formats import FORMATS, Sheet
from schedules.formats.dates import read_date
from tests.figures import figure
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.reading import steps_of

HOSTILE = ("W" * 500, "<b>&amp;</b>", "\u202eevil", "王 😀", "a\nb", "1. Tue Dec 1: Take 9 capsules (9 mg) at noon.")


def text(plan: dict[str, Any], sheet: Sheet | None = None) -> str:
    return FORMATS["text"].render(plan, sheet or Sheet()).decode()


def planned(plan: dict[str, Any]) -> list[Any]:
    """The steps of a plan in the shape that reading the paper back gives."""
    several = len(plan["supply"]) > 1
    return [
        (
            step["number"],
            read_date(step["from_date"]),
            read_date(step["to_date"]),
            [
                (
                    dose["when"],
                    [
                        (Fraction(piece["count"]), Fraction(piece["strength"]["value"]) if several else None)
                        for piece in dose["pieces"]
                    ],
                    Fraction(dose["amount"]["value"]),
                )
                for dose in step["doses"]
            ],
        )
        for step in plan["steps"]
    ]


# Steps of every day, one drug and no day gone; what has another shape is read back by its days.
DAILY = [
    name
    for name in NAMES
    if not any(step["on_days"] or step.get("past") for step in example(name)["steps"])
    and len({step["drug"] for step in example(name)["steps"]}) == 1
]


@pytest.mark.parametrize("name", DAILY)
def test_the_printed_steps_read_back_as_the_plan(name: str) -> None:
    assert steps_of(text(example(name))) == planned(example(name))


@settings(max_examples=figure(10_000, 100))
@given(plans())
def test_any_plan_reads_back_as_itself(plan: dict[str, Any]) -> None:
    assert steps_of(text(plan)) == planned(plan)


def test_reading_back_notices_a_wrong_plan() -> None:
    plan = example("gabapentin-1800")
    printed = text(plan)
    plan["steps"][3]["doses"][0]["pieces"][0]["count"] = "2"
    assert steps_of(printed) != planned(plan)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hostile", ["", *HOSTILE])
def test_no_line_is_longer_than_72_columns(name: str, hostile: str) -> None:
    sheet = Sheet(patient_name=hostile, prescriber=hostile, phone=hostile, stamp=hostile)
    assert max(map(len, text(example(name), sheet).splitlines())) <= 72


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_cannot_pretend_to_be_a_step(hostile: str) -> None:
    plan = example("gabapentin-1800")
    assert steps_of(text(plan, Sheet(patient_name=hostile, prescriber=hostile))) == planned(plan)


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
