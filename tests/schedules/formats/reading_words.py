"""How pieces, amounts, dates and days are read from a sheet, in each language.

Written apart from the catalogues and from the code that prints: a reader that used the same words would find a wrong
translation right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

NUMBER = r"\d[\d,]*(?:\.\d+)?"
_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)


@dataclass(frozen=True)
class Words:
    """The words of one language.

    The pattern of a count has the groups alone, whole, cut, only, volume, and noun1 to noun3. `drugs` are the names
    that the plans of the tests have.
    """

    count: str
    of: str
    amount: str
    cuts: Mapping[str, Fraction]
    separator: str
    parts: Mapping[str, str]
    titles: Mapping[str, str]
    verb: str
    needed: str
    wait: str
    most: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_date: str
    full_date: str
    only_on: str
    all_but: str
    every_other: str
    every_days: str
    every_hours: str
    start: str
    end: str
    calendar: tuple[str, str]
    collect: tuple[str, str]
    each: str
    forms: tuple[tuple[str, str], ...]
    drugs: Mapping[str, str]

    def form(self, noun: str) -> str:
        """The form's English name in the singular."""
        for pattern, form in self.forms:
            found = re.fullmatch(pattern, noun)
            if found:
                return found.expand(form).strip()
        raise AssertionError(f"{noun} is no form")


_EN_NOUN = r"(?:[a-z]+(?:-[a-z]+)? ){0,2}?(?:tablets?|capsules?|patch(?:es)?|sprays?|films?|injections?)"
ENGLISH = Words(
    count=(
        rf"(?P<alone>half|a quarter of|three quarters of) an? (?P<noun1>{_EN_NOUN})\b"
        rf"|(?P<whole>\d[\d,]*) and (?P<cut>a half|a quarter|three quarters) (?P<noun2>{_EN_NOUN})\b"
        rf"|(?P<only>\d[\d,]*) (?P<noun3>{_EN_NOUN})\b|(?P<volume>{NUMBER}) mL\b"
    ),
    of="of",
    amount=rf"{NUMBER} (?:mg|mcg)(?: an hour| per mL)?",
    cuts={
        "half": _HALF,
        "a quarter of": _QUARTER,
        "three quarters of": 3 * _QUARTER,
        "a half": _HALF,
        "a quarter": _QUARTER,
        "three quarters": 3 * _QUARTER,
    },
    separator=r", and |, | and ",
    parts={"in the morning": "morning", "at noon": "noon", "in the evening": "evening", "at bedtime": "bedtime"},
    titles={
        "Morning": "morning",
        "Noon": "noon",
        "Evening": "evening",
        "Bedtime": "bedtime",
        "If needed": "as-needed",
    },
    verb=r"\b(?:[Tt]ake|[Pp]ut on|[Uu]se|[Ii]nject) ",
    needed=" only when you need it. ",
    wait=r"Wait at least (?P<hours>\d+) hours? before you (?:take|put on|use|inject) more\. ",
    most=r"Do not (?:take|put on|use|inject) more than ",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    short_date=r"(?P<weekday>[A-Z][a-z]{2}) (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2})(?:, (?P<year>\d{4}))?",
    full_date=r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4})",
    only_on=r"[Oo]n (?P<days>[A-Z][a-z, A-Z]*?) only",
    all_but=r"[Ee]very day but (?P<days>[A-Z][a-z]+)",
    every_other=r"[Ee]very other day, from (?P<from>{date}) on",
    every_days=r"[Ee]very (?P<days>\d+) days, from (?P<from>{date}) on",
    every_hours=r"[Ee]very (?P<hours>\d+) hours, from (?P<from>{date}) on",
    start="What to take",
    end=r"The plan ends on|Your last dose (?!of it was)",
    calendar=("Tick the box when you have taken the dose.", "What to collect"),
    collect=("What to collect", "This is enough for"),
    each=rf"of (?P<drug>[a-z ]+), (?P<strength>{NUMBER} (?:mg|mcg)(?: an hour)?) each",
    forms=(
        (r"((?:[a-z]+(?:-[a-z]+)? )*(?:tablet|capsule|spray|film|injection))s?", r"\1"),
        (r"(.*patch)(?:es)?", r"\1"),
    ),
    drugs={
        name: name
        for name in (
            *("gabapentin", "pregabalin", "methotrexate", "folic acid", "fentanyl", "prednisone"),
            *("hydroxychloroquine", "tramadol"),
        )
    },
)

