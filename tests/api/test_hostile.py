"""Hostile addresses, methods, headers, names on paper, races and sockets: refused by name or understood.

The writings below are what every field is attacked with; that promise has its own module, which says what may be
accepted: `tests/property/test_p1_hostile.py`.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.problems import PROBLEM_TYPES
from api.reading import LARGEST_BODY
from tests.api.test_serving import ROOT, a_free_port, environment
from tests.figures import FULL, figure

JSON = "application/json"
CHECK, PLAN = "/v1/orders/check", "/v1/schedules/titration"
ORDERS: dict[str, Any] = {
    "as_of": "2026-12-01",
    "patient": {"age": "54 years", "creatinine_clearance": "90 mL/min"},
    "orders": [{"drug": "gabapentin", "dose": "300 mg", "frequency": {"every": "8 hours"}, "duration": "14 days"}],
}
CLIMB: dict[str, Any] = {
    "drug": "gabapentin",
    "indication": "sciatica",
    "start_date": "2026-12-01",
    "start_dose": "300 mg",
    "patient": {"age": "54 years", "creatinine_clearance": "90 mL/min"},
}

_ZEROS = [point for point in range(0x10000) if unicodedata.decimal(chr(point), None) == 0 and point > 0x7F]
NUMBERS = (
    *(".5", "5.", ".", "..5", "5..", "5.5.5", "0.", ".0", "00.5", "0..5", "1.", "5 .5", "5. 5"),
    *("0,5", "1,000", "1.000,5", "1,000.5", "1 000", "1'000", "1_000", "1’000", "1·5", "5٫5", "5٬000", "1 000.5"),
    *("1\u00a0000", "1\u2009000", "1\u202f000", "1،5", "5，5", "5．5", "5。5", "5‚5", "5˙5", "5‧5", "5⸱5", "5\u20085"),
    *("1e3", "1E3", "1e+3", "1e-3", "1.5e1", "1e", "e3", "1e400", "1x10^3", "1×10³", "10^3", "10**3", "9**9**9"),
    *("1*10*3", "1ee3", "1e3.5", "0x1p3", "1d3", "1⏨3", "5e0", "0e0", "1E0005", "1 e3", "3×100", "2*50"),
    *("1/2", "1 1/2", "½", "1½", "⅓", "1⁄2", "1∕2", "1÷2", "¼", "50%", "5‰", "1/0", "0/0", "1:2", "5/", "/5", "↉"),
    *("50-100", "50–100", "50—100", "50 to 100", "50..100", "50~100", "50-100-150", "50 or 100", "5-10", "50…100"),
    *("-5", "+5", "−5", "–5", "±5", "-0", "+0", "--5", "- 5", "5-", "5+", "﹣5", "－5", "＋5", "¬5", "~5", "‒5", "⁻5"),
    *("<5", ">5", "≤5", "≥5", "=5", "≈5", "<=5", "5<", "5!", "5?", "#5", "$5", "5$", "€5", "№5", "5°", "5;", "5:"),
    *("5|",),
    *("05", "00", "000", "007.5", "-05", "0000000000000", "01e3", "00000000005", "0_5"),
    *("1234567890123", "0.1234567890123", "9" * 100, "9" * 5001, "1" + "0" * 20, "0." + "0" * 50 + "1"),
    *("0.0000000000001",),
    *("123456.7890123", "1" * 13, "9" * 400 + ".5", "0." + "9" * 5001, "1000000000000.0", "5." + "0" * 13),
    *("NaN", "nan", "inf", "Infinity", "-Infinity", "-inf", "null", "None", "true", "undefined", "five", "0x10"),
    *("0b11",),
    *("0o7", "1_0", "5j", "5L", "5f", "5n", "Ⅴ", "五", "⑤", "５", "⁵", "₅", "5️⃣", "1٥", "٥1", "𝟓", "🄆", "➄", "零", "𐄋"),
    *("IV", "O5"),
    *("5\x00", "\x005", "5\n", "\n5", "\t5", " 5", "5  ", "\u200b5", "5\u200b", "5\u200d", "\u202e5", "5\u2060"),
    *("\ufeff5", "5\u0301", "5\ufe0f", "5\x08", "5\x7f", "5\x1b[0m", "5\u00ad", "5\u200f", "\u20665", "5\u034f"),
    *("5\u115f",),
    *("(5)", "[5]", "{5}", '"5"', "'5'", "5)", "5;0", "5 5", "5 mg 5", "__import__('os')", "5 if 1 else 2", "l0"),
    *("1O", "1l"),
    *(f"{chr(zero + 1)}{chr(zero)}" for zero in _ZEROS),
)  # fmt: skip
UNITS = (
    *("Mg", "MG", "mG", "mgs", "milligram", "milligrams", "mcG", "MCG", "Mcg", "µg", "μg", "UG", "Ug", "gm", "gr"),
    *("gtt",),
    *("grain", "units", "unit", "u", "[iu]", "iu", "IE", "tsp", "tbsp", "drop", "cc", "ML", "Ml", "ml", "KG", "Kg"),
    *("lb", "lbs", "oz", "stone", "mol", "mEq", "mmHg", "%", "ppm", "°C", "MME", "mme", "{mme}", "OME", "1", "mg%"),
    *("M", "D"),
    *("mg/", "/mg", "//", "/", "mg//day", "mg/day/day", "mg.day", "mg*day", "mg day", "mg per day", "mg/24h", "mg/Day"),
    *("mg/DAY", "mg/d.", "mg/dy", "mg/kg/kg", "mg/kg/day/day", "mg/m²", "mg/0", "mg/1", "mg/-1", "mg2", "mg^2", "mg-1"),
    *("mg.kg-1", "mg/kg.d", "mcg/mcg", "h/h", "d/d", "mg mg", "mg,", "mg.", "mg;", "mg'", 'mg"', "mg--", "mg#"),
    *("mg" * 50,),
    *("tab", "tabs", "{tab}", "{Tablet}", "tablet}", "{tablet", "{}", "{{tablet}}", "{tablet}{tablet}", "[mg]"),
    *("mg[a]",),
    *("mg{salt}", "mg\u200b", "m\u200bg", "mg\x00", "mg\u202e", "ｍｇ", "мg", "mɡ", "mg̲", "mg\ufe0f", "mg\n"),
    *("mg\r\nX: y",),
    *("mg\t", " mg", "  mg", "\tmg", "\u00a0mg", "mg ", "\nmg", "m g", "mg/ kg", "mg /day", "mg/ day", "m" * 1000),
    *("mg/" * 500,),
    *("hr", "hrs", "sec", "secs", "min.", "mins", "dayz", "Days", "DAYS", "weekly", "fortnight", "yr", "yrs", "y"),
    *("mth", "H"),
    *("WK", "W", "A", "hourss", "week s", "10^3/uL", "K/uL", "x10^9/L", "10*3", "10*3/ul", "mg/dl", "mg/DL"),
    *("mL/min/1,73m2",),
    *("mL/min/1.73 m²", "mL/min/1.73m^2", "ml/min", "mL/Min", "kg/", "pill", "{pill}", "puff", "Tablet", "CAPSULE"),
    *("patchs",),
)  # fmt: skip
DATES = (
    *("2026-02-30", "2026-13-01", "2026-00-10", "2026-12-00", "2026-12-32", "2027-02-29", "1900-02-29", "0000-01-01"),
    *("01.12.2026", "12/01/2026", "2026/12/01", "20261201", "2026-12-1", "2026-1-01", "26-12-01", "2026-W01-1"),
    *("2026W011", "2026-335", "2026-12", "2026", "2026-12-01T00:00", "2026-12-01T00:00:00Z", "2026-12-01 "),
    *(" 2026-12-01",),
    *("2026-12-01Z", "2026-12-01+01:00", "٢٠٢٦-١٢-٠١", "２０２６-12-01", "2026‐12‐01", "2026–12–01", "2026-12-01\n"),
    *("12026-12-01",),
    *("-2026-12-01", "+2026-12-01", "9999-12-31", "0001-01-01", "1799-12-31", "2200-01-01", "today", "tomorrow"),
    *("2026-Dec-01",),
    *("2026-12-01\x00", "2026-12-01\u200b", "2026--12-01", "2026-12-01-01", "1764547200", "2026-12-01/P1D"),
    *("2026_12_01",),
)  # fmt: skip
TEXTS = (
    *("", " ", "   ", "\t", "\n", "\r\n", "\x00", "\u00a0", "\u200b", "\u2028", "\u2029", "\u3000", "\ufeff"),
    *("\ufffe", "\uffff"),
    *("\ud800", "\udfff", "\udc00\ud800", "a\ud83d", "\U0001f600", "\U0010ffff", "\u202egnitset\u202c"),
    *("\u2066a\u2069", "é", "e\u0301"),
    *("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", "ﷺ" * 30, "👨‍👩‍👧‍👦", "🇺🇳", "ﬀ", "ſ", "K", "İ", "ı", "ß", "ẞ", "Σς", "ǅ", "\u0344"),
    *("a" * 129, "a" * 100_000),
    *("' OR 1=1 --", "'; DROP TABLE schedules; --", "1' UNION SELECT body FROM schedules --", '" OR ""="'),
    *("1); ATTACH 'x' AS y; --",),
    *("%' LIKE '%", "\\' or 1=1", "admin'--", "1;SELECT pg_sleep(9)", "/*!50000*/"),
    *("x' AND (SELECT load_extension('x'))--", "`id`"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)"),
    *("</textarea>",),
    *("&lt;b&gt;", "<!--", "]]>", "<![CDATA[x]]>", "<?xml version='1.0'?>"),
    *('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',),
    *("{{7*7}}", "{{config}}", "{% include '/etc/passwd' %}", "${7*7}", "#{7*7}", "<%= 7*7 %>"),
    *("${jndi:ldap://127.0.0.1/a}", "{0}", "{x.__class__}"),
    *("%s%s%s%n", "%(name)s", "%x", "%d" * 100, "\\x00", "\\u0000", "$(reboot)", "| reboot", "; reboot", "&& reboot"),
    *("`reboot`", "\x1b]0;x\x07"),
    *('#read("/etc/passwd")', "#include \"x.typ\"", "$ x^2 $", "*bold*", "_x_", "= Heading", "@ref", "<label>"),
    *("#import \"@x/y:1\"", "\\ \\"),
    *("../../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "file:///etc/passwd", "....//....//", "%2e%2e%2f"),
    *("C:\\", "NUL", "CON"),
    *("http://127.0.0.1:1/", "//evil.example", "a\r\nSet-Cookie: x=y", "a\nX-Y: z", "a%0d%0aX: y", "Basic YTpi"),
    *("data:text/html,x",),
    *("__proto__", "constructor", "__class__", "_schema", "self", "unknown", "low", "value", "null", "undefined"),
    *("NULL", "nil", "None"),
    *("true", "false", "True", "TRUE", "t", "yes", "no", "on", "off", "Y", "0", "1", "-1", "[]", "{}"),
    *("[object Object]", '{"value": 5}'),
    *("=1+1", "@SUM(1)", "+1", "-1+1", "=cmd|' /C calc'!A0", "a,b", "a;b", "a\tb", "a|b", '"', "'", "\\", "/", "~0"),
    *("~1", "~", "%", "&", "?", "#"),
    *("gabapentine", "gabapentin ", " gabapentin", "gabapentın", "gabаpentin", "gaba\u200bpentin", "gabapentin\x00"),
    *("gabapentin/", "prednisolon"),
    *("gabapentin\n", "gabapentin enacarbil", "tramadol hydrochlorid", "ｇａｂａｐｅｎｔｉｎ"),
    *("gabapentin OR tramadol", "tramadol;gabapentin"),
    *("25480", "*", "gaba%", "gab_pentin"),
    *("Female", "FEMALE", "female ", "f", "male\n", "a", "c", "Normal", "Moderate", "grade 1", "naïve", "none "),
    *("mondays", "Monday", "mon", "Day", "daily"),
    *("qd", "q.d.", "QOD", "bid", "tds", "q6h", "prn", "as directed", "3x daily", "1-0-1", "every day", "per day"),
    *("hemodialysis ", "EN", "en-US"),
    *("rx 1", "rx/1", "rx#1", "rx\u200b1", "é-1", "r" * 65, "rx\n", "capsules", "Capsule", "tablet ", "ORAL", "po"),
    *("p.o.", "by mouth", "iv", "300", "300 ", "300mg capsule"),
    *("250 mg/5 mL", "250 mg / 5", "250 mg /5 mL", "250 mg / 0 mL", "250mg", "5 mL / 250 mg", "250 mg / 5 mL / 2"),
    *(" / ", "/mL", "5 /mL", "1:1000", "1 %"),
)  # fmt: skip
WRITINGS = tuple(dict.fromkeys((*NUMBERS, *UNITS, *DATES, *TEXTS)))

_ABSENT = {"missing-field", "missing-unit", "missing-strength", "missing-concentration", "missing-duration"}


def refusal_of(answer: TestResponse, body: bytes | None = None) -> dict[str, Any]:
    """The members of a refusal, after a look at its shape: a known type with a page, pointers that lead somewhere."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:500])
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    members: dict[str, Any] = answer.json
    known = PROBLEM_TYPES[members["type"].removeprefix("/problems/")]
    assert (members["type"], members["title"], members["status"]) == (known.path, known.title, answer.status_code)
    assert members["detail"]
    assert members["instance"].startswith("/")
    faults = members.get("errors", [])
    codes = {fault["code"] for fault in faults}
    assert codes <= PROBLEM_TYPES.keys()
    if faults:
        expected = next(iter(codes)) if len(faults) == 1 else "several-faults"
        assert members["type"] == f"/problems/{expected}"
        places = [(fault["pointer"], fault["code"], fault["detail"]) for fault in faults]
        assert len(set(places)) == len(places), places
    if answer.status_code == 422 and body is not None:
        sent = json.loads(body, parse_int=str, parse_float=str)
        for fault in faults:
            assert fault["detail"]
            if "parameter" not in fault:
                assert leads_somewhere(fault["pointer"], sent, fault["code"]), fault
    return members


