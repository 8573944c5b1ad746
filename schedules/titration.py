"""Plan a titration from a cited protocol, and let the checker judge it.

The planner knows no limit of its own. It climbs as the protocol says, asks the checker how many doses a day this
patient's regimen has, and hands every finished plan to the checker; what the checker rejects is refused, with the
nearest target that it would pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from dosing.allowance import Allowance, allowance
from dosing.finding import Finding, Severity
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.patient import Patient
from dosing.screening import Screening
from dosing.units import Quantity, words
from schedules.choice import (
    by_weight,
    choose_days,
    choose_layout,
    choose_pace,
    choose_products,
    choose_protocol,
    choose_start,
    for_patient,
)
from schedules.climb import Climb
from schedules.companions import beside, chosen_beside
from schedules.layout import Alternating, Daily, NotDispensable
from schedules.plan import Ceiling, Chosen, Infeasible, Plan, PlanError, UnsafeSchedule, reassessed
from schedules.regimen import Regimen
from schedules.safety import as_order, as_orders, critical, screen_plan
from schedules.steps import taken
from schedules.supply import fill_of

# Findings that another target may cure; any other critical finding makes the whole schedule unsafe.
DOSE_CODES = frozenset(
    {
        "implausible-dose",
        "max-single-dose",
        "max-daily-dose",
        "max-weekly-dose",
        "weight-dose",
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
    """What a prescriber asks for; what is None comes from the protocol, and the plan says so.

    `protocol` is the name of one of the formulary's, or the prescriber's own.
    """

    drug: str
    start_date: date
    patient: Patient
    form: str | None = None
    protocol: str | Protocol | None = None
    indication: str | None = None
    intent: str | None = None
    start_dose: Quantity | None = None
    step: Quantity | None = None
    step_interval: Quantity | None = None
    target: Quantity | None = None
    strengths: tuple[tuple[Quantity, str], ...] | None = None
    days: int | None = None
    weekday: str | None = None
    fill_days: int | None = None


@dataclass(frozen=True, slots=True)
class Planner:
    """One request with what is settled about it: targets are tried on it."""

    request: TitrationRequest
    formulary: Formulary
    protocol: Protocol
    climb: Climb
    allowance: Allowance
    weighed: bool = False

    @property
    def code(self) -> str:
        """The unit that targets are counted in: mg a day, or mg a week."""
        return self.climb.layout.unit.code

    def regimens(self, regimen: Regimen) -> tuple[Regimen, ...]:
        """The regimen with what is given beside it."""
        return (regimen, *beside(regimen, self.protocol, self.request.patient, self.formulary))

    def screen(self, regimen: Regimen) -> Screening:
        request = self.request
        dated = reassessed(self.protocol.reassessments, request.start_date)
        reassess_on = dated[0].date if dated else None
        regimens = self.regimens(regimen)
        fill = fill_of(regimens, self.formulary, request.fill_days)
        start, aim = request.start_date, request.indication
        orders = as_orders(regimens, start, aim, reassess_on, self.formulary, fill, request.intent)
        return screen_plan(orders, request.patient, self.formulary, request.start_date)

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
            finding.limit.amount(self.code)
            for finding in findings
            if finding.limit is not None and finding.limit.unit.code == self.code
        ]
        grain = self.climb.layout.grain()
        highest = min([*limits, wanted.amount(self.code), self.protocol.maintenance_high.amount(self.code)])
        candidate = highest // grain * grain
        while candidate >= self.climb.start.amount("mg"):
            target = self.climb.layout.quantity(candidate)
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
    monograph = monograph_of(request.drug, formulary)
    planner, chosen = planner_of(request, monograph, formulary)
    target, why = target_of(planner)
    climb = passing(planner, target)
    protocol, regimen = planner.protocol, taken(climb.to(target), request.start_date)
    return Plan(
        kind="titration",
        title=monograph.title,
        monograph=monograph,
        protocol=protocol,
        indication=request.indication,
        patient=request.patient,
        start_date=request.start_date,
        regimens=planner.regimens(regimen),
        fill_days=fill_of(planner.regimens(regimen), formulary, request.fill_days),
        target=target,
        target_reached=reached(climb, regimen, target),
        chosen=(
            *(item for item in (*chosen, why) if item is not None),
            *chosen_beside(protocol, request.patient, formulary),
        ),
        reassessments=reassessed(protocol.reassessments, request.start_date),
        advice=protocol.advice,
        screening=planner.screen(regimen),
        ceilings=Ceiling.of(monograph.drug, planner.allowance),
    )


def monograph_of(drug: str, formulary: Formulary, field: str = "drug") -> Monograph:
    """The monograph that a plan needs. Raises PlanError."""
    monograph = formulary.monographs.get(drug)
    if monograph is None:
        raise PlanError(field, "unknown-drug", f"{drug} has no monograph: nothing can be planned with it.")
    return monograph


def planner_of(
    request: TitrationRequest, monograph: Monograph, formulary: Formulary
) -> tuple[Planner, tuple[Chosen | None, ...]]:
    """Everything about a request but its target, with what was chosen for it. Raises PlanError, NotDispensable."""
    named, chosen = choose_protocol(monograph, request.protocol, request.indication, request.form)
    protocol = for_patient(named, request.patient)
    climb, settled = _settle(request, monograph, named, protocol)
    probe = as_order(climb.first_day(), request.start_date, request.indication, None)
    allowed = allowance(probe, request.patient, formulary, request.start_date)
    planner, times = _with_regimen(Planner(request, formulary, protocol, climb, allowed, by_weight(named)))
    return planner, (chosen, *settled, times)


def reached(climb: Climb, regimen: Regimen, target: Quantity) -> bool:
    """Whether the last stretch of a regimen is at the target."""
    last = regimen.steps[-1]
    if last.as_needed or isinstance(climb.layout, Daily):
        return last.daily == target
    held = sum((dose.amount.amount("mg") for step in regimen.stretches[-1] for dose in step.doses), Fraction(0))
    turns = 2 if isinstance(climb.layout, Alternating) and last.pattern is not None else 1
    return held / turns == target.amount(climb.layout.unit.code)


def _settle(
    request: TitrationRequest, monograph: Monograph, named: Protocol, protocol: Protocol
) -> tuple[Climb, tuple[Chosen | None, ...]]:
    """Products, first dose, pace and length, each with why it was chosen. `protocol` is `named` for this patient."""
    weighed = by_weight(named)
    products, form = choose_products(monograph, protocol.forms, request.form, request.strengths)
    layout, weekday = choose_layout(protocol, products, request.weekday, request.start_date)
    start, start_why = choose_start(protocol, layout, request.start_dose, weighed=weighed)
    raises, pace_why = choose_pace(protocol, request.step, request.step_interval)
    days, days_why = choose_days(protocol, request.days)
    climb = Climb(
        drug=monograph.drug,
        layout=layout,
        start=start,
        start_total=start.amount("mg") * protocol.start_times,
        start_times=protocol.start_times,
        growing=protocol.growing,
        raises=raises,
        days=days,
        as_needed=protocol.as_needed,
        meant_start=protocol.start_low.amount("mg") * protocol.start_times if weighed and protocol.raises else None,
    )
    return climb, (form, weekday, start_why, *pace_why, days_why)


def _with_regimen(planner: Planner) -> tuple[Planner, Chosen | None]:
    """The same planner with as many doses a day as this patient's regimen has."""
    climb, allowed = planner.climb, planner.allowance
    if allowed.times is None or allowed.times >= len(climb.parts) or allowed.times_rule is None:
        return planner, None
    why = f"The regimen for this patient has {allowed.times} {'dose' if allowed.times == 1 else 'doses'} a day."
    chosen = Chosen("times_per_day", str(allowed.times), why, allowed.times_rule.source)
    return replace(planner, climb=climb.with_parts(allowed.times)), chosen


