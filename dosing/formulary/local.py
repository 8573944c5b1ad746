"""A hospital's own layer over the formulary: one file outside the package that tightens limits and adds rules.

It loosens only what the formulary marks (`may_loosen`). Every change names its author, its date and its reason, and
stands beside the rule it changes, so that an answer shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dosing.errors import DimensionError
from dosing.formulary.drugs import read_source, rules_by_kind
from dosing.formulary.entry import Broken, Entry, Fault, compose, read_list
from dosing.formulary.kinds import (
    CourseRule,
    DoseRow,
    DoseRule,
    Evidence,
    Layer,
    Rule,
    Source,
    TotalRule,
    WeightRule,
)
from dosing.formulary.model import Monograph
from dosing.formulary.rules import read_rule
from dosing.formulary.severity import severity_of
from dosing.formulary.when import Names
from dosing.units import Quantity

FILE = frozenset({"hospital", "version", "sources", "changes", "rules"})
CHANGE = frozenset({"rule", "limit", "author", "date", "reason"})
ADDED = frozenset({"drug", "rule", "author", "date", "reason"})
# A larger value of these is the stricter one.
FLOORS = frozenset({"min-interval", "step-interval", "below-effective-dose"})


@dataclass(frozen=True, slots=True)
class LocalLayer:
    """What one file states: rules to stand beside others (by the rule before which they stand), rules that take the
    place of others, and rules that are new to a drug or a class."""

    version: str
    beside: Mapping[str, Rule]
    instead: Mapping[str, Rule]
    added: tuple[Rule, ...]
    sources: Mapping[str, Source]


def read_local(path: Path, rules: Mapping[str, Rule], names: Names, faults: list[Fault]) -> LocalLayer | None:
    """One local file. Faults are added to `faults`, each with file, line and cure."""
    try:
        fields = compose(path, path.name).fields(FILE, ("hospital", "version"))
        hospital = Source("local", fields["hospital"].text(), "", None, "")
        version = fields["version"].text()
        sources = _sources(fields.get("sources"))
    except Broken as broken:
        faults.append(broken.fault)
        return None
    known = replace(names, sources={**names.sources, **sources})
    changed = (
        read_list(fields["changes"], lambda item: _change(item, rules, hospital), faults) if "changes" in fields else []
    )
    added = read_list(fields["rules"], lambda item: _added(item, known), faults) if "rules" in fields else []
    seen = set(rules)
    for new in added:
        if new.id in seen:
            where = "of the formulary" if new.id in rules else "of this file already"
            faults.append(Fault(new.file, new.line, f"rule `{new.id}` is one {where}.", "Give it another id."))
        seen.add(new.id)
    for new in [new for _, new, _ in changed]:
        if new.id in seen:
            faults.append(Fault(new.file, new.line, f"rule `{new.id}` stands twice.", "Keep one of the two."))
        seen.add(new.id)
    return LocalLayer(
        version,
        {old.id: new for old, new, loosened in changed if not loosened},
        {old.id: new for old, new, loosened in changed if loosened},
        tuple(added),
        sources,
    )


def with_local(monograph: Monograph, layer: LocalLayer) -> Monograph:
    """The monograph with the local rules that concern it, each before the rule it tightens."""
    subjects = {monograph.drug, *monograph.classes}
    rules: list[Rule] = [rule for rule in layer.added if rule.subject in subjects]
    for rule in monograph.rules:
        if rule.id in layer.beside:
            rules.append(layer.beside[rule.id])
        rules.append(layer.instead.get(rule.id, rule))
    return replace(monograph, rules=tuple(rules), rules_of=rules_by_kind(rules))


def _sources(entry: Entry | None) -> dict[str, Source]:
    return {name: read_source(name, item) for name, item in entry.items()} if entry is not None else {}


def _signed(fields: Mapping[str, Entry]) -> str:
    """Who changed it, when and why."""
    return f"{fields['reason'].text()} ({fields['author'].text()}, {fields['date'].day()})"


def _change(entry: Entry, rules: Mapping[str, Rule], hospital: Source) -> tuple[Rule, Rule, bool]:
    fields = entry.fields(CHANGE, tuple(sorted(CHANGE)))
    old = rules[fields["rule"].one_of(rules, "rule")]
    before, limit = _limit(old), fields["limit"].quantity()
    if before is None:
        raise fields["rule"].broken(f"{old.id} has no single limit.", "Add a rule of your own under `rules:`.")
    try:
        tighter = limit > before if old.kind in FLOORS else limit < before
    except DimensionError as error:
        raise fields["limit"].broken(f"{limit} cannot be compared with {before}.", "Write it in that unit.") from error
    if limit == before:
        raise fields["limit"].broken(f"{limit} is the limit already.", "Remove the change.")
    if not tighter and not old.may_loosen:
        raise fields["limit"].broken(
            f"{limit} is looser than {before}, and {old.id} is not marked `may_loosen`.", "Only tighten it."
        )
    severity = max(severity_of(old.kind, Layer.LOCAL, Evidence.LABEL, None), old.severity)
    new = replace(
        _with_limit(old, limit),
        id=f"{old.id}-local",
        layer=Layer.LOCAL,
        source=hospital,
        also=(),
        evidence=Evidence.LABEL,
        severity=severity,
        section="",
        note=_signed(fields),
        file=entry.file,
        line=entry.line,
    )
    return old, new, not tighter


def _limit(rule: Rule) -> Quantity | None:
    """The one limit that a rule states, if it states one."""
    if isinstance(rule, CourseRule | TotalRule | WeightRule):
        return rule.limit
    if isinstance(rule, DoseRule):
        stated = [value for value in _amounts(rule.row).values() if value is not None]
        return stated[0] if len(stated) == 1 else None
    return None


def _amounts(row: DoseRow) -> dict[str, Quantity | None]:
    names = ("max_daily", "max_single", "max_weekly", "min_interval")
    return {name: getattr(row, name) for name in names}


def _with_limit(rule: Rule, limit: Quantity) -> Rule:
    if isinstance(rule, CourseRule | TotalRule | WeightRule):
        return replace(rule, limit=limit)
    if isinstance(rule, DoseRule):
        named: dict[str, Any] = {name: limit for name, value in _amounts(rule.row).items() if value is not None}
        return replace(rule, row=replace(rule.row, **named))
    raise TypeError(rule.id)


def _added(entry: Entry, names: Names) -> Rule:
    fields = entry.fields(ADDED, tuple(sorted(ADDED)))
    subject = fields["drug"].one_of(names.drugs_and_classes, "drug or class")
    rule = read_rule(fields["rule"], subject, "", names)
    if rule.layer is not Layer.LOCAL:
        raise fields["rule"].broken(f"a rule of the layer {rule.layer.value}.", "Write `layer: local`.")
    return replace(rule, note=f"{rule.note} {_signed(fields)}".strip())
