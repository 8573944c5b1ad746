"""The rules on paper, held against everything that is rendered; and the linter held against what it must find."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.formats import FORMATS, Sheet
from schedules.formats.languages import offered, speaking
from tests.figures import figure
from tests.schedules.formats.canonical import to_come
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.paper_linter import (
    calendar_faults,
    faults,
    loose_doses,
    missing,
    patient_faults,
    prescriber_faults,
    table_faults,
)
from tests.schedules.formats.reading import Page, pdf_text
from tests.schedules.formats.reading_files import events_of, rows_of
from tests.schedules.formats.shapes import SHAPES, shaped_plans


def page(plan: dict[str, Any], sheet: Sheet) -> str:
    """The words of the page; its first line, the title of the document, stands above the window and not on it."""
    return Page(FORMATS["html"].render(plan, sheet).decode()).text.partition("\n")[2]


def text(plan: dict[str, Any], sheet: Sheet) -> str:
    return FORMATS["text"].render(plan, sheet).decode()


def pdf(plan: dict[str, Any], sheet: Sheet) -> str:
    return pdf_text(FORMATS["pdf"].render(plan, sheet), "-raw")


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
        (3, "tome 1000 tabletas de 5 mg"),
        (3, "take 3 600 mg"),
        (1, "take 5. mg"),
        (1, "take 2.0 tablets of 5 mg"),
        (2, "tome 2\ncápsulas (600 mg)"),
        (4, "inject 10 I.U. of it"),
        (4, "10 UI de insulina"),
        (4, "5 mcgs of it"),
        (5, "300 mg HS"),
        (5, "300 mg h.s."),
        (5, "300 mg q 8 h"),
        (5, "300 mg p.r.n."),
        (5, "300 mg VO"),
        (5, "300 mg c/8h"),
        (5, "50 mg SL"),
        (6, "take 25-50 mg"),
        (6, "take 25 mg – 50 mg"),
        (6, "300 mg × 2"),
        (6, "300 mg → 600 mg"),
        (6, "~ 300 mg"),
        (7, "APAP 500 mg"),
        (9, "drink 0.5 L"),
        (10, "tome 1.5 tabletas (75 mg)"),
        (10, "tome 1/2 tableta (25 mg)"),
        (10, "tome 2 cápsulas por la noche"),
        (10, "tome media tableta al mediodía"),
        (10, "put on 1 patch in the morning"),
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
        "Tome 1 cápsula (300 mg) por la mañana y 2 cápsulas (600 mg) por la tarde. Tome media tableta (25 mg) ahora.",
        "Tome 1 tableta y media (75 mg) al mediodía; 1 tableta de 5 mg y media tableta de 1 mg (5.5 mg).",
        "Put on 1 patch (25 mcg an hour). Every 72 hours. Thu Dec 10 to Sat Dec 12, days 4 to 6; 10 units; 0.25 mg.",
        "Creatinine clearance 40 mL/min; section 2.3, Table 1, 2020; gabapentin/renal-dose; 101 degrees (38.3).",
    ],
)
def test_the_linter_lets_good_paper_be(good: str) -> None:
    assert list(faults(good)) == []


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (7, "Take Gabapentin at noon."),
        (7, "GABAPENTIN today"),
        (8, "Take traMADol at noon."),
        ("numerals", "Take two capsules (600 mg) at noon."),
        ("numerals", "Tome dos cápsulas (600 mg) al mediodía."),
        ("no advice of a machine", "We recommend a lower dose."),
        ("no advice of a machine", "Recomendamos menos."),
        ("no words of the trade", "We titrate the dose."),
        ("no words of the trade", "Your regimen goes up."),
        ("parts of the day", "Three times a day: take 1 capsule (300 mg)."),
    ],
)
def test_the_linter_finds_what_a_patient_must_not_read(rule: int | str, bad: str) -> None:
    assert rule in [found for found, _ in patient_faults(bad, ("gabapentin", "tramadol"))]


@pytest.mark.parametrize(
    "good",
    [
        "Gabapentin, immediate release",
        "Take it. Gabapentin helps. Your gabapentin is safe.",
        "Take 2 capsules (600 mg).",
    ],
)
def test_the_linter_lets_a_good_patients_part_be(good: str) -> None:
    assert list(patient_faults(good, ("gabapentin", "tramadol"))) == []


def test_look_alike_names_are_found_where_a_prescriber_reads_them_without_mixed_case() -> None:
    assert [rule for rule, _ in prescriber_faults("Tramadol and predniSONE and prednisone/taper-speed")] == [8]
    assert list(prescriber_faults("traMADol 50 mg, rule tramadol/max-daily-dose, gabapentin")) == []


def test_what_a_sheet_must_say_and_does_not_is_named() -> None:
    needed = {"number": "Plan 1 of", "missed dose": "If you miss a dose"}
    assert missing("Plan 1\nof today", needed) == ["missed dose"]
    assert missing("Plan 1 of. If you miss a dose", needed) == []


@pytest.mark.parametrize(
    ("rule", "column", "cell"),
    [
        *((1, "amount", cell) for cell in (".5", "5.0", "05", "1,000", "1e3", "5.")),
        (1, "interval", "6.0"),
        (4, "unit", "ug/hour"),
        (4, "pieces", "1 x 12 ug/hour transdermal patch"),
        (1, "pieces", "1 x 5.0 mg tablet"),
        (7, "drug", "Gabapentin"),
        (7, "drug", "MTX"),
    ],
)
def test_the_linter_finds_what_a_table_must_not_hold(rule: int, column: str, cell: str) -> None:
    assert rule in [found for found, _ in table_faults([{column: cell}])]


def test_the_linter_lets_a_good_table_be() -> None:
    row = {"amount": "1000", "unit": "mcg/hour", "pieces": "1/2 x 0.5 mg tablet; 3.5 mL x 50 mg/mL oral solution"}
    assert list(table_faults([row | {"drug": "folic acid", "max_per_day": "", "interval": "6"}])) == []


@pytest.mark.parametrize(
    "bad", ["Take 300 mg", "2 capsules", "Gabapentin time", "Ana, take it", "Back pain", "Medicamento: 5 mg", "dolor"]
)
def test_the_linter_finds_what_a_calendar_must_not_tell(bad: str) -> None:
    assert list(calendar_faults([bad], ("gabapentin", "Ana", "")))


def test_the_linter_lets_a_good_calendar_be() -> None:
    assert list(calendar_faults(["Evening medicine", "See your prescriber", "Medicamento"], ("gabapentin", "Bo"))) == []


def test_a_dose_that_could_break_over_a_line_is_found() -> None:
    assert list(loose_doses("take 300 mg")) == ["take 300 mg"]
    assert list(loose_doses("Gabapentin 300\u00a0mg", ["gabapentin"])) == ["Gabapentin 300\u00a0mg"]
    assert list(loose_doses("gabapentin\u00a0300\u00a0mg and gabapentin 3 of them", ["gabapentin"])) == []
    assert list(loose_doses("take 300\u00a0mg in 3 steps")) == []


ALL = (*NAMES, *SHAPES)


def plan_named(name: str) -> dict[str, Any]:
    return SHAPES.get(name) or example(name)


def drugs_of(plan: dict[str, Any], language: str) -> set[str]:
    return {speaking(language).say(step["drug"]) for step in plan["steps"]}


def needed(plan: dict[str, Any], language: str) -> dict[str, str]:
    """What the patient's sheet has to say, whatever the plan."""
    said = speaking(language).say
    visits = [
        row for row in plan["reassessments"] if row["day"] >= (plan.get("revision") or {"from_day": 1})["from_day"]
    ]
    return {
        "the plan's number": f"Plan {plan['id']} ",
        "who made it": said(
            "A computer made this sheet as a prescriber asked. It is not an order until a prescriber signs it."
        ),
        "who did not sign": said("Not signed off by a clinician."),
        "a calendar": said("Calendar"),
        "a box to tick": said("Tick the box when you have taken the dose."),
        "what to collect": said("What to collect"),
        "a missed dose": said("If you miss a dose"),
        "visits": said("When to see your prescriber") if visits else "",
        "a translation that nobody has checked": ""
        if language == "en"
        else said("No expert has checked this translation yet."),
    }


