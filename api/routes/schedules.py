"""Schedules: planned, checked, stored without names, revised, compared, and read again in every format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint
from marshmallow import Schema

from api.answers.comparisons import comparison_answer
from api.errors import Fault, Problem
from api.json_text import encode
from api.planning import Print, RevisionWanted, Stored, Wanted, planned, revised
from api.routes import asked_object, body, negotiate, query, request_key
from api.schemas.plain import CodeField
from api.schemas.revisions import RevisionSchema
from api.schemas.schedule import TitrationSchema
from api.schemas.stored import read_stored
from api.schemas.tapers import SwitchSchema, TaperSchema
from api.services import Services, services_of
from api.store import STORE, Answer, Store, schedule_to_store
from dosing.names import Names
from schedules.comparison import compare
from schedules.formats import FORMATS, Sheet
from schedules.formats.languages import offered
from schedules.formats.sheet import AUDIENCES, PAPERS

JSON = "application/json"
SUFFIXES = {".json": JSON, **{known.suffix: known.media_type for known in FORMATS.values()}}
BY_MEDIA_TYPE = {known.media_type.partition(";")[0]: known for known in FORMATS.values()}
OFFERED = (JSON, *BY_MEDIA_TYPE)
# How a browser takes what is no page: a PDF is looked at, a table and a calendar are kept.
DOWNLOADED = {".pdf": "inline", ".csv": "attachment", ".ics": "attachment"}

# What has room for names.
PAPER = frozenset({"text/plain", "text/html", "application/pdf"})

blueprint = Blueprint("schedules", __name__, description="Schedules: planned, checked, printed")


class WishesSchema(Schema):
    """What may stand after the question mark when a schedule is made."""

    dry_run = CodeField(("true", "false"), description="true: plan and check, store nothing.")


class PrintingSchema(Schema):
    """What may stand after the question mark when a schedule is read."""

    audience = CodeField(AUDIENCES, description="Whose part of it; left out: all of them.")
    language = CodeField(offered(), description="The language of the patient's sheet.")
    large_print = CodeField(("true", "false"), description="true: letters for weak eyes.")
    paper = CodeField(PAPERS, description="The size of the paper.")


SCHEDULE = {
    "type": "object",
    "description": "The schedule with its steps, pieces, supply, reassessments, advice and check.",
    "required": ["id", "kind", "drug", "protocol", "start_date", "steps", "supply", "check", "formulary"],
}
# What stands beside the JSON in a response of the OpenAPI document: the same schedule in the other formats.
WRITTEN: dict[str, object] = {
    known.media_type.partition(";")[0]: {"schema": {"type": "string", "description": f"By Accept, or {known.suffix}."}}
    for known in FORMATS.values()
}
COMPARISON = {
    "type": "object",
    "description": "Two schedules side by side: every date with what either holds, and whether it is the same.",
    "required": ["old", "new", "same", "days"],
}


def _names() -> Names:
    return services_of(current_app.extensions).names


TITRATION = TitrationSchema(_names)
TAPER = TaperSchema(_names)
SWITCH = SwitchSchema(_names)
REVISION = RevisionSchema(_names)
_DRY = "With dry_run=true: the same, and nothing is stored"


@blueprint.route("/v1/schedules/titration", methods=["POST"])
@blueprint.response(201, SCHEDULE)
@blueprint.alt_response(200, schema=SCHEDULE, description=_DRY)
@blueprint.doc(responses={200: {"content": WRITTEN}, 201: {"content": WRITTEN}})
@query(WishesSchema())
@body(TITRATION)
def titration(wanted: Wanted, wishes: dict[str, str]) -> Response:
    """Plan a way up from a cited protocol or your own; the plan is checked before anyone sees it."""
    return _made(wanted, wishes)


@blueprint.route("/v1/schedules/taper", methods=["POST"])
@blueprint.response(201, SCHEDULE)
@blueprint.alt_response(200, schema=SCHEDULE, description=_DRY)
@blueprint.doc(responses={200: {"content": WRITTEN}, 201: {"content": WRITTEN}})
@query(WishesSchema())
@body(TAPER)
def taper(wanted: Wanted, wishes: dict[str, str]) -> Response:
    """Plan a way down from what is taken now, to a lower dose or a stop."""
    return _made(wanted, wishes)


@blueprint.route("/v1/schedules/switch", methods=["POST"])
@blueprint.response(201, SCHEDULE)
@blueprint.alt_response(200, schema=SCHEDULE, description=_DRY)
@blueprint.doc(responses={200: {"content": WRITTEN}, 201: {"content": WRITTEN}})
@query(WishesSchema())
@body(SWITCH)
def switch(wanted: Wanted, wishes: dict[str, str]) -> Response:
    """Plan a change from one drug to another, screened on every day of both."""
    return _made(wanted, wishes)


@blueprint.route("/v1/schedules/<string:number>/revisions", methods=["POST"])
@blueprint.response(201, SCHEDULE)
@blueprint.alt_response(200, schema=SCHEDULE, description=_DRY)
@blueprint.doc(responses={200: {"content": WRITTEN}, 201: {"content": WRITTEN}})
@query(WishesSchema())
@body(REVISION)
def revision(wanted: RevisionWanted, wishes: dict[str, str], number: str) -> Response:
    """Change a plan from one of its days on. The answer is a new schedule; the old one stays as it is."""
    services = services_of(current_app.extensions)
    return _answered(wanted.print, wishes, lambda: revised(services, stored_plan(number), wanted, asked_object()))


@blueprint.route("/v1/schedules/<string:number>", methods=["GET"])
@blueprint.response(200, SCHEDULE)
@blueprint.doc(responses={200: {"content": WRITTEN}})
@query(PrintingSchema())
def read(wishes: dict[str, str], number: str) -> Response:
    """A stored schedule, by Accept or by suffix: .json .html .pdf .txt .csv .ics. Names stand on none of them."""
    number, dot, suffix = number.partition(".")
    if dot and f".{suffix}" not in SUFFIXES:
        raise Problem("not-found", f"Schedules are read as {', '.join(SUFFIXES)}.")
    media_type = SUFFIXES[f".{suffix}"].partition(";")[0] if dot else negotiate(*OFFERED)
    stored = body_of(number)
    sheet = Sheet(
        number=number,
        audience=wishes.get("audience", ""),
        language=wishes.get("language", "en"),
        large_print=wishes.get("large_print") == "true",
        paper=wishes.get("paper", "letter"),
        address=address_of(number),
        digest=digest_of(stored),
    )
    return rendered(stored, 200, media_type, sheet)


@blueprint.route("/v1/schedules/<string:number>/comparison/<string:other>", methods=["GET"])
@blueprint.response(200, COMPARISON)
def comparison(number: str, other: str) -> Response:
    """Two stored schedules, day by day."""
    days = compare(stored_plan(number).plan, stored_plan(other).plan)
    return Response(encode(comparison_answer(number, other, days)), 200, content_type=JSON)


def _made(wanted: Wanted, wishes: Mapping[str, str]) -> Response:
    services = services_of(current_app.extensions)
    return _answered(wanted.print, wishes, lambda: planned(services, wanted, asked_object()))


def _answered(names: Print | None, wishes: Mapping[str, str], make: Callable[[], dict[str, object]]) -> Response:
    """The answer to a request for a plan: made and stored, or made only; or what the same request made before."""
    media_type = negotiate(*OFFERED)
    _usable_print(names, media_type)
    if wishes.get("dry_run") == "true":
        return _written(encode(make()).decode(), 200, media_type, names)
    earlier = _earlier()
    if earlier is None:
        earlier = _stored(services_of(current_app.extensions), make())
    return _answer(earlier, 201, media_type, names)


def _usable_print(names: Print | None, media_type: str) -> None:
    """Refuse names for a paper that nobody asked for. A table and a calendar hold none, but have a language."""
    if names is None or media_type in PAPER:
        return
    if media_type == JSON or any((names.patient_name, names.prescriber, names.phone)):
        detail = f"print is for a page or a PDF; this answer is {media_type}."
        raise Problem.of([Fault("/print", "unusable-field", detail, "Leave it out, or ask for application/pdf.")])


def _store() -> Store:
    store: Store = current_app.extensions[STORE]
    return store


def body_of(number: str) -> str:
    stored = _store().get_schedule(number)
    if stored is None:
        raise Problem("not-found", "There is no schedule of this number.")
    return stored.body


def stored_plan(number: str) -> Stored:
    """A stored schedule as the plan that it is."""
    try:
        return read_stored(body_of(number), _names)
    except LookupError as error:
        detail = "The formulary no longer knows a drug or a product of this schedule. Make a new plan."
        raise Problem("formulary-changed", detail) from error


def address_of(number: str) -> str:
    """Where a schedule is kept, as the request reached the service."""
    return f"{request.host_url}v1/schedules/{number}"


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
    """A schedule as it answers the request that made it; one that is not stored has no address."""
    sheet = Sheet()
    if number:
        sheet = Sheet(number=number, address=address_of(number), digest=digest_of(text))
    if names is not None:
        sheet = replace(
            sheet,
            patient_name=names.patient_name,
            prescriber=names.prescriber,
            phone=names.phone,
            language=names.language,
            large_print=names.large_print,
            paper=names.paper,
        )
    return rendered(text, status, media_type, sheet)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rendered(text: str, status: int, media_type: str, sheet: Sheet) -> Response:
    """A schedule's JSON text in a media type; numbers stay exact on the way to paper."""
    if media_type == JSON:
        return Response(text, status, content_type=JSON)
    form = BY_MEDIA_TYPE[media_type]
    schedule: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    response = Response(form.render(schedule, sheet), status, content_type=form.media_type)
    if form.suffix in DOWNLOADED:
        name = f"{schedule['drug']}-{schedule['start_date']}{form.suffix}".replace("/", "-").replace(" ", "-")
        response.headers["Content-Disposition"] = f'{DOWNLOADED[form.suffix]}; filename="{name}"'
    return response
