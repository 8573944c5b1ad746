"""The liver: Child-Pugh from laboratory values, and the degree of impairment that everything known allows."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from dosing.formulary.kinds import Source
from dosing.formulary.model import Formulary
from dosing.measures.model import ChildPugh, NotComputed, lacking, nothing
from dosing.patient import DEGREES, Patient
from dosing.units import UNITS, Quantity, words

DEGREE_OF_CLASS: Final = {"A": "mild", "B": "moderate", "C": "severe"}


def child_pugh(patient: Patient, computed: ChildPugh | NotComputed) -> ChildPugh | NotComputed:
    """The class as it is stated, which has no score; else as it is computed."""
    if patient.child_pugh is None:
        return computed
    note = ""
    if isinstance(computed, ChildPugh) and computed.grade != patient.child_pugh:
        note = (
            f"The laboratory values and signs give {computed.score} points, class {computed.grade}. "
            "Orders are judged by the stricter class."
        )
    return ChildPugh(None, patient.child_pugh, "stated", note=note)


def child_pugh_by_laboratory(patient: Patient, formulary: Formulary) -> ChildPugh | NotComputed:
    """The Child-Pugh score and class, from all five criteria; one of them alone says nothing."""
    bilirubin, albumin, ratio = (patient.laboratory.get(name) for name in ("bilirubin", "albumin", "inr"))
    ascites, encephalopathy = patient.ascites, patient.encephalopathy
    if bilirubin is None or albumin is None or ratio is None or ascites is None or encephalopathy is None:
        criteria = {
            "bilirubin": bilirubin,
            "albumin": albumin,
            "inr": ratio,
            "ascites": ascites,
            "encephalopathy": encephalopathy,
        }
        return lacking("Child-Pugh", criteria)
    none = nothing({"bilirubin": bilirubin, "albumin": albumin, "inr": ratio})
    if none is not None:
        return none
    formulas = formulary.formulas
    bilirubin_points, also = _bilirubin(bilirubin, formulary)
    points = {
        "bilirubin": bilirubin_points,
        "albumin": _fewer_is_worse(albumin.amount("g/dL"), "child-pugh-albumin", formulary),
        "inr": _more_is_worse(ratio.value, "child-pugh-inr", formulary),
        "ascites": int(formulas["child-pugh-ascites"].constants[ascites]),
        "encephalopathy": int(formulas["child-pugh-encephalopathy"].constants[encephalopathy]),
    }
    score = sum(points.values())
    note = ""
    other = formulas["child-pugh-albumin-other"]
    difference = _fewer_is_worse(albumin.amount("g/dL"), other.name, formulary) - points["albumin"]
    if difference:
        also += (other.source,)
        note = (
            f"The published tables disagree about an albumin of {words(albumin)}: one that begins three points below "
            f"{words(Quantity(other.constants['two_from'], UNITS['g/dL']))} gives {score + difference} points, "
            f"class {_class(score + difference, formulary)}."
        )
    return ChildPugh(
        score,
        _class(score, formulary),
        "child-pugh",
        formulas["child-pugh"].source,
        points,
        {
            "bilirubin": bilirubin,
            "albumin": albumin,
            "inr": ratio,
            "ascites": ascites,
            "encephalopathy": encephalopathy,
        },
        note,
        tuple(dict.fromkeys(also)),
    )


def hepatic_degrees(patient: Patient, computed: ChildPugh | NotComputed) -> frozenset[str]:
    """The degrees of liver impairment that are possible; of what is stated and what is computed, the strictest counts.

    Somebody with cirrhosis has some degree of it, whatever is stated. A computed class A without cirrhosis is what a
    healthy liver scores too: it says no more than that nothing worse is there.
    """
    cirrhosis = patient.conditions is not None and "cirrhosis" in patient.conditions
    grades = [patient.child_pugh] if patient.child_pugh is not None else []
    healthy = isinstance(computed, ChildPugh) and computed.grade == "A" and not cirrhosis
    if isinstance(computed, ChildPugh) and not healthy:
        grades.append(computed.grade)
    degrees = [DEGREE_OF_CLASS[grade] for grade in grades]
    if patient.hepatic_impairment is not None:
        degrees.append(patient.hepatic_impairment)
    strictest = max(map(DEGREES.index, degrees), default=None)
    if strictest is None and healthy:
        return frozenset(DEGREES[:2])
    if strictest is None or (cirrhosis and strictest == 0):
        return frozenset(DEGREES[1:] if cirrhosis else DEGREES)
    return frozenset({DEGREES[strictest]})


def _bilirubin(bilirubin: Quantity, formulary: Formulary) -> tuple[int, tuple[Source, ...]]:
    """Molar values have thresholds of their own, which the tables print; nothing is converted."""
    if bilirubin.unit.dimension != UNITS["umol/L"].dimension:
        return _more_is_worse(bilirubin.amount("mg/dL"), "child-pugh-bilirubin", formulary), ()
    molar = formulary.formulas["child-pugh-bilirubin-molar"]
    return _more_is_worse(bilirubin.amount("umol/L"), molar.name, formulary), (molar.source,)


def _more_is_worse(value: Fraction, name: str, formulary: Formulary) -> int:
    """Two points from one end of a range to the other, both included; one below it and three above."""
    constants = formulary.formulas[name].constants
    return 1 if value < constants["two_from"] else 2 if value <= constants["two_to"] else 3


def _fewer_is_worse(value: Fraction, name: str, formulary: Formulary) -> int:
    """The same the other way round."""
    constants = formulary.formulas[name].constants
    return 1 if value > constants["two_to"] else 2 if value >= constants["two_from"] else 3


def _class(score: int, formulary: Formulary) -> str:
    """The last class that begins at this score or below it."""
    begins = formulary.formulas["child-pugh"].constants
    return max(grade for grade, least in begins.items() if score >= least)