def patient_is_right(said: str, plan: dict[str, Any], language: str) -> None:
    assert [*faults(said), *patient_faults(said, drugs_of(plan, language))] == []
    assert missing(said, needed(plan, language)) == []


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", ALL)
def test_the_patients_page_and_text_of_every_example_keep_the_rules(name: str, language: str) -> None:
    plan = plan_named(name)
    sheet = Sheet(audience="patient", language=language)
    patient_is_right(page(plan, sheet), plan, language)
    patient_is_right(text(plan, sheet), plan, language)
    assert list(loose_doses(page(plan, sheet), drugs_of(plan, language))) == []
    assert text(plan, sheet).count("[ ]") >= len({day for day, _, _ in to_come(plan)})


@pytest.mark.poppler
@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("large_print", [False, True])
def test_the_patients_pdf_of_every_example_keeps_the_rules(name: str, language: str, large_print: bool) -> None:
    plan = plan_named(name)
    patient_is_right(pdf(plan, Sheet(audience="patient", language=language, large_print=large_print)), plan, language)


@pytest.mark.poppler
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("audience", ["prescriber", "pharmacy"])
def test_what_prescribers_and_pharmacists_read_keeps_the_rules(name: str, audience: str) -> None:
    plan, sheet = plan_named(name), Sheet(audience=audience)
    for said in (page(plan, sheet), text(plan, sheet), pdf(plan, sheet)):
        assert [*faults(said), *prescriber_faults(said)] == []
    assert list(loose_doses(page(plan, sheet), drugs_of(plan, "en"))) == []


