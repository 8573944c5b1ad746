"""The deck of orders written from labels: that it is read, and that what should stop an order does."""

from __future__ import annotations

from collections import Counter

import pytest

from api.commands.formulary import told
from api.deck import DeckCase, answered, read_deck, report
from dosing.finding import Decision
from tests.reading_cases import formulary

CASES = read_deck(formulary())
IN_ORDER = [case for case in CASES if not case.expects]


def test_the_deck_holds_300_orders_and_half_of_them_are_in_order() -> None:
    assert len(CASES) >= 300
    assert 0.45 <= len(IN_ORDER) / len(CASES) <= 0.55


def test_every_drug_of_the_formulary_is_in_the_deck() -> None:
    dealt = {order.drug for case in CASES for order in case.question.orders if order.drug is not None}
    for name in dealt & formulary().combinations.keys():
        dealt |= set(formulary().combinations[name].ingredients)
    assert set(formulary().monographs) - dealt == set()


def test_every_order_of_the_deck_says_where_it_was_taken_from() -> None:
    assert [case.name for case in CASES if case.source not in formulary().sources] == []
    names = Counter(case.name for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("case", IN_ORDER, ids=[case.name for case in IN_ORDER])
def test_an_order_that_is_in_order_is_not_stopped(case: DeckCase) -> None:
    assert answered(case, formulary()).decision is not Decision.REJECT


def test_the_figures_are_told_by_code() -> None:
    figures = report(CASES, formulary())
    lines = list(told(figures))
    assert lines[0] == f"{len(CASES)} orders, {len(IN_ORDER)} of them in order"
    assert figures.expected == sum(len(case.expects) for case in CASES)
    assert figures.expected - figures.expected_and_found == len(figures.missed)
    assert sum(line.startswith("missed ") for line in lines) == len(figures.missed)
