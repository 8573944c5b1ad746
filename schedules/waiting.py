"""Changes that keep the plan and move its days: held, slower, a step back, resumed, begun again."""

from __future__ import annotations

from collections.abc import Sequence

from schedules.going import Changed, Going, length_chosen, restart_rule
from schedules.phases import Phase
from schedules.plan import Chosen, PlanError


def hold(going: Going) -> Changed:
    """The dose of now for so many days more; then the plan as it was."""
    planned = going.present.days
    days = going.present.whole(planned + (going.request.days or planned)) - planned
    why = f"The dose of day {going.last_taken} is held for {days} days; then the plan goes on."
    future = (going.present.lasting(going.left + days), *going.to_come)
    return Changed(going.with_future(future), why, length_chosen(going, days, "As long as this step was to last."))


def slower(going: Going) -> Changed:
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
    return Changed(going.with_future(longer), f"From day {going.from_day} on every step lasts {by}.")


def step_back(going: Going) -> Changed:
    """The step before this one again; then this one and the rest as they were."""
    before = next((phase for phase in reversed(going.phases[: going.place]) if not phase.same_as(going.present)), None)
    if before is None or not before.held or not going.present.held:
        detail = f"Day {going.last_taken} is in the first step of the plan."
        raise PlanError("action", "out-of-range", detail, "Hold the plan, or stop it.")
    days = before.whole(going.request.days or before.days)
    why = f"The step before is taken again for {days} days; then the plan goes on."
    future = (*going.turn_ended, before.lasting(days), going.present, *going.to_come)
    return Changed(going.with_future(future), why, length_chosen(going, days, "As long as that step lasted."))


def resume(going: Going) -> Changed:
    """The plan goes on: where it was left after missed days, or with the next step when a waiting time is over."""
    missed = going.request.missed_days
    why = "The plan goes on as it was."
    left = going.left
    if missed:
        rule = restart_rule(going)
        if rule is not None:
            detail = f"After {missed} missed days the plan cannot simply go on: {rule.why}"
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
    return Changed(going.with_future(future), why)


def _waited(going: Going) -> int:
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


def _slowed(going: Going) -> int:
    """By how many days a slower pace made the present phase longer."""
    revised, phase = going.old.revised, going.present
    if revised is None or revised.action != "slower" or phase.last < revised.from_day:
        return 0
    if revised.days is not None:
        return revised.days
    return (phase.last - max(phase.first, revised.from_day) + 1) // 2


def restart(going: Going) -> Changed:
    """The plan from its first step on. A way down does not begin again where the body has lost its habit."""
    rule = restart_rule(going)
    if going.old.kind != "titration" and rule is not None and going.request.missed_days:
        detail = f"A way down cannot begin again from its first, higher dose: {rule.why}"
        raise PlanError("action", "unusable-field", detail, "Make a new plan from what the patient can take now.")
    again = _from_the_first(going.phases)
    if not any(phase.held for phase in going.phases[: going.place + 1]):
        detail = f"On day {going.last_taken} nothing of the plan was taken yet."
        raise PlanError("action", "out-of-range", detail, "Hold the plan, or make a new one.")
    why = "The plan begins again from its first step."
    if rule is None:
        return Changed(going.with_future((*going.turn_ended, *again)), why)
    chosen = Chosen("restart", "first step", rule.why, rule.source)
    return Changed(going.with_future(again), f"{why} {rule.why}", (chosen,))


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
