"""The form of a taper: what is taken now, whether it goes to a stop or to a lower dose, and how fast."""

from __future__ import annotations

from collections.abc import Mapping

from api.errors import Fault
from api.forms import fields as form_fields
from api.forms.fields import A_DAY_OR_A_WEEK, Field, Form, Section
from api.forms.patient import PATIENT
from api.forms.questions import (
    DAYS,
    INDICATION,
    START_DATE,
    drug,
    form_of,
    nothing_taken,
    pace,
    protocol,
    taken_for,
    taken_now,
)

STOP, LOWER = "stop", "lower"
_STEP, _INTERVAL = pace("Each cut")
FORM = Form(
    title="Plan a taper",
    refused="Not planned",
    button="Check and plan",
    goal="to",
    says=frozenset({"/from", "/to"}),
    lead="The drug, what is taken now, where it goes and the start date are needed. What else is left empty is never "
    "filled in by guess.",
    after="The plan is stored under a random number, without a name.",
    sections=(
        Section("The plan", (drug("drug", "Drug"), form_of(), INDICATION, START_DATE)),
        Section(
            "What is taken now",
            (*taken_now("/from/0"), taken_for()),
            "The dose of each part of the day, as it is taken every day; or the patch that is worn.",
        ),
        Section(
            "Where it goes",
            (
                Field(
                    "goal",
                    "The dose goes down",
                    "aside",
                    "/goal",
                    choices=((STOP, "to a stop"), (LOWER, "to a lower dose")),
                    empty="Choose where to",
                    required=True,
                ),
                Field("to", "The lower dose", "amount", units=A_DAY_OR_A_WEEK),
            ),
        ),
        *PATIENT,
        Section(
            "The pace",
            (
                protocol(),
                _STEP,
                Field("percent", "Or a share of the dose", "whole", unit_words="percent"),
                Field(
                    "percent_of",
                    "The share is of",
                    "choice",
                    choices=(("current", "the dose before the cut"), ("original", "the dose of now")),
                ),
                _INTERVAL,
                DAYS,
            ),
            "Left empty, the pace is that of the cited taper.",
        ),
    ),
)


def request_of(fields: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    """The JSON of a taper, and the faults that only a form can have."""
    request, faults = form_fields.request_of(FORM, fields)
    taken = request.get("from")
    if isinstance(taken, dict):
        request["from"] = [*taken.values()]
    faults += nothing_taken(fields, "/from/0/doses/morning")
    goal, lower = fields.get("goal", ""), fields.get("to", "")
    if not goal:
        faults.append(Fault("/goal", "missing-field", "Where the dose goes is not stated.", "Choose one of the two."))
    elif goal not in (STOP, LOWER):
        faults.append(Fault("/goal", "unknown-value", "A taper goes to a stop or to a lower dose."))
    elif goal == STOP and lower:
        faults.append(Fault("/to", "contradiction", "A stop is chosen, and a dose is written.", "Keep one of the two."))
    elif goal == LOWER and not lower:
        faults.append(Fault("/to", "missing-field", "The lower dose is not stated.", "Write it, or choose a stop."))
    if goal == STOP and not lower:
        request["to"] = STOP
    return request, faults
