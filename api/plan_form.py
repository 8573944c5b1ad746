"""The fields of the plain page: texts as a browser sends them, made into the JSON object of a titration.

The page has no reader of its own. What was typed goes through the same schema as a request to the interface, so that
a number is refused here in the words it is refused in there. A field that was left empty is left out, never filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from api.errors import Fault, Problem, step
from dosing.formulary.model import Monograph, Protocol
from dosing.numbers import decimal_text
from dosing.units import Quantity, read_unit

MEDIA_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 64

# The unit that a label names: a bare number is read in it. Serum creatinine has none, because its two units differ by
# a factor that turns one plausible value into another.
UNIT_OF = MappingProxyType(
    {
        "start_dose": "mg",
        "target": "mg/day",
        "age": "years",
        "weight": "kg",
        "height": "cm",
        "creatinine_clearance": "mL/min",
    }
)
CREATININE_UNIT = "serum_creatinine_unit"
_PLAN = ("drug", "protocol", "indication", "form", "start_date", "start_dose", "target")
_LISTS = ("conditions", "allergies", "medications")
_PATIENT = (
    "age",
    "sex",
    "weight",
    "height",
    "creatinine_clearance",
    "serum_creatinine",
    "hemodialysis",
    "hepatic_impairment",
    "pregnant",
    "breastfeeding",
    "opioid_experience",
)
_YES_OR_NO = MappingProxyType({"yes": True, "no": False})
_FLAGS = ("hemodialysis", "pregnant", "breastfeeding")
# In the order of the page, so that a list of faults is read in the order in which they are met.
POINTERS = MappingProxyType(
    {name: f"/{name}" for name in _PLAN} | {name: f"/patient/{name}" for name in (*_PATIENT, *_LISTS)}
)
# What each field is called on the page, in its label and in the list of what is wrong.
LABELS = MappingProxyType(
    {
        "drug": "Drug",
        "protocol": "Protocol",
        "indication": "Indication",
        "form": "Form",
        "start_date": "Start date",
        "start_dose": "First dose",
        "target": "Target",
        "age": "Age",
        "sex": "Sex",
        "weight": "Weight",
        "height": "Height",
        "creatinine_clearance": "Creatinine clearance",
        "serum_creatinine": "Serum creatinine",
        "hemodialysis": "On hemodialysis",
        "hepatic_impairment": "Liver impairment",
        "pregnant": "Pregnant",
        "breastfeeding": "Breastfeeding",
        "opioid_experience": "Used to opioids",
        "conditions": "Illnesses",
        "allergies": "Allergies",
        "medications": "Other medicines",
    }
)
NAMES = frozenset({*POINTERS, CREATININE_UNIT, *(f"no_{name}" for name in _LISTS)})


def read_fields(content_type: str | None, body: bytes) -> dict[str, str]:
    """The fields of a posted form, each once, without blanks at their ends; a Problem for any other body."""
    _check_media_type(content_type)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise Problem("not-utf-8", "The form is not UTF-8.") from None
    except ValueError:
        raise Problem("bad-request", "The body is not a form: names and values joined by = and &.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise Problem.of(
            Fault(step(name), "duplicate-key", "This field was sent more than once.", "Send it once.")
            for name in fields
            if names.count(name) > 1
        )
    return {name: value.strip() for name, value in fields.items()}


def request_of(fields: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    """The JSON object that the fields say, and the faults that only a form can have."""
    faults = [
        Fault(step(name), "unknown-field", f"The form has no field {name[:64]!a}.")
        for name in fields
        if name not in NAMES
    ]
    request: dict[str, object] = {name: _with_unit(name, fields[name]) for name in _PLAN if fields.get(name)}
    patient: dict[str, object] = {name: _with_unit(name, fields[name]) for name in _PATIENT if fields.get(name)}
    for name in _FLAGS:
        if name in patient:
            patient[name] = _YES_OR_NO.get(fields[name], fields[name])
    if fields.get(CREATININE_UNIT) and "serum_creatinine" in patient:
        patient["serum_creatinine"] = f"{fields['serum_creatinine']} {fields[CREATININE_UNIT]}"
    for name in _LISTS:
        listed = _listed(fields, name, faults)
        if listed is not None:
            patient[name] = [{"drug": spoken} for spoken in listed] if name == "medications" else listed
    if patient:
        request["patient"] = patient
    return request, faults


def by_field(faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """The faults under the field they belong to, in the order of the page; under "" what belongs to none."""
    placed: dict[str, list[Fault]] = {name: [] for name in (*POINTERS, "")}
    for fault in faults:
        at = (name for name, pointer in POINTERS.items() if f"{fault.pointer}/".startswith(f"{pointer}/"))
        placed[next(at, "")].append(fault)
    return {name: found for name, found in placed.items() if found}


def preset(monograph: Monograph, protocol: Protocol) -> dict[str, str]:
    """The fields as a protocol fills them: its drug, form, first dose and the low end of its maintenance."""
    usable = (
        product.form
        for product in monograph.products
        if product.offered and (protocol.forms is None or product.form in protocol.forms)
    )
    fields = {
        "drug": monograph.drug,
        "protocol": protocol.id,
        "form": next(usable, ""),
        "start_dose": typed("start_dose", protocol.start_low),
        "target": typed("target", protocol.maintenance_low),
    }
    if len(protocol.indications) == 1:
        fields["indication"] = next(iter(protocol.indications))
    return fields


def typed(name: str, amount: Quantity) -> str:
    """An amount as a person would type it into a field: the bare number where the label has its unit."""
    unit = read_unit(UNIT_OF[name])
    if amount.unit is not unit and amount.unit.dimension == unit.dimension:
        amount = amount.to(unit)
    number = decimal_text(amount.value)[0]
    return number if amount.unit.code == unit.code else f"{number} {amount.unit.code}"


def _check_media_type(content_type: str | None) -> None:
    media_type, *parameters = (content_type or "").split(";")
    if media_type.strip().lower() != MEDIA_TYPE:
        raise Problem("unsupported-media-type", f"A form is sent as Content-Type: {MEDIA_TYPE}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() != "utf-8":
            raise Problem("unsupported-media-type", "A form is read in UTF-8 only; the request names another charset.")


def _with_unit(name: str, text: str) -> str:
    """A bare number with the unit of its label; a text with any letter in it says its unit itself."""
    unit = UNIT_OF.get(name)
    return text if unit is None or any(character.isalpha() for character in text) else f"{text} {unit}"


def _listed(fields: Mapping[str, str], name: str, faults: list[Fault]) -> list[str] | None:
    """Names between commas; an empty list where "none known" is ticked; None where nobody answered."""
    ticked = fields.get(f"no_{name}", "")
    names = [spoken for part in fields.get(name, "").split(",") if (spoken := part.strip())]
    if name == "conditions":  # whose names are all written with hyphens, and spoken without
        names = ["-".join(spoken.split()) for spoken in names]
    if ticked not in ("", "yes"):
        faults.append(Fault(POINTERS[name], "unknown-value", "None known is a box: it is ticked or it is not."))
    elif ticked and names:
        detail = "None known is ticked, and names are written."
        faults.append(Fault(POINTERS[name], "contradiction", detail, "Keep one of the two."))
        return None
    if ticked:
        return []
    return names or None
