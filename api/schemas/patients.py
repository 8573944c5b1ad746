"""Who the orders are for. Every field may be absent, and absent is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from marshmallow import fields

from api.errors import Fault
from api.schemas.base import NamingSchema, RequestSchema
from api.schemas.naming import TermsField
from api.schemas.orders import MedicationSchema, OrdersField
from api.schemas.plain import CodeField, DateField, FlagField
from api.schemas.quantities import (
    AGE,
    ALBUMIN,
    BILIRUBIN,
    CELLS,
    CLEARANCE,
    CREATININE,
    EGFR,
    ENZYME,
    GESTATIONAL_AGE,
    HEIGHT,
    QTC,
    WEIGHT,
    BareNumberField,
    QuantityField,
)
from dosing.numbers import decimal_text
from dosing.patient import DEGREES, Patient, completed_months
from dosing.units import Quantity, words

_ENZYME_LIMIT = "The upper end of the laboratory's normal range."


class LaboratorySchema(RequestSchema):
    """Results of the laboratory, each with its unit."""

    alanine_aminotransferase = QuantityField(ENZYME)
    alanine_aminotransferase_upper_limit = QuantityField(ENZYME, description=_ENZYME_LIMIT)
    neutrophils = QuantityField(CELLS)
    bilirubin = QuantityField(BILIRUBIN)
    albumin = QuantityField(ALBUMIN)
    inr = BareNumberField(description="International normalized ratio, without a unit.", example="1.7")
    qtc = QuantityField(QTC)


class PatientSchema(NamingSchema):
    """The facts that a rule may need. A rule whose input is missing is not checked, and the answer says so."""

    age = QuantityField(AGE, description="The age on as_of; birth_date is more exact.")
    birth_date = DateField()
    sex = CodeField(("female", "male"))
    weight = QuantityField(WEIGHT)
    height = QuantityField(HEIGHT)
    serum_creatinine = QuantityField(CREATININE)
    creatinine_clearance = QuantityField(CLEARANCE, description="Wins over a computed one.")
    egfr = QuantityField(EGFR)
    hemodialysis = FlagField()
    hepatic_impairment = CodeField(DEGREES)
    ascites = CodeField(("none", "mild", "moderate"))
    encephalopathy = CodeField(("none", "grade-1", "grade-2", "grade-3", "grade-4"))
    laboratory = fields.Nested(LaboratorySchema())
    child_pugh = CodeField(("A", "B", "C"))
    tpmt = CodeField(("normal", "intermediate", "poor"))
    nudt15 = CodeField(("normal", "intermediate", "poor"))
    pregnant = FlagField()
    gestational_age = QuantityField(GESTATIONAL_AGE)
    breastfeeding = FlagField()
    opioid_experience = CodeField(("naive", "tolerant"))
    conditions = TermsField("conditions", "What the patient has. An empty list: nothing of the list.")
    allergies = TermsField("allergies", "Drugs, classes and other allergens. An empty list: none known.")
    medications = OrdersField(
        MedicationSchema, least=0, description="What the patient takes already. An empty list: nothing."
    )

    def settle(self, values: dict[str, Any], sent: Mapping[str, object]) -> list[Fault]:
        faults = [
            Fault(f"/{name}", "contradiction", f"The patient is male, and {said}.", "Correct one of the two.")
            for name, said in (
                ("pregnant", "pregnant"),
                ("breastfeeding", "breastfeeding"),
                ("gestational_age", "has a gestational age"),
            )
            if values.get("sex") == "male" and values.get(name)
        ]
        if values.get("pregnant") is False and "gestational_age" in values:
            detail = "The patient is not pregnant, and has a gestational age."
            faults.append(Fault("/gestational_age", "contradiction", detail, "Correct one of the two."))
        return faults

    def build(self, values: dict[str, Any]) -> Patient:
        if "medications" in values:
            values["medications"] = tuple(values["medications"])
        return Patient(**values)


def age_faults(patient: Patient, as_of: date) -> list[Fault]:
    """Whether birth date and age can hold on the day of the question, each alone and both together."""
    birth = patient.birth_date
    if birth is None:
        return []
    if birth > as_of:
        detail = f"The patient is born on {birth}, after the day of the question, {as_of}."
        return [Fault("/birth_date", "contradiction", detail)]
    months = completed_months(birth, as_of)
    if AGE.most is not None and months > AGE.most.amount("a") * 12:
        return [Fault("/birth_date", "out-of-range", f"That is more than {words(AGE.most)} ago.")]
    if patient.age is not None and int(patient.age.value) != (lived := _lived(birth, as_of, patient.age)):
        unit = patient.age.unit
        by_birth = words(Quantity(Fraction(lived), unit))
        detail = f"By the birth date the patient is {by_birth} old, by the age {decimal_text(patient.age.value)[0]}."
        return [Fault("/age", "contradiction", detail, "Send one of the two, or correct one.")]
    return []


def _lived(birth: date, as_of: date, age: Quantity) -> int:
    """The completed years, months, weeks or days since birth, in the unit the age was stated in."""
    if age.unit.code == "a":
        return completed_months(birth, as_of) // 12
    if age.unit.code == "mo":
        return completed_months(birth, as_of)
    return (as_of - birth).days // (7 if age.unit.code == "wk" else 1)
