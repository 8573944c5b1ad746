"""Which characters the fonts of the sheet can show.

PDF/UA refuses a document with a missing glyph, so one emoji in a name would cost the patient the whole
sheet. What the fonts lack is replaced by one question mark for each character, and the sheet leaves room to
write by hand.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
UNSHOWABLE: Final = "?"
_SEGMENTED: Final = 4  # the format of a map
_LAST_POINT: Final = 0xFFFE  # U+FFFF closes a map and is no character


@cache
def shown_characters() -> frozenset[int]:
    """The code points that every font of the sheet has a glyph for."""
    fonts = [coverage(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*fonts)


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


def coverage(font: bytes) -> frozenset[int]:
    """The code points of a TrueType font, from its Unicode character map (cmap, format 4)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4s4xI", font, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, offset in records if tag == b"cmap")
    count = struct.unpack_from(">H", font, start + 2)[0]
    maps = (start + struct.unpack_from(">4xI", font, start + 4 + 8 * index)[0] for index in range(count))
    segmented = next(at for at in maps if struct.unpack_from(">H", font, at)[0] == _SEGMENTED)
    return frozenset(_points(font, segmented))


def _points(font: bytes, at: int) -> Iterator[int]:
    """The code points of a format 4 map that lead to a glyph. Glyph 0 is the missing one."""
    doubled = struct.unpack_from(">H", font, at + 6)[0]
    segments = zip(
        *(
            struct.unpack_from(f">{doubled // 2}{kind}", font, at + offset)
            for kind, offset in (("H", 14), ("H", 16 + doubled), ("h", 16 + 2 * doubled), ("H", 16 + 3 * doubled))
        ),
        strict=True,
    )
    for index, (last, first, delta, skip) in enumerate(segments):
        # A segment either shifts its code points to glyphs, or points from its own place into a list of them.
        listed = at + 16 + 3 * doubled + 2 * index + skip
        for point in range(first, min(last, _LAST_POINT) + 1):
            glyph = struct.unpack_from(">H", font, listed + 2 * (point - first))[0] if skip else point
            missing = glyph == 0 if skip else (glyph + delta) % 0x10000 == 0
            if not missing:
                yield point
