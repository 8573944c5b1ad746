"""The pharmacy's part: a sentence for each label, and quantities that add up.

Pieces are counted a second time here, from the days, and held against what the plan says to collect: a public taper
sheet dispenses 100 tablets where its own text needs 229. Where the two differ, the sheet says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from dosing.numbers import decimal_text, grouped
from schedules.formats.collecting import Fill, days_words, fills_of, products_of, summed, to_collect
from schedules.formats.dates import brief_span, days_from, is_taken_on, over_a_year, read_date, to_come
from schedules.formats.instructions import most_doses
from schedules.formats.pieces import is_cut
from schedules.formats.rows import Row, days_of
from schedules.formats.sig import sig
from schedules.formats.stopping import dispense_no_more
from schedules.formats.wording import Json, amount, capitalised, listed, quantity_of, tall_man

_TOTALS: Final[Mapping[str, str]] = {
    "mme": "Morphine equivalent",
    "prednisone_equivalent": tall_man("Prednisone equivalent"),
    "acetaminophen": "Acetaminophen in all",
}


@dataclass(frozen=True, slots=True)
class SigRow:
    """A step ready for a label; `split` says that a piece has to be cut."""

    number: int
    drug: str
    dates: str
    sig: str
    split: bool


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """Everything on the pharmacy's part."""

    title: str
    stops: tuple[str, ...]
    sigs: tuple[SigRow, ...]
    fills: tuple[Fill, ...]
    in_all: tuple[str, ...]
    days_supply: str
    agreement: str
    agrees: bool
    totals: tuple[Row, ...]


def pharmacy_part(plan: Json, drugs: Sequence[str]) -> Pharmacy:
    """The pharmacy's words of a plan: its days to come."""
    several = len(drugs) > 1
    years = over_a_year(read_date(plan["start_date"]), read_date(plan["end_date"]))
    supply, days = to_collect(plan)
    needed = summed(_pieces_of(step) for step in to_come(plan))
    agrees = _counts(needed) == _counts(supply)
    return Pharmacy(
        title=tall_man(plan.get("title") or capitalised(plan["drug"])),
        stops=tuple(map(tall_man, dispense_no_more(plan))),
        sigs=tuple(
            SigRow(
                number=step["number"],
                drug=tall_man(step["drug"]) if several else "",
                dates=brief_span(read_date(step["from_date"]), read_date(step["to_date"]), years),
                sig=tall_man(sig(step)),
                split=any(is_cut(piece) for dose in step["doses"] for piece in dose["pieces"]),
            )
            for step in to_come(plan)
        ),
        fills=tuple(
            Fill(fill.title, tuple(map(tall_man, fill.products))) for fill in fills_of(plan, drug_names=several)
        ),
        in_all=tuple(map(tall_man, products_of(supply, drug_names=several))),
        days_supply=days_words(days),
        agreement=_agreement(agrees, products_of(needed, drug_names=several)),
        agrees=agrees,
        totals=(*totals_of(plan, drugs), *equivalents_of(plan)),
    )


def _agreement(agrees: bool, needed: Sequence[str]) -> str:
    if agrees:
        return "Counted again from the days: the same."
    return tall_man(
        f"Do not dispense before this is cleared up: counted from the days, the plan needs {listed(needed)}."
    )


def _counts(supply: Sequence[Json]) -> dict[tuple[str, Fraction, str], Fraction]:
    """How many pieces of what, whatever the drug: a supply of one drug need not name it."""
    counts: dict[tuple[str, Fraction, str], Fraction] = {}
    for piece in supply:
        strength = quantity_of(piece["strength"])
        key = (piece["form"], strength.value, strength.unit.code)
        counts[key] = counts.get(key, Fraction(0)) + Fraction(piece["count"])
    return counts


def _pieces_of(step: Json) -> Sequence[Json]:
    """The pieces of all days of a step; of an as-needed one, the most that it allows."""
    times = most_doses(step) if step.get("as_needed") else 1
    days = days_taken(step) * times
    return tuple(
        {**piece, "drug": step["drug"], "count": str(Fraction(piece["count"]) * days)}
        for dose in step["doses"]
        for piece in dose["pieces"]
    )


def days_taken(step: Json) -> int:
    """How many days of a step have a dose."""
    first = read_date(step["from_date"])
    days = days_from(first, read_date(step["to_date"]))
    return sum(is_taken_on(step, day, int(step["from_day"]) + offset) for offset, day in enumerate(days))


def totals_of(plan: Json, drugs: Sequence[str]) -> tuple[Row, ...]:
    """What the days add up to: the whole amount, the highest day, the doses with a cut piece."""
    several = len(drugs) > 1
    rows: list[Row] = []
    cut = 0
    for drug in drugs:
        of_drug = f", {tall_man(drug)}" if several else ""
        steps = [step for step in to_come(plan) if step["drug"] == drug]
        whole: dict[str, Fraction] = {}
        for step in steps:
            taken = 0 if step.get("as_needed") else days_taken(step)
            for dose in step["doses"] if taken else ():
                given = quantity_of(dose["amount"])
                whole[given.unit.code] = whole.get(given.unit.code, Fraction(0)) + given.value * taken
                cut += taken * any(is_cut(piece) for piece in dose["pieces"])
        # The rates of patches do not add up to anything.
        rows += [
            Row(f"Taken as scheduled{of_drug}", amount({"value": value, "unit": unit}))
            for unit, value in whole.items()
            if not unit.endswith("/h")
        ]
        levels: list[dict[str, Any]] = [step.get("daily_dose") or step["weekly_dose"] for step in steps]
        if levels:
            highest = max(levels, key=lambda level: quantity_of(level).value)
            rows.append(Row(f"Highest{of_drug}", amount(highest)))
    if cut:
        rows.append(Row("Doses with a cut piece", grouped(str(cut))))
    return tuple(rows)


def collected(plan: Json, drugs: Sequence[str]) -> tuple[Row, ...]:
    """What is still to dispense, and for how long it lasts."""
    supply, days = to_collect(plan)
    if not supply:
        return (Row("To dispense", "nothing"),)
    rows = [Row("To dispense", tall_man(piece)) for piece in products_of(supply, drug_names=len(drugs) > 1)]
    return (*rows, Row("Lasts", days_words(days)))


def equivalents_of(plan: Json) -> tuple[Row, ...]:
    """What the doses are worth in the measure of their class, by days."""
    rows = []
    for name, title in _TOTALS.items():
        counted = [row for row in (plan["check"].get("totals") or {}).get(name) or () if row.get("per_day")]
        named = (plan.get("factors") or {}).get(name) or ()
        factors = {item["drug"]: Fraction(item["factor"]) for item in named}
        if not counted:
            continue
        told = listed([f"{decimal_text(factor)[0]} for {tall_man(drug)}" for drug, factor in factors.items()])
        if factors:
            rows.append(Row(title, f"factor {told}."))
        if set(factors) == {plan["drug"]} and set(factors.values()) == {Fraction(1)}:
            continue  # it is the dose itself, which the steps say
        rows += [Row(title, f"{amount(row['per_day'])}, {days_of(row['from_day'], row['to_day'])}") for row in counted]
    return tuple(rows)
