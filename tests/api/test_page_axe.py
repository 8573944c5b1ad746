"""Every page under axe-core in a real browser, in the light and in the dark: no finding, serious or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.api.browser import Browser, browsing, serving
from tests.api.test_page import FULL, HOLD, LEAST, SWITCH, TAPER

pytestmark = pytest.mark.chromium

AXE = (Path(__file__).parent / "axe/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = f"""
axe.run(document, {{runOnly: {{type: "tag", values: {TAGS}}}, resultTypes: ["violations"]}}).then(found => [
    found.passes.length,
    found.violations.map(v => [v.impact, v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])
])
"""
OPIOID = {"drug": "oxycodone", "now_morning": "10", "now_evening": "10", "opioid_experience": "tolerant"}
# The forms, empty and filled from an address, and the pages of the service that stand beside them.
PAGES = (
    "/",
    "/?drug=gabapentin",
    "/?drug=none",
    "/?weight=70",
    "/taper",
    "/taper?drug=prednisone",
    "/switch",
    "/switch?from=gabapentin&to=pregabalin",
    "/plan/0",
    "/problems/",
    "/problems/naked-decimal",
)
# A plan of each kind: accepted, not fully checked, weekly with a companion, down to a floor, down to a stop, across.
PLANS = {
    "titration": ("/plan", FULL),
    "with findings": ("/plan", LEAST | {"drug": "tramadol", "medications": "sertraline"}),
    "weekly": ("/plan", LEAST | {"drug": "methotrexate", "indication": "rheumatoid-arthritis"}),
    "floor": ("/taper", TAPER | OPIOID),
    "taper": ("/taper", TAPER),
    "switch": ("/switch", SWITCH),
}
BELOW = ("", "/change", "/print")


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def plans(app: Flask) -> dict[str, str]:
    """The address of a plan of each kind, of one that takes the place of another, and of what differs between them."""
    client = app.test_client()
    made = {name: client.post(at, data=fields).headers["Location"] for name, (at, fields) in PLANS.items()}
    made["revised"] = client.post(f"{made['titration']}/change", data=HOLD).headers["Location"]
    made["compared"] = f"{made['revised']}/compare/{made['titration'].rpartition('/')[2]}"
    return made


def findings(browser: Browser) -> list[object]:
    browser.run(AXE)
    passed, found = browser.run(ASK)
    assert passed > 5, "axe looked at nothing"
    return list(found)


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_on_any_page(browser: Browser, address: str, dark: bool) -> None:
    browser.measure(1280, 1024, dark=dark)
    for path in PAGES:
        browser.open(address + path)
        assert findings(browser) == [], path


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", [*PLANS, "revised", "compared"])
def test_axe_finds_nothing_on_a_plan_and_what_leads_from_it(
    browser: Browser, address: str, plans: dict[str, str], name: str, dark: bool
) -> None:
    browser.measure(1280, 1024, dark=dark)
    for below in BELOW if name in ("titration", "switch") else ("",):
        browser.open(address + plans[name] + below)
        assert findings(browser) == [], below


def test_axe_finds_nothing_on_a_form_with_faults_on_a_narrow_screen(browser: Browser, address: str) -> None:
    browser.measure(320, 640)
    for path in ("/", "/taper", "/switch"):
        browser.open(address + path)
        # What a browser that does not look at `required` sends.
        browser.run("document.querySelector('form.plan').noValidate = true")
        browser.run("document.querySelector('form.plan button').click()")
        browser.wait_until_loaded()
        assert browser.run("document.querySelector('.refused') !== null")
        assert findings(browser) == [], path


def test_axe_finds_what_is_wrong(browser: Browser, address: str) -> None:
    """A test that could not fail would promise nothing."""
    browser.measure(1280, 1024)
    browser.open(f"{address}/")
    browser.run("document.querySelector('label').remove()")
    assert "label" in str(findings(browser))
