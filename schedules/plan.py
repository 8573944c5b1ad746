"""A plan over time, whatever made it: regimens on dates, what was chosen and why, and what the checker says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dosing.allowance import Allowance
from dosing.finding import Finding
from dosing.formulary.kinds import Layer, Rule, Source
from dosing.formulary.model import Monograph, Protocol, Reassessment, Taper
from dosing.patient import Patient
from dosing.screening import Screening
from dosing.units import Quantity
from schedules.regimen import Regimen


class PlanError(Exception):
    """Something that was asked for cannot be used: the field, a stable code, and what to do instead."""

    def __init__(self, field: str, code: str, detail: str, hint: str | None = None) -> None:
        super().__init__(detail)
        self.field = field
        self.code = code
        self.detail = detail
        self.hint = hint


class Infeasible(Exception):
    """A target that this patient cannot reach: the finding that binds, and the nearest target that passes."""

    def __init__(self, binding: Finding, nearest: Quantity | None) -> None:
        super().__init__(binding.message)
        self.binding = binding
        self.nearest = nearest


class UnsafeSchedule(Exception):
    """A plan whose own check holds a critical finding that no other target would cure."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field that the request left open, what was taken for it, and who says so."""

    field: str
    value: Quantity | str
    why: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Reassessed:
    """A reassessment on its day."""

    day: int
    date: date
    what: str
    source: Source


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The limit line of one drug: the lowest daily limit that is known to bind for this patient."""

    drug: str
    limit: Quantity
    rule: Rule

    @classmethod
    def of(cls, drug: str, allowed: Allowance) -> tuple[Ceiling, ...]:
        if allowed.max_daily is None or allowed.max_daily_rule is None:
            return ()
        return (cls(drug, allowed.max_daily, allowed.max_daily_rule),)


@dataclass(frozen=True, slots=True)
class Current:
    """What is taken until now: a day's or a week's total, its doses, and for how long in all, where that is known."""

    drug: str
    total: Quantity
    doses: tuple[tuple[str, Quantity], ...]
    taken_for: Quantity | None


@dataclass(frozen=True, slots=True)
class Way:
    """Something that can be done where strengths allow no further cut."""

    code: str
    text: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The dose below which strengths do not allow another step, the next lower one there is, and what can be done."""

    drug: str
    dose: Quantity
    next_lower: Quantity | None
    why: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """What one layer says about the end of what was taken until now: whether it has to be lowered slowly."""

    rule: Rule
    layer: Layer
    taper_needed: bool | None
    message: str

    def as_chosen(self) -> Chosen:
        """The same as a row of what was settled, so that every paper shows every layer."""
        answer = {True: "yes", False: "no", None: "not known"}[self.taper_needed]
        return Chosen("taper_needed", answer, self.message, self.rule.source)


@dataclass(frozen=True, slots=True)
class Revised:
    """How a plan differs from the one that it takes the place of, from which day on. `series` is the first of all."""

    plan: str
    series: str
    action: str
    from_day: int
    days: int | None
    missed_days: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked plan. Several regimens share its days: two drugs of a switch, a drug with what is given beside it.

    `regimens[0]` is the drug that the plan is about; a fill holds at most `fill_days`; `target` is None where the plan
    ends in a stop. Days before `revised.from_day` are gone.
    """

    kind: str
    title: str
    monograph: Monograph
    protocol: Protocol | Taper | None
    indication: str | None
    patient: Patient
    start_date: date
    regimens: tuple[Regimen, ...]
    fill_days: int
    target: Quantity | None
    target_reached: bool
    chosen: tuple[Chosen, ...]
    reassessments: tuple[Reassessed, ...]
    advice: tuple[str, ...]
    screening: Screening
    ceilings: tuple[Ceiling, ...] = ()
    current: tuple[Current, ...] = ()
    floor: Floor | None = None
    guidance: tuple[Guidance, ...] = ()
    revised: Revised | None = None

    @property
    def regimen(self) -> Regimen:
        """The regimen of the drug that the plan is about."""
        return self.regimens[0]

    @property
    def days(self) -> int:
        """The last day of the plan."""
        return max(regimen.days for regimen in self.regimens)

    @property
    def end_date(self) -> date:
        return self.start_date + timedelta(days=self.days - 1)

    @property
    def stops(self) -> bool:
        """Whether the drug that the plan is about was begun and ends with it."""
        return any(regimen.ends for regimen in self.regimens if regimen.drug == self.monograph.drug)


def reassessed(known: tuple[Reassessment, ...], start: date, from_day: int = 1) -> tuple[Reassessed, ...]:
    """Reassessments on their days: after 2 weeks is due on day 15, counted from `from_day`."""
    dated = []
    for item in known:
        after = int(item.after.amount("d")) + from_day - 1
        dated.append(Reassessed(after + 1, start + timedelta(days=after), item.what, item.source))
    return tuple(dated)
