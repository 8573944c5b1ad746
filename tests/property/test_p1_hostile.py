"""P1: hostile input never crashes and is never silently accepted.

Five hundred hostile writings and every other type in every place of every request, mutated bodies, and requests
drawn from the served schemas: no answer of 500 or above, every refusal well formed, every accepted body inside the
grammar, every answer as the document says, and what is stored untouched.

What may be accepted is stated here a second time, from the contract's words and not from the code that reads it:
`Grammar` knows numbers, units, dates and names, the served OpenAPI document knows the rest.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.services import Services, wire
from tests.api.test_hostile import NUMBERS, TEXTS, UNITS, WRITINGS, refusal_of, unharmed
from tests.figures import FULL, figure

JSON = "application/json"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CHECK, EQUIVALENTS, MEASURES = "/v1/orders/check", "/v1/equivalents", "/v1/measures"
PLAN, DRY_PLAN = "/v1/schedules/titration", "/v1/schedules/titration?dry_run=true"
PAPERS = ("text/html", "text/plain", "text/plain", "application/pdf")
PARTS = ("morning", "noon", "evening", "bedtime")

# One field may stand in the way of another: these may be told of a field that was not touched.
BETWEEN_FIELDS = {
    *("missing-field", "missing-unit", "missing-strength", "missing-concentration", "missing-duration"),
    *("contradiction", "conflicting-fields", "unusable-field", "duplicate-id", "wrong-unit", "unknown-value"),
}


class Literal(str):
    """A JSON number as it is written, for bodies that no serializer would write."""

    __slots__ = ()


OTHER_TYPES: tuple[object, ...] = (
    *(None, True, False, [], {}, [[]], [{}], {"": ""}, [None], ["300 mg"], {"value": 300}, {"unit": "mg"}),
    *({"low": "1 mg"},),
    *map(Literal, ("0", "-0", "1", "-1", "5.0", "0.1", "-0.0", "1e3", "1E400", "-1e-400", "0.5e1", "999999999999")),
    *map(Literal, ("9" * 13, "9" * 15, "9" * 16, "9" * 5001, "0." + "1" * 300, "1.0000000000001", "9007199254740993")),
    {"value": "300", "unit": "mg"}, {"value": None, "unit": "mg"}, {"value": True, "unit": "mg"},
    {"value": [], "unit": {}},
    {"value": Literal("-5"), "unit": "mg"}, {"value": Literal("1e3"), "unit": "mg"},
    {"value": Literal("5"), "unit": ""},
    {"value": Literal("5"), "unit": None}, {"value": Literal("5"), "unit": "mg", "Value": Literal("6")},
    {"low": {"low": "1 mg", "high": "2 mg"}, "high": "3 mg"}, {"low": "2 mg", "high": "1 mg"},
    {"low": None, "high": None},
    {"system": RXNORM, "code": Literal("25480")}, {"system": "http://snomed.info/sct", "code": "25480"},
    {"system": RXNORM, "code": "9" * 13}, {"system": RXNORM, "code": "٢"}, {"times": Literal("3")}, {"every": {}},
    {"_schema": {}}, {"__proto__": {}}, {"\x00": 1}, [1] * 400, [{}] * 101, {str(name): 1 for name in range(300)},
)  # fmt: skip

PATIENT: dict[str, Any] = {
    "age": "54 years", "birth_date": "1972-03-02", "sex": "female", "weight": "70 kg",
    "height": {"value": 165, "unit": "cm"}, "serum_creatinine": "0.9 mg/dL", "creatinine_clearance": "90 mL/min",
    "egfr": "90 mL/min/1.73 m2", "hemodialysis": False, "hepatic_impairment": "none", "ascites": "none",
    "encephalopathy": "none", "child_pugh": "A", "tpmt": "normal", "nudt15": "normal", "pregnant": True,
    "gestational_age": "31 weeks", "breastfeeding": False, "opioid_experience": "tolerant",
    "laboratory": {
        "alanine_aminotransferase": "30 U/L", "alanine_aminotransferase_upper_limit": "40 U/L",
        "neutrophils": "3.2 10*3/uL",
        "bilirubin": "1.0 mg/dL", "albumin": "4.0 g/dL", "inr": "1.1", "qtc": "440 ms",
    },
    "conditions": ["asthma", "glaucoma"], "allergies": ["ibuprofen", "nsaid"],
}  # fmt: skip
MEDICATION: dict[str, Any] = {
    "id": "m-1", "drug": "gabapentin", "form": "capsule", "route": "oral", "strength": "300 mg", "basis": "salt",
    "indication": "sciatica", "intent": "maintenance", "self_care": False, "start_date": "2026-11-01",
    "end_date": "2026-12-30", "stopped": False, "quantity": "90 {capsule}", "days_supply": 30,
    "reassess_on": "2026-12-20", "dose": "300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "8 weeks",
    "as_needed": True, "max_per_day": "900 mg/day",
}  # fmt: skip
FLAT: dict[str, Any] = {
    **MEDICATION, "id": "rx-1", "start_date": "2026-12-01", "quantity": "42 {capsule}", "days_supply": 14,
    "duration": "14 days", "replaces": "m-1",
}  # fmt: skip
STEPS: dict[str, Any] = {
    "drug": {"system": RXNORM, "code": "25480"},
    "replaces": 0,
    "steps": [
        {"dose": {"low": "100 mg", "high": "300 mg"}, "frequency": {"every": {"low": "8 hours", "high": "12 hours"}},
         "as_needed": True, "max_per_day": "900 mg/day", "duration": "3 days"},
        {"doses": {"morning": "300 mg", "noon": "300 mg", "evening": "300 mg", "bedtime": "300 mg"},
         "duration": "3 days"},
        {"cycle": ["400 mg", "300 mg"], "duration": "4 days"},
        {"dose": {"value": 100, "unit": "mg"}, "frequency": {"every": "12 hours", "count": 3, "on": ["monday"]},
         "duration": "2 weeks"},
        {"dose": "300 mg", "frequency": {"on": ["monday", "friday"]}, "duration": "1 month"},
        {"dose": "350 mg", "frequency": {"after": "hemodialysis"}},
    ],
}  # fmt: skip
WHOLE_SIGS: tuple[dict[str, Any], ...] = (
    {"doses": {"morning": "300 mg", "evening": "600 mg"}},
    {"cycle": ["400 mg", "200 mg"], "duration": "90 days"},
    {"dose": "5 mL", "concentration": "250 mg / 5 mL", "frequency": {"every": "8 hours"}, "form": "oral solution"},
)
COMBINED: dict[str, Any] = {
    "drug": "hydrocodone/acetaminophen", "form": "tablet", "dose": "1 {tablet}", "frequency": {"every": "6 hours"},
    "strength": {"hydrocodone": "5 mg", "acetaminophen": "325 mg"}, "duration": "3 days",
}  # fmt: skip
SYRUP: dict[str, Any] = {
    "drug": "hydrocodone/acetaminophen", "form": "oral solution", "dose": "10 mL", "frequency": {"every": "6 hours"},
    "concentration": {"hydrocodone": "7.5 mg / 15 mL", "acetaminophen": "325 mg / 15 mL"}, "duration": "3 days",
}  # fmt: skip
CLIMB: dict[str, Any] = {
    "drug": "gabapentin", "form": "capsule", "protocol": "neuropathic-pain", "indication": "sciatica",
    "patient": {"age": "54 years", "creatinine_clearance": "90 mL/min", "conditions": [], "allergies": [],
                "medications": []},
    "start_date": "2026-12-01", "start_dose": "300 mg", "step": "300 mg/day", "step_interval": "3 days",
    "target": "1800 mg/day", "strengths": ["100 mg capsule", {"strength": "300 mg", "form": "capsule"}], "days": 28,
}  # fmt: skip
PRINTED: dict[str, Any] = {
    "patient_name": "Ann Example", "prescriber": "B. Example", "phone": "555 0100", "language": "en",
    "large_print": True,
}  # fmt: skip


def _orders(*orders: dict[str, Any], **patient: Any) -> dict[str, Any]:
    return {"as_of": "2026-12-01", "patient": patient, "orders": [*orders]}


# The path, the body and the Accept header; together they hold every field of every request.
BODIES: tuple[tuple[str, dict[str, Any], str], ...] = (
    (CHECK, _orders(FLAT, {**FLAT, "id": "rx-2", "replaces": None}, medications=[MEDICATION]), JSON),
    (CHECK, _orders(STEPS, medications=[{"drug": "tramadol"}]), JSON),
    (CHECK, _orders(*({"drug": "gabapentin", **sig} for sig in WHOLE_SIGS)), JSON),
    (CHECK, _orders(COMBINED, SYRUP, medications=[{**SYRUP, "end_date": None}]), JSON),
    (CHECK, _orders({"drug": "gabapentin", "dose": "1 mg", "frequency": {"times": 1, "per": "day"}}, **PATIENT), JSON),
    (EQUIVALENTS, _orders(FLAT, COMBINED, medications=[MEDICATION]), JSON),
    (MEASURES, {"as_of": "2026-12-01", "patient": {**PATIENT, "medications": [COMBINED]}}, JSON),
    (DRY_PLAN, CLIMB, JSON),
    (DRY_PLAN, {"drug": "gabapentin", "start_date": "2026-12-01", "patient": PATIENT, "print": PRINTED}, "text/plain"),
)

_NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_MASS, _VOLUME = r"(?:ng|ug|mcg|mg|g)", r"(?:uL|mL|dL|L)"
_PIECE = r"(?:\{(?:tablet|capsule|patch|spray|film)\}|tablets?|capsules?|patch(?:es)?|sprays?|films?)"
_MINUTE, _HOUR, _DAY, _WEEK = r"(?:min|minutes?)", r"(?:h|hours?)", r"(?:d|days?)", r"(?:wk|weeks?)"
_MONTH, _YEAR = r"(?:mo|months?)", r"(?:a|years?)"
_INTERNATIONAL = r"(?:\[iU\]|IU)"
_ONE_DOSE = rf"{_MASS}(?:/kg)?|{_PIECE}|{_VOLUME}|{_INTERNATIONAL}"
_A_DAY = rf"{_INTERNATIONAL}/{_DAY}|{_MASS}/{_DAY}|{_MASS}/kg/{_DAY}|{_MASS}/{_DAY}/kg"
_CONTENT = rf"{_MASS}/(?:mL|dL|L)|umol/L|mmol/L"
QUANTITIES: Mapping[str, str] = {
    "dose": rf"{_ONE_DOSE}|{_A_DAY}|{_MASS}/{_HOUR}", "doses": _ONE_DOSE, "cycle": _ONE_DOSE,
    "max_per_day": rf"{_A_DAY}|(?:{_MASS}|{_PIECE}|mL|L|{_INTERNATIONAL})(?:/{_DAY})?",
    "strength": rf"{_MASS}|{_MASS}/{_HOUR}|{_MASS}/mL|{_INTERNATIONAL}",
    "duration": rf"{_HOUR}|{_DAY}|{_WEEK}|{_MONTH}|{_YEAR}", "quantity": rf"{_PIECE}|{_VOLUME}",
    "every": rf"{_MINUTE}|{_HOUR}|{_DAY}|{_WEEK}|{_MONTH}|{_YEAR}", "age": rf"{_DAY}|{_WEEK}|{_MONTH}|{_YEAR}",
    "weight": "kg", "height": "mm|cm|m", "gestational_age": rf"{_DAY}|{_WEEK}", "serum_creatinine": _CONTENT,
    "creatinine_clearance": rf"mL/{_MINUTE}|mL/{_HOUR}|L/{_HOUR}|L/{_DAY}",
    "egfr": rf"mL/{_MINUTE}/(?:\{{1\.73_m2\}}|1\.73m2|1\.73 m2)", "alanine_aminotransferase": "U/L",
    "alanine_aminotransferase_upper_limit": "U/L", "neutrophils": r"10\*3/uL|10\*9/L", "bilirubin": _CONTENT,
    "albumin": _CONTENT, "qtc": "ms|s", "start_dose": rf"{_MASS}|{_MASS}/{_DAY}|{_MASS}/{_WEEK}",
    "step": rf"{_MASS}/{_DAY}|{_MASS}/{_WEEK}", "target": rf"{_MASS}/{_DAY}|{_MASS}/{_WEEK}",
    "step_interval": rf"{_HOUR}|{_DAY}|{_WEEK}|{_MONTH}",
}  # fmt: skip
_UNIT = {name: re.compile(units) for name, units in QUANTITIES.items()}
_TEXT = {name: re.compile(rf"({_NUMBER}) ?(?:{units})") for name, units in QUANTITIES.items()}
_CONCENTRATION = re.compile(rf"({_NUMBER}) ?(?:{_MASS}|{_INTERNATIONAL})(?: / ({_NUMBER}) ?{_VOLUME}|/mL)")
_STRENGTH_AND_FORM = re.compile(rf"({_NUMBER}) ?{_MASS}(?:/{_HOUR}|/mL)? [a-z]+(?:[ -][a-z]+)*")
_DATES = frozenset({"as_of", "start_date", "end_date", "reassess_on", "birth_date"})
_COUNTS = frozenset({"times", "count", "days", "days_supply"})
_SHOWN = frozenset({"drug", "form", "patient_name", "prescriber", "phone", "protocol"})
_LISTED = frozenset({"indication", "conditions", "allergies"})
_FIELDS = (
    _DATES
    | _COUNTS
    | _SHOWN
    | _LISTED
    | QUANTITIES.keys()
    | {"concentration", "strengths", "inr", "value", "unit", "id"}
)

_FIELD_NAMES = tuple(sorted(_FIELDS))
_WITHIN = frozenset({"low", "high", "value", "unit", "system", "code", *PARTS})
Place: TypeAlias = tuple[str | int, ...]
Corpus: TypeAlias = dict[str, list[dict[str, Any]]]


def _is_number(text: str) -> bool:
    return re.fullmatch(_NUMBER, text) is not None and sum(map(text.count, "0123456789")) <= 12


def _is_date(text: object) -> bool:
    if type(text) is not str or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        return 1800 <= date.fromisoformat(text).year <= 2199
    except ValueError:
        return False


def _is_quantity(value: object, name: str) -> bool:
    if type(value) is not str:
        return False
    pattern = {"concentration": _CONCENTRATION, "strengths": _STRENGTH_AND_FORM}.get(name) or _TEXT[name]
    found = pattern.fullmatch(value)
    return found is not None and all(_is_number(number) for number in found.groups() if number is not None)


class Grammar:
    """What the contract and the served document allow; `names` are the closed lists that the service shows.

    No dataclass, whose fields hypothesis would print with every failure: they fill a book.
    """

    def __init__(self, document: dict[str, Any], names: Mapping[str, frozenset[str]]) -> None:
        self.document = document
        self.names = names
        self.validators: dict[object, Draft202012Validator] = {}

    def validator(self, *place: str) -> Draft202012Validator:
        """The schema at a place of the document."""
        if place not in self.validators:
            schema = self.document
            for part in place:
                schema = schema[part]
            self.validators[place] = Draft202012Validator({**schema, "components": self.document["components"]})
        return self.validators[place]

    def outside(self, path: str, body: bytes) -> list[str]:
        """Where an accepted body is outside what may be accepted."""
        as_numbers = json.loads(body, parse_float=_exact)
        request = self.validator("paths", path.partition("?")[0], "post", "requestBody", "content", JSON, "schema")
        found = [f"{error.json_path}: {error.message[:200]}" for error in request.iter_errors(as_numbers)]
        as_written = json.loads(body, parse_float=Literal, parse_int=Literal, object_pairs_hook=_pairs)
        return found + list(self._ungrammatical(as_written, "", ""))

    def _ungrammatical(self, value: object, name: str, place: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, below in value.items():
                # A strength beside its form is one field; the value and unit of a quantity are of the field above.
                own = name if name in ("drug", "strength", "concentration") or key not in _FIELDS else key
                if key == "value" and not (type(below) is Literal and _is_number(below)):
                    yield f"{place}/value: {below!r}"
                elif key == "unit" and not (type(below) is str and _UNIT[name].fullmatch(below)):
                    yield f"{place}/unit: {below!r}"
                elif key not in ("value", "unit"):
                    yield from self._ungrammatical(below, own, f"{place}/{key}")
        elif isinstance(value, list):
            for number, below in enumerate(value):
                yield from self._ungrammatical(below, name, f"{place}/{number}")
        elif value is not None and not self.may_be(value, name):
            yield f"{place}: {value!r}"

    def may_be(self, value: object, name: str) -> bool:
        if name in _DATES:
            return _is_date(value)
        if name in _COUNTS:
            return type(value) is Literal and _is_number(value)
        if name == "inr":
            return isinstance(value, str) and _is_number(value)
        if name in QUANTITIES or name in ("concentration", "strengths"):
            return _is_quantity(value, name)
        if name in _LISTED:
            return type(value) is str and value.isascii() and value.lower() in self.names[name]
        if name in _SHOWN:
            return type(value) is str and value.isprintable() and bool(value.strip())
        return name != "id" or (type(value) is str and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value) is not None)


def _exact(literal: str) -> int | Decimal:
    """A number as a schema sees it: 5.0 is an integer."""
    number = Decimal(literal)
    return int(number) if number == number.to_integral_value() else number


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs), "a repeated key was accepted"
    return dict(pairs)


def grammar_of(client: FlaskClient) -> Grammar:
    """The grammar with the document and the lists that the service shows."""
    terms: dict[str, Any] = client.get("/v1/conditions").json
    drugs: dict[str, Any] = client.get("/v1/drugs").json

    def said(entries: Iterable[Mapping[str, Any]]) -> set[str]:
        return {name.lower() for entry in entries for name in (entry["name"], *entry.get("synonyms", ()))}

    every_drug = said(drugs["drugs"]) | said(drugs["combinations"])
    every_drug |= {name.lower() for drug in drugs["drugs"] for name in drug["brands"]}
    every_drug |= {name.lower() for drug in drugs["known_by_name"] for name in (drug["name"], *drug["names"])}
    names = {
        "indication": frozenset(said(terms["indications"])),
        "conditions": frozenset(said(terms["conditions"])),
        "allergies": frozenset(said(terms["allergies"]) | said(terms["classes"]) | every_drug),
        "drug": frozenset(every_drug),
    }
    return Grammar(client.get("/openapi.json").json, names)


def written(value: object) -> bytes:
    """A body, its literals as they are."""
    return _text(value).encode("utf-8")


def _text(value: object) -> str:
    if type(value) is Literal:
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{_text(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    half = isinstance(value, str) and not value.isascii() and any(0xD800 <= ord(letter) < 0xE000 for letter in value)
    return json.dumps(value, ensure_ascii=half)


def post(client: FlaskClient, path: str, body: bytes, accept: str = JSON) -> TestResponse:
    return client.post(path, data=body, headers={"Content-Type": JSON, "Accept": accept})


def near(pointer: str, place: str) -> bool:
    """Whether one stands at, above or below the other."""
    return f"{pointer}/".startswith(f"{place}/") or f"{place}/".startswith(f"{pointer}/")


def accepted(grammar: Grammar, path: str, body: bytes, answer: TestResponse) -> dict[str, Any] | None:
    """The answer to a body that was accepted: inside the grammar, and as the document says. None for a page."""
    assert grammar.outside(path, body) == []
    if answer.mimetype != JSON:
        return None
    responses = grammar.document["paths"][path.partition("?")[0]]["post"]["responses"]
    status = str(answer.status_code)
    assert status in responses, f"{path} answers {status}, which the document does not know"
    members: dict[str, Any] = answer.json
    place = ("paths", path.partition("?")[0], "post", "responses", status, "content", JSON, "schema")
    errors = [f"{error.json_path}: {error.message[:300]}" for error in grammar.validator(*place).iter_errors(members)]
    assert errors == []
    assert members["formulary"]["version"] == answer.headers["Formulary-Version"]
    return members


def places_of(value: object, place: Place = ()) -> Iterator[Place]:
    """Every place in a body below its root, the containers too."""
    below: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    for step, inner in below:
        yield (*place, step)
        yield from places_of(inner, (*place, step))


def fresh(value: Any) -> Any:
    """A copy in which no part stands in two places, as deepcopy would keep it."""
    if isinstance(value, dict):
        return {name: fresh(below) for name, below in value.items()}
    return [fresh(below) for below in value] if isinstance(value, list) else value


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def with_value(body: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    changed = fresh(body)
    at(changed, place[:-1])[place[-1]] = value
    return changed


def pointer_of(place: Place) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def for_place(writing: str, sent: object) -> str:
    """A hostile writing, dressed for what stands in its place: a number before the unit, a unit after the number."""
    number, space, unit = sent.partition(" ") if isinstance(sent, str) else ("", "", "")
    if not (space and _is_number(number)):
        return writing
    if writing in _HOSTILE_NUMBERS:
        return f"{writing} {unit}"
    return f"{number} {writing}" if writing in _HOSTILE_UNITS else writing


_HOSTILE_NUMBERS, _HOSTILE_UNITS = frozenset(NUMBERS), frozenset(UNITS)


def field_of(place: Place) -> str:
    """The field that a place belongs to: ends of a range and ingredients of a strength are of the field above."""
    for number in range(len(place) - 1, -1, -1):
        step = place[number]
        above = place[number - 1] if number else ""
        if isinstance(step, str) and step not in _WITHIN and above not in ("strength", "concentration"):
            return step
    return ""


# Writings that are nearly a drug or a form, tried in their places in the short run too.
LOOK_ALIKES = [text for text in TEXTS if re.search("pentin|tramad|predni|capsul|tablet", text.lower())]
ONE_LETTER_WORDS = frozenset({"A"})  # among the writings for its unit, and a word of child_pugh


def must_refuse(grammar: Grammar, place: Place, value: object) -> bool:
    """Whether a hostile text can stand at a place under no reading of the contract."""
    name, last = field_of(place), place[-1]
    if last == "unit" and isinstance(value, str):
        # A unit of another kind is told of once its value is a number.
        return not any(units.fullmatch(value) for units in _UNIT.values())
    if name == "replaces" or last == "code":
        return False  # any text may be an id; any digits may be a code
    if last in ("value", "system"):
        return True
    if name not in _FIELDS:
        return value not in ONE_LETTER_WORDS
    return name not in _SHOWN and not grammar.may_be(value, name)


@pytest.fixture(scope="module")
def known() -> Services:
    return wire()


@pytest.fixture(scope="module")
def app(known: Services, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"), known)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def grammar(client: FlaskClient) -> Grammar:
    return grammar_of(client)


@pytest.fixture(scope="module", autouse=True)
def nothing_stored_is_harmed(client: FlaskClient) -> Iterator[None]:
    """What is stored before the first hostile request reads the same, byte for byte, after the last."""
    drugs = ("pregabalin", "tramadol")
    others = [{"drug": drug, "start_date": "2026-12-01", "patient": CLIMB["patient"]} for drug in drugs]
    with unharmed(client, CLIMB, *others):
        yield


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_body_that_uses_every_field_is_accepted(client: FlaskClient, grammar: Grammar, number: int) -> None:
    path, body, accept = BODIES[number]
    answer = post(client, path, written(body), accept)
    assert answer.status_code == 200, answer.text
    accepted(grammar, path, written(body), answer)


# Bodies of tapers, switches, changes and own protocols are tried by tests/api/test_schedules_again.py and
# tests/api/test_bounded_plans.py; they are not mutated here.
PLANS = (
    "Taper",
    "Switch",
    "SwitchFrom",
    "SwitchTo",
    "Revision",
    "OwnProtocol",
    "OwnTaper",
    "Raise",
    "Stretch",
    "Level",
)


def test_the_bodies_leave_no_field_of_a_request_out(grammar: Grammar) -> None:
    used = {step for _, body, _ in BODIES for place in places_of(body) for step in place if isinstance(step, str)}
    used |= {"fill_days", "paper", "weekday"}  # tried with the plans below
    schemas = grammar.document["components"]["schemas"]
    asked = [name for name in schemas if name not in ("Fault", "Problem", *PLANS)]
    assert {"Check", "Equivalents", "Measures", "Titration", "Patient", "Order", "Step", "Print"} <= set(asked)
    assert {name for schema in asked for name in schemas[schema]["properties"]} - used == set()


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_writing_in_every_field_at_once_is_told_of_in_every_field(
    client: FlaskClient, grammar: Grammar, number: int
) -> None:
    path, body, accept = BODIES[number]
    leaves = [place for place in places_of(body) if not isinstance(at(body, place), (dict, list))]
    missed: list[tuple[str, str]] = []
    for writing in WRITINGS if FULL else WRITINGS[number :: len(BODIES)]:
        changed = fresh(body)
        wrong = []
        for place in leaves:
            value = for_place(writing, at(body, place))
            at(changed, place[:-1])[place[-1]] = value
            if must_refuse(grammar, place, value):
                wrong.append(pointer_of(place))
        sent = written(changed)
        members = refusal_of(post(client, path, sent, accept), sent)
        if members["status"] == 422:
            pointers = [fault["pointer"] for fault in members["errors"]]
            missed += [(place, writing) for place in wrong if not any(near(pointer, place) for pointer in pointers)]
    assert missed[:20] == []


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_hostile_value_alone_is_refused_where_it_stands_or_is_inside_the_grammar(
    client: FlaskClient, grammar: Grammar, number: int
) -> None:
    path, body, accept = BODIES[number]
    places = list(places_of(body))
    tries = [(place, value) for place in places for value in (*WRITINGS, *OTHER_TYPES)]
    if not FULL:
        alike = [(place, name) for place in places if place[-1] in ("drug", "form") for name in LOOK_ALIKES]
        tries = random.Random(number).sample(tries, 350) + alike
    wrong: list[object] = []
    for place, value in tries:
        if isinstance(value, str) and type(value) is str:
            value = for_place(value, at(body, place))
        sent = written(with_value(body, place, value))
        answer = post(client, path, sent, accept)
        try:
            if answer.status_code < 300:
                not_silent(grammar, place, value, accepted(grammar, path, sent, answer))
                continue
            faults = refusal_of(answer, sent).get("errors", [])
            told = {fault["code"] for fault in faults}
            if answer.status_code == 422 and faults and not told <= BETWEEN_FIELDS:
                assert any(near(fault["pointer"], pointer_of(place)) for fault in faults), faults
        except AssertionError as error:
            wrong.append((pointer_of(place), value, str(error)[:600]))
    assert wrong[:20] == []


def not_silent(grammar: Grammar, place: Place, value: object, members: dict[str, Any] | None) -> None:
    """A name that nobody knows is answered as unknown, and never accepted."""
    if members is None or "verdict" not in members or place[-1] not in ("drug", "form") or not isinstance(value, str):
        return
    if place[-1] == "drug" and (not value.isascii() or value.lower() not in grammar.names["drug"]):
        assert members["verdict"] in ("cannot-assess", "reject"), members["verdict"]
        said = json.dumps([members["findings"], members["not_checked"]])
        assert "medications" in place or "unknown-drug" in said, said
    if place[-1] == "form" and "medications" not in place:
        assert members["verdict"] in ("cannot-assess", "reject"), members["verdict"]


# What parsers stumble over, put between the bytes of a body.
SPLINTERS = (
    *(b'"', b"{", b"}", b"[", b"]", b":", b",", b"\\", b"/", b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80"),
    *(b"\xef\xbb\xbf",),
    *(b"\\u0000", b"\\ud800", b"\\udfff", b"\\ud83d\\ude00", b"1e999", b"-0", b"NaN", b"Infinity", b"0x1", b"01"),
    *(b"1.", b".1"),
    *(b"null", b"true", b"{}", b"[]", b'""', b"/*x*/", b"//\n", b"'", b"\r\n", b"\t", b"\x1b", b"\xe2\x80\xae"),
    *(b"9" * 40, b"[" * 40),
    *(b'"dose":"1 mg",', b'"drug":"tramadol",', b'"_schema":1,', b'"":"",', b'{"a":1,"a":2}', b'"orders":[],'),
    *(b'"patient":{},',),
)  # fmt: skip


def bent(draw: random.Random, body: bytes, other: bytes) -> bytes:
    """A body with something done to its bytes."""
    first, second = sorted((draw.randrange(len(body)), draw.randrange(len(body))))
    near_first = min(len(body), first + draw.randrange(1, 24))
    match draw.randrange(8):
        case 0:
            return body[:first] + bytes([body[first] ^ 1 << draw.randrange(8)]) + body[first + 1 :]
        case 1:
            return body[:first] + bytes([draw.randrange(256)]) + body[first + 1 :]
        case 2:
            return body[:first] + body[near_first:]
        case 3:
            return body[:second] + body[first:near_first] + body[second:]
        case 4:
            return body[:first] + draw.choice(SPLINTERS) + body[first:]
        case 5:
            return body[:first] + draw.choice(SPLINTERS) + body[near_first:]
        case 6:
            return body[: max(1, second)]
        case _:
            return body[:first] + other[draw.randrange(len(other)) :]


def grafted(draw: random.Random, body: dict[str, Any], seen: Mapping[str, list[Any]]) -> dict[str, Any]:
    """A body with other values, each of which stood in a field of the same name elsewhere: most are understood."""
    changed: dict[str, Any] = fresh(body)
    for _ in range(draw.randrange(1, 4)):
        place = draw.choice([place for place in places_of(changed) if isinstance(place[-1], str)])
        holder = at(changed, place[:-1])
        holder[place[-1]] = fresh(draw.choice(seen[place[-1]]))
        if draw.randrange(4) == 0:
            name = draw.choice(_FIELD_NAMES)
            holder[name] = fresh(draw.choice(seen.get(name, FREE_VALUES)))
    return changed


def rebuilt(draw: random.Random, body: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A body with something done to its parts."""
    changed: dict[str, Any] = fresh(body)
    place = draw.choice(list(places_of(changed)) or [()])
    if not place:
        return changed
    holder, last = at(changed, place[:-1]), place[-1]
    elsewhere = draw.choice(list(places_of(changed)))
    foreign = fresh(at(other, draw.choice(list(places_of(other)))))
    match draw.randrange(12):
        case 0:
            del holder[last]
        case 1:  # exchange two parts
            away, there = at(changed, elsewhere[:-1]), elsewhere[-1]
            if not near(pointer_of(place), pointer_of(elsewhere)):
                holder[last], away[there] = away[there], holder[last]
        case 2:  # a copy of a part inside another
            holder[last] = fresh(at(changed, elsewhere))
        case 3:
            holder[last] = foreign
        case 4:
            holder[last] = fresh(draw.choice(OTHER_TYPES))
        case 5:
            holder[last] = for_place(draw.choice(WRITINGS), holder[last])
        case 6:
            holder[last] = [fresh(holder[last]) for _ in range(draw.choice((1, 2, 2, 101)))]
        case 7:
            holder[last] = {draw.choice(("value", "low", "morning", "drug", "x")): holder[last]}
        case 8 if isinstance(holder, dict):  # under another name
            holder[draw.choice((*_FIELD_NAMES, *WRITINGS[-40:]))] = holder.pop(last)
        case 9 if isinstance(holder, dict):  # the same part a second time under another name
            holder[draw.choice(_FIELD_NAMES)] = fresh(holder[last])
        case 10 if isinstance(holder[last], str):  # another number of the same unit
            _, space, unit = holder[last].partition(" ")
            holder[last] = f"{draw.choice(PLAUSIBLE_NUMBERS)}{space}{unit}"
        case _:
            swapped = draw.choice(FREE_VALUES)
            holder[last] = fresh(swapped)
    return changed


