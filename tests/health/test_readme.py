"""The README's examples, typed as they stand against the service as `make run` starts it, give what it shows.

Shown output is JSON in which a bare `…` stands for members or items that were left out, and the text "…" for an id
or a text that is not shown. An object or a list without a bare `…` has to be complete.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.health.tree import ROOT

PRINTED_ADDRESS = "http://127.0.0.1:8000"
LEFT_OUT = "\N{HORIZONTAL ELLIPSIS}"
PATIENCE_SECONDS = 60
LARGEST_PICTURE = 200_000

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"(?ms)^```(sh|json)\n(.*?)^```$", README)
COMMANDS = [text for kind, text in BLOCKS if kind == "sh" and "curl" in text]
# Each command with the output that stands right under it.
EXAMPLES = [
    (text, BLOCKS[place + 1][1])
    for place, (kind, text) in enumerate(BLOCKS[:-1])
    if kind == "sh" and "curl" in text and BLOCKS[place + 1][0] == "json"
]
PICTURE = next(text for text in COMMANDS if "pdftoppm" in text)

# What stands in for curl where there is none: the options that the README uses.
STAND_IN = """#!{python}
import sys, urllib.error, urllib.request
address, headers, body, into = "", {{}}, None, None
words = iter(sys.argv[1:])
for word in words:
    if word == "-H":
        name, _, value = next(words).partition(": ")
        headers[name] = value
    elif word == "-d":
        path = next(words).removeprefix("@")
        body = (sys.stdin if path == "-" else open(path)).read().encode()
    elif word == "-o":
        into = next(words)
    elif word != "-s":
        address = word
try:
    answer = urllib.request.urlopen(urllib.request.Request(address, body, headers)).read()
except urllib.error.HTTPError as refusal:
    answer = refusal.read()
open(into, "wb").write(answer) if into else sys.stdout.buffer.write(answer)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service listens: a real server on a free port of this machine, with a store of its own."""
    home = tmp_path_factory.mktemp("service")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = {"PORT": str(port), "POSOLOGY_STORE": f"sqlite:///{home}/store.sqlite3", "POSOLOGY_WORKERS": "1"}
    kept = {name: value for name, value in os.environ.items() if name != "HOST"}
    with (home / "log").open("wb") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "api.wsgi"], cwd=ROOT, env=kept | settings, stdout=log, stderr=log
        )
    try:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            assert service.poll() is None, (home / "log").read_text()
            assert time.monotonic() < give_up, (home / "log").read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=["curl", "stand-in"])
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to type the examples in, one after the other, with `bin` in front of the path."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "bin").mkdir()
    (folder / "docs").mkdir()
    if request.param == "curl":
        if shutil.which("curl") is None:
            pytest.skip("there is no curl here; the stand-in types the same examples")
    else:
        curl = folder / "bin" / "curl"
        curl.write_text(STAND_IN.format(python=sys.executable))
        curl.chmod(curl.stat().st_mode | stat.S_IXUSR)
    return folder


def typed(command: str, folder: Path, address: str) -> bytes:
    """What a command of the README prints; any later example finds the files that it wrote."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    ended = subprocess.run(
        ["sh", "-euc", command.replace(PRINTED_ADDRESS, address)],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b""), ended.stderr.decode()
    return ended.stdout


def test_the_readme_has_its_examples() -> None:
    assert len(EXAMPLES) == 4
    assert all(PRINTED_ADDRESS in command for command in COMMANDS)


def test_every_example_gives_what_is_shown(address: str, shell: Path) -> None:
    for command, shown in EXAMPLES:
        real = json.loads(typed(command, shell, address))
        differences = list(compared(read_shown(shown), real, ""))
        assert differences == [], f"{command}\n{json.dumps(real, ensure_ascii=False)}"


def test_the_answers_keep_to_the_openapi_document(address: str, shell: Path) -> None:
    with urllib.request.urlopen(f"{address}/openapi.json") as answer:
        document = json.load(answer)
    for command, _ in EXAMPLES:
        real = json.loads(typed(command, shell, address))
        if "status" in real:
            continue
        path = next(path for path in document["paths"] if path in command)
        answers = document["paths"][path]["post"]["responses"]
        schema = next(answers[status]["content"]["application/json"]["schema"] for status in answers if status < "3")
        Draft202012Validator({**schema, "components": document["components"]}).validate(real)


