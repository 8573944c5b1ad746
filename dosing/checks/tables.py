"""Kidney function: the band of a table that this patient falls into, and its limits on dose, interval and count.

Where a computed clearance falls into different bands by the weight that is used, the lower band is judged and the
answer says so; so too where the label prints a hole.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial

from dosing.case import Case
from dosing.checks.amounts import WHOLE, judge_row, only_after_dialysis
from dosing.conditions import Holding
from dosing.finding import Severity
from dosing.formulary.kinds import Band, DoseRow, Rule, TableRule
from dosing.formulary.telling import interval_in_words
from dosing.judgement import Judgement, unanswered
from dosing.measures import NotComputed
from dosing.units import UNITS, Quantity, words

UNIT_OF = {"creatinine_clearance": "mL/min", "egfr": "mL/min/{1.73_m2}"}
NAME_OF = {"creatinine_clearance": "creatinine clearance", "egfr": "eGFR"}


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A table by a measured function. Without the measure a rule is kept, or broken, only if every band says so."""
    if not isinstance(rule, TableRule):
        return None
    if case.course.needs:
        return unanswered(case.course.needs)
    dialysis = _on_dialysis(case)
    values = _values(case, rule)
    if not values and not dialysis:
        return _every_band(case, rule, holding)
    judgement = _in_band(case, rule, holding, values, dialysis)
    if dialysis or not _dialysis_matters(case, rule) or _band(rule, min(values), False) is not _lowest(rule):
        return judgement
    on_dialysis = _in_band(case, rule, holding, values, True)
    return judgement if _weight(judgement, rule) == _weight(on_dialysis, rule) else unanswered(("hemodialysis",))


def _in_band(case: Case, rule: TableRule, holding: Holding, values: list[Fraction], dialysis: bool) -> Judgement | None:
    """The limits of the band of the lowest value, or of the row of dialysis."""
    measured = min(values, default=None)
    band = _band(rule, measured, dialysis)
    why = partial(_why, rule, band, dialysis, measured)
    row, share = _row(rule, band, dialysis, measured)
    if only_after_dialysis(case.course):
        # A dose after a session stands on top of the maintenance dose that the bands are about.
        if row.supplement is None and row.action is None:
            return None
        row = DoseRow(supplement=row.supplement, action=row.action)
    judgement = judge_row(case, rule, row, holding, share, why)
    if judgement is None:
        return None
    remarks = [] if dialysis else _remarks(rule, band, values)
    if row.scale is not None and measured is None:
        remarks.append("The clearance is not known: the lowest row was used as it is printed; it shrinks with it.")
    return _with_notice(judgement, case, remarks) if remarks else judgement


def _dialysis_matters(case: Case, rule: TableRule) -> bool:
    """Whether it is not stated if the patient is on dialysis, and the rule has limits of its own for those who are."""
    return case.patient.hemodialysis is None and rule.hemodialysis is not None


def _lowest(rule: TableRule) -> Band:
    """The band that the row of dialysis stands on."""
    return min(rule.bands, key=lambda band: (band.range.low is not None, band.range.low or 0))


def _weight(judgement: Judgement | None, rule: Rule) -> Severity:
    """What a judgement weighs: nothing where the limit is kept."""
    if judgement is None or judgement.kept:
        return Severity.NONE
    return judgement.severity if judgement.severity is not None else rule.severity


def _band(rule: TableRule, measured: Fraction | None, dialysis: bool) -> Band:
    """The band that is judged: that of the lowest value the weights give; the lowest of all on dialysis."""
    if dialysis:
        return _lowest(rule)
    for band in rule.bands:
        if measured is not None and measured in band.range:
            return band
    raise LookupError(f"{rule.id}: no band holds {measured}")


def least_maintenance(case: Case) -> Quantity | None:
    """The least maintenance dose a day that a table gives for this patient's kidney function, when it is known."""
    for rule in case.monograph.rules_of.get("renal-dose", ()):
        if not isinstance(rule, TableRule):
            continue
        dialysis, measured = _on_dialysis(case), min(_values(case, rule), default=None)
        if measured is None and not dialysis:
            continue
        row, share = _row(rule, _band(rule, measured, dialysis), False, measured)
        if row.min_daily is not None:
            return row.min_daily * share
    return None


