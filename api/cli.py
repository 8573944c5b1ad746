"""The command line: what can be asked of a formulary without a service.

`posology formulary lint|pages|diff|deck`. Ends with 0 when all is well, with 1 when something was found (a fault, a
difference), and with 2 when the question could not be understood or answered.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.deck import DECK, Report, alerts, answered, read_deck, report
from api.services import today
from dosing.formulary.comparing import differences
from dosing.formulary.entry import FormularyError
from dosing.formulary.lint import lint
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary
from dosing.formulary.pages import pages

WELL, FOUND, NOT_ANSWERED = 0, 1, 2
PAGES = Path("docs/formulary")


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one command."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.answer(asked))
    except FormularyError as error:
        print(error, file=sys.stderr)
        return NOT_ANSWERED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="posology", description="Medication doses from a cited formulary.")
    rooms = parser.add_subparsers(title="rooms", required=True)
    formulary = rooms.add_parser("formulary", help="what can be asked of a formulary").add_subparsers(required=True)

    said = "Read a formulary and print every fault, with file, line and cure."
    linting = formulary.add_parser("lint", help=said, description=said)
    linting.add_argument("directory", nargs="?", type=Path, default=HERE)
    linting.add_argument("--local", type=Path, help="a hospital's own limits, over it")
    linting.set_defaults(answer=_lint)

    said = "Write the formulary for people, one page a drug."
    writing = formulary.add_parser("pages", help=said, description=said)
    writing.add_argument("target", nargs="?", type=Path, default=PAGES)
    writing.set_defaults(answer=_pages)

    said = "Print which limits differ, and which orders of the deck get another answer."
    comparing = formulary.add_parser("diff", help=said, description=said)
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--local", type=Path, help="a hospital's own limits, over the new one")
    comparing.add_argument("--deck", type=Path, default=DECK)
    comparing.set_defaults(answer=_diff)

    said = "Ask every order of the deck and print how well the answers fit."
    asking = formulary.add_parser("deck", help=said, description=said)
    asking.add_argument("--deck", type=Path, default=DECK)
    asking.set_defaults(answer=_deck)
    return parser


def _lint(asked: argparse.Namespace) -> int:
    formulary = load(asked.directory, asked.local)
    faults = list(lint(formulary, today()))
    for fault in faults:
        print(fault)
    if not faults:
        drugs, rules = len(formulary.monographs), len(formulary.rules)
        print(f"formulary {formulary.version}: {drugs} drugs, {rules} rules, sha256 {formulary.sha256[:12]}: in order")
    return FOUND if faults else WELL


def _pages(asked: argparse.Namespace) -> int:
    written = pages(load())
    asked.target.mkdir(parents=True, exist_ok=True)
    for path in asked.target.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (asked.target / name).write_text(text, encoding="utf-8")
    print(f"{len(written)} pages in {asked.target}")
    return WELL


def _diff(asked: argparse.Namespace) -> int:
    old, new = load(asked.old), load(asked.new, asked.local)
    lines = [*differences(old, new), *_other_answers(old, new, asked.deck)]
    for line in lines:
        print(line)
    if not lines:
        print(f"{old.version} and {new.version} state the same.")
    return FOUND if lines else WELL


def _other_answers(old: Formulary, new: Formulary, deck: Path) -> Iterator[str]:
    """The orders of the deck whose verdict or alerts differ; a drug that only one of the two knows is one."""
    before = {(case.file, case.name): alerts(answered(case, old)) for case in read_deck(old, deck)}
    for case in read_deck(new, deck):
        was, now = before[case.file, case.name], alerts(answered(case, new))
        if (was.decision, was.codes) != (now.decision, now.codes):
            appeared = ", ".join(sorted(now.codes - was.codes)) or "nothing"
            gone = ", ".join(sorted(was.codes - now.codes)) or "nothing"
            yield f"order  {case.name}: {was.decision} -> {now.decision} (new: {appeared}; gone: {gone})"


def _deck(asked: argparse.Namespace) -> int:
    known = load()
    figures = report(read_deck(known, asked.deck), known)
    for line in told(figures):
        print(line)
    return WELL


def told(figures: Report) -> Iterator[str]:
    """The figures of the deck in lines."""
    yield f"{figures.orders} orders, {figures.in_order} of them in order"
    yield f"sensitivity  {figures.sensitivity:.3f}  ({figures.expected_and_found} of {figures.expected} found)"
    yield f"precision    {figures.precision:.3f}  ({figures.told_and_expected} of {figures.told} told were expected)"
    yield f"warnings or stops for each order in order  {figures.alerts_an_order:.3f}"
    for code, count in figures.told_of_orders_in_order.items():
        yield f"  {code}  {count}"
    yield f"notes for each order in order  {figures.notes_of_orders_in_order / max(figures.in_order, 1):.2f}"
    for name in figures.not_accepted:
        yield f"in order and not accepted: {name}"
    for name, code in figures.missed:
        yield f"missed {code}: {name}"


if __name__ == "__main__":
    raise SystemExit(main())
