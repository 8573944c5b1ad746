"""The table and the calendar file as they were when they were last looked at, byte by byte: the ends of their lines are
part of both standards. They are renewed as those of test_golden are."""

from __future__ import annotations

import pytest

from schedules.formats import FORMATS, Sheet
from tests.schedules.formats.examples import example
from tests.schedules.formats.test_golden import GOLDEN, RENEW


@pytest.mark.parametrize("name", ["csv", "ics"])
def test_a_file_has_the_bytes_that_were_looked_at(name: str) -> None:
    golden = GOLDEN / f"schedule{FORMATS[name].suffix}"
    document = FORMATS[name].render(example("gabapentin-1800"), Sheet(patient_name="Ana Núñez"))
    if RENEW:
        golden.write_bytes(document)
    assert document == golden.read_bytes()
