"""Units and quantities: a closed table of UCUM codes, exact amounts, and the reader for both.

pint holds the definitions (``units.txt``) and is the authority for every factor, but no text from outside
ever reaches its parser, which reads "7,5 mg" as 75 mg and "10 units" as micronits. Texts are looked up in
``UNITS``, whose factors are taken from pint once, at import; a test holds every pair of the table against
pint. Amounts are fractions: with floats 3 x 0.1 mg is more than 0.3 mg, with decimals 3600 mg/d and 150 mg/h
differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, overload

import pint

from dosing.errors import DimensionError, ReadingError
from dosing.numbers import decimal_text, grouped, number_fault, read_number, shown, space_name

REGISTRY: Final[pint.UnitRegistry[Any]] = pint.UnitRegistry(
    str(Path(__file__).with_name("units.txt")),
    non_int_type=Fraction,
    cache_folder=None,
    on_redefinition="raise",
)


def _table(text: str) -> Mapping[str, str]:
    """A read-only table written as ``key=value`` pairs; as dict displays these would fill pages."""
    return MappingProxyType(dict(entry.split("=") for entry in text.split()))


# What one part of a UCUM code is called in units.txt. pint wants identifiers.
PINT_NAMES: Final = _table(
    """
    ng=nanogram ug=microgram mg=milligram g=gram kg=kilogram_of_body
    ms=millisecond s=second min=minute h=hour d=day wk=week mo=month a=year
    uL=microliter mL=milliliter dL=deciliter L=liter
    mm=millimeter cm=centimeter m=meter m2=square_meter {1.73_m2}=standard_body_surface
    umol=micromole mmol=millimole U=enzyme_unit [iU]=international_unit {MME}=morphine_milligram_equivalent
    {tablet}=tablet {capsule}=capsule {patch}=patch {spray}=spray {film}=film {dose}=single_dose
    10*3=thousand 10*9=billion
    """
)

MASSES: Final = ("ng", "ug", "mg", "g")
PIECES: Final = ("{tablet}", "{capsule}", "{patch}", "{spray}", "{film}", "{dose}")
_RATES: Final = ("min", "h", "d", "wk", "mo")

CODES: Final[tuple[str, ...]] = (
    *MASSES,
    *(f"{mass}/{time}" for mass in MASSES for time in _RATES),
    *(f"{mass}/kg" for mass in MASSES),
    *(f"{mass}/kg/{time}" for mass in MASSES for time in _RATES),
    *(f"{mass}/m2" for mass in MASSES),
    *(f"{mass}/{volume}" for mass in MASSES for volume in ("mL", "dL", "L")),
    *("uL", "mL", "dL", "L"),
    *(f"{volume}/{time}" for volume in ("mL", "L") for time in ("min", "h", "d", "wk")),
    "mL/min/{1.73_m2}",
    *PIECES,
    *(f"{piece}/{time}" for piece in PIECES for time in ("d", "wk")),
    *("/min", "/h", "/d", "/wk"),
    *("ms", "s", "min", "h", "d", "wk", "mo", "a"),
    *("mm", "cm", "m", "m2", "kg", "kg/m2"),
    *("umol/L", "mmol/L", "U/L", "10*3/uL", "10*9/L"),
    *("[iU]", "[iU]/d", "[iU]/wk", "{MME}", "{MME}/d"),
)

# The contract's closed list. An alias stands wherever its code may, inside compound units too.
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_table(
            """
            mcg=ug IU=[iU] 1.73m2={1.73_m2}
            minute=min hour=h day=d week=wk month=mo year=a
            minutes=min hours=h days=d weeks=wk months=mo years=a
            tablet={tablet} capsule={capsule} patch={patch} spray={spray} film={film} dose={dose}
            tablets={tablet} capsules={capsule} patches={patch} sprays={spray} films={film} doses={dose}
            """
        ),
        "1.73 m2": "{1.73_m2}",
    }
)

# What people write instead, case-folded, and what to tell them. Only ever a hint, never applied.
_MEANT: Final = tuple(
    (hint, frozenset(spellings.split()))
    for hint, spellings in (
        ("Write mg.", "mgs milligram milligrams milligramme milligrammes"),
        ("Write mcg or ug.", "μg ugs mcgs microgram micrograms"),
        ("Write ng.", "nanogram nanograms"),
        ("Write g.", "gm gms gs gram grams gramme grammes"),
        ("Write g or mg: gr may be read as grain.", "gr"),
        ("Write kg.", "kgs kilogram kilograms kilo lb lbs pound pounds oz"),
        ("Write mL.", "cc mls milliliter milliliters millilitre millilitres"),
        ("Write L.", "liter liters litre litres"),
        ("Spoons differ in size: write mL.", "tsp teaspoon teaspoons tbsp tablespoon tablespoons"),
        ("Drops differ in size: write mL or mg.", "drop drops gtt gtts"),
        ("Write IU where international units are meant.", "unit units u ius"),
        ("Write cm.", "in inch inches ft foot feet"),
        ("Write s.", "sec secs second seconds"),
        ("Write min, minute or minutes.", "mins"),
        ("Write h, hour or hours.", "hr hrs hs"),
        ("Write d, day or days.", "dy ds"),
        ("Write wk, week or weeks.", "w wks"),
        ("Write mo, month or months.", "mth mths mos"),
        ("Write a, year or years.", "y yr yrs"),
        ("Write tablet or capsule.", "tab tabs pill pills {pill}"),
        ("Write capsule.", "cap caps"),
        ("Write spray.", "puff puffs"),
        ("Write {MME}.", "mme ome med"),
        ("Write m2.", "m² sqm"),
        ("Write 10*3/uL.", "x10*3 x10^3 10^3 k"),
        ("Write 10*9/L.", "x10*9 x10^9 10^9"),
    )
)
_EXAMPLES: Final = "Write a unit such as mg, mcg, mL, h, day, mg/d or mg/kg/d."


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A unit by its canonical UCUM code, with its factor to the base unit of its dimension.

    There is one object for each code, in ``UNITS``: units are compared by identity, and unpickled to the same
    object.
    """

    code: str
    dimension: str
    factor: Fraction

    def __reduce__(self) -> tuple[Any, ...]:
        return read_unit, (self.code,)

    def __repr__(self) -> str:
        return f"<Unit {self.code}>"


