"""Doses so far from the usual that a lost decimal point or a mistaken unit is the likeliest reading."""

from __future__ import annotations

from fractions import Fraction
from operator import attrgetter

from dosing.case import Case
from dosing.conditions import Holding, holds
from dosing.formulary.kinds import CourseRule, DoseRule, ImplausibleRule, Layer, Rule
from dosing.judgement import Judgement, unanswered
from dosing.timeline import A_DAY, Run, heaviest, heaviest_week, is_per_day, kind_of
from dosing.totals import count, per_day, takes_part
from dosing.units import UNITS, Quantity
from dosing.wording import words


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The first measure of the rule that is implausible, or the first that is not."""
    if not isinstance(rule, ImplausibleRule):
        return None
    if case.course.needs:
        return unanswered(case.course.needs)
    answers = [answer for measure in MEASURES if (answer := measure(case, rule)) is not None]
    broken = [answer for answer in answers if not answer.kept and not answer.needs]
    return next(iter(broken or answers), None)


def _against_start(case: Case, rule: ImplausibleRule) -> Judgement | None:
    """A single dose above a multiple of the top of the usual start; or at least that, and above the usual range.

    A form that is not stated is each of the drug's forms: only what holds for all of them is certain.
    """
    per_dose_only = rule.multiple_of_start is not None
    starts = [usual_start(case, form, per_dose_only=per_dose_only) for form in case.possible_forms]
    known = sorted(start for start in starts if start is not None)
    answers = [answer for start in known if (answer := _against(case, rule, start)) is not None]
    if not answers:
        return None
    loosest = answers[-1]
    if loosest.kept and not all(answer.kept for answer in answers):
        return unanswered(("form",), "The usual start is another for each form.")
    return unanswered(("form",)) if not loosest.kept and None in starts else loosest


def _against(case: Case, rule: ImplausibleRule, start: Quantity) -> Judgement | None:
    multiple = rule.multiple_of_start or rule.at_least_multiple_of_start
    runs = case.course.judged(case.situation.first_judged)
    if multiple is None or not runs:
        return None
    limit = start * multiple
    worst = heaviest(runs, attrgetter("single"))
    measured = Quantity(worst.single, UNITS[case.course.unit])
    if rule.multiple_of_start is not None:
        kept, comparison = measured <= limit, "<="
    else:
        kept = measured < limit or _within_range(case, runs) or measured.value <= _largest_piece(case)
        comparison = "<"
    if kept:
        return Judgement(True, measured=measured, limit=limit, comparison=comparison)
    return Judgement(
        False,
        f"One dose of {case.drug} is {words(measured)}; the usual start is at most {words(start)}, "
        f"so that {'more than ' if comparison == '<=' else ''}{words(limit)} {'' if comparison == '<=' else 'or more '}"
        "is likely a slip of the decimal point or the unit.",
        measured,
        limit,
        comparison,
        ((worst.first, worst.last),),
        worst.step,
    )


def _against_total(case: Case, rule: ImplausibleRule) -> Judgement | None:
    """A day's morphine or prednisone equivalents that no start or oral course reaches."""
    for name, limit, inclusive in (
        ("mme", rule.mme_at_least, True),
        ("prednisone-equivalent", rule.prednisone_equivalent_above, False),
    ):
        if limit is None:
            continue
        equivalence = case.formulary.equivalences[name]
        if not takes_part(equivalence, case.drug):
            continue
        counted = count(case.situation, equivalence)
        days = [
            day
            for day in counted.days
            if (day.last is None or day.last >= case.situation.first_judged)
            and any(course.order is case.order for course in day.courses)
        ]
        if not days:
            return unanswered(counted.needs) if counted.needs else None
        # As-needed use without a maximum is only certainly implausible when the least of it is.
        worst = heaviest(days, attrgetter("least"))
        measured = per_day(equivalence, worst.least)
        broken = measured >= limit if inclusive else measured > limit
        comparison = "<" if inclusive else "<="
        if not broken:
            if counted.needs:
                return unanswered(counted.needs)
            return Judgement(True, measured=measured, limit=limit, comparison=comparison)
        what = "" if name == "mme" else " of prednisone-equivalent"
        return Judgement(
            False,
            f"{case.drug}: {words(measured)}{what} is likely a slip; {'less than' if inclusive else 'at most'} "
            f"{words(limit)} would be plausible.",
            measured,
            limit,
            comparison,
            ((worst.first, worst.last),),
            courses=worst.courses,
        )
    return None


def _against_week(case: Case, rule: ImplausibleRule) -> Judgement | None:
    week = heaviest_week(case.same_drug) if rule.weekly_above is not None else None
    if rule.weekly_above is None or week is None:
        return None
    measured, limit = Quantity(week[0], UNITS["mg/wk"]), rule.weekly_above
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    return Judgement(
        False,
        f"{case.drug}: {words(measured)} is likely a slip; at most {words(limit)} would be plausible.",
        measured,
        limit,
        "<=",
        ((week[1], week[1] + 6),),
    )


MEASURES = (_against_start, _against_total, _against_week)


def usual_start(case: Case, form: str, *, per_dose_only: bool) -> Quantity | None:
    """The top of the usual first dose, in mg (patches: ug/h): the label's for a form, else the highest other.

    It is the same for everybody: somebody who tolerates a drug may take more, not any amount. A start that is stated
    per day says nothing about a single dose, unless it may stand for one.
    """
    rules = [
        rule
        for rule in case.monograph.rules_of.get("starting-dose", ())
        if isinstance(rule, CourseRule)
        and rule.limit.unit.dimension in ("[mass]", "[mass]/[time]")
        and kind_of(rule.limit) == case.course.unit
        and not (per_dose_only and is_per_day(rule.limit))
        and (rule.when.forms is None or form in rule.when.forms)
    ]
    label = [rule for rule in rules if rule.layer is Layer.LABEL]
    amounts = [_per_dose(rule.limit) for rule in label or rules]
    return Quantity(max(amounts), UNITS[case.course.unit]) if amounts else None


def _per_dose(limit: Quantity) -> Fraction:
    """A start stated per day or per week is taken whole: no single dose of it is larger."""
    if limit.unit.code.endswith("/h"):
        return limit.amount("ug/h")
    if limit.unit.code.endswith("/wk"):
        return limit.amount("mg/wk")
    return limit.amount("mg/d") if is_per_day(limit) else limit.amount("mg")


def _largest_piece(case: Case) -> Fraction:
    """The most that one marketed piece holds: what is made as one piece is no slip."""
    sizes = [
        product.strength.amount(case.course.unit)
        for product in case.monograph.products
        if product.form in case.possible_forms
        and product.volume is None
        and kind_of(product.strength) == case.course.unit
    ]
    return max(sizes, default=Fraction(0))


def _within_range(case: Case, runs: tuple[Run, ...]) -> bool:
    """Whether every day stays inside the usual range: the highest of the daily maxima for this form."""
    maxima = [
        rule.row.max_daily.amount(A_DAY[case.course.unit].code)
        for rule in case.monograph.rules_of.get("max-daily-dose", ())
        if isinstance(rule, DoseRule)
        and rule.row.max_daily is not None
        and kind_of(rule.row.max_daily) == case.course.unit
        and holds(rule.when, case).truth is not False
    ]
    return bool(maxima) and max(run.total for run in runs) <= max(maxima)
