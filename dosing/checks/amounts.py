"""Limits on doses, days, weeks and hours between doses, on every day of every step and over overlapping orders."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from operator import attrgetter
from types import MappingProxyType

from dosing.case import Case
from dosing.conditions import Holding
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import Action, DoseRow, DoseRule, Rule, StateRule, TableRule
from dosing.judgement import Days, Judgement, action_severity, told, unanswered
from dosing.timeline import (
    A_DAY,
    A_WEEK,
    INTERNATIONAL,
    MASS,
    RATE,
    Course,
    DaySum,
    Run,
    heaviest,
    heaviest_week,
    kind_of,
)
from dosing.units import UNITS, Quantity, Unit
from dosing.wording import taken, words

HOURS_A_DAY = 24
WHOLE = Fraction(1)

# What single doses are compared in: found once, because looking a unit up by its code costs as much as comparing.
A_DOSE = MappingProxyType({kind: UNITS[kind] for kind in (MASS, RATE, INTERNATIONAL)})

# Says where a row's limits come from. Called for a breach only: of a limit that was kept nobody reads it, and finding
# the words cost as much as judging the row.
Why = Callable[[], str]


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A rule with a row of limits."""
    if isinstance(rule, StateRule):
        return Judgement(False, f"{case.drug}: {rule.effect or rule.action.value}.", severity=rule.severity)
    if not isinstance(rule, DoseRule):
        return None
    return judge_row(case, rule, rule.row, holding)


def nothing_more() -> str:
    """For limits that come from the rule alone."""
    return ""


def judge_row(
    case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction = WHOLE, why: Why = nothing_more
) -> Judgement | None:
    """The gravest breach of a row's limits, or the first limit that was kept. `share` scales the amounts."""
    if row.action is not None:
        severity = action_severity(row.action, rule)
        verb = "a note" if row.action is Action.INFO else row.action.value.replace("-", " ")
        effect = f": {rule.effect}" if rule.effect else ""
        return Judgement(False, f"{case.drug}: {verb}{why()}{effect}.", severity=severity)
    judgements = [
        answer
        for name, limit in LIMITS
        if getattr(row, name) is not None and (answer := limit(case, rule, row, holding, share, why)) is not None
    ]
    if not judgements:
        return None
    broken = [answer for answer in judgements if not answer.kept and not answer.needs]
    if broken:
        return max(broken, key=lambda answer: answer.severity if answer.severity is not None else rule.severity)
    return next((answer for answer in judgements if answer.needs), judgements[0])


