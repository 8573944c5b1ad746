"""The steps from a dose down: how much each cut takes off, how long each dose is held, and where strengths end it.

Nothing is sped up. A cut is the largest that the pace allows and the strengths make. Where strengths allow no cut
inside the pace, a larger one up to the pace's own ceiling is made and held for longer in proportion; where there is
none either, the way down ends at a floor that is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from dosing.formulary.model import Product, Stretch
from schedules.layout import Layout, Turn
from schedules.plan import PlanError

PERCENT = 100
# More days than two of the longest plans have: what lies beyond is planned on from there, and is not looked for now.
FARTHEST = 732
# Nobody follows more steps on paper; the finest percentages of liquids and tablets stay well below.
MOST_RUNGS = 150


@dataclass(frozen=True, slots=True)
class Rung:
    """A dose on the way down, in the unit of the layout, how many days it is held, and why that is out of turn."""

    total: Fraction
    days: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Bottom:
    """The dose that cannot be cut further, and the next lower one that can be made, if there is one."""

    total: Fraction
    next_lower: Fraction | None
    largest_cut: Fraction


@dataclass(frozen=True, slots=True)
class Descent:
    """The doses of a way down; `bottom` where it ended before its goal."""

    rungs: tuple[Rung, ...]
    bottom: Bottom | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """A cited stretch for one drug: `factor` is how much of the reference one unit of the drug counts for."""

    stretch: Stretch
    factor: Fraction = Fraction(1)

    def holds(self, total: Fraction, original: Fraction) -> bool:
        """Whether a dose lies in this stretch."""
        share, within = self.stretch.to_percent, self.stretch.range
        if share is not None and total <= original * share / PERCENT:
            return False
        return within is None or total * self.factor in within

    def cut(self, total: Fraction, original: Fraction) -> Fraction:
        """What one cut takes off."""
        if self.stretch.by is not None:
            return self.stretch.by.value / self.factor
        percent = self.stretch.percent or Fraction(0)
        return (original if self.stretch.of_original else total) * percent / PERCENT

    def ceiling(self, total: Fraction, original: Fraction) -> Fraction:
        """The most that one cut may take off where strengths are coarse."""
        largest = self.cut(total, original)
        if self.stretch.most is not None:
            largest = max(largest, self.stretch.most.value / self.factor)
        if self.stretch.most_percent is not None:
            of = original if self.stretch.of_original else total
            largest = max(largest, of * self.stretch.most_percent / PERCENT)
        return largest

    @property
    def days(self) -> int:
        """How long a dose is held, where the stretch states that."""
        return ceil(self.stretch.every.amount("d")) if self.stretch.every is not None else 1


@dataclass(slots=True)
class Doses:
    """The doses of a way down while it is made: none is ever more than the one before it in its part of the day."""

    layout: Layout
    in_use: frozenset[Product]

    def lay(self, total: Fraction, first: int = 1) -> tuple[Turn, ...]:
        """The doses of the next stretch. Raises NotDispensable."""
        turns = self.layout.lay(total, first, self.in_use)
        self.in_use |= {piece.product for turn in turns for dose in turn.doses for piece in dose.pieces}
        self.layout = self.layout.after(turns)
        return turns


def descend(
    start: Fraction, goal: Fraction, paces: Sequence[Pace], whole: Layout, in_use: frozenset[Product] = frozenset()
) -> Descent:
    """The doses below `start` down to `goal` (0: a stop, which is no rung), or as far as `FARTHEST` days.

    Raises PlanError beyond `MOST_RUNGS`.
    """
    doses = Doses(whole, in_use)
    rungs: list[Rung] = []
    total, original = start, start
    while total > goal and sum(rung.days for rung in rungs) <= FARTHEST:
        if len(rungs) > MOST_RUNGS:
            detail = f"The way down has more than {MOST_RUNGS} steps: nobody can follow that on paper."
            raise PlanError("step", "out-of-range", detail, "Ask for larger cuts, or for longer at each dose.")
        layout = doses.layout
        pace = next((known for known in paces if known.holds(total, original)), None)
        if pace is None:
            return Descent(tuple(rungs), _bottom(total, layout, Fraction(0)))
        if pace.stretch.within is not None:
            rungs += _spread(total, original, goal, pace, paces, doses)
            if not rungs or rungs[-1].total >= total:
                return Descent(tuple(rungs), _bottom(total, doses.layout, pace.cut(total, original)))
            total = rungs[-1].total
            continue
        cut = pace.cut(total, original)
        wanted = max(total - cut, goal)
        if wanted <= 0:
            break
        made = layout.at_least(wanted)
        if made is not None and made < total:
            rungs.append(Rung(made, _held_for(made, original, paces, pace)))
            doses.lay(made)
            total = made
            continue
        lower = layout.at_most(wanted)
        if lower is None and goal == 0 and total <= pace.ceiling(total, original) and rungs:
            # The smallest dose there is: the next cut is the end, after a wait that is longer in proportion.
            rungs[-1] = Rung(total, ceil(rungs[-1].days * total / cut), "coarse")
            break
        if lower is None or lower < goal or total - lower > pace.ceiling(total, original):
            return Descent(tuple(rungs), Bottom(total, lower, pace.ceiling(total, original)))
        days = ceil(_held_for(lower, original, paces, pace) * (total - lower) / cut)
        rungs.append(Rung(lower, days, "coarse"))
        doses.lay(lower)
        total = lower
    return Descent(tuple(rungs))


def in_whole_turns(descent: Descent, layout: Layout) -> Descent:
    """The same way down with every dose held for whole turns of its pattern: a patch stays on for its days, and a
    weekly dose that is held for less than a week might never be taken."""
    turn = layout.shortest_hold
    rungs = tuple(replace(rung, days=-(-rung.days // turn) * turn) for rung in descent.rungs)
    return replace(descent, rungs=rungs)


def _held_for(total: Fraction, original: Fraction, paces: Sequence[Pace], before: Pace) -> int:
    """How long a dose is held: as the stretch that it lies in says, else as the one that led to it."""
    own = next((known for known in paces if known.holds(total, original)), before)
    return own.days if own.stretch.every is not None else before.days


def _spread(
    total: Fraction, original: Fraction, goal: Fraction, pace: Pace, paces: Sequence[Pace], doses: Doses
) -> list[Rung]:
    """A stretch that is to be walked within a time: its cuts, each dose held as long as the others."""
    within, by = pace.stretch.within, pace.cut(total, total)
    low = pace.stretch.range.low / pace.factor if pace.stretch.range is not None and pace.stretch.range.low else goal
    end = max(low, goal)
    totals: list[Fraction] = []
    while total > end and len(totals) <= FARTHEST:
        made = doses.layout.at_least(max(total - by, end))
        if made is None or made <= 0 or made >= total:
            break
        totals.append(made)
        doses.lay(made)
        total = made
    days = ceil(within.amount("d")) if within is not None else 0
    rungs = [Rung(amount, held) for amount, held in zip(totals, _shares(days, len(totals)), strict=True)]
    if rungs:
        # The dose that the stretch leads to lies in the next one, and is held as long as that says.
        own = next((known.days for known in paces if known.holds(rungs[-1].total, original)), 0)
        rungs[-1] = replace(rungs[-1], days=max(rungs[-1].days, own))
    return rungs


def evenly(
    start: Fraction,
    goal: Fraction,
    days: int,
    layout: Layout,
    by: Fraction | None = None,
    in_use: frozenset[Product] = frozenset(),
) -> Descent:
    """Even cuts over so many days; the cut is `by`, or the smallest strength with which no dose is held under a day,
    one that the patient has already where there is one.

    The days that do not divide go to the lower doses: the end of a way down is its hardest part.
    """
    cut = by if by is not None else _even_cut(start, goal, days, layout, in_use)
    totals: list[Fraction] = []
    total, doses = start, Doses(layout, in_use)
    while cut is not None and (wanted := max(total - cut, goal)) > 0 and total > goal and len(totals) <= FARTHEST:
        made = doses.layout.at_least(wanted)
        if made is None or made >= total:
            return Descent(_held(totals, days), _bottom(total, doses.layout, cut))
        totals.append(made)
        doses.lay(made)
        total = made
    if cut is None:
        return Descent((), _bottom(start, layout, Fraction(0)))
    return Descent(_held(totals, days))


def _even_cut(
    start: Fraction, goal: Fraction, days: int, layout: Layout, in_use: frozenset[Product]
) -> Fraction | None:
    """The smallest cut of whole pieces that needs no more doses than there are days; None where nothing lies between.

    Where even the largest piece is too small a cut, as with a liquid's marks, it is as many of them as are needed.
    """
    known = sorted({size for item in in_use if (size := layout.size(item)) < start})
    sizes = sorted({size for item in layout.products if (size := layout.size(item)) < start})
    for size in (*known, *sizes):
        needed = ceil((start - goal) / size) - (1 if goal == 0 else 0)
        if 0 < needed <= days:
            return size
    if not sizes:
        return None
    share = (start - goal) / (days + (1 if goal == 0 else 0))
    return ceil(share / sizes[-1]) * sizes[-1]


def _held(totals: Sequence[Fraction], days: int) -> tuple[Rung, ...]:
    return tuple(Rung(amount, held) for amount, held in zip(totals, _shares(days, len(totals)), strict=True))


def _shares(days: int, count: int) -> list[int]:
    """So many days in so many parts of at least one, the longer ones last."""
    if not count:
        return []
    share, more = divmod(max(days, count), count)
    return [share + (1 if place >= count - more else 0) for place in range(count)]


def _bottom(total: Fraction, layout: Layout, largest_cut: Fraction) -> Bottom:
    """The end of a way down at a dose, with the next lower one that can be made."""
    grain = layout.grain()
    return Bottom(total, layout.at_most(-(-total // grain) * grain - grain), largest_cut)
