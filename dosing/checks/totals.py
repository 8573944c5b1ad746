"""Limits on sums over drugs and orders, on every day."""

from __future__ import annotations

from operator import attrgetter

from dosing.case import Case
from dosing.conditions import Holding
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import Rule, TotalRule
from dosing.judgement import Judgement, told, unanswered
from dosing.timeline import heaviest
from dosing.totals import count, per_day, takes_part
from dosing.wording import words


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The heaviest day of the sum, among the days on which this order is taken."""
    if not isinstance(rule, TotalRule):
        return None
    equivalence = case.formulary.equivalences[rule.equivalence]
    if not takes_part(equivalence, case.drug):
        return None
    counted = count(case.situation, equivalence, level=rule.averaged)
    if any(course.order is case.order for course in counted.without_factor):
        reason = equivalence.no_factor.get(case.drug, "no factor for this form or route")
        if case.drug in equivalence.no_factor:
            return Judgement(True, f"{case.drug} is not counted: {reason}.", notice=True)
        return unanswered(("route",), f"{case.drug} has {reason}.")
    unknown = unanswered(counted.needs, "A sum needs every dose.") if counted.needs else None
    if case.course.needs:
        return unknown
    limit = rule.limit
    first = case.situation.first_judged
    days = [
        total
        for total in counted.days
        if (total.last is None or total.last >= first) and any(course.order is case.order for course in total.courses)
    ]
    if not days:
        return unknown
    bound = limit.value
    worst = heaviest(days, attrgetter("total"))
    measured = per_day(equivalence, worst.total)
    kept = worst.total < bound if rule.comparison == "<" else worst.total <= bound
    if kept and unknown is not None:
        return unknown
    if kept:
        return Judgement(True, measured=measured, limit=limit, comparison=rule.comparison)
    over = [day for day in days if (day.total >= bound if rule.comparison == "<" else day.total > bound)]
    needed = rule.severity is Severity.CRITICAL and all(day.least <= bound for day in over)
    below = "less than" if rule.comparison == "<" else "at most"
    together = "together " if len(worst.courses) > 1 else ""
    names = " and ".join(dict.fromkeys(course.drug for course in worst.courses))
    unit = "" if rule.equivalence == "mme" else f" of {rule.equivalence.removesuffix('-equivalent')}"
    equals = "-equivalent" if rule.equivalence.endswith("equivalent") else ""
    return Judgement(
        False,
        f"{names} {together}{'are' if together else 'is'} {words(measured)}{unit}{equals}; "
        f"{below} {words(limit)} is the limit.",
        measured,
        limit,
        rule.comparison,
        told([(max(day.first, first), day.last) for day in over], any(course.last is None for course in worst.courses)),
        next(
            (
                run.step
                for run in case.course.runs
                if run.first <= worst.first and (run.last is None or run.last >= worst.first)
            ),
            None,
        ),
        worst.courses,
        suggestion=Suggestion(max_per_day=limit) if needed else None,
        severity=Severity.WARNING if needed else None,
        code="as-needed-limit" if needed else None,
    )
