"""How a paper is checked against the plan that is kept: its number, its hash, and a QR code that holds both.

The code holds only the address that the sheet was given and the hash of the plan, so that whoever photographs it
learns nothing of the patient. Without an address none is drawn; the number and the hash stand in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

import segno

from schedules.formats.languages import Language
from schedules.formats.sheet import Sheet

# The empty border that a reader of codes needs, in modules.
_BORDER: Final = 4
_GROUP: Final = 8


@dataclass(frozen=True, slots=True)
class Seal:
    """The words that stand beside the code; the drawing (empty without an address) and what it says in words."""

    words: str
    svg: str
    alternative: str


def seal_of(sheet: Sheet, language: Language) -> Seal | None:
    """The seal of a sheet that knows the hash of its plan; nothing for one that does not."""
    if not sheet.digest:
        return None
    words = language.say("SHA-256 of the plan: {digest}", digest=_grouped(sheet.digest))
    if not sheet.address:
        return Seal(words, "", "")
    alternative = language.say("QR code: the address of this plan and its SHA-256")
    return Seal(words, _drawn(f"{sheet.address}#sha256={sheet.digest}", alternative), alternative)


def _grouped(digest: str) -> str:
    """In groups of eight, which a reader can compare and a line can break between."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


def _drawn(text: str, alternative: str) -> str:
    """The code as one path, black on white whatever the page: a reader needs the contrast."""
    modules = segno.make(text, error="m", micro=False, boost_error=False).matrix
    side = len(modules) + 2 * _BORDER
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(modules, start=_BORDER)
        for column, dark in enumerate(line, start=_BORDER)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{2 * side}" height="{2 * side}"'
        f' role="img" aria-label="{escape(alternative)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>'
    )