def row_for(case: Case, rule: TableRule) -> tuple[DoseRow, Fraction] | None:
    """The row for this patient and the share of its amounts; None without the measure."""
    dialysis, measured = _on_dialysis(case), min(_values(case, rule), default=None)
    if measured is None and not dialysis:
        return None
    return _row(rule, _band(rule, measured, dialysis), dialysis, measured)


def _values(case: Case, rule: TableRule) -> list[Fraction]:
    if rule.measure == "egfr":
        egfr = case.situation.egfr
        return [] if isinstance(egfr, NotComputed) else [egfr.value.value]
    clearance = case.situation.clearance
    if isinstance(clearance, NotComputed):
        return []
    return [value.amount("mL/min") for value in (clearance.value, *clearance.by_weight.values())]


def _on_dialysis(case: Case) -> bool:
    return case.patient.hemodialysis is True or any(run.after_dialysis for run in case.course.runs)


def _row(rule: TableRule, band: Band, dialysis: bool, measured: Fraction | None) -> tuple[DoseRow, Fraction]:
    row = band.row
    if dialysis and rule.hemodialysis is not None:
        special = rule.hemodialysis
        row = replace(
            row,
            supplement=special.supplement,
            **{
                name: getattr(special, name)
                for name in ("max_daily", "max_single", "max_weekly", "min_interval", "times", "action")
                if getattr(special, name) is not None
            },
        )
    if row.scale is None or measured is None:
        return row, WHOLE
    return row, min(WHOLE, measured / row.scale.amount(UNIT_OF[rule.measure]))


def _every_band(case: Case, rule: TableRule, holding: Holding) -> Judgement | None:
    judgements = [judge_row(case, rule, band.row, holding, WHOLE, partial(_why_in, rule, band)) for band in rule.bands]
    if _dialysis_matters(case, rule):
        on_dialysis = _in_band(case, rule, holding, [], True)
        if len({_weight(answer, rule) for answer in (*judgements, on_dialysis)}) > len(
            {_weight(answer, rule) for answer in judgements}
        ):
            return unanswered((rule.measure, "hemodialysis"))
    answers = [answer for answer in judgements if answer is not None]
    broken = [answer for answer in answers if not answer.kept]
    if not answers:
        return None
    if not broken:
        if any(band.row.scale is not None for band in rule.bands):
            return unanswered((rule.measure,))
        return min(answers, key=lambda answer: answer.limit.value if answer.limit is not None else 0)
    if len(broken) == len(judgements):
        return min(broken, key=lambda answer: answer.severity if answer.severity is not None else rule.severity)
    return unanswered((rule.measure,))


def _why(rule: TableRule, band: Band, dialysis: bool, measured: Fraction | None) -> str:
    if dialysis:
        return " on dialysis"
    if measured is None:
        return f" at an unknown {NAME_OF[rule.measure]}"
    return f" at {NAME_OF[rule.measure]} {words(Quantity(measured, UNITS[UNIT_OF[rule.measure]]))}"


def _why_in(rule: TableRule, band: Band) -> str:
    return f" at {NAME_OF[rule.measure]} of {interval_in_words(band.range)}"


def _remarks(rule: TableRule, band: Band, values: list[Fraction]) -> list[str]:
    """What was assumed: a lower band because of the weight, or because the label leaves a hole."""
    remarks = []
    # A single value lies in the band that was chosen for it.
    if len(values) > 1 and any(value not in band.range for value in values):
        remarks.append("The choice of weight changes the band; the lower one, {}, was used.")
    measured = min(values, default=None)
    if measured is not None and any(measured in gap for gap in rule.gaps):
        remarks.append("The source does not decide at this value; the lower-dose band, {}, was used.")
    return [remark.format(interval_in_words(band.range)) for remark in remarks]


def _with_notice(judgement: Judgement, case: Case, remarks: list[str]) -> Judgement:
    """Say what was assumed, even where the limit was kept."""
    message = judgement.message or f"{case.drug} fits the kidney function."
    return replace(judgement, message=" ".join([message, *remarks]), notice=True)
