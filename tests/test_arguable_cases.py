"""The arguable decisions are answered, and the table that reports them says what is answered now."""

from __future__ import annotations

import re

import pytest

from tests.arguable_cases import TABLE, answered, arguable, table
from tests.reading_cases import Case

ARGUABLE = arguable()


@pytest.mark.parametrize("case", ARGUABLE, ids=[case["name"] for case in ARGUABLE])
def test_an_arguable_case_is_answered_and_says_who_decided(case: Case) -> None:
    answer, decided = answered(case)
    assert answer and decided
    if "request" in case:
        assert re.search(r"\((label|guideline|seed)\)|not checked|every rule that applies is kept", decided)


def test_the_table_says_what_is_answered_now() -> None:
    """Where it differs: read why, then write it anew with `.venv/bin/python -m tests.arguable_cases`."""
    assert TABLE.read_text(encoding="utf-8") == table()
