"""`posology revise` and `posology compare`: plans that were written with --json, read back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from marshmallow import ValidationError

from api.answers.comparisons import comparison_answer
from api.commands import options
from api.commands.endings import FOUND, WELL
from api.commands.misuse import Misuse
from api.commands.options import Option
from api.commands.outputs import JSON, TEXT, Output, keep_apart, write
from api.commands.plans import ended
from api.commands.printing import audience_of, outputs_of, usable_print, write_schedule
from api.commands.reading import STANDARD_INPUT, content_of, loaded, object_of, services_at_hand
from api.commands.refusals import refused
from api.errors import Fault, Problem
from api.json_text import encode
from api.planning import RevisionWanted, Stored, revised
from api.schemas.revisions import RevisionSchema
from api.schemas.stored import SCHEMAS, read_stored
from api.services import Services
from dosing.units import words
from schedules.comparison import ComparedDay, Taken, compare

ADDRESS = "/v1/schedules"
_TITLES = ("date", "old", "new")


def revise(asked: argparse.Namespace) -> int:
    """A new plan in place of one that was kept. The old file stays as it is."""
    stated = options.given(asked, (*options.REVISION, *options.PRINT))
    if asked.large_print:
        stated.append((Option(("--large-print",), ("print", "large_print"), ""), True))
    if asked.plan == STANDARD_INPUT and asked.request == STANDARD_INPUT:
        raise Misuse("the plan and the request cannot both stand on standard input.")
    outputs, audience = outputs_of(asked), audience_of(asked)
    keep_apart(asked.out or (), (asked.plan, asked.request))
    content = content_of(asked.plan)
    request = content_of(asked.request) if asked.request is not None else b"{}"
    services = services_at_hand()
    number = "{number}"
    try:
        stored = stored_plan(content, services)
        number = stored.number
        body = options.laid_over(object_of(request), stated, "revision")
        wanted: RevisionWanted = loaded(RevisionSchema(lambda: services.names), body)
        usable_print(wanted.print, outputs)
        made = revised(services, stored, wanted, body)
        write_schedule(made, wanted.print, outputs, audience)
    except Problem as problem:
        return refused(problem, f"{ADDRESS}/{number}/revisions", outputs)
    return ended(made)


def compare_plans(asked: argparse.Namespace) -> int:
    """Two plans side by side, every date that one of them has."""
    output = Output(STANDARD_INPUT, JSON if asked.json else TEXT)
    before, after = content_of(asked.old), content_of(asked.new)
    services = services_at_hand()
    try:
        old, new = stored_plan(before, services), stored_plan(after, services)
    except Problem as problem:
        return refused(problem, f"{ADDRESS}/{{number}}/comparison/{{other}}", (output,))
    days = compare(old.plan, new.plan)
    if asked.json:
        write(output.place, encode(comparison_answer(old.number, new.number, days)))
    else:
        write(output.place, "".join(f"{line}\n" for line in table(days)).encode())
    return WELL if all(day.same for day in days) else FOUND


def table(days: Sequence[ComparedDay]) -> Iterator[str]:
    """A line for each date; a star before those on which the plans differ."""
    rows = [(day.date.isoformat(), _taken(day.old), _taken(day.new)) for day in days]
    first, second = (max(map(len, column)) for column in list(zip(_TITLES, *rows, strict=True))[:2])
    for star, (date, old, new) in zip(
        (" ", *(" " if day.same else "*" for day in days)), (_TITLES, *rows), strict=True
    ):
        yield f"{star} {date:{first}}  {old:{second}}  {new}"
    differing = [day.date.isoformat() for day in days if not day.same]
    yield (
        f"{len(differing)} of {len(days)} days differ, the first on {differing[0]}." if differing else "No day differs."
    )


def _taken(doses: Sequence[Taken] | None) -> str:
    if doses is None:
        return "(no such day)"
    return ", ".join(map(_dose, doses)) or "nothing"


def _dose(taken: Taken) -> str:
    drug, when, amount, most = taken
    limit = f" as needed, at most {words(most)}" if most is not None else ""
    return f"{drug} {words(amount)}{f' {when}' if when is not None else ''}{limit}"


def stored_plan(content: bytes, services: Services) -> Stored:
    """The plan of a file that was written with --json; a Problem for any other."""
    body = object_of(content)
    if body.get("kind") not in tuple(SCHEMAS):
        hint = "Write it with --json, or --out plan.json."
        raise Problem.of([Fault("/kind", "malformed", "This is no plan of a titration, a taper or a switch.", hint)])
    with _as_a_plan():
        stored = read_stored(json.dumps(body), lambda: services.names)
        plan = stored.plan
        first = min(step.first for regimen in plan.regimens for step in regimen.steps)
        # A file, unlike the store, may have lost steps; what is left of it must still be the days that it names.
        if first != 1 or plan.end_date.isoformat() != body["end_date"]:
            raise ValueError("the steps are not the days of the plan")
        return stored


@contextmanager
def _as_a_plan() -> Iterator[None]:
    """What a file that is no plan, or a plan of another formulary, makes of reading it."""
    try:
        yield
    except LookupError as error:
        detail = "A part of the plan is missing, or the formulary no longer knows a drug or a product of it."
        raise Problem("formulary-changed", detail) from error
    except ValidationError as error:
        detail = "The request that the plan keeps is no longer understood. Make a new plan."
        raise Problem("formulary-changed", detail) from error
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        detail = "The plan was changed by other hands, and can no longer be read."
        raise Problem.of([Fault("", "malformed", detail, "Take the file as it was written.")]) from error
