"""Change a plan when life changes it: every change is a new plan that points to the old one.

Days that are gone stay as they were. From the day of the change on the plan goes on from what was really taken: held,
slower, a step back, resumed, begun again, toward a new target, or to a stop with the taper that is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType

from dosing.allowance import allowance
from dosing.formulary.model import Formulary
from dosing.order import Order
from dosing.screening import Screening
from schedules.current import until_now
from schedules.going import Asked, Changed, Going, RevisionRequest, half_of
from schedules.guidance import uses
from schedules.phases import phases_of
from schedules.plan import Ceiling, Plan, PlanError, Reassessed, Revised, UnsafeSchedule, reassessed
from schedules.regimen import EveryDays, Regimen
from schedules.safety import as_order, as_orders, critical, exchanged, screen_plan
from schedules.switch import SwitchRequest, over_already
from schedules.turning import new_target, stop_now
from schedules.waiting import hold, restart, resume, slower, step_back
from schedules.ways_down import TaperRequest, products_of


def revise(old: Plan, number: str, asked: Asked, request: RevisionRequest, formulary: Formulary) -> Plan:
    """The plan that takes the place of `old`, which is plan `number` and was planned from `asked`.

    Raises PlanError for what cannot be done on that day, NotDispensable and Infeasible for a new target as a titration
    does, UnsafeSchedule where the plan from then on is not safe.
    """
    going = Going(old, asked, request, formulary, phases_of(old.regimens))
    _check(going)
    changed = ACTIONS[request.action](going)
    for regimen in changed.regimens:
        _keeps_its_intervals(regimen, old.start_date)
    days = max(regimen.days for regimen in changed.regimens)
    dated = _reassessments(going, days)
    screening = _screened(going, changed.regimens, dated)
    findings = critical(screening)
    if findings:
        raise UnsafeSchedule(findings)
    stopping = request.action == "stop-now"
    new_goal = request.action in ("new-target", "stop-now")
    return replace(
        old,
        patient=going.patient,
        regimens=changed.regimens,
        fill_days=going.fill_days,
        target=None if stopping else changed.target or old.target,
        target_reached=_reached(old, changed, stopping=stopping),
        # What was settled still holds where the plan only moves its days.
        chosen=changed.chosen if new_goal else (*changed.chosen, *old.chosen),
        reassessments=dated,
        screening=screening,
        ceilings=tuple(ceiling for regimen in changed.regimens for ceiling in _ceilings(going, regimen)),
        floor=None if new_goal else old.floor,
        revised=Revised(
            number,
            old.revised.series if old.revised is not None else number,
            request.action,
            request.from_day,
            request.days,
            request.missed_days,
            changed.why,
        ),
    )


def _keeps_its_intervals(regimen: Regimen, start: date) -> None:
    """Raises PlanError where a change would bring doses of a drug closer than its pattern has them."""
    alone = [turns[0] for turns in regimen.stretches if len(turns) == 1]
    apart = {step.pattern.every for step in alone if isinstance(step.pattern, EveryDays)}
    if len(apart) != 1 or len(alone) != len(regimen.steps) or not all(isinstance(s.pattern, EveryDays) for s in alone):
        return
    days = [day for step in regimen.steps for day in step.dose_days(start)]
    if any(after - before < min(apart) for before, after in pairwise(days)):
        detail = f"{regimen.drug} is taken every {min(apart)} days; the change would bring two doses closer."
        raise PlanError("from_day", "out-of-range", detail, "Choose another day, or another number of days.")


def _reached(old: Plan, changed: Changed, *, stopping: bool) -> bool:
    """Whether a changed plan is at its target on its last day: a plan that became too long may be cut before it."""
    regimen = changed.regimens[0]
    if stopping:
        return regimen.ends
    if changed.target is not None:
        return changed.arrives
    before, after = ([step.doses for step in known.stretches[-1]] for known in (old.regimen, regimen))
    return old.target_reached and regimen.ends == old.stops and before == after


def _check(going: Going) -> None:
    """Whether the change can be made on its day at all."""
    request, days = going.request, going.old.days
    if not 2 <= request.from_day <= days + 1:
        detail = f"The plan has the days 1 to {days}; it can be changed from day 2 to day {days + 1}."
        raise PlanError("from_day", "out-of-range", detail, "Before its first day, make a new plan.")
    if going.last_taken < 1:
        detail = f"With {request.missed_days} missed days before day {request.from_day} nothing of it was taken."
        raise PlanError("missed_days", "out-of-range", detail, "Make a new plan.")
    for field, used in (("days", ("hold", "slower", "step-back")), ("missed_days", ("resume", "restart"))):
        if getattr(request, field) is not None and request.action not in used:
            detail = f"{field} says nothing about {request.action}."
            raise PlanError(field, "unusable-field", detail, f"It belongs to {', '.join(used)}.")
    if request.action == "new-target" and request.target is None:
        raise PlanError("target", "missing-field", "A new target is needed.", 'Write it, such as "900 mg/day".')
    if request.action != "new-target" and request.target is not None:
        detail = f"{request.action} has no target."
        raise PlanError("target", "unusable-field", detail, "Write it with the action new-target.")


ACTIONS: Mapping[str, Callable[[Going], Changed]] = MappingProxyType(
    {
        "hold": hold,
        "slower": slower,
        "step-back": step_back,
        "resume": resume,
        "restart": restart,
        "new-target": new_target,
        "stop-now": stop_now,
    }
)


def _reassessments(going: Going, days: int) -> tuple[Reassessed, ...]:
    """Those of the old plan that are still to come; where none is, the protocol's, counted from the change."""
    coming = tuple(item for item in going.old.reassessments if item.day >= going.from_day)
    if coming or going.old.protocol is None:
        return coming
    dated = reassessed(going.old.protocol.reassessments, going.old.start_date, going.from_day)
    return tuple(item for item in dated if item.day <= days + 1)


