"""Change a plan when life changes it: every change is a new plan that points to the old one.

Days that are gone stay as they were. From the day of the change on the plan goes on from what was really taken: held,
slower, a step back, resumed, begun again, toward a new target, or to a stop with the taper that is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from dosing.allowance import allowance
from dosing.formulary.kinds import StopRule
from dosing.formulary.model import Formulary, Restart
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import Step
from dosing.screening import Screening
from dosing.units import UNITS, Quantity, words
from schedules.choice import choose_products
from schedules.current import Until, until_now
from schedules.guidance import guidance_on, uses
from schedules.phases import Phase, phases_of, regimens_of
from schedules.plan import Ceiling, Chosen, Plan, PlanError, Reassessed, Revised, UnsafeSchedule, reassessed
from schedules.regimen import Regimen, RegimenStep
from schedules.safety import as_order, as_orders, critical, exchanged, screen_plan, sig_of
from schedules.steps import Steps
from schedules.switch import SwitchRequest, over_already
from schedules.taper import laid
from schedules.titration import TitrationRequest, passing, planner_of
from schedules.ways_down import TaperRequest, choose_taper, in_period, products_of, way_down

Asked: TypeAlias = TitrationRequest | TaperRequest | SwitchRequest

# No plan is longer than this from the day of its revision on: it is looked at again.
LONGEST = 366


@dataclass(frozen=True, slots=True)
class RevisionRequest:
    """What changes, from which day of the plan on.

    `days` is how long it is held, by how much every step is longer, or how long the step back lasts. `missed_days` are
    the days before `from_day` on which nothing was taken. `patient` has the facts of today where they have changed.
    """

    action: str
    from_day: int
    days: int | None = None
    missed_days: int | None = None
    target: Quantity | None = None
    patient: Patient | None = None
    fill_days: int | None = None


@dataclass(frozen=True, slots=True)
class _Going:
    """A plan on the day of its change: what is gone, what is taken now, and what was to come."""

    old: Plan
    asked: Asked
    request: RevisionRequest
    formulary: Formulary
    phases: tuple[Phase, ...]

    @property
    def patient(self) -> Patient:
        return self.request.patient or self.old.patient

    @property
    def fill_days(self) -> int:
        return self.request.fill_days or self.old.fill_days

    @property
    def from_day(self) -> int:
        return self.request.from_day

    @property
    def since(self) -> date:
        return self.old.start_date + timedelta(days=self.from_day - 1)

    @property
    def last_taken(self) -> int:
        """The last day on which doses were taken."""
        return self.from_day - 1 - (self.request.missed_days or 0)

    @property
    def place(self) -> int:
        """The place of the phase that the last doses belong to."""
        return next(number for number, phase in enumerate(self.phases) if phase.first <= self.last_taken <= phase.last)

    @property
    def present(self) -> Phase:
        return self.phases[self.place]

    @property
    def left(self) -> int:
        """How many days of the present phase were still to come when the last dose was taken."""
        return self.present.last - self.last_taken

    @property
    def left_of_turn(self) -> int:
        """How many days a dose of now lasts still: a patch stays on."""
        return -(self.last_taken - self.present.first + 1) % self.present.turn

    @property
    def turn_ended(self) -> tuple[Phase, ...]:
        return (self.present.lasting(self.left_of_turn),) if self.left_of_turn else ()

    @property
    def to_come(self) -> tuple[Phase, ...]:
        return self.phases[self.place + 1 :]

    @property
    def gone(self) -> tuple[Phase, ...]:
        """The days before the change, as they were planned."""
        return tuple(
            phase.lasting(min(phase.last, self.from_day - 1) - phase.first + 1)
            for phase in self.phases
            if phase.first < self.from_day
        )

    def steps_at_present(self, drug: str) -> tuple[RegimenStep, ...]:
        """What is taken now of a drug; several steps take turns."""
        return tuple(item.step for item in self.present.held if item.drug == drug)

    def with_future(self, future: Sequence[Phase]) -> tuple[Regimen, ...]:
        """The days that are gone, and then these phases."""
        kept = _cut(future)
        for drug in {item.drug for phase in kept for item in phase.held}:
            taken = [phase.last for phase in self.gone if any(item.drug == drug for item in phase.held)]
            if taken and taken[-1] < self.from_day - 1:
                detail = f"{drug} ended on day {taken[-1]}, and this would begin it again."
                raise PlanError("action", "out-of-range", detail, "Make a new plan.")
        whole = sum(phase.days for phase in kept) == sum(phase.days for phase in future)
        return regimens_of((*self.gone, *kept), self.old.regimens, self.old.stops and whole)


@dataclass(frozen=True, slots=True)
class _Changed:
    """The regimens of the new plan, in words why, and what was chosen for it; and whether they get where they go."""

    regimens: tuple[Regimen, ...]
    why: str
    chosen: tuple[Chosen, ...] = ()
    target: Quantity | None = None
    arrives: bool = True


def revise(old: Plan, number: str, asked: Asked, request: RevisionRequest, formulary: Formulary) -> Plan:
    """The plan that takes the place of `old`, which is plan `number` and was planned from `asked`.

    Raises PlanError for what cannot be done on that day, NotDispensable and Infeasible for a new target as a titration
    does, UnsafeSchedule where the plan from then on is not safe.
    """
    going = _Going(old, asked, request, formulary, phases_of(old.regimens))
    _check(going)
    changed = ACTIONS[request.action](going)
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
        chosen=changed.chosen,
        reassessments=dated,
        screening=screening,
        ceilings=tuple(ceiling for regimen in changed.regimens for ceiling in _ceilings(going, regimen)),
        floor=None if new_goal else old.floor,
        revised=Revised(number, request.action, request.from_day, request.days, request.missed_days, changed.why),
    )


def _reached(old: Plan, changed: _Changed, *, stopping: bool) -> bool:
    """Whether a changed plan is at its target on its last day: a plan that became too long may be cut before it."""
    regimen = changed.regimens[0]
    if stopping:
        return regimen.ends
    if changed.target is not None:
        return changed.arrives
    before, after = ([step.doses for step in known.stretches[-1]] for known in (old.regimen, regimen))
    return old.target_reached and regimen.ends == old.stops and before == after


def _check(going: _Going) -> None:
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


def _hold(going: _Going) -> _Changed:
    """The dose of now for so many days more; then the plan as it was."""
    planned = going.present.days
    days = going.present.whole(planned + (going.request.days or planned)) - planned
    why = f"The dose of day {going.last_taken} is held for {days} days; then the plan goes on."
    future = (going.present.lasting(going.left + days), *going.to_come)
    return _Changed(going.with_future(future), why, _length(going, days, "As long as this step was to last."))


def _slower(going: _Going) -> _Changed:
    """Every step that is still to come lasts longer: by so many days, or twice as long. A last dose that goes on is
    only reached later."""
    more = going.request.days
    by = f"{more} days longer" if more is not None else "twice as long"
    open_end = not going.old.stops
    future = [(going.present, going.left), *((phase, phase.days) for phase in going.to_come)]
    longer = []
    for place, (phase, days) in enumerate(future):
        stays = not phase.held or (open_end and place == len(future) - 1)
        added = 0 if stays else more if more is not None else phase.days
        longer.append(phase.lasting(days + phase.whole(phase.days + added) - phase.days))
    if len(future) == 1 and open_end:
        detail = f"On day {going.last_taken} the plan is at its last dose, which goes on."
        raise PlanError("action", "out-of-range", detail, "Hold it, or name a new target.")
    return _Changed(going.with_future(longer), f"From day {going.from_day} on every step lasts {by}.")


def _step_back(going: _Going) -> _Changed:
    """The step before this one again; then this one and the rest as they were."""
    before = next((phase for phase in reversed(going.phases[: going.place]) if not phase.same_as(going.present)), None)
    if before is None or not before.held or not going.present.held:
        detail = f"Day {going.last_taken} is in the first step of the plan."
        raise PlanError("action", "out-of-range", detail, "Hold the plan, or stop it.")
    days = before.whole(going.request.days or before.days)
    why = f"The step before is taken again for {days} days; then the plan goes on."
    future = (*going.turn_ended, before.lasting(days), going.present, *going.to_come)
    return _Changed(going.with_future(future), why, _length(going, days, "As long as that step lasted."))


def _resume(going: _Going) -> _Changed:
    """The plan goes on: where it was left after missed days, or with the next step when a waiting time is over."""
    missed = going.request.missed_days
    why = "The plan goes on as it was."
    left = going.left
    if missed:
        restart = _restart_rule(going)
        if restart is not None:
            detail = f"After {missed} missed days the plan cannot simply go on: {restart.why}"
            raise PlanError("action", "restart-needed", detail, "Write the action restart.")
        why = f"{missed} days were missed; the plan goes on where it was left."
        whole = going.present.days + missed
        left += going.present.whole(whole) - whole
    elif going.to_come and (waited := _waited(going)):
        left = max(left - waited, going.left_of_turn)
        why = "The waiting is over; the next step begins" + (f" after {left} days more." if left else ".")
    future = (*((going.present.lasting(left),) if left else ()), *going.to_come)
    if not future:
        raise PlanError("from_day", "out-of-range", "Nothing of the plan is left on that day.", "Hold its last dose.")
    return _Changed(going.with_future(future), why)


def _waited(going: _Going) -> int:
    """By how many days the revision before this one made the present phase longer than the plan had it."""
    revised, phase = going.old.revised, going.present
    if revised is None or not phase.first <= revised.from_day <= phase.last:
        return _slowed(going)
    if revised.action == "hold":
        return revised.days if revised.days is not None else phase.days // 2
    if revised.action == "step-back":
        known = [item.days for item in going.phases[: going.place] if item.same_as(phase)]
        return max(phase.days - known[-1], 0) if known else 0
    return _slowed(going)


def _slowed(going: _Going) -> int:
    """By how many days a slower pace made the present phase longer."""
    revised, phase = going.old.revised, going.present
    if revised is None or revised.action != "slower" or phase.last < revised.from_day:
        return 0
    if revised.days is not None:
        return revised.days
    return (phase.last - max(phase.first, revised.from_day) + 1) // 2


def _restart(going: _Going) -> _Changed:
    """The plan from its first step on. A way down does not begin again where the body has lost its habit."""
    restart = _restart_rule(going)
    if going.old.kind != "titration" and restart is not None and going.request.missed_days:
        detail = f"A way down cannot begin again from its first, higher dose: {restart.why}"
        raise PlanError("action", "unusable-field", detail, "Make a new plan from what the patient can take now.")
    again = _from_the_first(going.phases)
    if not any(phase.held for phase in going.phases[: going.place + 1]):
        detail = f"On day {going.last_taken} nothing of the plan was taken yet."
        raise PlanError("action", "out-of-range", detail, "Hold the plan, or make a new one.")
    why = "The plan begins again from its first step."
    if restart is None:
        return _Changed(going.with_future((*going.turn_ended, *again)), why)
    chosen = Chosen("restart", "first step", restart.why, restart.source)
    return _Changed(going.with_future(again), f"{why} {restart.why}", (chosen,))


def _from_the_first(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """The phases of a plan without its detours: what was begun again, or taken a step back, is there once, and for the
    longest time it was planned for. A waiting time before the first dose is over."""
    kept: list[Phase] = []
    for phase in phases:
        known = next((place for place, item in enumerate(kept) if item.same_as(phase)), None)
        if known is not None:
            phase, kept = phase.lasting(max(phase.days, kept[known].days)), kept[:known]
        if phase.held or kept:
            kept.append(phase)
    return tuple(kept)


def _new_target(going: _Going) -> _Changed:
    """Up by the protocol's rises or down by the drug's taper, from what is taken now."""
    regimen, target = going.old.regimen, going.request.target
    steps = going.steps_at_present(regimen.drug)
    if target is None or not steps or any(step.as_needed for step in steps):
        detail = f"On day {going.last_taken} {regimen.drug} is not taken by the clock."
        raise PlanError("action", "unusable-field", detail, "Make a new plan.")
    until = _until(going, regimen)
    goal, unit = in_period(target, until.layout, "target"), until.layout.unit
    now = until.layout.quantity(until.total)
    if goal == until.total:
        raise PlanError("target", "out-of-range", f"{words(now)} is what is taken now.", "Hold the plan.")
    if goal < until.total:
        until.layout.lay(goal, 1)
        future, chosen, arrives = _down(going, until, goal)
        waits = {regimen.drug: _still_held(going, regimen.drug)}
        why = f"The new target is {words(target)}; the dose goes down to it."
    else:
        future, chosen = _up(going, until, target)
        arrives, waits = True, {}
        why = f"The new target is {words(target)}; the dose goes up to it."
    regimens = _with_steps(going, {regimen.drug: future}, frozenset(), waits)
    return _Changed(regimens, why, chosen, Quantity(goal, unit), arrives)


def _stop_now(going: _Going) -> _Changed:
    """The end: at once where nothing asks for a slow one, else by the taper that is needed."""
    told: list[str] = []
    chosen: tuple[Chosen, ...] = ()
    future: dict[str, tuple[RegimenStep, ...]] = {}
    waits: dict[str, int] = {}
    ends = set()
    for regimen in going.old.regimens:
        steps = going.steps_at_present(regimen.drug)
        if not steps:
            if regimen.first >= going.from_day:
                future[regimen.drug] = ()
                told.append(f"{regimen.drug} is not begun")
            continue
        if steps[0].as_needed or not _needs_taper(going, regimen):
            future[regimen.drug] = ()
            ends.add(regimen.drug)
            told.append(f"{regimen.drug} is stopped at once: nothing asks for a slow end")
            continue
        future[regimen.drug], why, complete = _down(going, _until(going, regimen), Fraction(0))
        chosen = (*chosen, *why)
        waits[regimen.drug] = _still_held(going, regimen.drug)
        if not complete:
            told.append(f"{regimen.drug} is lowered for {LONGEST} days; plan on from there")
            continue
        ends.add(regimen.drug)
        if future[regimen.drug]:
            days = future[regimen.drug][-1].last - going.from_day + 1
            told.append(f"{regimen.drug} is lowered to its end over {days} days")
        else:
            when = f"after {waits[regimen.drug]} days more" if waits[regimen.drug] else "at once"
            told.append(f"{regimen.drug} is stopped {when}: the way down has no lower dose before its end")
    regimens = _with_steps(going, future, frozenset(ends), waits)
    if not regimens:
        detail = f"On day {going.from_day - 1} nothing of the plan was taken yet: there is nothing to stop."
        raise PlanError("action", "out-of-range", detail, "Do not begin it.")
    return _Changed(regimens, f"{'; '.join(told)[:1].upper()}{'; '.join(told)[1:]}.", chosen)


ACTIONS: Mapping[str, Callable[[_Going], _Changed]] = MappingProxyType(
    {
        "hold": _hold,
        "slower": _slower,
        "step-back": _step_back,
        "resume": _resume,
        "restart": _restart,
        "new-target": _new_target,
        "stop-now": _stop_now,
    }
)


def _length(going: _Going, days: int, why: str) -> tuple[Chosen, ...]:
    return () if going.request.days is not None else (Chosen("days", str(days), why, None),)


def _cut(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """The phases of the longest plan there is."""
    kept, left = [], LONGEST
    for phase in phases:
        if left > 0:
            kept.append(phase.lasting(min(phase.days, left)))
            left -= phase.days
    return tuple(kept)


def _restart_rule(going: _Going) -> Restart | None:
    """What the formulary says of missed days of a drug that is taken now."""
    monographs = (going.formulary.monographs[item.drug] for item in going.present.held)
    return next((known.restart for known in monographs if known.restart is not None), None)


def _until(going: _Going, regimen: Regimen) -> Until:
    """What is taken now of a drug, as what a new way goes on from."""
    monograph = going.formulary.monographs[regimen.drug]
    asked = _half(going.asked, regimen.drug)
    products, _ = choose_products(monograph, None, regimen.form, asked.strengths if asked is not None else None)
    sig = sig_of(going.steps_at_present(regimen.drug))
    days = going.last_taken - regimen.first + 1
    known = _known_use(going, regimen.drug)
    taken = Quantity(Fraction(days + known), UNITS["d"]) if known is not None else None
    return until_now((Step(sig),), taken, monograph, products, going.patient, going.since, regimen.form)


def _known_use(going: _Going, drug: str) -> int | None:
    """For how many days a drug was taken before the plan; None where that is not known."""
    current = next((known for known in going.old.current if known.drug == drug), None)
    if current is None:
        return 0
    return int(current.taken_for.amount("d")) if current.taken_for is not None else None


def _half(asked: Asked, drug: str) -> TitrationRequest | TaperRequest | None:
    """The part of a request that is about a drug."""
    halves = (asked.up, asked.down) if isinstance(asked, SwitchRequest) else (asked,)
    return next((half for half in halves if half is not None and half.drug == drug), None)


def _needs_taper(going: _Going, regimen: Regimen) -> bool:
    """Whether any layer asks for a slow end, or may."""
    monograph = going.formulary.monographs[regimen.drug]
    if not any(isinstance(rule, StopRule) for rule in monograph.rules):
        return False
    until = _until(going, regimen)
    guidance = guidance_on(until, monograph, going.patient, going.old.indication, going.formulary)
    return any(item.taper_needed is not False for item in guidance)


def _down(going: _Going, until: Until, goal: Fraction) -> tuple[tuple[RegimenStep, ...], tuple[Chosen, ...], bool]:
    """The steps of the drug's taper from what is taken now, and whether they are all of it.

    Raises PlanError where strengths end it before its goal.
    """
    monograph = going.formulary.monographs[until.drug]
    asked = _half(going.asked, until.drug)
    own = asked if isinstance(asked, TaperRequest) else None
    request = TaperRequest(
        drug=until.drug,
        start_date=going.since,
        patient=going.patient,
        taken=until.steps,
        to=until.layout.quantity(goal) if goal else None,
        form=until.form,
        taper=own.taper if own is not None else None,
        indication=going.old.indication,
        step=own.step if own is not None else None,
        percent=own.percent if own is not None else None,
        of_original=own.of_original if own is not None else False,
        step_interval=own.step_interval if own is not None else None,
    )
    taper, why = choose_taper(request, monograph, until)
    descent, pace = way_down(request, taper, until, goal, going.formulary)
    if descent.bottom is not None:
        dose = words(until.layout.quantity(descent.bottom.total))
        detail = f"From {dose} of {until.drug} these strengths make no further cut that the pace allows."
        raise PlanError("action", "not-dispensable", detail, "Plan a taper: it names the floor and what can be done.")
    whole = sum(rung.days for rung in descent.rungs)
    made, complete = laid(descent, until, min(whole, LONGEST), goal)
    later = going.from_day - 1 + _still_held(going, until.drug)
    chosen = tuple(item for item in (why, *pace) if item is not None)
    if made is None:
        return (), chosen, True
    return tuple(step.later(later) for step in made.steps), chosen, complete


def _still_held(going: _Going, drug: str) -> int:
    """For how many days more the dose of now is held before a new way down begins: on a way down every dose has its
    time, and a patch stays on for its days."""
    steps = going.steps_at_present(drug)
    begun, ends, every = steps[0].first, steps[0].last, going.present.turn_of(drug)
    wait = 0
    if any(known.drug == drug for known in going.old.current):
        regimen = next(known for known in going.old.regimens if known.drug == drug)
        before = next((step for step in reversed(regimen.steps) if step.last < begun), None)
        if ends == regimen.days and not regimen.ends and before is not None:
            # A last dose that goes on was long enough there after the time of the one before it.
            ends = min(ends, begun + before.days - 1)
        wait = max(ends - going.last_taken, 0)
    return wait + -(going.last_taken + wait - begun + 1) % every


def _up(going: _Going, until: Until, target: Quantity) -> tuple[tuple[RegimenStep, ...], tuple[Chosen, ...]]:
    """The steps of the protocol's climb from what is taken now; the first rise when that dose has had its time."""
    asked = _half(going.asked, until.drug)
    if not isinstance(asked, TitrationRequest):
        now = words(until.layout.quantity(until.total))
        raise PlanError("target", "out-of-range", f"{words(target)} is above the {now} of now.", "Plan a titration.")
    monograph = going.formulary.monographs[until.drug]
    wanted = replace(asked, target=target, patient=going.patient, days=going.from_day - 1 + LONGEST)
    planner, _ = planner_of(wanted, monograph, going.formulary)
    climb = passing(planner, target)
    taken = going.steps_at_present(until.drug)
    level = max(len(taken[0].doses) - climb.start_times, 0) if climb.growing else 0
    had = frozenset(piece.product for step in taken for dose in step.doses for piece in dose.pieces)
    steps = Steps(last=going.from_day - 1, had=had)
    climb.climb(steps, until.total, target, level, going.last_taken - going.present.first + 1)
    protocol = planner.protocol
    lasts = int(protocol.reassessments[-1].after.amount("d")) if protocol.reassessments else going.present.days
    made = steps.made
    if len(taken) == 1 and made[0].pattern == taken[0].pattern and made[0].daily == taken[0].daily:
        # What is still taken for a while stays in the doses in which it is taken.
        made = (replace(made[0], doses=taken[0].doses), *made[1:])
    final = [step for step in made if step.last == made[-1].last]
    ended = [replace(step, last=min(step.last, step.first + lasts)) for step in final]
    why = Chosen("protocol", protocol.id, "The protocol's rises, from what is taken now.", protocol.source)
    return (*made[: len(made) - len(final)], *ended), (why,)


