"""What a formulary that reads well may still have wrong: limits in a unit their kind cannot be compared in, maxima that
contradict each other, rules that can never apply, protocols that leave their own range, reviews that are overdue.

`posology formulary lint` prints every fault and ends non-zero when there is one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from dosing.formulary.entry import Fault
from dosing.formulary.kinds import (
    CourseRule,
    DoseRow,
    DoseRule,
    Interval,
    Layer,
    Rule,
    TableRule,
    TotalRule,
    WeightRule,
    When,
)
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.units import Quantity

A_DAY = frozenset({"[mass]/[time]", "[biological_activity]/[time]"})
A_DOSE = frozenset({"[mass]", "[mass]/[time]", "[biological_activity]"})
FOR_WEIGHT = frozenset({"[mass]/[bodyweight]", "[mass]/[bodyweight]/[time]"})
A_TIME = frozenset({"[time]"})
DIMENSIONS_OF_FIELD = {
    "max_daily": A_DAY,
    "min_daily": A_DAY,
    "max_weekly": A_DAY,
    "max_single": A_DOSE,
    "supplement": frozenset({"[mass]"}),
    "min_interval": A_TIME,
}
DIMENSIONS_OF_KIND = {
    "max-duration": A_TIME,
    "max-supply": A_TIME,
    "step-interval": A_TIME,
    "starting-dose": A_DOSE | A_DAY | {"[mass]/[bodyweight]/[time]"},
    "step-size": A_DOSE | {"[mass]/[bodyweight]/[time]"},
    "below-effective-dose": A_DAY,
}


def lint(formulary: Formulary, on: date) -> Iterator[Fault]:
    """Every fault on a day, with the file, the line and the cure."""
    for rule in formulary.rules.values():
        yield from _rule_faults(rule, formulary, on)
    for monograph in formulary.monographs.values():
        yield from _monograph_faults(monograph, formulary, on)
    yield from _code_faults(formulary)
    for name, members in formulary.members.items():
        for drug in sorted(members - formulary.monographs.keys() - formulary.partners.keys()):
            yield Fault(f"classes/{name}.yaml", 1, f"{drug} is no known drug.", "Add it to partners.yaml.")


def _at(rule: Rule, what: str, cure: str) -> Fault:
    return Fault(rule.file, rule.line, f"{rule.id}: {what}", cure)


def _rule_faults(rule: Rule, formulary: Formulary, on: date) -> Iterator[Fault]:
    yield from _unit_faults(rule, formulary)
    yield from _when_faults(rule)
    if rule.layer is Layer.LOCAL and rule.file.startswith(("monographs/", "classes/", "general")):
        yield _at(rule, "a local rule in the formulary itself.", "Move it to the hospital's own file.")
    if rule.review_by and date.fromisoformat(rule.review_by) < on:
        yield _at(rule, f"its review was due on {rule.review_by}.", "Read its source again and date the next review.")
    if isinstance(rule, TableRule):
        yield from _table_faults(rule)


def _unit_faults(rule: Rule, formulary: Formulary) -> Iterator[Fault]:
    for row in _rows(rule):
        for field, allowed in DIMENSIONS_OF_FIELD.items():
            value = getattr(row, field)
            if value is not None and value.unit.dimension not in allowed:
                yield _at(rule, f"{field} in {value.unit.code} cannot be compared.", "Use another unit.")
    if isinstance(rule, CourseRule):
        allowed = DIMENSIONS_OF_KIND.get(rule.kind, frozenset())
        if rule.limit.unit.dimension not in allowed:
            yield _at(rule, f"a {rule.kind} in {rule.limit.unit.code} cannot be compared.", "Use another unit.")
    if isinstance(rule, WeightRule) and rule.limit.unit.dimension not in FOR_WEIGHT:
        yield _at(rule, f"a dose for weight in {rule.limit.unit.code}.", "Write it in mg/kg or mg/kg/d.")
    if isinstance(rule, TotalRule):
        known = formulary.equivalences.get(rule.equivalence)
        if known is None:
            yield _at(rule, f"there is no factor set {rule.equivalence}.", "Add it under equivalence/.")
        elif rule.limit.unit.code != known.unit:
            yield _at(rule, f"its limit is in {rule.limit.unit.code}, the sum in {known.unit}.", "Use one unit.")


def _when_faults(rule: Rule) -> Iterator[Fault]:
    """Conditions that nothing can meet."""
    for slot in rule.when.stated:
        value = getattr(rule.when, slot)
        if isinstance(value, Interval) and _is_empty(value):
            yield _at(rule, f"nothing lies in `{value.text}`.", "Correct the range.")
    excepted = (rule.when.not_indications or frozenset()) | (rule.when.unless_indications or frozenset())
    if rule.when.indications is not None and rule.when.indications <= excepted:
        yield _at(rule, "it excepts every indication that it is for.", "Remove one of the two.")
    if rule.when.conditions is not None and rule.when.conditions <= (rule.when.not_conditions or frozenset()):
        yield _at(rule, "it excepts every condition that it is for.", "Remove one of the two.")


def _is_empty(interval: Interval) -> bool:
    low, high = interval.low, interval.high
    if low is None or high is None:
        return False
    return low > high or (low == high and not (interval.low_closed and interval.high_closed))


def _table_faults(rule: TableRule) -> Iterator[Fault]:
    """A lower band never allows more than a higher one."""
    ordered = sorted(rule.bands, key=lambda band: (band.range.low is not None, band.range.low or 0))
    for lower, higher in itertools.pairwise(ordered):
        for field in ("max_daily", "max_single"):
            below, above = getattr(lower.row, field), getattr(higher.row, field)
            if below is not None and above is not None and below > above:
                yield _at(
                    rule, f"`{lower.range.text}` allows more than `{higher.range.text}`.", "Correct one of the two."
                )


def _rows(rule: Rule) -> list[DoseRow]:
    if isinstance(rule, DoseRule):
        return [rule.row]
    if isinstance(rule, TableRule):
        return [band.row for band in rule.bands] + ([rule.hemodialysis] if rule.hemodialysis else [])
    return []


def _monograph_faults(monograph: Monograph, formulary: Formulary, on: date) -> Iterator[Fault]:
    defaults = [protocol.id for protocol in monograph.protocols if protocol.default]

    def fault(what: str, cure: str) -> Fault:
        return Fault(monograph.file, 1, f"{monograph.drug}: {what}", cure)

    if monograph.protocols and len(defaults) != 1:
        yield fault(f"{len(defaults)} default protocols.", "Mark exactly one.")
    if not monograph.products:
        yield fault("no products.", "Nothing could be dispensed; add them.")
    if date.fromisoformat(monograph.review_by) < on:
        yield fault(f"its review was due on {monograph.review_by}.", "Read its sources again and date the next one.")
    if monograph.drug in formulary.partners:
        yield fault("it stands in partners.yaml too.", "Remove it there: the monograph names it.")
    own = [rule for rule in monograph.rules if rule.subject == monograph.drug]
    yield from _contradictions(own)
    for rule in own:
        yield from _forms_it_lacks(rule, monograph)
    for protocol in monograph.protocols:
        for what, cure in _protocol_faults(protocol, formulary):
            yield Fault(protocol.file, protocol.line, f"{monograph.drug}, protocol {protocol.id}: {what}", cure)


def _forms_it_lacks(rule: Rule, monograph: Monograph) -> Iterator[Fault]:
    if rule.when.forms is not None and rule.when.forms.isdisjoint(monograph.forms):
        yield _at(rule, "it is for forms that the drug does not have.", "Correct the form, or add the product.")


def _contradictions(rules: list[Rule]) -> Iterator[Fault]:
    """Rules of one source that say the same twice, or a single dose above the day that holds it."""
    seen: dict[tuple[str, When, Layer], DoseRule] = {}
    for rule in rules:
        if not isinstance(rule, DoseRule) or rule.superseded:
            continue
        same = seen.setdefault((rule.kind, rule.when, rule.layer), rule)
        if same is not rule and (same.source, same.row) == (rule.source, rule.row):
            yield _at(rule, f"it says what {same.id} says.", "Keep one of the two.")
    for single, daily in itertools.product(rules, rules):
        if (
            isinstance(single, DoseRule)
            and isinstance(daily, DoseRule)
            and single.kind == "max-single-dose"
            and daily.kind == "max-daily-dose"
            and (single.when, single.layer) == (daily.when, daily.layer)
            and single.row.max_single is not None
            and daily.row.max_daily is not None
            and single.row.max_single.unit.dimension in ("[mass]", "[biological_activity]")
            and single.row.max_single.value > daily.row.max_daily.to(f"{single.row.max_single.unit.code}/d").value
        ):
            yield _at(single, f"one dose may be larger than the day of {daily.id}.", "Correct one of the two.")


def _code_faults(formulary: Formulary) -> Iterator[Fault]:
    """One RxNorm code means one thing."""
    seen: dict[str, str] = {}
    named = [(known.codes.get("rxnorm"), drug, known.file) for drug, known in formulary.monographs.items()]
    named += [
        (product.rxnorm, f"{drug} {product.form} {product.strength}", known.file)
        for drug, known in formulary.monographs.items()
        for product in known.products
    ]
    named += [(known.codes.get("rxnorm"), drug, "partners.yaml") for drug, known in formulary.partners.items()]
    for code, what, file in named:
        if code and seen.setdefault(code, what) != what:
            yield Fault(file, 1, f"RxNorm {code} means both {seen[code]} and {what}.", "Look the code up again.")


def _protocol_faults(protocol: Protocol, formulary: Formulary) -> Iterator[tuple[str, str]]:
    if protocol.start_low > protocol.start_high:
        yield "its start ends before it begins.", "Write the low dose first."
    if protocol.maintenance_low > protocol.maintenance_high:
        yield "its maintenance range ends before it begins.", "Write the low dose first."
    if not protocol.growing and protocol.start_times > len(protocol.parts):
        yield "it starts with more doses a day than it names parts of the day.", "Name as many parts."
    if protocol.raises and _highest(protocol) < protocol.maintenance_high:
        yield "its raises end before its maintenance range does.", "Raise as far, or lower the range."
    if any(known.at_least_every > known.every for known in protocol.raises):
        yield "a raise comes sooner than it may.", "Correct `every` or `at_least_every`."
    for code in protocol.advice:
        if code not in formulary.advice:
            yield f"there is no advice `{code}`.", "Add it to advice.yaml."


def _highest(protocol: Protocol) -> Quantity:
    highest = max(known.until for known in protocol.raises)
    return max(highest, protocol.as_needed.until) if protocol.as_needed is not None else highest
