"""Changes from one drug to another by example, and wash-outs that the checker agrees with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dosing.finding import Severity
from dosing.screening import screen
from schedules.safety import as_orders
from schedules.switch import over_already
from tests.schedules.asking import (
    FORMULARY,
    START,
    change,
    messages,
    of,
    once,
    planned,
    times,
    totals,
    way_down,
    way_up,
)


def test_gabapentin_to_pregabalin_over_7_days() -> None:
    down = way_down("gabapentin", times("600 mg", 3), taken_for="90 days")
    made = planned(change(down, way_up("pregabalin"), "7 days"))
    assert totals(of(made, "gabapentin")) == [("1500", 1), ("1200", 1), ("900", 1), ("600", 2), ("300", 2)]
    assert totals(of(made, "pregabalin")) == [("150", 7), ("300", 22)]
    assert of(made, "gabapentin").ends and not of(made, "pregabalin").ends
    assert {severity for severity, _ in messages(made, "duplicate-therapy")} == {"info"}


def test_amitriptyline_to_duloxetine_overlaps_and_warns_of_the_rising_level() -> None:
    made = planned(
        change(way_down("amitriptyline", once("75 mg"), taken_for="90 days"), way_up("duloxetine"), "14 days")
    )
    assert of(made, "amitriptyline").days == 14
    assert totals(of(made, "duloxetine")) == [("30", 7), ("60", 22)]
    assert any("CYP2D6" in text for _, text in messages(made, "interaction"))


def test_an_opioid_to_gabapentin_ends_at_a_floor_that_is_named_for_the_opioid() -> None:
    made = planned(change(way_down("tramadol", times("50 mg", 4), taken_for="90 days"), way_up("gabapentin")))
    assert made.floor is not None and made.floor.drug == "tramadol"
    assert not made.target_reached and not of(made, "tramadol").ends


def test_a_switch_to_methotrexate_brings_its_folic_acid() -> None:
    down = way_down("azathioprine", once("150 mg"), taken_for="90 days")
    made = planned(change(down, way_up("methotrexate", weekday="monday"), "28 days"))
    assert [regimen.drug for regimen in made.regimens] == ["methotrexate", "azathioprine", "folic acid"]
    assert [item.value for item in made.chosen if item.field == "companion"] == ["folic acid"]


def test_phenelzine_to_duloxetine_waits_14_days_and_the_checker_asks_for_the_same() -> None:
    asked = change("phenelzine", way_up("duloxetine"))
    made = planned(asked)
    last_dose = START - timedelta(days=1)
    first_dose = made.start_date + timedelta(days=made.regimen.first - 1)
    assert (first_dose - last_dose).days == 14

    def critical(days_sooner: int) -> list[str]:
        order = as_orders((made.regimen,), made.start_date, None, None, FORMULARY, 30)[0]
        sooner = replace(order, start_date=first_dose - timedelta(days=days_sooner))
        verdict = screen((sooner,), made.patient, FORMULARY, START, (over_already(asked),)).verdict
        return [finding.code for finding in verdict.findings if finding.severity is Severity.CRITICAL]

    assert critical(0) == []
    assert critical(1) != []
