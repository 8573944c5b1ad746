"""P5: missing is visible.

For every rule, on each order that breaks it: take away one thing that is known about the patient or the order. Either
the rule is then among what was not checked, by name, or every value that the missing thing could have gives the same
result as leaving it out. And where the rule could have stopped the order, the order is not accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from api.schemas.quantities import ONE
from api.schemas.requests import OrdersQuestion
from dosing.finding import Decision, Severity, Verdict
from dosing.formulary.kinds import CourseRule, PartnerRule, Rule, TableRule
from dosing.judgement import PURPOSE, gravest
from dosing.order import Concentration, Order
from dosing.patient import DEGREES, Patient
from dosing.screening import screen
from dosing.units import Quantity, quantity
from dosing.vocabulary import INTENTS, PIECE_OF_FORM, ROUTE_OF_FORM
from tests.figures import FULL
from tests.reading_cases import CANARIES, canary_question, cases, formulary, rules_found

Questions = list[OrdersQuestion]


@dataclass(frozen=True)
class Input:
    """Something that may be missing: how it is taken away (None: it is not there), and every value it could have."""

    name: str
    without: Callable[[OrdersQuestion, Rule], OrdersQuestion | None]
    values: Callable[[OrdersQuestion, Rule], Questions]


def judged(question: OrdersQuestion, rule: Rule) -> Order | None:
    """The order that the rule is about: the first of a drug that has it. None: it is about a current medication."""
    for order in question.orders:
        if any(rule in formulary().monographs[drug].rules for drug in drugs_of(order)):
            return order
    return None


def drugs_of(order: Order) -> tuple[str, ...]:
    assert order.drug is not None
    combination = formulary().combinations.get(order.drug)
    drugs = combination.ingredients if combination is not None else (order.drug,)
    return tuple(drug for drug in drugs if drug in formulary().monographs)


def patient_input(name: str, values: Callable[[Patient, Rule], list[Any]], *also: str) -> Input:
    """A field of the patient; `also` are fields from which it could be told."""

    def without(question: OrdersQuestion, rule: Rule) -> OrdersQuestion | None:
        if getattr(question.patient, name) is None and all(getattr(question.patient, other) is None for other in also):
            return None
        nothing: dict[str, Any] = dict.fromkeys((name, *also))
        return replace(question, patient=replace(question.patient, **nothing))

    def every(question: OrdersQuestion, rule: Rule) -> Questions:
        nothing: dict[str, Any] = dict.fromkeys(also)
        stated = getattr(question.patient, name)
        found = [value for value in [stated, *values(question.patient, rule)] if value is not None]
        return [replace(question, patient=replace(question.patient, **nothing, **{name: value})) for value in found]

    return Input(name, without, every)


def order_input(name: str, values: Callable[[Order, Rule], list[Any]]) -> Input:
    """A field of the order that the rule is about."""

    def without(question: OrdersQuestion, rule: Rule) -> OrdersQuestion | None:
        order = judged(question, rule)
        if order is None or getattr(order, name) is None or needs_it(order, name):
            return None
        return with_order(question, rule, **{name: None})

    def every(question: OrdersQuestion, rule: Rule) -> Questions:
        order = judged(question, rule)
        assert order is not None
        found = [getattr(order, name), *values(order, rule)]
        return [with_order(question, rule, **{name: value}) for value in found]

    return Input(name, without, every)


def needs_it(order: Order, name: str) -> bool:
    """Whether the request would be refused without it: doses in pieces or volumes need their content."""
    heads = {
        dose.unit.code[:1]
        for step in order.steps
        for dose in [*([step.sig.dose.high] if step.sig.dose else []), *step.sig.cycle, *dict(step.sig.parts).values()]
    }
    volumes = any(
        step.sig.dose is not None and step.sig.dose.high.unit.code in ("mL", "L", "dL", "uL") for step in order.steps
    )
    return (name == "strengths" and "{" in heads) or (name == "concentrations" and volumes)


def with_order(question: OrdersQuestion, rule: Rule, **changes: Any) -> OrdersQuestion:
    order = judged(question, rule)
    assert order is not None
    changed = replace(order, **changes)
    return replace(question, orders=tuple(changed if known is order else known for known in question.orders))


def quantities(unit: str, *numbers: str) -> list[Quantity]:
    return [quantity(f"{number} {unit}") for number in numbers]


AGES = quantities("years", *map(str, (0.5, 2, 3, 5, 11, 12, 14, 15, 17, 18, 30, 50, 59, 60, 64, 65, 74, 75, 76, 90)))
CLEARANCES = quantities("mL/min", *map(str, (5, 12, 15, 20, 29.5, 30, 31, 45, 49, 50, 59.5, 60, 61, 75, 90, 120)))
RATES = quantities("mL/min/{1.73_m2}", *map(str, (10, 20, 24, 25, 29, 30, 45, 49, 50, 59, 60, 90)))
WEIGHTS = quantities("kg", *map(str, (3, 12, 40, 49, 50, 70, 150)))
# Values of a laboratory on both sides of every bound that a rule has.
LABORATORY = {
    "neutrophils": quantities("10*3/uL", "0.3", "0.9", "1", "1.4", "1.5", "2", "5"),
    "alanine_aminotransferase": quantities("U/L", "10", "40", "81", "121", "200", "1000"),
    "alanine_aminotransferase_upper_limit": quantities("U/L", "30", "40", "60"),
    "qtc": quantities("ms", "380", "440", "449", "450", "451", "500", "501"),
    "bilirubin": quantities("mg/dL", "0.5", "2.5", "4"),
    "albumin": quantities("g/dL", "2", "3", "4.5"),
    "inr": [Quantity(Fraction(ratio), ONE) for ratio in (1, 2, 3)],
}
CONCENTRATIONS = [Concentration(quantity(f"{amount} mg"), quantity("1 mL")) for amount in (1, 19, 20, 50)]
PHENOTYPES = ("normal", "intermediate", "poor")
ASCITES = ("none", "mild", "moderate")
ENCEPHALOPATHY = ("none", "grade-1", "grade-2", "grade-3", "grade-4")
WEEKS = quantities("wk", *map(str, (8, 19, 20, 30, 31, 38)))


def is_childbearing(patient: Patient) -> bool:
    """Whether what is stated leaves only a woman of childbearing age: anything else is refused or contradicts it."""
    return patient.pregnant is True or patient.breastfeeding is True or patient.gestational_age is not None


def ages_of(patient: Patient) -> list[Quantity]:
    ages = formulary().formulas["childbearing"].constants
    if not is_childbearing(patient):
        return AGES
    return [age for age in AGES if ages["from"] <= age.value <= ages["to"]]


@cache
def partners_of(rule: str) -> tuple[Order, ...]:
    """One order of each drug, without a dose, that a pair rule of the same drugs names."""
    drugs: dict[str, None] = {}
    for monograph in formulary().monographs.values():
        if any(known.id == rule for known in monograph.rules):
            for known in monograph.rules:
                named = known.partners if isinstance(known, PartnerRule) else known.when.medications or frozenset()
                for name in sorted(named | getattr(known, "needs", frozenset())):
                    drugs.update(dict.fromkeys(sorted(formulary().members.get(name, frozenset({name})))[:2]))
    return tuple(Order(given="partner", spoken=drug, drug=drug) for drug in drugs)


def medications(patient: Patient, rule: Rule) -> list[tuple[Order, ...]]:
    return [(), *((order,) for order in partners_of(rule.id))]


def experience() -> Input:
    """It is told by the medications too, so both are taken away; then only its own values are tried."""

    def without(question: OrdersQuestion, rule: Rule) -> OrdersQuestion | None:
        return replace(question, patient=replace(question.patient, opioid_experience=None, medications=None))

    def every(question: OrdersQuestion, rule: Rule) -> Questions:
        kept = question.patient.medications
        return [
            replace(question, patient=replace(question.patient, opioid_experience=value, medications=kept))
            for value in ("naive", "tolerant")
        ]

    return Input("opioid_experience", without, every)


def last_day() -> Input:
    """The day on which a medication was stopped."""

    def without(question: OrdersQuestion, rule: Rule) -> OrdersQuestion | None:
        taken = question.patient.medications or ()
        if not any(order.end_date is not None for order in taken):
            return None
        stopped = tuple(replace(order, end_date=None, stopped=True) for order in taken)
        return replace(question, patient=replace(question.patient, medications=stopped))

    def every(question: OrdersQuestion, rule: Rule) -> Questions:
        taken = question.patient.medications or ()
        days = [order.end_date for order in taken] + [question.as_of.replace(year=2020), question.as_of.replace(day=1)]
        begun = max((order.start_date for order in taken if order.start_date is not None), default=None)
        days = [day for day in days if begun is None or (day is not None and day >= begun)]
        return [
            replace(
                question,
                patient=replace(
                    question.patient, medications=tuple(replace(order, end_date=day, stopped=True) for order in taken)
                ),
            )
            for day in days
        ]

    return Input("end_date", without, every)


def laboratory(name: str) -> Input:
    """One value of the laboratory."""

    def without(question: OrdersQuestion, rule: Rule) -> OrdersQuestion | None:
        known = question.patient.laboratory
        if name not in known:
            return None
        others = {other: value for other, value in known.items() if other != name}
        return replace(question, patient=replace(question.patient, laboratory=others))

    def every(question: OrdersQuestion, rule: Rule) -> Questions:
        known = question.patient.laboratory
        return [
            replace(question, patient=replace(question.patient, laboratory={**known, name: value}))
            for value in [known[name], *LABORATORY[name]]
        ]

    return Input(name, without, every)


def one_of_each(names: list[str]) -> list[frozenset[str]]:
    """None of them, and each of them alone."""
    return [frozenset(), *(frozenset({name}) for name in names)]


INPUTS = (
    patient_input("age", lambda patient, rule: ages_of(patient), "birth_date"),
    patient_input("sex", lambda patient, rule: ["female"] if is_childbearing(patient) else ["female", "male"]),
    patient_input("weight", lambda patient, rule: WEIGHTS),
    patient_input("creatinine_clearance", lambda patient, rule: CLEARANCES, "serum_creatinine"),
    patient_input("egfr", lambda patient, rule: RATES, "serum_creatinine"),
    patient_input("hemodialysis", lambda patient, rule: [True, False]),
    patient_input("hepatic_impairment", lambda patient, rule: list(DEGREES), "child_pugh"),
    patient_input("ascites", lambda patient, rule: list(ASCITES)),
    patient_input("encephalopathy", lambda patient, rule: list(ENCEPHALOPATHY)),
    patient_input("tpmt", lambda patient, rule: list(PHENOTYPES)),
    patient_input("nudt15", lambda patient, rule: list(PHENOTYPES)),
    *(laboratory(name) for name in LABORATORY),
    # Weeks of pregnancy that are stated leave one answer.
    patient_input("pregnant", lambda patient, rule: [True] if patient.gestational_age is not None else [True, False]),
    patient_input("gestational_age", lambda patient, rule: WEEKS),
    patient_input("breastfeeding", lambda patient, rule: [True, False]),
    patient_input(
        "conditions",
        lambda patient, rule: [frozenset(), *(frozenset({name}) for name in sorted(formulary().conditions))],
    ),
    patient_input(
        "allergies",
        lambda patient, rule: one_of_each([*sorted(formulary().allergies), *sorted(formulary().monographs)]),
    ),
    patient_input("medications", medications),
    experience(),
    last_day(),
    order_input("form", lambda order, rule: possible_forms(order)),
    order_input("route", lambda order, rule: possible_routes(order)),
    order_input("indication", lambda order, rule: sorted(formulary().indications)),
    order_input("intent", lambda order, rule: sorted(INTENTS)),
    order_input("strengths", lambda order, rule: strengths_of(order)),
    order_input(
        "concentrations", lambda order, rule: [dict.fromkeys(drugs_of(order), held) for held in CONCENTRATIONS]
    ),
)


# The routes of an injection; every other form has one.
INJECTED = ("subcutaneous", "intramuscular", "intra-articular", "intravenous")


def possible_routes(order: Order) -> list[str]:
    """The routes that the form has: nobody takes a tablet by vein."""
    forms = (
        [order.form] if order.form is not None else [form for drug in drugs_of(order) for form in forms_of(drug, order)]
    )
    found = {ROUTE_OF_FORM[form] for form in forms} - {None}
    return sorted({*(route for route in found if route is not None), *(INJECTED if "injection" in forms else ())})


def possible_forms(order: Order) -> list[str]:
    """The forms that doses, quantity and route allow: a patch alone is dosed by the hour, capsules are not of tablets,
    and a tablet is not taken by vein."""
    by_the_hour = any(step.sig.dose is not None and step.sig.dose.high.unit.code.endswith("/h") for step in order.steps)
    forms = [form for drug in drugs_of(order) for form in forms_of(drug, order)]
    piece = order.quantity.unit.code if order.quantity is not None else None
    return [
        form
        for form in forms
        if (form == "transdermal patch") == by_the_hour
        and piece in (None, PIECE_OF_FORM.get(form, "mL"))
        and order.may_be(form)
    ]


def forms_of(drug: str, order: Order) -> tuple[str, ...]:
    combination = formulary().combinations.get(order.drug or "")
    if combination is not None:
        return tuple(product.form for product in combination.products)
    return formulary().monographs[drug].forms


def strengths_of(order: Order) -> list[dict[str, Quantity]]:
    return [
        {drug: product.strength}
        for drug in drugs_of(order)
        for product in formulary().monographs[drug].products
        if product.volume is None and (order.form is None or product.form == order.form)
    ]


# Which inputs the named slots of a rule need, where they are called otherwise; in the short run only these are taken
# away.
NEEDED = {
    "forms": ("form",),
    "routes": ("route", "form"),
    "indications": ("indication",),
    "not_indications": ("indication",),
    "unless_indications": ("indication",),
    "intents": ("intent",),
    "not_conditions": ("conditions",),
    "concentration": ("concentrations",),
    "alanine_aminotransferase_multiple": ("alanine_aminotransferase", "alanine_aminotransferase_upper_limit"),
}
# Slots that nothing is missing for: what they ask is in every order that is not refused.
ANSWERED = {
    "as_needed": "the steps say it: what is not written as needed is scheduled",
    "self_care": "an order is for self-care when it says so; one that says nothing is not",
    "course_day": "counted from the first day of the order itself",
    "daily_dose": "an order without a dose is refused",
    "duration": "an order that states no length goes on",
    "mme": "a sum of the doses; a dose or a factor that is not known leaves the sum open, which P2 and P7 try",
    "prednisone_equivalent": "as the morphine equivalents",
}
BY_KIND = {
    "interaction": ("medications",),
    "duplicate-therapy": ("medications",),
    "co-prescription": ("medications",),
    "starting-dose": ("medications",),
    "weight-dose": ("weight",),
    "allergy": ("allergies",),
    "pregnancy": ("age", "sex"),
}


def needed_by(rule: Rule) -> set[str]:
    needed = {name for slot in rule.when.stated for name in NEEDED.get(slot, (slot,)) if slot not in ANSWERED}
    needed |= set(BY_KIND.get(rule.kind, ()))
    if isinstance(rule, TableRule):
        needed |= {rule.measure, "hemodialysis"}
    if isinstance(rule, CourseRule):
        needed |= {"weight"} if "/kg" in rule.limit.unit.code else set()
        needed |= {"medications", "end_date"} if rule.together else set()
    if isinstance(rule, PartnerRule) and rule.washout_partner is not None:
        needed.add("end_date")
    return needed


def result_of(question: OrdersQuestion, rule: Rule) -> tuple[str, Verdict]:
    """What the verdict says about a rule: the weight of its finding, that it was not checked, or nothing against it."""
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    found = rules_found(verdict).get(rule.id)
    if found is not None:
        return found.severity.word, verdict
    if any(known.id == rule.id for row in verdict.not_checked for known in row.rules):
        return "not checked", verdict
    return "quiet", verdict


def gives_a_finding_like(question: OrdersQuestion, rule: Rule, weight: str) -> bool:
    """Whether some rule of the same kind is broken, with at least the same weight."""
    verdict = screen(question.orders, question.patient, formulary(), question.as_of).verdict
    return any(
        finding.rule is not None and finding.rule.kind == rule.kind and finding.severity >= Severity[weight.upper()]
        for finding in rules_found(verdict).values()
    )


def broken_by() -> Iterator[tuple[str, Rule, OrdersQuestion]]:
    for case in cases(CANARIES):
        rule = formulary().rules[case["rule"]]
        if case["fires"]:
            yield case["name"], rule, canary_question(case)


BROKEN = list(broken_by())

# Decided, each by itself: these are told although what is missing could undo them. Nothing else may be.
TOLD_ALL_THE_SAME = {
    ("opioid/acute-week-seed", "intent"): "that a reassessment is dated is told for an order of any intent",
    ("gabapentin/below-effective-dose", "hemodialysis"): "a dose is low before it is known to be enough on dialysis",
}


# A note on what was not counted, which weighs nothing: it is told where the rule is known to hold.
LEFT_UNSAID = {
    ("opioid/mme-50", "conditions"): "that a patch has no factor; what the conditions leave open is named elsewhere",
}


def needs_of(verdict: Verdict) -> set[str]:
    return {need for row in verdict.not_checked for need in row.needs}


def indication_of(question: OrdersQuestion, rule: Rule) -> str | None:
    order = judged(question, rule)
    return order.indication if order is not None else None


def kidneys_work(question: OrdersQuestion, rule: Rule) -> bool:
    """Whether a stated function lies above the band that dialysis is put on: nobody with such kidneys is on it."""
    if not isinstance(rule, TableRule):
        return False
    measured = getattr(question.patient, rule.measure)
    lowest = min(rule.bands, key=lambda band: band.range.low or 0)
    return measured is not None and measured.value not in lowest.range


def understood(question: OrdersQuestion, rule: Rule) -> bool:
    """Whether the order that the rule is about is one that is judged at all."""
    order = judged(question, rule)
    return order is None or order.form is None or any(order.form in forms_of(drug, order) for drug in drugs_of(order))


def weight_of(verdict: Verdict, rule: Rule) -> Severity:
    """What the question weighs that a rule was left open for: as the rule says, else as its gravest finding."""
    needs = {need for row in verdict.not_checked for known in row.rules if known.id == rule.id for need in row.needs}
    if rule.if_missing is not None and PURPOSE.isdisjoint(needs):
        return rule.if_missing
    return gravest(rule)


@pytest.mark.parametrize(("name", "rule", "question"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_what_is_missing_shows(name: str, rule: Rule, question: OrdersQuestion) -> None:
    needed = needed_by(rule)
    for known in INPUTS:
        if not FULL and known.name not in needed:
            continue
        missing = known.without(question, rule)
        if missing is None:
            continue
        said, verdict = result_of(missing, rule)
        if said == "not checked":
            assert verdict.decision is not Decision.ACCEPT
            if weight_of(verdict, rule) is Severity.CRITICAL:
                assert verdict.decision in (Decision.REJECT, Decision.CANNOT_ASSESS), known.name
            continue
        if known.name == "form" and said != "quiet":
            # Each form has a rule of its own for the same thing: all of them together are the answer.
            assert all(gives_a_finding_like(value, rule, said) for value in known.values(question, rule))
            continue
        if (rule.id, known.name) in TOLD_ALL_THE_SAME and said != "quiet":
            continue
        if (rule.id, known.name) in LEFT_UNSAID:
            assert said == "quiet"
            continue
        if known.name == "conditions" and rule.when.hepatic_impairment is not None:
            # The degree that is stated is the answer; that nothing is known of cirrhosis shows in other rows.
            assert question.patient.hepatic_impairment is not None or question.patient.child_pugh is not None
            assert "conditions" in needs_of(verdict)
            continue
        if missing.patient.medications is None and judged(question, rule) is None:
            # Of a medication that is not known nothing can be said by name.
            assert verdict.decision is not Decision.ACCEPT
            continue
        values = [value for value in known.values(question, rule) if understood(value, rule)]
        if known.name == "indication" and rule.when.unless_indications is not None:
            # An order that states none is not for one of these: it is judged as one for anything else.
            excepted = rule.when.unless_indications
            values = [value for value in values if indication_of(value, rule) not in excepted]
        if known.name == "hemodialysis" and kidneys_work(missing, rule):
            values = [value for value in values if value.patient.hemodialysis is not True]
        possible = {result_of(value, rule)[0] for value in values}
        if known.name in PURPOSE and rule.if_unstated is not None:
            # A rule for some indications is told, with the weight it has for an order that states none.
            assert said in possible | {rule.if_unstated.word}, (known.name, said, possible)
            assert said != "quiet", (known.name, said, possible)
            continue
        assert possible == {said}, (known.name, said, possible)


def test_every_rule_that_can_fire_is_tried() -> None:
    live = {rule.id for rule in formulary().rules.values() if not rule.superseded}
    assert live == {rule.id for _, rule, _ in BROKEN}


# Inputs that no order which breaks the rule can state, so that none can be taken away; each with the reason.
NEVER_STATED = {
    "route": "the form says it, and is taken away instead",
    "strengths": "the dose is in tablets, which is refused without a strength",
}


def test_every_input_that_a_rule_needs_is_taken_away_from_some_order() -> None:
    inputs = {known.name: known for known in INPUTS}
    taken: dict[str, set[str]] = {}
    for _, rule, question in BROKEN:
        stated = {name for name, known in inputs.items() if known.without(question, rule) is not None}
        taken.setdefault(rule.id, set()).update(stated)
    never = {
        (rule, name)
        for rule, stated in taken.items()
        for name in needed_by(formulary().rules[rule])
        if name not in stated
    }
    assert {name for _, name in never} == set(NEVER_STATED), sorted(never)


def test_nothing_known_is_never_accepted() -> None:
    """Every drug, in an order that says no more than it must, for a patient of whom nothing is known."""
    accepted = []
    for drug, monograph in formulary().monographs.items():
        for form in monograph.forms:
            for case_name, _, question in BROKEN:
                order = question.orders[0]
                if order.drug == drug and order.form == form:
                    bare = replace(order, indication=None, intent=None, route=None)
                    verdict = screen((bare,), Patient(), formulary(), question.as_of).verdict
                    if verdict.decision is Decision.ACCEPT:
                        accepted.append(case_name)
    assert accepted == []
