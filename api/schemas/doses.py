"""How much at one time: a dose or a range, unequal doses by part of the day, a cycle of daily doses."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault, step
from api.schemas.base import attempt, missing_fields, refusal, unknown_fields
from api.schemas.plain import list_of
from api.schemas.quantities import DOSE, ONE_DOSE, Kind, quantity_document
from dosing.posology import DoseRange
from dosing.units import Quantity
from dosing.vocabulary import PARTS_OF_DAY

LONGEST_CYCLE = 366


def range_of(value: object, kind: Kind) -> tuple[Quantity, Quantity]:
    """A quantity, twice, or the two ends of a range."""
    if type(value) is not dict or not value.keys() & {"low", "high"}:
        measured = kind.read(value)
        return measured, measured
    faults = unknown_fields(value, ("low", "high"), "A range has a low and a high end.")
    faults += missing_fields(value, ("low", "high"), "A range has a low and a high end.")
    ends = {
        name: end
        for name in ("low", "high")
        if name in value and (end := attempt(kind.read, value[name], step(name), faults)) is not None
    }
    if faults:
        raise ValidationError(faults)
    low, high = ends["low"], ends["high"]
    if low.unit.dimension != high.unit.dimension or (low.unit.code == "mo") != (high.unit.code == "mo"):
        detail = f"The range begins in {low.unit.code} and ends in {high.unit.code}."
        raise ValidationError([Fault("/high", "wrong-unit", detail, "Write both ends in the same unit.")])
    if low > high:
        raise refusal("contradiction", f"The range begins above its end: {low} and {high}.")
    return low, high


class DoseField(fields.Field[DoseRange]):
    """One dose, or the range it may be chosen from."""

    def __init__(self) -> None:
        one = quantity_document(DOSE)["oneOf"]
        ends = {"low": {"oneOf": one}, "high": {"oneOf": one}}
        between = {
            "type": "object",
            "properties": ends,
            "required": ["low", "high"],
            "additionalProperties": False,
            "examples": [{"low": "50 mg", "high": "100 mg"}],
        }
        description = "What is taken at one time; written per day, the day's total. A range is judged at its worst."
        super().__init__(metadata={"description": description, "oneOf": [*one, between]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> DoseRange:
        return DoseRange(*range_of(value, DOSE))


class PartsField(fields.Field[tuple[tuple[str, Quantity], ...]]):
    """Doses by part of the day, which may differ."""

    def __init__(self) -> None:
        one = {"oneOf": quantity_document(ONE_DOSE)["oneOf"]}
        document = {
            "type": "object",
            "properties": dict.fromkeys(PARTS_OF_DAY, one),
            "additionalProperties": False,
            "minProperties": 1,
            "examples": [{"morning": "300 mg", "evening": "600 mg"}],
        }
        super().__init__(metadata=document | {"description": "Doses that differ by part of the day."})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[tuple[str, Quantity], ...]:
        if type(value) is not dict:
            raise refusal("wrong-type", "An object is needed here.", 'Write {"morning": "300 mg"}.')
        faults = unknown_fields(value, PARTS_OF_DAY, f"The parts of a day are {', '.join(PARTS_OF_DAY)}.")
        if not value:
            faults.append(Fault("", "too-few", "At least one part of the day is needed."))
        doses = {
            part: dose
            for part in PARTS_OF_DAY
            if part in value and (dose := attempt(ONE_DOSE.read, value[part], step(part), faults)) is not None
        }
        if faults:
            raise ValidationError(faults)
        return tuple(doses.items())


class CycleField(fields.Field[tuple[Quantity, ...]]):
    """Daily doses that are taken in turn."""

    def __init__(self) -> None:
        one = {"oneOf": quantity_document(ONE_DOSE)["oneOf"]}
        document = {"type": "array", "items": one, "minItems": 1, "maxItems": LONGEST_CYCLE}
        description = "One dose a day, in turn and then again from the first."
        super().__init__(metadata=document | {"description": description, "examples": [["400 mg", "200 mg"]]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Quantity, ...]:
        faults: list[Fault] = []
        doses = [
            attempt(ONE_DOSE.read, item, f"/{place}", faults)
            for place, item in enumerate(list_of(value, LONGEST_CYCLE, 1))
        ]
        if faults:
            raise ValidationError(faults)
        return tuple(dose for dose in doses if dose is not None)
