"""Every numeric limit of every rule as orders that stand one smallest unit below it, on it, and one above it.

The smallest units are a microgram (of a patch a nanogram an hour), a minute between doses, a day of treatment, and one
dose a day. The patient and the order come from a case in which the rule must fire, so that the rule applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache

from api.schemas.quantities import DOSE, DURATION, INTERVAL, VOLUMES
from api.schemas.requests import OrdersQuestion
from dosing.errors import ReadingError
from dosing.finding import Finding, Verdict
from dosing.formulary.kinds import (
    CourseRule,
    DoseRow,
    DoseRule,
    ImplausibleRule,
    PartnerRule,
    Rule,
    StopRule,
    TableRule,
    TotalRule,
)
from dosing.order import Concentration, Order
from dosing.posology import AfterDialysis, DoseRange, Every, Frequency, Sig, Step, Times
from dosing.screening import screen
from dosing.units import UNITS, Quantity, read_quantity
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM
from tests.reading_cases import CANARIES, canary_question, cases, formulary, rules_found

MICROGRAM = Fraction(1, 1000)
MINUTE = Fraction(1, 60)
TRIFLE = Fraction(1, 1000)
HOURS_A_DAY = 24
STRENGTH = Fraction(2)
CONCENTRATION = Fraction(4)
ONCE = Times(1, "day")

Build = Callable[[Fraction, str], OrdersQuestion]


@dataclass(frozen=True)
class Probe:
    """One limit of one rule: `build` makes an order that measures a value, written in a unit.

    `breaks` says which of below, at and above break it.
    """

    rule: str
    name: str
    limit: Fraction
    smallest: Fraction
    codes: tuple[str, ...]
    breaks: tuple[bool, bool, bool]
    build: Build


NOT_MORE = (False, False, True)
LESS = (False, True, True)
NOT_LESS = (True, False, False)


def probes() -> Iterator[Probe]:
    """Every probe of every rule that can fire."""
    for rule in formulary().rules.values():
        if not rule.superseded:
            yield from probes_of(rule)


def probes_of(rule: Rule) -> Iterator[Probe]:
    match rule:
        case DoseRule():
            yield from _row_probes(rule, rule.row, _fires(rule.id), "")
        case TableRule():
            yield from _table_probes(rule)
        case CourseRule():
            yield from _course_probes(rule)
        case TotalRule():
            yield from _total_probes(rule)
        case StopRule():
            yield from _stop_probes(rule)
        case ImplausibleRule():
            yield from _implausible_probes(rule)
        case PartnerRule():
            yield from _washout_probes(rule)


def outcome(question: OrdersQuestion, rule: str) -> str:
    """What the verdict says about a rule."""
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    return outcome_in(verdict, rule)


def outcome_in(verdict: Verdict, rule: str) -> str:
    if rule in rules_found(verdict):
        return "finding"
    if any(row.rule.id == rule for row in verdict.passed):
        return "passed"
    if any(known.id == rule for row in verdict.not_checked for known in row.rules):
        return "not checked"
    return "absent"


@cache
def _canaries() -> dict[str, list[OrdersQuestion]]:
    found: dict[str, list[OrdersQuestion]] = {}
    for case in cases(CANARIES):
        if case["fires"]:
            found.setdefault(case["rule"], []).append(canary_question(case))
    return found


def _fires(rule: str) -> OrdersQuestion:
    """A question on which the rule fires, with the order that breaks it first, and alone if that will do."""
    for question in _canaries()[rule]:
        named = _finding(question, rule).orders[0]
        order = next(order for order in question.orders if order.given == named)
        alone = replace(question, orders=(order,))
        verdict = screen(alone.orders, alone.patient, formulary(), alone.as_of).verdict
        return alone if rule in rules_found(verdict) else question
    raise LookupError(rule)


def _finding(question: OrdersQuestion, rule: str) -> Finding:
    return rules_found(screen(question.orders, question.patient, formulary(), question.as_of).verdict)[rule]


def said(value: Fraction, code: str, kept: str) -> Quantity:
    """A value in `kept`, said in another unit: as text wherever the number grammar can write it."""
    measured = Quantity(value, UNITS[kept]).to(code)
    try:
        read = read_quantity(str(measured))
    except ReadingError:
        return measured
    assert read == measured
    return read


def _ordered(question: OrdersQuestion, *steps: Step, content: str = "") -> OrdersQuestion:
    """The order of a question with other steps, and nothing that says how long its supply lasts."""
    order = question.orders[0]
    strengths = dict(order.strengths or {})
    concentrations = dict(order.concentrations or {})
    if content == "{":
        strengths = strengths or {_drug(order): Quantity(STRENGTH, UNITS["mg"])}
    if content == "L":
        concentrations = {_drug(order): Concentration(Quantity(CONCENTRATION, UNITS["mg"]), Quantity(1, UNITS["mL"]))}
    order = replace(
        order,
        steps=steps,
        quantity=None,
        days_supply=None,
        reassess_on=None,
        end_date=None,
        strengths=strengths or None,
        concentrations=concentrations or None,
    )
    return replace(question, orders=(order, *question.orders[1:]))


def _drug(order: Order) -> str:
    assert order.drug is not None
    return order.drug


def _doses(question: OrdersQuestion, rate: bool) -> tuple[str, ...]:
    """The units in which a dose of this order may be written."""
    order = question.orders[0]
    if rate:
        return tuple(sorted(code for code in DOSE.codes if code.endswith("g/h")))
    if _drug(order) in formulary().combinations:
        return ("{tablet}",)
    # A dose in pieces or volumes that the form does not have is refused, or left open.
    fitting = {PIECE_OF_FORM.get(order.form or "", ""), *(VOLUMES if order.form in LIQUIDS else ())}
    return tuple(sorted(code for code in DOSE.codes if not code.endswith("g/h") and (code in fitting or "g" in code)))


def _dose(value: Fraction, code: str, question: OrdersQuestion, subject: str, times: int) -> tuple[Quantity, str]:
    """One dose of `value` mg (a patch: ug/h) in a unit of DOSE, with what the order has to state for it."""
    if code.endswith("g/h"):
        return said(value, code, "ug/h"), ""
    if code.startswith("{"):
        stated = (question.orders[0].strengths or {}).get(subject)
        strength = stated.amount("mg") if stated is not None else STRENGTH
        return Quantity(value / strength, UNITS[code]), "{"
    if code in VOLUMES:
        return said(value / CONCENTRATION, code, "mL"), "L"
    daily = value * times if code.endswith("/d") else value
    kept = "mg/d" if code.endswith("/d") else "mg"
    if "/kg" in code:
        assert question.patient.weight is not None
        daily /= question.patient.weight.amount("kg")
        kept = kept.replace("mg", "mg/kg")
    return said(daily, code, kept), ""


def _taking(
    question: OrdersQuestion,
    subject: str,
    frequency: Frequency = ONCE,
    duration: Fraction | None = None,
    times: int = 1,
) -> Build:
    """Orders that take one dose of the asked size at a frequency."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        dose, content = _dose(value / times, code, question, subject, times)
        length = Quantity(duration, UNITS["d"]) if duration is not None else None
        return _ordered(question, Step(Sig(DoseRange(dose, dose), frequency), length), content=content)

    return build


