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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.problems import PROBLEM_TYPES
from api.reading import LARGEST_BODY
from tests.api.test_serving import ROOT, a_free_port, environment
from tests.figures import FULL, figure

JSON = "application/json"

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
    *("<5", ">5", "≤5", "≥5", "=5", "≈5", "<=5", "5<", "5!", "5?", "#5", "$5", "5$", "€5", "№5", "5°", "5;", "5:", "5|"),
    *("05", "00", "000", "007.5", "-05", "0000000000000", "01e3", "00000000005", "0_5"),
    *("1234567890123", "0.1234567890123", "9" * 100, "9" * 5001, "1" + "0" * 20, "0." + "0" * 50 + "1", "0.0000000000001"),
    *("123456.7890123", "1" * 13, "9" * 400 + ".5", "0." + "9" * 5001, "1000000000000.0", "5." + "0" * 13),
    *("NaN", "nan", "inf", "Infinity", "-Infinity", "-inf", "null", "None", "true", "undefined", "five", "0x10", "0b11"),
    *("0o7", "1_0", "5j", "5L", "5f", "5n", "Ⅴ", "五", "⑤", "５", "⁵", "₅", "5️⃣", "1٥", "٥1", "𝟓", "🄆", "➄", "零", "𐄋", "IV", "O5"),
    *("5\x00", "\x005", "5\n", "\n5", "\t5", " 5", "5  ", "\u200b5", "5\u200b", "5\u200d", "\u202e5", "5\u2060"),
    *("\ufeff5", "5\u0301", "5\ufe0f", "5\x08", "5\x7f", "5\x1b[0m", "5\u00ad", "5\u200f", "\u20665", "5\u034f", "5\u115f"),
    *("(5)", "[5]", "{5}", '"5"', "'5'", "5)", "5;0", "5 5", "5 mg 5", "__import__('os')", "5 if 1 else 2", "l0", "1O", "1l"),
    *(f"{chr(zero + 1)}{chr(zero)}" for zero in _ZEROS),
)  # fmt: skip
UNITS = (
    *("Mg", "MG", "mG", "mgs", "milligram", "milligrams", "mcG", "MCG", "Mcg", "µg", "μg", "UG", "Ug", "gm", "gr", "gtt"),
    *("grain", "units", "unit", "u", "[iu]", "iu", "IE", "tsp", "tbsp", "drop", "cc", "ML", "Ml", "ml", "KG", "Kg"),
    *("lb", "lbs", "oz", "stone", "mol", "mEq", "mmHg", "%", "ppm", "°C", "MME", "mme", "{mme}", "OME", "1", "mg%", "M", "D"),
    *("mg/", "/mg", "//", "/", "mg//day", "mg/day/day", "mg.day", "mg*day", "mg day", "mg per day", "mg/24h", "mg/Day"),
    *("mg/DAY", "mg/d.", "mg/dy", "mg/kg/kg", "mg/kg/day/day", "mg/m²", "mg/0", "mg/1", "mg/-1", "mg2", "mg^2", "mg-1"),
    *("mg.kg-1", "mg/kg.d", "mcg/mcg", "h/h", "d/d", "mg mg", "mg,", "mg.", "mg;", "mg'", 'mg"', "mg--", "mg#", "mg" * 50),
    *("tab", "tabs", "{tab}", "{Tablet}", "tablet}", "{tablet", "{}", "{{tablet}}", "{tablet}{tablet}", "[mg]", "mg[a]"),
    *("mg{salt}", "mg\u200b", "m\u200bg", "mg\x00", "mg\u202e", "ｍｇ", "мg", "mɡ", "mg̲", "mg\ufe0f", "mg\n", "mg\r\nX: y"),
    *("mg\t", " mg", "  mg", "\tmg", "\u00a0mg", "mg ", "\nmg", "m g", "mg/ kg", "mg /day", "mg/ day", "m" * 1000, "mg/" * 500),
    *("hr", "hrs", "sec", "secs", "min.", "mins", "dayz", "Days", "DAYS", "weekly", "fortnight", "yr", "yrs", "y", "mth", "H"),
    *("WK", "W", "A", "hourss", "week s", "10^3/uL", "K/uL", "x10^9/L", "10*3", "10*3/ul", "mg/dl", "mg/DL", "mL/min/1,73m2"),
    *("mL/min/1.73 m²", "mL/min/1.73m^2", "ml/min", "mL/Min", "kg/", "pill", "{pill}", "puff", "Tablet", "CAPSULE", "patchs"),
)  # fmt: skip
DATES = (
    *("2026-02-30", "2026-13-01", "2026-00-10", "2026-12-00", "2026-12-32", "2027-02-29", "1900-02-29", "0000-01-01"),
    *("01.12.2026", "12/01/2026", "2026/12/01", "20261201", "2026-12-1", "2026-1-01", "26-12-01", "2026-W01-1"),
    *("2026W011", "2026-335", "2026-12", "2026", "2026-12-01T00:00", "2026-12-01T00:00:00Z", "2026-12-01 ", " 2026-12-01"),
    *("2026-12-01Z", "2026-12-01+01:00", "٢٠٢٦-١٢-٠١", "２０２６-12-01", "2026‐12‐01", "2026–12–01", "2026-12-01\n", "12026-12-01"),
    *("-2026-12-01", "+2026-12-01", "9999-12-31", "0001-01-01", "1799-12-31", "2200-01-01", "today", "tomorrow", "2026-Dec-01"),
    *("2026-12-01\x00", "2026-12-01\u200b", "2026--12-01", "2026-12-01-01", "1764547200", "2026-12-01/P1D", "2026_12_01"),
)  # fmt: skip
TEXTS = (
    *("", " ", "   ", "\t", "\n", "\r\n", "\x00", "\u00a0", "\u200b", "\u2028", "\u2029", "\u3000", "\ufeff", "\ufffe", "\uffff"),
    *("\ud800", "\udfff", "\udc00\ud800", "a\ud83d", "\U0001f600", "\U0010ffff", "\u202egnitset\u202c", "\u2066a\u2069", "é", "e\u0301"),
    *("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", "ﷺ" * 30, "👨‍👩‍👧‍👦", "🇺🇳", "ﬀ", "ſ", "K", "İ", "ı", "ß", "ẞ", "Σς", "ǅ", "\u0344", "a" * 129, "a" * 100_000),
    *("' OR 1=1 --", "'; DROP TABLE schedules; --", "1' UNION SELECT body FROM schedules --", '" OR ""="', "1); ATTACH 'x' AS y; --"),
    *("%' LIKE '%", "\\' or 1=1", "admin'--", "1;SELECT pg_sleep(9)", "/*!50000*/", "x' AND (SELECT load_extension('x'))--", "`id`"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)", "</textarea>"),
    *("&lt;b&gt;", "<!--", "]]>", "<![CDATA[x]]>", "<?xml version='1.0'?>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;'),
    *("{{7*7}}", "{{config}}", "{% include '/etc/passwd' %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "${jndi:ldap://127.0.0.1/a}", "{0}", "{x.__class__}"),
    *("%s%s%s%n", "%(name)s", "%x", "%d" * 100, "\\x00", "\\u0000", "$(reboot)", "| reboot", "; reboot", "&& reboot", "`reboot`", "\x1b]0;x\x07"),
    *('#read("/etc/passwd")', "#include \"x.typ\"", "$ x^2 $", "*bold*", "_x_", "= Heading", "@ref", "<label>", "#import \"@x/y:1\"", "\\ \\"),
    *("../../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "file:///etc/passwd", "....//....//", "%2e%2e%2f", "C:\\", "NUL", "CON"),
    *("http://127.0.0.1:1/", "//evil.example", "a\r\nSet-Cookie: x=y", "a\nX-Y: z", "a%0d%0aX: y", "Basic YTpi", "data:text/html,x"),
    *("__proto__", "constructor", "__class__", "_schema", "self", "unknown", "low", "value", "null", "undefined", "NULL", "nil", "None"),
    *("true", "false", "True", "TRUE", "t", "yes", "no", "on", "off", "Y", "0", "1", "-1", "[]", "{}", "[object Object]", '{"value": 5}'),
    *("=1+1", "@SUM(1)", "+1", "-1+1", "=cmd|' /C calc'!A0", "a,b", "a;b", "a\tb", "a|b", '"', "'", "\\", "/", "~0", "~1", "~", "%", "&", "?", "#"),
    *("gabapentine", "gabapentin ", " gabapentin", "gabapentın", "gabаpentin", "gaba\u200bpentin", "gabapentin\x00", "gabapentin/", "prednisolon"),
    *("gabapentin\n", "gabapentin enacarbil", "tramadol hydrochlorid", "ｇａｂａｐｅｎｔｉｎ", "gabapentin OR tramadol", "25480", "*", "gaba%", "gab_pentin"),
    *("Female", "FEMALE", "female ", "f", "male\n", "a", "c", "Normal", "Moderate", "grade 1", "naïve", "none ", "mondays", "Monday", "mon", "Day", "daily"),
    *("qd", "q.d.", "QOD", "bid", "tds", "q6h", "prn", "as directed", "3x daily", "1-0-1", "every day", "per day", "hemodialysis ", "EN", "en-US"),
    *("rx 1", "rx/1", "rx#1", "rx\u200b1", "é-1", "r" * 65, "rx\n", "capsules", "Capsule", "tablet ", "ORAL", "po", "p.o.", "by mouth", "iv", "300", "300 ", "300mg capsule"),
    *("250 mg/5 mL", "250 mg / 5", "250 mg /5 mL", "250 mg / 0 mL", "250mg", "5 mL / 250 mg", "250 mg / 5 mL / 2", " / ", "/mL", "5 /mL", "1:1000", "1 %"),
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


def test_there_are_five_hundred_writings() -> None:
    assert len(WRITINGS) >= 500
