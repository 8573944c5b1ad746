"""Units are a closed table that agrees with pint and UCUM; quantities are exact; nothing else is read."""

from __future__ import annotations

import ast
import copy
import pickle
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pint
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import dosing.numbers
import dosing.units
from dosing.errors import DimensionError, ReadingError
from dosing.units import (
    ALIASES,
    PINT_NAMES,
    UNITS,
    Quantity,
    Unit,
    canonical,
    quantity,
    read_quantity,
    read_quantity_parts,
    read_unit,
    words,
)

READING_CODES = {
    "naked-decimal",
    "digit-separator",
    "exponent",
    "fraction",
    "range-in-string",
    "sign",
    "non-ascii-digit",
    "not-a-number",
    "too-many-digits",
    "leading-zero",
    "unknown-unit",
    "missing-unit",
}


def refusal(text: str) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read_quantity(text)
    return caught.value


# The conversion rows of the UCUM functional tests: value, from, to, outcome as printed.
UCUM_CONVERSIONS = [
    ("6.3", "m", "m", "6.3"),
    ("6.3", "mm", "m", "0.0063"),
    ("6.3", "mm", "cm", "0.63"),
    ("6.3", "s.m-1", "s/m", "6.3"),
    ("6.3", "s.mm-1", "s.m-1", "6300"),
    ("6.3", "s.mm-2", "s.m-2", "6300000"),
    ("6.3", "s/m/g", "s.m-1.g-1", "6.3"),
    ("6.3", "ms/m/g", "s.m-1.g-1", "0.0063"),
    ("6.3", "s/mm/g", "s.m-1.g-1", "6300"),
    ("6.3", "s/m/mg", "s.m-1.g-1", "6300"),
    ("6.3", "s/m.mg", "s.m-1.g", "0.0063"),
    ("6.3", "ms/m", "s/m", "0.0063"),
    ("6.3", "4.s/m", "s/m", "25"),
    ("6.3", "s/4/m", "s/m", "1.6"),
    ("6.3", "s/mm", "s/m", "6300"),
    ("6.3", "ms/mm", "s/m", "6.3"),
    ("6.30", "[in_i]", "m", "0.160"),
    ("6.300", "[in_i]", "cm", "16.0"),
    ("6.3", "g.m.s-2.A-2", "g.m.C-2", "6.3"),
    ("1", "10*-7.s", "s", "1e-7"),
    ("1", "4.[pi].10*-7.s", "s", "0.00000125663706143591729538506"),
    ("1", "4.[pi].10*-7.N", "N", "0.00000125663706143591729538506"),
    ("1", "[mu_0]", "g.m.C-2", "0.00125663706143591729538506"),
    ("1", "m[Hg]", "g.s-2.m-1", "133322000"),
    ("1", "S", "g-1.m-2.C2.s", "0.001"),
    ("1", "[ly]", "cm", "946073047258080000"),
    ("1", "1/[ly]", "cm-1", "1.05700083402461546370946e-18"),
    ("1.2", "g.m", "m.g", "1.2"),
]

