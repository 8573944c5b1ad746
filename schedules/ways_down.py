"""Which way down, and how it goes for what is taken now: the formulary's tapers, or the prescriber's own pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil

from dosing.formulary.kinds import Evidence, Layer, Source
from dosing.formulary.model import Formulary, Monograph, Product, Stretch, Taper
from dosing.patient import Patient
from dosing.posology import Step
from dosing.timeline import RATE, doses_in, kind_of
from dosing.totals import factor_for
from dosing.units import UNITS, Quantity, words
from schedules.choice import BY_LAYER, choose_products, unknown_protocol
from schedules.current import Until
from schedules.descent import Bottom, Descent, Doses, Pace, Rung, descend, evenly, in_whole_turns
from schedules.layout import Layout
from schedules.plan import Chosen, PlanError
from schedules.steps import form_of

OWN = Source("prescriber", "The prescriber's own pace", "", None, "")


@dataclass(frozen=True, slots=True)
class TaperRequest:
    """What a prescriber asks for. `taken` are steps of an order, the last one what is taken now; `to` None is a stop.

    `taper` is the name of one of the formulary's, or the prescriber's own. `percent` is a cut as a share of the dose
    before it, or `of_original` of what is taken now.
    """

    drug: str
    start_date: date
    patient: Patient
    taken: tuple[Step, ...]
    to: Quantity | None = None
    taken_for: Quantity | None = None
    form: str | None = None
    taper: str | Taper | None = None
    indication: str | None = None
    intent: str | None = None
    step: Quantity | None = None
    percent: Fraction | None = None
    of_original: bool = False
    step_interval: Quantity | None = None
    strengths: tuple[tuple[Quantity, str], ...] | None = None
    days: int | None = None
    fill_days: int | None = None


def products_of(request: TaperRequest, monograph: Monograph) -> tuple[tuple[Product, ...], Chosen | None]:
    """The products of a way down: of one form that holds what is taken now, mass or the rate of a patch."""
    counted = {kind_of(dose) for dose in doses_in(request.taken[-1].sig) if not dose.unit.code.startswith("{")}
    fitting = [item for item in monograph.products if item.offered and kind_of(item.strength) in counted]
    forms = None if request.form is not None or not fitting else frozenset(item.form for item in fitting)
    return choose_products(monograph, forms, request.form, request.strengths)


def in_period(stated: Quantity, layout: Layout, field: str) -> Fraction:
    """A stated amount in the unit of a layout. Raises PlanError for another period: a week is not so many days."""
    period, other = (_period(unit.code) for unit in (layout.unit, stated.unit))
    if period != other:
        detail = f"The drug is counted by the {period}; an amount per {other} is another thing."
        raise PlanError(field, "wrong-period", detail, f"Write it per {period}.")
    return stated.amount(layout.unit.code)


def _period(code: str) -> str:
    """What an amount is counted by: a week, a day, or of a patch an hour."""
    return "week" if code.endswith("/wk") else "hour" if code.endswith("/h") else "day"


def choose_taper(request: TaperRequest, monograph: Monograph, until: Until) -> tuple[Taper, Chosen | None]:
    """By name, or the prescriber's own; else by indication and length of use; else the drug's default.

    Where it is not known for how long the drug was taken, the taper for the longest use is the slowest one.
    """
    if isinstance(request.taper, Taper):
        return request.taper, None
    form = request.form or form_of(until.layout.products)
    known = [taper for taper in monograph.tapers if taper.forms is None or form in (None, *taper.forms)]
    if request.taper is not None:
        for taper in known:
            if taper.id == request.taper:
                return taper, None
        raise unknown_protocol(monograph, request.taper, monograph.tapers)
    fitting = [taper for taper in known if _fits_use(taper, until)]
    for layer in BY_LAYER:
        for taper in fitting:
            if taper.layer is layer and request.indication is not None and request.indication in taper.indications:
                return taper, Chosen("protocol", taper.id, f"It is for {request.indication}.", taper.source)
    general = [taper for taper in fitting if not taper.indications]
    if until.days is None:
        timed = [taper for taper in general if taper.taken_for is not None]
        if timed:
            slowest = max(timed, key=lambda taper: taper.taken_for.low or 0 if taper.taken_for is not None else 0)
            why = "For how long the drug was taken is not known; this is the way down after the longest use."
            return slowest, Chosen("protocol", slowest.id, why, slowest.source)
    used = [taper for taper in general if taper.taken_for is not None]
    if used:
        chosen = next((taper for taper in used if taper.default), used[0])
        return chosen, Chosen("protocol", chosen.id, "It is for this length of use.", chosen.source)
    if general:
        chosen = next((taper for taper in general if taper.default), general[0])
        return chosen, Chosen("protocol", chosen.id, "It is the drug's default.", chosen.source)
    return _own(request, monograph), None


def _fits_use(taper: Taper, until: Until) -> bool:
    return taper.taken_for is None or until.days is None or Fraction(until.days) in taper.taken_for


def _own(request: TaperRequest, monograph: Monograph) -> Taper:
    """The prescriber's own pace, for a drug whose formulary states none."""
    if request.step_interval is None or (request.step is None and request.percent is None):
        raise PlanError(
            "step",
            "unknown-protocol",
            f"No cited taper of {monograph.drug} is known.",
            "Give `step` (or `percent` with `percent_of`) and `step_interval`: the plan is screened like any other.",
        )
    stretch = Stretch(OWN, Evidence.LABEL, by=request.step, percent=request.percent, every=request.step_interval)
    return Taper(
        id="own",
        title=f"{monograph.title}, lowered as the prescriber asks",
        layer=Layer.LOCAL,
        source=OWN,
        evidence=Evidence.LABEL,
        default=False,
        indications=frozenset(),
        forms=None,
        taken_for=None,
        stretches=(stretch,),
        levels=(),
        over=None,
        reassessments=(),
        advice=(),
    )


