"""What each kind of rule asks, on both sides of its boundary, with invented drugs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dosing.finding import Decision, Severity
from dosing.formulary.loader import load
from tests.small_formulary import ask, finding, small_formulary, unanswered

DAILY = {"times": 1, "per": "day"}
WEEKLY = {"on": ["monday"]}


def steps(*doses: tuple[str, str | None]) -> dict[str, Any]:
    """Daily doses, each for so long (None: it goes on)."""
    written = [{"dose": dose, "frequency": DAILY, "duration": length} for dose, length in doses]
    return {"steps": [{key: value for key, value in step.items() if value is not None} for step in written]}


PER_KILOGRAM = """
- id: for-weight
  kind: weight-dose
  limit: 5 mg/kg/d
  weight: actual
  averaged: true
"""


def test_a_dose_for_weight_is_compared_before_it_is_rounded(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PER_KILOGRAM)
    order = {"dose": "400 mg", "frequency": DAILY}
    assert finding(ask(formulary, order, patient={"weight": "80 kg"}), "for-weight") is None
    broken = finding(ask(formulary, order, patient={"weight": "79.9 kg"}), "for-weight")
    assert broken is not None and broken.severity is Severity.CRITICAL
    assert str(broken.limit) == "5 mg/kg/d"


def test_alternating_doses_count_with_their_mean(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PER_KILOGRAM)
    order = {"cycle": ["200 mg", "400 mg"]}
    assert finding(ask(formulary, order, patient={"weight": "60 kg"}), "for-weight") is None
    assert finding(ask(formulary, order, patient={"weight": "59.9 kg"}), "for-weight") is not None


def test_a_single_day_of_a_cycle_is_not_diluted(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PER_KILOGRAM)
    order = {"cycle": ["400 mg", "200 mg"], "duration": "1 day"}
    assert finding(ask(formulary, order, patient={"weight": "60 kg"}), "for-weight") is not None


def test_doses_for_weight_are_added_up_over_orders(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PER_KILOGRAM)
    half = {"dose": "200 mg", "frequency": DAILY}
    assert finding(ask(formulary, half, half, patient={"weight": "80 kg"}), "for-weight") is None
    assert finding(ask(formulary, half, half, patient={"weight": "79 kg"}), "for-weight") is not None


def test_without_a_weight_a_dose_for_weight_is_not_checked(tmp_path: Path) -> None:
    verdict = ask(
        small_formulary(tmp_path, PER_KILOGRAM), {"dose": "1 mg", "frequency": DAILY}, patient={"weight": None}
    )
    assert unanswered(verdict, "for-weight") == ("weight",)
    assert verdict.decision is Decision.CANNOT_ASSESS


@pytest.mark.parametrize(
    ("weight", "milligrams", "fires"), [("ideal", 70, True), ("adjusted", 70, True), ("actual", 70, False)]
)
def test_a_rule_names_its_weight(tmp_path: Path, weight: str, milligrams: int, fires: bool) -> None:
    rules = f"- id: for-weight\n  kind: weight-dose\n  limit: 1 mg/kg\n  weight: {weight}\n"
    verdict = ask(
        small_formulary(tmp_path, rules),
        {"dose": f"{milligrams} mg", "frequency": DAILY},
        patient={"weight": "70 kg", "height": "160 cm"},
    )
    assert (finding(verdict, "for-weight") is not None) is fires


def test_a_share_of_a_limit_is_exact(tmp_path: Path) -> None:
    rules = """
    - id: for-weight
      kind: weight-dose
      limit: 2.5 mg/kg/d
      weight: actual
      share: "1/3"
      when: {medication: [otherine]}
    """
    formulary = small_formulary(tmp_path, rules)
    patient = {"weight": "60 kg", "medications": [{"drug": "otherine"}]}
    assert finding(ask(formulary, {"dose": "50 mg", "frequency": DAILY}, patient=patient), "for-weight") is None
    assert finding(ask(formulary, {"dose": "50.1 mg", "frequency": DAILY}, patient=patient), "for-weight") is not None


ONCE_A_WEEK = """
- id: once-a-week
  kind: frequency
  limit: 1 {dose}/wk
  burst: 36 h
  severity: critical
  exception: Taken daily it kills.
  always: true