def _shared(question: OrdersQuestion, subject: str) -> Build:
    """Two overlapping orders that take one half of the asked amount each."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        one = _taking(question, subject)(value / 2, code)
        second = replace(one.orders[0], given="the other half")
        return replace(one, orders=(*one.orders, second))

    return build


def _is_rate(question: OrdersQuestion) -> bool:
    return question.orders[0].form == "transdermal patch"


def _subject(rule: Rule, order: Order) -> str:
    """The ingredient that a rule is about."""
    combination = formulary().combinations.get(_drug(order))
    if combination is None:
        return _drug(order)
    return next(drug for drug in combination.ingredients if rule in formulary().monographs[drug].rules)


def _row_probes(
    rule: Rule, row: DoseRow, question: OrdersQuestion, where: str, share: Fraction = Fraction(1)
) -> Iterator[Probe]:
    subject, rate = _subject(rule, question.orders[0]), _is_rate(question)
    codes, unit = _doses(question, rate), ("ug/h" if rate else "mg/d")
    most = _most_times(row)
    if row.max_daily is not None:
        limit = row.max_daily.amount(unit) * share
        least = 1
        if row.max_single is not None:
            least = -(-limit // (row.max_single.amount("mg") * share))
        for times in range(int(least), (1 if rate else min(most, 4)) + 1):
            build = _taking(question, subject, Times(times, "day"), times=times)
            yield Probe(rule.id, f"{where}daily in {times}", limit, MICROGRAM, codes, NOT_MORE, build)
        if least == 1 and len(question.orders) == 1:
            yield Probe(
                rule.id, f"{where}daily in two orders", limit, MICROGRAM, codes, NOT_MORE, _shared(question, subject)
            )
    if row.max_single is not None:
        limit = row.max_single.amount("ug/h" if rate else "mg") * share
        build = _taking(question, subject)
        breaks = LESS if isinstance(rule, DoseRule) and rule.below else NOT_MORE
        yield Probe(rule.id, f"{where}single", limit, MICROGRAM, codes, breaks, build)
    if row.min_interval is not None:
        yield from _interval_probes(rule, row.min_interval.amount("h"), question, subject, where)
    if row.times is not None or row.min_interval is not None:
        yield _count_probe(rule, most, question, subject, where)


def _most_times(row: DoseRow) -> int:
    """The most doses a day; none on every day where more than one day has to lie between."""
    allowed = [row.times] if row.times is not None else []
    if row.min_interval is not None:
        hours = row.min_interval.amount("h")
        allowed.append(max(int(HOURS_A_DAY / hours), 0 if hours >= 2 * HOURS_A_DAY else 1))
    return min(allowed, default=4)


def _trifle(question: OrdersQuestion, subject: str) -> tuple[Quantity, str]:
    code = "ug/h" if _is_rate(question) else _doses(question, False)[0]
    return _dose(TRIFLE, code if code != "g" else "mg", question, subject, 1)


def _interval_probes(
    rule: Rule, limit: Fraction, question: OrdersQuestion, subject: str, where: str
) -> Iterator[Probe]:
    dose, content = _trifle(question, subject)

    def build(value: Fraction, code: str) -> OrdersQuestion:
        apart = said(value, code, "h")
        return _ordered(question, Step(Sig(DoseRange(dose, dose), Every(apart, apart))), content=content)

    codes = tuple(sorted(INTERVAL.codes - {"mo", "a"}))
    yield Probe(rule.id, f"{where}interval", limit, MINUTE, codes, NOT_LESS, build)


def _count_probe(rule: Rule, most: int, question: OrdersQuestion, subject: str, where: str) -> Probe:
    dose, content = _trifle(question, subject)
    if content == "" and dose.unit.code.endswith("/d"):
        dose = Quantity(dose.value, UNITS[dose.unit.code.removesuffix("/d")])

    def build(value: Fraction, code: str) -> OrdersQuestion:
        sig = Sig(DoseRange(dose, dose), Times(int(value), "day"))
        return _ordered(question, Step(sig), content=content)

    return Probe(rule.id, f"{where}doses a day", Fraction(most), Fraction(1), ("/d",), NOT_MORE, build)


def _table_probes(rule: TableRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    for band in rule.bands:
        for value in _values_in(rule, band.range.low, band.range.high):
            if value in band.range and not any(value in gap for gap in rule.gaps):
                share = Fraction(1)
                if band.row.scale is not None:
                    share = min(share, value / band.row.scale.amount("mL/min"))
                yield from _row_probes(
                    rule, band.row, _with_function(question, rule, value), f"{band.range.text} at {value}: ", share
                )
    if rule.hemodialysis is not None and rule.hemodialysis.supplement is not None:
        low = Quantity(Fraction(10), UNITS["mL/min"])
        dialysed = replace(question, patient=replace(question.patient, hemodialysis=True, creatinine_clearance=low))
        subject = _subject(rule, question.orders[0])
        limit = rule.hemodialysis.supplement.amount("mg")
        build = _taking(dialysed, subject, AfterDialysis())
        yield Probe(rule.id, "after dialysis", limit, MICROGRAM, _doses(question, False), NOT_MORE, build)


def _values_in(rule: TableRule, low: Fraction | None, high: Fraction | None) -> list[Fraction]:
    """A value on each end of a band and one between; without an upper end one well above."""
    below = low if low is not None else Fraction(3)
    above = high if high is not None else below + 60
    return [below, (below + above) / 2, above]


def _with_function(question: OrdersQuestion, rule: TableRule, value: Fraction) -> OrdersQuestion:
    unit = {"creatinine_clearance": "mL/min", "egfr": "mL/min/{1.73_m2}"}[rule.measure]
    measured = {rule.measure: Quantity(value, UNITS[unit])}
    return replace(question, patient=replace(question.patient, hemodialysis=False, **measured))


def _course_probes(rule: CourseRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    subject, rate = _subject(rule, question.orders[0]), _is_rate(question)
    codes = _doses(question, rate)
    days = tuple(sorted(DURATION.codes - {"mo", "a"}))
    per_day = rule.limit.unit.dimension == "[mass]/[time]" and not rate
    match rule.kind:
        case "starting-dose":
            limit = rule.limit.amount("ug/h" if rate else "mg/d" if per_day else "mg")
            yield Probe(rule.id, "start", limit, MICROGRAM, codes, NOT_MORE, _taking(question, subject))
        case "below-effective-dose":
            limit = rule.limit.amount("mg/d")
            yield Probe(rule.id, "maintenance", limit, MICROGRAM, codes, NOT_LESS, _taking(question, subject))
        case "step-size":
            limit = rule.limit.amount("mg/d" if per_day else "mg")
            yield Probe(rule.id, "rise", limit, MICROGRAM, codes, NOT_MORE, _rising(question, subject))
        case "step-interval":
            limit = rule.limit.amount("d")
            yield Probe(
                rule.id, "days between rises", limit, Fraction(1), days, NOT_LESS, _rising_after(question, subject)
            )
        case "max-duration":
            limit = rule.limit.amount("d")
            yield Probe(rule.id, "days", limit, Fraction(1), days, NOT_MORE, _lasting(question, subject, TRIFLE))


def _rising(question: OrdersQuestion, subject: str) -> Build:
    """A week of a trifle, then a dose that is larger by the asked amount."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        before, content = _dose(TRIFLE, code, question, subject, 1)
        after, _ = _dose(TRIFLE + value, code, question, subject, 1)
        month = Quantity(Fraction(30), UNITS["d"])
        return _ordered(
            question,
            Step(Sig(DoseRange(before, before), ONCE), month),
            Step(Sig(DoseRange(after, after), ONCE)),
            content=content,
        )

    return build


