"""The page: forms that work without scripts, one for each kind of plan.

A person reads here what a program reads at /v1: a form becomes the same JSON object, goes through the same schema and
planner, and the answer is the stored schedule (`plan_page`). Facts about a patient come in a POST and stand in no
address; an address holds drugs, a protocol, or the random number of a schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api.error_handlers import RETRY_AFTER
from api.errors import Fault, Problem, faults_from_marshmallow
from api.forms import fields as form_fields
from api.forms import switch, taper, titration
from api.forms.choices import (
    Offer,
    default_protocol,
    drug_named,
    lowered,
    raised,
    switch_offer,
    taper_offer,
    titration_offer,
)
from api.forms.fields import Form, joined
from api.forms.posted import LARGEST_FORM
from api.planning import planned
from api.routes import refuse_unknown_query
from api.routes.page_answers import form_page, page, posted_fields, see_other, stored
from api.routes.schedules import SWITCH, TAPER, TITRATION
from api.schemas.base import NamingSchema
from api.services import Services, services_of, today
from api.store import StoreUnavailable
from dosing.names import Names

blueprint = Blueprint("page", __name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of plan that is made with a form: how the form is read, what it offers, what may stand in its address."""

    form: Form
    address: str
    schema: NamingSchema
    read: Callable[[Mapping[str, str]], tuple[dict[str, object], list[Fault]]]
    offer: Callable[[Names, Mapping[str, str]], Offer]
    presets: tuple[str, ...]
    template: str = "task.html"


