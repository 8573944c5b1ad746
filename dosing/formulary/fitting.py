"""Do quantities of rules fit where they stand, in units that their kind is compared in?

These are faults of the lint, which see that nothing is compared later that cannot be. Ways up and down: see `ways`.
"""

from __future__ import annotations

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
from dosing.formulary.model import Formulary
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


def written_in(allowed: Dimensions) -> str:
    """The cure for a quantity that measures something else."""
    return f"Write it in {' or '.join(sorted(USUAL[dimension] for dimension in allowed))}."


def unit_faults(rule: Rule, formulary: Formulary) -> Iterator[Fault]:
    """Quantities of a rule that nothing could be compared with."""
    for name, value, allowed in (*_amounts(rule), *_lengths(rule)):
        if value is not None and value.unit.dimension not in allowed:
            yield _at(rule, f"{name} in {value.unit.code} cannot be compared.", written_in(allowed))
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
