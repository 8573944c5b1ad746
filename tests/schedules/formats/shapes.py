"""Plans of every shape that a schedule can have: the usual climb, weekly doses with a partner on the other days,
patches, alternate days, alternating doses, changes from one drug to another, use as needed, and revisions.

Made here step by step with exact numbers, so that what any format says can be held against what was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.schedules.formats.examples import PARTS, example, quantity

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
START = date(2026, 12, 1)  # a Tuesday


@dataclass(frozen=True)
class Piece:
    """So many pieces of a strength: "1/2" of "10 mg" "tablet"; of a liquid so many mL of "50 mg/mL"."""

    count: Fraction
    strength: Fraction
    form: str
    unit: str = "mg"

    @property
    def amount(self) -> Fraction:
        return self.count * self.strength


Doses = Mapping[str | None, Sequence[Piece]]


@dataclass(frozen=True)
class Shape:
    """A step as it is made: whose, from which day to which, what, and on which of these days."""

    drug: str
    from_day: int
    to_day: int
    doses: Doses
    on_days: Any = None
    most: Fraction | None = None  # mg in one day, of an as-needed step
    interval: int | None = None  # hours
    past: bool = False


def pieces(count: Fraction | int | str, strength: Fraction | int | str, form: str, unit: str = "mg") -> tuple[Piece]:
    return (Piece(Fraction(count), Fraction(strength), form, unit),)


def plan_of(shapes: Sequence[Shape], start: date = START, **changes: Any) -> dict[str, Any]:
    """The schedule's JSON object of these steps."""
    steps = [_step(number, shape, start) for number, shape in enumerate(shapes, start=1)]
    last = max(shape.to_day for shape in shapes)
    plan = example("gabapentin-1800") | {
        "drug": shapes[0].drug,
        "title": shapes[0].drug.capitalize(),
        "start_date": start.isoformat(),
        "end_date": _on(start, last),
        "days_supply": last,
        "steps": steps,
        "supply": _supply(shapes, start),
        "reassessments": [],
        "current": None,
        "floor": None,
        "ceilings": [],
        "fills": [],
        "revises": None,
        "revision": None,
    }
    plan.pop("ceiling", None)
    return plan | changes


def _step(number: int, shape: Shape, start: date) -> dict[str, Any]:
    doses = [
        {
            "when": when,
            "amount": quantity(sum((piece.amount for piece in taken), Fraction(0)), taken[0].unit),
            "pieces": [_piece(piece, piece.count) for piece in taken],
        }
        for when, taken in shape.doses.items()
    ]
    day = sum((Fraction(dose["amount"]["value"]) for dose in doses), Fraction(0))
    weekly = isinstance(shape.on_days, list) and len(shape.on_days) == 1
    rate = "ug/h" if any(dose["amount"]["unit"] == "ug/h" for dose in doses) else "mg/d"
    return {
        "number": number,
        "from_day": shape.from_day,
        "to_day": shape.to_day,
        "from_date": _on(start, shape.from_day),
        "to_date": _on(start, shape.to_day),
        "drug": shape.drug,
        "doses": doses,
        "on_days": shape.on_days,
        "daily_dose": None if weekly else quantity(day if shape.most is None else shape.most, rate),
        "weekly_dose": quantity(day, "mg/wk") if weekly else None,
        "as_needed": shape.most is not None,
        "interval": None if shape.interval is None else quantity(shape.interval, "h"),
        "max_per_day": None if shape.most is None else quantity(shape.most, "mg/d"),
        "past": shape.past,
    }


def _on(start: date, day: int) -> str:
    return (start + timedelta(days=day - 1)).isoformat()


def _piece(piece: Piece, count: Fraction) -> dict[str, Any]:
    liquid = piece.form == "oral solution"
    return {
        "strength": quantity(piece.strength, "mg/mL" if liquid else piece.unit),
        "form": piece.form,
        "count": str(count),
        "unit": "mL" if liquid else f"{{{piece.form.split()[-1]}}}",
    }


