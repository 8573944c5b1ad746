"""The sheet as one accessible page: no scripts, no inline styles, and a print stylesheet.

The page carries its drawing and all its words. Its stylesheet is a file of its own
(`templates/schedule.css`, served as /static/schedule.css), because the service's Content-Security-Policy
forbids styles inside a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from schedules.formats.contents import contents
from schedules.formats.pieces import PART_TITLES
from schedules.formats.sheet import Sheet

STYLESHEET = Path(__file__).with_name("templates") / "schedule.css"


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The page of a plan, in UTF-8."""
    words = contents(plan, sheet)
    # The only markup that is not the template's: our own drawing, which escapes every word it holds.
    drawing = Markup(words.curve.svg) if words.curve else ""
    return _template().render(page=words, drawing=drawing, part_titles=PART_TITLES).encode()


@cache
def _template() -> Template:
    pages = Environment(
        loader=FileSystemLoader(STYLESHEET.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return pages.get_template("schedule.html")
