"""Requests from files and from standard input, through the same gates and schemas as over the web."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from marshmallow import ValidationError

from api.commands.misuse import Misuse
from api.config import Settings
from api.errors import Problem, faults_from_marshmallow
from api.reading import LARGEST_BODY, read_json
from api.schemas.base import RequestSchema
from api.services import Services, wire

STANDARD_INPUT = "-"
JSON = "application/json"


def services_at_hand() -> Services:
    """The formulary as the service would load it, with a hospital's own layer where POSOLOGY_LOCAL names one."""
    local = os.environ.get("POSOLOGY_LOCAL")
    # Only this setting is read: a PORT that cannot be used is no matter of the command line.
    settings = Settings.from_environment({"POSOLOGY_LOCAL": local} if local else {})
    # A formulary is a great many objects and nothing of it is ever garbage: looking for some took a sixth of the load.
    gc.disable()
    try:
        return wire(local=settings.local)
    finally:
        gc.enable()


def is_typed() -> bool:
    """Whether standard input is a terminal, where nobody has a request waiting."""
    return sys.stdin.isatty()


def content_of(name: str) -> bytes:
    """What stands in a file or on standard input, as far as a body may be long. Misuse where there is none."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(LARGEST_BODY + 1)
    with opened(name) as file:
        return file.read(LARGEST_BODY + 1)


def opened(name: str) -> BinaryIO:
    """A file to read from. Misuse where it cannot be read."""
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise Misuse(f"{name}: {error.strerror}.") from None


def object_of(content: bytes) -> dict[str, object]:
    """The JSON object of a file, through every gate of a body."""
    return read_json(content, JSON, len(content))


def loaded(schema: RequestSchema, asked: Mapping[str, Any]) -> Any:
    """What a schema makes of a request; a Problem with every fault."""
    try:
        return schema.load(dict(asked))
    except ValidationError as error:
        raise Problem.of(faults_from_marshmallow(error, schema)) from None


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file without their ends; of one that is too long, enough for the gate to refuse it."""
    while line := file.readline(LARGEST_BODY + 2):
        longer = line
        while longer and not longer.endswith(b"\n"):
            longer = file.readline(LARGEST_BODY)
        yield line.removesuffix(b"\n").removesuffix(b"\r")
