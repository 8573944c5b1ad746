"""What a formulary holds: drugs with their products, rules and protocols, and the lists that stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dosing.formulary.kinds import Evidence, Interval, Layer, Rule, Source
from dosing.units import Quantity


@dataclass(frozen=True, slots=True)
class Product:
    """A marketed strength and form, for some routes only where it names them.

    A liquid or a patch has a `concentration` or `rate` instead of a piece strength.

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
    routes: frozenset[str] | None = None
    note: str = ""
    line: int = field(default=0, compare=False)


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
class Companion:
    """A drug that a protocol gives beside its own: `dose` once a day on the days that the first drug leaves free."""

    drug: str
    dose: Quantity
    why: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Protocol:
    """A cited way to go up.

    `pattern` is `daily`, `weekly` (one named weekday) or `alternating` (days may take turns, their mean counts). The
    start is per dose (mg), or a day's total for each kilogram (mg/kg/d); rises and maintenance are per day, of a weekly
    drug per week, or for each kilogram, and then no more than `at_most`. `growing` fills parts of the day in turn.
    """

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
    pattern: str = "daily"
    at_most: Quantity | None = None
    companions: tuple[Companion, ...] = ()
    note: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a way down, for doses in `range`: how much a cut takes off, and how long a dose is held.

    A cut is `by` an amount, or `percent` of the dose before it (`of_original`: of the first dose). Where strengths are
    too coarse for it, one cut may take up to `most` or `most_percent` after a wait that is longer in proportion.
    With `within` the cuts are spread over that time, and `every` is None. A stretch with `to_percent` holds while the
    dose is above that share of the first dose; then the next one does.
    """

    source: Source
    evidence: Evidence
    range: Interval | None = None
    by: Quantity | None = None
    percent: Fraction | None = None
    of_original: bool = False
    most: Quantity | None = None
    most_percent: Fraction | None = None
    to_percent: Fraction | None = None
    every: Quantity | None = None
    within: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A dose of a printed table and how long it is held: per day, or for each kilogram and then at most `at_most`."""

    dose: Quantity
    lasts: Quantity
    at_most: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Taper:
    """A cited way down: stretches, a printed table of levels, or even steps over at least `over`.

    `taken_for` is the length of use that it is meant for. With an `equivalence` its amounts are in that reference.
    `below` says what to do where strengths allow no further cut.
    """

    id: str
    title: str
    layer: Layer
    source: Source
    evidence: Evidence
    default: bool
    indications: frozenset[str]
    forms: frozenset[str] | None
    taken_for: Interval | None
    stretches: tuple[Stretch, ...]
    levels: tuple[Level, ...]
    over: Quantity | None
    reassessments: tuple[Reassessment, ...]
    advice: tuple[str, ...]
    equivalence: str = ""
    below: str = ""
    note: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Restart:
    """After missed days the body is no longer used to the dose: who says so, and why."""

    why: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who has read a monograph, or the whole, against its sources, and on which day."""

    name: str
    on: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What the amounts of a monograph are amounts of (`salt` or `base`), and how much base is in how much salt.

    `other_names` are names of the drug that mean the other one.
    """

    stated: str
    salt: Quantity
    base: Quantity
    source: Source
    evidence: Evidence
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InternationalUnits:
    """How many international units of a drug are in how much of it by mass."""

    amount: Fraction
    per: Quantity
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Monograph:
    """All we state about one drug, the rules of its classes included."""

    drug: str
    title: str
    status: str
    review_by: str
    reviewers: tuple[Reviewer, ...]
    codes: Mapping[str, str]
    synonyms: tuple[str, ...]
    brands: tuple[str, ...]
    classes: frozenset[str]
    products: tuple[Product, ...]
    rules: tuple[Rule, ...]
    protocols: tuple[Protocol, ...] = ()
    tapers: tuple[Taper, ...] = ()
    restart: Restart | None = None
    facts: tuple[Fact, ...] = ()
    not_interchangeable: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    rules_of: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    basis: Basis | None = None
    international_units: InternationalUnits | None = None
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


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
    """The monographs and lists that stand together under one version and one hash of their content.

    `cited` are the sources that something names, `files` the files that were read, `reviews` the dates by which those
    of the classes are read again, with their lines. `replaced` are the rules that a hospital's own layer has loosened:
    they are shown and no longer judged.
    """

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
    replaced: frozenset[str] = frozenset()
    cited: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    reviews: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def classes_of(self, drug: str) -> frozenset[str]:
        """The classes of a known drug, with or without a monograph; none for an unknown one."""
        if drug in self.monographs:
            return self.monographs[drug].classes
        partner = self.partners.get(drug)
        return partner.classes if partner is not None else frozenset()

    def concerns(self, drug: str, partners: frozenset[str]) -> bool:
        """Whether a drug is named by `partners`, directly or by one of its classes."""
        return drug in partners or not partners.isdisjoint(self.classes_of(drug))
