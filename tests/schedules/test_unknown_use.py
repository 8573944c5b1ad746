"""Where it is not known for how long a drug was taken, no rule passes on the guess that it was long."""

from __future__ import annotations

from dosing.finding import Severity
from schedules.ways_down import TaperRequest
from tests.schedules.asking import START, amount, every, patient, planned


def patch(taken_for: int | None) -> TaperRequest:
    return TaperRequest(
        drug="fentanyl",
        start_date=START,
        patient=patient(opioid_experience=None),
        taken=every("75 mcg/hour", "72 hours"),
        to=amount(25, "ug/h"),
        taken_for=None if taken_for is None else amount(taken_for, "d"),
        form="transdermal patch",
        step=amount(25, "ug/h"),
        step_interval=amount(6, "d"),
    )


def test_a_patch_of_unknown_use_may_be_that_of_somebody_without_tolerance() -> None:
    verdict = planned(patch(None)).screening.verdict
    waiting = {rule.id: row for row in verdict.not_checked for rule in row.rules if "taken_for" in row.needs}
    assert waiting["fentanyl/tolerant-only"].gravest is Severity.CRITICAL
    assert "after short use this would hold: fentanyl is contraindicated" in waiting["fentanyl/tolerant-only"].message
    assert not {row.rule.id for row in verdict.passed} & set(waiting)


def test_after_known_use_the_same_patch_waits_for_nothing() -> None:
    verdict = planned(patch(90)).screening.verdict
    assert not [row for row in verdict.not_checked if "taken_for" in row.needs]
