"""The commonest fields of a request as options: each has a place in the JSON object that the schema then reads.

An option makes no value of its own: `--target "1800 mg/day"` is `{"target": "1800 mg/day"}`, so that a number is
refused here in the words it is refused in over the web. Where a file states the same field, the option wins.
"""

from __future__ import annotations

import argparse
import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from api.commands.misuse import Misuse

# An integer as the gates read one; anything else is left to the schema, which refuses it by name.
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,14}")
_PARTS: Final = ("morning", "noon", "evening", "bedtime")


@dataclass(frozen=True, slots=True)
class Option:
    """Names on the command line (the first is its own), a place in the request, what it says, and how it is read."""

    names: tuple[str, ...]
    place: tuple[str, ...]
    says: str
    read: Callable[[str], object] = str

    @property
    def key(self) -> str:
        """Where argparse keeps it."""
        return "field_" + self.names[0].removeprefix("--").replace("-", "_")


def whole(text: str) -> object:
    """A whole number as JSON has it; any other text as it is, for the schema to refuse."""
    return int(text) if _WHOLE.fullmatch(text) else text


def yes_or_no(text: str) -> bool:
    """true or false of JSON."""
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError("yes or no is needed")
    return text == "yes"


def listed(text: str) -> list[str]:
    """Names with commas between them; `none` is the empty list, which says that there are none."""
    return [] if text == "none" else [item.strip() for item in text.split(",")]


def drugs(text: str) -> list[dict[str, str]]:
    """Medications by name alone; with doses they are written in a file."""
    return [{"drug": name} for name in listed(text)]


def _patient(name: str, says: str, read: Callable[[str], object] = str, short: str = "") -> Option:
    names = (f"--{name.replace('_', '-')}", *([short] if short else []))
    return Option(names, ("patient", name), says, read)


PATIENT: Final = (
    _patient("age", '"54 years"'),
    _patient("birth_date", "2026-12-01; it is turned into an age"),
    _patient("sex", "female or male"),
    _patient("weight", '"70 kg"'),
    _patient("height", '"165 cm"'),
    _patient("creatinine_clearance", '"40 mL/min"', short="--clearance"),
    _patient("serum_creatinine", '"0.9 mg/dL"', short="--creatinine"),
    _patient("egfr", '"50 mL/min/1.73 m2"'),
    _patient("hemodialysis", "yes or no", yes_or_no),
    _patient("hepatic_impairment", "none, mild, moderate or severe"),
    _patient("pregnant", "yes or no", yes_or_no),
    _patient("breastfeeding", "yes or no", yes_or_no),
    _patient("opioid_experience", "naive or tolerant"),
    _patient("conditions", "with commas between them, or none", listed),
    _patient("allergies", "with commas between them, or none", listed),
    _patient("medications", "names with commas between them, or none; with doses in a file", drugs),
)

_START = Option(("--start-date", "--start"), ("start_date",), "day 1 of the plan: 2026-12-01")
_INDICATION = Option(("--indication",), ("indication",), "what it is for: sciatica")
_DAYS = Option(("--days",), ("days",), "how many days the plan has", whole)
_FILL = Option(("--fill-days",), ("fill_days",), "how many days one fill holds", whole)


def _rises(*within: str) -> tuple[Option, ...]:
    """What a way up may state; of a switch it stands below `to`."""
    return (
        Option(("--protocol",), (*within, "protocol"), "a protocol of the drug by its name; your own in a file"),
        Option(("--start-dose",), (*within, "start_dose"), 'the first dose: "300 mg"'),
        Option(("--step",), (*within, "step"), 'how much it rises at a time: "300 mg/day"'),
        Option(("--step-interval",), (*within, "step_interval"), 'the time between two rises: "3 days"'),
        Option(("--target",), (*within, "target"), 'the dose to reach: "1800 mg/day"'),
        Option(("--strengths",), (*within, "strengths"), 'with commas: "100 mg capsule, 300 mg capsule"', listed),
        Option(("--weekday",), (*within, "weekday"), "the day of a weekly drug: monday"),
    )


def _taken(*within: str) -> tuple[Option, ...]:
    """What is taken now, as one dose some times a day or as the doses of the parts of a day."""
    return (
        Option(("--dose",), (*within, "dose"), 'what is taken now at one time: "5 mg"'),
        Option(("--times",), (*within, "frequency", "times"), "how many times a day", whole),
        *(Option((f"--{part}",), (*within, "doses", part), f"what is taken now, {part}") for part in _PARTS),
    )


# Where the options of what is taken now are gathered before they are put in their place, and what they replace there.
TAKEN: Final = "taken"
_DOSING: Final = frozenset({"dose", "doses", "cycle", "frequency"})