def leads_somewhere(pointer: str, sent: object, code: str) -> bool:
    """Whether a pointer names something that was sent, or a member that is missing from something sent."""
    *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    if not pointer:
        return True
    for step in path[1:]:
        if isinstance(sent, list) and step.isdigit() and int(step) < len(sent):
            sent = sent[int(step)]
        elif isinstance(sent, dict) and step in sent:
            sent = sent[step]
        else:
            return False
    if isinstance(sent, list):
        return last.isdigit() and int(last) < len(sent)
    return isinstance(sent, dict) and (last in sent or code in _ABSENT)


@contextmanager
def unharmed(client: FlaskClient, *bodies: dict[str, Any]) -> Iterator[list[str]]:
    """Schedules made before the attack, and read again, byte for byte, after it."""
    made = [client.post(PLAN, json=body) for body in bodies]
    addresses = [answer.headers["Location"] for answer in made]
    sheets = [address + suffix for address in addresses for suffix in (".json", ".html", ".txt", ".pdf")]
    before = [client.get(sheet).data for sheet in sheets]
    yield addresses
    assert [client.get(sheet).data for sheet in sheets] == before
    assert client.get("/readyz").status_code == 200


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"))


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module", autouse=True)
def schedule(client: FlaskClient) -> Iterator[str]:
    """The address of a stored schedule, which no test below may harm."""
    other = {**CLIMB, "drug": "pregabalin", "target": "300 mg/day", "start_dose": "50 mg"}
    with unharmed(client, CLIMB, other) as made:
        yield made[0]