def taken_on(shape: Shape, day: int, start: date) -> bool:
    """Whether a step has a dose on a day of the plan: the same rule as the product's, written again."""
    if not shape.from_day <= day <= shape.to_day:
        return False
    if isinstance(shape.on_days, dict):
        return day >= shape.on_days["first"] and (day - shape.on_days["first"]) % shape.on_days["every"] == 0
    name = DAY_NAMES[(start + timedelta(days=day - 1)).weekday()]
    return shape.on_days is None or name in shape.on_days


def _supply(shapes: Sequence[Shape], start: date) -> list[dict[str, Any]]:
    needed: dict[tuple[str, Fraction, str, str], Fraction] = {}
    for shape in shapes:
        days = sum(taken_on(shape, day, start) for day in range(shape.from_day, shape.to_day + 1))
        for taken in shape.doses.values():
            amount = sum((piece.amount for piece in taken), Fraction(0))
            times = days if shape.most is None else days * (shape.most // amount)
            for piece in taken:
                key = (shape.drug, piece.strength, piece.form, piece.unit)
                needed[key] = needed.get(key, Fraction(0)) + piece.count * times
    return [
        _piece(Piece(count, strength, form, unit), count) | {"drug": drug}
        for (drug, strength, form, unit), count in needed.items()
    ]


def weekly_with_partner() -> dict[str, Any]:
    """Methotrexate on Mondays, folic acid on the six other days."""
    others = [name for name in DAY_NAMES if name != "monday"]
    return plan_of(
        [
            Shape("methotrexate", 1, 28, {"evening": pieces(6, "5/2", "tablet")}, ["monday"]),
            Shape("folic acid", 1, 28, {"morning": pieces(1, 1, "tablet")}, others),
        ],
        title="Methotrexate",
    )


def patches() -> dict[str, Any]:
    """A patch changed every 72 hours, then a stronger one."""
    return plan_of(
        [
            Shape("fentanyl", 1, 6, {"morning": pieces(1, 12, "transdermal patch", "ug/h")}, {"every": 3, "first": 1}),
            Shape("fentanyl", 7, 15, {"morning": pieces(1, 25, "transdermal patch", "ug/h")}, {"every": 3, "first": 7}),
        ]
    )


def alternating() -> dict[str, Any]:
    """Two siblings: 400 mg and 200 mg in turn."""
    return plan_of(
        [
            Shape("hydroxychloroquine", 1, 14, {"morning": pieces(2, 200, "tablet")}, {"every": 2, "first": 1}),
            Shape("hydroxychloroquine", 1, 14, {"morning": pieces(1, 200, "tablet")}, {"every": 2, "first": 2}),
        ]
    )


def alternate_days() -> dict[str, Any]:
    """The end of a taper: every day, then every other day."""
    return plan_of(
        [
            Shape("prednisone", 1, 7, {"morning": (*pieces(1, 5, "tablet"), *pieces("1/2", 1, "tablet"))}),
            Shape("prednisone", 8, 21, {"morning": pieces("1/2", 5, "tablet")}, {"every": 2, "first": 8}),
        ],
        kind="taper",
    )


def switch() -> dict[str, Any]:
    """Gabapentin down while pregabalin goes up: steps of two drugs whose days overlap."""
    return plan_of(
        [
            Shape("gabapentin", 1, 4, {part: pieces(1, 300, "capsule") for part in ("morning", "evening")}),
            Shape("pregabalin", 1, 7, {"evening": pieces(1, 75, "capsule")}),
            Shape("gabapentin", 5, 7, {"evening": pieces(1, 300, "capsule")}),
            Shape("pregabalin", 8, 14, {part: pieces(1, 75, "capsule") for part in ("morning", "evening")}),
        ],
        kind="switch",
        drug="pregabalin",
        title="Gabapentin to pregabalin",
    )


def revised() -> dict[str, Any]:
    """A climb that is held from day 9 on: eight days are gone."""
    climb = {"morning": pieces(1, 300, "capsule"), "evening": pieces(1, 300, "capsule")}
    return plan_of(
        [
            Shape("gabapentin", 1, 3, {"evening": pieces(1, 300, "capsule")}, past=True),
            Shape("gabapentin", 4, 8, climb, past=True),
            Shape("gabapentin", 9, 15, climb),
        ],
        revises="01JDTN6Q2W",
        id="01JDTN9ZZZ",
        revision={
            "action": "hold",
            "from_day": 9,
            "from_date": "2026-12-09",
            "days": 7,
            "missed_days": None,
            "why": "",
        },
        reassessments=[
            {"day": 5, "date": "2026-12-05", "what": "Judge the effect.", "source": None},
            {"day": 15, "date": "2026-12-15", "what": "Judge the effect.", "source": None},
        ],
    )


def as_needed() -> dict[str, Any]:
    """Nothing but use as needed."""
    once = {None: pieces(1, 50, "tablet")}
    return plan_of([Shape("tramadol", 1, 5, once, most=Fraction(200), interval=6)])


SHAPES: dict[str, dict[str, Any]] = {
    maker.__name__: maker()
    for maker in (weekly_with_partner, patches, alternating, alternate_days, switch, revised, as_needed)
}

_FORMS = ("capsule", "tablet", "extended-release tablet", "oral solution", "transdermal patch")
_STRENGTHS = [Fraction(text) for text in ("1/2", "5/2", "25", "50", "75/2", "100", "300", "400", "1000")]


@st.composite
def _course(draw: st.DrawFn, drug: str) -> list[Shape]:
    """The steps of one drug: one after another without a gap, some on certain days or as siblings."""
    form = draw(st.sampled_from(_FORMS))
    patch = form == "transdermal patch"
    single = patch or form == "oral solution"
    known = draw(st.lists(st.sampled_from(_STRENGTHS), min_size=1, max_size=1 if single else 2, unique=True))
    cuts = {"tablet": 4, "oral solution": 10}.get(form, 1)
    counts = st.integers(1, (2 if patch else 6) * cuts).map(lambda count: Fraction(count, cuts))

    def dose() -> tuple[Piece, ...]:
        strengths = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True))
        return tuple(Piece(draw(counts), strength, form, "ug/h" if patch else "mg") for strength in strengths)

    def doses() -> Doses:
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=1 if patch else 4, unique=True))
        return {part: dose() for part in PARTS if part in parts}

    shapes: list[Shape] = []
    day = 1
    for _ in range(draw(st.integers(1, 4))):
        last = day + draw(st.integers(0, 15))
        kind = "every" if patch else draw(st.sampled_from(("daily", "daily", "every", "siblings", "weekly", "some")))
        if kind == "siblings" and last > day:
            for first in (day, day + 1):
                shapes.append(Shape(drug, day, last, doses(), {"every": 2, "first": first}))
        elif kind == "every":
            every = {"every": 3 if patch else draw(st.integers(2, 4)), "first": day}
            shapes.append(Shape(drug, day, last, doses(), every))
        elif kind in ("weekly", "some"):
            size = 1 if kind == "weekly" else draw(st.integers(2, 6))
            names = draw(st.lists(st.sampled_from(DAY_NAMES), min_size=size, max_size=size, unique=True))
            shapes.append(Shape(drug, day, max(last, day + 6), doses(), [name for name in DAY_NAMES if name in names]))
        else:
            shapes.append(Shape(drug, day, last, doses()))
        day = shapes[-1].to_day + 1
    if not patch and draw(st.integers(0, 3)) == 0:
        once = dose()[:1]
        most = once[0].amount * draw(st.integers(1, 9))
        interval = draw(st.sampled_from((None, 4, 6, 12)))
        shapes.append(Shape(drug, day, day + draw(st.integers(0, 8)), {None: once}, most=most, interval=interval))
    return shapes


@st.composite
def shaped_plans(draw: st.DrawFn, drugs: Sequence[str] = ("gabapentin", "pregabalin")) -> dict[str, Any]:
    """Plans of any shape, of one drug or of two whose days overlap."""
    shapes = [shape for drug in drugs[: draw(st.integers(1, 2))] for shape in draw(_course(drug))]
    start = draw(st.dates(date(2026, 1, 1), date(2031, 12, 31)))
    return plan_of(sorted(shapes, key=lambda shape: shape.from_day), start)
