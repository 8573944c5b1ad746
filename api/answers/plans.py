"""A checked plan as the contract's JSON object: the one shape that is answered, stored and printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

from api.json_text import encode, number, quantity
from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary
from dosing.measures import Measure
from dosing.numbers import decimal_text
from dosing.patient import Patient
from dosing.products import Pieces, unit_amount
from dosing.units import UNITS, Quantity, words
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM
from schedules.formats.sig import step_words
from schedules.plan import Ceiling, Chosen, Current, Floor, Guidance, Plan
from schedules.regimen import Dose, EveryDays, OnWeekdays, Pattern, Regimen, RegimenStep
from schedules.supply import Collected, fills, supply

CALL_NOW = "call-now-"
MISSED_DOSE = "missed-dose"


def plan_answer(
    plan: Plan,
    check: Mapping[str, object],
    formulary: Formulary,
    number: str,
    request: Mapping[str, object],
    taken_before: str | None = None,
) -> dict[str, object]:
    """The schedule object of the contract for a plan whose check is already in its final shape.

    `taken_before` is the drug that a switch comes from: where it has no step and no known dose, `current` names it
    without one, so that whoever reads the plan learns what is taken no more.

    `request` is what was asked, without names, so that the plan can be revised.
    """
    from_day = plan.revised.from_day if plan.revised is not None else 1
    steps, undosed = _steps(plan, from_day)
    collected = [_collected(item) for item in supply(plan.regimens, plan.start_date)]
    return {
        "id": number,
        "kind": plan.kind,
        "drug": plan.monograph.drug,
        "title": plan.title,
        "protocol": _protocol(plan),
        "indication": plan.indication,
        "patient": _patient(plan.patient, plan),
        "start_date": plan.start_date.isoformat(),
        "end_date": plan.end_date.isoformat(),
        "target": quantity(plan.target) if plan.target is not None else None,
        "target_reached": plan.target_reached,
        "stops": plan.stops,
        "current": [_current(known) for known in plan.current] or _current_unknown(plan, taken_before),
        "chosen": [_chosen(item) for item in plan.chosen],
        "drugs": [{"drug": regimen.drug, "form": regimen.form, "ends": regimen.ends} for regimen in plan.regimens],
        "steps": _in_words(steps, collected),
        "steps_without_dose": undosed,
        "supply": collected,
        "days_supply": plan.days,
        "fills": _fills(plan, from_day),
        "fill_days": plan.fill_days,
        "reassessments": [
            {"day": item.day, "date": item.date.isoformat(), "what": item.what, "source": source(item.source)}
            for item in plan.reassessments
        ],
        "advice": _advice(plan, formulary),
        "ceilings": [_ceiling(ceiling) for ceiling in plan.ceilings],
        "floor": _floor(plan.floor) if plan.floor is not None else None,
        "guidance": [_guidance(item) for item in plan.guidance],
        "factors": _factors(plan),
        "check": check,
        "revises": plan.revised.plan if plan.revised is not None else None,
        "series": plan.revised.series if plan.revised is not None else number,
        "revision": _revision(plan),
        "request": request,
        "formulary": check["formulary"],
    }


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


def _protocol(plan: Plan) -> dict[str, object] | None:
    known = plan.protocol
    if known is None:
        return None
    return {
        "id": known.id,
        "title": known.title,
        "layer": known.layer.value,
        "source": source(known.source, known.evidence.value),
    }


def _chosen(item: Chosen) -> dict[str, object]:
    return {
        "field": item.field,
        "value": quantity(item.value) if isinstance(item.value, Quantity) else item.value,
        "why": item.why,
        "source": source(item.source) if item.source is not None else None,
    }


def _steps(plan: Plan, from_day: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The steps of all drugs in the order of their days, numbered anew; and those on whose days no dose falls.

    A revision may part a step so that its doses all lie on one side. The other side has no place on paper, and is kept
    apart so that the plan can be put together again.
    """
    rows = [
        (part.first, place, step.number, regimen, part)
        for place, regimen in enumerate(plan.regimens)
        for step in regimen.steps
        for part in _parted(step, from_day)
    ]
    rows.sort(key=lambda row: row[:3])
    numbers = {True: count(1), False: count(1)}
    steps: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    for *_, regimen, step in rows:
        dosed = any(step.dose_days(plan.start_date))
        steps[dosed].append(_step(plan, regimen, step, next(numbers[dosed]), from_day))
    return steps[True], steps[False]


def _parted(step: RegimenStep, from_day: int) -> Iterator[RegimenStep]:
    """A step in the part that is gone when a plan is revised and the part that is still to come."""
    if step.first < from_day <= step.last:
        yield replace(step, last=from_day - 1)
        yield replace(step, first=from_day)
    else:
        yield step


def _in_words(steps: list[dict[str, object]], collected: list[dict[str, object]]) -> list[dict[str, object]]:
    """The steps with their sentences, which are made from what is sent, so that they say its numbers and no others."""
    sent = json.loads(encode({"steps": steps, "supply": collected}), parse_float=Decimal)
    return [{**step, **words_of_step} for step, words_of_step in zip(steps, step_words(sent), strict=True)]


