"""The daily dose drawn over time, as SVG written by hand: a plotting library costs half a second to import.

One drawing serves the page and the PDF. It is black on nothing (`currentColor`), so that it prints and
follows a dark page; it tells the limit by a dashed line and words, never by colour. Two drugs have no common
scale, so each has a panel with its own scale and its own limit, one below the other over the same days.
Coordinates are exact until they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from html import escape
from typing import Final

from dosing.numbers import decimal_text
from schedules.formats.dates import begins_on, day_and_month, over_a_year, read_date, to_come
from schedules.formats.languages import ENGLISH, Language
from schedules.formats.treads import Tread, panel_words, treads_of
from schedules.formats.wording import Json, amount, capitalised, quantity_of, tall_man

_WIDTH: Final = 540
_PLOT_HEIGHT: Final = 150
_PANEL_HEIGHT: Final = 88  # of one of several
_TICK: Final = 4


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
class _Panel:
    """One drug: its name where there are several, its stairs, its limit and the name of the limit's line."""

    name: str
    treads: tuple[Tread, ...]
    limit: Fraction | None
    limit_words: str

    @property
    def top(self) -> Fraction:
        return max(self.limit or Fraction(0), *(tread.dose for tread in self.treads)) or Fraction(1)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel lies: its left edge, its top and its height, and the days that the width stands for."""

    left: int
    top: int
    height: int
    first: date
    days: int

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def across(self, day: date, after: int = 0) -> Fraction:
        return self.left + Fraction((day - self.first).days + after, self.days) * (_WIDTH - self.left - 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawing and the same in words."""

    svg: str
    words: str


def curve(
    plan: Json, large_print: bool = False, language: Language = ENGLISH, *, gone: bool = False, name: str = "curve"
) -> Curve | None:
    """The drawing of the days to come; with `gone`, of all days, those that are gone up to a line that says so.

    `name` begins the identifiers of the drawing, which have to differ where a page has two.
    """
    steps = list(plan["steps"] if gone else to_come(plan))
    if not steps:
        return None
    first = read_date(plan["start_date"]) if gone else begins_on(plan)
    last = read_date(plan["end_date"])
    several = len({step["drug"] for step in plan["steps"]}) > 1
    panels, said = [], []
    for drug in _drawn(plan, steps):
        treads = treads_of([step for step in steps if step["drug"] == drug], first, language)
        limit = _limit(plan, drug, treads[0].unit)
        # All days are drawn for the prescriber, who reads look-alike names in mixed case.
        name_said = tall_man(drug) if gone else language.say(drug)
        drug_words = name_said if several else ""
        limit_words = language.say("Limit: {amount}", amount=amount(limit, language)) if limit else ""
        value = quantity_of(limit).value if limit else None
        panels.append(_Panel(drug_words if gone else capitalised(drug_words), treads, value, limit_words))
        limit_said = amount(limit, language) if limit else ""
        said.append(panel_words(treads, limit_said, drug_words, over_a_year(first, last), language))
    letters = _Type(18, True) if large_print else _Type(12, False)
    revised = begins_on(plan) if gone and plan.get("revision") else None
    height, marks = _marks(panels, letters, (first, last), revised, language)
    words = " ".join(said)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="{name}-title {name}-words" font-family="Noto Sans, sans-serif"'
        f' font-size="{letters.size}" font-weight="{700 if letters.bold else 400}"'
        f' fill="currentColor" stroke="none">'
        f'<title id="{name}-title">{escape(language.say("The dose over time"))}</title>'
        f'<desc id="{name}-words">{escape(words)}</desc>'
        f"{''.join(marks)}</svg>"
    )
    return Curve(svg, words)


def _drawn(plan: Json, steps: Sequence[Json]) -> Sequence[str]:
    """The drugs with a panel: the plan's own, and any other whose dose changes. A steady companion has none."""
    drugs = tuple(dict.fromkeys(step["drug"] for step in steps))
    doses = {drug: {str(step["doses"]) for step in steps if step["drug"] == drug} for drug in drugs}
    former = {row["drug"] for row in plan.get("current") or ()}
    return [drug for drug in drugs if drug == plan["drug"] or drug in former or len(doses[drug]) > 1] or drugs


