"""Where strengths allow no further cut: the dose is named, and what can be done is said, none of it done silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from dosing.formulary.model import Monograph, Product, Taper
from dosing.timeline import kind_of
from dosing.units import words
from dosing.vocabulary import LIQUIDS
from schedules.current import Until
from schedules.descent import PERCENT, Bottom
from schedules.layout import Layout
from schedules.plan import Floor, Way


def floor_of(bottom: Bottom, until: Until, monograph: Monograph, taper: Taper, products: tuple[Product, ...]) -> Floor:
    """The floor of a way down, with every way on that the formulary knows of."""
    layout = until.layout
    dose = layout.quantity(bottom.total)
    lower = layout.quantity(bottom.next_lower) if bottom.next_lower else None
    largest = layout.quantity(bottom.largest_cut)
    why = f"From {words(dose)} the pace allows a cut of at most {words(largest)}, and these strengths make none."
    if lower is not None:
        share = (bottom.total - (bottom.next_lower or 0)) * PERCENT / bottom.total
        why += f" The next lower dose they make is {words(lower)}, {_percent(share)} less."
    ways = [*_other_products(bottom, layout, monograph, products)]
    if taper.below:
        ways.append(Way("longer-interval", taper.below, taper.source))
    stop = f"Stop from {words(dose)} where the prescriber judges that it is safe: the plan does not decide that."
    return Floor(until.drug, dose, lower, why, (*ways, Way("stop", stop)))


def _percent(share: Fraction) -> str:
    return f"{'about ' if share.denominator != 1 else ''}{round(share)} percent"


def _other_products(bottom: Bottom, layout: Layout, monograph: Monograph, products: Sequence[Product]) -> list[Way]:
    """Strengths and liquids of the drug, of the same kind of release, that make a cut inside the pace."""
    ways: list[Way] = []
    released = {_release(product.form) for product in products}
    for product in monograph.products:
        if (
            product in products
            or _release(product.form) not in released
            or kind_of(product.strength) != layout_kind(layout)
        ):
            continue
        wider = replace(layout, products=(product,) if product.form in LIQUIDS else (*layout.products, product))
        made = wider.at_least(bottom.total - bottom.largest_cut) if bottom.largest_cut else None
        if made is not None and made < bottom.total:
            code = "liquid" if product.form in LIQUIDS else "smaller-strength"
            what = f"The {product.form}" if code == "liquid" else f"The {words(product.strength)} {product.form}"
            text = f"{what} makes {words(layout.quantity(made))} as the next dose."
            if not any(way.code == code for way in ways):
                ways.append(Way(code, text, product.source))
    return ways


def _release(form: str) -> str:
    """How a form gives its drug off: a liquid and a plain tablet do it at once."""
    for release in ("extended-release", "delayed-release", "sublingual", "transdermal"):
        if form.startswith(release):
            return release
    return "at once"


def layout_kind(layout: Layout) -> str:
    """What the doses of a layout count: mg, or the rate of a patch."""
    return layout.unit.code if layout.unit.code == "ug/h" else "mg"
