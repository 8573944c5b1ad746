"""What a check has to say: findings, passes, and questions that could not be answered.

Findings are values and every check always runs, because raising on the first problem hides the rest, and an empty
list must never be able to mean "unknown drug" or "crashed".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from dosing.units import Quantity

if TYPE_CHECKING:
    from dosing.formulary.kinds import Rule, Source


class Severity(IntEnum):
    """How much a finding weighs; the order is the order of gravity."""

    NONE = 0
    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Decision(Enum):
    """The one word a pharmacy system acts on."""

    ACCEPT = "accept"
    WARN = "warn"
    CANNOT_ASSESS = "cannot-assess"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would pass: a dose, a duration, a name or a maximum to write down. Each may be unknown."""

    largest_passing_dose: Quantity | None = None
    longest_passing_duration: Quantity | None = None
    max_per_day: Quantity | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say about one or more orders.

    `days` are inclusive ranges counted from day 1; an open range ends in None. `comparison` is the condition that
    would have to hold between `measured` and `limit`. `merged` holds weaker rows of the same cause.
    """

    code: str
    severity: Severity
    orders: tuple[str, ...]
    drug: str
    message: str
    rule: Rule | None = None
    medications: tuple[str, ...] = ()
    step: int | None = None
    days: tuple[tuple[int, int | None], ...] = ()
    measured: Quantity | None = None
    comparison: str | None = None
    limit: Quantity | None = None
    suggestion: Suggestion | None = None
    source: Source | None = None
    implied: bool = False
    merged: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that applied and was kept."""

    code: str
    order: str
    rule: Rule
    measured: Quantity | None = None
    limit: Quantity | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A question that could not be answered, by name, with what it needs.

    `gravest` is the gravest finding the unanswered rules could have given: it decides whether the order can be
    assessed at all.
    """

    code: str
    order: str
    needs: tuple[str, ...]
    message: str
    rules: tuple[Rule, ...] = ()
    gravest: Severity = Severity.WARNING
    drug: str = ""


Result = Finding | Passed | NotChecked

NOT_UNDERSTOOD = ("unknown-drug", "unknown-form")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that is known about a request: one row for every rule that applies, and the word for it all."""

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    passed: tuple[Passed, ...] = ()
    severity: Severity = field(init=False)
    decision: Decision = field(init=False)

    def __post_init__(self) -> None:
        worst = max((finding.severity for finding in self.findings), default=Severity.NONE)
        object.__setattr__(self, "severity", worst)
        object.__setattr__(self, "decision", self._decide(worst))

    def _decide(self, worst: Severity) -> Decision:
        """`reject` wins; then what could have been a rejection; then reasons; only then `accept`."""
        if worst is Severity.CRITICAL:
            return Decision.REJECT
        if any(finding.code in NOT_UNDERSTOOD for finding in self.findings):
            return Decision.CANNOT_ASSESS
        if any(row.gravest is Severity.CRITICAL for row in self.not_checked):
            return Decision.CANNOT_ASSESS
        if worst is Severity.WARNING or self.not_checked:
            return Decision.WARN
        return Decision.ACCEPT
