"""What a sheet says, in the order it says it: one set of words behind the text, the page and the PDF.

A format only lays these out. So a dose cannot read one way on paper and another on the screen, and one test
of the words is a test of every format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schedules.formats.calendar_grid import Week, weeks
from schedules.formats.curve import Curve, curve
from schedules.formats.dates import full, full_with_weekday, over_a_year, read_date, span
from schedules.formats.pieces import instruction, product
from schedules.formats.prescriber import Prescriber, prescriber_part
from schedules.formats.sheet import Sheet
from schedules.formats.wording import Json, amount, capitalised, daily_total, listed, tied

# How the inputs of a rule are called on paper. What is not named here is its own name with spaces.
NEEDS: Final[Mapping[str, str]] = {
    "creatinine_clearance": "kidney function (creatinine clearance)",
    "serum_creatinine": "kidney function (serum creatinine)",
    "egfr": "kidney function (eGFR)",
    "hepatic_impairment": "liver function",
    "hemodialysis": "whether on dialysis",
    "conditions": "other illnesses",
    "medications": "other medicines",
    "pregnant": "whether pregnant",
    "breastfeeding": "whether breastfeeding",
    "opioid_experience": "whether used to opioids",
    "indication": "what it is for",
}
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "titration": (
        "Your plan to raise the dose step by step",
        "The dose goes up in small steps, so that you can feel how each step suits you.",
    ),
    "taper": (
        "Your plan to lower the dose step by step",
        "The dose goes down in small steps, so that your body has time to get used to less.",
    ),
    "switch": (
        "Your plan to change from one medicine to another",
        "The change is made in small steps, so that your body has time to get used to it.",
    ),
}
_ADVICE_TITLES: Final[Mapping[str, str]] = {
    "missed-dose": "If you miss a dose",
    "driving": "Driving and machines",
    "alcohol-and-sedatives": "Alcohol and other medicines",
    "twelve-hours-apart": "Time between doses",
    "swallow-whole": "How to take it",
    "opioid-storage": "Where to keep it",
}
_UNTRANSLATED: Final = "It was asked for in another language, and exists in English only."
_CALL_NOW: Final = "call-now-"
_FIRST_ADVICE: Final[tuple[str, ...]] = ("missed-dose", "do-not-stop-suddenly")
_ASK_ABOUT_MISSED_DOSES: Final = "Ask your pharmacist or your prescriber what to do."


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step for the patient: when, what to take, and what a day adds up to."""

    number: int
    dates: str
    sentence: str
    total: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A piece of advice under its heading."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything on the sheet. Empty texts are left out, an empty name is room for a name by hand."""

    title: str
    aim: str
    why: str
    begins: str
    period: str
    number: str
    revises: str
    formulary: str
    origin: str
    untranslated: str
    banner: tuple[str, ...]
    patient_name: str
    prescriber_name: str
    phone: str
    stamp: str
    large_print: bool
    language: str
    steps: tuple[StepLine, ...]
    after: str
    curve: Curve | None
    weeks: tuple[Week, ...]
    supply: tuple[str, ...]
    supply_note: str
    reassessments: tuple[Advice, ...]
    call_now: tuple[str, ...]
    advice: tuple[Advice, ...]
    prescriber: Prescriber


