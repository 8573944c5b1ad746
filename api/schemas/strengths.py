"""What a piece or a volume holds: strengths and concentrations, for one drug or for each ingredient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault, step
from api.schemas.base import attempt, refusal
from api.schemas.quantities import AMOUNT, STRENGTH, VOLUME, quantity_document
from dosing.order import Concentration
from dosing.units import quantity

MOST_INGREDIENTS = 10
_SEPARATOR = " / "
_PER_MILLILITRE = "/mL"
_ONE_MILLILITRE = quantity("1 mL")


class StrengthField(fields.Field[Any]):
    """The strength of a piece, or of each ingredient in it."""

    def __init__(self) -> None:
        one = quantity_document(STRENGTH)["oneOf"]
        super().__init__(metadata=_by_ingredient("What one piece holds.", one, {"hydrocodone": "5 mg"}))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return _alone_or_by_ingredient(value, STRENGTH.read)


class ConcentrationField(fields.Field[Any]):
    """An amount in a volume, or of each ingredient in it."""

    def __init__(self) -> None:
        one = [{"type": "string", "examples": ["250 mg / 5 mL", "20 mg/mL"]}]
        document = _by_ingredient("An amount in a volume.", one, {"acetaminophen": "325 mg / 15 mL"})
        super().__init__(metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return _alone_or_by_ingredient(value, concentration_of)


def concentration_of(value: object) -> Concentration:
    """`<quantity> / <quantity>`, or one quantity per millilitre: `20 mg/mL`."""
    if type(value) is not str:
        raise refusal("wrong-type", "A concentration is a text.", 'Write "250 mg / 5 mL".')
    amount, separator, volume = value.partition(_SEPARATOR)
    if separator:
        return Concentration(AMOUNT.read(amount), VOLUME.read(volume))
    if not value.endswith(_PER_MILLILITRE):
        raise refusal("malformed", "A concentration is an amount in a volume.", 'Write "250 mg / 5 mL".')
    return Concentration(AMOUNT.read(value.removesuffix(_PER_MILLILITRE)), _ONE_MILLILITRE)


def _alone_or_by_ingredient(value: object, read: Callable[[object], Any]) -> Any:
    """One value, or an object with a value for each ingredient, by the name it was written with."""
    if type(value) is not dict or value.keys() & {"value", "unit"}:
        return read(value)
    if not value:
        raise refusal("too-few", "Not one ingredient is named.")
    if len(value) > MOST_INGREDIENTS:
        raise refusal("too-many", f"There are more than {MOST_INGREDIENTS} ingredients.")
    faults: list[Fault] = []
    by_ingredient: dict[str, Any] = {}
    for ingredient, item in value.items():
        by_ingredient[ingredient] = attempt(read, item, step(ingredient), faults)
    if faults:
        raise ValidationError(faults)
    return by_ingredient


def _by_ingredient(description: str, one: list[Any], example: dict[str, str]) -> dict[str, Any]:
    each = {
        "type": "object",
        "additionalProperties": {"oneOf": one},
        "minProperties": 1,
        "examples": [example],
    }
    return {"description": f"{description} A combination names each ingredient.", "anyOf": [*one, each]}
