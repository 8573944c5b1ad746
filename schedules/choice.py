"""What a titration is made with: the protocol, the products, the first dose, the pace. Every choice says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dosing.formulary.kinds import Layer
from dosing.formulary.model import Monograph, Product, Protocol, Raise, Taper
from dosing.patient import Patient
from dosing.products import CannotMake, make, unit_amount
from dosing.units import UNITS, Quantity, words
from dosing.vocabulary import LIQUIDS, WEEKDAYS
from schedules.layout import MG_A_DAY, Alternating, Daily, Layout, Weekly
from schedules.plan import Chosen, PlanError

MG_IN_A_ML = UNITS["mg/mL"]
# Who may say how a drug is raised, the nearest to the patient first.
BY_LAYER = (Layer.LOCAL, Layer.LABEL, Layer.GUIDELINE, Layer.SEED)


def choose_protocol(
    monograph: Monograph, wanted: str | Protocol | None, indication: str | None, form: str | None
) -> tuple[Protocol, Chosen | None]:
    """By name, or the prescriber's own; else by indication, a label's first; else the drug's default."""
    if isinstance(wanted, Protocol):
        return wanted, None
    fitting = [known for known in monograph.protocols if form is None or known.forms is None or form in known.forms]
    if wanted is not None:
        for protocol in monograph.protocols:
            if protocol.id == wanted:
                if protocol not in fitting:
                    raise PlanError("form", "outside-protocol", f"The protocol {wanted} is not for {form}.")
                return protocol, None
        raise unknown_protocol(monograph, wanted, monograph.protocols)
    if not fitting:
        hint = "Give a protocol of your own, with its start and its rises."
        raise PlanError("drug", "unknown-protocol", f"No cited protocol raises {monograph.drug} in this form.", hint)
    for layer in BY_LAYER:
        for protocol in fitting:
            if protocol.layer is layer and indication is not None and indication in protocol.indications:
                return protocol, Chosen("protocol", protocol.id, f"It is for {indication}.", protocol.source)
    chosen = next((protocol for protocol in fitting if protocol.default), fitting[0])
    why = "It is the drug's default."
    if indication is not None:
        why = f"No protocol names {indication}; this is the drug's default."
    return chosen, Chosen("protocol", chosen.id, why, chosen.source)


def unknown_protocol(monograph: Monograph, wanted: str, known: Sequence[Protocol | Taper]) -> PlanError:
    named = ", ".join(protocol.id for protocol in known) or "none"
    return PlanError("protocol", "unknown-protocol", f"{monograph.drug} has no protocol {wanted}.", f"Known: {named}.")


def choose_products(
    monograph: Monograph,
    forms: frozenset[str] | None,
    form: str | None,
    strengths: tuple[tuple[Quantity, str], ...] | None,
) -> tuple[tuple[Product, ...], Chosen | None]:
    """The chosen strengths, or every offered strength of one form out of `forms`."""
    if strengths is not None:
        return tuple(
            _marketed(monograph, strength, kind, place) for place, (strength, kind) in enumerate(strengths)
        ), None
    offered = [
        product for product in monograph.products if product.offered and (forms is None or product.form in forms)
    ]
    if form is not None:
        fitting = tuple(product for product in offered if product.form == form)
        if not fitting:
            raise PlanError("form", "unknown-form", f"{monograph.drug} has no {form} that this protocol can use.")
        return _one_liquid(fitting)
    if not offered:
        raise PlanError("drug", "not-dispensable", f"No product of {monograph.drug} is listed that a plan can use.")
    first = offered[0].form
    chosen = tuple(product for product in offered if product.form == first)
    return chosen, Chosen("form", first, "It is the form the formulary lists first.", chosen[0].source)


def _one_liquid(fitting: tuple[Product, ...]) -> tuple[tuple[Product, ...], Chosen | None]:
    """Of a liquid one concentration: two in one plan, and a patient draws five times the dose from the wrong bottle."""
    if fitting[0].form not in LIQUIDS or len(fitting) == 1:
        return fitting, None
    first = fitting[0]
    concentration = Quantity(unit_amount(first), MG_IN_A_ML)
    why = "It is the concentration the formulary lists first, and a plan uses one only. Another one: `strengths`."
    return (first,), Chosen("concentration", concentration, why, first.source)


