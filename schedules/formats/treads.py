"""The stairs of a drawing: each step of one drug as a level over its days, and the same in words.

A step is drawn at what a day with a dose holds, a weekly step at what its week holds, a patch at its rate. Doses that
alternate have the same days: the highest is the stair, the others are taken in turn with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from schedules.formats.dates import read_date, span
from schedules.formats.languages import Language
from schedules.formats.pieces import is_patch
from schedules.formats.wording import Json, amount, listed, quantity_of


@dataclass(frozen=True, slots=True)
class Tread:
    """One step of the stairs: the days it lasts and its dose."""

    first: date
    last: date
    dose: Fraction
    words: str
    unit: str
    as_needed: bool
    every: int
    in_turn: bool = False

    def joins(self, before: Tread) -> bool:
        """Whether it goes on from the one before; after a day without any, a line begins anew."""
        return before.last + timedelta(days=1) >= self.first


def treads_of(steps: Sequence[Json], begins: date, language: Language) -> tuple[Tread, ...]:
    """The treads of one drug's steps, none of them before `begins`."""
    found = []
    for _, together in groupby(steps, key=lambda step: (step["from_date"], step["to_date"])):
        siblings = sorted((_tread(step, begins, language) for step in together), key=lambda tread: -tread.dose)
        found.append(siblings[0])
        found += [
            Tread(
                *(tread.first, tread.last, tread.dose, tread.words, tread.unit),
                *(tread.as_needed, tread.every, True),
            )
            for tread in siblings[1:]
        ]
    return tuple(found)


def panel_words(treads: Sequence[Tread], limit: str, drug: str, years: bool, language: Language) -> str:
    """What a panel shows, for those who do not see it."""
    told = listed(list(_told(treads, years, language)), language)
    unit = treads[0].unit
    if unit.endswith("/wk"):
        heading = language.say("The dose in one week")
    else:
        heading = language.say("The dose in one hour") if unit.endswith("/h") else language.say("The dose in one day")
    of_drug = f" ({drug})" if drug else ""
    limited = language.say("The limit is {amount}.", amount=limit) if limit else language.say("No limit is drawn.")
    return f"{heading}{of_drug}: {told}. {limited}"


def _told(treads: Sequence[Tread], years: bool, language: Language) -> Iterator[str]:
    for days, together in groupby(treads, key=lambda tread: (tread.first, tread.last)):
        doses = list(together)
        said = listed([dose.words for dose in doses], language)
        if len(doses) > 1:
            said = language.say("{doses} in turn", doses=said)
        elif doses[0].every > 1:
            said = language.say("{dose} on a day with a dose", dose=said)
        if doses[0].as_needed:
            said = language.say("up to {amount}", amount=said)
        yield language.say("{dose} from {dates}", dose=said, dates=span(*days, years, language))


def _tread(step: Json, begins: date, language: Language) -> Tread:
    dose, on_days = step.get("daily_dose") or step["weekly_dose"], step.get("on_days")
    unit = dose["unit"]
    return Tread(
        first=max(read_date(step["from_date"]), begins),
        last=read_date(step["to_date"]),
        dose=quantity_of(dose).value,
        words=amount({**dose, "unit": unit.rpartition("/")[0]}, language),
        unit=unit,
        as_needed=bool(step.get("as_needed")),
        every=int(on_days["every"]) if isinstance(on_days, Mapping) and not is_patch(step) else 1,
    )
