"""Do ways up and down fit together? Units that can be added and compared, ranges without a hole, doses that fall.

These are faults of the lint: what passes here can be walked from any dose, by a plan that never has to guess.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dosing.formulary.fitting import A_DAY, A_DOSE, A_TIME, Dimensions, alike, written_in
from dosing.formulary.kinds import Interval
from dosing.formulary.model import Companion, Formulary, Protocol, Stretch, Taper
from dosing.units import Quantity, read_unit

Said = Iterator[tuple[str, str]]
FOR_WEIGHT_A_DAY: Dimensions = frozenset({"[mass]/[bodyweight]/[time]"})


def protocol_faults(protocol: Protocol, formulary: Formulary) -> Said:
    """What is wrong with a way to go up, each with its cure."""
    misfits = [stated for stated in _stated(protocol) if stated[1].unit.dimension not in stated[2]]
    for name, value, allowed in misfits:
        yield f"{name} in {value.unit.code} cannot be compared.", written_in(allowed)
    if not misfits:
        yield from _range_faults(protocol)
    yield from _period_faults(protocol)
    if not protocol.growing and protocol.start_times > len(protocol.parts):
        yield "it starts with more doses a day than it names parts of the day.", "Name as many parts."
    if protocol.at_most is not None and not by_weight(protocol):
        yield "`at_most` over doses that are not for weight.", "Remove it: the maintenance range ends the climb."
    for companion in protocol.companions:
        yield from _companion_faults(companion, protocol, formulary)
    yield from _advice_faults(protocol.advice, formulary)


def by_weight(protocol: Protocol) -> bool:
    """Whether a protocol counts a day's total for each kilogram."""
    return protocol.start_low.unit.dimension in FOR_WEIGHT_A_DAY


def _stated(protocol: Protocol) -> Iterator[tuple[str, Quantity, Dimensions]]:
    start = protocol.start_low.unit.dimension
    dose = frozenset({start}) if start in A_DOSE | FOR_WEIGHT_A_DAY else A_DOSE
    yield "low", protocol.start_low, dose
    yield "high", protocol.start_high, dose
    day = protocol.maintenance_low.unit.dimension
    a_day = FOR_WEIGHT_A_DAY if by_weight(protocol) else frozenset({day}) if day in A_DAY else A_DAY
    yield "low", protocol.maintenance_low, a_day
    yield "high", protocol.maintenance_high, a_day
    for known in protocol.raises:
        yield "by", known.by, a_day
        yield "until", known.until, a_day
        yield "every", known.every, A_TIME
        yield "at_least_every", known.at_least_every, A_TIME
    for reassessment in protocol.reassessments:
        yield "at", reassessment.after, A_TIME
    if protocol.at_most is not None:
        yield "at_most", protocol.at_most, A_DAY
    if protocol.as_needed is not None:
        yield "from", protocol.as_needed.beyond, a_day
        yield "until", protocol.as_needed.until, a_day
        yield "every", protocol.as_needed.every, A_TIME


def _range_faults(protocol: Protocol) -> Said:
    if protocol.start_low > protocol.start_high:
        yield "its start ends before it begins.", "Write the low dose first."
    if protocol.maintenance_low > protocol.maintenance_high:
        yield "its maintenance range ends before it begins.", "Write the low dose first."
    ends = [known.until for known in protocol.raises]
    if any(later <= earlier for earlier, later in itertools.pairwise(ends)):
        yield "a raise ends where the one before it has ended.", "Write the raises in order."
    elif ends and max([*ends, *([protocol.as_needed.until] if protocol.as_needed else [])]) < protocol.maintenance_high:
        yield "its raises end before its maintenance range does.", "Raise as far, or lower the range."
    if any(known.at_least_every > known.every for known in protocol.raises):
        yield "a raise comes sooner than it may.", "Correct `every` or `at_least_every`."
    if not protocol.raises and any(
        _total(start, protocol) != maintenance
        for start, maintenance in (
            (protocol.start_low, protocol.maintenance_low),
            (protocol.start_high, protocol.maintenance_high),
        )
    ):
        yield "it has no raises, and goes on with another dose than it starts with.", "Add `raises:`."


def _total(start: Quantity, protocol: Protocol) -> Quantity | None:
    """What a first day, or a first week, holds in all, in the unit of the maintenance range."""
    period = protocol.maintenance_low.unit
    if period.dimension == start.unit.dimension:
        return start
    if period.dimension != f"{start.unit.dimension}/[time]":
        return None
    code = f"{start.unit.code}/{'wk' if protocol.pattern == 'weekly' else 'd'}"
    return Quantity(start.value * protocol.start_times, read_unit(code)).to(period)


def _period_faults(protocol: Protocol) -> Said:
    """A weekly drug is counted by the week, every other one by the day."""
    weekly = protocol.pattern == "weekly"
    stated = [protocol.maintenance_low, protocol.maintenance_high, *([protocol.at_most] if protocol.at_most else [])]
    stated += [amount for known in protocol.raises for amount in (known.by, known.until)]
    for amount in stated:
        if amount.unit.dimension.endswith("/[time]") and amount.unit.code.endswith("/wk") != weekly:
            wanted = "week" if weekly else "day"
            yield f"{amount} of a drug that is counted by the {wanted}.", f"Write it per {wanted}, or mend `pattern`."
    if weekly and protocol.start_times > 1:
        yield "it is taken once a week, and starts with several doses.", "Write `start_times: 1`."


