"""Measures: published examples, both sides of every domain, no dependence on units, order or the decimal context."""

from __future__ import annotations

import decimal
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.case import Situation
from dosing.measures import (
    ChildPugh,
    Measure,
    Measured,
    Measures,
    NotComputed,
    creatinine_clearance,
    measure,
    powers,
)
from dosing.measures.powers import product_of_powers, square_root
from dosing.numbers import decimal_text
from dosing.patient import Patient
from dosing.units import Quantity, quantity
from tests.reading_cases import formulary

DAY = date(2026, 12, 1)
GROWN: dict[str, Any] = {"age": "50 a", "sex": "female", "serum_creatinine": "1.0 mg/dL"}
LIVER: dict[str, Any] = {
    "bilirubin": "1.9 mg/dL",
    "albumin": "3.6 g/dL",
    "inr": "1.6",
    "ascites": "none",
    "encephalopathy": "none",
}


def patient(**fields: Any) -> Patient:
    """A patient; texts that begin with a digit are quantities, and laboratory values stand among the other fields."""
    known: dict[str, Any] = {
        name: quantity(value) if isinstance(value, str) and value[0].isdigit() and name != "inr" else value
        for name, value in fields.items()
    }
    laboratory: dict[str, Any] = {name: known.pop(name) for name in ("bilirubin", "albumin", "inr") if name in known}
    if "inr" in laboratory:
        laboratory["inr"] = quantity(f"{laboratory['inr']} mg")  # a bare number: only its value is looked at
    return Patient(**known, laboratory=laboratory)


def measured(**fields: Any) -> Measures:
    return measure(patient(**fields), DAY, formulary())


def two_places(value: Fraction) -> str:
    """Half up, as answers are printed, with both places."""
    scaled = (2 * value.numerator * 100 + value.denominator) // (2 * value.denominator)
    return f"{scaled // 100}.{scaled % 100:02}"


def printed(name: str, **fields: Any) -> str:
    return two_places(measured(**fields).computed[name].value.value)


def reason(name: str, **fields: Any) -> NotComputed:
    return measured(**fields).not_computed[name]


def liver(**fields: Any) -> ChildPugh:
    known = measured(**(LIVER | fields)).child_pugh
    assert known is not None
    return known


def score(**fields: Any) -> int | None:
    return liver(**fields).score


def degrees(**fields: Any) -> frozenset[str]:
    return Situation((), patient(**fields), formulary(), DAY).hepatic_degrees


@pytest.mark.parametrize(
    ("age", "weight", "creatinine", "sex", "expected"),
    [
        (60, 80, "1.2", "male", "74.07"),
        (45, 65, "0.9", "female", "81.00"),
        (70, 60, "1.4", "female", "35.42"),
        (80, 50, "1.5", "female", "23.61"),
        (30, 70, "1.0", "male", "106.94"),
        (65, 72, "0.8", "male", "93.75"),
    ],
)
def test_cockcroft_gault_by_example(age: int, weight: int, creatinine: str, sex: str, expected: str) -> None:
    fields = {"age": f"{age} a", "weight": f"{weight} kg", "serum_creatinine": f"{creatinine} mg/dL", "sex": sex}
    assert printed("creatinine_clearance", **fields) == expected


@pytest.mark.parametrize(
    ("age", "creatinine", "sex", "expected"),
    [
        (50, "1.0", "female", "68.63"),
        (65, "1.2", "male", "67.11"),
        (50, "0.6", "female", "109.28"),
        (40, "0.7", "female", "112.05"),
        (40, "0.9", "male", "110.73"),
        (25, "0.8", "male", "125.95"),
        (70, "2.5", "female", "20.18"),
        (55, "1.9", "male", "41.15"),
        (60, "1.0", "male", "86.16"),
        (60, "1.0", "female", "64.50"),
    ],
)
def test_ckd_epi_by_example(age: int, creatinine: str, sex: str, expected: str) -> None:
    assert printed("egfr", age=f"{age} a", serum_creatinine=f"{creatinine} mg/dL", sex=sex) == expected


@pytest.mark.parametrize(
    ("height", "sex", "expected"),
    [("178", "male", "73.18"), ("165", "female", "56.91"), ("152.4", "female", "45.50"), ("180", "male", "74.99")],
)
def test_ideal_weight_by_example(height: str, sex: str, expected: str) -> None:
    assert printed("ideal_body_weight", height=f"{height} cm", sex=sex) == expected


