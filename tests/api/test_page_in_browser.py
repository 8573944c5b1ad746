"""The plain page in a real browser: without a complaint, without scripts, by keyboard, narrow and in the dark."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.api.browser import Browser, browsing, serving
from tests.api.test_page import FULL, LEAST

pytestmark = pytest.mark.chromium

ENTER, TAB = ("Enter", 13, "\r"), ("Tab", 9)
FOCUSED = "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        # The page has to do without scripts, so none may run; what the tests ask goes past that.
        browser.call("Emulation.setScriptExecutionDisabled", value=True)
        yield browser


@pytest.fixture
def plan(app: Flask) -> str:
    made = app.test_client().post("/plan", data=LEAST | {"drug": "tramadol", "medications": "sertraline"})
    return str(made.headers["Location"])


def until(browser: Browser, expression: str, wanted: object) -> None:
    """A browser takes the focus and draws when it is ready to."""
    give_up = time.monotonic() + 20
    while (seen := browser.run(expression)) != wanted:
        assert time.monotonic() < give_up, seen
        time.sleep(0.05)


def test_pages_are_drawn_without_a_complaint_and_without_scrolling_sideways(
    browser: Browser, address: str, plan: str
) -> None:
    browser.complaints.clear()
    # 320 by 256 is what is left of 1280 by 1024 at 400 percent.
    for width, height in ((1280, 1024), (320, 256)):
        browser.measure(width, height)
        forms = ("/", "/?drug=gabapentin", "/taper?drug=prednisone", "/switch")
        for path in (*forms, plan, f"{plan}/change", f"{plan}/print", f"{plan}/compare/{plan.rpartition('/')[2]}"):
            browser.open(address + path)
            wide, room = browser.run("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= room, (path, width)
    assert browser.complaints == []


def test_the_keyboard_alone_fills_the_form_and_meets_a_refusal_and_then_the_plan(
    browser: Browser, address: str
) -> None:
    browser.measure(1280, 1024)
    browser.open(f"{address}/?drug=gabapentin")
    browser.press(*TAB)
    until(browser, FOCUSED, "skip")
    browser.press(*ENTER)
    until(browser, FOCUSED, "content")
    for field, text in (("target", "1800"), ("creatinine_clearance", "40")):
        for _ in range(60):
            if browser.run(FOCUSED) == field:
                break
            browser.press(*TAB)
        assert browser.run(FOCUSED) == field
        browser.write(text)
    browser.press(*ENTER)
    browser.wait_until_loaded()
    until(browser, FOCUSED, "refused")
    for _ in range(10):
        if browser.run("document.activeElement.closest('.instead') !== null"):
            break
        browser.press(*TAB)
    browser.press(*ENTER)
    browser.wait_until_loaded()
    assert "/plan/" in browser.run("location.pathname")
    assert "to 1,400 mg a day" in browser.run("document.querySelector('main').innerText").replace("\u00a0", " ")


def step_to(browser: Browser, wanted: str, expression: str = FOCUSED) -> None:
    """From stop to stop of the keyboard until the one that is wanted."""
    for _ in range(200):
        if browser.run(expression) == wanted:
            return
        browser.press(*TAB)
    raise AssertionError(f"{wanted} is not reached")


def test_the_keyboard_alone_plans_a_taper_and_changes_it(browser: Browser, address: str) -> None:
    browser.measure(1280, 1024)
    browser.open(f"{address}/taper?drug=prednisone")
    for field, text in (("now_morning", "40"), ("taken_for", "12"), ("taken_for_unit", "w"), ("goal", "to a s")):
        step_to(browser, field)
        if field in ("taken_for_unit", "goal"):
            for letter in text:
                browser.press(letter, ord(letter.upper()), letter)
        else:
            browser.write(text)
    step_to(browser, "Check and plan", "document.activeElement.textContent")
    browser.press(*ENTER)
    browser.wait_until_loaded()
    assert "/plan/" in browser.run("location.pathname")
    step_to(browser, "Change this plan", "document.activeElement.textContent")
    browser.press(*ENTER)
    browser.wait_until_loaded()
    step_to(browser, "action")
    browser.press("h", 72, "h")
    step_to(browser, "from_day")
    browser.write("8")
    browser.press(*ENTER)
    browser.wait_until_loaded()
    assert "This plan takes the place of plan" in browser.run("document.querySelector('main').innerText")
    step_to(browser, "What differs, day by day", "document.activeElement.textContent")
    browser.press(*ENTER)
    browser.wait_until_loaded()
    assert "days differ." in browser.run("document.querySelector('main').innerText")


def test_every_stop_of_the_keyboard_can_be_seen(browser: Browser, address: str) -> None:
    browser.measure(1280, 1024)
    browser.open(f"{address}/")
    for _ in range(200):
        browser.press(*TAB)
        outline = browser.run("getComputedStyle(document.activeElement).outline")
        assert "solid 3px" in outline, (browser.run(FOCUSED), outline)
        if browser.run("document.activeElement.textContent") == "Check and plan":
            return
    raise AssertionError("the button is not reached")


def test_controls_are_large_enough_for_a_finger(browser: Browser, address: str) -> None:
    browser.measure(320, 800)
    browser.open(f"{address}/?drug=gabapentin")
    small = browser.run(
        "[...document.querySelectorAll('button, select, input, summary')]"
        ".filter(e => e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24).map(e => e.id)"
    )
    assert small == []


def test_a_dark_room_gets_a_dark_page(browser: Browser, address: str, plan: str) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    for dark, wanted in ((True, "rgb(21, 24, 27)"), (False, "rgb(255, 255, 255)")):
        browser.measure(1280, 1024, dark=dark)
        for path in ("/", plan):
            browser.open(address + path)
            assert browser.run(ground) == wanted


def test_on_paper_there_is_the_plan_and_nothing_to_press(browser: Browser, address: str, plan: str) -> None:
    browser.measure(800, 1024)
    browser.open(address + plan)
    browser.call("Emulation.setEmulatedMedia", media="print")
    shown = browser.run("document.body.innerText")
    browser.call("Emulation.setEmulatedMedia", media="")
    assert "Findings" in shown
    assert "Steps" in shown
    assert "Open the PDF" not in shown
    assert "OpenAPI" not in shown


def test_a_foreign_page_cannot_send_the_form(browser: Browser, app: Flask, address: str) -> None:
    """The browser itself says where a form comes from: here from a page that has no origin of ours."""
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in FULL.items())
    browser.open(f"data:text/html,<form method=post action={address}/plan>{fields}<button autofocus>go</button></form>")
    until(browser, "document.activeElement.tagName", "BUTTON")
    browser.press(*ENTER)
    browser.wait_until_loaded()
    assert "The form was sent from a page of another address." in browser.run("document.body.innerText")
