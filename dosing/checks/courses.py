"""A course on its way up: its first dose, the size and pace of its rises, and its maintenance dose."""

from __future__ import annotations

import itertools
from fractions import Fraction

from dosing.case import Case
from dosing.checks.stops import earlier_use
from dosing.checks.tables import least_maintenance
from dosing.conditions import Holding
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import CourseRule, Rule, StateRule
from dosing.judgement import Judgement, unanswered
from dosing.timeline import A_DAY, DAYS_A_WEEK, Course, Run, averaged, is_per_day, kind_of
from dosing.units import UNITS, Quantity
from dosing.wording import words


def starting_dose(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The first dose of somebody who does not take the drug yet; what began before `as_of` is not a start."""
    course, situation = case.course, case.situation
    begun = course.first < situation.first_judged or case.order.replaces is not None
    if isinstance(rule, StateRule):
        # What must not be started must not go on either; what is merely unwise to start with is judged at the start.
        if begun and rule.severity is not Severity.CRITICAL:
            return None
        return Judgement(False, f"{case.drug}: {rule.effect or rule.action.value}.", severity=rule.severity)
    medications = situation.medications
    if begun or any(other.medication for other in case.same_drug) or earlier_use(case):
        return None
    if not isinstance(rule, CourseRule):
        return None
    if course.needs:
        return unanswered(course.needs)
    first = course.runs[0]
    if kind_of(rule.limit) != course.unit:
        return None
    code = _compared_in(rule.limit)
    amount = _first_week(course) if code == "mg/wk" else _amount_in(code, case, first)
    if amount is None:
        return unanswered(("weight",))
    daily = code not in ("mg", "ug/h", "[iU]")
    limit, measured = rule.limit.to(code), Quantity(amount, UNITS[code])
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    if medications is None:
        return unanswered(("medications",), "Whether this is a start is not known.")
    return Judgement(
        False,
        f"{case.drug} starts with {words(measured)}; the start is at most {words(limit)}.",
        measured,
        limit,
        "<=",
        ((first.first, first.first),),
        first.step,
        suggestion=Suggestion(largest_passing_dose=None if daily else limit),
    )


def step_size(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The largest rise between two steps."""
    if not isinstance(rule, CourseRule) or kind_of(rule.limit) != case.course.unit:
        return None
    code = _compared_in(rule.limit)
    limit = rule.limit.to(code)
    sizes: list[tuple[Fraction, Run]] = []
    for before, after in _rises(case, level=code == "mg/wk"):
        high, low = _amount_in(code, case, after), _amount_in(code, case, before)
        if high is None or low is None:
            return unanswered(("weight",))
        if after.first >= case.situation.first_judged:
            sizes.append((high - low, after))
    if not sizes:
        return None
    size, run = max(sizes, key=lambda item: item[0])
    measured = Quantity(size, UNITS[code])
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    return Judgement(
        False,
        f"Step {run.step} of {case.drug} rises by {words(measured)}; a step is at most {words(limit)}.",
        measured,
        limit,
        "<=",
        ((run.first, run.first),),
        run.step,
    )


def step_interval(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The fewest days between the start or a rise and the next rise."""
    if not isinstance(rule, CourseRule) or not case.course.runs:
        return None
    later = rule.limit.to("d")
    since, gaps = case.course.runs[0].first, []
    for number, (_, after) in enumerate(_rises(case, replacing=False)):
        wait = rule.first.to("d") if rule.first is not None and number == 0 else later
        gaps.append((after.first - since, after, wait))
        since = after.first
    gaps = [gap for gap in gaps if gap[1].first >= case.situation.first_judged]
    if not gaps:
        return None
    days, run, limit = min(gaps, key=lambda gap: gap[0] - gap[2].value)
    measured = Quantity(Fraction(days), UNITS["d"])
    if measured >= limit:
        return Judgement(True, measured=measured, limit=limit, comparison=">=")
    return Judgement(
        False,
        f"Step {run.step} of {case.drug} rises after {words(measured)}; rises stand at least {words(limit)} apart.",
        measured,
        limit,
        ">=",
        ((run.first, run.first),),
        run.step,
    )


def below_effective(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A dose said to be maintenance that is below the effective range, as the kidney function allows it."""
    course = case.course
    if not isinstance(rule, CourseRule):
        return None
    if course.needs:
        return unanswered(course.needs)
    if not course.runs:
        return None
    last = course.runs[-1]
    if course.last is not None and any(run.total > last.total for run in (*earlier_use(case), *course.runs)):
        return None  # a dose on the way down to a stated end maintains nothing
    floor = rule.limit.to("mg/d")
    reduced = least_maintenance(case)
    if reduced is not None:
        floor = min(floor, reduced)
    measured = Quantity(last.total, UNITS["mg/d"])
    if measured >= floor:
        return Judgement(True, measured=measured, limit=floor, comparison=">=")
    return Judgement(
        False,
        f"{words(measured)} of {case.drug}{' as maintenance' if case.order.intent == 'maintenance' else ''}; "
        f"the range that maintains an effect begins at {words(floor)}.",
        measured,
        floor,
        ">=",
        ((last.first, last.last),),
        last.step,
    )


def _compared_in(limit: Quantity) -> str:
    """The unit that a start or a step is compared in: a dose, a day, a week, or a day for each kilogram."""
    code = limit.unit.code
    if "/kg" in code:
        return "mg/kg/d"
    if code.endswith("/wk"):
        return "mg/wk"
    return A_DAY[kind_of(limit)].code if is_per_day(limit) else kind_of(limit)


def _amount_in(code: str, case: Case, run: Run) -> Fraction | None:
    """What a run holds in that unit; None without the weight."""
    if code == "mg/kg/d":
        weight = case.patient.weight
        return run.total / weight.amount("kg") if weight is not None else None
    if code == "mg/wk":
        return run.total * DAYS_A_WEEK
    return run.total if code.endswith("/d") else run.single


def _first_week(course: Course) -> Fraction:
    """What the first seven days hold."""
    begun, end = course.runs[0].first, course.runs[0].first + DAYS_A_WEEK
    return sum(
        (
            run.total * (min(end, run.last + 1 if run.last is not None else end) - run.first)
            for run in course.runs
            if begun <= run.first < end
        ),
        Fraction(0),
    )


def _rises(case: Case, *, level: bool = False, replacing: bool = True) -> list[tuple[Run, Run]]:
    """Pairs of scheduled steps, each by its heaviest day (or the mean of its pattern), between which the dose rises.

    What the order replaces is the step before its first. The daily maximum of as-needed use is a ceiling, not a dose
    that somebody was raised to.
    """
    heaviest: dict[int, Run] = {}
    replaced = case.situation.replaced_by(case.order, case.drug) if replacing else None
    if replaced is not None and replaced.runs and replaced.unit == case.course.unit:
        heaviest[0] = (averaged(replaced) if level else replaced).runs[-1]
    for run in (averaged(case.course) if level else case.course).runs:
        known = heaviest.get(run.step)
        if known is None or (run.total is not known.total and run.total > known.total):
            heaviest[run.step] = run
    steps = [heaviest[number] for number in sorted(heaviest)]
    return [
        (before, after)
        for before, after in itertools.pairwise(steps)
        if after.total > before.total and not after.as_needed
    ]
