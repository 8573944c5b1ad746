"""Rules in words, and the canaries that say whether the rules are still asked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from api.canaries import CASE_DAY, CASES, begin_singing, cases_of, off_key, plain, read_canaries, silent_canaries
from api.reading import NumberLiteral
from api.services import Services, probes, wire
from dosing.formulary.entry import compose
from dosing.formulary.kinds import Interval, When
from dosing.formulary.model import Formulary
from dosing.formulary.telling import _WORDS, interval_in_words, when_in_words
from dosing.units import quantity
from tests.api.test_reading_requests_names import FORMULARY, NAMES

CASE = """
- name: one more is over
  rule: gabapentin/max-daily-dose
  fires: true
  severity: critical
  order: {drug: gabapentin, dose: 1201 mg, frequency: {times: 3, per: day}}
- name: exactly the limit is inside
  rule: gabapentin/max-daily-dose
  fires: false
  as_of: 2026-12-01
  patient: {pregnant: false, laboratory: {inr: 1.7}}
  orders: [{drug: gabapentin, dose: 1200 mg, frequency: {times: 3, per: day}}]
"""


@pytest.fixture(scope="module")
def shipped() -> Services:
    return wire()


def wired(folder: Path, text: str, formulary: Formulary) -> Services:
    (folder / "gabapentin.yaml").write_text(text, encoding="utf-8")
    return wire(formulary, folder)


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (Interval(">= 60 mL/min", "mL/min", low=Fraction(60), low_closed=True), "at least 60 mL/min"),
        (Interval("> 75 years", "a", low=Fraction(75)), "more than 75 years"),
        (Interval("< 12 years", "a", high=Fraction(12)), "less than 12 years"),
        (Interval("<= 15 mL/min", "mL/min", high=Fraction(15), high_closed=True), "at most 15 mL/min"),
        (
            Interval("(30, 60) mL/min", "mL/min", low=Fraction(30), high=Fraction(60)),
            "more than 30 and less than 60 mL/min",
        ),
        (Interval("any", "a"), "any"),
    ],
)
def test_a_range_is_said_as_it_is_read_aloud(interval: Interval, said: str) -> None:
    assert interval_in_words(interval) == said


def test_every_slot_of_a_condition_has_words() -> None:
    assert set(_WORDS) == {name for name in When.__slots__ if name != "stated"}


def test_when_a_rule_applies_is_said_slot_by_slot() -> None:
    assert when_in_words(When()) == "always"
    when = When(
        forms=frozenset({"tablet", "capsule"}),
        pregnant=True,
        hemodialysis=False,
        opioid_experience="naive",
        sex="female",
        strengths=(quantity("100 mg"), quantity("200 mg")),
        not_indications=frozenset({"epilepsy"}),
    )
    assert when_in_words(when).split("; ") == [
        "form capsule or tablet",
        "indication other than epilepsy",
        "not on hemodialysis",
        "opioid-naive",
        "pregnant",
        "female",
        "pieces of 100 mg or 200 mg",
    ]


def test_every_shipped_rule_can_be_said(shipped: Services) -> None:
    for rule in shipped.formulary.rules.values():
        assert when_in_words(rule.when)


def test_every_shipped_case_is_read_and_answered_as_it_says(shipped: Services) -> None:
    assert len(shipped.flock.canaries) >= 100
    assert silent_canaries(shipped.flock) is None


def test_a_case_is_read_as_the_service_would_read_it(tmp_path: Path, shipped: Services) -> None:
    services = wired(tmp_path, CASE, shipped.formulary)
    assert [(canary.fires, canary.faults) for canary in services.flock.canaries] == [(True, ()), (False, ())]
    question = services.flock.canaries[1].question
    assert question is not None
    assert question.patient.pregnant is False
    assert question.patient.laboratory["inr"].value == Fraction(17, 10)
    assert silent_canaries(services.flock) is None


def test_a_case_without_a_day_is_asked_on_the_same_day_for_ever(tmp_path: Path, shipped: Services) -> None:
    question = wired(tmp_path, CASE, shipped.formulary).flock.canaries[0].question
    assert question is not None
    assert question.as_of == CASE_DAY


def test_the_cases_of_a_rule_are_told_by_whether_it_must_fire(tmp_path: Path) -> None:
    services = wired(tmp_path, CASE, FORMULARY)
    cases = cases_of(services.flock, "gabapentin/max-daily-dose")
    assert [case["name"] for case in cases["must_fire"]] == ["one more is over"]
    assert [case["name"] for case in cases["must_not_fire"]] == ["exactly the limit is inside"]
    assert cases_of(services.flock, "gabapentin/other") == {"must_fire": [], "must_not_fire": []}


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        ("1201 mg", "1200 mg", "gabapentin/max-daily-dose does not fire"),
        ("dose: 1200 mg", "dose: 1201 mg", "gabapentin/max-daily-dose fires"),
        ("severity: critical", "severity: warning", "not warning"),
        ("rule: gabapentin/max-daily-dose", "rule: gabapentin/other", "there is no rule gabapentin/other"),
        ("dose: 1201 mg", "dose: 1201 Mg", "/orders/0/dose unknown-unit"),
        ("  order: {", "  orders: {", "/orders wrong-type"),
        (CASE, "- just a text\n", "there is no rule"),
        (CASE, "{name: one case alone}\n", "one case alone"),
        (CASE, "- name: [\n", "cases/gabapentin.yaml:"),
    ],
)
def test_a_canary_that_sings_otherwise_keeps_the_service_from_being_ready(
    tmp_path: Path, shipped: Services, written: str, instead: str, reason: str
) -> None:
    assert written in CASE
    ready = dict(probes(wired(tmp_path, CASE.replace(written, instead), shipped.formulary)))
    assert ready["formulary"]() is None
    said = ready["canaries"]()
    assert said is not None
    assert "answered otherwise" in said
    assert reason in said


def test_a_service_without_cases_or_without_drugs_is_not_ready(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    services = wire(FORMULARY, empty)
    assert dict(probes(services))["canaries"]() == "there are no cases"
    nothing = replace(services, formulary=replace(FORMULARY, monographs={}))
    assert dict(probes(nothing))["formulary"]() == "knows no drug"


def test_the_canaries_are_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("api.services.silent_canaries", asked.append)
    ready = dict(probes(wired(tmp_path, CASE, FORMULARY)))
    ready["canaries"]()
    ready["canaries"]()
    assert len(asked) == 1


def test_the_tag_of_cases_changes_with_them_and_that_of_the_formulary_does_not(tmp_path: Path) -> None:
    first = wired(tmp_path, CASE, FORMULARY)
    second = wired(tmp_path, CASE.replace("one more", "one milligram more"), FORMULARY)
    assert first.etag == second.etag == FORMULARY.sha256
    assert first.cases_etag != second.cases_etag


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3", 3),
        ("'3'", "3"),
        ("0.5", "0.5"),
        ("true", True),
        ("'true'", "true"),
        ("no", "no"),
        ("null", None),
        ("~", None),
        ("300 mg", "300 mg"),
        ("2026-12-01", "2026-12-01"),
        ("[1, {a: b}]", [1, {"a": "b"}]),
    ],
)
def test_a_yaml_value_is_read_as_it_looks_and_never_guessed_at(tmp_path: Path, written: str, read: object) -> None:
    file = tmp_path / "value.yaml"
    file.write_text(f"value: {written}\n", encoding="utf-8")
    value = plain(compose(file, file.name).node)["value"]
    assert value == read
    assert type(value) is (NumberLiteral if written == "0.5" else type(read))


def test_the_shipped_cases_are_where_they_are_read(shipped: Services) -> None:
    assert shipped.cases == CASES
    first = read_canaries(shipped.flock.files[:1], shipped.names)[0]
    assert off_key(shipped.formulary, first) is None


def test_the_cases_of_a_rule_stand_in_the_file_of_its_subject(shipped: Services) -> None:
    strays = [
        (path.name, canary.rule)
        for path in shipped.flock.files
        for canary in read_canaries([path], NAMES)
        if canary.rule.partition("/")[0].replace(" ", "-") != path.stem
    ]
    assert strays == []


def test_canaries_that_are_asked_in_processes_of_their_own_say_the_same(tmp_path: Path, shipped: Services) -> None:
    broken = wired(tmp_path, CASE.replace("dose: 1200 mg", "dose: 1201 mg"), shipped.formulary)
    assert begin_singing(broken.flock)() == silent_canaries(broken.flock) is not None
    assert begin_singing(wired(tmp_path, CASE, shipped.formulary).flock)() is None