TITRATION: Final = (
    Option(("--drug",), ("drug",), "what goes up: gabapentin"),
    Option(("--form",), ("form",), "capsule, tablet, ..."),
    _START,
    _INDICATION,
    *_rises(),
    _DAYS,
    _FILL,
    *PATIENT,
)
TAPER: Final = (
    Option(("--drug",), ("drug",), "what goes down: diazepam"),
    Option(("--form",), ("form",), "capsule, tablet, ..."),
    _START,
    _INDICATION,
    *_taken(TAKEN),
    Option(("--taken-for",), ("taken_for",), 'for how long it was taken in all: "26 weeks"'),
    Option(("--to",), ("to",), 'a lower dose, "5 mg/day", or stop'),
    Option(("--protocol",), ("protocol",), "a taper of the drug by its name; your own in a file"),
    Option(("--step",), ("step",), 'how much each cut takes off: "2.5 mg/day"'),
    Option(("--percent",), ("percent",), "or which share of the dose, in percent", whole),
    Option(("--percent-of",), ("percent_of",), "current or original"),
    Option(("--step-interval",), ("step_interval",), 'how long each dose is held: "14 days"'),
    Option(("--strengths",), ("strengths",), 'with commas: "2 mg tablet, 5 mg tablet"', listed),
    _DAYS,
    _FILL,
    *PATIENT,
)
SWITCH: Final = (
    Option(("--from-drug",), ("from", "drug"), "what is taken now and goes down: gabapentin"),
    Option(("--from-form",), ("from", "form"), "its form"),
    *_taken(TAKEN),
    Option(("--taken-for",), ("from", "taken_for"), 'for how long it was taken in all: "26 weeks"'),
    Option(("--to-drug",), ("to", "drug"), "what it is changed to: pregabalin"),
    Option(("--to-form",), ("to", "form"), "its form"),
    *_rises("to"),
    Option(("--over",), ("over",), 'how long the first drug takes to its end: "7 days"'),
    _START,
    _INDICATION,
    _DAYS,
    _FILL,
    *PATIENT,
)
REVISION: Final = (
    Option(("--action",), ("action",), "hold, slower, step-back, resume, restart, new-target or stop-now"),
    Option(("--from-day",), ("from_day",), "the first day of the plan that is new", whole),
    Option(("--days",), ("days",), "how long it is held, or by how much steps are longer", whole),
    Option(("--missed-days",), ("missed_days",), "days without a dose before that day", whole),
    Option(("--target",), ("target",), 'with new-target: the dose to reach, "1200 mg/day"'),
    _FILL,
    *PATIENT,
)
# What is printed and kept nowhere. Names stand on paper alone.
PRINT: Final = (
    Option(("--patient-name",), ("print", "patient_name"), "on paper only; it is kept nowhere"),
    Option(("--prescriber",), ("print", "prescriber"), "on paper only; it is kept nowhere"),
    Option(("--phone",), ("print", "phone"), "on paper only; it is kept nowhere"),
    Option(("--language",), ("print", "language"), "of the patient's sheet: en or es"),
    Option(("--paper",), ("print", "paper"), "letter or a4"),
)


def add_to(parser: argparse._ArgumentGroup, options: Iterable[Option]) -> None:
    """Give a command its options."""
    for option in options:
        parser.add_argument(*option.names, dest=option.key, help=option.says, type=option.read, metavar="VALUE")


def given(asked: argparse.Namespace, options: Iterable[Option]) -> list[tuple[Option, object]]:
    """The options that were written, with what they say."""
    values = ((option, getattr(asked, option.key)) for option in options)
    return [(option, value) for option, value in values if value is not None]


def laid_over(request: Mapping[str, object], stated: Iterable[tuple[Option, object]], kind: str) -> dict[str, object]:
    """The request with what the options say in place of what it said. Misuse where it has no room for one.

    What is taken now is stated as a whole: it takes the place of the one step of a taper, or of a switch's doses.
    """
    whole_request, apart = copy.deepcopy(dict(request)), dict[str, object]()
    for option, value in stated:
        _lay(apart if option.place[0] == TAKEN else whole_request, option, value)
    taken = apart.get(TAKEN)
    if isinstance(taken, dict):
        if isinstance(frequency := taken.get("frequency"), dict):
            frequency["per"] = "day"
        whole_request["from"] = [taken] if kind == "taper" else _changed(whole_request.get("from", {}), taken)
    return whole_request


def _lay(request: dict[str, object], option: Option, value: object) -> None:
    within = request
    for name in option.place[:-1]:
        below = within.setdefault(name, {})
        if not isinstance(below, dict):
            raise Misuse(f"{option.names[0]} has no place: {name} of the request is not an object.")
        within = below
    within[option.place[-1]] = value


def _changed(before: object, taken: Mapping[str, object]) -> dict[str, object]:
    if not isinstance(before, dict):
        raise Misuse("--dose has no place: from of the request is not an object.")
    return {name: value for name, value in before.items() if name not in _DOSING} | dict(taken)
