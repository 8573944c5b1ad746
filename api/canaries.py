"""The cases of the formulary as canaries: orders whose answer is known, asked before the service says it is ready.

They are asked by processes of their own while the application is made, because one after the other they would take
longer than everything else at the start.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.errors import Fault, faults_from_marshmallow
from api.reading import NumberLiteral
from api.schemas.requests import CheckSchema, OrdersQuestion
from dosing.finding import Finding, Verdict
from dosing.formulary.entry import Broken, compose
from dosing.formulary.loader import HERE
from dosing.formulary.model import Formulary
from dosing.names import Names
from dosing.screening import verdict_of

CASES = HERE / "cases"
CASE_DAY = date(2026, 12, 1)  # of a case that states no day: its answer must not change with the calendar
Sing = Callable[[], str | None]

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
class Flock:
    """A formulary, the names it knows, and the directory of its cases: one file for each drug or class."""

    formulary: Formulary
    names: Names
    directory: Path

    @property
    def files(self) -> list[Path]:
        return sorted(self.directory.glob("*.yaml"))

    @property
    def canaries(self) -> tuple[Canary, ...]:
        """All of them, read anew."""
        return read_canaries(self.files, self.names)


@dataclass(frozen=True, slots=True)
class Song:
    """How many canaries were asked, and which of them were answered otherwise, with the reason."""

    asked: int
    wrong: tuple[tuple[str, str], ...]


def silent_canaries(flock: Flock) -> str | None:
    """What is wrong with the canaries, or None when every one is answered as it should be."""
    return _told([_song(flock, flock.files)])


def begin_singing(flock: Flock) -> Sing:
    """Ask the canaries in processes of their own, one for each processor; the result waits for all of them.

    To be called before there are threads or connections.
    """
    files = sorted(flock.files, key=lambda path: path.stat().st_size, reverse=True)
    groups = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("fork")
    started = []
    for group in range(groups):
        near, far = context.Pipe(duplex=False)
        singer = context.Process(target=_sing_into, args=(far, flock, files[group::groups]), daemon=True)
        singer.start()
        far.close()
        started.append((singer, near))

    def result() -> str | None:
        songs = []
        for singer, near in started:
            try:
                songs.append(near.recv())
            except EOFError:
                songs.append(Song(0, (("a process that asks canaries", "it ended without an answer"),)))
            singer.join()
        return _told(songs)

    return result


def _sing_into(far: Connection, flock: Flock, files: Sequence[Path]) -> None:
    far.send(_song(flock, files))
    far.close()


def _song(flock: Flock, files: Sequence[Path]) -> Song:
    canaries = read_canaries(files, flock.names)
    wrong = [(canary.name, reason) for canary in canaries if (reason := off_key(flock.formulary, canary))]
    return Song(len(canaries), tuple(wrong))


def _told(songs: Sequence[Song]) -> str | None:
    asked, wrong = sum(song.asked for song in songs), [found for song in songs for found in song.wrong]
    if not wrong:
        return None if asked else "there are no cases"
    name, reason = wrong[0]
    return f"{len(wrong)} of {asked} cases are answered otherwise; the first: {name} ({reason})"


def off_key(formulary: Formulary, canary: Canary) -> str | None:
    """How the answer to one canary differs from what its case says."""
    if canary.rule in formulary.replaced:
        return None  # a hospital allows more here, by its own file
    if canary.rule not in formulary.rules:
        return f"there is no rule {canary.rule}"
    if canary.question is None:
        return f"it cannot be read: {', '.join(fault.pointer + ' ' + fault.code for fault in canary.faults)}"
    fired = fired_with(_verdict(canary.question, formulary), canary.rule)
    if not canary.fires:
        return f"{canary.rule} fires" if fired else None
    if not fired:
        return f"{canary.rule} does not fire"
    if canary.severity is not None and canary.severity not in fired:
        return f"{canary.rule} is {' and '.join(sorted(fired))}, not {canary.severity}"
    return None


def _verdict(question: OrdersQuestion, formulary: Formulary) -> Verdict:
    return verdict_of(question.orders, question.patient, formulary, question.as_of)


def cases_of(flock: Flock, rule: str) -> dict[str, list[dict[str, object]]]:
    """The cases of a rule as they are written: those it must fire in, and those it must not.

    They stand in the file that is named after what the rule is about.
    """
    cases: dict[str, list[dict[str, object]]] = {"must_fire": [], "must_not_fire": []}
    subject = rule.partition("/")[0].replace(" ", "-")
    path = flock.directory / f"{subject}.yaml"
    for canary in read_canaries([path] if path.is_file() else [], flock.names):
        if canary.rule == rule:
            case: dict[str, object] = {"name": canary.name, "severity": canary.severity, "request": canary.said}
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


def read_canaries(files: Iterable[Path], names: Names) -> tuple[Canary, ...]:
    """The cases of some files, in their order.

    A file or a case that cannot be read is a canary that does not sing; it never keeps the service from starting.
    """
    schema = CheckSchema(lambda: names, lambda: CASE_DAY)
    canaries: list[Canary] = []
    for path in files:
        try:
            said = plain(compose(path, f"cases/{path.name}").node)
        except Broken as broken:
            canaries.append(Canary(str(broken), "", True, None, {}, None))
            continue
        for case in said if isinstance(said, list) else [said]:
            canaries.append(_canary(case if isinstance(case, dict) else {}, schema))
    return tuple(canaries)


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
