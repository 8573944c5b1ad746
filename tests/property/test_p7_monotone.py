"""P7: monotone.

Where an order breaks a ceiling (on a single, daily or weekly dose, a weight dose, the doses of a day or days of a week,
the hours between doses, a duration, a stated supply, morphine or prednisone equivalents, acetaminophen, or what kidney
and liver allow), a larger dose, a higher frequency or
a longer duration breaks it too, and so does the same order with another one beside it: the finding stays, merged or
not, and never weighs less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.schemas.requests import OrdersQuestion
from dosing.finding import Finding, Severity
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, Frequency, OnWeekdays, Sig, Step, Times
from dosing.screening import screen
from dosing.units import Quantity, quantity
from dosing.vocabulary import PARTS_OF_DAY, WEEKDAYS
from tests.figures import figure
from tests.property.generated import AS_OF, DRUG, KINDS, said_orders
from tests.reading_cases import CANARIES, canary_question, cases, formulary, rules_found

CEILINGS = frozenset(
    {
        "max-single-dose",
        "max-daily-dose",
        "max-weekly-dose",
        "weight-dose",
        "frequency",
        "max-supply",
        "min-interval",
        "max-duration",
        "mme",
        "prednisone-equivalent",
        "acetaminophen-total",
        "renal-dose",
        "hepatic-dose",
    }
)
# Drugs with ceilings of every kind, in a form that all of them have.
DRUGS = (
    *("gabapentin", "tramadol", "morphine", "prednisone", "acetaminophen", "cyclobenzaprine", "oxycodone"),
    *("methotrexate", "hydroxychloroquine", "azathioprine", "leflunomide", "naproxen", "tizanidine"),
)

BROKEN = [
    question
    for case in cases(CANARIES)
    if case["fires"] and formulary().rules[case["rule"]].kind in CEILINGS
    for question in [canary_question(case)]
]


def broken(question: OrdersQuestion) -> dict[str, Severity]:
    """The ceilings that are broken, by rule, with what each weighs."""
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    return {
        rule: finding.severity
        for rule, finding in rules_found(verdict).items()
        if finding.rule is not None and finding.rule.kind in CEILINGS and not is_kept(finding)
    }


def is_kept(finding: Finding) -> bool:
    """Whether a finding only tells what was assumed about a ceiling that was kept."""
    measured, limit = finding.measured, finding.limit
    if finding.severity is not Severity.INFO or measured is None or limit is None:
        return False
    return {"<=": measured <= limit, "<": measured < limit, ">=": measured >= limit}[finding.comparison or "<="]


def stays(before: OrdersQuestion, after: OrdersQuestion) -> None:
    """Every broken ceiling is still broken, and weighs no less."""
    was, now = broken(before), broken(after)
    assert not {rule: severity for rule, severity in was.items() if weight_in(now, rule) < severity}


def weight_in(now: dict[str, Severity], rule: str) -> Severity:
    """What a rule weighs now. One that is about days up to some dose hands larger days to other rules of its drug."""
    daily = formulary().rules[rule].when.daily_dose
    if daily is None or daily.high is None:
        return now.get(rule, Severity.NONE)
    subject = formulary().rules[rule].subject
    return max((now[other] for other in now if formulary().rules[other].subject == subject), default=Severity.NONE)


def is_day_total(sig: Sig) -> bool:
    """Whether a higher frequency would divide the dose, instead of adding to it."""
    return sig.dose is not None and sig.dose.high.unit.code.endswith("/d")


FACTORS = st.sampled_from([Fraction(1001, 1000), Fraction(3, 2), Fraction(2), Fraction(10)])


@st.composite
def larger(draw: Callable[..., object], sig: Sig) -> Sig:
    """The same instruction with a larger dose, at either or both ends, or with a larger daily maximum."""
    factor = draw(FACTORS)
    assert isinstance(factor, Fraction)
    if sig.max_per_day is not None and draw(st.booleans()):
        return replace(sig, max_per_day=sig.max_per_day * factor)
    if sig.dose is not None:
        low = sig.dose.low * factor if draw(st.booleans()) else sig.dose.low
        return replace(sig, dose=DoseRange(low, sig.dose.high * factor))
    if sig.cycle:
        place = draw(st.integers(0, len(sig.cycle) - 1))
        return replace(sig, cycle=tuple(dose * factor if at == place else dose for at, dose in enumerate(sig.cycle)))
    place = draw(st.integers(0, len(sig.parts) - 1))
    parts = tuple((part, dose * factor if at == place else dose) for at, (part, dose) in enumerate(sig.parts))
    return replace(sig, parts=parts)


@st.composite
def oftener(draw: Callable[..., object], sig: Sig, alone: bool) -> Sig:
    """The same instruction at a higher frequency, or with a dose more in a day."""
    if sig.parts:
        free = [part for part in PARTS_OF_DAY if part not in dict(sig.parts)]
        assume(free)
        return replace(sig, parts=(*sig.parts, (free[0], sig.parts[0][1])))
    assume(sig.frequency is not None and not is_day_total(sig))
    assert sig.frequency is not None
    return replace(sig, frequency=draw(higher(sig.frequency, alone)))


@st.composite
def higher(draw: Callable[..., object], frequency: Frequency, alone: bool) -> Frequency:
    """A higher frequency.

    Beside other orders it is a multiple, so that every day that had a dose still has one: a dose that moves to another
    day may no longer meet another order's, and then the day holds less.
    """
    multiple = draw(st.integers(2, 5))
    match frequency:
        case Times(count=count, per=per):
            return Times(count + draw(st.integers(1, 10)) if alone else count * multiple, per)
        case Every(low=low, high=high) if not frequency.in_months:
            factor = draw(FACTORS) if alone else Fraction(multiple)
            return Every(shorter(low, factor), shorter(high, factor))
        case OnWeekdays(weekdays=weekdays, every=every, count=count):
            if every is not None and draw(st.booleans()):
                return OnWeekdays(weekdays, every, count + 1)
            added = [day for day in WEEKDAYS if day in weekdays or draw(st.booleans())]
            return OnWeekdays(tuple(added), every, count)
    assume(False)
    raise AssertionError


def shorter(length: Quantity, factor: Fraction) -> Quantity:
    return length * (1 / factor)


@st.composite
def longer(draw: Callable[..., object], step: Step) -> Step:
    """The same step for longer; a length in months becomes more of them."""
    assume(step.duration is not None)
    assert step.duration is not None
    return replace(step, duration=step.duration * draw(st.integers(2, 20)))


@st.composite
def raised(draw: Callable[..., object], order: Order, alone: bool) -> Order:
    """An order with one thing raised: a dose or a frequency of any step, or the length of the last."""
    assume(order.steps)
    how = draw(st.sampled_from(("dose", "frequency", "duration", "supply")))
    if how == "supply":
        assume(order.days_supply is not None)
        assert order.days_supply is not None
        return replace(order, days_supply=order.days_supply * draw(st.integers(2, 20)))
    place = len(order.steps) - 1 if how == "duration" else draw(st.integers(0, len(order.steps) - 1))
    step = order.steps[place]
    if how == "dose":
        step = replace(step, sig=draw(larger(step.sig)))
    elif how == "frequency":
        step = replace(step, sig=draw(oftener(step.sig, alone)))
    else:
        step = draw(longer(step))
    return replace(order, steps=(*order.steps[:place], step, *order.steps[place + 1 :]))


@st.composite
def raised_question(draw: Callable[..., object], question: OrdersQuestion) -> OrdersQuestion:
    place = draw(st.integers(0, len(question.orders) - 1))
    alone = len(question.orders) == 1 and not question.patient.medications
    order = draw(raised(question.orders[place], alone))
    return replace(question, orders=(*question.orders[:place], order, *question.orders[place + 1 :]))


def renamed(order: Order, drug: str, given: str) -> Order:
    """A random order of another drug."""
    return replace(
        order,
        given=given,
        spoken=drug,
        drug=drug,
        strengths={drug: order.strengths[DRUG]} if order.strengths else None,
        concentrations={drug: order.concentrations[DRUG]} if order.concentrations else None,
    )


@st.composite
def any_order(draw: Callable[..., object], given: str) -> Order:
    said = draw(st.sampled_from(KINDS).flatmap(said_orders))
    return renamed(said.order, draw(st.sampled_from(DRUGS)), given)


@st.composite
def any_question(draw: Callable[..., object]) -> OrdersQuestion:
    """One or two random orders for a patient whose kidneys and liver may be ill."""
    orders = [draw(any_order(str(number))) for number in range(draw(st.integers(1, 2)))]
    patient = Patient(
        age=quantity("45 years"),
        sex="male",
        weight=quantity("70 kg"),
        creatinine_clearance=draw(st.sampled_from([quantity(f"{value} mL/min") for value in (10, 20, 45, 90)])),
        egfr=quantity("90 mL/min/{1.73_m2}"),
        hepatic_impairment=draw(st.sampled_from(("none", "mild", "moderate", "severe"))),
        hemodialysis=False,
        opioid_experience=draw(st.sampled_from(("naive", "tolerant"))),
        conditions=frozenset(),
        allergies=frozenset(),
        medications=(),
    )
    return OrdersQuestion(tuple(orders), patient, AS_OF)


def doubled(sig: Sig) -> Sig:
    """The same instruction with twice as much of everything."""
    dose = DoseRange(sig.dose.low * 2, sig.dose.high * 2) if sig.dose is not None else None
    parts = tuple((part, amount * 2) for part, amount in sig.parts)
    cap = sig.max_per_day * 2 if sig.max_per_day is not None else None
    return replace(sig, dose=dose, parts=parts, cycle=tuple(amount * 2 for amount in sig.cycle), max_per_day=cap)


def twice_as_often(sig: Sig) -> Sig:
    match sig.frequency:
        case Times(count=count, per=per) if not is_day_total(sig):
            return replace(sig, frequency=Times(count * 2, per))
        case Every(low=low, high=high) if not sig.frequency.in_months and not is_day_total(sig):
            return replace(sig, frequency=Every(low * Fraction(1, 2), high * Fraction(1, 2)))
    return sig


def with_sigs(question: OrdersQuestion, change: Callable[[Sig], Sig]) -> OrdersQuestion:
    orders = tuple(
        replace(order, steps=tuple(replace(step, sig=change(step.sig)) for step in order.steps))
        for order in question.orders
    )
    return replace(question, orders=orders)


@pytest.mark.parametrize("drug", sorted({question.orders[0].drug or "" for question in BROKEN}))
def test_every_ceiling_stays_broken_by_twice_as_much_and_by_the_same_again(drug: str) -> None:
    """Whatever the figures draw, every rule that is a ceiling is tried."""
    for question in BROKEN:
        if question.orders[0].drug == drug:
            stays(question, with_sigs(question, doubled))
            stays(question, with_sigs(question, twice_as_often))
            again = replace(question.orders[0], given="again")
            stays(question, replace(question, orders=(*question.orders, again)))


@settings(max_examples=figure(20_000, 200))
@given(asked=st.data())
def test_raising_what_breaks_a_ceiling_still_breaks_it(asked: st.DataObject) -> None:
    question = asked.draw(st.sampled_from(BROKEN))
    stays(question, asked.draw(raised_question(question)))


@settings(max_examples=figure(20_000, 200))
@given(asked=st.data())
def test_raising_any_order_removes_no_finding(asked: st.DataObject) -> None:
    question = asked.draw(any_question())
    stays(question, asked.draw(raised_question(question)))


@settings(max_examples=figure(20_000, 200))
@given(asked=st.data())
def test_another_order_beside_it_removes_no_finding(asked: st.DataObject) -> None:
    question = asked.draw(st.one_of(st.sampled_from(BROKEN), any_question()))
    other = asked.draw(st.one_of(any_order("beside"), same_drug_again(question)))
    stays(question, replace(question, orders=(*question.orders, other)))


@st.composite
def same_drug_again(draw: Callable[..., object], question: OrdersQuestion) -> Order:
    """One of the orders once more, from another day on."""
    order = draw(st.sampled_from(question.orders))
    start = (order.start_date or question.as_of) + timedelta(days=draw(st.integers(-30, 30)))
    return replace(order, given="beside", start_date=start, end_date=None)


@pytest.mark.parametrize("known", [True, False], ids=["with its dose", "without a dose"])
@settings(max_examples=figure(10_000, 100))
@given(asked=st.data())
def test_another_medication_removes_no_finding(known: bool, asked: st.DataObject) -> None:
    question = asked.draw(st.sampled_from(BROKEN))
    other = asked.draw(st.one_of(any_order("beside"), same_drug_again(question)))
    medications = (*(question.patient.medications or ()), other if known else replace(other, steps=()))
    patient = replace(question.patient, medications=medications)
    assume(question.patient.opioid_experience is not None)
    stays(question, replace(question, patient=patient))
