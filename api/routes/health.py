"""Is the process alive, and can it answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Response, current_app
from flask_smorest import Blueprint

from api.error_handlers import RETRY_AFTER
from api.errors import Problem
from api.routes import json_answer

READINESS = "posology.readiness"  # in app.extensions: a list of (name, probe)

# Returns nothing when all is well, else says in plain words what is not. It raises nothing of its own.
Probe: TypeAlias = Callable[[], str | None]

blueprint = Blueprint("health", __name__, description="Whether the service lives and can answer")


@blueprint.route("/healthz")
@blueprint.response(200, {"type": "object", "properties": {"status": {"const": "alive"}}})
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return json_answer({"status": "alive"})


@blueprint.route("/readyz")
@blueprint.response(200, {"type": "object", "properties": {"status": {"const": "ready"}}})
def ready() -> Response:
    """Formulary loaded, canary orders judged as they should be, store writable."""
    probes: list[tuple[str, Probe]] = current_app.extensions[READINESS]
    answers = {name: probe() for name, probe in probes}
    not_ready = {name: reason for name, reason in answers.items() if reason is not None}
    if not_ready:
        detail = "Not ready: " + "; ".join(f"{name}: {reason}" for name, reason in not_ready.items())
        raise Problem("unavailable", detail, headers=(RETRY_AFTER,), not_ready=sorted(not_ready))
    return json_answer({"status": "ready", "probes": dict.fromkeys(answers, "ok")})
