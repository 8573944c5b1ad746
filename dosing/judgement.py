"""What one rule found, and how that becomes a finding, a pass or a question that could not be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dosing.case import Case
from dosing.conditions import Holding
from dosing.finding import Finding, NotChecked, Passed, Result, Severity, Suggestion
from dosing.formulary.kinds import Action, DoseRule, Evidence, Rule, TableRule
from dosing.formulary.severity import BY_ACTION
from dosing.timeline import Course
from dosing.units import Quantity

# What an order is for; a rule may say what it becomes when that is not stated.
PURPOSE = frozenset({"indication", "intent"})
CODE_OF_KIND = {"allergy": "contraindication"}
# Lists that are a statement when empty and unknown when absent.
LISTS = frozenset({"conditions", "allergies", "medications"})
# How many ranges of days a finding names.
MOST_RANGES = 10
Days = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check measured against one rule.

    `needs` (not empty) says that it could not be measured. `notice` turns a kept rule into an advisory finding: what
    was assumed is told. `code` and `severity` differ from the rule's only where the contract says so.
    """

    kept: bool
    message: str = ""
    measured: Quantity | None = None
    limit: Quantity | None = None
    comparison: str | None = None
    days: Days = ()
    step: int | None = None
    courses: tuple[Course, ...] = ()
    suggestion: Suggestion | None = None
    severity: Severity | None = None
    code: str | None = None
    needs: tuple[str, ...] = ()
    notice: bool = False
    implied: bool = False


# For what is either so or not, and measures nothing: one for all of them.
KEPT = Judgement(True)

Judge = Callable[[Case, Rule, Holding], Judgement | None]


def told(ranges: list[tuple[int, int | None]], endless: bool) -> Days:
    """Ranges joined where they touch. What recurs more often is told by its first days and one range for the rest."""
    joined: list[tuple[int, int | None]] = []
    for first, last in ranges:
        before = joined[-1][1] if joined else None
        if before is not None and before + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    if len(joined) > MOST_RANGES:
        joined[MOST_RANGES - 1 :] = [(joined[MOST_RANGES - 1][0], None if endless else joined[-1][1])]
    return tuple(joined)


def unanswered(needs: tuple[str, ...], message: str = "") -> Judgement:
    """A judgement that could not be made without the named fields."""
    return Judgement(kept=False, needs=needs, message=message)


def gravest(rule: Rule) -> Severity:
    """The gravest finding that a rule can give."""
    rows = [rule.row] if isinstance(rule, DoseRule) else []
    if isinstance(rule, TableRule):
        rows = [band.row for band in rule.bands] + ([rule.hemodialysis] if rule.hemodialysis else [])
    if rows and all(_only_action(row) for row in rows):
        return max(
            (action_severity(row.action, rule) for row in rows if row.action is not None),
            default=rule.severity,
        )
    return rule.severity


def _only_action(row: object) -> bool:
    limits = ("max_daily", "max_single", "max_weekly", "min_interval", "supplement")
    return all(getattr(row, name) is None for name in limits)


def action_severity(action: Action, rule: Rule) -> Severity:
    """What an action of a row weighs; a listed exception of the rule and missing confirmation hold for it too."""
    if rule.exception:
        return rule.severity
    severity = BY_ACTION[action]
    return min(severity, Severity.WARNING) if rule.evidence is Evidence.UNCONFIRMED else severity


def code_of(rule: Rule) -> str:
    """The code of a rule's rows: its kind, where that is a finding code."""
    return CODE_OF_KIND.get(rule.kind, rule.kind)


def settle(case: Case, rule: Rule, holding: Holding, judgement: Judgement) -> Result:
    """One row of the verdict from what was measured and what is known about the rule's conditions."""
    if judgement.needs:
        return _not_checked(case, rule, judgement.needs, judgement.message)
    code = code_of(rule)
    if judgement.kept and not judgement.notice:
        return Passed(code, case.order.given, rule, judgement.measured, judgement.limit)
    severity = judgement.severity if judgement.severity is not None else rule.severity
    if judgement.kept:
        severity = Severity.INFO
    if holding.truth is None:
        if judgement.kept:
            return Passed(code, case.order.given, rule, judgement.measured, judgement.limit)
        if rule.if_unstated is not None and PURPOSE.issuperset(holding.needs):
            severity = min(severity, rule.if_unstated)
        elif severity is not Severity.INFO or rule.severity is Severity.INFO:
            return _not_checked(case, rule, holding.needs, judgement.message)
    orders, medications = _named(case, judgement.courses)
    note = f" {rule.note}" if severity is Severity.INFO and rule.note and judgement.measured is not None else ""
    return Finding(
        code=judgement.code or code,
        severity=severity,
        orders=orders,
        medications=medications,
        drug=case.drug,
        message=judgement.message + note,
        rule=rule,
        step=judgement.step,
        days=judgement.days,
        measured=judgement.measured,
        comparison=judgement.comparison,
        limit=judgement.limit,
        suggestion=judgement.suggestion,
        source=rule.source,
        implied=judgement.implied,
    )


def _named(case: Case, courses: tuple[Course, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The orders and the medications that a finding is about: always the judged order first."""
    orders = [case.order.given] + [course.order.given for course in courses if not course.medication]
    medications = [course.order.spoken for course in courses if course.medication]
    return tuple(dict.fromkeys(orders)), tuple(dict.fromkeys(medications))


def _not_checked(case: Case, rule: Rule, needs: tuple[str, ...], message: str) -> NotChecked:
    why = f"{missing(case.drug, needs)} {message}".rstrip()
    weighs = gravest(rule)
    if rule.if_unstated is not None and PURPOSE.isdisjoint(needs):
        weighs = rule.if_unstated
    return NotChecked(code_of(rule), case.order.given, needs, why, (rule,), weighs, case.drug)


def missing(drug: str, needs: tuple[str, ...]) -> str:
    """What was not checked, and for want of what."""
    wanted = " and ".join(name.replace("_", " ") for name in needs)
    return f"Not checked for {drug}: {wanted} {'is' if len(needs) == 1 and needs[0] not in LISTS else 'are'} missing."
