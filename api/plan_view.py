"""A stored plan as the prescriber's page shows it: the words of the printed sheet, and what only a page can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.forms.fields import has_unit
from dosing.units import read_quantity, words
from schedules.formats.citations import source_words
from schedules.formats.contents import NEEDS, contents
from schedules.formats.course import course_of
from schedules.formats.dates import full, read_date
from schedules.formats.prescriber import NOT_GIVEN, value_words
from schedules.formats.rows import Row
from schedules.formats.sheet import Sheet
from schedules.formats.wording import NO_BREAK, amount, capitalised, is_quantity, listed, tall_man, tied

_NEEDED = {True: "Lower it slowly", False: "A stop is enough", None: "Not decided"}
_ASKED = {
    "height": "Height",
    "egfr": "eGFR",
    "laboratory": "Laboratory",
    "conditions": "Illnesses",
    "allergies": "Allergies",
    "medications": "Other medicines",
    "pregnant": "Pregnant",
    "breastfeeding": "Breastfeeding",
    "opioid_experience": "Used to opioids",
}
_MEASURES = ("height", "egfr", "laboratory")


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a source says: a title, the text, and who says so; `rule` may be empty."""

    title: str
    text: str
    rule: str
    source: str


def shown(plan: Mapping[str, Any], number: str) -> dict[str, object]:
    """What the template of a plan draws; `plan` is the schedule's JSON object, numbers as int or Decimal."""
    sheet = contents(plan, Sheet(number=number))
    drawing = sheet.prescriber.curve
    return {
        "page": sheet,
        "words": sheet.prescriber,
        "kind": plan["kind"],
        "verdict": plan["check"]["verdict"],
        # The only markup that is not the template's: our own drawing, which escapes every word it holds.
        "drawing": Markup(drawing.svg) if drawing else "",
        "target": amount(plan["target"]) if plan.get("target") else "",
        "ceilings": _ceilings(plan),
        "merged": [_merged(finding) for finding in plan["check"]["findings"]],
        "guidance": _guidance(plan),
        "floor": _floor(plan),
        # The floor and the guidance have places of their own on the page.
        "course": course_of({**plan, "floor": None, "guidance": []}),
        # Equivalents are many rows of a long plan, and have a place of their own.
        "totals": [row for row in sheet.prescriber.totals if row not in sheet.prescriber.equivalents],
        "facts": _facts(plan, sheet.prescriber.facts),
        "as_of": full(read_date(plan["start_date"])),
        "revises": plan.get("revises"),
        "drug": plan["drug"],
        "drug_words": tall_man(plan["drug"]),
        "signed_off": plan["formulary"]["signed_off"],
    }


def _ceilings(plan: Mapping[str, Any]) -> list[Said]:
    """What the limit lines are, and who says so; of a switch there may be two."""
    rows = plan.get("ceilings") or ()
    several = len(rows) > 1
    return [
        Said(
            tall_man(row["drug"]) if several else "",
            tied(str(row["why"])),
            row["rule"],
            source_words(row["source"]),
        )
        for row in rows
    ]


def _guidance(plan: Mapping[str, Any]) -> list[tuple[str, Said]]:
    """What each layer says about the need of a slow end, with the layer."""
    return [
        (
            capitalised(row["layer"]),
            Said(
                _NEEDED[row["taper_needed"]],
                tall_man(tied(str(row["message"]))),
                row["rule"],
                source_words(row["source"]),
            ),
        )
        for row in plan.get("guidance") or ()
    ]


def _floor(plan: Mapping[str, Any]) -> tuple[str, str, list[Said]] | None:
    """Where the strengths allow no step further down: the dose, why, and what can be done."""
    floor = plan.get("floor")
    if not floor:
        return None
    lower = floor.get("next_lower")
    ends = f"{tall_man(floor['drug'])}{NO_BREAK}{amount(floor['daily_dose'])}"
    after = f"; the next lower dose is {amount(lower)}" if lower else ""
    options = [
        Said("", tall_man(tied(str(way["text"]))), "", source_words(way["source"]) if way["source"] else "")
        for way in floor["options"]
    ]
    return f"{ends}{after}.", tall_man(tied(str(floor["why"]))), options


def _merged(finding: Mapping[str, Any]) -> list[Said]:
    """Weaker findings of the same cause, under the one that counts."""
    return [
        Said("", tall_man(tied(row["message"])), row["rule"] or row["code"], source_words(row["source"]))
        for row in finding["merged"]
    ]


def _facts(plan: Mapping[str, Any], facts: Iterable[Row]) -> list[Row]:
    """The sheet's facts, what else was told of the patient, and every fact that a rule missed."""
    rows = list(facts)
    clearance = plan["check"]["measures"].get("creatinine_clearance") or {}
    if clearance.get("inputs") and clearance.get("formula") != "stated":
        rows.append(Row("Clearance computed from", value_words(clearance["inputs"])))
    told = (plan.get("request") or {}).get("patient") or {}
    rows += [Row(label, _told(told[name], name in _MEASURES)) for name, label in _ASKED.items() if name in told]
    shown_labels = {row.label for row in rows}
    needs = dict.fromkeys(need for row in plan["check"]["not_checked"] for need in row["needs"])
    known = {name for name, fact in (plan.get("patient") or {}).items() if fact is not None} | told.keys()
    known |= (told.get("laboratory") or {}).keys()
    missing = [capitalised(NEEDS.get(need, need.replace("_", " "))) for need in needs if need not in known]
    return rows + [Row(label, NOT_GIVEN) for label in missing if label not in shown_labels]


def _told(fact: object, measure: bool = False) -> str:
    """An answer of the form in words; an empty list says that there are none."""
    match fact:
        case bool():
            return "yes" if fact else "no"
        case str():
            # A measure with its unit is read again, so that it is printed as every other one is.
            return tied(words(read_quantity(fact))) if measure and has_unit(fact) else fact.replace("-", " ")
        case Mapping() if "drug" in fact:
            return tall_man(str(fact["drug"]))
        case Mapping() if not is_quantity(fact):
            return listed([f"{name.replace('_', ' ')} {_told(value, measure)}" for name, value in fact.items()])
        case list():
            return listed([_told(item) for item in fact]) if fact else "none"
        case _:
            return value_words(fact)
