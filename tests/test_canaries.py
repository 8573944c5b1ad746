"""Every rule of the formulary fires where it must and stays quiet where it must not: one test for each canary."""

from __future__ import annotations

import pytest

from dosing.screening import screen
from tests.reading_cases import CANARIES, Case, canary_question, cases, formulary, rules_found

ALL = list(cases(CANARIES))
LIVE = sorted(rule.id for rule in formulary().rules.values() if not rule.superseded)
SUPERSEDED = sorted(rule.id for rule in formulary().rules.values() if rule.superseded)


@pytest.mark.parametrize("case", ALL, ids=[case["name"] for case in ALL])
def test_a_canary(case: Case) -> None:
    question = canary_question(case)
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    found = rules_found(verdict).get(case["rule"])
    if not case["fires"]:
        assert found is None, found
        return
    assert found is not None, {rule: finding.message for rule, finding in rules_found(verdict).items()}
    if "severity" in case:
        assert found.severity.word == case["severity"], found.message


def test_the_names_of_canaries_are_their_own() -> None:
    stated = [case["name"] for case in ALL]
    assert sorted({name for name in stated if stated.count(name) > 1}) == []


def test_a_canary_cites_a_rule_that_exists() -> None:
    assert sorted({case["rule"] for case in ALL} - set(formulary().rules)) == []


@pytest.mark.parametrize("rule", LIVE)
def test_a_rule_has_a_case_on_either_side(rule: str) -> None:
    sides = {case["fires"] for case in ALL if case["rule"] == rule}
    assert sides == {True, False}


@pytest.mark.parametrize("rule", SUPERSEDED)
def test_a_superseded_rule_has_no_case_that_must_fire(rule: str) -> None:
    assert not [case["name"] for case in ALL if case["rule"] == rule and case["fires"]]
