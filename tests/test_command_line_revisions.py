"""`posology revise` and `posology compare`: a plan that was kept goes on from one of its days, or beside another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.commands import reading
from api.config import Settings
from tests.command_line import SWITCH, TAPER, TITRATION, Line, engine, written

NUMBER = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
HOLD = ("--action", "hold", "--from-day", "9", "--days", "7")


@pytest.fixture
def line(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(reading, "wire", lambda local: engine())
    return Line(capsysbinary, monkeypatch)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    yield create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3")).test_client()


def planned(line: Line, folder: Path, command: str = "titrate", request: dict[str, Any] | None = None) -> Path:
    """A plan in a file, as --out writes it."""
    plan = folder / f"{command}.json"
    ended = line(command, written(folder, "request.json", request or TITRATION), "--out", plan)
    assert ended.ending in (0, 1, 4) and ended.out == b""
    return plan


def test_a_new_plan_points_to_the_old_one_and_keeps_the_days_that_are_gone(line: Line, tmp_path: Path) -> None:
    plan = planned(line, tmp_path)
    before = plan.read_bytes()
    old, new = json.loads(before), line("revise", plan, *HOLD, "--json").json
    assert new["revises"] == old["id"] != new["id"]
    assert (new["revision"]["action"], new["revision"]["from_day"], new["revision"]["days"]) == ("hold", 9, 7)
    assert new["steps"][0] == {**old["steps"][0], "past": True}
    assert plan.read_bytes() == before


@pytest.mark.parametrize(("command", "request_"), [("titrate", TITRATION), ("taper", TAPER), ("switch", SWITCH)])
def test_web_and_command_line_revise_to_the_same_bytes(
    line: Line,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    request_: dict[str, Any],
) -> None:
    kind = {"titrate": "titration"}.get(command, command)
    stored = client.post(
        f"/v1/schedules/{kind}", data=json.dumps(request_).encode(), headers={"Content-Type": "application/json"}
    )
    assert stored.status_code == 201
    plan = tmp_path / "stored.json"
    plan.write_bytes(stored.data)
    monkeypatch.setattr("api.planning.new_id", lambda: NUMBER)
    body = {"action": "hold", "from_day": 9, "days": 7}
    web = client.post(f"{stored.headers['Location']}/revisions?dry_run=true", json=body)
    assert web.status_code == 200, web.text
    assert line("revise", plan, *HOLD, "--json").out == web.data
    change = written(tmp_path, "change.json", body)
    assert line("revise", plan, "--request", change, "--json").out == web.data
    assert line("revise", "-", "--request", change, "--json", typed=stored.data).out == web.data
    refused = client.post(f"{stored.headers['Location']}/revisions?dry_run=true", json=body | {"from_day": 4000})
    ended = line("revise", plan, "--request", change, "--from-day", "4000", "--json")
    assert (ended.ending, ended.out) == (2, refused.data)


def test_a_revision_can_be_revised_and_printed(line: Line, tmp_path: Path) -> None:
    plan, second = planned(line, tmp_path), tmp_path / "second.json"
    assert line("revise", plan, *HOLD, "--out", second).ending == 0
    ended = line(
        "revise", second, "--action", "stop-now", "--from-day", "12", "--patient-name", "A Name", "--large-print"
    )
    assert "A Name" in ended.out.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--action", "faster", "--from-day", "9"), "/action"),
        (("--action", "hold"), "/from_day"),
        (("--action", "hold", "--from-day", "nine", "--days", "7"), "/from_day"),
    ],
)
def test_a_change_that_is_not_understood_is_refused(
    line: Line, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ended = line("revise", planned(line, tmp_path), *words)
    assert (ended.ending, ended.out) == (2, b"") and said in ended.told


def test_what_is_no_plan_is_refused_and_nothing_is_guessed(line: Line, tmp_path: Path) -> None:
    made = json.loads(planned(line, tmp_path).read_bytes())
    broken: list[object] = [
        [],
        {},
        {"kind": "titration"},
        {**made, "kind": "recipe"},
        {**made, "kind": ["titration"]},
        {**made, "drug": "exampline"},
        {**made, "steps": "many"},
        {**made, "steps": [{**step, "to_day": step["to_day"] + 1} for step in made["steps"]]},
        {**made, "steps": made["steps"][1:]},
        {**made, "start_date": "tomorrow"},
        {**made, "request": {**made["request"], "drug": "gabapentine"}},
        {**made, "request": None},
        {name: value for name, value in made.items() if name != "drugs"},
    ]
    for place, body in enumerate(broken):
        file = tmp_path / f"broken{place}.json"
        file.write_text(json.dumps(body))
        ended = line("revise", file, *HOLD)
        assert (ended.ending, ended.out) == (2, b""), (place, ended)
        assert ended.told.startswith("posology: ")
        assert line("compare", file, file, "--json").json["status"] in (400, 409, 422)


def test_pieces_that_do_not_add_up_are_no_plan(line: Line, tmp_path: Path) -> None:
    made = json.loads(planned(line, tmp_path).read_bytes())
    made["steps"][0]["doses"][0]["amount"]["value"] = 400
    ended = line("revise", written(tmp_path, "changed.json", made), *HOLD)
    assert ended.ending == 2 and "other hands" in ended.told


def test_one_standard_input_holds_one_of_the_two(line: Line) -> None:
    assert line("revise", "-", "--request", "-").ending == 2


def test_plans_are_compared_day_by_day(line: Line, tmp_path: Path) -> None:
    plan, held = planned(line, tmp_path), tmp_path / "held.json"
    line("revise", plan, "--action", "hold", "--from-day", "12", "--days", "7", "--out", held)
    ended = line("compare", plan, held)
    rows = ended.out.decode().splitlines()
    assert (ended.ending, ended.told) == (1, "")
    assert rows[0].split() == ["date", "old", "new"]
    assert rows[1].split() == ["2026-12-01", *["gabapentin", "300", "mg", "evening"] * 2]
    first = next(row for row in rows if row.startswith("* "))
    made = line("compare", plan, held, "--json")
    assert made.ending == 1 and first[2:12] == made.json["first_difference"]
    assert rows[-1].endswith(f"the first on {first[2:12]}.")
    assert [row[2:12] for row in rows[1:-1] if row[0] == "*"] == [
        day["date"] for day in made.json["days"] if not day["same"]
    ]
    assert any("(no such day)" in row for row in rows)


def test_a_plan_does_not_differ_from_itself(line: Line, tmp_path: Path) -> None:
    plan = planned(line, tmp_path, "taper", TAPER)
    ended = line("compare", plan, plan)
    assert ended.ending == 0 and ended.out.endswith(b"No day differs.\n")


def test_web_and_command_line_compare_to_the_same_bytes(line: Line, client: FlaskClient, tmp_path: Path) -> None:
    files, numbers = [], []
    for target in ("900 mg/day", "1400 mg/day"):
        made = client.post("/v1/schedules/titration", json=TITRATION | {"target": target})
        files.append(tmp_path / f"{len(files)}.json")
        files[-1].write_bytes(made.data)
        numbers.append(made.get_json()["id"])
    web = client.get(f"/v1/schedules/{numbers[0]}/comparison/{numbers[1]}")
    assert line("compare", *files, "--json").out == web.data


def test_a_new_plan_never_takes_the_place_of_the_old_one(line: Line, tmp_path: Path) -> None:
    plan = planned(line, tmp_path)
    before = plan.read_bytes()
    ended = line("revise", plan, *HOLD, "--out", plan)
    assert ended.ending == 2 and "place of what was asked" in ended.told and plan.read_bytes() == before
