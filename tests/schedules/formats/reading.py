"""Reading a rendered sheet as its readers do: the words of a page, of a PDF, and the plan back from the text."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "hr", "input"}
_INLINE = {"strong", "bdi", "span", "time", "a", "text", "path"}


class Page(HTMLParser):
    """The elements of a page in order, with their attributes, and its text with a line for each block."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.pieces: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _INLINE:
            self.pieces.append("\n")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        if tag not in _INLINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        lines = (re.sub(r"[ \t]+", " ", line).strip(" ") for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)


def pdf_text(document: bytes, *options: str) -> str:
    """What a reader's software reads from a PDF; pages end in a form feed."""
    found = subprocess.run(["pdftotext", *options, "-", "-"], input=document, capture_output=True, check=True)
    return found.stdout.decode()


def one_line(text: str) -> str:
    """`text` with any run of white space as one ordinary space."""
    return " ".join(text.split())


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CUTS = {"half": Fraction(1, 2), "a quarter": Fraction(1, 4), "three quarters": Fraction(3, 4)}
_PARTS = {"in the morning": "morning", "at noon": "noon", "in the evening": "evening", "at bedtime": "bedtime"}
_STEP = re.compile(
    r"(?P<number>\d+)\. (?P<from>\w{3} \w{3} \d+)(?: to (?P<to>\w{3} \w{3} \d+))?: (?P<sentence>.*) In one day: .*\."
)
_COUNT = re.compile(
    r"(?:(?P<alone>half|a quarter of|three quarters of) an? \w+"
    r"|(?P<whole>\d[\d,]*)(?: and (?P<cut>a half|a quarter|three quarters))? (?!mL|mg)\w+"
    r"|(?P<volume>\d[\d,.]*) mL)(?: of (?P<strength>[\d,.]+) mg)?"
)
Doses = list[tuple[str | None, list[tuple[Fraction, Fraction | None]], Fraction]]


def steps_of(text: str) -> list[tuple[int, date, date, Doses]]:
    """The steps that the plain text of a sheet prints: number, first and last date, doses."""
    part = text.partition("\nWhat to take\n")[2].partition("\nThe plan ends on")[0]
    paragraphs = re.sub(r"\n +", " ", part).split("\n")
    period = re.search(r"^\w+ \d+, (\d{4}) to", text, re.MULTILINE)
    assert period is not None
    year, steps, before = int(period[1]), [], 0
    for paragraph in paragraphs:
        step = _STEP.fullmatch(paragraph)
        if step is None:
            continue
        first = _date(step["from"], year)
        year += first.month < before
        first = _date(step["from"], year)
        last = _date(step["to"] or step["from"], year)
        if last < first:
            last = _date(step["to"], year + 1)
        before = first.month
        steps.append((int(step["number"]), first, last, _doses(step["sentence"])))
    return steps


def _date(text: str, year: int) -> date:
    _, month, day = text.split()
    return date(year, _MONTHS.index(month) + 1, int(day))


def _doses(sentence: str) -> Doses:
    doses: Doses = []
    if " only when you need it." in sentence:
        what, _, _ = sentence.partition(" only when you need it.")
        return [_dose(what, None)]
    for what, phrase in re.findall(rf"(.+?\)) ({'|'.join(_PARTS)})", sentence):
        doses.append(_dose(what, _PARTS[phrase]))
    return doses


def _dose(what: str, when: str | None) -> tuple[str | None, list[tuple[Fraction, Fraction | None]], Fraction]:
    pieces, _, amount = what.rpartition(" (")
    return when, [_piece(match) for match in _COUNT.finditer(pieces)], _number(amount.removesuffix(" mg)"))


def _piece(match: re.Match[str]) -> tuple[Fraction, Fraction | None]:
    strength = _number(match["strength"]) if match["strength"] else None
    if match["volume"]:
        return _number(match["volume"]), strength
    if match["alone"]:
        return _CUTS[match["alone"].removesuffix(" of")], strength
    cut = _CUTS[match["cut"].replace("a half", "half")] if match["cut"] else Fraction(0)
    return _number(match["whole"]) + cut, strength


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))
