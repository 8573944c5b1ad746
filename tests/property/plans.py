"""Random requests for plans of every kind, and what every plan keeps whatever it was asked for.

The laws are written against the plan alone: a second reading of the protocol or taper, day by day, that shares no code
with the engine's own climb and descent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil

from hypothesis import strategies as st

from dosing.finding import Severity
from dosing.formulary.loader import load
from dosing.formulary.model import Monograph, Product, Protocol, Taper
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, OnWeekdays, Sig, Step, Times
from dosing.timeline import kind_of
from dosing.units import UNITS, Quantity
from dosing.vocabulary import PARTS_OF_DAY, WEEKDAYS
from schedules.layout import NotDispensable
from schedules.plan import Infeasible, Plan, PlanError, UnsafeSchedule
from schedules.regimen import EveryDays, Regimen, RegimenStep, falls_on
from schedules.regimen import OnWeekdays as NamedDays
from schedules.supply import fills, supply
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest

FORMULARY = load()
START = date(2026, 12, 1)
REFUSALS = (PlanError, NotDispensable, Infeasible, UnsafeSchedule)
MG, MG_A_DAY, MG_A_WEEK, RATE = "mg", "mg/d", "mg/wk", "ug/h"

# What is held: a drug, a part of the day, and how much.
Held = tuple[str, str | None, Fraction, tuple[tuple[Product, Fraction], ...]]


def amount(value: int | Fraction, unit: str) -> Quantity:
    return Quantity(Fraction(value), UNITS[unit])


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    clearance = draw(st.none() | st.integers(1, 140).map(lambda value: amount(value, "mL/min")))
    return Patient(
        age=amount(draw(st.integers(18, 95)), "a"),
        sex=draw(st.sampled_from(("female", "male"))),
        weight=amount(draw(st.integers(40, 120)), "kg"),
        height=amount(draw(st.integers(150, 195)), "cm"),
        creatinine_clearance=clearance,
        hemodialysis=False,
        hepatic_impairment=draw(st.sampled_from((None, "none", "mild", "moderate", "severe"))),
        pregnant=False,
        breastfeeding=False,
        opioid_experience=draw(st.sampled_from(("naive", "tolerant"))),
        conditions=frozenset(),
        allergies=frozenset(),
        medications=(),
    )


def offered(monograph: Monograph, forms: frozenset[str] | None) -> dict[str, list[Product]]:
    """The products that a plan can use, by form."""
    found: dict[str, list[Product]] = {}
    for product in monograph.products:
        if product.offered and (forms is None or product.form in forms):
            found.setdefault(product.form, []).append(product)
    return found


def strengths_of(draw: st.DrawFn, products: Sequence[Product]) -> tuple[tuple[Quantity, str], ...] | None:
    """All strengths of a form, or some of them; of a liquid all."""
    if any(product.volume is not None for product in products):
        return None
    known = [(product.strength, product.form) for product in products]
    return draw(st.none() | st.lists(st.sampled_from(known), min_size=1, unique=True).map(tuple))


@st.composite
def titrations(draw: st.DrawFn, monograph: Monograph, protocol: Protocol) -> TitrationRequest:
    """A request inside what the protocol offers, and now and then beyond it."""
    forms = offered(monograph, protocol.forms)
    form = draw(st.sampled_from(sorted(forms)))
    by_weight = "[bodyweight]" in protocol.maintenance_high.unit.dimension
    unit = MG_A_WEEK if protocol.pattern == "weekly" else MG_A_DAY
    soonest = min((int(known.at_least_every.amount("d")) for known in protocol.raises), default=1)
    steps, targets, starts = st.none(), st.none(), st.none()
    grain = Fraction(5, 2) if unit == MG_A_WEEK else Fraction(25)
    if by_weight:
        targets = st.none() | st.integers(1, 20).map(lambda number: amount(25 * number, unit))
    else:
        largest = max((known.by.amount(unit) for known in protocol.raises), default=Fraction(1))
        most = int(protocol.maintenance_high.amount(unit) / grain) + 4
        steps = st.none() | st.sampled_from((1, 2, 3)).map(lambda share: amount(largest / share, unit))
        targets = st.none() | st.integers(1, most).map(lambda number: amount(grain * number, unit))
        starts = st.none() | st.sampled_from((protocol.start_low, protocol.start_high))
    return TitrationRequest(
        drug=monograph.drug,
        start_date=START + timedelta(days=draw(st.integers(0, 6))),
        patient=draw(patients()),
        form=form,
        protocol=protocol.id,
        indication=draw(st.none() | st.sampled_from(sorted(FORMULARY.indications))),
        start_dose=draw(starts),
        step=draw(steps) if protocol.raises else None,
        step_interval=draw(st.none() | st.integers(soonest, 60).map(lambda days: amount(days, "d")))
        if protocol.raises
        else None,
        target=draw(targets),
        strengths=strengths_of(draw, forms[form]),
        days=draw(st.none() | st.integers(1, 200)),
        weekday=draw(st.none() | st.sampled_from(WEEKDAYS)) if protocol.pattern == "weekly" else None,
        fill_days=draw(st.none() | st.integers(1, 60)),
    )


@st.composite
def taken(draw: st.DrawFn, products: Sequence[Product]) -> tuple[Step, ...]:
    """What is taken now, in one of the shapes in which a dose is taken, in amounts that the products make."""
    product = draw(st.sampled_from(list(products)))
    kind = kind_of(product.strength)
    held = product.strength.amount(kind)
    piece = held if product.volume is None else held / product.volume.amount("mL")

    def some(most: int = 6) -> Quantity:
        pieces = Fraction(draw(st.integers(1, most)))
        if product.pieces_per_unit > 1 and draw(st.booleans()):
            pieces -= Fraction(1, product.pieces_per_unit)
        return amount(piece * pieces, kind)

    def sig(dose: Quantity, frequency: Times | Every | OnWeekdays) -> Sig:
        return Sig(DoseRange(dose, dose), frequency)

    if kind == RATE:
        hours = amount(draw(st.sampled_from((72, 168))), "h")
        return (Step(sig(some(2), Every(hours, hours))),)
    shape = draw(st.sampled_from(("times", "times", "parts", "parts", "hours", "days", "cycle", "weekday")))
    if shape == "times":
        return (Step(sig(some(), Times(draw(st.integers(1, 4)), "day"))),)
    if shape == "hours":
        hours = amount(draw(st.sampled_from((6, 8, 12, 24))), "h")
        return (Step(sig(some(), Every(hours, hours))),)
    if shape == "days":
        days = amount(draw(st.integers(2, 4)), "d")
        return (Step(sig(some(), Every(days, days))),)
    if shape == "cycle":
        return (Step(Sig(cycle=(some(), some()))),)
    if shape == "weekday":
        return (Step(sig(some(), OnWeekdays((draw(st.sampled_from(WEEKDAYS)),)))),)
    parts = draw(st.lists(st.sampled_from(PARTS_OF_DAY), min_size=1, unique=True))
    return (Step(Sig(parts=tuple((part, some()) for part in sorted(parts, key=PARTS_OF_DAY.index)))),)


@st.composite
def tapers(draw: st.DrawFn, monograph: Monograph, way: Taper) -> TaperRequest:
    """A way down by one taper from what is taken now in any shape, to a stop or to a dose."""
    forms = offered(monograph, way.forms)
    form = draw(st.sampled_from(sorted(forms)))
    stated = draw(taken(forms[form]))
    weekly = isinstance(stated[0].sig.frequency, OnWeekdays)
    kind = kind_of(forms[form][0].strength)
    unit = RATE if kind == RATE else MG_A_WEEK if weekly else MG_A_DAY
    product = draw(st.sampled_from(forms[form]))
    piece = product.strength.amount(kind)
    goals = st.none() | st.integers(1, 8).map(lambda number: amount(piece * number / product.pieces_per_unit, unit))
    return TaperRequest(
        drug=monograph.drug,
        start_date=START + timedelta(days=draw(st.integers(0, 6))),
        patient=draw(patients()),
        taken=stated,
        to=draw(goals),
        taken_for=draw(
            st.none() | st.sampled_from((3, 6, 10, 29, 63, 200, 364, 365, 900)).map(lambda days: amount(days, "d"))
        ),
        form=form,
        taper=way.id,
        indication=draw(st.none() | st.sampled_from(sorted(FORMULARY.indications))),
        strengths=strengths_of(draw, forms[form]),
        days=draw(st.none() | st.integers(1, 300)),
        fill_days=draw(st.none() | st.integers(1, 60)),
    )


def mean(turns: Sequence[RegimenStep], *, in_turn: bool = False) -> Fraction:
    """What a stretch holds a day on average, of a weekly dose a week, of a patch or a dose on every so many days that
    dose: as its protocol or taper counts it. `in_turn`: days take turns, and one of two may hold nothing."""
    held = sum((dose.amount.value for step in turns for dose in step.doses), Fraction(0))
    return held / 2 if in_turn and turns[0].pattern is not None else held


def on_day(regimen: Regimen, day: int, start: date) -> list[Held]:
    """What is taken of a drug on one day of a plan."""
    return [
        (
            regimen.drug,
            dose.when,
            dose.amount.value,
            tuple((piece.product, piece.count * (step.doses_a_day if step.as_needed else 1)) for piece in dose.pieces),
        )
        for step in regimen.steps
        if step.first <= day <= step.last and falls_on(step.pattern, day, start)
        for dose in step.doses
    ]


def check_days(made: Plan) -> None:
    """No gap, no overlap: stretches follow one another, and steps of one stretch never meet on a day."""
    for regimen in made.regimens:
        stretches = regimen.stretches
        assert [step.number for step in regimen.steps] == list(range(1, len(regimen.steps) + 1))
        for before, after in pairwise(stretches):
            assert after[0].first == before[0].last + 1
        for turns in stretches:
            assert all((step.first, step.last) == (turns[0].first, turns[0].last) for step in turns)
            if len(turns) > 1:
                every = [step.pattern.every for step in turns if isinstance(step.pattern, EveryDays)]
                first = [
                    step.pattern.first % step.pattern.every for step in turns if isinstance(step.pattern, EveryDays)
                ]
                assert len(every) == len(turns) and set(every) == {len(turns)} and len(set(first)) == len(turns)
    assert made.end_date == made.start_date + timedelta(days=made.days - 1)


def check_intervals(made: Plan) -> None:
    """Doses on every so many days, and patches, are as far apart from step to step as within one."""
    for regimen in made.regimens:
        apart = {
            step.pattern.every
            for turns in regimen.stretches
            for step in turns
            if isinstance(step.pattern, EveryDays) and len(turns) == 1
        }
        alone = all(len(turns) == 1 and isinstance(turns[0].pattern, EveryDays) for turns in regimen.stretches)
        if alone and len(apart) == 1:
            days = [day for step in regimen.steps for day in step.dose_days(made.start_date)]
            assert all(after - before >= min(apart) for before, after in pairwise(days)), days


def check_pieces(made: Plan) -> None:
    """Pieces times strength is the dose, exactly, in pieces that exist."""
    for regimen in made.regimens:
        for step in regimen.steps:
            for dose in step.doses:
                unit = RATE if dose.amount.unit.code == RATE else MG
                total = Fraction(0)
                for piece in dose.pieces:
                    product = piece.product
                    assert kind_of(product.strength) == unit, "milligrams are not made of patches"
                    strength = product.strength.amount(unit)
                    if product.volume is not None:
                        assert product.increment is not None
                        assert (piece.count / product.increment.amount("mL")).denominator == 1
                        strength /= product.volume.amount("mL")
                    else:
                        assert (piece.count * product.pieces_per_unit).denominator == 1
                    total += piece.count * strength
                assert total == dose.amount.amount(unit)


def check_supply(made: Plan) -> None:
    """The supply is the sum of the days, and the fills add up to it."""
    held: dict[tuple[str, Product], Fraction] = {}
    for regimen in made.regimens:
        for day in range(1, made.days + 1):
            for drug, _, _, pieces in on_day(regimen, day, made.start_date):
                for product, count in pieces:
                    held[drug, product] = held.get((drug, product), Fraction(0)) + count
    assert {
        (item.drug, item.pieces.product): item.pieces.count for item in supply(made.regimens, made.start_date)
    } == held
    filled: dict[tuple[str, Product], Fraction] = {}
    begins = 1
    for fill in fills(made.regimens, made.start_date, 1, made.fill_days):
        assert fill.first == begins and 1 <= fill.last - fill.first + 1 <= made.fill_days
        begins = fill.last + 1
        for item in fill.collected:
            key = item.drug, item.pieces.product
            filled[key] = filled.get(key, Fraction(0)) + item.pieces.count
    assert begins == made.days + 1
    assert filled == held


def check_verdict(made: Plan) -> None:
    """The plan's own check never holds a critical finding."""
    rows = [row for finding in made.screening.verdict.findings for row in (finding, *finding.merged)]
    assert [row.message for row in rows if row.severity is Severity.CRITICAL] == []


