"""The kinds of statement a formulary can make about a drug.

Code knows kinds of limit, never a limit: every number stands in cited YAML (see `loader`). All values are frozen;
what the loader lets through cannot be half-made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from dosing.units import Quantity

if TYPE_CHECKING:
    from dosing.finding import Severity


class Layer(Enum):
    """Who says so."""

    LABEL = "label"
    GUIDELINE = "guideline"
    SEED = "seed"
    LOCAL = "local"


class Evidence(Enum):
    """How well a number is confirmed: its text was read, a page citing it was read, or neither."""

    LABEL = "label"
    SECONDARY = "secondary"
    UNCONFIRMED = "unconfirmed"


class Action(Enum):
    """What a source says to do with a drug in a given state."""

    CONTRAINDICATED = "contraindicated"
    DO_NOT_USE = "do-not-use"
    AVOID = "avoid"
    NOT_RECOMMENDED = "not-recommended"
    CAUTION = "caution"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement was read: a label, a guideline or a founding document."""

    id: str
    title: str
    section: str
    year: int | None
    url: str
    publisher: str = ""
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of one measured thing, each end open or closed; a missing end is unbounded. Values share one unit."""

    text: str
    unit: str
    low: Fraction | None = None
    low_closed: bool = False
    high: Fraction | None = None
    high_closed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no value lies inside; what is measured is never below zero."""
        low = Fraction(0) if self.low is None else self.low
        low_closed = self.low is None or self.low_closed
        if self.high is None:
            return False
        return low > self.high or (low == self.high and not (low_closed and self.high_closed))

    def __contains__(self, value: Fraction) -> bool:
        if self.low is not None and (value < self.low or (value == self.low and not self.low_closed)):
            return False
        return not (self.high is not None and (value > self.high or (value == self.high and not self.high_closed)))


