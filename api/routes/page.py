"""The plain page: a form that works without scripts, and the prescriber's view of the plan that it made.

A person reads here what a program reads at /v1: the form becomes the same JSON object, goes through the same schema
and planner, and the answer is the stored schedule in the words of the printed sheet. Facts about a patient come in a
POST and stand in no address; an address holds a drug, a protocol, or the random number of a schedule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from markupsafe import Markup
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api.error_handlers import RETRY_AFTER
from api.errors import Fault, Problem, faults_from_marshmallow
from api.json_text import encode
from api.plan_form import LABELS, LARGEST_FORM, by_field, preset, read_fields, request_of, typed
from api.planning import planned
from api.routes import refuse_unknown_query
from api.routes.schedules import TITRATION
from api.services import Services, services_of, today
from api.store import STORE, Store, StoreUnavailable, schedule_to_store
from dosing.formulary.model import Formulary, Monograph, Protocol, Term
from dosing.units import Quantity, words
from schedules.formats.citations import source_words
from schedules.formats.contents import NEEDS, contents
from schedules.formats.dates import full, read_date
from schedules.formats.prescriber import NOT_GIVEN, value_words
from schedules.formats.rows import Row
from schedules.formats.sheet import Sheet
from schedules.formats.wording import amount, capitalised, quantity_of, tall_man, tied

PRESET_PARAMETERS = ("drug", "protocol")

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def home() -> Response:
    """What this is, and the form: empty, or filled from a protocol that the address names."""
    services = services_of(current_app.extensions)
    asked = _preset_parameters()
    if not asked:
        return _form(services, {"start_date": today().isoformat()})
    drug = services.names.drugs.find(asked.get("drug", ""))
    monograph = services.formulary.monographs.get(drug or "")
    if monograph is None or not monograph.protocols:
        detail = "No cited protocol raises this drug." if drug else "This drug is not in the formulary."
        return _form(services, asked, Problem.of([Fault("/drug", "unknown-drug", detail, "Choose one of the list.")]))
    wanted = asked.get("protocol")
    protocol = next((known for known in monograph.protocols if known.id == wanted), None)
    if wanted is not None and protocol is None:
        detail = f"{monograph.drug} has no protocol of this name."
        problem = Problem.of([Fault("/protocol", "unknown-protocol", detail, "Choose one of the list.")])
        return _form(services, asked, problem)
    filled = preset(monograph, protocol or _default_protocol(monograph))
    return _form(services, filled | {"start_date": today().isoformat()})


@blueprint.post("/plan")
def make() -> AnyResponse:
    """Plan, check and store what the form asks; or show the form again with what is wrong with it."""
    _refuse_foreign_pages()
    refuse_unknown_query()
    fields = read_fields(request.content_type, _posted_bytes())
    services = services_of(current_app.extensions)
    asked, faults = request_of(fields)
    wanted = None
    try:
        wanted = TITRATION.load(asked)
    except ValidationError as error:
        faults += faults_from_marshmallow(error, TITRATION)
    try:
        if wanted is None or faults:
            raise Problem.of(faults)
        schedule = planned(services, wanted, asked)
    except Problem as problem:
        return _form(services, fields, problem)
    number = str(schedule["id"])
    stored = schedule_to_store(
        id=number, kind="titration", body=encode(schedule).decode(), formulary_version=services.formulary.version
    )
    _store().put_schedule(stored, None, None)
    return _see_other(f"/plan/{number}")


@blueprint.get("/plan")
def form_again() -> AnyResponse:
    """Whoever opens the address that the form is sent to is looking for the form."""
    refuse_unknown_query()
    return _see_other("/")


@blueprint.get("/plan/<string:number>")
def show(number: str) -> Response:
    """The prescriber's view of a stored schedule."""
    refuse_unknown_query()
    stored = _store().get_schedule(number)
    if stored is None:
        raise Problem("not-found", "There is no plan of this number.")
    plan: Mapping[str, Any] = json.loads(stored.body, parse_float=Decimal)
    sheet = contents(plan, Sheet(number=number))
    return _page(
        render_template(
            "plan.html",
            page=sheet,
            words=sheet.prescriber,
            verdict=plan["check"]["verdict"],
            # The only markup that is not the template's: our own drawing, which escapes every word it holds.
            drawing=Markup(sheet.curve.svg) if sheet.curve else "",
            target=amount(plan["target"]) if plan.get("target") else "",
            ceiling=_ceiling(plan),
            merged=[_merged(finding) for finding in plan["check"]["findings"]],
            facts=_facts(plan, sheet.prescriber.facts),
            as_of=full(read_date(plan["start_date"])),
            drug=plan["drug"],
            drug_words=tall_man(plan["drug"]),
            signed_off=plan["formulary"]["signed_off"],
        )
    )


