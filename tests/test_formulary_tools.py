"""The formulary's own tools: a hospital's layer, pages for people, the comparison of versions, the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.canaries import silent_canaries
from api.cli import main
from api.services import wire
from dosing.finding import Severity
from dosing.formulary.comparing import differences
from dosing.formulary.entry import FormularyError
from dosing.formulary.kinds import DoseRule, Layer
from dosing.formulary.lint import lint
from dosing.formulary.loader import HERE, load
from dosing.formulary.pages import pages
from tests.reading_cases import ROOT, formulary
from tests.small_formulary import ask, finding, small_formulary

MOST = """
- id: most
  kind: max-daily-dose
  limit: 20 mg/d
- id: apart
  kind: min-interval
  limit: 4 h
- id: open
  kind: max-daily-dose
  limit: 15 mg/d
  layer: guideline
  may_loosen: true
- id: kidneys
  kind: renal-dose
  measure: creatinine_clearance
  bands: [{range: ">= 30 mL/min"}, {range: "< 30 mL/min", action: avoid}]
"""
HEAD = 'hospital: Example Hospital\nversion: "3"\n'
SIGNED = "author: A. Pharmacist, date: 2026-11-02, reason: Falls."


def with_layer(folder: Path, layer: str) -> Any:
    """The small formulary under a local file."""
    small_formulary(folder, MOST)
    local = folder.parent / f"{folder.name}-local.yaml"
    local.write_text(HEAD + layer)
    return load(folder, local)


def daily(dose: str) -> dict[str, Any]:
    return {"dose": dose, "frequency": {"times": 1, "per": "day"}}


def test_a_tighter_limit_stands_beside_the_one_it_tightens(tmp_path: Path) -> None:
    known = with_layer(tmp_path, f"changes:\n  - {{rule: exampline/most, limit: 10 mg/d, {SIGNED}}}\n")
    assert known.version == "0+local.3"
    told = finding(ask(known, daily("11 mg")), "most-local")
    assert told is not None and told.severity is Severity.CRITICAL and told.source is not None
    assert told.source.title == "Example Hospital" and told.rule is not None and told.rule.layer is Layer.LOCAL
    assert told.rule.note == "Falls. (A. Pharmacist, 2026-11-02)"
    assert finding(ask(known, daily("11 mg")), "most") is None
    assert finding(ask(known, daily("10 mg")), "most-local") is None
    assert finding(ask(known, daily("21 mg")), "most") is not None


def test_what_is_marked_may_be_loosened_and_is_then_replaced(tmp_path: Path) -> None:
    known = with_layer(tmp_path, f"changes:\n  - {{rule: exampline/open, limit: 18 mg/d, {SIGNED}}}\n")
    assert known.replaced == {"exampline/open"}
    assert finding(ask(known, daily("16 mg")), "open") is None
    assert finding(ask(known, daily("19 mg")), "open-local") is not None


def test_a_longer_interval_is_the_stricter_one(tmp_path: Path) -> None:
    known = with_layer(tmp_path, f"changes:\n  - {{rule: exampline/apart, limit: 6 h, {SIGNED}}}\n")
    assert finding(ask(known, {"dose": "1 mg", "frequency": {"every": "5 hours"}}), "apart-local") is not None


def test_a_rule_may_be_added_to_a_drug(tmp_path: Path) -> None:
    known = with_layer(
        tmp_path,
        "sources: {local-protocol: {title: Protocol}}\nrules:\n  - drug: exampline\n    author: A\n"
        "    date: 2026-11-02\n    reason: Decided.\n    rule: {id: weeks, kind: max-duration, limit: 28 d, "
        "layer: local, source: local-protocol, evidence: label}\n",
    )
    assert finding(ask(known, {**daily("1 mg"), "duration": "29 days"}), "weeks") is not None
    assert finding(ask(known, {**daily("1 mg"), "duration": "28 days"}), "weeks") is None


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (f"changes:\n  - {{rule: exampline/most, limit: 30 mg/d, {SIGNED}}}\n", "looser"),
        (f"changes:\n  - {{rule: exampline/most, limit: 20 mg/d, {SIGNED}}}\n", "already"),
        (f"changes:\n  - {{rule: exampline/most, limit: 10 d, {SIGNED}}}\n", "cannot be compared"),
        (f"changes:\n  - {{rule: exampline/none, limit: 10 mg/d, {SIGNED}}}\n", "not a known rule"),
        (f"changes:\n  - {{rule: exampline/kidneys, limit: 10 mg/d, {SIGNED}}}\n", "no single limit"),
        (f"changes:\n  - {{rule: exampline/apart, limit: 3 h, {SIGNED}}}\n", "looser"),
        ("changes:\n  - {rule: exampline/most, limit: 10 mg/d, date: 2026-11-02, reason: Falls.}\n", "no `author`"),
        ("changes:\n  - {rule: exampline/most, limit: 10 mg/d, author: A, reason: Falls.}\n", "no `date`"),
        ("changes:\n  - {rule: exampline/most, limit: 10 mg/d, author: A, date: 2026-11-02}\n", "no `reason`"),
        ("changes:\n  - {rule: exampline/most, limit: 10 mg/d, author: A, date: soon, reason: B}\n", "not a date"),
        (
            "rules:\n  - {drug: exampline, author: A, date: 2026-11-02, reason: B, rule: {id: weeks, limit: 28 d, "
            "kind: max-duration, layer: label, source: invented-label, evidence: label}}\n",
            "a rule of the layer label",
        ),
        ("wishes: []\n", "unknown key"),
    ],
)
def test_a_local_file_with_a_fault_is_refused_with_its_line(tmp_path: Path, layer: str, said: str) -> None:
    with pytest.raises(FormularyError) as caught:
        with_layer(tmp_path, layer)
    (fault,) = caught.value.faults
    assert said in fault.what and fault.cure and fault.line >= 1 and fault.file.endswith("local.yaml")


def test_a_local_layer_over_the_formulary_leaves_its_cases_singing(tmp_path: Path) -> None:
    local = tmp_path / "local.yaml"
    local.write_text(HEAD + f"changes:\n  - {{rule: gabapentin/max-daily-dose, limit: 2400 mg/d, {SIGNED}}}\n")
    services = wire(local=local)
    assert services.formulary.version.endswith("+local.3")
    assert services.formulary.sha256 != formulary().sha256
    assert silent_canaries(services.flock) is None


def test_the_pages_are_those_of_the_formulary() -> None:
    """`./posology formulary pages` writes them."""
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "docs/formulary").glob("*.md")}
    assert sorted(written) == sorted(pages(formulary()))
    assert [name for name, text in pages(formulary()).items() if written[name] != text] == []


def test_every_rule_stands_on_a_page_with_its_source() -> None:
    told = "".join(pages(formulary()).values())
    assert [rule.id for rule in formulary().rules.values() if f"| {rule.id} |" not in told] == []
    assert [rule.source.id for rule in formulary().rules.values() if f"- `{rule.source.id}`: " not in told] == []


def test_a_formulary_differs_from_itself_in_nothing() -> None:
    assert list(differences(formulary(), formulary())) == []


def test_a_changed_limit_and_the_orders_that_it_concerns_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "formulary"
    shutil.copytree(HERE, other, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monograph = other / "monographs" / "gabapentin.yaml"
    stricter = monograph.read_text().replace("limit: 3600 mg/d", "limit: 1000 mg/d", 1)
    monograph.write_text(stricter)
    assert main(["formulary", "diff", str(HERE), str(other)]) == 1
    said = capsys.readouterr().out
    assert "rule  ~ gabapentin/max-daily-dose: at most 3,600 mg a day." in said
    assert "-> at most 1,000 mg a day." in said
    assert main(["formulary", "diff", str(HERE), str(HERE)]) == 0


def test_the_command_line_ends_as_a_script_expects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formulary", "lint"]) == 0
    assert "in order" in capsys.readouterr().out
    (tmp_path / "formulary.yaml").write_text("version: 1\n")
    assert main(["formulary", "lint", str(tmp_path)]) == 2
    assert "formulary.yaml" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["formulary", "sing"])
    assert ended.value.code == 2


def test_the_command_at_the_top_of_the_tree_answers() -> None:
    asked = [sys.executable, "-m", "api.cli", "formulary", "lint"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)  # our own command
    assert answer.stdout.startswith("formulary ")


def test_an_overdue_review_is_a_fault_on_its_day_and_not_before(tmp_path: Path) -> None:
    known = small_formulary(tmp_path, MOST)
    assert list(lint(known, date(2027, 11, 21))) == []
    overdue = list(lint(known, date(2027, 11, 22)))
    assert overdue and all("review was due" in fault.what and fault.line >= 1 for fault in overdue)


def test_a_drug_needs_one_file_and_its_cases_another_and_no_code(tmp_path: Path) -> None:
    """The monograph and the cases of the guide, beside everything that is shipped."""
    guide = (ROOT / "docs/formulary.md").read_text("utf-8")
    blocks = [block.split("```")[0] for block in guide.split("```yaml\n")[1:]]
    files = {block.splitlines()[0].removeprefix("# "): block for block in blocks if block.startswith("# ")}
    added = {"sources-example.yaml", "monographs/exampline.yaml", "cases/exampline.yaml"}
    assert added <= files.keys()
    other = tmp_path / "formulary"
    shutil.copytree(HERE, other, ignore=shutil.ignore_patterns("*.py", "__pycache__", "deck"))
    for name in added:
        (other / name).write_text(files[name])
    known = load(other)
    assert list(lint(known, date(2026, 12, 1))) == []
    services = wire(known, other / "cases")
    assert silent_canaries(services.flock) is None
    assert sum(canary.rule == "exampline/max-daily-dose" for canary in services.flock.canaries) == 2
    rule = known.rules["exampline/max-daily-dose"]
    assert isinstance(rule, DoseRule) and str(rule.row.max_daily) == "60 mg/d"
