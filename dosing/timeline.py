"""Orders laid on days: what is taken on day N, how often, for how long, and together with what else.

Day 1 is the earliest start date of the request. A course is laid out as runs, stretches of days on which the same is
taken; an irregular pattern (weekdays, every N days, a cycle) gives one run for each of its days (see `patterns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain, zip_longest
from math import lcm
from types import MappingProxyType
from typing import TypeVar

from dosing.days import day_number, days_in
from dosing.order import Order
from dosing.patterns import Span, change_hours, dose_days, interval_hours
from dosing.posology import (
    HOURS_A_DAY,
    AfterDialysis,
    DoseRange,
    Every,
    OnWeekdays,
    Sig,
    Times,
    doses_a_day,
    fewest_doses_a_day,
    is_daily,
)
from dosing.units import UNITS, Quantity

DAYS_A_WEEK = 7
MASS, RATE, INTERNATIONAL = "mg", "ug/h", "[iU]"
# What a day and a week of each are counted in. A rate is one, however long.
A_DAY = MappingProxyType({MASS: UNITS["mg/d"], RATE: UNITS["ug/h"], INTERNATIONAL: UNITS["[iU]/d"]})
A_WEEK = MappingProxyType({MASS: UNITS["mg/wk"], RATE: UNITS["ug/h"], INTERNATIONAL: UNITS["[iU]/wk"]})
Taken = TypeVar("Taken")


@dataclass(frozen=True, slots=True)
class Run:
    """Days `first` to `last` (None: for ever) on which the same is taken, in mg (patches: the rate in ug/h; some
    vitamins: international units).

    `single` is the largest dose at one time, `total` the most and `least` the least of a day, `interval` the fewest
    hours between two doses where the sig states hours.
    """

    first: int
    last: int | None
    step: int
    single: Fraction
    total: Fraction
    least: Fraction
    count: int
    interval: Fraction | None = None
    as_needed: bool = False
    capped: bool = False
    after_dialysis: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One ingredient of one order on days. It is equal to itself alone, since two orders may say the same.

    `needs` names what is missing to know the amounts; then runs are empty. `spans` are the days of each step; `last`
    is None when the order goes on.
    """

    order: Order
    drug: str
    unit: str
    runs: tuple[Run, ...]
    spans: tuple[tuple[int, int | None], ...]
    needs: tuple[str, ...] = ()
    medication: bool = False

    @property
    def first(self) -> int:
        return self.spans[0][0] if self.spans else 1

    @property
    def last(self) -> int | None:
        return self.spans[-1][1] if self.spans else None

    def judged(self, from_day: int) -> tuple[Run, ...]:
        """The runs on or after a day; one that began before is cut to what is left of it."""
        if from_day <= 1 or not self.runs or self.runs[0].first >= from_day:
            return self.runs
        return tuple(
            run if run.first >= from_day else _cut(run, from_day)
            for run in self.runs
            if run.last is None or run.last >= from_day
        )


@dataclass(frozen=True, slots=True)
class DaySum:
    """What several courses add up to on days `first` to `last`, and which of them are taken then."""

    first: int
    last: int | None
    total: Fraction
    least: Fraction
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """An amount that cannot be known without the named fields."""

    needs: tuple[str, ...]


def lay(
    order: Order, drug: str, day_one: date, as_of: date, weight: Quantity | None, *, medication: bool = False
) -> Course:
    """Lay one ingredient of an order on days. An order without a start date starts on `as_of`."""
    first = day_number(order.start_date or as_of, day_one)
    spans: list[tuple[int, int | None]] = []
    runs: list[Run] = []
    units = _units(order)
    unit = next(iter(units), MASS)
    missing: tuple[str, ...] = ("dose",) if len(units) > 1 else ()
    end = day_number(order.end_date, day_one) if order.end_date is not None else None
    for number, step in enumerate(order.steps, 1):
        last = None if step.duration is None else first + days_in(step.duration, first, day_one) - 1
        if end is not None:
            if first > end:
                break
            last = end if last is None else min(last, end)
        spans.append((first, last))
        span = Span.of(first, last, day_number(as_of, day_one))
        laid = _runs(step.sig, order, drug, unit, number, span, day_one, weight)
        if isinstance(laid, Unknown):
            missing = missing or laid.needs
        else:
            runs += laid
        if last is None:
            break
        first = last + 1
    if not order.steps:
        spans.append((first, end))
        missing = ("dose",)
    return Course(order, drug, unit, () if missing else tuple(runs), tuple(spans), missing, medication)