def _marketed(monograph: Monograph, strength: Quantity, form: str, place: int) -> Product:
    for product in monograph.products:
        if product.form == form and _strength_of(product) == strength:
            return product
    known = ", ".join(sorted({f"{words(_strength_of(item))} {item.form}" for item in monograph.products}))
    raise PlanError(
        f"strengths/{place}",
        "not-dispensable",
        f"{words(strength)} {form} of {monograph.drug} is not a known product.",
        f"Known: {known}.",
    )


def _strength_of(product: Product) -> Quantity:
    """The strength as it is asked for: of a liquid so much in a millilitre."""
    return Quantity(unit_amount(product), MG_IN_A_ML) if product.volume is not None else product.strength


def by_weight(protocol: Protocol) -> bool:
    """Whether a protocol counts its doses for each kilogram of body weight."""
    return "[bodyweight]" in protocol.maintenance_low.unit.dimension


def for_patient(protocol: Protocol, patient: Patient) -> Protocol:
    """The protocol with every amount for each kilogram as an amount for this patient, in mg a day and mg a dose.

    Raises PlanError without the weight that it needs.
    """
    if not by_weight(protocol):
        return protocol
    weight = patient.weight
    if weight is None:
        detail = f"The protocol {protocol.id} is by body weight, and the weight is missing."
        raise PlanError("patient/weight", "missing-field", detail, 'Write the weight, such as "70 kg".')
    kilograms = weight.amount("kg")

    def amount(stated: Quantity) -> Quantity:
        if "[bodyweight]" not in stated.unit.dimension:
            return stated
        total = Quantity(stated.amount("mg/kg/d") * kilograms, MG_A_DAY)
        return total if protocol.at_most is None else min(total, protocol.at_most.to("mg/d"))

    def dose(stated: Quantity) -> Quantity:
        if "[bodyweight]" not in stated.unit.dimension:
            return stated
        return Quantity(amount(stated).amount("mg/d") / protocol.start_times, UNITS["mg"])

    return replace(
        protocol,
        start_low=dose(protocol.start_low),
        start_high=dose(protocol.start_high),
        raises=tuple(replace(known, by=amount(known.by), until=amount(known.until)) for known in protocol.raises),
        maintenance_low=amount(protocol.maintenance_low),
        maintenance_high=amount(protocol.maintenance_high),
    )


def choose_layout(
    protocol: Protocol, products: tuple[Product, ...], weekday: str | None, start_date: date
) -> tuple[Layout, Chosen | None]:
    """How the protocol's doses fall on days; of a weekly drug on the named weekday, else on that of the first day."""
    if protocol.pattern == "weekly":
        chosen = WEEKDAYS[start_date.weekday()]
        why = "It is the weekday of the first day."
        named = Chosen("weekday", chosen, why, protocol.source) if weekday is None else None
        return Weekly(products, weekday=weekday or chosen, part=protocol.parts[0]), named
    if weekday is not None:
        detail = f"The protocol {protocol.id} has a dose on every day."
        raise PlanError("weekday", "unusable-field", detail, "Leave it out: a weekday is for weekly drugs.")
    if protocol.pattern == "alternating":
        return Alternating(products, part=protocol.parts[0]), None
    return Daily(products, parts=protocol.parts), None


