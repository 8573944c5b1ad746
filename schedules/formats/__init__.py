"""A schedule on paper and on the screen: one plan behind every format.

To add a format: one module that renders `Contents` or the plan, one line in `FORMATS`, one golden file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schedules.formats import calendar_file, html, pdf, table, text
from schedules.formats.sheet import Sheet

__all__ = ["Sheet", "Format", "FORMATS"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a schedule; `render` takes its JSON object (numbers as int or Decimal) and a Sheet."""

    name: str
    media_type: str
    suffix: str
    render: Callable[[Mapping[str, object], Sheet], bytes]


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "text": Format("text", "text/plain; charset=utf-8", ".txt", text.render),
        "html": Format("html", "text/html; charset=utf-8", ".html", html.render),
        "pdf": Format("pdf", "application/pdf", ".pdf", pdf.render),
        "csv": Format("csv", "text/csv; charset=utf-8; header=present", ".csv", table.render),
        "ics": Format("ics", "text/calendar; charset=utf-8", ".ics", calendar_file.render),
    }
)
