"""Sentences about doses for the messages of findings: what was ordered, in words a prescriber reads."""

from __future__ import annotations

from dosing.posology import AfterDialysis, Every, Frequency, OnWeekdays, Sig, Times
from dosing.timeline import Course, DaySum
from dosing.units import Quantity, words

__all__ = ["frequency_words", "sig_words", "taken", "words"]

COUNTS = {1: "once", 2: "twice", 3: "three times", 4: "four times"}


def taken(stretch: DaySum, course: Course) -> str:
    """The subject of "… is 3,900 mg a day": one sig in words, or several orders together."""
    if len(stretch.courses) > 1:
        return f"The orders and medications with {course.drug} together are"
    for number, (first, last) in enumerate(course.spans):
        if first <= stretch.first and (last is None or stretch.first <= last) and number < len(course.order.steps):
            return f"{sig_words(course.order.steps[number].sig)} is"
    return f"{course.drug} is"


def sig_words(sig: Sig) -> str:
    """A sig as a phrase: "1,300 mg three times a day"."""
    if sig.parts:
        return " and ".join(f"{words(dose)} {_part(part)}" for part, dose in sig.parts)
    if sig.cycle:
        return f"{', then '.join(words(dose) for dose in sig.cycle)} in turn"
    if sig.dose is None:
        return "The dose"
    dose = words(sig.dose.high)
    if sig.dose.low != sig.dose.high:
        dose = f"{words(sig.dose.low)} to {dose}"
    often = f" {frequency_words(sig.frequency)}" if sig.frequency is not None else ""
    needed = " as needed" if sig.as_needed else ""
    ceiling = f", at most {words(sig.max_per_day)}" if sig.max_per_day is not None else ""
    return f"{dose}{often}{needed}{ceiling}"


def frequency_words(frequency: Frequency) -> str:
    """A frequency as a phrase: "three times a day", "every 4 to 6 hours", "on Mondays"."""
    match frequency:
        case Times(count=count, per=per):
            return f"{COUNTS.get(count, f'{count} times')} a {per}"
        case Every(low=low, high=high) if low == high:
            return f"every {words(low)}"
        case Every(low=low, high=high):
            return f"every {words(low)} to {words(high)}"
        case OnWeekdays(weekdays=weekdays, every=every, count=count):
            days = " and ".join(f"{day.capitalize()}s" for day in weekdays)
            return f"on {days}" if every is None else f"{count} times every {words(every)} from {days}"
        case AfterDialysis():
            return "after each dialysis session"


def _part(part: str) -> str:
    return {"noon": "at noon", "bedtime": "at bedtime"}.get(part, f"in the {part}")


def listed(quantities: tuple[Quantity, ...]) -> str:
    """Several quantities as a phrase: "300 mg or 400 mg"."""
    return " or ".join(words(quantity) for quantity in quantities)
