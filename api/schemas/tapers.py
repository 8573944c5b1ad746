"""The bodies of a taper and of a switch: what is taken now, where it goes, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar

from marshmallow import fields

from api.errors import Fault
from api.planning import Wanted
from api.schemas.base import NamingSchema, Part, refusal
from api.schemas.doses import CycleField, DoseField, PartsField
from api.schemas.frequencies import FrequencyField
from api.schemas.naming import DrugField, TermField
from api.schemas.orders import LONGEST_FORM, StepsField, sig_faults, step_of
from api.schemas.own_protocols import OwnProtocolSchema, OwnTaperSchema, ProtocolField
from api.schemas.patients import PatientSchema, age_faults
from api.schemas.plain import CodeField, DateField, TextField, WholeNumberField
from api.schemas.printing import PrintSchema
from api.schemas.products import StrengthsField
from api.schemas.quantities import (
    DAILY_OR_WEEKLY,
    DURATION,
    START_DOSE,
    STEP_INTERVAL,
    TAKEN,
    QuantityField,
    quantity_document,
)
from api.schemas.schedule import LONGEST_PLAN_DAYS, planned_monograph
from dosing.numbers import shown
from dosing.patient import Patient
from dosing.units import Quantity
from dosing.vocabulary import INTENTS, WEEKDAYS
from schedules.switch import SwitchRequest
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest

STOP = "stop"


class GoalField(fields.Field[Any]):
    """Where a taper goes: a lower dose, or a stop."""

    def __init__(self) -> None:
        options = [{"const": STOP}, *quantity_document(TAKEN)["oneOf"]]
        super().__init__(required=True, metadata={"description": 'A lower daily dose, or "stop".', "oneOf": options})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Quantity | None:
        if type(value) is str and value.strip().lower() == STOP and value != STOP:
            raise refusal("unknown-value", f"{shown(value)} is not known here.", f'Write "{STOP}", or a lower dose.')
        return None if value == STOP else TAKEN.read(value)


class TaperSchema(NamingSchema):
    """A plan downwards from what is taken now. What is left out comes from the formulary's taper."""

    class Meta:
        # `from` is a word of Python's own, so it cannot be written like the others.
        include: ClassVar = {"from": StepsField()}

    drug = DrugField(planned=True)
    form = TextField(LONGEST_FORM, description="A form of the drug.")
    protocol = ProtocolField(OwnTaperSchema(), "A taper of the drug, as /v1/drugs names it, or your own.")
    indication = TermField("What it is for; chooses a taper when none is named.")
    intent = CodeField(sorted(INTENTS), description="How it is meant; rules that ask are not checked without it.")
    patient = Part(PatientSchema)
    start_date = DateField(required=True, description="Day 1 of the plan: the day of the first cut.")
    to = GoalField()
    taken_for = QuantityField(DURATION, description="For how long the drug was taken in all.")
    step = QuantityField(TAKEN, description="How much each cut takes off.")
    percent = WholeNumberField(1, 100, description="Or which share, in percent.")
    percent_of = CodeField(("current", "original"), description="The dose that the share is of; needed with percent.")
    step_interval = QuantityField(STEP_INTERVAL, description="How long each dose is held.")
    strengths = StrengthsField()
    days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How long the plan is.")
    fill_days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How many days one fill holds. Left out: 30.")
    print = fields.Nested(PrintSchema(), metadata={"description": "Only where the answer is a page or a PDF."})

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        faults: list[Fault] = []
        monograph = planned_monograph(self.names(), values, faults)
        if "from" not in sent:
            faults.append(Fault("/from", "missing-field", "What is taken now is not stated.", "Write its steps."))
        if monograph is not None:
            known = [taper.id for taper in monograph.tapers]
            protocol = values.get("protocol")
            if isinstance(protocol, str) and protocol not in known:
                detail = f"{monograph.drug} has no taper {shown(protocol)}."
                hint = f"Write one of: {', '.join(known)}." if known else "Give `step` and `step_interval`."
                faults.append(Fault("/protocol", "unknown-protocol", detail, hint))
        faults += _cut_faults(sent)
        if "patient" in values and "start_date" in values:
            faults += [fault.at("/patient") for fault in age_faults(values["patient"], values["start_date"])]
        return faults

    def build(self, values: dict[str, Any]) -> Wanted:
        request = TaperRequest(
            drug=values["drug"].drug,
            start_date=values["start_date"],
            patient=values.get("patient") or Patient(),
            taken=tuple(values["from"]),
            to=values["to"],
            taken_for=values.get("taken_for"),
            form=values.get("form"),
            taper=values.get("protocol"),
            indication=values.get("indication"),
            intent=values.get("intent"),
            step=values.get("step"),
            percent=Fraction(values["percent"]) if "percent" in values else None,
            of_original=values.get("percent_of") == "original",
            step_interval=values.get("step_interval"),
            strengths=values.get("strengths"),
            days=values.get("days"),
            fill_days=values.get("fill_days"),
        )
        return Wanted(request, values.get("print"))


