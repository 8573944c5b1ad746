"""Is this order safe: the order check, and what makes a repeated question safe to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from api import services
from api.answers.documents import CHECK_ANSWER
from api.errors import Problem
from api.reading import check_media_type
from api.routes import body, json_answer, request_object
from api.schemas.requests import CheckSchema, OrdersQuestion
from api.services import Services, services_of
from api.store import Answer, RequestKey, Store, fingerprint
from dosing.names import Names

STORE = "posology.store"  # what api.app calls the store; a test holds the two together
LONGEST_KEY = 255

blueprint = Blueprint("orders", __name__, description="Is this order safe")


def current_services() -> Services:
    """The services of the application at hand."""
    return services_of(current_app.extensions)


def current_names() -> Names:
    """The names of the formulary at hand, for schemas."""
    return current_services().names


def repeatable(view: Callable[..., Response]) -> Callable[..., Response]:
    """Give a question that is asked again under one Idempotency-Key the answer it got first.

    It stands outside `body`, because the key belongs to a request as it was sent. A refusal is not kept.
    """

    @wraps(view)
    def once(*arguments: Any, **named: Any) -> Response:
        key = request.environ.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return view(*arguments, **named)
        asked = _asked(key)
        store: Store = current_app.extensions[STORE]
        answer = store.recall(asked)
        if answer is None:
            response = view(*arguments, **named)
            answer = store.remember(asked, Answer(response.status_code, response.get_data(as_text=True)))
        return Response(answer.body, answer.status, content_type="application/json")

    return once


def _asked(key: str) -> RequestKey:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        detail = f"An Idempotency-Key is 1 to {LONGEST_KEY} printable ASCII characters."
        raise Problem("bad-request", detail)
    check_media_type(request.environ.get("CONTENT_TYPE"))
    request.get_data(cache=True)  # kept, so that it can be read again below the key
    return RequestKey(key, request.path, fingerprint(request_object()))


@blueprint.route("/v1/orders/check", methods=["POST"])
@blueprint.response(200, CHECK_ANSWER)
@repeatable
@body(CheckSchema(current_names, services.today))
def check_orders(question: OrdersQuestion) -> Response:
    """Judge orders together, with the patient's medications.

    Every rule that applies is a finding, a pass, or not checked by name.
    """
    return json_answer(services.check(current_services(), question))