def test_there_are_five_hundred_writings() -> None:
    assert len(WRITINGS) >= 500


def test_what_is_refused_has_a_page_for_every_reader(client: FlaskClient) -> None:
    for kind in PROBLEM_TYPES.values():
        for accept in ("text/html", JSON, "application/problem+json", "*/*"):
            assert client.get(kind.path, headers={"Accept": accept}).status_code == 200


# An answer that is a page or a redirection is looked at here; every other one is a refusal or a known thing.
ABOVE = ("/", "/v1/", "/v1/drugs/", "/v1/rules/", "/v1/schedules/", "/problems/", "/plan/", "/assets/", "/static/")
CLIMBING = (
    *("../", "..", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..%255c", "%252e%252e%252f", "..;/", "....//", "."),
    *("./", "%2e"),
    *("..%c0%af", "%c0%ae%c0%ae/", "..%00/", "%00", "%", "%zz", "%u2215", "%ff", "%ed%a0%80", "%f0%9f%98%80"),
    *("%0d%0aX-Y:%20z",),
    *("%2f", "%5c", "//", "///", "/./", "/../", "%2f%2fevil.example", "/%2fevil.example", "~root", ".git/config"),
    *("con", "%20", "+"),
    *("a" * 4000, "a/" * 1000, "%41" * 1000, "x" * 300 + ".pdf", "x.json.pdf", "x.", ".pdf", "x.PDF", "x.exe"),
    *("x.html/../y", "x%00.pdf"),
    *("../../../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd"),
    *("%2e%2e/api/config.py", "index.html;x"),
)  # fmt: skip


@pytest.mark.parametrize("above", ABOVE)
def test_a_hostile_address_leads_to_nothing_else(client: FlaskClient, above: str) -> None:
    tries = [above + step for step in CLIMBING]
    writings = [writing for writing in WRITINGS if len(writing) < 2000]
    if not FULL:
        writings = random.Random(above).sample(writings, 60)
    tries += [above + quote(writing.encode("utf-8", "surrogatepass"), safe="") for writing in writings]
    for address in tries:
        # As a server hands it on: the test client would tidy it up first.
        path = unquote_to_bytes(address).decode("latin-1")
        answer = client.get("/", environ_overrides={"PATH_INFO": path, "REQUEST_URI": address, "RAW_URI": address})
        assert answer.status_code < 500, (address, answer.text[:500])
        assert b"root:" not in answer.data
        assert "X-Y" not in answer.headers
        if answer.status_code in (301, 302, 303, 307, 308):
            assert re.match(r"(http://localhost)?/(?![/\\])", answer.headers["Location"]), answer.headers["Location"]
        elif answer.status_code == 200:
            assert known_address(client, address), address
        elif answer.mimetype != "text/html":
            refusal_of(answer)
        else:
            assert (above, answer.status_code) == ("/plan/", 404), address


OPEN_TO_ALL = "/ /v1/drugs /v1/conditions /v1/rules /v1/checks /docs /healthz /readyz /problems"


def known_address(client: FlaskClient, address: str) -> bool:
    """Whether there is something to be read at an address, by the lists that the service shows."""
    path = re.sub("/+", "/", unquote(address.partition("?")[0])).rstrip("/") or "/"
    if path in OPEN_TO_ALL.split():
        return True
    _, _, asked = path.rpartition("/")
    return path.startswith("/v1/drugs/") and asked.lower() in client.get("/v1/drugs").text.lower()


AWAY = ("//evil.example", "//evil.example/", r"/\evil.example", "//evil.example//v1//drugs", "/v1//drugs", "/problems")


def test_an_address_cannot_be_made_to_redirect_to_another_place(client: FlaskClient) -> None:
    for address in AWAY:
        answer = client.open(path="/", environ_overrides={"PATH_INFO": address, "REQUEST_URI": address})
        if answer.status_code == 308:
            assert re.match(r"(http://localhost)?/(?![/\\])", answer.headers["Location"]), answer.headers["Location"]
        else:
            refusal_of(answer)


NOBODY_READS = ("x=1", "x", "large_prin=true", "Large_print=true", "_schema=1", "%00=1", "a[]=1", "\u202e=1", "x=1&x=2")
READABLE = ("/v1/drugs", "/v1/drugs/gabapentin", "/v1/conditions", "/v1/rules", "/v1/checks")


def test_a_query_parameter_that_nobody_reads_is_refused_by_name(client: FlaskClient, schedule: str) -> None:
    for address in (*READABLE, schedule, f"{schedule}.pdf"):
        for query in NOBODY_READS:
            refused = refusal_of(client.get(f"{address}?{query}"))
            assert refused["status"] == 422
            assert {fault["code"] for fault in refused["errors"]} <= {"unknown-field", "duplicate-parameter"}
            assert all(fault["pointer"] == "" and fault["parameter"] for fault in refused["errors"])


def test_a_query_parameter_takes_its_own_words_and_no_others(client: FlaskClient, schedule: str) -> None:
    writings = WRITINGS if FULL else WRITINGS[::9]
    for writing in writings:
        if writing in ("true", "false") or len(writing) > 5000:
            continue
        value = quote(writing.encode("utf-8", "surrogatepass"), safe="")
        refused = refusal_of(client.get(f"{schedule}?large_print={value}"))
        assert [fault["parameter"] for fault in refused["errors"]] == ["large_print"]
        refused = refusal_of(client.post(f"{PLAN}?dry_run={value}", json=CLIMB))
        assert [fault["parameter"] for fault in refused["errors"]] == ["dry_run"]
        page = client.get(f"/?drug={value}&protocol={value}")
        assert page.status_code in (200, 422)
        assert "<script>alert" not in page.text


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "GETS", "GE T", "X" * 500)