# The codes that the same file calls valid, and those it calls invalid.
UCUM_VALID = """
    m /m 10*3/ul 10*-3/ul 10*+3/ul m[H2O] 10*23 rad2 m3.kg-1.s-2 4.[pi].10*-7.N/A2 rad2{a} {a}.rad2{b} 1{c}
    {e} % dB[10.nV] [cup_us] [foz_br] [ft_i] [in_i] [yd_i] [gal_br] [lb_av] [oz_av] [pt_br] [qt_br] [sft_i]
    [sin_i] [syd_i] [tbs_us] [tsp_us] 1/d 1/min a cm cm2 cm3 d dg dl g g/d g/l h kg l mm m2 meq mg mg/d min
    ml ml/s mm[Hg] mm2 mm3 mmol mmol/l mo mol ms mU ng nl pg/ml s U U/l ug ug/min ul umol umol/l wk [mi_us]
    deg km /[HPF] /[LPF] /L /mL /mmol [APL'U] [GPL'U] [IU] [IU]/d [IU]/L [IU]/mL [MPL'U] 10*12/L 10*6/L
    10*9/L Cel cm/s fL fmol/L g/g g/L kU/L L/L m[IU]/L mg/g mg/L mg/mg mg/mL mL mL/d mL/min mm/h mmol/d
    mmol/g mmol/kg mmol/L mmol/mmol mU/L ng/d ng/g ng/L ng/mL nmol/d nmol/g nmol/h/mL nmol/L nmol/mmol
    nmol/nmol pg pg/mL pmol/d pmol/g pmol/h/mg pmol/h/mL pmol/L pmol/mmol U/d U/g U/kg U/L U/mL u[IU]/mL
    ug/d ug/g ug/L ug/mL um/s umol/2.h umol/d umol/g umol/L umol/mmol umol/umol [arb'U] dyn.s/(cm5.m2)
    [iU]/mL mL/h [bdsk'U] dyn.s/cm5 K/W {bsa} cm[H2O] kg{body_wt} cal cm[H2O].s/L kg/m2 mmol/(8.h.kg) {cfu}
    cm[H2O]/(s.m) kg/h mmol/(8.h) [drp] dB[SPL] L/(8.h) mmol/(kg.h) [ka'U] REM L/h mmol/h kcal g{creat}
    ng/(8.h) kcal/(8.h) g{hgb} ng/(8.h.kg) kcal/d g{tit_nit} ms/s ng/(kg.h) kcal/h g{tot_prot} Ms ng/h
    [knk'U] g{wet_tis} meq/(8.h) osm [mclg'U] g.m/m2{hb} meq/(8.h.kg) osm/kg {od} g.m/{hb} meq/(kg.h) osm/L
    pH g/(8.h) meq/h pA [ppb] g/(8.kg.h) mg/(8.h) Pa [ppm] g/(kg.h) mg/(8.h.kg) [pptr] g/h mg/(kg.h) S
    [ppth] [in_us] mg/h [todd'U] [in_i'Hg] m[iU]/mL ug/(8.h.kg) /[arb'U] [iU] mL/{hb}.m2 ug/(kg.h) [HPF]
    [iU]/d mL/(8.h) ug/h /{tot} [iU]/h mL/(8.h.kg) u[iU] /[iU] [iU]/kg mL/{hb} 10*3{rbc} [iU]/L mL/(kg.h)
    10.L/(min.m2) [iU]/min mL/cm[H2O] bar L.s mmol/(kg.d) ueq /kg Bq g/m2 L/(min.m2) mg/(kg.d) mmol/(kg.min)
    ng/m2 g/min L/d mg/(kg.min) ng/min ug/(kg.d) /m3 Gy L/kg ug/(kg.min) /min cm2/s L/min mg/dL mmol/m2 ng/s
    hL L/s mg/kg mmol/min nkat ug/dL dB J/L lm mol/(kg.s) nm kat mg/m2 mol/kg nmol/s ug/kg 1/mL eq kat/kg
    m/s2 mg/m3 mol/L ns eV kat/L mg/min mol/m3 Ohm ug/m2 10*3/L m2/s mol/s Ohm.m 10*3/mL fg kg.m/s m3/s
    mL/(kg.d) mosm/L ukat 10*3/mm3 kg/(s.m2) mbar mL/(kg.min) pg/L um fmol kg/L mbar.s/L mL/(min.m2) mV
    10*6/mL kg/m3 pkat 10*6/mm3 g.m kg/min meq/(kg.d) mL/kg pm g/(kg.d) kg/mol meq/(kg.min) mL/m2 pmol
    umol/min 10*9/mL g/(kg.min) kg/s meq/d mL/mbar ng/(kg.d) ps us 10*9/mm3 kPa meq/kg ng/(kg.min) pt uV
    10.L/min g/dL ks meq/L mL/s Sv V a/m g/kg L meq/min ng/kg t Wb /{LPF} [drp]/{HPF}
"""
UCUM_INVALID = """
    m/ 10+3/ul rad2{錠} {a}rad2{b} {|}1 iU molv [BETH'U] [iIU] [iIU]/d [iIU]/L [iIU]/mL g/12h g/48h g/4h g/6h
    g/72h m[iIU]/L mg/12h mL/10h mL/12h mL/2h mL/4h mL/5h mL/6h mL/72h mL/8h mmol/12h mmol/5h mmol/6h
    mmol/kg[H20] U/12h U/1h U/2h u[iIU]/mL cm[H20] ug(8.h) ug(8hr) [M'U]
"""
UCUM_READ = """
    m a cm d g g/d h kg mm m2 mg mg/d min mo ms ng s ug ug/min wk 10*9/L g/L mg/L mg/mL mL mL/d
    mL/min mmol/L ng/d ng/L ng/mL U/L ug/d ug/L ug/mL umol/L mL/h kg/m2 L/h ng/h g/h mg/h [iU]
    [iU]/d ug/h g/m2 ng/m2 g/min L/d ng/min /min L/min mg/dL mg/kg ug/dL mg/m2 ug/kg mg/min ug/m2
    g/dL g/kg L ng/kg
"""


