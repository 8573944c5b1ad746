"""Reading a plan back from its table and its calendar file, strictly, as the standards of both write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from icalendar import Calendar

from dosing.units import read_unit
from tests.schedules.formats.canonical import AS_NEEDED, DAY_NAMES, Canonical, Key, Measure, Taken, put

_PIECE = re.compile(
    r"(?P<count>\d+/\d+|[\d.]+)(?: mL)? x (?P<strength>[\d.]+) (?P<unit>[a-zA-Z]+(?:/[a-zA-Z]+)?) (?P<form>[a-z -]+)"
)


def rows_of(document: bytes) -> list[dict[str, str]]:
    """The rows of a table, by the names of its header; strict, as RFC 4180 writes it."""
    text = document.decode("utf-8")
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    header, *found = rows
    assert {len(row) for row in rows} == {len(header)}
    return [dict(zip(header, row, strict=True)) for row in found]


def read_table(document: bytes) -> Canonical:
    """The plan that a table holds."""
    found: Canonical = {}
    for row in rows_of(document):
        day = date.fromisoformat(row["date"])
        assert DAY_NAMES[day.weekday()] == row["weekday"]
        pieces = frozenset(_piece(text) for text in row["pieces"].split("; "))
        assert {form for _, _, form in pieces} == set(row["form"].split("; "))
        taken = Taken(
            (Fraction(row["amount"]), read_unit(row["unit"]).code),
            pieces,
            _cells(row["max_per_day"], row["max_per_day_unit"]),
            _cells(row["interval"], row["interval_unit"]),
        )
        put(found, (day, row["part_of_day"], row["drug"]), taken)
    return found


def _piece(text: str) -> tuple[Fraction, Measure, str]:
    match = _PIECE.fullmatch(text)
    assert match, text
    strength = (Fraction(match["strength"]), read_unit(match["unit"]).code)
    return Fraction(match["count"]), strength, match["form"]


def _cells(number: str, unit: str) -> Measure | None:
    return (Fraction(number), read_unit(unit).code) if number or unit else None


def events_of(document: bytes) -> list[Any]:
    """The events of a calendar file, as a calendar reads them."""
    (calendar,) = Calendar.from_ical(document, multiple=True)
    assert calendar.errors == []
    events = calendar.walk("VEVENT")
    assert all(event.errors == [] for event in events)
    return list(events)


def read_calendar(document: bytes, titles: dict[str, str]) -> set[tuple[date, str]]:
    """The days and parts of the day that a calendar reminds of; `titles` are those of the parts of the day."""
    parts = {title: part for part, title in titles.items()}
    found = [(event["dtstart"].dt, str(event["summary"])) for event in events_of(document)]
    timed = [(moment.date(), parts[title]) for moment, title in found if title in parts]
    assert len(timed) == len(set(timed)), "one event for each part of a day"
    return set(timed)


def reminded(doses: Iterable[Key]) -> set[tuple[date, str]]:
    """The days and parts of the day of scheduled doses."""
    return {(day, part) for day, part, _ in doses if part != AS_NEEDED}
