"""Promise P1 at the schemas: hostile input never crashes them and is never read as something it does not say.

The law: whatever is sent, a request is either read or refused with codes of the catalogue at places of the request;
and a numeric field reads nothing but a number of the grammar with a unit, in quotes, or an object of the two.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import ValidationError

from api.errors import Problem, faults_from_marshmallow
from api.problems import PROBLEM_TYPES
from api.reading import read_json
from api.schemas.base import RequestSchema
from api.schemas.schedule import TitrationSchema
from tests.api.test_reading_requests_names import CHECK, names
from tests.figures import figure

TITRATION = TitrationSchema(names)

PATIENT: dict[str, Any] = {
    "age": "54 years", "birth_date": "1972-03-02", "sex": "female", "weight": "70 kg", "height": "165 cm",
    "serum_creatinine": "0.9 mg/dL", "creatinine_clearance": "45 mL/min", "egfr": "50 mL/min/{1.73_m2}",
    "hemodialysis": False, "hepatic_impairment": "none",
    "laboratory": {"alanine_aminotransferase": "128 U/L", "neutrophils": "1.2 10*3/uL", "bilirubin": "2.0 mg/dL",
                   "albumin": "3.0 g/dL", "inr": "1.7", "qtc": "440 ms"},
    "pregnant": True, "gestational_age": "31 weeks", "conditions": ["lupus-nephritis"], "allergies": ["nsaid"],
    "medications": [{"id": "m", "drug": "ibuprofen", "dose": "200 mg", "frequency": {"times": 3, "per": "day"}}],
}  # fmt: skip
ORDERS: dict[str, Any] = {
    "patient": PATIENT,
    "orders": [
        {
            "id": "rx-1", "drug": "gabapentin", "form": "capsule", "strength": "300 mg",
            "concentration": "250 mg / 5 mL", "quantity": "90 {capsule}", "days_supply": 30, "replaces": 0,
            "start_date": "2026-12-01",
            "steps": [
                {"dose": {"low": "25 mg", "high": "50 mg"},
                 "frequency": {"every": {"low": "4 hours", "high": "6 hours"}},
                 "as_needed": True, "max_per_day": "200 mg/day", "duration": "7 days"},
                {"doses": {"morning": "300 mg", "evening": "600 mg"}, "duration": "7 days"},
                {"dose": "2.5 mg", "frequency": {"every": "12 hours", "count": 3, "on": ["monday"]},
                 "duration": "7 days"},
                {"cycle": ["400 mg", "200 mg"]},
            ],
        },
        {"drug": "Norco", "strength": {"hydrocodone": "5 mg", "acetaminophen": "325 mg"}, "dose": "1 {tablet}",
         "frequency": {"every": "6 hours"}},
    ],
    "as_of": "2026-12-01",
}  # fmt: skip
PLAN: dict[str, Any] = {
    "drug": "gabapentin", "form": "capsule", "protocol": "neuropathic-pain", "start_date": "2026-12-01",
    "patient": {"weight": "70 kg"}, "start_dose": "100 mg", "step": "300 mg/day", "step_interval": "3 days",
    "target": "1800 mg/day", "strengths": ["100 mg capsule", {"strength": "300 mg", "form": "capsule"}], "days": 28,
    "print": {"patient_name": "A", "large_print": False},
}  # fmt: skip

BODIES = [(CHECK, ORDERS), (TITRATION, PLAN)]
Place = tuple[str | int, ...]

_QUANTITY_TEXT = re.compile(r"[0-9]+(\.[0-9]+)? \S.*|[0-9]+\.[0-9]+")
# What may stand where a quantity stands, said independently of the code under test.
_READABLE = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,11})? ?[A-Za-z\[{1][A-Za-z0-9\[\]{}/*._ ]*", re.ASCII)
_BARE = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,11})?", re.ASCII)

_NUMBERS = """
0 00 05 .5 5. 5,0 0,5 1,000 1.000,5 1 000 1'000 1_000 1e3 1E3 1e-3 1.5e2 1e400 -5 +5 −5 ±5 --5 5-10 5–10 5—10 5~10
5..10 1/2 ½ 1½ 1⁄2 ٥ ۵ ५ ５ 𝟓 ⁵ ₅ V five 0x10 0b1 0o7 NaN nan Infinity inf -inf 1234567890123 0.1234567890123
999999999999999999999999 9**9**9 9^9 5! 5% 5‰ $5 #5 5;5 5:5 (5) [5] {5} "5" '5' 5\t5 5\n5 5\u00a05 5\u200b5 \u200b5
5\u0000 5mg5 mg5 ten \ufeff5 5·5 5٫5 5٬5 5．5 5。5 1.2.3 1..2 .. . , - + / * true false null None
undefined 1j 5L 5f 5d 0.0.0 00.5
"""
NUMBERS = _NUMBERS.split()
UNITS = ["mg", "Mg", "MG", "mG", "mg ", " mg", "mcg", "μg", "µg", "units", "U", "mg/day", "mg/kg", "kg", "h", "", "m g"]


def texts() -> list[str]:
    """500 hostile texts and more: every broken number with units that are right, wrong and nearly right."""
    made = [f"{number}{space}{unit}" for number in NUMBERS for unit in UNITS[:2] for space in ("", " ")]
    made += [f"5{space}{unit}" for unit in UNITS for space in ("", "  ", "\u00a0", "\t", "\n", "\u2009")]
    made += ["", " ", "\n", "\x00", "x" * 10_000, "5 " + "m" * 10_000, "1" * 10_000 + " mg", "5 mg" * 1_000]
    return made


def places(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    yield place, value
    if isinstance(value, dict):
        for name, below in value.items():
            yield from places(below, (*place, name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from places(below, (*place, index))


def with_value(body: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    holder: Any = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return changed


def numeric_places() -> list[Any]:
    return [
        pytest.param(schema, body, place, id="/".join(map(str, place)))
        for schema, body in BODIES
        for place, value in places(body)
        if isinstance(value, str) and _QUANTITY_TEXT.fullmatch(value) and " / " not in value and "capsule" not in value
    ]


def read_or_refused(schema: RequestSchema, sent: object) -> bool:
    """True when it was read; a refusal has codes of the catalogue and places that begin in the request."""
    try:
        schema.load(sent)
    except ValidationError as error:
        found = faults_from_marshmallow(error, schema)
        assert found
        for fault in found:
            assert fault.code in PROBLEM_TYPES
            assert fault.pointer == "" or fault.pointer.startswith("/")
            assert fault.detail
        json.dumps(Problem.of(found).members("/")).encode("utf-8", errors="strict")
        return False
    return True


@pytest.mark.parametrize(("schema", "body"), BODIES, ids=["check", "titration"])
def test_the_bodies_that_are_broken_here_are_whole(schema: RequestSchema, body: dict[str, Any]) -> None:
    assert read_or_refused(schema, body)


def test_there_are_500_texts_and_every_kind_of_numeric_field_is_tried() -> None:
    assert len(set(texts())) >= 500
    assert len(numeric_places()) >= 25


@pytest.mark.parametrize(("schema", "body", "place"), numeric_places())
def test_a_numeric_field_reads_nothing_outside_the_grammar(
    schema: RequestSchema, body: dict[str, Any], place: Place
) -> None:
    grammar = _BARE if place[-1] == "inr" else _READABLE
    for text in texts():
        if read_or_refused(schema, with_value(body, place, text)):
            assert grammar.fullmatch(text), text


@pytest.mark.parametrize(("schema", "body", "place"), numeric_places())
def test_the_object_of_a_quantity_reads_no_number_outside_the_grammar(
    schema: RequestSchema, body: dict[str, Any], place: Place
) -> None:
    for number in NUMBERS:
        for value in (number, f'"{number}"', f"[{number}]"):
            written = json.dumps(with_value(body, place, {"value": "@", "unit": "mg"})).replace('"@"', value)
            try:
                sent = read_json(written.encode("utf-8", errors="replace"), "application/json", None)
            except Problem as problem:
                assert problem.status in (400, 422)
                continue
            if read_or_refused(schema, sent):
                assert _BARE.fullmatch(number), value


HOSTILE: list[Any] = [
    None, True, False, 0, -1, 10**14, "", " ", "x", "5 mg", "2026-12-01", "gabapentin", [], [[]], {}, {"": ""},
    {"value": 1, "unit": "mg"}, {"low": "1 mg", "high": "2 mg"}, {"_schema": 1}, ["monday"], [None], "\u0000", "\ud7ff",
    "🙂", "<script>", "%s", "{0}", "../../etc", "a" * 300, {"times": 1, "per": "day"}, {"a~/b": {"c": []}},
]  # fmt: skip


def mutated(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A body with one to three values replaced, removed, doubled or renamed, anywhere in it."""
    changed = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        place, _ = chance.choice([found for found in places(changed) if found[0]])
        holder: Any = changed
        for step in place[:-1]:
            holder = holder[step]
        match chance.randrange(4):
            case 0:
                holder[place[-1]] = copy.deepcopy(chance.choice(HOSTILE))
            case 1:
                del holder[place[-1]]
            case 2 if isinstance(holder, dict):
                holder[chance.choice(["x", "_schema", "dose ", "Drug", "a/b", ""])] = holder.pop(place[-1])
            case _ if isinstance(holder, list):
                holder.extend(copy.deepcopy(holder))
            case _:
                holder[place[-1]] = copy.deepcopy(changed) if chance.random() < 0.1 else chance.choice(texts())
    return changed


@pytest.mark.parametrize(("schema", "body"), BODIES, ids=["check", "titration"])
def test_a_mutated_body_is_read_or_refused_and_nothing_else_happens(
    schema: RequestSchema, body: dict[str, Any]
) -> None:
    chance = random.Random(2026)
    read = sum(read_or_refused(schema, mutated(body, chance)) for _ in range(figure(50_000, 1_000)))
    assert read > 0


def test_faults_come_in_the_same_order_whatever_the_hash_seed() -> None:
    sent = {f"field-{number}": 1 for number in range(50)}
    with pytest.raises(ValidationError) as caught:
        CHECK.load(sent)
    pointers = [fault.pointer for fault in faults_from_marshmallow(caught.value, CHECK)]
    assert pointers == [*(f"/field-{number}" for number in range(50)), "/orders"]
