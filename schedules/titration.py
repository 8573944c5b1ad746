"""Plan a titration from a cited protocol, and let the checker judge it.

The planner knows no limit of its own. It climbs as the protocol says, asks the checker how many doses a day this
patient's regimen has, and hands every finished plan to the checker; what the checker rejects is refused, with the
nearest target that it would pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dosing.allowance import Allowance, allowance
from dosing.finding import Finding, Severity
from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.patient import Patient
from dosing.screening import Screening
from dosing.units import UNITS, Quantity, words
from schedules.choice import (
    Chosen,
    PlanError,
    choose_days,
    choose_pace,
    choose_products,
    choose_protocol,
    choose_start,
)
from schedules.climb import Climb, NotDispensable
from schedules.regimen import Regimen
from schedules.safety import as_order, critical, screen_regimen

# Findings that another target may cure; any other critical finding makes the whole schedule unsafe.
DOSE_CODES = frozenset(
    {
        "implausible-dose",
        "max-single-dose",
        "max-daily-dose",
        "max-weekly-dose",
        "renal-dose",
        "hepatic-dose",
        "age-limit",
        "min-interval",
        "mme",
        "prednisone-equivalent",
        "acetaminophen-total",
    }
)


@dataclass(frozen=True, slots=True)
class TitrationRequest:
    """What a prescriber asks for; what is None comes from the protocol, and the plan says so."""

    drug: str
    start_date: date
    patient: Patient
    form: str | None = None
    protocol: str | None = None
    indication: str | None = None
    start_dose: Quantity | None = None
    step: Quantity | None = None
    step_interval: Quantity | None = None
    target: Quantity | None = None
    strengths: tuple[tuple[Quantity, str], ...] | None = None
    days: int | None = None


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
class Reassessed:
    """A reassessment on its day."""

    day: int
    date: date
    what: str
    source: Source


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked titration: a regimen on dates, what was chosen, what was found, and when somebody looks again."""

    request: TitrationRequest
    monograph: Monograph
    protocol: Protocol
    regimen: Regimen
    target: Quantity
    target_reached: bool
    chosen: tuple[Chosen, ...]
    reassessments: tuple[Reassessed, ...]
    screening: Screening
    allowance: Allowance

    @property
    def end_date(self) -> date:
        return self.request.start_date + timedelta(days=self.regimen.days - 1)


@dataclass(frozen=True, slots=True)
class _Planner:
    """One request with what is settled about it: targets are tried on it."""

    request: TitrationRequest
    formulary: Formulary
    protocol: Protocol
    climb: Climb
    allowance: Allowance

    def screen(self, regimen: Regimen) -> Screening:
        dated = reassessments_of(self.protocol, self.request.start_date)
        order = as_order(regimen, self.request.start_date, self.request.indication, dated[0].date if dated else None)
        return screen_regimen(order, self.request.patient, self.formulary)

    def toward(self, target: Quantity) -> tuple[Climb, tuple[Finding, ...]]:
        """The climb to a target and the critical findings of all of it; the evenest one where another does not pass.

        Raises NotDispensable.
        """
        findings = critical(self.screen(self.climb.whole(target)))
        if findings and all(map(_curable, findings)):
            even = replace(self.climb, even=True)
            if not critical(self.screen(even.whole(target))):
                return even, ()
        return self.climb, findings

    def nearest(self, wanted: Quantity, findings: Iterable[Finding]) -> Quantity | None:
        """The largest target below `wanted` that can be made and passes; None when there is none."""
        limits = [
            finding.limit.amount("mg/d")
            for finding in findings
            if finding.limit is not None and finding.limit.unit.code == "mg/d"
        ]
        grain = self.climb.grain()
        highest = min([*limits, wanted.amount("mg/d"), self.protocol.maintenance_high.amount("mg/d")])
        candidate = highest // grain * grain
        while candidate >= self.climb.start.amount("mg"):
            target = Quantity(candidate, UNITS["mg/d"])
            if target < wanted and self.passes(target):
                return target
            candidate -= grain
        return None

    def passes(self, target: Quantity) -> bool:
        try:
            return not self.toward(target)[1]
        except NotDispensable:
            return False


