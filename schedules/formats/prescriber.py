"""The part of a sheet for the prescriber: what will be signed, and why.

Findings stand above everything, each with its arithmetic and its source. A fact about the patient that
nobody gave is shown as missing, because a blank reads as "normal". This part is English in every language of the
sheet: who signs works in it, and a finding must read as the check said it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from schedules.formats.citations import cite, source_words
from schedules.formats.course import course_of
from schedules.formats.curve import Curve, curve
from schedules.formats.dates import brief_span, full, over_a_year, read_date
from schedules.formats.instructions import days_phrase
from schedules.formats.pharmacy import collected, equivalents_of, totals_of
from schedules.formats.pieces import AS_NEEDED, PART_TITLES, pieces_of
from schedules.formats.rows import Row, days_of
from schedules.formats.wording import (
    Json,
    amount,
    capitalised,
    is_quantity,
    listed,
    tall_man,
    tied,
)

NOT_GIVEN: Final = "not given"
_HASH_SHOWN: Final = 12
_VERDICTS: Final[Mapping[str, str]] = {
    "accept": "Accepted: every rule that applies was checked, and nothing needs a reason.",
    "warn": "May go on with a reason: see the findings and what was not checked.",
    "reject": "Rejected.",
    "cannot-assess": "Could not be fully checked: see what was not checked.",
}
_SEVERITIES: Final[Mapping[str, str]] = {
    "critical": "Critical",
    "warning": "Warning",
    "info": "For information",
}
_COMPARISONS: Final[Mapping[str, str]] = {
    "<=": "at most",
    "<": "less than",
    ">=": "at least",
    ">": "more than",
    "=": "exactly",
}
_FACTS: Final[Mapping[str, str]] = {
    "age": "Age",
    "weight": "Weight",
    "creatinine_clearance": "Creatinine clearance",
    "hepatic_impairment": "Liver impairment",
}
_FORMULAS: Final[Mapping[str, str]] = {"stated": "as stated", "cockcroft-gault": "by Cockcroft and Gault"}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as it is read: how grave, what, the arithmetic, what would pass, who says so."""

    severity: str
    message: str
    arithmetic: str
    passing: str
    rule: str
    layer: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step in the prescriber's table; `gone` says so of a step from before a revision."""

    number: int
    dates: str
    days: str
    total: str
    pieces: tuple[str, ...]
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Everything on the prescriber's part."""

    title: str
    verdict: str
    protocol: str
    target: str
    findings: tuple[FindingLine, ...]
    not_checked: tuple[Row, ...]
    passed: str
    curve: Curve | None
    equivalents: tuple[Row, ...]
    course: tuple[Row, ...]
    steps: tuple[StepRow, ...]
    chosen: tuple[Row, ...]
    facts: tuple[Row, ...]
    totals: tuple[Row, ...]
    reassessments: tuple[Row, ...]
    sources: tuple[str, ...]
    formulary: str


def prescriber_part(
    plan: Json, drugs: Sequence[str], several_strengths: Set[str], needs: Mapping[str, str]
) -> Prescriber:
    """The prescriber's words of a plan; `several_strengths` are the drugs that have them, `needs` names inputs."""
    check, protocol, formulary = plan["check"], plan.get("protocol"), plan["formulary"]
    cited: dict[str, int] = {}
    with_year = over_a_year(read_date(plan["start_date"]), read_date(plan["end_date"]))
    return Prescriber(
        title=tall_man(plan.get("title") or capitalised(plan["drug"])),
        verdict=_VERDICTS[check["verdict"]],
        protocol=_protocol(protocol, drugs, cited) if protocol else "",
        target="" if plan.get("target_reached", True) else "The plan ends before the target dose is reached.",
        findings=tuple(_finding(row, drugs) for row in check["findings"]),
        not_checked=tuple(
            Row(
                _code_words(row["code"]),
                tall_man(tied(row["message"], drugs)),
                f"Missing: {listed([needs.get(need, need.replace('_', ' ')) for need in row['needs']])}."
                if row["needs"]
                else "",
            )
            for row in check["not_checked"]
        ),
        passed=_passed(len(check["passed"])),
        curve=curve(plan, gone=True, name="whole"),
        equivalents=equivalents_of(plan),
        course=course_of(plan),
        steps=tuple(
            _step(step, step["drug"] in several_strengths, len(drugs) > 1, with_year) for step in plan["steps"]
        ),
        chosen=tuple(
            Row(
                _code_words(row["field"]),
                f"{value_words(row['value'])}.",
                tall_man(f"{tied(row['why'], drugs)} {cite(row.get('source'), cited)}".strip()),
            )
            for row in plan["chosen"]
        ),
        facts=_facts(plan.get("patient") or {}),
        totals=(*collected(plan, drugs), *totals_of(plan, drugs)),
        reassessments=tuple(
            Row(full(read_date(row["date"])), tied(row["what"], drugs), cite(row.get("source"), cited))
            for row in plan["reassessments"]
        ),
        # Evaluated last: the rows above have said by now what they cite.
        sources=tuple(cited),
        formulary=f"Formulary {formulary['version']}, SHA-256 begins {formulary['sha256'][:_HASH_SHOWN]}.",
    )


