from __future__ import annotations

import pytest

from schedules.formats import Sheet


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Ana Núñez", "Ana Núñez"),
        ("  Ana \n\t Núñez ", "Ana Núñez"),
        ("Ana\u202eevil\u202c", "Anaevil"),
        ("\u2066Ana\u2069\u200f\u200b\ufeff", "Ana"),
        ("A\x00n\x1b[31ma", "An[31ma"),
        ("A\ud800na", "Ana"),
        ("e\u0301", "é"),
        ("A" + "\u0317" * 40, "A\u0317\u0317"),
        ("#read('x')", "#read('x')"),
        ("", ""),
    ],
)
def test_a_name_is_one_line_of_signs_that_can_be_seen(typed: str, printed: str) -> None:
    assert Sheet(patient_name=typed).patient_name == printed


def test_a_name_may_have_500_characters_and_a_longer_one_says_that_it_was_cut() -> None:
    assert Sheet(patient_name="W" * 500).patient_name == "W" * 500
    cut = Sheet(patient_name="W" * 501).patient_name
    assert len(cut) == 500
    assert cut.endswith("…")


def test_every_text_of_a_sheet_is_cleaned() -> None:
    sheet = Sheet(*("a\x00b",) * 3, number="a\x00b", stamp="a\x00b", language="a\x00b")
    texts = (sheet.patient_name, sheet.prescriber, sheet.phone, sheet.number, sheet.stamp, sheet.language)
    assert set(texts) == {"ab"}
