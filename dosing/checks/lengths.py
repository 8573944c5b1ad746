"""How long a course lasts, how long its supply does, and whether a length is stated at all."""

from __future__ import annotations

from fractions import Fraction

from dosing.case import Case
from dosing.conditions import Holding, holds
from dosing.days import day_number
from dosing.finding import Severity, Suggestion
from dosing.formulary.kinds import CourseRule, Layer, Rule
from dosing.judgement import KEPT, Judgement, unanswered
from dosing.length import length_of, supply_of
from dosing.timeline import Course
from dosing.units import UNITS, Quantity
from dosing.wording import words


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


def _reassessed(case: Case, over_from: int) -> bool:
    """Whether somebody looks at the patient by the first day beyond the limit, and not before the judged days."""
    dated = case.order.reassess_on
    if dated is None:
        return False
    day = day_number(dated, case.situation.day_one)
    return case.course.first < day <= over_from