"""


@pytest.mark.parametrize(
    ("sig", "fires"),
    [
        ({"dose": "15 mg", "frequency": WEEKLY}, False),
        ({"dose": "15 mg", "frequency": {"every": "7 days"}}, False),
        ({"dose": "15 mg", "frequency": {"times": 1, "per": "week"}}, False),
        ({"dose": "2.5 mg", "frequency": {"every": "12 hours", "count": 3, "on": ["monday"]}}, False),
        ({"dose": "2.5 mg", "frequency": {"every": "12 hours", "count": 4, "on": ["monday"]}}, False),
        ({"dose": "2.5 mg", "frequency": {"every": "12 hours", "count": 5, "on": ["monday"]}}, True),
        ({"dose": "2.5 mg", "frequency": {"every": "12 hours", "count": 3, "on": ["monday", "tuesday"]}}, True),
        ({"dose": "15 mg", "frequency": DAILY}, True),
        ({"dose": "15 mg", "frequency": DAILY, "duration": "2 days"}, True),
        ({"dose": "15 mg", "frequency": {"every": "6 days"}}, True),
        ({"dose": "15 mg", "frequency": {"times": 2, "per": "week"}}, True),
        ({"dose": "15 mg", "frequency": {"on": ["monday", "thursday"]}}, True),
        ({"dose": "2.5 mg", "frequency": {"every": "12 hours"}}, True),
        ({"cycle": ["15 mg", "15 mg"]}, True),
    ],
)
def test_a_weekly_drug_is_taken_once_in_any_seven_days(tmp_path: Path, sig: dict[str, Any], fires: bool) -> None:
    found = finding(ask(small_formulary(tmp_path, ONCE_A_WEEK), sig), "once-a-week")
    assert (found is not None) is fires


def test_two_weekly_orders_on_two_weekdays_are_told(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, ONCE_A_WEEK)
    monday, friday = ({"dose": "5 mg", "frequency": {"on": [day]}} for day in ("monday", "friday"))
    assert finding(ask(formulary, monday), "once-a-week") is None
    assert finding(ask(formulary, monday, friday), "once-a-week") is not None


def test_a_weekly_drug_that_is_taken_daily_is_told_as_a_medication_too(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, ONCE_A_WEEK)
    daily = {"drug": "exampline", "form": "tablet", "dose": "10 mg", "frequency": DAILY}
    weekly = {**daily, "frequency": WEEKLY}
    other = {"drug": "otherine", "dose": "1 mg", "frequency": DAILY}
    told = finding(ask(formulary, other, patient={"medications": [daily]}), "once-a-week")
    assert told is not None and told.medications == ("exampline",) and told.orders == ("0",)
    assert finding(ask(formulary, other, patient={"medications": [weekly]}), "once-a-week") is None


def test_a_weekday_may_be_asked_for(tmp_path: Path) -> None:
    rules = "- id: weekday\n  kind: frequency\n  named_weekday: true\n  action: info\n"
    formulary = small_formulary(tmp_path, rules)
    assert finding(ask(formulary, {"dose": "15 mg", "frequency": WEEKLY}), "weekday") is None
    unnamed = finding(ask(formulary, {"dose": "15 mg", "frequency": {"every": "7 days"}}), "weekday")
    assert unnamed is not None and unnamed.severity is Severity.INFO


PACE = """
- id: pace
  kind: taper-speed
  cuts:
    - {range: "> 20 mg/d", most: 10 mg/d, every: 7 d}
    - {range: "<= 20 mg/d", percent: 25, every: 7 d}
  exposure: 21 d
  above: 5 mg/d
  action: caution
"""


@pytest.mark.parametrize(
    ("doses", "fires"),
    [
        ([("40 mg", "28 days"), ("30 mg", "7 days"), ("20 mg", None)], False),
        ([("40 mg", "28 days"), ("29 mg", "7 days"), ("20 mg", None)], True),
        ([("40 mg", "28 days"), ("30 mg", "6 days"), ("20 mg", None)], True),
        ([("20 mg", "28 days"), ("15 mg", None)], False),
        ([("20 mg", "28 days"), ("14.9 mg", None)], True),
        ([("60 mg", "5 days"), ("40 mg", "5 days"), ("20 mg", None)], False),
        ([("60 mg", "21 days"), ("40 mg", None)], True),
        ([("60 mg", "20 days"), ("40 mg", None)], False),
        ([("5 mg", "28 days"), ("1 mg", None)], False),
        ([("10 mg", "28 days"), ("20 mg", None)], False),
    ],
)
def test_a_dose_falls_no_faster_than_the_pace(tmp_path: Path, doses: list[tuple[str, str | None]], fires: bool) -> None:
    found = finding(ask(small_formulary(tmp_path, PACE), steps(*doses)), "pace")
    assert (found is not None) is fires
    assert found is None or (found.code == "taper-speed" and found.severity is Severity.WARNING)


def test_a_percentage_may_be_of_the_highest_dose(tmp_path: Path) -> None:
    rules = "- id: pace\n  kind: taper-speed\n  cuts: [{percent: 10, of: original}]\n  action: caution\n"
    formulary = small_formulary(tmp_path, rules)
    kept = steps(("100 mg", "7 days"), ("90 mg", "7 days"), ("80 mg", "7 days"), ("70 mg", None))
    broken = steps(("100 mg", "7 days"), ("90 mg", "7 days"), ("79 mg", None))
    assert finding(ask(formulary, kept), "pace") is None
    assert finding(ask(formulary, broken), "pace") is not None


STOP = """
- id: stop
  kind: abrupt-stop
  exposure: 28 d
  descent: 7 d
  action: avoid
