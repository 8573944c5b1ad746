"""Quantities as they are sent: a text with a unit or an object, of a kind that a field can use.

Every kind of quantity is named here once, with the units it may have. What is kept is canonical: equal amounts are
the same value in whatever unit they were sent, except where the unit is meaning (a month is not a number of days).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault, step
from api.reading import NumberLiteral
from api.schemas.base import refusal
from dosing.errors import ReadingError
from dosing.numbers import read_number, shown
from dosing.units import MASSES, UNITS, Quantity, Unit, canonical, quantity, read_quantity, read_unit, words

# The International normalized ratio and other bare numbers; UCUM writes the unit as 1.
ONE = UNITS.get("1") or Unit("1", "1", Fraction(1))


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a field's quantity measures: its words, the units it may have, an example, and its form when kept.

    A quantity is more than zero unless `from_zero`, and at least `least` and at most `most` where these are stated.
    """

    what: str
    codes: frozenset[str]
    example: str
    kept: Callable[[Quantity], Quantity] = canonical
    least: Quantity | None = None
    most: Quantity | None = None
    from_zero: bool = False

    def read(self, value: object) -> Quantity:
        """A quantity of this kind, in the form it is kept; ValidationError for anything else."""
        if type(value) is str and len(value) <= _REMEMBERED_LENGTH:
            return _remembered(self, value)
        return self.checked(_any_quantity(value))

    def checked(self, measured: Quantity) -> Quantity:
        """A quantity as it was read, if it is one of this kind, in the form it is kept."""
        code = measured.unit.code
        if code not in self.codes:
            hint = f'Write it as "{self.example}".'
            raise refusal("wrong-unit", f"{shown(code)} is not a unit of {self.what}.", hint)
        if not measured.value and not self.from_zero:
            raise refusal("out-of-range", f"Zero is not {self.what}.", "Write more than zero, or leave it out.")
        if self.least is not None and measured < self.least:
            raise refusal("out-of-range", f"This is less than {words(self.least)}.")
        if self.most is not None and measured > self.most:
            raise refusal("out-of-range", f"This is more than {words(self.most)}.")
        return self.kept(measured)


# Orders say the same few thousand things: "300 mg", "14 days". What a text means never changes, so it is read once.
# Refusals are not remembered, and neither is a text that is longer than any quantity.
_REMEMBERED_LENGTH = 32


@lru_cache(maxsize=8192)
def _remembered(kind: Kind, text: str) -> Quantity:
    return kind.checked(_any_quantity(text))


def _codes(*parts: Iterable[str]) -> frozenset[str]:
    codes = frozenset(code for part in parts for code in part)
    unknown = codes - UNITS.keys()
    if unknown:
        raise LookupError(f"not in the table of units: {sorted(unknown)}")
    return codes


def _per(codes: Iterable[str], denominator: str) -> tuple[str, ...]:
    return tuple(f"{code}/{denominator}" for code in codes)


def _in_days(length: Quantity) -> Quantity:
    """A length of time in days; months and years are kept, they are calendar ones. Only whole months are read."""
    if length.unit.code in ("mo", "a"):
        months = length.value * (12 if length.unit.code == "a" else 1)
        if months.denominator != 1:
            raise refusal("out-of-range", "A part of a month is no number of days.", "Write days or weeks.")
        return Quantity(months, UNITS["mo"])
    return length.to(UNITS["d"])


def _as_interval(length: Quantity) -> Quantity:
    """An interval in days where it is whole days, in months where it was, else in hours."""
    days = _in_days(length)
    return days if days.unit.code == "mo" or days.value.denominator == 1 else days.to(UNITS["h"])


def _in(code: str) -> Callable[[Quantity], Quantity]:
    return lambda measured: measured.to(UNITS[code])


def _as_sent(measured: Quantity) -> Quantity:
    return measured


PIECES = ("{tablet}", "{capsule}", "{patch}", "{spray}", "{film}")
VOLUMES = ("uL", "mL", "dL", "L")

