"""What a formulary that reads well may still have wrong: limits in a unit their kind cannot be compared in, maxima that
contradict each other, protocols that leave their own range.

`python -m dosing.formulary.lint [directory]` prints every fault and ends non-zero when there is one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from dosing.formulary.entry import FormularyError
from dosing.formulary.kinds import CourseRule, DoseRow, DoseRule, Rule, TableRule, TotalRule
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.units import Quantity

A_DAY = frozenset({"[mass]/[time]"})
A_DOSE = frozenset({"[mass]", "[mass]/[time]"})
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
    "step-interval": A_TIME,
    "starting-dose": A_DOSE,
    "step-size": A_DOSE,
    "below-effective-dose": A_DAY,
}


def lint(formulary: Formulary) -> Iterator[str]:
    """Every fault, one sentence each, beginning with what it is about."""
    for rule in formulary.rules.values():
        yield from _rule_faults(rule, formulary)
    for monograph in formulary.monographs.values():
        yield from _monograph_faults(monograph, formulary)


def _rule_faults(rule: Rule, formulary: Formulary) -> Iterator[str]:
    for row in _rows(rule):
        for field, allowed in DIMENSIONS_OF_FIELD.items():
            value = getattr(row, field)
            if value is not None and value.unit.dimension not in allowed:
                yield f"{rule.id}: {field} in {value.unit.code} cannot be compared. Use another unit."
    if isinstance(rule, CourseRule):
        allowed = DIMENSIONS_OF_KIND.get(rule.kind, frozenset())
        if rule.limit.unit.dimension not in allowed:
            yield f"{rule.id}: a {rule.kind} in {rule.limit.unit.code} cannot be compared. Use another unit."
    if isinstance(rule, TotalRule):
        known = formulary.equivalences.get(rule.equivalence)
        if known is None:
            yield f"{rule.id}: there is no factor set {rule.equivalence}. Add it under equivalence/."
        elif rule.limit.unit.code != known.unit:
            yield f"{rule.id}: its limit is in {rule.limit.unit.code}, the sum in {known.unit}. Use one unit."


def _rows(rule: Rule) -> list[DoseRow]:
    if isinstance(rule, DoseRule):
        return [rule.row]
    if isinstance(rule, TableRule):
        return [band.row for band in rule.bands] + ([rule.hemodialysis] if rule.hemodialysis else [])
    return []


def _monograph_faults(monograph: Monograph, formulary: Formulary) -> Iterator[str]:
    defaults = [protocol.id for protocol in monograph.protocols if protocol.default]
    if monograph.protocols and len(defaults) != 1:
        yield f"{monograph.drug}: {len(defaults)} default protocols. Mark exactly one."
    if not monograph.products:
        yield f"{monograph.drug}: no products. Nothing could be dispensed; add them."
    for protocol in monograph.protocols:
        for fault in _protocol_faults(protocol, formulary):
            yield f"{monograph.drug}, protocol {protocol.id}: {fault}"


def _protocol_faults(protocol: Protocol, formulary: Formulary) -> Iterator[str]:
    if protocol.start_low > protocol.start_high:
        yield "its start ends before it begins. Write the low dose first."
    if protocol.maintenance_low > protocol.maintenance_high:
        yield "its maintenance range ends before it begins. Write the low dose first."
    if not protocol.growing and protocol.start_times > len(protocol.parts):
        yield "it starts with more doses a day than it names parts of the day."
    if protocol.raises and _highest(protocol) < protocol.maintenance_high:
        yield "its raises end before its maintenance range does. Raise as far, or lower the range."
    if any(known.at_least_every > known.every for known in protocol.raises):
        yield "a raise comes sooner than it may."
    for code in protocol.advice:
        if code not in formulary.advice:
            yield f"there is no advice `{code}`. Add it to advice.yaml."


def _highest(protocol: Protocol) -> Quantity:
    highest = max(known.until for known in protocol.raises)
    return max(highest, protocol.as_needed.until) if protocol.as_needed is not None else highest


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    parser = argparse.ArgumentParser(description="Lint a formulary.")
    parser.add_argument("directory", nargs="?", type=Path, default=HERE)
    try:
        formulary = load(parser.parse_args().directory)
    except FormularyError as error:
        print(error)
        return 1
    faults = list(lint(formulary))
    for fault in faults:
        print(fault)
    if not faults:
        drugs, rules = len(formulary.monographs), len(formulary.rules)
        print(f"formulary {formulary.version}: {drugs} drugs, {rules} rules, sha256 {formulary.sha256[:12]}: in order")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