@blueprint.errorhandler(Problem)
def refused(problem: Problem) -> Response:
    """What cannot be shown in the form, as a page of its own."""
    return _page(render_template("refused.html", problem=problem), problem.status, dict(problem.headers))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Response:
    """More than anybody types."""
    return refused(Problem("too-large", f"The form is larger than {LARGEST_FORM // 1024} KiB."))


@blueprint.errorhandler(StoreUnavailable)
def store_unavailable(_: StoreUnavailable) -> Response:
    """A plan that cannot be stored is not shown: nobody could print it again."""
    detail = "The store cannot be reached. Nothing was stored, not even in part."
    return refused(Problem("unavailable", detail, headers=(RETRY_AFTER,)))


def _form(services: Services, fields: Mapping[str, str], problem: Problem | None = None) -> Response:
    """The form with what was typed, and beside each field what is wrong with it."""
    formulary = services.formulary
    monograph = formulary.monographs.get(services.names.drugs.find(fields.get("drug", "")) or "")
    protocol = _protocol_of(monograph, fields.get("protocol"))
    faults, told = _faults(problem) if problem is not None else ({}, {})
    planned_drugs = [known for known in formulary.monographs.values() if known.protocols]
    forms = monograph.forms if monograph else dict.fromkeys(form for known in planned_drugs for form in known.forms)
    return _page(
        render_template(
            "home.html",
            fields=fields,
            labels=LABELS,
            problem=problem,
            faults=faults,
            told=told,
            formulary=formulary,
            presets=planned_drugs,
            drugs=[(known.drug, tall_man(known.drug)) for known in planned_drugs],
            protocols=[(known.id, tall_man(known.title)) for known in monograph.protocols] if monograph else [],
            forms=[(form, form) for form in forms],
            indications=_indications(formulary, monograph),
            conditions=_titles(formulary.conditions.values()),
            allergies=_titles(formulary.allergies.values()),
            start_range=_range(protocol.start_low, protocol.start_high) if protocol else "",
            target_range=_range(protocol.maintenance_low, protocol.maintenance_high) if protocol else "",
            tall_man=tall_man,
        ),
        problem.status if problem is not None else 200,
    )


def _faults(problem: Problem) -> tuple[dict[str, list[Fault]], dict[str, Any]]:
    """The faults by field, and what a refused plan tells besides: findings, and targets that can be had."""
    told: dict[str, Any] = json.loads(encode(problem.extra), parse_float=Decimal)
    findings = [*told.get("findings", ()), *([told["binding_limit"]] if told.get("binding_limit") else ())]
    nearest = told.get("nearest_target")
    offered = [nearest] if nearest else told.get("nearest", [])
    about_target = "nearest_target" in told or "nearest" in told
    faults = problem.faults or (Fault("/target" if about_target else "", problem.code, problem.detail),)
    shown = {
        "findings": [(tied(row["message"]), row["rule"], source_words(row["source"])) for row in findings],
        # A rounded amount is not the one that can be had.
        "targets": [(typed("target", quantity_of(row)), amount(row)) for row in offered if not row.get("rounded")],
    }
    return by_field(faults), shown