def test_a_method_is_taken_or_refused_with_those_that_are(app: Flask, client: FlaskClient, schedule: str) -> None:
    served = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        # A schedule's number stands where the rule has a number; every other name may be a drug's.
        number = schedule.rpartition("/")[2]
        known = re.sub(r"<string:(number|other)>", number, rule.rule) if "/schedules/" in rule.rule else rule.rule
        address = re.sub(r"<[^>]+>", "gabapentin", known)
        methods = set(served.allowed_methods(address))
        assert rule.methods <= methods
        for method in METHODS:
            with client.open(address, method=method) as answer:
                assert answer.status_code < 500, (method, address)
                assert (answer.status_code == 405) == (method not in methods), (method, address)
                if answer.status_code == 405:
                    assert set(answer.headers["Allow"].split(", ")) == methods
                if method == "HEAD":
                    assert answer.data == b""
                elif answer.status_code == 405:
                    refusal_of(answer)


ACCEPTS = (
    *("", "*", "*/*;q=0", "text/*", "a/b;q=2", "a/b;q=-1", "a/b;q=nan", "a/b;q=1e9", "application/json;q=0", "/"),
    *("text/", "/html", ","),
    *("text/html, */*;q=0.1", "image/png", "application/pdf;q=0.5, text/html;q=0.4", "text/html;level=1"),
    *('text/html;x="', "é/é", ";;;;"),
    *("application/json" * 500, ", ".join(["a/b"] * 2000), "text/html;q=" + "9" * 500, "application/problem+json"),
    *("text/plain\t", "\x7f/\x7f"),
)  # fmt: skip


