"""The questions about the patient, the same in every form. None of them is ever filled in by guess."""

from __future__ import annotations

from api.forms.fields import YES_OR_NO, Field, Section

_LIVER = (("none", "none"), ("mild", "mild"), ("moderate", "moderate"), ("severe", "severe"))
_FACTS = (
    Field("age", "Age", "number", "/patient/age", unit="years", unit_words="years"),
    Field("sex", "Sex", "choice", "/patient/sex", choices=(("female", "female"), ("male", "male"))),
    Field("weight", "Weight", "number", "/patient/weight", unit="kg", unit_words="kg"),
    Field("height", "Height", "number", "/patient/height", unit="cm", unit_words="cm"),
    Field(
        "creatinine_clearance",
        "Creatinine clearance",
        "number",
        "/patient/creatinine_clearance",
        unit="mL/min",
        unit_words="mL/min",
        hint="If given, it counts before a computed one.",
    ),
    # No unit of its own: its two units differ by a factor that turns one plausible value into another.
    Field(
        "serum_creatinine",
        "Serum creatinine",
        "amount",
        "/patient/serum_creatinine",
        units=(("mg/dL", "mg/dL"), ("umol/L", "micromol/L")),
    ),
    Field(
        "egfr",
        "eGFR",
        "number",
        "/patient/egfr",
        unit="mL/min/1.73m2",
        unit_words="mL/min/1.73 m²",
    ),
    Field("hemodialysis", "On hemodialysis", "flag", "/patient/hemodialysis", choices=YES_OR_NO),
    Field("hepatic_impairment", "Liver impairment", "choice", "/patient/hepatic_impairment", choices=_LIVER),
    Field("pregnant", "Pregnant", "flag", "/patient/pregnant", choices=YES_OR_NO),
    Field("breastfeeding", "Breastfeeding", "flag", "/patient/breastfeeding", choices=YES_OR_NO),
    Field(
        "opioid_experience",
        "Used to opioids",
        "choice",
        "/patient/opioid_experience",
        choices=(("naive", "no (naive)"), ("tolerant", "yes (tolerant)")),
    ),
)
_LABORATORY = (
    Field(
        "alanine_aminotransferase",
        "Alanine aminotransferase",
        "number",
        "/patient/laboratory/alanine_aminotransferase",
        unit="U/L",
        unit_words="units/L",
    ),
    Field(
        "alanine_aminotransferase_upper_limit",
        "Its upper limit",
        "number",
        "/patient/laboratory/alanine_aminotransferase_upper_limit",
        unit="U/L",
        unit_words="units/L",
        hint="Of the laboratory that measured it.",
    ),
    Field("qtc", "QT interval, corrected", "number", "/patient/laboratory/qtc", unit="ms", unit_words="ms"),
)
_LISTS = (
    Field(
        "conditions",
        "Illnesses",
        "names",
        "/patient/conditions",
        none_known="None known",
        hint="Names between commas, such as sleep apnea, glaucoma.",
    ),
    Field(
        "allergies",
        "Allergies",
        "names",
        "/patient/allergies",
        none_known="None known",
        hint="Drugs, classes and others, between commas.",
    ),
    Field(
        "medications",
        "Other medicines",
        "names",
        "/patient/medications",
        none_known="Takes none",
        hint="Names between commas, without doses.",
    ),
)

PATIENT = (
    Section("The patient", _FACTS, "No name and no birth date: neither is needed, and neither is kept."),
    Section("Laboratory and heart", _LABORATORY),
    Section("Illnesses, allergies, medicines", _LISTS),
)