"""


@pytest.mark.parametrize(
    ("doses", "code"),
    [
        ([("30 mg", "28 days")], "abrupt-stop"),
        ([("30 mg", "27 days")], None),
        ([("30 mg", "28 days"), ("20 mg", "4 days"), ("10 mg", "3 days")], None),
        ([("30 mg", "28 days"), ("20 mg", "3 days"), ("10 mg", "3 days")], "taper-speed"),
        ([("30 mg", "28 days"), ("20 mg", "3 days"), ("30 mg", "7 days")], "abrupt-stop"),
        ([("30 mg", "28 days"), ("28 mg", "7 days")], "abrupt-stop"),
        ([("30 mg", "28 days"), ("15 mg", "7 days")], None),
    ],
)
def test_an_end_is_sudden_or_too_fast_or_slow_enough(
    tmp_path: Path, doses: list[tuple[str, str | None]], code: str | None
) -> None:
    found = finding(ask(small_formulary(tmp_path, STOP), steps(*doses)), "stop")
    assert (found.code if found is not None else None) == code


def test_the_first_rise_may_wait_longer_than_later_ones(tmp_path: Path) -> None:
    rules = "- id: pace\n  kind: step-interval\n  limit: 28 d\n  first: 42 d\n"
    formulary = small_formulary(tmp_path, rules)
    kept = steps(("10 mg", "42 days"), ("20 mg", "28 days"), ("30 mg", None))
    early = steps(("10 mg", "41 days"), ("20 mg", None))
    soon = steps(("10 mg", "42 days"), ("20 mg", "27 days"), ("30 mg", None))
    assert finding(ask(formulary, kept), "pace") is None
    found = finding(ask(formulary, early), "pace")
    assert found is not None and str(found.limit) == "42 d"
    found = finding(ask(formulary, soon), "pace")
    assert found is not None and str(found.limit) == "28 d"


@pytest.mark.parametrize(("dose", "fires"), [("15 mg", False), ("15.1 mg", True)])
def test_a_start_may_be_stated_for_a_week(tmp_path: Path, dose: str, fires: bool) -> None:
    rules = "- id: start\n  kind: starting-dose\n  limit: 15 mg/wk\n"
    found = finding(ask(small_formulary(tmp_path, rules), {"dose": dose, "frequency": WEEKLY}), "start")
    assert (found is not None) is fires


def test_a_step_may_be_stated_for_a_week_and_for_weight(tmp_path: Path) -> None:
    rules = """
    - id: weekly
      kind: step-size
      limit: 5 mg/wk
    - id: for-weight
      kind: step-size
      limit: 0.5 mg/kg/d
    """
    formulary = small_formulary(tmp_path, rules)

    def rising(to: str) -> dict[str, Any]:
        return {
            "steps": [{"dose": "10 mg", "frequency": WEEKLY, "duration": "14 days"}, {"dose": to, "frequency": WEEKLY}]
        }

    assert finding(ask(formulary, rising("15 mg")), "weekly") is None
    assert finding(ask(formulary, rising("15.5 mg")), "weekly") is not None
    assert finding(ask(formulary, steps(("70 mg", "42 days"), ("105 mg", None))), "for-weight") is None
    assert finding(ask(formulary, steps(("70 mg", "42 days"), ("106 mg", None))), "for-weight") is not None


def test_what_an_order_replaces_is_the_step_before_its_first(tmp_path: Path) -> None:
    rules = "- id: step\n  kind: step-size\n  limit: 10 mg/d\n"
    formulary = small_formulary(tmp_path, rules)
    taken = {"drug": "exampline", "form": "tablet", "dose": "20 mg", "frequency": DAILY}

    def changed(dose: str) -> Any:
        order = {"dose": dose, "frequency": DAILY, "replaces": 0}
        return finding(ask(formulary, order, patient={"medications": [taken]}), "step")

    assert changed("30 mg") is None
    assert changed("31 mg") is not None


@pytest.mark.parametrize(("quantity", "fires"), [("24 {tablet}", False), ("29 {tablet}", False), ("30 {tablet}", True)])
def test_the_supply_of_a_weekly_drug_is_counted_in_weeks(tmp_path: Path, quantity: str, fires: bool) -> None:
    rules = "- id: supply\n  kind: max-supply\n  limit: 30 d\n"
    order = {"dose": "6 mg", "frequency": WEEKLY, "quantity": quantity, "start_date": "2026-12-07"}
    found = finding(ask(small_formulary(tmp_path, rules), order), "supply")
    assert (found is not None) is fires


def test_days_of_all_orders_and_medications_may_count_together(tmp_path: Path) -> None:
    rules = "- id: days\n  kind: max-duration\n  limit: 5 d\n  together: true\n"
    formulary = small_formulary(tmp_path, rules)
    before = {"drug": "exampline", "form": "tablet", "dose": "1 mg", "frequency": DAILY, "start_date": "2026-11-30"}
    taken = {**before, "end_date": "2026-11-30"}
    long_ago = {**before, "start_date": "2026-10-01", "end_date": "2026-10-05"}
    four, five = ({"dose": "1 mg", "frequency": DAILY, "duration": f"{days} days"} for days in (4, 5))
    assert finding(ask(formulary, four, patient={"medications": [taken]}), "days") is None
    assert finding(ask(formulary, five, patient={"medications": [taken]}), "days") is not None
    assert finding(ask(formulary, five, patient={"medications": [long_ago]}), "days") is None


def test_a_triple_needs_all_three(tmp_path: Path) -> None:
    rules = "- id: triple\n  kind: interaction\n  with: [fourthine]\n  and_with: [third]\n  action: caution\n"
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": DAILY}

    def meeting(*drugs: str) -> Any:
        return finding(ask(formulary, order, patient={"medications": [{"drug": drug} for drug in drugs]}), "triple")

    assert meeting("fourthine") is None and meeting("thirdine") is None
    found = meeting("fourthine", "thirdine")
    assert found is not None and set(found.medications) == {"fourthine", "thirdine"}


def test_a_count_rule_counts_different_drugs_this_one_among_them(tmp_path: Path) -> None:
    rules = "- id: many\n  kind: interaction\n  with: [other, third]\n  at_least: 3\n  action: avoid\n"
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": DAILY}

    def meeting(*drugs: str) -> Any:
        return finding(ask(formulary, order, patient={"medications": [{"drug": drug} for drug in drugs]}), "many")

    assert meeting("otherine") is None and meeting("otherine", "otherine") is None
    assert meeting("otherine", "thirdine") is not None


def test_an_overlap_that_is_certain_by_dates_may_weigh_more(tmp_path: Path) -> None:
    rules = """
    - id: two
      kind: duplicate-therapy
      with: [fourthine]
      action: caution
      certain_overlap: critical
      exception: Both are dated.
    """
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": DAILY}
    undated = {"drug": "fourthine", "dose": "1 mg", "frequency": DAILY}
    dated = {**undated, "start_date": "2026-11-20", "end_date": "2026-12-10"}
    needed = {**dated, "as_needed": True}
    weights = [
        (found := finding(ask(formulary, order, patient={"medications": [taken]}), "two")) and found.severity
        for taken in (undated, dated, needed)
    ]
    assert weights == [Severity.WARNING, Severity.CRITICAL, Severity.WARNING]


def test_enough_of_what_belongs_beside_a_drug_is_asked_for(tmp_path: Path) -> None:
    rules = "- id: beside\n  kind: co-prescription\n  needs: [otherine]\n  at_least: 5 mg/wk\n  action: info\n"
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": WEEKLY}

    def beside(*medications: dict[str, Any]) -> Any:
        return ask(formulary, order, patient={"medications": list(medications)})

    enough = {"drug": "otherine", "dose": "5 mg", "frequency": {"on": ["tuesday"]}}
    assert finding(beside(enough), "beside") is None
    assert finding(beside({**enough, "dose": "4.9 mg"}), "beside") is not None
    assert finding(beside(), "beside") is not None
    assert unanswered(beside({"drug": "otherine"}), "beside") == ("dose",)


def test_a_place_in_therapy_is_silent_where_the_earlier_treatment_was_tried(tmp_path: Path) -> None:
    rules = (
        "- id: place\n  kind: place-in-therapy\n  unless_taken: [third]\n  action: info\n  what: Try thirdine first.\n"
    )
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": DAILY}
    tried = {"drug": "thirdine", "stopped": True}
    assert finding(ask(formulary, order), "place") is not None
    assert finding(ask(formulary, order, patient={"medications": [tried]}), "place") is None
    assert unanswered(ask(formulary, order, patient={"medications": None}), "place") == ("medications",)


def when(slot: str, value: str) -> str:
    return f"- id: state\n  kind: contraindication\n  when: {{{slot}: {value}}}\n  action: contraindicated\n"


@pytest.mark.parametrize(
    ("slot", "value", "inside", "outside", "needs"),
    [
        ("weight", '"< 50 kg"', {"weight": "49.9 kg"}, {"weight": "50 kg"}, ("weight",)),
        ("tpmt", "[poor]", {"tpmt": "poor"}, {"tpmt": "intermediate"}, ("tpmt",)),
        ("nudt15", "[poor]", {"nudt15": "poor"}, {"nudt15": "normal"}, ("nudt15",)),
        (
            "neutrophils",
            '"< 1.3 10*3/uL"',
            {"laboratory": {"neutrophils": "1.29 10*3/uL"}},
            {"laboratory": {"neutrophils": "1.3 10*9/L"}},
            ("neutrophils",),
        ),
        (
            "alanine_aminotransferase_multiple",
            '"> 2"',
            {"laboratory": {"alanine_aminotransferase": "81 U/L", "alanine_aminotransferase_upper_limit": "40 U/L"}},
            {"laboratory": {"alanine_aminotransferase": "80 U/L", "alanine_aminotransferase_upper_limit": "40 U/L"}},
            ("alanine_aminotransferase", "alanine_aminotransferase_upper_limit"),
        ),
        ("qtc", '">= 500 ms"', {"laboratory": {"qtc": "500 ms"}}, {"laboratory": {"qtc": "0.499 s"}}, ("qtc",)),
        (
            "not_condition",
            "[palliative-care]",
            {"conditions": ["asthma"]},
            {"conditions": ["palliative-care"]},
            ("conditions",),
        ),
    ],
)
def test_a_slot_holds_inside_and_not_outside_and_is_unknown_without_its_input(
    tmp_path: Path, slot: str, value: str, inside: dict[str, Any], outside: dict[str, Any], needs: tuple[str, ...]
) -> None:
    formulary = small_formulary(tmp_path, when(slot, value))
    order = {"dose": "1 mg", "frequency": DAILY}
    assert finding(ask(formulary, order, patient=inside), "state") is not None
    assert finding(ask(formulary, order, patient=outside), "state") is None
    unknown = ask(formulary, order, patient=dict.fromkeys(inside))
    assert unanswered(unknown, "state") == needs
    assert unknown.decision is Decision.CANNOT_ASSESS


def test_a_rule_may_say_what_its_missing_input_weighs(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, when("tpmt", "[poor]") + "  if_missing: warning\n")
    verdict = ask(formulary, {"dose": "1 mg", "frequency": DAILY})
    assert unanswered(verdict, "state") == ("tpmt",)
    assert verdict.decision is Decision.WARN


def test_an_indication_that_is_not_stated_is_not_the_excepted_one(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, when("unless_indication", "[osteoporosis]"))
    order = {"dose": "1 mg", "frequency": DAILY}
    assert finding(ask(formulary, order), "state") is not None
    assert finding(ask(formulary, {**order, "indication": "pain"}), "state") is not None
    assert finding(ask(formulary, {**order, "indication": "osteoporosis"}), "state") is None


@pytest.mark.parametrize(("length", "fires"), [("90 days", False), ("91 days", True), (None, True)])
def test_an_order_that_goes_on_is_longer_than_anything(tmp_path: Path, length: str | None, fires: bool) -> None:
    formulary = small_formulary(tmp_path, when("duration", '"> 90 d"'))
    found = finding(ask(formulary, steps(("1 mg", length))), "state")
    assert (found is not None) is fires


BASIS = """
basis: {stated: salt, salt: 200 mg, base: 155 mg, source: invented-label, evidence: label}
"""


def test_a_dose_of_the_base_is_judged_as_the_salt(tmp_path: Path) -> None:
    rules = "- id: most\n  kind: max-daily-dose\n  limit: 200 mg/d\n"
    formulary = small_formulary(tmp_path, rules, BASIS)

    def over(dose: str, **more: str) -> Any:
        return finding(ask(formulary, {"dose": dose, "frequency": DAILY, **more}), "most")

    assert over("155 mg", basis="base") is None
    found = over("156 mg", basis="base")
    assert found is not None and str(found.limit) == "200 mg/d"
    assert over("200 mg", basis="salt") is None and over("200 mg") is None


def test_a_basis_that_the_monograph_does_not_know_is_not_passed(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, "- id: most\n  kind: max-daily-dose\n  limit: 200 mg/d\n")
    verdict = ask(formulary, {"dose": "1 mg", "frequency": DAILY, "basis": "base"})
    assert verdict.decision is Decision.CANNOT_ASSESS and unanswered(verdict, "most") == ("basis",)


INTERNATIONAL = """
international_units: {amount: 40, per: 1 ug, source: invented-label, evidence: label}
"""


def test_a_drug_may_be_counted_in_international_units(tmp_path: Path) -> None:
    rules = "- id: most\n  kind: max-daily-dose\n  limit: 4000 [iU]/d\n"
    formulary = small_formulary(tmp_path, rules, INTERNATIONAL, "400 [iU]")

    def over(dose: str) -> Any:
        return finding(ask(formulary, {"dose": dose, "frequency": DAILY}), "most")

    assert over("4000 IU") is None and over("100 mcg") is None and over("0.1 mg") is None
    found = over("4001 IU")
    assert found is not None and str(found.limit) == "4000 [iU]/d"
    assert over("101 mcg") is not None


def test_units_of_a_drug_that_is_counted_by_mass_are_not_understood(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, "- id: most\n  kind: max-daily-dose\n  limit: 200 mg/d\n")
    verdict = ask(formulary, {"dose": "100 IU", "frequency": DAILY})
    assert verdict.decision is Decision.CANNOT_ASSESS and unanswered(verdict, "most") == ("dose",)


PAIR = """
- id: pair
  kind: interaction
  with: [fourthine]
  washout: {stopped_partner: 14 d, stopped_this: 5 d}
  action: contraindicated
