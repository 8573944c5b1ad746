"""Ways up and down in words that a pharmacist reads: one sentence for each stretch, level and companion."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.formulary.model import Companion, Level, Protocol, Raise, Stretch, Taper
from dosing.formulary.telling import interval_in_words
from dosing.numbers import decimal_text
from dosing.units import words

PATTERNS = {
    "daily": "every day",
    "weekly": "once a week, on one named day",
    "alternating": "every day, or two doses in turns whose mean counts",
}


def start_in_words(protocol: Protocol) -> str:
    """How a climb begins: a dose so many times, or a day's total for each kilogram."""
    low, high = words(protocol.start_low), words(protocol.start_high)
    amount = low if low == high else f"{low} to {high}"
    each = "" if protocol.start_low.unit.dimension.endswith("[bodyweight]/[time]") else " a dose"
    period = "week" if protocol.pattern == "weekly" else "day"
    return f"{amount}{each}, {protocol.start_times} a {period}"


def raise_in_words(known: Raise) -> str:
    """One stretch of a climb."""
    sooner = f", no sooner than after {words(known.at_least_every)}" if known.at_least_every < known.every else ""
    return f"{words(known.by)} every {words(known.every)}{sooner}, until {words(known.until)}"


def maintenance_in_words(protocol: Protocol) -> str:
    """Where a climb ends, and the cap over doses for weight."""
    low, high = words(protocol.maintenance_low), words(protocol.maintenance_high)
    capped = f", and at most {words(protocol.at_most)}" if protocol.at_most is not None else ""
    return f"{low if low == high else f'{low} to {high}'}{capped}"


def companion_in_words(companion: Companion) -> str:
    """The drug beside the first one, on the days that are left free."""
    return f"{companion.drug} {words(companion.dose)} on the days between. {companion.why}"


def protocol_in_words(protocol: Protocol) -> str:
    """A way up in one line."""
    told = [f"{PATTERNS[protocol.pattern]}, from {start_in_words(protocol)}"]
    told += [raise_in_words(known) for known in protocol.raises]
    told.append(f"then {maintenance_in_words(protocol)}")
    told += [f"with {companion.drug} {words(companion.dose)}" for companion in protocol.companions]
    return "; ".join(told)


def way_down(taper: Taper) -> Iterator[str]:
    """The stretches or levels of a taper from the top, or its length."""
    reference = f" of {taper.equivalence}" if taper.equivalence else ""
    for stretch in taper.stretches:
        yield _stretch(stretch, reference)
    for level in taper.levels:
        yield _level(level)
    if taper.over is not None:
        yield f"even steps over at least {words(taper.over)}"


def taper_in_words(taper: Taper) -> str:
    """A way down in one line."""
    used = f", after {interval_in_words(taper.taken_for)} of use" if taper.taken_for is not None else ""
    return "; ".join(way_down(taper)) + used


def _stretch(stretch: Stretch, reference: str) -> str:
    if stretch.range is not None:
        at = f"{interval_in_words(stretch.range)}{reference}: "
    elif stretch.to_percent is not None:
        at = f"down to {decimal_text(stretch.to_percent)[0]} percent of the first dose: "
    else:
        at = ""
    most = f", at most {words(stretch.most)}" if stretch.most is not None and stretch.most != stretch.by else ""
    if stretch.by is not None:
        cut = f"{words(stretch.by)} less{most}"
    else:
        share = decimal_text(stretch.percent)[0] if stretch.percent is not None else ""
        cut = f"{share} percent of the {'first' if stretch.of_original else 'current'} dose less"
        if stretch.most_percent is not None:
            cut += f", at most {decimal_text(stretch.most_percent)[0]} percent"
    pace = f"every {words(stretch.every)}" if stretch.every is not None else ""
    pace = f"spread over {words(stretch.within)}" if stretch.within is not None else pace
    return f"{at}{cut}, {pace}"


def _level(level: Level) -> str:
    capped = f", and at most {words(level.at_most)}" if level.at_most is not None else ""
    return f"{words(level.dose)}{capped}, for {words(level.lasts)}"
