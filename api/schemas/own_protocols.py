"""A prescriber's own protocol in the request: a way up or a way down, screened like any other.

It names no text of its own: what is free text could hold a name, and plans are stored.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault
from api.schemas.base import RequestSchema
from api.schemas.doses import range_of
from api.schemas.naming import LONGEST_NAME
from api.schemas.plain import CodeField, WholeNumberField, list_of, text_of
from api.schemas.quantities import AMOUNT, DAILY_OR_WEEKLY, STEP_INTERVAL, Kind, QuantityField
from dosing.formulary.kinds import Evidence, Interval, Layer
from dosing.formulary.model import Level, Protocol, Raise, Stretch, Taper
from dosing.units import Quantity
from dosing.vocabulary import PARTS_OF_DAY
from schedules.ways_down import OWN

MOST_STRETCHES = 20
OWN_PROTOCOL = "own"


class RangeField(fields.Field[Any]):
    """A quantity, or its low and high end."""

    def __init__(self, kind: Kind, *, description: str) -> None:
        super().__init__(required=True, metadata={"description": description, "type": ["string", "object"]})
        self._read = kind

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Quantity, Quantity]:
        return range_of(value, self._read)


class PartsOfDayField(fields.Field[Any]):
    """Parts of the day in the order in which they are filled."""

    def __init__(self) -> None:
        items = {"type": "string", "enum": list(PARTS_OF_DAY)}
        document = {"type": "array", "items": items, "minItems": 1, "maxItems": len(PARTS_OF_DAY), "uniqueItems": True}
        described = {"description": "The parts of the day, in the order in which they are filled."}
        super().__init__(required=True, metadata=document | described)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        listed = list_of(value, len(PARTS_OF_DAY), 1)
        faults = [
            Fault(
                f"/{place}", "unknown-value", "This is no part of the day.", f"Write one of: {', '.join(PARTS_OF_DAY)}."
            )
            for place, part in enumerate(listed)
            if part not in PARTS_OF_DAY
        ]
        if faults:
            raise ValidationError(faults)
        if len(set(listed)) != len(listed):
            raise ValidationError([Fault("", "contradiction", "A part of the day stands twice.")])
        return tuple(listed)


class RaiseSchema(RequestSchema):
    """One stretch of a way up: so much more at a time, how long each dose is held, up to which dose."""

    by = QuantityField(DAILY_OR_WEEKLY, required=True, description="How much the daily or weekly dose rises at a time.")
    every = QuantityField(STEP_INTERVAL, required=True, description="How long each dose is held.")
    until = QuantityField(DAILY_OR_WEEKLY, required=True, description="The dose at which this stretch ends.")

    def build(self, values: dict[str, Any]) -> Raise:
        every = values["every"].to("d")
        return Raise(values["by"], every, every, values["until"], OWN, Evidence.LABEL)


class OwnProtocolSchema(RequestSchema):
    """A way up of the prescriber's own."""

    start = RangeField(AMOUNT, description="The first dose, or the range that it may be in.")
    parts = PartsOfDayField()
    division = CodeField(("growing", "equal"), required=True, description="growing: one dose more at each step.")
    raises = fields.List(fields.Nested(RaiseSchema()), required=True, metadata={"minItems": 1})
    maintenance = RangeField(DAILY_OR_WEEKLY, description="The lasting dose, or its range; the target is inside it.")

    def settle(self, values: dict[str, Any], sent: Any) -> list[Fault]:
        faults: list[Fault] = []
        raises = values.get("raises")
        if raises is not None and not 1 <= len(raises) <= MOST_STRETCHES:
            faults.append(Fault("/raises", "too-few", f"1 to {MOST_STRETCHES} rises are needed here."))
            return faults
        amounts = [amount for known in raises or () for amount in (known.by, known.until)]
        amounts += values.get("maintenance", ())
        if len({amount.unit.code.endswith("/wk") for amount in amounts}) > 1:
            faults.append(Fault("/raises", "wrong-period", "Some amounts are per day and some per week."))
        ends = [known.until for known in raises or ()]
        if not faults and any(after <= before for before, after in pairwise(ends)):
            faults.append(Fault("/raises", "contradiction", "Each stretch has to end above the one before."))
        if not faults and ends and "maintenance" in values and ends[-1] < values["maintenance"][1]:
            detail = "The rises end below the lasting dose."
            faults.append(Fault("/raises", "contradiction", detail, "Let the last `until` reach it."))
        return faults

    def build(self, values: dict[str, Any]) -> Protocol:
        parts, growing = values["parts"], values["division"] == "growing"
        weekly = values["maintenance"][0].unit.code.endswith("/wk")
        return Protocol(
            id=OWN_PROTOCOL,
            title="The prescriber's own protocol",
            layer=Layer.LOCAL,
            source=OWN,
            evidence=Evidence.LABEL,
            default=False,
            indications=frozenset(),
            forms=None,
            start_low=values["start"][0],
            start_high=values["start"][1],
            start_times=1 if growing or weekly else len(parts),
            parts=parts,
            growing=growing,
            raises=tuple(values["raises"]),
            maintenance_low=values["maintenance"][0],
            maintenance_high=values["maintenance"][1],
            reassessments=(),
            advice=(),
            pattern="weekly" if weekly else "daily",
        )


