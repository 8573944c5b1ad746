"""The README's commands for the command line, typed as they stand one after the other, print what is shown under them.

A bare `…` on a line, or at its end, stands for what was left out. Files that an earlier example writes by hand are
there; no service is.
"""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.health.tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"(?ms)^```(sh|text)\n(.*?)^```$", README)
EXAMPLES = [
    (command, BLOCKS[place + 1][1])
    for place, (kind, command) in enumerate(BLOCKS[:-1])
    if kind == "sh" and "./posology" in command and BLOCKS[place + 1][0] == "text"
]
FILES = re.findall(r"(?ms)^cat > (\S+) <<'END'\n(.*?)^END$", README)
LEFT_OUT = "\N{HORIZONTAL ELLIPSIS}"
# As the script at the top of the tree, with the Python that runs the tests.
POSOLOGY = """#!/bin/sh
PYTHONPATH='{root}' exec '{python}' -m api.cli "$@"
"""


def pattern(shown: str) -> re.Pattern[str]:
    """What is shown as a pattern: a line that is left out may be many."""
    return re.compile(re.escape(shown).replace(re.escape(LEFT_OUT), ".*"), re.DOTALL)


def test_the_readme_has_its_commands() -> None:
    assert len(EXAMPLES) == 3
    assert {name for name, _ in FILES} >= {"order.json", "plan.json"}


def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    for name, content in FILES:
        (tmp_path / name).write_text(content)
    script = tmp_path / "posology"
    script.write_text(POSOLOGY.format(root=ROOT, python=sys.executable))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    for command, shown in EXAMPLES:
        typed = ["sh", "-euc", command]
        ended = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, ""), command
        assert pattern(shown).fullmatch(ended.stdout), f"{command}\n{ended.stdout}"
    assert "A Name" not in (tmp_path / "gabapentin.json").read_text()
    assert (tmp_path / "gabapentin.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("shown", "real"),
    [("one\n", "two\n"), ("one\n", "one\ntwo\n"), ("one …\n", "two …\n"), ("…\nthree\n", "one\ntwo\n")],
)
def test_a_difference_is_seen(shown: str, real: str) -> None:
    assert not pattern(shown).fullmatch(real)