def test_the_units_of_ucums_conversions_that_are_read_convert_as_printed() -> None:
    read = [row for row in UCUM_CONVERSIONS if row[1] in UNITS and row[2] in UNITS]
    assert [row[1:3] for row in read] == [("m", "m"), ("mm", "m"), ("mm", "cm")]
    for value, source, target, printed in read:
        assert quantity(f"{value} {source}").amount(target) == Fraction(printed)


@pytest.mark.parametrize("code", sorted({code for row in UCUM_CONVERSIONS for code in row[1:3] if code not in UNITS}))
def test_every_other_unit_of_ucums_conversions_is_refused_by_name(code: str) -> None:
    with pytest.raises(ReadingError, match="is not a") as caught:
        read_unit(code)
    assert caught.value.code == "unknown-unit"
    assert caught.value.hint
    assert any(part in caught.value.detail for part in code.split("/") if part)


@pytest.mark.parametrize("code", UCUM_VALID.split())
def test_a_valid_ucum_code_is_read_as_itself_or_refused_as_an_unknown_unit(code: str) -> None:
    if code in UCUM_READ.split():
        assert read_unit(code).code == code
    else:
        with pytest.raises(ReadingError) as caught:
            read_unit(code)
        assert caught.value.code == "unknown-unit"


@pytest.mark.parametrize("code", UCUM_INVALID.split())
def test_what_ucum_calls_invalid_is_refused(code: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_unit(code)
    assert caught.value.code == "unknown-unit"


# Independent of units.txt: a slip there would be copied by pint and by us alike.
FACTS = [
    ("1 g", "1000 mg"), ("1 mg", "1000 ug"), ("1 ug", "1000 ng"),
    ("1 min", "60 s"), ("1 s", "1000 ms"), ("1 h", "60 min"), ("1 d", "24 h"), ("1 wk", "7 d"),
    ("1 mo", "30.4375 d"), ("1 a", "365.25 d"), ("1 a", "12 mo"),
    ("1 L", "1000 mL"), ("1 dL", "100 mL"), ("1 mL", "1000 uL"),
    ("1 m", "100 cm"), ("1 cm", "10 mm"),
    ("1 mmol/L", "1000 umol/L"), ("1 10*3/uL", "1 10*9/L"),
    ("3600 mg/d", "150 mg/h"), ("24 mg/kg/d", "1 mg/kg/h"), ("1 g/dL", "10 mg/mL"), ("1 mL/min", "1.44 L/d"),
    ("25 ug/h", "0.6 mg/d"), ("7 {tablet}/wk", "1 {tablet}/d"), ("1 /h", "24 /d"), ("7 [iU]/wk", "1 [iU]/d"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), FACTS)
def test_what_everybody_knows_about_units_holds(left: str, right: str) -> None:
    assert quantity(left) == quantity(right)
    assert quantity(left).to(quantity(right).unit).value == quantity(right).value


def test_every_pair_of_units_converts_exactly_as_pint_does_or_in_neither() -> None:
    by_pint = {code: Quantity(Fraction(7, 3), unit).pint_quantity for code, unit in UNITS.items()}
    for source, target in product(UNITS, UNITS):
        try:
            expected = by_pint[source].to(by_pint[target].units).magnitude
        except pint.DimensionalityError:
            assert UNITS[source].dimension != UNITS[target].dimension, (source, target)
            with pytest.raises(DimensionError):
                Quantity(Fraction(7, 3), UNITS[source]).to(target)
        else:
            assert type(expected) is Fraction
            assert Quantity(Fraction(7, 3), UNITS[source]).amount(target) == expected, (source, target)


def test_no_float_appears_in_a_factor_in_pint_or_in_the_source() -> None:
    assert {type(unit.factor) for unit in UNITS.values()} == {Fraction}
    bases = [Quantity(Fraction(1), unit).pint_quantity.to_base_units() for unit in UNITS.values()]
    assert {type(base.magnitude) for base in bases} == {Fraction}
    for module in (dosing.units, dosing.numbers):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "float"]