def test_adjusted_weight_by_example() -> None:
    assert printed("adjusted_body_weight", height="165 cm", sex="female", weight="100 kg") == "74.15"
    # An ideal weight of exactly 70 kg: 24.5 kg above that of 60 inches.
    height = Quantity((60 + Fraction("24.5") / Fraction("2.3")) * Fraction("2.54"), quantity("1 cm").unit)
    assert printed("adjusted_body_weight", height=height, sex="female", weight="120 kg") == "90.00"


@pytest.mark.parametrize(
    ("height", "weight", "mosteller", "dubois"),
    [(170, 70, "1.82", "1.81"), (180, 90, "2.12", "2.10"), (175, 70, "1.84", "1.85")],
)
def test_body_surface_by_example(height: int, weight: int, mosteller: str, dubois: str) -> None:
    surface = measured(height=f"{height} cm", weight=f"{weight} kg").computed["body_surface_area"]
    assert two_places(surface.value.value) == two_places(surface.by_formula["mosteller"].value) == mosteller
    assert two_places(surface.by_formula["dubois"].value) == dubois
    assert surface.formula == "mosteller"


@pytest.mark.parametrize(("height", "weight", "expected"), [(170, 70, "24.22"), (165, 100, "36.73")])
def test_body_mass_index_by_example(height: int, weight: int, expected: str) -> None:
    assert printed("body_mass_index", height=f"{height} cm", weight=f"{weight} kg") == expected


@pytest.mark.parametrize(("height", "creatinine", "expected"), [(120, "0.5", "99.12"), (100, "0.4", "103.25")])
def test_bedside_schwartz_by_example(height: int, creatinine: str, expected: str) -> None:
    answer = measured(age="9 a", height=f"{height} cm", serum_creatinine=f"{creatinine} mg/dL").computed["egfr"]
    assert (two_places(answer.value.value), answer.formula) == (expected, "bedside-schwartz")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"bilirubin": "2.0 mg/dL", "albumin": "3.0 g/dL", "inr": "1.7"}, (8, "B")),
        ({}, (5, "A")),
        (
            {
                "bilirubin": "3.5 mg/dL",
                "albumin": "2.5 g/dL",
                "inr": "2.5",
                "ascites": "moderate",
                "encephalopathy": "grade-3",
            },
            (15, "C"),
        ),
    ],
)
def test_child_pugh_by_example(fields: dict[str, str], expected: tuple[int, str]) -> None:
    known = liver(**fields)
    assert (known.score, known.grade) == expected
    assert sum(known.points.values()) == known.score


@pytest.mark.parametrize(
    ("stated", "same"), [("88.4 umol/L", "1.0 mg/dL"), ("106.08 umol/L", "1.2 mg/dL"), ("0.1326 mmol/L", "1.5 mg/dL")]
)
def test_micromoles_of_creatinine_give_the_same_as_milligrams(stated: str, same: str) -> None:
    for age, height in (("50 a", None), ("9 a", quantity("120 cm"))):
        common = {"age": age, "sex": "male", "weight": "70 kg", "height": height}
        one, other = measured(**common, serum_creatinine=stated), measured(**common, serum_creatinine=same)
        assert one.computed["egfr"].value == other.computed["egfr"].value
        assert "creatinine-units" in [source.id for source in one.computed["egfr"].also]
        assert "creatinine-units" not in [source.id for source in other.computed["egfr"].also]
    adults = [measured(age="50 a", sex="male", weight="70 kg", serum_creatinine=text) for text in (stated, same)]
    assert adults[0].computed["creatinine_clearance"].value == adults[1].computed["creatinine_clearance"].value


@pytest.mark.parametrize("height", ["165 cm", "1.65 m", "1650 mm"])
@pytest.mark.parametrize("age", ["54 a", "648 mo"])
@pytest.mark.parametrize("creatinine", ["1.1 mg/dL", "11 mg/L", "0.011 g/L", "0.011 mg/mL", "97.24 umol/L"])
def test_the_unit_of_an_input_does_not_matter(height: str, age: str, creatinine: str) -> None:
    known = measured(sex="female", weight="70 kg", height=height, age=age, serum_creatinine=creatinine)
    expected = measured(sex="female", weight="70 kg", height="165 cm", age="54 a", serum_creatinine="1.1 mg/dL")
    assert {name: answer.value for name, answer in known.computed.items()} == {
        name: answer.value for name, answer in expected.computed.items()
    }


