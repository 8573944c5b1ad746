"""The files of the tree as the tests about it see them: what a clone holds, without what was vendored."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("dosing", "schedules", "api")

_NOT_OURS = {".git", ".venv", "var", "build", "dist", "swagger-ui", "axe", "__pycache__"}


def files(*suffixes: str) -> Iterator[Path]:
    """Every file of the tree with one of these suffixes, or every file."""
    for path in sorted(ROOT.rglob("*")):
        within = path.relative_to(ROOT)
        hidden = any(part.startswith(".") and part not in (".ci", ".gitignore") for part in within.parts)
        if hidden or _NOT_OURS & set(within.parts) or not path.is_file():
            continue
        if not suffixes or path.suffix in suffixes:
            yield path


def modules(*floors: str) -> Iterator[Path]:
    """Every Python module of these floors."""
    for path in files(".py"):
        if path.relative_to(ROOT).parts[0] in floors:
            yield path


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    """A path as a message shows it."""
    return path.relative_to(ROOT).as_posix()
