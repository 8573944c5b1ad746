"""The wiring: one formulary with its names, its encoded parts and its canaries, and the questions it answers.

No web framework is known here, so that every face asks the same engine. The clock lives here and nowhere below.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from marshmallow import ValidationError

from api.answers.verdicts import Encoded, check_answer, encoded, measures_answer, totals_answer
from api.errors import Fault, faults_from_marshmallow
from api.reading import NumberLiteral
from api.schemas.requests import CheckSchema, OrdersQuestion, PatientQuestion
from api.store import new_id
from dosing.finding import Finding, Verdict
from dosing.formulary.entry import Broken, compose
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary
from dosing.measures import measure
from dosing.names import Names, names_of
from dosing.screening import Screening, screen, sums

SERVICES = "posology.services"  # where an application keeps them
CASES = HERE / "cases"
CASE_DAY = date(2026, 12, 1)  # of a case that states no day: its answer must not change with the calendar

_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Canary:
    """An order whose answer is known: whether one rule fires, and how gravely. `said` is the case as it is written.

    One that could not be read has faults and no question.
    """

    name: str
    rule: str
    fires: bool
    severity: str | None
    said: Mapping[str, object]
    question: OrdersQuestion | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an answer needs, made once. `etag` names the formulary, `cases_etag` the canaries as well."""

    formulary: Formulary
    names: Names
    parts: Encoded
    canaries: tuple[Canary, ...]
    etag: str
    cases_etag: str


def wire(formulary: Formulary | None = None, cases: Path = CASES, local: Path | None = None) -> Services:
    """Load what is loaded once, with a hospital's own layer where there is one.

    A broken formulary raises FormularyError: there is nothing to serve without it.
    """
    known = formulary if formulary is not None else load(local=local)
    names = names_of(known)
    canaries, digest = read_canaries(cases, names)
    both = hashlib.sha256(f"{known.sha256} {digest}".encode()).hexdigest()
    return Services(known, names, encoded(known), canaries, known.sha256, both)


def services_of(extensions: Mapping[str, Any]) -> Services:
    """The services that an application was made with."""
    return cast(Services, extensions[SERVICES])


def today() -> date:
    """The day it is, the same in every time zone that the service may run in."""
    return datetime.now(UTC).date()


def screened(services: Services, question: OrdersQuestion) -> Screening:
    """Judge orders together."""
    return screen(question.orders, question.patient, services.formulary, question.as_of)


def check(services: Services, question: OrdersQuestion) -> dict[str, object]:
    """The answer to an order check."""
    return check_answer(screened(services, question), services.parts, new_id())


def equivalents(services: Services, question: OrdersQuestion) -> dict[str, object]:
    """What the orders add up to."""
    totals = sums(question.orders, question.patient, services.formulary, question.as_of)
    return {
        "as_of": question.as_of.isoformat(),
        "totals": totals_answer(totals),
        "formulary": services.parts.formulary,
    }


def measures(services: Services, question: PatientQuestion) -> dict[str, object]:
    """What can be computed for the patient."""
    computed = measure(question.patient, question.as_of, services.formulary)
    return {
        "as_of": question.as_of.isoformat(),
        **measures_answer(computed),
        "formulary": services.parts.formulary,
    }


def probes(services: Services) -> list[tuple[str, Callable[[], str | None]]]:
    """What has to hold before the service is ready: the formulary knows drugs, and its canaries sing."""
    results: list[str | None] = []
    singing = threading.Lock()

    def canaries() -> str | None:
        # Once for each process: neither the formulary nor the code changes while it runs.
        with singing:
            if not results:
                results.append(silent_canaries(services))
        return results[0]

    return [("formulary", partial(_formulary_probe, services)), ("canaries", canaries)]


def silent_canaries(services: Services) -> str | None:
    """What is wrong with the canaries, or None when every one is answered as it should be."""
    wrong = [(canary.name, reason) for canary in services.canaries if (reason := off_key(services, canary))]
    if not wrong:
        return None if services.canaries else "there are no cases"
    name, reason = wrong[0]
    return f"{len(wrong)} of {len(services.canaries)} cases are answered otherwise; the first: {name} ({reason})"