@pytest.mark.parametrize("value", [0.5, True, Decimal("0.5"), "5", None])
def test_a_quantity_holds_an_int_or_a_fraction_and_nothing_else(value: Any) -> None:
    with pytest.raises(TypeError):
        Quantity(value, UNITS["mg"])
    whole: Any = 5
    assert type(Quantity(whole, UNITS["mg"]).value) is Fraction


def test_a_quantity_needs_a_unit_of_the_table() -> None:
    text: Any = "mg"
    with pytest.raises(TypeError):
        Quantity(Fraction(5), text)


def test_arithmetic_with_floats_is_refused() -> None:
    half: Any = 0.5
    with pytest.raises(TypeError):
        quantity("1 mg") * half
    with pytest.raises(TypeError):
        half * quantity("1 mg")
    with pytest.raises(TypeError):
        quantity("1 mg") / half


def test_three_times_a_tenth_is_three_tenths() -> None:
    assert 3 * quantity("0.1 mg") == quantity("0.3 mg")
    assert quantity("0.1 mg") * 3 <= quantity("0.3 mg")
    assert quantity("1 mg") / 3 * 3 == quantity("1 mg")


def test_amounts_per_day_and_per_hour_compare_exactly_on_both_sides() -> None:
    hourly = quantity("150 mg/h")
    assert quantity("3600 mg/d") == hourly
    assert quantity("3600 mg/d") <= hourly and quantity("3600 mg/d") >= hourly
    assert quantity("3599 mg/d") < hourly < quantity("3601 mg/d")
    assert not quantity("3600 mg/d") < hourly and not quantity("3600 mg/d") > hourly
    assert not quantity("3601 mg/d") <= hourly and not quantity("3599 mg/d") >= hourly


def test_equal_quantities_have_one_hash_and_unequal_ones_differ() -> None:
    assert len({quantity("1 g"), quantity("1000 mg"), quantity("1000000 mcg")}) == 1
    assert quantity("1 g") != quantity("1001 mg")
    assert quantity("1 mg") != "1 mg"


def test_quantities_add_and_subtract_in_the_left_unit() -> None:
    assert str(quantity("1 g") + quantity("500 mg")) == "1.5 g"
    assert str(quantity("500 mg") + quantity("1 g")) == "1500 mg"
    assert str(quantity("1 g") - quantity("250 mg")) == "0.75 g"
    assert (quantity("1 mg") - quantity("2 mg")).value == -1


def test_a_quantity_over_one_of_its_dimension_is_a_bare_ratio() -> None:
    ratio = quantity("1 g") / quantity("300 mg")
    assert ratio == Fraction(10, 3)
    assert type(ratio) is Fraction
    with pytest.raises(ZeroDivisionError):
        quantity("1 g") / quantity("0 mg")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5 mg/kg", "5 mg"),
        ("5 mg/kg/d", "5 mg/d"),
        ("5 mg/kg", "5 /d"),
        ("70 kg", "70 g"),
        ("50 {MME}", "50 mg"),
        ("50 {MME}/d", "50 mg/d"),
        ("15 mg/wk", "15 mg"),
        ("1 {tablet}", "1 {capsule}"),
        ("1 {dose}/d", "1 /d"),
        ("45 mL/min", "45 mL/min/{1.73_m2}"),
        ("1 m2", "1 cm"),
        ("400 [iU]", "400 mg"),
        ("1 [iU]", "1 {dose}"),
    ],
)
def test_what_measures_different_things_is_never_equal_compared_added_or_divided(left: str, right: str) -> None:
    one, other = quantity(left), quantity(right)
    assert one != other
    for operation in (
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__add__",
        "__sub__",
        "__truediv__",
        "to",
        "amount",
    ):
        argument = other.unit.code if operation in ("to", "amount") else other
        with pytest.raises(DimensionError):
            getattr(one, operation)(argument)


def test_a_dose_per_body_weight_is_never_a_bare_number() -> None:
    assert read_unit("mg/kg").dimension == "[mass]/[bodyweight]"
    assert all("[bodyweight]" in UNITS[code].dimension for code in UNITS if "/kg" in code)
    with pytest.raises(DimensionError):
        quantity("5 mg/kg") / quantity("1 mg")