def choose_start(
    protocol: Protocol, layout: Layout, wanted: Quantity | None, *, weighed: bool
) -> tuple[Quantity, Chosen | None]:
    """The first dose in mg: as asked, within the protocol's start, else the lowest of it that can be made.

    `weighed`: the protocol was one by weight; then it is the most that can be made of its low end.
    """
    times = protocol.start_times
    low, high = protocol.start_low.to("mg"), protocol.start_high.to("mg")
    if weighed:
        low, why = _most_made_of(low, layout, times)
        if wanted is None:
            return low, Chosen("start_dose", low, why, protocol.source)
    if wanted is None:
        why = "The low end of the protocol's start."
        making = make(low.value, layout.products)
        if isinstance(making, CannotMake) and making.above is not None and making.above <= high.value:
            low, why = Quantity(making.above, low.unit), "The lowest start that these strengths make."
        return low, Chosen("start_dose", low, why, protocol.source)
    dose = wanted
    if wanted.unit.dimension == "[mass]/[time]":
        dose = Quantity(wanted.amount(layout.unit.code) / times, low.unit)
    if not low <= dose <= high:
        span = words(low) if low == high else f"{words(low)} to {words(high)}"
        raise PlanError(
            "start_dose",
            "outside-protocol",
            f"{words(wanted)} is outside the protocol's start of {span} a dose.",
            f"Ask for {span}, or name another protocol.",
        )
    return dose.to("mg"), None


def _most_made_of(dose: Quantity, layout: Layout, times: int) -> tuple[Quantity, str]:
    """The most that the products make of a dose by weight, and why it is that."""
    meant = dose.value * times
    first = layout.with_parts(layout.parts[:times]) if isinstance(layout, Daily) else layout
    made = first.at_most(meant)
    if made is None:
        detail = f"{words(dose)} is less than these strengths make."
        raise PlanError("strengths", "not-dispensable", detail, "Ask for smaller strengths.")
    if made == meant:
        return dose, "The protocol's start for this body weight."
    why = (
        f"The protocol's start for this body weight is {words(dose)}; this is the most of it that these strengths make."
    )
    return Quantity(made / times, dose.unit), why


def choose_pace(
    protocol: Protocol, step: Quantity | None, interval: Quantity | None
) -> tuple[tuple[Raise, ...], tuple[Chosen, ...]]:
    """The protocol's raises with the asked step and interval, no larger and no sooner than it allows."""
    if not protocol.raises:
        for field, wanted in (("step", step), ("step_interval", interval)):
            if wanted is not None:
                detail = f"The protocol {protocol.id} begins with its lasting dose and has no steps."
                raise PlanError(field, "unusable-field", detail, "Leave it out.")
        return (), ()
    raises = []
    for known in protocol.raises:
        by = known.by if step is None else min(step.to(known.by.unit), known.by)
        every = known.every if interval is None else max(interval.to("d"), known.at_least_every)
        raises.append(replace(known, by=by, every=every))
    largest = max(known.by for known in protocol.raises)
    if step is not None and step > largest:
        raise PlanError(
            "step",
            "outside-protocol",
            f"A step of {words(step)} is larger than the protocol's {words(largest)}.",
            f"Ask for at most {words(largest)}.",
        )
    soonest = min(known.at_least_every for known in protocol.raises)
    if interval is not None and interval < soonest:
        raise PlanError(
            "step_interval",
            "outside-protocol",
            f"Steps every {words(interval)} come sooner than the protocol's {words(soonest)}.",
            f"Ask for at least {words(soonest)}.",
        )
    chosen = []
    if step is None:
        chosen.append(Chosen("step", raises[0].by, "The protocol's step, or its cited guideline's.", raises[0].source))
    if interval is None:
        why = "The protocol's pace, or its cited guideline's."
        chosen.append(Chosen("step_interval", raises[0].every, why, raises[0].source))
    return tuple(raises), tuple(chosen)


def choose_days(protocol: Protocol, wanted: int | None) -> tuple[int, Chosen | None]:
    """As asked; else through the second reassessment, which is due the day after its period."""
    if wanted is not None:
        return wanted, None
    dated = protocol.reassessments[:2]
    if not dated:
        detail = f"The protocol {protocol.id} names no reassessment, and the length of the plan is missing."
        raise PlanError("days", "missing-field", detail, "Write for how many days the plan is.")
    last = dated[-1]
    days = int(last.after.amount("d")) + 1
    why = "Through the second reassessment." if len(dated) > 1 else "Through the reassessment."
    return days, Chosen("days", str(days), why, last.source)