def test_the_unit_of_bilirubin_and_albumin_does_not_matter() -> None:
    expected = liver(bilirubin="2.5 mg/dL", albumin="2.9 g/dL")
    for bilirubin, albumin in (("25 mg/L", "29 g/L"), ("0.025 g/L", "29 mg/mL"), ("2500 ug/dL", "2900 mg/dL")):
        assert liver(bilirubin=bilirubin, albumin=albumin).points == expected.points


def test_ckd_epi_begins_at_18_years_and_schwartz_ends_there() -> None:
    common = {"sex": "male", "height": "170 cm", "serum_creatinine": "0.8 mg/dL"}
    assert measured(**common, age="18 a").computed["egfr"].formula == "ckd-epi-2021"
    assert measured(**common, age="17.99 a").computed["egfr"].formula == "bedside-schwartz"
    assert measured(**common, birth_date=date(2008, 12, 1)).computed["egfr"].formula == "ckd-epi-2021"
    assert measured(**common, birth_date=date(2008, 12, 2)).computed["egfr"].formula == "bedside-schwartz"


def test_schwartz_begins_at_one_year() -> None:
    common = {"height": "75 cm", "serum_creatinine": "0.3 mg/dL"}
    assert printed("egfr", **common, age="12 mo") == "103.25"
    young = reason("egfr", **common, age="11 mo")
    assert young.reason == "Bedside Schwartz is for children from 1 year, and CKD-EPI 2021 for adults from 18 years."
    assert young.needs == ("egfr",)


def test_cockcroft_gault_begins_at_18_years_and_ends_before_140() -> None:
    common = {"sex": "male", "weight": "70 kg", "serum_creatinine": "1 mg/dL"}
    assert printed("creatinine_clearance", **common, age="18 a") == "118.61"
    young = reason("creatinine_clearance", **common, age="17.99 a")
    assert young == NotComputed("Cockcroft-Gault is for adults, from 18 years.", ("creatinine_clearance",))
    assert printed("creatinine_clearance", **common, age="139 a") == "0.97"
    for age in ("140 a", "150 a"):
        assert "no positive value" in reason("creatinine_clearance", **common, age=age).reason


def test_devine_begins_at_152_4_centimeters() -> None:
    assert printed("ideal_body_weight", height="152.4 cm", sex="male") == "50.00"
    short = measured(height="152.39 cm", sex="male", weight="60 kg").not_computed
    assert short["ideal_body_weight"] == NotComputed("Devine's formula is not defined below 152.4 cm.")
    assert short["adjusted_body_weight"].reason.endswith("Devine's formula is not defined below 152.4 cm.")


def test_a_short_patient_has_a_clearance_by_the_actual_weight_alone() -> None:
    known = measured(**(GROWN | {"weight": "45 kg", "height": "150 cm"})).computed["creatinine_clearance"]
    assert (set(known.by_weight), known.weight_used) == ({"actual"}, "actual")


@pytest.mark.parametrize("name", ["serum_creatinine", "weight", "height"])
def test_what_is_not_more_than_zero_gives_no_number(name: str) -> None:
    fields: dict[str, Any] = GROWN | {"weight": "70 kg", "height": "165 cm"}
    stated = quantity(fields[name])
    affected = {
        "serum_creatinine": {"creatinine_clearance", "egfr"},
        "weight": {"creatinine_clearance", "adjusted_body_weight", "body_surface_area", "body_mass_index"},
        "height": {"ideal_body_weight", "adjusted_body_weight", "body_surface_area", "body_mass_index"},
    }[name]
    for value in (0, -1):
        known = measured(**(fields | {name: Quantity(Fraction(value), stated.unit)}))
        assert set(known.not_computed) == affected | {"child_pugh"}


@pytest.mark.parametrize("name", ["bilirubin", "albumin", "inr"])
def test_a_laboratory_value_of_zero_gives_no_score(name: str) -> None:
    someone = patient(**LIVER)
    nothing = replace(someone, laboratory={**someone.laboratory, name: someone.laboratory[name] * 0})
    assert measure(nothing, DAY, formulary()).not_computed["child_pugh"].needs == (name,)


