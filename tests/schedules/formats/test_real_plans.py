"""What the engine plans is what paper says: plans of every protocol and taper, changed or not, in every format.

The laws of made plans, held by plans that were asked for, planned, stored and read again: they read back as the same
plan, break no rule on paper, and ask for no more than eight years of school.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.formats import FORMATS, Sheet
from schedules.formats.calendar_file import TITLES
from schedules.formats.languages import offered, speaking
from schedules.formats.stopping import stopped
from tests.figures import figure
from tests.schedules.formats.canonical import canonical, to_come
from tests.schedules.formats.paper_linter import (
    calendar_faults,
    faults,
    loose_doses,
    patient_faults,
    prescriber_faults,
    table_faults,
)
from tests.schedules.formats.planned import real_plans
from tests.schedules.formats.reading import Page, pdf_text
from tests.schedules.formats.reading_files import events_of, read_calendar, read_table, reminded, rows_of
from tests.schedules.formats.reading_grade import LEAST_EASE, MOST_GRADE, ease, grade
from tests.schedules.formats.reading_labels import read_labels
from tests.schedules.formats.reading_sheet import Sheet as Read
from tests.schedules.formats.test_reading_back import without_limits
from tests.schedules.formats.test_reading_grade import names, prose

LANGUAGES = st.sampled_from(offered())


def said_drugs(plan: dict[str, Any], language: str) -> dict[str, str]:
    """The drugs of a plan by the names that a sheet in the language gives them."""
    return {speaking(language).say(step["drug"]): step["drug"] for step in plan["steps"]}


def shown(plan: dict[str, Any], **wanted: Any) -> tuple[str, str]:
    """The words of the text and of the page, whose first line stands above the window and not on it."""
    sheet = Sheet(**wanted)
    page = Page(FORMATS["html"].render(plan, sheet).decode()).text.partition("\n")[2]
    return FORMATS["text"].render(plan, sheet).decode(), page


@settings(max_examples=figure(10_000, 25))
@given(real_plans(), LANGUAGES)
def test_text_and_page_of_a_real_plan_read_back_and_keep_the_rules(plan: dict[str, Any], language: str) -> None:
    drugs = said_drugs(plan, language)
    coming = to_come(plan)
    for said in shown(plan, audience="patient", language=language):
        assert [*faults(said), *patient_faults(said, drugs)] == []
        if coming:
            read = Read(said, language, drugs)
            assert read.steps() == coming
            assert read.calendar() == without_limits(coming)
        else:
            assert "[ ]" not in said
    page = shown(plan, audience="patient", language=language)[1]
    assert list(loose_doses(page, drugs)) == []
    for stop in stopped(plan):
        assert speaking(language).say(stop.drug) in page


@settings(max_examples=figure(10_000, 25))
@given(real_plans(), LANGUAGES)
def test_table_and_calendar_file_of_a_real_plan_read_back(plan: dict[str, Any], language: str) -> None:
    table = FORMATS["csv"].render(plan, Sheet())
    assert read_table(table) == canonical(plan)
    assert list(table_faults(rows_of(table))) == []
    calendar = FORMATS["ics"].render(plan, Sheet(language=language))
    titles = {part: speaking(language).say(title) for part, title in TITLES.items()}
    assert read_calendar(calendar, titles) == reminded(to_come(plan))
    told = [str(event[field]) for event in events_of(calendar) for field in ("summary", "description", "uid")]
    assert list(calendar_faults(told, (plan["id"], *said_drugs(plan, "en"), *said_drugs(plan, language)))) == []


@settings(max_examples=figure(10_000, 25))
@given(real_plans())
def test_the_labels_and_the_pages_of_professionals_of_a_real_plan_are_right(plan: dict[str, Any]) -> None:
    for audience in ("prescriber", "pharmacy"):
        for said in shown(plan, audience=audience):
            assert [*faults(said), *prescriber_faults(said)] == []
        assert list(loose_doses(shown(plan, audience=audience)[1], said_drugs(plan, "en"))) == []
    if to_come(plan):
        assert read_labels(shown(plan)[0], plan["drug"]) == to_come(plan)


@settings(max_examples=figure(10_000, 25))
@given(real_plans())
def test_a_real_plan_asks_for_no_more_than_eight_years_of_school(plan: dict[str, Any]) -> None:
    assert grade(prose(plan, "en"), names()) <= MOST_GRADE
    spanish = tuple(speaking("es").say(drug) for drug in names())
    assert ease(prose(plan, "es"), spanish) >= LEAST_EASE


@pytest.mark.poppler
@settings(max_examples=figure(500, 8))
@given(real_plans(), LANGUAGES, st.booleans(), st.sampled_from(("letter", "a4")))
def test_the_pdf_of_a_real_plan_reads_back_and_keeps_the_rules(
    plan: dict[str, Any], language: str, large_print: bool, paper: str
) -> None:
    sheet = Sheet(audience="patient", language=language, large_print=large_print, paper=paper)
    said = pdf_text(FORMATS["pdf"].render(plan, sheet), "-raw")
    drugs = said_drugs(plan, language)
    assert [*faults(said), *patient_faults(said, drugs)] == []
    if to_come(plan):
        assert Read(said, language, drugs).steps() == to_come(plan)
