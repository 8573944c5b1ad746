"""Two schedules side by side as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from api.json_text import quantity
from schedules.comparison import ComparedDay, Taken


def comparison_answer(old: str, new: str, days: Sequence[ComparedDay]) -> dict[str, object]:
    """Every date with what either schedule holds, null where it does not have the date."""
    return {
        "old": old,
        "new": new,
        "same": all(day.same for day in days),
        "first_difference": next((day.date.isoformat() for day in days if not day.same), None),
        "days": [
            {"date": day.date.isoformat(), "same": day.same, "old": _taken(day.old), "new": _taken(day.new)}
            for day in days
        ],
    }


def _taken(doses: Sequence[Taken] | None) -> list[dict[str, object]] | None:
    if doses is None:
        return None
    return [
        {
            "drug": drug,
            "when": when,
            "amount": quantity(amount),
            "max_per_day": quantity(most) if most is not None else None,
        }
        for drug, when, amount, most in doses
    ]