def test_a_child_with_a_creatinine_of_zero_has_no_rate() -> None:
    fields = {"age": "9 a", "height": "120 cm", "serum_creatinine": quantity("1 mg/dL") * 0}
    assert reason("egfr", **fields) == NotComputed("The serum creatinine is not more than zero.", ("serum_creatinine",))


def test_the_clearance_alone_is_the_one_among_all_measures() -> None:
    someone = patient(**GROWN, weight="70 kg", height="165 cm")
    assert creatinine_clearance(someone, DAY, formulary()) == Measured(someone, DAY, formulary()).creatinine_clearance


def test_a_child_without_height_is_told_what_is_missing() -> None:
    assert reason("egfr", age="9 a") == NotComputed(
        "Bedside Schwartz needs height and serum creatinine.", ("height", "serum_creatinine")
    )


def test_nothing_known_names_every_input() -> None:
    known = measured()
    assert known.computed == {} and known.child_pugh is None
    assert {name: missing.needs for name, missing in known.not_computed.items()} == {
        "creatinine_clearance": ("age", "sex", "weight", "serum_creatinine"),
        "egfr": ("age", "sex", "serum_creatinine"),
        "ideal_body_weight": ("height", "sex"),
        "adjusted_body_weight": ("height", "sex", "weight"),
        "body_surface_area": ("height", "weight"),
        "body_mass_index": ("height", "weight"),
        "child_pugh": ("bilirubin", "albumin", "inr", "ascites", "encephalopathy"),
    }


def test_every_computed_measure_cites_its_formula_and_holds_its_inputs() -> None:
    known = measured(**GROWN, weight="70 kg", height="165 cm", **LIVER)
    assert not known.not_computed
    for answer in [*known.computed.values(), known.child_pugh]:
        assert answer is not None and answer.source is not None and answer.inputs and answer.formula


def test_a_stated_egfr_wins_and_a_computed_one_stands_beside_a_stated_clearance() -> None:
    stated = measured(**GROWN, egfr="28 mL/min/{1.73_m2}").computed["egfr"]
    assert (stated.formula, stated.value, stated.category) == ("stated", quantity("28 mL/min/{1.73_m2}"), "G4")
    both = measured(**GROWN, creatinine_clearance="40 mL/min").computed
    assert (both["creatinine_clearance"].formula, both["egfr"].formula) == ("stated", "ckd-epi-2021")


def test_the_rate_of_the_own_surface_is_in_proportion_to_it() -> None:
    # The root of 180 x 80 / 3600 is 2, so that everything is exact.
    rate = measured(egfr="86.5 mL/min/{1.73_m2}", height="180 cm", weight="80 kg").computed["egfr"]
    assert rate.deindexed is not None
    assert rate.deindexed.value == quantity("100 mL/min")
    assert (rate.deindexed.body_surface_area, rate.deindexed.formula) == (quantity("2 m2"), "mosteller")
    assert measured(egfr="86.5 mL/min/{1.73_m2}", height="180 cm").computed["egfr"].deindexed is None


@pytest.mark.parametrize(
    ("rate", "category"),
    [
        ("90", "G1"),
        ("89.999", "G2"),
        ("60", "G2"),
        ("59.999", "G3a"),
        ("45", "G3a"),
        ("44.999", "G3b"),
        ("30", "G3b"),
        ("29.999", "G4"),
        ("15", "G4"),
        ("14.999", "G5"),
    ],
)
def test_a_category_begins_at_its_lower_end(rate: str, category: str) -> None:
    assert measured(age="18 a", egfr=f"{rate} mL/min/{{1.73_m2}}").computed["egfr"].category == category


def test_a_category_is_for_adults() -> None:
    for fields in ({"age": "17 a"}, {}):
        assert measured(**fields, egfr="50 mL/min/{1.73_m2}").computed["egfr"].category is None


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("bilirubin", {"1.99 mg/dL": 1, "2 mg/dL": 2, "3 mg/dL": 2, "3.01 mg/dL": 3}),
        ("bilirubin", {"33.9 umol/L": 1, "34 umol/L": 2, "51 umol/L": 2, "51.1 umol/L": 3, "0.0511 mmol/L": 3}),
        ("albumin", {"3.51 g/dL": 1, "3.5 g/dL": 2, "2.8 g/dL": 2, "2.79 g/dL": 3}),
        ("albumin", {"35.1 g/L": 1, "35 g/L": 2, "28 g/L": 2, "27.9 g/L": 3}),
        ("inr", {"1.69": 1, "1.7": 2, "2.3": 2, "2.31": 3}),
        ("ascites", {"none": 1, "mild": 2, "moderate": 3}),
        ("encephalopathy", {"none": 1, "grade-1": 2, "grade-2": 2, "grade-3": 3, "grade-4": 3}),
    ],
)
def test_points_on_both_sides_of_every_threshold(name: str, points: dict[str, int]) -> None:
    assert {value: liver(**{name: value}).points[name] for value in points} == points