def off_key(services: Services, canary: Canary) -> str | None:
    """How the answer to one canary differs from what its case says."""
    if canary.rule in services.formulary.replaced:
        return None  # a hospital allows more here, by its own file
    if canary.rule not in services.formulary.rules:
        return f"there is no rule {canary.rule}"
    if canary.question is None:
        return f"it cannot be read: {', '.join(fault.pointer + ' ' + fault.code for fault in canary.faults)}"
    fired = fired_with(screened(services, canary.question).verdict, canary.rule)
    if not canary.fires:
        return f"{canary.rule} fires" if fired else None
    if not fired:
        return f"{canary.rule} does not fire"
    if canary.severity is not None and canary.severity not in fired:
        return f"{canary.rule} is {' and '.join(sorted(fired))}, not {canary.severity}"
    return None


def cases_of(services: Services, rule: str) -> dict[str, list[dict[str, object]]]:
    """The cases of a rule as they are written: those it must fire in, and those it must not."""
    cases: dict[str, list[dict[str, object]]] = {"must_fire": [], "must_not_fire": []}
    for canary in services.canaries:
        if canary.rule == rule:
            case: dict[str, object] = {
                "name": canary.name,
                "severity": canary.severity,
                "request": canary.said,
            }
            cases["must_fire" if canary.fires else "must_not_fire"].append(case)
    return cases


def fired_with(verdict: Verdict, rule: str) -> frozenset[str]:
    """The severities with which a rule stands among the findings, or under one of them."""
    return frozenset(
        finding.severity.word
        for finding in _all_findings(verdict.findings)
        if finding.rule is not None and finding.rule.id == rule
    )


def _all_findings(findings: Iterable[Finding]) -> Iterable[Finding]:
    for finding in findings:
        yield finding
        yield from _all_findings(finding.merged)


def _formulary_probe(services: Services) -> str | None:
    return None if services.formulary.monographs else "knows no drug"


def read_canaries(directory: Path, names: Names) -> tuple[tuple[Canary, ...], str]:
    """The cases of a directory in the order of their files, and a digest of them.

    A file or a case that cannot be read is a canary that does not sing; it never keeps the service from starting.
    """
    schema = CheckSchema(lambda: names, lambda: CASE_DAY)
    digest = hashlib.sha256()
    canaries: list[Canary] = []
    for path in sorted(directory.glob("*.yaml")):
        digest.update(path.read_bytes())
        try:
            said = plain(compose(path, f"cases/{path.name}").node)
        except Broken as broken:
            canaries.append(Canary(str(broken), "", True, None, {}, None))
            continue
        for case in said if isinstance(said, list) else [said]:
            canaries.append(_canary(case if isinstance(case, dict) else {}, schema))
    return tuple(canaries), digest.hexdigest()


def _canary(case: dict[str, Any], schema: CheckSchema) -> Canary:
    said: dict[str, object] = {name: case[name] for name in ("patient", "as_of") if name in case}
    said["orders"] = case["orders"] if "orders" in case else [case.get("order")]
    question: OrdersQuestion | None = None
    faults: tuple[Fault, ...] = ()
    try:
        question = schema.load(said)
    except ValidationError as error:
        faults = tuple(faults_from_marshmallow(error, schema))
    return Canary(
        name=str(case.get("name", "a case without a name")),
        rule=str(case.get("rule", "")),
        fires=case.get("fires") is not False,
        severity=case.get("severity"),
        said=said,
        question=question,
        faults=faults,
    )


def plain(node: Any) -> Any:
    """A YAML node as the JSON value it looks like: unquoted numbers, true, false and null; all else is text."""
    if node.id == "mapping":
        return {str(key.value): plain(value) for key, value in node.value}
    if node.id == "sequence":
        return [plain(item) for item in node.value]
    text = str(node.value)
    if node.style:  # quoted, or a block of text
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    return NumberLiteral(text) if _DECIMAL.fullmatch(text) else text
