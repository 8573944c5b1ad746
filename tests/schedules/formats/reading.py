"""Reading a rendered sheet as its readers do: the words of a page and of a PDF."""

from __future__ import annotations

import re
import subprocess
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