@pytest.mark.parametrize(
    "operation", ["__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__truediv__", "__mul__"]
)
def test_an_operation_with_something_else_is_left_to_python_to_refuse(operation: str) -> None:
    assert getattr(quantity("1 mg"), operation)("1 mg") is NotImplemented


def test_units_are_one_object_each_through_pickling_and_copying() -> None:
    for unit in UNITS.values():
        assert pickle.loads(pickle.dumps(unit)) is unit
        assert copy.deepcopy(unit) is unit
    assert pickle.loads(pickle.dumps(quantity("5 mg/kg/day"))) == quantity("5 mg/kg/d")
    assert pickle.loads(pickle.dumps(quantity("5 mg"))).unit is UNITS["mg"]


def test_dimensions_are_readable_and_stable() -> None:
    assert {code: UNITS[code].dimension for code in ("mg", "mg/d", "mg/kg/d", "kg/m2", "/d", "mL/min/{1.73_m2}")} == {
        "mg": "[mass]",
        "mg/d": "[mass]/[time]",
        "mg/kg/d": "[mass]/[bodyweight]/[time]",
        "kg/m2": "[bodyweight]/[length]^2",
        "/d": "1/[time]",
        "mL/min/{1.73_m2}": "[volume]/[standard_body_surface]/[time]",
    }


def test_a_unit_and_a_quantity_show_themselves_by_code() -> None:
    assert repr(UNITS["mg/d"]) == "<Unit mg/d>"
    assert repr(quantity("7.50 mg")) == "<Quantity 7.5 mg>"
    assert str(quantity("20 mg") / 3) == "20/3 mg"


def test_converting_to_the_same_unit_changes_nothing() -> None:
    dose = quantity("5 mg")
    assert dose.to("mg") is dose
    assert dose.to(UNITS["ug"]).value == 5000
    assert dose.amount("mcg") == 5000
    with pytest.raises(ReadingError):
        dose.amount("Mg")


@pytest.mark.parametrize(("alias", "code"), ALIASES.items())
def test_an_alias_stands_wherever_its_code_may(alias: str, code: str) -> None:
    compounds = [known for known in UNITS if code in known.split("/")]
    assert compounds
    for known in compounds:
        assert read_unit("/".join(alias if part == code else part for part in known.split("/"))) is UNITS[known]


@pytest.mark.parametrize("code", UNITS)
def test_a_code_is_read_with_its_denominators_in_any_order(code: str) -> None:
    head, *denominators = code.split("/")
    for order in permutations(denominators):
        assert read_unit("/".join((head, *order))) is UNITS[code]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300 mg", "300 mg"),
        ("300mg", "300 mg"),
        ("0.3 g", "0.3 g"),
        ("5.0 mg", "5 mg"),
        ("0 mg", "0 mg"),
        ("1 mg", "1 mg"),
        ("400 mg/day", "400 mg/d"),
        ("5 mg/kg/day", "5 mg/kg/d"),
        ("5 mg/d/kg", "5 mg/kg/d"),
        ("15 mg/week", "15 mg/wk"),
        ("25 mcg/hour", "25 ug/h"),
        ("45 mL/min", "45 mL/min"),
        ("45 mL/min/1.73 m2", "45 mL/min/{1.73_m2}"),
        ("45 mL/minute/1.73m2", "45 mL/min/{1.73_m2}"),
        ("50 mL/{1.73_m2}/min", "50 mL/min/{1.73_m2}"),
        ("1.2 10*3/uL", "1.2 10*3/uL"),
        ("165 cm", "165 cm"),
        ("54 years", "54 a"),
        ("31 weeks", "31 wk"),
        ("90 {capsule}", "90 {capsule}"),
        ("1.5 tablets/day", "1.5 {tablet}/d"),
        ("400 IU/day", "400 [iU]/d"),
        ("440 ms", "440 ms"),
        ("1.73 m2", "1.73 m2"),
        ("3 /d", "3 /d"),
        ("128 U/L", "128 U/L"),
    ],
)
def test_a_quantity_is_read_as_its_canonical_code(text: str, expected: str) -> None:
    assert str(read_quantity(text)) == expected