"""
PARTNER = {"drug": "fourthine", "dose": "1 mg", "frequency": DAILY, "start_date": "2026-12-01"}
TAKEN = {"drug": "exampline", "form": "tablet", "dose": "1 mg", "frequency": DAILY}


def test_a_pair_is_told_for_an_order_of_either_drug(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PAIR)
    found = finding(ask(formulary, PARTNER, patient={"medications": [TAKEN]}), "pair")
    assert found is not None and found.orders == ("0",) and found.medications == ("exampline",)
    both = ask(formulary, PARTNER, {"dose": "1 mg", "frequency": DAILY})
    assert finding(both, "pair") is not None


@pytest.mark.parametrize(("stopped", "fires"), [("2026-11-26", False), ("2026-11-27", True)])
def test_a_partner_is_not_started_too_soon_after_the_drug(tmp_path: Path, stopped: str, fires: bool) -> None:
    formulary = small_formulary(tmp_path, PAIR)
    found = finding(ask(formulary, PARTNER, patient={"medications": [{**TAKEN, "end_date": stopped}]}), "pair")
    assert (found is not None) is fires
    assert found is None or (found.orders == ("0",) and str(found.limit) == "5 d")


def test_without_its_last_day_the_window_after_a_drug_is_not_checked(tmp_path: Path) -> None:
    verdict = ask(small_formulary(tmp_path, PAIR), PARTNER, patient={"medications": [{**TAKEN, "stopped": True}]})
    assert unanswered(verdict, "pair") == ("end_date",)


@pytest.mark.parametrize(("length", "fires"), [("10 days", False), ("11 days", True)])
def test_a_partner_that_is_ordered_after_the_drug_waits_too(tmp_path: Path, length: str, fires: bool) -> None:
    later = {**PARTNER, "start_date": "2026-12-15"}
    order = {"dose": "1 mg", "frequency": DAILY, "duration": length}
    found = finding(ask(small_formulary(tmp_path, PAIR), order, later), "pair")
    assert (found is not None) is fires


MONTHLY = "- id: apart\n  kind: min-interval\n  limit: 28 d\n"


@pytest.mark.parametrize(
    ("frequency", "fires"),
    [
        ({"every": "28 days"}, False),
        ({"every": "27 days"}, True),
        ({"every": "1 month"}, False),
        ({"on": ["monday"]}, True),
        ({"times": 1, "per": "week"}, True),
        ({"times": 1, "per": "month"}, False),
        ({"times": 2, "per": "month"}, True),
        (DAILY, True),
    ],
)
def test_days_between_doses_count_however_the_pattern_is_written(
    tmp_path: Path, frequency: dict[str, Any], fires: bool
) -> None:
    found = finding(ask(small_formulary(tmp_path, MONTHLY), {"dose": "1 mg", "frequency": frequency}), "apart")
    assert (found is not None) is fires


def test_a_medication_without_a_dose_hides_no_week_that_is_over(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, "- id: week\n  kind: max-weekly-dose\n  limit: 35 mg/wk\n")
    known = {"medications": [{"drug": "exampline"}]}
    over = ask(formulary, {"dose": "35 mg", "frequency": DAILY}, patient=known)
    assert finding(over, "week") is not None
    assert unanswered(ask(formulary, {"dose": "5 mg", "frequency": DAILY}, patient=known), "week") == ("dose",)


def test_self_care_is_what_an_order_says_it_is(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, when("self_care", "true"))
    order = {"dose": "1 mg", "frequency": DAILY}
    assert finding(ask(formulary, {**order, "self_care": True}), "state") is not None
    for prescribed in (order, {**order, "self_care": False}):
        verdict = ask(formulary, prescribed)
        assert finding(verdict, "state") is None and unanswered(verdict, "state") is None


def test_the_first_days_of_a_course_may_have_a_limit_of_their_own(tmp_path: Path) -> None:
    rules = """
    - id: loading
      kind: max-daily-dose
      limit: 100 mg/d
    - id: later
      kind: max-daily-dose
      limit: 20 mg/d
      when: {course_day: "> 3 d"}
    """
    formulary = small_formulary(tmp_path, rules)
    assert finding(ask(formulary, steps(("100 mg", "3 days"), ("20 mg", None))), "later") is None
    late = finding(ask(formulary, steps(("100 mg", "4 days"), ("20 mg", None))), "later")
    assert late is not None and late.days == ((4, 4),)
    assert finding(ask(formulary, steps(("101 mg", "3 days"), ("20 mg", None))), "loading") is not None


def test_another_name_of_a_drug_may_mean_its_salt(tmp_path: Path) -> None:
    head = """
    synonyms: [exampline sodium]
    basis: {stated: base, salt: 220 mg, base: 200 mg, source: invented-label, evidence: label,
            other_names: [Exampline sodium]}
    """
    formulary = small_formulary(tmp_path, "- id: most\n  kind: max-daily-dose\n  limit: 200 mg/d\n", head)
    assert finding(ask(formulary, {"drug": "exampline sodium", "dose": "220 mg", "frequency": DAILY}), "most") is None
    assert finding(ask(formulary, {"drug": "exampline", "dose": "220 mg", "frequency": DAILY}), "most") is not None
    base = {"drug": "exampline sodium", "dose": "220 mg", "frequency": DAILY, "basis": "base"}
    assert finding(ask(formulary, base), "most") is not None


@pytest.mark.parametrize("since", ["2026-11-24", "2026-10-01", "2026-03-01"])
def test_a_weekly_drug_that_has_long_been_taken_daily_is_told(tmp_path: Path, since: str) -> None:
    formulary = small_formulary(tmp_path, ONCE_A_WEEK)
    daily = {"dose": "10 mg", "frequency": DAILY, "start_date": since}
    assert finding(ask(formulary, daily), "once-a-week") is not None
    other = {"drug": "otherine", "dose": "1 mg", "frequency": DAILY}
    taken = {"drug": "exampline", "form": "tablet", **daily}
    assert finding(ask(formulary, other, patient={"medications": [taken]}), "once-a-week") is not None
    twice = {
        "steps": [{"dose": "5 mg", "frequency": DAILY, "duration": "7 days"}, {"dose": "5 mg", "frequency": WEEKLY}]
    }
    assert finding(ask(formulary, {**twice, "start_date": "2026-11-01"}), "once-a-week") is None


def test_days_that_count_together_need_the_medications(tmp_path: Path) -> None:
    rules = "- id: days\n  kind: max-duration\n  limit: 5 d\n  together: true\n"
    formulary = small_formulary(tmp_path, rules)
    order = {"dose": "1 mg", "frequency": DAILY, "duration": "5 days"}
    assert unanswered(ask(formulary, order), "days") is None
    assert unanswered(ask(formulary, order, patient={"medications": None}), "days") == ("medications",)
    longer = order | {"duration": "6 days"}
    assert finding(ask(formulary, longer, patient={"medications": None}), "days") is not None


ON_DIALYSIS = """
- id: kidney
  kind: renal-dose
  measure: creatinine_clearance
  bands:
    - {range: ">= 30 mL/min"}
    - {range: "< 30 mL/min", max_daily: 10 mg/d}
  hemodialysis: {max_daily: 5 mg/d}
