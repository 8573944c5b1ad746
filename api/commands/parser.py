"""Every command with its options. No engine is imported here; a command's own module is, when it is answered."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.commands import options
from api.commands.endings import MEANINGS
from api.commands.options import Option

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

PAGES: Final = Path("docs/formulary")
# Written out, because asking the renderers for their names would load them all to show a page of help.
FORMATS: Final = ("text", "html", "pdf", "csv", "ics", "json")
ENDINGS: Final = "ends with\n" + "".join(f"  {number}  {meaning}\n" for number, meaning in MEANINGS.items())

Answer = Callable[[argparse.Namespace], int]


def parser_of() -> argparse.ArgumentParser:
    """The parser of `posology`. No option is guessed from its beginning."""
    parser = argparse.ArgumentParser(
        prog="posology",
        description="Medication doses from a cited formulary: checked, planned, on paper.",
        epilog=ENDINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _plan(commands, "titrate", "titration", options.TITRATION, "Plan a way up.")
    _plan(commands, "taper", "taper", options.TAPER, "Plan a way down, to a lower dose or a stop.")
    _plan(commands, "switch", "switch", options.SWITCH, "Plan a change from one drug to another.")
    _revise(commands)
    _compare(commands)
    _check(commands)
    _formulary(commands)
    return parser


def _command(commands: Commands, name: str, said: str, answer: Answer | None = None) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=said,
        description=said,
        epilog=ENDINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if answer is not None:
        parser.set_defaults(answer=answer)
    return parser


def _answer(module: str, name: str) -> Answer:
    """A function of a command's module, imported when it is called."""

    def answer(asked: argparse.Namespace) -> int:
        found: Answer = getattr(import_module(f"api.commands.{module}"), name)
        return found(asked)

    return answer


def _plan(commands: Commands, name: str, kind: str, fields: Sequence[Option], said: str) -> None:
    parser = _command(commands, name, said, _answer("plans", "plan"))
    parser.set_defaults(kind=kind, fields=fields)
    said = "the request as JSON, as over the web; - is standard input; several make several plans"
    parser.add_argument("files", nargs="*", metavar="FILE", help=said)
    options.add_to(parser.add_argument_group("the request, beside a file or without one"), fields)
    _outputs(parser)
    parser.add_argument("--out-dir", metavar="FOLDER", help="a plan for each file, under its name")


def _outputs(parser: argparse.ArgumentParser) -> None:
    answer = parser.add_argument_group("the answer")
    written = answer.add_mutually_exclusive_group()
    written.add_argument("--json", action="store_true", help="the schedule object, as over the web")
    written.add_argument("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}; left out: text")
    said = "a file instead of standard output, its format by its name; may stand several times"
    answer.add_argument("--out", action="append", metavar="FILE", help=said)
    answer.add_argument("--audience", metavar="AUDIENCE", help="patient, prescriber or pharmacy; left out: all")
    answer.add_argument("--large-print", action="store_true", help="letters for weak eyes")
    options.add_to(answer, options.PRINT)


def _revise(commands: Commands) -> None:
    parser = _command(commands, "revise", "Change a plan from one of its days on.", _answer("revisions", "revise"))
    parser.add_argument("plan", metavar="PLAN", help="a plan that was written with --json; - is standard input")
    parser.add_argument("--request", metavar="FILE", help="the change as JSON, as over the web")
    options.add_to(parser.add_argument_group("the change, beside a file or without one"), options.REVISION)
    _outputs(parser)


def _compare(commands: Commands) -> None:
    said = "Show two plans side by side, day by day."
    parser = _command(commands, "compare", said, _answer("revisions", "compare_plans"))
    parser.add_argument("old", metavar="OLD", help="a plan that was written with --json")
    parser.add_argument("new", metavar="NEW", help="another")
    parser.add_argument("--json", action="store_true", help="the comparison as over the web")


def _check(commands: Commands) -> None:
    parser = _command(commands, "check", "Ask whether orders are safe.", _answer("orders", "check_orders"))
    said = "the question as JSON, as over the web; - or left out: standard input"
    parser.add_argument("file", nargs="?", metavar="FILE", help=said)
    parser.add_argument("--json", action="store_true", help="the answer as over the web")
    parser.add_argument("--lines", action="store_true", help="a question a line, and as JSON an answer a line")
    parser.add_argument("--out", metavar="FILE", help="a file instead of standard output")


def _formulary(commands: Commands) -> None:
    said = "What can be asked of a formulary."
    formulary = _command(commands, "formulary", said).add_subparsers(required=True, metavar="COMMAND")

    said = "Read a formulary and print every fault, with file, line and cure."
    linting = _command(formulary, "lint", said, _answer("formulary", "lint_formulary"))
    linting.add_argument("directory", nargs="?", type=Path, metavar="FOLDER", help="left out: the one that is shipped")
    linting.add_argument("--local", type=Path, metavar="FILE", help="a hospital's own limits, over it")

    said = "Write the formulary for people, one page a drug."
    writing = _command(formulary, "pages", said, _answer("formulary", "write_pages"))
    writing.add_argument("target", nargs="?", type=Path, default=PAGES, metavar="FOLDER", help=f"left out: {PAGES}")

    said = "Print which limits differ, and which orders of the deck get another answer."
    comparing = _command(formulary, "diff", said, _answer("formulary", "compare_formularies"))
    comparing.add_argument("old", type=Path, metavar="OLD", help="a folder with a formulary")
    comparing.add_argument("new", type=Path, metavar="NEW", help="another")
    comparing.add_argument("--local", type=Path, metavar="FILE", help="a hospital's own limits, over the new one")
    comparing.add_argument("--deck", type=Path, metavar="FOLDER", help="other orders than those that are shipped")

    said = "Ask every order of the deck and print how well the answers fit."
    asking = _command(formulary, "deck", said, _answer("formulary", "ask_deck"))
    asking.add_argument("--deck", type=Path, metavar="FOLDER", help="other orders than those that are shipped")
