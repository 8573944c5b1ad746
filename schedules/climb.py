"""The steps from a first dose to a target: a protocol's pace, this patient's doses a day, products that exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from dosing.formulary.model import AsNeeded, Raise
from dosing.products import CannotMake, make
from dosing.units import UNITS, Quantity
from schedules.layout import MG_A_DAY, Daily, Layout, NotDispensable, Turn, in_order
from schedules.regimen import Dose, Regimen
from schedules.steps import Steps, form_of

HOURS_A_DAY = 24
# Enough days for any climb to end; the target itself is judged on such a plan before it is cut.
LONG_ENOUGH = 3660


@dataclass(frozen=True, slots=True)
class Climb:
    """Everything that decides the steps but the target.

    `start` is the first dose in mg and `start_total` what the first period holds; `growing` climbs begin with
    `start_times` doses a day and add one a step. Doses of one day may differ by as much as the first dose, to spare the
    patient another strength, unless the climb is `even`. Rises are per period of the layout. Of a protocol
    by weight `meant_start` is the exact first total, of which `start_total` is what can be made.
    """

    drug: str
    layout: Layout
    start: Quantity
    start_total: Fraction
    start_times: int
    growing: bool
    raises: tuple[Raise, ...]
    days: int
    as_needed: AsNeeded | None = None
    even: bool = False
    meant_start: Fraction | None = None

    def with_parts(self, count: int) -> Climb:
        """The same climb in at most `count` doses a day."""
        if not isinstance(self.layout, Daily):
            return self
        fewer = self.layout.with_parts(self.layout.parts[: max(count, 1)])
        changed = replace(self, layout=fewer)
        if not self.growing and self.start_times > len(fewer.parts):
            changed = replace(changed, start_times=len(fewer.parts))
        return replace(changed, start_total=self.start_total * changed.first_count / self.first_count)

    @property
    def parts(self) -> tuple[str, ...]:
        return self.layout.parts if isinstance(self.layout, Daily) else ()

    @property
    def first_count(self) -> int:
        return self._count(0)

    def first_day(self) -> Regimen:
        """One day with the first dose alone: the least that this climb can be."""
        return replace(self, days=1).to(self.layout.quantity(self.start_total))

    def to(self, target: Quantity) -> Regimen:
        """The regimen, cut at the last day. Raises NotDispensable."""
        steps = Steps()
        self.climb(steps, self.start_total, target)
        return Regimen(self.drug, form_of(self.layout.products), steps.made)

    def climb(self, steps: Steps, total: Fraction, target: Quantity, level: int = 0, held: int = 0) -> None:
        """Add the steps from a total to the target, up to the last day. Raises NotDispensable.

        `level` is how many rises lie behind, `held` for how many days the total is taken already.
        """
        goal = target.amount(self.layout.unit.code)
        beyond = self.as_needed.beyond.amount("mg/d") if self.as_needed is not None else None
        scheduled = goal if beyond is None else min(goal, beyond)
        for number, (amount, days) in enumerate(self._levels(min(total, scheduled), scheduled), level):
            if steps.last >= self.days:
                return
            waits = days
            if waits is None and goal > scheduled and self.raises:
                waits = ceil(self.raises[-1].every.amount("d"))
            if waits is not None:
                # Whole weeks of a weekly drug: on fewer days a dose might never be taken, and the next be a leap.
                waits = -(-waits // self.layout.shortest_hold) * self.layout.shortest_hold
            if waits is not None and number == level:
                waits -= held
                if waits <= 0:
                    continue
            last = self.days if waits is None else min(steps.last + waits, self.days)
            steps.add(self._turns(amount, number, steps), last)
        if goal > scheduled and steps.last < self.days:
            steps.add_as_needed(*self._as_needed(goal), self.days)

    def whole(self, target: Quantity) -> Regimen:
        """The regimen with as many days as the climb takes, so that the target itself is in it."""
        return replace(self, days=LONG_ENOUGH).to(target)

    def _levels(self, total: Fraction, goal: Fraction) -> Iterator[tuple[Fraction, int | None]]:
        """Each total with the days that it is held before the next rise; the last one goes on.

        By weight, the levels that the protocol means go beside those that can be made of them.
        """
        meant = self.meant_start if self.meant_start is not None and total == self.start_total else total
        while total < goal and (rise := self._raise_from(meant)) is not None:
            yield total, ceil(rise.every.amount("d"))
            by, until = rise.by.amount(self.layout.unit.code), rise.until.amount(self.layout.unit.code)
            meant = min(meant + by, max(until, meant), goal)
            total = meant if self.meant_start is None else self._made_of(meant, total, by)
        yield total, None

    def _made_of(self, meant: Fraction, total: Fraction, by: Fraction) -> Fraction:
        """The most that can be made of a level by weight, in one rise from the total before. Raises NotDispensable."""
        made = self.layout.at_most(min(meant, total + by))
        if made is None or made <= total:
            raise NotDispensable(self.layout.quantity(meant), self.layout.nearest(meant))
        return made

    def _raise_from(self, meant: Fraction) -> Raise | None:
        code = self.layout.unit.code
        rises = (known for known in self.raises if meant < known.until.amount(code))
        return next(rises, self.raises[-1] if self.raises and self.meant_start is not None else None)

    def _count(self, level: int) -> int:
        if not isinstance(self.layout, Daily):
            return 1
        most = len(self.layout.parts)
        return min(most, self.start_times + level if self.growing else self.start_times)

    def _turns(self, total: Fraction, level: int, steps: Steps) -> tuple[Turn, ...]:
        """A growing climb may use fewer doses a day than its turn where the total does not divide so far."""
        if not isinstance(self.layout, Daily):
            return self.layout.lay(total, steps.last + 1, steps.in_use)
        count = self._count(level)
        if level == 0 and total == self.start.amount("mg") * count:
            return (Turn(None, self._first_doses(self.layout, count)),)
        tolerance = Fraction(0) if self.even else self.start.amount("mg")
        parts = self.layout.parts[:count]
        layout = replace(self.layout, parts=parts, tolerance=tolerance, exactly=not self.growing)
        return layout.lay(total, steps.last + 1, steps.in_use)

    def _first_doses(self, layout: Daily, count: int) -> tuple[Dose, ...]:
        """The first dose in each part of the day, exactly: it is not evened out with another."""
        start = self.start.to("mg")
        making = make(start.value, layout.products)
        if isinstance(making, CannotMake):
            around = [amount for amount in (making.below, making.above) if amount is not None]
            raise NotDispensable(start, tuple(Quantity(amount, start.unit) for amount in around))
        return tuple(Dose(part, start, making) for part in in_order(layout.parts[:count]))

    def _as_needed(self, goal: Fraction) -> tuple[Dose, Quantity, Quantity]:
        """As needed up to the target a day: as many equal doses as the regimen has, no closer than it allows."""
        if self.as_needed is None:
            raise ValueError("this climb has no as-needed use")
        times = min(len(self.parts), int(HOURS_A_DAY / self.as_needed.every.amount("h")))
        interval = Quantity(Fraction(HOURS_A_DAY, times), UNITS["h"])
        making = make(goal / times, self.layout.products)
        if isinstance(making, CannotMake):
            around = [amount * times for amount in (making.below, making.above) if amount is not None]
            raise NotDispensable(Quantity(goal, MG_A_DAY), tuple(Quantity(amount, MG_A_DAY) for amount in around))
        return Dose(None, Quantity(goal / times, UNITS["mg"]), making), interval, Quantity(goal, MG_A_DAY)
