"""What each layer says of a stop from what is taken now: does it have to be lowered slowly?

Guidelines differ (60 mg of prednisone for ten days is the known split): every layer is shown, none is dropped.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dosing.finding import Passed
from dosing.formulary.kinds import StopRule, TaperRule
from dosing.formulary.model import Formulary, Monograph
from dosing.order import Order
from dosing.patient import Patient
from dosing.screening import screen
from dosing.units import words
from schedules.current import Until
from schedules.plan import Guidance


def uses(until: Until, monograph: Monograph) -> tuple[tuple[Order, ...], tuple[Order, ...] | None]:
    """What was taken until now; where its length is not known, as the longest use that any rule asks about, and as
    one dose."""
    if until.days is not None:
        return (until.order(),), None
    bounds = [
        int(bound.amount("d")) + 1
        for rule in monograph.rules
        if isinstance(rule, StopRule | TaperRule)
        for bound in (rule.at_least, getattr(rule, "more_than", None))
        if bound is not None
    ]
    turn = until.layout.turn
    return (until.order(max([turn, *bounds])),), (until.order(turn),)


def guidance_on(
    until: Until, monograph: Monograph, patient: Patient, indication: str | None, formulary: Formulary
) -> tuple[Guidance, ...]:
    """What each layer says of a stop from what is taken now: does it have to be lowered slowly?"""
    longest, shortest = uses(until, monograph)
    told = _stopped(longest[0], until.last_dose, patient, indication, formulary)
    if shortest is not None:
        briefly = _stopped(shortest[0], until.last_dose, patient, indication, formulary)
        told = {
            rule: answer
            if briefly.get(rule, (None, ""))[0] == answer[0]
            else (None, "It depends on how long it was taken.")
            for rule, answer in told.items()
        }
    return tuple(
        Guidance(rule, rule.layer, *told[rule.id])
        for rule in monograph.rules
        if isinstance(rule, StopRule) and rule.id in told
    )


def _stopped(
    order: Order, last_dose: date, patient: Patient, indication: str | None, formulary: Formulary
) -> dict[str, tuple[bool | None, str]]:
    """By rule: whether a stop now is too sudden, and in which words."""
    stopped = replace(order, indication=indication)
    verdict = screen((stopped,), patient, formulary, last_dose).verdict
    answers: dict[str, tuple[bool | None, str]] = {}
    for row in (*verdict.findings, *(merged for finding in verdict.findings for merged in finding.merged)):
        if isinstance(row.rule, StopRule):
            answers[row.rule.id] = (True, row.message)
    for passed in verdict.passed:
        if isinstance(passed.rule, StopRule):
            answers[passed.rule.id] = (False, _no_taper(passed))
    for open_row in verdict.not_checked:
        for rule in open_row.rules:
            if isinstance(rule, StopRule):
                answers[rule.id] = (None, open_row.message)
    return answers


def _no_taper(passed: Passed) -> str:
    if passed.measured is None or passed.limit is None:
        return "No slow end is needed."
    if passed.measured >= passed.limit:
        return f"No slow end is needed from this dose, though it was taken for {words(passed.measured)}."
    used, bound = words(passed.measured), words(passed.limit)
    return f"No slow end is needed after {used} of use that counts; it is from {bound} on."