def combined(courses: Sequence[Course]) -> Iterator[DaySum]:
    """The sum of courses on every stretch of days on which it does not change, in order."""
    if len(courses) == 1:
        for run in courses[0].runs:
            yield DaySum(run.first, run.last, run.total, run.least, (courses[0],))
        return
    changes: dict[int, list[tuple[int, Run | None]]] = {}
    for place, course in enumerate(courses):
        for run in course.runs:
            changes.setdefault(run.first, []).append((place, run))
            if run.last is not None:
                changes.setdefault(run.last + 1, []).insert(0, (place, None))
    days = sorted(changes)
    taken: dict[int, Run] = {}
    for first, following in zip_longest(days, days[1:]):
        for place, begun in changes[first]:
            if begun is None:
                taken.pop(place, None)
            else:
                taken[place] = begun
        if taken:
            yield DaySum(
                first,
                following - 1 if following is not None else None,
                sum((run.total for run in taken.values()), Fraction(0)),
                sum((run.least for run in taken.values()), Fraction(0)),
                tuple(courses[place] for place in sorted(taken)),
            )


def heaviest(taken: Iterable[Taken], amount: Callable[[Taken], Fraction]) -> Taken:
    """What holds the largest amount, the first of equals; there is at least one.

    The days of a pattern share one amount, the object itself, so that hundreds of them cost one comparison: fractions
    compare slowly.
    """
    remaining = iter(taken)
    worst = next(remaining)
    most = amount(worst)
    for other in remaining:
        size = amount(other)
        if size is not most and size > most:
            worst, most = other, size
    return worst


