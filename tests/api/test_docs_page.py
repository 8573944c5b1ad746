"""The docs page in a real browser: it draws itself under its own content policy, and asks nobody else."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

# Nothing but the page: no updates, no sync, no profile of anybody.
CHROMIUM = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    "--virtual-time-budget=10000",
    # A name that does not resolve for every host but this one: a request elsewhere would show as a fault.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

pytestmark = pytest.mark.chromium


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def drawn(address: str, profile: Path) -> tuple[str, list[str]]:
    """The page after its scripts ran, and what it complained about."""
    ended = subprocess.run(
        [*CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return ended.stdout, re.findall(r"CONSOLE.*", ended.stderr)


def test_the_docs_page_draws_every_documented_address_and_meets_no_refusal(address: str, tmp_path: Path) -> None:
    page, complaints = drawn(f"{address}/docs", tmp_path)
    assert complaints == []
    assert "OAS 3.1" in page
    assert "/readyz" in page
    assert "Failed to load" not in page


def test_a_problem_page_is_drawn_without_a_complaint(address: str, tmp_path: Path) -> None:
    page, complaints = drawn(f"{address}/problems/unknown-unit", tmp_path)
    assert complaints == []
    assert "The unit is not known" in page
