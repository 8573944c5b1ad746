"""Sheets for somebody who stops: what to stop, since when, nothing to take and nothing that says to go on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dosing.formulary.loader import load
from schedules.formats import FORMATS, Sheet
from schedules.formats.advising import AFTER_THE_END, TITLES
from schedules.formats.contents import Contents, contents
from schedules.formats.languages import offered
from schedules.formats.sig import step_words
from schedules.formats.stopping import dispense_no_more, stopped
from tests.schedules.formats.canonical import canonical, to_come
from tests.schedules.formats.paper_linter import faults, patient_faults, prescriber_faults
from tests.schedules.formats.reading import Page, one_line, pdf_text
from tests.schedules.formats.reading_files import events_of, rows_of
from tests.schedules.formats.shapes import Shape, pieces, plan_of

# Advice that is about taking a medicine, or about not stopping it: it says nothing to somebody who has stopped.
WHILE_TAKEN = frozenset(
    {
        *("alcohol-and-sedatives", "anti-inflammatory-kidney", "anti-inflammatory-stomach", "anticholinergic-effects"),
        *("blood-count-tests", "blood-pressure", "bone-tablet-morning", "calcium-and-vitamin-d", "constipation"),
        *("do-not-stop-blood-pressure", "do-not-stop-opioid", "do-not-stop-suddenly"),
        *("do-not-stop-suddenly-antidepressant", "driving", "eye-checks", "fentanyl-patch-change"),
        *("folic-acid-other-day", "infection", "liver-and-alcohol", "missed-dose", "missed-dose-fentanyl-patch"),
        *("missed-dose-weekly", "more-than-medicine", "naloxone", "once-a-week-only", "physical-therapy"),
        *("same-way-with-food", "stand-up-slowly", "steroid-do-not-stop", "swallow-capsule-whole", "swallow-whole"),
        *("taper-antidepressant", "taper-baclofen", "taper-benzodiazepine", "taper-gabapentinoid", "taper-opioid"),
        *("twelve-hours-apart", "weekly-not-daily", "with-food", "with-food-or-milk"),
    }
)
STOP = {"action": "stop-now", "from_day": 9, "from_date": "2026-12-09", "days": None, "missed_days": None, "why": ""}


def advice(*codes: str) -> list[dict[str, Any]]:
    known = load().advice
    return [{"code": code, "text": known[code].text, "source": None} for code in codes]


def stops_at_once(**changes: Any) -> dict[str, Any]:
    """Amitriptyline for eight days, and no more from the ninth on; two visits were still to come."""
    taken = {"evening": pieces(1, 10, "tablet")}
    return plan_of(
        [Shape("amitriptyline", 1, 8, taken, past=True)],
        title="Amitriptyline by mouth",
        stops=True,
        revises="01JDTN6Q2W",
        id="01JDTN9ZZZ",
        revision=STOP,
        reassessments=[
            {"day": 15, "date": "2026-12-15", "what": "Judge pain; stay at the dose that suits.", "source": None},
            {"day": 29, "date": "2026-12-29", "what": "Decide whether to go on.", "source": None},
        ],
        advice=advice(
            *("do-not-stop-suddenly-antidepressant", "driving", "mood-changes", "missed-dose", "pain-diary"),
            *("opioid-storage", "call-now-fever"),
        ),
        **changes,
    )


def one_of_two() -> dict[str, Any]:
    """Pregabalin ends at once, gabapentin goes down to its end."""
    return plan_of(
        [
            Shape("gabapentin", 1, 4, {"evening": pieces(2, 300, "capsule")}, past=True),
            Shape("pregabalin", 1, 4, {"evening": pieces(1, 75, "capsule")}, past=True),
            Shape("gabapentin", 5, 11, {"evening": pieces(1, 300, "capsule")}),
        ],
        kind="switch",
        drug="pregabalin",
        title="Gabapentin to pregabalin",
        stops=True,
        revises="01JDTN6Q2W",
        revision=STOP | {"from_day": 5, "from_date": "2026-12-05"},
        current=[
            {"drug": "gabapentin", "daily_dose": {"value": 600, "unit": "mg/d"}, "doses": [], "taken_for": None},
        ],
        advice=advice("do-not-stop-suddenly", "driving"),
    )


def waits() -> dict[str, Any]:
    """From phenelzine, of which only the name is known, to duloxetine after a wait."""
    return plan_of(
        [
            Shape("duloxetine", 14, 20, {"morning": pieces(1, 30, "delayed-release capsule")}),
            Shape("duloxetine", 21, 28, {"morning": pieces(1, 60, "delayed-release capsule")}),
        ],
        kind="switch",
        title="Phenelzine to duloxetine",
        stops=False,
        current=[{"drug": "phenelzine", "daily_dose": None, "weekly_dose": None, "doses": [], "taken_for": None}],
    )


def sheet(plan: dict[str, Any], language: str = "en", audience: str = "patient") -> Contents:
    return contents(plan, Sheet(language=language, audience=audience))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def every_text(plan: dict[str, Any], language: str, audience: str = "patient") -> list[str]:
    """The text, the page and the PDF, in the lines that they are read in."""
    wanted = Sheet(language=language, audience=audience)
    return [
        FORMATS["text"].render(plan, wanted).decode(),
        # The first line of a page, the title of the document, stands above the window and not on it.
        Page(FORMATS["html"].render(plan, wanted).decode()).text.partition("\n")[2],
        pdf_text(FORMATS["pdf"].render(plan, wanted), "-raw"),
    ]


def in_words(text: str) -> str:
    """A text without its lines and its rules."""
    return re.sub(r"[-=]{2,}", "", one_line(text)).replace("  ", " ")


def test_every_advice_either_holds_after_the_end_or_does_not() -> None:
    codes = {code for code in load().advice if not code.startswith("call-now-")}
    assert codes == AFTER_THE_END | WHILE_TAKEN
    assert not AFTER_THE_END & WHILE_TAKEN


def test_every_advice_has_a_heading_of_its_own() -> None:
    assert {code for code in load().advice if not code.startswith("call-now-")} - TITLES.keys() == set()
    assert all(title[0].isupper() for title in TITLES.values())


def test_a_plan_that_stops_at_once_says_what_to_stop_and_since_when() -> None:
    page = sheet(stops_at_once())
    assert (page.title, page.aim, plain(page.period)) == (
        "Stop amitriptyline",
        "Your plan to stop",
        "From December 9, 2026 on",
    )
    assert plain(page.stop) == (
        "Take no more amitriptyline from December 9, 2026 on. Your last dose of it was on Tuesday, December 8, 2026. "
        "You stop all at once, as your prescriber asked. An older sheet may tell you not to stop suddenly. "
        "This sheet takes its place."
    )
    assert "You stop now. If the old plan is in your calendar, delete it there." in plain(page.revises)
    assert (page.steps, page.weeks, page.curve, page.supply, page.after, page.why) == ((), (), None, (), "", "")
    assert page.supply_note == "Nothing. You need no more of it."


def test_who_has_stopped_reads_nothing_of_going_on() -> None:
    page = sheet(stops_at_once())
    assert [row.title for row in page.advice] == ["Mood changes", "Your diary", "Where to keep it"]
    assert {row.text for row in page.reassessments} == {"Your prescriber will ask how you are since you stopped."}
    assert len(page.reassessments) == 2
    assert len(page.call_now) == 1


def test_without_a_visit_to_come_there_is_no_diary() -> None:
    plan = stops_at_once()
    assert sheet(plan).diary is not None
    plan["reassessments"] = []
    assert sheet(plan).diary is None


@pytest.mark.poppler
@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("plan", [stops_at_once(), one_of_two(), waits()], ids=["at-once", "one-of-two", "waits"])
def test_every_format_says_the_same_and_keeps_the_rules(plan: dict[str, Any], language: str) -> None:
    page = sheet(plan, language)
    drugs = {stop.drug for stop in stopped(plan)} if language == "en" else set()
    for said in every_text(plan, language):
        assert plain(page.stop) in in_words(said)
        assert [*faults(said), *patient_faults(said, drugs)] == []
    calendar = {"en": "Calendar Tick", "es": "Calendario Marque"}[language]
    assert [calendar in in_words(said) for said in every_text(plan, language)] == [bool(to_come(plan))] * 3
    for audience in ("prescriber", "pharmacy"):
        for said in every_text(plan, language, audience):
            assert [*faults(said), *prescriber_faults(said)] == []


@pytest.mark.poppler
def test_the_pharmacy_dispenses_nothing_more() -> None:
    for said in every_text(stops_at_once(), "en", "pharmacy"):
        assert "Dispense no more amitriptyline from December 9, 2026 on. To dispense Nothing." in in_words(said)
        assert "Labels" not in said and "tablet" not in said
    for said in every_text(stops_at_once(), "en", "prescriber"):
        assert re.search(r"To dispense:? nothing", in_words(said))


def test_the_table_keeps_the_days_that_are_gone_and_the_calendar_has_the_visits() -> None:
    plan = stops_at_once()
    rows = list(rows_of(FORMATS["csv"].render(plan, Sheet())))
    assert len(rows) == len(canonical(plan)) == 8
    assert {row["past"] for row in rows} == {"yes"}
    assert [str(event["summary"]) for event in events_of(FORMATS["ics"].render(plan, Sheet()))] == [
        "See your prescriber"
    ] * 2
    plan["reassessments"] = []
    assert [str(event["summary"]) for event in events_of(FORMATS["ics"].render(plan, Sheet()))] == [
        "Your medicine plan has changed"
    ]


def test_where_one_of_two_ends_the_sheet_says_which_and_whose_the_advice_is() -> None:
    page = sheet(one_of_two())
    assert (page.title, page.aim) == ("Stop gabapentin and pregabalin", "Your plan to lower the dose step by step")
    assert plain(page.stop).startswith("Take no more pregabalin from December 5, 2026 on.")
    assert "all at once" not in page.stop
    assert page.advice_note == "This is about gabapentin."
    assert [step.number for step in page.steps] == [3]
    assert plain(page.after) == "Your last dose of gabapentin is on Friday, December 11, 2026. Then stop gabapentin."
    assert "You stop one medicine now. The other goes down until you stop." in plain(page.revises)
    assert page.until_now == ""


def test_a_change_after_a_wait_names_both_days_and_what_lies_between() -> None:
    page = sheet(waits())
    assert plain(page.stop) == (
        "Take no more phenelzine from December 1, 2026 on. Your first dose of duloxetine is on Monday, "
        "December 14, 2026. On the days between, take neither of them. The two must not meet in your body."
    )
    assert page.until_now == ""
    assert page.weeks[0].days[1].iso == "2026-12-14"
    assert [plain(text) for text in dispense_no_more(waits())] == [
        "Dispense no more phenelzine from December 1, 2026 on."
    ]


def test_a_new_drug_that_begins_later_but_without_a_gap_has_its_first_day_named_only() -> None:
    plan = plan_of(
        [
            Shape("gabapentin", 1, 4, {"evening": pieces(1, 300, "capsule")}),
            Shape("pregabalin", 5, 9, {"evening": pieces(1, 75, "capsule")}),
        ],
        kind="switch",
        drug="pregabalin",
        title="Gabapentin to pregabalin",
    )
    assert plain(sheet(plan).stop) == "Your first dose of pregabalin is on Saturday, December 5, 2026."


def test_a_drug_taken_as_needed_or_missed_has_no_last_dose() -> None:
    plan = stops_at_once()
    plan["revision"] = plan["revision"] | {"missed_days": 2}
    (stop,) = stopped(plan)
    assert stop.last is None
    assert "Your last dose" not in sheet(plan).stop


def test_a_new_target_below_the_dose_of_now_is_a_plan_to_lower_it_and_one_above_to_raise_it() -> None:
    def aimed(count: int) -> str:
        shapes = [
            Shape("gabapentin", 1, 8, {"evening": pieces(3, 300, "capsule")}, past=True),
            Shape("gabapentin", 9, 12, {"evening": pieces(count, 300, "capsule")}),
            Shape("gabapentin", 13, 20, {"evening": pieces(2 * count - 3, 300, "capsule")}),
        ]
        return sheet(plan_of(shapes, revises="01JDTN6Q2W", revision=STOP | {"action": "new-target"})).aim

    assert aimed(2) == "Your plan to lower the dose step by step"
    assert aimed(4) == "Your plan to raise the dose step by step"


def test_a_part_of_a_step_between_two_patches_is_no_step_of_the_sheet_and_can_be_said() -> None:
    patch = {"morning": pieces(1, 25, "transdermal patch", "ug/h")}
    plan = plan_of(
        [
            Shape("fentanyl", 1, 7, patch, {"every": 3, "first": 1}, past=True),
            Shape("fentanyl", 8, 9, patch, {"every": 3, "first": 1}),
            Shape("fentanyl", 10, 15, patch, {"every": 3, "first": 10}),
        ],
        revises="01JDTN6Q2W",
        revision=STOP | {"action": "hold", "from_day": 8, "from_date": "2026-12-08"},
    )
    assert [step.number for step in sheet(plan).steps] == [3]
    assert "from Thu Dec 10 on" in step_words(plan)[1]["instruction"]
    plan["steps"].pop()
    (stop,) = stopped(plan)
    assert stop.last is not None and stop.last.isoformat() == "2026-12-07"