def heaviest_week(courses: Sequence[Course]) -> tuple[Fraction, int] | None:
    """The most that seven days in a row hold, with the first of those days; None when nothing is taken."""
    taken = [(day, stretch.total) for stretch in combined(courses) for day in _telling_days(stretch)]
    if not taken:
        return None
    # Sums of whole numbers: a pattern has hundreds of days, and fractions add slowly.
    scale = lcm(*(amount.denominator for amount in {id(amount): amount for _, amount in taken}.values()))
    amounts = [(day, amount.numerator * (scale // amount.denominator)) for day, amount in taken]
    best, first_of_best, held, end = 0, amounts[0][0], 0, 0
    for place, (day, amount) in enumerate(amounts):
        while end < len(amounts) and amounts[end][0] < day + DAYS_A_WEEK:
            held += amounts[end][1]
            end += 1
        if held > best or place == 0:
            best, first_of_best = held, day
        held -= amount
    return Fraction(best, scale), first_of_best


def _telling_days(stretch: DaySum) -> Iterable[int]:
    """The days of a stretch that can begin or end a heaviest week: of a long one its first and its last seven."""
    if stretch.last is None:
        return range(stretch.first, stretch.first + DAYS_A_WEEK)
    if stretch.last - stretch.first < 2 * DAYS_A_WEEK:
        return range(stretch.first, stretch.last + 1)
    return chain(
        range(stretch.first, stretch.first + DAYS_A_WEEK), range(stretch.last - DAYS_A_WEEK + 1, stretch.last + 1)
    )


def ends(dose: DoseRange) -> tuple[Quantity, ...]:
    """The doses that a range may come down to, the lowest first; a plain dose is one and not two."""
    return (dose.high,) if dose.low is dose.high else (dose.low, dose.high)


def amount_of(dose: Quantity, order: Order, drug: str, weight: Quantity | None, times: int) -> Fraction | Unknown:
    """One dose in mg (patches: ug/h). A dose per day is divided equally over `times`; per kg needs the weight."""
    dimension = dose.unit.dimension
    if dimension == "[mass]":
        return dose.amount("mg")
    if dose.unit.code.startswith(INTERNATIONAL):
        return dose.value if dose.unit.code == INTERNATIONAL else dose.amount("[iU]/d") / times
    if dimension == "[mass]/[time]":
        return dose.amount("ug/h") if dose.unit.code.endswith("/h") else dose.amount("mg/d") / times
    if dimension in ("[mass]/[bodyweight]", "[mass]/[bodyweight]/[time]"):
        if weight is None:
            return Unknown(("weight",))
        if dimension.endswith("[time]"):
            return dose.amount("mg/kg/d") * weight.amount("kg") / times
        return dose.amount("mg/kg") * weight.amount("kg")
    if dimension == "[length]^3" or dose.unit.code in ("mL", "L", "uL", "dL"):
        concentration = (order.concentrations or {}).get(drug)
        if concentration is None:
            return Unknown(("concentration",))
        return dose / concentration.volume * concentration.amount.amount("mg")
    strength = (order.strengths or {}).get(drug)
    if strength is None or (kind_of(strength) == RATE) != (dose.unit.code == "{patch}"):
        return Unknown(("strength",))
    return dose.value * strength.amount(kind_of(strength))


def is_per_day(dose: Quantity) -> bool:
    """Whether a dose is written as the total of a day; a rate per hour is a patch."""
    return dose.unit.dimension.endswith("/[time]") and not dose.unit.code.endswith("/h")


def kind_of(amount: Quantity) -> str:
    """What a dose, a strength or a limit counts: mass, the rate of a patch, or international units."""
    if amount.unit.code.startswith(INTERNATIONAL):
        return INTERNATIONAL
    return RATE if amount.unit.code.endswith("/h") else MASS


def averaged(course: Course) -> Course:
    """The course with each step's days levelled to the mean of its pattern: 200 and 400 mg in turn are 300 mg a day.

    A step that is shorter than its pattern counts with the mean of the days it has.
    """
    runs: list[Run] = []
    for number, (first, last) in enumerate(course.spans, 1):
        own = [run for run in course.runs if run.step == number]
        if not own:
            continue
        period = _period(course.order.steps[number - 1].sig)
        if period is None or own[0].first != own[0].last:
            runs += own
            continue
        days = period if last is None else min(period, Fraction(last - first + 1))
        # A pattern that began long ago is laid out from a later day on; any whole period holds the same.
        begun = own[0].first
        mean = sum((run.total for run in own if run.first < begun + days), Fraction(0)) / days
        single, count = max(run.single for run in own), max(run.count for run in own)
        runs.append(Run(begun, last, number, single, mean, mean, count, None, own[0].as_needed))
    return Course(course.order, course.drug, course.unit, tuple(runs), course.spans, course.needs, course.medication)


def _period(sig: Sig) -> Fraction | None:
    """The days after which a pattern begins again; None for one that a calendar decides or that is the same daily."""
    if sig.cycle:
        return Fraction(len(sig.cycle))
    match sig.frequency:
        case Times(per="week") | OnWeekdays():
            return Fraction(DAYS_A_WEEK)
        case Every() as frequency if not frequency.in_months:
            return frequency.shortest_hours / HOURS_A_DAY
        case _:
            return None


def _runs(
    sig: Sig,
    order: Order,
    drug: str,
    unit: str,
    number: int,
    span: Span,
    day_one: date,
    weight: Quantity | None,
) -> list[Run] | Unknown:
    """One step as runs."""
    first, last, frequency = span.first, span.last, sig.frequency
    daily = frequency is not None and is_daily(frequency)
    count = doses_a_day(frequency) if frequency is not None else 1
    amounts = _amounts(sig, order, drug, weight, count if daily else 1)
    if isinstance(amounts, Unknown):
        return amounts
    cap = _daily_cap(sig, order, drug, weight)
    if isinstance(cap, Unknown):
        return cap
    if sig.cycle:
        return [
            _run(sig, cap, day, day, number, amount, amount, amount, 1)
            for day in span.days
            if (amount := amounts[(day - first) % len(amounts)])
        ]
    if sig.parts:
        total = sum(amounts, Fraction(0))
        return [_run(sig, cap, first, last, number, max(amounts), total, total, len(amounts))]
    if frequency is None:
        return Unknown(("frequency",))
    low, high = amounts[0], amounts[-1]
    interval = interval_hours(frequency)
    if unit == RATE:
        interval = change_hours(frequency)
        return [Run(first, last, number, high, high, low, 1, interval, sig.as_needed)]
    if daily:
        total = high * count
        least = low * fewest_doses_a_day(frequency) if sig.as_needed else total
        if cap is not None and low:
            count = min(count, max(1, int(cap / low)))  # a daily maximum leaves room for so many of the smallest dose
        return [_run(sig, cap, first, last, number, high, total, least, count, interval)]
    per_day = sig.dose is not None and is_per_day(sig.dose.high)
    after_dialysis = isinstance(frequency, AfterDialysis)
    runs = []
    # Three years of days that are mostly alike: what a day holds is made once for each number of doses.
    holds: dict[int, tuple[Fraction, Fraction, Fraction]] = {}
    for day, doses in dose_days(frequency, span, day_one):
        if doses not in holds:
            # A dose per day is the day's total, however many doses the day has.
            holds[doses] = (high / doses, high, low) if per_day else (high, high * doses, low * doses)
        single, total, least = holds[doses]
        runs.append(_run(sig, cap, day, day, number, single, total, least, doses, interval, after_dialysis))
    return runs


def _amounts(sig: Sig, order: Order, drug: str, weight: Quantity | None, times: int) -> tuple[Fraction, ...] | Unknown:
    """The doses of a sig: its ends, low first; one for each part of the day; or one for each day of a cycle."""
    doses = ends(sig.dose) if sig.dose is not None else sig.cycle or tuple(dose for _, dose in sig.parts)
    if not doses:
        return Unknown(("dose",))
    amounts = []
    for dose in doses:
        amount = amount_of(dose, order, drug, weight, times)
        if isinstance(amount, Unknown):
            return amount
        amounts.append(amount)
    return tuple(amounts)


def _daily_cap(sig: Sig, order: Order, drug: str, weight: Quantity | None) -> Fraction | Unknown | None:
    if sig.max_per_day is None:
        return None
    limit, code = sig.max_per_day, sig.max_per_day.unit.code
    if code.endswith("}/d") or code == "mL/d":
        limit = Quantity(limit.value, UNITS[code.removesuffix("/d")])
    return amount_of(limit, order, drug, weight, 1)


def _run(
    sig: Sig,
    cap: Fraction | None,
    first: int,
    last: int | None,
    step: int,
    single: Fraction,
    total: Fraction,
    least: Fraction,
    count: int,
    interval: Fraction | None = None,
    after_dialysis: bool = False,
) -> Run:
    """A run under the stated daily maximum. Only as-needed use without one may be less than it allows.

    A maximum below one dose cannot be kept: a day of use holds one dose at least.
    """
    if cap is not None:
        total = max(min(total, cap), single)
    if cap is not None or not sig.as_needed:
        least = total
    return Run(first, last, step, single, total, least, count, interval, sig.as_needed, cap is not None, after_dialysis)


def _units(order: Order) -> set[str]:
    """What the doses count, each once: a piece counts what its strength does."""
    strengths = {kind_of(strength) for strength in (order.strengths or {}).values()}
    of_a_piece = next(iter(strengths)) if len(strengths) == 1 else MASS
    return {
        of_a_piece if dose.unit.code.startswith("{") else kind_of(dose)
        for step in order.steps
        for dose in doses_in(step.sig)
    }


def doses_in(sig: Sig) -> tuple[Quantity, ...]:
    """Every dose that a sig names: both ends of a range, each part of the day, each day of a cycle."""
    if sig.dose is not None:
        return ends(sig.dose)
    return sig.cycle or tuple(dose for _, dose in sig.parts)


def _cut(run: Run, from_day: int) -> Run:
    return Run(
        from_day,
        run.last,
        run.step,
        run.single,
        run.total,
        run.least,
        run.count,
        run.interval,
        run.as_needed,
        run.capped,
        run.after_dialysis,
    )
