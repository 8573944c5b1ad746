"""Plan a way down from what is taken now, by a cited taper or the prescriber's own pace, and let the checker judge it.

The doses are made from strengths that exist. Where those allow no further cut inside the pace, the plan ends there and
says what can be done: it never goes down faster than it was told to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from dosing.allowance import allowance
from dosing.formulary.model import Formulary, Taper
from dosing.screening import Screening
from dosing.units import words
from schedules.current import Until, until_now
from schedules.descent import FARTHEST, Bottom, Descent, Doses, Rung
from schedules.floor import floor_of
from schedules.guidance import guidance_on, uses
from schedules.plan import Ceiling, Chosen, Plan, PlanError, UnsafeSchedule, reassessed
from schedules.regimen import Regimen
from schedules.safety import as_order, as_orders, critical, screen_plan
from schedules.steps import Steps, form_of, taken
from schedules.supply import fill_of
from schedules.titration import monograph_of
from schedules.ways_down import TaperRequest, choose_taper, in_period, products_of, way_down

# A plan of a year is as long as one can be printed and looked over; longer ways down are planned on from its end.
LONGEST = 366


def plan(request: TaperRequest, formulary: Formulary) -> Plan:
    """A checked plan.

    Raises PlanError for what cannot be used, UnsafeSchedule where the plan's own check holds a critical finding.
    """
    monograph = monograph_of(request.drug, formulary)
    products, form_why = products_of(request, monograph)
    until = until_now(
        request.taken, request.taken_for, monograph, products, request.patient, request.start_date, request.form
    )
    goal = _goal(request, until)
    taper, taper_why = choose_taper(request, monograph, until)
    descent, pace_why = way_down(request, taper, until, goal, formulary)
    days, days_why = _days(request, descent)
    regimen, reached = laid(descent, until, days, goal)
    if regimen is None:
        raise _no_cut(until, descent.bottom, taper)
    floor = (
        floor_of(descent.bottom, until, monograph, taper, products) if descent.bottom is not None and reached else None
    )
    target = None if request.to is None else request.to.to(until.layout.unit)
    arrived = reached and descent.bottom is None
    regimen = replace(regimen, ends=arrived and goal == 0)
    dated = reassessed(taper.reassessments, request.start_date)
    screening = screened(regimen, request, until, formulary, dated[0].date if dated else None)
    findings = critical(screening)
    if findings:
        raise UnsafeSchedule(findings)
    # Of the doses that are held longer, those that are in the plan.
    longer = sum(1 for rung in descent.rungs[: len(regimen.stretches)] if rung.why)
    held = [row for row in pace_why if row.field == "longer_interval"][:longer]
    pace_told = (*(row for row in pace_why if row.field != "longer_interval"), *held)
    guidance = guidance_on(until, monograph, request.patient, request.indication, formulary)
    probe = as_order(regimen, request.start_date, request.indication, None)
    allowed = allowance(probe, request.patient, formulary, request.start_date)
    return Plan(
        kind="taper",
        title=monograph.title,
        monograph=monograph,
        protocol=taper,
        indication=request.indication,
        patient=request.patient,
        start_date=request.start_date,
        regimens=(regimen,),
        fill_days=fill_of((regimen,), formulary, request.fill_days),
        target=target,
        target_reached=arrived,
        chosen=tuple(
            item
            for item in (form_why, taper_why, *pace_told, days_why, *(said.as_chosen() for said in guidance))
            if item is not None
        ),
        reassessments=tuple(item for item in dated if item.day <= regimen.days),
        advice=taper.advice,
        screening=screening,
        ceilings=Ceiling.of(monograph.drug, allowed),
        current=(until.told(),),
        floor=floor,
        guidance=guidance,
    )


def _goal(request: TaperRequest, until: Until) -> Fraction:
    if request.to is None:
        return Fraction(0)
    goal = in_period(request.to, until.layout, "to")
    if goal >= until.total:
        detail = f"{words(request.to)} is not below the {words(until.layout.quantity(until.total))} that are taken now."
        raise PlanError("to", "out-of-range", detail, "A taper goes down; a titration goes up.")
    until.layout.lay(goal, 1)
    return goal


def _days(request: TaperRequest, descent: Descent) -> tuple[int, Chosen | None]:
    """How long the plan is: as asked, else all of it, up to a year."""
    whole = sum(rung.days for rung in descent.rungs)
    if request.days is not None:
        return request.days, None
    if whole <= LONGEST:
        return whole, None
    takes = f"{whole} days" if whole <= FARTHEST else f"more than {FARTHEST} days"
    why = f"The whole way down takes {takes}; a plan is at most {LONGEST}. Plan on from its end."
    return LONGEST, Chosen("days", str(LONGEST), why, None)


def laid(descent: Descent, until: Until, days: int, goal: Fraction) -> tuple[Regimen | None, bool]:
    """The steps of a descent in at most so many days, and whether all of them are there.

    A way down that does not end in a stop holds its last dose to the end of the plan. PlanError where no dose falls on
    so many days.
    """
    steps, doses = Steps(), Doses(until.layout, until.in_use)
    rungs = descent.rungs
    for number, rung in enumerate(rungs, 1):
        if steps.last >= days:
            break
        goes_on = number == len(rungs) and (goal > 0 or descent.bottom is not None)
        last = days if goes_on else min(steps.last + rung.days, days)
        steps.add(doses.lay(rung.total, steps.last + 1), last)
    if not steps.made:
        return None, False
    made = Regimen(until.drug, form_of(until.layout.products), steps.made)
    regimen = taken(made, until.start)
    whole = sum(rung.days for rung in rungs)
    begun = len(regimen.stretches) == len(made.stretches)
    return regimen, begun and (days >= whole or _arrived(steps, rungs, goal))


def _arrived(steps: Steps, rungs: Sequence[Rung], goal: Fraction) -> bool:
    """Whether a plan that is shorter than its way down is at its last dose all the same, and that one goes on."""
    return goal > 0 and steps.last > sum(rung.days for rung in rungs[:-1])


def _no_cut(until: Until, bottom: Bottom | None, taper: Taper) -> PlanError:
    """There is not even a first cut."""
    dose = words(until.layout.quantity(until.total))
    if bottom is None:
        detail = f"From {dose} the next step of the pace is the end itself: there is no lower dose to plan."
        raise PlanError("to", "out-of-range", detail, "Stop on the day that the dose has been held for long enough.")
    lower = bottom.next_lower
    then = f" The next lower dose is {words(until.layout.quantity(lower))}." if lower else " There is no lower dose."
    return PlanError(
        "strengths",
        "not-dispensable",
        f"From {dose} these strengths make no cut that the pace allows.{then}",
        taper.below or "Ask for smaller strengths or a liquid, or give a step of your own.",
    )


def screened(
    regimen: Regimen, request: TaperRequest, until: Until, formulary: Formulary, reassess_on: date | None
) -> Screening:
    """The verdict on a way down that follows on what was taken until now."""
    fill = fill_of((regimen,), formulary, request.fill_days)
    start, aim = request.start_date, request.indication
    orders = as_orders((regimen,), start, aim, reassess_on, formulary, fill, request.intent)
    longest, shortest = uses(until, formulary.monographs[until.drug])
    return screen_plan(orders, request.patient, formulary, request.start_date, longest, shortest)
