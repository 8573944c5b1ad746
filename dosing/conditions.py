"""Does a rule apply? Each named slot of `when` is true, false or unknown; false wins, then unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dosing.case import Case
from dosing.days import date_of, day_number
from dosing.formulary.kinds import ALWAYS, Interval, When
from dosing.length import length_of
from dosing.measures import NotComputed
from dosing.patient import Patient
from dosing.timeline import A_DAY
from dosing.totals import count, scheduled_before
from dosing.units import UNITS, Quantity
from dosing.vocabulary import INJECTED, ROUTE_OF_FORM

# A rule that begins with a birthday is looked for this far into an order that goes on.
DAYS_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether a rule applies (None: unknown, because of `needs`), and from which day to which."""

    truth: bool | None
    needs: tuple[str, ...] = ()
    from_day: int = 1
    to_day: int | None = None


HOLDS = Holding(True)
FAILS = Holding(False)


def holds(when: When, case: Case) -> Holding:
    """Judge every stated slot; what is unknown is named once."""
    if when is ALWAYS:
        return HOLDS
    needs: list[str] = []
    from_day, to_day = 1, None
    for slot in when.stated:
        if slot == "duration" and when.prednisone_equivalent is not None:
            answer = _days_at(when.prednisone_equivalent, when.duration, case)
        else:
            answer = SLOTS[slot](getattr(when, slot), case)
        if answer is False:
            return FAILS
        if isinstance(answer, tuple):
            needs += answer
        elif isinstance(answer, Holding):
            if answer.truth is False:
                return FAILS
            from_day = max(from_day, answer.from_day)
            to_day = answer.to_day if to_day is None else min(to_day, answer.to_day or to_day)
    if needs:
        return Holding(None, tuple(dict.fromkeys(needs)), from_day, to_day)
    return HOLDS if from_day == 1 and to_day is None else Holding(True, (), from_day, to_day)


Answer = bool | tuple[str, ...] | Holding


def _age(interval: Interval, case: Case) -> Answer:
    """Age is taken on each day: a rule may begin or end with a birthday inside the order."""
    patient, day_one = case.patient, case.situation.day_one
    if patient.birth_date is None:
        # An age that is stated is the same on every day.
        return ("age",) if patient.age is None else _age_in(interval, patient, case.situation.as_of)
    first = date_of(max(case.course.first, case.situation.first_judged), day_one)
    last = case.course.last
    end = date_of(last, day_one) if last is not None else first + timedelta(days=DAYS_AHEAD)
    changes = [first, *patient.birthdays_between(first, end)]
    inside = [day for day in changes if _age_in(interval, patient, day)]
    if not inside:
        return False
    after = [day for day in changes if day > inside[-1]]
    return Holding(
        True,
        (),
        day_number(inside[0], day_one) if inside[0] > first else 1,
        day_number(after[0], day_one) - 1 if after else None,
    )


def _age_in(interval: Interval, patient: Patient, day: date) -> bool:
    age = patient.age_on(day)
    if age is None:
        return False
    return (age * 12 if interval.unit == "mo" else age) in interval


def _choice(allowed: frozenset[str], stated: str | None, need: str) -> Answer:
    return (need,) if stated is None else stated in allowed


def _among(allowed: frozenset[str], possible: frozenset[str], need: str) -> Answer:
    """For something that has one of several possible values."""
    if possible <= allowed:
        return True
    return False if possible.isdisjoint(allowed) else (need,)


def _forms(forms: frozenset[str], case: Case) -> Answer:
    return _among(forms, frozenset(case.possible_forms), "form")


def _routes(routes: frozenset[str], case: Case) -> Answer:
    if case.order.route is not None:
        return case.order.route in routes
    possible = case.order.routes(case.possible_forms)
    several = any(ROUTE_OF_FORM.get(form) is None for form in case.possible_forms)
    if not several:
        return _among(routes, possible, "route") if possible else ("route",)
    # An injection goes by several routes: whatever else it may be, that one is open.
    answer = _among(routes, possible | INJECTED, "route")
    return ("form",) if isinstance(answer, tuple) and case.order.form is None else answer


def _not_indications(excepted: frozenset[str], case: Case) -> Answer:
    indication = case.order.indication
    return ("indication",) if indication is None else indication not in excepted


def _conditions(conditions: frozenset[str], case: Case) -> Answer:
    known = case.patient.conditions
    return ("conditions",) if known is None else not known.isdisjoint(conditions)


def _not_conditions(excepted: frozenset[str], case: Case) -> Answer:
    known = case.patient.conditions
    return ("conditions",) if known is None else known.isdisjoint(excepted)


def _allergies(names: frozenset[str], case: Case) -> Answer:
    known = case.patient.allergies
    return ("allergies",) if known is None else not known.isdisjoint(names)


def _course_day(interval: Interval, case: Case) -> Answer:
    """Days of the course counted from its first: a label's first day or loading days have limits of their own."""
    first, last = case.course.first, case.course.last
    begins = int(interval.low or 0) + (0 if interval.low_closed or interval.low is None else 1)
    ends = None if interval.high is None else int(interval.high) - (0 if interval.high_closed else 1)
    from_day = first + max(begins, 1) - 1
    if last is not None and last < from_day:
        return False
    return Holding(True, (), from_day, None if ends is None else first + ends - 1)


