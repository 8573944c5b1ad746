"""What an answer costs, against a bare Flask echo in the same process; see README.md beside this file.

Ends with 1 when a figure is over its promise or could not be measured. No test asserts a time: this is run by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.parts import breakdown
from bench.plans import print_plans
from bench.questions import FIVE_CONCURRENT, ONE_ORDER, TITRATION
from bench.server import CLOCK, ECHO
from bench.service import ROOT, Connection, connection, first_answer, memory, started

CHECK, PLAN = "/v1/orders/check", "/v1/schedules/titration"
ROUNDS, BLOCK = 12, 250  # requests of each kind: 3,000, in blocks that alternate
COMPARISON_SECONDS = 35
PLANS, SHEETS, STARTS, WARMING = 150, 60, 3, 3

MOST_ECHOES = 3
MOST_ECHOES_FOR_FIVE = 5
MOST_PLAN_MS = 10
MOST_SHEET_MS = 60
MOST_START_SECONDS = 3


class NotServed(Exception):
    """The server does not answer this question (yet)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Processor time of one request of each kind in microseconds, and their ratio in each round."""

    echo: float
    check: float
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """The middle one, so that one disturbed round decides nothing."""
        return median(self.ratios)


def main() -> int:
    """Measure everything and print it; 0 when every promise held."""
    kept: list[bool] = []

    def tell(what: str, measure: Callable[[], tuple[str, bool]]) -> None:
        try:
            said, within = measure()
        except NotServed as missing:
            said, within = f"not measured: {missing}", False
        kept.append(within)
        print(f"{what:34}{said}{'' if within else '   OVER'}", flush=True)

    print(f"{'load of the machine':34}{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with started("bench.server", home) as (port, _):
            first_answer(port, f"{ECHO}/", b"{}")
            one: list[Comparison] = []
            tell("one order", lambda: compared(port, ONE_ORDER, MOST_ECHOES, one))
            tell("one order, five medications", lambda: compared(port, FIVE_CONCURRENT, MOST_ECHOES_FOR_FIVE, []))
            tell("titration to JSON", lambda: timed(port, "application/json", PLANS, MOST_PLAN_MS))
            tell("titration to PDF, warm", lambda: timed(port, "application/pdf", SHEETS, MOST_SHEET_MS))
            print(f"{'memory of the worker':34}{weight(port)}")
        tell("cold start to first answer", lambda: cold_start(home))
        print(f"{'posology check, cold':34}{command_line(home)}", flush=True)
    print_breakdown(one[0] if one else None)
    print_plans()
    return 0 if all(kept) else 1


def compared(port: int, question: dict[str, Any], most: float, kept: list[Comparison]) -> tuple[str, bool]:
    """An order check against an echo of the same body, in alternating blocks."""
    body = json.dumps(question).encode()
    rounds: list[tuple[float, float]] = []
    give_up = time.monotonic() + COMPARISON_SECONDS
    with connection(port) as line:
        _block(line, f"{ECHO}/", body)
        _block(line, CHECK, body)
        while len(rounds) < ROUNDS and time.monotonic() < give_up:
            rounds.append((_block(line, f"{ECHO}/", body), _block(line, CHECK, body)))
    comparison = Comparison(
        median(echo for echo, _ in rounds),
        median(check for _, check in rounds),
        [check / echo for echo, check in rounds],
    )
    kept.append(comparison)
    spread = f"{min(comparison.ratios):.2f} to {max(comparison.ratios):.2f} in {len(rounds)} rounds"
    said = (
        f"{comparison.ratio:.2f} x the echo ({spread}; "
        f"{comparison.check:.0f} against {comparison.echo:.0f} us of processor time), at most {most}"
    )
    return said, comparison.ratio <= most


def timed(port: int, media_type: str, times: int, most: float) -> tuple[str, bool]:
    """A titration from request to answer, over a connection that is kept open."""
    body = json.dumps(TITRATION).encode()
    taken: list[float] = []
    with connection(port) as line:
        for _ in range(WARMING):
            _ask(line, PLAN, body, 201, media_type)
        before = _used(line)
        for _ in range(times):
            began = time.perf_counter()
            _ask(line, PLAN, body, 201, media_type)
            taken.append((time.perf_counter() - began) * 1e3)
        used = (_used(line) - before) / times * 1e3
    middle, late = median(taken), quantiles(taken, n=20)[-1]
    said = f"{middle:.1f} ms median, {late:.1f} ms 95th percentile ({used:.1f} ms of processor time), at most {most} ms"
    return said, middle <= most


def weight(port: int) -> str:
    """What the worker holds in memory after all that."""
    with connection(port) as line:
        proportional, resident = memory(line.get(f"{ECHO}{CLOCK}").json["pid"])
    return f"{proportional:.0f} MB PSS, {resident:.0f} MB RSS"


def cold_start(home: Path) -> tuple[str, bool]:
    """From starting `make run`'s own command to the first order check that is answered; the slowest of a few."""
    body = json.dumps(ONE_ORDER).encode()
    taken = []
    for _ in range(STARTS):
        with started("api.wsgi", home) as (port, began):
            answer = first_answer(port, CHECK, body)
            taken.append(time.perf_counter() - began)
            if answer.status != 200:
                raise NotServed(f"{CHECK} answers {answer.status} (after {taken[-1]:.2f} s)")
    said = f"{max(taken):.2f} s, the slowest of {STARTS}, at most {MOST_START_SECONDS} s"
    return said, max(taken) <= MOST_START_SECONDS


def command_line(home: Path) -> str:
    """One order check from the command to its answer, and the help, which loads no engine."""
    question = home / "question.json"
    question.write_text(json.dumps(ONE_ORDER))
    taken = []
    for words in (["check", str(question), "--json"], ["--help"]):
        middle = []
        for _ in range(STARTS):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "api.cli", *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
            middle.append(time.perf_counter() - began)
        taken.append(median(middle))
    return f"{taken[0]:.2f} s, the middle one of {STARTS}; its help {taken[1]:.2f} s"


def print_breakdown(one: Comparison | None) -> None:
    """The parts of a check, and what is left for the framework and the server."""
    measured = breakdown({"one order": ONE_ORDER, "five medications": FIVE_CONCURRENT})
    print("\nwhere the time of an order check goes (us of processor time, in process, best of several)")
    print(f"{'':18}" + "".join(f"{name:>18}" for name in measured))
    for part in next(iter(measured.values())):
        print(f"  {part:16}" + "".join(f"{parts[part]:18.0f}" for parts in measured.values()))
    totals = [sum(parts.values()) for parts in measured.values()]
    print(f"  {'together':16}" + "".join(f"{total:18.0f}" for total in totals))
    if one is not None:
        print(f"  {'framework, server':16}{one.check - totals[0]:17.0f}   (the echo as a whole: {one.echo:.0f})")


def _block(line: Connection, path: str, body: bytes) -> float:
    """Processor time of the server for one request, in microseconds, over a block of them."""
    before = _used(line)
    for _ in range(BLOCK):
        _ask(line, path, body, 200)
    return (_used(line) - before) / BLOCK * 1e6


def _ask(line: Connection, path: str, body: bytes, status: int, media_type: str = "application/json") -> None:
    answer = line.post(path, body, media_type)
    if answer.status != status:
        raise NotServed(f"{path} as {media_type} answers {answer.status}")


def _used(line: Connection) -> float:
    """Seconds of processor time that the server has used so far."""
    seconds: float = line.get(f"{ECHO}{CLOCK}").json["seconds"]
    return seconds


if __name__ == "__main__":
    sys.exit(main())
