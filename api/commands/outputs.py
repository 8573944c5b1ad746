"""Bytes to standard output or to a file, and what they are."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.commands.misuse import Misuse
from api.commands.reading import STANDARD_INPUT
from api.identity import new_id

JSON: Final = "json"
TEXT: Final = "text"


@dataclass(frozen=True, slots=True)
class Output:
    """One place to write to (`-` is standard output) and the format that is written there."""

    place: str
    format: str


def keep_apart(places: Iterable[str | None], read: Iterable[str | None]) -> None:
    """Misuse where a file that is read would be written over."""
    files = {Path(name).resolve() for name in read if name not in (None, STANDARD_INPUT)}
    for place in places:
        if place not in (None, STANDARD_INPUT) and Path(place).resolve() in files:
            raise Misuse(f"{place}: the answer would take the place of what was asked; choose another name.")


def write(place: str, content: bytes) -> None:
    """Bytes to standard output, or to a file that is whole or not there. Misuse where it cannot be written."""
    if place == STANDARD_INPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        if sys.stdout.isatty() and not content.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        return
    with writing(Path(place)) as beside:
        beside.write_bytes(content)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name when it is written, so that a full disk leaves no half of a plan."""
    if path.exists() and not path.is_file():  # /dev/null and pipes are written to as they are
        yield path
        return
    beside = path.with_name(f".{path.name}.{new_id()}")
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)