def test_an_accept_header_is_met_or_refused(client: FlaskClient, schedule: str) -> None:
    for accept in ACCEPTS:
        headers = {"Accept": accept}
        addresses = (schedule, f"{schedule}.txt", "/problems/", "/v1/drugs", "/")
        answers = [client.get(address, headers=headers) for address in addresses]
        answers.append(client.post(f"{PLAN}?dry_run=true", json=CLIMB, headers=headers))
        for answer in answers:
            if answer.status_code != 200:
                assert refusal_of(answer)["status"] == 406


@pytest.mark.parametrize("path", [CHECK, PLAN, "/v1/measures", "/v1/equivalents", "/plan"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/json"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json-patch+json"},
        {"Content-Type": "application/json, text/plain"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset=utf-8; charset=latin-1"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "é/é"},
        {"Content-Type": ";" * 5000},
        {"Content-Type": JSON, "Content-Encoding": "gzip"},
        {"Content-Type": JSON, "Content-Encoding": "br, gzip"},
        {"Content-Type": JSON, "Content-Encoding": "x" * 5000},
    ],
)
def test_a_body_of_another_kind_is_415(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data=b'{"a": 1}', headers=headers)
    assert answer.status_code == 415
    if path != "/plan":
        refusal_of(answer)


@pytest.mark.parametrize("length", ["", "abc", "-1", "1.5", "0", "99999999999999999999", "١", "5, 5", " 5 ", "0x5"])
def test_a_length_that_is_not_the_length_is_a_refusal(client: FlaskClient, length: str) -> None:
    answer = client.post(CHECK, data=b'{"orders": []}', content_type=JSON, environ_overrides={"CONTENT_LENGTH": length})
    assert refusal_of(answer)["status"] in (400, 413, 422)


