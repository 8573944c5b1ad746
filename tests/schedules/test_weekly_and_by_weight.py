"""Weekly drugs and doses by body weight, by example: methotrexate with folic acid, azathioprine, hydroxychloroquine."""

from __future__ import annotations

import pytest

from dosing.order import Order
from dosing.units import quantity
from schedules.layout import NotDispensable
from schedules.plan import PlanError
from schedules.regimen import EveryDays, OnWeekdays
from tests.property.plans import mean
from tests.schedules.asking import messages, of, patient, planned, totals, way_down, way_up, weekly


def test_methotrexate_is_on_one_weekday_and_folic_acid_on_the_six_others() -> None:
    made = planned(way_up("methotrexate", weekday="monday"))
    new, beside = of(made, "methotrexate"), of(made, "folic acid")
    assert {step.pattern for step in new.steps} == {OnWeekdays(("monday",))}
    assert [(str(step.weekly.value) if step.weekly else None, step.days) for step in new.steps] == [
        ("15/2", 28),
        ("25/2", 28),
        ("15", 29),
    ]
    (step,) = beside.steps
    assert isinstance(step.pattern, OnWeekdays)
    assert "monday" not in step.pattern.weekdays and len(step.pattern.weekdays) == 6
    assert messages(made, "co-prescription") == []


def test_without_a_weekday_it_is_that_of_the_first_day() -> None:
    made = planned(way_up("methotrexate"))
    assert made.regimen.steps[0].pattern == OnWeekdays(("tuesday",))
    assert [item.value for item in made.chosen if item.field == "weekday"] == ["tuesday"]


def test_folic_acid_that_is_taken_already_is_not_added() -> None:
    taking = Order("m", "folic acid", "folic acid")
    made = planned(way_up("methotrexate", weekday="monday", patient=patient(medications=(taking,))))
    assert [regimen.drug for regimen in made.regimens] == ["methotrexate"]
    assert "adds none" in next(item.why for item in made.chosen if item.field == "companion")


def test_methotrexate_is_filled_for_no_longer_than_its_rule_on_supply_allows() -> None:
    rules = [rule for rule in planned(way_up("methotrexate")).monograph.rules if rule.kind == "max-supply"]
    made = planned(way_up("methotrexate", weekday="monday"))
    limits = [int(rule.limit.amount("d")) for rule in rules]  # type: ignore[union-attr]  # rules on courses
    assert made.fill_days == min([30, *limits])
    assert messages(made, "max-supply") == []


def test_a_weekday_for_a_drug_of_every_day_is_refused() -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_up("gabapentin", weekday="monday"))
    assert (refusal.value.field, refusal.value.code) == ("weekday", "unusable-field")


def test_methotrexate_is_lowered_by_the_week() -> None:
    request = way_down("methotrexate", weekly("15 mg"), to="7.5 mg/week", step="2.5 mg/week", step_interval="4 weeks")
    assert totals(planned(request).regimen) == [("25/2", 28), ("10", 28), ("15/2", 28)]


def test_imm_241_azathioprine_at_80_kg_makes_the_most_of_what_is_meant() -> None:
    """Meant are 80, 120, 160 and 200 mg from weeks 0, 8, 12 and 16 on, in tablets of 50, 75 and 100 mg with halves."""
    made = planned(way_up("azathioprine", target="200 mg/day", patient=patient(weight=quantity("80 kg"))))
    assert totals(made.regimen) == [("75", 56), ("225/2", 28), ("150", 28), ("375/2", 28), ("200", 1)]


def test_without_a_weight_a_protocol_by_weight_is_refused_by_field() -> None:
    with pytest.raises(PlanError) as refusal:
        planned(way_up("azathioprine", patient=patient(weight=None)))
    assert (refusal.value.field, refusal.value.code) == ("patient/weight", "missing-field")


@pytest.mark.parametrize(
    ("weight", "held", "turns"),
    [
        ("40 kg", 200, 1),
        ("60 kg", 300, 2),
        ("70 kg", 300, 2),
        ("79.9 kg", 300, 2),
        ("80 kg", 400, 1),
        ("100 kg", 400, 1),
    ],
)
def test_hydroxychloroquine_is_the_most_that_tablets_make_of_5_mg_for_each_kilogram(
    weight: str, held: int, turns: int
) -> None:
    made = planned(way_up("hydroxychloroquine", patient=patient(weight=quantity(weight))))
    (stretch,) = made.regimen.stretches
    assert len(stretch) == turns
    assert mean(stretch, in_turn=True) == held
    assert messages(made, "weight-dose") == []


def test_days_that_take_turns_hold_400_and_200_mg() -> None:
    made = planned(way_up("hydroxychloroquine", patient=patient(weight=quantity("60 kg"))))
    assert [(step.pattern, str(step.daily.value)) for step in made.regimen.steps] == [
        (EveryDays(2, 1), "400"),
        (EveryDays(2, 2), "200"),
    ]


def test_a_target_that_no_tablets_make_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotDispensable) as refusal:
        planned(way_up("methotrexate", target="11 mg/week", weekday="monday"))
    assert set(refusal.value.nearest) == {quantity("10 mg/wk"), quantity("12.5 mg/wk")}
