"""The calendar: real dates in weeks, and for every dose a box to tick.

A week is a table whose rows are the parts of the day, because how much is taken is understood better apart
from when.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schedules.formats.dates import (
    begins_on,
    day_and_month,
    days_from,
    is_taken_on,
    month_title,
    read_date,
    short,
    to_come,
    weekday,
)
from schedules.formats.instructions import most_doses
from schedules.formats.languages import ENGLISH, Language
from schedules.formats.pieces import AS_NEEDED, PART_TITLES, pieces_of
from schedules.formats.wording import Json, amount

_DAYS_OF_A_WEEK: Final = 7
# More boxes than this in one cell are a line to fill in, not something to count.
_MOST_BOXES: Final = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """One dose on one day: what to take, what it adds up to, and how many boxes there are to tick.

    `drug` is named where the plan has several.
    """

    pieces: tuple[str, ...]
    amount: str
    boxes: int = 1
    drug: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One date, with the doses of each row of its week; a date outside the plan has none."""

    weekday: str
    date: str
    iso: str
    label: str
    in_plan: bool
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, the parts of the day that its rows stand for, and the drugs of the week as its cells name them."""

    title: str
    parts: tuple[str, ...]
    days: tuple[Day, ...]
    drugs: tuple[str, ...]


def weeks(plan: Json, several_strengths: Set[str], drug_names: bool, language: Language = ENGLISH) -> tuple[Week, ...]:
    """The weeks that hold the plan's days to come, each beginning on the day that weeks begin on in the language.

    `several_strengths` are the drugs whose strengths are named.
    """
    start, first, last = read_date(plan["start_date"]), begins_on(plan), read_date(plan["end_date"])
    # A step is the same on each of its days, so its words are found once.
    steps = [(step, _cells(step, step["drug"] in several_strengths, drug_names, language)) for step in to_come(plan)]
    begin = first - timedelta(days=(first.weekday() - language.week_begins) % _DAYS_OF_A_WEEK)
    grid: list[Week] = []
    number = 0
    while begin <= last:
        number += 1
        week = _week(number, steps, begin, (start, first, last), language)
        if week.parts:  # weeks without any dose, before the first of a new medicine, have nothing to tick
            grid.append(week)
        begin += timedelta(days=_DAYS_OF_A_WEEK)
    return tuple(grid)


def _cells(step: Json, several_strengths: bool, drug_names: bool, language: Language) -> tuple[tuple[str, Cell], ...]:
    """The doses of a step, each with its part of the day."""
    boxes = min(most_doses(step), _MOST_BOXES) if step.get("as_needed") else 1
    drug = language.say(step["drug"]) if drug_names else ""
    return tuple(
        (
            dose["when"] or AS_NEEDED,
            Cell(pieces_of(dose, several_strengths, language), amount(dose["amount"], language), boxes, drug),
        )
        for dose in step["doses"]
    )


def _week(
    number: int,
    steps: Sequence[tuple[Json, tuple[tuple[str, Cell], ...]]],
    begin: date,
    bounds: tuple[date, date, date],
    language: Language,
) -> Week:
    """One week; `bounds` are day 1 of the plan, and the first and the last day that are shown."""
    start, first, last = bounds
    dates = tuple(days_from(begin, begin + timedelta(days=_DAYS_OF_A_WEEK - 1)))
    by_day: list[dict[str, tuple[Cell, ...]]] = []
    for day in dates:
        doses: dict[str, tuple[Cell, ...]] = {}
        for step, cells in steps if first <= day <= last else ():
            if is_taken_on(step, day, (day - start).days + 1):
                for part, cell in cells:
                    doses[part] = (*doses.get(part, ()), cell)
        by_day.append(doses)
    parts = tuple(part for part in PART_TITLES if any(part in doses for doses in by_day))
    days = tuple(
        Day(
            weekday=weekday(day, language),
            date=day_and_month(day, language),
            iso=day.isoformat(),
            label=short(day, language),
            in_plan=first <= day <= last,
            cells=tuple(doses.get(part, ()) for part in parts),
        )
        for day, doses in zip(dates, by_day, strict=True)
    )
    months = month_title(max(dates[0], first), min(dates[-1], last), language)
    known = dict.fromkeys(cell.drug for _, cells in steps for _, cell in cells)
    taken = {cell.drug for doses in by_day for cells in doses.values() for cell in cells}
    title = language.say("Week {number}: {months}", number=number, months=months)
    return Week(title, parts, days, tuple(drug for drug in known if drug in taken))
