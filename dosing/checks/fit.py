"""Does the order fit the shelf? Doses that products can make, and a quantity that fits the steps."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from dosing.case import Case
from dosing.conditions import Holding
from dosing.finding import Suggestion
from dosing.formulary.kinds import Rule
from dosing.formulary.model import Product
from dosing.judgement import KEPT, Judgement, unanswered
from dosing.products import CannotMake, doses_of, make, one_makes, products_for, times_a_day, unit_amount
from dosing.timeline import RATE, Unknown
from dosing.units import UNITS, Quantity
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM
from dosing.wording import words


def dispensable(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """Every dose of every step is a sum of whole pieces, of parts of scored ones, or a measurable volume."""
    if _asked_before(case):
        return None
    doses = doses_of(case)
    if isinstance(doses, Unknown):
        return unanswered(doses.needs)
    products = products_for(case)
    stated = (case.order.strengths or {}).get(case.drug)
    concentration = (case.order.concentrations or {}).get(case.drug)
    if not products and concentration is not None:
        strength = f"{words(concentration.amount)} in {words(concentration.volume)}"
        return Judgement(False, f"{case.drug} of {strength} is not a known concentration.")
    if not products and stated is not None and case.combination is not None:
        return Judgement(False, f"{case.order.spoken} with {words(stated)} of {case.drug} is not a known product.")
    if not products and stated is not None:
        known = {product.strength for product in case.monograph.products if product.form in case.possible_forms}
        marketed = sorted(known, key=lambda strength: (strength.unit.dimension, strength.value * strength.unit.factor))
        listed = ", ".join(words(strength) for strength in marketed)
        return Judgement(False, f"{case.drug} of {words(stated)} is not a known strength; known are {listed}.")
    by_form = [tuple(item for item in products if item.form == form) for form in case.possible_forms]
    answers = [
        answer
        for offered in by_form
        if not _liquid_without_measure(offered) and (answer := _made(case, doses, offered)) is not None
    ]
    if not answers:
        return None
    broken = [answer for answer in answers if not answer.kept]
    if broken and len(broken) < len(answers):
        return unanswered(("form",), "Some forms can make the dose, others cannot.")
    return next(iter(broken), KEPT)


def _made(case: Case, doses: list[Fraction], products: tuple[Product, ...]) -> Judgement | None:
    """Whether products of one form make every dose; None where nothing of the form is offered."""
    if not products and len(case.possible_forms) > 1:
        return None
    code = case.course.unit
    for dose in doses:
        if one_makes(dose, products):
            continue
        making = make(dose, products)
        if not isinstance(making, CannotMake):
            continue
        wanted = Quantity(dose, UNITS[code])
        nearest = [Quantity(amount, UNITS[code]) for amount in (making.below, making.above) if amount is not None]
        could = f"; nearest are {' and '.join(words(amount) for amount in nearest)}" if nearest else ""
        return Judgement(
            False,
            f"{words(wanted)} of {case.drug} cannot be made exactly from the products{_of_form(case)}{could}.",
            measured=wanted,
            suggestion=Suggestion(largest_passing_dose=nearest[0] if making.below is not None else None),
        )
    return KEPT


def quantity(case: Case, rule: Rule, holding: Holding) -> Judgement | None:
    """The quantity against what the steps, or the days of supply, take."""
    order = case.order
    if order.quantity is None or _asked_before(case):
        return None
    if case.course.needs:
        return unanswered(case.course.needs)
    products = _products_counted_in(case, order.quantity)
    days = order.days_supply
    if case.course.last is None and days is None:
        return None
    if len({unit_amount(product) for product in products}) != 1:
        return unanswered(("strength",), "The quantity cannot be compared without it.")
    needed = _needed(case, products[0].pieces_per_unit, unit_amount(products[0]), days)
    if needed is None:
        return None
    measured, limit = order.quantity, Quantity(needed, order.quantity.unit)
    as_needed = any(run.as_needed for run in case.course.runs)
    if measured == limit or (as_needed and measured < limit):
        return Judgement(True, measured=measured, limit=limit, comparison="=")
    span = f"{days} days of supply take" if days is not None else "the steps take"
    return Judgement(
        False,
        f"{words(measured)} of {case.drug} are ordered; {span} {words(limit)}.",
        measured,
        limit,
        "=",
    )


def _asked_before(case: Case) -> bool:
    """The pieces of a combination hold every ingredient: the first one answers for all."""
    return case.combination is not None and case.drug != case.combination.ingredients[0]


def _needed(case: Case, parts: int, piece: Fraction, days: int | None) -> Fraction | None:
    """Pieces that the days take, each dose rounded up to a piece that can be taken; None where a dose does not fit."""
    last = case.course.last
    if days is not None:
        supplied = case.course.first + days - 1
        last = supplied if last is None else min(last, supplied)
    if last is None:
        return None
    total = Fraction(0)
    for run in case.course.runs:
        if run.first > last:
            continue
        end = last if run.last is None else min(run.last, last)
        times = times_a_day(case.course, run)
        counted = run.single / piece
        if times is None or (run.total / piece * parts).denominator != 1:
            return None
        days_taken = end - run.first + 1
        # A patch that is on the skin when the days end was taken whole.
        total += counted * (ceil(times * days_taken) if case.course.unit == RATE else times * days_taken)
    return total


def _products_counted_in(case: Case, quantity: Quantity) -> tuple[Product, ...]:
    code = quantity.unit.code
    return tuple(
        product
        for product in products_for(case)
        if PIECE_OF_FORM.get(product.form) == code or (code == "mL" and product.form in LIQUIDS)
    )


def _liquid_without_measure(products: tuple[Product, ...]) -> bool:
    """A liquid whose measurable increment nobody states cannot be judged: any volume may be measurable."""
    return bool(products) and all(product.form in LIQUIDS and product.increment is None for product in products)


def _of_form(case: Case) -> str:
    return f" ({case.order.form})" if case.order.form is not None else ""