PLAUSIBLE_NUMBERS = (
    *("0", "1", "2", "3", "7", "12", "25", "75", "100", "150", "300", "301", "999", "1000", "3600", "3601", "10000"),
    *("0.5", "0.001", "2.5", "5.0", "0.000001", "0.1", "33.333333", "999999999999", "99999999.9999", "0.00000000001"),
)
# Values that are right somewhere, to be tried where they may not be.
FREE_VALUES: tuple[Any, ...] = (
    *("300 mg", "20 ug/h", "1 {patch}", "2 {tablet}", "5 mL", "10 mg/kg", "5 mg/kg/day", "1 g/day", "15 mg/week"),
    *("1 {spray}",),
    *("0 mg", "999999999999 g", "0.00000000001 ng", "10 years", "366 days", "1 month", "12 months", "1 min"),
    *("1 hour", "4000 days"),
    *("2199-12-31", "1800-01-01", "2026-12-01", "2024-02-29", "gabapentin", "buprenorphine", "fentanyl", "methadone"),
    *("methotrexate",),
    *("transdermal patch", "buccal film", "oral solution", "nasal spray", "injection", "tablet", "capsule"),
    *("extended-release tablet",),
    *("transdermal", "intravenous", "male", "female", "severe", "C", "poor", "naive", "maintenance", "acute"),
    *("bridging", "flare"),
    *(True, False, 0, 1, 3, 30, 100, 366, 3653, {"times": 100, "per": "day"}, {"times": 1, "per": "month"}),
    *({"every": "1 min"},),
    *({"every": "3 months"}, {"every": "72 hours"}, {"every": "7 days"}, {"on": ["monday", "sunday"]}),
    *({"after": "hemodialysis"},),
    *({"low": "1 mg", "high": "999 g"}, {"low": "1 min", "high": "366 days"}, {"value": 300, "unit": "mg"}, "stop"),
    *("asthma", "nsaid"),
    *({"every": "1 min", "count": 100, "on": ["monday", "tuesday"]}, {"morning": "1 {capsule}"}, ["1 mg"] * 366),
    *({"codeine": "1 mg"},),
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus(known: Services) -> Corpus:
    """Valid bodies to spoil: those that use every field, the canaries of the formulary, a plan of every protocol."""
    found: Corpus = {path: [] for path in (CHECK, EQUIVALENTS, MEASURES, PLAN)}
    for path, body, _ in BODIES:
        found[path.partition("?")[0]] += [body] * 20
    for canary in known.flock.canaries:
        said = _thawed(canary.said)
        found[CHECK].append(said)
        found[EQUIVALENTS].append(said)
        found[MEASURES].append({"patient": said.get("patient", {})})
    for monograph in known.formulary.monographs.values():
        for protocol in monograph.protocols:
            start, target = str(protocol.start_low), str(protocol.maintenance_low)
            named = {"drug": monograph.drug, "protocol": protocol.id, "start_date": "2026-12-01"}
            found[PLAN] += [named | {"patient": PATIENT}, named | {"start_dose": start, "target": target}]
    return found


@pytest.fixture(scope="module")
def seen(corpus: Corpus) -> dict[str, list[Any]]:
    """Every value of the corpus under the name of its field."""
    found: dict[str, list[Any]] = {}
    for bodies in corpus.values():
        for body in bodies:
            for place in places_of(body):
                if isinstance(place[-1], str):
                    found.setdefault(place[-1], []).append(at(body, place))
    return found


def _thawed(value: Any) -> Any:
    """A case as a body: its numbers are literals as they are written."""
    if isinstance(value, Mapping):
        return {key: _thawed(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_thawed(below) for below in value]
    return value if type(value) in (str, bool, int, type(None)) else Literal(value)


@pytest.mark.parametrize("chunk", range(20))
def test_a_mutated_body_is_refused_in_order_or_understood(
    client: FlaskClient, grammar: Grammar, corpus: Corpus, seen: dict[str, list[Any]], chunk: int
) -> None:
    draw = random.Random(f"mutated {chunk}")
    wrong: list[tuple[str, bytes, str]] = []
    understood = 0
    for _ in range(figure(5_000, 100)):
        path = draw.choice((CHECK, CHECK, CHECK, PLAN, PLAN, EQUIVALENTS, MEASURES))
        body, other = draw.choice(corpus[path]), draw.choice(corpus[draw.choice((path, CHECK))])
        kind = draw.randrange(4)
        if kind < 2:
            body = grafted(draw, body, seen)
        for _ in range(draw.choice((1, 1, 2, 4)) if kind == 2 else 0):
            body = rebuilt(draw, body, other)
        sent = written(body)
        for _ in range(draw.choice((1, 1, 2)) if kind == 3 or draw.randrange(20) == 0 else 0):
            sent = bent(draw, sent, written(other))
        kept = path == PLAN and draw.randrange(4) == 0
        accept = draw.choice(PAPERS) if path == PLAN and draw.randrange(8) == 0 else JSON
        answer = post(client, path if kept or path != PLAN else DRY_PLAN, sent, accept)
        try:
            if answer.status_code < 300:
                understood += 1
                accepted(grammar, path, sent, answer)
            else:
                refusal_of(answer, sent)
        except AssertionError as error:
            wrong.append((path, sent[:3000], str(error)[:600]))
    assert wrong[:5] == []
    assert understood > figure(500, 10), "the mutations are so coarse that nothing behind the gates is tried"


class Schemas(dict[str, st.SearchStrategy[Any]]):
    """Strategies by the name of their schema."""

    def __repr__(self) -> str:
        return f"<{len(self)} schemas>"


def drawn_from(schema: Mapping[str, Any], schemas: Schemas) -> st.SearchStrategy[Any]:
    """Values that a schema of the served document allows; `schemas` are those of its components."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return st.deferred(lambda: schemas[name])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return st.one_of([drawn_from(one, schemas) for one in schema[several]])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_of_kind(kind, schema, schemas) for kind in kinds])


def _of_kind(kind: str, schema: Mapping[str, Any], schemas: Schemas) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 10**6))
        case "number":
            return st.sampled_from(PLAUSIBLE_NUMBERS).map(Literal)
        case "array":
            items = drawn_from(schema["items"], schemas)
            unique = json.dumps if schema.get("uniqueItems") else None
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=4, unique_by=unique)
        case "object":
            return _objects(schema, schemas)
        case "string":
            return _strings(schema)
    raise LookupError(kind)


def _objects(schema: Mapping[str, Any], schemas: Schemas) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: drawn_from(below, schemas) for name, below in schema.get("properties", {}).items()}
    if not fields:
        ingredients = st.sampled_from(("hydrocodone", "acetaminophen", "gabapentin", "x"))
        below = schema.get("additionalProperties")
        if not isinstance(below, dict):
            return st.just({})
        return st.dictionaries(ingredients, drawn_from(below, schemas), min_size=1, max_size=3)
    needed = [name for name in fields if name in schema.get("required", ())]
    least = max(schema.get("minProperties", 0) - len(needed), 0)
    return _members(fields, needed, sorted(fields.keys() - set(needed)), least)


@st.composite
def _members(
    draw: st.DrawFn, fields: Mapping[str, st.SearchStrategy[Any]], needed: list[str], optional: list[str], least: int
) -> dict[str, Any]:
    some = draw(st.lists(st.sampled_from(optional), unique=True, min_size=least, max_size=6)) if optional else []
    return {name: draw(fields[name]) for name in (*needed, *some)}


def _strings(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates(date(1800, 1, 1), date(2199, 12, 31)).map(date.isoformat)
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
    texts = [text for text in FREE_VALUES if isinstance(text, str)]
    long_enough = st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 40))
    examples = st.sampled_from(schema.get("examples") or texts)
    return st.one_of([examples, examples, examples, st.sampled_from(texts), long_enough])


@pytest.fixture(scope="module")
def drawn(grammar: Grammar) -> Schemas:
    """What each request schema of the served document allows, made once: strategies are dear to make."""
    schemas = Schemas()
    for name, schema in grammar.document["components"]["schemas"].items():
        schemas[name] = drawn_from(schema, schemas) if name not in ("Fault", "Problem") else st.nothing()
    return schemas


@pytest.mark.parametrize(
    ("path", "name"), [(CHECK, "Check"), (EQUIVALENTS, "Equivalents"), (MEASURES, "Measures"), (DRY_PLAN, "Titration")]
)
@settings(max_examples=figure(1_250, 40))
@given(draw=st.data())
def test_what_the_document_allows_is_never_of_the_wrong_shape(
    client: FlaskClient, grammar: Grammar, drawn: Schemas, path: str, name: str, draw: st.DataObject
) -> None:
    body = draw.draw(drawn[name])
    if draw.draw(st.booleans()):  # on a sound body, so that more of what is drawn is looked at together
        sound = next(valid for known_path, valid, _ in BODIES if known_path == path)
        body = over(fresh(sound), body)
    sent = written(body)
    answer = post(client, path, sent)
    if answer.status_code < 300:
        accepted(grammar, path, sent, answer)
        return
    for fault in refusal_of(answer, sent).get("errors", []):
        # Whether a strength names its ingredients depends on the drug, which no schema can say.
        by_drug = re.search(r"/(strength|concentration)(/|$)", fault["pointer"])
        assert fault["code"] not in ("unknown-field", "wrong-type", "too-few", "too-many", "too-long") or by_drug, fault


def over(sound: Any, drawn: Any) -> Any:
    """The drawn values laid over a sound body; lists are laid over entry by entry."""
    if (
        isinstance(sound, dict)
        and isinstance(drawn, dict)
        and not drawn.keys() & {"value", "low", "system", "every", "times"}
    ):
        return sound | {name: over(sound[name], below) if name in sound else below for name, below in drawn.items()}
    if isinstance(sound, list) and isinstance(drawn, list) and sound and isinstance(sound[0], dict):
        longest = max(len(sound), len(drawn))
        pairs = [(sound[n] if n < len(sound) else None, drawn[n] if n < len(drawn) else None) for n in range(longest)]
        return [new if old is None else old if new is None else over(old, new) for old, new in pairs]
    return drawn
