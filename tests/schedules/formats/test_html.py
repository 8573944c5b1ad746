from __future__ import annotations

import itertools
import json
import re
import subprocess
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from schedules.formats import FORMATS, Sheet
from schedules.formats.html import STYLESHEET
from schedules.formats.wording import NO_BREAK
from tests.figures import figure
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.reading import Page, one_line, pdf_text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&amp;&lt;",
    "\u202eevil",
    "王 😀",
    "W" * 500,
)


def markup(plan: dict[str, Any], sheet: Sheet | None = None) -> str:
    return FORMATS["html"].render(plan, sheet or Sheet()).decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_well_formed_and_says_its_language(name: str) -> None:
    page = Page(markup(example(name)))
    assert not page.open
    assert page.elements[0] == ("html", {"lang": "en"})
    assert ("meta", {"charset": "utf-8"}) in page.elements


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_that_the_content_security_policy_forbids(name: str) -> None:
    page = Page(markup(example(name)))
    assert not [tag for tag, _ in page.elements if tag in ("script", "style", "iframe", "img", "form")]
    attributes = {attribute for _, attributes in page.elements for attribute in attributes}
    assert not {attribute for attribute in attributes if attribute == "style" or attribute.startswith("on")}
    links = [attributes.get("href") for tag, attributes in page.elements if tag == "link"]
    assert links == ["/static/schedule.css"]
    assert "url(" not in STYLESHEET.read_text()
    assert "@import" not in STYLESHEET.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(markup(example(name))).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@pytest.mark.parametrize("name", NAMES)
def test_every_id_is_unique_and_every_reference_has_its_id(name: str) -> None:
    elements = Page(markup(example(name))).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {word for _, attributes in elements for word in (attributes.get("aria-labelledby") or "").split()}
    assert named <= set(ids)


def test_every_heading_cell_of_a_table_says_what_it_heads() -> None:
    cells = [attributes for tag, attributes in Page(markup(example("gabapentin-1800"))).elements if tag == "th"]
    assert {attributes.get("scope") for attributes in cells} == {"col", "row"}


def test_what_scrolls_can_be_reached_with_the_keyboard_and_has_a_name() -> None:
    wide = [
        attributes
        for _, attributes in Page(markup(example("gabapentin-1800"))).elements
        if attributes.get("class") == "wide"
    ]
    assert len(wide) == 4  # the drawing for each reader, the steps, the labels
    assert all(attributes.get("tabindex") == "0" and attributes.get("aria-labelledby") for attributes in wide)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_is_text_and_never_markup(hostile: str) -> None:
    sheet = Sheet(patient_name=hostile, prescriber=hostile, phone=hostile, number=hostile, stamp=hostile)
    page, plain = markup(example("gabapentin-1800"), sheet), markup(example("gabapentin-1800"), Sheet("a", "a", "a"))
    assert str(escape(sheet.patient_name, quote=False)) in page.replace("&#39;", "'").replace("&#34;", '"')
    tags = [tag for tag, _ in Page(page).elements]
    extra = ["bdi"] if sheet.stamp else []
    assert sorted(tags) == sorted([tag for tag, _ in Page(plain).elements] + extra)


def test_names_stand_where_they_are_given_and_else_there_is_room_for_them() -> None:
    named = Page(markup(example("gabapentin-1800"), Sheet(patient_name="Ana Núñez", phone="555 0100"))).text
    assert "For\nAna Núñez" in named
    assert named.count("555 0100") == 2  # at the head, and beside the signs to call about
    assert "For\nto be written by hand" in Page(markup(example("gabapentin-1800"))).text


def test_a_title_holds_the_plan_and_no_name() -> None:
    page = markup(example("gabapentin-1800"), Sheet(patient_name="Ana Núñez"))
    assert "<title>Gabapentin, immediate release: plan 01JDTN6Q2W</title>" in page


def test_a_plan_that_could_not_be_assessed_begins_with_its_banner() -> None:
    assert Page(markup(example("gabapentin-cannot-assess"))).text.split("\n")[1].startswith("This plan could not be")
    assert "banner" not in markup(example("gabapentin-1800"))


def test_large_print_is_a_class_of_the_page() -> None:
    assert '<html lang="en" class="large-print">' in markup(example("gabapentin-1800"), Sheet(large_print=True))


