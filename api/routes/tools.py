"""What can be computed without judging: measures of a patient, equivalents of orders."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from api import services
from api.answers.documents import EQUIVALENTS_ANSWER, MEASURES_ANSWER
from api.routes import body, json_answer
from api.routes.orders import current_names, current_services, repeatable
from api.schemas.requests import EquivalentsSchema, MeasuresSchema, OrdersQuestion, PatientQuestion

blueprint = Blueprint("tools", __name__, description="Measures and equivalents")


@blueprint.route("/v1/measures", methods=["POST"])
@blueprint.response(200, MEASURES_ANSWER)
@body(MeasuresSchema(current_names, services.today))
@repeatable
def compute_measures(question: PatientQuestion) -> Response:
    """Numbers computed from the patient, each with its formula and inputs; what could not be computed says why."""
    return json_answer(services.measures(current_services(), question))


@blueprint.route("/v1/equivalents", methods=["POST"])
@blueprint.response(200, EQUIVALENTS_ANSWER)
@body(EquivalentsSchema(current_names, services.today))
@repeatable
def compute_equivalents(question: OrdersQuestion) -> Response:
    """What orders add up to: morphine milligram equivalents, prednisone-equivalent, acetaminophen."""
    return json_answer(services.equivalents(current_services(), question))
