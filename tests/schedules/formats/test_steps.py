from __future__ import annotations

from typing import Any

import pytest

from schedules.formats import Sheet
from schedules.formats.contents import Contents, contents
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import example, quantity


def page(plan: dict[str, Any], language: str = "en") -> Contents:
    return contents(plan, Sheet(language=language))


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_doses_that_alternate_stand_under_one_date() -> None:
    first, second = page(example("hydroxychloroquine-alternating")).steps
    assert (first.heading, second.heading) == (True, False)
    assert first.dates == second.dates
    assert plain(first.sentence).startswith("Every other day, from Tue Dec 1 on: take 2 tablets (400 mg)")
    assert plain(second.sentence).startswith("Every other day, from Wed Dec 2 on: take 1 tablet (200 mg)")


def test_a_plan_whose_dose_stays_the_same_does_not_say_that_it_changes() -> None:
    steady = page(example("hydroxychloroquine-alternating"))
    assert (steady.aim, steady.why) == ("Your plan of what to take", "The dose stays the same for the whole plan.")


def test_a_weekly_dose_is_said_by_the_week_and_its_day() -> None:
    first = page(example("methotrexate-weekly")).steps[0]
    assert (first.period, plain(first.total)) == ("In one week", "10 mg")
    assert plain(first.sentence) == "On Mondays only: take 4 tablets of methotrexate (10 mg) in the evening."


def test_a_weekly_dose_has_its_box_on_its_day_and_on_no_other() -> None:
    days = [day for week in page(example("methotrexate-weekly")).weeks for day in week.days]
    taken = {day.weekday for day in days for cells in day.cells for cell in cells if cell.drug == "methotrexate"}
    partner = {day.weekday for day in days for cells in day.cells for cell in cells if cell.drug == "folic acid"}
    assert taken == {"Mon"}
    assert partner == {"Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}


def test_a_patch_is_worn_and_the_old_one_comes_off() -> None:
    first = page(example("fentanyl-patch")).steps[0]
    assert (first.period, plain(first.total)) == ("Day and night", "25 mcg an hour")
    assert plain(first.sentence).startswith("Every 72 hours, from Tue Dec 1 on: put on 1 patch of 25 mcg an hour")
    assert first.sentence.endswith("Take every old patch off first.")


def test_a_switch_names_the_drug_of_every_dose_and_says_when_the_old_one_ends() -> None:
    switch = page(example("gabapentin-to-pregabalin"))
    assert all("gabapentin" in step.sentence or "pregabalin" in step.sentence for step in switch.steps)
    assert plain(switch.after).startswith(
        "Your last dose of gabapentin is on Wednesday, December 9, 2026. Then stop gabapentin. The plan ends on"
    )
    assert plain(switch.until_now) == (
        "Until now you took gabapentin: 600 mg in the morning, 600 mg at noon, and 600 mg in the evening."
    )


def test_a_descent_that_can_go_no_lower_says_to_stay_and_the_prescriber_gets_the_options() -> None:
    sheet = page(example("prednisone-floor"))
    assert sheet.after.endswith("Stay on this dose until you have seen your prescriber.")
    rows = [(row.label, plain(row.text)) for row in sheet.prescriber.course]
    assert ("The descent ends at", "predniSONE 2.5 mg a day.") in rows
    assert ("Option", "Stay at 2.5 mg a day for longer.") in rows
    assert ("Until now", "predniSONE 12.5 mg a day, 12.5 mg in the morning, taken for 12 weeks.") in rows


def test_the_next_lower_dose_is_told_where_there_is_one() -> None:
    plan = example("prednisone-floor")
    plan["floor"]["next_lower"] = quantity(1, "mg/d")
    texts = [plain(row.text) for row in page(plan).prescriber.course]
    assert "predniSONE 2.5 mg a day; the next lower dose is 1 mg a day." in texts


def test_a_plan_that_stops_says_the_last_day_with_a_dose() -> None:
    sheet = page(example("prednisone-stop"))
    assert plain(sheet.after) == "Your last dose is on Sunday, January 3, 2027. Then stop."
    assert ("Ends", "with a stop after January 4, 2027.") in [
        (row.label, plain(row.text)) for row in sheet.prescriber.course
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"doses": [], "daily_dose": quantity(5, "mg/d")}, "Until now you took prednisone: 5 mg a day."),
        ({"weekly_dose": quantity(15, "mg/wk"), "daily_dose": None}, "Until now you took prednisone: 15 mg a week."),
        ({"doses": [{"when": None, "amount": quantity(5, "mg")}]}, "Until now you took prednisone: 12.5 mg a day."),
    ],
)
def test_what_was_taken_until_now_is_said_as_far_as_it_is_known(changes: dict[str, Any], said: str) -> None:
    plan = example("prednisone-floor")
    plan["current"][0] |= changes
    assert plain(page(plan).until_now) == said
    assert page(plan).prescriber.course[0].text.startswith("predniSONE")


