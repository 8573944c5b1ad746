"""What is taken until now: the dose that a plan goes on from, how it falls on days, and for how long it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from dosing.days import days_in
from dosing.formulary.model import Monograph, Product
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import Every, OnWeekdays, Sig, Step, Times, is_daily
from dosing.products import MOST_PIECES, CannotMake, make, unit_amount
from dosing.timeline import Course, Unknown, amount_of, kind_of, lay
from dosing.units import UNITS, Quantity, words
from dosing.vocabulary import LIQUIDS, PARTS_OF_DAY, WEEKDAYS
from schedules.layout import MG_A_DAY, RATE, Alternating, Daily, EverySoManyDays, Layout, Weekly
from schedules.plan import Current, PlanError

HOURS_A_DAY = 24
BEFORE = "before"
# So many equal doses a day, in the parts of the Universal Medication Schedule.
PARTS_OF_TIMES = {
    1: ("morning",),
    2: ("morning", "evening"),
    3: ("morning", "noon", "evening"),
    4: PARTS_OF_DAY,
}


@dataclass(frozen=True, slots=True)
class Until:
    """What was taken until the day before a plan: its steps as a past order, and what the last of them holds.

    `total` is in the unit of `layout`. `days` is how long it was taken, None where that is not known.
    """

    drug: str
    steps: tuple[Step, ...]
    total: Fraction
    layout: Layout
    doses: tuple[tuple[str, Quantity], ...]
    start: date
    days: int | None
    form: str | None

    def order(self, days: int | None = None) -> Order:
        """The past order. `days` is its length where it is not known."""
        length = self.days if self.days is not None else days or 1
        begun = self.start - timedelta(days=length)
        return Order(
            given=BEFORE,
            spoken=self.drug,
            drug=self.drug,
            form=self.form,
            start_date=begun,
            end_date=self.start - timedelta(days=1),
            steps=self._in_step(length),
        )

    def _in_step(self, length: int) -> tuple[Step, ...]:
        """The steps, so that the last dose is a whole turn of its pattern before the plan: then the next one is due."""
        *before, last = self.steps
        odd = (length - _days_of(before, self.start)) % self.layout.turn
        if not odd:
            return self.steps
        return (*before, replace(last, duration=Quantity(Fraction(odd), UNITS["d"])), last)

    @property
    def last_dose(self) -> date:
        """The day of the last dose."""
        if isinstance(self.layout, Weekly):
            back = (self.start.weekday() - WEEKDAYS.index(self.layout.weekday) - 1) % len(WEEKDAYS) + 1
            return self.start - timedelta(days=back)
        return self.start - timedelta(days=self.layout.turn)

    @property
    def in_use(self) -> frozenset[Product]:
        """The products that the doses of now are made of, as far as the plan may use them."""
        made = [make(amount.amount(kind_of(amount)), self.layout.products) for _, amount in self.doses]
        return frozenset(piece.product for making in made if not isinstance(making, CannotMake) for piece in making)

    def told(self) -> Current:
        """The same for the answer."""
        taken = Quantity(Fraction(self.days), UNITS["d"]) if self.days is not None else None
        return Current(self.drug, self.layout.quantity(self.total), self.doses, taken)


def until_now(
    steps: tuple[Step, ...],
    taken_for: Quantity | None,
    monograph: Monograph,
    products: tuple[Product, ...],
    patient: Patient,
    start: date,
    form: str | None,
    field: str = "from",
) -> Until:
    """What the last of some steps holds, laid as it is taken. Raises PlanError for what no plan can go on from."""
    place = f"{field}/{len(steps) - 1}"
    last = steps[-1].sig
    if last.as_needed:
        detail = "Use as needed is not lowered step by step: it has no dose that is taken every day."
        raise PlanError(f"{place}/as_needed", "unusable-field", detail, "Write what is taken on each day.")
    if last.dose is not None and last.dose.low != last.dose.high:
        detail = "A range is not what is taken now."
        raise PlanError(f"{place}/dose", "unusable-field", detail, "Write the dose that is really taken.")
    days = _length(steps, taken_for, start, field)
    course = lay(
        Order(BEFORE, monograph.drug, monograph.drug, form=form, start_date=start, steps=(Step(last),)),
        monograph.drug,
        start,
        start,
        patient.weight,
    )
    if course.needs or not course.runs:
        needed = " and ".join(course.needs) or "dose"
        raise PlanError(place, "missing-field", f"What is taken now cannot be known without the {needed}.")
    total, layout, doses = _laid(last, course, products, monograph, start, place, patient.weight)
    largest = max(unit_amount(item) for item in products)
    counted = not any(item.form in LIQUIDS for item in products)
    if counted and any(amount.value > largest * MOST_PIECES for _, amount in doses):
        detail = f"What is taken now is more than {MOST_PIECES} of the largest piece at one time."
        raise PlanError(place, "not-dispensable", detail, "Write the dose that is really taken, or other strengths.")
    return Until(monograph.drug, _ended(steps), total, layout, doses, start, days, form)


def _length(steps: Sequence[Step], taken_for: Quantity | None, start: date, field: str) -> int | None:
    """For how many days all of it was taken: as stated, or the sum of the steps where each has a duration."""
    stated = [step.duration for step in steps if step.duration is not None]
    known = sum(days_in(duration, 1, start) for duration in stated) if len(stated) == len(steps) else None
    before = _days_of(steps[:-1], start)
    if any(step.duration is None for step in steps[:-1]):
        raise PlanError(field, "missing-field", "A step before the last one has to say how long it was taken.")
    if taken_for is None:
        return known
    days = days_in(taken_for, 1, start)
    if known is not None and known != days:
        detail = f"The steps last {known} days, and the drug was taken for {words(taken_for)}."
        raise PlanError("taken_for", "out-of-range", detail, "Write one of the two, or make them agree.")
    if days <= before:
        detail = f"The steps before the last one last {before} days already."
        raise PlanError("taken_for", "out-of-range", detail, "Write for how long the drug was taken in all.")
    return days


def _days_of(steps: Sequence[Step], start: date) -> int:
    """How long the steps with a duration last."""
    return sum(days_in(step.duration, 1, start) for step in steps if step.duration is not None)


def _ended(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with the last one open: the order's end date ends it."""
    return (*steps[:-1], Step(steps[-1].sig))


