"""What the founding documents ask for, statement by statement: each acts on a real question, both sides of its limit.

A test carries the id of its statement in its name. A founding document is a layer of its own beside labels and
guidelines: where a rule is expected here, it is one of the layer `seed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from api.json_text import encode
from api.planning import Wanted, planned
from api.services import Services, wire
from dosing.finding import Finding, Severity, Verdict
from dosing.formulary.kinds import Layer
from dosing.screening import screen
from schedules.formats import FORMATS, Sheet
from schedules.titration import Plan, plan
from tests import small_formulary
from tests.reading_cases import all_findings, formulary, question_of, rules_found, titration_of

STATEMENTS = (
    "S-GBP",
    "S-PGB",
    "S-TRA",
    "S-OPI",
    "S-PRED",
    "S-STER",
    "S-CYC",
    "S-MUS",
    "S-TCA",
    "S-BZD",
    "S-NSAID",
    "S-HCQ",
    "S-DMARD",
    "S-BEL",
    "S-BONE",
    "S-APAP",
    "S-REV",
    "S-FLAG",
    "S-DIARY",
    "S-INF",
)
LUPUS = "systemic-lupus-erythematosus"
HEALTHY: Mapping[str, Any] = {
    **small_formulary.HEALTHY,
    "opioid_experience": "naive",
    "tpmt": "normal",
    "nudt15": "normal",
}
PROTOCOLS = [
    (monograph.drug, protocol.id) for monograph in formulary().monographs.values() for protocol in monograph.protocols
]
CALL_NOW = (
    "Sudden very bad pain, or you cannot move a leg or foot.",
    "You cannot hold or cannot pass urine or stool.",
    "You have a fever above 101 degrees Fahrenheit (38.3 degrees Celsius) and your back or hip hurts.",
    "Pain that does not get better with treatment. The bone may need a scan.",
    "You are short of breath or your chest hurts.",
)


def answer(order: Mapping[str, Any], **patient: Any) -> Verdict:
    """The verdict on one order that starts today, for a patient without illness unless said."""
    question = question_of(
        {
            "patient": {**HEALTHY, **patient},
            "orders": [{"start_date": "2026-12-01", **order}],
            "as_of": "2026-12-01",
        }
    )
    return screen(question.orders, question.patient, formulary(), question.as_of).verdict


def a_day(dose: str, times: int = 1) -> dict[str, Any]:
    return {"dose": dose, "frequency": {"times": times, "per": "day"}}


def told(verdict: Verdict, rule: str) -> Finding:
    """The finding of a rule, which is one of the founding documents."""
    found = rules_found(verdict)
    assert rule in found, sorted(found)
    assert formulary().rules[rule].layer is Layer.SEED
    return found[rule]


def warns(verdict: Verdict, rule: str, code: str) -> None:
    finding = told(verdict, rule)
    assert (finding.code, finding.severity) == (code, Severity.WARNING)


def informs(verdict: Verdict, rule: str, code: str) -> None:
    finding = told(verdict, rule)
    assert (finding.code, finding.severity) == (code, Severity.INFO)


def quiet(verdict: Verdict, *rules: str) -> None:
    """None of these rules says anything, and each is a rule there is."""
    assert set(rules) <= set(formulary().rules)
    assert set(rules) & set(rules_found(verdict)) == set()


def titration(drug: str, **said: Any) -> Plan:
    return plan(titration_of({"drug": drug, "start_date": "2026-12-01", "patient": dict(HEALTHY), **said}), formulary())


def daily(made: Plan) -> dict[int, int]:
    """The milligrams a day by the first day of each step."""
    return {step.first: int(step.daily.amount("mg/d")) for step in made.regimen.steps}


@cache
def services() -> Services:
    return wire(formulary())


def sheet(drug: str, **said: Any) -> str:
    """What the patient reads, on one line."""
    body = {"drug": drug, "start_date": "2026-12-01", "patient": dict(HEALTHY), **said}
    schedule = json.loads(encode(planned(services(), Wanted(titration_of(body)), body)), parse_float=Decimal)
    return " ".join(FORMATS["text"].render(schedule, Sheet()).decode().split())


def test_s_gbp_the_day_is_at_most_3600_mg_and_begins_at_900_mg() -> None:
    sciatica = {"drug": "gabapentin", "form": "oral solution", "indication": "sciatica", "intent": "maintenance"}
    quiet(answer({**sciatica, **a_day("1200 mg", 3)}), "gabapentin/max-daily-dose-seed")
    over = answer({**sciatica, **a_day("905 mg", 4)})
    warns(over, "gabapentin/max-daily-dose-seed", "max-daily-dose")
    assert over.severity is Severity.CRITICAL  # the label stops here too, and both are told
    quiet(answer({**sciatica, **a_day("300 mg", 3)}), "gabapentin/below-effective-dose")
    warns(answer({**sciatica, **a_day("295 mg", 3)}), "gabapentin/below-effective-dose", "below-effective-dose")


def test_s_gbp_the_start_is_at_most_300_mg_in_the_evening() -> None:
    sciatica = {"drug": "gabapentin", "form": "oral solution", "indication": "sciatica"}
    quiet(answer({**sciatica, "doses": {"evening": "300 mg"}}), "gabapentin/starting-dose")
    warns(answer({**sciatica, "doses": {"evening": "305 mg"}}), "gabapentin/starting-dose", "starting-dose")


@pytest.mark.parametrize(("target", "last"), [("900 mg/day", 900), ("3600 mg/day", 3600)])
def test_s_gbp_a_titration_climbs_from_one_evening_dose_to_divided_doses(target: str, last: int) -> None:
    made = titration("gabapentin", indication="sciatica", start_dose="100 mg", target=target, days=60)
    assert made.protocol.layer is Layer.SEED
    first, final = made.regimen.steps[0], made.regimen.steps[-1]
    assert [(dose.when, int(dose.amount.amount("mg"))) for dose in first.doses] == [("evening", 100)]
    assert (int(final.daily.amount("mg/d")), len(final.doses)) == (last, 3)


def test_s_pgb_50_mg_three_times_a_day_rises_to_100_mg_three_times_a_day() -> None:
    made = titration("pregabalin", indication="sciatica")
    assert made.protocol.layer is Layer.SEED
    assert daily(made) == {1: 150, 8: 300}
    assert [[int(dose.amount.amount("mg")) for dose in step.doses] for step in made.regimen.steps] == [
        [50, 50, 50],
        [100, 100, 100],
    ]


def test_s_pgb_the_day_is_at_most_300_mg_and_starts_with_50_mg_a_dose() -> None:
    sciatica = {"drug": "pregabalin", "form": "oral solution", "indication": "sciatica"}
    quiet(answer({**sciatica, **a_day("50 mg", 3)}), "pregabalin/starting-dose-seed")
    warns(answer({**sciatica, **a_day("52 mg", 3)}), "pregabalin/starting-dose-seed", "starting-dose")
    quiet(answer({**sciatica, **a_day("100 mg", 3)}), "pregabalin/max-daily-dose-seed")
    warns(answer({**sciatica, **a_day("102 mg", 3)}), "pregabalin/max-daily-dose-seed", "max-daily-dose")


def tramadol(dose: str, hours: int, most: str) -> dict[str, Any]:
    said = {"drug": "tramadol", "form": "oral solution", "indication": "sciatica", "intent": "acute"}
    use = {"dose": dose, "frequency": {"every": f"{hours} hours"}, "as_needed": True, "max_per_day": most}
    return {**said, **use, "duration": "7 days"}


def test_s_tra_25_to_50_mg_every_6_hours_as_needed_up_to_400_mg_a_day() -> None:
    usual = answer(tramadol("50 mg", 6, "200 mg/day"))
    quiet(usual, "tramadol/starting-dose-seed", "tramadol/min-interval-seed", "tramadol/max-daily-dose-seed")
    warns(answer(tramadol("55 mg", 6, "200 mg/day")), "tramadol/starting-dose-seed", "starting-dose")
    warns(answer(tramadol("50 mg", 5, "200 mg/day")), "tramadol/min-interval-seed", "min-interval")
    quiet(answer(tramadol("100 mg", 6, "400 mg/day")), "tramadol/max-daily-dose-seed")
    warns(answer(tramadol("105 mg", 6, "420 mg/day")), "tramadol/max-daily-dose-seed", "max-daily-dose")


def test_s_tra_it_is_second_line_with_a_modest_benefit() -> None:
    verdict = answer(tramadol("50 mg", 6, "200 mg/day"))
    informs(verdict, "tramadol/second-line", "place-in-therapy")
    assert "modest" in told(verdict, "tramadol/second-line").message
    quiet(answer({**tramadol("50 mg", 6, "200 mg/day"), "indication": "acute-pain"}), "tramadol/second-line")


def test_s_tra_the_protocol_is_as_needed_every_6_hours_beyond_200_mg() -> None:
    made = titration("tramadol", indication="sciatica", target="400 mg/day", days=28)
    final = made.regimen.steps[-1]
    assert made.protocol.layer is Layer.SEED
    assert made.regimen.steps[0].daily.amount("mg/d") == 25
    assert final.interval is not None and final.max_per_day is not None
    assert (final.interval.amount("h"), final.max_per_day.amount("mg/d")) == (6, 400)


OXYCODONE = {
    "drug": "oxycodone",
    "form": "tablet",
    "indication": "sciatica",
    "intent": "acute",
    "dose": "5 mg",
    "frequency": {"every": "6 hours"},
}


def test_s_opi_a_week_is_the_limit_and_a_dated_reassessment_takes_its_place() -> None:
    quiet(answer({**OXYCODONE, "duration": "7 days"}), "opioid/acute-week-seed")
    warns(answer({**OXYCODONE, "duration": "8 days"}), "opioid/acute-week-seed", "max-duration")
    dated = answer({**OXYCODONE, "duration": "8 days", "reassess_on": "2026-12-08"})
    informs(dated, "opioid/acute-week-seed", "reassessment-due")


def test_s_opi_never_the_automatic_next_step_and_not_before_drugs_for_nerve_pain() -> None:
    first = answer({**OXYCODONE, "duration": "7 days"})
    warns(first, "opioid/after-nerve-pain-drugs", "place-in-therapy")
    informs(first, "opioid/not-the-next-step", "place-in-therapy")
    message = told(first, "opioid/not-the-next-step").message
    assert "severe, disabling pain" in message and "dependence" in message
    after = answer({**OXYCODONE, "duration": "7 days"}, medications=[{"drug": "gabapentin", "stopped": True}])
    quiet(after, "opioid/after-nerve-pain-drugs")
    told(after, "opioid/not-the-next-step")


@pytest.mark.parametrize(
    ("patient", "rule"),
    [
        ({"conditions": ["overdose-history"]}, "opioid/naloxone-conditions"),
        ({"conditions": ["opioid-use-disorder"]}, "opioid/naloxone-conditions"),
        ({"conditions": ["sleep-apnea"]}, "opioid/naloxone-conditions"),
        ({"medications": [{"drug": "lorazepam"}]}, "opioid/naloxone-benzodiazepine"),
    ],
)
def test_s_opi_naloxone_is_offered_to_patients_at_high_risk(patient: dict[str, Any], rule: str) -> None:
    order = {**OXYCODONE, "duration": "7 days"}
    informs(answer(order, **patient), rule, "co-prescription")
    quiet(answer(order), rule)
    at_home = {**patient, "medications": [*patient.get("medications", []), {"drug": "naloxone"}]}
    quiet(answer(order, **at_home), rule)


def test_s_opi_naloxone_is_offered_from_50_morphine_milligram_equivalents() -> None:
    tolerant = {"opioid_experience": "tolerant", "conditions": []}
    order = {"drug": "tramadol", "form": "oral solution", "indication": "chronic-pain"}
    offered = rules_found(answer({**order, **a_day("50 mg", 5)}, **tolerant))
    assert offered["opioid/naloxone-mme-50"].severity is Severity.INFO
    quiet(answer({**order, **a_day("49 mg", 5)}, **tolerant), "opioid/naloxone-mme-50")


def test_s_opi_in_a_titration_the_week_is_a_dated_reassessment() -> None:
    made = titration("tramadol", indication="sciatica")
    assert made.reassessments[0].day == 8
    assert "Reassess" in made.reassessments[0].what


@pytest.mark.parametrize(
    ("drug", "inside", "over"),
    [
        ("prednisone", "7.5 mg", "7.6 mg"),
        ("prednisolone", "7.5 mg", "7.6 mg"),
        ("methylprednisolone", "6 mg", "6.1 mg"),
        ("hydrocortisone", "30 mg", "30.1 mg"),
        ("dexamethasone", "1.125 mg", "1.126 mg"),
        ("deflazacort", "9 mg", "9.1 mg"),
    ],
)
def test_s_pred_7_5_mg_of_prednisone_or_its_equivalent_is_the_most_in_lupus(drug: str, inside: str, over: str) -> None:
    lupus = {"drug": drug, "indication": LUPUS, "intent": "maintenance"}
    quiet(answer({**lupus, **a_day(inside)}, conditions=[LUPUS]), "glucocorticoid/lupus-maintenance-seed")
    verdict = answer({**lupus, **a_day(over)}, conditions=[LUPUS])
    warns(verdict, "glucocorticoid/lupus-maintenance-seed", "prednisone-equivalent")


def test_s_pred_two_glucocorticoids_are_added_up_and_kidney_disease_of_lupus_is_lupus() -> None:
    beside = [{"drug": "dexamethasone", "form": "tablet", **a_day("0.5 mg")}]
    order = {"drug": "prednisone", "form": "tablet", "intent": "maintenance"}
    rule = "glucocorticoid/lupus-maintenance-seed"
    warns(answer({**order, "indication": LUPUS, **a_day("5 mg")}, medications=beside), rule, "prednisone-equivalent")
    quiet(answer({**order, "indication": LUPUS, **a_day("4 mg")}, medications=beside), rule)
    warns(answer({**order, "indication": "lupus-nephritis", **a_day("8 mg")}), rule, "prednisone-equivalent")


def steroid(indication: str, intent: str, dose: str, days: int | None) -> dict[str, Any]:
    lasting = {} if days is None else {"duration": f"{days} days"}
    said = {"drug": "prednisolone", "form": "oral solution", "indication": indication, "intent": intent}
    return {**said, **a_day(dose), **lasting}


def test_s_ster_a_short_course_may_bridge_up_to_4_weeks() -> None:
    inside = answer(steroid("sciatica", "bridging", "20 mg", 28))
    quiet(inside, "glucocorticoid/bridging-duration", "glucocorticoid/longer-than-a-bridge-for-sciatica")
    informs(inside, "glucocorticoid/high-dose-for-sciatica", "place-in-therapy")
    longer = answer(steroid("sciatica", "bridging", "20 mg", 29))
    warns(longer, "glucocorticoid/bridging-duration", "max-duration")
    warns(longer, "glucocorticoid/longer-than-a-bridge-for-sciatica", "place-in-therapy")


@pytest.mark.parametrize("indication", ["sciatica", "chronic-low-back-pain"])
def test_s_ster_high_doses_and_long_use_are_to_be_avoided_for_back_pain(indication: str) -> None:
    rule = "glucocorticoid/high-dose-for-sciatica-without-a-bridge"
    warns(answer(steroid(indication, "acute", "31 mg", 5)), rule, "place-in-therapy")
    quiet(answer(steroid(indication, "acute", "30 mg", 5)), rule)
    quiet(answer(steroid(indication, "bridging", "60 mg", 5)), rule)
    lasting = answer(steroid(indication, "maintenance", "5 mg", None))
    warns(lasting, "glucocorticoid/longer-than-a-bridge-for-sciatica", "place-in-therapy")
    quiet(answer(steroid("polymyalgia-rheumatica", "maintenance", "5 mg", None)), rule)


CYCLOBENZAPRINE = {
    "drug": "cyclobenzaprine",
    "form": "tablet",
    "indication": "muscle-spasm",
    "intent": "acute",
    **a_day("5 mg", 3),
}


def test_s_cyc_two_weeks_are_the_most() -> None:
    quiet(answer({**CYCLOBENZAPRINE, "duration": "14 days"}), "cyclobenzaprine/max-duration-seed")
    fifteen = answer({**CYCLOBENZAPRINE, "duration": "15 days"})
    warns(fifteen, "cyclobenzaprine/max-duration-seed", "max-duration")
    quiet(fifteen, "cyclobenzaprine/max-duration")  # the label's three weeks
    supply = answer({**CYCLOBENZAPRINE, "strength": "5 mg", "quantity": "60 {tablet}"})
    warns(supply, "cyclobenzaprine/max-duration-seed", "max-duration")


def test_s_cyc_not_in_the_elderly() -> None:
    quiet(answer({**CYCLOBENZAPRINE, "duration": "7 days"}, age="64 years"), "cyclobenzaprine/elderly-seed")
    old = answer({**CYCLOBENZAPRINE, "duration": "7 days"}, age="65 years")
    warns(old, "cyclobenzaprine/elderly-seed", "age-limit")


@pytest.mark.parametrize("drug", ["cyclobenzaprine", "tizanidine", "baclofen", "methocarbamol"])
def test_s_mus_muscle_relaxants_are_for_short_courses(drug: str) -> None:
    order = {"drug": drug, "form": "tablet", "indication": "muscle-spasm", **a_day("5 mg", 3)}
    lasting = answer({**order, "intent": "maintenance"})
    warns(lasting, "muscle-relaxant/short-term", "place-in-therapy")
    three_weeks = answer({**order, "intent": "acute", "duration": "21 days"})
    quiet(three_weeks, "muscle-relaxant/short-course", "muscle-relaxant/short-term")
    longer = answer({**order, "intent": "acute", "duration": "22 days"})
    warns(longer, "muscle-relaxant/short-course", "max-duration")


@pytest.mark.parametrize("partner", ["oxycodone", "diazepam", "gabapentin"])
def test_s_mus_sedation_adds_up_with_other_sedating_drugs(partner: str) -> None:
    beside = answer({**CYCLOBENZAPRINE, "duration": "7 days"}, medications=[{"drug": partner}])
    assert "sedation" in " ".join(row.message for row in all_findings(beside) if row.code == "interaction")
    alone = answer({**CYCLOBENZAPRINE, "duration": "7 days"})
    assert [row for row in all_findings(alone) if row.code == "interaction"] == []


def test_s_bzd_a_benzodiazepine_is_not_for_radiculopathy() -> None:
    order = {"drug": "diazepam", "form": "tablet", "duration": "7 days", **a_day("2 mg", 2)}
    sciatica = answer({**order, "indication": "sciatica"})
    warns(sciatica, "benzodiazepine/not-for-sciatica-seed", "place-in-therapy")
    assert "abused" in told(sciatica, "benzodiazepine/not-for-sciatica-seed").message
    quiet(answer({**order, "indication": "muscle-spasm"}), "benzodiazepine/not-for-sciatica-seed")


def antidepressant(drug: str, form: str, dose: str, indication: str = "neuropathic-pain") -> dict[str, Any]:
    return {"drug": drug, "form": form, "indication": indication, **a_day(dose)}


def test_s_tca_amitriptyline_first_then_duloxetine_or_venlafaxine() -> None:
    amitriptyline = antidepressant("amitriptyline", "tablet", "10 mg")
    informs(answer(amitriptyline), "amitriptyline/first-for-nerve-pain", "place-in-therapy")
    quiet(answer({**amitriptyline, "indication": "depression"}), "amitriptyline/first-for-nerve-pain")
    duloxetine = antidepressant("duloxetine", "delayed-release capsule", "30 mg")
    informs(answer(duloxetine), "duloxetine/alternative-for-nerve-pain", "place-in-therapy")
    venlafaxine = antidepressant("venlafaxine", "extended-release capsule", "37.5 mg")
    informs(answer(venlafaxine), "venlafaxine/alternative-for-nerve-pain", "place-in-therapy")


def test_s_tca_duloxetine_above_all_where_depression_is_present() -> None:
    duloxetine = antidepressant("duloxetine", "delayed-release capsule", "30 mg")
    depressed = {"conditions": ["depression"]}
    informs(answer(duloxetine, **depressed), "duloxetine/above-all-where-depressed", "place-in-therapy")
    quiet(answer(duloxetine), "duloxetine/above-all-where-depressed")
    amitriptyline = antidepressant("amitriptyline", "tablet", "10 mg")
    informs(answer(amitriptyline, **depressed), "amitriptyline/duloxetine-where-depressed", "place-in-therapy")
    quiet(answer(amitriptyline), "amitriptyline/duloxetine-where-depressed")


@pytest.mark.parametrize(
    ("drug", "first", "last"), [("amitriptyline", 10, 50), ("duloxetine", 30, 60), ("venlafaxine", 37, 150)]
)
def test_s_tca_each_has_a_protocol_for_nerve_pain(drug: str, first: int, last: int) -> None:
    made = titration(drug, indication="sciatica", days=60)
    assert made.protocol.layer is Layer.SEED
    amounts = list(daily(made).values())
    assert (amounts[0], amounts[-1]) == (first, last)


def naproxen(days: int, indication: str = "pain") -> dict[str, Any]:
    return {
        "drug": "naproxen",
        "form": "tablet",
        "indication": indication,
        "duration": f"{days} days",
        **a_day("250 mg", 2),
    }


@pytest.mark.parametrize("drug", ["naproxen", "ibuprofen", "celecoxib", "meloxicam"])
def test_s_nsaid_lupus_nephritis_stops_every_one_of_them_a_cox_2_inhibitor_too(drug: str) -> None:
    order = {"drug": drug, "indication": "pain", "duration": "5 days", **a_day("15 mg")}
    stopped = answer(order, conditions=["lupus-nephritis"])
    finding = told(stopped, "nsaid/lupus-nephritis")
    assert (finding.code, finding.severity) == ("contraindication", Severity.CRITICAL)
    lupus = answer(order, conditions=[LUPUS])
    quiet(lupus, "nsaid/lupus-nephritis")
    warns(lupus, "nsaid/lupus", "contraindication")
    quiet(answer(order), "nsaid/lupus", "nsaid/lupus-nephritis")


def test_s_nsaid_in_lupus_for_limited_periods_of_at_most_6_weeks() -> None:
    quiet(answer(naproxen(42), conditions=[LUPUS]), "nsaid/lupus-limited-period")
    warns(answer(naproxen(43), conditions=[LUPUS]), "nsaid/lupus-limited-period", "max-duration")
    quiet(answer(naproxen(43)), "nsaid/lupus-limited-period")


def test_s_nsaid_it_tells_of_more_allergic_liver_and_meningeal_reactions_and_of_the_kidneys() -> None:
    verdict = answer(naproxen(7), conditions=[LUPUS])
    message = told(verdict, "nsaid/lupus").message
    assert all(word in message for word in ("low-risk", "allergic", "liver", "aseptic meningitis"))
    informs(verdict, "nsaid/watch-kidney-heart-stomach", "monitoring")
    watched = told(verdict, "nsaid/watch-kidney-heart-stomach").message
    assert all(word in watched for word in ("kidney", "heart", "stomach"))


def test_s_nsaid_not_on_and_on_in_sciatica_without_a_drug_for_nerve_pain() -> None:
    rule = "nsaid/not-on-without-neuropathic-agent"
    quiet(answer(naproxen(42, "sciatica")), rule)
    warns(answer(naproxen(43, "sciatica")), rule, "place-in-therapy")
    quiet(answer(naproxen(43, "sciatica"), medications=[{"drug": "gabapentin"}]), rule)
    quiet(answer(naproxen(43, "osteoarthritis")), rule)


def acetaminophen(dose: str) -> dict[str, Any]:
    return {"drug": "acetaminophen", "form": "oral solution", "indication": "pain", "intent": "acute", **a_day(dose, 4)}


def test_s_apap_it_is_for_mild_pain() -> None:
    informs(answer(acetaminophen("500 mg")), "acetaminophen/mild-pain", "place-in-therapy")
    quiet(answer({**acetaminophen("500 mg"), "indication": "fibromyalgia"}), "acetaminophen/mild-pain")


@pytest.mark.parametrize("condition", ["alcoholism", "cirrhosis", "chronic-liver-disease"])
def test_s_apap_2_g_a_day_are_the_most_with_a_sick_liver_or_alcohol(condition: str) -> None:
    quiet(answer(acetaminophen("500 mg"), conditions=[condition]), "acetaminophen/total-liver")
    over = answer(acetaminophen("501 mg"), conditions=[condition])
    warns(over, "acetaminophen/total-liver", "acetaminophen-total")
    quiet(answer(acetaminophen("501 mg")), "acetaminophen/total-liver")


def test_s_apap_what_a_combination_holds_is_counted() -> None:
    combination = {
        "drug": "hydrocodone/acetaminophen",
        "form": "tablet",
        "strength": {"hydrocodone": "5 mg", "acetaminophen": "325 mg"},
    }
    inside = answer(acetaminophen("500 mg"), medications=[{**combination, **a_day("1 {tablet}", 6)}])
    assert "acetaminophen/total" not in rules_found(inside)  # 3,950 mg
    over = answer(acetaminophen("515 mg"), medications=[{**combination, **a_day("1 {tablet}", 6)}])
    assert rules_found(over)["acetaminophen/total"].severity is Severity.CRITICAL  # 4,010 mg


@pytest.mark.parametrize("condition", [LUPUS, "lupus-nephritis"])
def test_s_hcq_hydroxychloroquine_is_for_every_patient_with_lupus(condition: str) -> None:
    order = {"drug": "prednisone", "form": "tablet", "indication": LUPUS, "intent": "maintenance", **a_day("5 mg")}
    rule = "general/hydroxychloroquine-in-lupus"
    informs(answer(order, conditions=[condition]), rule, "co-prescription")
    quiet(answer(order, conditions=[condition], medications=[{"drug": "hydroxychloroquine"}]), rule)
    quiet(answer({**order, "indication": "polymyalgia-rheumatica"}), rule)


METHOTREXATE = {
    "drug": "methotrexate",
    "form": "tablet",
    "indication": LUPUS,
    "dose": "15 mg",
    "frequency": {"on": ["monday"]},
}


def test_s_dmard_methotrexate_is_the_immunosuppressant_to_add_first() -> None:
    informs(answer(METHOTREXATE, conditions=[LUPUS]), "methotrexate/first-choice-in-lupus", "place-in-therapy")
    arthritis = answer({**METHOTREXATE, "indication": "rheumatoid-arthritis"})
    quiet(arthritis, "methotrexate/first-choice-in-lupus")


@pytest.mark.parametrize(
    ("drug", "order"),
    [
        ("azathioprine", {"form": "tablet", **a_day("50 mg")}),
        ("mycophenolate mofetil", {"form": "tablet", **a_day("500 mg", 2)}),
        ("mycophenolic acid", {"form": "delayed-release tablet", **a_day("360 mg", 2)}),
    ],
)
def test_s_dmard_mycophenolate_and_azathioprine_come_after_methotrexate(drug: str, order: dict[str, Any]) -> None:
    said = {"drug": drug, "indication": LUPUS, **order}
    informs(answer(said, conditions=[LUPUS]), f"{drug}/after-methotrexate", "place-in-therapy")
    before = [{"drug": "methotrexate", "stopped": True, "end_date": "2026-09-01"}]
    quiet(answer(said, conditions=[LUPUS], medications=before), f"{drug}/after-methotrexate")


def test_s_bel_belimumab_is_known_and_can_reduce_pain_and_steroids() -> None:
    order = {
        "drug": "belimumab",
        "route": "subcutaneous",
        "indication": LUPUS,
        "dose": "200 mg",
        "frequency": {"every": "7 days"},
    }
    verdict = answer(order, conditions=[LUPUS])
    informs(verdict, "belimumab/pain-and-steroid-use", "place-in-therapy")
    assert verdict.severity is Severity.INFO
    message = told(verdict, "belimumab/pain-and-steroid-use").message
    assert "pain" in message and "steroids" in message


def test_s_bone_calcium_and_vitamin_d_are_for_every_patient_with_lupus() -> None:
    order = {"drug": "hydroxychloroquine", "form": "tablet", "indication": LUPUS, **a_day("200 mg")}
    both = ("general/calcium-in-lupus", "general/vitamin-d-in-lupus")
    for rule in both:
        informs(answer(order, conditions=[LUPUS]), rule, "co-prescription")
    taken = [{"drug": "calcium carbonate"}, {"drug": "cholecalciferol"}]
    quiet(answer(order, conditions=[LUPUS], medications=taken), *both)
    quiet(answer(order), *both)


def test_s_bone_on_lasting_steroids_a_bisphosphonate_is_considered_and_osteoporosis_looked_for() -> None:
    def course(days: int, **patient: Any) -> Verdict:
        lupus = {"drug": "prednisone", "form": "tablet", "indication": LUPUS, "intent": "maintenance"}
        return answer({**lupus, **a_day("5 mg"), "duration": f"{days} days"}, conditions=[LUPUS], **patient)

    informs(course(91), "glucocorticoid/bone-bisphosphonate", "co-prescription")
    screened = rules_found(course(91))["glucocorticoid/bone-risk"]
    assert screened.code == "monitoring" and "osteoporosis" in screened.message
    quiet(course(90), "glucocorticoid/bone-bisphosphonate", "glucocorticoid/bone-risk")
    treated = course(91, medications=[{"drug": "alendronate"}])
    quiet(treated, "glucocorticoid/bone-bisphosphonate")


@pytest.mark.parametrize("drug", ["gabapentin", "pregabalin"])
def test_s_rev_a_gabapentinoid_is_judged_at_2_and_4_weeks_and_other_care_considered_after(drug: str) -> None:
    first, second = titration(drug, indication="sciatica").reassessments
    assert (first.day, second.day) == (15, 29)
    assert "Judge the effect" in first.what
    assert "4 to 6 weeks" in second.what and "interventional or multidisciplinary care" in second.what
    assert {first.source.id, second.source.id} == {"seed-refractory-sciatica"}


@pytest.mark.parametrize("drug", ["gabapentin", "pregabalin", "tramadol", "amitriptyline", "duloxetine", "venlafaxine"])
def test_s_rev_the_sheet_for_sciatica_asks_for_early_physical_therapy_and_names_what_comes_next(drug: str) -> None:
    page = sheet(drug, indication="sciatica")
    assert "Start physical therapy early and go on with it" in page
    assert "If you still hurt after 4 to 6 weeks" in page


@pytest.mark.parametrize(("drug", "protocol"), PROTOCOLS)
def test_s_flag_every_sheet_of_every_protocol_says_when_to_call_at_once(drug: str, protocol: str) -> None:
    page = sheet(drug, protocol=protocol)
    assert [sign for sign in CALL_NOW if sign not in page] == []


@pytest.mark.parametrize("drug", ["gabapentin", "pregabalin", "tramadol", "amitriptyline", "duloxetine", "venlafaxine"])
def test_s_diary_the_sheet_for_sciatica_offers_a_diary_of_one_or_two_weeks(drug: str) -> None:
    page = sheet(drug, indication="sciatica")
    assert "If you like, keep a diary for 1 or 2 weeks. Bring it to your next visit." in page
    assert all(words in page for words in ("stiff in the morning", "moving", "at night", "after a strain"))


@pytest.mark.parametrize(
    "order",
    [
        METHOTREXATE,
        {"drug": "azathioprine", "form": "tablet", "indication": LUPUS, **a_day("50 mg")},
        {"drug": "leflunomide", "form": "tablet", "indication": "rheumatoid-arthritis", **a_day("20 mg")},
        {"drug": "mycophenolate mofetil", "form": "tablet", "indication": LUPUS, **a_day("500 mg", 2)},
        {"drug": "belimumab", "indication": LUPUS, "dose": "200 mg", "frequency": {"every": "7 days"}},
    ],
    ids=lambda order: order["drug"],
)
def test_s_inf_infection_is_watched_for_under_every_immunosuppressant(order: dict[str, Any]) -> None:
    informs(answer(order, conditions=[LUPUS]), "immunosuppressant/infection", "monitoring")
    assert "38.3" in told(answer(order, conditions=[LUPUS]), "immunosuppressant/infection").message


@pytest.mark.parametrize("partner", ["methotrexate", "mycophenolate mofetil", "belimumab", "prednisone"])
def test_s_inf_infection_is_excluded_before_back_pain_is_treated_beside_an_immunosuppressant(partner: str) -> None:
    order = {"drug": "gabapentin", "form": "capsule", "indication": "sciatica", "doses": {"evening": "300 mg"}}
    rule = "general/infection-behind-back-pain"
    informs(answer(order, medications=[{"drug": partner}]), rule, "monitoring")
    quiet(answer(order), rule)
    quiet(answer({**order, "indication": "epilepsy"}, medications=[{"drug": partner}]), rule)


def test_s_inf_the_sheet_of_an_immunosuppressant_says_what_to_tell_at_once() -> None:
    page = sheet("mycophenolate mofetil")
    assert "Tell us at once about a fever, chills or a wound that does not heal." in page


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_has_a_test_of_its_name(statement: str) -> None:
    prefix = f"test_{statement.lower().replace('-', '_')}_"
    assert [name for name in globals() if name.startswith(prefix)], prefix
