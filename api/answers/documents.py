"""What the OpenAPI document says of answers. Nothing is dumped through it; a test holds real answers against it."""

from __future__ import annotations

from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


def record(properties: Document, *, optional: tuple[str, ...] = (), description: str = "") -> Document:
    """An object with these members and no others; those not named as optional are always there."""
    document: Document = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    return document | ({"description": description} if description else {})


def listed(item: Document) -> Document:
    return {"type": "array", "items": item}


def or_null(document: Document) -> Document:
    return {"anyOf": [document, {"type": "null"}]}


def mapped(item: Document) -> Document:
    return {"type": "object", "additionalProperties": item}


TEXT: Document = {"type": "string"}
TEXTS = listed(TEXT)
FLAG: Document = {"type": "boolean"}
WHOLE: Document = {"type": "integer"}
DATE: Document = {"type": "string", "format": "date"}
ANYTHING: Document = {"type": "object"}
SEVERITY: Document = {"enum": ["critical", "warning", "info"]}
LAYER: Document = {"enum": ["label", "guideline", "seed", "local"]}
EVIDENCE: Document = {"enum": ["label", "secondary", "unconfirmed"]}

QUANTITY = record(
    {
        "value": {"type": "number", "description": "An exact decimal, unless `rounded`"},
        "unit": {"type": "string", "description": "A UCUM code"},
        "rounded": {"const": True},
    },
    optional=("rounded",),
)
MAYBE_QUANTITY = or_null(QUANTITY)
_SOURCE = {
    "id": TEXT,
    "title": TEXT,
    "section": TEXT,
    "year": or_null(WHOLE),
    "url": TEXT,
}
SOURCE = record(_SOURCE)
CITED = record(_SOURCE | {"evidence": or_null(EVIDENCE)})
FORMULARY = record(
    {
        "version": TEXT,
        "sha256": TEXT,
        "signed_off": {"type": "boolean", "description": "Whether a clinician has signed this version"},
    }
)