def test_classes_begin_at_7_and_at_10_points() -> None:
    six = {"ascites": "mild"}
    seven, nine = six | {"encephalopathy": "grade-1"}, {"ascites": "moderate", "encephalopathy": "grade-3"}
    ten = nine | {"inr": "1.7"}
    assert [(score(**fields), liver(**fields).grade) for fields in (six, seven, nine, ten)] == [
        (6, "A"),
        (7, "B"),
        (9, "B"),
        (10, "C"),
    ]


@pytest.mark.parametrize(
    ("albumin", "told"), [("2.79 g/dL", False), ("2.8 g/dL", True), ("2.99 g/dL", True), ("3 g/dL", False)]
)
def test_where_the_tables_disagree_about_albumin_the_answer_says_so(albumin: str, told: bool) -> None:
    known = liver(albumin=albumin)
    assert bool(known.note) is told
    assert ("child-pugh-harrison" in [source.id for source in known.also]) is told


def test_the_note_says_what_the_other_table_gives() -> None:
    known = liver(bilirubin="2.5 mg/dL", albumin="2.9 g/dL", inr="2.0", ascites="mild")
    assert (known.score, known.grade) == (9, "B")
    assert known.note == (
        "The published tables disagree about an albumin of 2.9 g/dL: one that begins three points below 3 g/dL gives "
        "10 points, class C."
    )


def test_a_stated_class_wins_and_has_no_score() -> None:
    same, other = liver(child_pugh="A"), liver(child_pugh="B")
    assert (same.score, same.grade, same.formula, same.note) == (None, "A", "stated", "")
    assert (other.score, other.grade) == (None, "B")
    assert "5 points, class A" in other.note


@pytest.mark.parametrize("name", list(LIVER))
def test_child_pugh_needs_all_five(name: str) -> None:
    known = measured(**{key: value for key, value in LIVER.items() if key != name})
    assert known.not_computed["child_pugh"].needs == (name,)


def test_the_strictest_statement_about_the_liver_counts() -> None:
    severe = {"bilirubin": "3.5 mg/dL", "albumin": "2.5 g/dL", "inr": "2.5"}
    assert degrees() == {"none", "mild", "moderate", "severe"}
    assert degrees(conditions=frozenset({"cirrhosis"})) == {"mild", "moderate", "severe"}
    assert degrees(conditions=frozenset({"cirrhosis"}), hepatic_impairment="none") == {"mild", "moderate", "severe"}
    assert degrees(hepatic_impairment="none", child_pugh="B") == {"moderate"}
    assert degrees(hepatic_impairment="severe", child_pugh="A") == {"severe"}
    assert degrees(**LIVER) == {"none", "mild"}
    assert degrees(**LIVER, hepatic_impairment="none") == {"none"}
    assert degrees(**LIVER, conditions=frozenset({"cirrhosis"})) == {"mild"}
    assert degrees(**(LIVER | severe)) == {"severe"}  # 11 points
    assert degrees(**(LIVER | severe), hepatic_impairment="mild", child_pugh="A") == {"severe"}
    assert degrees(**LIVER, hepatic_impairment="moderate") == {"moderate"}


@pytest.mark.parametrize("digits", [1, 5, 28, 60])
def test_no_measure_depends_on_the_decimal_context_of_the_caller(digits: int) -> None:
    fields: dict[str, Any] = {"age": "61 a", "sex": "male", "weight": "83.7 kg", "height": "171.3 cm"}
    fields["serum_creatinine"] = "1.37 mg/dL"
    expected = Measured(patient(**fields), DAY, formulary()).all
    hostile = decimal.Context(prec=digits, rounding=decimal.ROUND_UP, Emax=9, Emin=-9, traps=[decimal.Inexact])
    powers._power.cache_clear()
    with decimal.localcontext(hostile):
        assert Measured(patient(**fields), DAY, formulary()).all == expected
    assert not hostile.flags[decimal.Inexact]


