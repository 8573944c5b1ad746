"""Requests for plans, written as a prescriber says them, for tests by example and for the laws."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from dosing.formulary.loader import load
from dosing.formulary.model import Formulary
from dosing.patient import Patient
from dosing.posology import DoseRange, Every, Frequency, OnWeekdays, Sig, Step, Times
from dosing.units import UNITS, Quantity, quantity
from schedules import switch, taper, titration
from schedules.going import Asked, RevisionRequest
from schedules.plan import Plan
from schedules.regimen import Regimen, RegimenStep
from schedules.revision import revise
from schedules.switch import SwitchRequest
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest

FORMULARY: Formulary = load()
# A Tuesday.
START = date(2026, 12, 1)
AMOUNTS = frozenset({"to", "taken_for", "step", "step_interval", "start_dose", "target"})


def patient(**said: object) -> Patient:
    known: dict[str, object] = {
        "age": quantity("54 years"),
        "sex": "male",
        "weight": quantity("70 kg"),
        "height": quantity("175 cm"),
        "creatinine_clearance": quantity("90 mL/min"),
        "hepatic_impairment": "none",
        "hemodialysis": False,
        "opioid_experience": "tolerant",
        "conditions": frozenset(),
        "allergies": frozenset(),
        "medications": (),
    }
    return Patient(**{**known, **said})  # type: ignore[arg-type]  # fields by name, as the cases give them


def once(dose: str, frequency: Frequency | None = None) -> tuple[Step, ...]:
    """One dose at a frequency, once a day where none is said."""
    amount = quantity(dose)
    return (Step(Sig(DoseRange(amount, amount), frequency or Times(1, "day"))),)


def times(dose: str, count: int) -> tuple[Step, ...]:
    return once(dose, Times(count, "day"))


def every(dose: str, interval: str) -> tuple[Step, ...]:
    return once(dose, Every(quantity(interval), quantity(interval)))


def weekly(dose: str, weekday: str = "monday") -> tuple[Step, ...]:
    return once(dose, OnWeekdays((weekday,)))


def parts(**doses: str) -> tuple[Step, ...]:
    return (Step(Sig(parts=tuple((part, quantity(dose)) for part, dose in doses.items()))),)


def cycle(*doses: str) -> tuple[Step, ...]:
    return (Step(Sig(cycle=tuple(map(quantity, doses)))),)


def _read(said: dict[str, object]) -> dict[str, object]:
    return {
        name: quantity(value) if name in AMOUNTS and isinstance(value, str) else value for name, value in said.items()
    }


def way_down(drug: str, taken: tuple[Step, ...], **said: object) -> TaperRequest:
    known: dict[str, object] = {"start_date": START, "patient": patient(), **_read(said)}
    return TaperRequest(drug=drug, taken=taken, **known)  # type: ignore[arg-type]  # fields by name


def way_up(drug: str, **said: object) -> TitrationRequest:
    known: dict[str, object] = {"start_date": START, "patient": patient(), **_read(said)}
    return TitrationRequest(drug=drug, **known)  # type: ignore[arg-type]  # fields by name


def change(down: TaperRequest | str, up: TitrationRequest, over: str | None = None) -> SwitchRequest:
    """From a drug that is taken, or from one of which only the name is known."""
    old, request = (down, None) if isinstance(down, str) else (down.drug, down)
    return SwitchRequest(old, request, up, quantity(over) if over is not None else None)


def planned(asked: Asked) -> Plan:
    if isinstance(asked, TitrationRequest):
        return titration.plan(asked, FORMULARY)
    if isinstance(asked, TaperRequest):
        return taper.plan(asked, FORMULARY)
    return switch.plan(asked, FORMULARY)


def revised(old: Plan, asked: Asked, action: str, from_day: int, **said: object) -> Plan:
    request = RevisionRequest(action=action, from_day=from_day, **_read(said))  # type: ignore[arg-type]  # by name
    return revise(old, "1", asked, request, FORMULARY)


def totals(regimen: Regimen) -> list[tuple[str, int]]:
    """What every step holds in a day with doses, as text, and for how many days."""
    return [(str(step.daily.value), step.days) for step in regimen.steps]


def doses(step: RegimenStep) -> dict[str | None, Fraction]:
    return {dose.when: dose.amount.value for dose in step.doses}


def of(made: Plan, drug: str) -> Regimen:
    return next(regimen for regimen in made.regimens if regimen.drug == drug)


def why(made: Plan, field: str) -> list[str]:
    return [item.why for item in made.chosen if item.field == field]


def messages(made: Plan, code: str) -> list[tuple[str, str]]:
    """Severity and words of every finding of a code, those that were merged under another too."""
    rows = [row for finding in made.screening.verdict.findings for row in (finding, *finding.merged)]
    return [(row.severity.name.lower(), row.message) for row in rows if row.code == code]


def amount(value: int | Fraction, unit: str) -> Quantity:
    return Quantity(Fraction(value), UNITS[unit])
