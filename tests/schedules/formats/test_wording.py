from __future__ import annotations

from decimal import Decimal

import pytest

from schedules.formats.wording import NO_BREAK, amount, capitalised, daily_total, listed, tall_man, tied


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (300, "mg", "300 mg"),
        (999, "mg", "999 mg"),
        (1000, "mg", "1,000 mg"),
        (3600, "mg/d", "3,600 mg a day"),
        (Decimal("0.5"), "mg", "0.5 mg"),
        (Decimal("5.0"), "mg", "5 mg"),
        (15, "mg/wk", "15 mg a week"),
        (25, "ug", "25 mcg"),
        (40, "mL/min", "40 mL/min"),
        (54, "a", "54 years"),
        (1, "d", "1 day"),
        (50, "mg/mL", "50 mg per mL"),
        (50, "{MME}/d", "50 MME a day"),
    ],
)
def test_an_amount_is_said_as_paper_says_it(value: object, unit: str, said: str) -> None:
    assert amount({"value": value, "unit": unit}).replace(NO_BREAK, " ") == said


def test_a_number_never_parts_from_its_unit() -> None:
    assert amount({"value": 3600, "unit": "mg/d"}) == f"3,600{NO_BREAK}mg a day"
    assert tied("at most 400 mg for 7 days") == f"at most 400{NO_BREAK}mg for 7{NO_BREAK}days"


def test_a_drug_never_parts_from_its_dose() -> None:
    assert tied("Gabapentin 300 mg", ("gabapentin",)) == f"Gabapentin{NO_BREAK}300{NO_BREAK}mg"
    assert tied("gabapentin and 3 others", ("gabapentin",)) == "gabapentin and 3 others"


def test_a_value_that_says_it_is_rounded_is_about() -> None:
    rounded = {"value": Decimal("6.67"), "unit": "mg", "rounded": True}
    assert amount(rounded) == f"about 6.67{NO_BREAK}mg"
    assert amount({**rounded, "rounded": False}) == f"6.67{NO_BREAK}mg"


def test_a_total_in_one_day_does_not_say_the_day_twice() -> None:
    assert daily_total({"value": 400, "unit": "mg/d"}) == f"400{NO_BREAK}mg"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b, and c"),
        (["1 and a half", "b"], "1 and a half, and b"),
    ],
)
def test_a_list_reads_one_way_only(items: list[str], said: str) -> None:
    assert listed(items) == said


@pytest.mark.parametrize(
    ("plain", "mixed"),
    [
        ("tramadol", "traMADol"),
        ("Tramadol, immediate release", "traMADol, immediate release"),
        ("prednisone and prednisolone", "predniSONE and prednisoLONE"),
        ("methylprednisolone", "methylPREDNISolone"),
        ("gabapentin", "gabapentin"),
        ("tramadolol", "tramadolol"),
    ],
)
def test_look_alike_names_are_in_mixed_case_and_no_others(plain: str, mixed: str) -> None:
    assert tall_man(plain) == mixed


def test_capitals_change_the_first_letter_only() -> None:
    assert capitalised("mL of this") == "ML of this"
    assert capitalised("") == ""
