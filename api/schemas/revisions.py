"""The body of a revision: what changes in a stored plan, and from which of its days on."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.planning import RevisionWanted
from api.schemas.base import NamingSchema, Part
from api.schemas.patients import PatientSchema
from api.schemas.plain import CodeField, WholeNumberField
from api.schemas.printing import PrintSchema
from api.schemas.quantities import DAILY_OR_WEEKLY, QuantityField
from api.schemas.schedule import LONGEST_PLAN_DAYS
from schedules.going import RevisionRequest
from schedules.revision import ACTIONS

LAST_DAY = 10 * LONGEST_PLAN_DAYS


class RevisionSchema(NamingSchema):
    """A change of a plan from one of its days on. Days that are gone stay as they were."""

    action = CodeField(tuple(ACTIONS), required=True, description="What changes.")
    from_day = WholeNumberField(1, LAST_DAY, required=True, description="The first day of the plan that is new.")
    days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How long it is held, or by how much steps are longer.")
    missed_days = WholeNumberField(0, LONGEST_PLAN_DAYS, description="Days without a dose before from_day.")
    target = QuantityField(DAILY_OR_WEEKLY, description="With new-target: the dose to reach.")
    patient = Part(PatientSchema, description="The patient's facts of today; left out: those of the plan.")
    fill_days = WholeNumberField(1, LONGEST_PLAN_DAYS, description="How many days one fill holds. Left out: 30.")
    print = fields.Nested(PrintSchema(), metadata={"description": "Only where the answer is a page or a PDF."})

    def build(self, values: dict[str, Any]) -> RevisionWanted:
        request = RevisionRequest(
            action=values["action"],
            from_day=values["from_day"],
            days=values.get("days"),
            missed_days=values.get("missed_days") or None,
            target=values.get("target"),
            patient=values.get("patient"),
            fill_days=values.get("fill_days"),
        )
        return RevisionWanted(request, values.get("print"))
