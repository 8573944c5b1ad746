"""Rules in words that a pharmacist reads: what is limited, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dosing.formulary.kinds import (
    AdviceRule,
    CourseRule,
    Cut,
    DoseRow,
    DoseRule,
    ImplausibleRule,
    Interval,
    PartnerRule,
    Rule,
    StateRule,
    StopRule,
    TableRule,
    TaperRule,
    TotalRule,
    WeeklyRule,
    WeightRule,
    When,
)
from dosing.numbers import decimal_text, grouped
from dosing.units import UNITS, Quantity, words


def when_in_words(when: When) -> str:
    """When a rule applies, as a prescriber reads it."""
    return "; ".join(_WORDS[slot](getattr(when, slot)) for slot in when.stated) or "always"


def interval_in_words(interval: Interval) -> str:
    """A range such as "more than 30 and less than 60 mL/min"; a bare ratio stays as it is written."""
    if not interval.unit:
        return interval.text
    unit = UNITS[interval.unit]
    low = "at least" if interval.low_closed else "more than"
    high = "at most" if interval.high_closed else "less than"
    if interval.high is None:
        return f"{low} {words(Quantity(interval.low, unit))}" if interval.low is not None else "any"
    below = f"{high} {words(Quantity(interval.high, unit))}"
    return f"{low} {grouped(decimal_text(interval.low)[0])} and {below}" if interval.low is not None else below


def limit_in_words(rule: Rule) -> str:
    """What a rule states, as one or more short sentences."""
    match rule:
        case DoseRule():
            told = "; ".join(_row(rule.row))
            return f"{told}{' (itself too much)' if rule.below else ''}. {_effect(rule)}".strip()
        case TableRule():
            return _table(rule)
        case WeightRule():
            share = f", {rule.share} of it" if rule.share != 1 else ""
            mean = ", the mean of a pattern" if rule.averaged else ""
            return f"at most {words(rule.limit)} of {rule.weight} weight{share}{mean}."
        case WeeklyRule():
            return _weekly(rule)
        case CourseRule():
            return _course(rule)
        case TotalRule():
            below = "less than" if rule.comparison == "<" else "at most"
            return f"{below} {words(rule.limit)}, all drugs of the sum together."
        case StateRule():
            return f"{_action(rule.action.value)}. {_effect(rule)}".strip()
        case PartnerRule():
            return _partner(rule)
        case ImplausibleRule():
            return f"implausible {'; '.join(_implausible(rule))}."
        case StopRule():
            return _stop(rule)
        case TaperRule():
            return "; ".join(_cut(cut) for cut in rule.cuts) + f"{_exposure(rule)}."
        case AdviceRule():
            return _advice(rule)
        case _:
            return f"{_effect(rule) or rule.kind.replace('-', ' ').capitalize()}."


def _effect(rule: Rule) -> str:
    return f"{rule.effect[:1].upper()}{rule.effect[1:]}." if rule.effect else ""


def _action(action: str) -> str:
    return action.replace("-", " ")


def _row(row: DoseRow) -> Iterator[str]:
    for label, value in (
        ("at most {}", row.max_daily),
        ("at most {} at one time", row.max_single),
        ("at most {}", row.max_weekly),
        ("at least {}", row.min_daily),
        ("after dialysis at most {}", row.supplement),
    ):
        if value is not None:
            yield label.format(words(value))
    if row.min_interval is not None:
        yield f"doses at least {words(row.min_interval)} apart"
    if row.times is not None:
        yield "once a day" if row.times == 1 else f"{row.times} doses a day"
    if row.scale is not None:
        yield f"in proportion below {words(row.scale)}"
    if row.action is not None:
        yield _action(row.action.value)


def _table(rule: TableRule) -> str:
    rows = [f"{interval_in_words(band.range)}: {'; '.join(_row(band.row)) or 'as usual'}" for band in rule.bands]
    if rule.hemodialysis is not None:
        rows.append(f"on hemodialysis: {'; '.join(_row(rule.hemodialysis))}")
    if rule.gaps:
        rows.append(f"not decided by the source at {' or '.join(gap.text for gap in rule.gaps)}")
    name = {"creatinine_clearance": "Creatinine clearance", "egfr": "eGFR"}[rule.measure]
    return f"{name} {'. '.join(rows)}."


def _weekly(rule: WeeklyRule) -> str:
    if rule.occasions is None:
        return "names a weekday."
    burst = f"; doses within {words(rule.burst)} are one" if rule.burst is not None else ""
    return f"taken {rule.occasions} time(s) in any seven days{burst}. {_effect(rule)}".strip()


def _course(rule: CourseRule) -> str:
    limit = words(rule.limit)
    told = {
        "max-duration": f"at most {limit}",
        "max-supply": f"one supply of at most {limit}",
        "starting-dose": f"starts with at most {limit}",
        "step-size": f"rises by at most {limit}",
        "step-interval": f"rises at least {limit} apart",
        "below-effective-dose": f"works from {limit} on",
    }[rule.kind]
    first = f", the first one no sooner than {words(rule.first)}" if rule.first is not None else ""
    return f"{told}{first}{', all orders and routes together' if rule.together else ''}."


def _partner(rule: PartnerRule) -> str:
    told = "in another order or medication too" if rule.itself else f"with {_or(rule.partners)}"
    if rule.third is not None:
        told += f" and {_or(rule.third)}"
    if rule.at_least is not None:
        told = f"{rule.at_least} or more of {_or(rule.partners)} together"
    if rule.washout_partner is not None:
        told += f", or sooner than {words(rule.washout_partner)} after it"
    if rule.washout_this is not None:
        told += f", or started sooner than {words(rule.washout_this)} after this drug"
    return f"{told}: {_action(rule.action.value)}. {_effect(rule)}".strip()


def _implausible(rule: ImplausibleRule) -> Iterator[str]:
    if rule.multiple_of_start is not None:
        yield f"above {rule.multiple_of_start} times the highest start"
    if rule.at_least_multiple_of_start is not None:
        yield f"from {rule.at_least_multiple_of_start} times the usual start on, above the usual range"
    if rule.mme_at_least is not None:
        yield f"from {words(rule.mme_at_least)} on"
    if rule.prednisone_equivalent_above is not None:
        yield f"above {words(rule.prednisone_equivalent_above)} of prednisone-equivalent"
    if rule.weekly_above is not None:
        yield f"above {words(rule.weekly_above)}"


def _stop(rule: StopRule) -> str:
    used = f"from {words(rule.at_least)}" if rule.at_least is not None else ""
    used = f"after more than {words(rule.more_than)}" if rule.more_than is not None else used
    above = f" above {words(rule.above)}{_in(rule.equivalence)}" if rule.above is not None else ""
    slow = f"; lowered over at least {words(rule.descent)}" if rule.descent is not None else ""
    return f"no sudden end {used} of use{above}{slow}. {_effect(rule)}".strip()


def _cut(cut: Cut) -> str:
    parts = [f"by at most {words(cut.most)}"] if cut.most is not None else []
    if cut.percent is not None:
        parts.append(f"by at most {cut.percent} percent of the {'highest' if cut.of_original else 'current'} dose")
    if cut.every is not None:
        parts.append(f"each dose held for at least {words(cut.every)}")
    at = f"{interval_in_words(cut.range)}: " if cut.range is not None else ""
    return f"{at}lowered {', '.join(parts)}"


def _exposure(rule: TaperRule) -> str:
    if rule.at_least is None:
        return ""
    above = f" above {words(rule.above)}{_in(rule.equivalence)}" if rule.above is not None else ""
    return f", after {words(rule.at_least)} of use{above}"


def _in(equivalence: str) -> str:
    return f" of {equivalence}" if equivalence else ""


def _advice(rule: AdviceRule) -> str:
    told = rule.what or f"needs {_or(rule.needs)}"
    if rule.least is not None:
        told += f"; at least {words(rule.least)}"
    if rule.every:
        told += f", {rule.every}"
    if rule.unless_taken:
        told += f", unless {_or(rule.unless_taken)} is or was taken"
    return f"{told}."


def _or(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _measured(label: str) -> Callable[[Interval], str]:
    return lambda interval: f"{label} {interval_in_words(interval)}"


def _named(label: str) -> Callable[[Iterable[str]], str]:
    return lambda names: f"{label} {_or(names)}"


def _stated(label: str) -> Callable[[bool], str]:
    return lambda holds: label if holds else f"not {label}"


# Every slot of `When`; a test holds the table against the model.
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "age": _measured("age"),
    "forms": _named("form"),
    "routes": _named("route"),
    "indications": _named("indication"),
    "not_indications": _named("indication other than"),
    "intents": _named("intent"),
    "conditions": _named("condition"),
    "not_conditions": _named("no condition such as"),
    "unless_indications": _named("no stated indication of"),
    "allergies": _named("allergy to"),
    "ascites": _named("ascites"),
    "encephalopathy": _named("encephalopathy"),
    "course_day": _measured("day of the course"),
    "weight": _measured("weight"),
    "tpmt": _named("TPMT metaboliser"),
    "nudt15": _named("NUDT15 metaboliser"),
    "neutrophils": _measured("neutrophils"),
    "alanine_aminotransferase_multiple": lambda ratio: (
        f"alanine aminotransferase {ratio.text} times the upper limit of normal"
    ),
    "qtc": _measured("QTc"),
    "duration": _measured("duration"),
    "mme": _measured("a day of"),
    "prednisone_equivalent": _measured("prednisone-equivalent"),
    "hepatic_impairment": _named("hepatic impairment"),
    "creatinine_clearance": _measured("creatinine clearance"),
    "egfr": _measured("eGFR"),
    "hemodialysis": _stated("on hemodialysis"),
    "opioid_experience": lambda experience: f"opioid-{experience}",
    "pregnant": _stated("pregnant"),
    "gestational_age": _measured("gestational age"),
    "breastfeeding": _stated("breastfeeding"),
    "as_needed": _stated("as needed"),
    "self_care": _stated("self-care"),
    "sex": lambda sex: str(sex),
    "strengths": lambda strengths: f"pieces of {' or '.join(words(strength) for strength in strengths)}",
    "concentration": _measured("concentration"),
    "daily_dose": _measured("daily dose"),
    "medications": _named("together with"),
}
