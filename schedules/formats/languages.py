"""The languages that a sheet can speak: English, whose words stand in the code, and one catalogue for each other.

The English sentence is the key of its translation, so that the code reads as the paper does. A language is one
file, `words/CODE.po`, and nothing else: which languages there are is which files there are. Two lines of its
header are ours: `X-Week-Begins` names the day that a calendar week begins on, and `X-Reviewed` says whether a
person who may do so has read the translations; one that was added later carries the comment `reviewed: no`. What
is not reviewed is said to be so on the sheet; what is not translated is shown in English and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from dosing.numbers import grouped

WORDS: Final = Path(__file__).with_name("words")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT: Final = "short"
_SHORT_NAME: Final = 3
_SUNDAY: Final = 6
# The library keeps only the lines of a header that it knows.
_OUR_HEADER: Final = re.compile(r'^"X-([A-Za-z-]+): (.*)\\n"$', re.MULTILINE)
_NOT_REVIEWED: Final = "reviewed: no"


def message(text: str) -> str:
    """`text` itself; marks a sentence that is kept in a table and said later, so that a test finds it."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """One language. `week_begins` counts as date.weekday() does; `known` is None where every text is its own words."""

    code: str
    reviewed: bool
    week_begins: int
    known: frozenset[str] | None = field(repr=False)
    _words: NullTranslations = field(repr=False, compare=False)

    def say(self, text: str, **values: object) -> str:
        """The translation of an English text, in English where there is none, with `values` for its {names}."""
        said = self._words.gettext(text) if text else ""
        return said.format(**values) if values else said

    def count(self, singular: str, plural: str, number: int, **values: object) -> str:
        """The form that `number` asks for; {number} is the number as it is read."""
        return self._words.ngettext(singular, plural, number).format(number=grouped(str(number)), **values)

    def knows(self, text: str) -> bool:
        """Whether a text has words in this language."""
        return self.known is None or text in self.known

    def month(self, day: date) -> str:
        """Such as "December"."""
        return self._words.gettext(MONTHS[day.month - 1])

    def short_month(self, day: date) -> str:
        """Such as "Dec"."""
        return self._words.pgettext(SHORT, MONTHS[day.month - 1][:_SHORT_NAME])

    def weekday(self, day: date) -> str:
        """Such as "Tuesday"."""
        return self._words.gettext(DAYS[day.weekday()])

    def short_weekday(self, day: date) -> str:
        """Such as "Tue"."""
        return self._words.pgettext(SHORT, DAYS[day.weekday()][:_SHORT_NAME])


# The calendar weeks of the United States.
ENGLISH: Final = Language("en", True, _SUNDAY, None, NullTranslations())


@cache
def offered() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    return (ENGLISH.code, *sorted(path.stem for path in WORDS.glob("*.po")))


@cache
def speaking(code: str) -> Language:
    """The language of a code; English where there is none, which the sheet then says."""
    # Only a code of the list is ever made into a file name.
    return ENGLISH if code == ENGLISH.code or code not in offered() else _read(code)


def _read(code: str) -> Language:
    # A sheet in English needs no catalogue, and its process no reader of catalogues.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    text = (WORDS / f"{code}.po").read_bytes()
    catalogue = read_po(BytesIO(text), locale=code, abort_invalid=True)
    header = dict(_OUR_HEADER.findall(text.decode()))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translated = [entry for entry in catalogue if entry.id and entry.string and not entry.fuzzy]
    return Language(
        code,
        reviewed=header["Reviewed"] == "yes" and not any(_NOT_REVIEWED in entry.user_comments for entry in translated),
        week_begins=DAYS.index(header["Week-Begins"]),
        known=frozenset(_ids(entry.id for entry in translated)),
        _words=GNUTranslations(compiled),
    )


def _ids(found: Iterable[str | list[str] | tuple[str, ...]]) -> Iterable[str]:
    """Every English text, the singular and the plural of a count each by itself."""
    for text in found:
        yield from (text,) if isinstance(text, str) else text
