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
from schedules.formats.sheet import Sheet

STYLESHEET = Path(__file__).with_name("templates") / "schedule.css"


def render(plan: Mapping[str, object], sheet: Sheet) -> bytes:
    """The page of a plan, in UTF-8."""
    page = contents(plan, sheet)
    # The only markup that is not the template's: our own drawings, which escape every word they hold.
    whole = page.prescriber.curve
    wishes = {"large-print": sheet.large_print, "a4": sheet.paper == "a4"}
    said = _template().render(
        page=page,
        said=page.labels,
        classes=" ".join(name for name, wished in wishes.items() if wished),
        between=f" {page.labels['and']} ",
        drawing=Markup(page.curve.svg) if page.curve else "",
        whole_drawing=Markup(whole.svg) if whole else "",
        seal_drawing=Markup(page.seal.svg) if page.seal else "",
        part_titles=page.part_titles,
    )
    return said.encode()


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
