"""A formulary guards itself: each file under `tests/broken/` has one mistake, and gets one fault that names file, line
and cure.

The first three lines of a file say where it belongs, which line the fault names and which words it has. The file is
laid over the small formulary of invented drugs under `tests/broken/sound/`, comments and all, so that its lines are
those that one sees here. `local.yaml` is a hospital's own file.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from dosing.formulary.entry import Fault, FormularyError
from dosing.formulary.lint import lint
from dosing.formulary.loader import load
from tests.reading_cases import ROOT

BROKEN = ROOT / "tests" / "broken"
SOUND = BROKEN / "sound"
FILES = sorted(BROKEN.glob("*.yaml"))
LOCAL = "local.yaml"
DAY = date(2026, 12, 1)
HEAD = re.compile(r"# file: (?P<file>\S+)\n# line: (?P<line>[0-9]+)\n# says: (?P<says>.+)\n")


def faults_of(folder: Path, local: Path | None = None, on: date = DAY) -> list[Fault]:
    """What is wrong with a formulary, whether it shows when it is read or when it is linted."""
    try:
        formulary = load(folder, local)
    except FormularyError as error:
        return error.faults
    return list(lint(formulary, on))


def sentence(path: Path) -> str:
    return path.stem.replace("-", " ")


@pytest.mark.parametrize("path", FILES, ids=sentence)
def test_one_mistake_is_one_fault_with_its_file_its_line_and_its_cure(path: Path, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    told = HEAD.match(text)
    assert told is not None, "the first lines say where the file belongs, which line is wrong, and how it is told"
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    place = folder / told["file"] if told["file"] != LOCAL else tmp_path / LOCAL
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    (fault,) = faults_of(folder, place if told["file"] == LOCAL else None)
    assert (fault.file, fault.line) == (told["file"], int(told["line"])), str(fault)
    assert told["says"] in fault.what
    assert fault.cure.endswith(".")


def test_at_least_forty_mistakes_are_known() -> None:
    assert len(FILES) >= 40


def test_what_the_mistakes_are_laid_over_has_none(tmp_path: Path) -> None:
    assert faults_of(SOUND) == []
    local = tmp_path / LOCAL
    local.write_text(
        'hospital: Example Hospital\nversion: "3"\nchanges:\n'
        "  - {rule: exampline/most, limit: 50 mg/d, author: A. Pharmacist, date: 2026-11-02, reason: Falls.}\n"
    )
    assert faults_of(SOUND, local) == []


def test_a_review_is_overdue_the_day_after_it_was_due_and_not_before() -> None:
    assert faults_of(SOUND, on=date(2027, 11, 21)) == []
    overdue = faults_of(SOUND, on=date(2027, 11, 22))
    assert sorted(fault.file for fault in overdue) == [
        "classes/other.yaml",
        "monographs/exampline.yaml",
        "monographs/secondine.yaml",
    ]


def test_two_mistakes_are_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    for name in ("unknown-kind.yaml", "released-without-reviewer.yaml"):
        told = HEAD.match((BROKEN / name).read_text("utf-8"))
        assert told is not None
        shutil.copy(BROKEN / name, folder / told["file"])
    assert [fault.file for fault in faults_of(folder)] == ["formulary.yaml", "monographs/exampline.yaml"]


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    (folder / "formulary.yaml").unlink()
    (fault,) = faults_of(folder, None)
    assert fault.file == "formulary.yaml" and "missing" in fault.what
    (fault,) = faults_of(SOUND, tmp_path / LOCAL)
    assert fault.file == LOCAL and "cannot be read" in fault.what


def test_a_file_that_is_not_text_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    (folder / "partners.yaml").write_bytes(b"otherine: {}\nthirdine: {brands: [Caf\xe9]}\n")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.line) == ("partners.yaml", 2) and "UTF-8" in fault.what


def test_of_many_names_the_one_that_looks_alike_is_offered(tmp_path: Path) -> None:
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    many = "".join(f"another-source-{number}: {{title: Another}}\n" for number in range(50))
    (folder / "sources-many.yaml").write_text(many)
    shutil.copy(BROKEN / "unknown-source.yaml", folder / "monographs/exampline.yaml")
    (fault,) = faults_of(folder)
    assert fault.cure == "Correct the name (`invented-label`?) or add it to its list."


def test_a_dose_of_a_patch_is_not_compared_with_a_day_in_milligrams(tmp_path: Path) -> None:
    """They measure different things: neither is above the other, and nothing breaks."""
    folder = tmp_path / "formulary"
    shutil.copytree(SOUND, folder)
    monograph = folder / "monographs/exampline.yaml"
    text = monograph.read_text("utf-8")
    assert "kind: max-single-dose, limit: 60 mg," in text
    monograph.write_text(text.replace("kind: max-single-dose, limit: 60 mg,", "kind: max-single-dose, limit: 90 ug/h,"))
    assert faults_of(folder) == []
    monograph.write_text(text.replace("kind: max-single-dose, limit: 60 mg,", "kind: max-single-dose, limit: 61 mg,"))
    (fault,) = faults_of(folder)
    assert "one dose may be larger than the day" in fault.what
