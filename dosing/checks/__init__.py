"""One question a file. `CHECKS` lists them in reporting order; each judges one rule of its kind at a time."""

from __future__ import annotations

from dataclasses import dataclass

from dosing.checks import (
    amounts,
    courses,
    fit,
    lengths,
    partners,
    plausible,
    states,
    stops,
    tables,
    taper,
    totals,
    weight,
)
from dosing.judgement import Judge


@dataclass(frozen=True, slots=True)
class Check:
    """A question by the code of its finding; `kind` is the kind of rule it reads."""

    code: str
    kind: str
    title: str
    judge: Judge


def _check(code: str, title: str, judge: Judge, kind: str = "") -> Check:
    return Check(code, kind or code, title, judge)


CHECKS: tuple[Check, ...] = (
    _check("implausible-dose", "Is the dose so far from the usual that it is likely a slip?", plausible.judge),
    _check("max-single-dose", "Is any one dose above the most for one time?", amounts.judge),
    _check("max-daily-dose", "Is any calendar day above the most for a day, all orders together?", amounts.judge),
    _check("max-weekly-dose", "Are any seven days in a row above the most for a week?", amounts.judge),
    _check("min-interval", "Are doses closer together than allowed?", amounts.judge),
    _check(
        "frequency",
        "Are there more doses a day than the regimen has, or an as-needed use that should not be?",
        states.frequency,
    ),
    _check("renal-dose", "Do dose and interval fit the kidney function?", tables.judge),
    _check("hepatic-dose", "Do dose and interval fit the liver function?", amounts.judge),
    _check("weight-dose", "Does the dose fit the body weight?", weight.judge),
    _check("age-limit", "Does the drug, at this dose, fit the age on each day?", amounts.judge),
    _check("starting-dose", "Is the first dose within the start?", courses.starting_dose),
    _check("step-size", "Is any rise larger than a step?", courses.step_size),
    _check("step-interval", "Does any rise come sooner than the pace allows?", courses.step_interval),
    _check("below-effective-dose", "Is a maintenance dose below the effective range?", courses.below_effective),
    _check("max-duration", "Does the treatment last longer than it should?", lengths.duration),
    _check("max-supply", "Does one supply last longer than it should?", lengths.supply),
    _check("duration-missing", "Is a length stated for a drug that is for limited use?", lengths.duration_stated),
    _check("mme", "How many morphine milligram equivalents does any day hold?", totals.judge),
    _check("prednisone-equivalent", "How much prednisone-equivalent does any day hold?", totals.judge),
    _check("acetaminophen-total", "How much acetaminophen does any day hold, over all products?", totals.judge),
    _check("contraindication", "Does a condition forbid the drug, or advise against it?", states.judge),
    _check("contraindication", "Is the patient allergic to the drug or its class?", states.allergy, "allergy"),
    _check("pregnancy", "Does pregnancy or breastfeeding forbid the drug, or advise against it?", states.judge),
    _check("interaction", "Does the drug meet another that it should not?", partners.judge),
    _check("duplicate-therapy", "Does the drug double another of its class?", partners.judge),
    _check("abrupt-stop", "Does the order end where the dose should be lowered slowly?", stops.abrupt_stop),
    _check("taper-speed", "Does the dose fall too fast?", taper.judge),
    _check("co-prescription", "Should another drug stand beside this one?", partners.co_prescription),
    _check("monitoring", "What should be measured?", states.advice),
    _check("place-in-therapy", "Is this the place of the drug among treatments?", states.advice),
    _check("not-dispensable", "Can every dose be made from products that exist?", fit.dispensable),
    _check("quantity-mismatch", "Does the quantity fit the steps?", fit.quantity),
)
