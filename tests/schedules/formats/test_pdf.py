from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from schedules.formats import FORMATS, Sheet
from schedules.formats.contents import contents
from tests.schedules.formats.examples import NAMES, example
from tests.schedules.formats.reading import one_line, pdf_text

HOSTILE = (
    '#read("x") $x$ *b* _i_ @ref <lab> `raw` // \\ #{',
    '"},"banner":["x',
    "<script>alert(1)</script>",
    "\u202eevil\u2066",
    "王小明 😀 שלום",
    "W" * 500,
    "Z" + "\u0301" * 300,
)


def pdf(plan: dict[str, Any], sheet: Sheet | None = None) -> bytes:
    return FORMATS["pdf"].render(plan, sheet or Sheet())


def pages(document: bytes) -> list[str]:
    return [one_line(page) for page in pdf_text(document, "-raw").split("\f")[:-1]]


def test_the_same_plan_and_sheet_are_the_same_bytes() -> None:
    sheet = Sheet(patient_name="Ana Núñez")
    assert pdf(example("gabapentin-1800"), sheet) == pdf(example("gabapentin-1800"), sheet)
    assert pdf(example("gabapentin-1800"), sheet) != pdf(example("gabapentin-1800"))


def test_threads_that_print_at_once_do_not_mix_their_plans() -> None:
    alone = {name: pdf(example(name)) for name in NAMES}
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda name: pdf(example(name)), NAMES * 3))
    assert together == [alone[name] for name in NAMES * 3]


def test_a_pdf_is_tagged_in_a_language_with_a_title_and_keeps_to_the_accessible_standard() -> None:
    document = pdf(example("gabapentin-1800"))
    assert document.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert b"/StructTreeRoot" in document
    assert re.search(rb"/Lang ?\(en(-US)?\)", document)
    assert b"/DisplayDocTitle true" in document


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("large_print", [False, True])
def test_no_name_breaks_a_sheet(hostile: str, large_print: bool) -> None:
    sheet = Sheet(hostile, hostile, hostile, large_print, number="N1", stamp=hostile)
    assert pdf(example("gabapentin-cannot-assess"), sheet).startswith(b"%PDF")


def test_a_name_is_nowhere_outside_the_pages() -> None:
    document = pdf(example("gabapentin-1800"), Sheet("Xanthippe", "Xanthippe", "Xanthippe"))
    assert b"Xanthippe" not in document
    assert "Xanthippe".encode("utf-16-be") not in document


@pytest.mark.poppler
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("large_print", [False, True])
def test_every_page_has_the_plan_its_date_its_number_and_who_did_not_sign(name: str, large_print: bool) -> None:
    plan = example(name)
    sheets = pages(pdf(plan, Sheet(large_print=large_print)))
    for number, page in enumerate(sheets, start=1):
        assert f"Plan {plan['id']} of December" in page
        assert f"Page {number} of {len(sheets)}" in page
        assert "Formulary 2026.11.1. Not signed off by a clinician." in page


@pytest.mark.poppler
@pytest.mark.parametrize("large_print", [False, True])
def test_every_page_of_a_plan_that_could_not_be_assessed_says_so_once(large_print: bool) -> None:
    for page in pages(pdf(example("gabapentin-cannot-assess"), Sheet(large_print=large_print))):
        assert page.count("This plan could not be fully checked. Missing: kidney function") == 1
    assert "fully checked" not in "".join(pages(pdf(example("gabapentin-1800"))))


@pytest.mark.poppler
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("large_print", [False, True])
def test_the_pdf_says_each_step_and_each_advice_as_the_text_does(name: str, large_print: bool) -> None:
    plan = example(name)
    words = " ".join(pages(pdf(plan, Sheet(large_print=large_print)))).replace("\u00a0", " ")
    for line in contents(plan, Sheet()).steps:
        assert one_line(line.sentence) in words
    for advice in plan["advice"]:
        assert advice["text"].rstrip() in words
    for box in ("Calendar", "What to collect", "What to know", "For the prescriber", "For the pharmacy", "Not checked"):
        assert box in words


@pytest.mark.poppler
@pytest.mark.parametrize(
    ("hostile", "printed"), [("#read('x')", "#read('x')"), ("Ana 😀", "Ana ?"), ("*b* _i_", "*b* _i_")]
)
def test_a_name_is_printed_as_it_was_typed_or_with_question_marks(hostile: str, printed: str) -> None:
    first = pages(pdf(example("gabapentin-1800"), Sheet(patient_name=hostile)))[0]
    assert f"For {printed}" in first
    assert ("Write the name by hand" in first) is ("?" in printed)


@pytest.mark.poppler
@pytest.mark.parametrize(("large_print", "least"), [(False, 12), (True, 18)])
@pytest.mark.parametrize("name", NAMES)
def test_no_letter_on_the_patients_pages_is_smaller_than_promised(
    tmp_path: Path, name: str, large_print: bool, least: int
) -> None:
    document = pdf(example(name), Sheet(large_print=large_print))
    (tmp_path / "sheet.pdf").write_bytes(document)
    last = next(number for number, page in enumerate(pages(document)) if "For the prescriber" in page)
    command = ("pdftohtml", "-xml", "-stdout", "-i", "-zoom", "1", "-l", str(last), str(tmp_path / "sheet.pdf"))
    found = subprocess.run(command, capture_output=True, check=True).stdout
    fonts = list(ElementTree.fromstring(found).iter("fontspec"))
    assert fonts
    assert min(int(font.get("size", "0")) for font in fonts) >= least
    if large_print:
        used = subprocess.run(
            ("pdffonts", "-l", str(last), str(tmp_path / "sheet.pdf")), capture_output=True, check=True
        )
        assert re.findall(r"\+(\S+)", used.stdout.decode()) == ["NotoSans-Bold"]


@pytest.mark.poppler
def test_fonts_are_embedded_and_no_italics_among_them(tmp_path: Path) -> None:
    (tmp_path / "sheet.pdf").write_bytes(pdf(example("gabapentin-1800")))
    found = subprocess.run(("pdffonts", str(tmp_path / "sheet.pdf")), capture_output=True, check=True).stdout.decode()
    assert sorted(re.findall(r"\+(\S+)", found)) == ["NotoSans-Bold", "NotoSans-Regular"]


@pytest.mark.poppler
def test_parts_that_a_plan_has_not_are_left_out() -> None:
    plan = example("gabapentin-1800") | {"advice": [], "reassessments": [], "chosen": [], "protocol": None}
    plan["check"] |= {"findings": [], "not_checked": []}
    words = " ".join(pages(pdf(plan)))
    for title in ("Call now", "When to see your prescriber", "Reassessments", "Sources"):
        assert title not in words
        assert title in " ".join(pages(pdf(example("gabapentin-1800"))))
