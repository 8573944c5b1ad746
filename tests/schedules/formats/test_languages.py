from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from schedules.formats import languages
from schedules.formats.languages import DAYS, ENGLISH, MONTHS, WORDS, offered, speaking

TUESDAY = date(2026, 12, 1)
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n"X-Reviewed: {reviewed}\\n"\n"X-Week-Begins: Monday\\n"\n\n'
)


def test_the_languages_are_english_and_the_catalogues_that_are_there() -> None:
    assert offered() == ("en", *sorted(path.stem for path in WORDS.iterdir()))


@pytest.mark.parametrize("code", ["en", "xx", "", "../es", "es.po", "ES"])
def test_a_code_that_is_not_offered_is_answered_in_english(code: str) -> None:
    assert speaking(code) is ENGLISH


def test_english_says_its_own_words() -> None:
    assert ENGLISH.say("Take {doses}.", doses="2") == "Take 2."
    assert ENGLISH.count("{number} day", "{number} days", 1) == "1 day"
    assert ENGLISH.count("{number} day", "{number} days", 2) == "2 days"
    assert ENGLISH.say("braces {stay} as they are") == "braces {stay} as they are"
    assert ENGLISH.say("") == ""
    assert ENGLISH.knows("anything")
    assert ENGLISH.reviewed


def test_dates_have_their_names_in_each_language() -> None:
    spanish = speaking("es")
    named = [
        (spoken.month(TUESDAY), spoken.short_month(TUESDAY), spoken.weekday(TUESDAY), spoken.short_weekday(TUESDAY))
        for spoken in (ENGLISH, spanish)
    ]
    assert named == [("December", "Dec", "Tuesday", "Tue"), ("diciembre", "dic", "martes", "mar")]


def test_what_a_catalogue_lacks_is_said_in_english_and_known_to_be() -> None:
    spanish = speaking("es")
    assert not spanish.knows("Nobody has said this.")
    assert spanish.say("Nobody has said this.") == "Nobody has said this."
    assert spanish.knows("Morning")
    assert spanish.say("Morning") == "Mañana"
    assert spanish.say("") == ""


def test_no_spanish_is_reviewed_yet() -> None:
    assert not speaking("es").reviewed


@pytest.mark.parametrize(
    ("reviewed", "comment", "told"),
    [("yes", "", True), ("no", "", False), ("yes", "# reviewed: no\n", False), ("yes", "# reviewed by two\n", True)],
)
def test_a_language_is_one_file_and_is_reviewed_when_all_of_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reviewed: str, comment: str, told: bool
) -> None:
    body = f'{comment}msgid "Morning"\nmsgstr "Matin"\n\n#, fuzzy\nmsgid "Noon"\nmsgstr "Midi"\n'
    (tmp_path / "fr.po").write_text(HEADER.format(reviewed=reviewed) + body, encoding="utf-8")
    monkeypatch.setattr(languages, "WORDS", tmp_path)
    for cached in (offered, speaking):
        cached.cache_clear()
    try:
        french = speaking("fr")
        assert offered() == ("en", "fr")
        assert (french.code, french.reviewed, french.week_begins) == ("fr", told, 0)
        assert (french.say("Morning"), french.say("Noon")) == ("Matin", "Noon")
        assert not french.knows("Noon")
    finally:
        for cached in (offered, speaking):
            cached.cache_clear()


@pytest.mark.parametrize("path", sorted(WORDS.iterdir()), ids=lambda path: path.stem)
def test_a_catalogue_is_valid_sorted_and_has_every_date(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem, abort_invalid=True)
    entries = [entry for entry in catalogue if entry.id]
    keys = [(entry.id if isinstance(entry.id, str) else entry.id[0], entry.context or "") for entry in entries]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert not [entry.id for entry in entries if not entry.string]
    assert {*MONTHS, *DAYS} <= {key for key, context in keys if not context}
    assert {name[:3] for name in (*MONTHS, *DAYS)} == {key for key, context in keys if context == "short"}