def _parts(code: str) -> tuple[str, ...]:
    """The numerator, which may be empty, and the denominators in a fixed order."""
    head, *denominators = code.split("/")
    return (head, *sorted(denominators))


def _pint_unit(code: str) -> Any:
    """The pint unit that a code stands for; Any, because pint types its units by registry."""
    head, *denominators = code.split("/")
    unit = REGISTRY.Unit(PINT_NAMES[head]) if head else REGISTRY.Unit("")
    for denominator in denominators:
        unit = unit / REGISTRY.Unit(PINT_NAMES[denominator])
    return unit


def _part_facts() -> dict[str, tuple[Fraction, Mapping[str, int]]]:
    """For each part: its factor to base units and its dimensions, as pint derives them from units.txt."""
    facts: dict[str, tuple[Fraction, Mapping[str, int]]] = {"": (Fraction(1), {})}
    for part, name in PINT_NAMES.items():
        factor: Any = REGISTRY.get_base_units(name)[0]  # Any: pint types every magnitude as any number
        powers: Any = REGISTRY.get_dimensionality(name)
        facts[part] = (Fraction(factor), {dimension: int(power) for dimension, power in powers.items()})
    return facts


def _dimension_text(powers: Mapping[str, int]) -> str:
    """Such as "[mass]/[bodyweight]/[time]": products, then divisors, each in alphabetical order."""
    over = [f"{name}^{power}" if power > 1 else name for name, power in sorted(powers.items()) if power > 0]
    under = [f"{name}^{-power}" if power < -1 else name for name, power in sorted(powers.items()) if power < 0]
    return "/".join(["*".join(over) or "1", *under])