REFUSED = {
    "missing-unit": ["300", "0.5", "300 ", "300  "],
    "not-a-number": [
        "",
        " ",
        "mg",
        "/d",
        "10*3/uL",
        "tablet",
        " 5 mg",
        "\t5 mg",
        "nan mg",
        "inf mg",
        "0x10 mg",
        "1.2.3 mg",
        "five mg",
    ],
    "unknown-unit": [
        "5 Mg",
        "5 MG",
        "5 mgs",
        "5 ml",
        "5 ML",
        "5 cc",
        "10 units",
        "10 U",
        "10 u",
        "5 gm",
        "5 grams",
        "5 µg",
        "5 μg",
        "150 lb",
        "1 teaspoon",
        "1 tsp",
        "5 drops",
        "4 hrs",
        "4 hr",
        "30 sec",
        "5 milligrams",
        "50 MME",
        "5 mg 2",
        "5 %",
        "5  mg",
        "5\tmg",
        "5\nmg",
        "5 mg\n",
        "5 mg ",
        "5\u00a0mg",
        "5\u200bmg",
        "5 mg/",
        "5 mg//d",
        "5 / d",
        "5 mg/ d",
        "5 mg/mg",
        "5 kg/mg",
        "5 mg/kg/kg",
        "5 {1.73_m2}",
        "5 mol",
        "5 U",
        "5 mg.d",
        "5 m²",
        "1.2 10*3/ul",
        "5E mg",
        "5 mg/kg/day/h",
        "250 mg / 5 mL",
        "5 micronits",
        "5 Tablet",
    ],
    "naked-decimal": [".5 mg", "5. mg", "5.mg"],
    "digit-separator": ["0,5 g", "1 000 mg", "1,000 mg", "1_000 mg", "7·5 mg", "1\u00a0000 mg"],
    "exponent": ["1e3 mg", "1e400 mg", "9**9**9 mg", "1x10^3 mg"],
    "fraction": ["1/2 tablet", "½ tablet", "1 1/2 tablets", "1½ tablets"],
    "range-in-string": [
        "50-100 mg",
        "50–100 mg",
        "50 - 100 mg",
        "50 to 100 mg",
        "50 mg to 100 mg",
        "50mg-100mg",
        "1 or 2 tablets",
        "4-6 h",
    ],
    "sign": ["-5 mg", "−5 mg", "+5 mg"],
    "non-ascii-digit": ["٣ mg", "５ mg", "1٣ mg"],
    "too-many-digits": ["1234567890123 mg", "0.123456789012 mg"],
    "leading-zero": ["0300 mg", "00 mg", "05 mg", "00.5 mg"],
}


def test_the_refused_quantities_exercise_every_reading_code() -> None:
    assert REFUSED.keys() == READING_CODES


@pytest.mark.parametrize(("text", "code"), [(text, code) for code, texts in REFUSED.items() for text in texts])
def test_a_text_that_is_no_quantity_is_refused_with_its_own_code_and_a_way_to_write_it(text: str, code: str) -> None:
    assert refusal(text).code == code
    assert refusal(text).detail.endswith(".")
    assert refusal(text).hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5 Mg", "Write mg: capital"),
        ("5 ml", "Write mL: capital"),
        ("5 mgs", "Write mg."),
        ("5 milligrams", "Write mg."),
        ("5 µg", "Write mcg or ug."),
        ("5 μg", "Write mcg or ug."),
        ("5 mg/hr", "Write h, hour or hours."),
        ("5 cc", "Write mL."),
        ("10 units", "Write IU where"),
        ("10 U", "Write IU where"),
        ("1.2 10^3/uL", "Write 10*3/uL."),
        ("5 mg/mg", "Write a unit such as"),
        ("10 u", "Write IU where"),
        ("5 gm", "Write g."),
        ("150 lbs", "Write kg."),
        ("1 tsp", "Spoons differ"),
        ("5 drops/day", "Drops differ"),
        ("30 sec", "Write s."),
        ("50 mme", "Write {MME}."),
        ("5 micronits", "Write a unit such as"),
    ],
)
def test_a_unit_that_people_write_is_refused_with_the_one_to_write(text: str, hint: str) -> None:
    found = refusal(text).hint
    assert found is not None and found.startswith(hint)


@pytest.mark.parametrize(
    ("text", "name"),
    [("5\tmg", "a tab"), ("5 mg\n", "a line break"), ("5\u00a0mg", "a no-break space"), ("5 mg ", "a space")],
)
def test_white_space_that_nobody_sees_is_refused_by_name(text: str, name: str) -> None:
    assert refusal(text).detail.endswith(f"stands {name}.")


