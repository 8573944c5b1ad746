"""What is answered to the arguable sample decisions, and which layer decided: the table in docs/arguable-cases.md.

Reasonable pharmacists differ about these, so that their verdict fails no build; a test holds the table against the
answers, and a change of one is read before it is committed. To write the table anew:

    .venv/bin/python -m tests.arguable_cases
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from api.schemas.requests import MeasuresSchema
from dosing.finding import Finding, Severity, Verdict
from dosing.measures import measure
from dosing.numbers import decimal_text
from dosing.screening import screen
from schedules.titration import plan
from tests.reading_cases import (
    DAY,
    ROOT,
    SAMPLES,
    Case,
    all_findings,
    cases,
    formulary,
    names,
    question_of,
    titration_of,
)

TABLE = ROOT / "docs" / "arguable-cases.md"
HEAD = """# Arguable cases

Sample decisions about which reasonable pharmacists differ, because sources or layers do. What is answered to them
fails no build; here stands the answer, and which layer decided it. Generated from `tests/cases/` by
`.venv/bin/python -m tests.arguable_cases`, and held against the answers by a test.

`label`, `guideline` and `seed` say whose rule it is ([layers](formulary.md#a-rule)). Where nothing needs a reason, the
rules that were told as information stand here; a plan and a measure have no verdict.

| case | what was asked | answer | decided by |
| --- | --- | --- | --- |
"""


def arguable() -> list[Case]:
    """The arguable cases of every file, by id; several questions may share one."""
    return sorted(
        (case for case in cases(SAMPLES) if case.get("consensus") == "arguable"),
        key=lambda case: (case.get("id", "~"), case["name"]),
    )


def table() -> str:
    """The whole document."""
    return HEAD + "".join(
        f"| {case.get('id', 'further')} | {case['name']} | {' | '.join(answered(case))} |\n" for case in arguable()
    )


def answered(case: Case) -> tuple[str, str]:
    """The answer in a word or a number, and who decided."""
    if "request" in case:
        question = question_of(case["request"])
        verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
        return f"{verdict.decision.value} ({verdict.severity.word})", "; ".join(deciding(verdict))
    if "titration" in case:
        made = plan(titration_of(case["titration"]), formulary())
        daily = [step.daily for step in made.regimen.steps]
        rises = sum(after > before for before, after in itertools.pairwise(daily))
        protocol = made.protocol
        last = f"{decimal_text(daily[-1].value)[0]} {daily[-1].unit.code}"
        return (
            f"a plan, {rises} rises to {last}",
            f"`{made.monograph.drug}`, protocol `{protocol.id}` ({protocol.layer.value})",
        )
    question = MeasuresSchema(names, lambda: DAY).load(dict(case["measures"]))
    known = measure(question.patient, question.as_of, formulary())
    asked = [name for name in case["expect"].get("values", {}) if name in known.computed]
    values = [f"{name.replace('_', ' ')} {decimal_text(known.computed[name].value.value)[0]}" for name in asked]
    if known.child_pugh is not None:
        values.append(f"Child-Pugh {known.child_pugh.score}, class {known.child_pugh.grade}")
    return ", ".join(values), "published formula"


def deciding(verdict: Verdict) -> Iterator[str]:
    """The rules of the gravest findings with their layers, and what was not checked where that decided."""
    findings = list(all_findings(verdict))
    if verdict.severity < Severity.WARNING:
        for row in verdict.not_checked:
            yield f"not checked: {row.code}, which needs {', '.join(row.needs)}"
    for finding in _gravest(findings, verdict.severity):
        if finding.rule is not None:
            yield f"`{finding.rule.id}` ({finding.rule.layer.value})"
    if not findings and not verdict.not_checked:
        yield "every rule that applies is kept"


def _gravest(findings: Iterable[Finding], severity: Severity) -> list[Finding]:
    """One finding for each rule, in the order told."""
    told: dict[str, Finding] = {}
    for finding in findings:
        if finding.severity is severity and finding.rule is not None:
            told.setdefault(finding.rule.id, finding)
    return list(told.values())


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
