"""Random orders, said twice: naively, in whole micrograms, and as the frozen values of the core in random units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from hypothesis import strategies as st

from dosing.order import Concentration, Order
from dosing.posology import DoseRange, Every, Frequency, OnWeekdays, Sig, Step, Times
from dosing.units import UNITS, Quantity
from dosing.vocabulary import PARTS_OF_DAY, WEEKDAYS
from tests.property import naive

AS_OF = date(2026, 12, 1)
DRUG = "gabapentin"
WEIGHT = 70

KINDS = (
    "times a day",
    "every hours",
    "every days",
    "times a week",
    "times a month",
    "every months",
    "weekdays",
    "bursts from weekdays",
    "parts of the day",
    "cycle",
)

IN_MICROGRAMS = {"ng": Fraction(1, 1000), "ug": Fraction(1), "mg": Fraction(1000), "g": Fraction(1000_000)}
DAY_TOTALS = frozenset({*IN_MICROGRAMS, "[iU]"})
IN_MINUTES = {"min": 1, "h": 60, "d": 1440, "wk": 10080}


@dataclass(frozen=True)
class Content:
    """What a dose is written in: its unit, how many micrograms one smallest step of it holds, and that step."""

    code: str
    grain: int
    step: Fraction
    strength: int | None = None
    concentration: int | None = None


@dataclass(frozen=True)
class Said:
    """One order in both languages."""

    naive: naive.Order
    order: Order


def masses(draw: Callable[..., object]) -> Content:
    code = draw(st.sampled_from(sorted(IN_MICROGRAMS)))
    assert isinstance(code, str)
    return Content(code, 1, 1 / IN_MICROGRAMS[code])


@st.composite
def contents(draw: Callable[..., object], international: bool) -> Content:
    """Masses, masses per kg, pieces with a strength, millilitres with a concentration; and international units, a
    thousandth of which stands where a microgram does."""
    ways = ("mass", "mass", "per kg", "pieces", "volume", *(("international",) if international else ()))
    how = draw(st.sampled_from(ways))
    if how == "international":
        return Content("[iU]", 1, Fraction(1, 1000))
    if how == "mass":
        return masses(draw)
    if how == "per kg":
        mass = masses(draw)
        return Content(f"{mass.code}/kg", WEIGHT, mass.step)
    size = draw(st.integers(1, 50))
    assert isinstance(size, int)
    if how == "pieces":
        return Content("{tablet}", size * 250, Fraction(1, 4), strength=size * 1000)
    return Content("mL", size * 100, Fraction(1, 10), concentration=size * 1000)


@st.composite
def said_orders(draw: Callable[..., object], kind: str, international: bool = False) -> Said:
    """An order whose first step is of one kind; the steps after it are of any."""
    content = draw(contents(international))
    start = AS_OF + timedelta(days=draw(st.integers(-20, 20)))  # type: ignore[arg-type]  # hypothesis draws an int
    count = draw(st.integers(1, 3))
    steps = []
    for number in range(count):  # type: ignore[arg-type]  # hypothesis draws an int
        chosen = kind if number == 0 else draw(st.sampled_from(KINDS))
        steps.append(draw(steps_of(chosen, content, last=number == count - 1)))
    end = None
    if draw(st.integers(0, 5)) == 0:
        end = start + timedelta(days=draw(st.integers(0, 60)))
    order = naive.Order(start, tuple(said for said, _ in steps), end)
    return Said(order, order_of(order, tuple(step for _, step in steps), content, draw(st.booleans())))


def order_of(order: naive.Order, steps: tuple[Step, ...], content: Content, in_grams: bool) -> Order:
    unit = "g" if in_grams else "mg"
    strengths = concentrations = None
    if content.strength is not None:
        strengths = {DRUG: mass_of(content.strength, unit)}
    if content.concentration is not None:
        amount = mass_of(content.concentration * 5, unit)
        concentrations = {DRUG: Concentration(amount, Quantity(Fraction(5), UNITS["mL"]))}
    return Order(
        given="0",
        spoken=DRUG,
        drug=DRUG,
        form="tablet",
        strengths=strengths,
        concentrations=concentrations,
        start_date=order.start if order.start != AS_OF else None,
        end_date=order.end,
        steps=steps,
    )


def mass_of(micrograms: int, code: str) -> Quantity:
    return Quantity(micrograms / IN_MICROGRAMS[code], UNITS[code])


@st.composite
def steps_of(draw: Callable[..., object], kind: str, content: Content, last: bool) -> tuple[naive.Step, Step]:
    """One step, said naively and as the core reads it."""
    frequency, spoken, most = (None, None, 1) if kind in ("parts of the day", "cycle") else draw(FREQUENCIES[kind])
    # A day's total at an interval that may be chosen has no one reading.
    a_day = divides(frequency) and content.code.partition("/")[0] in DAY_TOTALS and draw(st.integers(0, 4)) == 0
    grains = lcm(*range(1, most + 1)) if a_day and kind in IRREGULAR else most if a_day else 1
    low, high = sorted(draw(st.tuples(st.integers(1, 5000), st.integers(1, 5000))))
    if draw(st.booleans()):
        low = high
    low, high = low * grains, high * grains
    as_needed = draw(st.booleans())
    cap = draw(st.integers(1, 40_000)) if draw(st.integers(0, 3)) == 0 else None
    amounts = draw(st.lists(st.integers(1, 5000), min_size=1, max_size=4))
    days, months, duration = (None, None, None) if last and draw(st.booleans()) else draw(lengths())

    def dose(number: int) -> Quantity:
        code = f"{content.code}/d" if a_day else content.code
        return Quantity(number * content.step, UNITS[code])

    parts = tuple(amounts) if kind == "parts of the day" else ()
    cycle = tuple(amounts) if kind == "cycle" else ()
    said = naive.Step(
        low=low * content.grain,
        high=high * content.grain,
        a_day=bool(a_day),
        frequency=frequency,
        parts=tuple(number * content.grain for number in parts),
        cycle=tuple(number * content.grain for number in cycle),
        as_needed=as_needed,
        cap=cap * content.grain if cap is not None else None,
        days=days,
        months=months,
    )
    sig = Sig(
        dose=DoseRange(dose(low), dose(high)) if frequency is not None else None,
        frequency=spoken,
        parts=tuple((part, dose(number)) for part, number in zip(PARTS_OF_DAY, parts, strict=False)),
        cycle=tuple(dose(number) for number in cycle),
        as_needed=as_needed,
        max_per_day=Quantity(cap * content.step, UNITS[f"{content.code}/d"]) if cap is not None else None,
    )
    return said, Step(sig, duration)


def divides(frequency: object) -> bool:
    """Whether a frequency divides a day's total in one way only."""
    return frequency is not None and not (isinstance(frequency, naive.Every) and frequency.low != frequency.high)


