"""States of the patient or the order under which a drug should not be used: conditions, pregnancy, allergy, use."""

from __future__ import annotations

from dosing.case import Case
from dosing.checks import amounts, weekly
from dosing.conditions import Holding
from dosing.finding import Severity
from dosing.formulary.kinds import Action, AdviceRule, Rule, StateRule, WeeklyRule
from dosing.judgement import KEPT, Judgement, unanswered


def judge(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A rule that is broken by its condition alone."""
    if not isinstance(rule, StateRule):
        return None
    effect = f": {rule.effect}" if rule.effect else ""
    reason = _reason(case, rule)
    if rule.action is Action.INFO:
        return Judgement(False, f"{case.drug}{reason}{effect or ': a note'}.", severity=rule.severity)
    verb = rule.action.value.replace("-", " ")
    return Judgement(False, f"{case.drug} is {_phrase(verb)}{reason}{effect}.", severity=rule.severity)


def frequency(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """A count of doses a day, or a use (as needed, for acute pain) that the drug is not for."""
    if isinstance(rule, StateRule):
        return judge(case, rule, holding)
    if isinstance(rule, WeeklyRule):
        return weekly.judge(case, rule, holding)
    return amounts.judge(case, rule, holding)


def allergy(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """An allergy to the substance itself, or to another member of one of its classes."""
    allergies = case.patient.allergies
    if allergies is None:
        return unanswered(("allergies",))
    classes = case.formulary.classes_of(case.drug)
    if rule.id.endswith("/allergy-substance"):
        if case.drug not in allergies:
            return KEPT
        return Judgement(False, f"The patient is allergic to {case.drug}.", code="contraindication")
    related = sorted(name for name in allergies if name != case.drug and _related(case, name, classes))
    if not related:
        return KEPT
    return Judgement(
        False,
        f"The patient is allergic to {' and '.join(related)}, which is related to {case.drug}.",
        code="contraindication",
        severity=Severity.WARNING,
    )


def advice(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """Something to measure or to consider, said once."""
    if not isinstance(rule, AdviceRule):
        return None
    if rule.unless_taken:
        known = case.situation.known_drugs(case.order)
        if any(case.formulary.concerns(drug, rule.unless_taken) for drug in known):
            return KEPT
        if case.patient.medications is None:
            return unanswered(("medications",))
    every = f", {rule.every}" if rule.every else ""
    return Judgement(False, f"{case.drug}: {rule.what}{every}.".replace("..", "."), severity=rule.severity)


def _related(case: Case, name: str, classes: frozenset[str]) -> bool:
    """Whether an allergy names one of the drug's allergy classes, a term for one, or another drug of one."""
    term = case.formulary.allergies.get(name)
    shared = frozenset(wanted for known in case.formulary.allergies.values() for wanted in known.classes) & classes
    if term is not None:
        return not term.classes.isdisjoint(classes)
    return name in shared or not case.formulary.classes_of(name).isdisjoint(shared)


def _phrase(verb: str) -> str:
    return {
        "avoid": "to be avoided",
        "caution": "to be used with caution",
        "do not use": "not to be used",
    }.get(verb, verb)


def _reason(case: Case, rule: StateRule) -> str:
    """Which of the rule's conditions the patient has."""
    wanted, known = rule.when.conditions, case.patient.conditions
    if rule.kind == "pregnancy":
        return " while breastfeeding" if rule.when.breastfeeding else " in pregnancy"
    if wanted is None or known is None:
        return ""
    found = [case.formulary.conditions[name].title.lower() for name in sorted(wanted & known)]
    return f" in {' and '.join(found)}" if found else ""
