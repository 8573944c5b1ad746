"""Numbers computed from the patient, each with its formula, inputs and source; what cannot be computed says why.

The constants stand in the formulary (`formulas.yaml`). Values are kept exact; only output is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary
from dosing.numbers import decimal_text
from dosing.patient import Patient
from dosing.units import UNITS, Quantity


@dataclass(frozen=True, slots=True)
class Measure:
    """A computed or stated number: `by_weight` says what other weights would have given, `stated` that it was given."""

    value: Quantity
    formula: str
    source: Source | None = None
    weight_used: str | None = None
    by_weight: Mapping[str, Quantity] = field(default_factory=dict)
    inputs: Mapping[str, Quantity | str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotComputed:
    """Why a number cannot be had, and which fields would change that."""

    reason: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that could be computed for a patient, and everything that could not."""

    computed: Mapping[str, Measure]
    not_computed: Mapping[str, NotComputed]


def measure(patient: Patient, on: date, formulary: Formulary) -> Measures:
    """Every measure of this patient on a day."""
    return measures_with(creatinine_clearance(patient, on, formulary), patient, formulary)


def measures_with(clearance: Measure | NotComputed, patient: Patient, formulary: Formulary) -> Measures:
    """Every measure of this patient, the clearance being known already."""
    ideal = ideal_body_weight(patient, formulary)
    answers = {
        "creatinine_clearance": clearance,
        "ideal_body_weight": ideal,
        "adjusted_body_weight": adjusted_body_weight(ideal, patient, formulary),
    }
    return Measures(
        {name: answer for name, answer in answers.items() if isinstance(answer, Measure)},
        {name: answer for name, answer in answers.items() if isinstance(answer, NotComputed)},
    )


def creatinine_clearance(patient: Patient, on: date, formulary: Formulary) -> Measure | NotComputed:
    """Creatinine clearance in mL/min: as stated, else Cockcroft-Gault on the actual weight, for adults."""
    if patient.creatinine_clearance is not None:
        return Measure(patient.creatinine_clearance.to("mL/min"), "stated")
    formula = formulary.formulas["cockcroft-gault"]
    age = patient.age_on(on)
    needed = {
        "age": age,
        "sex": patient.sex,
        "weight": patient.weight,
        "serum_creatinine": patient.serum_creatinine,
    }
    missing = tuple(name for name, value in needed.items() if value is None)
    if age is None or patient.sex is None or patient.weight is None or patient.serum_creatinine is None:
        return NotComputed("Cockcroft-Gault needs what is missing.", missing)
    least_age = formula.constants["least_age"]
    if age < least_age:
        return NotComputed(f"Cockcroft-Gault is for adults, from {least_age} years.", ("creatinine_clearance",))
    creatinine = creatinine_in_mg_per_dl(patient.serum_creatinine, formulary)
    per_kg = (formula.constants["age"] - age) / (formula.constants["divisor"] * creatinine)
    if patient.sex == "female":
        per_kg *= formula.constants["female"]
    if per_kg <= 0:
        return NotComputed("Cockcroft-Gault gives no positive value at this age.", ("creatinine_clearance",))
    weights = {"actual": patient.weight}
    ideal = ideal_body_weight(patient, formulary)
    adjusted = adjusted_body_weight(ideal, patient, formulary)
    if isinstance(ideal, Measure):
        weights["ideal"] = ideal.value
    if isinstance(adjusted, Measure):
        weights["adjusted"] = adjusted.value
    by_weight = {name: Quantity(per_kg * weight.amount("kg"), UNITS["mL/min"]) for name, weight in weights.items()}
    return Measure(
        by_weight["actual"],
        "cockcroft-gault",
        formula.source,
        "actual",
        by_weight,
        {
            "age": Quantity(age, UNITS["a"]),
            "sex": patient.sex,
            "weight": patient.weight,
            "serum_creatinine": patient.serum_creatinine,
        },
    )


def creatinine_in_mg_per_dl(creatinine: Quantity, formulary: Formulary) -> Fraction:
    """Serum creatinine in mg/dL; a molar value is converted by the cited factor."""
    if creatinine.unit.dimension == UNITS["umol/L"].dimension:
        return creatinine.amount("umol/L") / formulary.formulas["serum-creatinine"].constants["umol_per_l"]
    return creatinine.amount("mg/dL")


def ideal_body_weight(patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Ideal body weight in kg after Devine; not defined below its base height."""
    if patient.height is None or patient.sex is None:
        missing = tuple(name for name in ("height", "sex") if getattr(patient, name) is None)
        return NotComputed("The ideal weight needs what is missing.", missing)
    formula = formulary.formulas["ideal-body-weight"]
    inches = patient.height.amount("cm") / formula.constants["cm_per_inch"]
    if inches < formula.constants["base_inches"]:
        base = formula.constants["base_inches"] * formula.constants["cm_per_inch"]
        return NotComputed(f"Devine's formula is not defined below {decimal_text(base)[0]} cm.", ())
    weight = formula.constants[patient.sex] + formula.constants["per_inch"] * (
        inches - formula.constants["base_inches"]
    )
    return Measure(
        Quantity(weight, UNITS["kg"]),
        "devine",
        formula.source,
        inputs={"height": patient.height, "sex": patient.sex},
    )


def adjusted_body_weight(ideal: Measure | NotComputed, patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Adjusted body weight in kg: the ideal weight and a cited share of what is above it."""
    if isinstance(ideal, NotComputed):
        return ideal
    if patient.weight is None:
        return NotComputed("The adjusted weight needs what is missing.", ("weight",))
    formula = formulary.formulas["adjusted-body-weight"]
    weight = ideal.value + (patient.weight - ideal.value) * formula.constants["factor"]
    return Measure(
        weight,
        "adjusted",
        formula.source,
        inputs={"weight": patient.weight, "ideal_body_weight": ideal.value},
    )