def _rising_after(question: OrdersQuestion, subject: str) -> Build:
    """A trifle for the asked number of days, then twice that."""
    dose, content = _trifle(question, subject)

    def build(value: Fraction, code: str) -> OrdersQuestion:
        return _ordered(
            question,
            Step(Sig(DoseRange(dose, dose), ONCE), said(value, code, "d")),
            Step(Sig(DoseRange(dose * 2, dose * 2), ONCE)),
            content=content,
        )

    return build


def _lasting(question: OrdersQuestion, subject: str, amount: Fraction) -> Build:
    """One daily dose for the asked number of days."""
    code = "ug/h" if _is_rate(question) else "mg" if "mg" in _doses(question, False) else "{tablet}"

    def build(value: Fraction, unit: str) -> OrdersQuestion:
        dose, content = _dose(amount, code, question, subject, 1)
        return _ordered(question, Step(Sig(DoseRange(dose, dose), ONCE), said(value, unit, "d")), content=content)

    return build


def _factor(rule: str, question: OrdersQuestion, subject: str) -> Fraction:
    order = question.orders[0]
    known = formulary().equivalences[rule].factors[subject]
    per = "ug/h" if _is_rate(question) else "mg"
    return next(
        factor.factor
        for factor in known
        if factor.per == per and (factor.forms is None or order.form is None or order.form in factor.forms)
    )


