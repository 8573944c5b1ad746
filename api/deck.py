"""A deck of orders written from labels, half of them in order: what the checks find in it, and what they should.

The deck stands in `dosing/formulary/deck/*.yaml`, one file a group of drugs: `healthy` is the patient of whom each case
says only what differs, and `orders` are the cases. An order in order deserves no warning; of any other, `expects` names
the codes of the findings, at warning or above, that somebody who knows the label would want.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.canaries import plain
from api.schemas.requests import CheckSchema, OrdersQuestion
from dosing.finding import Finding, Severity, Verdict
from dosing.formulary.entry import compose
from dosing.formulary.loader import HERE
from dosing.formulary.model import Formulary
from dosing.names import names_of
from dosing.screening import verdict_of

DECK = HERE / "deck"
DAY = date(2026, 12, 1)


@dataclass(frozen=True, slots=True)
class DeckCase:
    """One request of the deck, and the codes that it deserves: none where it is in order."""

    file: str
    name: str
    question: OrdersQuestion
    expects: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """The word of one answer, the codes of its warnings and hard stops, and those with what is merged under them."""

    decision: str
    rows: frozenset[str]
    codes: frozenset[str]
    notes: int


@dataclass(frozen=True, slots=True)
class Report:
    """How well the answers fit the deck: what should be found and is, what is found and should be, and what an order
    that is in order is told all the same, by code."""

    orders: int
    in_order: int
    expected: int
    expected_and_found: int
    told: int
    told_and_expected: int
    told_of_orders_in_order: Mapping[str, int]
    notes_of_orders_in_order: int
    not_accepted: tuple[str, ...]
    missed: tuple[tuple[str, str], ...]

    @property
    def sensitivity(self) -> float:
        """The share of expected findings that were told."""
        return self.expected_and_found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The share of told findings that were expected."""
        return self.told_and_expected / self.told if self.told else 1.0

    @property
    def alerts_an_order(self) -> float:
        """Warnings and hard stops for each order that is in order."""
        return sum(self.told_of_orders_in_order.values()) / self.in_order if self.in_order else 0.0


def read_deck(formulary: Formulary, directory: Path = DECK) -> tuple[DeckCase, ...]:
    """Every case of the deck; one that cannot be read raises."""
    names = names_of(formulary)
    schema = CheckSchema(lambda: names, lambda: DAY)
    cases = []
    for path in sorted(directory.glob("*.yaml")):
        said = plain(compose(path, path.name).node)
        for case in said["orders"]:
            cases.append(_case(path.stem, case, said["healthy"], schema))
    return tuple(cases)


def _case(file: str, case: Mapping[str, Any], healthy: Mapping[str, Any], schema: CheckSchema) -> DeckCase:
    stated = {**healthy, **case.get("patient", {})}
    body = {
        "patient": {key: value for key, value in stated.items() if value is not None},
        "orders": case["orders"] if "orders" in case else [case["order"]],
        "as_of": case.get("as_of", DAY.isoformat()),
    }
    return DeckCase(file, case["name"], schema.load(body), frozenset(case.get("expects", ())), case.get("source", ""))


def answered(case: DeckCase, formulary: Formulary) -> Verdict:
    """What the checks say of one case."""
    question = case.question
    return verdict_of(question.orders, question.patient, formulary, question.as_of)


def alerts(verdict: Verdict) -> Alerts:
    """What interrupts, and how many notes stand beside it. What is merged under a row is read with it, and is no
    further interruption."""
    grave = frozenset(finding.code for finding in _told(verdict.findings) if finding.severity >= Severity.WARNING)
    rows = frozenset(finding.code for finding in verdict.findings if finding.severity >= Severity.WARNING)
    notes = sum(1 for finding in verdict.findings if finding.severity is Severity.INFO)
    return Alerts(verdict.decision.value, rows, grave, notes)


def _told(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from _told(finding.merged)


def report(cases: Iterable[DeckCase], formulary: Formulary) -> Report:
    """The figures of the deck."""
    orders = in_order = expected = found = told = right = notes = 0
    noise: Counter[str] = Counter()
    missed: list[tuple[str, str]] = []
    not_accepted: list[str] = []
    for case in cases:
        answer = alerts(answered(case, formulary))
        orders += 1
        expected += len(case.expects)
        found += len(case.expects & answer.codes)
        told += len(answer.rows)
        right += len(case.expects & answer.rows)
        missed += [(case.name, code) for code in sorted(case.expects - answer.codes)]
        if not case.expects:
            in_order += 1
            noise.update(answer.rows)
            notes += answer.notes
            if answer.decision != "accept":
                not_accepted.append(case.name)
    return Report(
        orders,
        in_order,
        expected,
        found,
        told,
        right,
        dict(noise.most_common()),
        notes,
        tuple(not_accepted),
        tuple(missed),
    )
