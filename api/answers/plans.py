"""A checked plan as the contract's JSON object: the one shape that is answered, stored and printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from api.json_text import encode, quantity
from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary
from dosing.measures import Measure
from dosing.numbers import decimal_text
from dosing.patient import Patient
from dosing.products import Pieces, unit_amount
from dosing.units import UNITS, Quantity, words
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM
from schedules.formats.sig import step_words
from schedules.regimen import RegimenStep
from schedules.supply import supply
from schedules.titration import Plan

CALL_NOW = "call-now-"
ALWAYS_ADVISED = ("missed-dose",)


def plan_answer(plan: Plan, check: Mapping[str, object], formulary: Formulary, number: str) -> dict[str, object]:
    """The schedule object of the contract for a plan whose check is already in its final shape."""
    request = plan.request
    steps = [_step(plan, step) for step in plan.regimen.steps]
    answer: dict[str, object] = {
        "id": number,
        "kind": "titration",
        "drug": plan.monograph.drug,
        "title": plan.monograph.title,
        "protocol": {
            "id": plan.protocol.id,
            "title": plan.protocol.title,
            "layer": plan.protocol.layer.value,
            "source": source(plan.protocol.source, plan.protocol.evidence.value),
        },
        "indication": request.indication,
        "patient": _patient(request.patient, plan),
        "start_date": request.start_date.isoformat(),
        "end_date": plan.end_date.isoformat(),
        "target": quantity(plan.target),
        "target_reached": plan.target_reached,
        "chosen": [
            {
                "field": item.field,
                "value": quantity(item.value) if isinstance(item.value, Quantity) else item.value,
                "why": item.why,
                "source": source(item.source) if item.source is not None else None,
            }
            for item in plan.chosen
        ],
        "steps": steps,
        "supply": [_pieces(pieces) for pieces in supply(plan.regimen)],
        "days_supply": plan.regimen.days,
        "reassessments": [
            {"day": item.day, "date": item.date.isoformat(), "what": item.what, "source": source(item.source)}
            for item in plan.reassessments
        ],
        "advice": _advice(plan, formulary),
        "ceiling": _ceiling(plan),
        "check": check,
        "revises": None,
        "formulary": check["formulary"],
    }
    # The words are made from what is sent, so that they say its numbers and no others.
    sent = json.loads(encode({"steps": steps, "supply": answer["supply"]}), parse_float=Decimal)
    for step, words_of_step in zip(steps, step_words(sent), strict=True):
        step.update(words_of_step)
    return answer


def source(known: Source, evidence: str | None = None) -> dict[str, object]:
    """Who says so, in the contract's words."""
    answer: dict[str, object] = {
        "id": known.id,
        "title": known.title,
        "section": known.section,
        "year": known.year,
        "url": known.url,
    }
    if evidence is not None:
        answer["evidence"] = evidence
    return answer


def _step(plan: Plan, step: RegimenStep) -> dict[str, object]:
    from_date = plan.request.start_date.toordinal() + step.first - 1
    to_date = plan.request.start_date.toordinal() + step.last - 1
    day = type(plan.request.start_date)
    return {
        "number": step.number,
        "from_day": step.first,
        "to_day": step.last,
        "from_date": day.fromordinal(from_date).isoformat(),
        "to_date": day.fromordinal(to_date).isoformat(),
        "drug": plan.monograph.drug,
        "doses": [
            {
                "when": dose.when,
                "amount": quantity(dose.amount),
                "pieces": [_pieces(pieces) for pieces in dose.pieces],
            }
            for dose in step.doses
        ],
        "on_days": None,
        "daily_dose": quantity(step.daily),
        "weekly_dose": None,
        "as_needed": step.as_needed,
        "interval": quantity(step.interval) if step.interval is not None else None,
        "max_per_day": quantity(step.max_per_day) if step.max_per_day is not None else None,
    }


def _pieces(pieces: Pieces) -> dict[str, object]:
    """Pieces of one product; a liquid is counted in millilitres of a strength per millilitre."""
    product = pieces.product
    liquid = product.form in LIQUIDS
    strength = Quantity(unit_amount(product), UNITS["mg/mL"]) if liquid else product.strength
    return {
        "strength": quantity(strength),
        "form": product.form,
        "count": decimal_text(pieces.count)[0] if liquid else str(pieces.count),
        "unit": "mL" if liquid else PIECE_OF_FORM[product.form],
    }


def _patient(patient: Patient, plan: Plan) -> dict[str, object]:
    """The facts that decided, missing ones as null. A birth date is turned into an age and not kept."""
    age = patient.age_on(plan.request.start_date)
    clearance = plan.screening.measures.computed.get("creatinine_clearance")
    return {
        "age": quantity(Quantity(age, UNITS["a"])) if age is not None else None,
        "sex": patient.sex,
        "weight": quantity(patient.weight) if patient.weight is not None else None,
        "creatinine_clearance": _clearance(clearance) if clearance is not None else None,
        "hemodialysis": patient.hemodialysis,
        "hepatic_impairment": patient.hepatic_impairment,
    }


def _clearance(measure: Measure) -> dict[str, object]:
    return {**quantity(measure.value), "formula": measure.formula, "weight_used": measure.weight_used}


def _advice(plan: Plan, formulary: Formulary) -> list[dict[str, object]]:
    """The protocol's advice, what holds for every plan, and the signs to call about."""
    every = [code for code in formulary.advice if code.startswith(CALL_NOW)]
    codes = dict.fromkeys([*plan.protocol.advice, *ALWAYS_ADVISED, *every])
    return [
        {"code": code, "text": known.text, "source": source(known.source, known.evidence.value)}
        for code in codes
        if (known := formulary.advice.get(code)) is not None
    ]


def _ceiling(plan: Plan) -> dict[str, object] | None:
    """The limit line: the lowest daily limit that is known to bind for this patient."""
    limit, rule = plan.allowance.max_daily, plan.allowance.max_daily_rule
    if limit is None or rule is None:
        return None
    why = f"The most for this patient is {words(limit)}."
    return {
        "limit": quantity(limit),
        "why": why,
        "rule": rule.id,
        "source": source(rule.source, rule.evidence.value),
    }
