"""The headings and fixed words of the patient's sheet, by the names that the templates know them by.

They stand here and not in the templates, because three templates say them and each has to say them in the reader's
language. The prescriber's and the pharmacy's parts are English, and their headings stand in the templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schedules.formats.languages import Language, message
from schedules.formats.pieces import PART_TITLES

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plan": message("plan"),
        "and": message("and"),
        "for": message("For"),
        "prescriber": message("Prescriber"),
        "signed": message("Signed"),
        "phone": message("Phone"),
        "by_hand": message("to be written by hand"),
        "unshowable": message("A sign could not be printed. Write the name by hand:"),
        "what_to_take": message("What to take"),
        "dates": message("Dates"),
        "in_all": message("In all"),
        "over_time": message("The dose over time"),
        "calendar": message("Calendar"),
        "tick": message("Tick the box when you have taken the dose."),
        "tick_short": message("Tick the box when taken"),
        "day": message("Day"),
        "time": message("Time"),
        "call_now": message("Call now"),
        "call": message("Call your prescriber or 911 at once for any of these signs:"),
        "what_to_collect": message("What to collect"),
        "all_fills": message("In all"),
        "when_to_see": message("When to see your prescriber"),
        "what_to_know": message("What to know"),
        "notes": message("Notes for your next visit"),
        "what_changed": message("What changed? Your pain from 0 to 10, your sleep, anything that troubles you."),
        "scan": message("Scan to check this paper"),
    }
)


@cache
def labels_in(language: Language) -> Mapping[str, str]:
    """The fixed words in a language, and the parts of the day under their own names."""
    return {name: language.say(text) for name, text in LABELS.items()}


@cache
def part_titles_in(language: Language) -> Mapping[str, str]:
    """The parts of the day as headings."""
    return {part: language.say(title) for part, title in PART_TITLES.items()}
