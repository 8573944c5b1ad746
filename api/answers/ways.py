"""Ways up and down as data: protocols, tapers, and what missed days mean."""

from __future__ import annotations

from api.answers.verdicts import source_answer
from api.json_text import number, quantity
from dosing.formulary.kinds import Evidence, Source
from dosing.formulary.model import (
    AsNeeded,
    Companion,
    Level,
    Protocol,
    Raise,
    Reassessment,
    Restart,
    Stretch,
    Taper,
)
from dosing.units import Quantity


def protocol_answer(protocol: Protocol) -> dict[str, object]:
    return {
        "id": protocol.id,
        "title": protocol.title,
        "layer": protocol.layer.value,
        "default": protocol.default,
        "indications": sorted(protocol.indications),
        "forms": sorted(protocol.forms) if protocol.forms is not None else None,
        "start": {"low": quantity(protocol.start_low), "high": quantity(protocol.start_high)},
        "start_times": protocol.start_times,
        "parts": protocol.parts,
        "division": "growing" if protocol.growing else "equal",
        "pattern": protocol.pattern,
        "at_most": quantity(protocol.at_most) if protocol.at_most is not None else None,
        "companions": [_companion(companion) for companion in protocol.companions],
        "raises": [_raise(stretch) for stretch in protocol.raises],
        "maintenance": {
            "low": quantity(protocol.maintenance_low),
            "high": quantity(protocol.maintenance_high),
        },
        "as_needed": _as_needed(protocol.as_needed),
        "reassessments": [_reassessment(due) for due in protocol.reassessments],
        "advice": protocol.advice,
        "note": protocol.note,
        "source": cited(protocol.source, protocol.evidence),
    }


def _raise(stretch: Raise) -> dict[str, object]:
    return {
        "by": quantity(stretch.by),
        "every": quantity(stretch.every),
        "at_least_every": quantity(stretch.at_least_every),
        "until": quantity(stretch.until),
        "source": cited(stretch.source, stretch.evidence),
    }


def _as_needed(use: AsNeeded | None) -> dict[str, object] | None:
    if use is None:
        return None
    return {"every": quantity(use.every), "from": quantity(use.beyond), "until": quantity(use.until)}


def _reassessment(due: Reassessment) -> dict[str, object]:
    return {"after": quantity(due.after), "what": due.what, "source": source_answer(due.source)}


def _companion(companion: Companion) -> dict[str, object]:
    return {
        "drug": companion.drug,
        "dose": quantity(companion.dose),
        "why": companion.why,
        "source": cited(companion.source, companion.evidence),
    }


def taper_answer(taper: Taper) -> dict[str, object]:
    """A way down: stretches, a printed table of levels, or even cuts over a time."""
    return {
        "id": taper.id,
        "title": taper.title,
        "layer": taper.layer.value,
        "default": taper.default,
        "indications": sorted(taper.indications),
        "forms": sorted(taper.forms) if taper.forms is not None else None,
        "taken_for": taper.taken_for.text if taper.taken_for is not None else None,
        "equivalence": taper.equivalence or None,
        "stretches": [_stretch(stretch) for stretch in taper.stretches],
        "levels": [_level(level) for level in taper.levels],
        "over": _optional(taper.over),
        "below": taper.below,
        "reassessments": [_reassessment(due) for due in taper.reassessments],
        "advice": taper.advice,
        "note": taper.note,
        "source": cited(taper.source, taper.evidence),
    }


def _stretch(stretch: Stretch) -> dict[str, object]:
    percents = {"percent": stretch.percent, "most_percent": stretch.most_percent, "to_percent": stretch.to_percent}
    return {
        "range": stretch.range.text if stretch.range is not None else None,
        "by": _optional(stretch.by),
        "most": _optional(stretch.most),
        **{name: number(share) if share is not None else None for name, share in percents.items()},
        "of": None if stretch.percent is None else "original" if stretch.of_original else "current",
        "every": _optional(stretch.every),
        "within": _optional(stretch.within),
        "source": cited(stretch.source, stretch.evidence),
    }


def _level(level: Level) -> dict[str, object]:
    return {"dose": quantity(level.dose), "lasts": quantity(level.lasts), "at_most": _optional(level.at_most)}


def restart_answer(restart: Restart) -> dict[str, object]:
    """That a plan begins again after missed days, and who says so."""
    return {"why": restart.why, "source": cited(restart.source, restart.evidence)}


def cited(source: Source, evidence: Evidence) -> dict[str, object]:
    """Who says so, and how well it is confirmed."""
    return source_answer(source) | {"evidence": evidence.value}


def _optional(measured: Quantity | None) -> dict[str, object] | None:
    return quantity(measured) if measured is not None else None
