"""Size: ideal and adjusted weight, body surface, body mass index."""

from __future__ import annotations

from dosing.formulary.model import Formulary
from dosing.measures.model import Measure, NotComputed, lacking, nothing
from dosing.measures.powers import product_of_powers, square_root
from dosing.numbers import decimal_text
from dosing.patient import Patient
from dosing.units import UNITS, Quantity


def ideal_body_weight(patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Ideal body weight in kg after Devine; not defined below its base height."""
    height, sex = patient.height, patient.sex
    if height is None or sex is None:
        return lacking("Devine's formula", {"height": height, "sex": sex})
    formula = formulary.formulas["ideal-body-weight"]
    inches = height.amount("cm") / formula.constants["cm_per_inch"]
    if inches < formula.constants["base_inches"]:
        base = formula.constants["base_inches"] * formula.constants["cm_per_inch"]
        return NotComputed(f"Devine's formula is not defined below {decimal_text(base)[0]} cm.")
    weight = formula.constants[sex] + formula.constants["per_inch"] * (inches - formula.constants["base_inches"])
    return Measure(
        Quantity(weight, UNITS["kg"]),
        "devine",
        formula.source,
        inputs={"height": height, "sex": sex},
        domain=formula.domain,
    )


def adjusted_body_weight(ideal: Measure | NotComputed, patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Adjusted body weight in kg: the ideal weight and a cited share of what is above it."""
    weight = patient.weight
    if isinstance(ideal, NotComputed):
        needs = ideal.needs if weight is not None else (*ideal.needs, "weight")
        return NotComputed(f"The adjusted weight needs the ideal weight. {ideal.reason}", needs)
    if weight is None:
        return lacking("The adjusted weight", {"weight": weight})
    none = nothing({"weight": weight})
    if none is not None:
        return none
    formula = formulary.formulas["adjusted-body-weight"]
    return Measure(
        ideal.value + (weight - ideal.value) * formula.constants["factor"],
        "adjusted",
        formula.source,
        inputs={"weight": weight, "ideal_body_weight": ideal.value},
        domain=formula.domain,
    )


def body_surface_area(patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Body surface in m2 after Mosteller, with that of DuBois beside it."""
    height, weight = patient.height, patient.weight
    if height is None or weight is None:
        return lacking("The body surface", {"height": height, "weight": weight})
    none = nothing({"height": height, "weight": weight})
    if none is not None:
        return none
    centimeters, kilograms = height.amount("cm"), weight.amount("kg")
    mosteller, dubois = formulary.formulas["body-surface-mosteller"], formulary.formulas["body-surface-dubois"]
    by_mosteller = square_root(centimeters * kilograms / mosteller.constants["divisor"])
    by_dubois = product_of_powers(
        dubois.constants["factor"],
        (centimeters, dubois.constants["height_exponent"]),
        (kilograms, dubois.constants["weight_exponent"]),
    )
    value = Quantity(by_mosteller, UNITS["m2"])
    return Measure(
        value,
        "mosteller",
        mosteller.source,
        inputs={"height": height, "weight": weight},
        by_formula={"mosteller": value, "dubois": Quantity(by_dubois, UNITS["m2"])},
        also=(dubois.source,) if dubois.source is not mosteller.source else (),
    )


def body_mass_index(patient: Patient, formulary: Formulary) -> Measure | NotComputed:
    """Body mass index in kg/m2: the weight over the square of the height."""
    height, weight = patient.height, patient.weight
    if height is None or weight is None:
        return lacking("The body mass index", {"height": height, "weight": weight})
    none = nothing({"height": height, "weight": weight})
    if none is not None:
        return none
    formula = formulary.formulas["body-mass-index"]
    index = weight.amount("kg") / height.amount("m") ** int(formula.constants["height_power"])
    return Measure(
        Quantity(index, UNITS["kg/m2"]),
        "body-mass-index",
        formula.source,
        inputs={"height": height, "weight": weight},
    )
