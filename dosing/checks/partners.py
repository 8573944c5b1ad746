"""Drugs that should not meet, drugs that double each other, and drugs that belong beside each other."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from dosing.case import Case
from dosing.conditions import Holding
from dosing.days import day_number
from dosing.formulary.kinds import Action, AdviceRule, PartnerRule, Rule
from dosing.judgement import KEPT, Judgement, unanswered
from dosing.order import Order
from dosing.timeline import Course, heaviest_week
from dosing.units import UNITS, Quantity
from dosing.vocabulary import EXTENDED_RELEASE
from dosing.wording import words


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A pair rule: it applies only when the partner is there, or was there within its wash-out."""
    if not isinstance(rule, PartnerRule):
        return None
    if rule.itself:
        return _again(case, rule)
    meeting = [
        course
        for course in case.situation.courses
        if course.order is not case.order
        and course.drug != case.drug
        and case.formulary.concerns(course.drug, rule.partners)
        and _overlap(case.course, course)
    ]
    if rule.at_least is not None:
        return _counted(case, rule, meeting)
    if meeting and rule.third is not None:
        thirds = [
            course
            for course in case.situation.courses
            if course.order is not case.order
            and case.formulary.concerns(course.drug, rule.third)
            and _overlap(case.course, course)
        ]
        meeting = [*meeting, *thirds] if thirds else []
        if not meeting and case.situation.medications is not None:
            return None
    if meeting:
        names = " and ".join(dict.fromkeys(course.drug for course in meeting))
        message = f"{case.drug} with {names}{_effect(rule)}."
        severity = rule.severity
        if rule.certain is not None and any(_certainly_meets(case, course) for course in meeting):
            severity = rule.certain
        if rule.planned is not None and all(_exchanged(case, course) for course in meeting):
            severity = rule.planned
        return Judgement(False, message, courses=tuple(meeting), severity=severity)
    if case.situation.medications is None:
        return unanswered(("medications",))
    return _washout(case, rule) or _started_after(case, rule, case.course.last)


def _again(case: Case, rule: PartnerRule) -> Judgement | None:
    """The drug itself in another order, or among the medications and not replaced; a long-acting form beside a
    short-acting one is how some drugs are given."""
    again = [
        course
        for course in case.same_drug
        if course is not case.course
        and _overlap(case.course, course)
        and not _of_another_release(case.order, course.order)
    ]
    if again:
        effect = f": {rule.effect}" if rule.effect else ""
        return Judgement(False, f"{case.drug} twice{effect}.", courses=tuple(again), severity=rule.severity)
    return unanswered(("medications",)) if case.situation.medications is None else None


def _of_another_release(one: Order, other: Order) -> bool:
    if one.form is None or other.form is None:
        return False
    return (one.form in EXTENDED_RELEASE) != (other.form in EXTENDED_RELEASE)


