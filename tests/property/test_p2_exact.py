"""P2: dose arithmetic is exact.

A naive reference that counts whole micrograms day by day says the same as the core about what every day holds, what
seven days in a row hold, and how often a dose is taken, for single orders and for several that overlap. At every
numeric limit of the formulary, one smallest unit below it, on it and one above it are told apart, in every unit that a
dose, an interval or a duration may be written in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.days import day_number
from dosing.timeline import Course, combined, heaviest_week, lay
from dosing.units import UNITS, Quantity
from tests.figures import FULL, figure
from tests.property import naive
from tests.property.generated import AS_OF, DRUG, KINDS, WEIGHT, Said, said_orders
from tests.property.limits import LEFT_OUT, Probe, numbers_of, outcome, probes
from tests.reading_cases import formulary

WATCHED = 120
MICROGRAMS = 1000


def laid(said: Sequence[Said]) -> tuple[tuple[Course, ...], date]:
    """The orders as the core lays them, with the date of day 1."""
    day_one = min(item.naive.start for item in said)
    weight = Quantity(Fraction(WEIGHT), UNITS["kg"])
    return tuple(lay(item.order, DRUG, day_one, AS_OF, weight) for item in said), day_one


def day_by_day(course: Course) -> dict[int, naive.Day]:
    """The runs of a course as days; no day is in two runs."""
    days: dict[int, naive.Day] = {}
    for run in course.runs:
        for day in range(run.first, min(run.last or WATCHED, WATCHED) + 1):
            assert day not in days
            amounts = [amount * MICROGRAMS for amount in (run.single, run.total, run.least)]
            assert all(amount.denominator == 1 for amount in amounts)
            days[day] = naive.Day(*map(int, amounts), run.count)
    return days


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=figure(10_000, 200))
@given(said=st.data())
def test_every_day_and_every_week_hold_what_counting_says(kind: str, said: st.DataObject) -> None:
    orders = [said.draw(said_orders(kind, international=True))]
    others = st.sampled_from(KINDS).flatmap(lambda other: said_orders(other, international=True))
    orders += said.draw(st.lists(others, max_size=2))
    courses, day_one = laid(orders)
    counted = [naive.days_of(item.naive, AS_OF) for item in orders]

    for course, days in zip(courses, counted, strict=True):
        expected = {number: held for day, held in days.items() if (number := day_number(day, day_one)) <= WATCHED}
        assert day_by_day(course) == expected

    sums = naive.added(counted)
    if not sums:
        return
    watched = {
        number: (Fraction(most, MICROGRAMS), Fraction(least, MICROGRAMS))
        for day, (most, least) in sums.items()
        if (number := day_number(day, day_one)) <= WATCHED
    }
    assert {
        day: (stretch.total, stretch.least)
        for stretch in combined(courses)
        for day in range(stretch.first, min(stretch.last or WATCHED, WATCHED) + 1)
    } == watched
    heaviest = heaviest_week(courses)
    assert heaviest is not None
    assert heaviest[0] * MICROGRAMS == naive.heaviest_week(sums)
    first = day_one + timedelta(days=heaviest[1] - 1)
    assert heaviest[0] * MICROGRAMS == sum(sums.get(first + timedelta(days=offset), (0, 0))[0] for offset in range(7))


PROBES = list(probes())


@pytest.mark.parametrize(
    ("number", "probe"), list(enumerate(PROBES)), ids=[f"{probe.rule} {probe.name}" for probe in PROBES]
)
def test_a_limit_parts_what_is_one_unit_below_at_and_above_it(number: int, probe: Probe) -> None:
    """In every accepted unit; in the short run in one of them, another one for each limit."""
    for code in probe.codes if FULL else (probe.codes[number % len(probe.codes)],):
        for offset, breaks in zip((-1, 0, 1), probe.breaks, strict=True):
            value = probe.limit + offset * probe.smallest
            if value > 0:
                question = probe.build(value, code)
                expected = ("finding",) if breaks else probe.quiet
                assert outcome(question, probe.rule) in expected, (code, offset, question.orders)


def test_every_number_of_every_rule_is_probed() -> None:
    """What is left out stands in `limits.LEFT_OUT`, by field and with a reason."""
    numbers = {
        (rule.id, name) for rule in formulary().rules.values() if not rule.superseded for name in numbers_of(rule)
    }
    assert numbers - {(probe.rule, probe.field) for probe in PROBES} == set()


def test_what_is_left_out_is_there_and_has_a_reason() -> None:
    assert {name for name, reason in LEFT_OUT.items() if not reason} == set()
