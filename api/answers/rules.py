"""A rule as data and in words: what it limits, when it applies, who says so, and how well that was confirmed."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from fractions import Fraction

from api.answers.verdicts import rule_source, source_answer
from api.json_text import number, quantity
from dosing.formulary.kinds import Band, Cut, DoseRow, DoseRule, Interval, Rule, TableRule, When
from dosing.formulary.telling import interval_in_words, when_in_words
from dosing.units import Quantity

_COMMON = frozenset(field.name for field in fields(Rule))


def rule_answer(rule: Rule) -> dict[str, object]:
    """Everything that is stated about a rule."""
    return {
        "rule": rule.id,
        "code": rule.kind,
        "subject": rule.subject,
        "severity": rule.severity.word,
        "layer": rule.layer.value,
        "value": rule_value(rule),
        "applies_when": when_in_words(rule.when),
        "when": _slots(rule.when),
        "source": rule_source(rule),
        "also": [source_answer(source) for source in rule.also],
        "note": rule.note,
        "exception": rule.exception,
        "if_unstated": rule.if_unstated.word if rule.if_unstated is not None else None,
        "always": rule.always,
        "may_loosen": rule.may_loosen,
        "superseded": rule.superseded,
        "review_by": rule.review_by,
    }


def rule_value(rule: Rule) -> dict[str, object]:
    """What a rule states: the fields that rules of its kind have of their own, those that say something."""
    if isinstance(rule, DoseRule):
        return _members(rule.row, frozenset())
    value = _members(rule, _COMMON)
    if isinstance(rule, TableRule):
        value["bands"] = [_band(band) for band in rule.bands]
        value["gaps"] = [interval_in_words(gap) for gap in rule.gaps]
    return value


def _band(band: Band) -> dict[str, object]:
    return {"range": interval_in_words(band.range), **_members(band.row, frozenset())}


def _members(stated: Rule | DoseRow, left_out: frozenset[str]) -> dict[str, object]:
    members = {
        field.name: _value(getattr(stated, field.name)) for field in fields(stated) if field.name not in left_out
    }
    return {name: value for name, value in members.items() if value not in (None, "", [])}


def _value(value: object) -> object:
    """A part of a rule as JSON."""
    if isinstance(value, Quantity):
        return quantity(value)
    if isinstance(value, Fraction):
        return number(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, Interval):
        return interval_in_words(value)
    if isinstance(value, DoseRow):
        return _members(value, frozenset())
    if isinstance(value, Band):
        return _band(value)
    if isinstance(value, Cut):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    return value


def _slots(when: When) -> dict[str, object]:
    return {slot: _value(getattr(when, slot)) for slot in when.stated}
