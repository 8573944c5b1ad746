"""Verdicts, totals and measures as the contract writes them.

What never changes while a formulary is loaded (its version, the source of a rule, the limits as they stand in it) is
encoded once, when the formulary is loaded, and only pasted into answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

import orjson

from api.json_text import encode, quantity
from dosing.finding import Finding, NotChecked, Passed, Suggestion, Verdict
from dosing.formulary.kinds import Band, DoseRow, Rule, Source
from dosing.formulary.model import Formulary
from dosing.measures import ChildPugh, Deindexed, Measure, Measures, NotComputed
from dosing.screening import Screening
from dosing.totals import Stretch
from dosing.units import Quantity


@dataclass(frozen=True, slots=True)
class Encoded:
    """The parts of answers that a formulary settles.

    `limits` is by the identity of the formulary's own quantities, and holds them, so that no identity is ever
    another's: looking one up by its value would cost more than writing it.
    """

    formulary: orjson.Fragment
    sources: Mapping[str, orjson.Fragment]
    limits: Mapping[int, tuple[Quantity, orjson.Fragment]]


def encoded(formulary: Formulary) -> Encoded:
    """Encode what never changes, when a formulary is loaded."""
    version = {
        "version": formulary.version,
        "sha256": formulary.sha256,
        "signed_off": formulary.signed_off,
    }
    limits = {id(limit): (limit, _fragment(quantity(limit))) for limit in _limits(formulary.rules.values())}
    sources = {rule.id: _fragment(rule_source(rule)) for rule in formulary.rules.values()}
    return Encoded(_fragment(version), sources, limits)


def check_answer(screening: Screening, parts: Encoded, number: str) -> dict[str, object]:
    """The whole answer to a check; `number` is its random id."""
    verdict = screening.verdict
    return {
        "id": number,
        "as_of": screening.as_of.isoformat(),
        **verdict_members(verdict, parts),
        "totals": totals_answer(screening.totals),
        **measures_answer(screening.measures),
        "formulary": parts.formulary,
    }


def verdict_members(verdict: Verdict, parts: Encoded) -> dict[str, object]:
    """The word, the gravest severity, and a row for every rule that applies."""
    return {
        "verdict": verdict.decision.value,
        "severity": verdict.severity.word,
        "findings": [finding_answer(finding, parts) for finding in verdict.findings],
        "not_checked": [_not_checked(row) for row in verdict.not_checked],
        "passed": [_passed(row, parts) for row in verdict.passed],
    }


def finding_answer(finding: Finding, parts: Encoded) -> dict[str, object]:
    """One finding, with the weaker ones of the same cause under it."""
    rule = finding.rule
    answer: dict[str, object] = {
        "code": finding.code,
        "severity": finding.severity.word,
        "orders": finding.orders,
        "order": finding.orders[0] if finding.orders else None,
        "medications": finding.medications,
        "drug": finding.drug,
        "step": finding.step,
        "day": finding.days[0][0] if finding.days else None,
        "days": finding.days,
        "message": finding.message,
        "measured": _quantity(finding.measured, parts),
        "comparison": finding.comparison,
        "limit": _quantity(finding.limit, parts),
        "merged": [finding_answer(weaker, parts) for weaker in finding.merged],
        "rule": rule.id if rule is not None else None,
        "layer": rule.layer.value if rule is not None else None,
        "source": _source(finding, parts),
        "suggestion": _suggestion(finding.suggestion, parts),
    }
    if finding.implied:
        answer["implied"] = True
    return answer


def totals_answer(totals: Mapping[str, Iterable[Stretch]]) -> dict[str, object]:
    """The sums over drugs, stretch by stretch; a drug that could not be counted is named with the reason."""
    return {name: [_stretch(stretch) for stretch in stretches] for name, stretches in totals.items()}


def measures_answer(measures: Measures) -> dict[str, object]:
    """The numbers computed from the patient, and under `not_computed` why others could not be."""
    known = {name: _measure(name, answer) for name, answer in measures.computed.items()}
    if measures.child_pugh is not None:
        known["child_pugh"] = _child_pugh(measures.child_pugh)
    return {
        "measures": known,
        "not_computed": {name: _reason(missing) for name, missing in measures.not_computed.items()},
    }


def source_answer(source: Source) -> dict[str, object]:
    """Who says so."""
    return {
        "id": source.id,
        "title": source.title,
        "section": source.section,
        "year": source.year,
        "url": source.url,
    }


def rule_source(rule: Rule) -> dict[str, object]:
    """Who says what a rule says, in which section, and how well that was confirmed."""
    answer = source_answer(rule.source)
    if rule.section:
        answer["section"] = rule.section
    answer["evidence"] = rule.evidence.value
    return answer


def _not_checked(row: NotChecked) -> dict[str, object]:
    rules = [rule.id for rule in row.rules]
    return {
        "code": row.code,
        "order": row.order,
        "needs": row.needs,
        "message": row.message,
        "rule": rules[0] if rules else None,
        "rules": rules,
        "severity": row.gravest.word,
    }


def _passed(row: Passed, parts: Encoded) -> dict[str, object]:
    return {
        "code": row.code,
        "rule": row.rule.id,
        "order": row.order,
        "measured": _quantity(row.measured, parts),
        "limit": _quantity(row.limit, parts),
    }


def _source(finding: Finding, parts: Encoded) -> object:
    rule = finding.rule
    if rule is not None and (finding.source is None or finding.source is rule.source):
        known = parts.sources.get(rule.id)
        return known if known is not None else rule_source(rule)
    if finding.source is None:
        return None
    evidence = rule.evidence.value if rule is not None else None
    return source_answer(finding.source) | {"evidence": evidence}


def _suggestion(suggestion: Suggestion | None, parts: Encoded) -> dict[str, object] | None:
    if suggestion is None:
        return None
    answer: dict[str, object] = {
        "largest_passing_dose": _quantity(suggestion.largest_passing_dose, parts),
        "longest_passing_duration": _quantity(suggestion.longest_passing_duration, parts),
    }
    if suggestion.max_per_day is not None:
        answer["max_per_day"] = quantity(suggestion.max_per_day)
    if suggestion.names:
        answer["names"] = suggestion.names
    return answer


def _stretch(stretch: Stretch) -> dict[str, object]:
    answer: dict[str, object] = {
        "from_day": stretch.from_day,
        "to_day": stretch.to_day,
        "per_day": quantity(stretch.per_day) if stretch.per_day is not None else None,
    }
    if stretch.drug is not None:
        answer["drug"] = stretch.drug
    if stretch.reason is not None:
        answer["reason"] = stretch.reason
    if stretch.dose_class is not None:
        answer["class"] = stretch.dose_class
    return answer


def _measure(name: str, measure: Measure) -> dict[str, object]:
    answer = quantity(measure.value)
    answer["formula"] = measure.formula
    if measure.domain:
        answer["domain"] = measure.domain
    if name == "creatinine_clearance":
        answer["weight_used"] = measure.weight_used
        answer["by_weight"] = {weight: quantity(value) for weight, value in measure.by_weight.items()}
    if measure.by_formula:
        answer["by_formula"] = {formula: quantity(value) for formula, value in measure.by_formula.items()}
    if measure.category is not None:
        answer["category"] = measure.category
    if measure.deindexed is not None:
        answer["deindexed"] = _deindexed(measure.deindexed)
    return answer | _grounds(measure)


def _deindexed(own: Deindexed) -> dict[str, object]:
    answer = quantity(own.value)
    answer["body_surface_area"] = quantity(own.body_surface_area)
    answer["body_surface_formula"] = own.formula
    return answer


def _child_pugh(score: ChildPugh) -> dict[str, object]:
    answer: dict[str, object] = {"value": score.score, "class": score.grade, "formula": score.formula}
    if score.points:
        answer["points"] = score.points
    return answer | _grounds(score)


def _grounds(known: Measure | ChildPugh) -> dict[str, object]:
    """What a measure was computed from, and who says how."""
    answer: dict[str, object] = {
        "inputs": {
            name: quantity(value) if isinstance(value, Quantity) else value for name, value in known.inputs.items()
        },
        "source": source_answer(known.source) if known.source is not None else None,
    }
    if known.also:
        answer["also"] = [source_answer(source) for source in known.also]
    if known.note:
        answer["note"] = known.note
    return answer


def _reason(missing: NotComputed) -> dict[str, object]:
    return {"reason": missing.reason, "needs": missing.needs}


def _quantity(measured: Quantity | None, parts: Encoded) -> object:
    if measured is None:
        return None
    known = parts.limits.get(id(measured))
    return known[1] if known is not None else quantity(measured)


def _limits(rules: Iterable[Rule]) -> Iterator[Quantity]:
    """Every quantity that stands in a rule, in its own fields, in a row or in a band of a table."""
    for rule in rules:
        yield from _quantities_in(rule)


def _quantities_in(value: object) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _quantities_in(item)
    elif isinstance(value, (Rule, DoseRow, Band)):
        for field in fields(value):
            yield from _quantities_in(getattr(value, field.name))


def _fragment(answer: object) -> orjson.Fragment:
    return orjson.Fragment(encode(answer))
