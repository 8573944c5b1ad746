"""The strengths that a plan may be made of, each with its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault
from api.schemas.base import attempt, missing_fields, refusal, unknown_fields
from api.schemas.naming import meant
from api.schemas.orders import LONGEST_FORM
from api.schemas.plain import list_of, text_of
from api.schemas.quantities import LIQUID_STRENGTH, STRENGTH, Kind, quantity_document
from dosing.names import NameList, name_list
from dosing.numbers import shown
from dosing.units import Quantity
from dosing.vocabulary import FORMS, LIQUIDS

MOST_STRENGTHS = 20

_FORMS: NameList = name_list({form: form for form in FORMS})
_LONGEST_FIRST = tuple(sorted(FORMS, key=lambda form: (-len(form), form)))


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
