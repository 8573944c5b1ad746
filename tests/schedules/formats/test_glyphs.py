from __future__ import annotations

import struct

import pytest

from schedules.formats.glyphs import FONTS, coverage, showable, shown_characters


def test_the_fonts_show_the_alphabets_that_names_here_are_written_in() -> None:
    for name in ("Nguyễn Văn", "Ångström", "Żółć", "Иван Ђорђе", "Ελένη", "O’Brien–Smith"):
        assert showable(name) == name


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Ana 😀", "Ana ?"),
        ("王小明", "???"),
        ("שָׁלוֹם", "????"),  # each letter with its marks is one question mark
        ("🧑🏽", "??"),
        ("a\ufffdb", "a�b" if 0xFFFD in shown_characters() else "a?b"),
    ],
)
def test_what_the_fonts_lack_is_a_question_mark_for_each_letter(typed: str, printed: str) -> None:
    assert showable(typed) == printed


def test_the_missing_glyph_is_no_glyph() -> None:
    known = shown_characters()
    assert ord("A") in known
    assert 0xFFFF not in known
    assert ord("☐") not in known  # boxes are drawn, because the fonts have none


def test_the_fonts_come_with_their_licence_and_a_real_bold() -> None:
    assert sorted(path.name for path in FONTS.iterdir()) == [
        "LICENSE-NotoSans.txt",
        "NotoSans-Bold.ttf",
        "NotoSans-Regular.ttf",
    ]


def test_a_character_map_is_read_in_both_of_its_ways() -> None:
    """A font of one table: U+0041 to U+0043 shifted to glyphs (-66: the second is glyph 0), U+0061 to U+0063 listed."""
    ends, starts, deltas, skips = (0x43, 0x63, 0xFFFF), (0x41, 0x61, 0xFFFF), (-0x42, 0, 1), (0, 4, 0)
    segments = struct.pack(">3HH3H3h3H3H", *ends, 0, *starts, *deltas, *skips, 7, 0, 9)
    segmented = struct.pack(">7H", 4, 14 + len(segments), 0, 6, 0, 0, 0) + segments
    maps = struct.pack(">HHHHIHHI", 0, 2, 1, 0, 20, 3, 1, 22) + struct.pack(">H", 0) + segmented
    font = struct.pack(">IHHHH", 0x10000, 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, len(maps)) + maps
    assert coverage(font) == {0x41, 0x43, 0x61, 0x63}
