from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from schedules.formats.instructions import instruction, most_doses
from schedules.formats.pieces import counted, product
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import MadeStep, made_plan, quantity

HALF = Fraction(1, 2)


def step_of(form: str, step: MadeStep, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = made_plan(form, [step], date(2026, 12, 1))["steps"][0]
    return made | changes


def said(*arguments: Any) -> str:
    return instruction(*arguments).replace(NO_BREAK, " ")


def pieces(*counts_and_strengths: tuple[float | Fraction, int]) -> tuple[tuple[Fraction, Fraction], ...]:
    return tuple((Fraction(count), Fraction(strength)) for count, strength in counts_and_strengths)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Fraction(1, 4), "a quarter of a tablet"),
        (HALF, "half a tablet"),
        (Fraction(3, 4), "three quarters of a tablet"),
        (Fraction(1), "1 tablet"),
        (Fraction(5, 4), "1 and a quarter tablets"),
        (Fraction(3, 2), "1 and a half tablets"),
        (Fraction(11, 4), "2 and three quarters tablets"),
        (Fraction(2), "2 tablets"),
        (Fraction(1000), "1,000 tablets"),
    ],
)
def test_a_count_is_said_in_whole_pieces_and_named_parts(count: Fraction, words: str) -> None:
    assert counted(count, "tablet").replace(NO_BREAK, " ") == words


def test_patches_and_pieces_that_begin_with_a_vowel_follow_english() -> None:
    assert counted(Fraction(2), "patch").replace(NO_BREAK, " ") == "2 patches"
    assert counted(HALF, "extended-release tablet").replace(NO_BREAK, " ") == "half an extended-release tablet"


def test_doses_stand_apart_from_their_times() -> None:
    step = step_of("capsule", MadeStep(3, {"morning": pieces((1, 300)), "evening": pieces((2, 300))}))
    assert said(step) == "Take 1 capsule (300 mg) in the morning and 2 capsules (600 mg) in the evening."


def test_a_cut_tablet_is_said_in_words() -> None:
    step = step_of("tablet", MadeStep(3, {"bedtime": pieces((Fraction(3, 2), 600))}))
    assert said(step) == "Take 1 and a half tablets (900 mg) at bedtime."


def test_two_strengths_are_named_with_their_counts() -> None:
    step = step_of("capsule", MadeStep(3, {"noon": pieces((1, 300), (1, 400))}))
    assert said(step, True) == "Take 1 capsule of 300 mg and 1 capsule of 400 mg (700 mg) at noon."


def test_a_liquid_is_measured_in_milliliters() -> None:
    step = step_of("oral solution", MadeStep(3, {"evening": pieces((Fraction(7, 2), 50))}))
    assert said(step) == "Take 3.5 mL (175 mg) in the evening."


def test_an_as_needed_step_tells_the_wait_and_the_most_in_pieces_and_in_amount() -> None:
    step = step_of("tablet", MadeStep(3, {None: pieces((1, 50))}, Fraction(400)))
    assert said(step) == (
        "Take 1 tablet (50 mg) only when you need it. Wait at least 6 hours before you take more. "
        "Do not take more than 8 tablets (400 mg) in one day."
    )


def test_an_as_needed_step_without_an_interval_tells_only_the_most() -> None:
    step = step_of("tablet", MadeStep(3, {None: pieces((1, 50))}, Fraction(400)), interval=None)
    assert "Wait" not in said(step)


def test_a_maximum_that_pieces_cannot_make_is_told_as_an_amount() -> None:
    step = step_of("capsule", MadeStep(3, {None: pieces((1, 300))}, Fraction(400)))
    assert said(step).endswith("Do not take more than 400 mg in one day.")


@pytest.mark.parametrize(
    ("most", "doses"),
    [
        (quantity(400, "mg/d"), 8),
        (quantity(399, "mg/d"), 7),
        (quantity(4, "{dose}/d"), 4),
        (quantity(6, "{tablet}/d"), 6),
    ],
)
def test_the_boxes_of_an_as_needed_day_are_the_doses_that_fit(most: dict[str, Any], doses: int) -> None:
    step = step_of("tablet", MadeStep(1, {None: pieces((1, 50))}, Fraction(400)), max_per_day=most)
    assert most_doses(step) == doses


def test_a_maximum_in_pieces_is_told_in_pieces() -> None:
    step = step_of("tablet", MadeStep(1, {None: pieces((1, 50))}, Fraction(400)), max_per_day=quantity(6, "{tablet}/d"))
    assert "more than 6 tablets in one day" in said(step)


@pytest.mark.parametrize(
    ("on_days", "lead"),
    [
        (["monday"], "On Mondays only: take "),
        (["monday", "thursday"], "On Mondays and Thursdays only: take "),
        ({"every": 2, "first": 1}, "Every other day, from Tue Dec 1 on: take "),
        ({"every": 3, "first": 1}, "Every 3 days, from Tue Dec 1 on: take "),
        (None, "Take "),
    ],
)
def test_a_step_that_is_not_daily_says_its_days_first(on_days: object, lead: str) -> None:
    step = step_of("tablet", MadeStep(9, {"morning": pieces((6, 5))}), on_days=on_days)
    assert said(step) == f"{lead}6 tablets (30 mg) in the morning."


def test_a_plan_of_two_drugs_names_each() -> None:
    step = step_of("capsule", MadeStep(3, {"evening": pieces((1, 300))}))
    assert said(step, False, "gabapentin") == "Take 1 capsule of gabapentin (300 mg) in the evening."


def test_a_patch_is_put_on() -> None:
    step = step_of("transdermal patch", MadeStep(3, {"morning": pieces((1, 25))}))
    assert said(step) == "Put on 1 patch (25 mg) in the morning. Take every old patch off first."


@pytest.mark.parametrize(
    ("form", "unit", "strength", "words"),
    [
        ("capsule", "{capsule}", quantity(300, "mg"), "147 capsules of 300 mg"),
        ("extended-release tablet", "{tablet}", quantity(100, "mg"), "147 extended-release tablets of 100 mg"),
        ("oral solution", "mL", quantity(50, "mg/mL"), "147 mL of oral solution, 50 mg per mL"),
    ],
)
def test_what_to_collect_names_count_form_and_strength(
    form: str, unit: str, strength: dict[str, Any], words: str
) -> None:
    piece = {"strength": strength, "form": form, "count": "147", "unit": unit}
    assert product(piece).replace(NO_BREAK, " ") == words
