"""The sheet as a tagged PDF (PDF/UA-1), set by typst from the template beside this file.

The words go in as JSON and come out as text: nothing in a name is ever read as markup. One compiler is
kept, because its fonts and the parsed template stay in memory with it. It is not made before the first
sheet, since it starts threads and a server that forks afterwards would be left with a compiler whose
threads are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

import orjson
import typst

from schedules.formats.contents import contents
from schedules.formats.dates import read_date
from schedules.formats.glyphs import FONTS, showable
from schedules.formats.sheet import Sheet

_TEMPLATES = Path(__file__).with_name("templates")
_TEMPLATE = _TEMPLATES / "schedule.typ"
_COMPILER_IN_USE = Lock()


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The PDF of a plan: the same plan and sheet, the same bytes."""
    words = contents(plan, sheet)
    names = (sheet.patient_name, sheet.prescriber, sheet.phone)
    # orjson writes frozen dataclasses as they are; asdict would copy each of them first.
    inputs = {
        "contents": showable(orjson.dumps(words).decode()),
        "names_unshowable": "yes" if any(showable(name) != name for name in names) else "",
    }
    # The date in the file is the plan's own: a clock would make each copy of one plan another file.
    begins = datetime.combine(read_date(str(plan["start_date"])), time(), UTC)
    with _COMPILER_IN_USE:
        document = _compiler().compile(sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"], timestamp=begins)
    return cast(bytes, document)  # one file: only pictures come as a list of pages


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(input=_TEMPLATE, root=_TEMPLATES, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={})
