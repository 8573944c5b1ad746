"""Reading a plan back from the labels of the pharmacy's part.

Each sentence is read by itself, for a label stands alone: it names its strengths, forms, days and length. Beside it
only the dates of its step are looked at and, where a plan has several, its drug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.schedules.formats.canonical import AS_NEEDED, Canonical, Measure, Taken, put
from tests.schedules.formats.reading import one_line
from tests.schedules.formats.reading_sheet import measure
from tests.schedules.formats.reading_words import ENGLISH, NUMBER

_DATE = r"(?P<{0}month>[A-Z][a-z]{{2}}) (?P<{0}day>\d{{1,2}})(?:, (?P<{0}year>\d{{4}}))?"
_ROW = re.compile(
    rf"\d+\. (?:(?P<drug>[A-Za-z ]+), )?{_DATE.format('from_')}(?: to {_DATE.format('to_')})?: "
    r"(?P<verb>Take|Dissolve|Apply|Use|Inject) (?P<sig>.*?) for (?P<days>\d[\d,]*) days?\.(?: Split a piece\.)?(?= |$)"
)
_WAY = r"(?: by mouth| under the tongue| on the tongue| to the skin| in the nose| to the inside of the cheek)?"
_LIQUID = re.compile(
    rf"(?P<volume>{NUMBER}) mL of the (?P<strength>{NUMBER} mg per mL) (?P<form>[a-z ]+?)(?= \(|, | and )"
)
_PIECE = re.compile(rf"(?:{ENGLISH.count}) of (?P<strength>{ENGLISH.amount})")
_AMOUNT = re.compile(rf" \((?P<amount>{ENGLISH.amount})\){_WAY}")
_WHEN = re.compile(rf" (?P<when>{'|'.join(ENGLISH.parts)})")
_SEPARATOR = re.compile(ENGLISH.separator)
_NEEDED = re.compile(
    rf" as needed, with (?:at least (?P<hours>\d+) hours? between doses and )?no more than "
    rf"(?:[^()]*\()??(?P<most>{NUMBER} mg)\)? in one day,"
)
_BEGINNING = r", beginning on (?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}),"
_Exact = tuple[Fraction, Measure, str]


def read_labels(text: str, drug: str) -> Canonical:
    """The plan that the labels say; `drug` is that of a plan with one."""
    said = one_line(text.replace("\u00a0", " ")).partition("Labels, one for each step")[2].partition(" To dispense")[0]
    first, last = (
        date(int(match["year"]), _month(match["month"]), int(match["day"]))
        for match in list(re.finditer(ENGLISH.full_date, one_line(text)))[:2]
    )
    found: Canonical = {}
    rows = list(_ROW.finditer(said))
    assert len(rows) == len(
        re.findall(r"(?:^| )\d+\. (?=[A-Za-z ]+[, \d])[^:]*: (?:Take|Dissolve|Apply|Use|Inject) ", said)
    )
    for row in rows:
        begin = _dated(row, first, last)
        doses, rest = _doses(row["sig"])
        # A label that begins on a later day than its step counts its days from there.
        since = _beginning(rest) or begin
        end = since + timedelta(days=int(row["days"].replace(",", "")) - 1)
        assert (end.month, end.day) == (
            (_month(row["to_month"]), int(row["to_day"])) if row["to_month"] else (begin.month, begin.day)
        )
        for day in _days(rest, begin, end):
            for part, taken in doses:
                put(found, (day, part, row["drug"].lower() if row["drug"] else drug), taken)
    return found


def _month(name: str) -> int:
    return ENGLISH.months.index(name) + 1


def _dated(row: re.Match[str], first: date, last: date) -> date:
    """The day that a step begins on: a date without a year is the one day of the plan that it can be."""
    month, day = _month(row["from_month"]), int(row["from_day"])
    years = [int(row["from_year"])] if row["from_year"] else range(first.year, last.year + 1)
    (found,) = [
        date(year, month, day)
        for year in years
        if ((month, day) != (2, 29) or year % 4 == 0) and first <= date(year, month, day) <= last
    ]
    return found


def _doses(sig: str) -> tuple[list[tuple[str, Taken]], str]:
    """The doses of a label's sentence from behind its verb, and what stands after them."""
    found: list[tuple[str, Taken]] = []
    at = 0
    while True:
        pieces, at = _pieces(sig, at)
        amount = _AMOUNT.match(sig, at)
        assert amount, sig[at:]
        at = amount.end()
        needed = _NEEDED.match(sig, at)
        if needed:
            assert not found
            limit = (measure(needed["most"])[0], "mg/d")
            interval = (Fraction(needed["hours"]), "h") if needed["hours"] else None
            return [(AS_NEEDED, Taken(measure(amount["amount"]), pieces, limit, interval))], sig[needed.end() :]
        when = _WHEN.match(sig, at)
        assert when, sig[at:]
        found.append((ENGLISH.parts[when["when"]], Taken(measure(amount["amount"]), pieces)))
        at = when.end()
        separator = _SEPARATOR.match(sig, at)
        if separator is None:
            return found, sig[at:]
        at = separator.end()


def _pieces(sig: str, at: int) -> tuple[frozenset[_Exact], int]:
    found: list[_Exact] = []
    while True:
        liquid = _LIQUID.match(sig, at)
        piece = liquid or _PIECE.match(sig, at)
        assert piece, sig[at:]
        if liquid:
            found.append((_number(liquid["volume"]), measure(liquid["strength"]), liquid["form"]))
        else:
            noun = piece["noun1"] or piece["noun2"] or piece["noun3"]
            cut = piece["alone"] or piece["cut"]
            count = _number(piece["whole"] or piece["only"] or "0") + (ENGLISH.cuts[cut] if cut else 0)
            found.append((count, measure(piece["strength"]), ENGLISH.form(noun)))
        at = piece.end()
        separator = _SEPARATOR.match(sig, at)
        if separator is None:
            assert len(set(found)) == len(found)
            return frozenset(found), at
        at = separator.end()


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _beginning(rest: str) -> date | None:
    """The day that a pattern of days begins on."""
    found = re.search(_BEGINNING, rest)
    return date(int(found["year"]), _month(found["month"]), int(found["day"])) if found else None


def _days(rest: str, begin: date, end: date) -> Iterator[date]:
    """The days of a step that its label gives a dose on; nothing after the doses is every day."""
    days = [begin + timedelta(days=offset) for offset in range((end - begin).days + 1)]
    only = re.fullmatch(r" on (?P<days>[A-Za-z, ]+) only", rest)
    but = re.fullmatch(r" every day but (?P<days>[A-Z][a-z]+)", rest)
    rhythm = re.fullmatch(rf" every (?:(?P<other>other day)|(?P<days>\d+) days|(?P<hours>\d+) hours){_BEGINNING}", rest)
    if rhythm:
        every = 2 if rhythm["other"] else int(rhythm["days"] or 0) or int(rhythm["hours"]) // 24
        first = _beginning(rest)
        assert first in days
        return (day for day in days if day >= first and (day - first).days % every == 0)
    if only or but:
        said = (only or but)["days"]  # type: ignore[index]  # one of them is there
        named = {number for number, name in enumerate(ENGLISH.weekdays) if name in said}
        assert named
        return (day for day in days if (day.weekday() in named) is (only is not None))
    assert rest == "", rest
    return iter(days)
