"""Orders and medications: one dosage instruction written flat, or steps that follow one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from marshmallow import fields

from api.errors import Fault, step
from api.schemas.base import NamingSchema, Part, RequestSchema, refusal
from api.schemas.content import content_faults
from api.schemas.doses import CycleField, DoseField, PartsField
from api.schemas.frequencies import FrequencyField
from api.schemas.naming import DrugField, TermField
from api.schemas.plain import (
    CodeField,
    DateField,
    FlagField,
    OrderIdField,
    TextField,
    WholeNumberField,
    list_of,
)
from api.schemas.quantities import DURATION, MAX_PER_DAY, SUPPLY, QuantityField
from api.schemas.strengths import ConcentrationField, StrengthField
from dosing.order import Order
from dosing.posology import Sig, Step
from dosing.units import Quantity
from dosing.vocabulary import INTENTS, ROUTES

MOST_ORDERS = 100
MOST_STEPS = 100
LONGEST_FORM = 64
LONGEST_ORDER_DAYS = 3653

_WAYS = ("dose", "doses", "cycle")
_SIG = (*_WAYS, "frequency", "duration", "as_needed", "max_per_day")


class StepSchema(RequestSchema):
    """A dosage instruction held for a duration: `dose` with `frequency`, or `doses`, or `cycle`."""

    dose = DoseField()
    doses = PartsField()
    cycle = CycleField()
    frequency = FrequencyField()
    duration = QuantityField(DURATION, description="How long it lasts. Only the last step may go on.")
    as_needed = FlagField("Taken when needed, at most as often as the frequency says.")
    max_per_day = QuantityField(MAX_PER_DAY, description="The most a day, as an amount or in pieces.")

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        return sig_faults(sent, complete=True)

    def build(self, values: dict[str, Any]) -> Step:
        return step_of(values)


class StepsField(fields.List[Any]):
    """Steps in the order they are taken."""

    def __init__(self) -> None:
        description = "Steps that follow one another; the first dose is on day 1."
        document = {"description": description, "minItems": 1, "maxItems": MOST_STEPS}
        super().__init__(fields.Nested(StepSchema()), metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize(list_of(value, MOST_STEPS, 1), attr, data, **kwargs)


class ReplacesField(fields.Field[Any]):
    """The place or the id of the medication that an order takes over from."""

    def __init__(self) -> None:
        document = {"type": ["integer", "string"], "examples": [0, "rx-1"]}
        description = "The place, counted from 0, or the id of the medication that this order changes."
        super().__init__(allow_none=True, metadata=document | {"description": description})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int | str:
        if type(value) not in (int, str):
            raise refusal("wrong-type", "A place or an id of a medication is needed here.")
        return value  # type: ignore[no-any-return]  # its type was looked at in the line above


class MedicationSchema(NamingSchema):
    """Something the patient takes already. It is context; its dose may be unknown."""

    id = OrderIdField()
    drug = DrugField()
    form = TextField(LONGEST_FORM, description="A form of the formulary; one that is not known is answered.")
    route = CodeField(sorted(ROUTES))
    strength = StrengthField()
    concentration = ConcentrationField()
    basis = CodeField(("salt", "base"), description="What the strength is stated as.")
    indication = TermField("What it is for.")
    intent = CodeField(sorted(INTENTS))
    self_care = FlagField("Bought and taken without a prescriber.")
    start_date = DateField(description="Left out: as_of.")
    end_date = DateField(allow_none=True, description="The last day, when there is one.")
    stopped = FlagField("No longer taken.")
    quantity = QuantityField(SUPPLY, description="How much is dispensed.")
    days_supply = WholeNumberField(1, LONGEST_ORDER_DAYS, description="How long the supply lasts.")
    reassess_on = DateField(description="When somebody looks at the patient again.")
    dose = DoseField()
    doses = PartsField()
    cycle = CycleField()
    frequency = FrequencyField()
    duration = QuantityField(DURATION, description="How long the treatment lasts. Left out: it goes on.")
    as_needed = FlagField("Taken when needed, at most as often as the frequency says.")
    max_per_day = QuantityField(MAX_PER_DAY, description="The most a day, as an amount or in pieces.")
    steps = StepsField()
    replaces = ReplacesField()

    judged = False  # an order has to say dose and frequency; a medication may not know them

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        stated = [name for name in _SIG if name in sent]
        if "steps" not in sent:
            faults = sig_faults(sent, complete=self.judged)
        elif stated:
            detail = "The order has steps, so its dose stands there."
            faults = [Fault(step(name), "conflicting-fields", detail) for name in stated]
        else:
            faults = []
        steps = steps_of(values, sent)
        if steps is not None:
            values["steps"] = steps
            faults += length_faults(steps)
        if values.get("replaces") is not None and not self.judged:
            faults.append(Fault("/replaces", "unusable-field", "Only an order replaces a medication."))
        flat, known = "steps" not in sent, steps or ()
        faults += date_faults(values)
        return faults + content_faults(values, sent, doses_in(known, flat), maxima_in(known, flat), self.names())

    def build(self, values: dict[str, Any]) -> Order:
        spoken = values["drug"]
        return Order(
            given=values.get("id", "0"),
            spoken=spoken.spoken,
            drug=spoken.drug,
            suggestions=spoken.suggestions,
            form=values.get("form"),
            route=values.get("route"),
            strengths=values.get("strengths"),
            concentrations=values.get("concentrations"),
            basis=values.get("basis"),
            indication=values.get("indication"),
            intent=values.get("intent"),
            self_care=values.get("self_care"),
            start_date=values.get("start_date"),
            end_date=values.get("end_date"),
            stopped=values.get("stopped", False),
            quantity=values.get("quantity"),
            days_supply=values.get("days_supply"),
            reassess_on=values.get("reassess_on"),
            steps=values["steps"],
        )


class OrderSchema(MedicationSchema):
    """An order to be judged."""

    judged = True


class OrdersField(fields.List[Any]):
    """Orders or medications, each named by its id or by its place."""

    def __init__(
        self, kind: type[MedicationSchema], *, least: int, required: bool = False, description: str = ""
    ) -> None:
        document = {"description": description, "minItems": least, "maxItems": MOST_ORDERS}
        super().__init__(Part(kind), required=required, metadata=document)
        self._least = least

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        listed = list_of(value, MOST_ORDERS, self._least)
        return super()._deserialize([_named(item, place) for place, item in enumerate(listed)], attr, data)


def _named(sent: object, place: int) -> object:
    """An order with its id, which is its place where it has none of its own."""
    return {**sent, "id": str(place)} if isinstance(sent, dict) and "id" not in sent else sent


def sig_faults(sent: Mapping[str, object], *, complete: bool) -> list[Fault]:
    """Whether the fields of one dosage instruction go together."""
    ways = [name for name in _WAYS if name in sent]
    faults = [
        Fault(step(name), "conflicting-fields", f"The dose is stated twice, as {ways[0]} and as {name}.")
        for name in ways[1:]
    ]
    if "frequency" in sent and ways and ways[0] != "dose":
        detail = f"{ways[0].capitalize()} says when each dose is taken, so there is no frequency beside it."
        faults.append(Fault("/frequency", "conflicting-fields", detail))
    if complete and not ways:
        hint = "Write dose and frequency, doses by part of the day, a cycle, or steps."
        faults.append(Fault("/dose", "missing-field", "The dose is not stated.", hint))
    if complete and ways == ["dose"] and "frequency" not in sent:
        hint = 'Write {"times": 3, "per": "day"} or {"every": "6 hours"}.'
        faults.append(Fault("/frequency", "missing-field", "How often the dose is taken is not stated.", hint))
    return faults


def step_of(values: Mapping[str, Any]) -> Step:
    """One step of fields that go together."""
    sig = Sig(
        dose=values.get("dose"),
        frequency=values.get("frequency"),
        parts=values.get("doses", ()),
        cycle=values.get("cycle", ()),
        as_needed=values.get("as_needed", False),
        max_per_day=values.get("max_per_day"),
    )
    return Step(sig, values.get("duration"))


def steps_of(values: Mapping[str, Any], sent: Mapping[str, object]) -> tuple[Step, ...] | None:
    """The steps of an order as far as they were understood; None where a fault stands in their way."""
    if "steps" in sent:
        steps = values.get("steps")
        return tuple(steps) if steps is not None else None
    stated = [name for name in _SIG if name in sent]
    if any(name not in values for name in stated):
        return None
    return (step_of(values),) if stated else ()


def length_faults(steps: tuple[Step, ...]) -> list[Fault]:
    """A step that another one follows has to end; all of them together may last as long as one."""
    faults = [
        Fault(
            f"/steps/{place}/duration",
            "missing-duration",
            "A step that another one follows needs a duration.",
            'Write "duration": "14 days".',
        )
        for place, held in enumerate(steps[:-1])
        if held.duration is None
    ]
    if len(steps) > 1:
        whole = sum((held.duration.amount("d") for held in steps if held.duration is not None), Fraction(0))
        if whole > LONGEST_ORDER_DAYS:
            faults.append(Fault("/steps", "out-of-range", "The steps together last longer than 10 years."))
    return faults


def date_faults(values: Mapping[str, Any]) -> list[Fault]:
    """An order ends no sooner than it starts."""
    start, end = values.get("start_date"), values.get("end_date")
    if start is not None and end is not None and end < start:
        return [Fault("/end_date", "contradiction", f"The order ends on {end}, before it starts on {start}.")]
    return []


def doses_in(steps: tuple[Step, ...], flat: bool) -> Iterator[tuple[str, Quantity]]:
    """Every dose of an order with its place."""
    for place, held in enumerate(steps):
        base, sig = "" if flat else f"/steps/{place}", held.sig
        if sig.dose is not None:
            yield f"{base}/dose", sig.dose.high
        for part, dose in sig.parts:
            yield f"{base}/doses/{part}", dose
        for number, dose in enumerate(sig.cycle):
            yield f"{base}/cycle/{number}", dose


def maxima_in(steps: tuple[Step, ...], flat: bool) -> Iterator[tuple[str, Quantity]]:
    """Every stated daily maximum of an order with its place."""
    for place, held in enumerate(steps):
        if held.sig.max_per_day is not None:
            yield "/max_per_day" if flat else f"/steps/{place}/max_per_day", held.sig.max_per_day
