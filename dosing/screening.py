"""Screen orders for a patient: every rule that applies becomes a finding, a pass, or a question not answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dosing.case import Case, Situation
from dosing.checks import CHECKS
from dosing.checks.partners import mirrored
from dosing.conditions import HOLDS, Holding, holds
from dosing.days import date_of
from dosing.finding import Finding, NotChecked, Passed, Severity, Suggestion, Verdict
from dosing.formulary.kinds import DoseRule, PartnerRule, Rule, StateRule
from dosing.formulary.model import Formulary, Monograph
from dosing.judgement import LISTS, Judgement, missing, settle
from dosing.measures import Measures
from dosing.order import Order
from dosing.patient import Patient
from dosing.restating import restated
from dosing.timeline import INTERNATIONAL, RATE, Course, kind_of
from dosing.totals import Stretch, totals

# The questions that an absent list leaves open.
ONE_QUESTION = frozenset({"contraindication", "interaction", "duplicate-therapy"})
# What rules for every drug are about.
GENERAL = "general"
# The limits that hold for everybody.
GENERAL_LIMITS = frozenset({"max-daily-dose", "max-single-dose"})
# Findings of these kinds have one cause for each rule; of all others, one for each code.
ONE_CAUSE_A_RULE = frozenset({"contraindication", "pregnancy", "monitoring", "co-prescription", "place-in-therapy"})


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdict with what it was based on: the sums over drugs and the measures of the patient."""

    verdict: Verdict
    as_of: date
    totals: Mapping[str, tuple[Stretch, ...]]
    measures: Measures


@dataclass(slots=True)
class _Rows:
    """The rows of a verdict while they are collected."""

    findings: list[Finding]
    not_checked: list[NotChecked]
    passed: list[Passed]


def screen(
    orders: tuple[Order, ...],
    patient: Patient,
    formulary: Formulary,
    as_of: date,
    earlier: tuple[Order, ...] = (),
) -> Screening:
    """Judge orders together and with the patient's medications. The same request always gives the same answer.

    `earlier` are orders that are over and that these follow on.
    """
    situation = situated(orders, patient, formulary, as_of, earlier)
    return Screening(_verdict(situation), as_of, totals(situation), situation.measured.all)


def verdict_of(orders: tuple[Order, ...], patient: Patient, formulary: Formulary, as_of: date) -> Verdict:
    """The verdict alone, where nobody reads the sums and measures beside it."""
    return _verdict(situated(orders, patient, formulary, as_of))


def _verdict(situation: Situation) -> Verdict:
    rows = _Rows([], [], [])
    for order in situation.orders:
        _screen_order(order, situation, rows)
    _screen_medications(situation, rows)
    _screen_pairs(situation, rows)
    return Verdict(merged(rows.findings), _grouped(rows.not_checked), tuple(rows.passed))


def situated(
    orders: tuple[Order, ...],
    patient: Patient,
    formulary: Formulary,
    as_of: date,
    earlier: tuple[Order, ...] = (),
) -> Situation:
    """The request with every amount in what its monograph counts."""
    judged = tuple(restated(order, formulary) for order in orders)
    taken = tuple(restated(known, formulary) for known in patient.medications or ())
    if any(one is not other for one, other in zip(taken, patient.medications or (), strict=True)):
        patient = replace(patient, medications=taken)
    return Situation(judged, patient, formulary, as_of, tuple(restated(known, formulary) for known in earlier))


def _screen_order(order: Order, situation: Situation, rows: _Rows) -> None:
    drugs = situation.ingredients(order)
    if not drugs:
        rows.findings.append(_unknown_drug(order))
        return
    for drug in drugs:
        monograph = situation.formulary.monographs.get(drug)
        course = next(course for course in situation.courses_of[drug] if course.order is order)
        if monograph is None:
            rows.not_checked.append(
                NotChecked(
                    "max-daily-dose",
                    order.given,
                    ("monograph",),
                    f"{drug} is known by name only: it has no monograph, so its dose was not checked.",
                    (),
                    Severity.CRITICAL,
                )
            )
            continue
        forms = _known_forms(situation.formulary, order, monograph.forms)
        wanted = forms if order.form is None else tuple(form for form in forms if form == order.form)
        if not any(order.may_be(form) for form in wanted) or not _has_route(monograph, order, wanted):
            rows.findings.append(_unknown_form(order, drug, forms))
            # What holds however it is taken is told all the same: a weekly drug is not taken daily in any form.
            rows.findings += _always_judged(course, situation)
            continue
        case = Case(situation, order, course, monograph)
        nothing = _nothing_to_judge(case)
        if nothing is not None:
            rows.not_checked.append(nothing)
            continue
        _screen_case(case, rows)
        rows.not_checked += _for_adults(case, rows)


