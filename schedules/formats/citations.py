"""Who says so, in words: a source in full beside a finding, and by its number where a plan cites it again and again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from schedules.formats.wording import NO_BREAK, Json, tall_man, tied

_EVIDENCE: Final[Mapping[str, str]] = {
    "label": "confirmed in the source",
    "secondary": "from a secondary source",
    "unconfirmed": "not confirmed",
}


# A title may name a drug with a dose, whichever drug it is.
_LOOSE_DOSE: Final = re.compile(rf" (?=\d[\d.,]*{NO_BREAK}(?:mg|mcg)\b)")


def source_words(source: Json | None) -> str:
    """Such as "Neurontin label, section 2.3, Table 1, 2020, confirmed on the label."."""
    if not source:
        return ""
    section = str(source.get("section") or "")
    said = (
        source["title"],
        f"section {section}" if section[:1].isdigit() else section,
        str(source.get("year") or ""),
        _EVIDENCE.get(source.get("evidence") or "", ""),
    )
    # Who looks a source up finds it in any case of letters; who reads it quickly must not take one drug for another.
    told = tall_man(tied(f"{', '.join(part for part in said if part)}."))
    return _LOOSE_DOSE.sub(NO_BREAK, told)


def cite(source: Json | None, cited: dict[str, int]) -> str:
    """The number of a source in the list at the end; a plan cites one source many times."""
    if not source:
        return ""
    number = cited.setdefault(source_words({**source, "evidence": None}), len(cited) + 1)
    return f"Source{NO_BREAK}{number}."
