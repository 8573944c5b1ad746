"""Every English text that the patient's part can say: found in the code, made by it, or kept in the formulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import schedules.formats
from dosing.formulary.kinds import PartnerRule
from dosing.formulary.loader import load
from dosing.vocabulary import LIQUIDS
from schedules.formats.advising import title_of
from schedules.formats.instructions import SENTENCES
from schedules.formats.languages import DAYS, MONTHS
from schedules.formats.pieces import NOUNS

SAYING = {"message": 1, "say": 1, "count": 2}
# What quantities of a sheet are measured in, as they are read in English.
MEASURED = ("mg", "mcg", "g", "mL", "unit", "units", "MME")
RATES = ("", " a day", " a week", " an hour", " per mL")
COUNTED = ("dose", "tablet", "capsule", "patch", "spray", "film")
LASTING = ("hour", "day", "week", "month", "year")


def in_code() -> set[str]:
    """The literal texts that the modules mark or say."""
    found: set[str] = set()
    for path in Path(schedules.formats.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                said = call.args[: SAYING.get(name, 0)]
                found |= {one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def made() -> set[str]:
    """The texts that are made of a form or a verb."""
    groups = (*NOUNS.values(), *SENTENCES.values())
    return {str(getattr(group, field.name)) for group in groups for field in fields(group)} | set(LIQUIDS)


def measured() -> set[str]:
    """The words of units."""
    counts = {many for one in COUNTED for many in (one, f"{one}es" if one.endswith("ch") else f"{one}s")}
    return (
        {f"{unit}{rate}" for unit in MEASURED for rate in RATES}
        | {f"{count}{rate}" for count in counts for rate in RATES[:2]}
        | {many for one in LASTING for many in (one, f"{one}s")}
    )


def everything() -> set[str]:
    """All of it. Names of short months and days have a context and are not here."""
    return in_code() | made() | measured() | set(in_formulary()) | {*DAYS, *MONTHS}


def in_formulary() -> Iterator[str]:
    """Names, titles, advice with its headings, and what visits are for."""
    formulary = load()
    for code, advice in formulary.advice.items():
        yield advice.text
        if not code.startswith("call-now-"):
            yield title_of(code)
    for rule in formulary.rules.values():
        # Drugs without a monograph that a plan may be changed from, because a rule says how long to wait.
        if isinstance(rule, PartnerRule) and (rule.washout_partner or rule.washout_this):
            yield from (drug for drug in formulary.partners if formulary.concerns(drug, rule.partners))
    for monograph in formulary.monographs.values():
        yield monograph.drug
        yield monograph.title
        for way in (*monograph.protocols, *monograph.tapers):
            for reassessment in way.reassessments:
                yield reassessment.what
