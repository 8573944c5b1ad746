"""The same question asked again under one Idempotency-Key: the first answer, or a conflict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.test_orders import ASKED, CHECK, COMPLETE, ask, order, problem


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (CHECK, ASKED[0]),
        ("/v1/equivalents", {"orders": [order(drug="morphine", form="tablet", dose="15 mg")]}),
        ("/v1/measures", {"patient": {"weight": "70 kg"}}),
    ],
)
def test_a_key_gives_the_first_answer_again_and_another_body_is_a_conflict(
    client: FlaskClient, path: str, asked: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": path}
    first = client.post(path, json=asked, headers=key)
    again = client.post(path, data=json.dumps(asked, indent=2), content_type="application/json", headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.data == first.data
    assert again.content_type == first.content_type == "application/json"
    other = client.post(path, json=asked | {"as_of": "2026-12-24"}, headers=key)
    assert problem(other)[:2] == (409, "/problems/idempotency-conflict")


def test_a_refused_request_does_not_use_its_key_up(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "refused-first"}
    assert client.post(CHECK, json={"orders": []}, headers=key).status_code == 422
    assert client.post(CHECK, json=ASKED[0], headers=key).status_code == 200


def test_an_answer_without_a_key_is_not_kept(client: FlaskClient) -> None:
    ids = {ask(client, order(), patient=COMPLETE)["id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_broken_key_is_refused(client: FlaskClient) -> None:
    for key in ("x" * 256, "a b\tc"):
        assert client.post(CHECK, json=ASKED[0], headers={"Idempotency-Key": key}).status_code == 400
