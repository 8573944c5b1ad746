"""YAML entries to rules: each kind of statement has one reader, found in one table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dosing.finding import Severity
from dosing.formulary.entry import Entry, compared
from dosing.formulary.kinds import (
    ALWAYS,
    Action,
    AdviceRule,
    Band,
    CourseRule,
    Cut,
    DoseRow,
    DoseRule,
    Evidence,
    ImplausibleRule,
    Interval,
    Layer,
    PartnerRule,
    Rule,
    StateRule,
    StopRule,
    TableRule,
    TaperRule,
    TotalRule,
    WeeklyRule,
    WeightRule,
)
from dosing.formulary.severity import severity_of
from dosing.formulary.when import Names, read_sources, read_when

COMMON = frozenset(
    [
        "id",
        "kind",
        "layer",
        "source",
        "section",
        "evidence",
        "note",
        "effect",
        "when",
        "severity",
        "exception",
        "if_unstated",
        "if_missing",
        "always",
        "may_loosen",
        "superseded",
        "review_by",
    ]
)
ROW = frozenset(
    ["max_daily", "min_daily", "max_single", "max_weekly", "min_interval", "times", "supplement", "scale", "action"]
)
LIMIT_FIELD = {
    "max-single-dose": "max_single",
    "max-daily-dose": "max_daily",
    "max-weekly-dose": "max_weekly",
    "min-interval": "min_interval",
}
IDENTITY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
UNIT_OF_MEASURE = {"creatinine_clearance": "mL/min", "egfr": "mL/min/{1.73_m2}"}
COURSE_KINDS = frozenset(
    ["max-duration", "max-supply", "starting-dose", "step-size", "step-interval", "below-effective-dose"]
)
TOTAL_KINDS = {
    "mme": "mme",
    "prednisone-equivalent": "prednisone-equivalent",
    "acetaminophen-total": "acetaminophen",
}
WEIGHTS = frozenset({"actual", "ideal", "adjusted"})
SEVERITIES = {severity.word: severity for severity in Severity if severity is not Severity.NONE}


@dataclass(frozen=True, slots=True)
class Parts:
    """The entries of one rule with what is common to all kinds, already read."""

    entry: Entry
    fields: dict[str, Entry]
    common: dict[str, Any]
    names: Names

    @property
    def action(self) -> Action:
        return self.fields["action"].choice(Action)

    def phrase(self, key: str) -> str:
        """A text that ends inside a sentence: without its full stop."""
        return self.text(key).rstrip(".")

    def text(self, key: str) -> str:
        entry = self.fields.get(key)
        return entry.text() if entry is not None else ""


def read_rule(entry: Entry, subject: str, review_by: str, names: Names) -> Rule:
    """One rule of a monograph or class; raises `Broken` with the line and the cure."""
    kind = _kind_of(entry)
    allowed, required, build = READERS[kind]
    fields = entry.fields(COMMON | allowed, ("id", "kind", "layer", "source", "evidence", *required))
    layer, evidence = fields["layer"].choice(Layer), fields["evidence"].choice(Evidence)
    sources = read_sources(fields["source"], names)
    action = fields["action"].choice(Action) if "action" in fields else None
    severity = severity_of(kind, layer, evidence, action)
    if "severity" in fields:
        if "exception" not in fields:
            raise fields["severity"].broken("a severity of its own without a reason.", "Add `exception:` saying why.")
        severity = _severity(fields["severity"])
        _confirmed(fields["severity"], severity, evidence)
    elif "exception" in fields and "certain_overlap" not in fields:
        raise fields["exception"].broken("an exception without a severity.", "Add `severity:`, or remove the reason.")
    common: dict[str, Any] = {
        "id": f"{subject}/{fields['id'].matching(IDENTITY, 'an id', 'Write small letters, digits and hyphens.')}",
        "kind": kind,
        "layer": layer,
        "source": sources[0],
        "also": tuple(sources[1:]),
        "evidence": evidence,
        "severity": severity,
        "when": read_when(fields["when"], names) if "when" in fields else ALWAYS,
        "section": fields["section"].text() if "section" in fields else "",
        "note": fields["note"].text() if "note" in fields else "",
        "exception": fields["exception"].text() if "exception" in fields else "",
        "effect": fields["effect"].text().rstrip(".") if "effect" in fields else "",
        "if_unstated": _severity(fields["if_unstated"]) if "if_unstated" in fields else None,
        "if_missing": _severity(fields["if_missing"]) if "if_missing" in fields else None,
        "always": "always" in fields and fields["always"].flag(),
        "may_loosen": "may_loosen" in fields and fields["may_loosen"].flag(),
        "superseded": "superseded" in fields and fields["superseded"].flag(),
        "review_by": fields["review_by"].day() if "review_by" in fields else review_by,
        "subject": subject,
        "file": entry.file,
        "line": entry.line,
    }
    return build(Parts(entry, fields, common, names))


def read_row(fields: Mapping[str, Entry]) -> DoseRow:
    """The limits of one row."""
    values: dict[str, Any] = {}
    for key in ROW & fields.keys():
        if key == "times":
            values[key] = fields[key].integer()
        elif key == "action":
            values[key] = fields[key].choice(Action)
        else:
            values[key] = fields[key].quantity()
    row = DoseRow(**values)
    if row.max_daily and row.min_daily and compared(row.min_daily, row.max_daily, fields["min_daily"]):
        raise fields["min_daily"].broken("the least daily dose is above the greatest.", "Correct one of the two.")
    return row


def _kind_of(entry: Entry) -> str:
    for key, value in entry.items():
        if key == "kind":
            return value.one_of(READERS, "kind of rule")
    raise entry.broken("a rule without a kind.", "Add `kind:`, the code of the finding it gives.")


def _severity(entry: Entry) -> Severity:
    return SEVERITIES[entry.one_of(SEVERITIES, "severity")]


def _confirmed(entry: Entry, severity: Severity, evidence: Evidence) -> None:
    if evidence is Evidence.UNCONFIRMED and severity is Severity.CRITICAL:
        raise entry.broken("an unconfirmed number must not stop an order.", "Confirm it or warn.")


def _dose_rule(parts: Parts) -> Rule:
    if not ROW & parts.fields.keys():
        raise parts.entry.broken("a rule that limits nothing.", "Add a limit such as `max_daily`, or an `action`.")
    return DoseRule(row=read_row(parts.fields), **parts.common)


def _limit_rule(parts: Parts) -> Rule:
    limit = parts.fields["limit"].quantity()
    row: dict[str, Any] = {LIMIT_FIELD[parts.common["kind"]]: limit}
    return DoseRule(row=DoseRow(**row), below=_comparison(parts) == "<", **parts.common)


def _frequency_rule(parts: Parts) -> Rule:
    if "named_weekday" in parts.fields and parts.fields["named_weekday"].flag():
        return WeeklyRule(**parts.common)
    if "limit" not in parts.fields and "action" in parts.fields:
        return StateRule(action=parts.action, **parts.common)
    if "limit" not in parts.fields:
        raise parts.entry.broken("a frequency rule without a limit or an action.", "Add `limit: 3 {dose}/d`.")
    limit = parts.fields["limit"].quantity()
    if limit.value.denominator != 1 or limit.unit.code not in ("{dose}/d", "{dose}/wk"):
        raise parts.fields["limit"].broken("not a whole number of doses a day or a week.", "Write `3 {dose}/d`.")
    if limit.unit.code == "{dose}/wk":
        return WeeklyRule(
            occasions=limit.value.numerator,
            burst=parts.fields["burst"].quantity() if "burst" in parts.fields else None,
            **parts.common,
        )
    return DoseRule(row=DoseRow(times=limit.value.numerator), **parts.common)


def _weight_rule(parts: Parts) -> Rule:
    share = parts.fields["share"].fraction() if "share" in parts.fields else Fraction(1)
    if not 0 < share <= 1:
        raise parts.fields["share"].broken(f"{share} is not a share.", "Write a part of one, such as `1/3`.")
    return WeightRule(
        limit=parts.fields["limit"].quantity(),
        weight=parts.fields["weight"].one_of(WEIGHTS, "weight"),
        share=share,
        averaged="averaged" in parts.fields and parts.fields["averaged"].flag(),
        **parts.common,
    )


def _taper_rule(parts: Parts) -> Rule:
    fields = parts.fields
    return TaperRule(
        action=parts.action,
        cuts=tuple(_cut(entry) for entry in fields["cuts"].entries()),
        at_least=fields["exposure"].quantity() if "exposure" in fields else None,
        above=fields["above"].quantity() if "above" in fields else None,
        equivalence=parts.text("equivalence"),
        **parts.common,
    )


def _cut(entry: Entry) -> Cut:
    fields = entry.fields(frozenset({"range", "most", "percent", "of", "every"}))
    if not {"most", "percent", "every"} & fields.keys():
        raise entry.broken("a cut without a limit.", "Add `most:`, `percent:` or `every:`.")
    of = fields["of"].one_of(frozenset({"current", "original"}), "dose") if "of" in fields else "current"
    return Cut(
        range=fields["range"].interval("mg/d") if "range" in fields else None,
        most=fields["most"].quantity() if "most" in fields else None,
        percent=fields["percent"].fraction() if "percent" in fields else None,
        of_original=of == "original",
        every=fields["every"].quantity() if "every" in fields else None,
    )


def _start_rule(parts: Parts) -> Rule:
    """A first dose has a limit, or a state in which it is not given."""
    if "action" in parts.fields:
        return StateRule(action=parts.action, **parts.common)
    return _course_rule(parts)


def _course_rule(parts: Parts) -> Rule:
    if "limit" not in parts.fields:
        raise parts.entry.broken("no `limit`.", "Add `limit:` with a number and a unit.")
    return CourseRule(
        limit=parts.fields["limit"].quantity(),
        first=parts.fields["first"].quantity() if "first" in parts.fields else None,
        together="together" in parts.fields and parts.fields["together"].flag(),
        **parts.common,
    )


def _table_rule(parts: Parts) -> Rule:
    fields = parts.fields
    measure = fields["measure"].one_of(UNIT_OF_MEASURE, "measure")
    unit = UNIT_OF_MEASURE[measure]
    bands = []
    for band in fields["bands"].entries():
        row = band.fields(ROW | {"range"}, ("range",))
        bands.append((Band(row["range"].interval(unit), read_row(row), band.line), band))
    dialysis = fields["hemodialysis"].fields(ROW) if "hemodialysis" in fields else None
    gaps = tuple(gap.interval(unit) for gap in fields["gaps"].entries()) if "gaps" in fields else ()
    _exhaustive(fields["bands"], bands)
    return TableRule(
        measure=measure,
        bands=tuple(band for band, _ in bands),
        hemodialysis=read_row(dialysis) if dialysis is not None else None,
        gaps=gaps,
        **parts.common,
    )


def _exhaustive(entry: Entry, bands: list[tuple[Band, Entry]]) -> None:
    """Bands are half-open, contiguous and together hold every value from zero up."""
    ordered = sorted(bands, key=lambda pair: (pair[0].range.low is not None, pair[0].range.low or 0))
    open_ended = [place for band, place in ordered[:1] if not _from_zero(band.range)]
    open_ended += [place for band, place in ordered[-1:] if band.range.high is not None]
    for place in open_ended or ([] if ordered else [entry]):
        raise place.broken("the bands do not reach from zero up.", "Begin with `< x` and end with `>= y`.")
    for (lower, _), (higher, place) in itertools.pairwise(ordered):
        below, above = lower.range, higher.range
        between = f"between `{below.text}` and `{above.text}`."
        if below.high is None or above.low is None or below.high > above.low:
            raise place.broken(f"an overlap {between}", "End each band where the next begins.")
        if below.high < above.low:
            raise place.broken(f"a hole {between}", "End each band where the next begins; name the hole under `gaps`.")
        if below.high_closed == above.low_closed:
            both = "hold" if below.high_closed else "leave out"
            raise place.broken(
                f"`{below.text}` and `{above.text}` both {both} their shared end.",
                "Close one side and open the other.",
            )


def _from_zero(interval: Interval) -> bool:
    return interval.low is None or (interval.low == 0 and interval.low_closed)


def _comparison(parts: Parts) -> str:
    """Whether the limit itself is inside (`<=`) or already outside (`<`)."""
    comparison = parts.text("comparison") or "<="
    if comparison not in ("<", "<="):
        raise parts.fields["comparison"].broken(f"`{comparison}` is not a comparison.", "Use `<` or `<=`.")
    return comparison


def _total_rule(parts: Parts) -> Rule:
    return TotalRule(
        equivalence=TOTAL_KINDS[parts.common["kind"]],
        limit=parts.fields["limit"].quantity(),
        comparison=_comparison(parts),
        averaged="averaged" in parts.fields and parts.fields["averaged"].flag(),
        **parts.common,
    )


def _state_rule(parts: Parts) -> Rule:
    return StateRule(action=parts.action, **parts.common)


def _partner_rule(parts: Parts) -> Rule:
    if not {"with", "itself"} & parts.fields.keys():
        raise parts.entry.broken("no `with`.", "Add `with:` and the drugs and classes that it meets.")
    windows = frozenset({"stopped_partner", "stopped_this"})
    washout = parts.fields["washout"].fields(windows) if "washout" in parts.fields else {}
    return PartnerRule(
        partners=(
            parts.fields["with"].some_of(parts.names.drugs_and_classes, "drug or class")
            if "with" in parts.fields
            else frozenset()
        ),
        itself="itself" in parts.fields and parts.fields["itself"].flag(),
        action=parts.action,
        washout_partner=washout["stopped_partner"].quantity() if "stopped_partner" in washout else None,
        washout_this=washout["stopped_this"].quantity() if "stopped_this" in washout else None,
        third=(
            parts.fields["and_with"].some_of(parts.names.drugs_and_classes, "drug or class")
            if "and_with" in parts.fields
            else None
        ),
        at_least=parts.fields["at_least"].integer() if "at_least" in parts.fields else None,
        certain=_certain(parts),
        planned=_severity(parts.fields["planned_overlap"]) if "planned_overlap" in parts.fields else None,
        **parts.common,
    )


def _certain(parts: Parts) -> Severity | None:
    entry = parts.fields.get("certain_overlap")
    if entry is not None and "exception" not in parts.fields:
        raise entry.broken("a severity of its own without a reason.", "Add `exception:` saying why.")
    if entry is not None:
        _confirmed(entry, _severity(entry), parts.common["evidence"])
    return _severity(entry) if entry is not None else None


def _implausible_rule(parts: Parts) -> Rule:
    fields = parts.fields
    if not fields.keys() & IMPLAUSIBLE:
        raise parts.entry.broken(
            "an implausible-dose rule without a measure.", f"Add one of: {', '.join(sorted(IMPLAUSIBLE))}."
        )
    return ImplausibleRule(
        multiple_of_start=fields["multiple_of_start"].fraction() if "multiple_of_start" in fields else None,
        at_least_multiple_of_start=(
            fields["at_least_multiple_of_start"].fraction() if "at_least_multiple_of_start" in fields else None
        ),
        mme_at_least=fields["mme_at_least"].quantity() if "mme_at_least" in fields else None,
        prednisone_equivalent_above=(
            fields["prednisone_equivalent_above"].quantity() if "prednisone_equivalent_above" in fields else None
        ),
        weekly_above=fields["max_weekly"].quantity() if "max_weekly" in fields else None,
        **parts.common,
    )


def _stop_rule(parts: Parts) -> Rule:
    fields = parts.fields
    return StopRule(
        action=parts.action,
        at_least=fields["exposure"].quantity() if "exposure" in fields else None,
        more_than=fields["more_than"].quantity() if "more_than" in fields else None,
        above=fields["above"].quantity() if "above" in fields else None,
        descent=fields["descent"].quantity() if "descent" in fields else None,
        equivalence=parts.text("equivalence"),
        **parts.common,
    )


def _advice_rule(parts: Parts) -> Rule:
    fields = parts.fields
    if not {"needs", "what"} & fields.keys():
        raise parts.entry.broken("advice without words.", "Add `what:`, or `needs:` with drugs or classes.")
    return AdviceRule(
        action=parts.action,
        needs=(
            fields["needs"].some_of(parts.names.drugs_and_classes, "drug or class")
            if "needs" in fields
            else frozenset()
        ),
        least=fields["at_least"].quantity() if "at_least" in fields else None,
        unless_taken=(
            fields["unless_taken"].some_of(parts.names.drugs_and_classes, "drug or class")
            if "unless_taken" in fields
            else frozenset()
        ),
        what=parts.phrase("what"),
        every=parts.text("every"),
        **parts.common,
    )


def _plain_rule(parts: Parts) -> Rule:
    return Rule(**parts.common)


IMPLAUSIBLE = frozenset(
    {
        "multiple_of_start",
        "at_least_multiple_of_start",
        "mme_at_least",
        "prednisone_equivalent_above",
        "max_weekly",
    }
)
Reader = tuple[frozenset[str], tuple[str, ...], Callable[[Parts], Rule]]
READERS: dict[str, Reader] = {
    **{kind: (frozenset({"limit"}), ("limit",), _limit_rule) for kind in LIMIT_FIELD},
    "max-single-dose": (frozenset({"limit", "comparison"}), ("limit",), _limit_rule),
    **{kind: (frozenset({"limit"}), (), _course_rule) for kind in COURSE_KINDS},
    "max-duration": (frozenset({"limit", "together"}), (), _course_rule),
    "step-interval": (frozenset({"limit", "first"}), (), _course_rule),
    "weight-dose": (frozenset({"limit", "weight", "share", "averaged"}), ("limit", "weight"), _weight_rule),
    "taper-speed": (frozenset({"cuts", "exposure", "above", "equivalence", "action"}), ("cuts", "action"), _taper_rule),
    "starting-dose": (frozenset({"limit", "action"}), (), _start_rule),
    **{kind: (frozenset({"limit", "comparison", "averaged"}), ("limit",), _total_rule) for kind in TOTAL_KINDS},
    **{kind: (frozenset({"action"}), ("action", "when"), _state_rule) for kind in ("contraindication", "pregnancy")},
    **{
        kind: (
            frozenset(
                {"with", "itself", "washout", "action", "and_with", "at_least", "certain_overlap", "planned_overlap"}
            ),
            ("action",),
            _partner_rule,
        )
        for kind in ("interaction", "duplicate-therapy")
    },
    **{
        kind: (frozenset({"action", "what", "every"} | more), ("action",), _advice_rule)
        for kind, more in (
            ("co-prescription", {"needs", "at_least"}),
            ("monitoring", set()),
            ("place-in-therapy", {"unless_taken"}),
        )
    },
    **dict.fromkeys(("hepatic-dose", "age-limit"), (ROW, (), _dose_rule)),
    "frequency": (frozenset({"limit", "action", "burst", "named_weekday"}), (), _frequency_rule),
    "renal-dose": (
        frozenset({"measure", "bands", "hemodialysis", "gaps"}),
        ("measure", "bands"),
        _table_rule,
    ),
    "implausible-dose": (IMPLAUSIBLE, (), _implausible_rule),
    "abrupt-stop": (
        frozenset({"exposure", "more_than", "above", "descent", "equivalence", "action"}),
        ("action",),
        _stop_rule,
    ),
    **{
        kind: (frozenset(), (), _plain_rule)
        for kind in ("not-dispensable", "quantity-mismatch", "duration-missing", "allergy")
    },
}
