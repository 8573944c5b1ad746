"""Headers that stand on every answer, added around the application so that no route can forget one.

It is a plain WSGI wrapper and not an after-request hook: it also covers static files and faults of the
framework, and it costs a list addition. A view that needs another cache rule or content policy sets that
header itself and wins.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "posology.request_id"  # where a view and the log find it in the WSGI environment

NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'"
OWN_ASSETS_LOAD = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def with_headers(application: WSGIApplication, formulary_version: Callable[[], str | None]) -> WSGIApplication:
    """The application with a request id, the security headers and the formulary's version on every answer."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = environ.get("HTTP_X_REQUEST_ID", "")
        if not _SANE_REQUEST_ID.fullmatch(request_id):
            request_id = os.urandom(8).hex()
        environ[REQUEST_ID] = request_id

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            cache_control, content_policy, content_type = None, None, ""
            for name, value in headers:
                if name == "Cache-Control":
                    cache_control = value
                elif name == "Content-Security-Policy":
                    content_policy = value
                elif name == "Content-Type":
                    content_type = value
            headers += _ALWAYS
            headers.append(("X-Request-Id", request_id))
            if cache_control is None:
                headers.append(("Cache-Control", "no-store"))
            if content_policy is None:
                page = content_type.startswith("text/html")
                headers.append(("Content-Security-Policy", OWN_ASSETS_LOAD if page else NOTHING_LOADS))
            version = formulary_version()
            if version is not None:
                headers.append(("Formulary-Version", version))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return application(environ, start)

    return answer
