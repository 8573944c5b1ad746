"""`posology check`: is this order safe, for a person to read, for a program, or a file of questions a line each."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

from tqdm import tqdm

from api.commands.endings import of_refusal, of_verdict, worst
from api.commands.misuse import Misuse
from api.commands.outputs import JSON, TEXT, Output, keep_apart, write, writing
from api.commands.reading import (
    STANDARD_INPUT,
    content_of,
    is_typed,
    lines_of,
    loaded,
    object_of,
    opened,
    services_at_hand,
)
from api.commands.refusals import in_words, refused
from api.errors import Problem
from api.json_text import encode
from api.schemas.requests import CheckSchema
from api.services import Services, check, today

ADDRESS = "/v1/orders/check"


def check_orders(asked: argparse.Namespace) -> int:
    """Answer one question, or one a line."""
    if asked.file is None and is_typed():
        raise Misuse("give a file, or a question on standard input.")
    keep_apart((asked.out,), (asked.file,))
    if asked.lines:
        return _lines(asked)
    output = Output(asked.out or STANDARD_INPUT, JSON if asked.json else TEXT)
    content = content_of(asked.file or STANDARD_INPUT)
    services = services_at_hand()
    try:
        answer = encode(_answered(content, services, _schema(services)))
    except Problem as problem:
        return refused(problem, ADDRESS, (output,))
    known: Mapping[str, Any] = json.loads(answer, parse_float=Decimal)
    text = "".join(f"{line}\n" for line in told(known)).encode()
    write(output.place, answer if output.format == JSON else text)
    return of_verdict(known["verdict"])


def _schema(services: Services) -> CheckSchema:
    return CheckSchema(lambda: services.names, today)


def _answered(content: bytes, services: Services, schema: CheckSchema) -> dict[str, object]:
    return check(services, loaded(schema, object_of(content)))


def _lines(asked: argparse.Namespace) -> int:
    """An answer for each line, in order. A line that is not understood is answered with its problem."""
    services = services_at_hand()
    schema = _schema(services)
    source = nullcontext(sys.stdin.buffer) if asked.file in (None, STANDARD_INPUT) else opened(asked.file)
    target = nullcontext(None) if asked.out in (None, STANDARD_INPUT) else writing(Path(asked.out))
    endings = set()
    with source as file, target as path, nullcontext(sys.stdout.buffer) if path is None else path.open("wb") as answers:
        # On standard error, and only where somebody looks at it.
        for line in tqdm(lines_of(file), unit="line", disable=None):
            try:
                answer = _answered(line, services, schema)
                endings.add(of_verdict(str(answer["verdict"])))
            except Problem as problem:
                answer = problem.members(ADDRESS)
                endings.add(of_refusal(problem.code))
            answers.write(encode(answer) + b"\n")
        answers.flush()
    return worst(endings)


def told(answer: Mapping[str, Any]) -> Iterator[str]:
    """An answer in lines: the verdict, each finding with its arithmetic and source, what was not checked, by name."""
    passed = len(answer["passed"])
    yield f"{answer['verdict']}: {_counted(answer)}, {passed} {'rule' if passed == 1 else 'rules'} passed"
    for finding in answer["findings"]:
        yield ""
        yield from _finding(finding)
    if answer["not_checked"]:
        yield ""
        yield "Not checked:"
        for row in answer["not_checked"]:
            yield f"  {row['code']} ({', '.join(row['rules']) or 'no rule'}): {row['message']}"
    if not answer["formulary"]["signed_off"]:
        yield ""
        yield f"Formulary {answer['formulary']['version']} is a draft that no clinician has signed off."


def _counted(answer: Mapping[str, Any]) -> str:
    findings, unknown = len(answer["findings"]), len(answer["not_checked"])
    found = f"{findings or 'no'} {'finding' if findings == 1 else 'findings'}"
    return f"{found}, {unknown} not checked" if unknown else found


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    place = "".join(f", {name} {finding[name]}" for name in ("order", "step", "day") if finding[name] is not None)
    yield f"{finding['severity']}: {finding['code']}{place}"
    yield f"  {finding['message']}"
    if finding["measured"] is not None and finding["limit"] is not None:
        measured, limit = in_words(finding["measured"]), in_words(finding["limit"])
        yield f"  measured: {measured}; limit: {_LIMITS[finding['comparison']]} {limit}"
    if finding["source"] is not None:
        source = finding["source"]
        section = f", {source['section']}" if source["section"] else ""
        rule = f"; {finding['layer']}, {finding['rule']}" if finding["rule"] is not None else ""
        yield f"  source: {source['title']}{section} ({source['year']}){rule}"
    yield from _suggested(finding["suggestion"] or {})
    for weaker in finding["merged"]:
        yield f"  also {weaker['severity']}: {weaker['message']} ({weaker['rule'] or weaker['code']})"


_LIMITS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than", "=": "exactly"}


def _suggested(suggestion: Mapping[str, Any]) -> Iterator[str]:
    """What would pass."""
    for name, says in _PASSING.items():
        if suggestion.get(name) is not None:
            yield f"  would pass: {says} {in_words(suggestion[name])}"
    if suggestion.get("names"):
        yield f"  known names: {', '.join(suggestion['names'])}"


_PASSING = {
    "largest_passing_dose": "one dose of at most",
    "longest_passing_duration": "a duration of at most",
    "max_per_day": "with a stated maximum of",
}
