"""Sums over drugs: morphine milligram equivalents, prednisone-equivalent, acetaminophen, by named and dated factors.

A drug without a factor is left out of the sum and named; it never counts as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dosing.case import Case, Situation
from dosing.formulary.model import Equivalence, Factor, Formulary
from dosing.timeline import RATE, Course, DaySum, Run, averaged, combined
from dosing.units import UNITS, Quantity

ANSWER_NAMES = {
    "mme": "mme",
    "prednisone-equivalent": "prednisone_equivalent",
    "acetaminophen": "acetaminophen",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A total a day over a stretch of days, and how much each drug in it counts for; or a drug that could not be
    counted, with the reason."""

    from_day: int
    to_day: int | None
    per_day: Quantity | None
    drug: str | None = None
    reason: str | None = None
    dose_class: str | None = None
    factors: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What one equivalence adds up to on every day, the courses without a factor, and what is not known."""

    days: tuple[DaySum, ...]
    without_factor: tuple[Course, ...]
    needs: tuple[str, ...]


def totals(situation: Situation) -> Mapping[str, tuple[Stretch, ...]]:
    """Every total that a drug of the request takes part in, stretch by stretch."""
    answer: dict[str, tuple[Stretch, ...]] = {}
    for name, equivalence in situation.formulary.equivalences.items():
        counted = count(situation, equivalence)
        stretches = _stretches(counted.days, equivalence, situation)
        for course in counted.without_factor:
            stretches.append(Stretch(course.first, course.last, None, course.drug, "no-factor"))
        for course in _members(situation, equivalence):
            if course.needs:
                stretches.append(Stretch(course.first, course.last, None, course.drug, "no-dose"))
        for order in (*situation.orders, *(situation.medications or ())):
            if order.drug is None:
                stretches.append(Stretch(1, None, None, order.spoken, "unknown-drug"))
        answer[ANSWER_NAMES[name]] = tuple(stretches)
    return answer


def scheduled_before(situation: Situation, equivalence: Equivalence) -> tuple[DaySum, ...]:
    """What was taken by the clock, in reference amounts: medications that an order replaces and those that are over
    count too; as-needed use is a ceiling and not an amount."""
    converted = []
    for course in (*situation.courses, *situation.replaced_courses, *situation.past_courses):
        factor = factor_of(situation, equivalence, course)
        if factor is not None and not course.needs:
            runs = tuple(run for run in course.runs if not run.as_needed)
            converted.append(_converted(replace(course, runs=runs), factor.factor))
    return tuple(combined(converted)) if converted else ()


def count(situation: Situation, equivalence: Equivalence, *, level: bool = False) -> Counted:
    """Add up the courses that take part, in reference amounts; once for a situation, however many rules ask.

    With `level` a pattern counts with the mean of its days.
    """
    name = f"{equivalence.name}, level" if level else equivalence.name
    known = situation.counted.get(name)
    if isinstance(known, Counted):
        return known
    converted: list[Course] = []
    without: list[Course] = []
    needs: tuple[str, ...] = ()
    for course in _members(situation, equivalence):
        if course.needs:
            needs = needs or course.needs
            continue
        factor = factor_of(situation, equivalence, course)
        if factor is None:
            without.append(course)
        else:
            own = _converted(averaged(course) if level else course, factor.factor)
            converted.append(own)
    counted = Counted(tuple(combined(converted)) if converted else (), tuple(without), needs)
    situation.counted[name] = counted
    return counted


def takes_part(equivalence: Equivalence, drug: str) -> bool:
    return drug in equivalence.factors or drug in equivalence.no_factor


def factor_of(situation: Situation, equivalence: Equivalence, course: Course) -> Factor | None:
    """The factor for a course's drug, form and route; None when the set has none."""
    monograph = situation.formulary.monographs.get(course.drug)
    forms = (course.order.form,) if course.order.form is not None else (monograph.forms if monograph else ())
    routes = course.order.routes(forms)
    if routes and routes.isdisjoint(equivalence.routes):
        return None
    per = RATE if course.unit == RATE else "mg"
    for factor in equivalence.factors.get(course.drug, ()):
        if factor.per == per and (
            factor.forms is None or course.order.form is None or course.order.form in factor.forms
        ):
            return factor
    return None


def factor_for(formulary: Formulary, name: str, drug: str, form: str | None, unit: str) -> Fraction | None:
    """How much of a reference one `unit` (mg or ug/h) of a drug in a form counts for; None without a factor."""
    known = (equivalence for key, equivalence in formulary.equivalences.items() if key.startswith(name))
    for factor in (factor for equivalence in known for factor in equivalence.factors.get(drug, ())):
        if factor.per == unit and (factor.forms is None or form is None or form in factor.forms):
            return factor.factor
    return None


def exposure_in(case: Case, name: str, run: Run) -> Fraction | None:
    """One run of a case's own course in the unit of an equivalence; None without a factor."""
    equivalence = next(
        (known for key, known in case.formulary.equivalences.items() if key == name or key.startswith(name)),
        None,
    )
    if equivalence is None:
        return None
    factor = factor_of(case.situation, equivalence, case.course)
    return run.total * factor.factor if factor is not None else None


def per_day(equivalence: Equivalence, amount: Fraction) -> Quantity:
    return Quantity(amount, UNITS[equivalence.unit])


def _members(situation: Situation, equivalence: Equivalence) -> Iterable[Course]:
    return [course for course in situation.courses if takes_part(equivalence, course.drug)]


def _converted(course: Course, factor: Fraction) -> Course:
    # By identity: the days of a pattern share their amounts, and the course holds them while this is filled.
    amounts = {id(amount): amount for run in course.runs for amount in (run.single, run.total, run.least)}
    counted = {name: amount * factor for name, amount in amounts.items()}
    runs = tuple(
        Run(
            run.first,
            run.last,
            run.step,
            counted[id(run.single)],
            counted[id(run.total)],
            counted[id(run.least)],
            run.count,
            run.interval,
            run.as_needed,
            run.capped,
            run.after_dialysis,
        )
        for run in course.runs
    )
    return Course(course.order, course.drug, course.unit, runs, course.spans, (), course.medication)


def _stretches(days: Iterable[DaySum], equivalence: Equivalence, situation: Situation) -> list[Stretch]:
    stretches: list[Stretch] = []
    amount: Fraction | None = None
    quantity, named = None, None
    factors: dict[tuple[int, ...], tuple[tuple[str, Fraction], ...]] = {}
    for day in days:
        if day.total is not amount:  # the days of a pattern share one amount
            amount, quantity = day.total, per_day(equivalence, day.total)
            named = next((known.name for known in equivalence.classes if day.total in known.range), None)
        together = tuple(map(id, day.courses))
        if together not in factors:
            known = {course.drug: factor_of(situation, equivalence, course) for course in day.courses}
            factors[together] = tuple((drug, factor.factor) for drug, factor in known.items() if factor is not None)
        stretches.append(Stretch(day.first, day.last, quantity, dose_class=named, factors=factors[together]))
    return stretches
