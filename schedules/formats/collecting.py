"""What to collect at the pharmacy: each time, and in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from schedules.formats.dates import over_a_year, read_date, span, to_come
from schedules.formats.languages import ENGLISH, Language
from schedules.formats.pieces import product
from schedules.formats.wording import Json, numbers_tied


@dataclass(frozen=True, slots=True)
class Fill:
    """One time of collecting: its days, and what to collect."""

    title: str
    products: tuple[str, ...]


def fills_of(plan: Json, drug_names: bool, language: Language = ENGLISH) -> tuple[Fill, ...]:
    """Every fill of the plan; none where the plan knows only its sum."""
    years = over_a_year(read_date(plan["start_date"]), read_date(plan["end_date"]))
    return tuple(
        Fill(
            language.say(
                "{number}. For {dates} ({days})",
                number=fill["number"],
                dates=span(read_date(fill["from_date"]), read_date(fill["to_date"]), years, language),
                days=days_words(fill["days_supply"], language),
            ),
            products_of(fill["supply"], drug_names, language),
        )
        for fill in plan.get("fills") or ()
    )


def products_of(supply: Iterable[Json], drug_names: bool, language: Language = ENGLISH) -> tuple[str, ...]:
    """Each product with its count, and its drug where there are several."""
    return tuple(product(piece, piece.get("drug") or "" if drug_names else "", language) for piece in supply)


def days_words(days: int, language: Language = ENGLISH) -> str:
    """Such as "28 days"."""
    return numbers_tied(language.count("{number} day", "{number} days", days))


def to_collect(plan: Json) -> tuple[Sequence[Json], int]:
    """What is still to be collected in all, and the days it is for.

    A revised plan holds the pieces of the days that are gone too; those were collected, and only its fills count.
    """
    if not to_come(plan):
        return (), 0  # nothing is left to take
    fills = plan.get("fills") or ()
    if not plan.get("revision") or not fills:
        return plan["supply"], int(plan["days_supply"])
    return summed(fill["supply"] for fill in fills), sum(int(fill["days_supply"]) for fill in fills)


def summed(supplies: Iterable[Sequence[Json]]) -> Sequence[Json]:
    """The pieces of several supplies, those of one product in one."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for supply in supplies:
        for piece in supply:
            strength: Mapping[str, object] = piece["strength"]
            key = (piece.get("drug"), piece["form"], strength["value"], strength["unit"])
            known = found.setdefault(key, {**piece, "count": "0"})
            known["count"] = str(Fraction(known["count"]) + Fraction(piece["count"]))
    return tuple(found.values())