def _weight(interval: Interval, case: Case) -> Answer:
    weight = case.patient.weight
    return ("weight",) if weight is None else weight.amount("kg") in interval


def _laboratory(interval: Interval, case: Case, name: str, unit: str) -> Answer:
    measured = case.patient.laboratory.get(name)
    return (name,) if measured is None else measured.amount(unit) in interval


def _alanine_aminotransferase(interval: Interval, case: Case) -> Answer:
    """In multiples of the laboratory's own upper limit: there is no common one."""
    names = ("alanine_aminotransferase", "alanine_aminotransferase_upper_limit")
    missing = tuple(name for name in names if name not in case.patient.laboratory)
    if missing:
        return missing
    measured, upper = (case.patient.laboratory[name].amount("U/L") for name in names)
    return upper > 0 and measured / upper in interval


def _duration(interval: Interval, case: Case) -> Answer:
    """An order that goes on is longer than anything, whatever its first supply."""
    length = length_of(case)
    if case.course.last is None:
        return interval.high is None
    return length is not None and Fraction(length.days) in interval


def _days_at(level: Interval, length: Interval | None, case: Case) -> Answer:
    """Whether the days in a row on which the patient has so much prednisone-equivalent are as many as that."""
    counted = count(case.situation, case.formulary.equivalences["prednisone-equivalent"])
    longest, days, until = 0, 0, None
    for stretch in counted.days:
        if stretch.total not in level:
            continue
        if stretch.last is None:
            return length is None or length.high is None
        days = days if until == stretch.first - 1 else 0
        days, until = days + stretch.last - stretch.first + 1, stretch.last
        longest = max(longest, days)
    return True if length is not None and Fraction(longest) in length else counted.needs or False


def _total(name: str, interval: Interval, case: Case) -> Answer:
    """Whether some judged day of the order holds so much of a sum over drugs."""
    counted = count(case.situation, case.formulary.equivalences[name])
    judged = [
        day
        for day in counted.days
        if (day.last is None or day.last >= case.situation.first_judged)
        and any(course.order is case.order for course in day.courses)
    ]
    if any(day.total in interval for day in judged):
        return True
    return counted.needs or False


def _clearance(interval: Interval, case: Case) -> Answer:
    """Any weight that puts the clearance into the range counts: the lower band is judged."""
    if case.patient.hemodialysis is True and Fraction(0) in interval:
        return True  # the lowest row, whatever the clearance
    measured = case.situation.clearance
    if isinstance(measured, NotComputed):
        return ("creatinine_clearance",)
    values = [measured.value, *measured.by_weight.values()]
    return any(value.amount("mL/min") in interval for value in values)


def _egfr(interval: Interval, case: Case) -> Answer:
    if case.patient.hemodialysis is True and Fraction(0) in interval:
        return True
    measured = case.situation.egfr
    return ("egfr",) if isinstance(measured, NotComputed) else measured.value.value in interval


def _hemodialysis(wanted: bool, case: Case) -> Answer:
    stated = case.patient.hemodialysis
    return ("hemodialysis",) if stated is None else stated == wanted


def _opioid_experience(wanted: str, case: Case) -> Answer:
    """As stated; else tolerant by dated use that reaches the cited amount and length, naive where medications are
    known and no opioid was taken before; anything else is unknown."""
    stated = case.patient.opioid_experience
    if stated is not None:
        return stated == wanted
    situation = case.situation
    if _used_to_opioids(case):
        return wanted == "tolerant"
    earlier = [order for order in situation.orders if (order.start_date or situation.as_of) < situation.as_of]
    known = case.patient.medications
    if known is not None and not any(
        "opioid" in case.formulary.classes_of(drug)
        for order in (*known, *earlier)
        for drug in situation.ingredients(order)
    ):
        return wanted == "naive"
    return ("opioid_experience",)


def _used_to_opioids(case: Case) -> bool:
    """Whether every one of the last days before the question held as much opioid as the cited definition asks."""
    tolerance = case.formulary.formulas["opioid-tolerance"].constants
    today, days = case.situation.first_judged, int(tolerance["days"])
    held = [
        total
        for total in scheduled_before(case.situation, case.formulary.equivalences["mme"])
        if total.total >= tolerance["mme_per_day"] and total.first < today
    ]
    return all(
        any(total.first <= day and (total.last is None or day <= total.last) for total in held)
        for day in range(today - days, today)
    )


def childbearing(case: Case) -> bool:
    """Whether pregnancy and breastfeeding are asked about: not for males, nor outside the stated ages."""
    if case.patient.sex == "male":
        return False
    ages = case.formulary.formulas["childbearing"].constants
    age = case.patient.age_on(case.situation.as_of)
    return age is None or ages["from"] <= age <= ages["to"]


def _pregnant(wanted: bool, case: Case) -> Answer:
    if not childbearing(case):
        return not wanted
    stated = case.patient.pregnant
    return ("pregnant",) if stated is None else stated == wanted


