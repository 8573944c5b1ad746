"""Who tolerates opioids by what was taken, where nobody says it: only use by the clock counts."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.finding import Decision, Verdict
from dosing.screening import screen
from tests.reading_cases import formulary, question_of, rules_found
from tests.small_formulary import HEALTHY

PATCH = {
    "drug": "fentanyl",
    "form": "transdermal patch",
    "dose": "25 ug/h",
    "frequency": {"every": "72 hours"},
    "indication": "chronic-pain",
    "intent": "maintenance",
    "start_date": "2026-12-01",
}
MORPHINE = {"drug": "morphine", "form": "tablet", "dose": "15 mg", "frequency": {"every": "6 hours"}}


def patch(*medications: dict[str, Any], **order: Any) -> Verdict:
    """The answer to a first patch, with nothing said of the patient's experience."""
    body = {"patient": HEALTHY | {"medications": list(medications)}, "orders": [PATCH | order], "as_of": "2026-12-01"}
    question = question_of(body)
    return screen(question.orders, question.patient, formulary(), question.as_of).verdict


def needs(verdict: Verdict) -> set[str]:
    return {need for row in verdict.not_checked for need in row.needs}


@pytest.mark.parametrize(("since", "known"), [("2026-11-24", True), ("2026-11-25", False)])
def test_a_week_of_morphine_by_the_clock_makes_tolerant(since: str, known: bool) -> None:
    verdict = patch({**MORPHINE, "start_date": since})
    assert ("opioid_experience" not in needs(verdict)) is known
    assert "fentanyl/tolerant-only" not in rules_found(verdict)


def test_morphine_as_needed_leaves_it_open() -> None:
    verdict = patch({**MORPHINE, "start_date": "2026-10-01", "as_needed": True})
    assert "opioid_experience" in needs(verdict) and verdict.decision is Decision.CANNOT_ASSESS


def test_a_rotation_knows_what_it_takes_the_place_of() -> None:
    verdict = patch({**MORPHINE, "id": "before", "start_date": "2026-10-01"}, replaces="before")
    assert "opioid_experience" not in needs(verdict)


def test_what_ended_the_day_before_counts() -> None:
    verdict = patch({**MORPHINE, "start_date": "2026-10-01", "end_date": "2026-11-30"})
    assert "opioid_experience" not in needs(verdict)


def test_nothing_taken_is_naive() -> None:
    assert "fentanyl/tolerant-only" in rules_found(patch())