def _with_steps(
    going: _Going,
    future: Mapping[str, tuple[RegimenStep, ...]],
    ends: frozenset[str],
    waits: Mapping[str, int],
) -> tuple[Regimen, ...]:
    """The days that are gone, then new steps of the drugs that change, after the days in `waits` for which the dose of
    now is still held; of the other drugs what was planned, as long as the plan is."""
    last = max((step.last for steps in future.values() for step in steps), default=going.from_day - 1)
    regimens = []
    for regimen in going.old.regimens:
        held_to = going.from_day - 1 + waits.get(regimen.drug, 0)
        gone = [
            step if step.last < going.from_day - 1 else replace(step, last=held_to)
            for step in regimen.steps
            if step.first < going.from_day
        ]
        if regimen.drug in future:
            coming = future[regimen.drug]
        else:
            coming = tuple(
                replace(
                    step,
                    first=max(step.first, going.from_day),
                    last=max(last, step.first) if step.last == regimen.days and not regimen.ends else step.last,
                )
                for step in regimen.steps
                if step.last >= going.from_day
            )
        steps = _joined(gone, coming)
        if steps:
            numbered = tuple(replace(step, number=number) for number, step in enumerate(steps, 1))
            ended = regimen.drug in ends if regimen.drug in future else regimen.ends
            regimens.append(Regimen(regimen.drug, regimen.form, numbered, ended))
    return tuple(regimens)


