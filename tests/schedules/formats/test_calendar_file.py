from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.formats import FORMATS, Sheet
from schedules.formats.calendar_file import TITLES, dose_times
from schedules.formats.languages import offered, speaking
from tests.figures import figure
from tests.schedules.formats.canonical import canonical, to_come
from tests.schedules.formats.examples import NAMES, example, plans
from tests.schedules.formats.reading_files import events_of, read_calendar, reminded
from tests.schedules.formats.shapes import SHAPES, shaped_plans

HOSTILE = ('a, "b"; c', "a\\nb\\;", "a\r\nSUMMARY:x", "END:VEVENT", "\u202eevil\u2066", "😀 王" * 40, "a\x00b")
PROPERTIES = {"SUMMARY", "DTSTART", "DTSTAMP", "UID", "SEQUENCE", "CLASS", "DESCRIPTION", "TRANSP"}


def file(plan: dict[str, Any], language: str = "en") -> bytes:
    return FORMATS["ics"].render(plan, Sheet(language=language))


def titles(language: str) -> dict[str, str]:
    return {part: speaking(language).say(title) for part, title in TITLES.items()}


def uids(plan: dict[str, Any]) -> list[str]:
    return [str(event["uid"]) for event in events_of(file(plan))]


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_every_part_of_every_day_with_a_dose_has_one_event(name: str, language: str) -> None:
    plan = SHAPES.get(name) or example(name)
    assert read_calendar(file(plan, language), titles(language)) == reminded(to_come(plan))


@settings(max_examples=figure(2_000, 50))
@given(st.one_of(plans(), shaped_plans()))
def test_the_calendar_of_any_plan_has_its_days_and_parts(plan: dict[str, Any]) -> None:
    assert read_calendar(file(plan), titles("en")) == reminded(canonical(plan))


def test_an_event_has_a_local_time_and_nothing_else_than_it_needs() -> None:
    first = events_of(file(example("gabapentin-1800")))[0]
    assert set(first) == PROPERTIES
    assert first["dtstart"].dt.isoformat() == "2026-12-01T20:00:00"
    assert str(first["description"]) == "Your plan on paper says what to take."
    assert (first["class"], first["transp"]) == ("PRIVATE", "TRANSPARENT")


def test_a_file_has_no_zone_no_repetition_and_one_method() -> None:
    document = file(example("gabapentin-1800"))
    assert b"TZID" not in document
    assert b"RRULE" not in document
    assert document.count(b"METHOD:PUBLISH\r\n") == 1
    assert b"X-WR-CALNAME:Medicine plan\r\n" in document
    assert document.count(b"\r\n") == document.count(b"\n") == document.count(b"\r")
    assert max(map(len, document.split(b"\r\n"))) <= 75


def test_a_visit_is_an_all_day_event() -> None:
    visits = [
        event for event in events_of(file(example("gabapentin-1800"))) if event["summary"] == "See your prescriber"
    ]
    assert [event["dtstart"].dt for event in visits] == [date(2026, 12, 15), date(2026, 12, 29)]


def test_two_visits_on_one_day_are_one_event() -> None:
    plan = example("gabapentin-1800")
    plan["reassessments"] = plan["reassessments"][:1] * 2
    assert len(uids(plan)) == len(set(uids(plan))) == len(uids(example("gabapentin-1800"))) - 1


def test_use_as_needed_has_no_reminder_and_the_file_is_still_a_calendar() -> None:
    (event,) = events_of(file(SHAPES["as_needed"]))
    assert (str(event["summary"]), event["dtstart"].dt) == ("Medicine", date(2026, 12, 1))


def test_a_plan_that_could_not_be_checked_says_so_in_every_event() -> None:
    notes = {str(event["description"]) for event in events_of(file(example("gabapentin-cannot-assess")))}
    assert notes == {"Your plan on paper says what to take. This plan could not be fully checked."}


def test_a_plan_has_stable_names_for_its_events_and_another_plan_has_others() -> None:
    plan = example("gabapentin-1800")
    assert file(plan) == file(example("gabapentin-1800"))
    assert len(set(uids(plan))) == len(uids(plan))
    assert not set(uids(plan)) & set(uids(plan | {"id": "another"}))
    numbered = FORMATS["ics"].render(plan, Sheet(number="another"))
    assert [str(event["uid"]) for event in events_of(numbered)] == uids(plan | {"id": "another"})


