"""How tests read the readable cases: YAML to the frozen values of the core, by the service's own schemas.

A case that cannot be read is a failing test, never a case left out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.canaries import plain
from api.errors import faults_from_marshmallow
from api.schemas.requests import CheckSchema, OrdersQuestion
from api.schemas.schedule import TitrationSchema
from dosing.finding import Finding, Verdict
from dosing.formulary.entry import compose
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary
from dosing.names import Names, names_of
from schedules.titration import TitrationRequest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "cases"
CANARIES = HERE / "cases"
DAY = date(2026, 12, 1)

Case = Mapping[str, Any]


@cache
def formulary() -> Formulary:
    """The formulary as it is shipped, loaded once for all tests of a process."""
    return load()


@cache
def names() -> Names:
    return names_of(formulary())


def cases(folder: Path) -> Iterator[Case]:
    """Every case of every file of a folder, in the order of the files."""
    for path in sorted(folder.glob("*.yaml")):
        listed = plain(compose(path, path.name).node)
        assert isinstance(listed, list), f"{path.name} is not a list of cases"
        for case in listed:
            yield {"file": path.stem, **case}


def question_of(body: Mapping[str, Any]) -> OrdersQuestion:
    """The body of an order check as the service would read it."""
    return _loaded(CheckSchema(names, lambda: DAY), body)


def canary_question(case: Case) -> OrdersQuestion:
    """The question that a canary of the formulary asks."""
    body = {key: case[key] for key in ("patient", "as_of") if key in case}
    return question_of({**body, "orders": case["orders"] if "orders" in case else [case["order"]]})


def titration_of(body: Mapping[str, Any]) -> TitrationRequest:
    """The body of a titration as the service would read it."""
    return _loaded(TitrationSchema(names), body).request


def all_findings(verdict: Verdict) -> Iterator[Finding]:
    """Every finding, those that were merged under another one included."""
    for finding in verdict.findings:
        yield finding
        yield from finding.merged


def rules_found(verdict: Verdict) -> dict[str, Finding]:
    """The gravest finding of each rule that fired."""
    found: dict[str, Finding] = {}
    for finding in all_findings(verdict):
        if finding.rule is not None:
            known = found.get(finding.rule.id)
            if known is None or finding.severity > known.severity:
                found[finding.rule.id] = finding
    return found


def _loaded(schema: Any, body: Mapping[str, Any]) -> Any:
    try:
        return schema.load(copy.deepcopy(dict(body)))
    except ValidationError as error:
        faults = faults_from_marshmallow(error, schema)
        raise AssertionError([(fault.pointer, fault.code, fault.detail) for fault in faults]) from error
