"""A comparison as a table that is read at a glance: the days that differ, and one line for days that are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dosing.units import words
from schedules.comparison import ComparedDay, Taken
from schedules.formats.dates import full, full_with_weekday
from schedules.formats.pieces import AS_NEEDED, PART_TITLES
from schedules.formats.wording import tall_man, tied

NOT_IN_IT = "not in this plan"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day that differs, with what either plan holds; or days of which `same` says that they do not."""

    dates: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    same: str = ""


def stretches(days: Sequence[ComparedDay]) -> list[Stretch]:
    """Every day that differs as a row of its own; days between them that are the same as one row."""
    rows: list[Stretch] = []
    for same, group in groupby(days, key=lambda day: day.same):
        run = list(group)
        if not same:
            rows += [Stretch(full_with_weekday(day.date), _said(day.old), _said(day.new)) for day in run]
        elif len(run) == 1:
            rows.append(Stretch(full(run[0].date), same="The same on this day."))
        else:
            dates = f"{full(run[0].date)} to {full(run[-1].date)}"
            rows.append(Stretch(dates, same=tied(f"The same on these {len(run)} days.")))
    return rows


def _said(taken: Sequence[Taken] | None) -> tuple[str, ...]:
    """What a plan holds on a day, one text for each dose."""
    if taken is None:
        return (NOT_IN_IT,)
    return tuple(map(_dose, taken)) or (NOTHING,)


def _dose(dose: Taken) -> str:
    drug, when, amount, most = dose
    part = PART_TITLES[when or AS_NEEDED]
    limit = f", up to {words(most)}" if most is not None else ""
    return tied(f"{part}: {tall_man(drug)} {words(amount)}{limit}", (tall_man(drug),))