def test_the_same_event_has_the_same_name_in_every_language() -> None:
    plan = example("gabapentin-1800")
    assert [str(event["uid"]) for event in events_of(file(plan, "es"))] == uids(plan)


def test_a_revised_plan_takes_the_place_of_the_events_to_come_and_leaves_the_others() -> None:
    plan = SHAPES["revised"]
    old = plan | {"id": plan["revises"], "revises": None, "revision": None}
    old["steps"] = [step | {"past": False} for step in plan["steps"]]
    before = {str(event["uid"]): event for event in events_of(file(old))}
    after = {str(event["uid"]): event for event in events_of(file(plan))}
    assert set(after) <= set(before)
    for uid, event in after.items():
        assert event["dtstart"].dt == before[uid]["dtstart"].dt
        assert event["sequence"] > before[uid]["sequence"]
    assert {event["dtstamp"].dt for event in after.values()} == {datetime(2026, 12, 9, tzinfo=UTC)}
    assert {event["dtstamp"].dt for event in before.values()} == {datetime(2026, 12, 1, tzinfo=UTC)}
    visits = [event["dtstart"].dt for event in after.values() if str(event["summary"]).startswith("See")]
    assert visits == [date(2026, 12, 15)]


def test_a_second_revision_carries_on_the_first_plans_events() -> None:
    first = SHAPES["revised"]
    second = first | {"id": "third", "revises": first["id"], "series": first["revises"]}
    assert uids(second) == uids(first)


def test_the_evening_is_late_where_it_ends_the_day() -> None:
    """Some labels let no more than 12 hours pass between doses: 20:00 to 08:00."""
    assert dose_times(example("gabapentin-1800"))["evening"] == time(20)
    plan = example("gabapentin-1800")
    plan["steps"][0]["doses"][0]["when"] = "bedtime"
    assert dose_times(plan)["evening"] == time(18)


@pytest.mark.parametrize("parts", [("morning", "evening"), ("morning", "noon", "evening"), tuple(TITLES)])
def test_doses_from_morning_to_night_are_never_more_than_twelve_hours_apart(parts: tuple[str, ...]) -> None:
    plan = {"steps": [{"doses": [{"when": part} for part in parts]}]}
    hours = [dose_times(plan)[part].hour for part in parts]
    assert hours == sorted(hours)
    gaps = [later - earlier for earlier, later in zip(hours, [*hours[1:], hours[0] + 24], strict=True)]
    assert max(gaps) <= 12
    assert min(gaps) >= 4


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_nothing_private_is_in_a_calendar(name: str, language: str) -> None:
    """Not the drug, a dose, a form, an illness, a name, or the number that opens the plan."""
    plan = SHAPES.get(name) or example(name)
    named = Sheet(
        "Xanthippe", "Yolanda", "5550100", number=plan["id"], stamp="https://example.invalid", language=language
    )
    said = FORMATS["ics"].render(plan, named).decode().replace("\r\n ", "").lower()
    drugs = {step["drug"] for step in plan["steps"]}
    private = {"xanthippe", "yolanda", "5550100", "example.invalid", plan["id"].lower(), plan["title"].lower(), *drugs}
    private |= {"mg", "mcg", "tablet", "capsule", "patch", "tableta", "cápsula", "pain", "sciatica", "sedation"}
    assert [word for word in private if word in said] == []
    # Every word of the file comes from a property, a title or a note: none is from the plan.
    words = {value for event in events_of(said.upper().encode()) for value in (event["summary"], event["description"])}
    assert len(words) <= len(TITLES) + 2


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_plan_or_a_sheet_gets_into_the_file(hostile: str) -> None:
    plan = example("gabapentin-1800")
    clean = file(plan)
    plan |= {"title": hostile, "drug": hostile}
    for step in plan["steps"]:
        step["drug"] = hostile
    for row in (*plan["advice"], *plan["reassessments"]):
        row["text"] = row["what"] = hostile
    assert FORMATS["ics"].render(plan, Sheet(hostile, hostile, hostile, stamp=hostile)) == clean


def test_the_same_bytes_whatever_the_seed_of_hashes_and_the_zone() -> None:
    script = (
        "import sys; from tests.schedules.formats.examples import example; "
        "from schedules.formats import FORMATS, Sheet; "
        "sys.stdout.buffer.write(FORMATS['ics'].render(example('gabapentin-1800'), Sheet()))"
    )
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/Los_Angeles")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        assert found.stdout == file(example("gabapentin-1800"))