def test_a_root_is_exact_where_it_is_a_fraction_and_has_34_digits_elsewhere() -> None:
    assert square_root(Fraction(4)) == 2
    assert square_root(Fraction(1, 9)) == Fraction(1, 3)
    two = Fraction("1.414213562373095048801688724209698078569671875376948073176")
    assert abs(square_root(Fraction(2)) - two) < Fraction(1, 10**33)


@given(
    st.fractions(min_value="0.001", max_value=1000, max_denominator=1000),
    st.fractions(min_value="0.001", max_value=1000, max_denominator=1000),
)
def test_a_product_of_powers_undoes_itself_to_the_last_digits(base: Fraction, exponent: Fraction) -> None:
    """x to the power of e, times x to the power of minus e, is 1."""
    exponent /= 100
    there = product_of_powers(Fraction(1), (base, exponent))
    back = product_of_powers(Fraction(1), (base, -exponent))
    assert abs(there * back - 1) < Fraction(1, 10**32)


@given(st.fractions(min_value="0.001", max_value=10**9, max_denominator=10**6))
def test_an_irrational_number_never_looks_like_an_exact_decimal(value: Fraction) -> None:
    root = square_root(value)
    assert root * root == value or decimal_text(root)[1]
    assert decimal_text(product_of_powers(value, (Fraction(7, 10), Fraction(241, 1000))))[1]


def test_more_creatinine_or_more_years_never_mean_a_better_rate() -> None:
    def rate(**fields: str) -> Quantity:
        return measured(**(GROWN | fields)).computed["egfr"].value

    by_creatinine = [rate(serum_creatinine=f"{tenths / 10} mg/dL") for tenths in range(3, 60)]
    by_age = [rate(age=f"{years} a") for years in range(18, 120)]
    for falling in (by_creatinine, by_age):
        assert sorted(falling, reverse=True) == falling and len(set(falling)) == len(falling)


def test_the_same_measures_stand_in_a_situation() -> None:
    someone = patient(**GROWN, weight="70 kg", height="165 cm")
    situation = Situation((), someone, formulary(), DAY)
    rate = situation.egfr
    assert isinstance(rate, Measure) and rate is situation.egfr
    assert situation.measured.all == measure(someone, DAY, formulary())
    assert isinstance(Situation((), replace(someone, sex=None), formulary(), DAY).egfr, NotComputed)


@pytest.mark.parametrize("creatinine", ["0.00000000001 ng/L", "999999999999 g/mL", "999999999999 mmol/L"])
@pytest.mark.parametrize("size", [("0.00000000001 kg", "0.00000000001 mm"), ("999999999999 kg", "999999999999 m")])
@pytest.mark.parametrize("age", ["0 d", "9 a", "54.5 a", "130 a"])
def test_no_number_that_can_be_sent_is_too_small_or_too_large(creatinine: str, size: tuple[str, str], age: str) -> None:
    known = measured(sex="female", age=age, serum_creatinine=creatinine, weight=size[0], height=size[1])
    assert {"body_surface_area", "body_mass_index"} <= set(known.computed)
    assert all(answer.value.value > 0 for answer in known.computed.values())


def test_the_words_of_a_domain_hold_its_numbers() -> None:
    formulas = formulary().formulas
    for name in ("cockcroft-gault", "ckd-epi-2021"):
        assert formulas[name].domain == f"from {formulas[name].constants['least_age']} years"
    ages = formulas["bedside-schwartz"].constants["least_age"], formulas["ckd-epi-2021"].constants["least_age"]
    assert formulas["bedside-schwartz"].domain == f"from {ages[0]} to under {ages[1]} years"
    devine = formulas["ideal-body-weight"].constants
    centimeters = decimal_text(devine["base_inches"] * devine["cm_per_inch"])[0]
    assert formulas["ideal-body-weight"].domain == f"from a height of {centimeters} cm"
    known = measured(**GROWN, weight="70 kg", height="165 cm").computed
    assert {name: answer.domain for name, answer in known.items() if answer.domain} == {
        "creatinine_clearance": "from 18 years",
        "egfr": "from 18 years",
        "ideal_body_weight": "from a height of 152.4 cm",
        "adjusted_body_weight": "where the ideal weight is defined",
    }
