"""The form of a titration, and how a protocol fills it."""

from __future__ import annotations

from api.forms.fields import A_DAY_OR_A_WEEK, Field, Form, Section, typed
from api.forms.patient import PATIENT
from api.forms.questions import DAYS, INDICATION, START_DATE, drug, form_of, pace, protocol
from dosing.formulary.model import Monograph, Protocol
from dosing.vocabulary import WEEKDAYS
from schedules.choice import by_weight

_WEEKDAY = Field(
    "weekday",
    "Day of the week",
    "choice",
    choices=tuple((day, day.capitalize()) for day in WEEKDAYS),
    empty="That of the start date",
    hint="For a drug that is taken once a week only.",
)
FORM = Form(
    title="Plan a titration",
    refused="Not planned",
    button="Check and plan",
    goal="target",
    lead="Only the drug and the start date are needed. What else is left empty is never filled in by guess: "
    "a rule that needs it is reported as not checked.",
    after="The plan is stored under a random number, without a name.",
    sections=(
        Section(
            "The plan",
            (
                drug("drug", "Drug"),
                protocol(),
                INDICATION,
                form_of(),
                START_DATE,
                Field("start_dose", "First dose", "number", unit="mg", unit_words="mg"),
                Field("target", "Target", "amount", units=A_DAY_OR_A_WEEK),
                _WEEKDAY,
            ),
        ),
        *PATIENT,
        Section("Another pace", (*pace("Each rise"), DAYS), "Left empty, the protocol’s own pace is kept."),
    ),
)


def preset(monograph: Monograph, chosen: Protocol) -> dict[str, str]:
    """The fields as a protocol fills them: its drug, form, first dose and the low end of its maintenance.

    Amounts for each kilogram are left to the planner, which knows the weight.
    """
    usable = (
        product.form
        for product in monograph.products
        if product.offered and (chosen.forms is None or product.form in chosen.forms)
    )
    fields = {"drug": monograph.drug, "protocol": chosen.id, "form": next(usable, "")}
    unit = "mg/week" if chosen.pattern == "weekly" else "mg/day"
    if not by_weight(chosen):
        fields["start_dose"] = typed(chosen.start_low, "mg")
        fields["target"] = typed(chosen.maintenance_low, unit)
    fields["target_unit"] = unit
    if len(chosen.indications) == 1:
        fields["indication"] = next(iter(chosen.indications))
    return fields
