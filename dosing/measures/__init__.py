"""Numbers computed from the patient, each with its formula, inputs and source; what cannot be computed says why.

The constants stand in the formulary (`formulas.yaml`). Values are kept exact; only output is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dosing.formulary.model import Formulary
from dosing.measures.body import adjusted_body_weight, body_mass_index, body_surface_area, ideal_body_weight
from dosing.measures.clearance import clearance_by_weights, creatinine_clearance, creatinine_in_mg_per_dl
from dosing.measures.filtration import estimated_filtration
from dosing.measures.liver import child_pugh, child_pugh_by_laboratory, hepatic_degrees
from dosing.measures.model import ChildPugh, Deindexed, Measure, Measures, NotComputed
from dosing.patient import Patient

__all__ = [
    "ChildPugh",
    "Deindexed",
    "Measure",
    "Measured",
    "Measures",
    "NotComputed",
    "adjusted_body_weight",
    "body_mass_index",
    "body_surface_area",
    "creatinine_clearance",
    "creatinine_in_mg_per_dl",
    "ideal_body_weight",
    "measure",
]


@dataclass(frozen=True)
class Measured:
    """The measures of a patient on a day, each computed when it is first asked for, and once.

    No slots, because they are kept.
    """

    patient: Patient
    on: date
    formulary: Formulary

    @cached_property
    def creatinine_clearance(self) -> Measure | NotComputed:
        return clearance_by_weights(
            self.ideal_body_weight, self.adjusted_body_weight, self.patient, self.on, self.formulary
        )

    @cached_property
    def egfr(self) -> Measure | NotComputed:
        return estimated_filtration(self.body_surface_area, self.patient, self.on, self.formulary)

    @cached_property
    def ideal_body_weight(self) -> Measure | NotComputed:
        return ideal_body_weight(self.patient, self.formulary)

    @cached_property
    def adjusted_body_weight(self) -> Measure | NotComputed:
        return adjusted_body_weight(self.ideal_body_weight, self.patient, self.formulary)

    @cached_property
    def body_surface_area(self) -> Measure | NotComputed:
        return body_surface_area(self.patient, self.formulary)

    @cached_property
    def body_mass_index(self) -> Measure | NotComputed:
        return body_mass_index(self.patient, self.formulary)

    @cached_property
    def child_pugh(self) -> ChildPugh | NotComputed:
        return child_pugh(self.patient, self._child_pugh_by_laboratory)

    @cached_property
    def hepatic_degrees(self) -> frozenset[str]:
        """The degrees of liver impairment that are possible."""
        return hepatic_degrees(self.patient, self._child_pugh_by_laboratory)

    @cached_property
    def _child_pugh_by_laboratory(self) -> ChildPugh | NotComputed:
        return child_pugh_by_laboratory(self.patient, self.formulary)

    @property
    def all(self) -> Measures:
        """Every measure, sorted into those that could be computed and those that could not."""
        answers: dict[str, Measure | NotComputed] = {
            "creatinine_clearance": self.creatinine_clearance,
            "egfr": self.egfr,
            "ideal_body_weight": self.ideal_body_weight,
            "adjusted_body_weight": self.adjusted_body_weight,
            "body_surface_area": self.body_surface_area,
            "body_mass_index": self.body_mass_index,
        }
        computed = {name: answer for name, answer in answers.items() if isinstance(answer, Measure)}
        not_computed = {name: answer for name, answer in answers.items() if isinstance(answer, NotComputed)}
        if isinstance(self.child_pugh, NotComputed):
            return Measures(computed, not_computed | {"child_pugh": self.child_pugh})
        return Measures(computed, not_computed, self.child_pugh)


def measure(patient: Patient, on: date, formulary: Formulary) -> Measures:
    """Every measure of this patient on a day."""
    return Measured(patient, on, formulary).all
