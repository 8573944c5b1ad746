"""The plan as a table (CSV, RFC 4180): a row for each dose of each day, for a spreadsheet or a program.

Codes, not words: the table is the same in every language, its numbers are exact, with a point for decimals and
nothing between thousands, and the pieces stand in one column that is read one way only: "2 x 300 mg capsule; 1/2 x
10 mg tablet", or "3.5 mL x 50 mg/mL oral solution" for a liquid. A day without a dose has no row. Days that are gone
have theirs, marked, so that the pieces add up to the plan's supply. The verdict stands in every row, because a table
has no page to say on that a plan could not be fully checked.

A spreadsheet computes a cell that begins with one of a few signs. Nothing in a plan begins so; a name that did is
written after an apostrophe, and would be shown and not computed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from dosing.numbers import decimal_text
from schedules.formats.dates import days_from, is_taken_on, read_date
from schedules.formats.languages import DAYS
from schedules.formats.pieces import AS_NEEDED, is_liquid
from schedules.formats.sheet import Sheet, one_line
from schedules.formats.wording import Json, quantity_of

COLUMNS: Final = (
    *("date", "weekday", "day", "step", "drug", "part_of_day", "amount", "unit", "pieces", "form"),
    *("max_per_day", "max_per_day_unit", "interval", "interval_unit", "past", "verdict"),
)
# UCUM's codes as the accepted aliases that people read: micrograms are never "ug" where a person may look.
_UNIT_PARTS: Final[Mapping[str, str]] = {
    "ug": "mcg",
    "[iU]": "units",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}
# Signs that make a spreadsheet compute a cell, at its beginning or, where its separator is another than the comma,
# at what it takes for one. Wide forms are among them, because some spreadsheets read them as the plain ones.
_COMPUTED: Final = re.compile(r"((?:^|[;,\"'])\s*)(?=[=+\-@＝＋－＠])")


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The table of a plan in UTF-8, with a header and CRLF; `sheet` says nothing that a table prints."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in row] for row in _rows(plan))
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """`cell` with an apostrophe before whatever a spreadsheet would compute."""
    return _COMPUTED.sub(r"\1'", cell)


def unit_name(code: str) -> str:
    """A unit as the table writes it: "mcg/hour" for "ug/h", "mg/day" for "mg/d", "tablet/day" for "{tablet}/d"."""
    return "/".join(_UNIT_PARTS.get(part, part).strip("{}") for part in code.split("/"))


def pieces_cell(pieces: Iterable[Json]) -> str:
    """The pieces of a dose, exactly: "2 x 300 mg capsule; 1/2 x 10 mg tablet"."""
    return "; ".join(_piece(piece) for piece in pieces)


def _piece(piece: Json) -> str:
    count = Fraction(piece["count"])
    # A volume is measured and has a decimal; a piece is cut and has a fraction.
    counted = f"{decimal_text(count)[0]} mL" if is_liquid(piece) else str(count)
    return f"{counted} x {' '.join(_quantity(piece['strength']))} {one_line(piece['form'])}"


def _quantity(value: Json | None) -> tuple[str, str]:
    """A number and its unit, or two empty cells."""
    if value is None:
        return "", ""
    given = quantity_of(value)
    return decimal_text(given.value)[0], unit_name(given.unit.code)


def _rows(plan: Json) -> Iterable[tuple[str, ...]]:
    """A row for each dose, in the order of days, then of steps, then of the parts of the day."""
    first, last = read_date(plan["start_date"]), read_date(plan["end_date"])
    verdict = str(plan["check"]["verdict"])
    steps = [(step, _doses(step)) for step in plan["steps"]]
    for number, day in enumerate(days_from(first, last), start=1):
        for step, doses in steps:
            if is_taken_on(step, day, number):
                for dose in doses:
                    yield (*_when(day, number), *dose, verdict)


def _when(day: date, number: int) -> tuple[str, str, str]:
    return day.isoformat(), DAYS[day.weekday()].lower(), str(number)


def _doses(step: Json) -> list[tuple[str, ...]]:
    """What stands in each row of a step, but for the day: it is the same on all of them."""
    limits = (*_quantity(step.get("max_per_day")), *_quantity(step.get("interval")))
    past = "yes" if step.get("past") else "no"
    return [
        (
            str(step["number"]),
            one_line(step["drug"]),
            dose["when"] or AS_NEEDED,
            *_quantity(dose["amount"]),
            pieces_cell(dose["pieces"]),
            "; ".join(dict.fromkeys(one_line(piece["form"]) for piece in dose["pieces"])),
            *limits,
            past,
        )
        for dose in step["doses"]
    ]