SUGGESTION = record(
    {
        "largest_passing_dose": MAYBE_QUANTITY,
        "longest_passing_duration": MAYBE_QUANTITY,
        "max_per_day": QUANTITY,
        "names": TEXTS,
    },
    optional=("max_per_day", "names"),
    description="What would pass",
)
_FINDING = {
    "code": TEXT,
    "severity": SEVERITY,
    "orders": TEXTS,
    "order": or_null(TEXT),
    "medications": TEXTS,
    "drug": TEXT,
    "step": or_null(WHOLE),
    "day": or_null(WHOLE),
    "days": {
        "type": "array",
        "items": {"type": "array", "items": or_null(WHOLE), "minItems": 2, "maxItems": 2},
        "description": "First and last days, counted from day 1; null: it goes on",
    },
    "message": TEXT,
    "measured": MAYBE_QUANTITY,
    "comparison": {"enum": ["<", "<=", "=", ">=", ">", None], "description": "The condition that has to hold"},
    "limit": MAYBE_QUANTITY,
    "merged": listed(ANYTHING) | {"description": "Weaker findings of the same cause, in the same shape"},
    "rule": or_null(TEXT),
    "layer": or_null(LAYER),
    "source": or_null(CITED),
    "suggestion": or_null(SUGGESTION),
    "implied": {"const": True},
}
FINDING = record(_FINDING, optional=("implied",))
NOT_CHECKED = record(
    {
        "code": TEXT,
        "order": TEXT,
        "needs": TEXTS,
        "message": TEXT,
        "rule": or_null(TEXT),
        "rules": TEXTS,
        "severity": {"enum": ["critical", "warning", "info", "none"]},
    },
    description="A question that could not be answered, and what it needs",
)
PASSED = record({"code": TEXT, "rule": TEXT, "order": TEXT, "measured": MAYBE_QUANTITY, "limit": MAYBE_QUANTITY})
STRETCH = record(
    {
        "from_day": WHOLE,
        "to_day": or_null(WHOLE),
        "per_day": MAYBE_QUANTITY,
        "drug": TEXT,
        "reason": TEXT,
        "class": TEXT,
    },
    optional=("drug", "reason", "class"),
    description="A total a day; or a drug that could not be counted, with the reason",
)
TOTALS = mapped(listed(STRETCH)) | {"description": "mme, prednisone_equivalent and acetaminophen, by stretches of days"}
_GROUNDS = {
    "inputs": mapped({"anyOf": [QUANTITY, TEXT]}) | {"description": "What it was computed from; empty when stated"},
    "source": or_null(SOURCE) | {"description": "Who states the formula; null when the value was stated"},
    "also": listed(SOURCE) | {"description": "Who states what is beside the formula: a conversion, a category"},
    "note": TEXT,
}
_FORMULA = {"type": "string", "description": "Its name; `stated` where the value was given"}
_DOMAIN = {"type": "string", "description": "For whom the formula is defined, where it is not for everybody"}
_NUMBER = QUANTITY["properties"] | {"formula": _FORMULA, "domain": _DOMAIN}
_MAYBE = ("rounded", "domain", "also", "note")
MEASURE = record(_NUMBER | _GROUNDS, optional=_MAYBE)
CLEARANCE = record(
    _NUMBER
    | {
        "weight_used": or_null({"enum": ["actual", "ideal", "adjusted"]}),
        "by_weight": mapped(QUANTITY) | {"description": "What each known weight gives: actual, ideal, adjusted"},
    }
    | _GROUNDS,
    optional=_MAYBE,
    description="Cockcroft-Gault, unless stated; adults only",
)
DEINDEXED = record(
    QUANTITY["properties"]
    | {
        "body_surface_area": QUANTITY,
        "body_surface_formula": {"type": "string", "description": "mosteller"},
    },
    optional=("rounded",),
    description="The same rate for the patient's own body surface: eGFR x surface / 1.73, in mL/min",
)
FILTRATION = record(
    _NUMBER
    | {
        "category": {
            "enum": ["G1", "G2", "G3a", "G3b", "G4", "G5"],
            "description": "Of adults, by the unrounded value",
        },
        "deindexed": DEINDEXED,
    }
    | _GROUNDS,
    optional=(*_MAYBE, "category", "deindexed"),
    description="CKD-EPI 2021 from 18 years, bedside Schwartz from 1 year, unless stated",
)
SURFACE = record(
    _NUMBER
    | {"by_formula": mapped(QUANTITY) | {"description": "What each formula gives: mosteller, dubois"}}
    | _GROUNDS,
    optional=_MAYBE,
    description="Mosteller, with DuBois beside it",
)
CHILD_PUGH = record(
    {
        "value": or_null(WHOLE) | {"description": "The score, 5 to 15; null for a class that was stated"},
        "class": {"enum": ["A", "B", "C"]},
        "formula": _FORMULA,
        "points": mapped(WHOLE) | {"description": "By criterion"},
        **_GROUNDS,
    },
    optional=("points", "also", "note"),
)
_MEASURE_OF = {
    "creatinine_clearance": CLEARANCE,
    "egfr": FILTRATION,
    "ideal_body_weight": MEASURE,
    "adjusted_body_weight": MEASURE,
    "body_surface_area": SURFACE,
    "body_mass_index": MEASURE,
    "child_pugh": CHILD_PUGH,
}
_MEASURES = {
    "measures": record(_MEASURE_OF, optional=tuple(_MEASURE_OF)),
    "not_computed": record(
        dict.fromkeys(_MEASURE_OF, record({"reason": TEXT, "needs": TEXTS})),
        optional=tuple(_MEASURE_OF),
        description="What is absent from `measures`: why, and the fields that would change it",
    ),
}

CHECK_ANSWER = record(
    {
        "id": {"type": "string", "description": "128 random bits"},
        "as_of": DATE,
        "verdict": {"enum": ["accept", "warn", "reject", "cannot-assess"]},
        "severity": {"enum": ["critical", "warning", "info", "none"]},
        "findings": listed(FINDING),
        "not_checked": listed(NOT_CHECKED),
        "passed": listed(PASSED),
        "totals": TOTALS,
        **_MEASURES,
        "formulary": FORMULARY,
    }
)
EQUIVALENTS_ANSWER = record({"as_of": DATE, "totals": TOTALS, "formulary": FORMULARY})
MEASURES_ANSWER = record({"as_of": DATE, **_MEASURES, "formulary": FORMULARY})

