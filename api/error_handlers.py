"""How a refusal becomes an HTTP answer, whoever refuses: a gate, a schema, a route, the router or the
framework.

The unexpected is logged by where it happened, under the request's id. Never by what it said: the text of an
exception may quote the body it stumbled over, and a body is about a person.
"""

from __future__ import annotations

import logging
import traceback
from urllib.parse import quote

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from api.errors import Problem
from api.headers import REQUEST_ID
from api.json_text import encode
from api.problems import PROBLEM_TYPES
from api.store import KeyConflict, StoreUnavailable

RETRY_AFTER = ("Retry-After", "5")
_LOG = logging.getLogger("posology")

_CODES = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}


def register(app: Flask) -> None:
    """Every way a view can fail ends in application/problem+json."""
    app.register_error_handler(Problem, problem_answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(KeyConflict, _key_conflict)
    app.register_error_handler(Exception, _unexpected)


def problem_answer(problem: Problem) -> Response:
    """The problem as an answer to the request at hand."""
    answer = Response(encode(problem.members(quote(request.path))), problem.status, mimetype="application/problem+json")
    answer.headers.extend(problem.headers)
    return answer


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code = _CODES.get(status, "internal-error" if status >= 500 else "bad-request")
    headers = tuple((name, value) for name, value in error.get_headers() if name != "Content-Type")
    if status == 503 and not any(name == "Retry-After" for name, _ in headers):
        headers += (RETRY_AFTER,)
    return problem_answer(Problem(code, PROBLEM_TYPES[code].meaning, status=status, headers=headers))


def _store_unavailable(error: StoreUnavailable) -> Response:
    _LOG.warning("request %s: the store is unavailable: %s", request.environ[REQUEST_ID], error)
    detail = "The store cannot be reached. Nothing was stored, not even in part."
    return problem_answer(Problem("unavailable", detail, headers=(RETRY_AFTER,)))


def _key_conflict(_: KeyConflict) -> Response:
    return problem_answer(Problem("idempotency-conflict", "This Idempotency-Key came before, with another body."))


def _unexpected(error: Exception) -> Response:
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    request_id = request.environ[REQUEST_ID]
    _LOG.error(
        "request %s: %s %s: %s at %s",
        request_id,
        request.method,
        request.url_rule,
        type(error).__name__,
        places,
    )
    detail = "The service met a fault of its own. It is logged under the X-Request-Id of this answer."
    return problem_answer(Problem("internal-error", detail))
