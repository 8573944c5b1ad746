"""The rules on paper, held against everything that is rendered; and the linter held against what it must find."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from schedules.formats import FORMATS, Sheet
from tests.figures import figure
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.paper_linter import faults, loose_doses
from tests.schedules.formats.reading import Page, pdf_text


def page(plan: dict[str, Any]) -> str:
    return Page(FORMATS["html"].render(plan, Sheet()).decode()).text


def text(plan: dict[str, Any]) -> str:
    return FORMATS["text"].render(plan, Sheet()).decode()


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (1, "take .5 mg"),
        (1, "take 5.0 mg"),
        (1, "take 2.50 mL"),
        (2, "take 5mg"),
        (2, "take 5\nmg"),
        (2, "take 2\ncapsules (600 mg)"),
        (3, "take 3600 mg"),
        (3, "1000 capsules of 300 mg"),
        (3, "take 0,5 mg"),
        (4, "take 5 µg"),
        (4, "take 5 ug"),
        (4, "take 5 cc"),
        (4, "10 U of it"),
        (4, "10 IU of it"),
        (4, "5 ml of it"),
        (5, "300 mg QD"),
        (5, "300 mg q.o.d."),
        (5, "300 mg bid"),
        (5, "300 mg qhs"),
        (5, "300 mg q6h prn"),
        (5, "300 mg PO"),
        (6, "300 mg + 400 mg"),
        (6, "> 300 mg"),
        (6, "dose <300 mg"),
        (6, "300 mg/day"),
        (6, "300 mg & 400 mg"),
        (6, "300 mg @ noon"),
        (6, "≤ 300 mg"),
        (7, "MTX on Mondays"),
        (7, "GABAPENTIN today"),
        (9, "take 0.5 g"),
        (10, "take 1.5 tablets (75 mg)"),
        (10, "take 1½ tablets (75 mg)"),
        (10, "take 1/2 tablet (25 mg)"),
        (10, "take 2 capsules in the evening"),
        (10, "take half a tablet at noon"),
    ],
)
def test_the_linter_finds_what_it_must(rule: int, bad: str) -> None:
    assert rule in [found for found, _ in faults(bad)]


@pytest.mark.parametrize(
    "good",
    [
        "Take 1 capsule (300 mg) in the morning and 2 capsules (600 mg) in the evening.",
        "Take 1 and a half tablets (900 mg) at bedtime, or half a tablet (300 mg).",
        "1 capsule of 300 mg and 1 capsule of 400 mg (700 mg); 3,600 mg a day; 0.5 mg; 100 mg.",
        "Creatinine clearance 40 mL/min; section 2.3, Table 1, 2020; gabapentin/renal-dose; 101 degrees (38.3).",
    ],
)
def test_the_linter_lets_good_paper_be(good: str) -> None:
    assert list(faults(good)) == []


def test_a_dose_that_could_break_over_a_line_is_found() -> None:
    assert list(loose_doses("take 300 mg")) == ["take 300 mg"]
    assert list(loose_doses("take 300\u00a0mg in 3 steps")) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_every_example_keeps_the_rules(name: str) -> None:
    assert list(faults(page(example(name)))) == []
    assert list(loose_doses(page(example(name)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_every_example_keeps_the_rules(name: str) -> None:
    assert list(faults(text(example(name)))) == []


@pytest.mark.poppler
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("large_print", [False, True])
def test_the_pdf_of_every_example_keeps_the_rules(name: str, large_print: bool) -> None:
    document = FORMATS["pdf"].render(example(name), Sheet(large_print=large_print))
    assert list(faults(pdf_text(document, "-raw"))) == []


@settings(max_examples=figure(10_000, 100))
@given(plans())
def test_the_page_and_the_text_of_any_plan_keep_the_rules(plan: dict[str, Any]) -> None:
    assert list(faults(page(plan))) == []
    assert list(loose_doses(page(plan))) == []
    assert list(faults(text(plan))) == []


@pytest.mark.poppler
@settings(max_examples=figure(500, 10))
@given(plans())
def test_the_pdf_of_any_plan_keeps_the_rules(plan: dict[str, Any]) -> None:
    assert list(faults(pdf_text(FORMATS["pdf"].render(plan, Sheet()), "-raw"))) == []