def mirrored(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The pair rule of a medication against what is ordered: a current one that an ordered drug meets, or one that is
    over for too short a time. What it says of other medications is nobody's order."""
    if not isinstance(rule, PartnerRule):
        return None
    if case.order.is_past(case.situation.as_of):
        last = case.order.end_date
        if rule.washout_this is None:
            return None
        return _started_after(case, rule, day_number(last, case.situation.day_one) if last is not None else None)
    judgement = judge(case, rule, holding)
    if judgement is None or judgement.kept or judgement.needs:
        return None
    return judgement if any(not course.medication for course in judgement.courses) else None


def _started_after(case: Case, rule: PartnerRule, last: int | None) -> Judgement | None:
    """Partners that are ordered to begin after this drug's last day: enough days must lie between."""
    if rule.washout_this is None:
        return None
    limit = rule.washout_this.to("d")
    following = [
        course
        for course in case.situation.courses
        if course.order is not case.order
        and not course.medication
        and case.formulary.concerns(course.drug, rule.partners)
        and (last is None or course.first > last)
    ]
    if not following:
        return None
    if last is None:
        if not case.order.stopped:
            return None  # it goes on: what begins meets it
        unknown = unanswered(("end_date",), f"When {case.drug} was stopped is not stated.")
        return replace(unknown, courses=tuple(following))
    soonest = min(following, key=lambda course: course.first)
    return _wait((case.drug, last), (soonest.drug, soonest.first), soonest, limit, rule)


def _counted(case: Case, rule: PartnerRule, meeting: list[Course]) -> Judgement | None:
    """A count rule: this drug is one of so many different ones. Drugs that meet on a day each count once."""
    if not case.formulary.concerns(case.drug, rule.partners):
        return None
    names = list(dict.fromkeys([case.drug, *(course.drug for course in meeting)]))
    if rule.at_least is not None and len(names) >= rule.at_least:
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        message = f"{listed} together{_effect(rule)}."
        return Judgement(False, message, courses=tuple(meeting), severity=rule.severity)
    return unanswered(("medications",)) if case.situation.medications is None else None


def _effect(rule: PartnerRule) -> str:
    """What comes of it, and what the source says to do; a note says nothing to do."""
    told = f": {rule.effect}" if rule.effect else ""
    return told if rule.action is Action.INFO else f"{told} ({rule.action.value.replace('-', ' ')})"


def _exchanged(case: Case, other: Course) -> bool:
    """Whether a plan exchanges the two drugs for each other, and so lets them overlap on purpose."""
    return other.order.switched_with == case.order.given and case.order.switched_with == other.order.given


def _certainly_meets(case: Case, other: Course) -> bool:
    """Whether both are dated, and a day that both dates hold is one of scheduled use of both."""
    if case.order.start_date is None or other.order.start_date is None:
        return False
    if other.medication and other.last is None:
        return False
    scheduled = [[run for run in course.runs if not run.as_needed] for course in (case.course, other)]
    return any(
        (one.last is None or one.last >= two.first) and (two.last is None or two.last >= one.first)
        for one in scheduled[0]
        for two in scheduled[1]
        if (one.last is None or one.last >= case.situation.first_judged)
        and (two.last is None or two.last >= case.situation.first_judged)
    )


def co_prescription(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A drug that belongs beside this one and is not there."""
    if not isinstance(rule, AdviceRule):
        return None
    named = [drug for order in case.situation.orders for drug in case.situation.ingredients(order)]
    medications = case.situation.medications
    named += [drug for order in medications or () for drug in case.situation.ingredients(order)]
    there = [drug for drug in named if case.formulary.concerns(drug, rule.needs)]
    if there and rule.least is not None:
        return _enough(case, rule, rule.least.to("mg/wk"))
    if there:
        return KEPT
    if medications is None:
        return unanswered(("medications",))
    wanted = " or ".join(sorted(rule.needs))
    return Judgement(
        False, f"{case.drug}: {rule.what or f'consider {wanted}'}.".replace("..", "."), severity=rule.severity
    )


def _enough(case: Case, rule: AdviceRule, limit: Quantity) -> Judgement:
    """Whether a week holds enough of what belongs beside the drug."""
    beside = [course for course in case.situation.courses if case.formulary.concerns(course.drug, rule.needs)]
    week = heaviest_week([course for course in beside if not course.needs])
    measured = Quantity(week[0] if week is not None else Fraction(0), limit.unit)
    if measured >= limit:
        return Judgement(True, measured=measured, limit=limit, comparison=">=")
    if any(course.needs for course in beside):
        return unanswered(("dose",), f"Whether a week holds {words(limit)} of it is not known.")
    names = " and ".join(dict.fromkeys(course.drug for course in beside))
    return Judgement(
        False,
        f"{case.drug}: a week holds {words(measured)} of {names}; at least {words(limit)} belong beside it.",
        measured,
        limit,
        ">=",
        courses=tuple(beside),
        severity=rule.severity,
    )


def _washout(case: Case, rule: PartnerRule) -> Judgement | None:
    """Partners that were stopped, or that end before this drug begins: enough days must lie between.

    All of them are looked at; what is broken counts before what is not known, and that before what was kept.
    """
    if rule.washout_partner is None:
        return None
    limit = rule.washout_partner.to("d")
    answers = []
    for order in case.situation.past_medications:
        for drug in case.situation.ingredients(order):
            if case.formulary.concerns(drug, rule.partners):
                answers.append(_days_since_stop(case, order, drug, limit, rule))
    before = [course for course in case.situation.courses if course.order is not case.order and not course.medication]
    for course in before:
        last = course.last
        ended = last is not None and last < case.course.first
        if last is not None and ended and case.formulary.concerns(course.drug, rule.partners):
            answers.append(_wait((course.drug, last), (case.drug, case.course.first), course, limit, rule))
    broken = [answer for answer in answers if not answer.kept]
    unknown = [answer for answer in broken if answer.needs]
    return next(iter([answer for answer in broken if not answer.needs] or unknown or answers), None)


def _days_since_stop(case: Case, order: Order, drug: str, limit: Quantity, rule: PartnerRule) -> Judgement:
    if order.end_date is None:
        return unanswered(("end_date",), f"When {drug} was stopped is not stated.")
    past = Course(order, drug, "mg", (), (), ("dose",), True)
    last = day_number(order.end_date, case.situation.day_one)
    return _wait((drug, last), (case.drug, case.course.first), past, limit, rule)


def _wait(
    before: tuple[str, int], after: tuple[str, int], partner: Course, limit: Quantity, rule: PartnerRule
) -> Judgement:
    """The days from the last dose of one drug to the first of the other; `partner` is the course that is met."""
    first = after[1]
    elapsed = Quantity(Fraction(first - before[1]), UNITS["d"])
    if elapsed >= limit:
        return Judgement(True, measured=elapsed, limit=limit, comparison=">=")
    effect = f": {rule.effect}" if rule.effect else ""
    return Judgement(
        False,
        f"{after[0]} {words(elapsed)} after {before[0]}{effect}; at least {words(limit)} must lie between.",
        elapsed,
        limit,
        ">=",
        ((first, first),),
        courses=(partner,),
        severity=rule.severity,
    )


def _overlap(one: Course, other: Course) -> bool:
    """Whether two courses share a day. A medication whose supply ran out stays current: a supply is often refilled."""
    other_last = None if other.medication else other.last
    if one.last is not None and one.last < other.first:
        return False
    return other_last is None or one.first <= other_last