def way_down(
    request: TaperRequest, taper: Taper, until: Until, goal: Fraction, formulary: Formulary
) -> tuple[Descent, tuple[Chosen, ...]]:
    """The doses of a taper for what is taken now, with what was chosen for its pace."""
    layout, total = until.layout, until.total
    if taper.levels and request.step is None and request.percent is None:
        return in_whole_turns(_by_levels(taper, until, goal, request.patient), layout), ()
    if taper.over is not None and request.percent is None and request.step_interval is None:
        over = ceil(taper.over.amount("d"))
        by = in_period(request.step, layout, "step") if request.step is not None else None
        why = f"Even cuts over {words(taper.over)}."
        descent = in_whole_turns(evenly(total, goal, over, layout, by, until.in_use), layout)
        return descent, (Chosen("over", taper.over, why, taper.source),)
    factor = _factor(taper, until, formulary)
    paces = tuple(Pace(_asked(stretch, request, layout, factor), factor) for stretch in _stretches(taper, request))
    descent = in_whole_turns(descend(total, goal, paces, layout, until.in_use), layout)
    return descent, _pace_chosen(request, paces, until, descent)


def _stretches(taper: Taper, request: TaperRequest) -> tuple[Stretch, ...]:
    """The stretches of a taper; of one without, the pace that was asked for."""
    if taper.stretches:
        return taper.stretches
    if request.step_interval is None or (request.step is None and request.percent is None):
        detail = f"The taper {taper.id} has no steps of its own that only one of these could change."
        raise PlanError("step", "missing-field", detail, "Give `step` or `percent`, and `step_interval`.")
    return (Stretch(OWN, Evidence.LABEL, every=request.step_interval),)


def _asked(stretch: Stretch, request: TaperRequest, layout: Layout, factor: Fraction) -> Stretch:
    """A stretch with the step and the interval that were asked for; the checker judges them."""
    if request.step is not None:
        by = Quantity(in_period(request.step, layout, "step") * factor, layout.unit)
        stretch = replace(stretch, by=by, percent=None, most=None, most_percent=None, to_percent=None)
    if request.percent is not None:
        stretch = replace(
            stretch, by=None, percent=request.percent, of_original=request.of_original, most=None, to_percent=None
        )
    if request.step_interval is not None:
        stretch = replace(stretch, every=request.step_interval, within=None)
    return stretch


def _factor(taper: Taper, until: Until, formulary: Formulary) -> Fraction:
    """How much of the taper's reference one unit of the drug counts for. Raises PlanError without a factor."""
    if not taper.equivalence:
        return Fraction(1)
    found = factor_for(
        formulary, taper.equivalence, until.drug, until.form, RATE if until.layout.unit.code == RATE else "mg"
    )
    if found is None:
        detail = f"The taper {taper.id} counts in a reference for which {until.drug} has no factor."
        raise PlanError("protocol", "unusable-field", detail, "Name another taper, or give `step` and `step_interval`.")
    return found


def _by_levels(taper: Taper, until: Until, goal: Fraction, patient: Patient) -> Descent:
    """The doses of a printed table below what is taken now, each the most that the strengths make of it."""
    rungs: list[Rung] = []
    total, doses = until.total, Doses(until.layout, until.in_use)
    for level in taper.levels:
        stated = level.dose
        if "[bodyweight]" in stated.unit.dimension:
            if patient.weight is None:
                detail = f"The taper {taper.id} is by body weight, and the weight is missing."
                raise PlanError("patient/weight", "missing-field", detail, 'Write the weight, such as "70 kg".')
            stated = Quantity(stated.amount("mg/kg/d") * patient.weight.amount("kg"), UNITS["mg/d"])
        if level.at_most is not None:
            stated = min(stated, level.at_most)
        made = doses.layout.at_most(stated.amount(until.layout.unit.code))
        if made is not None and goal <= made < total and made > 0:
            rungs.append(Rung(made, ceil(level.lasts.amount("d"))))
            doses.lay(made)
            total = made
    if not rungs or (goal > 0 and rungs[-1].total > goal):
        return Descent(tuple(rungs), Bottom(total, goal or None, Fraction(0)))
    return Descent(tuple(rungs))


def _pace_chosen(request: TaperRequest, paces: Sequence[Pace], until: Until, descent: Descent) -> tuple[Chosen, ...]:
    """The first cut and its pace where they were left open, and doses that are held longer for want of strengths."""
    pace = next((known for known in paces if known.holds(until.total, until.total)), None)
    rows = []
    if pace is not None and request.step is None and request.percent is None:
        cut = until.layout.quantity(pace.cut(until.total, until.total))
        rows.append(Chosen("step", cut, "The first cut of the taper, at the most.", pace.stretch.source))
    if pace is not None and request.step_interval is None and pace.stretch.every is not None:
        rows.append(
            Chosen("step_interval", pace.stretch.every, "How long the taper holds a dose.", pace.stretch.source)
        )
    for rung in descent.rungs:
        if rung.why:
            dose = until.layout.quantity(rung.total)
            why = (
                f"These strengths make no dose inside the pace here: the cut to {words(dose)} is larger, and the dose "
                f"is held for {rung.days} days so that the way down is no faster."
            )
            rows.append(Chosen("longer_interval", Quantity(Fraction(rung.days), UNITS["d"]), why, None))
    return tuple(rows)
