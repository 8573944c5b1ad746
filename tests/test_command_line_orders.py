"""`posology check`: the web's answer for a program, lines for a person, and a file of questions a line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.commands import orders, reading
from api.config import Settings
from api.json_text import encode
from api.services import check
from tests.command_line import ORDER, PATIENT, QUESTION, Line, engine, written

NUMBER = "cccccccccccccccccccccccccc"
HIGH = {**ORDER, "doses": {"morning": "1300 mg", "noon": "1300 mg", "evening": "1300 mg"}, "quantity": "1 {capsule}"}
REJECTED = {**QUESTION, "orders": [HIGH]}
UNKNOWN = {**QUESTION, "patient": {name: value for name, value in PATIENT.items() if name != "creatinine_clearance"}}
WARNED = {**QUESTION, "patient": {**QUESTION["patient"], "conditions": ["chronic-obstructive-pulmonary-disease"]}}
REFUSED = {**QUESTION, "orders": [{**ORDER, "doses": {"evening": "0,3 g"}}, {**ORDER, "id": "rx-2", "colour": "red"}]}
QUESTIONS = [(QUESTION, 0), (WARNED, 1), (REFUSED, 2), (REJECTED, 3), (UNKNOWN, 4)]


@pytest.fixture
def line(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(reading, "wire", lambda local: engine())
    return Line(capsysbinary, monkeypatch)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    yield create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3")).test_client()


@pytest.mark.parametrize(("question", "ending"), QUESTIONS)
def test_web_and_command_line_answer_in_the_same_bytes(
    line: Line,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    question: dict[str, Any],
    ending: int,
) -> None:
    monkeypatch.setattr("api.services.new_id", lambda: NUMBER)
    web = client.post("/v1/orders/check", json=question)
    by_file = line("check", written(tmp_path, "question.json", question), "--json")
    assert (by_file.out, by_file.ending) == (web.data, ending)
    for words in ((), ("-",)):
        assert line("check", *words, "--json", typed=json.dumps(question).encode()).out == web.data
    out = tmp_path / "answer.json"
    assert line("check", "-", "--json", "--out", out, typed=json.dumps(question).encode()).ending == ending
    assert out.exists() is (ending != 2) and (ending == 2 or out.read_bytes() == web.data)


@pytest.mark.parametrize(("question", "ending"), QUESTIONS)
def test_a_line_of_a_file_is_answered_as_it_is_alone(
    line: Line, monkeypatch: pytest.MonkeyPatch, question: dict[str, Any], ending: int
) -> None:
    monkeypatch.setattr("api.services.new_id", lambda: NUMBER)
    alone = line("check", "--json", typed=json.dumps(question).encode())
    ended = line("check", "--lines", typed=json.dumps(question).encode() + b"\n")
    assert (ended.out, ended.ending, ended.told) == (alone.out + b"\n", ending, "")


def test_as_many_lines_come_out_as_went_in_and_in_their_order(line: Line, tmp_path: Path) -> None:
    asked = [QUESTION, REFUSED, REJECTED]
    texts = [json.dumps(question).encode() for question in asked]
    texts[1:1] = [b"", b"{", b"\xff\xfe", b'"' + b"x" * (3 * 1024 * 1024) + b'"']
    file = tmp_path / "questions.ndjson"
    file.write_bytes(b"\r\n".join(texts))
    ended = line("check", file, "--lines")
    answers = [json.loads(answer) for answer in ended.out.splitlines()]
    assert [answer.get("verdict") or answer["type"].rpartition("/")[2] for answer in answers] == [
        "accept",
        "not-json",
        "not-json",
        "not-utf-8",
        "too-large",
        "several-faults",
        "reject",
    ]
    assert ended.ending == 2
    out = tmp_path / "answers.ndjson"
    written_out = line("check", file, "--lines", "--out", out)
    assert written_out.out == b"" and len(out.read_bytes().splitlines()) == len(answers)


@pytest.mark.parametrize(
    ("questions", "ending"),
    [
        ([], 0),
        ([QUESTION, WARNED], 1),
        ([WARNED, UNKNOWN], 4),
        ([UNKNOWN, REJECTED, WARNED], 3),
        ([REJECTED, REFUSED, UNKNOWN], 2),
    ],
)
def test_the_worst_answer_decides_how_it_ends(line: Line, questions: list[object], ending: int) -> None:
    typed = "".join(f"{json.dumps(question)}\n" for question in questions).encode()
    ended = line("check", "--lines", typed=typed)
    assert (ended.ending, len(ended.out.splitlines())) == (ending, len(questions))


def test_a_person_reads_the_verdict_the_arithmetic_the_source_and_what_would_pass(line: Line) -> None:
    text = line("check", typed=json.dumps(REJECTED).encode()).out.decode()
    assert text.startswith("reject: ")
    for said in (
        "critical: max-daily-dose, order rx-1, step 1, day 1\n",
        "measured: 3,900 mg a day; limit: at most 3,600 mg a day\n",
        "source: Neurontin (gabapentin) label, 2.3, Table 1 (2026); label, gabapentin/max-daily-dose\n",
        "would pass: one dose of at most 1,200 mg\n",
        "also info: ",
        "warning: quantity-mismatch",
        "is a draft that no clinician has signed off.\n",
    ):
        assert said in text


def test_what_was_not_checked_is_named(line: Line) -> None:
    text = line("check", typed=json.dumps(UNKNOWN).encode()).out.decode()
    assert text.startswith("cannot-assess: no findings, 1 not checked, ")
    assert "Not checked:\n  renal-dose (gabapentin/renal-dose): " in text


def test_every_finding_of_the_cases_has_its_lines() -> None:
    """Every rule fires in some case: none gives a finding that cannot be told here, or is told in half."""
    services, told = engine(), 0
    for canary in services.flock.canaries:
        answer = json.loads(encode(check(services, canary.question)), parse_float=Decimal)
        text = "\n".join(orders.told(answer))
        assert text.startswith(f"{answer['verdict']}: ")
        for finding in answer["findings"]:
            assert finding["message"] in text and f"{finding['severity']}: {finding['code']}" in text
            told += 1
        for row in answer["not_checked"]:
            assert row["message"] in text
    assert told > len(services.flock.canaries) / 2


def test_a_look_alike_is_named_and_not_taken(line: Line) -> None:
    question = {**QUESTION, "orders": [{**ORDER, "drug": "gabapentine"}]}
    ended = line("check", typed=json.dumps(question).encode())
    assert ended.ending == 4 and "known names: gabapentin" in ended.out.decode()


def test_a_terminal_is_not_waited_for(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "is_typed", lambda: True)
    assert line("check").ending == 2
    assert line("check", "--lines").ending == 2


def test_a_refusal_stands_on_standard_error_with_every_place_and_hint(line: Line) -> None:
    ended = line("check", typed=json.dumps(REFUSED).encode())
    assert (ended.ending, ended.out) == (2, b"")
    assert "/orders/0/doses/evening: " in ended.told and "/orders/1/colour: " in ended.told


def test_answers_never_take_the_place_of_the_questions(line: Line, tmp_path: Path) -> None:
    file = written(tmp_path, "questions.ndjson", QUESTION)
    before = file.read_bytes()
    for words in (("--lines",), ()):
        assert line("check", file, *words, "--out", file).ending == 2
        assert file.read_bytes() == before
