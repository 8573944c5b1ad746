"""The form of a switch: what is taken now, what it is changed to, and over how long."""

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

FORM = Form(
    title="Plan a switch",
    refused="Not planned",
    button="Check and plan",
    goal="target",
    says=frozenset({"/from/dose"}),
    lead="Both drugs, what is taken now and the start date are needed. What else is left empty is never filled in by "
    "guess.",
    after="The plan is stored under a random number, without a name.",
    sections=(
        Section(
            "What is taken now",
            (
                drug("from", "From", "/from/drug"),
                form_of("from_form", "Its form", "/from/form"),
                *taken_now("/from"),
                taken_for("/from/taken_for"),
            ),
            "The dose of each part of the day, as it is taken every day; or the patch that is worn.",
        ),
        Section(
            "What it is changed to",
            (
                drug("to", "To", "/to/drug"),
                form_of("to_form", "Its form", "/to/form"),
                protocol(pointer="/to/protocol"),
                Field("start_dose", "First dose", "number", "/to/start_dose", "mg", "mg"),
                Field("target", "Target", "amount", "/to/target", units=A_DAY_OR_A_WEEK),
                INDICATION,
            ),
        ),
        Section(
            "When, and how fast",
            (
                START_DATE,
                Field(
                    "over",
                    "The first drug ends over",
                    "number",
                    unit="days",
                    unit_words="days",
                    hint="Left empty: by its own cited taper.",
                ),
                *pace("Each rise of the new drug", "/to"),
                DAYS,
            ),
        ),
        *PATIENT,
    ),
)


def request_of(fields: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    """The JSON of a switch, and the faults that only a form can have."""
    request, faults = form_fields.request_of(FORM, fields)
    return request, [*faults, *nothing_taken(fields, "/from/doses/morning")]