def _cut_faults(sent: Mapping[str, object]) -> list[Fault]:
    """Whether the fields about the size of a cut go together."""
    if "step" in sent and "percent" in sent:
        return [Fault("/percent", "conflicting-fields", "A cut is an amount or a share.", "Write one of the two.")]
    if ("percent" in sent) != ("percent_of" in sent):
        detail = "A share is of the current or of the original dose."
        return [Fault("/percent_of", "missing-field", detail, "Write percent and percent_of together.")]
    return []


class SwitchFromSchema(NamingSchema):
    """What is taken now and comes to its end."""

    drug = DrugField(planned=True)
    form = TextField(LONGEST_FORM, description="A form of the drug.")
    dose = DoseField()
    doses = PartsField()
    cycle = CycleField()
    frequency = FrequencyField()
    taken_for = QuantityField(DURATION, description="For how long it was taken in all.")
    step = QuantityField(TAKEN, description="How much each cut takes off.")
    step_interval = QuantityField(STEP_INTERVAL, description="How long each dose is held.")
    protocol = ProtocolField(OwnTaperSchema(), "A taper of the drug, or your own, where the switch has no length.")
    strengths = StrengthsField()

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        spoken = values.get("drug")
        known = spoken is not None and spoken.drug in self.names().formulary.monographs
        stated = any(name in sent for name in ("dose", "doses", "cycle"))
        return sig_faults(sent, complete=True) if known or stated else []


class SwitchToSchema(NamingSchema):
    """What it is changed to."""

    drug = DrugField(planned=True)
    form = TextField(LONGEST_FORM, description="A form of the drug.")
    protocol = ProtocolField(OwnProtocolSchema(), "A protocol of the drug, or your own.")
    start_dose = QuantityField(START_DOSE, description="One dose; written per day, the day's total.")
    step = QuantityField(DAILY_OR_WEEKLY, description="How much the dose rises at a time.")
    step_interval = QuantityField(STEP_INTERVAL, description="The days between two rises.")
    target = QuantityField(DAILY_OR_WEEKLY, description="The dose to reach.")
    weekday = CodeField(WEEKDAYS, description="The day of a weekly drug.")
    strengths = StrengthsField()

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        faults: list[Fault] = []
        planned_monograph(self.names(), values, faults)
        return faults


class SwitchSchema(NamingSchema):
    """A change from one drug to another: one goes down while the other goes up."""

    class Meta:
        include: ClassVar = {"from": Part(SwitchFromSchema, required=True, description="What is taken now.")}

    to = Part(SwitchToSchema, required=True, description="What it is changed to.")
    over = QuantityField(STEP_INTERVAL, description="How long the first drug takes to its end. Left out: its taper.")
    indication = TermField("What both are for.")
    intent = CodeField(sorted(INTENTS), description="How it is meant; rules that ask are not checked without it.")
    patient = Part(PatientSchema)
    start_date = DateField(required=True, description="Day 1 of the plan.")
    days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How long the plan is.")
    fill_days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How many days one fill holds. Left out: 30.")
    print = fields.Nested(PrintSchema(), metadata={"description": "Only where the answer is a page or a PDF."})

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        if "patient" in values and "start_date" in values:
            return [fault.at("/patient") for fault in age_faults(values["patient"], values["start_date"])]
        return []

    def build(self, values: dict[str, Any]) -> Wanted:
        begun, wanted = values["from"], values["to"]
        patient, start = values.get("patient") or Patient(), values["start_date"]
        up = TitrationRequest(
            drug=wanted["drug"].drug,
            start_date=start,
            patient=patient,
            form=wanted.get("form"),
            protocol=wanted.get("protocol"),
            indication=values.get("indication"),
            intent=values.get("intent"),
            start_dose=wanted.get("start_dose"),
            step=wanted.get("step"),
            step_interval=wanted.get("step_interval"),
            target=wanted.get("target"),
            strengths=wanted.get("strengths"),
            days=values.get("days"),
            weekday=wanted.get("weekday"),
            fill_days=values.get("fill_days"),
        )
        spoken = begun["drug"].drug
        request = SwitchRequest(spoken, self._down(begun, patient, values), up, values.get("over"))
        return Wanted(request, values.get("print"))

    def _down(self, begun: Mapping[str, Any], patient: Patient, values: Mapping[str, Any]) -> TaperRequest | None:
        """The first drug as a taper to a stop; None for one without a monograph."""
        spoken = begun["drug"].drug
        if spoken not in self.names().formulary.monographs:
            return None
        return TaperRequest(
            drug=spoken,
            start_date=values["start_date"],
            patient=patient,
            taken=(step_of(begun),),
            taken_for=begun.get("taken_for"),
            form=begun.get("form"),
            taper=begun.get("protocol"),
            indication=values.get("indication"),
            intent=values.get("intent"),
            step=begun.get("step"),
            step_interval=begun.get("step_interval"),
            strengths=begun.get("strengths"),
        )
