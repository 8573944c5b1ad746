"""How fast a dose falls between the steps of an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from dosing.case import Case
from dosing.checks.stops import counted, earlier_use
from dosing.conditions import Holding
from dosing.formulary.kinds import Cut, Rule, TaperRule
from dosing.judgement import Judgement
from dosing.timeline import A_DAY, Course, Run, averaged
from dosing.units import UNITS, Quantity
from dosing.wording import words

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Fall:
    """A step that is lower than the one before it: both, the days that the first was held, and the highest dose yet."""

    before: Run
    after: Run
    held: int
    highest: Fraction


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """Every fall after use that is long and high enough to need a slow one; the first that is too fast is told."""
    if not isinstance(rule, TaperRule) or case.course.needs:
        return None
    level = averaged(case.course)
    course = replace(level, runs=(*earlier_use(case, level=True), *level.runs))
    falls = [
        fall
        for fall in falls_of(course)
        if fall.after.first >= case.situation.first_judged and _used_to(case, rule, course, fall)
    ]
    answers = [answer for fall in falls if (answer := _judge_fall(case, rule, fall)) is not None]
    return next((answer for answer in answers if not answer.kept), answers[0] if answers else None)


def falls_of(course: Course) -> list[Fall]:
    """The falls between scheduled steps; as-needed use is not lowered by a plan."""
    steps = [run for number, run in enumerate(course.runs) if number == 0 or run.step != course.runs[number - 1].step]
    falls: list[Fall] = []
    for place in range(1, len(steps)):
        before, after = steps[place - 1], steps[place]
        if after.total < before.total and not before.as_needed and not after.as_needed:
            highest = max(run.total for run in steps[:place])
            falls.append(Fall(before, after, after.first - before.first, highest))
    return falls


def _used_to(case: Case, rule: TaperRule, course: Course, fall: Fall) -> bool:
    """Whether enough days at a dose that counts lie before the fall."""
    if rule.at_least is None:
        return True
    bound = rule.above.value if rule.above is not None else Fraction(0)
    days = sum(
        run.last - run.first + 1
        for run in course.runs
        if run.last is not None and run.last < fall.after.first and (counted(case, rule, run) or 0) > bound
    )
    return days >= rule.at_least.amount("d")


def _judge_fall(case: Case, rule: TaperRule, fall: Fall) -> Judgement | None:
    before, after = counted(case, rule, fall.before), counted(case, rule, fall.after)
    if before is None or after is None:
        return None
    row = next((cut for cut in rule.cuts if cut.range is None or before in cut.range), None)
    if row is None:
        return None
    limit = _most(row, before, before * fall.highest / fall.before.total)
    unit = UNITS["mg/d"] if rule.equivalence else A_DAY[case.course.unit]
    measured = Quantity(before - after, unit)
    days = ((fall.after.first, fall.after.first),)
    if limit is not None and before - after > limit:
        most = Quantity(limit, unit)
        share = f", {_words_of_percent(row)}" if row.percent is not None else ""
        return Judgement(
            False,
            f"Step {fall.after.step} of {case.drug} falls by {words(measured)}; "
            f"a cut is at most {words(most)}{share}{_effect(rule)}.",
            measured,
            most,
            "<=",
            days,
            fall.after.step,
        )
    if row.every is not None and fall.held < row.every.amount("d"):
        held = Quantity(Fraction(fall.held), UNITS["d"])
        every = row.every.to("d")
        return Judgement(
            False,
            f"Step {fall.after.step} of {case.drug} falls after {words(held)}; "
            f"a dose is held for at least {words(every)}{_effect(rule)}.",
            held,
            every,
            ">=",
            days,
            fall.after.step,
        )
    return Judgement(True, measured=measured, limit=Quantity(limit, unit) if limit is not None else None)


def _most(row: Cut, before: Fraction, original: Fraction) -> Fraction | None:
    if row.most is not None:
        return row.most.amount("mg/d")
    if row.percent is None:
        return None
    return (original if row.of_original else before) * row.percent / PERCENT


def _effect(rule: TaperRule) -> str:
    return f": {rule.effect}" if rule.effect else ""


def _words_of_percent(row: Cut) -> str:
    """The share that a cut may take: "10 percent of the dose before it"."""
    of = "the highest dose" if row.of_original else "the dose before it"
    return f"{row.percent} percent of {of}"
