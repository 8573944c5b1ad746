"""The formulary as data, for everybody to read: drugs, closed lists, rules, checks.

An answer changes only with the formulary, so its hash is the answer's ETag.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from flask_smorest import Blueprint

from api.answers import documents, formulary
from api.canaries import cases_of
from api.errors import Problem
from api.routes import json_answer
from api.routes.orders import current_services
from dosing.names import name_list

_CACHE = "no-cache"  # may be kept, and is asked about by its ETag before it is used again

blueprint = Blueprint("reference", __name__, description="The formulary as data")


@blueprint.route("/v1/drugs")
@blueprint.response(200, documents.DRUGS_ANSWER)
def drugs() -> Response:
    """Every drug, its forms, strengths, names and protocols; combinations; and what is known by name only."""
    known = current_services()
    return _tagged(known.etag, lambda: formulary.drugs_answer(known.formulary, known.parts.formulary))


@blueprint.route("/v1/drugs/<path:name>")
@blueprint.response(200, documents.DRUG_ANSWER)
def drug(name: str) -> Response:
    """Everything that is stated about one drug, asked for by name, synonym or brand."""
    known = current_services()
    spoken = known.names.drug(name)
    found = spoken.drug
    if found is None:
        raise Problem("not-found", "This drug is not in the formulary.", suggestions=spoken.suggestions)
    return _tagged(known.etag, lambda: formulary.drug_answer(known.formulary, found, known.parts.formulary))


@blueprint.route("/v1/conditions")
@blueprint.response(200, documents.CONDITIONS_ANSWER)
def conditions() -> Response:
    """The closed lists of indications, conditions and allergies, with synonyms and codes."""
    known = current_services()
    return _tagged(known.etag, lambda: formulary.conditions_answer(known.formulary, known.parts.formulary))


@blueprint.route("/v1/rules")
@blueprint.response(200, documents.RULES_ANSWER)
def rules() -> Response:
    """Every rule in a line, superseded ones among them."""
    known = current_services()
    return _tagged(known.etag, lambda: formulary.rules_answer(known.formulary, known.parts.formulary))


@blueprint.route("/v1/rules/<path:rule>")
@blueprint.response(200, documents.RULE_ANSWER)
def one_rule(rule: str) -> Response:
    """One rule: what it states, when it applies, who says so, and the cases it must and must not fire in."""
    known = current_services()
    if rule not in known.formulary.rules:
        near = name_list({name: name for name in known.formulary.rules}).near(rule)
        raise Problem("not-found", "There is no rule of this name.", suggestions=near)
    cases = cases_of(known.flock, rule)
    return _tagged(
        known.cases_etag,
        lambda: formulary.one_rule_answer(known.formulary, rule, cases, known.parts.formulary),
    )


@blueprint.route("/v1/checks")
@blueprint.response(200, documents.CHECKS_ANSWER)
def checks() -> Response:
    """The questions that are asked of every order, in reporting order."""
    known = current_services()
    return _tagged(known.etag, lambda: formulary.checks_answer(known.parts.formulary))


def _tagged(etag: str, answer: Callable[[], dict[str, object]]) -> Response:
    """The answer with its ETag; nothing but the tag when the reader has it already."""
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
        response.headers["Cache-Control"] = _CACHE
    else:
        response = json_answer(answer(), Cache_Control=_CACHE)
    response.set_etag(etag)
    return response
