"""The page of a stored plan: what will be signed, its papers, its changes, and its comparison with another plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api.comparison_view import stretches
from api.errors import Fault, Problem, faults_from_marshmallow
from api.forms import fields as form_fields
from api.forms import printing, revision
from api.forms.choices import printing_offer, revision_offer
from api.forms.fields import joined
from api.plan_view import shown
from api.planning import Print, revised
from api.reading import NumberLiteral
from api.routes import page, refuse_unknown_query
from api.routes.page_answers import form_page, posted_fields, see_other, stored
from api.routes.page_answers import page as answered
from api.routes.schedules import REVISION, address_of, body_of, digest_of, rendered, stored_plan
from api.schemas.printing import PrintSchema
from api.services import Services, services_of
from api.store import StoreUnavailable
from schedules.comparison import compare
from schedules.formats.sheet import AUDIENCES, Sheet

blueprint = Blueprint("plan", __name__)
blueprint.register_error_handler(Problem, page.refused)
blueprint.register_error_handler(RequestEntityTooLarge, page.too_large)
blueprint.register_error_handler(StoreUnavailable, page.store_unavailable)

_PRINT = PrintSchema()
_PDF = "application/pdf"


@blueprint.get("/plan/<string:number>")
def show(number: str) -> Response:
    """The prescriber's view of a stored schedule."""
    refuse_unknown_query()
    plan = _plan(number)

    return answered(render_template("plan.html", **shown(plan, number)))


@blueprint.get("/plan/<string:number>/change")
def change_form(number: str) -> Response:
    """The form of a change of this plan."""
    refuse_unknown_query()
    return _change_form(number, {})


@blueprint.post("/plan/<string:number>/change")
def change(number: str) -> AnyResponse:
    """Make the plan that takes the place of this one; or show the form again with what is wrong with it."""
    refuse_unknown_query()
    fields = posted_fields()
    text = body_of(number)
    asked, own = revision.request_of(fields, json.loads(text, parse_float=NumberLiteral))
    wanted, read = None, []
    try:
        wanted = REVISION.load(asked)
    except ValidationError as error:
        read = faults_from_marshmallow(error, REVISION)
    try:
        faults = joined(revision.FORM, own, read)
        if wanted is None or faults:
            raise Problem.of(_as_written(fields, faults))
        schedule = revised(_services(), stored_plan(number), wanted, asked)
    except Problem as problem:
        return _change_form(number, fields, _problem_as_written(fields, problem))
    return see_other(f"/plan/{stored(_services(), schedule)}")


@blueprint.get("/plan/<string:number>/compare/<string:other>")
def comparison(number: str, other: str) -> Response:
    """This plan beside another one, day by day: only the days that differ."""
    refuse_unknown_query()
    new, old = stored_plan(number), stored_plan(other)
    days = compare(old.plan, new.plan)
    return answered(
        render_template(
            "compare.html",
            number=number,
            other=other,
            replaced=new.plan.revised is not None and new.plan.revised.plan == other,
            rows=stretches(days),
            differing=sum(not day.same for day in days),
            days=len(days),
            title=new.plan.title,
            other_title=old.plan.title,
        )
    )


@blueprint.get("/plan/<string:number>/print")
def print_form(number: str) -> Response:
    """The form for names on the paper."""
    refuse_unknown_query()
    return _print_form(number, {})


@blueprint.post("/plan/<string:number>/print")
def print_with_names(number: str) -> Response:
    """The PDF with the names of the form. They are printed, and neither stored nor logged."""
    refuse_unknown_query()
    fields = posted_fields()
    asked, faults = form_fields.request_of(printing.FORM, fields)
    audience = str(asked.pop("audience", ""))
    if audience not in ("", *AUDIENCES):
        faults.append(Fault("/audience", "unknown-value", "Nobody of this name gets a sheet.", "Choose one."))
    try:
        names: Print = _PRINT.load(asked)
    except ValidationError as error:
        return _print_form(number, fields, Problem.of([*faults, *faults_from_marshmallow(error, _PRINT)]))
    if faults:
        return _print_form(number, fields, Problem.of(faults))
    text = body_of(number)
    sheet = Sheet(
        number=number,
        audience=audience,
        address=address_of(number),
        digest=digest_of(text),
        patient_name=names.patient_name,
        prescriber=names.prescriber,
        phone=names.phone,
        language=names.language,
        large_print=names.large_print,
        paper=names.paper,
    )
    response = rendered(text, 200, _PDF, sheet)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plan(number: str) -> Mapping[str, Any]:
    plan: Mapping[str, Any] = json.loads(body_of(number), parse_float=Decimal)
    return plan


def _change_form(number: str, fields: Mapping[str, str], problem: Problem | None = None) -> Response:
    plan = _plan(number)
    offer = revision_offer(_services().names, fields)
    more = {"number": number, "plan_words": shown(plan, number)}
    return form_page("change.html", revision.FORM, f"/plan/{number}/change", offer, fields, problem, more)


def _print_form(number: str, fields: Mapping[str, str], problem: Problem | None = None) -> Response:
    plan = _plan(number)
    offer = printing_offer(_services().names, fields)
    more = {"number": number, "plan_words": shown(plan, number)}
    return form_page("print.html", printing.FORM, f"/plan/{number}/print", offer, fields, problem, more)


def _as_written(fields: Mapping[str, str], faults: list[Fault]) -> list[Fault]:
    """Faults of the day beside the date, where it was the date that was written."""
    if not fields.get("from_date") or fields.get("from_day"):
        return faults
    return [replace(fault, pointer="/from_date") if fault.pointer == "/from_day" else fault for fault in faults]


def _problem_as_written(fields: Mapping[str, str], problem: Problem) -> Problem:
    if problem.faults:
        return Problem.of(_as_written(fields, list(problem.faults)), status=problem.status)
    return problem


def _services() -> Services:
    return services_of(current_app.extensions)