def _daily(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    if row.max_daily is None or not _speaks_of(row.max_daily, case.course):
        return None
    course = case.course
    sharing = case.same_drug
    if len(sharing) > 1:
        sharing = tuple(other for other in sharing if other.unit == course.unit or other.needs)
        if isinstance(rule, TableRule):
            sharing = tuple(other for other in sharing if other is course or not only_after_dialysis(other))
    missing = missing_dose(course, sharing)
    if missing is not None and course.needs:
        return missing
    # What another order adds is not known; what is known may be too much already.
    sharing = tuple(other for other in sharing if not other.needs) if missing is not None else sharing
    limit = _scaled(row.max_daily, A_DAY[course.unit], share)
    bound, unit = limit.value, limit.unit
    stretches = judged_days(case.situation.sum_of(sharing), case, holding)
    if not stretches:
        return None
    worst = heaviest(stretches, attrgetter("total"))
    measured = Quantity(worst.total, unit)
    kept = worst.total <= bound
    if kept and missing is not None:
        return missing
    if kept:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    over = [stretch for stretch in stretches if stretch.total > bound]
    certain = [stretch for stretch in over if stretch.least > bound]
    as_needed = not certain
    message = f"{taken(worst, course)} {words(measured)}; the limit{why()} is {words(limit)}."
    if as_needed:
        message += f" As needed without a daily maximum: add one of {words(limit)}."
    return Judgement(
        False,
        message,
        measured,
        limit,
        "<=",
        days_of_sum(over, case, holding),
        _step_on(course, worst.first),
        worst.courses,
        _largest(course, worst, bound, as_needed, limit),
        min(rule.severity, Severity.WARNING) if as_needed else None,
        "as-needed-limit" if as_needed else None,
    )


def _single(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    if row.max_single is None or not _speaks_of(row.max_single, case.course):
        return None
    if case.course.needs:
        return unanswered(case.course.needs)
    runs = _runs(case, holding)
    if not runs:
        return None
    limit = _scaled(row.max_single, A_DOSE[case.course.unit], share)
    below = isinstance(rule, DoseRule) and rule.below
    worst = heaviest(runs, attrgetter("single"))
    measured, comparison = Quantity(worst.single, limit.unit), "<" if below else "<="
    if measured < limit if below else measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison=comparison)
    over = [run for run in runs if run.single > limit.value or (below and run.single == limit.value)]
    bounded = f"it has to be less than {words(limit)}{why()}" if below else f"the limit{why()} is {words(limit)}"
    return Judgement(
        False,
        f"One dose of {case.drug} is {words(measured)}; {bounded}.",
        measured,
        limit,
        comparison,
        _days_of(over, case),
        worst.step,
        suggestion=None if below else Suggestion(largest_passing_dose=limit),
    )


def _supplement(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    if row.supplement is None:
        return None
    runs = [run for run in _runs(case, holding) if run.after_dialysis]
    if not runs:
        return None
    limit, worst = row.supplement.to("mg"), heaviest(runs, attrgetter("single"))
    measured = Quantity(worst.single, UNITS["mg"])
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    return Judgement(
        False,
        f"{words(measured)} of {case.drug} after a dialysis session; the limit is {words(limit)}.",
        measured,
        limit,
        "<=",
        ((worst.first, worst.last),),
        worst.step,
        suggestion=Suggestion(largest_passing_dose=limit),
    )


def _weekly(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    if row.max_weekly is None or not _speaks_of(row.max_weekly, case.course):
        return None
    missing = missing_dose(case.course, case.same_drug)
    if missing is not None and case.course.needs:
        return missing
    # What another order adds is not known; what is known may be too much already.
    known = tuple(other for other in case.same_drug if not other.needs)
    week = heaviest_week(known)
    if week is None:
        return missing
    amount, first = week
    limit = _scaled(row.max_weekly, A_WEEK[case.course.unit], share)
    measured = Quantity(amount, limit.unit)
    if amount <= limit.value:
        return missing or Judgement(True, measured=measured, limit=limit, comparison="<=")
    return Judgement(
        False,
        f"Seven days in a row hold {words(measured)} of {case.drug}; the limit{why()} is {words(limit)}.",
        measured,
        limit,
        "<=",
        ((first, first + 6),),
        _step_on(case.course, first),
        known,
    )


def _interval(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    """Stated hours are judged as hours; a count of doses a day only says that the regimen has fewer."""
    if row.min_interval is None:
        return None
    limit = row.min_interval.to("h")
    runs = _runs(case, holding)
    timed = [run for run in runs if run.interval is not None]
    close = [run for run in timed if run.interval is not None and run.interval < limit.value]
    if close:
        worst = min(close, key=lambda run: run.interval or Fraction(0))
        measured = Quantity(worst.interval or Fraction(0), UNITS["h"])
        return Judgement(
            False,
            f"{case.drug} every {words(measured)}; doses{why()} stand at least {words(limit)} apart.",
            measured,
            limit,
            ">=",
            _days_of(close, case),
            worst.step,
        )
    daily = [run for run in runs if run.interval is None and run.last != run.first]
    if daily and limit.value >= 2 * HOURS_A_DAY:
        # Doses on two days in a row are less than 48 hours apart, whatever the hours are.
        return Judgement(
            False,
            f"{case.drug} on every day; doses{why()} stand at least {words(limit)} apart.",
            Quantity(Fraction(HOURS_A_DAY), UNITS["h"]),
            limit,
            ">=",
            _days_of(daily, case),
            daily[0].step,
        )
    near = _nearest_days(runs)
    if near is not None and limit.value >= 2 * HOURS_A_DAY and near[0] * HOURS_A_DAY < limit.value:
        measured = Quantity(Fraction(near[0]), UNITS["d"]).to("h")
        return Judgement(
            False,
            f"{case.drug} again after {words(measured.to('d'))}; doses{why()} stand at least {words(limit)} apart.",
            measured,
            limit,
            ">=",
            ((near[1].first, near[1].last),),
            near[1].step,
        )
    beside = _beside(case, runs) if limit.value >= 2 * HOURS_A_DAY else None
    if beside is not None and beside[0] * HOURS_A_DAY < limit.value:
        measured = Quantity(Fraction(beside[0]), UNITS["d"])
        return Judgement(
            False,
            f"{case.drug} {words(measured)} from a dose of another order or medication; doses{why()} stand at least "
            f"{words(limit)} apart.",
            measured.to("h"),
            limit,
            ">=",
            ((beside[1].first, beside[1].last),),
            beside[1].step,
            (beside[2],),
        )
    most = max(int(HOURS_A_DAY / limit.value), 1)
    counted = [run for run in runs if run.interval is None and run.count > most]
    if counted:
        return _too_many(case, counted, most, why)
    measured_hours = min((run.interval for run in timed if run.interval is not None), default=None)
    measured = Quantity(measured_hours, UNITS["h"]) if measured_hours is not None else limit
    return Judgement(True, measured=measured if timed else None, limit=limit, comparison=">=") if runs else None


def _beside(case: Case, runs: tuple[Run, ...]) -> tuple[int, Run, Course] | None:
    """The fewest days between a dose of this order and one of another order or a medication, past ones too."""
    others = [
        (stretch.first, _last_dose(stretch), course)
        for course in (*case.same_drug, *case.situation.past_courses)
        if course.drug == case.drug and course is not case.course and course.unit == case.course.unit
        for stretch in course.runs
    ]
    gaps = [(_between(run, first, last), run, other) for run in runs for first, last, other in others]
    return min(gaps, key=lambda gap: gap[0], default=None)


def _last_dose(stretch: Run) -> int | None:
    """The day of the last dose of a stretch: of patches that are worn for days, the last one that is put on."""
    if stretch.last is None or stretch.interval is None or stretch.interval <= HOURS_A_DAY:
        return stretch.last
    hours = (stretch.last - stretch.first) * HOURS_A_DAY
    return stretch.first + int(hours // stretch.interval * stretch.interval) // HOURS_A_DAY


def _between(run: Run, first: int, last: int | None) -> int:
    """The days from one stretch to another; none where they share a day."""
    after = first - run.last if run.last is not None else 0
    before = run.first - last if last is not None else 0
    return max(after, before, 0)


def _nearest_days(runs: tuple[Run, ...]) -> tuple[int, Run] | None:
    """The fewest days between two neighboring dose days of a pattern that states no hours, and the later one."""
    days = [run for run in runs if run.interval is None and run.last == run.first]
    gaps = [(after.first - before.first, after) for before, after in itertools.pairwise(days)]
    return min(gaps, key=lambda gap: gap[0], default=None)


def _times(case: Case, rule: Rule, row: DoseRow, holding: Holding, share: Fraction, why: Why) -> Judgement | None:
    if row.times is None:
        return None
    runs = _runs(case, holding)
    over = [run for run in runs if run.count > row.times]
    if over:
        return _too_many(case, over, row.times, why)
    if not runs:
        return None
    measured = Quantity(Fraction(max(run.count for run in runs)), UNITS["{dose}/d"])
    return Judgement(True, measured=measured, limit=Quantity(Fraction(row.times), UNITS["{dose}/d"]), comparison="<=")


# By the field of the row that each judges: most rows state one limit, and asking all of them cost as much as it.
LIMITS = (
    ("max_daily", _daily),
    ("max_single", _single),
    ("supplement", _supplement),
    ("max_weekly", _weekly),
    ("min_interval", _interval),
    ("times", _times),
)


def _too_many(case: Case, runs: list[Run], most: int, why: Why) -> Judgement:
    """More doses a day than a regimen has, while the amounts are inside: a reason to write down."""
    worst = max(runs, key=lambda run: run.count)
    measured = Quantity(Fraction(worst.count), UNITS["{dose}/d"])
    limit = Quantity(Fraction(most), UNITS["{dose}/d"])
    return Judgement(
        False,
        f"{case.drug} in {worst.count} doses a day; the regimen{why()} has {most}.",
        measured,
        limit,
        "<=",
        _days_of(runs, case),
        worst.step,
        severity=Severity.WARNING,
    )


def _speaks_of(limit: Quantity, course: Course) -> bool:
    """Whether a limit is of the course's kind: a rate of a patch, or an amount. Another form's limit says nothing."""
    return bool(course.needs) or kind_of(limit) == course.unit


def _scaled(limit: Quantity, unit: Unit, share: Fraction) -> Quantity:
    """A limit in the unit that is compared in, and as much of it as holds here. Most are the formulary's own object."""
    bound = limit.to(unit)
    return bound if share == 1 else bound * share


def only_after_dialysis(course: Course) -> bool:
    """Whether a course is nothing but doses after dialysis sessions."""
    return bool(course.runs) and all(run.after_dialysis for run in course.runs)


def missing_dose(course: Course, sharing: tuple[Course, ...]) -> Judgement | None:
    for known in (course, *sharing):
        if known.needs:
            return unanswered(known.needs)
    return None


def _runs(case: Case, holding: Holding) -> tuple[Run, ...]:
    from_day = max(case.situation.first_judged, holding.from_day)
    runs = case.course.judged(from_day)
    if holding.to_day is None:
        return runs
    return tuple(run for run in runs if run.first <= holding.to_day)


def judged_days(stretches: tuple[DaySum, ...], case: Case, holding: Holding, own: Course | None = None) -> list[DaySum]:
    """The stretches that hold a judged day on which this course is taken (`own`: what stands for it in the sums)."""
    course = own or case.course
    first, last = max(case.situation.first_judged, holding.from_day), holding.to_day
    return [
        stretch
        for stretch in stretches
        if (stretch.last is None or stretch.last >= first)
        and (last is None or stretch.first <= last)
        and course in stretch.courses
    ]


def days_of_sum(stretches: list[DaySum], case: Case, holding: Holding) -> Days:
    """The breached days of a sum, inside the days on which the rule holds."""
    ranges: list[tuple[int, int | None]] = []
    for stretch in stretches:
        last = stretch.last
        if holding.to_day is not None:
            last = holding.to_day if last is None else min(last, holding.to_day)
        ranges.append((max(stretch.first, case.situation.first_judged, holding.from_day), last))
    return told(ranges, any(course.last is None for stretch in stretches for course in stretch.courses))


def _days_of(runs: list[Run], case: Case) -> Days:
    """The days of some of a course's own runs."""
    return told([(run.first, run.last) for run in runs], case.course.last is None)


def _step_on(course: Course, day: int) -> int | None:
    for run in course.runs:
        if run.first <= day and (run.last is None or day <= run.last):
            return run.step
    return None


def _largest(course: Course, worst: DaySum, bound: Fraction, as_needed: bool, limit: Quantity) -> Suggestion | None:
    """The largest dose of this order that would keep the day inside, the other orders as they are."""
    if as_needed:
        return Suggestion(max_per_day=limit)
    own = next((run for run in course.runs if run.step == _step_on(course, worst.first)), None)
    if own is None or own.count == 0 or course.unit == RATE:
        return None
    room = bound - (worst.total - own.total)
    return Suggestion(largest_passing_dose=Quantity(room / own.count, A_DOSE[course.unit])) if room > 0 else None
