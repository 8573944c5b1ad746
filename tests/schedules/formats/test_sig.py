from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from schedules.formats.sig import sig, step_words
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import MadeStep, example, made_plan, quantity

START = date(2026, 12, 1)


def step_of(form: str, step: MadeStep, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = made_plan(form, [step], START)["steps"][0]
    return made | changes


def once(count: int | str, strength: int, days: int = 3, when: str | None = "morning") -> MadeStep:
    return MadeStep(days, {when: ((Fraction(count), Fraction(strength)),)})


def said(step: dict[str, Any]) -> str:
    return sig(step).replace(NO_BREAK, " ")


def test_a_label_names_count_strength_amount_way_time_and_length() -> None:
    doses = {"morning": ((Fraction(2), Fraction(300)),), "evening": ((Fraction(1), Fraction(300)),)}
    assert said(step_of("capsule", MadeStep(3, doses))) == (
        "Take 2 capsules of 300 mg (600 mg) by mouth in the morning and 1 capsule of 300 mg (300 mg) in the evening "
        "for 3 days."
    )


def test_pieces_of_two_strengths_are_each_named() -> None:
    doses = {"noon": ((Fraction(1), Fraction(300)), (Fraction(1), Fraction(400)))}
    assert said(step_of("capsule", MadeStep(1, doses))) == (
        "Take 1 capsule of 300 mg and 1 capsule of 400 mg (700 mg) by mouth at noon for 1 day."
    )


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("tablet", "Take 1 and a half tablets of 10 mg (15 mg) by mouth"),
        ("sublingual tablet", "Dissolve 1 and a half sublingual tablets of 10 mg (15 mg) under the tongue"),
        ("orally disintegrating tablet", "Dissolve 1 and a half orally disintegrating tablets of 10 mg (15 mg) on the"),
        ("oral solution", "Take 1.5 mL of the 10 mg per mL oral solution (15 mg) by mouth"),
    ],
)
def test_a_label_says_the_whole_form_and_where_it_goes(form: str, begins: str) -> None:
    assert said(step_of(form, once("3/2", 10))).startswith(begins)


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("extended-release tablet", "Take 2 extended-release tablets of 10 mg (20 mg) by mouth"),
        ("nasal spray", "Use 2 nasal sprays of 10 mg (20 mg) in the nose"),
        ("buccal film", "Apply 2 buccal films of 10 mg (20 mg) to the inside of the cheek"),
        ("injection", "Inject 2 injections of 10 mg (20 mg) in the morning"),
    ],
)
def test_other_forms_have_their_own_verbs(form: str, begins: str) -> None:
    assert said(step_of(form, once(2, 10))).startswith(begins)


@pytest.mark.parametrize(
    ("on_days", "ends"),
    [
        (["monday"], "in the morning on Mondays only for 28 days."),
        (["tuesday", "friday"], "in the morning on Tuesdays and Fridays only for 28 days."),
        (
            ["tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
            "in the morning every day but Monday for 28 days.",
        ),
        (
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
            "in the morning for 28 days.",
        ),
        ({"every": 1, "first": 1}, "in the morning for 28 days."),
        ({"every": 2, "first": 1}, "in the morning every other day, beginning on December 1, 2026, for 28 days."),
        ({"every": 2, "first": 2}, "in the morning every other day, beginning on December 2, 2026, for 27 days."),
        ({"every": 3, "first": 1}, "in the morning every 3 days, beginning on December 1, 2026, for 28 days."),
    ],
)
def test_days_without_a_dose_are_told(on_days: object, ends: str) -> None:
    assert said(step_of("tablet", once(1, 10, 28), on_days=on_days)).endswith(f"by mouth {ends}")


def test_a_patch_is_changed_by_the_hour() -> None:
    step = step_of("transdermal patch", once(1, 25, 6), on_days={"every": 3, "first": 1})
    assert said(step) == (
        "Apply 1 transdermal patch of 25 mg (25 mg) to the skin in the morning every 72 hours, beginning on "
        "December 1, 2026, for 6 days."
    )


def test_an_as_needed_label_tells_the_wait_and_the_most() -> None:
    step = step_of("tablet", MadeStep(7, {None: ((Fraction(1), Fraction(50)),)}, Fraction(400)))
    assert said(step) == (
        "Take 1 tablet of 50 mg (50 mg) by mouth as needed, with at least 6 hours between doses and no more than "
        "8 tablets (400 mg) in one day, for 7 days."
    )
    assert "as needed, with no more than 8 tablets" in said(step | {"interval": None})


def test_every_number_keeps_the_word_after_it() -> None:
    assert " 3 days" not in sig(step_of("tablet", once(1, 10)))
    assert f"3{NO_BREAK}days" in sig(step_of("tablet", once(1, 10)))


def test_the_words_of_steps_are_for_programs_and_have_ordinary_spaces() -> None:
    plan = example("gabapentin-1800")
    words = step_words(plan)
    assert [row["instruction"] for row in words] == [step["instruction"] for step in plan["steps"]]
    assert words[0]["sig"] == "Take 1 capsule of 300 mg (300 mg) by mouth in the evening for 3 days."


def test_the_words_of_two_drugs_name_each_and_those_of_two_strengths_each_strength() -> None:
    plan = example("methotrexate-weekly")
    assert step_words(plan)[1]["instruction"] == (
        "Every day but Monday: take 1 tablet of folic acid (1 mg) in the morning."
    )
    plan["supply"].append({"strength": quantity(5, "mg"), "form": "tablet", "count": "1", "unit": "{tablet}"})
    plan["supply"][-1]["drug"] = "folic acid"
    words = [row["instruction"] for row in step_words(plan)]
    assert "1 tablet of 1 mg of folic acid (1 mg)" in words[1]
    assert "4 tablets of methotrexate (10 mg)" in words[0]
