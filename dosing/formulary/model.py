"""The kinds of statement a formulary can make about a drug.

Code knows kinds of limit, never a limit: every number stands in cited YAML (see `loader`). All values are frozen;
what the loader lets through cannot be half-made.
"""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of one measured thing, each end open or closed; a missing end is unbounded. Values share one unit."""

    text: str
    unit: str
    low: Fraction | None = None
    low_closed: bool = False
    high: Fraction | None = None
    high_closed: bool = False

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One cited statement. `kind` is the code of the finding it gives; `severity` is what that finding weighs."""

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
    superseded: bool = False
    also: tuple[Source, ...] = ()
    review_by: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRule(Rule):
    """Limits on doses, days, weeks or intervals that hold while `when` holds.

    `below` says that a dose has to stay below the limit: the limit itself is already too much.
    """

    row: DoseRow
    below: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule(Rule):
    """Limits by kidney function: bands that are contiguous and exhaustive from zero up."""

    measure: str
    bands: tuple[Band, ...]
    hemodialysis: DoseRow | None = None
    gaps: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRule(Rule):
    """A limit on a course: how long, how high a start, how large and how soon a step, how low a maintenance dose."""

    limit: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRule(Rule):
    """A limit on a sum over drugs, such as morphine milligram equivalents a day."""

    equivalence: str
    limit: Quantity
    comparison: str = "<="


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule(Rule):
    """A drug that should not be used (so) while `when` holds."""

    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRule(Rule):
    """A drug that should not meet another; `partners` are drugs and classes.

    `washout_partner` is the time between the partner's last dose and this drug's first.
    """

    partners: frozenset[str]
    action: Action
    washout_partner: Quantity | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRule(Rule):
    """Something that belongs beside the drug: another drug, a measurement, or its place among treatments."""

    action: Action
    needs: frozenset[str] = frozenset()
    what: str = ""
    every: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A marketed strength and form. A liquid or a patch has a `concentration` or `rate` instead of a piece strength.

    `pieces_per_unit` is 1 for what is never divided, 2 where a half, 4 where a quarter may be taken.
    """

    form: str
    strength: Quantity
    source: Source
    evidence: Evidence
    volume: Quantity | None = None
    pieces_per_unit: int = 1
    increment: Quantity | None = None
    rxnorm: str = ""
    offered: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A cited statement that is shown and decides nothing."""

    topic: str
    text: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Raise:
    """One stretch of a climb: so much a day, no sooner than, until a daily dose is reached."""

    by: Quantity
    every: Quantity
    at_least_every: Quantity
    until: Quantity
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Reassessment:
    """When somebody looks at the patient again, counted from the first day, and what for."""

    after: Quantity
    what: str
    source: Source


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """Use beyond a scheduled daily dose: as needed, no sooner than, up to a daily maximum."""

    every: Quantity
    beyond: Quantity
    until: Quantity


@dataclass(frozen=True, slots=True)
class Protocol:
    """A cited way to go up. `start_low` and `start_high` are per dose; `growing` fills parts of the day in turn."""

    id: str
    title: str
    layer: Layer
    source: Source
    evidence: Evidence
    default: bool
    indications: frozenset[str]
    forms: frozenset[str] | None
    start_low: Quantity
    start_high: Quantity
    start_times: int
    parts: tuple[str, ...]
    growing: bool
    raises: tuple[Raise, ...]
    maintenance_low: Quantity
    maintenance_high: Quantity
    reassessments: tuple[Reassessment, ...]
    advice: tuple[str, ...]
    as_needed: AsNeeded | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Monograph:
    """All we state about one drug, the rules of its classes included."""

    drug: str
    title: str
    status: str
    review_by: str
    codes: Mapping[str, str]
    synonyms: tuple[str, ...]
    brands: tuple[str, ...]
    classes: frozenset[str]
    products: tuple[Product, ...]
    rules: tuple[Rule, ...]
    protocols: tuple[Protocol, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_interchangeable: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    rules_of: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Combination:
    """A product of several ingredients; its dose is counted in pieces or millilitres."""

    drug: str
    ingredients: tuple[str, ...]
    synonyms: tuple[str, ...]
    products: tuple[CombinationProduct, ...]


@dataclass(frozen=True, slots=True)
class CombinationProduct:
    """One marketed strength of a combination: an amount of each ingredient in one piece or volume."""

    form: str
    strengths: Mapping[str, Quantity]
    volume: Quantity | None
    rxnorm: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Factor:
    """How much of the reference one unit of a drug counts for, in which forms."""

    drug: str
    factor: Fraction
    per: str
    forms: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DoseClass:
    """A named range of a daily total."""

    name: str
    range: Interval


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A dated, cited factor set: how doses of several drugs are added up."""

    name: str
    title: str
    unit: str
    dated: str
    source: Source
    evidence: Evidence
    factors: Mapping[str, tuple[Factor, ...]]
    no_factor: Mapping[str, str]
    routes: frozenset[str]
    classes: tuple[DoseClass, ...] = ()
    classes_source: Source | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """A drug that rules name and that has no monograph."""

    drug: str
    codes: Mapping[str, str]
    classes: frozenset[str]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a closed list: an indication, a condition or an allergy."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Advice:
    """Words for the patient's sheet, with who says so."""

    code: str
    text: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Formula:
    """A published formula: its constants, bare numbers in the units it is printed in; `domain`: for whom, in words."""

    name: str
    title: str
    constants: Mapping[str, Fraction]
    source: Source
    evidence: Evidence
    note: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Formulary:
    """The monographs and lists that stand together under one version and one hash of their content."""

    version: str
    sha256: str
    signed_off: bool
    monographs: Mapping[str, Monograph]
    combinations: Mapping[str, Combination]
    partners: Mapping[str, Partner]
    names: Mapping[str, str]
    classes: Mapping[str, str]
    members: Mapping[str, frozenset[str]]
    rules: Mapping[str, Rule]
    equivalences: Mapping[str, Equivalence]
    indications: Mapping[str, Term]
    conditions: Mapping[str, Term]
    allergies: Mapping[str, Term]
    advice: Mapping[str, Advice]
    sources: Mapping[str, Source]
    formulas: Mapping[str, Formula]
    general: tuple[Rule, ...] = ()

    def classes_of(self, drug: str) -> frozenset[str]:
        """The classes of a known drug, with or without a monograph; none for an unknown one."""
        if drug in self.monographs:
            return self.monographs[drug].classes
        partner = self.partners.get(drug)
        return partner.classes if partner is not None else frozenset()

    def concerns(self, drug: str, partners: frozenset[str]) -> bool:
        """Whether a drug is named by `partners`, directly or by one of its classes."""
        return drug in partners or not partners.isdisjoint(self.classes_of(drug))
