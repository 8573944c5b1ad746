"""Serving: `python -m api.wsgi` for `make run`, and `api.wsgi:application()` for any other WSGI server.

gunicorn with threads, the application loaded once before the workers fork, and without gunicorn's control
socket, which would open a door of its own. Its command line is not read, so that no stray option can bind
another address.
"""

from __future__ import annotations

import os
import sys

from flask import Flask
from gunicorn.app.base import BaseApplication

from api.app import create_app
from api.config import ConfigurationError, Settings
from api.routes.health import READINESS


def application() -> Flask:
    """The service as the environment sets it."""
    return create_app(Settings.from_environment(os.environ))


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
            "forwarded_allow_ips": "",  # no proxy stands before it: SCRIPT_NAME in a header was a 500, or another address
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
        app = create_app(settings)
    except ConfigurationError as error:
        sys.exit(f"posology: {error}")
    # The canaries sing once, before the workers fork; the store is left alone, for a connection must not be shared.
    dict(app.extensions[READINESS])["canaries"]()
    Server(app, settings).run()


if __name__ == "__main__":
    main()
