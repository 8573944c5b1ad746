"""Creatinine clearance after Cockcroft and Gault, on the actual weight, with what the other weights give."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary
from dosing.measures.body import adjusted_body_weight, ideal_body_weight
from dosing.measures.model import Measure, NotComputed, lacking, nothing
from dosing.patient import Patient
from dosing.units import UNITS, Quantity


def creatinine_clearance(patient: Patient, on: date, formulary: Formulary) -> Measure | NotComputed:
    """Creatinine clearance in mL/min: as stated, else Cockcroft-Gault on the actual weight, for adults."""
    ideal = ideal_body_weight(patient, formulary)
    return clearance_by_weights(ideal, adjusted_body_weight(ideal, patient, formulary), patient, on, formulary)


def clearance_by_weights(
    ideal: Measure | NotComputed, adjusted: Measure | NotComputed, patient: Patient, on: date, formulary: Formulary
) -> Measure | NotComputed:
    """Creatinine clearance, the ideal and the adjusted weight being known already, where they can be."""
    if patient.creatinine_clearance is not None:
        return Measure(patient.creatinine_clearance.to("mL/min"), "stated")
    formula = formulary.formulas["cockcroft-gault"]
    age, sex, weight, creatinine = patient.age_on(on), patient.sex, patient.weight, patient.serum_creatinine
    if age is None or sex is None or weight is None or creatinine is None:
        inputs = {"age": age, "sex": sex, "weight": weight, "serum_creatinine": creatinine}
        return lacking("Cockcroft-Gault", inputs)
    none = nothing({"weight": weight, "serum_creatinine": creatinine})
    if none is not None:
        return none
    least_age = formula.constants["least_age"]
    if age < least_age:
        return NotComputed(f"Cockcroft-Gault is for adults, from {least_age} years.", ("creatinine_clearance",))
    per_kg = (formula.constants["age"] - age) / (
        formula.constants["divisor"] * creatinine_in_mg_per_dl(creatinine, formulary)
    )
    if per_kg <= 0:
        return NotComputed("Cockcroft-Gault gives no positive value at this age.", ("creatinine_clearance",))
    if sex == "female":
        per_kg *= formula.constants["female"]
    weights = {"actual": weight}
    if isinstance(ideal, Measure):
        weights["ideal"] = ideal.value
    if isinstance(adjusted, Measure):
        weights["adjusted"] = adjusted.value
    by_weight = {name: Quantity(per_kg * kept.amount("kg"), UNITS["mL/min"]) for name, kept in weights.items()}
    return Measure(
        by_weight["actual"],
        "cockcroft-gault",
        formula.source,
        "actual",
        by_weight,
        {"age": Quantity(age, UNITS["a"]), "sex": sex, "weight": weight, "serum_creatinine": creatinine},
        also=conversion_sources(creatinine, formulary),
        domain=formula.domain,
    )


def creatinine_in_mg_per_dl(creatinine: Quantity, formulary: Formulary) -> Fraction:
    """Serum creatinine in mg/dL; a molar value is converted by the cited factor."""
    if _is_molar(creatinine):
        return creatinine.amount("umol/L") / formulary.formulas["serum-creatinine"].constants["umol_per_l"]
    return creatinine.amount("mg/dL")


def conversion_sources(creatinine: Quantity, formulary: Formulary) -> tuple[Source, ...]:
    """Who says how a molar value is converted; nobody is needed for other units."""
    return (formulary.formulas["serum-creatinine"].source,) if _is_molar(creatinine) else ()


def _is_molar(creatinine: Quantity) -> bool:
    return creatinine.unit.dimension == UNITS["umol/L"].dimension
