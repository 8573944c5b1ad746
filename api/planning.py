"""From a request that was understood to the schedule object: planned, checked, ready to be stored. No web here.

Every face plans through this module: the routes, the page and the command line refuse in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from api.answers.plans import plan_answer
from api.answers.verdicts import check_answer, finding_answer
from api.errors import Fault, Problem
from api.identity import new_id
from api.json_text import quantity
from api.reading import NumberLiteral
from api.services import Services
from dosing.patient import Patient, completed_months
from schedules import switch, taper, titration
from schedules.going import Asked, RevisionRequest
from schedules.layout import NotDispensable
from schedules.plan import Infeasible, Plan, PlanError, UnsafeSchedule
from schedules.revision import revise
from schedules.switch import SwitchRequest
from schedules.titration import TitrationRequest
from schedules.ways_down import TaperRequest

PLANNERS: Mapping[type, Callable[..., Plan]] = MappingProxyType(
    {TitrationRequest: titration.plan, TaperRequest: taper.plan, SwitchRequest: switch.plan}
)


@dataclass(frozen=True, slots=True)
class Print:
    """What stands on the paper and nowhere else: it is not stored and not logged."""

    patient_name: str = ""
    prescriber: str = ""
    phone: str = ""
    language: str = "en"
    large_print: bool = False
    paper: str = "letter"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plan that is asked for, and what is to be printed on it."""

    request: Asked
    print: Print | None = None


@dataclass(frozen=True, slots=True)
class RevisionWanted:
    """A revision that is asked for, and what is to be printed on it."""

    request: RevisionRequest
    print: Print | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A plan as it was stored: its number, the plan, and what it was planned from, understood and as it was sent."""

    number: str
    plan: Plan
    wanted: Wanted
    request: Mapping[str, object]


def revised(
    services: Services, stored: Stored, wanted: RevisionWanted, asked: Mapping[str, object]
) -> dict[str, object]:
    """The schedule object of the plan that takes the place of a stored one; `asked` is the JSON of the change.

    The facts of today are kept with the new plan, so that its own changes are judged by them and not by older ones.
    What cannot be done is a Problem.
    """
    with refusals(services):
        made = revise(stored.plan, stored.number, stored.wanted.request, wanted.request, services.formulary)
    request = {name: _written(value) for name, value in stored.request.items()}
    patient = wanted.request.patient
    if patient is not None:
        request = {**request, "patient": kept(asked, patient, made)["patient"]}
    return schedule_of(services, made, stored.wanted.request, request)


def planned(services: Services, wanted: Wanted, asked: Mapping[str, object]) -> dict[str, object]:
    """The schedule object of a request; `asked` is its JSON. What the planner refuses is a Problem."""
    with refusals(services):
        made = PLANNERS[type(wanted.request)](wanted.request, services.formulary)
    return schedule_of(services, made, wanted.request, kept(asked, wanted.request.patient, made))


def schedule_of(services: Services, made: Plan, wanted: Asked, request: Mapping[str, object]) -> dict[str, object]:
    """The schedule object of a plan; `wanted` is what was understood of it, `request` what was sent."""
    before = wanted.from_drug if isinstance(wanted, SwitchRequest) else None
    check = check_answer(made.screening, services.parts, new_id())
    return plan_answer(made, check, services.formulary, new_id(), request, before)


@contextmanager
def refusals(services: Services) -> Iterator[None]:
    """What a planner refuses, as the Problem that says so."""
    try:
        yield
    except PlanError as error:
        raise Problem.of([Fault(f"/{error.field}", error.code, error.detail, error.hint)]) from error
    except NotDispensable as error:
        nearest = [quantity(amount) for amount in error.nearest]
        raise Problem("not-dispensable", str(error), wanted=quantity(error.wanted), nearest=nearest) from error
    except Infeasible as error:
        raise Problem(
            "infeasible",
            str(error),
            binding_limit=finding_answer(error.binding, services.parts),
            nearest_target=quantity(error.nearest) if error.nearest is not None else None,
        ) from error
    except UnsafeSchedule as error:
        findings = [finding_answer(finding, services.parts) for finding in error.findings]
        raise Problem("unsafe-schedule", str(error), findings=findings) from error


def kept(asked: Mapping[str, object], patient: Patient, made: Plan) -> dict[str, object]:
    """What was asked, as it is stored: without names, and with an age in place of a date of birth."""
    left = {name: _written(value) for name, value in asked.items() if name != "print"}
    told = left.get("patient")
    if patient.birth_date is not None and isinstance(told, dict):
        months = completed_months(patient.birth_date, made.start_date)
        age = {"value": months // 12, "unit": "a"} if months >= 24 else {"value": months, "unit": "mo"}
        left["patient"] = {**{name: value for name, value in told.items() if name != "birth_date"}, "age": age}
    return left


def _written(value: object) -> object:
    """JSON as it was read, to be written again: numbers digit by digit as they were sent."""
    if isinstance(value, NumberLiteral):
        return orjson.Fragment(str(value))
    if isinstance(value, Mapping):
        return {name: _written(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    return value
