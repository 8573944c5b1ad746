"""What a protocol gives beside its own drug: folic acid on the days on which there is no methotrexate."""

from __future__ import annotations

from dosing.formulary.model import Companion, Formulary, Protocol
from dosing.patient import Patient
from dosing.vocabulary import WEEKDAYS
from schedules.layout import MG, NotDispensable, one_dose
from schedules.plan import Chosen
from schedules.regimen import OnWeekdays, Regimen, RegimenStep
from schedules.steps import form_of

PART = "morning"


def beside(regimen: Regimen, protocol: Protocol, patient: Patient, formulary: Formulary) -> tuple[Regimen, ...]:
    """A regimen for every companion that the patient does not take already, over the days of the drug's own."""
    return tuple(
        _on_free_days(companion, regimen, formulary)
        for companion in protocol.companions
        if not taken_already(companion, patient, formulary)
    )


def chosen_beside(protocol: Protocol, patient: Patient, formulary: Formulary) -> tuple[Chosen, ...]:
    """Why each companion is in the plan or is not."""
    rows = []
    for companion in protocol.companions:
        if taken_already(companion, patient, formulary):
            why = f"{companion.drug} is among the medications; the plan adds none."
            rows.append(Chosen("companion", companion.drug, why, companion.source))
        else:
            rows.append(Chosen("companion", companion.drug, companion.why, companion.source))
    return tuple(rows)


def taken_already(companion: Companion, patient: Patient, formulary: Formulary) -> bool:
    """Whether a medication that goes on is the companion."""
    return any(
        known.drug is not None and companion.drug in _ingredients(known.drug, formulary) and known.end_date is None
        for known in patient.medications or ()
        if not known.stopped
    )


def _ingredients(drug: str, formulary: Formulary) -> tuple[str, ...]:
    combination = formulary.combinations.get(drug)
    return combination.ingredients if combination is not None else (drug,)


def _on_free_days(companion: Companion, regimen: Regimen, formulary: Formulary) -> Regimen:
    products = tuple(item for item in formulary.monographs[companion.drug].products if item.offered)
    dose = one_dose(companion.dose.amount("mg"), MG, products, PART)
    if dose is None:
        raise NotDispensable(companion.dose, ())
    taken = {day for step in regimen.steps if isinstance(step.pattern, OnWeekdays) for day in step.pattern.weekdays}
    free = OnWeekdays(tuple(day for day in WEEKDAYS if day not in taken))
    step = RegimenStep(1, regimen.first, regimen.days, (dose,), pattern=free)
    return Regimen(companion.drug, form_of(products), (step,), regimen.ends)