def _laid(
    sig: Sig,
    course: Course,
    products: tuple[Product, ...],
    monograph: Monograph,
    start: date,
    place: str,
    weight: Quantity | None,
) -> tuple[Fraction, Layout, tuple[tuple[str, Quantity], ...]]:
    """The total of a sig in the unit of the layout that it is taken in."""
    run, unit = course.runs[0], UNITS[course.unit]
    if any(kind_of(item.strength) != course.unit for item in products):
        detail = f"{words(Quantity(run.total, unit))} is not what the {products[0].form} is counted in."
        raise PlanError(f"{place}/dose", "unusable-field", detail, "Name the form, and write its dose.")
    if course.unit == RATE.code:
        layout: Layout = EverySoManyDays(products, unit=RATE, every=_patch_days(sig, start, place))
        return run.total, layout, (("morning", Quantity(run.total, unit)),)
    if sig.parts:
        parts = tuple(part for part, _ in sig.parts)
        amounts = tuple((part, Quantity(_held(amount, course, weight, place), unit)) for part, amount in sig.parts)
        return run.total, _lowered(products, _filled_first(parts, monograph), amounts), amounts
    if sig.cycle:
        if len(sig.cycle) != 2:
            detail = "Doses that take turns over more than two days cannot be lowered by a plan."
            raise PlanError(f"{place}/cycle", "unusable-field", detail, "Write the dose of one day, or of two in turn.")
        taken = tuple(("morning", Quantity(_held(dose, course, weight, place), unit)) for dose in sig.cycle)
        return sum((dose.value for _, dose in taken), Fraction(0)) / 2, Alternating(products), taken
    if isinstance(sig.frequency, OnWeekdays):
        if len(sig.frequency.weekdays) != 1 or sig.frequency.count != 1:
            detail = "A plan goes on from one dose on one weekday."
            raise PlanError(f"{place}/frequency", "unusable-field", detail, "Name one weekday.")
        weekly = Weekly(products, weekday=sig.frequency.weekdays[0])
        return run.total, weekly, (("morning", Quantity(run.total, unit)),)
    every = _days_between(sig)
    if every is not None:
        return run.total, EverySoManyDays(products, every=every), (("morning", Quantity(run.total, unit)),)
    if sig.frequency is not None and not is_daily(sig.frequency):
        detail = "A plan goes on from doses on every day, every so many whole days, or one weekday."
        raise PlanError(f"{place}/frequency", "unusable-field", detail, "Write the days on which doses are taken.")
    if isinstance(sig.frequency, Every) and sig.frequency.low != sig.frequency.high:
        detail = "A range is not how often it is taken now."
        raise PlanError(f"{place}/frequency", "unusable-field", detail, "Write how often it is really taken.")
    parts = PARTS_OF_TIMES.get(run.count, ())
    if not parts:
        detail = f"{run.count} doses a day do not fit the four parts of the day that a plan is printed in."
        raise PlanError(f"{place}/frequency", "unusable-field", detail, "Write up to four doses a day.")
    parts = parts if len(parts) > 1 else _one_part(monograph)
    each = Quantity(run.total / len(parts), unit)
    amounts = tuple((part, each) for part in parts)
    return run.total, _lowered(products, _filled_first(parts, monograph), amounts), amounts