HEADERS = """
    Cookie Authorization X-Request-Id X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-HTTP-Method-Override
    X-Original-URL X-Rewrite-URL If-None-Match If-Match If-Modified-Since Range If-Range Referer Origin User-Agent
    Accept-Language Accept-Charset Accept-Encoding Forwarded Idempotency-Key Sec-Fetch-Site
"""


def test_a_hostile_header_changes_no_answer(client: FlaskClient, schedule: str) -> None:
    usual = client.get(f"{schedule}.json").data
    meant = ("DELETE", "bytes=0-", "bytes=0-0,-1," * 99, "*", '"', 'W/"', "Thu, 99 Xyz 0", "cross-site")
    hostile = [text for text in WRITINGS if len(text) < 5000 and not re.search(r"[\r\n]", text) and encodable(text)]
    for name in HEADERS.split():
        for value in (*hostile[:: 5 if FULL else 97], *meant):
            answer = client.get(f"{schedule}.json", headers={name: value})
            assert (answer.status_code, answer.data) == (200, usual), (name, value)
            for address in ("/v1/drugs/gabapentin", "/static/schedule.css", "/assets/page.css"):
                with client.get(address, headers={name: value}) as answer:
                    assert answer.status_code in (200, 206, 304, 412, 416), (name, value)


def encodable(text: str) -> bool:
    """Whether a header can hold a text at all: what cannot be written cannot be sent."""
    return all(ord(letter) < 256 for letter in text)


HOSTS = ["an/impossible", "a b", "", "[::1", "evil.example:99999", "a" * 5000, "\xff", "x@y", "localhost:-1"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_hostile_host_is_a_refusal_or_nothing(client: FlaskClient, schedule: str, host: str) -> None:
    for address in (f"{schedule}.json", "/problems", "/plan"):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code < 500
        assert "evil" not in answer.headers.get("Location", "") or host in answer.headers["Location"]
    answer = client.post("/plan", data={"drug": "gabapentin"}, headers={"Host": host, "Origin": "http://other.example"})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "\x7f", "a" * 256, "\t", "x\x00"])
def test_a_key_that_is_no_key_is_refused_before_anything_is_made(client: FlaskClient, key: str) -> None:
    for path in (CHECK, PLAN):
        refused = refusal_of(client.post(path, json=CLIMB, headers={"Idempotency-Key": key}))
        assert refused["type"] == "/problems/bad-request"


def test_a_name_on_paper_is_text_and_nothing_else(client: FlaskClient) -> None:
    """Each of three fields takes a third of the writings; what can be printed is, in every format."""
    printable = [text for text in WRITINGS if text.isprintable() and text.strip() and len(text) <= 120]
    shown = printable if FULL else printable[::25]
    for accept, first in (("text/html", b"<!"), ("text/plain", b""), ("application/pdf", b"%PDF")):
        for place, text in enumerate(shown):
            after, last = shown[(place + 1) % len(shown)], shown[(place + 2) % len(shown)]
            names = {"patient_name": text, "prescriber": after, "phone": last}
            answer = client.post(f"{PLAN}?dry_run=true", json={**CLIMB, "print": names}, headers={"Accept": accept})
            assert answer.status_code == 200, (names, answer.text[:500])
            assert answer.mimetype == accept
            assert answer.data.startswith(first)
            if accept == "text/html":
                assert escape(text) in answer.text
                assert not re.search(r"<(script|img|svg/|!ENTITY)[^>]*(alert|file:)", answer.text)