def _build_units() -> dict[str, Unit]:
    """Every code of the table with its factor and dimension, multiplied out of its parts."""
    facts = _part_facts()
    units: dict[str, Unit] = {}
    for code in CODES:
        head, *denominators = _parts(code)
        factor, powers = facts[head][0], Counter(facts[head][1])
        for denominator in denominators:
            factor /= facts[denominator][0]
            powers.subtract(facts[denominator][1])
        units[code] = Unit(code, _dimension_text(powers), factor)
    return units


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(_build_units())
_BY_PARTS: Final[Mapping[tuple[str, ...], Unit]] = MappingProxyType({_parts(code): UNITS[code] for code in UNITS})
_KNOWN_PARTS: Final[frozenset[str]] = frozenset(PINT_NAMES).union(ALIASES)
_BY_FOLDED: Final = MappingProxyType({part.casefold(): part for part in sorted(_KNOWN_PARTS)})


def read_unit(text: str) -> Unit:
    """The unit that a code or an alias names; a ReadingError ``unknown-unit`` for anything else."""
    unit = _find(text)
    if unit is None:
        raise _unit_fault(text)
    return unit


def _find(text: str) -> Unit | None:
    unit = UNITS.get(text)
    if unit is not None:
        return unit
    head, *denominators = (ALIASES.get(part, part) for part in text.split("/"))
    return _BY_PARTS.get((head, *sorted(denominators)))


def _unit_fault(text: str) -> ReadingError:
    """Why ``text`` is no unit, with the most useful thing to write instead."""
    for character in text:
        if character.isspace() and (character != " " or text.strip() != text or "  " in text):
            return ReadingError(
                "unknown-unit",
                f"Beside or inside the unit {shown(text)} stands {space_name(character)}.",
                "Write one ordinary space, or none, between number and unit, and nothing after it.",
            )
    for part in text.split("/"):
        if (part and part not in _KNOWN_PARTS) or text == "U":  # U is known, in U/L alone
            return ReadingError("unknown-unit", f"{shown(part)} is not a unit that is read here.", _hint(part))
    return ReadingError("unknown-unit", f"{shown(text)} is not a combination that is read here.", _EXAMPLES)


def _hint(part: str) -> str:
    folded = part.casefold()
    if folded in _BY_FOLDED and folded not in ("mme", "u"):
        return f"Write {_BY_FOLDED[folded]}: capital and small letters are different units."
    return next((hint for hint, spellings in _MEANT if folded in spellings), _EXAMPLES)


