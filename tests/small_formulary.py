"""A formulary of invented drugs in a temporary folder: a test says what it is about, and no real number moves it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from api.schemas.requests import CheckSchema
from dosing.finding import Finding, Verdict
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary
from dosing.names import names_of
from dosing.screening import screen
from tests.reading_cases import DAY, all_findings

HEALTHY = {
    "age": "45 years",
    "sex": "male",
    "weight": "70 kg",
    "height": "175 cm",
    "creatinine_clearance": "90 mL/min",
    "egfr": "90 mL/min/1.73 m2",
    "hepatic_impairment": "none",
    "hemodialysis": False,
    "conditions": [],
    "allergies": [],
    "medications": [],
}
SOURCE = """
invented-label:
  title: Invented tablets label
  year: 2026
"""
OTHERS = """
otherine: {classes: [other]}
thirdine: {classes: [third]}
fourthine: {classes: [other]}
"""


def small_formulary(folder: Path, rules: str, more: str = "", strength: str = "1 mg") -> Formulary:
    """A formulary with one drug, whose rules are written as in its monograph; `layer`, `source` and `evidence` are
    those of an invented label wherever a rule leaves them out."""
    shutil.copy(HERE / "formulas.yaml", folder / "formulas.yaml")
    (folder / "sources-formulas.yaml").write_text(_cited_by((HERE / "formulas.yaml").read_text("utf-8")))
    # Its classes are those of the shipped drugs, which are not here.
    words = re.sub(r", classes: \[[^]]*\]", "", (HERE / "vocabulary.yaml").read_text("utf-8"))
    (folder / "vocabulary.yaml").write_text(words)
    (folder / "formulary.yaml").write_text('version: "0"\nstatus: draft\n')
    (folder / "sources-invented.yaml").write_text(SOURCE)
    (folder / "partners.yaml").write_text(OTHERS)
    for place in ("monographs", "classes", "equivalence", "cases"):
        (folder / place).mkdir(exist_ok=True)
    for name in ("other", "third"):
        (folder / "classes" / f"{name}.yaml").write_text(f"class: {name}\ntitle: {name.capitalize()} drugs\n")
    drug = "exampline"
    head = f"drug: {drug}\ntitle: {drug.capitalize()}\nstatus: draft\nreview_by: 2027-11-21\nclasses: [other]\n"
    products = f"products:\n  - {{form: tablet, strength: '{strength}', source: invented-label, evidence: label}}\n"
    text = head + dedent(more) + products + "rules:\n" + indent(_completed(dedent(rules)), "  ")
    (folder / "monographs" / f"{drug}.yaml").write_text(text)
    return load(folder)


@cache
def _cited_by(formulas: str) -> str:
    """The sources of the formulas, as they are shipped: a source that nothing cites is a fault."""
    cited = set(re.findall(r"(?m)source: (\S+)$", formulas))
    shipped = "\n".join(path.read_text("utf-8") for path in sorted(HERE.glob("sources*.yaml")))
    entries = re.split(r"(?m)^(?=[a-z0-9])", shipped)
    return "".join(entry for entry in entries if entry.partition(":")[0] in cited)


def _completed(rules: str) -> str:
    """Each rule with a layer, a source and how well it is confirmed."""
    completed = []
    for rule in rules.strip("\n").split("\n- "):
        lines = rule.removeprefix("- ").rstrip("\n")
        for key, value in (("layer", "label"), ("source", "invented-label"), ("evidence", "label")):
            if f"\n  {key}:" not in lines:
                lines += f"\n  {key}: {value}"
        completed.append(f"- {lines}\n")
    return "".join(completed)


def ask(
    formulary: Formulary, *orders: Mapping[str, Any], patient: Mapping[str, Any] | None = None, as_of: date = DAY
) -> Verdict:
    """The verdict on orders of the invented drug for a healthy adult, with what is stated changed or (None) unsaid."""
    known = names_of(formulary)
    stated = {key: value for key, value in (HEALTHY | dict(patient or {})).items() if value is not None}
    body = {
        "patient": stated,
        "orders": [{"drug": "exampline", "form": "tablet", "start_date": "2026-12-01", **order} for order in orders],
        "as_of": as_of.isoformat(),
    }
    question = CheckSchema(lambda: known, lambda: DAY).load(body)
    return screen(question.orders, question.patient, formulary, question.as_of).verdict


def finding(verdict: Verdict, rule: str) -> Finding | None:
    """What a rule of the invented drug found, if it did."""
    return next(
        (found for found in all_findings(verdict) if found.rule is not None and found.rule.id == f"exampline/{rule}"),
        None,
    )


def unanswered(verdict: Verdict, rule: str) -> tuple[str, ...] | None:
    """What a rule of the invented drug could not be checked without; None when it was."""
    return next(
        (row.needs for row in verdict.not_checked if any(known.id == f"exampline/{rule}" for known in row.rules)),
        None,
    )
