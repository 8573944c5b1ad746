"""What is judged: all orders of a request together, and within them one ingredient of one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dosing.days import day_number
from dosing.formulary.model import Combination, Formulary, Monograph
from dosing.measures import Measure, Measured, NotComputed
from dosing.order import Order
from dosing.patient import Patient
from dosing.timeline import Course, DaySum, combined, lay


@dataclass(frozen=True)
class Situation:
    """A request: orders to judge, the patient with current medications, and the days all of them are laid on.

    `earlier` is what a plan follows on: orders that are over, known even where nothing is known of medications.

    No slots, because what several rules ask for is computed once and kept.
    """

    orders: tuple[Order, ...]
    patient: Patient
    formulary: Formulary
    as_of: date
    earlier: tuple[Order, ...] = ()

    @cached_property
    def day_one(self) -> date:
        return min((order.start_date or self.as_of for order in self.orders), default=self.as_of)

    @cached_property
    def first_judged(self) -> int:
        """Days before `as_of` are counted and not judged."""
        return max(1, day_number(self.as_of, self.day_one))

    @cached_property
    def medications(self) -> tuple[Order, ...] | None:
        """The medications that go on, or None when nothing is known about them."""
        if self.patient.medications is None:
            return None
        return tuple(order for order in self.patient.medications if not order.is_past(self.as_of))

    @cached_property
    def past_medications(self) -> tuple[Order, ...]:
        past = tuple(order for order in self.patient.medications or () if order.is_past(self.as_of))
        return (*past, *self.earlier)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """Every ingredient of every order and of every current medication that no order replaces."""
        replaced = {order.replaces for order in self.orders if order.replaces is not None}
        laid = [self._lay(order, False) for order in self.orders]
        laid += [self._lay(order, True) for order in self.medications or () if order.given not in replaced]
        return tuple(course for courses in laid for course in courses)

    @cached_property
    def ended_courses(self) -> tuple[Course, ...]:
        """What was taken and is over, whatever is known of its days."""
        return tuple(course for order in self.past_medications for course in self._lay(order, True))

    def replaced_by(self, order: Order, drug: str) -> Course | None:
        """The course of the current medication that an order takes the place of."""
        if order.replaces is None:
            return None
        replaced = (course for course in self.replaced_courses if course.order.given == order.replaces)
        return next((course for course in replaced if course.drug == drug), None)

    @cached_property
    def replaced_courses(self) -> tuple[Course, ...]:
        """The current medications that an order takes the place of."""
        given = {order.replaces for order in self.orders} - {None}
        replaced = [known for known in self.medications or () if known.given in given]
        return tuple(course for known in replaced for course in self._lay(known, True))

    @cached_property
    def past_courses(self) -> tuple[Course, ...]:
        """What was taken and is over, as far as its days are stated."""
        return tuple(course for course in self.ended_courses if course.order.start_date is not None)

    @cached_property
    def courses_of(self) -> dict[str, tuple[Course, ...]]:
        found: dict[str, tuple[Course, ...]] = {}
        for course in self.courses:
            found[course.drug] = (*found.get(course.drug, ()), course)
        return found

    def sum_of(self, courses: tuple[Course, ...]) -> tuple[DaySum, ...]:
        """What some of the courses add up to, laid out once however many rules ask."""
        key = tuple(map(id, courses))
        known = self._sums.get(key)
        if known is None:
            known = self._sums[key] = tuple(combined(courses))
        return known

    @cached_property
    def _sums(self) -> dict[tuple[int, ...], tuple[DaySum, ...]]:
        return {}

    @cached_property
    def counted(self) -> dict[str, object]:
        """Kept by `totals.count`: the courses of each equivalence in their reference unit."""
        return {}

    @cached_property
    def measured(self) -> Measured:
        """The measures of the patient, each computed once, when a rule or the answer asks for it."""
        return Measured(self.patient, self.as_of, self.formulary)

    @property
    def clearance(self) -> Measure | NotComputed:
        return self.measured.creatinine_clearance

    @property
    def egfr(self) -> Measure | NotComputed:
        return self.measured.egfr

    @property
    def hepatic_degrees(self) -> frozenset[str]:
        """The degrees of liver impairment that are possible."""
        return self.measured.hepatic_degrees

    def ingredients(self, order: Order) -> tuple[str, ...]:
        if order.drug is None:
            return ()
        combination = self.formulary.combinations.get(order.drug)
        return combination.ingredients if combination is not None else (order.drug,)

    def known_drugs(self, beside: Order) -> tuple[str, ...]:
        """Every drug that is ordered beside an order, is taken, or was taken as far as that is stated."""
        others = [order for order in self.orders if order is not beside]
        return tuple(
            drug
            for order in (*others, *(self.patient.medications or ()), *self.earlier)
            for drug in self.ingredients(order)
        )

    def _lay(self, order: Order, medication: bool) -> list[Course]:
        return [
            lay(order, drug, self.day_one, self.as_of, self.patient.weight, medication=medication)
            for drug in self.ingredients(order)
        ]


@dataclass(frozen=True, slots=True)
class Case:
    """One ingredient of one order with its monograph: what a check is asked about."""

    situation: Situation
    order: Order
    course: Course
    monograph: Monograph

    @property
    def drug(self) -> str:
        return self.monograph.drug

    @property
    def patient(self) -> Patient:
        return self.situation.patient

    @property
    def formulary(self) -> Formulary:
        return self.situation.formulary

    @property
    def same_drug(self) -> tuple[Course, ...]:
        """Every course of this drug in the request, this one among them."""
        return self.situation.courses_of[self.monograph.drug]

    @property
    def possible_forms(self) -> tuple[str, ...]:
        if self.order.form is not None:
            return (self.order.form,)
        known = self.monograph.forms
        if self.combination is not None:
            known = tuple(dict.fromkeys(product.form for product in self.combination.products))
        return tuple(form for form in known if self.order.may_be(form))

    @property
    def combination(self) -> Combination | None:
        """The combination that was ordered, when the drug is one of its ingredients."""
        return self.formulary.combinations.get(self.order.drug or "")