def test_a_unit_that_is_a_code_in_the_wrong_combination_is_told_so() -> None:
    assert refusal("5 mg/mg").detail == '"mg/mg" is not a combination that is read here.'


def test_the_object_form_reads_the_number_as_it_stood_in_the_json() -> None:
    assert read_quantity_parts("300", "mg") == quantity("300 mg")
    assert read_quantity_parts("0.1", "mcg/hour") == quantity("0.1 ug/h")


@pytest.mark.parametrize(
    ("literal", "unit", "code"),
    [
        ("300", "", "missing-unit"),
        ("1e3", "mg", "exponent"),
        ("-5", "mg", "sign"),
        ("NaN", "mg", "not-a-number"),
        ("5 mg", "mg", "not-a-number"),
        ("5", " mg", "unknown-unit"),
        ("5", "Mg", "unknown-unit"),
    ],
)
def test_the_object_form_refuses_what_the_text_form_refuses(literal: str, unit: str, code: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_quantity_parts(literal, unit)
    assert caught.value.code == code


PIECES_OF_TEXT = st.sampled_from(
    [
        *UNITS,
        *ALIASES,
        *"0123456789",
        ".",
        ",",
        " ",
        "/",
        "-",
        "–",
        "e",
        "½",
        "٣",
        "\u00a0",
        "\t",
        "Mg",
        "to",
        "10*3",
    ]
)


@given(st.lists(PIECES_OF_TEXT, max_size=8).map("".join) | st.text())
@example("9" * 100_000 + " mg")
@example("5" + " " * 100_000 + "mg")
@example("5 " + "a" * 100_000)
@example("5 " + "/" * 100_000)
@example("5 \ud800")
def test_any_text_is_a_quantity_that_reads_back_equal_or_a_refusal_with_a_known_code(text: str) -> None:
    try:
        read = read_quantity(text)
    except ReadingError as caught:
        assert caught.code in READING_CODES
        caught.detail.encode()
        assert len(caught.detail) < 600
    else:
        again = read_quantity(str(read))
        assert again == read
        assert again.unit is read.unit


@given(
    st.integers(0, 10**12 - 1).map(str) | st.decimals(0, 10**6, places=3).map("{:f}".format),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", " "]),
)
def test_every_number_of_the_grammar_is_read_with_every_unit(number: str, code: str, space: str) -> None:
    if space == "" and code.startswith("10*"):
        space = " "
    assert read_quantity(f"{number}{space}{code}") == Quantity(Fraction(number), UNITS[code])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3900 mg/d", "3,900 mg a day"),
        ("15 mg/wk", "15 mg a week"),
        ("50 {MME}/d", "50 MME a day"),
        ("25 ug/h", "25 mcg an hour"),
        ("5 mg/kg/d", "5 mg per kg a day"),
        ("5 mg/kg", "5 mg per kg"),
        ("20 mg/m2", "20 mg per square meter"),
        ("14 d", "14 days"),
        ("1 d", "1 day"),
        ("4 h", "4 hours"),
        ("1 wk", "1 week"),
        ("30 min", "30 minutes"),
        ("1 mo", "1 month"),
        ("78 a", "78 years"),
        ("45 mL/min", "45 mL/min"),
        ("50 mL/min/{1.73_m2}", "50 mL/min/1.73 m2"),
        ("10 mL/d", "10 mL a day"),
        ("10 mL/h", "10 mL an hour"),
        ("5 mg/min", "5 mg a minute"),
        ("2 {tablet}", "2 tablets"),
        ("1 {tablet}", "1 tablet"),
        ("0 {tablet}", "0 tablets"),
        ("1.5 {tablet}", "1 and a half tablets"),
        ("0.5 {tablet}", "half a tablet"),
        ("0.25 {tablet}", "a quarter of a tablet"),
        ("2.75 {tablet}/d", "2 and three quarters tablets a day"),
        ("1.3 {tablet}", "1.3 tablets"),
        ("1 {patch}", "1 patch"),
        ("3 {patch}/wk", "3 patches a week"),
        ("4 {dose}/d", "4 doses a day"),
        ("3 /d", "3 times a day"),
        ("1 /d", "1 time a day"),
        ("2000 [iU]/d", "2,000 units a day"),
        ("1 [iU]", "1 unit"),
        ("128 U/L", "128 units/L"),
        ("0.9 mg/dL", "0.9 mg/dL"),
        ("80 umol/L", "80 micromol/L"),
        ("50 mg/mL", "50 mg per mL"),
        ("1.2 10*3/uL", "1.2 thousand/mcL"),
        ("70 kg", "70 kg"),
        ("24.2 kg/m2", "24.2 kg/m2"),
        ("1.8 m2", "1.8 square meters"),
        ("440 ms", "440 ms"),
    ],
)
def test_a_quantity_is_said_as_a_prescriber_reads_it(text: str, said: str) -> None:
    assert words(quantity(text)) == said


