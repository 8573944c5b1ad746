"""What a measure is: a number computed from the patient or stated, and what stands beside it in an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dosing.formulary.kinds import Source
from dosing.units import Quantity

Inputs = Mapping[str, Quantity | str]


@dataclass(frozen=True, slots=True)
class Deindexed:
    """A filtration rate for this patient's own body surface: mL/min, with the surface and its formula."""

    value: Quantity
    body_surface_area: Quantity
    formula: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A computed or stated number.

    `domain` says for whom the formula is defined, where it is not for everybody. `by_weight` and `by_formula` say what
    another weight or formula would have given; `also` names the sources of what is not in the formula itself, such as a
    conversion or a category.
    """

    value: Quantity
    formula: str
    source: Source | None = None
    weight_used: str | None = None
    by_weight: Mapping[str, Quantity] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=dict)
    note: str = ""
    by_formula: Mapping[str, Quantity] = field(default_factory=dict)
    deindexed: Deindexed | None = None
    category: str | None = None
    also: tuple[Source, ...] = ()
    domain: str = ""


@dataclass(frozen=True, slots=True)
class ChildPugh:
    """A Child-Pugh class with its score; a class that was stated has none. `points` are by criterion."""

    score: int | None
    grade: str
    formula: str
    source: Source | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=dict)
    note: str = ""
    also: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class NotComputed:
    """Why a number cannot be had, and which fields would change that."""

    reason: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that could be computed for a patient, and everything that could not."""

    computed: Mapping[str, Measure]
    not_computed: Mapping[str, NotComputed]
    child_pugh: ChildPugh | None = None


def lacking(what: str, inputs: Mapping[str, object | None]) -> NotComputed:
    """Which of the inputs are not known. `what` begins the sentence that says so."""
    missing = tuple(name for name, value in inputs.items() if value is None)
    return NotComputed(f"{what} needs {_listed([name.replace('_', ' ') for name in missing])}.", missing)


def nothing(inputs: Mapping[str, Quantity]) -> NotComputed | None:
    """An input that is not more than zero, from which no formula computes; None when there is none."""
    for name, value in inputs.items():
        if value.value <= 0:
            return NotComputed(f"The {name.replace('_', ' ')} is not more than zero.", (name,))
    return None


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
