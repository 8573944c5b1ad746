"""The parser itself: its page, its help, its endings, and the script at the top of the tree."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import main
from api.commands import endings
from api.commands.endings import MEANINGS, of_refusal, of_verdict, worst
from api.commands.parser import FORMATS, parser_of
from api.commands.printing import SUFFIX_OF
from api.problems import PROBLEM_TYPES
from dosing.finding import Decision
from tests.reading_cases import ROOT

PAGE = (ROOT / "docs/command-line.md").read_text("utf-8")
SHARED = ("the-patient", "the-answer")


def commands(parser: argparse.ArgumentParser, name: str = "posology") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each command that answers, under its whole name."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, command in action.choices.items():
            yield from commands(command, f"{name} {word}")


COMMANDS = dict(commands(parser_of()))


def section(title: str) -> str:
    """What stands under a heading of the page."""
    found = re.search(rf"(?ms)^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE)
    assert found is not None, title
    return found[1]


def rows(text: str) -> dict[str, str]:
    """The options of the tables of a section, each with what is said of it."""
    return {
        option: said
        for names, said in re.findall(r"(?m)^\| (`-[^|]*) \| (.*) \|$", text)
        for option in re.findall(r"`(--[a-z-]+)`", names)
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_tells_every_option_of_a_command_and_no_other(name: str) -> None:
    title = "posology formulary" if name.startswith("posology formulary") else name
    text = section(title)
    told = rows(text)
    for shared in SHARED:
        if f"(#{shared})" in text:
            told |= rows(section(shared.replace("-", " ").capitalize()))
    parsed = {
        option: action.help
        for action in COMMANDS[name]._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    if title == name:
        assert set(told) == set(parsed)
    else:
        assert set(parsed) <= set(told) and f"`{name}" in text
        others = [command for command in COMMANDS if command.startswith(title)]
        assert set(told) == {o for c in others for a in COMMANDS[c]._actions for o in a.option_strings[:1] if o != "-h"}
    if title == name:
        assert told == parsed


def test_the_page_tells_every_ending() -> None:
    told = dict(re.findall(r"(?m)^\| ([0-9]+) \| (.*) \|$", section("How it ends")))
    assert told == {str(number): meaning for number, meaning in MEANINGS.items()}
    order = re.search(r"the worst decides: ([0-9, ]+)\.", PAGE)
    assert order is not None
    numbers = [int(number) for number in order[1].split(", ")]
    assert sorted(numbers) == sorted(MEANINGS)
    assert all(worst(numbers[place:]) == number for place, number in enumerate(numbers))


def test_every_command_tells_how_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([*name.split()[1:], "--help"])
        assert left.value.code == 0
        said = capsys.readouterr().out
        assert all(f"  {number}  {meaning}" in said for number, meaning in MEANINGS.items())


def test_every_verdict_and_every_refusal_has_its_ending() -> None:
    assert {decision.value: of_verdict(decision.value) for decision in Decision} == {
        "accept": 0,
        "warn": 1,
        "reject": 3,
        "cannot-assess": 4,
    }
    assert {code for code in PROBLEM_TYPES if of_refusal(code) == 3} == {"unsafe-schedule", "infeasible"}
    assert {of_refusal(code) for code in PROBLEM_TYPES} == {2, 3}
    assert worst([]) == endings.WELL


def test_the_formats_of_the_help_are_those_that_there_are() -> None:
    assert set(FORMATS) == set(SUFFIX_OF)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("titrate", "--targe", "1800 mg/day"), "--targe"),
        (("check", "one.json", "two.json"), "more words"),
        (("compare", "--old", "a", "b", "c"), "--old"),
        (
            (
                "revise",
                "--action=hold now",
            ),
            "--action",
        ),
    ],
)
def test_a_mistyped_option_is_named_and_not_guessed(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], named: str
) -> None:
    try:
        ending: object = main(words)
    except SystemExit as left:
        ending = left.code
    out, told = capsys.readouterr()
    assert ending == 2 and out == "" and named in told


def test_help_loads_no_engine() -> None:
    asked = "import sys, api.cli; api.cli.parser_of(); print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "api.commands.parser" in loaded
    assert not loaded & {"dosing.units", "marshmallow", "pint", "api.services", "schedules.formats", "sqlalchemy"}


def test_a_check_loads_neither_paper_nor_database_nor_web() -> None:
    asked = "import sys, api.commands.orders; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(answer.stdout.split()) & {"flask", "sqlalchemy", "typst", "jinja2", "schedules.formats"}


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    questions = tmp_path / "questions.ndjson"
    questions.write_bytes(b"{}\n" * 5000)
    command = f"'{sys.executable}' -m api.cli check --lines '{questions}' | head -1"
    ended = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.count("\n") == 1 and ended.stderr == ""


def test_the_script_answers_from_any_folder_and_through_a_link(tmp_path: Path) -> None:
    if not (ROOT / ".venv/bin/python").exists():
        pytest.skip("the script runs in the environment that `make test` creates, and there is none here")
    link = tmp_path / "posology"
    link.symlink_to(ROOT / "posology")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for script in (ROOT / "posology", link):
        asked = [str(script), "check", "-"]
        ended = subprocess.run(asked, cwd=tmp_path, env=environment, input="{}", capture_output=True, text=True)
        assert ended.returncode == 2 and "/orders" in ended.stderr
