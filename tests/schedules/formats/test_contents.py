from __future__ import annotations

from typing import Any

import pytest

from schedules.formats import Sheet
from schedules.formats.contents import contents
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import NAMES, example


def test_a_plan_that_could_not_be_assessed_says_so_and_what_is_missing() -> None:
    banner = contents(example("gabapentin-cannot-assess"), Sheet()).banner
    assert banner == (
        "This plan could not be fully checked.",
        "Missing: kidney function (creatinine clearance), other medicines, and other illnesses.",
    )


def test_any_other_verdict_has_no_banner() -> None:
    plan = example("gabapentin-cannot-assess")
    plan["check"]["verdict"] = "warn"
    assert contents(plan, Sheet()).banner == ()


def test_a_drug_that_was_not_understood_is_named_in_the_banner() -> None:
    plan = example("gabapentin-cannot-assess")
    plan["check"] |= {
        "not_checked": [],
        "findings": [{**finding(), "code": "unknown-form", "message": "No such form."}],
    }
    assert contents(plan, Sheet()).banner == ("This plan could not be fully checked.", "No such form.")


def finding() -> dict[str, Any]:
    found: dict[str, Any] = example("gabapentin-1800")["check"]["findings"][0]
    return found


@pytest.mark.parametrize(("signed_off", "said"), [(False, "Not signed off by"), (True, "Signed off by")])
def test_the_formulary_says_whether_a_clinician_signed_it_off(signed_off: bool, said: str) -> None:
    plan = example("gabapentin-1800")
    plan["formulary"]["signed_off"] = signed_off
    assert contents(plan, Sheet()).formulary == f"Formulary 2026.11.1. {said} a clinician."


def test_the_number_of_the_sheet_wins_over_the_plans_own() -> None:
    assert contents(example("gabapentin-1800"), Sheet()).number == "01JDTN6Q2W"
    assert contents(example("gabapentin-1800"), Sheet(number="other")).number == "other"


def test_a_revision_says_which_plan_it_replaces() -> None:
    plan = example("gabapentin-1800")
    assert contents(plan, Sheet()).revises == ""
    assert contents(plan | {"revises": "OLD"}, Sheet()).revises == "This plan takes the place of plan OLD."


@pytest.mark.parametrize("kind", ["titration", "taper", "switch"])
def test_every_kind_of_plan_says_what_it_is_and_why(kind: str) -> None:
    page = contents(example("gabapentin-1800") | {"kind": kind}, Sheet())
    assert page.aim
    assert "small steps" in page.why


def test_signs_to_call_about_stand_apart_from_advice() -> None:
    page = contents(example("gabapentin-1800"), Sheet())
    assert len(page.call_now) == 5
    assert not {row.text for row in page.advice} & set(page.call_now)


def test_a_missed_dose_and_sudden_stopping_come_first() -> None:
    titles = [row.title for row in contents(example("gabapentin-1800"), Sheet()).advice]
    assert titles[:2] == ["If you miss a dose", "Do not stop suddenly"]
    assert titles[-1] == "Physical therapy"


def test_a_plan_without_advice_on_missed_doses_sends_the_reader_to_somebody_who_knows() -> None:
    first = contents(example("gabapentin-solution"), Sheet()).advice[0]
    assert first.title == "If you miss a dose"
    assert first.text == "Ask your pharmacist or your prescriber what to do."


def test_do_not_stop_suddenly_is_said_only_where_the_plan_says_it() -> None:
    plan = example("gabapentin-1800")
    plan["advice"] = [row for row in plan["advice"] if row["code"] != "do-not-stop-suddenly"]
    assert "Do not stop suddenly" not in [row.title for row in contents(plan, Sheet()).advice]


def test_a_reassessment_is_said_to_the_patient() -> None:
    first = contents(example("gabapentin-1800"), Sheet()).reassessments[0]
    assert first.title.replace(NO_BREAK, " ") == "Tuesday, December 15, 2026"
    assert first.text.startswith("Your prescriber will judge the effect")


def test_what_one_day_adds_up_to_is_a_maximum_when_it_is_as_needed() -> None:
    totals = [step.total.replace(NO_BREAK, " ") for step in contents(example("tramadol-as-needed"), Sheet()).steps]
    assert totals[-2:] == ["200 mg", "up to 400 mg"]


def test_the_supply_of_as_needed_doses_is_the_most() -> None:
    assert "at the most" in contents(example("tramadol-as-needed"), Sheet()).supply_note
    assert "at the most" not in contents(example("gabapentin-1800"), Sheet()).supply_note


def test_a_language_without_words_is_said_to_be_missing() -> None:
    page = contents(example("gabapentin-1800"), Sheet(language="fr"))
    assert page.language == "en"
    assert "English only" in page.untranslated
    assert contents(example("gabapentin-1800"), Sheet(language="en")).untranslated == ""


def test_a_plan_without_its_extensions_is_still_printed() -> None:
    plan = example("gabapentin-1800")
    for name in ("title", "patient", "ceiling", "protocol"):
        del plan[name]
    page = contents(plan, Sheet())
    assert page.title == "Gabapentin"
    assert [row.text for row in page.prescriber.facts] == ["not given"] * 4


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_examples_agree_with_themselves(name: str) -> None:
    """Pieces to collect are those of the calendar: the examples are what every other test stands on."""
    plan = example(name)
    page = contents(plan, Sheet())
    to_come = [step for step in plan["steps"] if not step.get("past")]
    for step, line in zip(to_come, page.steps, strict=True):
        assert line.sentence.replace(NO_BREAK, " ") == step["instruction"]
    for row in page.pharmacy.sigs:
        step = plan["steps"][row.number - 1]
        assert "sig" not in step or row.sig.replace(NO_BREAK, " ") == step["sig"]
    gone = plan["revision"]["from_day"] - 1 if plan.get("revision") else 0
    days = sum(day.in_plan for week in page.weeks for day in week.days)
    assert days == plan["days_supply"] - gone
    assert page.pharmacy.agrees


def test_what_to_do_about_a_missed_dose_of_this_medicine_takes_the_place_of_what_is_true_of_most() -> None:
    plan = example("methotrexate-weekly")
    plan["advice"].insert(1, {"code": "missed-dose-weekly", "text": "Leave it out after 2 days.", "source": None})
    rows = [row for row in contents(plan, Sheet()).advice if row.title == "If you miss a dose"]
    assert [row.text.replace(NO_BREAK, " ") for row in rows] == ["Leave it out after 2 days."]
