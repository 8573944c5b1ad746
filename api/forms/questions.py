"""Questions that several forms ask: what is taken now, the pace, and how long the plan is."""

from __future__ import annotations

from collections.abc import Mapping

from api.errors import Fault
from api.forms.fields import A_DAY_OR_A_WEEK, LENGTHS, Field
from dosing.vocabulary import PARTS_OF_DAY

NOW = "now_"
INDICATION = Field("indication", "Indication", "choice")
START_DATE = Field("start_date", "Start date", "date", required=True)
DAYS = Field("days", "Length of the plan", "whole", unit_words="days", hint="Left empty: as the protocol says.")


def drug(name: str, label: str, pointer: str = "") -> Field:
    """Which drug; the one question that every plan needs."""
    return Field(name, label, "choice", pointer, empty="Choose a drug", required=True)


def form_of(name: str = "form", label: str = "Form", pointer: str = "") -> Field:
    """Which form of a drug."""
    return Field(name, label, "choice", pointer, empty="The first that the formulary lists")


def protocol(name: str = "protocol", pointer: str = "") -> Field:
    """Which cited way up or down."""
    return Field(name, "Protocol", "choice", pointer, empty="The one for the indication, or the default", broad=True)


def taken_now(below: str) -> tuple[Field, ...]:
    """What is taken on each day by part of the day, or which patch is worn; `below` is the pointer of the step."""
    parts = tuple(
        Field(f"{NOW}{part}", part.capitalize(), "number", f"{below}/doses/{part}", unit="mg", unit_words="mg")
        for part in PARTS_OF_DAY
    )
    patch = Field(f"{NOW}patch", "Or a patch", "number", f"{below}/dose", unit="mcg/hour", unit_words="mcg an hour")
    change = Field(
        f"{NOW}patch_change",
        "The patch is changed",
        "choice",
        f"{below}/frequency/every",
        choices=(("72 hours", "every 3 days"), ("7 days", "every 7 days")),
    )
    return (*parts, patch, change)


def taken_for(pointer: str = "") -> Field:
    """For how long it was taken."""
    hint = "Decides whether a slow end is needed. Left empty: both answers are looked at."
    return Field("taken_for", "Taken for", "amount", pointer, units=LENGTHS, hint=hint)


def pace(what: str, below: str = "", prefix: str = "") -> tuple[Field, Field]:
    """A step and an interval of one's own."""
    return (
        Field(f"{prefix}step", what, "amount", f"{below}/step", units=A_DAY_OR_A_WEEK),
        Field(f"{prefix}step_interval", "Each dose is held", "number", f"{below}/step_interval", "days", "days"),
    )


def nothing_taken(fields: Mapping[str, str], pointer: str) -> list[Fault]:
    """That nobody said what is taken now, at the first field that asks for it."""
    if any(fields.get(f"{NOW}{part}") for part in (*PARTS_OF_DAY, "patch")):
        return []
    detail = "What is taken now is not stated."
    return [Fault(pointer, "missing-field", detail, "Write the dose of each part of the day, or the patch.")]