AMOUNT = Kind("an amount of drug", _codes(MASSES, ("[iU]",)), "300 mg")
ONE_DOSE = Kind("one dose", _codes(MASSES, _per(MASSES, "kg"), PIECES, VOLUMES, ("[iU]",)), "300 mg")
DOSE = Kind(
    "a dose, or a day's total",
    _codes(ONE_DOSE.codes, _per(MASSES, "d"), _per(MASSES, "kg/d"), _per(MASSES, "h"), ("[iU]/d",)),
    "300 mg",
)
MAX_PER_DAY = Kind(
    "an amount or a number of pieces a day",
    _codes(
        MASSES,
        PIECES,
        ("mL", "L", "[iU]", "[iU]/d"),
        _per(MASSES, "d"),
        _per(MASSES, "kg/d"),
        _per(PIECES, "d"),
        _per(("mL", "L"), "d"),
    ),
    "200 mg/day",
)
STRENGTH = Kind("the strength of a piece", _codes(MASSES, _per(MASSES, "h"), ("[iU]",)), "300 mg")
VOLUME = Kind("a volume", _codes(VOLUMES), "5 mL")
SUPPLY = Kind("a number of pieces or a volume", _codes(PIECES, VOLUMES), "90 {capsule}")
DURATION = Kind(
    "a length of treatment",
    _codes(("h", "d", "wk", "mo", "a")),
    "14 days",
    _in_days,
    most=quantity("10 years"),
)
INTERVAL = Kind(
    "the time between doses",
    _codes(("min", "h", "d", "wk", "mo", "a")),
    "6 hours",
    _as_interval,
    least=quantity("1 min"),
    most=quantity("1100 days"),
)

START_DOSE = Kind("one dose, or a day's total", _codes(MASSES, _per(MASSES, "d"), _per(MASSES, "wk")), "300 mg")
DAILY_OR_WEEKLY = Kind(
    "an amount a day, or of a weekly drug a week", _codes(_per(MASSES, "d"), _per(MASSES, "wk")), "300 mg/day"
)
TAKEN = Kind(
    "an amount a day, of a weekly drug a week, of a patch an hour",
    _codes(_per(MASSES, "d"), _per(MASSES, "wk"), _per(MASSES, "h")),
    "5 mg/day",
)
STEP_INTERVAL = Kind(
    "the time between two steps",
    _codes(("h", "d", "wk", "mo")),
    "3 days",
    _as_interval,
    most=quantity("366 days"),
)
LIQUID_STRENGTH = Kind("the strength of a liquid", _codes(f"{mass}/mL" for mass in MASSES), "50 mg/mL")

AGE = Kind("an age", _codes(("d", "wk", "mo", "a")), "54 years", _as_sent, most=quantity("130 years"), from_zero=True)
WEIGHT = Kind("a body weight", _codes(("kg",)), "70 kg")
HEIGHT = Kind("a height", _codes(("mm", "cm", "m")), "165 cm")
GESTATIONAL_AGE = Kind("a gestational age", _codes(("d", "wk")), "31 weeks", _in("wk"))
CLEARANCE = Kind(
    "a clearance not normalized to body surface",
    _codes(("mL/min", "mL/h", "L/h", "L/d")),
    "45 mL/min",
    _in("mL/min"),
)
EGFR = Kind("a filtration rate normalized to body surface", _codes(("mL/min/{1.73_m2}",)), "50 mL/min/1.73 m2")
_MASS_CONCENTRATIONS = tuple(f"{mass}/{volume}" for mass in MASSES for volume in ("mL", "dL", "L"))
_MOLAR_CONCENTRATIONS = ("umol/L", "mmol/L")
CREATININE = Kind("serum creatinine", _codes(_MASS_CONCENTRATIONS, _MOLAR_CONCENTRATIONS), "0.9 mg/dL", _as_sent)
BILIRUBIN = Kind("bilirubin", _codes(_MASS_CONCENTRATIONS, _MOLAR_CONCENTRATIONS), "2.0 mg/dL", _as_sent)
ALBUMIN = Kind("albumin", _codes(_MASS_CONCENTRATIONS), "3.0 g/dL", _as_sent)
ENZYME = Kind("an enzyme activity", _codes(("U/L",)), "40 U/L")
CELLS = Kind("a count of cells", _codes(("10*3/uL", "10*9/L")), "1.2 10*3/uL", _as_sent)
QTC = Kind("a QT interval", _codes(("ms", "s")), "440 ms", _in("ms"))


