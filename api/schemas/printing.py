"""What is printed on the sheet and kept nowhere."""

from __future__ import annotations

from typing import Any

from api.planning import Print
from api.schemas.base import RequestSchema
from api.schemas.plain import CodeField, FlagField, TextField
from schedules.formats.languages import offered
from schedules.formats.sheet import PAPERS

LONGEST_PRINTED = 120


class PrintSchema(RequestSchema):
    """Names for the paper. They are printed, and kept nowhere."""

    patient_name = TextField(LONGEST_PRINTED)
    prescriber = TextField(LONGEST_PRINTED)
    phone = TextField(LONGEST_PRINTED)
    language = CodeField(offered())
    large_print = FlagField("Large letters, for weak eyes.")
    paper = CodeField(PAPERS, description="The size of the paper.")

    def build(self, values: dict[str, Any]) -> Print:
        return Print(**values)
