"""Plan a change from one drug to another: one goes down while the other goes up, screened on every day of both.

The new drug climbs as its own protocol says, the old one comes down over the asked time or by its own taper. Where the
two must not meet, the new one waits until the wash-out of the rule that forbids it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

from dosing.allowance import allowance
from dosing.formulary.kinds import PartnerRule
from dosing.formulary.model import Formulary, Monograph, Taper
from dosing.order import Order
from dosing.patient import Patient
from dosing.screening import Screening
from dosing.units import Quantity, words
from schedules.companions import chosen_beside
from schedules.current import BEFORE, Until, until_now
from schedules.descent import Descent, evenly, in_whole_turns
from schedules.floor import floor_of
from schedules.guidance import guidance_on, uses
from schedules.plan import Ceiling, Chosen, Floor, Plan, PlanError, UnsafeSchedule, reassessed
from schedules.regimen import Regimen
from schedules.safety import as_order, as_orders, critical, exchanged, screen_plan
from schedules.steps import taken
from schedules.supply import fill_of
from schedules.taper import LONGEST, laid
from schedules.titration import TitrationRequest, monograph_of, passing, planner_of, reached, target_of
from schedules.ways_down import TaperRequest, choose_taper, in_period, products_of, way_down


@dataclass(frozen=True, slots=True)
class SwitchRequest:
    """What a prescriber asks for: what is taken now, what it is changed to, and over how long.

    `down` and `up` are as in a taper to a stop and in a titration; `down` is None for a drug without a monograph,
    which is taken no more from the first day on, and is named by `from_drug`.
    """

    from_drug: str
    down: TaperRequest | None
    up: TitrationRequest
    over: Quantity | None = None

    @property
    def start_date(self) -> date:
        return self.up.start_date

    @property
    def patient(self) -> Patient:
        return self.up.patient


@dataclass(frozen=True, slots=True)
class _WayOut:
    """The old drug's end: its regimen (None: it is over already), what it followed on, and what was chosen for it."""

    drug: str
    regimen: Regimen | None
    until: Until | None
    chosen: tuple[Chosen, ...]
    floor: Floor | None = None
    whole: bool = True

    @property
    def last_day(self) -> int:
        """The last day on which it is taken; 0 is the day before the plan."""
        return self.regimen.days if self.regimen is not None else 0


def plan(request: SwitchRequest, formulary: Formulary) -> Plan:
    """A checked plan.

    Raises PlanError, NotDispensable, Infeasible as its two halves do, UnsafeSchedule where they cannot be together.
    """
    if request.from_drug == request.up.drug:
        detail = f"Both are {request.up.drug}."
        raise PlanError("to/drug", "unusable-field", detail, "A new dose of the same drug is a titration or a taper.")
    out = _way_out(request, formulary)
    wait, wait_why = _wait(out, request, formulary)
    monograph = monograph_of(request.up.drug, formulary, "to/drug")
    begins = 1 + wait
    up = replace(request.up, start_date=request.start_date + timedelta(days=wait))
    planner, up_chosen = planner_of(up, monograph, formulary)
    target, target_why = target_of(planner)
    climb = passing(planner, target)
    days = max(begins + climb.days - 1, out.last_day)
    regimen = taken(shifted(replace(climb, days=days - wait).to(target), wait), request.start_date)
    new, *beside = planner.regimens(regimen)
    regimens = (new, *((out.regimen,) if out.regimen is not None else ()), *beside)
    dated = reassessed(planner.protocol.reassessments, request.start_date, begins)
    screening = screened(regimens, out, request, formulary, dated[0].date if dated else None)
    findings = critical(screening)
    if findings:
        raise UnsafeSchedule(findings)
    with_it = chosen_beside(planner.protocol, request.patient, formulary)
    chosen = (*out.chosen, wait_why, *up_chosen, target_why, *with_it)
    return Plan(
        kind="switch",
        title=f"{request.from_drug[:1].upper()}{request.from_drug[1:]} to {monograph.drug}",
        monograph=monograph,
        protocol=planner.protocol,
        indication=request.up.indication,
        patient=request.patient,
        start_date=request.start_date,
        regimens=regimens,
        fill_days=fill_of(regimens, formulary, request.up.fill_days),
        target=target,
        target_reached=reached(climb, regimen, target) and out.whole,
        chosen=tuple(item for item in chosen if item is not None),
        reassessments=dated,
        advice=tuple(dict.fromkeys((*planner.protocol.advice, *_advice(out, formulary)))),
        screening=screening,
        ceilings=(*Ceiling.of(monograph.drug, planner.allowance), *_ceiling(out, request, formulary)),
        current=(out.until.told(),) if out.until is not None else (),
        floor=out.floor,
        guidance=(
            guidance_on(out.until, formulary.monographs[out.drug], request.patient, request.up.indication, formulary)
            if out.until is not None
            else ()
        ),
    )


def shifted(regimen: Regimen, days: int) -> Regimen:
    """The same regimen, begun so many days later."""
    return replace(regimen, steps=tuple(step.later(days) for step in regimen.steps)) if days else regimen