def test_of_current_use_without_a_dose_the_prescriber_reads_the_drug_and_the_need() -> None:
    plan = example("prednisone-floor")
    doses = [{"when": None, "amount": quantity(5, "mg")}]
    plan["current"] = [{"drug": "prednisone", "daily_dose": None, "weekly_dose": None, "doses": doses}]
    plan["current"][0]["taken_for"] = None
    from schedules.formats.course import course_of

    assert plain(course_of(plan)[0].text) == "predniSONE, 5 mg if needed."


def test_a_revised_sheet_begins_at_the_revision() -> None:
    sheet = page(example("gabapentin-revised"))
    assert [step.number for step in sheet.steps] == [4, 5, 6]
    assert plain(sheet.period) == "December 9, 2026 to January 5, 2027"
    assert next(day.iso for week in sheet.weeks for day in week.days if day.in_plan) == "2026-12-09"
    assert [plain(row.title) for row in sheet.reassessments] == [
        "Tuesday, December 22, 2026",
        "Tuesday, January 5, 2027",
    ]
    assert plain(sheet.revises) == (
        "This plan takes the place of plan 01JDTN6Q2W from December 9, 2026 on. Stay on the same dose for 7 days, "
        "then go on. If the old plan is in your calendar, delete it there."
    )


def test_days_that_are_gone_are_on_the_prescribers_part_only() -> None:
    sheet = page(example("gabapentin-revised"))
    assert [row.gone for row in sheet.prescriber.steps] == ["gone", "gone", "gone", "", "", ""]
    assert sheet.curve is not None
    assert sheet.prescriber.curve is not None
    assert "300" not in sheet.curve.words.split("900")[0]
    assert plain(sheet.prescriber.curve.words).startswith("The dose in one day: 300 mg from Tue Dec 1")


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ({"action": "hold", "days": None}, "Stay on the same dose for now."),
        ({"action": "hold", "days": 1}, "Stay on the same dose for 1 day, then go on."),
        ({"action": "slower"}, "The plan goes on in slower steps."),
        ({"action": "step-back"}, "The dose goes back one step."),
        ({"action": "resume"}, "Go on with the plan where you left it."),
        ({"action": "restart"}, "Begin again with the first step."),
        ({"action": "new-target"}, "The plan now goes to another dose."),
        ({"action": "stop-now"}, "The dose now goes down until you stop."),
    ],
)
def test_every_revision_says_what_changes(revision: dict[str, Any], said: str) -> None:
    plan = example("gabapentin-revised")
    plan["revision"] |= revision
    assert plain(page(plan).revises).endswith(f" on. {said} If the old plan is in your calendar, delete it there.")


def test_the_prescriber_reads_why_a_plan_was_revised_and_what_was_missed() -> None:
    plan = example("gabapentin-revised")
    row = page(plan).prescriber.course[0]
    assert (row.label, plain(row.text)) == ("Hold", "from December 9, 2026, day 9, for 7 days.")
    assert row.why.startswith("Dizzy on the third step")
    plan["revision"] |= {"action": "resume", "days": 1, "missed_days": 1}
    row = page(plan).prescriber.course[0]
    assert (row.label, plain(row.text)) == ("Resume", "from December 9, 2026, day 9, for 1 day, 1 day missed.")
    plan["revision"] |= {"days": None, "missed_days": 3}
    assert plain(page(plan).prescriber.course[0].text).endswith("day 9, 3 days missed.")


def test_guidance_on_the_end_of_what_was_taken_stands_with_its_source() -> None:
    plan = example("prednisone-floor")
    source = {"title": "A guideline", "year": 2024}
    plan["guidance"] = [{"layer": "guideline", "message": "Lower it slowly.", "source": source}]
    row = page(plan).prescriber.course[-1]
    assert (row.label, row.text, row.why) == ("Guidance, guideline", "Lower it slowly.", "A guideline, 2024.")


def test_one_fill_is_what_to_collect_and_several_are_told_apart() -> None:
    assert page(example("gabapentin-revised")).fills == ()
    sheet = page(example("methotrexate-weekly"))
    assert len(sheet.fills) == 2
    assert [plain(product) for product in sheet.supply] == [
        "42 tablets of methotrexate, 2.5 mg each",
        "48 tablets of folic acid, 1 mg each",
    ]


def test_a_liquid_names_its_drug_where_there_are_two() -> None:
    plan = example("gabapentin-solution")
    plan["steps"].append({**plan["steps"][-1], "drug": "pregabalin", "number": 9})
    plan["supply"][0]["drug"] = "gabapentin"
    assert plain(page(plan).supply[0]).endswith("mL of gabapentin, oral solution, 50 mg per mL")
