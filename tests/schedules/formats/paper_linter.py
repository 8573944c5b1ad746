"""What no reader may meet on paper: the rules on numbers, units and names, as patterns over rendered text.

Rule numbers are those of the project's page on paper. A fault is the rule and the piece of text that breaks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MASS = r"(?:mg|mcg|ng|g|kg)"
_UNIT = rf"(?:{_MASS}|mL|L|MME|units)"
_PIECE = r"(?:tablets?|capsules?|patch(?:es)?|sprays?|films?)"

_RULES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(r"(?<![\d.])\.\d")),  # .5 mg
    (1, re.compile(rf"\d\.\d*0\s*{_UNIT}\b")),  # 5.0 mg
    (2, re.compile(rf"\d{_UNIT}\b")),  # 5mg
    (2, re.compile(rf"\d[ \t]*\n\s*(?:{_UNIT}|{_PIECE})\b")),  # 5, and mg on the next line
    (3, re.compile(rf"(?<![\d,.])\d{{4,}}(?:\.\d+)?\s*(?:{_UNIT}|{_PIECE})\b")),  # 3600 mg
    (3, re.compile(r"\d,\d{1,2}(?!\d)(?=\s*(?:mg|mcg|g|mL)\b)")),  # 0,5 mg
    (4, re.compile(r"µg|μg|\bug\b|\bcc\b|\bIU\b|\d\s*U\b|\bml\b|\bML\b|\bMG\b|\bmgs\b")),
    (
        5,
        re.compile(
            r"(?i)\b(?:q\.?d|q\.?o\.?d|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s|h\.?s|prn|q\d+h)\b|\bPO\b|\bp\.o\."
        ),
    ),
    (6, re.compile(rf"(?:\d|\b{_UNIT})\s*[<>@&+/≤≥±]|[<>@&+/≤≥±]\s*\d")),  # 300 mg + 400 mg
    (7, re.compile(r"\b(?:MTX|HCQ|AZA|MSO4|MS|GBP|PGB|GABAPENTIN|PREGABALIN|TRAMADOL)\b")),
    (9, re.compile(r"\b0\.\d+\s*g\b")),  # 0.5 g
    (10, re.compile(rf"\d\.\d+\s*{_PIECE}\b|[¼½¾]|\d/\d\s*(?:of\s+)?(?:an?\s+)?{_PIECE}\b")),  # 1.5 tablets
    # A count of pieces says its strength or its amount at once.
    (10, re.compile(rf"(?:\d|\ban? (?:half|quarter)|\bquarters|\bhalf an?)\s+{_PIECE}\b(?!\s+(?:of\s|\())")),
)
# A rate that keeps its slash: clearances are written so on every laboratory's paper.
_CLEARANCE = re.compile(r"\bmL/min\b")
_LOOSE = re.compile(rf"\d (?=(?:{_UNIT}|{_PIECE})\b)")


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Every breach of rules 1 to 7, 9 and 10 in the text of a page, with what stands around it."""
    shown = _CLEARANCE.sub("a minute's mL", text)
    for rule, pattern in _RULES:
        for match in pattern.finditer(shown):
            yield rule, shown[max(0, match.start() - 20) : match.end() + 20]


def loose_doses(text: str) -> Iterator[str]:
    """Numbers that a line break could part from their unit; for text that is not yet broken into lines."""
    for match in _LOOSE.finditer(text):
        yield text[max(0, match.start() - 20) : match.end() + 20]
