"""Who reads which part, on which paper, and how a paper is checked against the plan that is kept."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from schedules.formats import FORMATS, Sheet
from schedules.formats.contents import contents
from schedules.formats.diary import diary_of
from schedules.formats.languages import ENGLISH, speaking
from schedules.formats.seal import seal_of
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import NAMES, example
from tests.schedules.formats.reading import Page, one_line, pdf_text

DIGEST = "0123456789abcdef" * 4
ADDRESS = "https://plans.example/v1/schedules/01JDTN6Q2W"
MARKS = {"patient": "What to take", "prescriber": "What was chosen, and why", "pharmacy": "Labels, one for each step"}


def read(format_name: str, plan: dict[str, Any], sheet: Sheet) -> str:
    document = FORMATS[format_name].render(plan, sheet)
    if format_name == "pdf":
        return one_line(pdf_text(document, "-raw"))
    return one_line(Page(document.decode()).text if format_name == "html" else document.decode())


@pytest.mark.parametrize("format_name", ["text", "html", pytest.param("pdf", marks=pytest.mark.poppler)])
@pytest.mark.parametrize("audience", ["", "patient", "prescriber", "pharmacy"])
def test_each_reader_gets_their_part_and_without_a_wish_all_of_them(format_name: str, audience: str) -> None:
    words = read(format_name, example("gabapentin-1800"), Sheet("Ana", audience=audience, digest=DIGEST))
    for part, mark in MARKS.items():
        assert (mark in words) is (audience in ("", part))
    assert "Ana" in words
    assert "SHA-256 of the plan: 01234567 89abcdef" in words


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("large_print", [False, True])
def test_every_plan_is_set_in_every_way(name: str, language: str, paper: str, large_print: bool) -> None:
    """The compiler refuses a missing glyph, a missing alternative text, a heading that skips a level."""
    sheet = Sheet(large_print=large_print, language=language, paper=paper, address=ADDRESS, digest=DIGEST)
    document = FORMATS["pdf"].render(example(name), sheet)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert (b"/MediaBox[0 0 595" in document) is (paper == "a4")


@pytest.mark.parametrize("wish", [{"audience": "nurse"}, {"paper": "A4"}, {"paper": ""}])
def test_a_sheet_for_nobody_or_on_no_paper_is_refused(wish: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="A sheet is"):
        Sheet(**wish)


def test_a_page_says_its_paper_to_its_stylesheet() -> None:
    assert 'class="a4"' in FORMATS["html"].render(example("gabapentin-1800"), Sheet(paper="a4")).decode()


# ---- the seal


def test_without_a_hash_there_is_nothing_to_check() -> None:
    assert seal_of(Sheet(address=ADDRESS), ENGLISH) is None


def test_without_an_address_the_hash_stands_in_words() -> None:
    seal = seal_of(Sheet(digest=DIGEST), ENGLISH)
    assert seal is not None
    assert seal.svg == ""
    assert seal.words.replace(" ", "").endswith(DIGEST)


def test_the_code_holds_the_address_and_the_hash_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    import segno

    held: list[str] = []
    make = segno.make

    def listening(text: str, **wishes: Any) -> Any:
        held.append(text)
        return make(text, **wishes)

    monkeypatch.setattr("schedules.formats.seal.segno.make", listening)
    sheet = Sheet("Ana", "Dr. B", "555 0100", address=ADDRESS, digest=DIGEST)
    seal = seal_of(sheet, speaking("es"))
    assert held == [f"{ADDRESS}#sha256={DIGEST}"]
    assert seal is not None
    assert seal.alternative == "Código QR: la dirección de este plan y su SHA-256"


def test_the_drawing_is_the_codes_modules_with_an_empty_border() -> None:
    import segno

    seal = seal_of(Sheet(address=ADDRESS, digest=DIGEST), ENGLISH)
    assert seal is not None
    root = ElementTree.fromstring(seal.svg)
    assert root.get("aria-label") == seal.alternative
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", seal.svg)}
    modules = segno.make(f"{ADDRESS}#sha256={DIGEST}", error="m", micro=False, boost_error=False).matrix
    assert dark == {(x + 4, y + 4) for y, line in enumerate(modules) for x, module in enumerate(line) if module}
    assert root.get("viewBox") == f"0 0 {len(modules) + 8} {len(modules) + 8}"


def test_an_address_cannot_become_markup() -> None:
    sheet = Sheet(address='"><script>alert(1)</script>', digest=DIGEST)
    page = FORMATS["html"].render(example("gabapentin-1800"), sheet).decode()
    assert "script" not in page


# ---- the diary


def test_the_diary_is_the_two_weeks_before_the_first_visit() -> None:
    diary = diary_of(example("methotrexate-weekly"), ENGLISH)
    assert diary is not None
    days = [day.replace(NO_BREAK, " ") for day in diary.days]
    assert (len(days), days[0], days[-1]) == (14, "Tue Dec 15", "Mon Dec 28")
    assert diary.visit.replace(NO_BREAK, " ") == "Bring it to your visit on Tuesday, December 29, 2026."
    assert len(diary.questions) == 6


def test_a_visit_sooner_than_two_weeks_leaves_the_diary_at_the_plans_beginning() -> None:
    plan = example("methotrexate-weekly")
    plan["reassessments"][0]["date"] = "2026-12-08"
    diary = diary_of(plan, ENGLISH)
    assert diary is not None
    assert diary.days[0] == f"Tue{NO_BREAK}Dec{NO_BREAK}1"


def test_without_a_visit_the_diary_begins_with_the_plan() -> None:
    diary = diary_of(example("methotrexate-weekly") | {"reassessments": []}, ENGLISH)
    assert diary is not None
    assert (diary.days[0], diary.visit) == (f"Tue{NO_BREAK}Dec{NO_BREAK}1", "Bring it to your next visit.")


def test_only_a_plan_whose_advice_asks_for_one_has_a_diary() -> None:
    assert diary_of(example("gabapentin-1800"), ENGLISH) is None
    assert "Your diary" not in read("html", example("gabapentin-1800"), Sheet())
    assert "Stiff in the morning?" in read("html", example("methotrexate-weekly"), Sheet())


# ---- languages


@pytest.mark.parametrize("name", NAMES)
def test_the_patients_sheet_is_spanish_throughout(name: str) -> None:
    sheet = Sheet(language="es", audience="patient")
    words = read("text", example(name), sheet).replace("No expert has checked this translation yet.", "")
    words = re.sub(r"Some of the advice is in English, because it has not been translated\.", "", words)
    english = r"\b(?:the|and|of|take|for|your|you|when|with|is|to|on|day|days|week|every|dose|plan's|morning|evening)\b"
    plan = example(name)
    texts = [row["text"] for row in plan["advice"]] + [row["what"] for row in plan["reassessments"]]
    for text in texts:
        if not speaking("es").knows(text):
            words = words.replace(one_line(text)[1:], "")
    assert re.findall(english, words, re.IGNORECASE) == []


def test_the_parts_for_those_who_work_with_it_stay_english() -> None:
    english, spanish = (contents(example("gabapentin-1800"), Sheet(language=code)) for code in ("en", "es"))
    assert english.prescriber == spanish.prescriber
    assert english.pharmacy == spanish.pharmacy


def test_a_translation_that_nobody_reviewed_says_so_in_both_languages() -> None:
    told = contents(example("gabapentin-1800"), Sheet(language="es")).untranslated
    assert "Ningún experto ha revisado todavía esta traducción." in told
    assert "No expert has checked this translation yet." in told
    assert contents(example("gabapentin-1800"), Sheet()).untranslated == ""


def test_advice_without_a_translation_is_shown_in_english_and_said_to_be() -> None:
    plan = example("methotrexate-weekly")
    assert "English, because" not in contents(plan, Sheet(language="es")).untranslated
    plan["advice"][0]["text"] = "A new sentence with 2 mg in it."
    page = contents(plan, Sheet(language="es"))
    assert "Algunos consejos están en inglés" in page.untranslated
    assert "English, because" in page.untranslated
    assert any(row.text == f"A new sentence with 2{NO_BREAK}mg in it." for row in page.advice)


def test_numbers_in_spanish_are_those_of_the_united_states() -> None:
    words = read("text", example("gabapentin-1800"), Sheet(language="es", audience="patient"))
    assert "1,800 mg" in words
    assert "3,600 mg al día" in words


def test_a_title_that_has_no_translation_is_the_drug_or_both_drugs() -> None:
    plan = example("gabapentin-to-pregabalin")
    assert contents(plan, Sheet(language="es")).title == "Gabapentina a pregabalina"
    assert contents(plan | {"current": None}, Sheet(language="es")).title == "Pregabalina"
    assert contents(plan, Sheet()).title == "Gabapentin to pregabalin"


def test_a_year_is_printed_week_by_week_in_its_years() -> None:
    plan = example("methotrexate-weekly")
    for step in plan["steps"]:
        if step["to_day"] == 56:
            step |= {"to_day": 365, "to_date": "2027-11-30"}
    page = contents(plan | {"end_date": "2027-11-30"}, Sheet())
    assert len(page.weeks) == 53
    assert (
        sum(day.in_plan for week in page.weeks for day in week.days) == (date(2027, 11, 30) - date(2026, 11, 30)).days
    )
    assert not page.pharmacy.agrees  # the supply is still that of eight weeks
