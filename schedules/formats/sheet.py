"""What a printed sheet says beside the plan: names for this one paper, and how it is to be printed.

These values are never stored. They come from outside and may hold anything a person or an attacker can
type, so they are cleaned here, once, for every format: what cannot be seen or turns the direction of other
text is taken out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from typing import Final

AUDIENCES: Final = ("patient", "prescriber", "pharmacy")
PAPERS: Final = ("letter", "a4")
_MOST_CHARACTERS: Final = 500
_MOST_READ: Final = 4 * _MOST_CHARACTERS
# Controls, formats (direction marks are among them), and what is not a character.
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
# No language sets more than two marks on a composed letter; piles of them hide the lines above.
_PILES_OF_MARKS: Final = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The names and wishes for one printing; `number` is the plan's id, `stamp` a line to show at the end.

    `audience` is one of AUDIENCES, "" for all of them in turn; `paper` one of PAPERS. `address` is where the plan is
    kept and `digest` the hash of what is kept there, both for the seal. ValueError for an audience or a paper that
    is not known.
    """

    patient_name: str = ""
    prescriber: str = ""
    phone: str = ""
    large_print: bool = False
    language: str = "en"
    number: str = ""
    stamp: str = ""
    audience: str = ""
    paper: str = "letter"
    address: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        if self.audience not in ("", *AUDIENCES):
            raise ValueError(f"A sheet is for {', '.join(AUDIENCES)} or all of them, not for {self.audience!r}.")
        if self.paper not in PAPERS:
            raise ValueError(f"A sheet is printed on {' or '.join(PAPERS)}, not on {self.paper!r}.")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, one_line(value))


def one_line(text: str) -> str:
    """`text` on one line, composed, without control and direction marks, and no longer than a name may be."""
    composed = unicodedata.normalize("NFC", text[:_MOST_READ])
    visible = "".join(
        " " if character.isspace() else character
        for character in composed
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    line = _PILES_OF_MARKS.sub(r"\1", " ".join(visible.split()))
    return line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 1]}…"