def _joined(gone: Sequence[RegimenStep], coming: Sequence[RegimenStep]) -> list[RegimenStep]:
    """The steps one after another; where the first to come holds what the last that is gone held, they are one."""
    if (
        gone
        and coming
        and replace(gone[-1], number=1, last=coming[0].last) == replace(coming[0], number=1, first=gone[-1].first)
    ):
        return [*gone[:-1], replace(gone[-1], last=coming[0].last), *coming[1:]]
    return [*gone, *coming]


def _reassessments(going: _Going, days: int) -> tuple[Reassessed, ...]:
    """Those of the old plan that are still to come; where none is, the protocol's, counted from the change."""
    coming = tuple(item for item in going.old.reassessments if item.day >= going.from_day)
    if coming or going.old.protocol is None:
        return coming
    dated = reassessed(going.old.protocol.reassessments, going.old.start_date, going.from_day)
    return tuple(item for item in dated if item.day <= days + 1)


def _screened(going: _Going, regimens: Sequence[Regimen], dated: Sequence[Reassessed]) -> Screening:
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
    orders = as_orders(regimens, old.start_date, old.indication, reassess_on, going.formulary, going.fill_days)
    if isinstance(going.asked, SwitchRequest):
        orders = exchanged(orders, going.asked.up.drug, going.asked.from_drug)
    # A plan that ends before the change is judged on its last day: nothing is left to judge after it.
    last_day = old.start_date + timedelta(days=max(regimen.days for regimen in regimens) - 1)
    return screen_plan(orders, going.patient, going.formulary, min(since, last_day), earlier, shortest)


def _before_the_plan(going: _Going) -> tuple[tuple[Order, ...], tuple[Order, ...] | None]:
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


def _ceilings(going: _Going, regimen: Regimen) -> tuple[Ceiling, ...]:
    """The limit line of a drug that the plan is about, for the patient of today; none for what is given beside it."""
    if _half(going.asked, regimen.drug) is None:
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
