"""Every code that the source can refuse with has its page, and the contract's codes are among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from api.problems import PROBLEM_TYPES
from tests.health.tree import modules, named, parsed

CONTRACT = [
    "naked-decimal",
    "digit-separator",
    "exponent",
    "fraction",
    "range-in-string",
    "sign",
    "non-ascii-digit",
    "not-a-number",
    "too-many-digits",
    "leading-zero",
    "unknown-unit",
    "missing-unit",
    "unknown-field",
    "unknown-condition",
    "duplicate-key",
    "several-faults",
    "wrong-period",
    "unsafe-schedule",
    "infeasible",
    "not-dispensable",
    "unusable-field",
]

# Where the code stands among the arguments of what refuses.
PLACES = {"Fault": 1, "Problem": 0, "ReadingError": 0, "refusal": 0}


def codes() -> Iterator[tuple[str, str]]:
    """Each literal code of a refusal, with its place in the source."""
    for path in modules("dosing", "schedules", "api"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in PLACES:
                continue
            named_code = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            given = named_code or node.args[PLACES[node.func.id] : PLACES[node.func.id] + 1]
            for value in given:
                for literal in ast.walk(value):
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        yield literal.value, f"{named(path)}:{literal.lineno}"


def test_every_code_in_the_source_has_a_page() -> None:
    found = list(codes())
    assert len(found) > 15
    assert [f"{place} {code}" for code, place in found if code not in PROBLEM_TYPES] == []


@pytest.mark.parametrize("code", CONTRACT)
def test_every_code_of_the_contract_has_a_page(code: str) -> None:
    assert code in PROBLEM_TYPES


@pytest.mark.parametrize("code", PROBLEM_TYPES)
def test_a_code_is_kebab_case_and_its_entry_complete(code: str) -> None:
    kind = PROBLEM_TYPES[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    assert kind.code == code
    assert kind.path == f"/problems/{code}"
    assert kind.status in (400, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
    for part in (kind.title, kind.meaning, kind.example, kind.instead):
        assert part.strip() == part != ""
    assert not kind.title.endswith(".")
    assert kind.meaning.endswith(".")


def test_no_two_entries_say_the_same() -> None:
    assert len({kind.title for kind in PROBLEM_TYPES.values()}) == len(PROBLEM_TYPES)
    assert len({kind.meaning for kind in PROBLEM_TYPES.values()}) == len(PROBLEM_TYPES)
