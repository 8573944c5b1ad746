"""How much a finding weighs, by what kind of statement it breaks and who says so. One table, read by the loader.

Label maxima, a label's hours between doses, "contraindicated" and "do not use", and implausible doses stop an order;
everything a guideline or a founding document says, every duration, start and step is a reason to write down; the rest
is shown. A number nobody could confirm never stops an order.
"""

from __future__ import annotations

from dosing.finding import Severity
from dosing.formulary.kinds import Action, Evidence, Layer

STOPS_BY_LABEL = frozenset(
    {
        "max-single-dose",
        "max-daily-dose",
        "max-weekly-dose",
        "min-interval",
        "renal-dose",
        "hepatic-dose",
        "age-limit",
        "weight-dose",
        "acetaminophen-total",
    }
)

BY_ACTION = {
    Action.CONTRAINDICATED: Severity.CRITICAL,
    Action.DO_NOT_USE: Severity.CRITICAL,
    Action.AVOID: Severity.WARNING,
    Action.NOT_RECOMMENDED: Severity.WARNING,
    Action.CAUTION: Severity.WARNING,
    Action.INFO: Severity.INFO,
}

ADVISORY = frozenset({"co-prescription", "monitoring", "reassessment-due"})


def severity_of(kind: str, layer: Layer, evidence: Evidence, action: Action | None) -> Severity:
    """The weight of a finding of this kind, before any listed exception."""
    if action is not None:
        severity = BY_ACTION[action]
    elif kind == "implausible-dose" or (kind in STOPS_BY_LABEL and layer in (Layer.LABEL, Layer.LOCAL)):
        severity = Severity.CRITICAL
    elif kind in ADVISORY:
        severity = Severity.INFO
    else:
        severity = Severity.WARNING
    if evidence is Evidence.UNCONFIRMED:
        return min(severity, Severity.WARNING)
    return severity
