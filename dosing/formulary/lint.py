"""What a formulary that reads well may still have wrong: limits in a unit their kind cannot be compared in, maxima that
contradict each other, rules that can never apply, words that change nothing, protocols that leave their own range,
sources that nothing cites, reviews that are overdue.

`posology formulary lint` prints every fault and ends non-zero when there is one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from dosing.formulary.entry import Fault
from dosing.formulary.fitting import above_the_day, alike, unit_faults
from dosing.formulary.kinds import AdviceRule, DoseRule, Layer, Rule, StateRule, TableRule, When
from dosing.formulary.model import Formulary, Monograph, Protocol
from dosing.formulary.ways import protocol_faults, taper_faults
from dosing.vocabulary import ROUTE_OF_FORM, ROUTES

PURPOSES = frozenset({"indications", "not_indications", "intents"})
# Slots that hold or do not hold, whatever an order leaves out; what only a purpose leaves open is `if_unstated`'s.
NEVER_MISSING = PURPOSES | {"unless_indications", "as_needed", "self_care", "course_day"}
INJECTED = ROUTES - frozenset(route for route in ROUTE_OF_FORM.values() if route is not None)
ROUTES_OF_FORM = {form: frozenset({route}) if route else INJECTED for form, route in ROUTE_OF_FORM.items()}


def lint(formulary: Formulary, on: date) -> Iterator[Fault]:
    """Every fault on a day, with the file, the line and the cure."""
    for rule in formulary.rules.values():
        yield from _rule_faults(rule, formulary)
    # A way of a class is told of once, not once for every member.
    yield from dict.fromkeys(
        fault for monograph in formulary.monographs.values() for fault in _monograph_faults(monograph, formulary)
    )
    yield from _overdue(formulary, on)
    for source in formulary.sources.values():
        if source.id not in formulary.cited and source.file in formulary.files:
            yield Fault(source.file, source.line, f"nothing cites `{source.id}`.", "Cite it or remove it.")


def _overdue(formulary: Formulary, on: date) -> Iterator[Fault]:
    """Reviews that were due: one fault for a date of a file, however many rules have it."""
    reviews = {
        known.file: (known.review_by, known.lines.get("review_by", 1)) for known in formulary.monographs.values()
    }
    reviews |= formulary.reviews
    for file, (due, line) in reviews.items():
        if date.fromisoformat(due) < on:
            yield Fault(file, line, f"its review was due on {due}.", "Read its sources again and date the next review.")
    told = {(file, due) for file, (due, _) in reviews.items()}
    for rule in formulary.rules.values():
        if rule.review_by and (rule.file, rule.review_by) not in told and date.fromisoformat(rule.review_by) < on:
            told.add((rule.file, rule.review_by))
            what = f"its review was due on {rule.review_by}."
            yield _at(rule, what, "Read its source again and date the next review.")


def _at(rule: Rule, what: str, cure: str) -> Fault:
    return Fault(rule.file, rule.line, f"{rule.id}: {what}", cure)


def _rule_faults(rule: Rule, formulary: Formulary) -> Iterator[Fault]:
    yield from unit_faults(rule, formulary)
    yield from _when_faults(rule)
    yield from _idle_words(rule)
    yield from _unreachable(rule, formulary)
    if rule.layer is Layer.LOCAL and rule.file in formulary.files:
        yield _at(rule, "a local rule in the formulary itself.", "Move it to the hospital's own file.")
    if isinstance(rule, TableRule):
        yield from _table_faults(rule)


def _when_faults(rule: Rule) -> Iterator[Fault]:
    """Conditions that nothing can meet."""
    when = rule.when
    excepted = (when.not_indications or frozenset()) | (when.unless_indications or frozenset())
    if when.indications is not None and when.indications <= excepted:
        yield _at(rule, "it excepts every indication that it is for.", "Remove one of the two.")
    if when.conditions is not None and when.conditions <= (when.not_conditions or frozenset()):
        yield _at(rule, "it excepts every condition that it is for.", "Remove one of the two.")
    if when.sex == "male" and (when.pregnant or when.breastfeeding or when.gestational_age is not None):
        yield _at(rule, "no man is pregnant or breastfeeding.", "Remove one of the two.")


def _idle_words(rule: Rule) -> Iterator[Fault]:
    """Words about what is missing, where nothing can be."""
    stated = frozenset(rule.when.stated)
    if rule.if_unstated is not None:
        if rule.kind in ("contraindication", "pregnancy"):
            yield _at(rule, f"`if_unstated` in a {rule.kind}.", "Remove it: without the purpose, it is not checked.")
        elif stated.isdisjoint(PURPOSES):
            yield _at(rule, "`if_unstated` hangs on no purpose.", "Remove it, or name an indication or an intent.")
    plain = isinstance(rule, StateRule | AdviceRule) and rule.kind != "co-prescription"
    if rule.if_missing is not None and plain and stated <= NEVER_MISSING:
        yield _at(rule, "`if_missing`, where nothing can be missing.", "Remove it.")


def _unreachable(rule: Rule, formulary: Formulary) -> Iterator[Fault]:
    """A rule for forms or routes that no drug of its subject has, or of a class that no drug is of."""
    subjects = [
        known for known in formulary.monographs.values() if rule.subject in ("general", known.drug, *known.classes)
    ]
    if not subjects:
        yield _at(rule, f"no monograph is of the class {rule.subject}.", "Name the class in one, or remove the rule.")
        return
    if rule.when.forms is None and rule.when.routes is None:
        return
    forms = frozenset(form for known in subjects for form in known.forms)
    meant = forms if rule.when.forms is None else forms & rule.when.forms
    routes = frozenset(route for form in meant for route in ROUTES_OF_FORM[form])
    if not meant:
        yield _at(rule, "it is for forms that the drug does not have.", "Correct the form, or add the product.")
    elif rule.when.routes is not None and routes.isdisjoint(rule.when.routes):
        yield _at(rule, "it is for routes that its forms do not have.", "Correct the route, or add the product.")


def _table_faults(rule: TableRule) -> Iterator[Fault]:
    """A lower band never allows more than a higher one."""
    ordered = sorted(rule.bands, key=lambda band: (band.range.low is not None, band.range.low or 0))
    for lower, higher in itertools.pairwise(ordered):
        for field in ("max_daily", "max_single"):
            below, above = getattr(lower.row, field), getattr(higher.row, field)
            if below is not None and above is not None and alike(below, above) and below > above:
                what = f"{rule.id}: `{lower.range.text}` allows more than `{higher.range.text}`."
                yield Fault(rule.file, lower.line, what, "Correct one of the two.")


def _monograph_faults(monograph: Monograph, formulary: Formulary) -> Iterator[Fault]:
    own = [rule for rule in monograph.rules if rule.subject == monograph.drug]
    for key, held, cure in (
        ("products", monograph.products, "Nothing could be dispensed; add them."),
        ("rules", own, "An order would be judged by nothing; add them, or make it a partner."),
    ):
        if not held:
            yield Fault(monograph.file, monograph.lines.get(key, 1), f"{monograph.drug}: no {key}.", cure)
    for before, product in itertools.combinations(monograph.products, 2):
        if (before.form, before.strength, before.volume) == (product.form, product.strength, product.volume):
            what = f"{monograph.drug}: {product.form} {product.strength} stands twice."
            yield Fault(monograph.file, product.line, what, "Keep one of the two.")
    yield from _contradictions(own)
    yield from _way_faults(monograph, formulary)


def _way_faults(monograph: Monograph, formulary: Formulary) -> Iterator[Fault]:
    """Ways up and down that have a fault of their own, or none or two that are meant where none is named."""
    for kind, known in (("protocol", monograph.protocols), ("taper", monograph.tapers)):
        defaults = [way for way in known if way.default]
        if known and len(defaults) != 1:
            last = (defaults or known)[-1]
            yield Fault(
                last.file, last.line, f"{monograph.drug}: {len(defaults)} default {kind}s.", "Mark exactly one."
            )
        seen = set()
        for way in known:
            said = protocol_faults(way, formulary) if isinstance(way, Protocol) else taper_faults(way, formulary)
            for what, cure in said:
                subject = (
                    monograph.drug if way.file == monograph.file else way.file.rpartition("/")[2].removesuffix(".yaml")
                )
                yield Fault(way.file, way.line, f"{subject}, {kind} {way.id}: {what}", cure)
            if way.forms is not None and way.forms.isdisjoint(monograph.forms):
                what = f"{monograph.drug}, {kind} {way.id}: it is for forms that the drug does not have."
                yield Fault(way.file, way.line, what, "Correct the form, or add the product.")
            if way.id in seen:
                what = f"{monograph.drug}: {kind} {way.id} stands twice."
                yield Fault(way.file, way.line, what, "Give one another id.")
            seen.add(way.id)


def _contradictions(rules: list[Rule]) -> Iterator[Fault]:
    """Rules of one source that say the same twice, or a single dose above the day that holds it."""
    seen: dict[tuple[str, When, Layer], DoseRule] = {}
    for rule in rules:
        if not isinstance(rule, DoseRule) or rule.superseded:
            continue
        same = seen.setdefault((rule.kind, rule.when, rule.layer), rule)
        if same is not rule and (same.source, same.row) == (rule.source, rule.row):
            yield _at(rule, f"it says what {same.id} says.", "Keep one of the two.")
    for single, daily in itertools.product(rules, rules):
        if (
            isinstance(single, DoseRule)
            and isinstance(daily, DoseRule)
            and single.kind == "max-single-dose"
            and daily.kind == "max-daily-dose"
            and (single.when, single.layer) == (daily.when, daily.layer)
            and single.row.max_single is not None
            and daily.row.max_daily is not None
            and above_the_day(single.row.max_single, daily.row.max_daily)
        ):
            yield _at(single, f"one dose may be larger than the day of {daily.id}.", "Correct one of the two.")
