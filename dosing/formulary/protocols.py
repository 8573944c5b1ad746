"""YAML entries to ways up and down: protocols, tapers, and what missed days mean.

What is read here has one shape or none: a taper is stretches, a table or a length, a cut is an amount or a share.
Whether its numbers fit together is the lint's to say (see `ways`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dosing.formulary.entry import Entry
from dosing.formulary.kinds import Evidence, Layer, Source
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
from dosing.formulary.when import Names, read_forms, source_of, texts_of
from dosing.units import Quantity
from dosing.vocabulary import PARTS_OF_DAY

HEAD = frozenset({"id", "title", "default", "layer", "source", "evidence", "indications", "form", "reassess", "advice"})
UP = frozenset({"start", "start_times", "parts", "division", "raises", "maintenance", "as_needed"})
PROTOCOL = HEAD | UP | {"pattern", "at_most", "companions", "note"}
ON_THE_WAY = frozenset({"stretches", "levels", "over"})
TAPER = HEAD | ON_THE_WAY | {"taken_for", "equivalence", "below", "note"}
STRETCH = frozenset(
    {"range", "by", "percent", "of", "most", "most_percent", "to_percent", "every", "within", "source", "evidence"}
)
PATTERNS = frozenset({"daily", "weekly", "alternating"})
REFERENCES = frozenset({"prednisone-equivalent", "mme"})
# The units in which the daily dose of a range may stand: of a piece, of a patch, of a sum.
OF_A_DAY = ("mg/d", "ug/h", "{MME}/d")


def read_protocol(entry: Entry, names: Names) -> Protocol:
    """A way up. Raises `Broken` for an entry that is not one."""
    required = ("id", "title", "layer", "source", "evidence", "start", "start_times", "parts", "division")
    fields = entry.fields(PROTOCOL, (*required, "maintenance", "reassess"))
    for name in ("parts", "raises", "reassess", "companions"):
        if name in fields:
            _not_empty(fields[name], name)
    start = fields["start"].fields(frozenset({"low", "high"}), ("low", "high"))
    maintenance = fields["maintenance"].fields(frozenset({"low", "high"}), ("low", "high"))
    return Protocol(
        id=fields["id"].text(),
        title=fields["title"].text(),
        layer=fields["layer"].choice(Layer),
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
        default="default" in fields and fields["default"].flag(),
        indications=_indications(fields, names),
        forms=read_forms(fields["form"]) if "form" in fields else None,
        start_low=start["low"].quantity(),
        start_high=start["high"].quantity(),
        start_times=fields["start_times"].integer(),
        parts=tuple(part.one_of(frozenset(PARTS_OF_DAY), "part of the day") for part in fields["parts"].entries()),
        growing=fields["division"].one_of(frozenset({"growing", "equal"}), "division") == "growing",
        raises=tuple(_raise(item, names) for item in _several(fields, "raises")),
        maintenance_low=maintenance["low"].quantity(),
        maintenance_high=maintenance["high"].quantity(),
        reassessments=tuple(_reassessment(item, names) for item in fields["reassess"].entries()),
        advice=texts_of(fields, "advice"),
        as_needed=_as_needed(fields["as_needed"]) if "as_needed" in fields else None,
        pattern=fields["pattern"].one_of(PATTERNS, "pattern") if "pattern" in fields else "daily",
        at_most=_amount(fields, "at_most"),
        companions=tuple(_companion(item, names) for item in _several(fields, "companions")),
        note=_text(fields, "note"),
        file=entry.file,
        line=entry.line,
    )


def read_taper(entry: Entry, names: Names) -> Taper:
    """A way down. Raises `Broken` for an entry that is not one, or that is two at once."""
    fields = entry.fields(TAPER, ("id", "title", "layer", "source", "evidence"))
    if len(ON_THE_WAY & fields.keys()) != 1:
        what = "a taper is exactly one of stretches, a table of levels and a length."
        raise entry.broken(what, "Keep one of `stretches:`, `levels:` and `over:`.")
    for name in ("stretches", "levels", "reassess"):
        if name in fields:
            _not_empty(fields[name], name)
    source, evidence = source_of(fields["source"], names), fields["evidence"].choice(Evidence)
    return Taper(
        id=fields["id"].text(),
        title=fields["title"].text(),
        layer=fields["layer"].choice(Layer),
        source=source,
        evidence=evidence,
        default="default" in fields and fields["default"].flag(),
        indications=_indications(fields, names),
        forms=read_forms(fields["form"]) if "form" in fields else None,
        taken_for=fields["taken_for"].interval("d") if "taken_for" in fields else None,
        stretches=tuple(_stretch(item, names, source, evidence) for item in _several(fields, "stretches")),
        levels=tuple(_level(item) for item in _several(fields, "levels")),
        over=_amount(fields, "over"),
        reassessments=tuple(_reassessment(item, names) for item in _several(fields, "reassess")),
        advice=texts_of(fields, "advice"),
        equivalence=fields["equivalence"].one_of(REFERENCES, "factor set") if "equivalence" in fields else "",
        below=_text(fields, "below"),
        note=_text(fields, "note"),
        file=entry.file,
        line=entry.line,
    )


def read_restart(entry: Entry, names: Names) -> Restart:
    """Why a climb begins again from the start after missed days. Raises `Broken` for anything else."""
    fields = entry.fields(frozenset({"why", "source", "evidence"}), ("why", "source", "evidence"))
    return Restart(fields["why"].text(), source_of(fields["source"], names), fields["evidence"].choice(Evidence))


def _stretch(entry: Entry, names: Names, source: Source, evidence: Evidence) -> Stretch:
    """One stretch; it says what its taper says about who says so, where it is silent itself."""
    fields = entry.fields(STRETCH)
    if ("by" in fields) == ("percent" in fields):
        raise entry.broken("a stretch takes off an amount or a share.", "Keep one of `by:` and `percent:`.")
    if ("every" in fields) == ("within" in fields):
        raise entry.broken("a stretch has one pace.", "Keep one of `every:` and `within:`.")
    if "of" in fields and "percent" not in fields:
        raise fields["of"].broken("`of` without a share.", "Remove it, or write `percent:`.")
    if "source" in fields and "evidence" not in fields:
        raise entry.broken("a source without its evidence.", "Add `evidence:`.")
    of = fields["of"].one_of(frozenset({"current", "original"}), "dose") if "of" in fields else "current"
    percents = {name: fields[name].fraction() for name in ("percent", "most_percent", "to_percent") if name in fields}
    for name, percent in percents.items():
        if not 0 < percent <= 100:
            raise fields[name].broken(f"`{percent}` is no share of a dose.", "Write a percentage above 0, to 100.")
    return Stretch(
        source=source_of(fields["source"], names) if "source" in fields else source,
        evidence=fields["evidence"].choice(Evidence) if "evidence" in fields else evidence,
        range=fields["range"].interval(*OF_A_DAY) if "range" in fields else None,
        by=_amount(fields, "by"),
        percent=percents.get("percent"),
        of_original=of == "original",
        most=_amount(fields, "most"),
        most_percent=percents.get("most_percent"),
        to_percent=percents.get("to_percent"),
        every=_amount(fields, "every"),
        within=_amount(fields, "within"),
    )


def _level(entry: Entry) -> Level:
    fields = entry.fields(frozenset({"dose", "lasts", "at_most"}), ("dose", "lasts"))
    return Level(fields["dose"].quantity(), fields["lasts"].quantity(), _amount(fields, "at_most"))


def _companion(entry: Entry, names: Names) -> Companion:
    fields = entry.fields(
        frozenset({"drug", "dose", "why", "source", "evidence"}), ("drug", "dose", "why", "source", "evidence")
    )
    return Companion(
        fields["drug"].one_of(names.drugs, "drug"),
        fields["dose"].quantity(),
        fields["why"].text(),
        source_of(fields["source"], names),
        fields["evidence"].choice(Evidence),
    )


def _raise(entry: Entry, names: Names) -> Raise:
    fields = entry.fields(
        frozenset({"by", "every", "at_least_every", "until", "source", "evidence"}),
        ("by", "every", "until", "source", "evidence"),
    )
    every = fields["every"].quantity()
    return Raise(
        by=fields["by"].quantity(),
        every=every,
        at_least_every=fields["at_least_every"].quantity() if "at_least_every" in fields else every,
        until=fields["until"].quantity(),
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
    )


def _reassessment(entry: Entry, names: Names) -> Reassessment:
    fields = entry.fields(frozenset({"at", "what", "source", "evidence"}), ("at", "what", "source"))
    return Reassessment(fields["at"].quantity(), fields["what"].text(), source_of(fields["source"], names))


def _as_needed(entry: Entry) -> AsNeeded:
    fields = entry.fields(frozenset({"every", "from", "until"}), ("every", "from", "until"))
    return AsNeeded(fields["every"].quantity(), fields["from"].quantity(), fields["until"].quantity())


def _indications(fields: Mapping[str, Entry], names: Names) -> frozenset[str]:
    if "indications" not in fields:
        return frozenset()
    return fields["indications"].some_of(names.indications, "indication")


def _not_empty(entry: Entry, name: str) -> None:
    if not entry.entries():
        raise entry.broken(f"no {name}.", "A way names at least one, or leaves the key out.")


def _several(fields: Mapping[str, Entry], name: str) -> list[Entry]:
    return fields[name].entries() if name in fields else []


def _amount(fields: Mapping[str, Entry], name: str) -> Quantity | None:
    return fields[name].quantity() if name in fields else None


def _text(fields: Mapping[str, Entry], name: str) -> str:
    return fields[name].text() if name in fields else ""
