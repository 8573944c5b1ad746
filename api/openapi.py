"""The OpenAPI 3.1 document: flask-smorest collects it from the routes, our refusals are its errors."""

from __future__ import annotations

from http import HTTPStatus

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api
from marshmallow import INCLUDE, Schema, fields


class FaultSchema(Schema):
    """One entry of `errors`."""

    pointer = fields.String(required=True, metadata={"description": "Where, as an RFC 6901 JSON pointer"})
    code = fields.String(required=True, metadata={"description": "The last step of the address of its page"})
    detail = fields.String(required=True)
    hint = fields.String()
    parameter = fields.String(metadata={"description": "The query parameter, when it stood in the address"})


class ProblemSchema(Schema):
    """A refusal, as RFC 9457 describes it; some types bring members of their own."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "The address of a page that explains it"})
    title = fields.String(required=True)
    status = fields.Integer(required=True, strict=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema()))


class Documentation(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest for its OpenAPI document alone: refusals are ours, and so is the page."""

    def _register_error_handlers(self) -> None:
        """Leave every error to `error_handlers`."""

    def _register_responses(self) -> None:
        """Every refusal is a problem; a route names those it is known for, `default` is the rest."""
        refusal = {"content": {"application/problem+json": {"schema": ProblemSchema()}}}
        for status in HTTPStatus:
            if status >= HTTPStatus.BAD_REQUEST:
                response = refusal | {"description": status.phrase}
                self.spec.components.response(status.name, response, lazy=True)
        self.spec.components.response("DEFAULT_ERROR", refusal | {"description": "Any refusal"}, lazy=True)

    def _register_pagination_header(self) -> None:
        """No list here comes in pages."""


def documentation(app: Flask) -> Documentation:
    """The document of this application, to register its blueprints with."""
    return Documentation(
        app,
        spec_kwargs={
            "title": "Posology",
            "version": "1.0.0",
            "openapi_version": "3.1.0",
            "marshmallow_plugin": MarshmallowPlugin(),
            "info": {"description": "Checks medication orders and plans titrations, from a cited formulary."},
            "servers": [{"url": "/"}],
        },
    )
