"""What a route puts around its view: a body that passed the gates, query parameters that are all known.

flask-smorest's own `@arguments` reads bodies before any of our gates could look at them, so it is not used.
These decorators leave the same documentation behind, and the OpenAPI document cannot tell the difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeAlias

from flask import Response, g, request
from marshmallow import RAISE, Schema, ValidationError

from api.errors import Fault, Problem, faults_from_marshmallow
from api.json_text import encode
from api.reading import check_media_type, read_json
from api.store import RequestKey, fingerprint

View: TypeAlias = Callable[..., Any]

_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
KEY: dict[str, object] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Repeated with the same body, it gives the first answer and makes nothing anew; with another, 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}

ACCEPTS_QUERY = "accepts_query"  # the attribute of a view that reads query parameters; others refuse them


def body(schema: Schema) -> Callable[[View], View]:
    """Give the view, as its first argument, what the schema makes of a body that passed every gate."""

    def decorate(view: View) -> View:
        @wraps(view)
        def with_body(*arguments: Any, **named: Any) -> Any:
            g.asked = asked = request_object()
            _note_request_key(asked)
            return view(_loaded(schema, asked), *arguments, **named)

        return _documented(_documented(with_body, KEY), {"in": "json", "required": True, "schema": schema})

    return decorate


def query(schema: Schema) -> Callable[[View], View]:
    """Give the view, as its first argument, what the schema makes of the query parameters."""

    def decorate(view: View) -> View:
        @wraps(view)
        def with_query(*arguments: Any, **named: Any) -> Any:
            return view(_parameters(schema), *arguments, **named)

        setattr(with_query, ACCEPTS_QUERY, True)
        return _documented(with_query, {"in": "query", "schema": schema})

    return decorate


def request_object() -> dict[str, object]:
    """The JSON object of the request at hand, past every gate before the schema; `body` calls this."""
    environ = request.environ  # once: every look through the request proxy costs as much as a field of a schema
    content_type = environ.get("CONTENT_TYPE")
    check_media_type(content_type)
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "Bodies are read uncompressed; this one names an encoding.")
    # A length that is too large is refused here by the limit in app.config, before anything is read.
    request_body = request.get_data(cache=False)
    return read_json(request_body, content_type, len(request_body))


def request_key() -> RequestKey | None:
    """What makes the request at hand repeatable, when it came with an Idempotency-Key and through `body`."""
    key: RequestKey | None = g.get("request_key")
    return key


def json_answer(answer: Mapping[str, object], status: int = 200, **headers: str) -> Response:
    """An answer in its final shape, encoded once."""
    response = Response(encode(answer), status, content_type="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def negotiate(*offered: str) -> str:
    """The first media type on offer that the request accepts best; 406 when it takes none."""
    accept = request.headers.get("Accept")
    if accept is None or accept in ("*/*", offered[0]):
        return offered[0]
    best = request.accept_mimetypes.best_match(offered)
    if best is None:
        raise Problem("not-acceptable", f"This address answers in {', '.join(offered)}.")
    return best


def refuse_unknown_query() -> None:
    """Before a view of /v1 that reads no query parameters: there are none, or they are refused by name."""
    if request.args:
        raise Problem.of(
            Fault("", "unknown-field", "This address takes no such query parameter.", parameter=name)
            for name in request.args
        )


def asked_object() -> dict[str, object]:
    """The JSON object that `body` has read of the request at hand: a stream is read once."""
    asked: dict[str, object] = g.asked
    return asked


def _note_request_key(asked: Mapping[str, object]) -> None:
    key = request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem("bad-request", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
    query_string = request.environ.get("QUERY_STRING")
    route = f"{request.path}?{query_string}" if query_string else request.path
    g.request_key = RequestKey(key, route, fingerprint(asked))


def _loaded(schema: Schema, value: Mapping[str, Any]) -> Any:
    try:
        return schema.load(value, unknown=RAISE)
    except ValidationError as error:
        raise Problem.of(faults_from_marshmallow(error, schema)) from None


def _parameters(schema: Schema) -> Any:
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise Problem.of(
            Fault("", "duplicate-parameter", "This query parameter stands more than once.", parameter=name)
            for name in repeated
        )
    try:
        return schema.load(request.args.to_dict(), unknown=RAISE)
    except ValidationError as error:
        raise Problem.of(_in_query(fault) for fault in faults_from_marshmallow(error, schema)) from None


def _in_query(fault: Fault) -> Fault:
    name = fault.pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")
    return Fault("", fault.code, fault.detail, fault.hint, parameter=name)


def _documented(view: View, parameter: dict[str, object]) -> View:
    """The view with its parameter where flask-smorest looks for documentation."""
    # Copied, because `wraps` gave wrapper and wrapped the same dictionary.
    documented = dict(getattr(view, "_apidoc", {}))
    arguments = dict(documented.get("arguments", {}))
    arguments["parameters"] = [*arguments.get("parameters", ()), parameter]
    documented["arguments"] = arguments
    view.__dict__["_apidoc"] = documented
    return view
