"""How every page answers: a form with its faults, what was posted, a plan that is stored; and no cache keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api.errors import Fault, Problem
from api.forms.choices import Offer, offered
from api.forms.fields import Form, by_field, typed
from api.forms.posted import LARGEST_FORM, read_fields
from api.json_text import encode
from api.services import Services
from api.store import STORE, Store, schedule_to_store
from schedules.formats.citations import source_words
from schedules.formats.wording import amount, quantity_of, tall_man, tied


def form_page(
    template: str,
    form: Form,
    address: str,
    offer: Offer,
    fields: Mapping[str, str],
    problem: Problem | None,
    more: Mapping[str, Any],
) -> Response:
    """A form with what was typed, sent to `address`, and beside each field what is wrong with it."""
    faults, told = _faults(form, problem) if problem is not None else ({}, {})
    return page(
        render_template(
            template,
            form=form,
            address=address,
            offer=offered(form, offer),
            fields=fields,
            labels=form.labels,
            problem=problem,
            faults=faults,
            told=told,
            tall_man=tall_man,
            **more,
        ),
        problem.status if problem is not None else 200,
    )


def posted_fields() -> dict[str, str]:
    """The fields that a page of our own sent."""
    _refuse_foreign_pages()
    return read_fields(request.content_type, _posted_bytes())


def stored(services: Services, schedule: Mapping[str, object]) -> str:
    """Store a schedule; its number."""
    number, revises = str(schedule["id"]), schedule["revises"]
    row = schedule_to_store(
        id=number,
        kind=str(schedule["kind"]),
        body=encode(schedule).decode(),
        formulary_version=services.formulary.version,
        revises=str(revises) if revises is not None else None,
    )
    store: Store = current_app.extensions[STORE]
    store.put_schedule(row, None, None)
    return number


def see_other(address: str) -> AnyResponse:
    """Where a browser goes on with a GET."""
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page that no cache keeps: it may concern a patient."""
    response = Response(text, status, headers, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _faults(form: Form, problem: Problem) -> tuple[dict[str, list[Fault]], dict[str, Any]]:
    """The faults by field, and what a refused plan tells besides: findings, and targets that can be had."""
    told: dict[str, Any] = json.loads(encode(problem.extra), parse_float=Decimal)
    findings = [*told.get("findings", ()), *([told["binding_limit"]] if told.get("binding_limit") else ())]
    nearest = told.get("nearest_target")
    near = [nearest] if nearest else told.get("nearest", [])
    about_target = bool(form.goal) and ("nearest_target" in told or "nearest" in told)
    place = next((field.place for field in form.fields if field.name == form.goal), "")
    faults = problem.faults or (Fault(place if about_target else "", problem.code, problem.detail),)
    # A rounded amount is not the one that can be had, and one that is no total of a day or a week is no target.
    totals = [row for row in near if about_target and not row.get("rounded") and row["unit"] in _TOTALS]
    shown = {
        "findings": [(tall_man(tied(row["message"])), row["rule"], source_words(row["source"])) for row in findings],
        "targets": [
            (typed(quantity_of(row), _TOTALS[row["unit"]]), _TOTALS[row["unit"]], amount(row)) for row in totals
        ],
    }
    return by_field(form, faults), shown


# The unit of a total, as it is chosen beside the field of a target.
_TOTALS = {"mg/d": "mg/day", "mg/wk": "mg/week"}


def _refuse_foreign_pages() -> None:
    """A page of another origin must not make plans with a form of ours in somebody's browser.

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
