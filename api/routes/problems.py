"""The page of every problem type: what was meant, what it looks like, what to send instead."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, render_template

from api.errors import Problem
from api.problems import PROBLEM_TYPES
from api.routes import json_answer, negotiate

blueprint = Blueprint("problems", __name__)

_CACHE = "public, max-age=3600"  # the same for everybody, about nobody


@blueprint.get("/problems/")
def index() -> Response:
    """Every problem type there is."""
    if negotiate("text/html", "application/json") == "application/json":
        entries = [{"type": kind.path} | asdict(kind) for kind in PROBLEM_TYPES.values()]
        return json_answer({"problems": entries}, Cache_Control=_CACHE, Vary="Accept")
    return _page("problems.html", problems=PROBLEM_TYPES.values())


@blueprint.get("/problems/<code>")
def page(code: str) -> Response:
    """One problem type."""
    kind = PROBLEM_TYPES.get(code)
    if kind is None:
        raise Problem("not-found", "There is no problem type of this name.")
    if negotiate("text/html", "application/json", "application/problem+json") != "text/html":
        return json_answer({"type": kind.path} | asdict(kind), Cache_Control=_CACHE, Vary="Accept")
    return _page("problem.html", problem=kind)


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), mimetype="text/html")
    response.headers["Cache-Control"] = _CACHE
    response.headers["Vary"] = "Accept"
    return response
