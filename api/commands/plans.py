"""`posology titrate|taper|switch`: a request, or many, to checked plans on paper or as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from api.commands import options
from api.commands.endings import NOT_ANSWERED, of_refusal, of_verdict, worst
from api.commands.misuse import Misuse
from api.commands.options import Option
from api.commands.outputs import JSON, Output, keep_apart
from api.commands.printing import (
    SUFFIX_OF,
    audience_of,
    format_of,
    outputs_of,
    usable_print,
    write_schedule,
)
from api.commands.reading import STANDARD_INPUT, content_of, is_typed, loaded, object_of, services_at_hand
from api.commands.refusals import refused, tell, told
from api.errors import Problem
from api.planning import Print, Wanted, planned
from api.schemas.base import RequestSchema
from api.schemas.schedule import TitrationSchema
from api.schemas.tapers import SwitchSchema, TaperSchema
from api.services import Services

SCHEMAS = {"titration": TitrationSchema, "taper": TaperSchema, "switch": SwitchSchema}


@dataclass(frozen=True, slots=True)
class Question:
    """What all requests of one command share: the engine, the schema, and what the options say."""

    kind: str
    services: Services
    schema: RequestSchema
    stated: Sequence[tuple[Option, object]]
    audience: str

    def made(self, asked: Mapping[str, object], outputs: tuple[Output, ...]) -> tuple[dict[str, object], Print | None]:
        """The schedule of one request, options laid over it, and what is printed on it; a Problem where none is."""
        request = options.laid_over(asked, self.stated, self.kind)
        wanted: Wanted = loaded(self.schema, request)
        usable_print(wanted.print, outputs)
        return planned(self.services, wanted, request), wanted.print


def plan(asked: argparse.Namespace) -> int:
    """Answer one of the three commands."""
    stated = options.given(asked, (*asked.fields, *options.PRINT))
    if asked.large_print:
        stated.append((Option(("--large-print",), ("print", "large_print"), ""), True))
    if len(asked.files) > 1 or asked.out_dir is not None:
        return _many(asked, stated)
    outputs, audience = outputs_of(asked), audience_of(asked)
    keep_apart(asked.out or (), asked.files)
    content = _content(asked, stated)
    services = services_at_hand()
    question = Question(asked.kind, services, SCHEMAS[asked.kind](lambda: services.names), stated, audience)
    try:
        made, names = question.made(object_of(content), outputs)
        write_schedule(made, names, outputs, audience)
    except Problem as problem:
        return refused(problem, f"/v1/schedules/{asked.kind}", outputs)
    return ended(made)


def _content(asked: argparse.Namespace, stated: Sequence[tuple[Option, object]]) -> bytes:
    """The request's JSON: of the file, of standard input, or nothing where the options say everything."""
    if asked.files:
        return content_of(asked.files[0])
    if any(option.place[0] != "print" for option, _ in stated):
        return b"{}"
    if is_typed():
        raise Misuse("give a file, a request on standard input, or options; --help lists them.")
    return content_of(STANDARD_INPUT)


def ended(made: Mapping[str, Any]) -> int:
    """The ending for a plan that was made; what keeps its check from accepting it is said in one line."""
    ending, line = _judged(made)
    if line:
        tell(line)
    return ending


def _judged(made: Mapping[str, Any]) -> tuple[int, str]:
    check = made["check"]
    word = str(check["verdict"])
    ending = of_verdict(word)
    reasons = [row["code"] for row in check["findings"] if row["severity"] != "info"]
    reasons += [f"{row['code']} not checked" for row in check["not_checked"]]
    return ending, f"the plan's check says {word}: {', '.join(dict.fromkeys(reasons))}." if ending else ""


def _many(asked: argparse.Namespace, stated: Sequence[tuple[Option, object]]) -> int:
    """A plan for each file, into one folder. A request that is refused harms only itself."""
    targets = _targets(asked)
    audience = audience_of(asked)
    services = services_at_hand()
    question = Question(asked.kind, services, SCHEMAS[asked.kind](lambda: services.names), stated, audience)
    endings = []
    # On standard error, and only where somebody looks at it.
    for name, target in tqdm(targets.items(), unit="plan", disable=None):
        try:
            made, names = question.made(object_of(content_of(name)), (target,))
            write_schedule(made, names, (target,), audience)
            endings.append(_judged(made)[0])
        except Problem as problem:
            endings.append(of_refusal(problem.code))
            tqdm.write(f"posology: {name}: {' '.join(line.strip() for line in told(problem))}", file=sys.stderr)
        except Misuse as misuse:
            endings.append(NOT_ANSWERED)
            tqdm.write(f"posology: {misuse}", file=sys.stderr)
    return worst(endings)


def _targets(asked: argparse.Namespace) -> dict[str, Output]:
    """Where the plan of each file goes; Misuse where two would share a name or one would take a request's."""
    if asked.out_dir is None or asked.out:
        raise Misuse("several requests need --out-dir, and nothing else says where they go.")
    if not asked.files or STANDARD_INPUT in asked.files:
        raise Misuse("--out-dir needs files; a plan has the name of its request.")
    name = format_of(asked, JSON)
    folder = Path(asked.out_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"{folder}: {error.strerror}.") from None
    targets: dict[str, Output] = {}
    for file in dict.fromkeys(asked.files):
        targets[file] = Output(str(folder / (Path(file).stem + SUFFIX_OF[name])), name)
    places = [Path(target.place).resolve() for target in targets.values()]
    if len(set(places)) < len(places):
        raise Misuse("two requests have one name, and so would their plans.")
    keep_apart([target.place for target in targets.values()], targets)
    return targets
