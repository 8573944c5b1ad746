"""The daily dose drawn over time, as SVG written by hand: a plotting library costs half a second to import.

One drawing serves the page and the PDF. It is black on nothing (`currentColor`), so that it prints and
follows a dark page; it tells the limit by a dashed line and words, never by colour. Coordinates are exact
until they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from html import escape
from typing import Final

from dosing.numbers import decimal_text
from schedules.formats.dates import day_and_month, over_a_year, read_date, span
from schedules.formats.wording import Json, amount, listed, quantity_of

_WIDTH: Final = 540
_PLOT_HEIGHT: Final = 150
_TICK: Final = 4


@dataclass(frozen=True, slots=True)
class _Tread:
    """One step of the stairs: the days it lasts and its dose."""

    first: date
    last: date
    dose: Fraction
    words: str
    as_needed: bool


@dataclass(frozen=True, slots=True)
class _Type:
    """The letters of the drawing, in points: their size, and what room to leave for them."""

    size: int
    bold: bool

    @property
    def line(self) -> int:
        return self.size * 5 // 4

    def width(self, text: str) -> int:
        """Room enough for a text; the widest letters that occur here are figures."""
        return len(text) * self.size * (64 if self.bold else 58) // 100


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawing and the same in words."""

    svg: str
    words: str


def curve(plan: Json, large_print: bool = False) -> Curve | None:
    """The drawing of a plan; nothing for a plan of several drugs, whose doses have no common scale."""
    treads = _treads(plan["steps"])
    if len({step["drug"] for step in plan["steps"]}) > 1 or not treads:
        return None
    ceiling = plan.get("ceiling")
    limit = ceiling["limit"] if ceiling and ceiling["limit"]["unit"] == _unit(plan["steps"][0]) else None
    letters = _Type(18, True) if large_print else _Type(12, False)
    first, last = read_date(plan["start_date"]), read_date(plan["end_date"])
    said = _words(treads, limit, weekly=plan["steps"][0].get("daily_dose") is None)
    height, marks = _marks(treads, limit, letters, first, last)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="curve-title curve-words" font-family="Noto Sans, sans-serif"'
        f' font-size="{letters.size}" font-weight="{700 if letters.bold else 400}"'
        f' fill="currentColor" stroke="none">'
        f'<title id="curve-title">The dose over time</title><desc id="curve-words">{escape(said)}</desc>'
        f"{''.join(marks)}</svg>"
    )
    return Curve(svg, said)


def _unit(step: Json) -> str:
    return str((step.get("daily_dose") or step["weekly_dose"])["unit"])


def _treads(steps: Sequence[Json]) -> list[_Tread]:
    treads = []
    for step in steps:
        dose = step.get("daily_dose") or step["weekly_dose"]
        unit = dose["unit"].rpartition("/")[0]
        treads.append(
            _Tread(
                read_date(step["from_date"]),
                read_date(step["to_date"]),
                quantity_of(dose).value,
                amount({**dose, "unit": unit}),
                bool(step.get("as_needed")),
            )
        )
    return treads


def _words(treads: Sequence[_Tread], limit: Json | None, weekly: bool) -> str:
    with_year = over_a_year(treads[0].first, treads[-1].last)
    period = "week" if weekly else "day"
    steps = [
        f"{'up to ' if tread.as_needed else ''}{tread.words} from {span(tread.first, tread.last, with_year)}"
        for tread in treads
    ]
    told = f"The dose in one {period}: {listed(steps)}."
    return f"{told} The limit is {amount(limit)}." if limit else f"{told} No limit is drawn."


def _marks(
    treads: Sequence[_Tread], limit: Json | None, letters: _Type, first: date, last: date
) -> tuple[int, list[str]]:
    """The height of the drawing and its parts: guides with doses, the stairs, the limit, the dates."""
    limit_value = quantity_of(limit).value if limit else Fraction(0)
    top_value = max(limit_value, *(tread.dose for tread in treads)) or Fraction(1)
    levels = {tread.dose: tread.words for tread in treads}
    left = max(letters.width(words) for words in levels.values()) + 2 * _TICK
    top, days = letters.line + 2 * _TICK, (last - first).days + 1
    bottom = top + _PLOT_HEIGHT

    def across(day: date, after: int = 0) -> Fraction:
        return left + Fraction((day - first).days + after, days) * (_WIDTH - left - 1)

    def up(dose: Fraction) -> Fraction:
        return bottom - dose / top_value * _PLOT_HEIGHT

    marks = [_line(left, bottom, _WIDTH, bottom, 1), _line(left, top - _TICK, left, bottom, 1)]
    named: list[Fraction] = []
    # The highest and the lowest dose are always named, those between where there is room.
    for dose in sorted(levels, key=lambda level: (level not in (max(levels), min(levels)), -level)):
        height = up(dose)
        begins = next(across(tread.first) for tread in treads if tread.dose == dose)
        marks.append(_line(left, height, begins, height, Fraction(1, 2), dashes="1 3"))
        if all(abs(height - other) >= letters.size for other in named):
            marks.append(_text(left - _TICK, height + letters.size * Fraction(7, 20), levels[dose], anchor="end"))
            named.append(height)
    for before, tread in zip((treads[0], *treads), treads, strict=False):
        # What may be taken as needed is not what is taken: its line is broken.
        starts, ends = _at(across(tread.first)), _at(across(tread.last, after=1))
        stair = f"M{starts} {_at(up(before.dose))}V{_at(up(tread.dose))}H{ends}"
        dashed = ' stroke-dasharray="3 4"' if tread.as_needed else ""
        marks.append(f'<path d="{stair}" fill="none" stroke="currentColor" stroke-width="3"{dashed}/>')
    if limit:
        marks.append(_line(left, up(limit_value), _WIDTH, up(limit_value), Fraction(3, 2), dashes="8 4"))
        marks.append(_text(left + 2 * _TICK, up(limit_value) - Fraction(3, 2) * _TICK, f"Limit: {amount(limit)}"))
    free_from = Fraction(0)
    for tread in treads:
        at, said = across(tread.first), day_and_month(tread.first)
        marks.append(_line(at, bottom, at, bottom + _TICK, 1))
        if at >= free_from and at + letters.width(said) <= _WIDTH:
            marks.append(_text(at, bottom + letters.line + _TICK, said))
            free_from = at + letters.width(said) + 2 * _TICK
    return bottom + 2 * letters.line, marks


def _at(value: Fraction | int) -> str:
    """A coordinate to a tenth of a point."""
    return decimal_text(Fraction(round(Fraction(value) * 10), 10))[0]


def _line(
    x1: Fraction | int,
    y1: Fraction | int,
    x2: Fraction | int,
    y2: Fraction | int,
    width: Fraction | int,
    dashes: str = "",
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="M{_at(x1)} {_at(y1)}L{_at(x2)} {_at(y2)}" stroke="currentColor"'
        f' stroke-width="{_at(width)}"{dashed}/>'
    )


def _text(x: Fraction | int, y: Fraction | int, text: str, anchor: str = "start") -> str:
    return f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}">{escape(text)}</text>'