RULE_ROW = record(
    {
        "rule": TEXT,
        "code": TEXT,
        "severity": SEVERITY,
        "layer": LAYER,
        "evidence": EVIDENCE,
        "superseded": FLAG,
        "review_by": TEXT,
    }
)
_RULE = {
    "rule": TEXT,
    "code": TEXT,
    "subject": TEXT,
    "severity": SEVERITY,
    "layer": LAYER,
    "value": {"type": "object", "description": "The limits and actions that the rule states"},
    "applies_when": {"type": "string", "description": "In words; always: whenever the drug is ordered"},
    "when": {"type": "object", "description": "The same as data"},
    "source": CITED,
    "also": listed(SOURCE),
    "note": TEXT,
    "exception": {"type": "string", "description": "Why the severity is not the usual one"},
    "if_unstated": or_null(SEVERITY),
    "if_missing": or_null(SEVERITY),
    "always": FLAG,
    "may_loosen": FLAG,
    "superseded": {"type": "boolean", "description": "Shown, and never fires"},
    "review_by": TEXT,
}
RULE = record(_RULE)
CASE = record({"name": TEXT, "severity": or_null(SEVERITY), "request": ANYTHING})
RULES_ANSWER = record({"rules": listed(RULE_ROW), "formulary": FORMULARY})
RULE_ANSWER = record(
    _RULE | {"cases": record({"must_fire": listed(CASE), "must_not_fire": listed(CASE)}), "formulary": FORMULARY}
)
CHECKS_ANSWER = record({"checks": listed(record({"code": TEXT, "title": TEXT})), "formulary": FORMULARY})

STRENGTH = record({"form": TEXT, "strength": QUANTITY, "volume": MAYBE_QUANTITY})
_DRUG_ROW = {
    "name": TEXT,
    "title": TEXT,
    "classes": TEXTS,
    "forms": TEXTS,
    "strengths": listed(STRENGTH),
    "synonyms": TEXTS,
    "brands": TEXTS,
    "protocols": TEXTS,
    "tapers": TEXTS,
    "codes": mapped(TEXT),
    "status": {"enum": ["draft", "reviewed", "released"]},
    "review_by": TEXT,
    "reviewers": listed(record({"name": TEXT, "on": TEXT})),
}
_COMBINATION_ROW = {"name": TEXT, "ingredients": TEXTS, "forms": TEXTS, "synonyms": TEXTS}
_PARTNER = {
    "name": TEXT,
    "names": TEXTS,
    "classes": TEXTS,
    "codes": mapped(TEXT),
    "monograph": {"const": False},
}
DRUGS_ANSWER = record(
    {
        "drugs": listed(record(_DRUG_ROW)),
        "combinations": listed(record(_COMBINATION_ROW)),
        "known_by_name": listed(record(_PARTNER)),
        "formulary": FORMULARY,
    }
)
_MONOGRAPH = _DRUG_ROW | {
    "products": listed(ANYTHING),
    "limits": listed(RULE),
    "protocols": listed(ANYTHING),
    "tapers": listed(ANYTHING),
    "restart": or_null(ANYTHING),
    "facts": listed(record({"topic": TEXT, "text": TEXT, "source": CITED})),
    "not_interchangeable": TEXTS,
    "basis": or_null(
        record(
            {
                "stated": {"enum": ["salt", "base"]},
                "salt": QUANTITY,
                "base": QUANTITY,
                "other_names": TEXTS,
                "source": CITED,
            }
        )
    ),
    "international_units": or_null(record({"amount": QUANTITY, "per": QUANTITY, "source": CITED})),
    "formulary": FORMULARY,
}
DRUG_ANSWER: Document = {
    "anyOf": [
        record(_MONOGRAPH),
        record(_COMBINATION_ROW | {"products": listed(ANYTHING), "formulary": FORMULARY}),
        record(_PARTNER | {"formulary": FORMULARY}),
    ]
}
_TERM = record({"name": TEXT, "title": TEXT, "synonyms": TEXTS, "codes": record({"icd10cm": TEXTS})})
CONDITIONS_ANSWER = record(
    {
        "indications": listed(_TERM),
        "conditions": listed(_TERM),
        "allergies": listed(_TERM),
        "classes": listed(record({"name": TEXT, "title": TEXT, "members": TEXTS})),
        "formulary": FORMULARY,
    }
)
