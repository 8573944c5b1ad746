"""Titrations by example: what the founding cases ask for, on real products, checked by the same engine."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from dosing.finding import Decision
from dosing.formulary.loader import load
from dosing.patient import Patient
from dosing.units import Quantity, quantity
from schedules.layout import NotDispensable
from schedules.plan import Infeasible, Plan, PlanError, UnsafeSchedule
from schedules.regimen import Dose, Regimen, RegimenStep
from schedules.supply import supply
from schedules.titration import TitrationRequest, plan

FORMULARY = load()
ONE_STRENGTH = ((quantity("300 mg"), "capsule"),)


def patient(**said: object) -> Patient:
    known: dict[str, object] = {
        "age": quantity("54 years"),
        "sex": "male",
        "weight": quantity("70 kg"),
        "height": quantity("175 cm"),
        "creatinine_clearance": quantity("90 mL/min"),
        "hepatic_impairment": "none",
        "hemodialysis": False,
        "opioid_experience": "naive",
        "conditions": frozenset(),
        "allergies": frozenset(),
        "medications": (),
    }
    return Patient(**{**known, **said})  # type: ignore[arg-type]  # fields by name, as the cases give them


def asked(drug: str = "gabapentin", **said: object) -> TitrationRequest:
    known: dict[str, object] = {"start_date": date(2026, 12, 1), "patient": patient()}
    amounts = {
        name: quantity(value) if name in ("start_dose", "target", "step", "step_interval") else value
        for name, value in said.items()
        if isinstance(value, str)
    }
    return TitrationRequest(drug=drug, **{**known, **said, **amounts})  # type: ignore[arg-type]  # as above


def totals(made: Plan) -> dict[int, int]:
    """The daily dose in mg by the first day of each step."""
    return {step.first: int(step.daily.amount("mg/d")) for step in made.regimen.steps}


def doses(step: RegimenStep) -> list[tuple[str | None, int]]:
    return [(dose.when, int(dose.amount.amount("mg"))) for dose in step.doses]


def test_gabapentin_from_300_mg_in_the_evening_to_1800_mg_adds_up() -> None:
    made = plan(asked(start_dose="300 mg", target="1800 mg/day"), FORMULARY)
    assert totals(made) == {1: 300, 4: 600, 7: 900, 10: 1200, 13: 1500, 16: 1800}
    assert doses(made.regimen.steps[0]) == [("evening", 300)]
    assert doses(made.regimen.steps[-1]) == [("morning", 600), ("noon", 600), ("evening", 600)]
    assert made.target_reached
    assert made.regimen.days == 29
    assert [(dated.day, dated.date.isoformat()) for dated in made.reassessments] == [
        (15, "2026-12-15"),
        (29, "2026-12-29"),
    ]
    collected = supply(made.regimens, made.start_date)
    assert [(int(item.pieces.count), str(item.pieces.product.strength)) for item in collected] == [(129, "300 mg")]


def test_a_clearance_of_40_is_reached_as_700_mg_twice_a_day_and_says_why() -> None:
    kidneys = patient(creatinine_clearance=quantity("40 mL/min"))
    made = plan(asked(start_dose="300 mg", target="1400 mg/day", patient=kidneys), FORMULARY)
    last = made.regimen.steps[-1]
    assert doses(last) == [("morning", 700), ("evening", 700)]
    assert sorted(str(piece.product.strength) for piece in last.doses[0].pieces) == ["300 mg", "400 mg"]
    assert "2 doses a day" in next(item.why for item in made.chosen if item.field == "times_per_day")
    assert [ceiling.limit for ceiling in made.ceilings] == [quantity("1400 mg/d")]


@pytest.mark.parametrize(("strengths", "nearest"), [(None, "1400 mg/d"), (ONE_STRENGTH, "1200 mg/d")])
def test_1800_mg_is_out_of_reach_at_a_clearance_of_40(strengths: object, nearest: str) -> None:
    kidneys = patient(creatinine_clearance=quantity("40 mL/min"))
    with pytest.raises(Infeasible) as refusal:
        plan(asked(start_dose="300 mg", target="1800 mg/day", patient=kidneys, strengths=strengths), FORMULARY)
    assert refusal.value.binding.code == "renal-dose"
    assert refusal.value.nearest == quantity(nearest)


def test_without_a_target_a_weak_kidney_gets_its_own_maximum() -> None:
    made = plan(asked(patient=patient(creatinine_clearance=quantity("10 mL/min"))), FORMULARY)
    assert made.target == quantity("200 mg/d")
    assert doses(made.regimen.steps[-1]) == [("evening", 200)]


def test_without_a_clearance_a_plan_is_made_and_cannot_be_assessed() -> None:
    made = plan(asked(patient=patient(creatinine_clearance=None, weight=None)), FORMULARY)
    assert made.screening.verdict.decision is Decision.CANNOT_ASSESS


@pytest.mark.parametrize(
    ("step", "interval", "target", "days", "first_day"),
    [("300 mg/day", "3 days", "3600 mg/day", 40, 34), ("100 mg/day", "7 days", "900 mg/day", 60, 57)],
)
def test_the_target_is_reached_on_the_day_that_counting_gives(
    step: str, interval: str, target: str, days: int, first_day: int
) -> None:
    start = "300 mg" if step == "300 mg/day" else "100 mg"
    made = plan(asked(start_dose=start, step=step, step_interval=interval, target=target, days=days), FORMULARY)
    assert max(totals(made)) == first_day
    assert made.target_reached


def test_a_plan_that_is_shorter_than_its_climb_ends_and_says_so() -> None:
    made = plan(asked(start_dose="300 mg", target="1800 mg/day", days=10), FORMULARY)
    assert (made.regimen.days, made.target_reached) == (10, False)


def test_tramadol_rises_by_25_mg_and_then_by_50_mg_every_three_days() -> None:
    made = plan(asked("tramadol", target="200 mg/day", days=21), FORMULARY)
    assert totals(made) == {1: 25, 4: 50, 7: 75, 10: 100, 13: 150, 16: 200}
    codes = {finding.code for finding in made.screening.verdict.findings}
    assert "reassessment-due" in codes


def test_tramadol_beyond_200_mg_is_taken_as_needed_up_to_the_target() -> None:
    made = plan(asked("tramadol", target="400 mg/day", days=28), FORMULARY)
    last = made.regimen.steps[-1]
    assert (last.as_needed, last.interval, last.max_per_day) == (True, quantity("6 h"), quantity("400 mg/d"))


def test_over_75_years_tramadol_ends_at_300_mg() -> None:
    with pytest.raises(Infeasible) as refusal:
        plan(asked("tramadol", target="400 mg/day", days=28, patient=patient(age=quantity("78 years"))), FORMULARY)
    assert refusal.value.nearest == quantity("300 mg/d")


def test_under_12_years_no_target_would_make_tramadol_safe() -> None:
    with pytest.raises(UnsafeSchedule):
        plan(asked("tramadol", patient=patient(age=quantity("11 years"))), FORMULARY)


def test_pregabalin_goes_from_50_mg_to_100_mg_three_times_a_day() -> None:
    made = plan(asked("pregabalin"), FORMULARY)
    assert totals(made) == {1: 150, 8: 300}
    assert doses(made.regimen.steps[-1]) == [("morning", 100), ("noon", 100), ("evening", 100)]


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"start_dose": "600 mg"}, "start_dose", "outside-protocol"),
        ({"step": "600 mg/day"}, "step", "outside-protocol"),
        ({"step_interval": "1 days"}, "step_interval", "outside-protocol"),
        ({"protocol": "by-guess"}, "protocol", "unknown-protocol"),
        ({"target": "50 mg/day"}, "target", "out-of-range"),
        ({"strengths": ((quantity("350 mg"), "capsule"),)}, "strengths/0", "not-dispensable"),
    ],
)
def test_what_the_protocol_does_not_allow_is_refused_by_field(said: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(PlanError) as refusal:
        plan(asked(**said), FORMULARY)
    assert (refusal.value.field, refusal.value.code) == (field, code)


def test_a_target_that_capsules_cannot_make_names_those_that_they_can() -> None:
    with pytest.raises(NotDispensable) as refusal:
        plan(asked(start_dose="300 mg", target="1750 mg/day"), FORMULARY)
    assert set(refusal.value.nearest) == {quantity("1700 mg/d"), quantity("1800 mg/d")}


def test_pieces_that_do_not_add_up_are_no_dose() -> None:
    made = plan(asked(start_dose="300 mg", target="900 mg/day"), FORMULARY)
    pieces = made.regimen.steps[0].doses[0].pieces
    with pytest.raises(ValueError, match="do not add up"):
        Dose("evening", Quantity(Fraction(301), quantity("1 mg").unit), pieces)


def test_steps_with_a_gap_are_no_regimen() -> None:
    made = plan(asked(start_dose="300 mg", target="900 mg/day"), FORMULARY)
    first, second, *_ = made.regimen.steps
    with pytest.raises(ValueError, match="begin on day"):
        Regimen("gabapentin", "capsule", (first, RegimenStep(2, second.first + 1, second.last, second.doses)))


def test_the_same_request_gives_the_same_plan() -> None:
    request = asked(start_dose="300 mg", target="1800 mg/day")
    assert plan(request, FORMULARY) == plan(request, load())