@pytest.mark.parametrize("name", ALL)
def test_the_table_of_every_example_keeps_the_rules(name: str) -> None:
    assert list(table_faults(rows_of(FORMATS["csv"].render(plan_named(name), Sheet())))) == []


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", ALL)
def test_the_calendar_file_of_every_example_tells_nothing_private(name: str, language: str) -> None:
    plan = plan_named(name)
    events = events_of(FORMATS["ics"].render(plan, Sheet("Xanthippe", language=language)))
    told = [str(event[field]) for event in events for field in ("summary", "description", "uid")]
    private = ("Xanthippe", plan["id"], *drugs_of(plan, "en"), *drugs_of(plan, language))
    assert list(calendar_faults(told, private)) == []


@settings(max_examples=figure(10_000, 60))
@given(st.one_of(plans(), shaped_plans()), st.sampled_from(offered()))
def test_the_page_the_text_and_the_table_of_any_plan_keep_the_rules(plan: dict[str, Any], language: str) -> None:
    sheet = Sheet(audience="patient", language=language)
    drugs = drugs_of(plan, language)
    for said in (page(plan, sheet), text(plan, sheet)):
        assert [*faults(said), *patient_faults(said, drugs)] == []
    assert list(loose_doses(page(plan, sheet), drugs)) == []
    for audience in ("prescriber", "pharmacy"):
        said = page(plan, Sheet(audience=audience))
        assert [*faults(said), *prescriber_faults(said), *loose_doses(said, drugs)] == []
    assert list(table_faults(rows_of(FORMATS["csv"].render(plan, Sheet())))) == []


@pytest.mark.poppler
@settings(max_examples=figure(500, 10))
@given(st.one_of(plans(), shaped_plans()), st.sampled_from(offered()))
def test_the_pdf_of_any_plan_keeps_the_rules(plan: dict[str, Any], language: str) -> None:
    assert list(faults(pdf(plan, Sheet(language=language)))) == []
    said = pdf(plan, Sheet(audience="patient", language=language))
    assert list(patient_faults(said, drugs_of(plan, language))) == []
