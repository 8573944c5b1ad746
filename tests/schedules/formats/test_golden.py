"""What each format looked like when it was last looked at.

To renew the files after a wanted change: POSOLOGY_GOLDEN=renew .venv/bin/python -m pytest
tests/schedules/formats/test_golden.py, then read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schedules.formats import FORMATS, Sheet
from tests.schedules.formats.examples import example
from tests.schedules.formats.reading import pdf_text

GOLDEN = Path(__file__).parents[2] / "golden"
RENEW = os.environ.get("POSOLOGY_GOLDEN") == "renew"


def rendered(format_name: str) -> str:
    document = FORMATS[format_name].render(example("gabapentin-1800"), Sheet(patient_name="Ana Núñez"))
    # A PDF is compared as what its readers read; its bytes belong to the compiler's version.
    return pdf_text(document, "-layout", "-enc", "UTF-8") if format_name == "pdf" else document.decode()


@pytest.mark.parametrize(
    ("format_name", "file"),
    [
        ("text", "schedule.txt"),
        ("html", "schedule.html"),
        pytest.param("pdf", "schedule.pdf.txt", marks=pytest.mark.poppler),
    ],
)
def test_a_format_gives_what_was_looked_at(format_name: str, file: str) -> None:
    if RENEW:
        (GOLDEN / file).write_text(rendered(format_name), encoding="utf-8")
    assert rendered(format_name) == (GOLDEN / file).read_text(encoding="utf-8")


def test_every_format_has_a_golden_file() -> None:
    files = {path.name for path in GOLDEN.glob("schedule.*")}
    assert {FORMATS[name].suffix.lstrip(".") for name in FORMATS} == {name.split(".")[1] for name in files}
