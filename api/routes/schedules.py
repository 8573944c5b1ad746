"""Schedules: planned, checked, stored without names, and read again in every format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint
from marshmallow import Schema

from api.errors import Fault, Problem
from api.json_text import encode
from api.planning import Print, Wanted, planned
from api.routes import body, negotiate, query, request_key, request_object
from api.schemas.plain import CodeField
from api.schemas.schedule import TitrationSchema
from api.services import Services, services_of
from api.store import STORE, Answer, Store, schedule_to_store
from schedules.formats import FORMATS, Sheet

JSON = "application/json"
SUFFIXES = {".json": JSON, **{known.suffix: known.media_type for known in FORMATS.values()}}
BY_MEDIA_TYPE = {known.media_type.partition(";")[0]: known for known in FORMATS.values()}
OFFERED = (JSON, *BY_MEDIA_TYPE)

blueprint = Blueprint("schedules", __name__, description="Schedules: planned, checked, printed")


class WishesSchema(Schema):
    """What may stand after the question mark when a schedule is made."""

    dry_run = CodeField(("true", "false"), description="true: plan and check, store nothing.")


class PrintingSchema(Schema):
    """What may stand after the question mark when a schedule is read."""

    large_print = CodeField(("true", "false"), description="true: letters for weak eyes.")


SCHEDULE = {
    "type": "object",
    "description": "The schedule with its steps, pieces, supply, reassessments, advice and check.",
    "required": ["id", "kind", "drug", "protocol", "start_date", "steps", "supply", "check", "formulary"],
}


TITRATION = TitrationSchema(lambda: services_of(current_app.extensions).names)


@blueprint.route("/v1/schedules/titration", methods=["POST"])
@blueprint.response(201, SCHEDULE)
@blueprint.alt_response(200, schema=SCHEDULE, description="With dry_run=true: the same, and nothing is stored")
@query(WishesSchema())
@body(TITRATION)
def titration(wanted: Wanted, wishes: dict[str, str]) -> Response:
    """Plan a titration from a cited protocol; the plan is checked before anyone sees it."""
    return _made(wanted, wishes)


@blueprint.route("/v1/schedules/<string:address>", methods=["GET"])
@blueprint.response(200, SCHEDULE)
@query(PrintingSchema())
def read(wishes: dict[str, str], address: str) -> Response:
    """A stored schedule, by Accept or by suffix: .json .html .pdf .txt. Names stand on none of them."""
    number, dot, suffix = address.partition(".")
    if dot and f".{suffix}" not in SUFFIXES:
        raise Problem("not-found", f"Schedules are read as {', '.join(SUFFIXES)}.")
    media_type = SUFFIXES[f".{suffix}"].partition(";")[0] if dot else negotiate(*OFFERED)
    stored = _store().get_schedule(number)
    if stored is None:
        raise Problem("not-found", "There is no schedule of this number.")
    sheet = Sheet(number=number, large_print=wishes.get("large_print") == "true")
    return _rendered(stored.body, 200, media_type, sheet)


def _made(wanted: Wanted, wishes: Mapping[str, str]) -> Response:
    """The answer to a request for a plan: planned and stored, or planned only; or what the same request made before."""
    services, names = services_of(current_app.extensions), wanted.print
    media_type = negotiate(*OFFERED)
    _usable_print(names, media_type)
    if wishes.get("dry_run") == "true":
        schedule = planned(services, wanted, request_object())
        return _written(encode(schedule).decode(), 200, media_type, names)
    earlier = _earlier()
    if earlier is None:
        schedule = planned(services, wanted, request_object())
        earlier = _stored(services, schedule)
    return _answer(earlier, 201, media_type, names)


def _usable_print(names: Print | None, media_type: str) -> None:
    if names is None:
        return
    if media_type == JSON:
        detail = "print is for a page or a PDF; this answer is JSON."
        raise Problem.of([Fault("/print", "unusable-field", detail, "Leave it out, or ask for application/pdf.")])
    if names.language != "en":
        detail = "Sheets are printed in English so far."
        raise Problem.of([Fault("/print/language", "unknown-value", detail, "Write en.")])


def _store() -> Store:
    store: Store = current_app.extensions[STORE]
    return store


def _earlier() -> str | None:
    """The number of the schedule that the same request made before."""
    key = request_key()
    answer = _store().recall(key) if key is not None else None
    return answer.location.rpartition("/")[2] if answer is not None and answer.location is not None else None


def _stored(services: Services, made: Mapping[str, object]) -> str:
    """Store a schedule; the number of the one to answer with, which the same request may have made first."""
    number, revises = str(made["id"]), made["revises"]
    schedule = schedule_to_store(
        id=number,
        kind=str(made["kind"]),
        body=encode(made).decode(),
        formulary_version=services.formulary.version,
        revises=str(revises) if revises is not None else None,
    )
    key = request_key()
    location = f"/v1/schedules/{number}"
    answer = Answer(201, location=location) if key is not None else None
    given = _store().put_schedule(schedule, key, answer)
    return number if given is None or given.location is None else given.location.rpartition("/")[2]


def _answer(number: str, status: int, media_type: str, names: Print | None) -> Response:
    """The stored schedule of a number as the answer to the request that made it."""
    stored = _store().get_schedule(number)
    if stored is None:
        raise Problem("not-found", "The schedule that this request made before is gone.")
    response = _written(stored.body, status, media_type, names, number)
    response.headers["Location"] = f"/v1/schedules/{number}"
    return response


def _written(text: str, status: int, media_type: str, names: Print | None, number: str = "") -> Response:
    if names is None:
        return _rendered(text, status, media_type, Sheet(number=number))
    sheet = Sheet(
        patient_name=names.patient_name,
        prescriber=names.prescriber,
        phone=names.phone,
        large_print=names.large_print,
        number=number,
    )
    return _rendered(text, status, media_type, sheet)


def _rendered(text: str, status: int, media_type: str, sheet: Sheet) -> Response:
    """A schedule's JSON text in a media type; numbers stay exact on the way to paper."""
    if media_type == JSON:
        return Response(text, status, content_type=JSON)
    form = BY_MEDIA_TYPE[media_type]
    schedule: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    response = Response(form.render(schedule, sheet), status, content_type=form.media_type)
    if media_type == "application/pdf":
        name = f"{schedule['drug']}-{schedule['start_date']}.pdf".replace("/", "-")
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
