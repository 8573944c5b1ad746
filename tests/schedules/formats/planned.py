"""Plans of the engine itself, as they are stored: over every protocol and taper of the formulary, with revisions.

What is asked for goes through the schemas and the planner like a request, so that the paper is tested on what it will
be given. A request that is refused is asked in another way; refusals have tests of their own.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from marshmallow import ValidationError

from api.errors import Problem
from api.json_text import encode
from api.planning import planned, revised
from api.reading import NumberLiteral
from api.schemas.revisions import RevisionSchema
from api.schemas.stored import SCHEMAS, read_stored
from api.services import Services, wire
from dosing.formulary.model import Monograph
from tests.reading_cases import formulary

LEAST = {"drug": "gabapentin"}
TRIES = 8
_EARLIEST, _LATEST = date(2026, 1, 1), date(2029, 12, 31)
PARTNERS = ("phenelzine", "selegiline", "tranylcypromine", "linezolid")


@cache
def services() -> Services:
    return wire(formulary())


def read(stored: str) -> dict[str, Any]:
    """A plan as it is read again for printing."""
    plan: dict[str, Any] = json.loads(stored, parse_float=Decimal)
    return plan


def made(kind: str, body: dict[str, Any]) -> str | None:
    """The plan of a request as it is stored; None where it is refused."""
    asked = json.loads(json.dumps(body), parse_float=NumberLiteral, parse_int=NumberLiteral)
    try:
        return encode(planned(services(), SCHEMAS[kind](lambda: services().names).load(asked), asked)).decode()
    except (Problem, ValidationError):
        return None


def changed(plan: str, body: dict[str, Any]) -> str | None:
    """The revision of a stored plan; None where it is refused."""
    asked = json.loads(json.dumps(body), parse_float=NumberLiteral, parse_int=NumberLiteral)
    try:
        wanted = RevisionSchema(lambda: services().names).load(asked)
        stored = read_stored(plan, lambda: services().names)
        return encode(revised(services(), stored, wanted, asked)).decode()
    except (Problem, ValidationError):
        return None


@st.composite
def patients(draw: st.DrawFn) -> dict[str, Any]:
    known: dict[str, Any] = {
        "age": f"{draw(st.integers(19, 92))} years",
        "sex": draw(st.sampled_from(("female", "male"))),
        "weight": f"{draw(st.integers(42, 110))} kg",
        "opioid_experience": draw(st.sampled_from(("naive", "tolerant"))),
        "conditions": [],
        "allergies": [],
        "medications": [],
    }
    if known["sex"] == "female":
        known |= {"pregnant": False, "breastfeeding": False}
    if draw(st.booleans()):
        known["creatinine_clearance"] = f"{draw(st.integers(20, 130))} mL/min"
    if draw(st.booleans()):
        known |= {"hepatic_impairment": "none", "tpmt": "normal", "nudt15": "normal"}
    return known


@st.composite
def doses_of_now(draw: st.DrawFn, monograph: Monograph) -> list[dict[str, Any]]:
    """What is taken of a drug now: whole pieces of one of its products."""
    chosen = draw(st.sampled_from([product for product in monograph.products if product.offered]))
    strength = chosen.strength
    if chosen.form == "transdermal patch":
        hours = 72 if monograph.drug == "fentanyl" else 168
        return [{"dose": f"{strength.amount('ug/h')} mcg/hour", "frequency": {"every": f"{hours} hours"}}]
    parts = draw(st.sampled_from((("morning",), ("evening",), ("morning", "evening"), ("morning", "noon", "evening"))))
    count = draw(st.integers(1, 3))
    amount = strength.amount("mg") * count
    text = str(int(amount)) if amount.denominator == 1 else str(float(amount))
    return [{"doses": dict.fromkeys(parts, f"{text} mg")}]


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A titration, a taper or a switch, and its body."""
    known = list(formulary().monographs.values())
    body: dict[str, Any] = {
        "patient": draw(patients()),
        "start_date": draw(st.dates(_EARLIEST, _LATEST)).isoformat(),
    }
    kind = draw(st.sampled_from(("titration", "titration", "taper", "switch")))
    ups = [monograph for monograph in known if monograph.protocols]
    downs = [monograph for monograph in known if monograph.tapers]
    if kind == "titration":
        monograph = draw(st.sampled_from(ups))
        body |= {"drug": monograph.drug, "protocol": draw(st.sampled_from(monograph.protocols)).id}
        if draw(st.integers(0, 3)) == 0:
            body["days"] = draw(st.integers(5, 120))
        return kind, body
    taken_for = f"{draw(st.sampled_from((2, 6, 12, 30, 60)))} weeks"
    if kind == "taper":
        monograph = draw(st.sampled_from(downs))
        body |= {
            "drug": monograph.drug,
            "protocol": draw(st.sampled_from(monograph.tapers)).id,
            "from": draw(doses_of_now(monograph)),
            "to": "stop",
        }
        if draw(st.booleans()):
            body["taken_for"] = taken_for
        return kind, body
    new = draw(st.sampled_from(ups))
    if draw(st.integers(0, 4)) == 0:
        old: dict[str, Any] = {"drug": draw(st.sampled_from(PARTNERS)), "doses": {"morning": "15 mg"}}
    else:
        monograph = draw(st.sampled_from([one for one in downs if one.drug != new.drug]))
        old = {"drug": monograph.drug, "taken_for": taken_for} | draw(doses_of_now(monograph))[0]
        body["over"] = draw(st.sampled_from(("7 days", "14 days", "28 days")))
    return kind, body | {"from": old, "to": {"drug": new.drug}}


@st.composite
def revisions(draw: st.DrawFn, plan: dict[str, Any]) -> dict[str, Any]:
    """The body of a change of a plan on one of its days."""
    last = plan["days_supply"]
    # A change of drugs does not begin again or go back: what was taken before may be over.
    back = () if plan["kind"] == "switch" else ("step-back", "restart")
    action = draw(st.sampled_from(("hold", "slower", "resume", "stop-now", "stop-now", "new-target", *back)))
    body: dict[str, Any] = {"action": action, "from_day": draw(st.integers(2, last + 1))}
    if action in ("hold", "slower", "step-back") and draw(st.booleans()):
        body["days"] = draw(st.integers(1, 21))
    if action == "new-target":
        step = draw(st.sampled_from(plan["steps"]))
        level = step["daily_dose"] or step["weekly_dose"]
        body["target"] = {"value": str(level["value"]), "unit": level["unit"]}
    return body


@st.composite
def real_plans(draw: st.DrawFn) -> dict[str, Any]:
    """A plan that the engine makes, changed in every other case."""
    plan = None
    for _ in range(TRIES):
        kind, body = draw(requests())
        plan = made(kind, body)
        if plan is not None:
            break
    if plan is None:
        plan = made("titration", LEAST | {"start_date": _EARLIEST.isoformat()})
    assert plan is not None
    if draw(st.booleans()):
        plan = changed(plan, draw(revisions(read(plan)))) or plan
    return read(plan)
