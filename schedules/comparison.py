"""Two plans side by side, day by day, by date: what each holds, and on which days they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dosing.units import Quantity
from schedules.plan import Plan
from schedules.regimen import falls_on

# A drug, the part of the day (None: as needed), the amount, and the most a day where it is taken as needed.
Taken = tuple[str, str | None, Quantity, Quantity | None]


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """One date, and what either plan holds on it; None where a plan does not have the date."""

    date: date
    old: tuple[Taken, ...] | None
    new: tuple[Taken, ...] | None

    @property
    def same(self) -> bool:
        return self.old == self.new


def compare(old: Plan, new: Plan) -> tuple[ComparedDay, ...]:
    """Every date that one of the plans has, in order."""
    first, last = min(old.start_date, new.start_date), max(old.end_date, new.end_date)
    before, after = dict(_days(old)), dict(_days(new))
    dates = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return tuple(ComparedDay(day, before.get(day), after.get(day)) for day in dates)


def _days(plan: Plan) -> Iterator[tuple[date, tuple[Taken, ...]]]:
    """What each day of a plan holds."""
    for number in range(1, plan.days + 1):
        taken = tuple(
            (regimen.drug, dose.when, dose.amount, step.max_per_day)
            for regimen in plan.regimens
            for step in regimen.steps
            if step.first <= number <= step.last and falls_on(step.pattern, number, plan.start_date)
            for dose in step.doses
        )
        yield plan.start_date + timedelta(days=number - 1), taken
