"""What every request schema shares: one pass over what was sent, all faults at once, a frozen value at the end.

The fields are marshmallow's, declared and documented as usual. Loading is a pass of our own, because marshmallow's
asks every declared field for a value, sent or not (a patient has 23, an order 25, and most are absent), and names
unknown fields in an order that changes with PYTHONHASHSEED. It reads what was sent in the order it was sent, and has
one hook where marshmallow has several: `settle` looks at fields together, `build` makes the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields

from api.errors import Fault, step
from dosing.names import Names

# Schemas are made when routes are imported, the formulary is loaded when the application starts.
NamesAtHand: TypeAlias = Callable[[], Names]

Read = TypeVar("Read")

_WHOLE = "_schema"  # where marshmallow keeps what concerns an object as a whole


class RequestSchema(Schema):
    """An object of a request. Hooks of marshmallow's own are not called; `settle` and `build` are."""

    class Meta:
        unknown = RAISE

    def __init__(self) -> None:
        super().__init__()
        self.needed = tuple(name for name, field in self.load_fields.items() if field.required)

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        """What is wrong between fields, with pointers from this object; it may add to `values`.

        A field that was sent and is not among `values` has a fault of its own already.
        """
        return []

    def build(self, values: dict[str, Any]) -> Any:
        """The value of an object without faults."""
        return values

    def load(self, data: Any, *, many: Any = None, partial: Any = None, unknown: Any = None) -> Any:
        """The value of what was sent; a ValidationError with every fault in it."""
        if type(data) is not dict:
            raise refusal("wrong-type", "An object is needed here.")
        values: dict[str, Any] = {}
        messages: dict[str, Any] = {}
        whole: list[Fault] = []
        declared = self.load_fields
        for name, sent in data.items():
            field = declared.get(name)
            if field is None:
                if name == _WHOLE:  # marshmallow's own word would be taken for the object around it
                    whole.append(Fault(step(name), "unknown-field", "This field is not known here."))
                else:
                    messages[name] = [self.error_messages["unknown"]]
                continue
            if sent is None:
                if field.allow_none:
                    values[name] = None
                else:
                    messages[name] = [field.error_messages["null"]]
                continue
            try:
                # Not `deserialize`: around this it only asks for validators and hooks, which no field of ours has.
                values[name] = field._deserialize(sent, name, data)
            except ValidationError as error:
                messages[name] = error.messages
        for name in self.needed:
            if name not in data:
                messages[name] = [declared[name].error_messages["required"]]
        whole += self.settle(values, data)
        if whole:
            messages[_WHOLE] = whole
        if messages:
            raise ValidationError(messages)
        return self.build(values)


class NamingSchema(RequestSchema):
    """A request schema that reads names of the formulary, and so do the schemas within it."""

    def __init__(self, names: NamesAtHand) -> None:
        self.names = names
        super().__init__()


class Part(fields.Nested):
    """A naming schema inside another, reading names in the same formulary."""

    def __init__(self, kind: Callable[[NamesAtHand], Schema], *, required: bool = False, description: str = "") -> None:
        super().__init__(RequestSchema, required=required, metadata=described(description))
        self._kind = kind

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        outer = self.root
        if not isinstance(outer, NamingSchema):
            raise TypeError(f"{field_name} needs a NamingSchema around it")
        self.nested = self._kind(outer.names)


def described(description: str) -> dict[str, Any]:
    """Metadata with a description, or none."""
    return {"description": description} if description else {}


def refusal(code: str, detail: str, hint: str | None = None) -> ValidationError:
    """One fault of the value at hand."""
    return ValidationError([Fault("", code, detail, hint)])


def faults_of(error: ValidationError, pointer: str) -> list[Fault]:
    """The faults that a reader of a part raised, moved below `pointer`."""
    return [fault.at(pointer) for fault in error.messages if isinstance(fault, Fault)]


def attempt(read: Callable[[object], Read], value: object, pointer: str, faults: list[Fault]) -> Read | None:
    """What a reader makes of a part; or None, and its faults at the place of the part."""
    try:
        return read(value)
    except ValidationError as error:
        faults += faults_of(error, pointer)
        return None


def unknown_fields(value: Mapping[str, object], known: Iterable[str], detail: str) -> list[Fault]:
    """A fault for each member that is not among the known ones."""
    names = frozenset(known)
    return [Fault(step(name), "unknown-field", detail) for name in value if name not in names]


def missing_fields(value: Mapping[str, object], needed: Iterable[str], detail: str) -> list[Fault]:
    """A fault for each needed member that is not there."""
    return [Fault(step(name), "missing-field", detail) for name in needed if name not in value]
