"""A small formulary that does not change with the real one, and what the lists of its names understand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from api.errors import Fault, faults_from_marshmallow
from api.schemas.requests import CheckSchema
from dosing.formulary.loader import load
from dosing.formulary.model import Formulary
from dosing.names import RXNORM, Names, names_of

TODAY = date(2026, 11, 21)

_RULES = """
rules:
  - {id: max-daily-dose, kind: max-daily-dose, limit: 3600 mg/d, layer: label, source: some-label, evidence: label}
"""
_FILES = {
    "formulary.yaml": "{version: '1', status: draft}",
    "sources-some.yaml": "some-label: {title: Some label, section: '2', year: 2024, url: 'https://example.org/label'}",
    "vocabulary.yaml": """
indications: {sciatica: {title: Sciatica, synonyms: [sciatic-pain]}, neuropathic-pain: {title: Neuropathic pain}}
conditions:
  lupus-nephritis: {title: Lupus nephritis, synonyms: [lupus-kidney-disease]}
  cirrhosis: {title: Cirrhosis}
  depression: {title: Depression, synonyms: [low-mood]}
allergies: {penicillin: {title: Penicillin, synonyms: [penicillins]}, aspirin-like: {title: X, synonyms: [nsaid]}}
""",
    "classes/nsaid.yaml": "{class: nsaid, title: NSAID, members: [ibuprofen]}",
    "partners.yaml": """
ibuprofen: {rxnorm: "5640", brands: [Advil]}
hydrocodone: {rxnorm: "5489"}
acetaminophen: {rxnorm: "161", synonyms: [paracetamol]}
""",
    "combinations.yaml": """
hydrocodone/acetaminophen:
  ingredients: [hydrocodone, acetaminophen]
  brands: [Norco]
  products:
    - {form: tablet, strength: {hydrocodone: 5 mg, acetaminophen: 325 mg}, rxnorm: "856999", source: some-label,
       evidence: label}
""",
    "monographs/gabapentin.yaml": """
drug: gabapentin
title: Gabapentin
status: draft
review_by: 2027-11-21
codes: {rxnorm: "25480"}
brands: [Neurontin]
products:
  - {form: capsule, strength: 300 mg, rxnorm: "310431", source: some-label, evidence: label}
  - {form: oral solution, strength: 250 mg / 5 mL, source: some-label, evidence: label}
protocols:
  - id: neuropathic-pain
    title: Up from the evening dose
    layer: seed
    source: some-label
    evidence: label
    start: {low: 100 mg, high: 300 mg}
    start_times: 1
    parts: [evening, morning, noon]
    division: growing
    raises: [{by: 300 mg/d, every: 3 d, until: 3600 mg/d, source: some-label, evidence: label}]
    maintenance: {low: 900 mg/d, high: 3600 mg/d}
    reassess: [{at: 2 wk, what: Look again., source: some-label}]
"""
    + _RULES,
    "monographs/prednisone.yaml": """
drug: prednisone
title: Prednisone
status: draft
review_by: 2027-11-21
products: [{form: tablet, strength: 5 mg, split: half, split_source: some-label, split_evidence: label,
            source: some-label, evidence: label}]
"""
    + _RULES,
}


def _load() -> Formulary:
    with TemporaryDirectory() as folder:
        for name, text in _FILES.items():
            file = Path(folder) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return load(Path(folder))


FORMULARY = _load()
NAMES = names_of(FORMULARY)


def names() -> Names:
    return NAMES


CHECK = CheckSchema(names, lambda: TODAY)


def faults(schema: Schema, sent: object) -> list[Fault]:
    """Everything that is wrong with a request."""
    with pytest.raises(ValidationError) as caught:
        schema.load(sent)  # type: ignore[arg-type]  # other types than objects are what is tested
    return faults_from_marshmallow(caught.value, schema)


def placed(schema: Schema, sent: object) -> list[tuple[str, str]]:
    """Where and what, of every fault."""
    return [(fault.pointer, fault.code) for fault in faults(schema, sent)]


def order(**fields: Any) -> dict[str, Any]:
    """A complete order, but for what the test says; None leaves a field out."""
    complete = {"drug": "gabapentin", "dose": "300 mg", "frequency": {"times": 3, "per": "day"}} | fields
    return {name: value for name, value in complete.items() if value is not None}


def request(*orders: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"orders": list(orders)} | fields


@pytest.mark.parametrize("spoken", ["gabapentin", "Gabapentin", "GABAPENTIN", "Neurontin", "neurontin"])
def test_a_drug_is_known_by_name_and_brand_in_any_capitals(spoken: str) -> None:
    assert NAMES.drug(spoken).drug == "gabapentin"


@pytest.mark.parametrize(
    "spoken",
    [
        "gabapentine", "gabapentin ", " gabapentin", "gaba pentin", "gabapentin-hcl", "gabapenti", "gabapentın",
        "ɡabapentin", "prednisonе", "predniſone", "gabapentin\u200b", "ＧＡＢＡ", "neuront1n",
    ],
)  # fmt: skip
def test_a_look_alike_is_no_drug_and_is_never_corrected(spoken: str) -> None:
    assert NAMES.drug(spoken).drug is None


def test_near_names_are_offered_by_the_name_the_formulary_uses() -> None:
    assert NAMES.drug("gabapentine").suggestions == ("gabapentin",)
    assert NAMES.drug("neurontn").suggestions == ("gabapentin",)
    assert NAMES.drug("qwxyz").suggestions == ()


def test_no_more_than_three_near_names_are_offered_and_the_nearest_comes_first() -> None:
    near = NAMES.allergies.near("aceta")
    assert len(near) <= 3
    assert NAMES.conditions.near("lupus nefritis") == ("lupus-nephritis",)


def test_the_time_for_near_names_does_not_grow_with_the_text() -> None:
    assert NAMES.drugs.near("gabapentin" + "x" * 100_000) == NAMES.drugs.near("gabapentin" + "x" * 100)


def test_the_code_of_an_ingredient_is_the_drug() -> None:
    assert NAMES.coded_drug("25480").drug == "gabapentin"
    assert NAMES.coded_drug("5640").drug == "ibuprofen"


def test_the_code_of_a_product_is_not_taken_for_its_drug_but_suggests_it() -> None:
    spoken = NAMES.coded_drug("310431")
    assert (spoken.drug, spoken.suggestions) == (None, ("gabapentin",))
    assert NAMES.coded_drug("856999").suggestions == ("hydrocodone/acetaminophen",)
    assert NAMES.coded_drug("1").suggestions == ()


def test_an_allergy_is_a_drug_a_class_or_a_word_of_its_list() -> None:
    assert NAMES.allergies.find("Advil") == "ibuprofen"
    assert NAMES.allergies.find("penicillins") == "penicillin"


def test_a_class_is_not_taken_over_by_a_synonym_of_the_allergy_list() -> None:
    assert NAMES.allergies.find("nsaid") == "nsaid"


def test_an_allergy_to_a_combination_counts_for_each_ingredient() -> None:
    assert NAMES.allergens("hydrocodone/acetaminophen") == {
        "hydrocodone/acetaminophen",
        "hydrocodone",
        "acetaminophen",
    }
    assert NAMES.allergens("ibuprofen") == {"ibuprofen"}


def test_the_code_system_is_the_one_the_contract_names() -> None:
    assert RXNORM == "http://www.nlm.nih.gov/research/umls/rxnorm"
