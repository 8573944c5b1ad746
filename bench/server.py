"""One gunicorn worker that serves the application and, in the same process, a bare Flask echo to compare it with.

Settings are those of `make run` but for the number of workers, which is one, so that every request meets the process
whose time is read. The echo answers with the JSON it was sent and does nothing else; it also says how much processor
time its process has used, all threads together.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

from flask import Flask, Response, jsonify, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from api.app import create_app
from api.config import Settings
from api.wsgi import Server

ECHO = "/echo"
CLOCK = "/clock"


class Beside(Server):
    """The server of `make run`, with the echo under a path of its own."""

    def load(self) -> DispatcherMiddleware:
        """Called by gunicorn, before the worker forks."""
        return DispatcherMiddleware(self.app, {ECHO: echo_app()})


def echo_app() -> Flask:
    """What anybody would write first: JSON in, the same JSON out."""
    app = Flask("echo")

    @app.post("/")
    def echo() -> Response:
        return jsonify(request.get_json())

    @app.get(CLOCK)
    def clock() -> Response:
        return jsonify(pid=os.getpid(), seconds=time.process_time())

    return app


def main() -> None:
    """Serve until stopped, where the environment says."""
    settings = replace(Settings.from_environment(os.environ), workers=1)
    Beside(create_app(settings), settings).run()


if __name__ == "__main__":
    main()
