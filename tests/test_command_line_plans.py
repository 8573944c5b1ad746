"""`posology titrate|taper|switch`: the same bytes as over the web, in every format, from a file, a pipe or options."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.commands import plans, reading
from api.commands.options import PRINT, REVISION, SWITCH, TAKEN, TAPER, TITRATION, Option
from api.config import Settings
from api.schemas.revisions import RevisionSchema
from api.schemas.schedule import TitrationSchema
from api.schemas.tapers import SwitchSchema, TaperSchema
from schedules.formats import FORMATS
from tests import command_line as known
from tests.command_line import KINDS, Line, engine, written

CANARY = "Xaviera Quince"
NUMBER = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
OPTIONS = [
    *("--drug", "gabapentin", "--indication", "sciatica", "--start", "2026-12-01", "--start-dose", "300 mg"),
    *("--target", "1400 mg/day", "--age", "54 years", "--sex", "male", "--weight", "70 kg"),
    *("--clearance", "40 mL/min", "--conditions", "none", "--allergies", "none", "--medications", "none"),
]


@pytest.fixture
def line(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(reading, "wire", lambda local: engine())
    return Line(capsysbinary, monkeypatch)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    yield create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3")).test_client()


def posted(client: FlaskClient, kind: str, request: dict[str, Any], media_type: str) -> TestResponse:
    """The web's answer to the very bytes that the command line reads."""
    body = json.dumps(request).encode()
    headers = {"Content-Type": "application/json", "Accept": media_type}
    return client.post(f"/v1/schedules/{kind}?dry_run=true", data=body, headers=headers)


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every schedule and every check gets the same number, which is otherwise random."""
    monkeypatch.setattr("api.planning.new_id", lambda: NUMBER)


@pytest.mark.parametrize("command", KINDS)
@pytest.mark.parametrize("name", ["json", *FORMATS])
def test_web_and_command_line_give_the_same_bytes(
    line: Line, client: FlaskClient, numbered: None, tmp_path: Path, command: str, name: str
) -> None:
    kind, request = KINDS[command]
    media_type = "application/json" if name == "json" else FORMATS[name].media_type.partition(";")[0]
    web = posted(client, kind, request, media_type)
    assert web.status_code == 200, web.text
    ended = line(command, written(tmp_path, "request.json", request), "--format", name)
    assert ended.out == web.data
    assert line(command, "-", "--format", name, typed=json.dumps(request).encode()).out == web.data


@pytest.mark.parametrize("fault", [{"target": "1,800 mg/day"}, {"target": "1800 mg/day"}, {"drug": "gabapentine"}])
def test_web_and_command_line_refuse_in_the_same_bytes(
    line: Line, client: FlaskClient, tmp_path: Path, fault: dict[str, str]
) -> None:
    request = known.TITRATION | fault
    web = posted(client, "titration", request, "application/json")
    ended = line("titrate", written(tmp_path, "request.json", request), "--json")
    assert ended.out == web.data
    assert web.get_json()["detail"].split(";")[0] in ended.told
    assert ended.ending == (3 if fault == {"target": "1800 mg/day"} else 2)


def test_options_are_the_request_that_a_file_would_be(line: Line, numbered: None, tmp_path: Path) -> None:
    by_file = line("titrate", written(tmp_path, "request.json", known.TITRATION), "--json")
    assert by_file.json["kind"] == "titration"
    assert line("titrate", *OPTIONS, "--json").json == by_file.json


def test_an_option_wins_over_the_file(line: Line, tmp_path: Path) -> None:
    file = written(tmp_path, "request.json", known.TITRATION)
    made = line("titrate", file, "--target", "900 mg/day", "--clearance", "90 mL/min", "--json").json
    assert made["target"] == {"value": 900, "unit": "mg/d"}
    assert made["request"]["patient"] == known.PATIENT | {"creatinine_clearance": "90 mL/min"}


def test_what_is_taken_now_is_stated_as_a_whole(line: Line, tmp_path: Path) -> None:
    taper = written(tmp_path, "taper.json", known.TAPER)
    assert line("taper", taper, "--morning", "4 mg", "--json").json["request"]["from"] == [
        {"doses": {"morning": "4 mg"}}
    ]
    kept = line("taper", taper, "--dose", "4 mg", "--times", "2", "--json").json["request"]["from"]
    assert kept == [{"dose": "4 mg", "frequency": {"times": 2, "per": "day"}}]
    switch = written(tmp_path, "switch.json", known.SWITCH)
    kept = line("switch", switch, "--dose", "300 mg", "--times", "3", "--json").json["request"]["from"]
    assert kept == {"drug": "gabapentin", "dose": "300 mg", "frequency": {"times": 3, "per": "day"}}


def test_a_dose_without_how_often_is_not_completed(line: Line, tmp_path: Path) -> None:
    ended = line("taper", written(tmp_path, "taper.json", known.TAPER), "--dose", "4 mg")
    assert ended.ending == 2 and "/from/0" in ended.told and ended.out == b""


@pytest.mark.parametrize(
    ("schema", "options"),
    [(TitrationSchema, TITRATION), (TaperSchema, TAPER), (SwitchSchema, SWITCH), (RevisionSchema, REVISION)],
)
def test_every_option_has_its_field(schema: Any, options: tuple[Option, ...]) -> None:
    read = schema(lambda: engine().names)
    for option in (*options, *PRINT):
        if option.place[0] == TAKEN:
            assert option.place[1] in ("dose", "doses", "frequency")
            continue
        fields = read.load_fields
        for name in option.place[:-1]:
            fields = fields[name].schema.load_fields
        assert option.place[-1] in fields, option


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "7,5 mg/day"), "/target: "),
        (("--days", "1e3"), "/days: "),
        (("--conditions", "lupus nefritis"), "/patient/conditions/0: "),
        (("--strengths", "300 mg capsul"), "/strengths/0"),
        (("--start", "tomorrow"), "/start_date: "),
        (("--language", "xx"), "/print/language: "),
    ],
)
def test_an_option_is_read_by_the_schema(line: Line, words: tuple[str, ...], said: str) -> None:
    ended = line("titrate", *OPTIONS, *words)
    assert (ended.ending, ended.out) == (2, b"")
    assert said in ended.told


def test_verdicts_and_refusals_end_differently(line: Line, tmp_path: Path) -> None:
    accepted = line("titrate", *OPTIONS)
    assert (accepted.ending, accepted.told) == (0, "")
    unknown = line("titrate", *OPTIONS[: OPTIONS.index("--conditions")])
    assert unknown.ending == 4 and "cannot-assess: " in unknown.told and "contraindication not checked" in unknown.told
    warned = line("titrate", *OPTIONS, "--conditions", "chronic-obstructive-pulmonary-disease")
    assert warned.ending == 1 and "check says warn: " in warned.told
    infeasible = line("titrate", *OPTIONS, "--target", "1800 mg/day")
    assert infeasible.ending == 3 and "What can be reached: 1,400 mg a day." in infeasible.told
    assert infeasible.out == b""
    not_made = line("titrate", *OPTIONS, "--target", "1350 mg/day")
    assert not_made.ending == 2


def test_one_plan_goes_to_several_files(line: Line, tmp_path: Path) -> None:
    outs = [tmp_path / f"plan{suffix}" for suffix in (".json", ".pdf", ".html", ".txt", ".csv", ".ics")]
    written_to = [word for out in outs for word in ("--out", str(out))]
    ended = line("titrate", *OPTIONS, *written_to, "--patient-name", CANARY, "--audience", "patient")
    assert (ended.ending, ended.out) == (0, b"")
    made, text = json.loads(outs[0].read_bytes()), outs[3].read_text()
    assert made["id"] in text and CANARY in text and "Pharmacy" not in text
    assert outs[1].read_bytes().startswith(b"%PDF") and CANARY in outs[2].read_text()
    for out in (outs[0], outs[4], outs[5]):
        assert CANARY not in out.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(out.name for out in outs)


def test_a_sheet_is_printed_as_it_is_asked_for(line: Line) -> None:
    text = line("titrate", *OPTIONS, "--language", "es", "--prescriber", CANARY, "--phone", "555 0100").out.decode()
    assert CANARY in text and "555 0100" in text and "Tome" in text
    plain = line("titrate", *OPTIONS, "--format", "html").out
    assert line("titrate", *OPTIONS, "--format", "html", "--large-print").out != plain
    assert b'class="a4"' in line("titrate", *OPTIONS, "--format", "html", "--paper", "a4").out


@pytest.mark.parametrize("name", ["json", "csv", "ics"])
def test_names_that_would_stand_nowhere_are_refused(line: Line, name: str) -> None:
    ended = line("titrate", *OPTIONS, "--format", name, "--patient-name", CANARY)
    assert ended.ending == 2 and "/print" in ended.told and CANARY not in ended.told + ended.out.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("--patient-nam", CANARY),
        (f"--patient-nam={CANARY}",),
        ("--patient-name", CANARY, "--target", "1,8 mg/day"),
        ("--prescriber", CANARY, "--format", "word"),
        ("--phone", CANARY, "--audience", "nurse"),
        ("--patient-name", CANARY, "--pregnant", "maybe"),
        ("--patient-name", CANARY, "--target", "1800 mg/day", "--json"),
        ("--patient-name", CANARY * 20),
        ("--prescriber", CANARY, "--format", "pdf", "--out", "no/such/folder/plan.pdf"),
    ],
)
def test_a_refusal_names_nobody(line: Line, capsysbinary: pytest.CaptureFixture[bytes], words: tuple[str, ...]) -> None:
    try:
        ended = line("titrate", *OPTIONS, *words)
    except SystemExit as left:
        assert left.code == 2
        out, told = capsysbinary.readouterr()
        said = out + told
    else:
        assert ended.ending in (2, 3)
        said = ended.out + ended.told.encode()
    assert said and CANARY.encode() not in said


def test_a_fault_of_its_own_is_told_by_its_place(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(plans, "planned", fails)
    ended = line("titrate", *OPTIONS)
    assert ended.ending == 5 and ended.out == b""
    assert "RuntimeError at test_command_line_plans.py" in ended.told and CANARY not in ended.told


def test_a_pdf_is_not_for_a_terminal(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    ended = line("titrate", *OPTIONS, "--format", "pdf")
    assert ended.ending == 2 and ended.out == b"" and ended.told.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-file.json",), "No such file"),
        (("--format", "word"), "--format is one of text, html, pdf, csv, ics, json"),
        (("--out", "plan"), "does not say a format"),
        (("--out", "a.json", "--out", "a.json"), "one place twice"),
        (("--audience", "nurse"), "patient, prescriber, pharmacy"),
        (("--out", "no/such/folder/plan.pdf"), "No such file"),
        (("a.json", "b.json"), "--out-dir"),
        (("--out-dir", "plans"), "needs files"),
    ],
)
def test_a_command_that_cannot_be_followed_says_why(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = line("titrate", *words, *OPTIONS)
    assert (ended.ending, ended.out) == (2, b"")
    assert said in ended.told


def test_options_about_the_paper_leave_the_request_to_standard_input(line: Line) -> None:
    ended = line("titrate", "--patient-name", CANARY, "--large-print", typed=json.dumps(known.TITRATION).encode())
    assert ended.ending == 0 and CANARY in ended.out.decode()


def test_nothing_is_waited_for_at_a_terminal(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "is_typed", lambda: True)
    assert line("titrate").ending == 2


def test_many_requests_become_many_plans_and_one_bad_one_harms_only_itself(line: Line, tmp_path: Path) -> None:
    files = [
        written(tmp_path, "first.json", known.TITRATION),
        written(tmp_path, "second.json", known.TITRATION | {"target": "1,8 mg"}),
        written(tmp_path, "third.json", known.TITRATION | {"target": "1800 mg/day"}),
        tmp_path / "gone.json",
        written(tmp_path, "fourth.json", known.TITRATION),
    ]
    folder = tmp_path / "plans"
    ended = line("titrate", *files, "--out-dir", folder)
    assert (ended.ending, ended.out) == (2, b"")
    assert sorted(path.name for path in folder.iterdir()) == ["first.json", "fourth.json"]
    assert json.loads((folder / "first.json").read_bytes())["check"]["verdict"] == "accept"
    told = [row for row in ended.told.splitlines() if row.startswith("posology: ")]
    assert [Path(row.split(": ")[1]).name for row in told] == ["second.json", "third.json", "gone.json"]
    assert line("titrate", files[0], files[2], "--out-dir", folder, "--format", "text").ending == 3
    assert (folder / "first.txt").read_text().startswith("Gabapentin")
    assert line("titrate", files[0], files[4], "--out-dir", folder).ending == 0


def test_a_plan_never_takes_the_place_of_a_request_or_of_another_plan(line: Line, tmp_path: Path) -> None:
    file = written(tmp_path, "first.json", known.TITRATION)
    (tmp_path / "other").mkdir()
    twin = written(tmp_path / "other", "first.json", known.TITRATION)
    before = file.read_bytes()
    assert "place of what was asked" in line("titrate", file, "--out-dir", tmp_path).told
    assert "place of what was asked" in line("titrate", file, "--out", tmp_path / "." / "first.json").told
    assert "one name" in line("titrate", file, twin, "--out-dir", tmp_path / "plans").told
    assert file.read_bytes() == before


def test_a_broken_request_is_refused_at_the_gates(line: Line, tmp_path: Path) -> None:
    for content in (b"", b"[]", b'{"drug": "gabapentin", "drug": "x"}', b"{" * 100, b"\xff", b"x" * (1024 * 1024 + 1)):
        ended = line("titrate", "-", typed=content)
        assert (ended.ending, ended.out) == (2, b"") and ended.told.startswith("posology: ")
    named = written(tmp_path, "odd.json", {"patient": [], "taken": {"dose": "5 mg"}})
    assert "not an object" in line("titrate", named, "--age", "54 years").told
    assert "/taken" in line("taper", named, "--dose", "5 mg").told


def test_a_hospitals_own_limits_count_here_too(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "local.yaml"
    own.write_text(
        'hospital: Example Hospital\nversion: "3"\nchanges:\n  - {rule: gabapentin/max-daily-dose, limit: 900 mg/d, '
        "author: A. Pharmacist, date: 2026-11-02, reason: Falls.}\n"
    )
    monkeypatch.setenv("POSOLOGY_LOCAL", str(own))
    ended = Line(capsysbinary, monkeypatch)("titrate", *OPTIONS)
    assert ended.ending == 3 and "gabapentin/max-daily-dose-local" in ended.told
    monkeypatch.setenv("POSOLOGY_LOCAL", str(tmp_path / "gone.yaml"))
    ended = Line(capsysbinary, monkeypatch)("titrate", *OPTIONS)
    assert ended.ending == 2 and "POSOLOGY_LOCAL" in ended.told