def _companion_faults(companion: Companion, protocol: Protocol, formulary: Formulary) -> Said:
    if companion.drug not in formulary.monographs:
        yield f"its companion {companion.drug} has no monograph.", "Add one: nothing could be dispensed."
    if companion.dose.unit.dimension not in {"[mass]", "[biological_activity]"}:
        yield f"the companion's dose in {companion.dose.unit.code}.", "Write it in mg."
    if protocol.pattern == "daily":
        yield "a companion takes the days that are left free, and none is.", "Write the pattern, or remove it."


def taper_faults(taper: Taper, formulary: Formulary) -> Said:
    """What is wrong with a way down, each with its cure."""
    misfits = [stated for stated in _stated_down(taper) if stated[1].unit.dimension not in stated[2]]
    for name, value, allowed in misfits:
        yield f"{name} in {value.unit.code} cannot be compared.", written_in(allowed)
    reference = formulary.equivalences.get(taper.equivalence)
    if taper.equivalence and reference is None:
        yield f"there is no factor set {taper.equivalence}.", "Add it under equivalence/."
    if not misfits:
        yield from _stretch_faults(taper, reference.unit if reference is not None else "")
        yield from _level_faults(taper)
    yield from _advice_faults(taper.advice, formulary)


def _stated_down(taper: Taper) -> Iterator[tuple[str, Quantity, Dimensions]]:
    for stretch in taper.stretches:
        for name, value, allowed in (
            ("by", stretch.by, A_DAY),
            ("most", stretch.most, A_DAY),
            ("every", stretch.every, A_TIME),
            ("within", stretch.within, A_TIME),
        ):
            if value is not None:
                yield name, value, allowed
    for level in taper.levels:
        yield "dose", level.dose, A_DAY | FOR_WEIGHT_A_DAY
        yield "lasts", level.lasts, A_TIME
        if level.at_most is not None:
            yield "at_most", level.at_most, A_DAY
    for reassessment in taper.reassessments:
        yield "at", reassessment.after, A_TIME
    if taper.over is not None:
        yield "over", taper.over, A_TIME


def _stretch_faults(taper: Taper, unit: str) -> Said:
    for stretch in taper.stretches:
        yield from _cut_faults(stretch)
    ranges = [stretch.range for stretch in taper.stretches if stretch.range is not None]
    if ranges and len(ranges) != len(taper.stretches):
        yield "some of its stretches have a range, and others none.", "Write the range of each."
    elif unit and any(known.unit != unit for known in ranges):
        yield f"its ranges are in another unit than its reference, which is counted in {unit}.", "Use one unit."
    elif ranges:
        yield from _holes(ranges)
    else:
        yield from _shares(taper.stretches)


def _cut_faults(stretch: Stretch) -> Said:
    """A cut that may be larger than it is, in the measure that it has."""
    if (stretch.most is not None and stretch.by is None) or (
        stretch.most_percent is not None and stretch.by is not None
    ):
        yield "the most that a cut may take is in another measure than the cut.", "Use `most` with `by`."
    elif stretch.most is not None and stretch.by is not None and stretch.most < stretch.by:
        yield f"a cut of {stretch.by}, and at most {stretch.most}.", "Correct one of the two."
    elif stretch.most_percent is not None and stretch.percent is not None and stretch.most_percent < stretch.percent:
        yield f"a cut of {stretch.percent} percent, and at most {stretch.most_percent}.", "Correct one of the two."
    if stretch.to_percent is not None and stretch.range is not None:
        yield "a range and a share of the first dose at once.", "Keep one of `range` and `to_percent`."


def _holes(ranges: list[Interval]) -> Said:
    """Ranges are written from the top down; every dose lies in exactly one."""
    if len({known.unit for known in ranges}) > 1:
        yield "its ranges are in several units.", "Use one unit."
        return
    for above, below in itertools.pairwise(ranges):
        if above.low is None or above.low != below.high or above.low_closed == below.high_closed:
            yield (
                f"`{below.text}` does not begin where `{above.text}` ends.",
                "Write the ranges from the top, end to end.",
            )
    if ranges[0].high is not None or ranges[-1].low is not None:
        yield "its ranges leave out the highest or the lowest doses.", "Leave the first and the last range open."


def _shares(stretches: tuple[Stretch, ...]) -> Said:
    """Without ranges a stretch holds down to a share of the first dose, and the last one to the end."""
    ends = [stretch.to_percent for stretch in stretches]
    if any(end is None for end in ends[:-1]) or ends[-1:] not in ([], [None]):
        yield "it cannot be told where a stretch ends.", "Write `to_percent` in every stretch but the last."
        return
    told = [end for end in ends if end is not None]
    if any(later >= earlier for earlier, later in itertools.pairwise(told)):
        yield "a stretch ends where the one before it has ended.", "Write the stretches from the top."


def _level_faults(taper: Taper) -> Said:
    for level in taper.levels:
        if level.at_most is not None and level.dose.unit.dimension not in FOR_WEIGHT_A_DAY:
            yield f"`at_most` over {level.dose}, which is not for weight.", "Write the lower of the two."
    for above, below in itertools.pairwise(taper.levels):
        pairs = ((above.dose, below.dose), (above.at_most or above.dose, below.at_most or below.dose))
        if any(alike(before, after) and before <= after for before, after in pairs):
            yield f"{below.dose} after {above.dose} is no step down.", "Write the levels from the top."


def _advice_faults(advice: tuple[str, ...], formulary: Formulary) -> Said:
    for code in advice:
        if code not in formulary.advice:
            yield f"there is no advice `{code}`.", "Add it to advice.yaml."
    for code in sorted({code for code in advice if advice.count(code) > 1}):
        yield f"advice `{code}` stands twice.", "Keep one of the two."
