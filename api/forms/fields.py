"""What a form is made of, and how its texts become the JSON object of a request.

A form is a value: sections of fields, each with its label, its unit and the place of its value in the request. The
template draws it, `request_of` reads it, and `by_field` puts what is wrong beside the field that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from api.errors import Fault, step
from api.reading import NumberLiteral
from dosing.numbers import decimal_text
from dosing.units import Quantity, read_unit

# text: as it was typed. number: with a unit of its own label. amount: with a unit chosen beside it. whole: a count.
# names: names between commas, or a box that says there are none. aside: a question of the form's own.
Kind: TypeAlias = Literal["text", "number", "amount", "whole", "choice", "flag", "date", "names", "tick", "aside"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]

YES_OR_NO: Pairs = (("no", "no"), ("yes", "yes"))
A_DAY_OR_A_WEEK: Pairs = (("mg/day", "mg a day"), ("mg/week", "mg a week"))
LENGTHS: Pairs = (("days", "days"), ("weeks", "weeks"), ("months", "months"), ("years", "years"))
_ANSWERS: Mapping[str, bool] = {"yes": True, "no": False}
_WHOLE = re.compile("0|[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `pointer` is the place of its value in the request (RFC 6901); "" is its own name.

    `unit` is the unit that the label names: a bare number is read in it. Where two units would each turn one number
    into a plausible value (a day and a week, mg/dL and micromol/L), `units` are chosen from and none is assumed.
    """

    name: str
    label: str
    kind: Kind = "text"
    pointer: str = ""
    unit: str = ""
    unit_words: str = ""
    units: Pairs = ()
    choices: Pairs = ()
    empty: str = "Not answered"
    hint: str = ""
    none_known: str = ""
    required: bool = False
    broad: bool = False

    @property
    def place(self) -> str:
        """The pointer of the value."""
        return self.pointer or f"/{self.name}"

    @property
    def sent_names(self) -> tuple[str, ...]:
        """Every name that a browser sends for this field."""
        if self.kind == "names":
            return (self.name, f"no_{self.name}")
        return (self.name, f"{self.name}_unit") if self.units else (self.name,)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together, under one title."""

    title: str
    fields: tuple[Field, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it is called, what its button says, and its fields.

    `goal` is the field of what is to be reached. `says` are the places of the request of which the form says itself,
    in its own words, that they are missing.
    """

    title: str
    refused: str
    button: str
    sections: tuple[Section, ...]
    goal: str = ""
    says: frozenset[str] = frozenset()
    lead: str = ""
    after: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in the order in which they are met on the page."""
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def names(self) -> frozenset[str]:
        """Every name that may be sent."""
        return frozenset(name for field in self.fields for name in field.sent_names)

    @property
    def labels(self) -> dict[str, str]:
        """What each field is called, in its label and in the list of what is wrong."""
        return {field.name: field.label for field in self.fields}


def request_of(form: Form, fields: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    """The JSON object that the fields say, and the faults that only a form can have."""
    known = form.names
    faults = [
        Fault(step(name), "unknown-field", f"The form has no field {name[:64]!a}.")
        for name in fields
        if name not in known
    ]
    request: dict[str, object] = {}
    for field in form.fields:
        if field.kind == "aside":
            continue
        value = _named(field, fields, faults) if field.kind == "names" else _value(field, fields)
        if value is not None:
            _put(request, field.place, value)
    return request, faults


def joined(form: Form, own: Iterable[Fault], read: Iterable[Fault]) -> list[Fault]:
    """The faults of a form and those of the schema that read it, without what the form has said already."""
    heard = [fault for fault in read if not (fault.code == "missing-field" and fault.pointer in form.says)]
    return [*own, *heard]


def by_field(form: Form, faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """The faults under the field they belong to, in the order of the page; under "" what belongs to none.

    A fault of something that several fields make together stands at the first of them.
    """
    placed: dict[str, list[Fault]] = {name: [] for name in (*form.labels, "")}
    for fault in faults:
        placed[_owner(form, fault.pointer)].append(fault)
    return {name: found for name, found in placed.items() if found}


def typed(amount: Quantity, code: str) -> str:
    """An amount as a person would type it into a field of a unit: the bare number, or the number with its unit."""
    unit = read_unit(code)
    if amount.unit is not unit and amount.unit.dimension == unit.dimension:
        amount = amount.to(unit)
    number = decimal_text(amount.value)[0]
    return number if amount.unit.code == unit.code else f"{number} {amount.unit.code}"


def has_unit(text: str) -> bool:
    """Whether a text says its unit itself: any letter in it does."""
    return any(character.isalpha() for character in text)


def _owner(form: Form, pointer: str) -> str:
    if not pointer:
        return ""
    places = {field.name: field.place for field in form.fields}
    above = [name for name, place in places.items() if f"{pointer}/".startswith(f"{place}/")]
    below = [name for name, place in places.items() if place.startswith(f"{pointer}/")]
    return next(iter(sorted(above, key=lambda name: -len(places[name])) or below), "")


def _value(field: Field, fields: Mapping[str, str]) -> object:
    text = fields.get(field.name, "")
    if not text:
        return None
    if field.kind in ("flag", "tick"):
        return _ANSWERS.get(text, text)
    if field.kind == "whole":
        return int(text) if _WHOLE.fullmatch(text) else NumberLiteral(text)
    unit = fields.get(f"{field.name}_unit", "") if field.units else field.unit
    return f"{text} {unit}" if unit and not has_unit(text) else text


def _named(field: Field, fields: Mapping[str, str], faults: list[Fault]) -> list[object] | None:
    """Names between commas; an empty list where "none known" is ticked; None where nobody answered."""
    ticked = fields.get(f"no_{field.name}", "")
    names = [spoken for part in fields.get(field.name, "").split(",") if (spoken := part.strip())]
    if ticked not in ("", "yes"):
        faults.append(Fault(field.place, "unknown-value", f"{field.none_known} is a box: it is ticked or it is not."))
    elif ticked and names:
        detail = f"{field.none_known} is ticked, and names are written."
        faults.append(Fault(field.place, "contradiction", detail, "Keep one of the two."))
        return None
    if ticked:
        return []
    if field.name == "conditions":  # whose names are all written with hyphens, and spoken without
        names = ["-".join(spoken.split()) for spoken in names]
    if field.name == "medications":
        return [{"drug": spoken} for spoken in names] or None
    return [*names] or None


def _put(request: dict[str, object], pointer: str, value: object) -> None:
    """A value at its place, with the objects on the way to it."""
    *above, last = pointer.removeprefix("/").split("/")
    inside = request
    for name in above:
        below = inside.setdefault(name, {})
        if not isinstance(below, dict):
            raise TypeError(f"{pointer} stands below a value")
        inside = below
    inside[last] = value