def _titration_request(fields: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    return form_fields.request_of(titration.FORM, fields)


_TITRATION = Task(
    titration.FORM, "/plan", TITRATION, _titration_request, titration_offer, ("drug", "protocol"), "home.html"
)
_TAPER = Task(taper.FORM, "/taper", TAPER, taper.request_of, taper_offer, ("drug", "protocol"))
_SWITCH = Task(switch.FORM, "/switch", SWITCH, switch.request_of, switch_offer, ("from", "to"))


@blueprint.get("/")
def home() -> Response:
    """What this is, and the form of a titration: empty, or filled from a protocol that the address names."""
    services = _services()
    asked = _preset_parameters(_TITRATION.presets)
    if not asked:
        return _form(_TITRATION, {"start_date": today().isoformat()})
    monograph = drug_named(services.names, asked.get("drug", ""))
    if monograph is None or not monograph.protocols:
        return _form(_TITRATION, asked, _unknown_drug(services, asked, "drug", "raises"))
    wanted = asked.get("protocol")
    protocol = next((known for known in monograph.protocols if known.id == wanted), None)
    if wanted is not None and protocol is None:
        return _form(_TITRATION, asked, _unknown_protocol(monograph.drug))
    filled = titration.preset(monograph, protocol or default_protocol(monograph))
    return _form(_TITRATION, filled | {"start_date": today().isoformat()})


@blueprint.get("/taper")
def taper_form() -> Response:
    """The form of a taper: empty, or with the drug and the way down that the address names."""
    services = _services()
    asked = _preset_parameters(_TAPER.presets)
    fields = asked | {"start_date": today().isoformat()}
    if not asked:
        return _form(_TAPER, fields)
    monograph = drug_named(services.names, asked.get("drug", ""))
    if monograph is None or not monograph.tapers:
        return _form(_TAPER, fields, _unknown_drug(services, asked, "drug", "lowers"))
    if "protocol" in asked and asked["protocol"] not in [known.id for known in monograph.tapers]:
        return _form(_TAPER, fields, _unknown_protocol(monograph.drug))
    return _form(_TAPER, fields | {"drug": monograph.drug})


@blueprint.get("/switch")
def switch_form() -> Response:
    """The form of a switch: empty, or with the two drugs that the address names."""
    services = _services()
    asked = _preset_parameters(_SWITCH.presets)
    fields = asked | {"start_date": today().isoformat()}
    for name, spoken in asked.items():
        monograph = drug_named(services.names, spoken)
        if monograph is None or (name == "to" and not monograph.protocols):
            return _form(_SWITCH, fields, _unknown_drug(services, asked, name, "raises"))
        fields[name] = monograph.drug
    return _form(_SWITCH, fields)


@blueprint.post("/plan")
def make() -> AnyResponse:
    """Plan, check and store the titration that the form asks; or show the form again with what is wrong with it."""
    return _made(_TITRATION)


@blueprint.post("/taper")
def make_taper() -> AnyResponse:
    """The same of a taper."""
    return _made(_TAPER)


@blueprint.post("/switch")
def make_switch() -> AnyResponse:
    """The same of a switch."""
    return _made(_SWITCH)


@blueprint.get("/plan")
def open_plan() -> AnyResponse:
    """The plan of a number that was typed; without one, the form that is sent to this address."""
    asked = _preset_parameters(("number",))
    number = asked.get("number", "").strip()
    return see_other(f"/plan/{quote(number, safe='')}" if number else "/")


@blueprint.app_template_filter("lower_first")
def lower_first(text: str) -> str:
    """A title inside a sentence."""
    return text[:1].lower() + text[1:]


@blueprint.errorhandler(Problem)
def refused(problem: Problem) -> Response:
    """What cannot be shown in a form, as a page of its own."""
    return page(render_template("refused.html", problem=problem), problem.status, dict(problem.headers))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Response:
    """More than anybody types."""
    return refused(Problem("too-large", f"The form is larger than {LARGEST_FORM // 1024} KiB."))


@blueprint.errorhandler(StoreUnavailable)
def store_unavailable(_: StoreUnavailable) -> Response:
    """A plan that cannot be stored is not shown: nobody could print it again."""
    detail = "The store cannot be reached. Nothing was stored, not even in part."
    return refused(Problem("unavailable", detail, headers=(RETRY_AFTER,)))


def _made(task: Task) -> AnyResponse:
    refuse_unknown_query()
    fields = posted_fields()
    asked, own = task.read(fields)
    wanted, read = None, []
    try:
        wanted = task.schema.load(asked)
    except ValidationError as error:
        read = faults_from_marshmallow(error, task.schema)
    try:
        faults = joined(task.form, own, read)
        if wanted is None or faults:
            raise Problem.of(faults)
        schedule = planned(_services(), wanted, asked)
    except Problem as problem:
        return _form(task, fields, problem)
    return see_other(f"/plan/{stored(_services(), schedule)}")


def _form(task: Task, fields: Mapping[str, str], problem: Problem | None = None) -> Response:
    """The form with what was typed, and beside each field what is wrong with it."""
    services = _services()
    offer = task.offer(services.names, fields)
    known = drug_named(services.names, fields.get("drug", ""))
    more: dict[str, Any] = {"raised": raised, "lowered": lowered, "known": known, "formulary": services.formulary}
    return form_page(task.template, task.form, task.address, offer, fields, problem, more)


def _unknown_drug(services: Services, asked: Mapping[str, str], field: str, verb: str) -> Problem:
    known = services.names.drugs.find(asked.get(field, ""))
    detail = f"No cited protocol {verb} this drug." if known else "This drug is not in the formulary."
    pointer = "/drug" if field == "drug" else f"/{field}/drug"
    return Problem.of([Fault(pointer, "unknown-drug", detail, "Choose one of the list.")])


def _unknown_protocol(drug: str) -> Problem:
    detail = f"{drug} has no protocol of this name."
    return Problem.of([Fault("/protocol", "unknown-protocol", detail, "Choose one of the list.")])


def _preset_parameters(known: tuple[str, ...]) -> dict[str, str]:
    """What an address may say; a Problem for anything else, and for what stands twice."""
    faults = [
        Fault("", "unknown-field", f"Only {' and '.join(known)} may stand in this address.", parameter=name)
        for name in request.args
        if name not in known
    ]
    faults += [
        Fault("", "duplicate-parameter", "This query parameter stands more than once.", parameter=name)
        for name in known
        if len(request.args.getlist(name)) > 1
    ]
    if faults:
        raise Problem.of(faults)
    return request.args.to_dict()


def _services() -> Services:
    return services_of(current_app.extensions)