def test_the_first_example_is_accepted_with_nothing_left_open() -> None:
    shown = read_shown(EXAMPLES[0][1])
    assert isinstance(shown, dict)
    assert (shown["verdict"], shown["findings"], shown["not_checked"]) == ("accept", [], [])


@pytest.mark.poppler
def test_the_command_for_the_picture_draws_a_page_as_large_as_the_picture(address: str, shell: Path) -> None:
    for command in COMMANDS[: COMMANDS.index(PICTURE) + 1]:
        typed(command, shell, address)
    drawn, kept = (shell / "docs/sheet.png").read_bytes(), (ROOT / "docs/sheet.png").read_bytes()
    assert size(drawn) == size(kept)
    assert len(kept) < LARGEST_PICTURE


def size(picture: bytes) -> bytes:
    """Width and height of a PNG, as they stand in its first chunk."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return picture[16:24]


def read_shown(text: str) -> object:
    """Shown output as JSON: a bare `…` becomes a member or an item that says that something was left out."""
    written: list[str] = []
    open_brackets: list[str] = []
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|.', text, re.DOTALL):
        if token in "[{":
            open_brackets.append(token)
        elif token in "]}":
            open_brackets.pop()
        elif token == LEFT_OUT:
            token = f'"{LEFT_OUT}": null' if open_brackets[-1] == "{" else f'{{"{LEFT_OUT}": null}}'
        written.append(token)
    return json.loads("".join(written))


def compared(shown: object, real: object, pointer: str) -> Iterator[str]:
    """Each difference between shown and real, by JSON pointer."""
    if isinstance(shown, dict) and isinstance(real, dict):
        yield from _compared_objects(shown, real, pointer)
    elif isinstance(shown, list) and isinstance(real, list):
        yield from _compared_lists(shown, real, pointer)
    elif shown == LEFT_OUT and isinstance(real, str):
        return
    elif type(shown) is not type(real) or shown != real:
        yield f"{pointer}: {shown!r} is shown, {real!r} is real"


def _compared_objects(shown: Mapping[str, object], real: Mapping[str, object], pointer: str) -> Iterator[str]:
    for name in shown.keys() - {LEFT_OUT}:
        if name in real:
            yield from compared(shown[name], real[name], f"{pointer}/{name}")
        else:
            yield f"{pointer}/{name}: is shown and not real"
    if LEFT_OUT not in shown:
        yield from (f"{pointer}/{name}: is real and not shown" for name in real.keys() - shown.keys())


def _compared_lists(shown: Sequence[object], real: Sequence[object], pointer: str) -> Iterator[str]:
    """In order; where something was left out, the next shown item may stand anywhere further on."""
    place, free = 0, False
    for item in shown:
        if item == {LEFT_OUT: None}:
            free = True
            continue
        rest = range(place, len(real) if free else min(place + 1, len(real)))
        found = next((index for index in rest if not list(compared(item, real[index], pointer))), None)
        if found is None:
            yield f"{pointer}/{place}: nothing real is {item!r}"
            return
        place, free = found + 1, False
    if place < len(real) and not free:
        yield f"{pointer}/{place}: is real and not shown"


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ('{"a": 1}', {"a": 2}),
        ('{"a": 1}', {"a": 1, "b": 2}),
        ('{"a": 1, …}', {"b": 2}),
        ("[1]", [1, 2]),
        ("[…, 2]", [2, 3]),
        ("[2, …]", [1, 2]),
        ("[…, 1, …]", [2, 3]),
        ('{"a": 1}', {"a": True}),
        ('{"a": "…"}', {"a": 1}),
        ("[1, 2]", [1]),
    ],
)
def test_the_comparison_sees_a_difference(shown: str, real: object) -> None:
    assert list(compared(read_shown(shown), real, ""))


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ('{"a": 1, …}', {"a": 1, "b": 2}),
        ('{"a": "…"}', {"a": "x"}),
        ("[…, 2, …]", [1, 2, 3]),
        ("[1, …]", [1, 2, 3]),
        ("[…]", []),
        ('{"a": "… b"}', {"a": "… b"}),
    ],
)
def test_the_comparison_lets_pass_what_was_left_out(shown: str, real: object) -> None:
    assert list(compared(read_shown(shown), real, "")) == []