def _screen_case(case: Case, rows: _Rows) -> None:
    suspended: list[tuple[Rule, Holding, Judgement]] = []
    for check in CHECKS:
        for rule in case.monograph.rules_of.get(check.kind, ()):
            holding = holds(rule.when, case)
            if holding.truth is False:
                continue
            judgement = check.judge(case, rule, holding)
            if judgement is None:
                continue
            if holding.truth is None and holding.needs == ("form",) and not judgement.kept and not judgement.needs:
                suspended.append((rule, holding, judgement))
                continue
            _add(settle(case, rule, holding, judgement), rows)
    _settle_forms(case, suspended, rows)


def _settle_forms(case: Case, suspended: list[tuple[Rule, Holding, Judgement]], rows: _Rows) -> None:
    """Rules that fail for some form of a drug whose form is not stated.

    For each code it is certain how grave the finding is at least: as grave as for the form that it is lightest for.
    """
    for code in dict.fromkeys(rule.kind for rule, _, _ in suspended):
        failing = [row for row in suspended if row[0].kind == code]
        certain = min(_gravest_for(form, failing) for form in case.possible_forms)
        for rule, holding, judgement in failing:
            known = _weight(rule, judgement) <= certain
            _add(settle(case, rule, Holding(True) if known else holding, judgement), rows)


def _gravest_for(form: str, failing: list[tuple[Rule, Holding, Judgement]]) -> Severity:
    weights = [_weight(rule, judgement) for rule, _, judgement in failing if form in (rule.when.forms or ())]
    return max(weights, default=Severity.NONE)


def _weight(rule: Rule, judgement: Judgement) -> Severity:
    return judgement.severity if judgement.severity is not None else rule.severity


def _add(result: Finding | Passed | NotChecked, rows: _Rows) -> None:
    if isinstance(result, Finding):
        rows.findings.append(result)
    elif isinstance(result, Passed):
        rows.passed.append(result)
    else:
        rows.not_checked.append(result)


def _screen_medications(situation: Situation, rows: _Rows) -> None:
    """Medications are context and are not judged. One that is not understood could meet anything; one whose stated
    duration has run out is said to count as current."""
    judged = tuple(order.given for order in situation.orders)
    for order in situation.medications or ():
        if order.drug is None:
            rows.findings.append(replace(_unknown_drug(order), orders=judged, medications=(order.spoken,)))
    for course in situation.courses:
        if course.medication and not any(
            other.drug == course.drug for other in situation.courses if not other.medication
        ):
            rows.findings += [
                replace(found, orders=judged, medications=(course.order.spoken,))
                for found in _always_judged(course, situation)
            ]
        over = course.last is not None and course.order.end_date is None and course.last < situation.first_judged
        if course.medication and over:
            rows.findings.append(
                Finding(
                    "interaction",
                    Severity.INFO,
                    judged,
                    course.drug,
                    f"The stated duration of {course.drug} has run out; it counts as current for interactions.",
                    medications=(course.order.spoken,),
                )
            )


def _always_judged(course: Course, situation: Situation) -> list[Finding]:
    """What is told although nothing else can be, or is not asked: a weekly drug that is taken daily."""
    monograph = situation.formulary.monographs.get(course.drug)
    if monograph is None:
        return []
    case = Case(situation, course.order, course, monograph)
    found: list[Finding] = []
    for check in CHECKS:
        for rule in monograph.rules_of.get(check.kind, ()):
            if not rule.always:
                continue
            holding = holds(rule.when, case)
            judgement = check.judge(case, rule, holding) if holding.truth is True else None
            if judgement is not None and not judgement.kept and not judgement.needs:
                result = settle(case, rule, holding, judgement)
                if isinstance(result, Finding):
                    found.append(result)
    return found