def target_of(planner: Planner) -> tuple[Quantity, Chosen | None]:
    """As asked; else the low end of the maintenance range, or this patient's maximum if that is lower."""
    request, protocol = planner.request, planner.protocol
    layout = planner.climb.layout
    if request.target is not None:
        target = request.target.to(planner.code)
        if target.amount(planner.code) < planner.climb.start.amount("mg"):
            raise PlanError("target", "out-of-range", f"The target {words(target)} is below the first dose.")
        return target, None
    low, made_of = protocol.maintenance_low.to(planner.code), ""
    if planner.weighed:
        meant, made = low, layout.at_most(low.amount(planner.code))
        if made is not None and layout.quantity(made) != meant:
            low, made_of = (
                layout.quantity(made),
                f" For this body weight it is {words(meant)}; strengths make this much.",
            )
    findings = planner.toward(low)[1]
    if not all(map(_curable, findings)) or not findings:
        return low, Chosen("target", low, f"The low end of the protocol's maintenance range.{made_of}", protocol.source)
    nearest = planner.nearest(low, findings)
    if nearest is None:
        raise Infeasible(findings[0], None)
    return nearest, Chosen("target", nearest, f"The most for this patient. {findings[0].message}", findings[0].source)


def passing(planner: Planner, target: Quantity) -> Climb:
    """The climb to a target that this patient may have. Raises NotDispensable, Infeasible, UnsafeSchedule."""
    climb, findings = _toward(planner, target)
    if findings:
        if not all(map(_curable, findings)):
            raise UnsafeSchedule(findings)
        raise Infeasible(findings[0], planner.nearest(target, findings))
    if target > planner.protocol.maintenance_high:
        beyond = _beyond(planner, target)
        raise Infeasible(beyond, planner.nearest(target, (beyond,)))
    return climb


def _toward(planner: Planner, target: Quantity) -> tuple[Climb, tuple[Finding, ...]]:
    """As the planner says; of the nearest targets that can be made, only those that this patient may have are told."""
    try:
        return planner.toward(target)
    except NotDispensable as error:
        passing = tuple(near for near in error.nearest if near.unit.code != planner.code or planner.passes(near))
        raise NotDispensable(error.wanted, passing) from error


def _curable(finding: Finding) -> bool:
    """Whether a lower target may cure a finding: it measures a dose."""
    return finding.code in DOSE_CODES and finding.limit is not None


def _beyond(planner: Planner, target: Quantity) -> Finding:
    """The end of a protocol as the limit that binds."""
    protocol, code = planner.protocol, planner.code
    high = protocol.maintenance_high
    return Finding(
        "max-daily-dose" if code == "mg/d" else "max-weekly-dose",
        Severity.WARNING,
        ("plan",),
        planner.request.drug,
        f"{words(target)} is beyond the protocol {protocol.id}, which goes up to {words(high)}.",
        measured=target,
        comparison="<=",
        limit=high.to(code),
        source=protocol.source,
    )
