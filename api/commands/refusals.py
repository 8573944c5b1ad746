"""What was refused, in lines for standard error: what is wrong, where, and what would pass.

Names for the paper never stand in a refusal: a fault speaks of its field by pointer, and quotes only what a schema
quotes over the web as well.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.commands.endings import of_refusal
from api.commands.outputs import JSON, Output, write
from api.commands.reading import STANDARD_INPUT
from api.errors import Problem
from api.json_text import encode
from dosing.units import Quantity, read_unit, words


def tell(line: str) -> None:
    """One line on standard error."""
    print(f"posology: {line}", file=sys.stderr)


def told(problem: Problem) -> Iterator[str]:
    """A problem in lines: the detail, then each fault with its place, or what stands in the way of a plan."""
    faults = problem.faults
    yield problem.detail if len(faults) != 1 else _line(faults[0].pointer, problem.detail, faults[0].hint)
    if len(faults) > 1:
        for fault in faults:
            yield "  " + _line(fault.pointer, fault.detail, fault.hint)
    members: Mapping[str, Any] = json.loads(encode(problem.extra), parse_float=Decimal)
    for finding in [*members.get("findings", ()), *filter(None, [members.get("binding_limit")])]:
        rule = finding["rule"] or finding["code"]
        # A plan that stops at one limit says in its detail what that limit's finding would say again.
        yield f"  By {rule}." if finding["message"] == problem.detail else f"  {finding['message']} ({rule})"
    if "nearest_target" in members:
        nearest = members["nearest_target"]
        yield "  No target can be reached." if nearest is None else f"  What can be reached: {in_words(nearest)}."
    if members.get("nearest"):
        yield f"  What can be made: {' or '.join(in_words(dose) for dose in members['nearest'])}."


def refused(problem: Problem, address: str, outputs: tuple[Output, ...]) -> int:
    """Tell a problem; where JSON was asked for, the problem itself stands on standard output."""
    first, *rest = told(problem)
    tell(first)
    for line in rest:
        print(line, file=sys.stderr)
    if any(output.format == JSON for output in outputs):
        write(STANDARD_INPUT, encode(problem.members(address)))
    return of_refusal(problem.code)


def in_words(quantity: Mapping[str, Any]) -> str:
    """A quantity of an answer as a person reads it; `quantity` has a value (int or Decimal) and a unit's code."""
    return words(Quantity(Fraction(quantity["value"]), read_unit(quantity["unit"])))


def _line(pointer: str, detail: str, hint: str | None) -> str:
    return f"{pointer + ': ' if pointer else ''}{detail}{' ' + hint if hint else ''}"
