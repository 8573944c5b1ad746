"""A stored schedule read back: the plan that a revision goes on from.

Its days are taken from what was stored and not planned anew: the formulary may have changed since, days that are gone
must not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.planning import Stored, Wanted
from api.reading import NumberLiteral
from api.schemas.base import NamesAtHand
from api.schemas.schedule import TitrationSchema
from api.schemas.tapers import SwitchSchema, TaperSchema
from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary, Product, Protocol, Taper
from dosing.products import Pieces, unit_amount
from dosing.screening import screen
from dosing.units import Quantity, read_unit
from schedules.phases import phases_of, regimens_of
from schedules.plan import Chosen, Current, Floor, Plan, Reassessed, Revised, Way
from schedules.regimen import Dose, EveryDays, OnWeekdays, Pattern, Regimen, RegimenStep

SCHEMAS = {"titration": TitrationSchema, "taper": TaperSchema, "switch": SwitchSchema}


def read_stored(text: str, names: NamesAtHand) -> Stored:
    """The plan of a stored schedule's JSON. LookupError where the formulary no longer knows what it is made of."""
    body: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    asked = json.loads(text, parse_float=NumberLiteral, parse_int=NumberLiteral)["request"]
    wanted: Wanted = SCHEMAS[body["kind"]](names).load(asked)
    formulary = names().formulary
    monograph = formulary.monographs[body["drug"]]
    start = date.fromisoformat(body["start_date"])
    regimens = _regimens(body, formulary)
    patient = wanted.request.patient
    return Stored(
        str(body["id"]),
        Plan(
            kind=body["kind"],
            title=body["title"],
            monograph=monograph,
            protocol=_protocol(body, wanted, formulary),
            indication=body["indication"],
            patient=patient,
            start_date=start,
            regimens=regimens,
            fill_days=body["fill_days"],
            target=_quantity(body["target"]) if body["target"] is not None else None,
            target_reached=body["target_reached"],
            chosen=tuple(_chosen(row) for row in body["chosen"]),
            reassessments=tuple(
                Reassessed(row["day"], date.fromisoformat(row["date"]), row["what"], _source(row["source"]))
                for row in body["reassessments"]
            ),
            advice=tuple(row["code"] for row in body["advice"]),
            # Nothing is ordered here: the new plan is judged as a whole when it is made.
            screening=screen((), patient, formulary, start),
            current=tuple(_current(row) for row in body["current"] or () if _has_a_dose(row)),
            floor=_floor(body["floor"]) if body["floor"] is not None else None,
            revised=_revised(body),
        ),
        wanted,
        asked,
    )


def _regimens(body: Mapping[str, Any], formulary: Formulary) -> tuple[Regimen, ...]:
    """The steps of each drug, those that a revision parted put together again."""
    parted = []
    stored = sorted((*body["steps"], *body.get("steps_without_dose", ())), key=_in_turn)
    for known in body["drugs"]:
        rows = [row for row in stored if row["drug"] == known["drug"]]
        steps = tuple(_step(row, number, formulary) for number, row in enumerate(rows, 1))
        parted.append(Regimen(known["drug"], known["form"], steps, known["ends"]))
    whole = regimens_of(phases_of(parted), parted, ends=False)
    return tuple(
        Regimen(regimen.drug, regimen.form, regimen.steps, known.ends)
        for regimen, known in zip(whole, parted, strict=True)
    )


def _in_turn(row: Mapping[str, Any]) -> tuple[int, int]:
    """Steps in the order of their days; those that take turns, the one that begins first before the other."""
    on_days = row["on_days"]
    return row["from_day"], on_days["first"] if isinstance(on_days, Mapping) else 0


def _step(row: Mapping[str, Any], number: int, formulary: Formulary) -> RegimenStep:
    products = formulary.monographs[row["drug"]].products
    return RegimenStep(
        number,
        row["from_day"],
        row["to_day"],
        tuple(
            Dose(
                dose["when"],
                _quantity(dose["amount"]),
                tuple(Pieces(_product(piece, products), Fraction(piece["count"])) for piece in dose["pieces"]),
            )
            for dose in row["doses"]
        ),
        _quantity(row["interval"]) if row["interval"] is not None else None,
        _quantity(row["max_per_day"]) if row["max_per_day"] is not None else None,
        _pattern(row["on_days"]),
    )


def _product(piece: Mapping[str, Any], products: Sequence[Product]) -> Product:
    """The formulary's product of a piece. LookupError where it is gone."""
    strength = _quantity(piece["strength"])
    for product in products:
        if product.form != piece["form"]:
            continue
        same = (
            unit_amount(product) == strength.amount("mg/mL")
            if piece["unit"] == "mL"
            else product.volume is None and product.strength == strength
        )
        if same:
            return product
    raise LookupError(f"no product: {strength} {piece['form']}")


def _pattern(on_days: Any) -> Pattern:
    if on_days is None:
        return None
    if isinstance(on_days, Mapping):
        return EveryDays(on_days["every"], on_days["first"])
    return OnWeekdays(tuple(on_days))


def _protocol(body: Mapping[str, Any], wanted: Wanted, formulary: Formulary) -> Protocol | Taper | None:
    """The protocol of a plan: the formulary's of that name, or the prescriber's own in the request."""
    own = getattr(wanted.request, "protocol", None) or getattr(wanted.request, "taper", None)
    if isinstance(own, Protocol | Taper):
        return own
    named, monograph = body["protocol"], formulary.monographs[body["drug"]]
    known: tuple[Protocol | Taper, ...] = monograph.tapers if body["kind"] == "taper" else monograph.protocols
    return next((protocol for protocol in known if named is not None and protocol.id == named["id"]), None)


def _quantity(value: Mapping[str, Any]) -> Quantity:
    return Quantity(Fraction(value["value"]), read_unit(value["unit"]))


def _source(row: Mapping[str, Any]) -> Source:
    return Source(row["id"], row["title"], row["section"], row["year"], row["url"])


def _has_a_dose(row: Mapping[str, Any]) -> bool:
    """A drug that only its name is known of says nothing about a dose of now."""
    return row["daily_dose"] is not None or row["weekly_dose"] is not None


def _chosen(row: Mapping[str, Any]) -> Chosen:
    value = row["value"]
    told = _quantity(value) if isinstance(value, Mapping) else str(value)
    return Chosen(row["field"], told, row["why"], _source(row["source"]) if row["source"] is not None else None)


def _current(row: Mapping[str, Any]) -> Current:
    total = row["daily_dose"] if row["daily_dose"] is not None else row["weekly_dose"]
    taken = _quantity(row["taken_for"]) if row["taken_for"] is not None else None
    doses = tuple((dose["when"], _quantity(dose["amount"])) for dose in row["doses"])
    return Current(row["drug"], _quantity(total), doses, taken)


def _floor(row: Mapping[str, Any]) -> Floor:
    ways = tuple(
        Way(way["code"], way["text"], _source(way["source"]) if way["source"] is not None else None)
        for way in row["options"]
    )
    lower = _quantity(row["next_lower"]) if row["next_lower"] is not None else None
    return Floor(row["drug"], _quantity(row["daily_dose"]), lower, row["why"], ways)


def _revised(body: Mapping[str, Any]) -> Revised | None:
    row = body["revision"]
    if row is None:
        return None
    return Revised(
        body["revises"], body["series"], row["action"], row["from_day"], row["days"], row["missed_days"], row["why"]
    )
