"""Fields that read names of the formulary: drugs, indications, conditions, allergies.

A drug that is not known is understood as just that, and the check answers it. A condition or an allergy that is not
known is refused, because no rule could ever look at it.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault, step
from api.schemas.base import NamingSchema, faults_of, refusal
from api.schemas.plain import list_of, text_of
from dosing.names import RXNORM, NameList, Names, SpokenDrug
from dosing.numbers import shown

LONGEST_NAME = 128
MOST_NAMES = 100
LISTS = "The names are at /v1/conditions; a name that is not there is refused."


class _NamingField(fields.Field[Any]):
    """A field that reads names of the formulary, through the schema it stands in."""

    @property
    def names(self) -> Names:
        schema = self.parent
        assert isinstance(schema, NamingSchema), "a field that reads names stands in a NamingSchema"
        return schema.names()


class DrugField(_NamingField):
    """A drug by name, synonym, brand or RxNorm code. One that is not known is understood as just that."""

    def __init__(self, *, planned: bool = False) -> None:
        """`planned`: the request cannot be answered without knowing the drug."""
        coded = {
            "type": "object",
            "properties": {"system": {"const": RXNORM}, "code": {"type": "string"}},
            "required": ["system", "code"],
            "additionalProperties": False,
            "examples": [{"system": RXNORM, "code": "25480"}],
        }
        text = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "examples": ["gabapentin"]}
        description = "A name, synonym or brand of the formulary, or the RxNorm code of an ingredient."
        super().__init__(required=True, metadata={"description": description, "oneOf": [text, coded]})
        self._planned = planned

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> SpokenDrug:
        spoken = self._coded(value) if type(value) is dict else self.names.drug(text_of(value, LONGEST_NAME))
        if self._planned and spoken.drug is None:
            detail = f"{shown(spoken.spoken)} is not in the formulary, so it cannot be planned."
            raise refusal("unknown-drug", detail, meant(spoken.suggestions))
        return spoken

    def _coded(self, value: dict[str, object]) -> SpokenDrug:
        faults = [
            Fault(f"/{name}", "missing-field", "A coded drug has a system and a code.")
            for name in ("system", "code")
            if name not in value
        ]
        for name, part in value.items():
            if name not in ("system", "code"):
                faults.append(Fault(step(name), "unknown-field", "A coded drug has a system and a code."))
            elif type(part) is not str:
                faults.append(Fault(step(name), "wrong-type", "A text is needed here."))
            elif name == "system" and part != RXNORM:
                faults.append(Fault("/system", "unknown-value", "This code system is not known.", f"Write {RXNORM}."))
            elif name == "code" and not (part.isascii() and part.isdigit() and len(part) <= 12):
                faults.append(Fault("/code", "malformed", "A code of RxNorm is a number of at most 12 digits."))
        if faults:
            raise ValidationError(faults)
        return self.names.coded_drug(str(value["code"]))


class TermField(_NamingField):
    """One name of the list of indications."""

    def __init__(self, description: str) -> None:
        document = {"type": "string", "examples": ["sciatica"], "description": f"{description} {LISTS}"}
        super().__init__(metadata=document)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return term_of(value, self.names.indications)


class TermsField(_NamingField):
    """Names of one list, `conditions` or `allergies`. An empty list says that there are none."""

    def __init__(self, listed: str, description: str) -> None:
        names = {"type": "string", "examples": ["nsaid" if listed == "allergies" else "lupus-nephritis"]}
        document = {"type": "array", "items": names, "maxItems": MOST_NAMES}
        super().__init__(metadata=document | {"description": f"{description} {LISTS}"})
        self._listed = listed

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> frozenset[str]:
        names = self.names
        known: NameList = getattr(names, self._listed)
        found: set[str] = set()
        faults: list[Fault] = []
        for place, item in enumerate(list_of(value, MOST_NAMES)):
            try:
                name = term_of(item, known)
            except ValidationError as error:
                faults += faults_of(error, f"/{place}")
            else:
                found |= names.allergens(name) if self._listed == "allergies" else {name}
        if faults:
            raise ValidationError(faults)
        return frozenset(found)


def term_of(value: object, known: NameList) -> str:
    """The formulary's name for a name or synonym of a closed list; ValidationError for any other."""
    spoken = text_of(value, LONGEST_NAME)
    name = known.find(spoken)
    if name is None:
        hint = meant(known.near(spoken)) or "The names are at /v1/conditions."
        raise refusal("unknown-condition", f"{shown(spoken)} is not in this list.", hint)
    return name


def meant(suggestions: tuple[str, ...]) -> str | None:
    """Near names as a question; none is applied."""
    return f"Did you mean {' or '.join(suggestions)}?" if suggestions else None
