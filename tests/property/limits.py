"""Every numeric limit of every rule as orders that stand one smallest unit below it, on it, and one above it.

The smallest units are a microgram (of a patch a nanogram an hour), a thousandth of an international unit, a minute
between doses, a day of treatment, and one dose a day. The patient and the order come from a case in which the rule must
fire, so that the rule applies. `numbers_of` names every number of a rule and `LEFT_OUT` those that are not probed, so
that a number of a new kind cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache

from api.schemas.quantities import DOSE, DURATION, INTERVAL, VOLUMES
from api.schemas.requests import OrdersQuestion
from dosing.errors import ReadingError
from dosing.finding import Finding, Verdict
from dosing.formulary.kinds import (
    AdviceRule,
    CourseRule,
    Cut,
    DoseRow,
    DoseRule,
    ImplausibleRule,
    Interval,
    PartnerRule,
    Rule,
    StopRule,
    TableRule,
    TaperRule,
    TotalRule,
    WeeklyRule,
    WeightRule,
)
from dosing.order import Concentration, Order
from dosing.posology import AfterDialysis, DoseRange, Every, Frequency, OnWeekdays, Sig, Step, Times
from dosing.screening import screen
from dosing.units import UNITS, Quantity, read_quantity
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM, WEEKDAYS
from tests.reading_cases import CANARIES, canary_question, cases, formulary, rules_found

MICROGRAM = Fraction(1, 1000)
MINUTE = Fraction(1, 60)
TRIFLE = Fraction(1, 1000)
HOURS_A_DAY = 24
DAYS_A_WEEK = 7
STRENGTH = Fraction(2)
CONCENTRATION = Fraction(4)
ONCE = Times(1, "day")
ONCE_A_WEEK = Times(1, "week")

Build = Callable[[Fraction, str], OrdersQuestion]


@dataclass(frozen=True)
class Probe:
    """One limit of one rule: `build` makes an order that measures a value, written in a unit.

    `field` is the number that is probed, as `numbers_of` names it; `breaks` says which of below, at and above break it;
    `quiet` is what the verdict says of the rule where it is not broken.
    """

    rule: str
    field: str
    name: str
    limit: Fraction
    smallest: Fraction
    codes: tuple[str, ...]
    breaks: tuple[bool, bool, bool]
    build: Build
    quiet: tuple[str, ...] = ("passed",)


# A rule that hangs on the daily dose, or on a use that is long and high enough, may be about the larger value only.
PASSED_OR_ABSENT = ("passed", "absent")
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
        case WeightRule():
            yield from _weight_probes(rule)
        case WeeklyRule():
            yield from _occasion_probes(rule)
        case TaperRule():
            yield from _taper_probes(rule)
        case AdviceRule():
            yield from _beside_probes(rule)


# Numbers that no order measures, by the field that holds them, each with the reason.
LEFT_OUT = {
    "scale": "it sets the share of a band's amounts, which are probed at several values inside that band",
    "min_daily": "it lowers what below-effective-dose asks for; it is no limit by itself",
    "multiple_of_start": "the limit that it gives is probed as `limit`",
    "at_least_multiple_of_start": "the limit that it gives is probed as `limit`",
    "mme_at_least": "the limit that it gives is probed as `limit`",
    "prednisone_equivalent_above": "the limit that it gives is probed as `limit`",
    "weekly_above": "the limit that it gives is probed as `limit`",
    "share": "it is part of the limit of a weight rule, which is probed with it",
    "at_least of a pair": "a count of different drugs, not an amount; the cases of the rule hold both sides",
}


def numbers_of(rule: Rule) -> set[str]:
    """Every number of a rule that is a limit, by the name of its field (a band or a cut: with its range)."""
    match rule:
        case DoseRule(row=row):
            found = _numbers_in(row)
        case TableRule(bands=bands, hemodialysis=hemodialysis):
            found = {f"{band.range.text}: {name}" for band in bands for name in _numbers_in(band.row)}
            found |= {f"hemodialysis: {name}" for name in _numbers_in(hemodialysis)} if hemodialysis else set()
        case TaperRule(cuts=cuts):
            found = {f"{_range_of(cut)}: {name}" for cut in cuts for name in _numbers_in(cut)} | _numbers_in(rule)
        case ImplausibleRule():
            found = _numbers_in(rule) | {"limit"}
        case PartnerRule(at_least=at_least):
            found = _numbers_in(rule) - {"at_least"} | ({"at_least of a pair"} if at_least is not None else set())
        case _:
            found = _numbers_in(rule)
    return {name for name in found if name.rpartition(": ")[2] not in LEFT_OUT}


def _numbers_in(holder: Rule | DoseRow | Cut) -> set[str]:
    return {
        known.name
        for known in fields(holder)
        if isinstance(value := getattr(holder, known.name), Quantity | Fraction | int)
        and not isinstance(value, bool)
        and known.name not in ("severity", "if_unstated", "if_missing", "certain", "planned", "line")
    }


def _range_of(cut: Cut) -> str:
    return cut.range.text if cut.range is not None else "any"


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
        plain = replace(order, spoken=_drug(order), basis=None)
        question = replace(question, orders=(plain, *(other for other in question.orders if other is not order)))
        alone = replace(question, orders=(plain,))
        verdict = screen(alone.orders, alone.patient, formulary(), alone.as_of).verdict
        return alone if rule in rules_found(verdict) else question
    raise LookupError(rule)


def _quiet(rule: Rule) -> tuple[str, ...]:
    return PASSED_OR_ABSENT if rule.when.daily_dose is not None else ("passed",)


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
    """The order of a question with other steps, begun today at the earliest, and with no supply."""
    order = question.orders[0]
    if order.start_date is not None and order.start_date < question.as_of:
        order = replace(order, start_date=question.as_of)
    strengths = dict(order.strengths or {})
    concentrations = dict(order.concentrations or {})
    if content == "{":
        strengths = strengths or {_drug(order): Quantity(STRENGTH, UNITS["mg"])}
    if content == "L":
        held = Concentration(Quantity(CONCENTRATION, UNITS["mg"]), Quantity(Fraction(1), UNITS["mL"]))
        concentrations = concentrations or {_drug(order): held}
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
    # A dose in pieces or volumes that the form does not have is refused, or left open.
    fitting = {PIECE_OF_FORM.get(order.form or "", ""), *(VOLUMES if order.form in LIQUIDS else ())}
    if _drug(order) in formulary().combinations:
        return tuple(sorted(fitting - {""}))
    weighed = question.patient.weight is not None
    return tuple(sorted(code for code in DOSE.codes if _is_written_in(code, fitting, _drug(order), weighed)))


def _is_written_in(code: str, fitting: set[str], drug: str, weighed: bool) -> bool:
    international = formulary().monographs[drug].international_units is not None
    if code.endswith("/h"):
        return False
    if "/kg" in code:
        # What is counted in international units has no dose by body weight: such an order is not judged, and says so.
        return weighed and not international
    return code in fitting or "g" in code or (international and "[iU]" in code)


def _counted_in(subject: str) -> str:
    """What the doses of a drug are counted in."""
    known = formulary().monographs.get(subject)
    return "[iU]" if known is not None and known.international_units is not None else "mg"


def _milligrams(value: Fraction, subject: str) -> Fraction:
    """An amount as a drug counts it, as mass."""
    known = formulary().monographs[subject].international_units if subject in formulary().monographs else None
    return value if known is None else value / known.amount * known.per.amount("mg")


def _dose(value: Fraction, code: str, question: OrdersQuestion, subject: str, times: int) -> tuple[Quantity, str]:
    """One dose of `value` (mg, [iU], of a patch ug/h) in a unit of DOSE, with what the order has to state for it."""
    if code.endswith("g/h"):
        return said(value, code, "ug/h"), ""
    if "[iU]" in code:
        return Quantity(value * times if code.endswith("/d") else value, UNITS[code]), ""
    value = _milligrams(value, subject)
    if code.startswith("{"):
        stated = (question.orders[0].strengths or {}).get(subject)
        strength = stated.amount("mg") if stated is not None else STRENGTH
        return Quantity(value / strength, UNITS[code]), "{"
    if code in VOLUMES:
        known = (question.orders[0].concentrations or {}).get(subject)
        held = known.amount.amount("mg") / known.volume.amount("mL") if known is not None else CONCENTRATION
        return said(value / held, code, "mL"), "L"
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
    rule: Rule, row: DoseRow, question: OrdersQuestion, where: str, share: Fraction = Fraction(1), field: str = ""
) -> Iterator[Probe]:
    """`field` is what stands before the names of the row's numbers, as `numbers_of` has them."""
    subject, rate = _subject(rule, question.orders[0]), _is_rate(question)
    counted = "ug/h" if rate else _counted_in(subject)
    codes, quiet = _doses(question, rate), _quiet(rule)
    most = _most_times(row)
    if row.max_daily is not None:
        limit = row.max_daily.amount(counted if rate else f"{counted}/d") * share
        if rule.when.daily_dose is not None and rule.when.daily_dose.low is not None:
            # A smaller day is not what the rule is about.
            limit = max(limit, rule.when.daily_dose.low)
        least = 1
        if row.max_single is not None:
            least = -(-limit // (row.max_single.amount(counted) * share))
        for times in range(int(least), (1 if rate else min(most, 4)) + 1):
            build = _taking(question, subject, Times(times, "day"), times=times)
            name = f"{where}daily in {times}"
            yield Probe(rule.id, f"{field}max_daily", name, limit, MICROGRAM, codes, NOT_MORE, build, quiet)
        if least == 1 and len(question.orders) == 1:
            build, name = _shared(question, subject), f"{where}daily in two orders"
            # Each half alone may lie outside the daily doses that the rule is about.
            if rule.when.daily_dose is None:
                yield Probe(rule.id, f"{field}max_daily", name, limit, MICROGRAM, codes, NOT_MORE, build)
    if row.max_single is not None:
        limit = row.max_single.amount(counted) * share
        build = _taking(question, subject, Every(row.min_interval, row.min_interval) if row.min_interval else ONCE)
        breaks = LESS if isinstance(rule, DoseRule) and rule.below else NOT_MORE
        once = tuple(code for code in codes if row.min_interval is None or not code.endswith("/d"))
        yield Probe(rule.id, f"{field}max_single", f"{where}single", limit, MICROGRAM, once, breaks, build, quiet)
    if row.max_weekly is not None:
        limit = row.max_weekly.amount(f"{counted}/wk") * share
        for days in range(1, DAYS_A_WEEK + 1):
            if rule.when.daily_dose is None or (limit + MICROGRAM) / days in rule.when.daily_dose:
                build, name = _weekly(question, subject, days), f"{where}on {days} days of a week"
                once = tuple(code for code in codes if not code.endswith("/d"))
                yield Probe(rule.id, f"{field}max_weekly", name, limit, MICROGRAM, once, NOT_MORE, build, quiet)
    if row.min_interval is not None:
        yield from _interval_probes(rule, row.min_interval.amount("h"), question, subject, where, field)
    if row.times is not None or row.min_interval is not None:
        yield _count_probe(rule, most, question, subject, where, f"{field}times")


def _weekly(question: OrdersQuestion, subject: str, days: int) -> Build:
    """Orders that take an amount in a week, in one dose on each of so many named days."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        dose, content = _dose(value / days, code, question, subject, 1)
        sig = Sig(DoseRange(dose, dose), OnWeekdays(WEEKDAYS[:days]))
        return _ordered(question, Step(sig), content=content)

    return build


def _most_times(row: DoseRow) -> int:
    """The most doses a day; none on every day where more than one day has to lie between."""
    allowed = [row.times] if row.times is not None else []
    if row.min_interval is not None:
        hours = row.min_interval.amount("h")
        allowed.append(max(int(HOURS_A_DAY / hours), 0 if hours >= 2 * HOURS_A_DAY else 1))
    return min(allowed, default=4)


def _trifle(question: OrdersQuestion, subject: str, rule: Rule | None = None) -> tuple[Quantity, str]:
    """A dose that breaks no limit on doses: next to nothing, or what the rule's own daily dose begins with."""
    code = "ug/h" if _is_rate(question) else _plain_code(question)
    daily = rule.when.daily_dose if rule is not None else None
    return _dose(_inside(daily) if daily is not None else TRIFLE, code, question, subject, 1)


def _inside(interval: Interval) -> Fraction:
    """A value well inside a range."""
    low = interval.low if interval.low is not None else Fraction(0)
    return (low + interval.high) / 2 if interval.high is not None else low + 1


def _plain_code(question: OrdersQuestion) -> str:
    """A unit of one dose that everybody may write: a mass, or the piece of a combination."""
    codes = _doses(question, False)
    return "mg" if "mg" in codes else codes[0]


def _interval_probes(
    rule: Rule, limit: Fraction, question: OrdersQuestion, subject: str, where: str, field: str
) -> Iterator[Probe]:
    dose, content = _trifle(question, subject, rule)

    def build(value: Fraction, code: str) -> OrdersQuestion:
        apart = said(value, code, "h")
        return _ordered(question, Step(Sig(DoseRange(dose, dose), Every(apart, apart))), content=content)

    codes = tuple(sorted(INTERVAL.codes - {"mo", "a"}))
    yield Probe(rule.id, f"{field}min_interval", f"{where}interval", limit, MINUTE, codes, NOT_LESS, build)


def _count_probe(rule: Rule, most: int, question: OrdersQuestion, subject: str, where: str, field: str) -> Probe:
    dose, content = _trifle(question, subject, rule)

    def build(value: Fraction, code: str) -> OrdersQuestion:
        sig = Sig(DoseRange(dose, dose), Times(int(value), "day"))
        return _ordered(question, Step(sig), content=content)

    return Probe(rule.id, field, f"{where}doses a day", Fraction(most), Fraction(1), ("/d",), NOT_MORE, build)


def _table_probes(rule: TableRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    for band in rule.bands:
        for value in _values_in(rule, band.range.low, band.range.high):
            if value in band.range and not any(value in gap for gap in rule.gaps):
                asked = _with_function(question, rule, value)
                where, field = f"{band.range.text} at {value}: ", f"{band.range.text}: "
                yield from _row_probes(rule, band.row, asked, where, _share(rule, band.row, value), field)
    if rule.hemodialysis is not None:
        yield from _dialysis_probes(rule, rule.hemodialysis, question)


def _share(rule: TableRule, row: DoseRow, value: Fraction) -> Fraction:
    if row.scale is None:
        return Fraction(1)
    return min(Fraction(1), value / row.scale.amount(UNIT_OF[rule.measure]))


def _dialysis_probes(rule: TableRule, special: DoseRow, question: OrdersQuestion) -> Iterator[Probe]:
    """The row of dialysis on the lowest band, and the dose after a session."""
    value = Fraction(10)
    asked = _with_function(question, rule, value)
    dialysed = replace(asked, patient=replace(asked.patient, hemodialysis=True))
    lowest = min(rule.bands, key=lambda band: band.range.low or Fraction(0))
    own = {known.name: getattr(special, known.name) for known in fields(special)}
    row = replace(special, scale=lowest.row.scale)
    if any(number is not None for name, number in own.items() if name not in ("supplement", "action")):
        yield from _row_probes(rule, row, dialysed, "on dialysis: ", _share(rule, row, value), "hemodialysis: ")
    if special.supplement is not None:
        subject = _subject(rule, question.orders[0])
        limit, codes = special.supplement.amount("mg"), _doses(question, False)
        codes = tuple(code for code in codes if not code.endswith("/d"))
        build = _taking(dialysed, subject, AfterDialysis())
        yield Probe(rule.id, "hemodialysis: supplement", "after dialysis", limit, MICROGRAM, codes, NOT_MORE, build)


UNIT_OF = {"creatinine_clearance": "mL/min", "egfr": "mL/min/{1.73_m2}"}


def _values_in(rule: TableRule, low: Fraction | None, high: Fraction | None) -> list[Fraction]:
    """A value on each end of a band and one between; without an upper end one well above."""
    below = low if low is not None else Fraction(3)
    above = high if high is not None else below + 60
    return [below, (below + above) / 2, above]


def _with_function(question: OrdersQuestion, rule: TableRule, value: Fraction) -> OrdersQuestion:
    measured = {rule.measure: Quantity(value, UNITS[UNIT_OF[rule.measure]])}
    return replace(question, patient=replace(question.patient, hemodialysis=False, **measured))


def _course_probes(rule: CourseRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    subject, rate = _subject(rule, question.orders[0]), _is_rate(question)
    codes, quiet = _doses(question, rate), _quiet(rule)
    match rule.kind:
        case "starting-dose" if rule.limit.unit.code.endswith("/wk"):
            once = tuple(code for code in codes if not code.endswith("/d"))
            limit, build = rule.limit.amount("mg/wk"), _weekly(question, subject, 1)
            yield Probe(rule.id, "limit", "start in a week", limit, MICROGRAM, once, NOT_MORE, build, quiet)
        case "starting-dose":
            limit, build = _amount(rule.limit, question), _taking(question, subject)
            yield Probe(rule.id, "limit", "start", limit, MICROGRAM, codes, NOT_MORE, build, quiet)
        case "below-effective-dose":
            limit, build = _amount(rule.limit, question), _taking(question, subject)
            yield Probe(rule.id, "limit", "maintenance", limit, MICROGRAM, codes, NOT_LESS, build, quiet)
        case "step-size":
            weekly = rule.limit.unit.code.endswith("/wk")
            limit = rule.limit.amount("mg/wk") if weekly else _amount(rule.limit, question)
            codes = tuple(code for code in codes if not (weekly and code.endswith("/d")))
            build = _rising(question, subject, ONCE_A_WEEK if weekly else ONCE)
            yield Probe(rule.id, "limit", "rise", limit, MICROGRAM, codes, NOT_MORE, build, quiet)
        case "step-interval":
            yield from _pace_probes(rule, question, subject)
        case "max-duration":
            yield from _length_probes(rule, question, subject)
        case "max-supply":
            yield from _supply_probes(rule, question, subject)


def _amount(limit: Quantity, question: OrdersQuestion) -> Fraction:
    """A limit on a dose or a day in what the dose is counted in, for this patient's weight."""
    code = limit.unit.code
    if "/kg" in code:
        assert question.patient.weight is not None
        kept = "mg/kg/d" if code.endswith("/d") else "mg/kg"
        return limit.amount(kept) * question.patient.weight.amount("kg")
    if code.endswith("/h"):
        return limit.amount("ug/h")
    counted = "[iU]" if "[iU]" in code else "mg"
    return limit.amount(f"{counted}/d" if code.endswith("/d") else counted)


def _rising(question: OrdersQuestion, subject: str, frequency: Frequency) -> Build:
    """A month of a trifle, then a dose that is larger by the asked amount."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        before, content = _dose(TRIFLE, code, question, subject, 1)
        after, _ = _dose(TRIFLE + value, code, question, subject, 1)
        month = Quantity(Fraction(30), UNITS["d"])
        return _ordered(
            question,
            Step(Sig(DoseRange(before, before), frequency), month),
            Step(Sig(DoseRange(after, after), frequency)),
            content=content,
        )

    return build


DAYS = tuple(sorted(DURATION.codes - {"mo", "a"}))


def _pace_probes(rule: CourseRule, question: OrdersQuestion, subject: str) -> Iterator[Probe]:
    """The days before the first rise, and those between the first and the second."""
    dose, content = _trifle(question, subject)
    limit = rule.limit.amount("d")
    first = rule.first.amount("d") if rule.first is not None else limit

    def rising_after(value: Fraction, code: str) -> OrdersQuestion:
        return _ordered(
            question,
            Step(Sig(DoseRange(dose, dose), ONCE), said(value, code, "d")),
            Step(Sig(DoseRange(dose * 2, dose * 2), ONCE)),
            content=content,
        )

    def rising_again(value: Fraction, code: str) -> OrdersQuestion:
        return _ordered(
            question,
            Step(Sig(DoseRange(dose, dose), ONCE), Quantity(max(first, limit), UNITS["d"])),
            Step(Sig(DoseRange(dose * 2, dose * 2), ONCE), said(value, code, "d")),
            Step(Sig(DoseRange(dose * 3, dose * 3), ONCE)),
            content=content,
        )

    field = "first" if rule.first is not None else "limit"
    yield Probe(rule.id, field, "days before a rise", first, Fraction(1), DAYS, NOT_LESS, rising_after)
    yield Probe(rule.id, "limit", "days between rises", limit, Fraction(1), DAYS, NOT_LESS, rising_again)


def _length_probes(rule: CourseRule, question: OrdersQuestion, subject: str) -> Iterator[Probe]:
    """The days of one order; where the days of all orders of the drug count, those of two that follow each other."""
    limit = rule.limit.amount("d")
    amount = _inside(rule.when.daily_dose) if rule.when.daily_dose is not None else TRIFLE
    lasting = _lasting(question, subject, amount)
    yield Probe(rule.id, "limit", "days", limit, Fraction(1), DAYS, NOT_MORE, lasting)
    if not rule.together:
        return

    def build(value: Fraction, code: str) -> OrdersQuestion:
        one = lasting(Fraction(2), "d")
        other = lasting(value - 2, code).orders[0]
        start = (one.orders[0].start_date or one.as_of) + timedelta(days=2)
        return replace(one, orders=(*one.orders, replace(other, given="the days after", start_date=start)))

    yield Probe(rule.id, "limit", "days of two orders", limit, Fraction(1), DAYS, NOT_MORE, build)


def _supply_probes(rule: CourseRule, question: OrdersQuestion, subject: str) -> Iterator[Probe]:
    """The days that one supply lasts: as stated, and as its pieces hold them."""
    limit, form = rule.limit.amount("d"), question.orders[0].form or ""
    products = [product for product in formulary().monographs[subject].products if product.form == form]
    strength = next(product.strength for product in products)
    piece = PIECE_OF_FORM[form]

    def build(value: Fraction, code: str) -> OrdersQuestion:
        asked = _ordered(question, Step(Sig(DoseRange(strength, strength), ONCE)))
        order = asked.orders[0]
        if code == piece:
            return replace(asked, orders=(replace(order, quantity=Quantity(value, UNITS[code])),))
        return replace(asked, orders=(replace(order, days_supply=int(value)),))

    yield Probe(rule.id, "limit", "days of supply", limit, Fraction(1), (piece, "days"), NOT_MORE, build)


def _lasting(question: OrdersQuestion, subject: str, amount: Fraction) -> Build:
    """One daily dose for the asked number of days."""
    code = "ug/h" if _is_rate(question) else _plain_code(question)

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
        yield Probe(rule.id, "limit", name, limit, MICROGRAM, codes, breaks, _taking(question, subject))
        if not _is_rate(question):
            shared = _shared(question, subject)
            yield Probe(rule.id, "limit", f"{name} in two orders", limit, MICROGRAM, codes, breaks, shared)


def _alone(question: OrdersQuestion) -> OrdersQuestion:
    return replace(question, orders=question.orders[:1], patient=replace(question.patient, medications=()))


def _stop_probes(rule: StopRule) -> Iterator[Probe]:
    question = _fires(rule.id)
    subject = _subject(rule, question.orders[0])
    above = rule.above.value if rule.above is not None else Fraction(0)
    if rule.equivalence:
        above /= _factor(rule.equivalence, question, subject)
    lasting = _lasting(question, subject, above + MICROGRAM)
    if rule.at_least is not None:
        limit = rule.at_least.amount("d")
        yield Probe(rule.id, "at_least", "days of use", limit, Fraction(1), DAYS, LESS, lasting)
    if rule.more_than is not None:
        limit = rule.more_than.amount("d")
        yield Probe(rule.id, "more_than", "days of use", limit, Fraction(1), DAYS, NOT_MORE, lasting)
    if above:
        build = _taking(question, subject, duration=Fraction(365))
        codes = _doses(question, False)
        yield Probe(rule.id, "above", "dose that counts as use", above, MICROGRAM, codes, NOT_MORE, build)
    if rule.descent is not None:
        build = _descending(question, subject, above + 1)
        limit = rule.descent.amount("d")
        yield Probe(rule.id, "descent", "days of descent", limit, Fraction(1), DAYS, NOT_LESS, build)


def _descending(question: OrdersQuestion, subject: str, amount: Fraction) -> Build:
    """A year of one dose, then half of it for the asked number of days, and no more."""

    def build(value: Fraction, code: str) -> OrdersQuestion:
        steps, content = _steps(question, subject, (amount, 365), (amount / 2, None))
        last = replace(steps[-1], duration=said(value, code, "d"))
        return _ordered(question, *steps[:-1], last, content=content)

    return build


def _steps(
    question: OrdersQuestion, subject: str, *held: tuple[Fraction, Fraction | int | None]
) -> tuple[list[Step], str]:
    """Steps of one dose a day, each for so many days."""
    steps, content = [], ""
    for amount, days in held:
        dose, content = _dose(amount, _plain_code(question), question, subject, 1)
        duration = Quantity(Fraction(days), UNITS["d"]) if days is not None else None
        steps.append(Step(Sig(DoseRange(dose, dose), ONCE), duration))
    return steps, content


def _taper_probes(rule: TaperRule) -> Iterator[Probe]:
    """How much each cut may take and how long each dose is held, at doses all over its range; and what counts as use.

    What was taken before the probed dose is long enough to count: less than it, or, where it has to be more, taken in
    the past, where no fall is judged.
    """
    question = _alone(_fires(rule.id))
    subject = _subject(rule, question.orders[0])
    factor = _factor(rule.equivalence, question, subject) if rule.equivalence else Fraction(1)
    above = (rule.above.value if rule.above is not None else Fraction(0)) / factor
    used = rule.at_least.amount("d") if rule.at_least is not None else Fraction(1)
    weighed = tuple(code for code in _doses(question, False) if not code.startswith("{"))

    def falling(before: Fraction, held: Fraction, after: Fraction, earlier: Fraction, code: str) -> OrdersQuestion:
        prior = (above + before) / 2 if before > above else above + 1
        steps, _ = _steps(question, subject, (prior, earlier), (before, held), (after, None))
        if code:
            dose, _ = _dose(after, code, question, subject, 1)
            steps[-1] = replace(steps[-1], sig=Sig(DoseRange(dose, dose), ONCE))
        asked = _ordered(question, *steps)
        begun = asked.as_of - timedelta(days=int(earlier) + 1)
        return replace(asked, orders=(replace(asked.orders[0], start_date=begun),))

    for cut in rule.cuts:
        long = cut.every.amount("d") if cut.every is not None else Fraction(30)
        for before in _doses_in(cut, factor):
            limit = _most_of(cut, before * factor)
            where, field = f"{_range_of(cut)} from {float(before):g}: ", f"{_range_of(cut)}: "
            if limit is not None and limit / factor + MICROGRAM < before:

                def cutting(
                    value: Fraction, code: str, before: Fraction = before, held: Fraction = long
                ) -> OrdersQuestion:
                    return falling(before, held, before - value, used, code)

                name = "most" if cut.most is not None else "percent"
                yield Probe(rule.id, field + name, f"{where}cut", limit / factor, MICROGRAM, weighed, NOT_MORE, cutting)
            if cut.every is not None:

                def holding(value: Fraction, code: str, before: Fraction = before) -> OrdersQuestion:
                    return falling(before, value, before - TRIFLE, used, "")

                yield Probe(rule.id, f"{field}every", f"{where}days held", long, Fraction(1), ("d",), NOT_LESS, holding)
    high = above * 2 + 1
    if rule.at_least is not None:

        def using(value: Fraction, code: str) -> OrdersQuestion:
            return falling(high, Fraction(1), high / 2, value - 1, "")

        yield Probe(rule.id, "at_least", "days of use", used, Fraction(1), ("d",), LESS, using, PASSED_OR_ABSENT)
    if above:

        def counting(value: Fraction, code: str) -> OrdersQuestion:
            steps, content = _steps(question, subject, (value, used), (high, 1), (high / 2, None))
            return _ordered(question, *steps, content=content)

        yield Probe(
            rule.id, "above", "dose that counts as use", above, MICROGRAM, ("mg",), NOT_MORE, counting, PASSED_OR_ABSENT
        )


def _doses_in(cut: Cut, factor: Fraction) -> list[Fraction]:
    """Daily doses on each end of a cut's range and between, in what the drug is counted in."""
    if cut.range is None:
        most = cut.most.amount("mg/d") if cut.most is not None else Fraction(10)
        return [most * 5 / factor, most * 3 / 2 / factor]
    low = cut.range.low if cut.range.low is not None else Fraction(0)
    high = cut.range.high if cut.range.high is not None else low * 2
    return [value / factor for value in (low, low + MICROGRAM, (low + high) / 2, high) if value and value in cut.range]


def _most_of(cut: Cut, before: Fraction) -> Fraction | None:
    if cut.most is not None:
        return cut.most.amount("mg/d")
    return before * cut.percent / 100 if cut.percent is not None else None


def _weight_probes(rule: WeightRule) -> Iterator[Probe]:
    """So much for each kilogram of the actual weight: in one dose, shared, and as the mean of two days in turn."""
    assert rule.weight == "actual"
    question = _fires(rule.id)
    subject, codes, quiet = _subject(rule, question.orders[0]), _doses(question, False), _quiet(rule)
    limit = _amount(rule.limit, question) * rule.share
    build = _taking(question, subject)
    yield Probe(rule.id, "limit", "once", limit, MICROGRAM, codes, NOT_MORE, build, quiet)
    if rule.limit.unit.code.endswith("/d"):
        yield Probe(rule.id, "limit", "shared", limit, MICROGRAM, codes, NOT_MORE, _shared(question, subject), quiet)
    if rule.averaged:
        once = tuple(code for code in codes if not code.endswith("/d"))

        def in_turn(value: Fraction, code: str) -> OrdersQuestion:
            less, content = _dose(value * 2 / 3, code, question, subject, 1)
            more, _ = _dose(value * 4 / 3, code, question, subject, 1)
            return _ordered(question, Step(Sig(cycle=(less, more))), content=content)

        yield Probe(rule.id, "limit", "in turn", limit, MICROGRAM, once, NOT_MORE, in_turn, quiet)


def _occasion_probes(rule: WeeklyRule) -> Iterator[Probe]:
    """The days of a week, and the hours within which several doses are one occasion."""
    if rule.occasions is None:
        return
    question = _fires(rule.id)
    subject = _subject(rule, question.orders[0])
    dose, content = _trifle(question, subject, rule)

    def on_days(value: Fraction, code: str) -> OrdersQuestion:
        days = int(value)
        frequency = Times(days, "week") if code == "times a week" else OnWeekdays(WEEKDAYS[:days])
        return _ordered(question, Step(Sig(DoseRange(dose, dose), frequency)), content=content)

    def in_a_burst(value: Fraction, code: str) -> OrdersQuestion:
        frequency = OnWeekdays(("monday",), said(value, code, "h"), 2)
        return _ordered(question, Step(Sig(DoseRange(dose, dose), frequency)), content=content)

    limit, ways = Fraction(rule.occasions), ("weekdays", "times a week")
    yield Probe(rule.id, "occasions", "days of a week", limit, Fraction(1), ways, NOT_MORE, on_days)
    if rule.burst is not None:
        codes = tuple(sorted(INTERVAL.codes - {"mo", "a"}))
        yield Probe(rule.id, "burst", "hours of a burst", rule.burst.amount("h"), MINUTE, codes, NOT_MORE, in_a_burst)


def _beside_probes(rule: AdviceRule) -> Iterator[Probe]:
    """How much of what belongs beside the drug is enough."""
    if rule.least is None:
        return
    question = _alone(_fires(rule.id))
    drug = next(name for name in sorted(rule.needs) if name in formulary().monographs)
    form = formulary().monographs[drug].forms[0]
    other = Order(given="beside", spoken=drug, drug=drug, form=form, start_date=question.as_of)
    codes = tuple(code for code in _doses(replace(question, orders=(other,)), False) if not code.endswith("/d"))

    def build(value: Fraction, code: str) -> OrdersQuestion:
        beside = _weekly(replace(question, orders=(other,)), drug, 1)(value, code).orders
        return replace(question, patient=replace(question.patient, medications=beside))

    limit = rule.least.amount("mg/wk")
    yield Probe(rule.id, "least", f"{drug} beside it", limit, MICROGRAM, codes, NOT_LESS, build)


def _implausible_probes(rule: ImplausibleRule) -> Iterator[Probe]:
    """The limit is what the finding says it is: a multiple of the drug's own start, or a sum."""
    question = _fires(rule.id)
    finding = _finding(question, rule.id)
    assert finding.limit is not None
    subject = _subject(rule, question.orders[0])
    limit, code = finding.limit.value, finding.limit.unit.code
    if code == "mg/wk":
        once = tuple(known for known in _doses(question, False) if not known.endswith("/d"))
        build = _weekly(question, subject, 1)
        yield Probe(rule.id, "limit", f"slip in a week of {subject}", limit, MICROGRAM, once, NOT_MORE, build)
        return
    if code not in ("mg", "[iU]"):
        name = "mme" if rule.mme_at_least is not None else "prednisone-equivalent"
        limit /= _factor(name, question, subject)
    breaks = LESS if finding.comparison == "<" else NOT_MORE
    codes = _doses(question, False)
    yield Probe(rule.id, "limit", f"slip in {subject}", limit, MICROGRAM, codes, breaks, _taking(question, subject))


def _washout_probes(rule: PartnerRule) -> Iterator[Probe]:
    """The days since a partner's last dose, and those before its first."""
    if rule.washout_partner is None and rule.washout_this is None:
        return
    question = _alone(_fires(rule.id))
    first = question.as_of
    partner = next(name for name in sorted(rule.partners) for name in sorted(formulary().members.get(name, {name})))
    other = Order(given="partner", spoken=partner, drug=partner, steps=question.orders[0].steps)

    def since(value: Fraction, code: str) -> OrdersQuestion:
        order = replace(question.orders[0], start_date=first)
        over = replace(other, end_date=first - timedelta(days=int(value)))
        return replace(question, orders=(order,), patient=replace(question.patient, medications=(over,)))

    def before(value: Fraction, code: str) -> OrdersQuestion:
        order = replace(question.orders[0], start_date=first, end_date=first)
        after = replace(other, start_date=first + timedelta(days=int(value)))
        return replace(question, orders=(order, after))

    if rule.washout_partner is not None:
        limit = rule.washout_partner.amount("d")
        yield Probe(rule.id, "washout_partner", "days since", limit, Fraction(1), ("d",), NOT_LESS, since)
    if rule.washout_this is not None:
        limit = rule.washout_this.amount("d")
        yield Probe(rule.id, "washout_this", "days before", limit, Fraction(1), ("d",), NOT_LESS, before)
