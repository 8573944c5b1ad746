"""Promise P1 over HTTP: whatever is sent to the order check, the answer is an answer or a refusal, never a 500."""

from __future__ import annotations

import random

from flask.testing import FlaskClient

from tests.api.test_orders import CHECK
from tests.api.test_reading_requests_hostile import ORDERS, mutated
from tests.figures import figure


def test_a_mutated_body_is_answered_or_refused(client: FlaskClient) -> None:
    chance = random.Random(1912)
    statuses = set()
    for _ in range(figure(20_000, 400)):
        response = client.post(CHECK, json=mutated(ORDERS, chance))
        assert response.status_code in (200, 422), response.text
        if response.status_code == 200:
            assert response.json is not None
            assert response.json["verdict"] in ("accept", "warn", "reject", "cannot-assess")
        statuses.add(response.status_code)
    assert statuses == {200, 422}


def test_bytes_cut_doubled_or_changed_anywhere_are_refused_or_answered(client: FlaskClient) -> None:
    chance = random.Random(1928)
    whole = client.application.json.dumps(ORDERS).encode()
    for _ in range(figure(20_000, 400)):
        body, place = bytearray(whole), chance.randrange(len(whole))
        match chance.randrange(3):
            case 0:
                body[place] = chance.randrange(256)
            case 1:
                del body[place : place + chance.randint(1, 20)]
            case _:
                body[place:place] = body[place : place + chance.randint(1, 20)]
        response = client.post(CHECK, data=bytes(body), content_type="application/json")
        assert response.status_code in (200, 400, 422), response.text
