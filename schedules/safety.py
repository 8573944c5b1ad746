"""Every plan is screened by the same engine as an order before anybody sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from dosing.finding import Finding, NotChecked, Severity, Verdict
from dosing.formulary.kinds import Rule, StopRule, TaperRule
from dosing.formulary.model import Formulary
from dosing.order import Order
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, OnWeekdays, Sig, Step
from dosing.screening import Screening, merged, screen
from dosing.units import UNITS, Quantity
from schedules.regimen import Dose, EveryDays, Regimen, RegimenStep
from schedules.regimen import OnWeekdays as NamedDays
from schedules.supply import supply_rules

PLAN = "plan"
HOURS_A_DAY = 24
NOTHING = Quantity(Fraction(0), UNITS["mg"])


def as_order(
    regimen: Regimen,
    start: date,
    indication: str | None,
    reassess_on: date | None,
    given: str = PLAN,
    supplied: int | None = None,
    intent: str | None = None,
) -> Order:
    """A regimen as the order it is. The last step of one that does not end goes on: it is looked at again.

    `supplied` is how many days one supply lasts; left out, it lasts as long as the regimen.
    """
    stretches = regimen.stretches
    last = None if regimen.ends else stretches[-1]
    steps = tuple(
        Step(sig_of(turns), None if turns is last else Quantity(Fraction(turns[0].days), UNITS["d"]))
        for turns in stretches
    )
    return Order(
        given=given,
        spoken=regimen.drug,
        drug=regimen.drug,
        form=regimen.form,
        indication=indication,
        intent=intent,
        start_date=start + timedelta(days=regimen.first - 1),
        days_supply=min(supplied or regimen.days, regimen.days - regimen.first + 1),
        reassess_on=reassess_on,
        steps=steps,
    )


def as_orders(
    regimens: Sequence[Regimen],
    start: date,
    indication: str | None,
    reassess_on: date | None,
    formulary: Formulary,
    fill_days: int,
    intent: str | None = None,
) -> tuple[Order, ...]:
    """The regimens of a plan as orders: a single one is named `plan`, several are named after their drugs.

    Of a drug with a rule on its supply, one supply is one fill.
    """
    return tuple(
        as_order(
            regimen,
            start,
            indication,
            reassess_on,
            PLAN if len(regimens) == 1 else regimen.drug.replace(" ", "-"),
            fill_days if supply_rules(regimen.drug, formulary) else None,
            intent,
        )
        for regimen in regimens
    )


def exchanged(orders: tuple[Order, ...], new: str, old: str) -> tuple[Order, ...]:
    """Orders of which those of two drugs are exchanged for each other, so that they overlap on purpose."""
    given = {order.drug: order.given for order in orders}
    other = {new: given.get(old), old: given.get(new)}
    return tuple(replace(order, switched_with=other.get(order.drug or "")) for order in orders)


def critical(screening: Screening) -> tuple[Finding, ...]:
    return tuple(finding for finding in screening.verdict.findings if finding.severity is Severity.CRITICAL)


def screen_plan(
    orders: tuple[Order, ...],
    patient: Patient,
    formulary: Formulary,
    as_of: date,
    earlier: tuple[Order, ...] = (),
    uncertain: tuple[Order, ...] | None = None,
) -> Screening:
    """The verdict on a plan. `earlier` is what it follows on.

    Where it is not known for how long that was taken, `earlier` is the longest use that any rule asks about and
    `uncertain` the shortest: a rule that answers differently for the two is not checked.
    """
    answer = screen(orders, patient, formulary, as_of, earlier)
    if uncertain is None:
        return answer
    short = screen(orders, patient, formulary, as_of, uncertain)
    return replace(answer, verdict=_certain(answer.verdict, short.verdict))


def _certain(long: Verdict, short: Verdict) -> Verdict:
    """What holds however long a drug was taken; the rest is not checked, by name.

    A finding of the longest use alone stands, unless it is about stops and tapers. One of the shortest use alone (a
    patch for people with tolerance) is no pass: the longest use is only a guess.
    """
    after_long, after_short = _rows(long.findings), _rows(short.findings)
    told = {(row.rule.id, row.severity, row.message) for row in after_short if row.rule is not None}
    open_rows: dict[str, NotChecked] = {}
    kept: list[Finding] = []
    for finding in after_long:
        rule = finding.rule
        if isinstance(rule, StopRule | TaperRule) and (rule.id, finding.severity, finding.message) not in told:
            why = "whether it is lowered slowly enough depends on that"
            open_rows[rule.id] = _open(finding, rule, why)
        else:
            kept.append(finding)
    known = {row.rule.id for row in after_long if row.rule is not None}
    for finding in after_short:
        if finding.rule is not None and finding.rule.id not in known:
            why = f"after short use this would hold: {finding.message}"
            open_rows[finding.rule.id] = _open(finding, finding.rule, why)
    passed = tuple(row for row in long.passed if row.rule.id not in open_rows)
    return Verdict(merged(kept), (*long.not_checked, *open_rows.values()), passed)


def _open(finding: Finding, rule: Rule, why: str) -> NotChecked:
    """A rule whose answer depends on how long a drug was taken."""
    message = f"Not checked for {finding.drug}: for how long it was taken is missing, and {why.rstrip('.')}."
    return NotChecked(finding.code, finding.orders[0], ("taken_for",), message, (rule,), finding.severity, finding.drug)


def _rows(findings: Sequence[Finding]) -> list[Finding]:
    """Findings with the rows that were merged under them as rows of their own."""
    rows = []
    for finding in findings:
        rows += [replace(finding, merged=()), *finding.merged]
    return rows


def sig_of(turns: Sequence[RegimenStep]) -> Sig:
    """The steps of one stretch as one dosage instruction."""
    step = turns[0]
    if step.interval is not None:
        return Sig(
            _plain(step.doses[0]), Every(step.interval, step.interval), as_needed=True, max_per_day=step.max_per_day
        )
    match step.pattern:
        case None:
            return Sig(parts=tuple((dose.when or "", dose.amount) for dose in step.doses))
        case NamedDays(weekdays=named):
            return Sig(_plain(_only(step)), OnWeekdays(named))
        case EveryDays(every=every):
            if len(turns) == 1:
                hours = Quantity(Fraction(every * HOURS_A_DAY), UNITS["h"])
                return Sig(_plain(_only(step)), Every(hours, hours))
            return Sig(cycle=tuple(_turn(turns, step.first + offset) for offset in range(every)))


def _turn(turns: Sequence[RegimenStep], day: int) -> Quantity:
    """What the step whose turn it is holds on a day."""
    for step in turns:
        if isinstance(step.pattern, EveryDays) and (day - step.pattern.first) % step.pattern.every == 0:
            return _only(step).amount
    return NOTHING


def _only(step: RegimenStep) -> Dose:
    """The one dose of a step that is not daily: several in its days are no pattern that can be ordered."""
    (dose,) = step.doses
    return dose


def _plain(dose: Dose) -> DoseRange:
    return DoseRange(dose.amount, dose.amount)