def _gestational_age(interval: Interval, case: Case) -> Answer:
    if not childbearing(case) or case.patient.pregnant is False:
        return False
    stated = case.patient.gestational_age
    if stated is None:
        return ("gestational_age",) if case.patient.pregnant is True else ("pregnant", "gestational_age")
    # It is what it is on the day of the question, and a pregnancy goes on while the order does.
    situation, day = case.situation, Quantity(Fraction(1), UNITS["d"]).amount(interval.unit)
    asked = day_number(situation.as_of, situation.day_one)
    first, last = max(case.course.first, situation.first_judged), _last_known(case)
    weeks = stated.amount(interval.unit)
    inside = [number for number in range(first, last + 1) if weeks + (number - asked) * day in interval]
    return Holding(True, (), inside[0], inside[-1] if inside[-1] < last else None) if inside else False


def _last_known(case: Case) -> int:
    """The last day that an order is known to reach: its end, or that of its supply, or its first judged day."""
    first = max(case.course.first, case.situation.first_judged)
    if case.course.last is not None:
        return max(first, min(case.course.last, first + DAYS_AHEAD))
    length = length_of(case)
    return max(first, case.course.first + min(length.days, DAYS_AHEAD) - 1) if length is not None else first


def _breastfeeding(wanted: bool, case: Case) -> Answer:
    if not childbearing(case):
        return not wanted
    stated = case.patient.breastfeeding
    return ("breastfeeding",) if stated is None else stated == wanted


def _strengths(wanted: tuple[object, ...], case: Case) -> Answer:
    stated = (case.order.strengths or {}).get(case.drug)
    return ("strength",) if stated is None else stated in wanted


def _concentration(interval: Interval, case: Case) -> Answer:
    stated = (case.order.concentrations or {}).get(case.drug)
    if stated is not None:
        return stated.amount.amount("mg") / stated.volume.amount("mL") in interval
    liquid = any(form in ("oral solution", "oral suspension") for form in case.possible_forms)
    return ("concentration",) if liquid else False


def _daily_dose(interval: Interval, case: Case) -> Answer:
    if case.course.needs:
        return case.course.needs
    if interval.unit != A_DAY[case.course.unit].code:
        return False
    runs = case.course.judged(case.situation.first_judged)
    return any(run.total in interval for run in runs)


def _medications(partners: frozenset[str], case: Case) -> Answer:
    others = case.situation.medications
    named = [order for order in case.situation.orders if order is not case.order] + list(others or ())
    found = any(
        case.formulary.concerns(drug, partners) for order in named for drug in case.situation.ingredients(order)
    )
    return True if found else ("medications",) if others is None else False


SLOTS: dict[str, Callable[..., Answer]] = {
    "age": _age,
    "forms": _forms,
    "routes": _routes,
    "indications": lambda allowed, case: _choice(allowed, case.order.indication, "indication"),
    "not_indications": _not_indications,
    "intents": lambda allowed, case: _choice(allowed, case.order.intent, "intent"),
    "conditions": _conditions,
    "not_conditions": _not_conditions,
    "unless_indications": lambda excepted, case: case.order.indication not in excepted,
    "weight": _weight,
    "tpmt": lambda allowed, case: _choice(allowed, case.patient.tpmt, "tpmt"),
    "nudt15": lambda allowed, case: _choice(allowed, case.patient.nudt15, "nudt15"),
    "neutrophils": lambda interval, case: _laboratory(interval, case, "neutrophils", "10*3/uL"),
    "alanine_aminotransferase_multiple": _alanine_aminotransferase,
    "qtc": lambda interval, case: _laboratory(interval, case, "qtc", "ms"),
    "duration": _duration,
    "mme": lambda interval, case: _total("mme", interval, case),
    "prednisone_equivalent": lambda interval, case: _total("prednisone-equivalent", interval, case),
    "hepatic_impairment": lambda allowed, case: _among(allowed, case.situation.hepatic_degrees, "hepatic_impairment"),
    "creatinine_clearance": _clearance,
    "egfr": _egfr,
    "hemodialysis": _hemodialysis,
    "opioid_experience": _opioid_experience,
    "pregnant": _pregnant,
    "gestational_age": _gestational_age,
    "breastfeeding": _breastfeeding,
    "as_needed": lambda wanted, case: any(step.sig.as_needed for step in case.order.steps) == wanted,
    # An order is for self-care when it says so: rules for self-care are about what is written on a box in a shop.
    "self_care": lambda wanted, case: (case.order.self_care is True) == wanted,
    "allergies": _allergies,
    "ascites": lambda allowed, case: _choice(allowed, case.patient.ascites, "ascites"),
    "encephalopathy": lambda allowed, case: _choice(allowed, case.patient.encephalopathy, "encephalopathy"),
    "course_day": _course_day,
    "sex": lambda wanted, case: ("sex",) if case.patient.sex is None else case.patient.sex == wanted,
    "strengths": _strengths,
    "concentration": _concentration,
    "daily_dose": _daily_dose,
    "medications": _medications,
}
