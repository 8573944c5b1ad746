"""The sheet as plain text, 72 columns wide: the same facts for a terminal, a message or a record.

A step is one paragraph that carries its number, dates, parts of the day, pieces and amounts, so that a
program can read the plan back from what was printed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Final

from schedules.formats.calendar_grid import Week
from schedules.formats.collecting import Fill
from schedules.formats.contents import Contents, contents
from schedules.formats.diary import Diary
from schedules.formats.pharmacy import Pharmacy
from schedules.formats.prescriber import Prescriber
from schedules.formats.rows import Row
from schedules.formats.sheet import Sheet
from schedules.formats.wording import NO_BREAK

COLUMNS: Final = 72
_LINE_FOR_A_NAME: Final = "_" * 40
_PART_WIDTH: Final = 9


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The plain text of a plan, in UTF-8."""
    page = contents(plan, sheet)
    lines: list[str] = []
    for audience in page.parts:
        if audience == "patient":
            lines += _patient(page)
        else:
            lines += _other(page, audience)
    lines += ["", *_foot(page)]
    # Lines are broken by now, and an ordinary space is what a reader and a search expect.
    return ("\n".join(lines).replace(NO_BREAK, " ") + "\n").encode()


def _patient(page: Contents) -> Iterable[str]:
    said = page.labels
    yield from _wrapped(page.title)
    yield "=" * min(len(page.title), COLUMNS)
    yield from _wrapped(page.aim)
    yield from _wrapped(f"{page.period}. {page.revises}".rstrip())
    yield from _foot(page)
    yield from _banner(page)
    yield ""
    names = (
        (said["for"], page.patient_name),
        (said["prescriber"], page.prescriber_name),
        (said["signed"], ""),
        (said["phone"], page.phone),
    )
    for label, name in names:
        yield from _wrapped(f"{label}: {name or _LINE_FOR_A_NAME}", then="  ")
    yield from _wrapped(f"{page.origin} {page.untranslated}".rstrip())
    if page.seal:
        yield from _wrapped(page.seal.words)
    yield from _heading(said["what_to_take"])
    if page.stop:
        yield from _wrapped(page.stop)
    if page.why:
        yield from _wrapped(page.why)
    if page.until_now:
        yield from _wrapped(page.until_now)
    for step in page.steps:
        told = f"{step.number}. {step.dates}: {step.sentence} {step.period}: {step.total}."
        yield from _wrapped(told, then="   ")
    if page.after:
        yield from _wrapped(page.after)
    if page.curve:
        yield from _heading(said["over_time"])
        yield from _wrapped(page.curve.words)
    if page.weeks:
        yield from _heading(said["calendar"])
        yield said["tick"]
    for week in page.weeks:
        yield from _week(week, page.part_titles, said["and"])
    if page.call_now:
        yield from _heading(said["call_now"])
        yield from _wrapped(said["call"])
        yield from _bullets(page.call_now)
        if page.phone:
            yield from _wrapped(f"{said['phone']}: {page.phone}", then="  ")
    yield from _heading(said["what_to_collect"])
    yield from _fills(page.fills)
    if page.fills:
        yield f"{said['all_fills']}:"
    yield from _bullets(page.supply)
    yield from _wrapped(page.supply_note)
    if page.reassessments:
        yield from _heading(said["when_to_see"])
        yield from _bullets(f"{row.title}: {row.text}" for row in page.reassessments)
    if page.advice:
        yield from _heading(said["what_to_know"])
    if page.advice_note:
        yield from _wrapped(page.advice_note)
    for advice in page.advice:
        yield from _wrapped(f"{advice.title}: {advice.text}", then="  ")
    if page.diary:
        yield from _diary(page.diary)
    yield from _heading(said["notes"])
    yield from _wrapped(said["what_changed"])


def _other(page: Contents, audience: str) -> Iterable[str]:
    """The English part for the prescriber or the pharmacy, under its own title."""
    alone = len(page.parts) == 1
    yield ""
    yield "=" * COLUMNS
    yield f"FOR THE {audience.upper()}"
    if alone:
        yield from _wrapped(f"For: {page.patient_name or _LINE_FOR_A_NAME}", then="  ")
        if page.seal:
            yield from _wrapped(page.seal.words)
    yield from _banner(page)
    if audience == "prescriber":
        yield from _prescriber(page.prescriber, page.stamp)
    else:
        yield from _pharmacy(page.pharmacy)