def _held(dose: Quantity, course: Course, weight: Quantity | None, place: str) -> Fraction:
    """What one dose holds in mg, whatever it is written in. Raises PlanError where that is not known."""
    held = amount_of(dose, course.order, course.drug, weight, 1)
    if isinstance(held, Unknown):
        raise PlanError(place, "missing-field", f"{words(dose)} cannot be counted without the {held.needs[0]}.")
    return held


def _lowered(products: tuple[Product, ...], parts: tuple[str, ...], amounts: tuple[tuple[str, Quantity], ...]) -> Daily:
    """Doses of a day that may differ, and be fewer, to spare the patient another strength on the way down. None of them
    is ever more than it was."""
    largest = max(amount.value for _, amount in amounts)
    layout = Daily(products, MG_A_DAY, parts=parts, tolerance=largest, sparing=True)
    return layout.under((part, amount.value) for part, amount in amounts)


def _days_between(sig: Sig) -> int | None:
    """The whole days between two doses; None where there is one on every day."""
    if not isinstance(sig.frequency, Every) or sig.frequency.in_months:
        return None
    if sig.frequency.low != sig.frequency.high:
        return None
    days = sig.frequency.shortest_hours / HOURS_A_DAY
    return int(days) if days > 1 and days.denominator == 1 else None


def _patch_days(sig: Sig, start: date, place: str) -> int:
    """For how many days a patch stays on; the plan begins on a day on which it is changed."""
    match sig.frequency:
        case OnWeekdays(weekdays=(weekday,)):
            if WEEKDAYS[start.weekday()] != weekday:
                detail = f"The patch is changed on {weekday}: the plan begins on a day on which it is changed."
                raise PlanError("start_date", "out-of-range", detail, f"Begin on a {weekday}.")
            return len(WEEKDAYS)
        case Times(count=1, per="week"):
            return len(WEEKDAYS)
        case Times(count=1, per="day") | Every():
            days = 1 if is_daily(sig.frequency) else _days_between(sig)
            if days is not None:
                return days
    detail = "For how many days a patch stays on is not known."
    raise PlanError(f"{place}/frequency", "unusable-field", detail, 'Write it, such as "every 72 hours".')


def _one_part(monograph: Monograph) -> tuple[str, ...]:
    """The part of the day of a drug that is taken once: that of its protocols, else the morning."""
    once = (known.parts[0] for known in monograph.protocols if known.start_times == 1 and known.pattern == "daily")
    return (next(once, "morning"),)


def _filled_first(parts: tuple[str, ...], monograph: Monograph) -> tuple[str, ...]:
    """Parts of the day in the order in which a dose is kept longest: as a protocol of the drug fills them."""
    order = next((known.parts for known in monograph.protocols if known.default), parts)
    return tuple(sorted(parts, key=lambda part: order.index(part) if part in order else len(order)))