def _total_probes(rule: TotalRule) -> Iterator[Probe]:
    """The limit in every drug of the sum that a case names, alone and shared by two orders."""
    asked = [
        question for question in _canaries()[rule.id] if len(question.orders) == 1 and not question.patient.medications
    ]
    for question in asked or [_alone(_fires(rule.id))]:
        subject = _subject(rule, question.orders[0])
        if subject not in formulary().equivalences[rule.equivalence].factors:
            continue
        limit = rule.limit.value / _factor(rule.equivalence, question, subject)
        codes = _doses(question, _is_rate(question))
        breaks = LESS if rule.comparison == "<" else NOT_MORE
        name = f"sum in {subject}"
        yield Probe(rule.id, name, limit, MICROGRAM, codes, breaks, _taking(question, subject))
        if not _is_rate(question):
            yield Probe(rule.id, f"{name} in two orders", limit, MICROGRAM, codes, breaks, _shared(question, subject))


def _alone(question: OrdersQuestion) -> OrdersQuestion:
    return replace(question, orders=question.orders[:1], patient=replace(question.patient, medications=()))


def _stop_probes(rule: StopRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    subject = _subject(rule, question.orders[0])
    above = rule.above.value if rule.above is not None else Fraction(0)
    if rule.equivalence:
        above /= _factor(rule.equivalence, question, subject)
    days = tuple(sorted(DURATION.codes - {"mo", "a"}))
    lasting = _lasting(question, subject, above + MICROGRAM)
    if rule.at_least is not None:
        yield Probe(rule.id, "days of use", rule.at_least.amount("d"), Fraction(1), days, LESS, lasting)
    if rule.more_than is not None:
        yield Probe(rule.id, "days of use", rule.more_than.amount("d"), Fraction(1), days, NOT_MORE, lasting)
    if above:
        build = _taking(question, subject, duration=Fraction(365))
        codes = _doses(question, False)
        yield Probe(rule.id, "dose that counts as use", above, MICROGRAM, codes, NOT_MORE, build)


def _implausible_probes(rule: ImplausibleRule) -> Iterator[Probe]:
    """The limit is what the finding says it is: a multiple of the drug's own start, or a sum."""
    question = _fires(rule.id)
    finding = _finding(question, rule.id)
    assert finding.limit is not None
    subject = _subject(rule, question.orders[0])
    limit = finding.limit.value
    if finding.limit.unit.code != "mg":
        name = "mme" if rule.mme_at_least is not None else "prednisone-equivalent"
        limit /= _factor(name, question, subject)
    breaks = LESS if finding.comparison == "<" else NOT_MORE
    codes = _doses(question, False)
    yield Probe(rule.id, f"slip in {subject}", limit, MICROGRAM, codes, breaks, _taking(question, subject))


def _washout_probes(rule: PartnerRule) -> Iterator[Probe]:
    if rule.washout_partner is None:
        return
    question = next(
        question
        for question in _canaries()[rule.id]
        if any(order.is_past(question.as_of) for order in question.patient.medications or ())
    )
    first = question.orders[0].start_date or question.as_of

    def build(value: Fraction, code: str) -> OrdersQuestion:
        medications = tuple(
            replace(order, end_date=first - timedelta(days=int(value)), start_date=None)
            for order in question.patient.medications or ()
        )
        return replace(question, patient=replace(question.patient, medications=medications))

    yield Probe(rule.id, "days since", rule.washout_partner.amount("d"), Fraction(1), ("d",), NOT_LESS, build)
