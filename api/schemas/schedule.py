"""The body of a titration: what is asked of the planner, and what is printed on the sheet and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault
from api.planning import Print, Wanted
from api.schemas.base import (
    NamingSchema,
    Part,
    RequestSchema,
    attempt,
    missing_fields,
    refusal,
    unknown_fields,
)
from api.schemas.naming import LONGEST_NAME, DrugField, TermField, meant
from api.schemas.orders import LONGEST_FORM
from api.schemas.patients import PatientSchema, age_faults
from api.schemas.plain import CodeField, DateField, FlagField, TextField, WholeNumberField, list_of, text_of
from api.schemas.quantities import (
    DAILY_OR_WEEKLY,
    LIQUID_STRENGTH,
    START_DOSE,
    STEP_INTERVAL,
    STRENGTH,
    Kind,
    QuantityField,
    quantity_document,
)
from dosing.formulary.model import Monograph
from dosing.names import NameList, name_list
from dosing.numbers import shown
from dosing.patient import Patient
from dosing.units import Quantity
from dosing.vocabulary import FORMS, LIQUIDS, WEEKDAYS
from schedules.titration import TitrationRequest

LONGEST_PLAN_DAYS = 366
LONGEST_PRINTED = 120
MOST_STRENGTHS = 20
LANGUAGES = ("en", "es")

_FORMS: NameList = name_list({form: form for form in FORMS})
_LONGEST_FIRST = tuple(sorted(FORMS, key=lambda form: (-len(form), form)))


class PrintSchema(RequestSchema):
    """Names for the paper. They are printed, and kept nowhere."""

    patient_name = TextField(LONGEST_PRINTED)
    prescriber = TextField(LONGEST_PRINTED)
    phone = TextField(LONGEST_PRINTED)
    language = CodeField(LANGUAGES)
    large_print = FlagField()

    def build(self, values: dict[str, Any]) -> Print:
        return Print(**values)


class StrengthsField(fields.Field[tuple[tuple[Quantity, str], ...]]):
    """The strengths that can be had, each with its form."""

    def __init__(self) -> None:
        form = {"enum": sorted(FORMS)}
        parts = {"strength": {"oneOf": quantity_document(STRENGTH)["oneOf"]}, "form": form}
        item = {
            "oneOf": [
                {"type": "string", "examples": ["300 mg capsule"]},
                {
                    "type": "object",
                    "properties": parts,
                    "required": list(parts),
                    "additionalProperties": False,
                    "examples": [{"strength": "300 mg", "form": "capsule"}],
                },
            ]
        }
        document = {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_STRENGTHS}
        super().__init__(metadata=document | {"description": "What the plan may be made of."})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[tuple[Quantity, str], ...]:
        faults: list[Fault] = []
        read = [
            attempt(strength_and_form_of, item, f"/{place}", faults)
            for place, item in enumerate(list_of(value, MOST_STRENGTHS, 1))
        ]
        if faults:
            raise ValidationError(faults)
        return tuple(strength for strength in read if strength is not None)


def strength_and_form_of(value: object) -> tuple[Quantity, str]:
    """`300 mg capsule`, or an object of strength and form."""
    if type(value) is dict:
        return _strength_object(value)
    if type(value) is not str:
        raise refusal("wrong-type", "A strength is a text or an object.", 'Write "300 mg capsule".')
    form = next((form for form in _LONGEST_FIRST if value.endswith(f" {form}")), None)
    if form is None:
        detail = f"{shown(value)} does not end with a form."
        raise refusal("unknown-form", detail, 'Write "300 mg capsule", or another form of the formulary.')
    return strength_kind(form).read(value.removesuffix(f" {form}")), form


def _strength_object(value: Mapping[str, object]) -> tuple[Quantity, str]:
    detail = "A strength has a strength and a form."
    faults = unknown_fields(value, ("strength", "form"), detail)
    faults += missing_fields(value, ("strength", "form"), detail)
    form = attempt(_form_of, value["form"], "/form", faults) if "form" in value else None
    strength = None
    if "strength" in value:
        kind = strength_kind(form) if form is not None else STRENGTH
        strength = attempt(kind.read, value["strength"], "/strength", faults)
    if faults or form is None or strength is None:
        raise ValidationError(faults)
    return strength, form


def strength_kind(form: str) -> Kind:
    """What a strength of a form is measured in: liquids by volume, all else by the piece."""
    return LIQUID_STRENGTH if form in LIQUIDS else STRENGTH


def _form_of(value: object) -> str:
    form = text_of(value, LONGEST_FORM)
    if form not in FORMS:
        raise refusal("unknown-form", f"{shown(form)} is no form of the formulary.", meant(_FORMS.near(form)))
    return form


class TitrationSchema(NamingSchema):
    """A plan upwards. What is left out comes from the protocol."""

    drug = DrugField(planned=True)
    form = TextField(LONGEST_FORM, description="A form of the drug.")
    protocol = TextField(LONGEST_NAME, description="A protocol of the drug, as /v1/drugs names it.")
    indication = TermField("What it is for; chooses a protocol when none is named.")
    patient = Part(PatientSchema)
    start_date = DateField(required=True, description="Day 1 of the plan, and the day of the question.")
    start_dose = QuantityField(START_DOSE, description="One dose; written per day, the day's total.")
    step = QuantityField(DAILY_OR_WEEKLY, description="How much the daily or weekly dose rises at a time.")
    step_interval = QuantityField(STEP_INTERVAL, description="The days between two rises.")
    target = QuantityField(DAILY_OR_WEEKLY, description="The daily dose to reach; of a weekly drug the weekly.")
    strengths = StrengthsField()
    days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How long the plan is.")
    weekday = CodeField(WEEKDAYS, description="The day of a weekly drug. Left out: the weekday of the first day.")
    fill_days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How many days one fill holds. Left out: 30.")
    print = fields.Nested(PrintSchema(), metadata={"description": "Only where the answer is a page or a PDF."})

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        faults: list[Fault] = []
        spoken = values.get("drug")
        if spoken is not None:
            monograph = self.names().formulary.monographs.get(spoken.drug)
            if monograph is None:
                detail = f"{spoken.drug} is known by name only; nothing is stated that a plan could follow."
                faults.append(Fault("/drug", "unknown-drug", detail, "The drugs are at /v1/drugs."))
            else:
                faults += _of_the_drug(values, monograph)
        if "patient" in values and "start_date" in values:
            faults += [fault.at("/patient") for fault in age_faults(values["patient"], values["start_date"])]
        return faults

    def build(self, values: dict[str, Any]) -> Wanted:
        request = TitrationRequest(
            drug=values["drug"].drug,
            start_date=values["start_date"],
            patient=values.get("patient") or Patient(),
            form=values.get("form"),
            protocol=values.get("protocol"),
            indication=values.get("indication"),
            start_dose=values.get("start_dose"),
            step=values.get("step"),
            step_interval=values.get("step_interval"),
            target=values.get("target"),
            strengths=values.get("strengths"),
            days=values.get("days"),
            weekday=values.get("weekday"),
        )
        return Wanted(request, values.get("print"), values.get("fill_days"))


def _of_the_drug(values: Mapping[str, Any], monograph: Monograph) -> list[Fault]:
    """Whether the drug has the form and the protocol that are asked for."""
    faults = []
    form, protocol = values.get("form"), values.get("protocol")
    if form is not None and form not in monograph.forms:
        detail = f"{monograph.drug} has no form {shown(form)}."
        faults.append(Fault("/form", "unknown-form", detail, f"Write one of: {', '.join(monograph.forms)}."))
    known = [listed.id for listed in monograph.protocols]
    if protocol is not None and protocol not in known:
        detail = f"{monograph.drug} has no protocol {shown(protocol)}."
        hint = f"Write one of: {', '.join(known)}." if known else "The drug has no protocol."
        faults.append(Fault("/protocol", "unknown-protocol", detail, hint))
    weekly = any(listed.maintenance_low.unit.code.endswith("/wk") for listed in monograph.protocols)
    for field in ("target", "step"):
        stated: Quantity | None = values.get(field)
        if stated is not None and stated.unit.code.endswith("/wk") != weekly:
            period, other = ("week", "day") if weekly else ("day", "week")
            detail = f"{monograph.drug} is taken by the {period}; an amount per {other} is another thing."
            faults.append(Fault(f"/{field}", "wrong-period", detail, f"Write it per {period}."))
    return faults
