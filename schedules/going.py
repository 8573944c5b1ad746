"""A plan on the day of its change: what is gone, what is taken now, what was to come, and what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import dropwhile
from typing import TypeAlias

from dosing.formulary.model import Formulary, Restart
from dosing.patient import Patient
from dosing.units import Quantity
from schedules.phases import Phase, regimens_of
from schedules.plan import Chosen, Plan, PlanError
from schedules.regimen import Regimen, RegimenStep
from schedules.switch import SwitchRequest
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest

Asked: TypeAlias = TitrationRequest | TaperRequest | SwitchRequest


# No plan is longer than this from the day of its revision on: it is looked at again.
LONGEST = 366


@dataclass(frozen=True, slots=True)
class RevisionRequest:
    """What changes, from which day of the plan on.

    `days` is how long it is held, by how much every step is longer, or how long the step back lasts. `missed_days` are
    the days before `from_day` on which nothing was taken. `patient` has the facts of today where they have changed.
    """

    action: str
    from_day: int
    days: int | None = None
    missed_days: int | None = None
    target: Quantity | None = None
    patient: Patient | None = None
    fill_days: int | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """A plan on the day of its change: what is gone, what is taken now, and what was to come."""

    old: Plan
    asked: Asked
    request: RevisionRequest
    formulary: Formulary
    phases: tuple[Phase, ...]

    @property
    def patient(self) -> Patient:
        return self.request.patient or self.old.patient

    @property
    def intent(self) -> str | None:
        return self.asked.up.intent if isinstance(self.asked, SwitchRequest) else self.asked.intent

    @property
    def fill_days(self) -> int:
        return self.request.fill_days or self.old.fill_days

    @property
    def from_day(self) -> int:
        return self.request.from_day

    @property
    def since(self) -> date:
        return self.old.start_date + timedelta(days=self.from_day - 1)

    @property
    def last_taken(self) -> int:
        """The last day on which doses were taken."""
        return self.from_day - 1 - (self.request.missed_days or 0)

    @property
    def place(self) -> int:
        """The place of the phase that the last doses belong to."""
        return next(number for number, phase in enumerate(self.phases) if phase.first <= self.last_taken <= phase.last)

    @property
    def present(self) -> Phase:
        return self.phases[self.place]

    @property
    def left(self) -> int:
        """How many days of the present phase were still to come when the last dose was taken."""
        return self.present.last - self.last_taken

    @property
    def left_of_turn(self) -> int:
        """How many days a dose of now lasts still: a patch stays on."""
        return -(self.last_taken - self.present.first + 1) % self.present.turn

    @property
    def turn_ended(self) -> tuple[Phase, ...]:
        return (self.present.lasting(self.left_of_turn),) if self.left_of_turn else ()

    @property
    def to_come(self) -> tuple[Phase, ...]:
        return self.phases[self.place + 1 :]

    @property
    def gone(self) -> tuple[Phase, ...]:
        """The days before the change, as they were planned."""
        return tuple(
            phase.lasting(min(phase.last, self.from_day - 1) - phase.first + 1)
            for phase in self.phases
            if phase.first < self.from_day
        )

    def steps_at_present(self, drug: str) -> tuple[RegimenStep, ...]:
        """What is taken now of a drug; several steps take turns."""
        return tuple(item.step for item in self.present.held if item.drug == drug)

    def with_future(self, future: Sequence[Phase]) -> tuple[Regimen, ...]:
        """The days that are gone, and then these phases."""
        kept = _cut(future)
        for drug in dict.fromkeys(item.drug for phase in kept for item in phase.held):
            days = [any(item.drug == drug for item in phase.held) for phase in (*self.gone, *kept)]
            begun = dropwhile(lambda held: not held, days)
            if any(dropwhile(lambda held: held, begun)):
                detail = f"{drug} is in the plan before day {self.from_day}; this would begin it again after a gap."
                raise PlanError("action", "out-of-range", detail, "Make a new plan.")
        whole = sum(phase.days for phase in kept) == sum(phase.days for phase in future)
        return regimens_of((*self.gone, *kept), self.old.regimens, self.old.stops and whole)


@dataclass(frozen=True, slots=True)
class Changed:
    """The regimens of the new plan, in words why, and what was chosen for it; and whether they get where they go."""

    regimens: tuple[Regimen, ...]
    why: str
    chosen: tuple[Chosen, ...] = ()
    target: Quantity | None = None
    arrives: bool = True


def _cut(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """The phases of the longest plan there is."""
    kept, left = [], LONGEST
    for phase in phases:
        if left > 0:
            kept.append(phase.lasting(min(phase.days, left)))
            left -= phase.days
    return tuple(kept)


def length_chosen(going: Going, days: int, why: str) -> tuple[Chosen, ...]:
    return () if going.request.days is not None else (Chosen("days", str(days), why, None),)


def restart_rule(going: Going) -> Restart | None:
    """What the formulary says of missed days of a drug that is taken now."""
    monographs = (going.formulary.monographs[item.drug] for item in going.present.held)
    return next((known.restart for known in monographs if known.restart is not None), None)


def half_of(asked: Asked, drug: str) -> TitrationRequest | TaperRequest | None:
    """The part of a request that is about a drug."""
    halves = (asked.up, asked.down) if isinstance(asked, SwitchRequest) else (asked,)
    return next((half for half in halves if half is not None and half.drug == drug), None)
