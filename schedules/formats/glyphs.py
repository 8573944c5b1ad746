"""Which characters the fonts of the sheet can show.

PDF/UA refuses a document with a missing glyph, so one emoji in a name would cost the patient the whole
sheet. What the fonts lack is replaced by one question mark for each character, and the sheet leaves room to
write by hand.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
UNSHOWABLE: Final = "?"
_SEGMENT_FORMAT: Final = 4


@cache
def shown_characters() -> frozenset[int]:
    """The code points that every font of the sheet has a glyph for."""
    coverage = [_coverage(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*coverage)


def showable(text: str) -> str:
    """`text` with a question mark in place of each character that the fonts cannot show."""
    known = shown_characters()
    if known.issuperset(map(ord, set(text))):
        return text
    shown: list[str] = []
    replaced = False
    for character in text:
        if ord(character) in known:
            shown.append(character)
            replaced = False
        elif not (replaced and unicodedata.combining(character)):
            # Marks that belong to a replaced letter are replaced with it.
            shown.append(UNSHOWABLE)
            replaced = True
    return "".join(shown)


def _coverage(font: bytes) -> frozenset[int]:
    """The code points of a TrueType font, from its Unicode character map (cmap, format 4)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4s4xII", font, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, offset, _ in records if tag == b"cmap")
    count = struct.unpack_from(">H", font, start + 2)[0]
    for index in range(count):
        offset = start + struct.unpack_from(">4xI", font, start + 4 + 8 * index)[0]
        if struct.unpack_from(">H", font, offset)[0] == _SEGMENT_FORMAT:
            return frozenset(_segments(font, offset))
    raise ValueError("the font has no Unicode character map of format 4")


def _segments(font: bytes, offset: int) -> list[int]:
    """The code points of a format 4 map that lead to a glyph other than the missing one."""
    doubled = struct.unpack_from(">H", font, offset + 6)[0]
    count, ends = doubled // 2, offset + 14
    starts, deltas, ranges = ends + doubled + 2, ends + 2 * doubled + 2, ends + 3 * doubled + 2
    points = []
    for index in range(count):
        last = struct.unpack_from(">H", font, ends + 2 * index)[0]
        first = struct.unpack_from(">H", font, starts + 2 * index)[0]
        delta = struct.unpack_from(">h", font, deltas + 2 * index)[0]
        at_range = ranges + 2 * index
        skip = struct.unpack_from(">H", font, at_range)[0]
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = struct.unpack_from(">H", font, at_range + skip + 2 * (point - first))[0] if skip else point
            if (glyph + delta) % 0x10000 if glyph or not skip else 0:
                points.append(point)
    return points
