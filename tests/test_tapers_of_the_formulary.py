"""The ways up and down that are shipped: who has one, what it states at its turning points, and its words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dosing.formulary.kinds import Layer
from dosing.formulary.model import Monograph, Protocol, Taper
from dosing.units import quantity
from tests.reading_cases import formulary
from tests.schedules.formats.reading_grade import grade

MOST_YEARS_OF_SCHOOL = 6


def monograph(drug: str) -> Monograph:
    return formulary().monographs[drug]


def taper(drug: str, name: str) -> Taper:
    return next(known for known in monograph(drug).tapers if known.id == name)


def protocol(drug: str, name: str) -> Protocol:
    return next(known for known in monograph(drug).protocols if known.id == name)


def test_what_may_not_end_suddenly_has_a_way_down() -> None:
    bound = [known for known in formulary().monographs.values() if "abrupt-stop" in {rule.kind for rule in known.rules}]
    assert len(bound) > 20
    assert [known.drug for known in bound if not known.tapers] == []


def test_opioids_tizanidine_and_baclofen_begin_again_after_missed_days() -> None:
    begins_again = {known.drug for known in formulary().monographs.values() if known.restart is not None}
    opioids = {known.drug for known in formulary().monographs.values() if "opioid" in known.classes}
    assert begins_again == opioids | {"tizanidine", "baclofen"}


@pytest.mark.parametrize(
    ("milligrams", "cut", "days"),
    [("41", "10", 7), ("40", "5", 7), ("21", "5", 7), ("20", "2.5", 7), ("10", "1", 7), ("5", "1", 28), ("1", "1", 28)],
)
def test_a_glucocorticoid_is_lowered_by_its_range(milligrams: str, cut: str, days: int) -> None:
    """Both sides of every boundary of the joint guideline's table, in prednisone."""
    by_range = taper("prednisone", "by-range")
    assert by_range.default and by_range.equivalence == "prednisone-equivalent"
    stretch = next(known for known in by_range.stretches if known.range and Fraction(milligrams) in known.range)
    assert stretch.by == quantity(f"{cut} mg/d") and stretch.every == quantity(f"{days} d")


def test_every_glucocorticoid_by_mouth_has_the_same_default() -> None:
    members = [known for known in formulary().monographs.values() if "glucocorticoid" in known.classes]
    defaults = {known.drug: [way.id for way in known.tapers if way.default] for known in members}
    assert set(map(tuple, defaults.values())) == {("by-range",)}, defaults


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (4, "a-few-days"),
        (6, "a-few-days"),
        (7, "a-week-to-a-month"),
        (29, "a-week-to-a-month"),
        (30, "weeks-to-months"),
        (364, "weeks-to-months"),
        (365, "a-year-or-more"),
    ],
)
def test_the_length_of_use_chooses_the_way_down_of_an_opioid(days: int, name: str) -> None:
    timed = [way for way in monograph("oxycodone").tapers if way.taken_for is not None]
    assert [way.id for way in timed if way.taken_for is not None and Fraction(days) in way.taken_for] == [name]


@pytest.mark.parametrize(("drug", "days"), [("fentanyl", 3), ("buprenorphine", 7)])
def test_patches_are_lowered_in_whole_patches(drug: str, days: int) -> None:
    patches = [way for way in monograph(drug).tapers if way.forms == frozenset({"transdermal patch"})]
    assert len(patches) == 2
    paces = [known.every for way in patches for known in way.stretches]
    assert [pace for pace in paces if pace is None or pace.amount("d") % days] == []


def test_a_cut_of_a_benzodiazepine_is_never_more_than_a_quarter() -> None:
    for known in formulary().monographs.values():
        if "benzodiazepine" in known.classes:
            default = next(way for way in known.tapers if way.default)
            shares = [stretch.most_percent for stretch in default.stretches if stretch.percent is not None]
            assert shares == [Fraction(25)], known.drug


def test_s_dmard_methotrexate_is_once_a_week_with_folic_acid_between() -> None:
    """Also in the founding documents' own layer, for lupus."""
    seed = protocol("methotrexate", "lupus")
    assert seed.layer is Layer.SEED and "systemic-lupus-erythematosus" in seed.indications
    for known in monograph("methotrexate").protocols:
        assert known.pattern == "weekly"
        assert (known.start_low, known.start_high) == (quantity("7.5 mg"), quantity("15 mg"))
        (companion,) = known.companions
        weekly = companion.dose.amount("mg") * 6
        assert companion.drug == "folic acid" and weekly >= 5
        assert "weekly-not-daily" in known.advice


def test_s_hcq_hydroxychloroquine_is_by_weight_and_at_most_400_mg() -> None:
    assert {known.layer for known in monograph("hydroxychloroquine").protocols} == {Layer.LABEL, Layer.SEED}
    for known in monograph("hydroxychloroquine").protocols:
        assert known.pattern == "alternating" and known.at_most == quantity("400 mg/d")
        assert known.start_high == known.maintenance_high == quantity("5 mg/kg/d")
        assert {"eye-checks", "with-food-or-milk"} <= set(known.advice)


def test_azathioprine_rises_no_sooner_than_its_rules_allow() -> None:
    first, later = protocol("azathioprine", "rheumatoid-arthritis").raises
    assert (first.every, first.at_least_every) == (quantity("8 wk"), quantity("6 wk"))
    assert (later.every, later.until) == (quantity("4 wk"), quantity("2.5 mg/kg/d"))


@pytest.mark.parametrize("code", sorted(formulary().advice))
def test_advice_asks_for_no_more_than_six_years_of_school(code: str) -> None:
    assert grade(formulary().advice[code].text, tuple(formulary().names)) <= MOST_YEARS_OF_SCHOOL