def check_falls(regimen: Regimen, before: dict[str | None, Fraction] | None, *, in_turn: bool = False) -> None:
    """No single dose of a way down is more than it was in its part of the day, and no day holds more."""
    parts = before
    for turns in regimen.stretches:
        if len(turns) == 1 and not isinstance(turns[0].pattern, NamedDays | EveryDays):
            now = {dose.when: dose.amount.value for dose in turns[0].doses}
            if parts is not None:
                assert all(part in parts and held <= parts[part] for part, held in now.items()), (parts, now)
            parts = now
    for one, two in pairwise(regimen.stretches):
        assert mean(two, in_turn=in_turn) < mean(one, in_turn=in_turn)


def check_everything(made: Plan, *, all_taken: bool = True) -> None:
    """What every plan keeps, whatever it was asked for. Where days were missed, doses that were not taken stand among
    those that are gone, and say nothing about the time between doses."""
    check_days(made)
    if all_taken:
        check_intervals(made)
    check_pieces(made)
    check_supply(made)
    check_verdict(made)


def taken_before(request: TaperRequest) -> Fraction:
    """What the last step of a current use holds, as its taper counts it."""
    sig = request.taken[-1].sig
    if sig.parts:
        return sum((held.value for _, held in sig.parts), Fraction(0))
    if sig.cycle:
        return sum((held.value for held in sig.cycle), Fraction(0)) / len(sig.cycle)
    assert sig.dose is not None
    match sig.frequency:
        case Times(count=count):
            return sig.dose.high.value * count
        case Every() if sig.dose.high.unit.code != RATE and sig.frequency.shortest_hours < 24:
            return sig.dose.high.value * ceil(Fraction(24) / sig.frequency.shortest_hours)
        case _:
            return sig.dose.high.value


def parts_before(request: TaperRequest) -> dict[str | None, Fraction] | None:
    """What each part of the day holds now, where it is stated."""
    sig = request.taken[-1].sig
    return {part: held.value for part, held in sig.parts} if sig.parts else None


def takes_turns(request: TaperRequest) -> bool:
    return bool(request.taken[-1].sig.cycle)
