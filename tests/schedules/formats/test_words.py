"""The catalogues held against the code: every text that a sheet can say has its words, and nothing else is kept."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from schedules.formats.languages import WORDS, offered, speaking
from tests.schedules.formats.messages import everything, in_code, in_formulary

CATALOGUES = sorted(WORDS.iterdir())
OTHERS = offered()[1:]


def entries(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        yield from (entry for entry in read_po(file, locale=path.stem, abort_invalid=True) if entry.id)


def pairs(entry: Message) -> Iterator[tuple[str, str]]:
    """Each translation beside its English; the singular of a count stands beside the singular."""
    if isinstance(entry.id, str):
        yield entry.id, str(entry.string)
    else:
        yield from zip(entry.id, entry.string, strict=True)


def names_in(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def numbers_in(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_of_the_code_and_of_the_formulary_is_translated(code: str) -> None:
    assert [text for text in sorted(everything()) if not speaking(code).knows(text)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_keeps_nothing_that_nobody_says(path: Path) -> None:
    said = everything()
    kept = {text for entry in entries(path) if not entry.context for text, _ in pairs(entry)}
    assert sorted(kept - said) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_places_and_the_numbers_of_its_english(path: Path) -> None:
    for entry in entries(path):
        for english, translated in pairs(entry):
            assert names_in(english) == names_in(translated), english
            assert numbers_in(english) == numbers_in(translated), english


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_ends_as_its_english_does(path: Path) -> None:
    """A sentence stays a sentence, and what is put into one stays a part of one."""
    for entry in entries(path):
        for english, translated in pairs(entry):
            ends = [text[-1] if text[-1] in ".:?" else "" for text in (english, translated)]
            assert ends[0] == ends[1], english


def test_the_texts_are_found_in_code_and_formulary() -> None:
    """The search itself, since one that finds nothing would make the tests above pass."""
    assert {"What to take", "{number} day", "{number} days", "If you miss a dose"} <= in_code()
    assert "Judge the effect and the blood pressure." in set(in_formulary())
    assert "a quarter of an orally disintegrating tablet" in everything()
