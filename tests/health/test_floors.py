"""Imports go down only, and the two lower floors know no clock and no environment.

import-linter says the same in `make check`; this is the short form that every test run includes.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.health.tree import FLOORS, modules, named, parsed

ABOVE = {"dosing": {"schedules", "api"}, "schedules": {"api"}, "api": set[str]()}
WORLD = {"os", "sys", "time", "random", "secrets", "socket", "subprocess", "logging", "sqlite3"}
WEB = {"flask", "flask_smorest", "marshmallow", "webargs", "apispec", "werkzeug", "gunicorn", "sqlalchemy"}
CLOCK = {"today", "now", "utcnow", "fromtimestamp", "environ", "getenv"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return names


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_from_above(floor: str) -> None:
    upward = {named(path): roots(path) & ABOVE[floor] for path in modules(floor)}
    assert not {path: names for path, names in upward.items() if names}


def test_the_lower_floors_import_nothing_of_the_world_or_the_web() -> None:
    found = {named(path): roots(path) & (WORLD | WEB) for path in modules("dosing", "schedules")}
    assert not {path: names for path, names in found.items() if names}


def test_the_lower_floors_ask_no_clock_and_no_environment() -> None:
    asked = [
        f"{named(path)}:{node.lineno} {node.attr}"
        for path in modules("dosing", "schedules")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in CLOCK
    ]
    assert asked == []


def test_the_lower_floors_write_no_float() -> None:
    written = [
        f"{named(path)}:{node.lineno}"
        for path in modules("dosing", "schedules")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert written == []


def test_what_translates_does_not_know_flask() -> None:
    translators = [path for path in modules("api") if "schemas" in path.parts]
    translators += [path for path in modules("api") if path.name in ("errors.py", "reading.py", "json_text.py")]
    assert len(translators) >= 3
    assert not [named(path) for path in translators if roots(path) & {"flask", "flask_smorest", "werkzeug"}]
