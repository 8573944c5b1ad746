"""The formulary as data: drugs, closed lists of names, rules with their cases, and the checks."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from api.answers.rules import rule_answer
from api.answers.ways import cited, protocol_answer, restart_answer, taper_answer
from api.json_text import quantity
from dosing.checks import CHECKS
from dosing.formulary.model import (
    Basis,
    Combination,
    CombinationProduct,
    Formulary,
    InternationalUnits,
    Monograph,
    Partner,
    Product,
    Term,
)
from dosing.units import UNITS, Quantity


def drugs_answer(formulary: Formulary, version: orjson.Fragment) -> dict[str, object]:
    """Every drug with a monograph, every combination, and what is known by name only."""
    return {
        "drugs": [_monograph_row(known) for _, known in sorted(formulary.monographs.items())],
        "combinations": [_combination_row(known) for _, known in sorted(formulary.combinations.items())],
        "known_by_name": [
            _partner(known) for name, known in sorted(formulary.partners.items()) if name not in formulary.monographs
        ],
        "formulary": version,
    }


def drug_answer(formulary: Formulary, drug: str, version: orjson.Fragment) -> dict[str, object]:
    """Everything that is stated about one drug, by the formulary's name for it."""
    if drug in formulary.monographs:
        return {**_monograph(formulary.monographs[drug]), "formulary": version}
    if drug in formulary.combinations:
        known = formulary.combinations[drug]
        products = [_combination_product(product) for product in known.products]
        return {**_combination_row(known), "products": products, "formulary": version}
    return {**_partner(formulary.partners[drug]), "formulary": version}


def conditions_answer(formulary: Formulary, version: orjson.Fragment) -> dict[str, object]:
    """The closed lists. Every drug of /v1/drugs and every class may be an allergy too."""
    return {
        "indications": [_term(term) for _, term in sorted(formulary.indications.items())],
        "conditions": [_term(term) for _, term in sorted(formulary.conditions.items())],
        "allergies": [_term(term) for _, term in sorted(formulary.allergies.items())],
        "classes": [
            {"name": name, "title": title, "members": sorted(formulary.members.get(name, ()))}
            for name, title in sorted(formulary.classes.items())
        ],
        "formulary": version,
    }


def rules_answer(formulary: Formulary, version: orjson.Fragment) -> dict[str, object]:
    """Every rule in a line, superseded ones among them."""
    rows = [
        {
            "rule": rule.id,
            "code": rule.kind,
            "severity": rule.severity.word,
            "layer": rule.layer.value,
            "evidence": rule.evidence.value,
            "superseded": rule.superseded,
            "review_by": rule.review_by,
        }
        for _, rule in sorted(formulary.rules.items())
    ]
    return {"rules": rows, "formulary": version}


def one_rule_answer(
    formulary: Formulary, rule: str, cases: Mapping[str, list[dict[str, object]]], version: orjson.Fragment
) -> dict[str, object]:
    """One rule with the cases in which it must fire and must not."""
    return {**rule_answer(formulary.rules[rule]), "cases": cases, "formulary": version}


def checks_answer(version: orjson.Fragment) -> dict[str, object]:
    """The questions that are asked of every order, in reporting order."""
    return {"checks": [{"code": check.code, "title": check.title} for check in CHECKS], "formulary": version}


def _monograph_row(known: Monograph) -> dict[str, object]:
    return {
        "name": known.drug,
        "title": known.title,
        "classes": sorted(known.classes),
        "forms": known.forms,
        "strengths": [_strength(product.form, product.strength, product.volume) for product in known.products],
        "synonyms": known.synonyms,
        "brands": known.brands,
        "protocols": [protocol.id for protocol in known.protocols],
        "tapers": [taper.id for taper in known.tapers],
        "codes": known.codes,
        "status": known.status,
        "review_by": known.review_by,
        "reviewers": [{"name": reviewer.name, "on": reviewer.on} for reviewer in known.reviewers],
    }


def _monograph(known: Monograph) -> dict[str, object]:
    return {
        **_monograph_row(known),
        "products": [_product(product) for product in known.products],
        "limits": [rule_answer(rule) for rule in known.rules],
        "protocols": [protocol_answer(protocol) for protocol in known.protocols],
        "tapers": [taper_answer(taper) for taper in known.tapers],
        "restart": restart_answer(known.restart) if known.restart is not None else None,
        "facts": [
            {"topic": fact.topic, "text": fact.text, "source": cited(fact.source, fact.evidence)}
            for fact in known.facts
        ],
        "not_interchangeable": known.not_interchangeable,
        "basis": _basis(known.basis) if known.basis is not None else None,
        "international_units": (
            _international(known.international_units) if known.international_units is not None else None
        ),
    }


def _basis(known: Basis) -> dict[str, object]:
    return {
        "stated": known.stated,
        "salt": quantity(known.salt),
        "base": quantity(known.base),
        "other_names": known.other_names,
        "source": cited(known.source, known.evidence),
    }


def _international(known: InternationalUnits) -> dict[str, object]:
    return {
        "amount": quantity(Quantity(known.amount, UNITS["[iU]"])),
        "per": quantity(known.per),
        "source": cited(known.source, known.evidence),
    }


def _strength(form: str, strength: Quantity, volume: Quantity | None) -> dict[str, object]:
    return {"form": form, "strength": quantity(strength), "volume": _optional(volume)}


def _product(product: Product) -> dict[str, object]:
    return {
        **_strength(product.form, product.strength, product.volume),
        "pieces_per_unit": product.pieces_per_unit,
        "increment": _optional(product.increment),
        "rxnorm": product.rxnorm or None,
        "offered": product.offered,
        "note": product.note,
        "source": cited(product.source, product.evidence),
    }


def _combination_row(known: Combination) -> dict[str, object]:
    return {
        "name": known.drug,
        "ingredients": known.ingredients,
        "forms": list(dict.fromkeys(product.form for product in known.products)),
        "synonyms": known.synonyms,
    }


def _combination_product(product: CombinationProduct) -> dict[str, object]:
    return {
        "form": product.form,
        "strengths": {drug: quantity(amount) for drug, amount in product.strengths.items()},
        "volume": _optional(product.volume),
        "rxnorm": product.rxnorm or None,
        "source": cited(product.source, product.evidence),
    }


def _partner(known: Partner) -> dict[str, object]:
    return {
        "name": known.drug,
        "names": known.names,
        "classes": sorted(known.classes),
        "codes": known.codes,
        "monograph": False,
    }


def _term(term: Term) -> dict[str, object]:
    return {
        "name": term.name,
        "title": term.title,
        "synonyms": term.synonyms,
        "codes": {"icd10cm": term.codes},
    }


def _optional(measured: Quantity | None) -> dict[str, object] | None:
    return quantity(measured) if measured is not None else None
