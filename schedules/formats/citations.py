"""Who says so, in words: a source in full beside a finding, and by its number where a plan cites it again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schedules.formats.wording import NO_BREAK, Json, tied

_EVIDENCE: Final[Mapping[str, str]] = {
    "label": "confirmed in the source",
    "secondary": "from a secondary source",
    "unconfirmed": "not confirmed",
}


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
    return tied(f"{', '.join(part for part in said if part)}.")


def cite(source: Json | None, cited: dict[str, int]) -> str:
    """The number of a source in the list at the end; a plan cites one source many times."""
    if not source:
        return ""
    number = cited.setdefault(source_words({**source, "evidence": None}), len(cited) + 1)
    return f"Source{NO_BREAK}{number}."
