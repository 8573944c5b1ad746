"""A course over time: its first dose, the size and pace of its rises, its length, its maintenance dose and its end."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

from dosing.case import Case
from dosing.checks.tables import least_maintenance
from dosing.conditions import Holding, holds
from dosing.days import day_number
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import CourseRule, Layer, Rule, StateRule, StopRule
from dosing.judgement import KEPT, Judgement, unanswered
from dosing.length import length_of, supply_of
from dosing.timeline import A_DAY, DAYS_A_WEEK, Course, Run, averaged, is_per_day, kind_of
from dosing.totals import exposure_in
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
    if begun or any(other.medication for other in case.same_drug):
        return None
    if not isinstance(rule, CourseRule):
        return None
    if course.needs:
        return unanswered(course.needs)
    first = course.runs[0]
    if kind_of(rule.limit) != course.unit:
        return None
    code = _compared_in(rule.limit)
    amount = _first_week(course) if code == "mg/wk" else _amount_in(code, case, first, first)
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
        high, low = _amount_in(code, case, after, after), _amount_in(code, case, before, before)
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
    if course.last is not None and any(run.total > last.total for run in course.runs):
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
        f"{words(measured)} of {case.drug} as maintenance; the effective range begins at {words(floor)}.",
        measured,
        floor,
        ">=",
        ((last.first, last.last),),
        last.step,
    )


def duration(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """How long the whole course lasts, the days before `as_of` included.

    An order that goes on is judged by the least length that its supply implies. A dated reassessment by the day after
    the limit turns the duration of a guideline or a founding document into a note.
    """
    if not isinstance(rule, CourseRule):
        return None
    limit = rule.limit.to("d")
    length = length_of(case)
    if length is None:
        return Judgement(
            False,
            f"No duration is stated for {case.drug}; the limit is {words(limit)}.",
            limit=limit,
            comparison="<=",
            severity=min(rule.severity, Severity.WARNING),
            code="duration-missing",
            suggestion=Suggestion(longest_passing_duration=limit),
        )
    days, implied = length.days, length.implied
    beside: tuple[Course, ...] = ()
    if rule.together:
        days, beside = _days_together(case, days), case.same_drug
    measured = Quantity(Fraction(days), UNITS["d"])
    if measured <= limit and rule.together and _undated(case):
        return unanswered(("end_date",), f"How long {case.drug} was taken before is not stated.")
    if measured <= limit and rule.together and case.situation.medications is None:
        return unanswered(("medications",), "Days of the same drug before or after it count too.")
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=", implied=implied)
    lasts = "Its supply lasts" if implied else "It lasts"
    message = f"{case.drug}: {lasts[0].lower()}{lasts[1:]} {words(measured)}; the limit is {words(limit)}."
    over_from = case.course.first + int(limit.value) - (days - length.days)
    days_over = ((max(over_from, case.course.first), case.course.last),)
    if rule.layer in (Layer.SEED, Layer.GUIDELINE) and _reassessed(case, over_from):
        return Judgement(
            False,
            f"{message} A reassessment is dated.",
            measured,
            limit,
            "<=",
            days_over,
            severity=Severity.INFO,
            code="reassessment-due",
            implied=implied,
        )
    return Judgement(
        False,
        message,
        measured,
        limit,
        "<=",
        days_over,
        courses=beside,
        suggestion=Suggestion(longest_passing_duration=limit),
        implied=implied,
    )


def supply(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """How long one supply lasts, for a drug of which no more should be at home."""
    if not isinstance(rule, CourseRule):
        return None
    days = supply_of(case)
    if days is None:
        return None
    limit, measured = rule.limit.to("d"), Quantity(Fraction(days), UNITS["d"])
    if measured <= limit:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    return Judgement(
        False,
        f"One supply of {case.drug} lasts {words(measured)}; at most {words(limit)} are dispensed at a time.",
        measured,
        limit,
        "<=",
    )


def _undated(case: Case) -> bool:
    """Whether the drug was taken before on days that nobody states."""
    return any(
        case.drug in case.situation.ingredients(order) and (order.start_date is None or order.end_date is None)
        for order in case.situation.past_medications
    )


def _days_together(case: Case, own: int) -> int:
    """Days in a row on which any order or medication of the drug is taken, this order among them."""
    first, last = case.course.first, case.course.first + own - 1
    spans = [
        (course.first, last if course.last is None else course.last)
        for course in (*case.same_drug, *case.situation.past_courses)
        if course.drug == case.drug and course is not case.course
    ]
    while touching := [span for span in spans if span[0] <= last + 1 and span[1] >= first - 1]:
        first, last = min(first, *(span[0] for span in touching)), max(last, *(span[1] for span in touching))
        spans = [span for span in spans if span not in touching]
    return last - first + 1


def duration_stated(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A length, for a drug whose length is limited: stated by the steps, or implied by the supply."""
    truths = [
        held.truth
        for limited in case.monograph.rules_of.get("max-duration", ())
        if (held := holds(limited.when, case)).truth is not False
    ]
    if not truths:
        return None
    if length_of(case) is not None:
        return KEPT
    if True not in truths:
        return unanswered(("duration",), "Whether its length is limited is not known either.")
    return Judgement(False, f"No duration is stated for {case.drug}, which is for limited use.")


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


