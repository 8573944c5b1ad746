"""Do quantities fit where they stand? Limits in units that their kind is compared in; protocols that stay in range.

These are faults of the lint, which see that nothing is compared later that cannot be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dosing.formulary.entry import Fault
from dosing.formulary.kinds import (
    AdviceRule,
    CourseRule,
    DoseRow,
    DoseRule,
    ImplausibleRule,
    PartnerRule,
    Rule,
    StopRule,
    TableRule,
    TaperRule,
    TotalRule,
    WeeklyRule,
    WeightRule,
)
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.units import Quantity

Dimensions = frozenset[str]
A_DAY: Dimensions = frozenset({"[mass]/[time]", "[biological_activity]/[time]"})
A_DOSE: Dimensions = frozenset({"[mass]", "[mass]/[time]", "[biological_activity]"})
FOR_WEIGHT: Dimensions = frozenset({"[mass]/[bodyweight]", "[mass]/[bodyweight]/[time]"})
A_TIME: Dimensions = frozenset({"[time]"})
MEASURED: Dimensions = frozenset({"[volume]/[time]", "[volume]/[standard_body_surface]/[time]"})
EQUIVALENT: Dimensions = frozenset({"[morphine_equivalent]/[time]"})
# The unit that each is usually written in.
USUAL = {
    "[mass]": "mg",
    "[biological_activity]": "[iU]",
    "[mass]/[time]": "mg/d",
    "[biological_activity]/[time]": "[iU]/d",
    "[mass]/[bodyweight]": "mg/kg",
    "[mass]/[bodyweight]/[time]": "mg/kg/d",
    "[time]": "h or d",
    "[volume]/[time]": "mL/min",
    "[volume]/[standard_body_surface]/[time]": "mL/min/{1.73_m2}",
    "[morphine_equivalent]/[time]": "{MME}/d",
}
OF_FIELD = {
    "max_daily": A_DAY,
    "min_daily": A_DAY,
    "max_weekly": A_DAY,
    "max_single": A_DOSE,
    "supplement": frozenset({"[mass]"}),
    "min_interval": A_TIME,
    "scale": MEASURED,
}
OF_KIND = {
    "max-duration": A_TIME,
    "max-supply": A_TIME,
    "step-interval": A_TIME,
    "starting-dose": A_DOSE | A_DAY | {"[mass]/[bodyweight]/[time]"},
    "step-size": A_DOSE | {"[mass]/[bodyweight]/[time]"},
    "below-effective-dose": A_DAY,
}


def _written_in(allowed: Dimensions) -> str:
    return f"Write it in {' or '.join(sorted(USUAL[dimension] for dimension in allowed))}."


def unit_faults(rule: Rule, formulary: Formulary) -> Iterator[Fault]:
    """Quantities of a rule that nothing could be compared with."""
    for name, value, allowed in (*_amounts(rule), *_lengths(rule)):
        if value is not None and value.unit.dimension not in allowed:
            yield _at(rule, f"{name} in {value.unit.code} cannot be compared.", _written_in(allowed))
    if isinstance(rule, WeightRule) and rule.limit.unit.dimension not in FOR_WEIGHT:
        yield _at(rule, f"a dose for weight in {rule.limit.unit.code}.", "Write it in mg/kg or mg/kg/d.")
    for name in sorted(_summed(rule) - formulary.equivalences.keys()):
        yield _at(rule, f"there is no factor set {name}.", "Add it under equivalence/.")
    known = formulary.equivalences.get(rule.equivalence) if isinstance(rule, TotalRule | StopRule | TaperRule) else None
    limit = (
        rule.limit if isinstance(rule, TotalRule) else rule.above if isinstance(rule, StopRule | TaperRule) else None
    )
    if known is not None and limit is not None and limit.unit.code != known.unit:
        yield _at(rule, f"its limit is in {limit.unit.code}, the sum in {known.unit}.", "Use one unit.")


def _at(rule: Rule, what: str, cure: str) -> Fault:
    return Fault(rule.file, rule.line, f"{rule.id}: {what}", cure)


def _amounts(rule: Rule) -> Iterator[tuple[str, Quantity | None, Dimensions]]:
    rows: list[DoseRow] = []
    if isinstance(rule, DoseRule):
        rows = [rule.row]
    elif isinstance(rule, TableRule):
        rows = [band.row for band in rule.bands] + ([rule.hemodialysis] if rule.hemodialysis else [])
    for row in rows:
        for name, allowed in OF_FIELD.items():
            yield name, getattr(row, name), allowed
    if isinstance(rule, CourseRule):
        yield f"a {rule.kind}", rule.limit, OF_KIND.get(rule.kind, frozenset())
    if isinstance(rule, AdviceRule):
        yield "at_least", rule.least, A_DAY
    if isinstance(rule, ImplausibleRule):
        yield "max_weekly", rule.weekly_above, A_DAY
        yield "prednisone_equivalent_above", rule.prednisone_equivalent_above, A_DAY
        yield "mme_at_least", rule.mme_at_least, EQUIVALENT
    if isinstance(rule, StopRule | TaperRule):
        yield "above", rule.above, A_DAY | EQUIVALENT
    if isinstance(rule, TaperRule):
        for cut in rule.cuts:
            yield "most", cut.most, A_DAY


def _lengths(rule: Rule) -> Iterator[tuple[str, Quantity | None, Dimensions]]:
    if isinstance(rule, CourseRule):
        yield "first", rule.first, A_TIME
    if isinstance(rule, WeeklyRule):
        yield "burst", rule.burst, A_TIME
    if isinstance(rule, PartnerRule):
        yield "stopped_partner", rule.washout_partner, A_TIME
        yield "stopped_this", rule.washout_this, A_TIME
    if isinstance(rule, StopRule | TaperRule):
        yield "exposure", rule.at_least, A_TIME
    if isinstance(rule, StopRule):
        yield "more_than", rule.more_than, A_TIME
        yield "descent", rule.descent, A_TIME
    if isinstance(rule, TaperRule):
        for cut in rule.cuts:
            yield "every", cut.every, A_TIME


def _summed(rule: Rule) -> frozenset[str]:
    """The factor sets that a rule is judged with."""
    named = {rule.equivalence} if isinstance(rule, TotalRule | StopRule | TaperRule) else set()
    if rule.when.mme is not None or (isinstance(rule, ImplausibleRule) and rule.mme_at_least is not None):
        named.add("mme")
    if rule.when.prednisone_equivalent is not None or (
        isinstance(rule, ImplausibleRule) and rule.prednisone_equivalent_above is not None
    ):
        named.add("prednisone-equivalent")
    return frozenset(named - {""})


def alike(value: Quantity, other: Quantity) -> bool:
    """Whether two quantities measure the same thing."""
    return value.unit.dimension == other.unit.dimension


def above_the_day(single: Quantity, daily: Quantity) -> bool:
    """Whether one dose is more than a day may hold, as far as the two can be compared."""
    if daily.unit.dimension != f"{single.unit.dimension}/[time]":
        return False
    return single.value > daily.to(f"{single.unit.code}/d").value


def protocol_faults(protocol: Protocol, monograph: Monograph, formulary: Formulary) -> Iterator[tuple[str, str]]:
    """What is wrong with a way to go up, each with its cure."""
    misfits = [stated for stated in _stated(protocol) if stated[1].unit.dimension not in stated[2]]
    for name, value, allowed in misfits:
        yield f"{name} in {value.unit.code} cannot be compared.", _written_in(allowed)
    if not misfits:
        yield from _range_faults(protocol)
    if not protocol.growing and protocol.start_times > len(protocol.parts):
        yield "it starts with more doses a day than it names parts of the day.", "Name as many parts."
    if protocol.forms is not None and protocol.forms.isdisjoint(monograph.forms):
        yield "it is for forms that the drug does not have.", "Correct the form, or add the product."
    for code in protocol.advice:
        if code not in formulary.advice:
            yield f"there is no advice `{code}`.", "Add it to advice.yaml."
    for code in sorted({code for code in protocol.advice if protocol.advice.count(code) > 1}):
        yield f"advice `{code}` stands twice.", "Keep one of the two."


def _stated(protocol: Protocol) -> Iterator[tuple[str, Quantity, Dimensions]]:
    dose = A_DOSE if protocol.start_low.unit.dimension not in A_DOSE else frozenset({protocol.start_low.unit.dimension})
    yield "low", protocol.start_low, dose
    yield "high", protocol.start_high, dose
    day = protocol.maintenance_low.unit.dimension
    a_day = frozenset({day}) if day in A_DAY else A_DAY
    yield "low", protocol.maintenance_low, a_day
    yield "high", protocol.maintenance_high, a_day
    for known in protocol.raises:
        yield "by", known.by, a_day
        yield "until", known.until, a_day
        yield "every", known.every, A_TIME
        yield "at_least_every", known.at_least_every, A_TIME
    for reassessment in protocol.reassessments:
        yield "at", reassessment.after, A_TIME
    if protocol.as_needed is not None:
        yield "from", protocol.as_needed.beyond, a_day
        yield "until", protocol.as_needed.until, a_day
        yield "every", protocol.as_needed.every, A_TIME


def _range_faults(protocol: Protocol) -> Iterator[tuple[str, str]]:
    if protocol.start_low > protocol.start_high:
        yield "its start ends before it begins.", "Write the low dose first."
    if protocol.maintenance_low > protocol.maintenance_high:
        yield "its maintenance range ends before it begins.", "Write the low dose first."
    ends = [known.until for known in protocol.raises]
    if any(later <= earlier for earlier, later in itertools.pairwise(ends)):
        yield "a raise ends where the one before it has ended.", "Write the raises in order."
    elif ends and max([*ends, *([protocol.as_needed.until] if protocol.as_needed else [])]) < protocol.maintenance_high:
        yield "its raises end before its maintenance range does.", "Raise as far, or lower the range."
    if any(known.at_least_every > known.every for known in protocol.raises):
        yield "a raise comes sooner than it may.", "Correct `every` or `at_least_every`."