def test_a_number_without_a_finite_decimal_is_said_to_be_about_it() -> None:
    assert words(quantity("20 mg/d") / 3) == "about 6.67 mg a day"
    assert words(quantity("1 mg") / 3000) == "less than 0.01 mg"
    assert words(quantity("1 {tablet}") / 3) == "about 0.33 tablets"


@pytest.mark.parametrize("code", UNITS)
def test_no_unit_is_said_with_a_sign_that_prescribers_misread(code: str) -> None:
    said = words(Quantity(Fraction(5), UNITS[code]))
    assert not set(said) & set("µμ[]{}*_")
    assert not {"ug", "U", "IU", "cc", "uL"} & set(said.replace("/", " ").split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.3 g", "300 mg"),
        ("300 ug", "0.3 mg"),
        ("5 ng", "0.000005 mg"),
        ("25 ug/h", "0.025 mg/h"),
        ("1 g/d", "1000 mg/d"),
        ("0.015 g/wk", "15 mg/wk"),
        ("5 ug/kg/min", "0.005 mg/kg/min"),
        ("1 g/m2", "1000 mg/m2"),
        ("0.05 g/mL", "50 mg/mL"),
        ("0.1 L", "100 mL"),
        ("1.2 L/d", "1200 mL/d"),
        ("45 mL/min/{1.73_m2}", "45 mL/min/{1.73_m2}"),
        ("90 min", "1.5 h"),
        ("48 h", "48 h"),
        ("7200 s", "2 h"),
        ("2 wk", "14 d"),
        ("3 mo", "3 mo"),
        ("54 a", "54 a"),
        ("440 ms", "440 ms"),
        ("70 kg", "70 kg"),
        ("1.65 m", "165 cm"),
        ("1650 mm", "165 cm"),
        ("1.8 m2", "1.8 m2"),
        ("3 g/dL", "3 g/dL"),
        ("0.9 mg/dL", "0.9 mg/dL"),
        ("3 /d", "3 /d"),
        ("2 {tablet}/d", "2 {tablet}/d"),
    ],
)
def test_a_quantity_is_kept_in_its_canonical_unit(text: str, expected: str) -> None:
    assert str(canonical(quantity(text))) == expected


@pytest.mark.parametrize("code", UNITS)
def test_the_canonical_quantity_is_equal_and_canonical_already(code: str) -> None:
    kept = canonical(Quantity(Fraction(7, 3), UNITS[code]))
    assert kept == Quantity(Fraction(7, 3), UNITS[code])
    assert canonical(kept).unit is kept.unit


def test_what_a_rate_is_per_is_never_rewritten() -> None:
    for code in UNITS:
        assert canonical(Quantity(Fraction(1), UNITS[code])).unit.code.split("/")[1:] == code.split("/")[1:]


def test_aliases_and_spellings_never_shadow_a_code() -> None:
    assert not ALIASES.keys() & PINT_NAMES.keys()
    folded = defaultdict(set)
    for part in (*PINT_NAMES, *ALIASES):
        folded[part.casefold()].add(part)
    assert {key: parts for key, parts in folded.items() if len(parts) > 1} == {}


def test_the_pint_quantity_carries_the_same_exact_value() -> None:
    assert quantity("3600 mg/d").pint_quantity == quantity("150 mg/h").pint_quantity
    assert quantity("5 mg/kg").pint_quantity.magnitude == Fraction(5)


def test_a_unit_cannot_be_changed() -> None:
    unit: Any = UNITS["mg"]
    with pytest.raises(AttributeError):
        unit.factor = Fraction(1)
    table: Any = UNITS
    with pytest.raises(TypeError):
        table["Mg"] = Unit("Mg", "[mass]", Fraction(10**6))