FORM = {
    "drug": "gabapentin", "protocol": "neuropathic-pain", "indication": "sciatica", "form": "capsule",
    "start_date": "2026-12-01", "start_dose": "300", "target": "1800", "target_unit": "mg/day",
    "age": "54", "sex": "female", "weight": "70", "height": "165", "hemodialysis": "no",
    "creatinine_clearance": "90", "serum_creatinine": "0.9",
    "serum_creatinine_unit": "mg/dL", "hepatic_impairment": "none",
    "pregnant": "no", "breastfeeding": "no", "opioid_experience": "naive", "conditions": "asthma", "no_conditions": "",
    "allergies": "", "no_allergies": "yes", "medications": "", "no_medications": "yes",
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(FORM))
def test_a_hostile_writing_in_the_form_is_shown_again_with_its_fault(client: FlaskClient, field: str) -> None:
    writings = WRITINGS if FULL else random.Random(field).sample(WRITINGS, 25)
    for writing in writings:
        body = urlencode({**FORM, field: writing}, errors="surrogatepass").encode()
        answer = client.post("/plan", data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (303, 400, 413, 422), (writing, answer.text[:500])
        if answer.status_code == 303:
            # Blank is unanswered, and a medicine that nobody knows is context; all else was a word of the field.
            assert not writing.strip() or field == "medications" or says_the_same(field, writing), (field, writing)
        elif answer.status_code == 422 and not field.startswith("no_"):
            assert escape(writing.strip()).replace("\r\n", "\n") in answer.text.replace("\r\n", "\n")
        assert not re.search(r"<(script|img|svg/|!ENTITY)[^>]*(alert|file:)", answer.text)


def says_the_same(field: str, writing: str) -> bool:
    """Whether a writing that was accepted in the form is one that a person may mean."""
    if writing.strip() == FORM[field]:
        return True
    numbers = {"age", "weight", "height", "creatinine_clearance", "serum_creatinine", "start_dose", "target"}
    return field in numbers and re.fullmatch(r"[0-9]+(\.[0-9]+)?", writing.strip(" \t\n")) is not None


def at_once(count: int, asked: list[tuple[str, dict[str, Any], dict[str, str]]], app: Flask) -> list[TestResponse]:
    """The answers to requests that start together, each asked in turn."""
    gate = threading.Barrier(count)
    answers: dict[int, TestResponse] = {}

    def run(number: int) -> None:
        path, body, headers = asked[number % len(asked)]
        gate.wait()
        answers[number] = app.test_client().post(path, json=body, headers=headers)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(count)]


@pytest.mark.parametrize("path", [CHECK, "/v1/equivalents", PLAN])
def test_one_key_in_a_race_has_one_answer(app: Flask, path: str) -> None:
    body = CLIMB if path == PLAN else ORDERS
    for turn in range(figure(100, 5)):
        headers = {"Idempotency-Key": f"race {path} {turn}".replace(" ", "-")}
        answers = at_once(8, [(path, body, headers)], app)
        assert {answer.status_code for answer in answers} == {201 if path == PLAN else 200}
        assert len({answer.data for answer in answers}) == 1
        assert len({answer.headers.get("Location") for answer in answers}) == 1


@pytest.mark.parametrize("path", [CHECK, "/v1/equivalents", PLAN])
def test_one_key_for_two_requests_in_a_race_belongs_to_one_of_them(app: Flask, path: str) -> None:
    bodies = [CLIMB, {**CLIMB, "days": 21}] if path == PLAN else [ORDERS, {**ORDERS, "as_of": "2026-12-02"}]
    for turn in range(figure(100, 5)):
        headers = {"Idempotency-Key": f"two {path} {turn}".replace(" ", "-")}
        answers = at_once(8, [(path, body, headers) for body in bodies], app)
        given = [number % 2 for number, answer in enumerate(answers) if answer.status_code in (200, 201)]
        assert given
        assert set(given) in ({0}, {1})
        for number, answer in enumerate(answers):
            if number % 2 != given[0]:
                assert refusal_of(answer)["type"] == "/problems/idempotency-conflict"
            else:
                assert answer.data == answers[given[0]].data


def test_a_refused_request_leaves_its_key_free(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "corrected"}
    assert client.post(PLAN, json={**CLIMB, "target": "1,800 mg/day"}, headers=headers).status_code == 422
    assert client.post(PLAN, json=CLIMB, headers=headers).status_code == 201


def test_a_race_stores_one_schedule_for_one_key(tmp_path: Path) -> None:
    app = create_app(Settings(store=f"sqlite:///{tmp_path}/race.sqlite3"))
    at_once(8, [(PLAN, CLIMB, {"Idempotency-Key": "once"})], app)
    with sqlite3.connect(tmp_path / "race.sqlite3") as store:
        assert store.execute("select count(*) from schedules").fetchone() == (1,)
        assert store.execute("select count(*) from idempotency").fetchone() == (1,)
    store.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the service as `make run` starts it."""
    port, home = a_free_port(), tmp_path_factory.mktemp("served")
    with (home / "log").open("wb") as log:
        command = [sys.executable, "-m", "api.wsgi"]
        running = subprocess.Popen(command, cwd=ROOT, env=environment(home, PORT=str(port)), stdout=log, stderr=log)
    try:
        give_up = time.monotonic() + 60
        while ask(port, "GET", "/healthz")[0] != 200:
            assert running.poll() is None, (home / "log").read_text()
            assert time.monotonic() < give_up, (home / "log").read_text()
            time.sleep(0.05)
        yield port
        log_text = (home / "log").read_text()
        assert "Traceback" not in log_text, log_text
        assert "anary" not in log_text
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def ask(port: int, method: str, address: str, **sent: Any) -> tuple[int, bytes]:
    """Status and body of an answer; (0, b"") while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, address, **sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except ConnectionRefusedError:
        return 0, b""
    finally:
        connection.close()


