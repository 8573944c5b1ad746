"""Ways up and down as a formulary states them: what its classes add, what is inherited, and what changed."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from dosing.formulary.comparing import differences
from dosing.formulary.loader import load
from dosing.formulary.model import Formulary, Monograph, Taper
from dosing.formulary.pages import pages
from dosing.units import quantity
from tests.test_broken_formularies import SOUND


@pytest.fixture(scope="module")
def invented() -> Formulary:
    return load(SOUND)


def tapers(monograph: Monograph) -> dict[str, Taper]:
    return {taper.id: taper for taper in monograph.tapers}


def test_a_taper_of_a_class_stands_after_those_of_the_drug_and_yields_its_default(invented: Formulary) -> None:
    exampline, secondine = invented.monographs["exampline"], invented.monographs["secondine"]
    assert list(tapers(exampline)) == ["by-range", "by-share", "by-table", "over-a-week"]
    assert [taper.id for taper in exampline.tapers if taper.default] == ["by-range"]
    assert [taper.id for taper in secondine.tapers if taper.default] == ["over-a-week"]
    assert secondine.tapers[0].file == "classes/other.yaml"


def test_a_restart_of_a_class_is_that_of_its_drugs(invented: Formulary) -> None:
    restart = invented.monographs["secondine"].restart
    assert restart is not None and restart.why == "The body is no longer used to it."


def test_a_stretch_says_who_says_so_or_its_taper_does(invented: Formulary) -> None:
    by_range = tapers(invented.monographs["exampline"])["by-range"]
    assert [known.source.id for known in by_range.stretches] == [
        "invented-guideline",
        "invented-label",
        "invented-label",
    ]
    assert [known.evidence.value for known in by_range.stretches] == ["secondary", "label", "label"]
    assert by_range.taken_for is not None and Fraction(28) in by_range.taken_for


def test_a_stretch_holds_a_share_of_the_first_dose_or_of_the_dose_before(invented: Formulary) -> None:
    first, rest = tapers(invented.monographs["exampline"])["by-share"].stretches
    assert (first.percent, first.of_original, first.to_percent) == (Fraction(10), True, Fraction(30))
    assert (rest.percent, rest.of_original, rest.to_percent) == (Fraction(10), False, None)


def test_a_protocol_knows_its_pattern_its_cap_and_what_goes_beside_it(invented: Formulary) -> None:
    usual, by_weight, weekly = invented.monographs["exampline"].protocols
    assert (usual.pattern, by_weight.pattern, weekly.pattern) == ("daily", "alternating", "weekly")
    assert by_weight.at_most == quantity("60 mg/d") and by_weight.raises == ()
    (companion,) = weekly.companions
    assert (companion.drug, companion.dose) == ("secondine", quantity("5 mg"))


def test_the_pages_tell_every_way(invented: Formulary) -> None:
    told = pages(invented)["exampline.md"]
    for line in (
        "- Taken: once a week, on one named day",
        "- Start: 1 mg per kg a day, 1 a day",
        "- Maintenance: 1 mg per kg a day, and at most 60 mg a day",
        "- Beside it: secondine 5 mg on the days between. Secondine keeps the mouth well.",
        "- More than 20 mg a day: 10 mg a day less, at most 20 mg a day, every 7 days",
        "- More than 10 and at most 20 mg a day: 5 mg a day less, spread over 8 weeks",
        "- Down to 30 percent of the first dose: 10 percent of the first dose less, every 7 days",
        "- 0.5 mg per kg a day, and at most 40 mg a day, for 14 days",
        "- Where strengths allow no further cut: Ask for a liquid, or lengthen the time between doses.",
        "- `over-a-week` of the class [other](classes.md#other)",
        "- Begins again from the start: The body is no longer used to it.",
    ):
        assert line in told, line
    assert "### Taper: Over a week" in pages(invented)["classes.md"]


def test_a_changed_way_is_told(invented: Formulary, tmp_path: Path) -> None:
    other = tmp_path / "formulary"
    shutil.copytree(SOUND, other)
    monograph = other / "monographs/exampline.yaml"
    text = monograph.read_text("utf-8").replace("to_percent: 30", "to_percent: 40")
    monograph.write_text(text.replace("at_most: 60 mg/d", "at_most: 50 mg/d"))
    shared = other / "classes/other.yaml"
    shared.write_text(shared.read_text("utf-8").replace("no longer used to it", "not used to it"))
    said = list(differences(invented, load(other)))
    assert [line.partition(":")[0] for line in said] == [
        "protocol  ~ exampline/by-weight",
        "taper  ~ exampline/by-share",
        "restart  ~ exampline",
        "restart  ~ secondine",
    ]
    assert "down to 30 percent" in said[1] and "down to 40 percent" in said[1]


def test_one_hash_covers_the_ways_too(invented: Formulary, tmp_path: Path) -> None:
    other = tmp_path / "formulary"
    shutil.copytree(SOUND, other)
    monograph = other / "monographs/exampline.yaml"
    monograph.write_text(monograph.read_text("utf-8").replace("lasts: 14 d", "lasts: 15 d"))
    assert load(other).sha256 != invented.sha256