def _prescriber(page: Prescriber, stamp: str) -> Iterable[str]:
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
    if page.curve:
        yield from _heading("The course of the dose")
        yield from _wrapped(page.curve.words)
        yield from _rows(page.equivalents)
    if page.course:
        yield from _heading("Where it comes from and where it ends")
        yield from _rows(page.course)
    yield from _heading("Steps")
    for step in page.steps:
        days = f"{step.days}, gone" if step.gone else step.days
        yield from _wrapped(f"{step.number}. {step.dates} ({days}), {step.total}. {'; '.join(step.pieces)}", then="   ")
    for title, rows in (("The patient's facts", page.facts), ("Totals", page.totals)):
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


def _pharmacy(page: Pharmacy) -> Iterable[str]:
    yield from _wrapped(f"{page.title}.")
    for stop in page.stops:
        yield from _wrapped(stop)
    if page.sigs:
        yield from _heading("Labels, one for each step")
    for row in page.sigs:
        split = " Split a piece." if row.split else ""
        drug = f"{row.drug}, " if row.drug else ""
        yield from _wrapped(f"{row.number}. {drug}{row.dates}: {row.sig}{split}", then="   ")
    yield from _heading("To dispense")
    yield from _fills(page.fills)
    if page.sigs:
        yield f"In all, for {page.days_supply}:"
        yield from _bullets(page.in_all)
        yield from _wrapped(page.agreement)
        yield from _heading("Totals for the pharmacy")
        yield from _rows(page.totals)
    else:
        yield "Nothing."


def _banner(page: Contents) -> Iterable[str]:
    if page.banner:
        yield ""
        yield from _wrapped(" ".join(page.banner), "!! ")


def _foot(page: Contents) -> Iterable[str]:
    yield from _wrapped(f"{page.plan_of}. {page.formulary}")


def _heading(title: str) -> Iterable[str]:
    yield ""
    yield title
    yield "-" * len(title)


def _week(week: Week, part_titles: Mapping[str, str], conjunction: str) -> Iterable[str]:
    yield ""
    yield week.title
    width = max(_PART_WIDTH, *(len(part_titles[part]) for part in week.parts)) if week.parts else _PART_WIDTH
    for day in week.days:
        label = f"{day.label}:"
        for part, cells in zip(week.parts, day.cells, strict=True):
            for cell in cells:
                boxes = "[ ]" * cell.boxes
                pieces = f" {conjunction} ".join(cell.pieces)
                drug = f"{cell.drug}: " if cell.drug else ""
                told = f"{label:<11} {part_titles[part]:<{width}} {boxes} {drug}{pieces} ({cell.amount})"
                yield from _wrapped(told, then=" " * (width + 17))
                label = ""


def _diary(diary: Diary) -> Iterable[str]:
    yield from _heading(diary.title)
    yield from _wrapped(f"{diary.how} {diary.visit}")
    for place, question in enumerate(diary.questions, start=1):
        yield f"({place}) {question}"
    for day in diary.days:
        yield (
            f"{day + ':':<12}" + "".join(f" ({place}) ____" for place in range(1, len(diary.questions) + 1)).rstrip()
        )


def _fills(fills: Iterable[Fill]) -> Iterable[str]:
    for fill in fills:
        yield from _wrapped(f"{fill.title}:", then="   ")
        yield from _bullets(fill.products)


def _rows(rows: Iterable[Row]) -> Iterable[str]:
    yield from _bullets(f"{row.label}: {row.text} {row.why}".rstrip() for row in rows)


def _bullets(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from _wrapped(text, "- ", "  ")


def _wrapped(text: str, first: str = "", then: str = "") -> list[str]:
    """A paragraph in lines. A dose, tied by its spaces, stays whole."""
    return textwrap.wrap(text, COLUMNS, initial_indent=first, subsequent_indent=then or first, break_on_hyphens=False)
