"""Is this order safe: the order check, and what makes a repeated question safe to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint

from api import services
from api.answers.documents import CHECK_ANSWER
from api.routes import body, json_answer, request_key
from api.schemas.requests import CheckSchema, OrdersQuestion
from api.services import Services, services_of
from api.store import STORE, Answer, Store
from dosing.names import Names

blueprint = Blueprint("orders", __name__, description="Is this order safe")


def current_services() -> Services:
    """The services of the application at hand."""
    return services_of(current_app.extensions)


def current_names() -> Names:
    """The names of the formulary at hand, for schemas."""
    return current_services().names


def repeatable(view: Callable[[Any], Response]) -> Callable[[Any], Response]:
    """Give a question that is asked again under one Idempotency-Key the answer it got first.

    It stands inside `body`, which has looked at the key. A refusal is not kept, since it never comes this far.
    """

    @wraps(view)
    def once(question: Any) -> Response:
        key = request_key()
        if key is None:
            return view(question)
        store: Store = current_app.extensions[STORE]
        answer = store.recall(key)
        if answer is None:
            response = view(question)
            answer = store.remember(key, Answer(response.status_code, response.get_data(as_text=True)))
        return Response(answer.body, answer.status, content_type="application/json")

    return once


@blueprint.route("/v1/orders/check", methods=["POST"])
@blueprint.response(200, CHECK_ANSWER)
@body(CheckSchema(current_names, services.today))
@repeatable
def check_orders(question: OrdersQuestion) -> Response:
    """Judge orders together, with the patient's medications.

    Every rule that applies is a finding, a pass, or not checked by name.
    """
    return json_answer(services.check(current_services(), question))
