"""A plan as phases: stretches of days on which nothing changes for any of its drugs.

Life changes a plan as a whole: holding it holds both drugs of a switch, and folic acid with methotrexate. So a revision
works on phases, and they are put together again into steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import lcm

from schedules.regimen import EveryDays, Pattern, Regimen, RegimenStep


@dataclass(frozen=True, slots=True)
class Held:
    """What one drug's step holds, apart from its days. `turn`: so many days after the phase begins it is its turn."""

    drug: str
    step: RegimenStep
    turn: int = 0

    def same_as(self, other: Held) -> bool:
        """Whether the same is taken, whenever it began."""
        return self._taken() == other._taken()

    def _taken(self) -> tuple[object, ...]:
        pattern = self.step.pattern
        turns = pattern.every if isinstance(pattern, EveryDays) else pattern
        return self.drug, self.step.doses, self.step.interval, self.step.max_per_day, turns


@dataclass(frozen=True, slots=True)
class Phase:
    """So many days, and what every drug's steps hold on them. `first` is the day on which it begins."""

    first: int
    days: int
    held: tuple[Held, ...]

    @property
    def last(self) -> int:
        return self.first + self.days - 1

    @property
    def turn(self) -> int:
        """How many days the patterns of its drugs take together: 3 of a patch that stays on for 3 days."""
        return lcm(*(self.turn_of(item.drug) for item in self.held))

    def turn_of(self, drug: str) -> int:
        """How many days the pattern of one drug takes; days that take turns can end on any of them."""
        patterns = [item.step.pattern for item in self.held if item.drug == drug]
        return patterns[0].every if len(patterns) == 1 and isinstance(patterns[0], EveryDays) else 1

    def whole(self, days: int) -> int:
        """So many days, or as many more as make whole turns."""
        return -(-days // self.turn) * self.turn

    def lasting(self, days: int) -> Phase:
        return replace(self, days=days)

    def same_as(self, other: Phase) -> bool:
        """Whether the same is taken in both."""
        return len(self.held) == len(other.held) and all(
            one.same_as(two) for one, two in zip(self.held, other.held, strict=True)
        )


def phases_of(regimens: Sequence[Regimen]) -> tuple[Phase, ...]:
    """The phases of a plan from day 1 on, in order; days on which nothing is taken, as in a wash-out, are one too."""
    changes = {day for regimen in regimens for step in regimen.steps for day in (step.first, step.last + 1)}
    begins = sorted({1, *changes})
    phases = []
    for first, following in pairwise(begins):
        held = tuple(
            Held(regimen.drug, step, _turn(step.pattern, first))
            for regimen in regimens
            for step in regimen.steps
            if step.first <= first <= step.last
        )
        phases.append(Phase(first, following - first, held))
    return tuple(phases)


def _turn(pattern: Pattern, first: int) -> int:
    return (pattern.first - first) % pattern.every if isinstance(pattern, EveryDays) else 0


@dataclass(slots=True)
class _Rebuilt:
    """The steps of one drug while they are put together."""

    stretches: list[list[RegimenStep]] = field(default_factory=list)

    def add(self, held: Sequence[Held], first: int, days: int) -> None:
        last = first + days - 1
        before = self.stretches[-1] if self.stretches else []
        goes_on = (
            before
            and before[0].last == first - 1
            and len(before) == len(held)
            and all(Held(item.drug, step).same_as(item) for step, item in zip(before, held, strict=True))
        )
        if goes_on:
            # Days that take turns go on taking turns where they were.
            self.stretches[-1] = [replace(step, last=last) for step in before]
        else:
            self.stretches.append([_begun(item, first, last) for item in held])


def _begun(held: Held, first: int, last: int) -> RegimenStep:
    pattern = held.step.pattern
    if isinstance(pattern, EveryDays):
        pattern = EveryDays(pattern.every, first + held.turn)
    return replace(held.step, number=1, first=first, last=last, pattern=pattern)


def regimens_of(phases: Sequence[Phase], kept: Sequence[Regimen], ends: bool) -> tuple[Regimen, ...]:
    """Phases put together one after another from day 1; phases that hold the same become one step.

    `kept` says which drugs there are, in which order and form. With `ends` every drug ends with its last phase; else
    one that is in the last phase goes on.
    """
    rebuilt = {regimen.drug: _Rebuilt() for regimen in kept}
    day = 1
    for phase in phases:
        for drug, put_together in rebuilt.items():
            held = [item for item in phase.held if item.drug == drug]
            if held:
                put_together.add(held, day, phase.days)
        day += phase.days
    regimens = []
    for regimen in kept:
        steps = [step for stretch in rebuilt[regimen.drug].stretches for step in stretch]
        if steps:
            numbered = tuple(replace(step, number=number) for number, step in enumerate(steps, 1))
            over = ends or numbered[-1].last < day - 1
            regimens.append(Regimen(regimen.drug, regimen.form, numbered, over))
    return tuple(regimens)
