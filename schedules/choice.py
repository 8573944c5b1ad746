"""What a titration is made with: the protocol, the products, the first dose, the pace. Every choice says why."""

from __future__ import annotations

from dataclasses import dataclass

from dosing.formulary.kinds import Layer, Source
from dosing.formulary.model import Monograph, Product, Protocol, Raise
from dosing.products import CannotMake, make
from dosing.units import Quantity, words


class PlanError(Exception):
    """Something that was asked for cannot be used: the field, a stable code, and what to do instead."""

    def __init__(self, field: str, code: str, detail: str, hint: str | None = None) -> None:
        super().__init__(detail)
        self.field = field
        self.code = code
        self.detail = detail
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field that the request left open, what was taken for it, and who says so."""

    field: str
    value: Quantity | str
    why: str
    source: Source | None


def choose_protocol(
    monograph: Monograph, wanted: str | None, indication: str | None, form: str | None
) -> tuple[Protocol, Chosen | None]:
    """By name; else by indication, a label's before a founding document's; else the drug's default."""
    fitting = [known for known in monograph.protocols if form is None or known.forms is None or form in known.forms]
    if wanted is not None:
        for protocol in monograph.protocols:
            if protocol.id == wanted:
                if protocol not in fitting:
                    raise PlanError("form", "outside-protocol", f"The protocol {wanted} is not for {form}.")
                return protocol, None
        known = ", ".join(protocol.id for protocol in monograph.protocols) or "none"
        raise PlanError(
            "protocol", "unknown-protocol", f"{monograph.drug} has no protocol {wanted}.", f"Known: {known}."
        )
    if not fitting:
        raise PlanError("drug", "unknown-protocol", f"No cited protocol raises {monograph.drug} in this form.")
    for layer in (Layer.LOCAL, Layer.LABEL, Layer.GUIDELINE, Layer.SEED):
        for protocol in fitting:
            if protocol.layer is layer and indication is not None and indication in protocol.indications:
                return protocol, Chosen("protocol", protocol.id, f"It is for {indication}.", protocol.source)
    chosen = next((protocol for protocol in fitting if protocol.default), fitting[0])
    why = "It is the drug's default."
    if indication is not None:
        why = f"No protocol names {indication}; this is the drug's default."
    return chosen, Chosen("protocol", chosen.id, why, chosen.source)


def choose_products(
    monograph: Monograph,
    protocol: Protocol,
    form: str | None,
    strengths: tuple[tuple[Quantity, str], ...] | None,
) -> tuple[tuple[Product, ...], Chosen | None]:
    """The chosen strengths, or every offered strength of one form."""
    if strengths is not None:
        return tuple(
            _marketed(monograph, strength, kind, place) for place, (strength, kind) in enumerate(strengths)
        ), None
    offered = [
        product
        for product in monograph.products
        if product.offered and (protocol.forms is None or product.form in protocol.forms)
    ]
    if form is not None:
        fitting = tuple(product for product in offered if product.form == form)
        if not fitting:
            raise PlanError("form", "unknown-form", f"{monograph.drug} has no {form} that this protocol can use.")
        return fitting, None
    first = offered[0].form
    chosen = tuple(product for product in offered if product.form == first)
    return chosen, Chosen("form", first, "It is the form the formulary lists first.", chosen[0].source)


def _marketed(monograph: Monograph, strength: Quantity, form: str, place: int) -> Product:
    for product in monograph.products:
        if product.form == form and product.strength == strength:
            return product
    known = ", ".join(sorted({f"{words(item.strength)} {item.form}" for item in monograph.products}))
    raise PlanError(
        f"strengths/{place}",
        "not-dispensable",
        f"{words(strength)} {form} of {monograph.drug} is not a known product.",
        f"Known: {known}.",
    )


def choose_start(
    protocol: Protocol, products: tuple[Product, ...], wanted: Quantity | None
) -> tuple[Quantity, Chosen | None]:
    """The first dose in mg: as asked, within the protocol's start, else the lowest of it that can be made."""
    if wanted is None:
        low, why = protocol.start_low.to("mg"), "The low end of the protocol's start."
        making = make(low.value, products)
        if isinstance(making, CannotMake) and making.above is not None and making.above <= protocol.start_high.value:
            low, why = Quantity(making.above, low.unit), "The lowest start that these strengths make."
        return low, Chosen("start_dose", low, why, protocol.source)
    per_day = wanted.unit.dimension == "[mass]/[time]"
    dose = (
        Quantity(wanted.amount("mg/d") / protocol.start_times, protocol.start_low.to("mg").unit) if per_day else wanted
    )
    if not protocol.start_low <= dose <= protocol.start_high:
        span = f"{words(protocol.start_low)} to {words(protocol.start_high)}"
        raise PlanError(
            "start_dose",
            "outside-protocol",
            f"{words(wanted)} is outside the protocol's start of {span} a dose.",
            f"Ask for {span}, or name another protocol.",
        )
    return dose.to("mg"), None


def choose_pace(
    protocol: Protocol, step: Quantity | None, interval: Quantity | None
) -> tuple[tuple[Raise, ...], tuple[Chosen, ...]]:
    """The protocol's raises with the asked step and interval, no larger and no sooner than it allows."""
    raises = []
    for known in protocol.raises:
        by = known.by if step is None else min(step.to("mg/d"), known.by)
        every = known.every if interval is None else max(interval.to("d"), known.at_least_every)
        raises.append(
            Raise(by, every, known.at_least_every, known.until, known.source, known.evidence),
        )
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
    last = dated[-1]
    days = int(last.after.amount("d")) + 1
    why = "Through the second reassessment." if len(dated) > 1 else "Through the reassessment."
    return days, Chosen("days", str(days), why, last.source)