def say(port: int, spoken: bytes) -> list[int]:
    """The statuses that come back for raw bytes after which nothing more is said."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(spoken)
            connection.shutdown(socket.SHUT_WR)
            while received := connection.recv(65536):
                heard += received
        except (ConnectionError, BrokenPipeError):
            pass  # hung up on: that is an answer too
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] ([0-9]{3})", heard)]


def test_a_body_in_chunks_is_a_body(served: int) -> None:
    headers = {"Content-Type": JSON}
    whole = json.dumps(ORDERS).encode()
    chunks = [whole[place : place + 7] for place in range(0, len(whole), 7)]
    assert ask(served, "POST", CHECK, body=iter(chunks), headers=headers, encode_chunked=True)[0] == 200
    for body, status in (
        ([b"[" * 1000] * 100, 400),
        ([b" " * 65536] * 17, 413),
        ([b'{"orders": ', b"[]}"], 422),
        ([b"\xff"], 400),
    ):
        answered, text = ask(served, "POST", CHECK, body=iter(body), headers=headers, encode_chunked=True)
        assert (answered, json.loads(text)["status"]) == (status, status)
    assert LARGEST_BODY < 17 * 65536


HEAD = b"POST /v1/orders/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
RAW = (
    *(b"", b"\r\n\r\n", b"\x00" * 1000, b"\xff" * 1000, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /"),
    *(b"GET / HTTP/9.9\r\n\r\n",),
    *(b"GET / HTTP/1.1\r\n\r\n", b"GET\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n", b"get / HTTP/1.1\r\nHost: x\r\n\r\n"),
    *(b"GET / HTTP/1.0\r\n\r\n",),
    *(b"GET " + b"/" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n"),
    *(b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET /%00%ff%zz HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET /v1/drugs/../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"GET x HTTP/1.1\r\nHost: x\r\n\r\n"),
    *(b"GET //evil.example/v1/drugs HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
    *(b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",),
    *(b"A/B / HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"\r\n",),
    *(b"GET / HTTP/1.1\nHost: x\n\n",),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n",),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nX : 1\r\n\r\n", b"GET / HTTP/1.1\r\nX\r\n\r\n"),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",),
    *(b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(b"GET / HTTP/1.1\r\nHost: x\r\nscript_name: /x\r\nSCRIPT-NAME: /y\r\n\r\n",),
    *(HEAD + b"Content-Length: 100\r\n\r\n{}", HEAD + b"Content-Length: -1\r\n\r\n{}"),
    *(HEAD + b"Content-Length: a\r\n\r\n{}", HEAD + b"\r\n{}"),
    *(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", HEAD + b"Content-Length: 2, 2\r\n\r\n{}"),
    *(HEAD + b"Content-Length: 99999999999\r\n\r\n{}",),
    *(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}", HEAD + b"Transfer-Encoding:\r\n\r\n"),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 9000 + b"\r\n{}\r\n0\r\n\r\n",),
    *(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",),
    *(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",),
    *(HEAD + b"Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}", HEAD + b"Transfer-Encoding: identity\r\n\r\n{}"),
    *(HEAD + b"Content-Length: 2\r\n\r\n{}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",),
    *(HEAD + b"Content-Length: 0\r\n\r\n", HEAD + b"Idempotency-Key: \xff\r\nContent-Length: 2\r\n\r\n{}"),
)  # fmt: skip


def test_a_body_that_breaks_off_is_no_body(served: int) -> None:
    whole = urlencode(FORM).encode()
    head = b"POST /plan HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += b"Content-Length: %d\r\n\r\n"
    assert say(served, head % len(whole) + whole) == [303]
    for lost in (1, 10, len(whole)):
        assert say(served, head % len(whole) + whole[:-lost]) == [400]
    order = json.dumps(ORDERS).encode() + b" " * 50
    assert say(served, HEAD + b"Content-Length: %d\r\n\r\n" % len(order) + order) == [200]
    assert say(served, HEAD + b"Content-Length: %d\r\n\r\n" % len(order) + order[:-1]) == [400]


def test_what_follows_a_mebibyte_is_never_ignored(served: int) -> None:
    order = json.dumps(ORDERS).encode()
    padded = order + b" " * (LARGEST_BODY - len(order))
    for body, status in (([padded], 200), ([padded, b" "], 413), ([padded, b'{"x"'], 413), ([padded] * 3, 413)):
        answered, _ = ask(served, "POST", CHECK, body=iter(body), headers={"Content-Type": JSON}, encode_chunked=True)
        assert answered == status


def test_no_bytes_on_a_socket_make_the_service_stumble(served: int) -> None:
    status, made = ask(served, "POST", PLAN, body=json.dumps(CLIMB), headers={"Content-Type": JSON})
    assert status == 201
    address = f"/v1/schedules/{json.loads(made)['id']}.json"
    for spoken in RAW:
        statuses = say(served, spoken)
        # An unknown transfer coding is 501 by RFC 9112, section 6.1, and the server's own answer.
        allowed = [501] if b"Transfer-Encoding:\r\n" in spoken else []
        assert all(status < 500 or status in allowed for status in statuses), (spoken[:300], statuses)
    assert ask(served, "GET", address) == (200, made)
    assert ask(served, "GET", "/readyz")[0] == 200
