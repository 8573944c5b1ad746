from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from schedules.formats import Sheet
from schedules.formats.contents import contents
from schedules.formats.pharmacy import Pharmacy, equivalents_of
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import NAMES, example


def part(plan: dict[str, Any]) -> Pharmacy:
    return contents(plan, Sheet()).pharmacy


def plain(texts: tuple[str, ...]) -> list[str]:
    return [text.replace(NO_BREAK, " ") for text in texts]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_dispensed_is_what_the_days_need(name: str) -> None:
    pharmacy = part(example(name))
    assert pharmacy.agrees
    assert pharmacy.agreement == "Counted again from the days: the same."


def test_a_supply_that_the_days_do_not_need_is_told_with_what_they_need() -> None:
    plan = example("prednisone-floor")
    plan["supply"][0]["count"] = "100"
    pharmacy = part(plan)
    assert not pharmacy.agrees
    assert pharmacy.agreement.replace(NO_BREAK, " ") == (
        "Do not dispense before this is cleared up: counted from the days, the plan needs 7 tablets of 10 mg and "
        "21 tablets of 5 mg."
    )


def test_fills_that_are_not_enough_are_told() -> None:
    plan = example("gabapentin-revised")
    plan["fills"][0]["supply"][0]["count"] = "140"
    assert not part(plan).agrees


def test_every_fill_has_its_days_and_its_pieces() -> None:
    fills = part(example("methotrexate-weekly")).fills
    assert [fill.title.replace(NO_BREAK, " ") for fill in fills] == [
        "1. For Tue Dec 1 to Mon Dec 28 (28 days)",
        "2. For Tue Dec 29 to Mon Jan 25 (28 days)",
    ]
    assert plain(fills[0].products) == [
        "18 tablets of methotrexate, 2.5 mg each",
        "24 tablets of folic acid, 1 mg each",
    ]


def test_of_a_revised_plan_only_the_days_to_come_are_dispensed() -> None:
    pharmacy = part(example("gabapentin-revised"))
    assert plain(pharmacy.in_all) == ["141 capsules of 300 mg"]
    assert pharmacy.days_supply == f"28{NO_BREAK}days"
    assert [row.number for row in pharmacy.sigs] == [4, 5, 6]


def test_a_step_with_a_cut_piece_is_marked() -> None:
    assert [row.split for row in part(example("prednisone-floor")).sigs] == [False, True, False, True]


def test_a_plan_of_two_drugs_names_the_drug_of_each_label_and_total() -> None:
    pharmacy = part(example("gabapentin-to-pregabalin"))
    assert [row.drug for row in pharmacy.sigs[:2]] == ["gabapentin", "pregabalin"]
    assert [(row.label, row.text.replace(NO_BREAK, " ")) for row in pharmacy.totals] == [
        ("Taken as scheduled, gabapentin", "6,300 mg"),
        ("Highest, gabapentin", "1,200 mg a day"),
        ("Taken as scheduled, pregabalin", "5,175 mg"),
        ("Highest, pregabalin", "300 mg a day"),
    ]
    assert [row.drug for row in part(example("gabapentin-1800")).sigs] == [""] * 6


def test_a_drug_whose_days_are_gone_has_no_totals() -> None:
    plan = example("gabapentin-to-pregabalin")
    plan["revision"] = {"from_date": "2026-12-10", "from_day": 10, "action": "hold", "days": None, "why": ""}
    for step in plan["steps"]:
        step["past"] = step["drug"] == "gabapentin"
    assert not [row for row in part(plan).totals if "gabapentin" in row.label]


def test_the_rate_of_a_patch_is_not_added_up() -> None:
    rows = {row.label: row.text.replace(NO_BREAK, " ") for row in part(example("fentanyl-patch")).totals}
    assert rows == {"Highest": "37 mcg an hour", "Morphine equivalent": "88.8 MME a day, days 7 to 30"}


def test_an_equivalent_says_its_factor_where_it_is_known() -> None:
    plan = example("tramadol-as-needed")
    plan["factors"] = {"mme": [{"drug": "tramadol", "factor": Decimal("0.2")}]}
    texts = [row.text.replace(NO_BREAK, " ") for row in part(plan).totals]
    assert "factor 0.2 for traMADol." in texts
    assert "5 MME a day, days 1 to 3" in texts
    assert "80 MME a day, days 18 to 21" in texts


def test_days_that_say_what_the_dose_says_are_left_out() -> None:
    plan = example("prednisone-floor")
    days = plan["check"]["totals"]["prednisone_equivalent"]
    assert len(equivalents_of(plan)) == len(days) > 1
    plan["factors"] = {"prednisone_equivalent": [{"drug": "prednisone", "factor": 1}]}
    assert [row.text for row in equivalents_of(plan)] == ["factor 1 for predniSONE."]


def test_look_alike_names_are_in_mixed_case() -> None:
    pharmacy = part(example("prednisone-floor"))
    assert pharmacy.title == "predniSONE, immediate and delayed release"
    assert pharmacy.totals[-1].label == "predniSONE equivalent"
