"""What a patient's regimen of a drug may hold at most: the lowest daily limit and the fewest doses a day.

Read from the same rules that the checks judge by, so that a plan can be drawn inside them and its limit line shown.
Rules whose conditions are unknown do not bind here; the check of the finished plan names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosing.case import Case, Situation
from dosing.checks.tables import row_for
from dosing.conditions import holds
from dosing.finding import Severity
from dosing.formulary.kinds import DoseRow, DoseRule, Rule, TableRule
from dosing.formulary.model import Formulary
from dosing.order import Order
from dosing.patient import Patient
from dosing.units import UNITS, Quantity

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits that bind, each with the rule it comes from; None where nothing binds."""

    max_daily: Quantity | None = None
    max_daily_rule: Rule | None = None
    times: int | None = None
    times_rule: Rule | None = None


def allowance(order: Order, patient: Patient, formulary: Formulary, as_of: date) -> Allowance:
    """The allowance for an order's drug, in its form and for its indication."""
    situation = Situation((order,), patient, formulary, as_of)
    course = situation.courses[0]
    case = Case(situation, order, course, formulary.monographs[course.drug])
    best = Allowance()
    for rules in case.monograph.rules_of.values():
        for rule in rules:
            if rule.severity is Severity.CRITICAL and holds(rule.when, case).truth is True:
                row, share = _row(case, rule)
                if row is not None:
                    best = _tighter(best, rule, row, share)
    return best


def _row(case: Case, rule: Rule) -> tuple[DoseRow | None, Fraction]:
    if isinstance(rule, DoseRule):
        return rule.row, Fraction(1)
    if isinstance(rule, TableRule):
        return row_for(case, rule) or (None, Fraction(1))
    return None, Fraction(1)


def _tighter(best: Allowance, rule: Rule, row: DoseRow, share: Fraction) -> Allowance:
    max_daily, max_daily_rule = best.max_daily, best.max_daily_rule
    if row.max_daily is not None and row.max_daily.unit.code != "ug/h":
        limit = Quantity(row.max_daily.amount("mg/d") * share, UNITS["mg/d"])
        if max_daily is None or limit < max_daily:
            max_daily, max_daily_rule = limit, rule
    counts = [row.times] if row.times is not None else []
    if row.min_interval is not None:
        counts.append(max(int(HOURS_A_DAY / row.min_interval.amount("h")), 1))
    times, times_rule = best.times, best.times_rule
    if counts and (times is None or min(counts) < times):
        times, times_rule = min(counts), rule
    return Allowance(max_daily, max_daily_rule, times, times_rule)
