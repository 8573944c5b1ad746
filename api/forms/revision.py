"""The form of a change: what changes in a stored plan, from which day or date on, and what is new of the patient.

The facts of the plan's own patient stay as they were, except for those that are written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from api.errors import Fault
from api.forms import fields as form_fields
from api.forms.fields import A_DAY_OR_A_WEEK, Field, Form, Section
from api.forms.patient import PATIENT
from api.schemas.base import attempt
from api.schemas.plain import DateField

_ACTIONS = (
    ("hold", "Hold: the dose of now for longer"),
    ("slower", "Slower: every step lasts longer"),
    ("step-back", "Step back: the step before, then on"),
    ("resume", "Resume: go on"),
    ("restart", "Restart: from the first step, after missed days"),
    ("new-target", "A new target"),
    ("stop-now", "Stop now, with the taper that is needed"),
)
_ONLY_NEW = "Only what has changed since the plan was made. What is left empty stays as it was then."
_NAMES_JOIN = "New names join those of the plan. A ticked box says that there are none any more."
FORM = Form(
    title="Change this plan",
    refused="Not changed",
    button="Check and change",
    goal="target",
    says=frozenset({"/from_day"}),
    lead="The change makes a new plan. Days that are gone stay as they were, and the old plan stays readable.",
    after="The new plan is stored under a number of its own and says which plan it takes the place of.",
    sections=(
        Section(
            "The change",
            (
                Field("action", "What changes", "choice", choices=_ACTIONS, empty="Choose a change", required=True),
                Field("from_date", "From the date", "aside", "/from_date", hint="The first day that is new."),
                Field("from_day", "Or from the day of the plan", "whole", hint="Day 1 is the first day of the plan."),
                Field(
                    "days",
                    "By how many days",
                    "whole",
                    unit_words="days",
                    hint="For hold, slower and step back. Left empty: as long as the step, or twice as long.",
                ),
                Field(
                    "missed_days",
                    "Days without a dose",
                    "whole",
                    unit_words="days",
                    hint="For resume and restart: the missed days just before.",
                ),
                Field("target", "The new target", "amount", units=A_DAY_OR_A_WEEK, hint="For a new target only."),
            ),
        ),
        *(
            Section(
                f"{section.title}: what is new",
                section.fields,
                _NAMES_JOIN if any(field.kind == "names" for field in section.fields) else _ONLY_NEW,
            )
            for section in PATIENT
        ),
    ),
)


def request_of(fields: Mapping[str, str], plan: Mapping[str, object]) -> tuple[dict[str, object], list[Fault]]:
    """The JSON of a change of a stored plan, and the faults that only a form can have."""
    request, faults = form_fields.request_of(FORM, fields)
    _from_day(fields, date.fromisoformat(str(plan["start_date"])), request, faults)
    told = request.get("patient")
    if isinstance(told, dict):
        before = _patient_of(plan)
        if "creatinine_clearance" in before and "serum_creatinine" in told and "creatinine_clearance" not in told:
            detail = "The plan has a stated clearance, which counts before one that is computed from a creatinine."
            faults.append(Fault("/patient/creatinine_clearance", "missing-field", detail, "State the clearance anew."))
        request["patient"] = _joined(before, told)
    return request, faults


def _joined(before: Mapping[str, object], told: Mapping[str, object]) -> dict[str, object]:
    """What was known with what is new.

    Laboratory values and names join those of before one by one, so that an illness nobody typed again is not lost.
    """
    joined = {**before, **told}
    for name, value in told.items():
        known = before.get(name)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            joined[name] = {**known, **value}
        elif isinstance(known, list) and isinstance(value, list) and value:
            named = [_name(item) for item in known]
            joined[name] = [*known, *(item for item in value if _name(item) not in named)]
    return joined


def _name(item: object) -> str:
    """The name of an illness, an allergy or a medicine, in small letters."""
    return str(item.get("drug") if isinstance(item, Mapping) else item).lower()


def _patient_of(plan: Mapping[str, object]) -> Mapping[str, object]:
    """The patient of the request that a plan was made from."""
    asked = plan["request"]
    told = asked.get("patient") if isinstance(asked, Mapping) else None
    return told if isinstance(told, Mapping) else {}


def _from_day(fields: Mapping[str, str], start: date, request: dict[str, object], faults: list[Fault]) -> None:
    """The day of the plan that the change begins on, from the day or the date that was written."""
    written, day = fields.get("from_date", ""), fields.get("from_day", "")
    if written and day:
        faults.append(Fault("/from_day", "contradiction", "A date and a day are written.", "Keep one of the two."))
    elif written:
        since = attempt(DateField().deserialize, written, "/from_date", faults)
        if since is None:
            return
        if since <= start:
            detail = f"The plan begins on {start.isoformat()}; it can be changed from the day after."
            faults.append(Fault("/from_date", "out-of-range", detail, "Before its first day, make a new plan."))
        else:
            request["from_day"] = (since - start).days + 1
    elif not day:
        detail = "From when on is not stated."
        faults.append(Fault("/from_date", "missing-field", detail, "Write the date, or the day of the plan."))
