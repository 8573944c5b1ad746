"""Where a plan comes from and where it ends: what was taken until now, the revision, the floor, the stop.

For the prescriber, in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schedules.formats.citations import source_words
from schedules.formats.dates import full, read_date
from schedules.formats.instructions import PART_PHRASES
from schedules.formats.rows import Row
from schedules.formats.stopping import stopped
from schedules.formats.wording import NO_BREAK, Json, amount, listed, tall_man, tied

_ACTIONS: Final[Mapping[str, str]] = {
    "hold": "Hold",
    "slower": "Slower",
    "step-back": "Step back",
    "resume": "Resume",
    "restart": "Restart",
    "new-target": "New target",
    "stop-now": "Stop now",
}


def course_of(plan: Json) -> tuple[Row, ...]:
    """Where the plan comes from and where it ends: what was taken until now, the revision, the floor, the stop."""
    rows = [Row("Until now", _until_now(row)) for row in plan.get("current") or ()]
    rows += [Row("Taken no more", f"{tall_man(stop.drug)}, from {full(stop.since)} on.") for stop in stopped(plan)]
    revision, floor = plan.get("revision"), plan.get("floor")
    if revision:
        rows.append(
            Row(
                _ACTIONS[revision["action"]],
                f"from {full(read_date(revision['from_date']))}, day {revision['from_day']}{_lengths(revision)}.",
                tall_man(tied(str(revision["why"]))),
            )
        )
    if floor:
        lower = floor.get("next_lower")
        ends = f"{tall_man(floor['drug'])}{NO_BREAK}{amount(floor['daily_dose'])}"
        next_lower = f"; the next lower dose is {amount(lower)}" if lower else ""
        rows.append(Row("The descent ends at", f"{ends}{next_lower}.", tall_man(tied(str(floor["why"])))))
        rows += [Row("Option", tall_man(tied(str(option["text"])))) for option in floor["options"]]
    rows += [
        Row(f"Guidance, {row['layer']}", tall_man(tied(str(row["message"]))), source_words(row.get("source")))
        for row in plan.get("guidance") or ()
    ]
    if plan.get("stops"):
        rows.append(Row("Ends", f"with a stop after {full(read_date(plan['end_date']))}."))
    return tuple(rows)


def _until_now(row: Json) -> str:
    doses = [
        f"{amount(dose['amount'])} {PART_PHRASES[dose['when']] if dose['when'] else 'if needed'}"
        for dose in row.get("doses") or ()
    ]
    taken, since = row.get("daily_dose") or row.get("weekly_dose"), row.get("taken_for")
    parts = [f"{tall_man(row['drug'])} {amount(taken)}" if taken else tall_man(row["drug"])]
    parts += [listed(doses)] if doses else []
    parts += [f"taken for {amount(since)}"] if since else []
    return tied(f"{', '.join(parts)}.", (tall_man(row["drug"]),))


def _lengths(revision: Json) -> str:
    """How long a dose is held and how many days were missed, where the revision says so."""
    said = ""
    if revision.get("days"):
        said += tied(f", for {revision['days']} {'day' if revision['days'] == 1 else 'days'}")
    if revision.get("missed_days"):
        missed = revision["missed_days"]
        said += tied(f", {missed} {'day' if missed == 1 else 'days'} missed")
    return said