def contents(plan: Json, sheet: Sheet) -> Contents:
    """The words of a plan. `plan` is the schedule's JSON object, numbers as int or Decimal."""
    steps = plan["steps"]
    drugs = tuple(dict.fromkeys(step["drug"] for step in steps))
    several_strengths = len(plan["supply"]) > len(drugs)
    first, last = read_date(plan["start_date"]), read_date(plan["end_date"])
    aim, why = _KINDS[plan["kind"]]
    language = "en"  # the one language that there are words for, so far
    advice = {row["code"]: tied(row["text"], drugs) for row in plan["advice"]}
    return Contents(
        title=tied(plan.get("title") or "") or capitalised(plan["drug"]),
        aim=aim,
        why=why,
        begins=full(first),
        period=f"{full(first)} to {full(last)}",
        number=sheet.number or str(plan.get("id") or ""),
        revises=f"This plan takes the place of plan {plan['revises']}." if plan.get("revises") else "",
        formulary=_formulary(plan["formulary"]),
        origin=("A computer made this sheet as a prescriber asked. It is not an order until a prescriber signs it."),
        untranslated="" if sheet.language == language else _UNTRANSLATED,
        banner=_banner(plan["check"]),
        patient_name=sheet.patient_name,
        prescriber_name=sheet.prescriber,
        phone=sheet.phone,
        stamp=sheet.stamp,
        large_print=sheet.large_print,
        language=language,
        steps=tuple(_step_line(step, several_strengths, len(drugs) > 1, over_a_year(first, last)) for step in steps),
        after=f"The plan ends on {full_with_weekday(last)}. Ask your prescriber before then how to go on.",
        curve=curve(plan, sheet.large_print),
        weeks=weeks(plan, several_strengths, len(drugs) > 1, language),
        supply=tuple(product(piece) for piece in plan["supply"]),
        supply_note=_supply_note(plan),
        reassessments=tuple(
            Advice(full_with_weekday(read_date(row["date"])), _appointment(tied(row["what"], drugs)))
            for row in plan["reassessments"]
        ),
        call_now=tuple(text for code, text in advice.items() if code.startswith(_CALL_NOW)),
        advice=_advice(advice),
        prescriber=prescriber_part(plan, drugs, several_strengths, NEEDS),
    )


def _step_line(step: Json, several_strengths: bool, drug_names: bool, with_year: bool) -> StepLine:
    return StepLine(
        number=step["number"],
        dates=span(read_date(step["from_date"]), read_date(step["to_date"]), with_year),
        sentence=instruction(step, several_strengths, step["drug"] if drug_names else ""),
        total=_total(step),
    )


def _total(step: Json) -> str:
    """What one day of the step adds up to; a week is said as a week, never divided into days."""
    said = daily_total(step["daily_dose"]) if step.get("daily_dose") else amount(step["weekly_dose"])
    return f"up to {said}" if step.get("as_needed") else said


def _formulary(formulary: Json) -> str:
    signed = "Signed off by a clinician" if formulary["signed_off"] else "Not signed off by a clinician"
    return f"Formulary {formulary['version']}. {signed}."


def _banner(check: Json) -> tuple[str, ...]:
    """That the plan could not be fully checked, and what is missing; for every page."""
    if check["verdict"] != "cannot-assess":
        return ()
    needs = dict.fromkeys(need for row in check["not_checked"] for need in row["needs"])
    missing = [NEEDS.get(need, need.replace("_", " ")) for need in needs]
    unknown = [row["message"] for row in check["findings"] if row["code"] in ("unknown-drug", "unknown-form")]
    told = [f"Missing: {listed(missing)}."] if missing else []
    return ("This plan could not be fully checked.", *told, *map(tied, unknown))


def _supply_note(plan: Json) -> str:
    days = tied(f"{plan['days_supply']} days")
    as_needed = any(step.get("as_needed") for step in plan["steps"])
    return f"This is enough for {days}{', at the most you may take' if as_needed else ''}."


def _appointment(what: str) -> str:
    """What a reassessment is for: the protocols say it to the prescriber, this says it to the patient."""
    return f"Your prescriber will {what[:1].lower()}{what[1:]}"


def _advice(texts: Mapping[str, str]) -> tuple[Advice, ...]:
    """Advice with headings: first what every reader looks for, then the rest in the plan's order."""
    known = {"missed-dose": _ASK_ABOUT_MISSED_DOSES, **texts}
    codes = [code for code in _FIRST_ADVICE if code in known]
    codes += [code for code in texts if code not in codes and not code.startswith(_CALL_NOW)]
    return tuple(Advice(_ADVICE_TITLES.get(code, capitalised(code.replace("-", " "))), known[code]) for code in codes)
