"""Where an answer goes and in which format: standard output or files, text, paper or JSON."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.commands.misuse import Misuse
from api.commands.outputs import JSON, TEXT, Output, write
from api.commands.reading import STANDARD_INPUT
from api.errors import Fault, Problem
from api.json_text import encode
from api.planning import Print
from schedules.formats import FORMATS, Sheet
from schedules.formats.sheet import AUDIENCES

SUFFIXES = {**{known.suffix: known.name for known in FORMATS.values()}, ".json": JSON}
SUFFIX_OF = {name: suffix for suffix, name in SUFFIXES.items()}
PAPER = frozenset({"text", "html", "pdf"})


def outputs_of(asked: argparse.Namespace) -> tuple[Output, ...]:
    """Where an answer goes. Misuse for a format that is not known or cannot stand where it would go."""
    stated = format_of(asked, "")
    places = asked.out or [STANDARD_INPUT]
    outputs = tuple(Output(place, _format_at(place, stated if len(places) == 1 else "")) for place in places)
    if len({output.place for output in outputs}) < len(outputs):
        raise Misuse("--out names one place twice.")
    if any(output.place == STANDARD_INPUT and output.format == "pdf" for output in outputs) and sys.stdout.isatty():
        raise Misuse("a PDF is not for a terminal; write it to a file with --out.")
    return outputs


def format_of(asked: argparse.Namespace, otherwise: str) -> str:
    """The format that --json or --format states. Misuse for one that is not known."""
    stated = JSON if asked.json else asked.format
    if stated is None:
        return otherwise
    if stated not in SUFFIX_OF:
        raise Misuse(f"--format is one of {', '.join(SUFFIX_OF)}.")
    return str(stated)


def _format_at(place: str, stated: str) -> str:
    if stated:
        return stated
    if place == STANDARD_INPUT:
        return TEXT
    known = SUFFIXES.get(Path(place).suffix)
    if known is None:
        raise Misuse(f"{place}: the name does not say a format; end it with one of {', '.join(SUFFIXES)}.")
    return known


def usable_print(names: Print | None, outputs: tuple[Output, ...]) -> None:
    """Refuse names for a paper that nobody asked for. A Problem, as over the web."""
    formats = {output.format for output in outputs}
    if names is None or formats & PAPER:
        return
    if formats == {JSON} or any((names.patient_name, names.prescriber, names.phone)):
        detail = "print is for a page or a PDF; this answer is neither."
        raise Problem.of([Fault("/print", "unusable-field", detail, "Leave it out, or ask for --format pdf.")])


def audience_of(asked: argparse.Namespace) -> str:
    """Whose part of the sheet; empty for all of them."""
    if asked.audience is not None and asked.audience not in AUDIENCES:
        raise Misuse(f"--audience is one of {', '.join(AUDIENCES)}.")
    return asked.audience or ""


def write_schedule(
    made: Mapping[str, object], names: Print | None, outputs: tuple[Output, ...], audience: str = ""
) -> None:
    """A schedule in every format that is asked for. Everything is made before anything is written."""
    text = encode(made)
    kept = any(output.format == JSON for output in outputs)
    sheet = sheet_of(names, audience, str(made["id"]) if kept else "", text)
    contents = [(output.place, rendered(text, output.format, sheet)) for output in outputs]
    for place, content in contents:
        write(place, content)


def sheet_of(names: Print | None, audience: str, number: str, text: bytes) -> Sheet:
    """The sheet of a plan. One whose JSON is kept carries its number and its hash; of another nobody could ask."""
    printed = names or Print()
    return Sheet(
        patient_name=printed.patient_name,
        prescriber=printed.prescriber,
        phone=printed.phone,
        large_print=printed.large_print,
        language=printed.language,
        paper=printed.paper,
        audience=audience,
        number=number,
        digest=hashlib.sha256(text).hexdigest() if number else "",
    )


def rendered(text: bytes, name: str, sheet: Sheet) -> bytes:
    """A schedule's JSON in a format; numbers stay exact on the way to paper."""
    if name == JSON:
        return text
    schedule: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    return FORMATS[name].render(schedule, sheet)
