"""The application: settings in, a Flask app out. Nothing is registered by being imported."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from flask.sessions import SessionInterface

from api import error_handlers
from api.canaries import Sing
from api.config import Settings
from api.headers import with_headers
from api.openapi import documentation
from api.reading import LARGEST_BODY
from api.routes import (
    ACCEPTS_QUERY,
    docs,
    health,
    orders,
    page,
    plan_page,
    problems,
    reference,
    refuse_unknown_query,
    schedules,
    sheets,
    tools,
)
from api.routes.docs import OPENAPI
from api.routes.health import READINESS
from api.services import SERVICES, Services, probes, wire
from api.store import STORE, Store, StoreUnavailable

FORMULARY_VERSION = "posology.formulary_version"  # in app.extensions: what the Formulary-Version header says

# Documented routes, in the order of the OpenAPI document; pages are registered beside them in create_app.
BLUEPRINTS = (
    orders.blueprint,
    schedules.blueprint,
    reference.blueprint,
    tools.blueprint,
    health.blueprint,
)
PAGES = (page.blueprint, plan_page.blueprint, problems.blueprint, docs.blueprint, sheets.blueprint)


class _NoSession(SessionInterface):
    """Nobody logs in, so no request pays for looking whether somebody did."""

    def open_session(self, app: Flask, request: Any) -> None:
        return None

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        return None


def create_app(settings: Settings, services: Services | None = None, sing: Sing | None = None) -> Flask:
    """The whole service. It starts without its store, is then not ready, and recovers by itself.

    `services` may be shared by several applications; left out, the formulary is loaded here. `sing` says what is wrong
    with the canaries, where they are asked already.
    """
    app = Flask("api", template_folder="web/templates", static_folder="web/assets", static_url_path="/assets")
    app.session_interface = _NoSession()
    # One byte more than is allowed is read: a body in chunks is cut off at the limit without a word, and what was cut
    # off would be ignored. Whoever reads a body then refuses the byte too many.
    app.config.from_mapping(MAX_CONTENT_LENGTH=LARGEST_BODY + 1, SEND_FILE_MAX_AGE_DEFAULT=3600)

    store = Store(settings.store, connections=settings.threads)
    app.extensions[STORE] = store
    known = services if services is not None else wire(local=settings.local)
    app.extensions[SERVICES] = known
    app.extensions[FORMULARY_VERSION] = known.formulary.version
    app.extensions[READINESS] = [*probes(known, sing), ("store", lambda: _store_probe(store))]

    app.extensions[OPENAPI] = openapi = documentation(app)
    for blueprint in BLUEPRINTS:
        openapi.register_blueprint(blueprint)
    for pages in PAGES:
        app.register_blueprint(pages)

    error_handlers.register(app)
    app.before_request(_no_unknown_query)
    wrapped = with_headers(app.wsgi_app, lambda: app.extensions.get(FORMULARY_VERSION))
    app.wsgi_app = wrapped  # type: ignore[method-assign, assignment]  # the way Flask documents for wrapping it
    return app


def _store_probe(store: Store) -> str | None:
    try:
        store.writable()
    except StoreUnavailable:
        return "cannot be written"
    return None


def _no_unknown_query() -> None:
    """What stands after the question mark is read by the view, or refused; never ignored."""
    environ = request.environ
    if not environ.get("QUERY_STRING") or not environ.get("PATH_INFO", "").startswith("/v1/"):
        return
    if request.endpoint is not None and not getattr(current_app.view_functions[request.endpoint], ACCEPTS_QUERY, False):
        refuse_unknown_query()
