from __future__ import annotations

import pytest

from schedules.formats.glyphs import FONTS, showable, shown_characters


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
