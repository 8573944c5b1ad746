"""The application as the tests meet it: made once, with a store in a folder of its own."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
