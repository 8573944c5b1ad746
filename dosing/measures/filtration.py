"""Glomerular filtration rate: as stated, else CKD-EPI 2021 for adults and bedside Schwartz for children."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from dosing.formulary.kinds import Source
from dosing.formulary.model import Formula, Formulary
from dosing.measures.clearance import conversion_sources, creatinine_in_mg_per_dl
from dosing.measures.model import Deindexed, Measure, NotComputed, lacking, nothing
from dosing.measures.powers import product_of_powers
from dosing.patient import Patient
from dosing.units import UNITS, Quantity

UNIT = UNITS["mL/min/{1.73_m2}"]


def estimated_filtration(
    surface: Measure | NotComputed, patient: Patient, on: date, formulary: Formulary
) -> Measure | NotComputed:
    """eGFR in mL/min/1.73 m2, with an adult's category, and for the own body surface where that is known."""
    computed = _filtration(patient, on, formulary)
    if isinstance(computed, NotComputed):
        return computed
    rate, formula, inputs, also = computed
    deindexed = None
    if isinstance(surface, Measure):
        deindexed = _deindexed(rate, surface, formulary)
        also += (surface.source,) if surface.source is not None else ()
    category = _category(rate, patient, on, formulary)
    if category is not None:
        also += (formulary.formulas["gfr-categories"].source,)
    return Measure(
        Quantity(rate, UNIT),
        formula.name if formula is not None else "stated",
        formula.source if formula is not None else None,
        inputs=inputs,
        deindexed=deindexed,
        category=category,
        also=also,
        domain=formula.domain if formula is not None else "",
    )


_Rate = tuple[Fraction, Formula | None, Mapping[str, Quantity | str], tuple[Source, ...]]


def _filtration(patient: Patient, on: date, formulary: Formulary) -> _Rate | NotComputed:
    """The rate, its formula (None: stated), the inputs, and who says what is beside the formula."""
    if patient.egfr is not None:
        return patient.egfr.amount(UNIT.code), None, {}, ()
    age, creatinine = patient.age_on(on), patient.serum_creatinine
    adults = formulary.formulas["ckd-epi-2021"]
    if age is None:
        return lacking("eGFR", {"age": age, "sex": patient.sex, "serum_creatinine": creatinine})
    if age >= adults.constants["least_age"]:
        return _of_an_adult(age, patient, formulary)
    return _of_a_child(age, patient, formulary)


def _of_an_adult(age: Fraction, patient: Patient, formulary: Formulary) -> _Rate | NotComputed:
    """CKD-EPI 2021, without race."""
    formula, sex, creatinine = formulary.formulas["ckd-epi-2021"], patient.sex, patient.serum_creatinine
    if sex is None or creatinine is None:
        return lacking("CKD-EPI 2021", {"sex": sex, "serum_creatinine": creatinine})
    none = nothing({"serum_creatinine": creatinine})
    if none is not None:
        return none
    constants = formula.constants
    share = creatinine_in_mg_per_dl(creatinine, formulary) / constants[f"kappa_{sex}"]
    exponent = constants[f"below_{sex}"] if share < 1 else constants["above"]
    lead = constants["lead"] * (constants["female"] if sex == "female" else 1)
    rate = product_of_powers(lead, (share, -exponent), (constants["age_base"], age))
    inputs: dict[str, Quantity | str] = {
        "age": Quantity(age, UNITS["a"]),
        "sex": sex,
        "serum_creatinine": creatinine,
    }
    return rate, formula, inputs, conversion_sources(creatinine, formulary)


def _of_a_child(age: Fraction, patient: Patient, formulary: Formulary) -> _Rate | NotComputed:
    """Bedside Schwartz, from 1 year."""
    formula, height, creatinine = formulary.formulas["bedside-schwartz"], patient.height, patient.serum_creatinine
    if age < formula.constants["least_age"]:
        least, adult = _ages(formula, formulary)
        reason = f"Bedside Schwartz is for children from {least}, and CKD-EPI 2021 for adults from {adult}."
        return NotComputed(reason, ("egfr",))
    if height is None or creatinine is None:
        return lacking("Bedside Schwartz", {"height": height, "serum_creatinine": creatinine})
    none = nothing({"height": height, "serum_creatinine": creatinine})
    if none is not None:
        return none
    rate = formula.constants["factor"] * height.amount("cm") / creatinine_in_mg_per_dl(creatinine, formulary)
    inputs: dict[str, Quantity | str] = {
        "age": Quantity(age, UNITS["a"]),
        "height": height,
        "serum_creatinine": creatinine,
    }
    return rate, formula, inputs, conversion_sources(creatinine, formulary)


def _ages(schwartz: Formula, formulary: Formulary) -> tuple[str, str]:
    least, adult = schwartz.constants["least_age"], formulary.formulas["ckd-epi-2021"].constants["least_age"]
    return f"{least} year{'' if least == 1 else 's'}", f"{adult} years"


def _deindexed(rate: Fraction, surface: Measure, formulary: Formulary) -> Deindexed:
    """For the patient's own surface instead of the standard one: what drugs are cleared by."""
    standard = formulary.formulas["standard-body-surface"].constants["square_meters"]
    own = rate * surface.value.amount("m2") / standard
    return Deindexed(Quantity(own, UNITS["mL/min"]), surface.value, surface.formula)


def _category(rate: Fraction, patient: Patient, on: date, formulary: Formulary) -> str | None:
    """The category of an adult: the one with the highest lower end that the unrounded rate reaches."""
    age = patient.age_on(on)
    if age is None or age < formulary.formulas["ckd-epi-2021"].constants["least_age"]:
        return None
    reached = [(least, name) for name, least in formulary.formulas["gfr-categories"].constants.items() if rate >= least]
    return max(reached)[1]
