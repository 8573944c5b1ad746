"""What the patient is told beside the doses: advice under its headings, signs to call about, visits.

The texts are the formulary's, each with its source; their translations are in the catalogue under the English text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schedules.formats.dates import begins_on, full_with_weekday, read_date
from schedules.formats.languages import Language, message
from schedules.formats.stopping import stopped, stops_at_once
from schedules.formats.wording import Json, capitalised, tied, uncapitalised

TITLES: Final[Mapping[str, str]] = {
    "missed-dose": message("If you miss a dose"),
    "do-not-stop-suddenly-antidepressant": message("Do not stop suddenly"),
    "do-not-stop-suddenly": message("Do not stop suddenly"),
    "do-not-stop-blood-pressure": message("Do not stop suddenly"),
    "steroid-do-not-stop": message("Do not stop suddenly"),
    "driving": message("Driving and machines"),
    "calcium-and-vitamin-d": message("Calcium and vitamin D"),
    "alcohol-and-sedatives": message("Alcohol and other medicines"),
    "twelve-hours-apart": message("Time between doses"),
    "swallow-whole": message("How to take it"),
    "swallow-capsule-whole": message("How to take it"),
    "with-food": message("How to take it"),
    "with-food-or-milk": message("How to take it"),
    "same-way-with-food": message("How to take it"),
    "bone-tablet-morning": message("How to take it"),
    "opioid-storage": message("Where to keep it"),
    "weekly-not-daily": message("Once a week, never daily"),
    "once-a-week-only": message("Once a week, never daily"),
    "folic-acid-other-day": message("Folic acid"),
    "pain-diary": message("Your diary"),
    "mood-changes": message("Mood changes"),
    "naloxone": message("Naloxone"),
    "constipation": message("Constipation"),
    "physical-therapy": message("Physical therapy"),
    "more-than-medicine": message("More than medicine"),
    "eye-checks": message("Eye checks"),
    "stand-up-slowly": message("Stand up slowly"),
    "blood-pressure": message("Blood pressure"),
    "infection": message("Infection"),
    "anti-inflammatory-stomach": message("Your stomach"),
    "anti-inflammatory-kidney": message("Your kidneys"),
    "blood-count-tests": message("Blood tests"),
    "no-pregnancy-on-mycophenolate": message("Pregnancy"),
    "anticholinergic-effects": message("Dry mouth and stool"),
    "liver-and-alcohol": message("Alcohol and your liver"),
    "missed-dose-weekly": message("If you miss a dose"),
    "missed-dose-fentanyl-patch": message("If you miss a dose"),
    "no-pregnancy-on-methotrexate": message("Pregnancy"),
    "mood-changes-seizure-medicine": message("Mood changes"),
    "do-not-stop-opioid": message("Do not stop suddenly"),
    "opioid-tolerance-lost": message("Never go back to an old dose"),
    "fentanyl-patch-change": message("Your patch"),
    "fentanyl-patch-disposal": message("Used patches"),
    **{
        f"taper-{group}": message("When a step is too fast")
        for group in ("opioid", "benzodiazepine", "antidepressant", "gabapentinoid", "baclofen")
    },
    "taper-steroid": message("When you are ill"),
}
# What still holds when nothing is taken any more. All other advice is about taking it, or about not stopping.
AFTER_THE_END: Final = frozenset(
    {
        "fentanyl-patch-disposal",
        "mood-changes",
        "mood-changes-seizure-medicine",
        "no-pregnancy-on-methotrexate",
        "no-pregnancy-on-mycophenolate",
        "opioid-storage",
        "opioid-tolerance-lost",
        "pain-diary",
        "taper-steroid",
    }
)
_CALL_NOW: Final = "call-now-"
_MISSED: Final = "missed-dose"
_FIRST: Final[tuple[str, ...]] = (_MISSED, "do-not-stop", "steroid-do-not-stop")
_ASK_ABOUT_MISSED_DOSES: Final = message("Ask your pharmacist or your prescriber what to do.")
_WILL: Final = message("Your prescriber will {what}")


@dataclass(frozen=True, slots=True)
class Advice:
    """A piece of advice under its heading."""

    title: str
    text: str


def title_of(code: str) -> str:
    """The English heading of a piece of advice; what has none is headed by its code in words."""
    return TITLES.get(code, capitalised(code.replace("-", " ")))


def advice_of(plan: Json, drugs: Sequence[str], language: Language) -> tuple[Advice, ...]:
    """Advice with headings: first what every reader looks for, then the rest in the plan's order.

    What to do about a missed dose of this very medicine takes the place of what is true of most: "take it as soon as
    you think of it" is wrong for a weekly one, and two answers to one question are none.
    """
    ended = stops_at_once(plan)
    texts = {
        row["code"]: tied(language.say(row["text"]), drugs, language)
        for row in plan["advice"]
        if not ended or row["code"] in AFTER_THE_END
    }
    if any(code.startswith(f"{_MISSED}-") for code in texts):
        texts.pop(_MISSED, None)
    elif _MISSED not in texts and not ended:
        texts[_MISSED] = language.say(_ASK_ABOUT_MISSED_DOSES)
    codes = [code for first in _FIRST for code in texts if code.startswith(first)]
    codes += [code for code in texts if code not in codes and not code.startswith(_CALL_NOW)]
    return tuple(Advice(language.say(title_of(code)), texts[code]) for code in codes)


def signs_of(plan: Json, drugs: Sequence[str], language: Language) -> tuple[str, ...]:
    """The signs to call about at once."""
    return tuple(
        tied(language.say(row["text"]), drugs, language) for row in plan["advice"] if row["code"].startswith(_CALL_NOW)
    )


def visits_of(plan: Json, drugs: Sequence[str], language: Language) -> tuple[Advice, ...]:
    """The visits to come. The protocols say to the prescriber what they are for, this says it to the patient."""
    return tuple(
        Advice(
            full_with_weekday(read_date(row["date"]), language),
            # What the visits of the old plan are for is how to go on; who has stopped is asked about that.
            language.say("Your prescriber will ask how you are since you stopped.")
            if stops_at_once(plan)
            else language.say(_WILL, what=uncapitalised(tied(language.say(row["what"]), drugs, language))),
        )
        for row in plan["reassessments"]
        if read_date(row["date"]) >= begins_on(plan)
    )


def all_translated(plan: Json, language: Language) -> bool:
    """Whether every text that comes from the formulary has its words in the language."""
    texts = [row["text"] for row in plan["advice"]] + [row["what"] for row in plan["reassessments"]]
    titles = [title_of(row["code"]) for row in plan["advice"] if not row["code"].startswith(_CALL_NOW)]
    drugs = [step["drug"] for step in plan["steps"]] + [stop.drug for stop in stopped(plan)]
    return all(map(language.knows, (*texts, *titles, *drugs)))
