"""What a sheet says, in the order it says it: one set of words behind the text, the page and the PDF.

A format only lays these out. So a dose cannot read one way on paper and another on the screen, and one test
of the words is a test of every format. The patient's part is in the patient's language; the prescriber's and the
pharmacy's parts are English, because who signs and who dispenses here works in it, and a finding must read as the
check said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schedules.formats.advising import Advice, advice_of, all_translated, signs_of, visits_of
from schedules.formats.calendar_grid import Week, weeks
from schedules.formats.collecting import Fill, days_words, fills_of, products_of, to_collect
from schedules.formats.curve import Curve, curve
from schedules.formats.dates import begins_on, full, read_date, to_come
from schedules.formats.diary import Diary, diary_of
from schedules.formats.labels import labels_in, part_titles_in
from schedules.formats.languages import ENGLISH, Language, message, speaking
from schedules.formats.pharmacy import Pharmacy, pharmacy_part
from schedules.formats.pieces import strengths_to_name
from schedules.formats.prescriber import Prescriber, prescriber_part
from schedules.formats.seal import Seal, seal_of
from schedules.formats.sheet import AUDIENCES, PROFESSIONALS, Sheet
from schedules.formats.steps import StepLine, endings, revised, step_lines, until_now
from schedules.formats.stopping import advice_is_about, stop_words, stops_at_once, title_of_stop
from schedules.formats.wording import Json, capitalised, listed, quantity_of, tall_man, tied

# How the inputs of a rule are called on paper. What is not named here is its own name with spaces.
NEEDS: Final[Mapping[str, str]] = {
    "creatinine_clearance": message("kidney function (creatinine clearance)"),
    "serum_creatinine": message("kidney function (serum creatinine)"),
    "egfr": message("kidney function (eGFR)"),
    "hepatic_impairment": message("liver function"),
    "hemodialysis": message("whether on dialysis"),
    "conditions": message("other illnesses"),
    "medications": message("other medicines"),
    "pregnant": message("whether pregnant"),
    "breastfeeding": message("whether breastfeeding"),
    "opioid_experience": message("whether used to opioids"),
    "indication": message("what it is for"),
    "allergies": message("allergies"),
    "intent": message("what kind of treatment it is"),
    "as_of": message("the day to check"),
}
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "titration": (
        message("Your plan to raise the dose step by step"),
        message("The dose goes up in small steps, so that you can feel how each step suits you."),
    ),
    "taper": (
        message("Your plan to lower the dose step by step"),
        message("The dose goes down in small steps, so that your body has time to get used to less."),
    ),
    "switch": (
        message("Your plan to change from one medicine to another"),
        message("The change is made in small steps, so that your body has time to get used to it."),
    ),
}
_STEADY: Final = (message("Your plan of what to take"), message("The dose stays the same for the whole plan."))
_STOP: Final = (message("Your plan to stop"), "")
_ONLY_ENGLISH: Final = message("It was asked for in another language, and exists in English only.")
_NOT_REVIEWED: Final = message("No expert has checked this translation yet.")
_SOME_ENGLISH: Final = message("Some of the advice is in English, because it has not been translated.")


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything on the sheet. Empty texts are left out, an empty name is room for a name by hand."""

    parts: tuple[str, ...]
    paper: str
    title: str
    aim: str
    why: str
    begins: str
    period: str
    number: str
    numbered: str
    plan_of: str
    page_of: str
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
    labels: Mapping[str, str]
    part_titles: Mapping[str, str]
    seal: Seal | None
    until_now: str
    stop: str
    steps: tuple[StepLine, ...]
    after: str
    curve: Curve | None
    weeks: tuple[Week, ...]
    fills: tuple[Fill, ...]
    supply: tuple[str, ...]
    supply_note: str
    reassessments: tuple[Advice, ...]
    call_now: tuple[str, ...]
    advice_note: str
    advice: tuple[Advice, ...]
    diary: Diary | None
    prescriber: Prescriber
    pharmacy: Pharmacy