def _screen_pairs(situation: Situation, rows: _Rows) -> None:
    """Pair rules that stand with a medication and not with what is ordered beside it, the current ones and the past."""
    taken = [course for course in situation.courses if course.medication]
    ordered = frozenset(
        name
        for course in situation.courses
        if not course.medication
        for name in (course.drug, *situation.formulary.classes_of(course.drug))
    )
    for course in (*taken, *situation.ended_courses):
        monograph = situation.formulary.monographs.get(course.drug)
        if monograph is None:
            continue
        case = Case(situation, course.order, course, monograph)
        for kind in ("interaction", "duplicate-therapy"):
            for rule in monograph.rules_of.get(kind, ()):
                if not isinstance(rule, PartnerRule) or ordered.isdisjoint(rule.partners | (rule.third or frozenset())):
                    continue
                judgement = mirrored(case, rule, HOLDS)
                if judgement is None or (judgement.kept and not judgement.notice):
                    continue
                holding = holds(rule.when, case)
                if holding.truth is not False:
                    _add_mirrored(settle(case, rule, holding, judgement), course, judgement, rows)


def _add_mirrored(result: Finding | Passed | NotChecked, course: Course, judgement: Judgement, rows: _Rows) -> None:
    """The same row, of the orders that the medication meets instead of the medication."""
    ordered = tuple(dict.fromkeys(met.order.given for met in judgement.courses if not met.medication))
    if isinstance(result, Finding):
        others = [met.order.spoken for met in judgement.courses if met.medication]
        medications = tuple(dict.fromkeys([course.order.spoken, *others]))
        rows.findings.append(replace(result, orders=ordered, medications=medications))
    elif isinstance(result, NotChecked):
        for order in ordered:
            rows.not_checked.append(replace(result, order=order))


def _has_route(monograph: Monograph, order: Order, forms: tuple[str, ...]) -> bool:
    """Whether something of these forms is for the stated route; a product that names none is for any of its form."""
    listed = [product for product in monograph.products if product.form in forms and order.may_be(product.form)]
    return (
        order.route is None or not listed or any(item.routes is None or order.route in item.routes for item in listed)
    )


def _known_forms(formulary: Formulary, order: Order, forms: tuple[str, ...]) -> tuple[str, ...]:
    combination = formulary.combinations.get(order.drug or "")
    if combination is None:
        return forms
    return tuple(dict.fromkeys(product.form for product in combination.products))


def _of_another_kind(case: Case) -> bool:
    """Whether the dose is a rate for a drug without patches, or an amount for one that has nothing else."""
    if case.course.needs:
        return False
    forms = case.possible_forms
    kinds = {kind_of(product.strength) for product in case.monograph.products if product.form in forms}
    return bool(kinds) and case.course.unit not in kinds


def _for_adults(case: Case, rows: _Rows) -> list[NotChecked]:
    """The figures are for adults: for a child, or somebody who may be one, they settle only what is forbidden. Where
    the drug's own rules speak of that age, what they leave open weighs no more than they do."""
    age = case.patient.age_on(date_of(max(case.course.first, case.situation.first_judged), case.situation.day_one))
    scope = case.formulary.formulas["population"]
    if age is not None and age >= scope.constants["from"]:
        return []
    needs = "age" if age is None else "figures_for_children"
    message = f"Not checked for {case.drug}: {scope.note}"
    spoken = [
        found
        for found in rows.findings
        if age is not None
        and found.orders[:1] == (case.order.given,)
        and found.code == "age-limit"
        and found.rule is not None
        and found.rule.subject == case.drug
    ]
    weighs = Severity.WARNING if spoken else Severity.CRITICAL
    return [NotChecked("age-limit", case.order.given, (needs,), message, (), weighs, case.drug)]


def _nothing_to_judge(case: Case) -> NotChecked | None:
    """An order whose dose is of another kind, or that has no dose on any day that is judged: silence is no verdict."""
    drug, course = case.drug, case.course
    if case.order.basis is not None and case.monograph.basis is None:
        return _not_judged(case, ("basis",), f"How much base is in how much salt of {drug} is not known.")
    if _of_another_kind(case):
        kind = {RATE: "a rate per hour", INTERNATIONAL: "in international units"}.get(course.unit, "an amount")
        return _not_judged(case, ("dose",), f"The dose is {kind}, which {drug} does not have in this form.")
    if course.needs or course.judged(case.situation.first_judged):
        return None
    if course.runs:
        return _not_judged(case, ("as_of",), f"Every dose of {drug} lies before the day of the question.")
    return _not_judged(case, ("duration",), f"No dose of {drug} falls on any day of the order.")


def _not_judged(case: Case, needs: tuple[str, ...], why: str) -> NotChecked:
    rules = tuple(rule for rule in case.monograph.rules if not rule.superseded)
    message = f"{why} Nothing about it was checked."
    return NotChecked("max-daily-dose", case.order.given, needs, message, rules, Severity.CRITICAL)


