"""What the pieces or the volume of an order hold: whether doses, strengths, form and drug go together.

A dose in pieces means nothing without the strength of a piece, and one in milliliters nothing without a
concentration. A combination has no amount of its own, only pieces or milliliters of named ingredients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.errors import Fault, step
from api.schemas.quantities import PIECES
from dosing.names import Names, SpokenDrug
from dosing.units import Quantity
from dosing.vocabulary import FORMS, PIECE_OF_FORM

_FIELDS = {"strength": "strengths", "concentration": "concentrations"}
_NEEDS = dict.fromkeys(PIECES, "strength") | {"mL": "concentration"}


def content_faults(
    values: dict[str, Any],
    sent: Mapping[str, object],
    doses: Iterable[tuple[str, Quantity]],
    maxima: Iterable[tuple[str, Quantity]],
    names: Names,
) -> list[Fault]:
    """Add `strengths` and `concentrations` by ingredient to the values; tell what does not go together.

    A daily maximum in pieces is read without a strength: what it is worth is then a question left open.
    """
    faults: list[Fault] = []
    spoken: SpokenDrug | None = values.get("drug")
    if spoken is not None:
        for stated, kept in _FIELDS.items():
            if stated in values:
                values[kept] = _by_ingredient(values[stated], stated, spoken, names, faults)
    combined = spoken is not None and spoken.drug in names.formulary.combinations
    form = values.get("form")
    needed: set[str] = set()
    for pointer, dose in doses:
        head = dose.unit.code.partition("/")[0]
        if head in _NEEDS:
            needed.add(_NEEDS[head])
        faults += _unit_faults(pointer, head, form, combined)
    for pointer, maximum in maxima:
        faults += _unit_faults(pointer, maximum.unit.code.partition("/")[0], form, combined)
    faults += [_MISSING[field] for field in sorted(needed) if field not in sent]
    return faults


_MISSING = {
    "strength": Fault(
        "/strength",
        "missing-strength",
        "A dose in pieces needs to say what one piece holds.",
        'Write "strength": "300 mg", or the dose as an amount.',
    ),
    "concentration": Fault(
        "/concentration",
        "missing-concentration",
        "A dose in milliliters needs to say how much drug is in them.",
        'Write "concentration": "250 mg / 5 mL", or the dose as an amount.',
    ),
}


def _unit_faults(pointer: str, head: str, form: str | None, combined: bool) -> list[Fault]:
    """A dose in capsules of a tablet: one of the two is a slip, and it is not for us to say which."""
    if head not in _NEEDS:
        if combined:
            detail = "A combination has no amount of its own, only those of its ingredients."
            return [Fault(pointer, "wrong-unit", detail, "Write the dose in pieces or milliliters.")]
        return []
    if form not in FORMS or head == PIECE_OF_FORM.get(form, "mL"):
        return []
    detail = f"The form is {form}, and the dose is in {head.strip('{}')}."
    return [Fault(pointer, "contradiction", detail, "Correct the form or the unit of the dose.")]


def _by_ingredient(stated: Any, field: str, spoken: SpokenDrug, names: Names, faults: list[Fault]) -> dict[str, Any]:
    """A strength or concentration under the name of each ingredient."""
    ingredients = names.ingredients(spoken.drug) if spoken.drug is not None else None
    if not isinstance(stated, dict):
        if ingredients is not None and len(ingredients) > 1:
            detail = f"{spoken.drug} is a combination: name each ingredient."
            example = ", ".join(f'"{ingredient}": …' for ingredient in ingredients)
            faults.append(Fault(step(field), "wrong-type", detail, f"Write {{{example}}}."))
        return {spoken.drug or spoken.spoken: stated}
    found: dict[str, Any] = {}
    for said, amount in stated.items():
        place = step(field) + step(said)
        ingredient = names.drugs.find(said) or said
        if ingredients is not None and ingredient not in ingredients:
            detail = f"This is no ingredient of {spoken.drug}."
            faults.append(Fault(place, "unknown-field", detail, f"Name {' and '.join(ingredients)}."))
        elif ingredient in found:
            faults.append(Fault(place, "conflicting-fields", f"{ingredient} is named twice."))
        found[ingredient] = amount
    for ingredient in ingredients or ():
        if ingredient not in found:
            detail = f"The {field} of {ingredient} is not stated."
            faults.append(Fault(step(field) + step(ingredient), "missing-field", detail))
    return found
