"""How long an order lasts: as its steps say, or at least as long as its supply does."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dosing.case import Case
from dosing.products import CannotMake, make, pieces_a_day, products_for
from dosing.timeline import RATE
from dosing.units import Quantity


@dataclass(frozen=True, slots=True)
class Length:
    """Days of a course; `implied` says that only the supply tells them."""

    days: int
    implied: bool


def length_of(case: Case) -> Length | None:
    """The days of the course, those before `as_of` included; None when nothing states a length."""
    course = case.course
    if course.last is not None:
        return Length(course.last - course.first + 1, False)
    supplied = supply_of(case)
    return Length(supplied, True) if supplied is not None else None


def supply_of(case: Case) -> int | None:
    """The days that the supply lasts: as stated, or as the quantity covers at the most pieces a day."""
    order = case.order
    stated = [order.days_supply] if order.days_supply is not None else []
    if order.quantity is not None and not case.course.needs and case.course.runs:
        covered = _days_covered(case, order.quantity)
        if covered is not None:
            stated.append(covered)
    return max(stated, default=None)


def _days_covered(case: Case, quantity: Quantity) -> int | None:
    """The days until a dose falls that the pieces no longer hold; a drug that is taken once a week uses few of them."""
    course = case.course
    worst = max(course.runs, key=lambda run: run.total)
    if course.unit == RATE or worst.last is None or worst.last != worst.first:
        a_day = pieces_a_day(case)
        return int(quantity.value // a_day) if a_day else None
    making = make(worst.single, products_for(case))
    if isinstance(making, CannotMake):
        return None
    each = sum((item.count for item in making), Fraction(0)) * worst.total / worst.single
    enough = int(quantity.value // each)
    if enough >= len(course.runs):
        return course.runs[-1].first - course.first + 1
    return course.runs[enough].first - course.first