def _unknown_drug(order: Order) -> Finding:
    names = f" Known names that look like it: {', '.join(order.suggestions)}." if order.suggestions else ""
    return Finding(
        "unknown-drug",
        Severity.WARNING,
        (order.given,),
        order.spoken,
        f"{order.spoken} is not in the formulary; nothing about it was checked.{names}",
        suggestion=Suggestion(names=order.suggestions),
    )


def _unknown_form(order: Order, drug: str, forms: Sequence[str]) -> Finding:
    return Finding(
        "unknown-form",
        Severity.WARNING,
        (order.given,),
        drug,
        f"{_form_words(order)} is not a form of {drug} in the formulary; nothing about it was checked. "
        f"Known forms: {', '.join(forms)}.",
        suggestion=Suggestion(names=tuple(forms[:3])),
    )


def _form_words(order: Order) -> str:
    by_route = f" by {order.route} route" if order.route is not None else ""
    return f"{order.form or 'Anything'}{by_route}"


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One row for each cause: the gravest first, then in the order of the formulary; the others under it."""
    causes: dict[tuple[object, ...], list[Finding]] = {}
    told = list(findings)
    general = {_measured(finding): finding for finding in told if finding.code in GENERAL_LIMITS}
    for finding in told:
        # A kidney table repeats the usual limit in its highest band: that is one cause.
        usual = general.get(_measured(finding)) if finding.code == "renal-dose" else None
        causes.setdefault(_cause(usual or finding), []).append(finding)
    rows = []
    for same in causes.values():
        distinct = _distinct(same)
        lead = max(distinct, key=lambda finding: finding.severity)
        rest = tuple(finding for finding in distinct if finding is not lead)
        rows.append(replace(lead, merged=rest) if rest else lead)
    return tuple(sorted(rows, key=lambda finding: -finding.severity))


def _measured(finding: Finding) -> tuple[object, ...]:
    return (finding.orders, finding.medications, finding.drug, finding.measured, finding.limit)


def _distinct(findings: list[Finding]) -> list[Finding]:
    """One finding for each rule and stretch of days: two orders may say the same, and then the graver one counts."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule.id if finding.rule else None, finding.days)
        if key not in kept or finding.severity > kept[key].severity:
            kept[key] = finding
    return list(kept.values())


def _cause(finding: Finding) -> tuple[object, ...]:
    rule = finding.rule
    about = (finding.code, frozenset(finding.orders), frozenset(finding.medications), finding.drug)
    if rule is None:
        return (*about, finding.message)
    if rule.subject == GENERAL and finding.code == "co-prescription":
        return (finding.code, rule.id)  # what belongs beside every drug is said once for a patient
    if finding.code in ONE_CAUSE_A_RULE or (isinstance(rule, StateRule) and finding.code == "frequency"):
        return (*about, rule.id)
    if isinstance(rule, PartnerRule) or (len(finding.orders) > 1 and not isinstance(rule, DoseRule)):
        # Two orders that meet are one cause, whichever of the two is asked.
        return (finding.code, frozenset(finding.orders), frozenset(finding.medications))
    return about


def _grouped(rows: Iterable[NotChecked]) -> tuple[NotChecked, ...]:
    """One row for each question of an order and each missing answer, naming every rule that waits for it.

    Questions about what else the patient has or takes are one each, whatever is missing.
    """
    groups: dict[tuple[object, ...], list[NotChecked]] = {}
    for row in rows:
        needs = () if row.code in ONE_QUESTION and LISTS.issuperset(row.needs) else row.needs
        groups.setdefault((row.order, row.code, needs), []).append(row)
    return tuple(same[0] if len(same) == 1 else _one_question(same) for same in groups.values())


def _one_question(rows: list[NotChecked]) -> NotChecked:
    needs = tuple(dict.fromkeys(need for row in rows for need in row.needs))
    rules = tuple(dict.fromkeys(rule for row in rows for rule in row.rules))
    waiting = f" {len(rules)} rules wait for it." if len(rules) > 1 else ""
    message = f"{missing(rows[0].drug, needs)}{waiting}" if rules else rows[0].message
    return replace(rows[0], needs=needs, message=message, rules=rules, gravest=max(row.gravest for row in rows))


def sums(
    orders: tuple[Order, ...], patient: Patient, formulary: Formulary, as_of: date
) -> Mapping[str, tuple[Stretch, ...]]:
    """The totals over drugs alone, without judging anything."""
    return totals(situated(orders, patient, formulary, as_of))
