"""The service as `make run` starts it: a real server, real sockets, real processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A service and the folder it was told is its home."""

    port: int
    home: Path

    def ask(self, address: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def environment(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT")}
    kept |= {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "POSOLOGY_STORE": f"sqlite:///{home}/store.sqlite3",
    }
    return kept | settings


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(a_free_port(), tmp_path_factory.mktemp("home"))
    with (running.home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.wsgi"],
            cwd=ROOT,
            env=environment(running.home, PORT=str(running.port), GUNICORN_CMD_ARGS="--bind 0.0.0.0:1"),
            stdout=log,
            stderr=log,
        )
    try:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                running.ask("/healthz")
                break
            except OSError:
                assert process.poll() is None, (running.home / "log").read_text()
                assert time.monotonic() < give_up, (running.home / "log").read_text()
                time.sleep(0.05)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def test_it_answers_and_is_ready(service: Running) -> None:
    answer = service.ask("/readyz")
    assert answer.status == 200
    assert answer.getheader("X-Request-Id")


def test_it_opens_no_control_socket_and_reads_no_stray_options(service: Running) -> None:
    assert not [file for file in service.home.rglob("*") if file.is_socket() or "gunicorn" in file.name]
    assert f"http://127.0.0.1:{service.port}" in (service.home / "log").read_text()


def test_a_request_leaves_nothing_in_the_log(service: Running) -> None:
    service.ask("/canary?name=Canary")
    assert "anary" not in (service.home / "log").read_text()


def test_four_hundred_answers_at_once_are_all_given(service: Running) -> None:
    connections = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=30) for _ in range(20)]
    for _ in range(20):
        for connection in connections:
            connection.request("GET", "/healthz")
        for connection in connections:
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("HOST", "0.0.0.0", "authentication"),
        ("HOST", "192.168.1.2", "authentication"),
        ("PORT", "eighty", "PORT"),
        ("POSOLOGY_STORE", "nonsense", "POSOLOGY_STORE"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_it_with_one_line(tmp_path: Path, name: str, value: str, word: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "api.wsgi"],
        cwd=ROOT,
        env=environment(tmp_path, **{name: value}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("posology: ")
    assert word in line
