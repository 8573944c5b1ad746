"""What no reader may meet on paper, as rules over rendered text, in English and in Spanish.

Rules 1 to 10 are those on numbers, units and names, by their number on the project's page on paper; a rule of the
patient's sheet goes by a name. A fault is the rule and the piece of text that breaks it. `faults` holds for every
text, `patient_faults` for what the patient reads, `prescriber_faults` for what prescribers and pharmacists read;
`missing` names what a patient's sheet must have and has not. A table and a calendar file are read by programs, and
have rules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

Fault = tuple[int | str, str]

_MASS = r"(?:mg|mcg|ng|g|kg)"
_UNIT = rf"(?:{_MASS}|mL|L|MME|units|unidades)"
_PIECE = (
    r"(?:tablets?|capsules?|patch(?:es)?|sprays?|films?|injections?"
    r"|tabletas?|pastillas?|cápsulas?|parches?|películas?|rociadas?|inyecci(?:ón|ones))"
)
_SIGN = r"[<>@&+/≤≥±×÷~≈→=]"
# A rate that keeps its slash: clearances are written so on every laboratory's paper.
_CLEARANCE = re.compile(r"\bmL/min\b")

_RULES: Final[tuple[tuple[int, str, re.Pattern[str]], ...]] = tuple(
    (rule, why, re.compile(pattern))
    for rule, why, pattern in (
        (1, "a zero before the point", r"(?<![\d.])\.\d"),
        (1, "no zero at the end", rf"\d\.\d*0\s*(?:{_UNIT}|{_PIECE})\b"),
        (1, "nothing after a point is no point", rf"\d\.\s*(?:{_MASS}|mL)\b"),
        (2, "a space before the unit", rf"\d{_UNIT}\b"),
        (2, "a dose on one line", rf"\d[ \t]*\n\s*(?:{_UNIT}|{_PIECE})\b"),
        (3, "a comma from 1,000 up", rf"(?<![\d,.])\d{{4,}}(?:\.\d+)?\s*(?:{_UNIT}|{_PIECE})\b"),
        (3, "a point for decimals", rf"\d,\d{{1,2}}(?!\d)(?=\s*(?:{_MASS}|mL)\b)"),
        (3, "a comma and not a point or a space for thousands", rf"\d(?:\.\d{{3}}\.|[ '’]\d{{3}}\s*{_UNIT}\b)"),
        (4, "mcg, mL and units, and no others", r"µg|μg|\bug\b|\bcc\b|\bml\b|\bML\b|\bMG\b|\bmgs\b|\bmcgs\b|\bgm\b"),
        (4, "units in full", r"\bIU\b|\bI\.U\.|\d\s*U\b|\bUI\b|\bU\.I\."),
        (
            5,
            "times in words",
            r"(?i)\b(?:q\.?d|q\.?o\.?d|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s|q\.?[ap]\.?m|q\.?\s?\d+\s?h|h\.s|prn|p\.r\.n)\b"
            r"|\bHS\b|\bc/\s?\d+\s?h",
        ),
        # IV is a number too, as in a lupus nephritis of class III or IV.
        (5, "ways in words", rf"\b(?:PO|SQ|VO)\b|\b(?:{_UNIT}|{_PIECE})\s+(?:SL|SC|IM|IV|TD)\b|\b[psv]\.[ol]\."),
        (6, "words between doses", rf"(?:\d|\b{_UNIT})\s*{_SIGN}|{_SIGN}\s*\d"),
        (
            6,
            "no dash between doses",
            rf"\d[ \u00a0]?[-–—−][ \u00a0]?\d[\d,.]*\s*(?:{_UNIT}|{_PIECE})\b|\b{_UNIT}[ \u00a0]?[-–—−][ \u00a0]?\d",
        ),
        (7, "no abbreviation of a drug", r"\b(?:MTX|HCQ|AZA|MMF|MSO4|MgSO4|MS|APAP|ASA|GBP|PGB|PRED|HCTZ|TAC|PTU)\b"),
        (9, "whole units", r"\b0\.\d+\s*(?:g|L)\b"),
        (
            10,
            "a count in words",
            rf"\d\.\d+\s*{_PIECE}\b|[¼½¾⅓⅔]|\d/\d\s*(?:(?:of|de)\s+)?(?:(?:an?|una?)\s+)?{_PIECE}\b",
        ),
        (
            10,
            "a count beside a strength or an amount",
            rf"(?:\d|\ban? (?:half|quarter)|\bquarters|\bhalf an?|\b[Mm]edi[ao])\s+{_PIECE}\b"
            r"(?!\s+(?:of\s|de\s|\(|y\s))",
        ),
    )
)
_LOOSE = re.compile(rf"\d (?=(?:{_UNIT}|{_PIECE})\b)")

# Mixed-case spellings of the FDA's and ISMP's lists, as far as the formulary has the drugs.
TALL_MAN: Final = (
    *("traMADol", "predniSONE", "prednisoLONE", "methylPREDNISolone", "DULoxetine", "azaTHIOprine"),
    *("HYDROcodone", "HYDROmorphone", "oxyCODONE", "oxyMORphone", "fentaNYL"),
)
_TALL_MAN: Final[Mapping[str, str]] = {name.lower(): name for name in TALL_MAN}
# What is a name of ours or of somebody else's work stays as it is written: rule ids, titles in quotation marks.
_ANY_CASE_NAME: Final = re.compile(rf"(?i)\b(?:{'|'.join(_TALL_MAN)})\b(?!/)")

_PATIENT_RULES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (rule, re.compile(pattern))
    for rule, pattern in (
        # Not "un" and "una", which are articles as often as numbers.
        (
            "numerals",
            rf"(?i)\b(?:one|two|three|four|five|six|seven|eight|dos|tres|cuatro|cinco|seis)\s+{_PIECE}\b",
        ),
        (
            "parts of the day",
            r"(?i)\b(?:once|twice|\w+ times) (?:a|per) day: take|\b(?:una vez|dos veces) al día: tome",
        ),
        # The sheet prints what a prescriber asked for: the machine recommends nothing.
        (
            "no advice of a machine",
            r"(?i)\b(?:we|I) (?:recommend|suggest|advise)"
            r"|\b(?:recomendamos|sugerimos|aconsejamos)|\bthe computer (?:says|thinks)",
        ),
        (
            "no words of the trade",
            r"(?i)\b(?:titrat\w+|administer\w*|posology|dosage|regimen|contraindicat\w+|titul\w+)",
        ),
    )
)


def faults(text: str) -> Iterator[Fault]:
    """Every breach of rules 1 to 6, 7 as far as abbreviations go, 9 and 10, with what stands around it."""
    shown = _CLEARANCE.sub("a minute's mL", text)
    for rule, _, pattern in _RULES:
        for match in pattern.finditer(shown):
            yield rule, _around(shown, match)


def loose_doses(text: str, drugs: Iterable[str] = ()) -> Iterator[str]:
    """Numbers that a line break could part from their unit, or from the drug before them; for text that is not yet
    broken into lines."""
    for match in _LOOSE.finditer(text):
        yield _around(text, match)
    for drug in drugs:
        for match in re.finditer(rf"(?i)\b{re.escape(drug)} (?=\d[\d,.]*\s{_UNIT}\b)", text):
            yield _around(text, match)


def patient_faults(text: str, drugs: Iterable[str] = ()) -> Iterator[Fault]:
    """What the patient's part may not have: names in capitals (7) or in mixed case (8), and hard ways to say a dose.

    A name may begin with a capital where a line or a sentence begins.
    """
    for match in _ANY_CASE_NAME.finditer(text):
        if match[0] in TALL_MAN:
            yield 8, _around(text, match)
    for drug in drugs:
        for match in re.finditer(rf"(?i)\b{re.escape(drug)}\b", text):
            begins = re.search(r"(?:^|[.:!?•]\s+|\n\s*)$", text[: match.start()])
            if match[0] != drug and not (begins and match[0] == drug.capitalize()):
                yield 7, _around(text, match)
    for rule, pattern in _PATIENT_RULES:
        for match in pattern.finditer(text):
            yield rule, _around(text, match)


def prescriber_faults(text: str) -> Iterator[Fault]:
    """Look-alike names that a prescriber or a pharmacist reads without their mixed case (8)."""
    for match in _ANY_CASE_NAME.finditer(text):
        if match[0] not in TALL_MAN:
            yield 8, _around(text, match)


def missing(text: str, needed: Mapping[str, str]) -> list[str]:
    """The names of what a text must say and does not; white space counts for nothing."""
    said = " ".join(text.split())
    return [name for name, words in needed.items() if " ".join(words.split()) not in said]


def table_faults(rows: Iterable[Mapping[str, str]]) -> Iterator[Fault]:
    """Breaches in a table: numbers and units keep rules 1, 4 and 9, names rule 7; its counts are for programs."""
    for row in rows:
        for column, cell in row.items():
            if column in ("amount", "max_per_day", "interval"):
                if cell and not re.fullmatch(r"(?:0|[1-9]\d*)(?:\.\d*[1-9])?", cell):
                    yield 1, f"{column}: {cell}"
            elif column in ("drug", "form"):
                if cell != cell.lower():
                    yield 7, f"{column}: {cell}"
            else:
                yield from ((rule, found) for rule, found in faults(cell) if rule in (1, 4, 5, 7, 9))


_CALENDAR_PRIVATE: Final = re.compile(rf"(?i)\d\s*{_UNIT}\b|{_PIECE}|\b(?:pain|disease|syndrome|diagnos\w*|dolor)\b")


def calendar_faults(texts: Iterable[str], private: Iterable[str]) -> Iterator[Fault]:
    """What a calendar tells that is nobody's business: a dose, a form, an illness, or any of the words in `private`."""
    words = [word for word in private if word]
    for text in texts:
        for match in _CALENDAR_PRIVATE.finditer(text):
            yield "nothing private", _around(text, match)
        for word in words:
            if word.lower() in text.lower():
                yield "nothing private", text


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 20) : match.end() + 20]
