"""A rule as data and in words: what it limits, when it applies, who says so, and how well that was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import Enum
from fractions import Fraction
from typing import Any

from api.answers.verdicts import rule_source, source_answer
from api.json_text import number, quantity
from dosing.formulary.kinds import Band, Cut, DoseRow, DoseRule, Interval, Rule, TableRule, When
from dosing.numbers import decimal_text, grouped
from dosing.units import UNITS, Quantity, words

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
        "applies_when": in_words(rule.when),
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
        value["gaps"] = [interval_words(gap) for gap in rule.gaps]
    return value


def in_words(when: When) -> str:
    """When a rule applies, as a prescriber reads it."""
    return "; ".join(_WORDS[slot](getattr(when, slot)) for slot in when.stated) or "always"


def interval_words(interval: Interval) -> str:
    """A range such as "more than 30 and less than 60 mL/min"; a bare ratio stays as it is written."""
    if not interval.unit:
        return interval.text
    unit = UNITS[interval.unit]
    low = "at least" if interval.low_closed else "more than"
    high = "at most" if interval.high_closed else "less than"
    if interval.high is None:
        return f"{low} {words(Quantity(interval.low, unit))}" if interval.low is not None else "any"
    below = f"{high} {words(Quantity(interval.high, unit))}"
    return f"{low} {grouped(decimal_text(interval.low)[0])} and {below}" if interval.low is not None else below


def _band(band: Band) -> dict[str, object]:
    return {"range": interval_words(band.range), **_members(band.row, frozenset())}


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
        return interval_words(value)
    if isinstance(value, DoseRow):
        return _members(value, frozenset())
    if isinstance(value, Band):
        return _band(value)
    if isinstance(value, Cut):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    return value


def _slots(when: When) -> dict[str, object]:
    return {slot: _value(getattr(when, slot)) for slot in when.stated}


def _or(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _measured(label: str) -> Callable[[Interval], str]:
    return lambda interval: f"{label} {interval_words(interval)}"


def _named(label: str) -> Callable[[Iterable[str]], str]:
    return lambda names: f"{label} {_or(names)}"


def _stated(label: str) -> Callable[[bool], str]:
    return lambda holds: label if holds else f"not {label}"


# Every slot of `When`; a test holds the table against the model.
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "age": _measured("age"),
    "forms": _named("form"),
    "routes": _named("route"),
    "indications": _named("indication"),
    "not_indications": _named("indication other than"),
    "intents": _named("intent"),
    "conditions": _named("condition"),
    "not_conditions": _named("no condition such as"),
    "unless_indications": _named("no stated indication of"),
    "weight": _measured("weight"),
    "tpmt": _named("TPMT metaboliser"),
    "nudt15": _named("NUDT15 metaboliser"),
    "neutrophils": _measured("neutrophils"),
    "alanine_aminotransferase_multiple": lambda ratio: (
        f"alanine aminotransferase {ratio.text} times the upper limit of normal"
    ),
    "qtc": _measured("QTc"),
    "duration": _measured("duration"),
    "prednisone_equivalent": _measured("prednisone-equivalent"),
    "hepatic_impairment": _named("hepatic impairment"),
    "creatinine_clearance": _measured("creatinine clearance"),
    "egfr": _measured("eGFR"),
    "hemodialysis": _stated("on hemodialysis"),
    "opioid_experience": lambda experience: f"opioid-{experience}",
    "pregnant": _stated("pregnant"),
    "gestational_age": _measured("gestational age"),
    "breastfeeding": _stated("breastfeeding"),
    "as_needed": _stated("as needed"),
    "self_care": _stated("self-care"),
    "sex": lambda sex: str(sex),
    "strengths": lambda strengths: f"pieces of {' or '.join(words(strength) for strength in strengths)}",
    "concentration": _measured("concentration"),
    "daily_dose": _measured("daily dose"),
    "medications": _named("together with"),
}