def _limit(plan: Json, drug: str, unit: str) -> Json | None:
    """The limit of a drug, where it is in the unit of the drawing: a weekly limit says nothing of a day."""
    ceilings = plan.get("ceilings")
    if ceilings is None:
        ceilings = [{"drug": plan["drug"], **plan["ceiling"]}] if plan.get("ceiling") else []
    limits: list[Json] = [row["limit"] for row in ceilings if row["drug"] == drug and row["limit"]["unit"] == unit]
    return min(limits, key=lambda limit: quantity_of(limit).value) if limits else None


def _marks(
    panels: Sequence[_Panel], letters: _Type, period: tuple[date, date], revised: date | None, language: Language
) -> tuple[int, list[str]]:
    """The height of the drawing and its parts: the panels one below the other, and the dates below them all."""
    first, last = period
    levels = {tread.words for panel in panels for tread in panel.treads}
    left = max(letters.width(words) for words in levels) + 2 * _TICK
    marks: list[str] = []
    bottom = 0
    for panel in panels:
        top = bottom + letters.line + 2 * _TICK
        if panel.name:
            top += letters.line
            marks.append(_text(left, top - letters.line - _TICK, panel.name))
        height = _PLOT_HEIGHT if len(panels) == 1 else _PANEL_HEIGHT
        frame = _Frame(left, top, height, first, (last - first).days + 1)
        marks += _panel(panel, frame, letters)
        if revised is not None:
            at = frame.across(revised)
            marks.append(_line(at, frame.top - _TICK, at, frame.bottom, 1, dashes="2 2"))
        bottom = frame.bottom
    begins = sorted({tread.first for panel in panels for tread in panel.treads} | ({revised} if revised else set()))
    free_from = Fraction(0)
    for day in begins:
        at, said = frame.across(day), day_and_month(day, language)
        marks.append(_line(at, bottom, at, bottom + _TICK, 1))
        if at >= free_from and at + letters.width(said) <= _WIDTH:
            marks.append(_text(at, bottom + letters.line + _TICK, said))
            free_from = at + letters.width(said) + 2 * _TICK
    return bottom + 2 * letters.line, marks


def _panel(panel: _Panel, frame: _Frame, letters: _Type) -> list[str]:
    """Guides with doses, the stairs, the limit."""

    def up(dose: Fraction) -> Fraction:
        return frame.bottom - dose / panel.top * frame.height

    levels = {tread.dose: tread.words for tread in panel.treads}
    left, bottom = frame.left, frame.bottom
    marks = [_line(left, bottom, _WIDTH, bottom, 1), _line(left, frame.top - _TICK, left, bottom, 1)]
    named: list[Fraction] = []
    # The highest and the lowest dose are always named, those between where there is room.
    for dose in sorted(levels, key=lambda level: (level not in (max(levels), min(levels)), -level)):
        height = up(dose)
        if all(abs(height - other) >= letters.size for other in named):
            begins = next(frame.across(tread.first) for tread in panel.treads if tread.dose == dose)
            marks.append(_line(left, height, begins, height, Fraction(1, 2), dashes="1 3"))
            marks.append(_text(left - _TICK, height + letters.size * Fraction(7, 20), levels[dose], anchor="end"))
            named.append(height)
    stairs = [tread for tread in panel.treads if not tread.in_turn]
    for before, tread in zip((stairs[0], *stairs), stairs, strict=False):
        rise = f" {_at(up(before.dose))}V" if tread.joins(before) else " "
        marks.append(_stair(frame, tread, f"{rise}{_at(up(tread.dose))}", "3 4" if tread.as_needed else ""))
    # A lower dose taken in turn with a higher one is a line of its own below it.
    marks += [_stair(frame, tread, f" {_at(up(tread.dose))}", "6 3") for tread in panel.treads if tread.in_turn]
    if panel.limit is not None:
        height = up(panel.limit)
        marks.append(_line(left, height, _WIDTH, height, Fraction(3, 2), dashes="8 4"))
        marks.append(_text(left + 2 * _TICK, height - Fraction(3, 2) * _TICK, panel.limit_words))
    return marks


def _stair(frame: _Frame, tread: Tread, rise: str, dashes: str) -> str:
    """A step of the stairs. What may be taken as needed is not what is taken: its line is broken."""
    starts, ends = _at(frame.across(tread.first)), _at(frame.across(tread.last, after=1))
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{starts}{rise}H{ends}" fill="none" stroke="currentColor" stroke-width="3"{dashed}/>'


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
