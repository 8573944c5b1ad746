"""Whatever is printed reads back as the same plan, in every format and language: nothing is lost, added or changed.

The readers know the words of a language by themselves and not from the catalogues, so that a wrong translation is a
wrong plan here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.formats import FORMATS, Sheet
from schedules.formats.languages import offered
from tests.figures import figure
from tests.schedules.formats import reading_sheet
from tests.schedules.formats.canonical import Canonical, canonical, to_come
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.reading import Page, pdf_text
from tests.schedules.formats.reading_labels import read_labels
from tests.schedules.formats.shapes import SHAPES, shaped_plans

ALL = (*NAMES, *SHAPES)
ANY_PLAN = st.one_of(plans(), shaped_plans())
LANGUAGES = st.sampled_from(offered())


def plan_named(name: str) -> dict[str, Any]:
    return SHAPES.get(name) or example(name)


def text(plan: dict[str, Any], language: str = "en") -> str:
    return FORMATS["text"].render(plan, Sheet(language=language)).decode()


def page(plan: dict[str, Any], language: str = "en") -> str:
    return Page(FORMATS["html"].render(plan, Sheet(language=language)).decode()).text


def pdf(plan: dict[str, Any], language: str = "en", large_print: bool = False) -> str:
    return pdf_text(FORMATS["pdf"].render(plan, Sheet(language=language, large_print=large_print)), "-raw")


def steps(said: str, language: str = "en") -> Canonical:
    return reading_sheet.Sheet(said, language).steps()


def calendar(said: str, language: str = "en") -> Canonical:
    return reading_sheet.Sheet(said, language).calendar()


def without_limits(doses: Canonical) -> Canonical:
    """The calendar says what a dose is and not how often, if it is taken as needed."""
    return {key: replace(taken, maximum=None, interval=None) for key, taken in doses.items()}


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("printed", [text, page])
def test_steps_and_calendar_of_an_example_read_back(
    name: str, language: str, printed: Callable[[dict[str, Any], str], str]
) -> None:
    plan = plan_named(name)
    said = printed(plan, language)
    assert steps(said, language) == to_come(plan)
    assert calendar(said, language) == without_limits(to_come(plan))


@pytest.mark.poppler
@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("large_print", [False, True])
def test_the_steps_of_a_pdf_read_back(name: str, language: str, large_print: bool) -> None:
    plan = plan_named(name)
    assert steps(pdf(plan, language, large_print), language) == to_come(plan)


@pytest.mark.parametrize("name", ALL)
def test_the_labels_of_an_example_read_back_and_are_the_same_in_every_language(name: str) -> None:
    plan = plan_named(name)
    assert read_labels(text(plan), plan["drug"]) == to_come(plan)
    labels = {text(plan, language).partition("\nLabels, one for each step\n")[2] for language in offered()}
    assert "" not in labels
    assert len({part.partition("\nTotals for the pharmacy\n")[0] for part in labels}) == 1


@settings(max_examples=figure(10_000, 60))
@given(ANY_PLAN, LANGUAGES)
def test_steps_and_calendar_of_any_plan_read_back(plan: dict[str, Any], language: str) -> None:
    for said in (text(plan, language), page(plan, language)):
        assert steps(said, language) == to_come(plan)
        assert calendar(said, language) == without_limits(to_come(plan))


@settings(max_examples=figure(10_000, 60))
@given(ANY_PLAN)
def test_the_labels_of_any_plan_read_back(plan: dict[str, Any]) -> None:
    assert read_labels(text(plan), plan["drug"]) == to_come(plan)


@pytest.mark.poppler
@settings(max_examples=figure(500, 10))
@given(ANY_PLAN, LANGUAGES)
def test_the_steps_of_any_pdf_read_back(plan: dict[str, Any], language: str) -> None:
    assert steps(pdf(plan, language), language) == to_come(plan)


def test_days_that_are_gone_are_not_printed_and_all_others_are() -> None:
    plan = SHAPES["revised"]
    assert set(to_come(plan)) < set(canonical(plan))
    assert steps(text(plan)) == to_come(plan) != canonical(plan)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("gabapentin-1800", "2 capsules (600 mg) in the morning", "1 capsule (600 mg) in the morning"),
        ("gabapentin-1800", "(600 mg) at noon", "(300 mg) at noon"),
        ("gabapentin-1800", "Sun Dec 13 to Tue Dec 15", "Sun Dec 13 to Mon Dec 14"),
        ("gabapentin-1800", "capsules of 300 mg", "capsules of 400 mg"),
        ("gabapentin-1800", "in the evening", "at bedtime"),
        ("tramadol-as-needed", "half a tablet", "a quarter of a tablet"),
        ("tramadol-as-needed", "at least 6 hours", "at least 4 hours"),
        ("tramadol-as-needed", "(400 mg) in one day", "(500 mg) in one day"),
        ("gabapentin-solution", "3.5 mL", "35 mL"),
        ("weekly_with_partner", "On Mondays only", "On Tuesdays only"),
        ("weekly_with_partner", "Every day but Monday", "Every day but Sunday"),
        ("patches", "Every 72 hours", "Every 48 hours"),
        ("alternating", "from Wed Dec 2 on", "from Thu Dec 3 on"),
        ("switch", "of gabapentin (300 mg)", "of pregabalin (300 mg)"),
    ],
)
def test_reading_back_notices_what_is_wrong(name: str, right: str, wrong: str) -> None:
    said = text(plan_named(name)).replace("\n   ", " ").replace("  ", " ")
    assert right in said
    assert steps(said) == to_come(plan_named(name))
    assert not reads_as(said.replace(right, wrong), plan_named(name))


def reads_as(said: str, plan: dict[str, Any], read: Callable[[str], Canonical] = steps) -> bool:
    """Whether a text can be read and says the plan: a wrong one may contradict itself, and is refused."""
    try:
        return read(said) == to_come(plan)
    except AssertionError:
        return False


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("2 capsules of 300 mg (600 mg)", "1 capsule of 300 mg (600 mg)"),
        ("capsules of 300 mg", "capsules of 100 mg"),
        ("for 3 days.", "for 2 days."),
        ("at noon", "at bedtime"),
        ("by mouth", "by ear"),
    ],
)
def test_a_wrong_label_is_noticed(right: str, wrong: str) -> None:
    plan = example("gabapentin-1800")
    said = " ".join(text(plan).split())
    assert right in said
    assert read_labels(said, "gabapentin") == to_come(plan)
    assert not reads_as(said.replace(right, wrong), plan, lambda label: read_labels(label, "gabapentin"))