def earlier_use(case: Case) -> list[Run]:
    """Scheduled use of the drug that leads up to the order without a gap: the medication that it replaces, and what
    ended the day before."""
    replaced = case.situation.replaced_by(case.order, case.drug)
    dated = replaced is not None and replaced.order.start_date is not None
    before = [replaced] if replaced is not None and dated else []
    before += [course for course in case.situation.past_courses if course.drug == case.drug]
    day = case.course.first - 1
    found: list[Run] = []
    for course in sorted(before, key=lambda known: known.first, reverse=True):
        if course.needs or course.unit != case.course.unit or (course.last is not None and course.last < day):
            continue
        runs = [run for run in course.runs if run.first <= day and not run.as_needed]
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
    last = _counted(case, rule, runs[-1])
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


def _counted(case: Case, rule: StopRule, run: Run) -> Fraction | None:
    """A run's daily dose as the rule counts it: as it is, or in an equivalent; None without a factor."""
    return exposure_in(case, rule.equivalence, run) if rule.equivalence else run.total


def _exposed_days(case: Case, rule: StopRule, runs: list[Run]) -> int | None:
    """Days of scheduled use above the dose that counts, up to the end of the course."""
    days = 0
    bound = rule.above.value if rule.above is not None else Fraction(0)
    for run in runs:
        total = _counted(case, rule, run)
        if total is None:
            return None
        if total > bound and run.last is not None:
            days += run.last - run.first + 1
    return days


def _compared_in(limit: Quantity) -> str:
    """The unit that a start or a step is compared in: a dose, a day, a week, or a day for each kilogram."""
    code = limit.unit.code
    if "/kg" in code:
        return "mg/kg/d"
    if code.endswith("/wk"):
        return "mg/wk"
    return A_DAY[kind_of(limit)].code if is_per_day(limit) else kind_of(limit)


def _amount_in(code: str, case: Case, run: Run, level: Run) -> Fraction | None:
    """What a run holds in that unit (`level`: the run with the mean of its pattern); None without the weight."""
    if code == "mg/kg/d":
        weight = case.patient.weight
        return run.total / weight.amount("kg") if weight is not None else None
    if code == "mg/wk":
        return level.total * DAYS_A_WEEK
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


def _reassessed(case: Case, over_from: int) -> bool:
    """Whether somebody looks at the patient by the first day beyond the limit, and not before the judged days."""
    dated = case.order.reassess_on
    if dated is None:
        return False
    day = day_number(dated, case.situation.day_one)
    return case.course.first < day <= over_from