def _any_quantity(value: object) -> Quantity:
    if type(value) is str:
        try:
            return read_quantity(value)
        except ReadingError as error:
            raise ValidationError([Fault.of(error)]) from None
    if type(value) is dict:
        return _quantity_object(value)
    if type(value) in (int, NumberLiteral):
        raise refusal("missing-unit", "A number has no unit.", f'Write "{value} mg", or whatever unit is meant.')
    raise refusal("wrong-type", "A quantity is a text or an object.", 'Write "300 mg" or {"value": 300, "unit": "mg"}.')


def _quantity_object(value: Mapping[str, object]) -> Quantity:
    faults = [
        Fault(step(name), "unknown-field", "A quantity has a value and a unit.")
        for name in value
        if name not in ("value", "unit")
    ]
    number: Fraction | None = None
    unit: Unit | None = None
    if "value" not in value:
        faults.append(Fault("/value", "missing-field", "A quantity has a value."))
    elif type(value["value"]) not in (int, NumberLiteral):
        faults.append(
            Fault("/value", "wrong-type", "The value is a JSON number.", 'Write {"value": 300, "unit": "mg"}.')
        )
    else:
        number = _read(read_number, str(value["value"]), "/value", faults)
    if "unit" not in value or value["unit"] == "":
        faults.append(
            Fault("/unit", "missing-unit", "The quantity has no unit.", 'Write {"value": 300, "unit": "mg"}.')
        )
    elif type(value["unit"]) is not str:
        faults.append(Fault("/unit", "wrong-type", "The unit is a text."))
    else:
        unit = _read(read_unit, value["unit"], "/unit", faults)
    if faults or number is None or unit is None:
        raise ValidationError(faults)
    return Quantity(number, unit)


def _read(reader: Callable[[str], Any], text: str, pointer: str, faults: list[Fault]) -> Any:
    try:
        return reader(text)
    except ReadingError as error:
        faults.append(Fault.of(error, pointer))
        return None


def bare_number_of(value: object) -> Fraction:
    """A number without a unit, as a text or a JSON number."""
    if type(value) not in (str, int, NumberLiteral):
        raise refusal("wrong-type", "A number is needed here.")
    try:
        return read_number(str(value))
    except ReadingError as error:
        raise ValidationError([Fault.of(error)]) from None


def quantity_document(kind: Kind, description: str = "") -> dict[str, Any]:
    """How OpenAPI tells of a quantity."""
    number, _, unit = kind.example.partition(" ")
    value: int | float = float(number) if "." in number else int(number)
    return {
        "description": description or f"{kind.what[0].upper()}{kind.what[1:]}.",
        "oneOf": [
            {"type": "string", "examples": [kind.example]},
            {
                "type": "object",
                "properties": {
                    "value": {"type": "number", "minimum": 0},
                    "unit": {"type": "string", "description": "A UCUM code or an accepted alias."},
                },
                "required": ["value", "unit"],
                "additionalProperties": False,
                "examples": [{"value": value, "unit": read_unit(unit).code}],
            },
        ],
    }


class QuantityField(fields.Field[Quantity]):
    """A quantity of one kind."""

    def __init__(self, kind: Kind, *, required: bool = False, description: str = "") -> None:
        super().__init__(required=required, metadata=quantity_document(kind, description))
        self._measured = kind

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Quantity:
        return self._measured.read(value)


class BareNumberField(fields.Field[Quantity]):
    """A number that has no unit, such as a ratio."""

    def __init__(self, *, description: str, example: str) -> None:
        text_or_number = [
            {"type": "string", "examples": [example]},
            {"type": "number", "exclusiveMinimum": 0},
        ]
        super().__init__(metadata={"description": description, "oneOf": text_or_number})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Quantity:
        number = bare_number_of(value)
        if not number:
            raise refusal("out-of-range", "The number has to be more than zero.")
        return Quantity(number, ONE)