def _screened(going: Going, regimens: Sequence[Regimen], dated: Sequence[Reassessed]) -> Screening:
    """The verdict on the plan from the day of the change on. Days that are gone are counted and not judged.

    Where a plan begins again after missed days, what was taken before them is over, and the new beginning is a start.
    """
    old, since = going.old, going.since
    reassess_on = next((item.date for item in dated), None)
    earlier, shortest = _before_the_plan(going)
    if going.request.action == "restart" and going.request.missed_days:
        past = tuple(known for regimen in regimens if (known := _until_day(regimen, going.last_taken)) is not None)
        over = as_orders(past, old.start_date, old.indication, None, going.formulary, going.fill_days)
        last = old.start_date + timedelta(days=going.last_taken - 1)
        earlier = (*earlier, *(replace(order, given=f"{order.given}-before", end_date=last) for order in over))
        regimens = tuple(_from_day(regimen, going.from_day) for regimen in regimens)
    begun, aim, fill = old.start_date, old.indication, going.fill_days
    orders = as_orders(regimens, begun, aim, reassess_on, going.formulary, fill, going.intent)
    if isinstance(going.asked, SwitchRequest):
        orders = exchanged(orders, going.asked.up.drug, going.asked.from_drug)
    gone = {regimen.drug for regimen in regimens if _over_before(going, regimen)}
    over = tuple(
        replace(order, end_date=_date(going, day))
        for order, regimen in zip(orders, regimens, strict=True)
        if regimen.drug in gone and (day := _last_dose(regimen, begun)) is not None
    )
    # A stop is judged on the day of the last dose: nothing is left to judge after it.
    ends = [_last_dose(regimen, begun) for regimen in regimens if regimen.ends and regimen.drug not in gone]
    judged_on = min((since, *(_date(going, day) for day in ends if day is not None)))
    kept = tuple(order for order, regimen in zip(orders, regimens, strict=True) if regimen.drug not in gone)
    after = (*earlier, *over)
    uncertain = None if shortest is None else (*shortest, *over)
    return screen_plan(kept, going.patient, going.formulary, judged_on, after, uncertain)


def _over_before(going: Going, regimen: Regimen) -> bool:
    """Whether a drug of the plan came to its end before the change, as the plan had it then: the rest follows on it, as
    on what was taken before the plan, and no day of it is left to judge. One of which nothing was taken is over too.
    """
    last = _last_dose(regimen, going.old.start_date)
    if not regimen.ends or (last is not None and last >= going.from_day):
        return False
    planned = next((known for known in going.old.regimens if known.drug == regimen.drug), None)
    return last is None or (planned is not None and planned.ends and _last_dose(planned, going.old.start_date) == last)


def _last_dose(regimen: Regimen, start: date) -> int | None:
    """The last day of the plan with a dose; None where none of its days has one."""
    return max((day for step in regimen.steps for day in step.dose_days(start)), default=None)


def _date(going: Going, day: int) -> date:
    return going.old.start_date + timedelta(days=day - 1)


def _before_the_plan(going: Going) -> tuple[tuple[Order, ...], tuple[Order, ...] | None]:
    """What was taken before the plan began, as `uses` gives it."""
    asked = going.asked
    if isinstance(asked, SwitchRequest) and asked.down is None:
        return (over_already(asked),), None
    down = asked.down if isinstance(asked, SwitchRequest) else asked
    if not isinstance(down, TaperRequest):
        return (), None
    monograph = going.formulary.monographs[down.drug]
    products, _ = products_of(down, monograph)
    until = until_now(down.taken, down.taken_for, monograph, products, going.patient, down.start_date, down.form)
    return uses(until, monograph)


def _ceilings(going: Going, regimen: Regimen) -> tuple[Ceiling, ...]:
    """The limit line of a drug that the plan is about, for the patient of today; none for what is given beside it."""
    if half_of(going.asked, regimen.drug) is None:
        return ()
    probe = as_order(regimen, going.old.start_date, going.old.indication, None)
    return Ceiling.of(regimen.drug, allowance(probe, going.patient, going.formulary, going.since))


def _until_day(regimen: Regimen, day: int) -> Regimen | None:
    steps = tuple(replace(step, last=min(step.last, day)) for step in regimen.steps if step.first <= day)
    return replace(regimen, steps=steps, ends=True) if steps else None


def _from_day(regimen: Regimen, day: int) -> Regimen:
    steps = [replace(step, first=max(step.first, day)) for step in regimen.steps if step.last >= day]
    numbered = tuple(replace(step, number=number) for number, step in enumerate(steps, 1))
    return replace(regimen, steps=numbered)
