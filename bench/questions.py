"""What is asked: an order that can be judged completely, the same beside five medications, and plans of each kind.

The patient lacks nothing that a rule needs, so that every rule is evaluated and none is cut short as "not checked".
"""

from __future__ import annotations

from typing import Any

PATIENT: dict[str, Any] = {
    "age": "54 years",
    "sex": "male",
    "weight": "70 kg",
    "height": "175 cm",
    "creatinine_clearance": "90 mL/min",
    "hemodialysis": False,
    "hepatic_impairment": "none",
    "opioid_experience": "naive",
    "conditions": [],
    "allergies": [],
    "medications": [],
}

ORDER: dict[str, Any] = {
    "id": "rx-1",
    "drug": "gabapentin",
    "form": "capsule",
    "indication": "neuropathic-pain",
    "start_date": "2026-12-01",
    "dose": "300 mg",
    "frequency": {"times": 3, "per": "day"},
}

FIVE_MEDICATIONS: list[dict[str, Any]] = [
    {"drug": "prednisone", "form": "tablet", "dose": "5 mg", "frequency": {"times": 1, "per": "day"}},
    {"drug": "tramadol", "form": "tablet", "dose": "50 mg", "frequency": {"times": 2, "per": "day"}},
    {"drug": "acetaminophen", "form": "tablet", "dose": "500 mg", "frequency": {"every": "8 hours"}},
    {"drug": "cyclobenzaprine", "form": "tablet", "dose": "5 mg", "frequency": {"times": 1, "per": "day"}},
    {"drug": "lisinopril", "form": "tablet", "dose": "10 mg", "frequency": {"times": 1, "per": "day"}},
]

ONE_ORDER = {"patient": PATIENT, "orders": [ORDER]}
FIVE_CONCURRENT = {"patient": PATIENT | {"medications": FIVE_MEDICATIONS}, "orders": [ORDER]}

TITRATION = {
    "drug": "gabapentin",
    "form": "capsule",
    "indication": "neuropathic-pain",
    "patient": PATIENT,
    "start_date": "2026-12-01",
    "start_dose": "300 mg",
    "target": "1800 mg/day",
}

SWITCH = {
    "from": {"drug": "gabapentin", "doses": {"morning": "300 mg", "noon": "300 mg", "evening": "600 mg"}},
    "to": {"drug": "pregabalin", "target": "150 mg/day"},
    "over": "7 days",
    "indication": "neuropathic-pain",
    "patient": PATIENT,
    "start_date": "2026-12-01",
}

TAPER = {
    "drug": "prednisone",
    "form": "tablet",
    "from": [{"dose": "40 mg", "frequency": {"times": 1, "per": "day"}}],
    "to": "5 mg/day",
    "step": "5 mg/day",
    "step_interval": "7 days",
    "taken_for": "6 weeks",
    "indication": "polymyalgia-rheumatica",
    "patient": PATIENT,
    "start_date": "2026-12-01",
}

LONG_PLAN = {
    "drug": "diazepam",
    "from": [{"dose": "10 mg", "frequency": {"times": 2, "per": "day"}}],
    "to": "stop",
    "percent": 5,
    "percent_of": "current",
    "step_interval": "14 days",
    "taken_for": "52 weeks",
    "days": 364,
    "indication": "anxiety",
    "patient": PATIENT,
    "start_date": "2026-12-01",
}
