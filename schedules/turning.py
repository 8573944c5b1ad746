"""Changes that leave the plan: toward a new target, or to a stop with the taper that is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from dosing.formulary.kinds import StopRule
from dosing.posology import Step
from dosing.units import UNITS, Quantity, words
from schedules.choice import choose_products
from schedules.current import Until, until_now
from schedules.going import LONGEST, Changed, Going, half_of
from schedules.guidance import guidance_on
from schedules.plan import Chosen, PlanError
from schedules.regimen import Regimen, RegimenStep
from schedules.safety import sig_of
from schedules.steps import Steps
from schedules.taper import laid
from schedules.titration import TitrationRequest, passing, planner_of
from schedules.ways_down import TaperRequest, choose_taper, in_period, way_down


def new_target(going: Going) -> Changed:
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
    return Changed(regimens, why, chosen, Quantity(goal, unit), arrives)


def stop_now(going: Going) -> Changed:
    """The end: at once where nothing asks for a slow one, else by the taper that is needed."""
    told: list[str] = []
    chosen: tuple[Chosen, ...] = ()
    future: dict[str, tuple[RegimenStep, ...]] = {}
    waits: dict[str, int] = {}
    ends = set()
    for regimen in going.old.regimens:
        steps = going.steps_at_present(regimen.drug)
        if not _begun(regimen, going):
            future[regimen.drug] = ()
            told.append(f"{regimen.drug} is not begun")
            continue
        if not steps:
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
    return Changed(regimens, f"{'; '.join(told)[:1].upper()}{'; '.join(told)[1:]}.", chosen)


def _begun(regimen: Regimen, going: Going) -> bool:
    """Whether a dose of a drug was taken already."""
    days = (day for step in regimen.steps for day in step.dose_days(going.old.start_date))
    return any(day <= going.last_taken for day in days)


def _until(going: Going, regimen: Regimen) -> Until:
    """What is taken now of a drug, as what a new way goes on from."""
    monograph = going.formulary.monographs[regimen.drug]
    asked = half_of(going.asked, regimen.drug)
    products, _ = choose_products(monograph, None, regimen.form, asked.strengths if asked is not None else None)
    sig = sig_of(going.steps_at_present(regimen.drug))
    days = going.last_taken - regimen.first + 1
    known = _known_use(going, regimen.drug)
    taken = Quantity(Fraction(days + known), UNITS["d"]) if known is not None else None
    return until_now((Step(sig),), taken, monograph, products, going.patient, going.since, regimen.form)


def _known_use(going: Going, drug: str) -> int | None:
    """For how many days a drug was taken before the plan; None where that is not known."""
    current = next((known for known in going.old.current if known.drug == drug), None)
    if current is None:
        return 0
    return int(current.taken_for.amount("d")) if current.taken_for is not None else None


def _needs_taper(going: Going, regimen: Regimen) -> bool:
    """Whether any layer asks for a slow end, or may."""
    monograph = going.formulary.monographs[regimen.drug]
    if not any(isinstance(rule, StopRule) for rule in monograph.rules):
        return False
    until = _until(going, regimen)
    guidance = guidance_on(until, monograph, going.patient, going.old.indication, going.formulary)
    return any(item.taper_needed is not False for item in guidance)


def _down(going: Going, until: Until, goal: Fraction) -> tuple[tuple[RegimenStep, ...], tuple[Chosen, ...], bool]:
    """The steps of the drug's taper from what is taken now, and whether they are all of it.

    Raises PlanError where strengths end it before its goal.
    """
    monograph = going.formulary.monographs[until.drug]
    asked = half_of(going.asked, until.drug)
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


def _still_held(going: Going, drug: str) -> int:
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


def _up(going: Going, until: Until, target: Quantity) -> tuple[tuple[RegimenStep, ...], tuple[Chosen, ...]]:
    """The steps of the protocol's climb from what is taken now; the first rise when that dose has had its time."""
    asked = half_of(going.asked, until.drug)
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
    going: Going,
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
        if any(any(step.dose_days(going.old.start_date)) for step in steps):
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
