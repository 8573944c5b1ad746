"""The bodies of the questions: an order check, measures, equivalents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api.errors import Fault
from api.schemas.base import NamesAtHand, NamingSchema, Part
from api.schemas.orders import OrderSchema, OrdersField
from api.schemas.patients import PatientSchema, age_faults
from api.schemas.plain import DateField
from dosing.order import Order
from dosing.patient import Patient

NOBODY = Patient()


@dataclass(frozen=True, slots=True)
class OrdersQuestion:
    """Orders to be judged together, for whom, and on which day."""

    orders: tuple[Order, ...]
    patient: Patient
    as_of: date


@dataclass(frozen=True, slots=True)
class PatientQuestion:
    """A patient to compute measures for, and the day of the age."""

    patient: Patient
    as_of: date


class DatedSchema(NamingSchema):
    """A question that is asked on a day: the one it states, else today."""

    as_of = DateField(description="The day of the question. Left out: the earliest start date, else today.")

    def __init__(self, names: NamesAtHand, today: Callable[[], date]) -> None:
        self.today = today
        super().__init__(names)

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        if "as_of" not in sent:
            values["as_of"] = self.day_of(values, sent)
        patient, as_of = values.get("patient"), values.get("as_of")
        if patient is None or as_of is None:
            return []
        return [fault.at("/patient") for fault in age_faults(patient, as_of)]

    def day_of(self, values: Mapping[str, Any], sent: Mapping[str, object]) -> date | None:
        """The day of a question that states none; None while faults stand in the way of knowing."""
        return self.today()


class MeasuresSchema(DatedSchema):
    """What to compute measures from."""

    patient = Part(PatientSchema, required=True)

    def build(self, values: dict[str, Any]) -> PatientQuestion:
        return PatientQuestion(values["patient"], values["as_of"])


class CheckSchema(DatedSchema):
    """Orders that are judged together, with the patient's medications."""

    patient = Part(PatientSchema)
    orders = OrdersField(OrderSchema, least=1, required=True, description="1 to 100 orders, judged together.")

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        faults = super().settle(values, sent)
        faults += id_faults(sent.get("orders"), "/orders")
        patient = sent.get("patient")
        taken = patient.get("medications") if type(patient) is dict else None
        faults += id_faults(taken, "/patient/medications")
        faults += end_faults(values)
        return faults + settle_replaced(values, sent, taken)

    def day_of(self, values: Mapping[str, Any], sent: Mapping[str, object]) -> date | None:
        orders: list[Order] | None = values.get("orders")
        if orders is None:
            return None
        return min((order.start_date for order in orders if order.start_date is not None), default=None) or self.today()

    def build(self, values: dict[str, Any]) -> OrdersQuestion:
        return OrdersQuestion(tuple(values["orders"]), values.get("patient", NOBODY), values["as_of"])


class EquivalentsSchema(CheckSchema):
    """Orders to be added up."""


def id_faults(sent: object, pointer: str) -> list[Fault]:
    """An id names one order. One without an id is named by its place, which is then no other's id."""
    if type(sent) is not list or len(sent) < 2:
        return []
    faults = []
    names: set[object] = {str(place) for place, order in enumerate(sent) if type(order) is dict and "id" not in order}
    for place, order in enumerate(sent):
        stated = order.get("id") if type(order) is dict else None
        if type(stated) is str:
            if stated in names:
                hint = "An order without an id has its place for one, counted from 0."
                faults.append(Fault(f"{pointer}/{place}/id", "duplicate-id", "Another order has this id.", hint))
            names.add(stated)
    return faults


def end_faults(values: Mapping[str, Any]) -> list[Fault]:
    """An order that does not say when it starts starts on the day of the question, and ends no sooner."""
    as_of = values.get("as_of")
    if as_of is None:
        return []
    hint = "Write when it started, or list it under patient.medications."
    return [
        Fault(
            f"/orders/{place}/end_date",
            "contradiction",
            f"The order ends on {order.end_date}, and without a start date it starts on {as_of}.",
            hint,
        )
        for place, order in enumerate(values.get("orders") or ())
        if order.end_date is not None and order.start_date is None and order.end_date < as_of
    ]


def settle_replaced(values: dict[str, Any], sent: Mapping[str, object], taken: object) -> list[Fault]:
    """Turn what each order replaces into the name of that medication."""
    sent_orders = sent.get("orders")
    if not isinstance(sent_orders, list):
        return []
    orders: list[Order] | None = values.get("orders")
    names: list[str] | None = None
    faults = []
    for place, order in enumerate(sent_orders):
        stated = order.get("replaces") if type(order) is dict else None
        if type(stated) is not int and type(stated) is not str:
            continue
        if names is None:
            names = _names(taken)
        name = _replaced(stated, names)
        if name is None:
            hint = "Write its place in patient.medications, counted from 0, or its id."
            pointer = f"/orders/{place}/replaces"
            faults.append(Fault(pointer, "unknown-value", "There is no such medication.", hint))
        elif orders is not None:
            orders[place] = replace(orders[place], replaces=name)
    return faults


def _names(taken: object) -> list[str]:
    """What each medication is called: its id, or its place."""
    listed = taken if isinstance(taken, list) else []
    stated = [medication.get("id") if type(medication) is dict else None for medication in listed]
    return [name if type(name) is str else str(place) for place, name in enumerate(stated)]


def _replaced(stated: int | str, names: list[str]) -> str | None:
    if isinstance(stated, int):
        return names[stated] if 0 <= stated < len(names) else None
    return stated if stated in names else None
