"""The named slots of `when`, and how each is read; sources and forms, which other entries name too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dosing.formulary.entry import Entry
from dosing.formulary.kinds import Source, When
from dosing.formulary.model import Term
from dosing.units import Quantity
from dosing.vocabulary import EXTENDED_RELEASE, FORMS, IMMEDIATE_RELEASE, INTENTS, ROUTES

METABOLISERS = frozenset({"normal", "intermediate", "poor"})


@dataclass(frozen=True, slots=True)
class Names:
    """What a rule may refer to: sources, vocabulary, and every drug and class that is known by name."""

    sources: Mapping[str, Source]
    indications: Mapping[str, Term]
    conditions: Mapping[str, Term]
    drugs_and_classes: frozenset[str]
    allergies: frozenset[str] = frozenset()
    drugs: frozenset[str] = frozenset()


def read_when(entry: Entry, names: Names) -> When:
    """The named slots of `when`."""
    slots: dict[str, Any] = {}
    for key, value in entry.fields(frozenset(WHEN)).items():
        name, read = WHEN[key]
        slots[name] = read(value, names)
    if not slots:
        raise entry.broken("a `when` without a condition.", "Name a condition, or leave `when` out.")
    return When(**slots)


def read_sources(entry: Entry, names: Names) -> list[Source]:
    """Where a statement was read: one source or more."""
    found = [names.sources[item.one_of(names.sources, "source")] for item in listed(entry)]
    if not found:
        raise entry.broken("no source.", "Name one; every statement has a source.")
    return found


def source_of(entry: Entry, names: Names) -> Source:
    """The source that is shown: the first of a list."""
    return read_sources(entry, names)[0]


def texts_of(fields: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    """The texts under a key that may be left out."""
    return fields[key].texts() if key in fields else ()


def listed(entry: Entry) -> list[Entry]:
    """One value, or a list of them."""
    return entry.entries() if entry.is_list else [entry]


def read_forms(entry: Entry) -> frozenset[str]:
    """Forms by name, or a group of them."""
    groups = {"extended-release": EXTENDED_RELEASE, "immediate-release": IMMEDIATE_RELEASE}
    if not entry.is_list and entry.text() in groups:
        return groups[entry.text()]
    return entry.some_of(FORMS, "form")


def _strengths(entry: Entry) -> tuple[Quantity, ...]:
    strengths = tuple(item.quantity() for item in listed(entry))
    if not strengths:
        raise entry.broken("an empty list of strengths.", "Name one, or leave the key out.")
    return strengths


WHEN: dict[str, tuple[str, Callable[[Entry, Names], Any]]] = {
    "age": ("age", lambda entry, names: entry.interval("a", "mo")),
    "form": ("forms", lambda entry, names: read_forms(entry)),
    "route": ("routes", lambda entry, names: entry.some_of(ROUTES, "route")),
    "indication": ("indications", lambda entry, names: entry.some_of(names.indications, "indication")),
    "not_indication": (
        "not_indications",
        lambda entry, names: entry.some_of(names.indications, "indication"),
    ),
    "intent": ("intents", lambda entry, names: entry.some_of(INTENTS, "intent")),
    "unless_indication": (
        "unless_indications",
        lambda entry, names: entry.some_of(names.indications, "indication"),
    ),
    "condition": ("conditions", lambda entry, names: entry.some_of(names.conditions, "condition")),
    "not_condition": ("not_conditions", lambda entry, names: entry.some_of(names.conditions, "condition")),
    "allergy": ("allergies", lambda entry, names: entry.some_of(names.allergies, "allergy")),
    "ascites": ("ascites", lambda entry, names: entry.some_of(frozenset({"none", "mild", "moderate"}), "degree")),
    "encephalopathy": (
        "encephalopathy",
        lambda entry, names: entry.some_of(frozenset({"none", "grade-1", "grade-2", "grade-3", "grade-4"}), "grade"),
    ),
    "course_day": ("course_day", lambda entry, names: entry.interval("d")),
    "weight": ("weight", lambda entry, names: entry.interval("kg")),
    "tpmt": ("tpmt", lambda entry, names: entry.some_of(METABOLISERS, "phenotype")),
    "nudt15": ("nudt15", lambda entry, names: entry.some_of(METABOLISERS, "phenotype")),
    "neutrophils": ("neutrophils", lambda entry, names: entry.interval("10*3/uL")),
    "alanine_aminotransferase_multiple": (
        "alanine_aminotransferase_multiple",
        lambda entry, names: entry.plain_interval(),
    ),
    "qtc": ("qtc", lambda entry, names: entry.interval("ms")),
    "duration": ("duration", lambda entry, names: entry.interval("d")),
    "mme": ("mme", lambda entry, names: entry.interval("{MME}/d")),
    "prednisone_equivalent": ("prednisone_equivalent", lambda entry, names: entry.interval("mg/d")),
    "hepatic_impairment": (
        "hepatic_impairment",
        lambda entry, names: entry.some_of(frozenset({"none", "mild", "moderate", "severe"}), "degree"),
    ),
    "creatinine_clearance": ("creatinine_clearance", lambda entry, names: entry.interval("mL/min")),
    "egfr": ("egfr", lambda entry, names: entry.interval("mL/min/{1.73_m2}")),
    "hemodialysis": ("hemodialysis", lambda entry, names: entry.flag()),
    "opioid_experience": (
        "opioid_experience",
        lambda entry, names: entry.one_of(frozenset({"naive", "tolerant"}), "experience"),
    ),
    "pregnant": ("pregnant", lambda entry, names: entry.flag()),
    "gestational_age": ("gestational_age", lambda entry, names: entry.interval("wk", "d")),
    "breastfeeding": ("breastfeeding", lambda entry, names: entry.flag()),
    "as_needed": ("as_needed", lambda entry, names: entry.flag()),
    "self_care": ("self_care", lambda entry, names: entry.flag()),
    "sex": ("sex", lambda entry, names: entry.one_of(frozenset({"female", "male"}), "sex")),
    "strength": ("strengths", lambda entry, names: _strengths(entry)),
    "concentration": ("concentration", lambda entry, names: entry.interval("mg/mL")),
    "daily_dose": ("daily_dose", lambda entry, names: entry.interval("mg/d", "ug/h", "[iU]/d")),
    "medication": (
        "medications",
        lambda entry, names: entry.some_of(names.drugs_and_classes, "drug or class"),
    ),
}