@cache  # bounded: at most one entry for each pair of the closed table
def _ratio(unit: Unit, target: Unit) -> Fraction:
    if unit.dimension != target.dimension:
        raise DimensionError(f"{unit.code} and {target.code} measure different things.")
    return unit.factor / target.factor


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quantity:
    """An exact amount of a unit. Equal and ordered by what it measures: 3600 mg/d is 150 mg/h."""

    value: Fraction
    unit: Unit

    def __post_init__(self) -> None:
        value: object = self.value
        if not isinstance(value, Fraction):
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"a quantity is an int or a Fraction of a unit, not {type(value).__name__}")
            object.__setattr__(self, "value", Fraction(value))
        if not isinstance(self.unit, Unit):
            raise TypeError("the unit of a quantity is one of UNITS")

    def amount(self, code: str) -> Fraction:
        """The bare value in the unit of ``code``; DimensionError where it cannot be expressed in it."""
        unit = self.unit
        return self.value if unit.code == code else self.value * _ratio(unit, read_unit(code))

    def to(self, unit: Unit | str) -> Quantity:
        """The same quantity in another unit, exactly; DimensionError where there is none."""
        target = read_unit(unit) if isinstance(unit, str) else unit
        return self if target is self.unit else Quantity(self.value * _ratio(self.unit, target), target)

    @property
    def pint_quantity(self) -> Any:
        """The same quantity for pint, for tests and one-off conversions; do not keep or pickle it."""
        return REGISTRY.Quantity(self.value, _pint_unit(self.unit.code))

    def _in_own_unit(self, other: Quantity) -> Fraction:
        return other.value if other.unit is self.unit else other.value * _ratio(other.unit, self.unit)

    # `NotImplemented` is Python's own answer for "not comparable with me": it asks the other operand, then raises a
    # TypeError (or, for ==, says that they differ). A number is never taken for a quantity.

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        if self.unit is not other.unit and self.unit.dimension != other.unit.dimension:
            return False
        return self.value == self._in_own_unit(other)

    def __hash__(self) -> int:
        return hash((self.unit.dimension, self.value * self.unit.factor))

    def __lt__(self, other: Quantity) -> bool:
        return self.value < self._in_own_unit(other) if isinstance(other, Quantity) else NotImplemented

    def __le__(self, other: Quantity) -> bool:
        return self.value <= self._in_own_unit(other) if isinstance(other, Quantity) else NotImplemented

    def __gt__(self, other: Quantity) -> bool:
        return self.value > self._in_own_unit(other) if isinstance(other, Quantity) else NotImplemented

    def __ge__(self, other: Quantity) -> bool:
        return self.value >= self._in_own_unit(other) if isinstance(other, Quantity) else NotImplemented

    def __add__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(self.value + self._in_own_unit(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(self.value - self._in_own_unit(other), self.unit)

    def __mul__(self, factor: int | Fraction) -> Quantity:
        if not isinstance(factor, (int, Fraction)):
            return NotImplemented
        return Quantity(self.value * factor, self.unit)

    __rmul__ = __mul__

    @overload
    def __truediv__(self, other: Quantity) -> Fraction: ...

    @overload
    def __truediv__(self, other: int | Fraction) -> Quantity: ...

    def __truediv__(self, other: Quantity | int | Fraction) -> Quantity | Fraction:
        """By a number: a quantity. By a quantity of the same dimension: their ratio, a Fraction."""
        if isinstance(other, Quantity):
            return self.value / self._in_own_unit(other)
        if not isinstance(other, (int, Fraction)):
            return NotImplemented
        return Quantity(self.value / other, self.unit)

    def __str__(self) -> str:
        text, rounded = decimal_text(self.value)
        return f"{self.value if rounded else text} {self.unit.code}"

    def __repr__(self) -> str:
        return f"<Quantity {self}>"


# Possessive: "300" must not be taken for 30 of a unit "0".
_QUANTITY: Final = re.compile(r"([0-9]++(?:\.[0-9]++)?+) ?(.+)", re.DOTALL)
_NUMBER_THEN_REST: Final = re.compile(r"([0-9]++(?:\.[0-9]++)?+)(.*)", re.DOTALL)


def read_quantity(text: str) -> Quantity:
    """A number, at most one space, a unit: "300 mg". Anything else: ReadingError with a contract code."""
    match = _QUANTITY.fullmatch(text)
    if match is not None:
        unit = _find(match[2])
        if unit is not None:
            return Quantity(read_number(match[1]), unit)
    raise _quantity_fault(text)


def _quantity_fault(text: str) -> ReadingError:
    """What is wrong; the number first, because no unit can be found behind a broken number."""
    if _find(text) is not None:
        return ReadingError("not-a-number", f"{shown(text)} has a unit and no number.", 'Write "300 mg".')
    fault = number_fault(text)
    if fault is not None:
        return fault
    match = _NUMBER_THEN_REST.fullmatch(text)
    rest = match[2] if match is not None else text
    if not rest.strip(" "):
        return ReadingError("missing-unit", f"{shown(text)} has no unit.", 'Write "300 mg".')
    return _unit_fault(rest.removeprefix(" "))


def read_quantity_parts(number_literal: str, unit: str) -> Quantity:
    """The object form of a quantity; ``number_literal`` is the number as it stood in the JSON."""
    if not unit:
        raise ReadingError("missing-unit", "The quantity has no unit.", 'Write {"value": 300, "unit": "mg"}.')
    return Quantity(read_number(number_literal), read_unit(unit))


def quantity(text: str) -> Quantity:
    """The quantity that our own YAML or a test writes, in the same grammar as texts from outside."""
    return read_quantity(text)


_TIME_WORDS: Final = {"min": "a minute", "h": "an hour", "d": "a day", "wk": "a week", "mo": "a month"}
_PER_WORDS: Final = {"kg": "per kg", "m2": "per square meter", "mL": "per mL"}
_SLASHED: Final = {"uL": "mcL", "{1.73_m2}": "1.73 m2"}
_PLURALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "times",
        "m2": "square meters",
        **_table(
            """
            ug=mcg uL=mcL umol=micromol {MME}=MME 10*3=thousand 10*9=billion [iU]=units U=units
            s=seconds min=minutes h=hours d=days wk=weeks mo=months a=years
            {tablet}=tablets {capsule}=capsules {patch}=patches {spray}=sprays {film}=films {dose}=doses
            """
        ),
    }
)
_PIECE_PARTS: Final = {
    Fraction(1, 4): ("a quarter of a", "a quarter"),
    Fraction(1, 2): ("half a", "a half"),
    Fraction(3, 4): ("three quarters of a", "three quarters"),
}


