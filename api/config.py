"""What can be set from outside, read once at the start; everything has a safe default.

Without authentication the service answers only to its own machine. A HOST that others could reach is
refused here, before a socket is opened. A server started by hand around
`api.wsgi:application()`, with an address of its own, is not seen from here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_STORE = "sqlite:///var/posology.sqlite3"


class ConfigurationError(Exception):
    """A setting that cannot be used, in one line for whoever starts the service."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, where schedules are kept, how many answer at once, and a hospital's own limits."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    store: str = DEFAULT_STORE
    workers: int = 2
    threads: int = 4
    local: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """What HOST, PORT and the names that begin with POSOLOGY_ say; empty is not set."""
        return cls(
            host=_loopback(environment.get("HOST") or DEFAULT_HOST),
            port=_whole(environment, "PORT", DEFAULT_PORT, most=65535),
            store=environment.get("POSOLOGY_STORE") or DEFAULT_STORE,
            workers=_whole(environment, "POSOLOGY_WORKERS", 2, most=64),
            threads=_whole(environment, "POSOLOGY_THREADS", 4, most=64),
            local=_file(environment, "POSOLOGY_LOCAL"),
        )

    @property
    def address(self) -> str:
        """Host and port as a server binds them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _loopback(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ConfigurationError(
            f"HOST={host!r} could be reached from other machines, and there is no authentication yet: "
            "leave HOST unset, or set it to 127.0.0.1."
        )
    return host


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    """A file that has to be there: a hospital's own limits must not be missing without a word."""
    text = environment.get(name)
    if not text:
        return None
    path = Path(text)
    if not path.is_file():
        raise ConfigurationError(f"{name}={text!r} is not a file.")
    return path


def _whole(environment: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= most):
        raise ConfigurationError(f"{name}={text!r} is not a whole number from 1 to {most}.")
    return int(text)