def value_words(value: object) -> str:
    """A value that was chosen, whatever its shape: a quantity, a product, a name, a list of these."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if is_quantity(value):
            return amount(value)
        if "strength" in value:
            return f"{value_words(value['strength'])} {value.get('form', '')}".strip()
        return listed([f"{_code_words(str(key)).lower()} {value_words(item)}" for key, item in value.items()])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return listed([value_words(item) for item in value])
    return tied(str(value))


def _code_words(code: str) -> str:
    return tall_man(capitalised(code.replace("-", " ").replace("_", " ")))


def _finding(row: Json, drugs: Sequence[str]) -> FindingLine:
    measured, limit, source = row.get("measured"), row.get("limit"), row.get("source") or {}
    arithmetic = ""
    if measured and limit:
        comparison = _COMPARISONS.get(row.get("comparison") or "", "")
        arithmetic = f"Measured {amount(measured)}; must be {comparison} {amount(limit)}.".replace("  ", " ")
    elif measured:
        arithmetic = f"Measured {amount(measured)}."
    url = str(source.get("url") or "")
    return FindingLine(
        severity=_SEVERITIES[row["severity"]],
        message=tall_man(tied(row["message"], drugs)),
        arithmetic=arithmetic,
        passing=_passing(row.get("suggestion") or {}),
        rule=row.get("rule") or row["code"],
        layer=row.get("layer") or "",
        source=source_words(source),
        url=url if url.startswith("https://") else "",
    )


def _passing(suggestion: Json) -> str:
    dose, duration = suggestion.get("largest_passing_dose"), suggestion.get("longest_passing_duration")
    passing = [f"a dose of at most {amount(dose)}"] if dose else []
    passing += [f"at most {amount(duration)}"] if duration else []
    return f"What would pass: {' or '.join(passing)}." if passing else ""


def _passed(count: int) -> str:
    if count == 0:
        return "No rule was checked and kept."
    return "1 rule was checked and kept." if count == 1 else f"{count} rules were checked and kept."


def _step(step: Json, several_strengths: bool, drug_names: bool, with_year: bool) -> StepRow:
    first, last = step["from_day"], step["to_day"]
    total = amount(step.get("daily_dose") or step["weekly_dose"])
    of_drug = f" of {tall_man(step['drug'])}" if drug_names else ""
    on_days = days_phrase(step)
    lead = f"{on_days}, " if on_days else ""
    pieces = tuple(
        f"{lead}{PART_TITLES[dose['when'] or AS_NEEDED]}: {listed(pieces_of(dose, several_strengths))}{of_drug}"
        f" ({amount(dose['amount'])})"
        for dose in step["doses"]
    )
    return StepRow(
        number=step["number"],
        dates=brief_span(read_date(step["from_date"]), read_date(step["to_date"]), with_year),
        days=days_of(first, last),
        total=f"up to {total}" if step.get("as_needed") else total,
        pieces=pieces,
        gone="gone" if step.get("past") else "",
    )


def _protocol(protocol: Json, drugs: Sequence[str], cited: dict[str, int]) -> str:
    return tall_man(f"{tied(protocol['title'], drugs)}. {cite(protocol.get('source'), cited)}".strip())


def _facts(patient: Json) -> tuple[Row, ...]:
    """The facts that decide, always all of them, then whatever else the plan knows."""
    rows = [Row(title, _fact(patient.get(name))) for name, title in _FACTS.items()]
    others = [Row(_code_words(name), _fact(fact)) for name, fact in patient.items() if name not in _FACTS]
    return tuple(rows + others)


def _fact(fact: object) -> str:
    """A fact with the formula that gave it, or that nobody gave it."""
    if fact is None:
        return NOT_GIVEN
    if not isinstance(fact, Mapping) or not fact.get("formula"):
        return value_words(fact)
    formula, weight = str(fact["formula"]), fact.get("weight_used")
    told = f"{value_words(fact)}, {_FORMULAS.get(formula, f'by {formula}')}"
    if weight is None:
        return told
    return f"{told}, with {amount(weight)}" if is_quantity(weight) else f"{told}, with the {weight} weight"