def contents(plan: Json, sheet: Sheet) -> Contents:
    """The words of a plan. `plan` is the schedule's JSON object, numbers as int or Decimal."""
    # A part that is English by itself is an English document: its foot, its banner and its title too.
    professional = sheet.audience in PROFESSIONALS
    language = ENGLISH if professional else speaking(sheet.language)
    drugs = tuple(dict.fromkeys(step["drug"] for step in plan["steps"]))
    named = tuple(language.say(drug) for drug in drugs)
    drug_names = len(drugs) > 1
    several_strengths = strengths_to_name(plan)
    first, last = begins_on(plan), read_date(plan["end_date"])
    aim, why = _aim(plan)
    begins = full(first, language)
    number = sheet.number or str(plan.get("id") or "")
    title = tied(_title(plan, language), named, language)
    fills = fills_of(plan, drug_names, language)
    supply, days = to_collect(plan)
    return Contents(
        parts=(sheet.audience,) if sheet.audience else AUDIENCES,
        paper=sheet.paper,
        title=tall_man(title) if professional else title,
        aim=language.say(aim),
        why=language.say(why) if why else "",
        begins=begins,
        period=language.say("From {date} on", date=begins)
        if stops_at_once(plan)
        else language.say("{first} to {last}", first=begins, last=full(last, language)),
        number=number,
        numbered=language.say("Plan {number}.", number=number),
        plan_of=language.say("Plan {number} of {date}", number=number, date=begins),
        page_of=language.say("Page {page} of {pages}"),
        revises=revised(plan, language),
        formulary=_formulary(plan["formulary"], language),
        origin=language.say(
            "A computer made this sheet as a prescriber asked. It is not an order until a prescriber signs it."
        ),
        untranslated="" if professional else _translation(plan, sheet, language),
        banner=_banner(plan["check"], language),
        patient_name=sheet.patient_name,
        prescriber_name=sheet.prescriber,
        phone=sheet.phone,
        stamp=sheet.stamp,
        large_print=sheet.large_print,
        language=language.code,
        labels={**labels_in(language), **_labels_of_a_stop(plan, language)},
        part_titles=part_titles_in(language),
        seal=seal_of(sheet, language),
        until_now=until_now(plan, language),
        stop=stop_words(plan, language),
        steps=step_lines(plan, several_strengths, drug_names, language),
        after=" ".join(endings(plan, drugs, language)),
        curve=curve(plan, sheet.large_print, language),
        weeks=weeks(plan, several_strengths, drug_names, language),
        fills=fills if len(fills) > 1 else (),
        supply=products_of(supply, drug_names, language),
        supply_note=_supply_note(plan, days, language),
        reassessments=visits_of(plan, named, language),
        call_now=signs_of(plan, named, language),
        advice_note=advice_is_about(plan, language),
        advice=advice_of(plan, named, language),
        diary=diary_of(plan, language),
        prescriber=prescriber_part(plan, drugs, several_strengths, NEEDS),
        pharmacy=pharmacy_part(plan, drugs),
    )


def _aim(plan: Json) -> tuple[str, str]:
    """What the plan is for and why it goes as it does; a revision may have turned it."""
    if stops_at_once(plan):
        return _STOP
    action = (plan.get("revision") or {}).get("action")
    if action != "stop-now" and not _changes(plan):
        return _STEADY
    if action == "stop-now" or (action == "new-target" and not _rises(plan)):
        return _KINDS["taper"]
    return _KINDS["titration"] if action == "new-target" else _KINDS[plan["kind"]]


def _rises(plan: Json) -> bool:
    """Whether the plan's own drug ends on a higher dose than it had when the plan was changed."""
    steps = [step for step in plan["steps"] if step["drug"] == plan["drug"]]
    levels = [quantity_of(step.get("daily_dose") or step["weekly_dose"]).value for step in steps]
    gone = sum(bool(step.get("past")) for step in steps)
    return levels[-1] > levels[max(gone - 1, 0)]


def _labels_of_a_stop(plan: Json, language: Language) -> Mapping[str, str]:
    """The headings that differ where nothing is left to take."""
    return {"what_to_take": language.say("What to stop")} if stops_at_once(plan) else {}


def _changes(plan: Json) -> bool:
    """Whether any dose changes; some plans only say how to take one dose, or two in turn."""
    begins = {(step["drug"], step["from_day"]) for step in to_come(plan)}
    return len(begins) > len({drug for drug, _ in begins}) or bool(plan.get("current") and not plan.get("revision"))


def _title(plan: Json, language: Language) -> str:
    title: str = title_of_stop(plan, language)
    if title:
        return title
    title = plan.get("title") or ""
    if language is ENGLISH or language.knows(title):
        return language.say(title) or capitalised(language.say(plan["drug"]))
    drugs = [row["drug"] for row in plan.get("current") or () if row["drug"] != plan["drug"]]
    to = language.say(plan["drug"])
    if plan["kind"] == "switch" and drugs:
        return capitalised(language.say("{old} to {new}", old=language.say(drugs[0]), new=to))
    return capitalised(to)


def _formulary(formulary: Json, language: Language) -> str:
    signed = (
        message("Signed off by a clinician.") if formulary["signed_off"] else message("Not signed off by a clinician.")
    )
    return f"{language.say('Formulary {version}.', version=formulary['version'])} {language.say(signed)}"


def _translation(plan: Json, sheet: Sheet, language: Language) -> str:
    """What the reader has to know of the language of the sheet, in that language and in English."""
    told = []
    if sheet.language != language.code:
        told.append(language.say(_ONLY_ENGLISH))
    if not language.reviewed:
        told += [language.say(_NOT_REVIEWED), ENGLISH.say(_NOT_REVIEWED)]
    if not all_translated(plan, language):
        told += [language.say(_SOME_ENGLISH), ENGLISH.say(_SOME_ENGLISH)]
    return " ".join(told)


def _banner(check: Json, language: Language) -> tuple[str, ...]:
    """That the plan could not be fully checked, and what is missing; for every page."""
    if check["verdict"] != "cannot-assess":
        return ()
    needs = dict.fromkeys(need for row in check["not_checked"] for need in row["needs"])
    missing = [language.say(NEEDS.get(need, need.replace("_", " "))) for need in needs]
    unknown = [row["message"] for row in check["findings"] if row["code"] in ("unknown-drug", "unknown-form")]
    told = [language.say("Missing: {what}.", what=listed(missing, language))] if missing else []
    return (language.say("This plan could not be fully checked."), *told, *map(tied, unknown))


def _supply_note(plan: Json, days: int, language: Language) -> str:
    if stops_at_once(plan):
        return language.say("Nothing. You need no more of it.")
    said = days_words(days, language)
    if any(step.get("as_needed") for step in to_come(plan)):
        told = language.say("This is enough for {days}, at the most you may take.", days=said)
    else:
        told = language.say("This is enough for {days}.", days=said)
    return told
