"""The OpenAPI document, and the page to browse it, from files of our own: it works without a network."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from api.json_text import encode

OPENAPI = "posology.openapi"  # in app.extensions: the flask-smorest Api whose specification is served

blueprint = Blueprint("docs", __name__)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document of every route."""
    return Response(encode(current_app.extensions[OPENAPI].spec.to_dict()), mimetype="application/json")


@blueprint.get("/docs")
def docs() -> str:
    """Swagger UI. A script file starts it, since the page may run no script of its own."""
    return render_template("docs.html")