"""


@pytest.mark.parametrize(
    ("dose", "hemodialysis", "missing", "broken"),
    [
        ("5 mg", None, None, False),
        ("6 mg", None, ("hemodialysis",), False),
        ("6 mg", False, None, False),
        ("6 mg", True, None, True),
        ("10 mg", None, ("hemodialysis",), False),
        ("11 mg", None, None, True),
    ],
)
def test_in_the_band_of_dialysis_it_has_to_be_known_where_it_makes_a_difference(
    tmp_path: Path, dose: str, hemodialysis: bool | None, missing: tuple[str, ...] | None, broken: bool
) -> None:
    formulary = small_formulary(tmp_path, ON_DIALYSIS)
    patient = {"creatinine_clearance": "29 mL/min", "hemodialysis": hemodialysis}
    verdict = ask(formulary, {"dose": dose, "frequency": DAILY}, patient=patient)
    assert unanswered(verdict, "kidney") == missing
    assert (finding(verdict, "kidney") is not None) == broken


def test_nobody_is_asked_about_dialysis_whose_kidneys_work(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, ON_DIALYSIS)
    order = {"dose": "6 mg", "frequency": DAILY}
    patient = {"creatinine_clearance": "30 mL/min", "hemodialysis": None}
    assert unanswered(ask(formulary, order, patient=patient), "kidney") is None


def test_without_the_measure_dialysis_that_is_not_stated_is_asked_for_too(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, ON_DIALYSIS)
    unknown = {"creatinine_clearance": None, "serum_creatinine": None, "hemodialysis": None}
    order = {"dose": "6 mg", "frequency": DAILY}
    assert unanswered(ask(formulary, order, patient=unknown), "kidney") == ("creatinine_clearance", "hemodialysis")
    assert unanswered(ask(formulary, order, patient=unknown | {"hemodialysis": False}), "kidney") is None
    assert unanswered(ask(formulary, order | {"dose": "5 mg"}, patient=unknown), "kidney") is None


@pytest.mark.parametrize(
    ("taken", "fires"),
    [
        ({"start_date": "2026-11-08"}, True),
        ({"start_date": "2026-11-09"}, False),
        ({"start_date": "2026-11-08", "as_needed": True}, False),
        ({}, False),
    ],
)
def test_the_use_that_an_order_replaces_counts_for_its_end(tmp_path: Path, taken: dict[str, Any], fires: bool) -> None:
    formulary = small_formulary(tmp_path, STOP)
    medication = {"drug": "exampline", "form": "tablet", "dose": "30 mg", "frequency": DAILY, **taken}
    order = {"dose": "30 mg", "frequency": DAILY, "duration": "5 days", "replaces": 0}
    found = finding(ask(formulary, order, patient={"medications": [medication]}), "stop")
    assert (found is not None) is fires


@pytest.mark.parametrize(("ended", "fires"), [("2026-11-30", True), ("2026-11-28", False)])
def test_use_that_ended_the_day_before_counts_too(tmp_path: Path, ended: str, fires: bool) -> None:
    formulary = small_formulary(tmp_path, STOP)
    medication = {"drug": "exampline", "form": "tablet", "dose": "30 mg", "frequency": DAILY}
    medication |= {"start_date": "2026-10-01", "end_date": ended}
    order = {"dose": "30 mg", "frequency": DAILY, "duration": "5 days"}
    found = finding(ask(formulary, order, patient={"medications": [medication]}), "stop")
    assert (found is not None) is fires


def test_a_fall_from_the_dose_that_an_order_replaces_is_a_cut(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, PACE)
    taken = {"drug": "exampline", "form": "tablet", "dose": "40 mg", "frequency": DAILY, "start_date": "2026-10-01"}

    def changed(dose: str) -> Any:
        order = {"dose": dose, "frequency": DAILY, "replaces": 0}
        return finding(ask(formulary, order, patient={"medications": [taken]}), "pace")

    assert changed("30 mg") is None
    assert changed("29 mg") is not None


@pytest.mark.parametrize(("second", "fires"), [("2026-12-28", True), ("2026-12-29", False)])
def test_days_between_doses_count_over_orders(tmp_path: Path, second: str, fires: bool) -> None:
    formulary = small_formulary(tmp_path, MONTHLY)
    once = {"dose": "1 mg", "frequency": DAILY, "duration": "1 day"}
    found = finding(ask(formulary, once, {**once, "start_date": second}), "apart")
    assert (found is not None) is fires


@pytest.mark.parametrize(("given", "fires"), [("2026-11-03", False), ("2026-11-04", True)])
def test_days_between_doses_count_from_a_medication_that_is_over(tmp_path: Path, given: str, fires: bool) -> None:
    formulary = small_formulary(tmp_path, MONTHLY)
    once = {"dose": "1 mg", "frequency": DAILY, "duration": "1 day"}
    taken = {**once, "drug": "exampline", "form": "tablet", "start_date": given, "end_date": given}
    found = finding(ask(formulary, once, patient={"medications": [taken]}), "apart")
    assert (found is not None) is fires


PREGNANT = {"age": "30 years", "sex": "female", "pregnant": True, "breastfeeding": False}


@pytest.mark.parametrize(
    ("weeks", "length", "days"),
    [
        ("19 weeks", "7 days", None),
        ("19 weeks", "8 days", ((8, 8),)),
        ("20 weeks", "1 day", ((1, 1),)),
        ("19 weeks", None, None),
    ],
)
def test_the_weeks_of_pregnancy_go_on_with_the_order(
    tmp_path: Path, weeks: str, length: str | None, days: tuple[tuple[int, int], ...] | None
) -> None:
    rules = '- id: late\n  kind: max-daily-dose\n  limit: 1 mg/d\n  when: {gestational_age: ">= 20 wk"}\n'
    formulary = small_formulary(tmp_path, rules)
    found = finding(ask(formulary, steps(("2 mg", length)), patient={**PREGNANT, "gestational_age": weeks}), "late")
    assert (found.days if found is not None else None) == days


def test_dialysis_answers_what_asks_for_a_low_function(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, when("egfr", '"< 30 mL/min/{1.73_m2}"'))
    order = {"dose": "1 mg", "frequency": DAILY}
    unknown = {"egfr": None, "creatinine_clearance": None}
    assert finding(ask(formulary, order, patient={**unknown, "hemodialysis": True}), "state") is not None
    assert unanswered(ask(formulary, order, patient={**unknown, "hemodialysis": False}), "state") == ("egfr",)


def test_days_together_with_a_medication_whose_days_nobody_states_are_not_checked(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, "- id: days\n  kind: max-duration\n  limit: 5 d\n  together: true\n")
    stopped = {"drug": "exampline", "form": "tablet", "dose": "1 mg", "frequency": DAILY, "stopped": True}
    order = {"dose": "1 mg", "frequency": DAILY, "duration": "5 days"}
    assert unanswered(ask(formulary, order, patient={"medications": [stopped]}), "days") == ("end_date",)


def test_a_form_is_known_for_the_routes_that_its_products_name(tmp_path: Path) -> None:
    formulary = small_formulary(tmp_path, "- id: most\n  kind: max-daily-dose\n  limit: 10 mg/d\n")
    injection = (
        "{form: injection, route: [intravenous], strength: 1 mg / 1 mL, source: invented-label, evidence: label}"
    )
    path = tmp_path / "monographs" / "exampline.yaml"
    path.write_text(path.read_text().replace("products:\n", f"products:\n  - {injection}\n"))
    formulary = load(tmp_path)
    order = {"form": "injection", "dose": "11 mg", "frequency": DAILY}
    assert finding(ask(formulary, {**order, "route": "intravenous"}), "most") is not None
    joint = ask(formulary, {**order, "route": "intra-articular"})
    assert joint.decision is Decision.CANNOT_ASSESS and joint.findings[0].code == "unknown-form"