def _step(plan: Plan, regimen: Regimen, step: RegimenStep, number: int, from_day: int) -> dict[str, object]:
    weekly = step.weekly
    return {
        "number": number,
        "from_day": step.first,
        "to_day": step.last,
        "from_date": (plan.start_date + timedelta(days=step.first - 1)).isoformat(),
        "to_date": (plan.start_date + timedelta(days=step.last - 1)).isoformat(),
        "drug": regimen.drug,
        "doses": [_dose(dose) for dose in step.doses],
        "on_days": _on_days(step.pattern),
        "daily_dose": quantity(step.daily) if weekly is None else None,
        "weekly_dose": quantity(weekly) if weekly is not None else None,
        "as_needed": step.as_needed,
        "interval": quantity(step.interval) if step.interval is not None else None,
        "max_per_day": quantity(step.max_per_day) if step.max_per_day is not None else None,
        "past": step.last < from_day,
    }


def _dose(dose: Dose) -> dict[str, object]:
    return {
        "when": dose.when,
        "amount": quantity(dose.amount),
        "pieces": [_pieces(pieces) for pieces in dose.pieces],
    }


def _on_days(pattern: Pattern) -> object:
    match pattern:
        case OnWeekdays(weekdays=named):
            return list(named)
        case EveryDays(every=every, first=first):
            return {"every": every, "first": first}
        case _:
            return None


def _fills(plan: Plan, from_day: int) -> list[dict[str, object]]:
    return [
        {
            "number": fill.number,
            "from_day": fill.first,
            "to_day": fill.last,
            "from_date": (plan.start_date + timedelta(days=fill.first - 1)).isoformat(),
            "to_date": (plan.start_date + timedelta(days=fill.last - 1)).isoformat(),
            "days_supply": fill.last - fill.first + 1,
            "supply": [_collected(item) for item in fill.collected],
        }
        for fill in fills(plan.regimens, plan.start_date, from_day, plan.fill_days)
    ]


def _collected(item: Collected) -> dict[str, object]:
    return {"drug": item.drug, **_pieces(item.pieces)}


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
    age = patient.age_on(plan.start_date)
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


def _current_unknown(plan: Plan, drug: str | None) -> list[dict[str, object]] | None:
    """What was taken until now, where only its name is known."""
    if drug is None or any(regimen.drug == drug for regimen in plan.regimens):
        return None
    return [{"drug": drug, "daily_dose": None, "weekly_dose": None, "doses": [], "taken_for": None}]


def _current(known: Current) -> dict[str, object]:
    weekly = known.total.unit.code == "mg/wk"
    return {
        "drug": known.drug,
        "daily_dose": None if weekly else quantity(known.total),
        "weekly_dose": quantity(known.total) if weekly else None,
        "doses": [{"when": when, "amount": quantity(amount)} for when, amount in known.doses],
        "taken_for": quantity(known.taken_for) if known.taken_for is not None else None,
    }


def _advice(plan: Plan, formulary: Formulary) -> list[dict[str, object]]:
    """The protocol's advice, what holds for every plan, and the signs to call about."""
    every = [code for code in formulary.advice if code.startswith(CALL_NOW)]
    # What a drug's own source says of missed doses stands in place of what holds for most.
    own = any(code.startswith(f"{MISSED_DOSE}-") for code in plan.advice)
    codes = dict.fromkeys([*plan.advice, *(() if own else (MISSED_DOSE,)), *every])
    if own:
        codes.pop(MISSED_DOSE, None)
    return [
        {"code": code, "text": known.text, "source": source(known.source, known.evidence.value)}
        for code in codes
        if (known := formulary.advice.get(code)) is not None
    ]


def _ceiling(ceiling: Ceiling) -> dict[str, object]:
    """The limit line: the lowest daily limit that is known to bind for this patient."""
    rule = ceiling.rule
    return {
        "drug": ceiling.drug,
        "limit": quantity(ceiling.limit),
        "why": f"The most for this patient is {words(ceiling.limit)}.",
        "rule": rule.id,
        "source": source(rule.source, rule.evidence.value),
    }


def _floor(floor: Floor) -> dict[str, object]:
    return {
        "drug": floor.drug,
        "daily_dose": quantity(floor.dose),
        "next_lower": quantity(floor.next_lower) if floor.next_lower is not None else None,
        "why": floor.why,
        "options": [
            {"code": way.code, "text": way.text, "source": source(way.source) if way.source is not None else None}
            for way in floor.ways
        ],
    }


def _guidance(item: Guidance) -> dict[str, object]:
    return {
        "rule": item.rule.id,
        "layer": item.layer.value,
        "taper_needed": item.taper_needed,
        "message": item.message,
        "source": source(item.rule.source, item.rule.evidence.value),
    }


def _factors(plan: Plan) -> dict[str, list[dict[str, object]]]:
    """By total: how much one unit of each drug counts for in it."""
    counted = {
        name: dict(pair for stretch in stretches for pair in stretch.factors)
        for name, stretches in plan.screening.totals.items()
    }
    return {
        name: [{"drug": drug, "factor": number(factor)} for drug, factor in drugs.items()]
        for name, drugs in counted.items()
        if drugs
    }


def _revision(plan: Plan) -> dict[str, object] | None:
    revised = plan.revised
    if revised is None:
        return None
    return {
        "action": revised.action,
        "from_day": revised.from_day,
        "from_date": (plan.start_date + timedelta(days=revised.from_day - 1)).isoformat(),
        "days": revised.days,
        "missed_days": revised.missed_days,
        "why": revised.why,
    }