def _protocol_of(monograph: Monograph | None, wanted: str | None) -> Protocol | None:
    if monograph is None or not monograph.protocols:
        return None
    return next((known for known in monograph.protocols if known.id == wanted), _default_protocol(monograph))


def _default_protocol(monograph: Monograph) -> Protocol:
    return next((known for known in monograph.protocols if known.default), monograph.protocols[0])


def _range(low: Quantity, high: Quantity) -> str:
    return tied(words(low) if low == high else f"{words(low)} to {words(high)}")


def _indications(formulary: Formulary, monograph: Monograph | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Indications in groups: first those that a protocol of the drug is for."""
    named = {name for known in monograph.protocols for name in known.indications} if monograph else set[str]()
    first = [term for term in formulary.indications.values() if term.name in named]
    others = [term for term in formulary.indications.values() if term.name not in named]
    groups = [("A protocol is for it", _titles(first))] if first else []
    return [*groups, ("All others" if first else "Indications", _titles(others))]


def _titles(terms: Iterable[Term]) -> list[tuple[str, str]]:
    return sorted(((term.name, term.title) for term in terms), key=lambda named: named[1].lower())


def _ceiling(plan: Mapping[str, Any]) -> str:
    """What the limit line is, and who says so."""
    ceiling = plan.get("ceiling")
    return f"{tied(ceiling['why'])} {source_words(ceiling['source'])}" if ceiling else ""


def _merged(finding: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Weaker findings of the same cause, under the one that counts."""
    return [
        (tall_man(tied(weaker["message"])), weaker["rule"] or weaker["code"], source_words(weaker["source"]))
        for weaker in finding["merged"]
    ]


def _facts(plan: Mapping[str, Any], facts: Iterable[Row]) -> list[Row]:
    """The sheet's facts, what the clearance was computed from, and every fact that a rule missed."""
    rows = list(facts)
    clearance = plan["check"]["measures"].get("creatinine_clearance") or {}
    if clearance.get("inputs") and clearance.get("formula") != "stated":
        rows.append(Row("Clearance computed from", value_words(clearance["inputs"])))
    shown = {row.label for row in rows}
    needs = dict.fromkeys(need for row in plan["check"]["not_checked"] for need in row["needs"])
    known = plan.get("patient") or {}
    missing = [capitalised(NEEDS.get(need, need.replace("_", " "))) for need in needs if need not in known]
    return rows + [Row(label, NOT_GIVEN) for label in missing if label not in shown]


def _preset_parameters() -> dict[str, str]:
    """What an address may say; a Problem for anything else, and for what stands twice."""
    faults = [
        Fault("", "unknown-field", "Only a drug and a protocol stand in this address.", parameter=name)
        for name in request.args
        if name not in PRESET_PARAMETERS
    ]
    faults += [
        Fault("", "duplicate-parameter", "This query parameter stands more than once.", parameter=name)
        for name in PRESET_PARAMETERS
        if len(request.args.getlist(name)) > 1
    ]
    if faults:
        raise Problem.of(faults)
    return request.args.to_dict()


def _refuse_foreign_pages() -> None:
    """A page of another origin must not make plans with this form in somebody's browser.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; what sends neither is no browser.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = site == "same-origin" if site is not None else origin is None or urlsplit(origin).netloc == request.host
    if not own:
        raise Problem("bad-request", "The form was sent from a page of another address.", status=403)


def _posted_bytes() -> bytes:
    """The body, whole. One that comes in chunks is cut off at the limit without a word, so one byte more is read."""
    request.max_content_length = LARGEST_FORM + 1
    body = request.get_data(cache=False)
    if len(body) > LARGEST_FORM:
        raise RequestEntityTooLarge
    return body


def _see_other(address: str) -> AnyResponse:
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page that no cache keeps: it may concern a patient."""
    response = Response(text, status, headers, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _store() -> Store:
    store: Store = current_app.extensions[STORE]
    return store