class StretchSchema(RequestSchema):
    """One stretch of a way down: a cut by an amount or a share, and how long each dose is held."""

    above = QuantityField(DAILY_OR_WEEKLY, description="For doses above this; left out: for all that are left.")
    by = QuantityField(DAILY_OR_WEEKLY, description="How much a cut takes off.")
    percent = WholeNumberField(1, 100, description="Or which share of the dose, in percent.")
    of = CodeField(("current", "original"), description="The dose that the share is of; needed with percent.")
    every = QuantityField(STEP_INTERVAL, required=True, description="How long each dose is held.")

    def settle(self, values: dict[str, Any], sent: Any) -> list[Fault]:
        if ("by" in sent) == ("percent" in sent):
            return [
                Fault("/by", "conflicting-fields", "A cut takes off an amount or a share.", "Write one of the two.")
            ]
        if ("percent" in sent) != ("of" in sent):
            return [Fault("/of", "missing-field", "A share is of the current or of the original dose.")]
        return []

    def build(self, values: dict[str, Any]) -> Stretch:
        above = values.get("above")
        return Stretch(
            OWN,
            Evidence.LABEL,
            range=None if above is None else Interval(f"> {above}", above.unit.code, low=above.to("mg/d").value),
            by=values.get("by"),
            percent=Fraction(values["percent"]) if "percent" in values else None,
            of_original=values.get("of") == "original",
            every=values["every"],
        )


class LevelSchema(RequestSchema):
    """One dose of a table, and how long it is held."""

    dose = QuantityField(DAILY_OR_WEEKLY, required=True, description="The daily or weekly dose.")
    lasts = QuantityField(STEP_INTERVAL, required=True, description="How long it is held.")

    def build(self, values: dict[str, Any]) -> Level:
        return Level(values["dose"], values["lasts"])


class OwnTaperSchema(RequestSchema):
    """A way down of the prescriber's own: stretches, a table of doses, or even cuts over a time."""

    stretches = fields.List(fields.Nested(StretchSchema()), metadata={"minItems": 1})
    levels = fields.List(fields.Nested(LevelSchema()), metadata={"minItems": 1})
    over = QuantityField(STEP_INTERVAL, description="Even cuts over this time.")

    def settle(self, values: dict[str, Any], sent: Any) -> list[Fault]:
        ways = [name for name in ("stretches", "levels", "over") if name in sent]
        if len(ways) != 1:
            detail = "A way down is exactly one of stretches, levels and over."
            return [Fault("", "conflicting-fields" if ways else "missing-field", detail)]
        listed = values.get(ways[0])
        if ways[0] != "over" and listed is not None and not 1 <= len(listed) <= MOST_STRETCHES:
            return [Fault(f"/{ways[0]}", "too-few", f"1 to {MOST_STRETCHES} are needed here.")]
        if ways[0] == "levels" and listed is not None:
            doses = [level.dose for level in listed]
            if len({dose.unit.dimension for dose in doses}) == 1 and all(
                after < before for before, after in pairwise(doses)
            ):
                return []
            return [Fault("/levels", "contradiction", "Each dose has to be below the one before, in the same period.")]
        return []

    def build(self, values: dict[str, Any]) -> Taper:
        return Taper(
            id=OWN_PROTOCOL,
            title="The prescriber's own way down",
            layer=Layer.LOCAL,
            source=OWN,
            evidence=Evidence.LABEL,
            default=False,
            indications=frozenset(),
            forms=None,
            taken_for=None,
            stretches=tuple(values.get("stretches", ())),
            levels=tuple(values.get("levels", ())),
            over=values.get("over"),
            reassessments=(),
            advice=(),
        )


class ProtocolField(fields.Field[Any]):
    """The name of a protocol of the drug, or the prescriber's own."""

    def __init__(self, own: RequestSchema, description: str) -> None:
        super().__init__(metadata={"description": description, "type": ["string", "object"]})
        self._own = own

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return self._own.load(value) if type(value) is dict else text_of(value, LONGEST_NAME)