def words(q: Quantity) -> str:
    """The quantity as a prescriber reads it: "3,900 mg a day", "1 day", "45 mL/min", "half a tablet".

    It is said in the unit it is given in. A number without a finite decimal has two places and says "about".
    """
    head, *denominators = q.unit.code.split("/")
    whole, part = divmod(q.value, 1)
    text, rounded = decimal_text(q.value)
    many = _PLURALS.get(head, head)
    if head in PIECES and part in _PIECE_PARTS and whole >= 0:
        alone, added = _PIECE_PARTS[part]
        phrase = f"{grouped(str(whole))} and {added} {many}" if whole else f"{alone} {_singular(many)}"
    elif rounded and text == "0":
        phrase = f"less than 0.01 {many}"
    else:
        phrase = f"{'about ' if rounded else ''}{grouped(text)} {_singular(many) if text == '1' else many}"
    return phrase + _denominator_words(head, denominators)


def _singular(many: str) -> str:
    return {"patches": "patch"}.get(many, many.removesuffix("s") if many in _PLURALS.values() else many)


def _denominator_words(head: str, denominators: list[str]) -> str:
    """How a rate is said: " a day", " per kg a day". Clearances and laboratory values keep their slash."""
    clearance = head in ("mL", "L") and "min" in denominators
    said = ""
    for part in denominators:
        if part in _TIME_WORDS and not clearance:
            said += f" {_TIME_WORDS[part]}"
        elif part in _PER_WORDS and head in MASSES:
            said += f" {_PER_WORDS[part]}"
        else:
            said += f"/{_SLASHED.get(part, part)}"
    return said


_CANONICAL_PARTS: Final = _table("ng=mg ug=mg g=mg uL=mL dL=mL L=mL s=h min=h wk=d mm=cm m=cm")


def canonical(q: Quantity) -> Quantity:
    """The same quantity in the unit it is kept and compared in: mg, mL, cm, kg, h for hours, d for days.

    What a rate is per is meaning, not a prefix: mg/wk stays per week, mg/h per hour. Months and years stay,
    because a mean month is no number of days to count. Laboratory values (per dL, per L) stay as they are.
    """
    head, slash, tail = q.unit.code.partition("/")
    if tail in ("dL", "L"):
        return q
    return q.to(UNITS[_CANONICAL_PARTS.get(head, head) + slash + tail])
