"""The sheet as plain text, 72 columns wide: the same facts for a terminal, a message or a record.

A step is one paragraph that carries its number, dates, parts of the day, pieces and amounts, so that a
program can read the plan back from what was printed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Final

from schedules.formats.calendar_grid import Week
from schedules.formats.contents import Contents, contents
from schedules.formats.pieces import PART_TITLES
from schedules.formats.prescriber import Prescriber, Row
from schedules.formats.sheet import Sheet
from schedules.formats.wording import NO_BREAK

COLUMNS: Final = 72
_LINE_FOR_A_NAME: Final = "_" * 40


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The plain text of a plan, in UTF-8."""
    page = contents(plan, sheet)
    lines = [*_patient(page), *_banner(page), *_prescriber(page.prescriber, page.stamp), "", *_foot(page)]
    # Lines are broken by now, and an ordinary space is what a reader and a search expect.
    return ("\n".join(lines).replace(NO_BREAK, " ") + "\n").encode()


def _patient(page: Contents) -> Iterable[str]:
    yield from _wrapped(page.title)
    yield "=" * min(len(page.title), COLUMNS)
    yield from _wrapped(page.aim)
    yield from _wrapped(f"{page.period}. {page.revises}".rstrip())
    yield from _foot(page)
    yield from _banner(page)
    yield ""
    names = (
        ("For", page.patient_name),
        ("Prescriber", page.prescriber_name),
        ("Signed", ""),
        ("Phone", page.phone),
    )
    for label, name in names:
        yield from _wrapped(f"{label}: {name or _LINE_FOR_A_NAME}", then="  ")
    yield from _wrapped(f"{page.origin} {page.untranslated}".rstrip())
    yield from _heading("What to take")
    yield from _wrapped(page.why)
    for step in page.steps:
        yield from _wrapped(f"{step.number}. {step.dates}: {step.sentence} In one day: {step.total}.", then="   ")
    yield from _wrapped(page.after)
    if page.curve:
        yield from _heading("The dose over time")
        yield from _wrapped(page.curve.words)
    yield from _heading("Calendar")
    yield "Tick the box when you have taken the dose."
    for week in page.weeks:
        yield from _week(week)
    if page.call_now:
        yield from _heading("Call now")
        yield from _wrapped("Call your prescriber or 911 at once for any of these signs:")
        yield from _bullets(page.call_now)
        if page.phone:
            yield from _wrapped(f"Phone: {page.phone}", then="  ")
    yield from _heading("What to collect")
    yield from _bullets(page.supply)
    yield from _wrapped(page.supply_note)
    if page.reassessments:
        yield from _heading("When to see your prescriber")
        yield from _bullets(f"{row.title}: {row.text}" for row in page.reassessments)
    yield from _heading("What to know")
    for advice in page.advice:
        yield from _wrapped(f"{advice.title}: {advice.text}", then="  ")
    yield from _heading("Notes for your next visit")
    yield from _wrapped("What changed? Your pain from 0 to 10, your sleep, anything that troubles you.")


def _prescriber(page: Prescriber, stamp: str) -> Iterable[str]:
    yield ""
    yield "=" * COLUMNS
    yield "FOR THE PRESCRIBER AND THE PHARMACY"
    yield from _wrapped(f"{page.title}. {page.verdict} {page.target}".rstrip())
    yield from _heading("Findings")
    for finding in page.findings:
        said = (finding.message, finding.arithmetic, finding.passing)
        where = f"Rule {finding.rule}{f', layer: {finding.layer}' if finding.layer else ''}. {finding.source}"
        yield from _bullets([" ".join(part for part in (f"{finding.severity}.", *said, where) if part)])
    if not page.findings:
        yield "None."
    yield page.passed
    yield from _heading("Not checked")
    yield from _rows(page.not_checked)
    if not page.not_checked:
        yield "Nothing: every rule that applies was checked."
    yield from _heading("Steps")
    for step in page.steps:
        yield from _wrapped(
            f"{step.number}. {step.dates} ({step.days}), {step.total}. {'; '.join(step.pieces)}", then="   "
        )
    for title, rows in (("The patient's facts", page.facts), ("Totals for the pharmacy", page.totals)):
        yield from _heading(title)
        yield from _rows(rows)
    yield from _heading("What was chosen, and why")
    yield from _wrapped(page.protocol)
    yield from _rows(page.chosen)
    if page.reassessments:
        yield from _heading("Reassessments")
        yield from _rows(page.reassessments)
    if page.sources:
        yield from _heading("Sources")
        for number, source in enumerate(page.sources, start=1):
            yield from _wrapped(f"{number}. {source}", then="   ")
    yield ""
    yield from _wrapped(f"{page.formulary} {stamp}".rstrip())


def _banner(page: Contents) -> Iterable[str]:
    if page.banner:
        yield ""
        yield from _wrapped(" ".join(page.banner), "!! ")


def _foot(page: Contents) -> Iterable[str]:
    yield from _wrapped(f"Plan {page.number} of {page.begins}. {page.formulary}")


def _heading(title: str) -> Iterable[str]:
    yield ""
    yield title
    yield "-" * len(title)


def _week(week: Week) -> Iterable[str]:
    yield ""
    yield week.title
    for day in week.days:
        label = f"{day.label}:"
        for part, cells in zip(week.parts, day.cells, strict=True):
            for cell in cells:
                boxes = "[ ]" * cell.boxes
                pieces = " and ".join(cell.pieces)
                yield from _wrapped(
                    f"{label:<11} {PART_TITLES[part]:<9} {boxes} {pieces} ({cell.amount})", then=" " * 26
                )
                label = ""


def _rows(rows: Iterable[Row]) -> Iterable[str]:
    yield from _bullets(f"{row.label}: {row.text} {row.why}".rstrip() for row in rows)


def _bullets(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from _wrapped(text, "- ", "  ")


def _wrapped(text: str, first: str = "", then: str = "") -> list[str]:
    """A paragraph in lines. A dose, tied by its spaces, stays whole."""
    return textwrap.wrap(text, COLUMNS, initial_indent=first, subsequent_indent=then or first, break_on_hyphens=False)
