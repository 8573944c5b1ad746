"""The body of a titration: what is asked of the planner, and what is printed on the sheet and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from api.errors import Fault
from api.planning import Wanted
from api.schemas.base import NamingSchema, Part
from api.schemas.naming import DrugField, TermField
from api.schemas.orders import LONGEST_FORM
from api.schemas.own_protocols import OwnProtocolSchema, ProtocolField
from api.schemas.patients import PatientSchema, age_faults
from api.schemas.plain import CodeField, DateField, TextField, WholeNumberField
from api.schemas.printing import PrintSchema
from api.schemas.products import StrengthsField
from api.schemas.quantities import DAILY_OR_WEEKLY, START_DOSE, STEP_INTERVAL, QuantityField
from dosing.formulary.model import Monograph, Protocol
from dosing.names import Names
from dosing.numbers import shown
from dosing.patient import Patient
from dosing.units import Quantity
from dosing.vocabulary import INTENTS, WEEKDAYS
from schedules.titration import TitrationRequest

LONGEST_PLAN_DAYS = 366


class TitrationSchema(NamingSchema):
    """A plan upwards. What is left out comes from the protocol."""

    drug = DrugField(planned=True)
    form = TextField(LONGEST_FORM, description="A form of the drug.")
    protocol = ProtocolField(OwnProtocolSchema(), "A protocol of the drug, as /v1/drugs names it, or your own.")
    indication = TermField("What it is for; chooses a protocol when none is named.")
    intent = CodeField(sorted(INTENTS), description="How it is meant; rules that ask are not checked without it.")
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
        monograph = planned_monograph(self.names(), values, faults)
        if monograph is not None:
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
            intent=values.get("intent"),
            start_dose=values.get("start_dose"),
            step=values.get("step"),
            step_interval=values.get("step_interval"),
            target=values.get("target"),
            strengths=values.get("strengths"),
            days=values.get("days"),
            weekday=values.get("weekday"),
            fill_days=values.get("fill_days"),
        )
        return Wanted(request, values.get("print"))


def planned_monograph(names: Names, values: Mapping[str, Any], faults: list[Fault]) -> Monograph | None:
    """The monograph of the drug that is to be planned; a drug that is known by name only is a fault."""
    spoken = values.get("drug")
    if spoken is None:
        return None
    monograph = names.formulary.monographs.get(spoken.drug)
    if monograph is None:
        detail = f"{spoken.drug} is known by name only; nothing is stated that a plan could follow."
        faults.append(Fault("/drug", "unknown-drug", detail, "The drugs are at /v1/drugs."))
        return None
    form = values.get("form")
    if form is not None and form not in monograph.forms:
        detail = f"{monograph.drug} has no form {shown(form)}."
        faults.append(Fault("/form", "unknown-form", detail, f"Write one of: {', '.join(monograph.forms)}."))
    return monograph


def _of_the_drug(values: Mapping[str, Any], monograph: Monograph) -> list[Fault]:
    """Whether the drug has the protocol that is asked for, and its amounts are of the right period."""
    faults = []
    protocol = values.get("protocol")
    known = [listed.id for listed in monograph.protocols]
    if isinstance(protocol, str) and protocol not in known:
        detail = f"{monograph.drug} has no protocol {shown(protocol)}."
        hint = f"Write one of: {', '.join(known)}." if known else "The drug has no protocol."
        faults.append(Fault("/protocol", "unknown-protocol", detail, hint))
    stated_own = (protocol,) if isinstance(protocol, Protocol) else monograph.protocols
    weekly = any(listed.maintenance_low.unit.code.endswith("/wk") for listed in stated_own)
    for field in ("target", "step"):
        stated: Quantity | None = values.get(field)
        if stated is not None and stated.unit.code.endswith("/wk") != weekly:
            period, other = ("week", "day") if weekly else ("day", "week")
            detail = f"{monograph.drug} is taken by the {period}; an amount per {other} is another thing."
            faults.append(Fault(f"/{field}", "wrong-period", detail, f"Write it per {period}."))
    return faults
