"""Pieces to collect: what a regimen takes of every product, counted day by day."""

from __future__ import annotations

from fractions import Fraction

from dosing.formulary.model import Product
from dosing.products import Pieces
from schedules.regimen import Regimen


def supply(regimen: Regimen) -> tuple[Pieces, ...]:
    """Pieces of each product over all days, in the order of first use; as-needed steps count their daily maximum."""
    total: dict[Product, Fraction] = {}
    for step in regimen.steps:
        times = step.days * (step.doses_a_day if step.as_needed else 1)
        for dose in step.doses:
            for pieces in dose.pieces:
                total[pieces.product] = total.get(pieces.product, Fraction(0)) + pieces.count * times
    return tuple(Pieces(product, count) for product, count in total.items())
