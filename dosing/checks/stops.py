"""The end of a course: after how much use, and how slowly it came."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

from dosing.case import Case
from dosing.conditions import Holding
from dosing.formulary.kinds import Rule, StopRule, TaperRule
from dosing.judgement import Judgement, unanswered
from dosing.timeline import Course, Run, averaged
from dosing.totals import exposure_in
from dosing.units import UNITS, Quantity
from dosing.wording import words


def abrupt_stop(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The end of an order after scheduled use long enough to need a slow end, unless the drug goes on elsewhere."""
    course = case.course
    if not isinstance(rule, StopRule) or course.last is None or not course.runs:
        return None
    going_on = [other for other in _related(case, rule) if other is not course]
    if any(other.last is None or other.last > course.last for other in going_on):
        return None
    scheduled = [run for run in course.runs if not run.as_needed]
    if not scheduled or scheduled[-1] is not course.runs[-1]:
        return None
    scheduled = [*earlier_use(case), *scheduled]
    if case.situation.medications is None:
        return unanswered(("medications",), "Whether the drug goes on elsewhere is not known.")
    exposed = _exposed_days(case, rule, scheduled)
    if exposed is None:
        return unanswered(("dose",))
    measured = Quantity(Fraction(exposed), UNITS["d"])
    if rule.more_than is not None:
        limit, kept, comparison = rule.more_than.to("d"), measured <= rule.more_than, "<="
    elif rule.at_least is not None:
        limit, kept, comparison = rule.at_least.to("d"), measured < rule.at_least, "<"
    else:
        return None
    since = f"after more than {words(limit)}" if rule.more_than is not None else f"from {words(limit)} on"
    descended = _descent(case, rule, scheduled)
    if kept or descended is None:
        return Judgement(True, measured=measured, limit=limit, comparison=comparison)
    if rule.descent is not None and descended > 0:
        return _too_short(case, rule, rule.descent.to("d"), descended)
    return Judgement(
        False,
        f"{case.drug} ends after {words(measured)} of scheduled use; {since} it is lowered slowly"
        f"{': ' + rule.effect if rule.effect else ''}.",
        measured,
        limit,
        comparison,
        ((course.last, course.last),),
        course.runs[-1].step,
    )


def earlier_use(case: Case, *, level: bool = False) -> list[Run]:
    """Scheduled use of the drug that leads up to the order without a gap: the medication that it replaces, and what
    ended the day before. With `level` a pattern counts with the mean of its days."""
    replaced = case.situation.replaced_by(case.order, case.drug)
    dated = replaced is not None and replaced.order.start_date is not None
    before = [replaced] if replaced is not None and dated else []
    before += [course for course in case.situation.past_courses if course.drug == case.drug]
    day = case.course.first - 1
    found: list[Run] = []
    for course in sorted(before, key=lambda known: known.first, reverse=True):
        if course.needs or course.unit != case.course.unit or (course.last is not None and course.last < day):
            continue
        taken = averaged(course) if level else course
        runs = [run for run in taken.runs if run.first <= day and not run.as_needed]
        ended = [replace(run, last=day if run.last is None else min(run.last, day), step=0) for run in runs]
        found = [*ended, *found]
        day = min((run.first for run in ended), default=day) - 1
    return found


def _related(case: Case, rule: Rule) -> list[Course]:
    """The courses that keep a body used to a drug: of the same drug, or of the class that the rule speaks of."""
    related = frozenset({case.drug, rule.subject})
    return [course for course in case.situation.courses if case.formulary.concerns(course.drug, related)]


def _descent(case: Case, rule: StopRule, runs: list[Run]) -> int | None:
    """The days over which the course falls to its end; None where an end is safe: at a dose that does not count, or
    after a long enough descent. An end that is a larger fall than any before it is no descent."""
    last = counted(case, rule, runs[-1])
    if rule.above is not None and last is not None and last <= rule.above.value:
        return None
    highest = max(run.total for run in runs)
    top = next(run for run in reversed(runs) if run.total == highest)
    falls = [before.total - after.total for before, after in itertools.pairwise(runs) if before.first >= top.first]
    if runs[-1].last is None or top.last is None or min(falls, default=Fraction(0)) < 0:
        return 0
    if runs[-1].total > max(falls, default=Fraction(0)):
        return 0  # the end itself is a larger fall than any before it
    days = runs[-1].last - top.last
    return None if rule.descent is not None and days >= rule.descent.amount("d") else days


def _too_short(case: Case, rule: StopRule, limit: Quantity, days: int) -> Judgement:
    """The dose is lowered before the end, and too fast."""
    measured = Quantity(Fraction(days), UNITS["d"])
    return Judgement(
        False,
        f"{case.drug} is lowered over {words(measured)} before it ends; that takes at least {words(limit)}"
        f"{': ' + rule.effect if rule.effect else ''}.",
        measured,
        limit,
        ">=",
        ((case.course.last or 1, case.course.last),),
        case.course.runs[-1].step,
        code="taper-speed",
    )


def counted(case: Case, rule: StopRule | TaperRule, run: Run) -> Fraction | None:
    """A run's daily dose as the rule counts it: as it is, or in an equivalent; None without a factor."""
    return exposure_in(case, rule.equivalence, run) if rule.equivalence else run.total


def _exposed_days(case: Case, rule: StopRule, runs: list[Run]) -> int | None:
    """Days of scheduled use above the dose that counts, up to the end of the course."""
    days = 0
    bound = rule.above.value if rule.above is not None else Fraction(0)
    for run in runs:
        total = counted(case, rule, run)
        if total is None:
            return None
        if total > bound and run.last is not None:
            days += run.last - run.first + 1
    return days