_ES_KIND = (
    r"(?: de liberación prolongada| de liberación retardada| de uso bucal| de piel| de uso sublingual"
    r"| de disolver en la boca| de uso nasal)?"
)
_ES_NOUN = rf"(?:tabletas?|cápsulas?|parches?|películas?|rociadas?|inyección|inyecciones){_ES_KIND}"
_ES_FORMS = tuple(
    (rf"{noun}{kind}", form)
    for noun, english in (
        *(("tabletas?", "tablet"), ("cápsulas?", "capsule"), ("parches?", "patch"), ("películas?", "film")),
        *(("rociadas?", "spray"), ("inyecci(?:ón|ones)", "injection")),
    )
    for kind, form in (
        ("", english),
        (" de liberación prolongada", f"extended-release {english}"),
        (" de liberación retardada", f"delayed-release {english}"),
        (" de uso bucal", f"buccal {english}"),
        (" de piel", f"transdermal {english}"),
        (" de uso sublingual", f"sublingual {english}"),
        (" de disolver en la boca", f"orally disintegrating {english}"),
        (" de uso nasal", f"nasal {english}"),
    )
)
SPANISH = Words(
    count=(
        rf"(?P<alone>medi[ao]|un cuarto de|tres cuartos de) (?P<noun1>{_ES_NOUN})\b"
        rf"|(?P<whole>\d[\d,]*) (?P<noun2>{_ES_NOUN}) y (?P<cut>medi[ao]|un cuarto|tres cuartos)\b"
        rf"(?: de (?:tableta|cápsula|parche|película|rociada|inyección)\b)?"
        rf"(?! (?:tableta|cápsula|parche|película|rociada|inyecci))"
        rf"|(?P<only>\d[\d,]*) (?P<noun3>{_ES_NOUN})\b|(?P<volume>{NUMBER}) mL\b"
    ),
    of="de",
    amount=rf"{NUMBER} (?:mg|mcg)(?: por hora| por mL)?",
    cuts={
        "media": _HALF,
        "medio": _HALF,
        "un cuarto de": _QUARTER,
        "tres cuartos de": 3 * _QUARTER,
        "un cuarto": _QUARTER,
        "tres cuartos": 3 * _QUARTER,
    },
    separator=r", y |, | y ",
    parts={
        "por la mañana": "morning",
        "al mediodía": "noon",
        "por la tarde": "evening",
        "a la hora de dormir": "bedtime",
    },
    titles={
        "Mañana": "morning",
        "Mediodía": "noon",
        "Tarde": "evening",
        "Al dormir": "bedtime",
        "Si necesita": "as-needed",
    },
    verb=r"\b(?:[Tt]ome|[Pp]óngase|[Uu]se|[Ii]nyéctese) ",
    needed=" solo cuando lo necesite. ",
    wait=r"Espere al menos (?P<hours>\d+) horas? antes de (?:tomar|ponerse|usar|inyectarse) más\. ",
    most=r"No (?:tome|se ponga|use|se inyecte) más de ",
    months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    weekdays=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    short_date=r"(?P<weekday>[a-zéá]{3}) (?P<day>\d{1,2}) (?P<month>[a-z]{3})(?:, (?P<year>\d{4}))?",
    full_date=r"(?P<day>\d{1,2}) de (?P<month>[a-z]{3})[a-z]* de (?P<year>\d{4})",
    only_on=r"[Ss]olo (?P<days>los [a-záé, ]+?)",
    all_but=r"[Tt]odos los días menos el (?P<days>[a-záé]+)",
    every_other=r"[Uu]n día sí y otro no, desde el (?P<from>{date})",
    every_days=r"[Cc]ada (?P<days>\d+) días, desde el (?P<from>{date})",
    every_hours=r"[Cc]ada (?P<hours>\d+) horas, desde el (?P<from>{date})",
    start="Qué tomar",
    end=r"El plan termina el|Su última dosis (?!fue)",
    calendar=("Marque la casilla cuando haya tomado la dosis.", "Qué recoger en la farmacia"),
    collect=("Qué recoger en la farmacia", "Esto alcanza para"),
    each=rf"de (?P<drug>[a-záéíóúñ ]+), de (?P<strength>{NUMBER} (?:mg|mcg)(?: por hora)?)(?: cada un[ao])?",
    forms=_ES_FORMS,
    drugs={
        "gabapentina": "gabapentin",
        "pregabalina": "pregabalin",
        "metotrexato": "methotrexate",
        "ácido fólico": "folic acid",
        "fentanilo": "fentanyl",
        "prednisona": "prednisone",
        "hidroxicloroquina": "hydroxychloroquine",
        "tramadol": "tramadol",
    },
)
WORDS: Mapping[str, Words] = {"en": ENGLISH, "es": SPANISH}
