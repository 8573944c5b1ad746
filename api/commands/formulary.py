"""`posology formulary lint|pages|diff|deck`: what can be asked of a formulary without a service."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from api.commands.endings import FOUND, WELL
from api.deck import DECK, Report, alerts, answered, read_deck, report
from api.services import today
from dosing.formulary.comparing import differences
from dosing.formulary.lint import lint
from dosing.formulary.loader import HERE, load
from dosing.formulary.model import Formulary
from dosing.formulary.pages import pages


def lint_formulary(asked: argparse.Namespace) -> int:
    formulary = load(asked.directory or HERE, asked.local)
    faults = list(lint(formulary, today()))
    for fault in faults:
        print(fault)
    if not faults:
        drugs, rules = len(formulary.monographs), len(formulary.rules)
        print(f"formulary {formulary.version}: {drugs} drugs, {rules} rules, sha256 {formulary.sha256[:12]}: in order")
    return FOUND if faults else WELL


def write_pages(asked: argparse.Namespace) -> int:
    written = pages(load())
    asked.target.mkdir(parents=True, exist_ok=True)
    for path in asked.target.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (asked.target / name).write_text(text, encoding="utf-8")
    print(f"{len(written)} pages in {asked.target}")
    return WELL


def compare_formularies(asked: argparse.Namespace) -> int:
    old, new = load(asked.old), load(asked.new, asked.local)
    lines = [*differences(old, new), *_other_answers(old, new, asked.deck or DECK)]
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


def ask_deck(asked: argparse.Namespace) -> int:
    known = load()
    figures = report(read_deck(known, asked.deck or DECK), known)
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
