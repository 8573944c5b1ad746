"""Drugs that are taken on one day of the week: on how many days of a week an order puts them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from dosing.case import Case
from dosing.conditions import Holding
from dosing.days import date_of
from dosing.formulary.kinds import Rule, WeeklyRule
from dosing.judgement import KEPT, Judgement, unanswered
from dosing.posology import OnWeekdays
from dosing.timeline import DAYS_A_WEEK, Course
from dosing.units import UNITS, Quantity
from dosing.vocabulary import WEEKDAYS


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The most occasions in any seven days in a row, over all orders and medications of the drug."""
    if not isinstance(rule, WeeklyRule):
        return None
    if rule.occasions is None:
        return _weekday_named(case, rule)
    if case.course.needs:
        return unanswered(case.course.needs)
    known = [course for course in case.same_drug if not course.needs]
    days = sorted({day for course in known for day in _occasions(course, rule, case.situation.day_one)})
    judged = case.situation.first_judged
    weeks = [
        (day, bisect_left(days, day + DAYS_A_WEEK) - place)
        for place, day in enumerate(days)
        if day + DAYS_A_WEEK > judged
    ]
    if not weeks:
        return None
    first, most = max(weeks, key=lambda week: week[1])
    measured = Quantity(Fraction(most), UNITS["{dose}/wk"])
    limit = Quantity(Fraction(rule.occasions), UNITS["{dose}/wk"])
    if most <= rule.occasions:
        return Judgement(True, measured=measured, limit=limit, comparison="<=")
    effect = f": {rule.effect}" if rule.effect else ""
    often = "once" if rule.occasions == 1 else f"on {rule.occasions} days"
    return Judgement(
        False,
        f"{case.drug} on {most} days of a week; it is taken {often} a week{effect}.",
        measured,
        limit,
        "<=",
        ((first, first + DAYS_A_WEEK - 1),),
        courses=tuple(known),
    )


def _weekday_named(case: Case, rule: WeeklyRule) -> Judgement:
    if all(isinstance(step.sig.frequency, OnWeekdays) for step in case.order.steps):
        return KEPT
    return Judgement(False, f"{case.drug}: the order names no weekday; a named one keeps it from being taken daily.")


def _occasions(course: Course, rule: WeeklyRule, day_one: date) -> Iterator[int]:
    """The days on which a dose, or a short burst of doses, begins."""
    for run in course.runs:
        frequency = course.order.steps[run.step - 1].sig.frequency
        if isinstance(frequency, OnWeekdays) and _is_burst(frequency, rule):
            # Days that hold only the end of a burst are not named.
            if WEEKDAYS[date_of(run.first, day_one).weekday()] in frequency.weekdays:
                yield run.first
        else:
            last = run.first + 2 * DAYS_A_WEEK
            yield from range(run.first, (last if run.last is None else min(run.last, last)) + 1)


def _is_burst(frequency: OnWeekdays, rule: WeeklyRule) -> bool:
    """Whether the doses that begin on a weekday stand within the hours that count as one occasion."""
    if frequency.every is None or rule.burst is None:
        return False
    return frequency.every.amount("h") * (frequency.count - 1) <= rule.burst.amount("h")
