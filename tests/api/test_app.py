"""The web plumbing: refusals of every kind, headers on every answer, health, pages."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from jsonschema import Draft202012Validator
from marshmallow import Schema, fields
from openapi_spec_validator import OpenAPIV31SpecValidator

import api.app
from api.app import FORMULARY_VERSION, STORE, create_app
from api.config import Settings
from api.problems import PROBLEM_TYPES
from api.reading import LARGEST_BODY
from api.routes import body, json_answer, negotiate, query, request_key
from api.routes.health import READINESS
from api.store import KeyConflict, StoreUnavailable

toys = Blueprint("toys", __name__, description="Routes that only these tests have")


class Toy(Schema):
    name = fields.String(required=True)
    amount = fields.Raw()


class Colour(Schema):
    colour = fields.String()


@toys.route("/v1/toys", methods=["POST"])
@toys.response(200, {"type": "object"})
@body(Toy())
def make(toy: dict[str, object]) -> Response:
    return json_answer(toy)


@toys.route("/v1/keyed/<name>", methods=["POST"])
@toys.response(200, {"type": "object"})
@body(Toy())
@query(Colour())
def keyed(colour: dict[str, object], toy: dict[str, object], name: str) -> Response:
    key = request_key()
    return json_answer({"key": None if key is None else [key.key, key.route, key.request_sha256]})


@toys.route("/v1/toys/<name>")
@toys.response(200, {"type": "object"})
@query(Colour())
def show(colour: dict[str, object], name: str) -> Response:
    negotiate("application/json", "text/html")
    return json_answer({"name": name} | colour)


@toys.route("/v1/broken/<name>", methods=["GET", "POST"])
def broken(name: str) -> Response:
    if name.isdigit():
        abort(int(name))
    if name == "store":
        raise StoreUnavailable("disk I/O error")
    if name == "key":
        raise KeyConflict
    raise RuntimeError(f"Canary: {name}")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api.app, "BLUEPRINTS", (*api.app.BLUEPRINTS, toys))
        return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"))


def problem(answer: object, status: int, code: str) -> dict[str, object]:
    """The answer has the shape of every refusal, and this status and type."""
    assert answer.status_code == status  # type: ignore[attr-defined]  # the test client's response
    assert answer.mimetype == "application/problem+json"  # type: ignore[attr-defined]  # the same
    members: dict[str, object] = answer.json  # type: ignore[attr-defined]  # the same
    assert members["type"] == f"/problems/{code}"
    assert members["status"] == status
    assert {"title", "detail", "instance"} <= members.keys()
    return members


JSON = {"content_type": "application/json"}


def test_a_body_that_passes_every_gate_reaches_its_view(client: FlaskClient) -> None:
    answer = client.post("/v1/toys", data=b'{"name": "ball", "amount": 0.10}', **JSON)
    assert (answer.status_code, answer.json) == (200, {"name": "ball", "amount": "0.10"})


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"[" * 100_000, {}, 400, "too-deep"),
        (b'{"name": "x", "amount": {"a": 1, "a": 2}}', {}, 400, "duplicate-key"),
        (b'{"name": "x", "amount": NaN}', {}, 400, "not-a-number"),
        (b'{"name": "\xff"}', {}, 400, "not-utf-8"),
        (b"", {}, 400, "not-json"),
        (b"[]", {}, 422, "not-an-object"),
        (b"x" * (LARGEST_BODY + 1), {}, 413, "too-large"),
        (b'{"name": "x"}', {"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        (b'{"name": "x"}', {"Content-Type": ""}, 415, "unsupported-media-type"),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
        (b"{}", {}, 422, "missing-field"),
        (b'{"name": "x", "nmae": "y"}', {}, 422, "unknown-field"),
        (b'{"nmae": "y"}', {}, 422, "several-faults"),
        (b'{"name": 5}', {}, 422, "wrong-type"),
    ],
)
def test_hostile_bodies_are_refused_by_name(
    client: FlaskClient, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json"} | headers
    problem(client.post("/v1/toys", data=data, headers=headers), status, code)


def test_a_5001_digit_integer_reaches_the_schema_as_text(client: FlaskClient) -> None:
    digits = "9" * 5001
    answer = client.post("/v1/toys", data=f'{{"name": "x", "amount": {digits}}}', **JSON)
    assert (answer.status_code, answer.json["amount"]) == (200, digits)


def test_the_gates_stand_in_order_media_type_before_size_before_encoding(client: FlaskClient) -> None:
    huge = b"\xff" * (LARGEST_BODY + 1)
    problem(client.post("/v1/toys", data=huge, content_type="text/plain"), 415, "unsupported-media-type")
    problem(client.post("/v1/toys", data=huge, **JSON), 413, "too-large")
    problem(client.post("/v1/toys", data=b"\xff" + b"[" * 99, **JSON), 400, "not-utf-8")


def test_a_body_of_unknown_length_is_cut_at_the_limit(client: FlaskClient) -> None:
    def send(size: int) -> Response:
        text = b'{"name": "' + b"x" * (size - len(b'{"name": ""}')) + b'"}'
        chunked = {"wsgi.input_terminated": True}
        return client.post("/v1/toys", input_stream=io.BytesIO(text), environ_overrides=chunked, **JSON)

    assert send(LARGEST_BODY).status_code == 200
    problem(send(LARGEST_BODY + 1), 413, "too-large")


def test_an_identity_encoding_is_no_encoding(client: FlaskClient) -> None:
    answer = client.post("/v1/toys", data=b'{"name": "x"}', headers={"Content-Encoding": "identity"}, **JSON)
    assert answer.status_code == 200


def test_query_parameters_reach_their_view(client: FlaskClient) -> None:
    assert client.get("/v1/toys/ball?colour=red").json == {"name": "ball", "colour": "red"}
    assert client.get("/v1/toys/ball").json == {"name": "ball"}
    assert client.get("/v1/toys/ball?").json == {"name": "ball"}


@pytest.mark.parametrize(
    ("method", "address", "code", "parameter"),
    [
        ("GET", "/v1/toys/ball?color=red", "unknown-field", "color"),
        ("GET", "/v1/toys/ball?colour=red&colour=blue", "duplicate-parameter", "colour"),
        ("POST", "/v1/toys?dry_run=true", "unknown-field", "dry_run"),
    ],
)
def test_a_query_parameter_is_understood_or_refused(
    client: FlaskClient, method: str, address: str, code: str, parameter: str
) -> None:
    members = problem(client.open(address, method=method, data=b'{"name": "x"}', **JSON), 422, code)
    (fault,) = members["errors"]  # type: ignore[misc]  # a list, in a dict of anything
    assert (fault["pointer"], fault["parameter"]) == ("", parameter)


def test_an_empty_query_is_no_parameter(client: FlaskClient) -> None:
    assert client.post("/v1/toys?&", data=b'{"name": "x"}', **JSON).status_code == 200


def key_of(client: FlaskClient, key: str | None, address: str = "/v1/keyed/a", data: bytes = b'{"name": "x"}') -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(address, data=data, headers=headers, **JSON).json.get("key")


def test_a_request_is_repeatable_by_its_key_its_address_and_what_it_asks(client: FlaskClient) -> None:
    first = key_of(client, "k-1")
    assert first[:2] == ["k-1", "/v1/keyed/a"]
    assert key_of(client, "k-1", data=b'{ "name":"x" }') == first
    assert key_of(client, "k-1", data=b'{"name": "y"}')[2] != first[2]
    assert key_of(client, "k-1", "/v1/keyed/b")[1] != first[1]
    assert key_of(client, "k-1", "/v1/keyed/a?colour=red")[1] != first[1]
    assert key_of(client, None) is None


@pytest.mark.parametrize(("key", "status"), [("k" * 255, 200), ("k" * 256, 400), ("", 400), ("a b", 400), ("é", 400)])
def test_a_key_is_visible_and_of_bounded_length(client: FlaskClient, key: str, status: int) -> None:
    answer = client.post("/v1/keyed/a", data=b'{"name": "x"}', headers={"Idempotency-Key": key}, **JSON)
    assert answer.status_code == status


def test_an_unknown_address_is_404(client: FlaskClient) -> None:
    members = problem(client.get("/v1/né%0d%0aX: y"), 404, "not-found")
    assert members["instance"] == "/v1/n%C3%A9%0D%0AX%3A%20y"


def test_an_unknown_method_is_405_and_says_which_are_known(client: FlaskClient) -> None:
    answer = client.delete("/v1/toys")
    problem(answer, 405, "method-not-allowed")
    assert {"POST", "OPTIONS"} == set(answer.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/html;q=0, application/json;q=0"])
def test_an_answer_nobody_wants_is_406(client: FlaskClient, accept: str) -> None:
    problem(client.get("/v1/toys/ball", headers={"Accept": accept}), 406, "not-acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*", "image/png, */*;q=0.1", "text/html"])
def test_an_answer_somebody_wants_is_given(client: FlaskClient, accept: str) -> None:
    assert client.get("/v1/toys/ball", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad-request"),
        (403, "bad-request"),
        (404, "not-found"),
        (413, "too-large"),
        (429, "too-many-requests"),
        (500, "internal-error"),
        (501, "internal-error"),
        (503, "unavailable"),
    ],
)
def test_every_http_error_of_the_framework_is_a_problem(client: FlaskClient, status: int, code: str) -> None:
    answer = client.get(f"/v1/broken/{status}")
    problem(answer, status, code)
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_an_unavailable_store_is_503_with_retry_after(client: FlaskClient) -> None:
    answer = client.get("/v1/broken/store")
    problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_key_of_another_request_is_409(client: FlaskClient) -> None:
    problem(client.get("/v1/broken/key"), 409, "idempotency-conflict")


def test_the_unexpected_is_500_and_neither_answer_nor_log_quotes_it(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/v1/broken/Bird", data=b'{"name": "Canary"}', **JSON)
    members = problem(answer, 500, "internal-error")
    assert "Canary" not in f"{members}"
    assert "Canary" not in caplog.text


def test_the_unexpected_is_logged_under_its_request_id_with_its_place(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/v1/broken/Bird", headers={"X-Request-Id": "r-1"})
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "r-1" in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "test_app.py" in record.getMessage()
    assert "Canary" not in record.getMessage()
    assert "Bird" not in record.getMessage()
    assert record.exc_info is None


ADDRESSES = [
    "/healthz",
    "/readyz",
    "/v1/toys/ball",
    "/nowhere",
    "/docs",
    "/problems/",
    "/openapi.json",
    "/assets/docs.js",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_headers_that_protect_it(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert re.fullmatch("[0-9a-f]{16}", headers["X-Request-Id"])
    assert all(len(headers.getlist(name)) == 1 for name in headers.keys())  # noqa: SIM118  # Headers yields pairs


def test_answers_are_not_kept_unless_they_are_about_nobody(client: FlaskClient) -> None:
    assert client.get("/v1/toys/ball").headers["Cache-Control"] == "no-store"
    assert client.post("/v1/toys", data=b"{}", **JSON).headers["Cache-Control"] == "no-store"
    with client.get("/assets/docs.js") as answer:
        assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("abc-123_X.y", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("a b", False),
        ("<b>", False),
        ("é", False),
    ],
)
def test_a_sane_request_id_is_echoed_and_any_other_replaced(client: FlaskClient, sent: str, echoed: bool) -> None:
    given = client.get("/healthz", headers={"X-Request-Id": sent}).headers["X-Request-Id"]
    assert (given == sent) is echoed
    assert given


def test_the_formulary_version_stands_on_every_answer_once_it_is_known(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, FORMULARY_VERSION, "2026.1")
    for address in ("/v1/toys/ball", "/nowhere", "/docs"):
        assert client.get(address).headers.getlist("Formulary-Version") == ["2026.1"]


def test_alive_asks_nothing(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "alive"}


def test_ready_asks_every_probe(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = app.extensions[READINESS]
    assert "store" in client.get("/readyz").json["probes"]
    monkeypatch.setitem(app.extensions, READINESS, [*probes, ("canaries", lambda: "gabapentin at 3,601 mg passed")])
    answer = client.get("/readyz")
    members = problem(answer, 503, "unavailable")
    assert members["not_ready"] == ["canaries"]
    assert "gabapentin at 3,601 mg passed" in f"{members['detail']}"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_service_without_its_store_starts_is_not_ready_and_recovers(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    lonely = create_app(Settings(store=f"sqlite:///{tmp_path}/var/posology.sqlite3"))
    client = lonely.test_client()
    assert client.get("/healthz").status_code == 200
    problem(client.get("/readyz"), 503, "unavailable")
    (tmp_path / "var").unlink()
    assert client.get("/readyz").status_code == 200
    lonely.extensions[STORE].close()


@pytest.mark.parametrize("kind", PROBLEM_TYPES.values(), ids=PROBLEM_TYPES)
def test_every_problem_type_resolves_to_a_page(client: FlaskClient, kind: object) -> None:
    path = kind.path  # type: ignore[attr-defined]  # a ProblemType
    page = client.get(path)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert page.text.count("<h1>") == 1
    entry = client.get(path, headers={"Accept": "application/json"}).json
    assert entry["type"] == path
    assert all(entry[part].strip() for part in ("title", "meaning", "example", "instead"))
    assert path in client.get("/problems/").text


def test_what_is_no_problem_type_has_no_page(client: FlaskClient) -> None:
    problem(client.get("/problems/no-such-problem"), 404, "not-found")


def test_a_page_escapes_what_it_shows(client: FlaskClient) -> None:
    assert "&#34;" in client.get("/problems/duplicate-key").text
    assert '{"dose"' not in client.get("/problems/duplicate-key").text


def test_the_openapi_document_is_valid_and_shows_what_our_decorators_read(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    making = document["paths"]["/v1/toys"]["post"]
    assert making["requestBody"]["required"] is True
    reference = making["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    toy = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert toy["required"] == ["name"]
    assert toy["additionalProperties"] is False
    (parameters,) = [document["paths"]["/v1/toys/{name}"]["get"]["parameters"]]
    assert ("query", "colour") in {(parameter["in"], parameter["name"]) for parameter in parameters}
    refusal = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(refusal) == ["application/problem+json"]


def test_a_refusal_is_what_the_openapi_document_says(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    members = client.post("/v1/toys", data=b'{"nmae": 1}', **JSON).json
    Draft202012Validator(schema).validate(members)
    broken = members | {"errors": [{"code": 5}]}
    assert not Draft202012Validator(schema).is_valid(broken)


def test_pages_load_only_files_of_our_own(client: FlaskClient) -> None:
    for address in ("/docs", "/problems/", "/problems/sign"):
        page = client.get(address).text
        loaded = re.findall(r'(?:src|href)="([^"]*)"', page)
        assert loaded
        assert all(link.startswith("/") and not link.startswith("//") for link in loaded)
        assert not re.search(r"<style|<script>|style=|\son[a-z]+=", page)
        for link in loaded:
            with client.get(link) as answer:
                assert answer.status_code == 200


def test_assets_do_not_lead_out_of_their_folder(client: FlaskClient) -> None:
    for address in ("/assets/../app.py", "/assets/%2e%2e/%2e%2e/app.py", "/assets//etc/passwd", "/assets/"):
        assert client.get(address).status_code in (308, 404)
