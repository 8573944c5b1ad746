"""A server in a process of its own, and a connection to it that is kept open.

The client writes bytes that were made once and reads an answer to its end. It runs in this process, so that none of its
work is counted as the server's.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.content)


class Connection:
    """One connection over which requests go one after another."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)

    def post(self, path: str, body: bytes, accept: str = "application/json") -> Answer:
        """Send a JSON body and read the answer whole."""
        headers = {"Content-Type": "application/json", "Accept": accept}
        self._http.request("POST", path, body, headers)
        return self._answer()

    def get(self, path: str) -> Answer:
        """Ask for an address and read the answer whole."""
        self._http.request("GET", path)
        return self._answer()

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def _answer(self) -> Answer:
        answer = self._http.getresponse()
        return Answer(answer.status, answer.read())


@contextmanager
def connection(port: int) -> Iterator[Connection]:
    """A connection for the time it is used."""
    opened = Connection(port)
    try:
        yield opened
    finally:
        opened.close()


def a_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def started(module: str, home: Path) -> Iterator[tuple[int, float]]:
    """`python -m module`, keeping its store under `home`; gives its port and when it was started."""
    port = a_free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("POSOLOGY_", "GUNICORN_"))}
    environment = kept | {"HOST": HOST, "PORT": str(port), "POSOLOGY_STORE": f"sqlite:///{home}/store.sqlite3"}
    began = time.perf_counter()
    with (home / "log").open("ab") as log:
        server = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield port, began
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def first_answer(port: int, path: str, body: bytes) -> Answer:
    """Ask until somebody answers; a server that does not come up in time is an error."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with connection(port) as line:
                return line.post(path, body)
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def memory(pid: int) -> tuple[float, float]:
    """PSS and RSS of a process in MB: its fair share of shared pages, and all pages it can see."""
    kilobytes = {}
    for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, amount = row.partition(":")
        kilobytes[name] = int(amount.split()[0])
    return kilobytes["Pss"] / 1024, kilobytes["Rss"] / 1024