def plan(request: TitrationRequest, formulary: Formulary) -> Plan:
    """A checked plan.

    Raises PlanError for what a protocol does not allow, NotDispensable for doses that cannot be made, Infeasible for
    a target out of this patient's reach, UnsafeSchedule where nothing could be planned.
    """
    monograph = formulary.monographs.get(request.drug)
    if monograph is None:
        raise PlanError("drug", "unknown-drug", f"{request.drug} has no monograph: nothing can be planned with it.")
    protocol, chosen = choose_protocol(monograph, request.protocol, request.indication, request.form)
    climb, settled = _settle(request, monograph, protocol)
    probe = as_order(climb.first_day(), request.start_date, request.indication, None)
    allowed = allowance(probe, request.patient, formulary, request.start_date)
    planner, times = _with_regimen(_Planner(request, formulary, protocol, climb, allowed))
    target, why = _target(planner)
    climb, findings = _toward(planner, target)
    if findings:
        if not all(map(_curable, findings)):
            raise UnsafeSchedule(findings)
        raise Infeasible(findings[0], planner.nearest(target, findings))
    if target > protocol.maintenance_high:
        beyond = _beyond(monograph, protocol, target)
        raise Infeasible(beyond, planner.nearest(target, (beyond,)))
    regimen = climb.to(target)
    return Plan(
        request,
        monograph,
        protocol,
        regimen,
        target,
        regimen.steps[-1].daily == target,
        tuple(item for item in (chosen, *settled, times, why) if item is not None),
        reassessments_of(protocol, request.start_date),
        planner.screen(regimen),
        allowed,
    )


def reassessments_of(protocol: Protocol, start: date) -> tuple[Reassessed, ...]:
    """A reassessment after 2 weeks is due on day 15."""
    dated = []
    for known in protocol.reassessments:
        after = int(known.after.amount("d"))
        dated.append(Reassessed(after + 1, start + timedelta(days=after), known.what, known.source))
    return tuple(dated)


def _settle(
    request: TitrationRequest, monograph: Monograph, protocol: Protocol
) -> tuple[Climb, tuple[Chosen | None, ...]]:
    """Products, first dose, pace and length, each with why it was chosen."""
    products, form = choose_products(monograph, protocol, request.form, request.strengths)
    start, start_why = choose_start(protocol, products, request.start_dose)
    raises, pace_why = choose_pace(protocol, request.step, request.step_interval)
    days, days_why = choose_days(protocol, request.days)
    climb = Climb(
        drug=monograph.drug,
        products=products,
        start=start,
        start_times=protocol.start_times,
        parts=protocol.parts,
        growing=protocol.growing,
        raises=raises,
        days=days,
        as_needed=protocol.as_needed,
    )
    return climb, (form, start_why, *pace_why, days_why)


def _with_regimen(planner: _Planner) -> tuple[_Planner, Chosen | None]:
    """The same planner with as many doses a day as this patient's regimen has."""
    climb, allowed = planner.climb, planner.allowance
    if allowed.times is None or allowed.times >= len(climb.parts) or allowed.times_rule is None:
        return planner, None
    why = f"The regimen for this patient has {allowed.times} {'dose' if allowed.times == 1 else 'doses'} a day."
    chosen = Chosen("times_per_day", str(allowed.times), why, allowed.times_rule.source)
    return replace(planner, climb=climb.with_parts(allowed.times)), chosen


def _target(planner: _Planner) -> tuple[Quantity, Chosen | None]:
    """As asked; else the low end of the maintenance range, or this patient's maximum if that is lower."""
    request, protocol = planner.request, planner.protocol
    if request.target is not None:
        target = request.target.to("mg/d")
        if target.amount("mg/d") < planner.climb.start.amount("mg"):
            raise PlanError("target", "out-of-range", f"The target {words(target)} is below the first dose.")
        return target, None
    low = protocol.maintenance_low.to("mg/d")
    findings = planner.toward(low)[1]
    if not all(map(_curable, findings)) or not findings:
        return low, Chosen("target", low, "The low end of the protocol's maintenance range.", protocol.source)
    nearest = planner.nearest(low, findings)
    if nearest is None:
        raise Infeasible(findings[0], None)
    return nearest, Chosen("target", nearest, f"The most for this patient. {findings[0].message}", findings[0].source)


def _toward(planner: _Planner, target: Quantity) -> tuple[Climb, tuple[Finding, ...]]:
    """As the planner says; of the nearest targets that can be made, only those that this patient may have are told."""
    try:
        return planner.toward(target)
    except NotDispensable as error:
        passing = tuple(near for near in error.nearest if near.unit.code != "mg/d" or planner.passes(near))
        raise NotDispensable(error.wanted, passing) from error


def _curable(finding: Finding) -> bool:
    """Whether a lower target may cure a finding: it measures a dose."""
    return finding.code in DOSE_CODES and finding.limit is not None


def _beyond(monograph: Monograph, protocol: Protocol, target: Quantity) -> Finding:
    """The end of a protocol as the limit that binds."""
    high = protocol.maintenance_high
    return Finding(
        "max-daily-dose",
        Severity.WARNING,
        ("plan",),
        monograph.drug,
        f"{words(target)} is beyond the protocol {protocol.id}, which goes up to {words(high)}.",
        measured=target,
        comparison="<=",
        limit=high.to("mg/d"),
        source=protocol.source,
    )
