"""Serving: `python -m api.wsgi` for `make run`, and `api.wsgi:application()` for any other WSGI server.

gunicorn with threads, the application loaded once before the workers fork, and without gunicorn's control
socket, which would open a door of its own. Its command line is not read, so that no stray option can bind
another address.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import ParseException

from api.app import create_app
from api.canaries import begin_singing
from api.config import ConfigurationError, Settings
from api.routes.health import READINESS
from api.services import wire
from dosing.formulary.entry import FormularyError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def application() -> Flask:
    """The service as the environment sets it."""
    return with_whole_bodies(create_app(Settings.from_environment(os.environ)))


class Body:
    """A body as gunicorn reads it. One that breaks off, or whose chunks are broken, is an OSError: answered with 400.

    gunicorn's own error for a chunk is none, and would end as a fault of ours. Of a body that is shorter than it was
    said to be it gives what came, and half a form may be a whole one with another dose.
    """

    def __init__(self, stream: Any, length: str) -> None:
        self._stream = stream
        self._missing = int(length) if length.isascii() and length.isdigit() else 0

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; the only way in which the application reads."""
        try:
            octets: bytes = self._stream.read(size)
        except ParseException as error:
            raise OSError("the body breaks the rules of HTTP") from error
        self._missing -= len(octets)
        if not octets and size and self._missing > 0:
            raise OSError("the body breaks off")
        return octets


def with_whole_bodies(app: Flask) -> Flask:
    """The application with every body read through `Body`."""
    answering = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], environ.get("CONTENT_LENGTH", ""))
        return answering(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]  # the way Flask documents for wrapping it
    return app


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn around the application, set in Python."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn while it is made."""
        options = {
            "bind": self.settings.address,
            "worker_class": "gthread",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "preload_app": True,
            "keepalive": 30,  # a pharmacy system asks again soon; seconds
            "control_socket_disable": True,
            "accesslog": None,  # an address may name a schedule; who asked for which is nobody's to keep
            "forwarded_allow_ips": "",  # nobody's headers set SCRIPT_NAME: a 500, or other addresses
            "errorlog": "-",
            "proc_name": "posology",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn, before the workers fork."""
        return self.app


def main() -> None:
    """Serve until stopped; a setting that cannot be used stops it with one line."""
    try:
        settings = Settings.from_environment(os.environ)
        services = wire(local=settings.local)
        # The canaries sing once, before the workers fork, in processes that share nothing with them.
        sing = begin_singing(services.flock)
        app = with_whole_bodies(create_app(settings, services, sing))
    except (ConfigurationError, FormularyError) as error:
        sys.exit(f"posology: {error}")
    # The store is left alone, for a connection must not be shared.
    dict(app.extensions[READINESS])["canaries"]()
    Server(app, settings).run()


if __name__ == "__main__":
    main()