def test_parts_that_a_plan_has_not_are_left_out() -> None:
    plan = example("gabapentin-1800") | {"advice": [], "reassessments": [], "chosen": [], "protocol": None}
    plan["check"] |= {"findings": [], "not_checked": []}
    page = Page(markup(plan)).text
    for title in ("Call now", "When to see your prescriber", "Reassessments", "Sources"):
        assert f"\n{title}\n" not in page
        assert f"\n{title}\n" in Page(markup(example("gabapentin-1800"))).text
    assert "Nothing: every rule that applies was checked." in page


def test_a_finding_links_its_source_only_where_it_has_an_address() -> None:
    plan = example("gabapentin-1800")
    assert '<a href="https://example.org/neurontin-label" rel="noreferrer">' in markup(plan)
    plan["check"]["findings"][0] |= {"layer": None}
    plan["check"]["findings"][0]["source"]["url"] = None
    assert "<a " not in markup(plan)
    assert "layer" not in markup(plan)


@settings(max_examples=figure(10_000, 50))
@given(plans())
def test_the_page_says_each_step_as_the_text_does(plan: dict[str, Any]) -> None:
    page = one_line(Page(markup(plan)).text)
    text = one_line(FORMATS["text"].render(plan, Sheet()).decode())
    for step in re.findall(r"\d+\. \w{3} \w{3} \d+[^:]*: (.*?) In one day:", text):
        assert step in page.replace(NO_BREAK, " ")


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    channels = [
        int(pair, 16) / 255 for pair in re.findall("..", digits if len(digits) == 6 else "".join(c * 2 for c in digits))
    ]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_on_its_paper_has_the_contrast_of_level_aa_in_light_and_dark_and_print() -> None:
    schemes = re.findall(r"\{((?:\s*(?:color-scheme: [a-z ]+|--[a-z]+: #[0-9a-f]+);)+)\s*\}", STYLESHEET.read_text())
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", scheme))
        paper = _luminance(colours.pop("paper"))
        for name, colour in colours.items():
            lighter, darker = sorted((_luminance(colour), paper), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= (3 if name == "rule" else 4.5), (name, colour)


CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
)


def _self_contained(page: str) -> str:
    return page.replace(
        '<link rel="stylesheet" href="/static/schedule.css">', f"<style>{STYLESHEET.read_text()}</style>"
    )


@pytest.mark.chromium
@pytest.mark.parametrize(("width", "large_print"), [(320, False), (320, True), (1280, False)])
def test_no_page_is_wider_than_its_window(tmp_path: Path, width: int, large_print: bool) -> None:
    """320 pixels is also what 400 % zoom leaves of a window of 1280."""
    sheet = Sheet(patient_name="W" * 500, large_print=large_print)
    pages = [_self_contained(markup(example(name), sheet)) for name in NAMES]
    frames = "".join(f'<iframe width="{width}" height="900" srcdoc="{escape(page)}"></iframe>' for page in pages)
    measure = "[...document.querySelectorAll('iframe')].map(f => f.contentDocument.documentElement.scrollWidth)"
    script = f"<script>onload = () => document.body.textContent = JSON.stringify({measure})</script>"
    document = f"<!doctype html><body>{frames}{script}"
    (tmp_path / "frames.html").write_text(document, encoding="utf-8")
    command = (*CHROMIUM, f"--user-data-dir={tmp_path}/user", "--dump-dom", f"file://{tmp_path}/frames.html")
    found = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    widths = json.loads(found[found.index("[") : found.index("]") + 1])
    assert len(widths) == len(NAMES)
    assert max(widths) <= width


@pytest.mark.chromium
@pytest.mark.poppler
def test_a_printed_page_repeats_banner_plan_and_number_on_every_sheet(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(_self_contained(markup(example("gabapentin-cannot-assess"))), encoding="utf-8")
    command = (
        *CHROMIUM,
        f"--user-data-dir={tmp_path}/user",
        f"--print-to-pdf={tmp_path}/page.pdf",
        f"file://{tmp_path}/page.html",
    )
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    sheets = pdf_text((tmp_path / "page.pdf").read_bytes()).split("\f")[:-1]
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, start=1):
        words = one_line(sheet)
        assert "This plan could not be fully checked. Missing: kidney function" in words
        assert "Plan 01JDTNBR8Z of December 1, 2026. Formulary 2026.11.1. Not signed off by a clinician." in words
        assert f"Page {number} of {len(sheets)}" in words
