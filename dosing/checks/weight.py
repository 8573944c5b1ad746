"""Doses for each kilogram of body weight, compared before anything is rounded."""

from __future__ import annotations

from operator import attrgetter

from dosing.case import Case
from dosing.checks.amounts import days_of_sum, judged_days, missing_dose
from dosing.conditions import Holding
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import Rule, WeightRule
from dosing.judgement import Judgement, told, unanswered
from dosing.measures import Measure, NotComputed, adjusted_body_weight, ideal_body_weight
from dosing.timeline import averaged, combined, heaviest
from dosing.units import UNITS, Quantity
from dosing.wording import words


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A day, or one dose, against so much for each kilogram of the named weight."""
    if not isinstance(rule, WeightRule):
        return None
    if case.course.needs:
        return unanswered(case.course.needs)
    weight = _weight(case, rule)
    if isinstance(weight, NotComputed):
        return unanswered(weight.needs or ("weight",), weight.reason)
    daily = rule.limit.unit.code.endswith("/d")
    return _daily(case, rule, holding, weight) if daily else _single(case, rule, weight)


def _weight(case: Case, rule: WeightRule) -> Quantity | NotComputed:
    """The weight that the rule names; somebody without a stated weight has none."""
    if rule.weight == "actual":
        return case.patient.weight or NotComputed("", ("weight",))
    ideal = ideal_body_weight(case.patient, case.formulary)
    measured = ideal if rule.weight == "ideal" else adjusted_body_weight(ideal, case.patient, case.formulary)
    return measured.value if isinstance(measured, Measure) else measured


def _daily(case: Case, rule: WeightRule, holding: Holding, weight: Quantity) -> Judgement | None:
    sharing = case.same_drug
    missing = missing_dose(case.course, sharing)
    known = tuple(other for other in sharing if not other.needs)
    if rule.averaged:
        levelled = {other: averaged(other) for other in known}
        own = levelled[case.course]
        stretches = judged_days(tuple(combined(tuple(levelled.values()))), case, holding, own)
    else:
        stretches = judged_days(case.situation.sum_of(known), case, holding)
    if not stretches:
        return missing
    kilograms, limit = weight.amount("kg"), rule.limit.to("mg/kg/d") * rule.share
    worst = heaviest(stretches, attrgetter("total"))
    measured = Quantity(worst.total / kilograms, limit.unit)
    if measured <= limit:
        return missing or Judgement(True, measured=measured, limit=limit, comparison="<=")
    bound = limit.value * kilograms
    over = [stretch for stretch in stretches if stretch.total > bound]
    as_needed = all(stretch.least <= bound for stretch in over)
    most = Quantity(bound, UNITS["mg/d"])
    return Judgement(
        False,
        f"{case.drug}: {_mean(rule)}{words(Quantity(worst.total, most.unit))} is {words(measured)} at "
        f"{_named(rule)}{words(weight)}; the limit is {words(limit)}, which is {words(most)}.",
        measured,
        limit,
        "<=",
        days_of_sum(over, case, holding),
        courses=tuple(course for course in sharing if not course.needs),
        suggestion=Suggestion(max_per_day=most),
        severity=min(rule.severity, Severity.WARNING) if as_needed else None,
        code="as-needed-limit" if as_needed else None,
    )


def _single(case: Case, rule: WeightRule, weight: Quantity) -> Judgement | None:
    runs = case.course.judged(case.situation.first_judged)
    if not runs:
        return None
    limit = rule.limit.to("mg/kg") * rule.share
    worst = heaviest(runs, attrgetter("single"))
    measured = Quantity(worst.single / weight.amount("kg"), limit.unit)
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    most = Quantity(limit.value * weight.amount("kg"), UNITS["mg"])
    return Judgement(
        False,
        f"One dose of {case.drug} is {words(measured)} at {_named(rule)}{words(weight)}; the limit is {words(limit)}, "
        f"which is {words(most)}.",
        measured,
        limit,
        "<=",
        told([(run.first, run.last) for run in runs if run.single > most.value], case.course.last is None),
        worst.step,
        suggestion=Suggestion(largest_passing_dose=most),
    )


def _named(rule: WeightRule) -> str:
    return "" if rule.weight == "actual" else f"an {rule.weight} weight of "


def _mean(rule: WeightRule) -> str:
    return "a mean of " if rule.averaged else ""
