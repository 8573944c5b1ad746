from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from schedules.formats import Sheet
from schedules.formats.contents import contents
from schedules.formats.languages import speaking
from tests.reading_cases import formulary
from tests.schedules.formats.examples import NAMES, example
from tests.schedules.formats.reading_grade import (
    LEAST_EASE,
    LEAST_EASE_ALONE,
    MOST_GRADE,
    ease,
    grade,
    spanish_syllables,
    syllables,
)
from tests.schedules.formats.shapes import SHAPES

COUNTED = {
    1: """a take dose day days week stop pain sleep skin you your ask call one once two three five morn noon hours years
        whole milk food drive eyes reached changed locked tired legs lie breathe fruit rules pulse source chest
        strength stool moves aches signs month night cuts missed through tongue""",
    2: """tablet capsule capsules evening every morning bedtime prescribe doses needed under yellow dizzy sleepy often
        sometimes safely careful hardly lower fiber chosen began people troubles muscles tables little being quiet
        hurting trying upright restless hormone clearance wanted ended changes reaches noses sizes treatment
        breathing naming cannot woken take-back""",
    3: """medicine medicines prescriber pharmacist pharmacy another alcohol therapy allergy suddenly diary infection
        reaction vitamin calcium physical injection area celsius opioid tramadol pregnancy december saturday solution
        interval clinician usual""",
    4: """gabapentin constipation january immediate pregabalin methotrexate information equivalent creatinine formulary
        reassessment ibuprofen neuropathic""",
    5: "contraindication immediately individual refrigerator evaluation",
    6: "responsibility",
}
SPANISH = {
    1: "la el dos tres más mes y hay muy pie luz bien que quien voy seis ley",
    2: "día tome noche tarde agua cada dosis ocho quiere cuatro siete antes nuevo oír después",
    3: "mañana tableta cápsula médico semana dolores comida receta pastilla ahora caída farmacia seguido oído",
    4: "medicina necesita enfermera mediodía tomárselo",
    5: "medicamento gabapentina recomendado hospitalizar",
}


def listed(words: dict[int, str]) -> list[tuple[str, int]]:
    return [(word, count) for count, found in words.items() for word in found.split()]


@cache
def names() -> tuple[str, ...]:
    """The names of medicines and brands that the formulary knows."""
    return tuple(formulary().names)


@pytest.mark.parametrize(("word", "count"), listed(COUNTED))
def test_an_english_word_has_its_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(("word", "count"), listed(SPANISH))
def test_a_spanish_word_has_its_syllables(word: str, count: int) -> None:
    assert spanish_syllables(word) == count


def test_capitals_and_possessives_do_not_count() -> None:
    assert syllables("Prescriber's") == syllables("prescriber") == 3
    assert syllables("don’t") == syllables("don't") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 8 words in 2 sentences, 8 syllables.
        ("Take this pill at noon. Do not stop.", Fraction("0.39") * 4 + Fraction("11.8") - Fraction("15.59")),
        # 4 words in 1 sentence, 9 syllables.
        ("Ask your pharmacist suddenly!", Fraction("0.39") * 4 + Fraction("11.8") * 2 - Fraction("15.59")),
        # A line is a sentence, whether it ends in a stop or not: 4 words in 2, 6 syllables.
        ("Before bed\nNever stop", Fraction("0.39") * 2 + Fraction("11.8") * Fraction(3, 2) - Fraction("15.59")),
        ("", Fraction(0)),
        ("12", Fraction(0)),
    ],
)
def test_a_grade_is_the_published_formula(text: str, expected: Fraction) -> None:
    assert grade(text) == expected


def test_ease_is_the_published_formula() -> None:
    # 5 words in 1 sentence, 11 syllables.
    assert ease("Tome una tableta cada noche.") == Fraction("206.84") - 60 * Fraction(11, 5) - Fraction("1.02") * 5
    assert ease("12") == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Take 300 mg at noon.", "Take 1,200 mg at noon."),
        ("Take 0.5 mg at noon.", "Take 20 mL at noon."),
        ("Come on Tue Dec 1 at noon.", "Come on Wednesday, September 30, 2026 at noon."),
        ("Take gabapentin at noon.", "Take folic acid at noon."),
        ("Take 9 at noon.", "Take 300 mg at noon."),
        ("Take 300 mg at noon.", "Take 300\u00a0mg at noon."),
    ],
)
def test_numbers_units_dates_and_names_neither_help_nor_hurt(one: str, other: str) -> None:
    known = ("gabapentin", "folic acid")
    assert grade(one, known) == grade(other, known)
    assert grade(one, known) > grade("Take at noon.", known)  # they are words of the sentence


@pytest.mark.parametrize(
    ("one", "other"),
    [("Venga el 1 de diciembre de 2026.", "Venga el mar 30 sep."), ("Tome 5 mg hoy.", "Tome 100 mg hoy.")],
)
def test_numbers_and_dates_do_not_count_in_spanish_either(one: str, other: str) -> None:
    assert ease(one) == ease(other)


def test_hard_words_and_long_sentences_ask_for_more_school() -> None:
    assert grade("Take this pill at noon. Do not stop.") < 2
    assert grade("Simultaneous administration necessitates individualised pharmacological evaluation.") > 15
    assert grade("We eat, and we run, and we sleep.") > grade("We eat. We run. We sleep.")
    assert ease("Tome la pastilla. No pare.") > 80
    assert ease("La administración simultánea necesita evaluaciones farmacológicas individualizadas.") < 0


@pytest.mark.parametrize("code", sorted(formulary().advice))
def test_every_advice_of_the_formulary_asks_for_no_more_than_eight_years_of_school(code: str) -> None:
    assert grade(formulary().advice[code].text, names()) <= MOST_GRADE


def prose(plan: dict[str, Any], language: str) -> str:
    """Everything of the patient's sheet that is read as sentences: steps, reasons, visits, signs and advice."""
    sheet = contents(plan, Sheet(language=language))
    sentences = [sheet.why, sheet.until_now, sheet.after, sheet.origin, sheet.supply_note, *sheet.call_now]
    sentences += [step.sentence for step in sheet.steps]
    sentences += [row.text for row in (*sheet.advice, *sheet.reassessments)]
    return "\n".join(sentences)


@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_the_patients_sheet_asks_for_no_more_than_eight_years_of_school(name: str) -> None:
    assert grade(prose(SHAPES.get(name) or example(name), "en"), names()) <= MOST_GRADE


@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_the_spanish_sheet_is_as_easy_as_the_eighth_grade(name: str) -> None:
    spanish = tuple(speaking("es").say(drug) for drug in names())
    assert ease(prose(SHAPES.get(name) or example(name), "es"), spanish) >= LEAST_EASE


@pytest.mark.parametrize("code", sorted(formulary().advice))
def test_no_advice_that_is_translated_is_much_harder_in_spanish(code: str) -> None:
    text = formulary().advice[code].text
    said = speaking("es").say(text)
    spanish = tuple(speaking("es").say(drug) for drug in names())
    assert not speaking("es").knows(text) or ease(said, spanish) >= LEAST_EASE_ALONE