@st.composite
def lengths(draw: Callable[..., object]) -> tuple[int | None, int | None, Quantity]:
    """How long a step lasts, in days or calendar months, with the duration that says so."""
    code = draw(st.sampled_from(("h", "d", "wk", "mo", "a")))
    match code:
        case "h":
            hours = draw(st.integers(1, 400))
            return -(-hours // 24), None, Quantity(Fraction(hours), UNITS["h"])
        case "d":
            days = draw(st.integers(1, 40))
            return days, None, Quantity(Fraction(days), UNITS["d"])
        case "wk":
            weeks = draw(st.integers(1, 6))
            return weeks * 7, None, Quantity(Fraction(weeks), UNITS["wk"])
        case "mo":
            months = draw(st.integers(1, 3))
            return None, months, Quantity(Fraction(months), UNITS["mo"])
        case _:
            return None, 12, Quantity(Fraction(1), UNITS["a"])


Spoken = tuple[naive.Times | naive.Every | naive.EveryMonths | naive.Weekdays, Frequency, int]


def minutes(number: int, code: str) -> Quantity:
    return Quantity(Fraction(number, IN_MINUTES[code]), UNITS[code])


@st.composite
def times(draw: Callable[..., object], per: str, most: int) -> Spoken:
    count = draw(st.integers(1, most))
    a_day = {"day": 1, "week": 7, "month": 28}[per]
    return naive.Times(count, per), Times(count, per), -(-count // a_day)


@st.composite
def every(draw: Callable[..., object], least: int, most: int, grain: int) -> Spoken:
    """An interval between `least` and `most` grains of minutes, or a range that begins with it."""
    low = draw(st.integers(least, most)) * grain
    high = low if draw(st.booleans()) else low + draw(st.integers(0, 24)) * grain
    codes = st.sampled_from(sorted(IN_MINUTES))
    spoken = Every(minutes(low, draw(codes)), minutes(high, draw(codes)))
    return naive.Every(low, high), spoken, max(1, -(-naive.MINUTES_A_DAY // low))


@st.composite
def months_apart(draw: Callable[..., object]) -> Spoken:
    number = draw(st.integers(1, 4))
    months = Quantity(Fraction(number), UNITS["mo"])
    return naive.EveryMonths(number), Every(months, months), 1


@st.composite
def weekdays(draw: Callable[..., object], burst: bool) -> Spoken:
    named = draw(st.sets(st.integers(0, 6), min_size=1, max_size=7))
    words = tuple(WEEKDAYS[day] for day in sorted(named))
    if not burst:
        return naive.Weekdays(frozenset(named)), OnWeekdays(words), 1
    hours, count = draw(st.integers(4, 30)), draw(st.integers(1, 4))
    gap = minutes(hours * 60, draw(st.sampled_from(("min", "h", "d"))))
    # A burst may run into the next one: all of both may fall on one day.
    return naive.Weekdays(frozenset(named), hours * 60, count), OnWeekdays(words, gap, count), 2 * count


FREQUENCIES = {
    "times a day": times("day", 12),
    "every hours": every(2, 48, 30),
    "every days": every(49, 30 * 48, 30),
    "times a week": times("week", 30),
    "times a month": times("month", 100),
    "every months": months_apart(),
    "weekdays": weekdays(False),
    "bursts from weekdays": weekdays(True),
}
IRREGULAR = frozenset({"every days", "times a week", "times a month", "weekdays", "bursts from weekdays"})