@dataclass(frozen=True, slots=True)
class When:
    """Named slots that must all hold for a rule to apply. A slot that is None says nothing."""

    age: Interval | None = None
    forms: frozenset[str] | None = None
    routes: frozenset[str] | None = None
    indications: frozenset[str] | None = None
    not_indications: frozenset[str] | None = None
    intents: frozenset[str] | None = None
    conditions: frozenset[str] | None = None
    not_conditions: frozenset[str] | None = None
    unless_indications: frozenset[str] | None = None
    allergies: frozenset[str] | None = None
    ascites: frozenset[str] | None = None
    encephalopathy: frozenset[str] | None = None
    course_day: Interval | None = None
    weight: Interval | None = None
    tpmt: frozenset[str] | None = None
    nudt15: frozenset[str] | None = None
    neutrophils: Interval | None = None
    alanine_aminotransferase_multiple: Interval | None = None
    qtc: Interval | None = None
    duration: Interval | None = None
    prednisone_equivalent: Interval | None = None
    mme: Interval | None = None
    hepatic_impairment: frozenset[str] | None = None
    creatinine_clearance: Interval | None = None
    egfr: Interval | None = None
    hemodialysis: bool | None = None
    opioid_experience: str | None = None
    pregnant: bool | None = None
    gestational_age: Interval | None = None
    breastfeeding: bool | None = None
    as_needed: bool | None = None
    self_care: bool | None = None
    sex: str | None = None
    strengths: tuple[Quantity, ...] | None = None
    concentration: Interval | None = None
    daily_dose: Interval | None = None
    medications: frozenset[str] | None = None
    stated: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        names = tuple(name for name in self.__slots__ if name != "stated" and getattr(self, name) is not None)
        object.__setattr__(self, "stated", names)


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class DoseRow:
    """Limits on how a drug is taken, or a word that it should not be. A missing limit says nothing.

    `times` is the number of doses a day of the row's regimen; `scale` is the value of the measure below which the
    amounts shrink in proportion; `supplement` is the dose after a dialysis session.
    """

    max_daily: Quantity | None = None
    min_daily: Quantity | None = None
    max_single: Quantity | None = None
    max_weekly: Quantity | None = None
    min_interval: Quantity | None = None
    times: int | None = None
    supplement: Quantity | None = None
    scale: Quantity | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a table by a measured function: the half-open range it holds for, and its limits."""

    range: Interval
    row: DoseRow
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One cited statement. `kind` is the code of the finding it gives; `severity` is what that finding weighs.

    `if_unstated` is what it weighs when the purpose that it hangs on is not stated, `if_missing` what the question
    weighs that any other missing input leaves open; `always` judges current medications
    too; `may_loosen` lets a hospital's own layer allow more.
    """

    id: str
    kind: str
    layer: Layer
    source: Source
    evidence: Evidence
    severity: Severity
    when: When = ALWAYS
    section: str = ""
    note: str = ""
    exception: str = ""
    effect: str = ""
    if_unstated: Severity | None = None
    if_missing: Severity | None = None
    always: bool = False
    may_loosen: bool = False
    superseded: bool = False
    also: tuple[Source, ...] = ()
    review_by: str = ""
    subject: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRule(Rule):
    """Limits on doses, days, weeks or intervals that hold while `when` holds.

    `below` says that a dose has to stay below the limit: the limit itself is already too much.
    """

    row: DoseRow
    below: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRule(Rule):
    """A limit on a dose, or on a day, for each kilogram of a named body weight: `share` of `limit`.

    `averaged` counts a pattern with the mean of its period, so that 200 and 400 mg in turn are 300 mg a day.
    """

    limit: Quantity
    weight: str
    share: Fraction = Fraction(1)
    averaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRule(Rule):
    """How often in any seven days a drug is taken; doses within `burst` of each other are one occasion.

    Without `occasions` it asks that the order names the weekday.
    """

    occasions: int | None = None
    burst: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule(Rule):
    """Limits by kidney function: bands that are contiguous and exhaustive from zero up."""

    measure: str
    bands: tuple[Band, ...]
    hemodialysis: DoseRow | None = None
    gaps: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRule(Rule):
    """A limit on a course: how long, how high a start, how large and how soon a step, how low a maintenance dose.

    `first` is the wait before the first rise, where it is another; `together` counts the days of every order and
    medication of the drug.
    """

    limit: Quantity
    first: Quantity | None = None
    together: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRule(Rule):
    """A limit on a sum over drugs, such as morphine milligram equivalents a day; `averaged` as in `WeightRule`."""

    equivalence: str
    limit: Quantity
    comparison: str = "<="
    averaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule(Rule):
    """A drug that should not be used (so) while `when` holds."""

    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRule(Rule):
    """A drug that should not meet another; `partners` are drugs and classes.

    `washout_partner` is the time between the partner's last dose and this drug's first, `washout_this` that between
    this drug's last and the partner's first. `itself` is the same drug in another order
    or medication. With `third`, one of that group
    must be there too; with `at_least`, so many different drugs, this one among them. `certain` is what it weighs when
    both are dated and share days, `planned` when a plan exchanges the two for each other.
    """

    partners: frozenset[str]
    action: Action
    washout_partner: Quantity | None = None
    washout_this: Quantity | None = None
    third: frozenset[str] | None = None
    itself: bool = False
    at_least: int | None = None
    certain: Severity | None = None
    planned: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplausibleRule(Rule):
    """A dose so far from the usual that a slip of the pen or of a unit is the likeliest reading."""

    multiple_of_start: Fraction | None = None
    at_least_multiple_of_start: Fraction | None = None
    mme_at_least: Quantity | None = None
    prednisone_equivalent_above: Quantity | None = None
    weekly_above: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRule(Rule):
    """How much scheduled use makes an abrupt end unsafe.

    `at_least` and `more_than` are lengths of use; `above` is the daily dose that counts as exposure, in the unit of
    `equivalence` when one is named; `descent` is the length of a falling end that is slow enough.
    """

    action: Action
    at_least: Quantity | None = None
    more_than: Quantity | None = None
    above: Quantity | None = None
    descent: Quantity | None = None
    equivalence: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """One row of a taper's pace: for daily doses in `range`, how much a cut may take off and how long a dose is held.

    `most` is an amount a day, or `percent` of the dose before the cut (`of_original`: of the highest dose).
    """

    range: Interval | None = None
    most: Quantity | None = None
    percent: Fraction | None = None
    of_original: bool = False
    every: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaperRule(Rule):
    """How fast a dose may fall between steps, after use that is long and high enough (as in `StopRule`) to matter."""

    action: Action
    cuts: tuple[Cut, ...]
    at_least: Quantity | None = None
    above: Quantity | None = None
    equivalence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRule(Rule):
    """Something that belongs beside the drug: another drug, a measurement, or its place among treatments.

    `least` is how much a week of the needed drug is enough; `unless_taken` silences a place in therapy.
    """

    action: Action
    needs: frozenset[str] = frozenset()
    least: Quantity | None = None
    unless_taken: frozenset[str] = frozenset()
    what: str = ""
    every: str = ""