def _way_out(request: SwitchRequest, formulary: Formulary) -> _WayOut:
    """How the old drug ends."""
    down = request.down
    if down is None:
        why = f"{request.from_drug} has no monograph: its last dose is the day before this plan."
        return _WayOut(request.from_drug, None, None, (Chosen("from", request.from_drug, why, None),))
    monograph = formulary.monographs[request.from_drug]
    products, form = products_of(down, monograph)
    until = until_now(down.taken, down.taken_for, monograph, products, down.patient, down.start_date, down.form, "from")
    taper, descent, chosen = _descent(request, down, monograph, until, formulary)
    whole = sum(rung.days for rung in descent.rungs)
    regimen, complete = laid(descent, until, min(whole, LONGEST), until.total * 0)
    if regimen is None:
        detail = f"From {words(until.layout.quantity(until.total))} these strengths make no lower dose."
        raise PlanError("from/strengths", "not-dispensable", detail, "Ask for smaller strengths or a liquid.")
    bottom = descent.bottom if complete else None
    floor = floor_of(bottom, until, monograph, taper, products) if bottom is not None and taper is not None else None
    ends = complete and descent.bottom is None
    return _WayOut(
        monograph.drug,
        replace(regimen, ends=ends),
        until,
        tuple(replace(item, field=f"from_{item.field}") for item in (form, *chosen) if item is not None),
        floor,
        ends,
    )


def _descent(
    request: SwitchRequest, down: TaperRequest, monograph: Monograph, until: Until, formulary: Formulary
) -> tuple[Taper | None, Descent, tuple[Chosen | None, ...]]:
    """Down over the asked time in even cuts, else as the drug's own taper goes."""
    if request.over is not None:
        days = ceil(request.over.amount("d"))
        by = in_period(down.step, until.layout, "from/step") if down.step is not None else None
        descent = evenly(until.total, until.total * 0, days, until.layout, by, until.in_use)
        return None, in_whole_turns(descent, until.layout), ()
    taper, why = choose_taper(down, monograph, until)
    descent, pace = way_down(down, taper, until, until.total * 0, formulary)
    return taper, descent, (why, *pace)


def _wait(out: _WayOut, request: SwitchRequest, formulary: Formulary) -> tuple[int, Chosen | None]:
    """The days before the new drug may begin, where a rule keeps the two apart."""
    new = request.up.drug
    windows = [(int(window.amount("d")), rule.source) for rule, window in _windows(formulary, new, request.from_drug)]
    if not windows:
        return 0, None
    days, source = max(windows, key=lambda known: known[0])
    begins = out.last_day + days - 1
    why = f"{days} days must lie between the last dose of {request.from_drug} and the first of {new}."
    first = request.start_date + timedelta(days=begins)
    return begins, Chosen("first_dose", first.isoformat(), why, source)


def _windows(formulary: Formulary, new: str, old: str) -> list[tuple[PartnerRule, Quantity]]:
    """The wash-outs that rules of either drug ask for between the old one's end and the new one's start."""
    found = []
    for rule in _pair_rules(formulary, new):
        if rule.washout_partner is not None and formulary.concerns(old, rule.partners):
            found.append((rule, rule.washout_partner))
    for rule in _pair_rules(formulary, old):
        if rule.washout_this is not None and formulary.concerns(new, rule.partners):
            found.append((rule, rule.washout_this))
    return found


def _pair_rules(formulary: Formulary, drug: str) -> list[PartnerRule]:
    monograph = formulary.monographs.get(drug)
    return [rule for rule in monograph.rules if isinstance(rule, PartnerRule)] if monograph is not None else []


def screened(
    regimens: Sequence[Regimen],
    out: _WayOut,
    request: SwitchRequest,
    formulary: Formulary,
    reassess_on: date | None,
) -> Screening:
    """The verdict on both together, on every day of their overlap."""
    fill = fill_of(regimens, formulary, request.up.fill_days)
    start, up = request.start_date, request.up
    orders = as_orders(regimens, start, up.indication, reassess_on, formulary, fill, up.intent)
    orders = exchanged(orders, request.up.drug, request.from_drug)
    if out.until is None:
        return screen_plan(orders, request.patient, formulary, request.start_date, (over_already(request),))
    longest, shortest = uses(out.until, formulary.monographs[out.drug])
    return screen_plan(orders, request.patient, formulary, request.start_date, longest, shortest)


def over_already(request: SwitchRequest) -> Order:
    """The old drug of which nothing is known but that its last dose is the day before the plan."""
    last = request.start_date - timedelta(days=1)
    return Order(BEFORE, request.from_drug, request.from_drug, end_date=last)


def _advice(out: _WayOut, formulary: Formulary) -> tuple[str, ...]:
    """What the old drug's default taper advises."""
    monograph = formulary.monographs.get(out.drug)
    tapers = monograph.tapers if monograph is not None else ()
    return next((taper.advice for taper in tapers if taper.default), ())


def _ceiling(out: _WayOut, request: SwitchRequest, formulary: Formulary) -> tuple[Ceiling, ...]:
    if out.regimen is None:
        return ()
    probe = as_order(out.regimen, request.start_date, request.up.indication, None)
    return Ceiling.of(out.drug, allowance(probe, request.patient, formulary, request.start_date))
