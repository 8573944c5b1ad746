"""What can be chosen in a form, and what a protocol says beside a field: all of it from the formulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from api.forms.fields import Form, Pairs
from dosing.formulary.model import Formulary, Monograph, Protocol, Taper, Term
from dosing.names import Names
from dosing.units import Quantity, words
from schedules.choice import by_weight
from schedules.formats.wording import tall_man, tied

Groups: TypeAlias = list[tuple[str, Pairs]]
Way: TypeAlias = Protocol | Taper


@dataclass(frozen=True, slots=True)
class Offer:
    """For each field by name: groups of what can be chosen, a hint, and the names that may be written."""

    groups: Mapping[str, Groups]
    hints: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Pairs] = field(default_factory=dict)


def raised(formulary: Formulary) -> list[Monograph]:
    """The drugs with a cited way up."""
    return [known for known in formulary.monographs.values() if known.protocols]


def lowered(formulary: Formulary) -> list[Monograph]:
    """The drugs with a cited way down."""
    return [known for known in formulary.monographs.values() if known.tapers]


def drug_named(names: Names, spoken: str) -> Monograph | None:
    """The monograph of a drug by any of its names."""
    return names.formulary.monographs.get(names.drugs.find(spoken) or "")


def default_protocol(monograph: Monograph) -> Protocol:
    """The protocol that is taken where none is named."""
    return next((known for known in monograph.protocols if known.default), monograph.protocols[0])


def titration_offer(names: Names, fields: Mapping[str, str]) -> Offer:
    """What the form of a titration offers for the drug that is written in it."""
    formulary, monograph = names.formulary, drug_named(names, fields.get("drug", ""))
    drugs = raised(formulary)
    groups = {
        "drug": _drugs(drugs),
        "protocol": [("", _titles_of(monograph.protocols))] if monograph else [],
        "form": _forms(monograph, drugs),
        "indication": _indications(formulary, monograph.protocols if monograph else ()),
    }
    return Offer(groups, _hints(_protocol_of(monograph, fields.get("protocol"))), _lists(formulary))


def taper_offer(names: Names, fields: Mapping[str, str]) -> Offer:
    """What the form of a taper offers for the drug that is written in it."""
    formulary, monograph = names.formulary, drug_named(names, fields.get("drug", ""))
    drugs = lowered(formulary)
    groups = {
        "drug": _drugs(drugs),
        "protocol": [("", _titles_of(monograph.tapers))] if monograph else [],
        "form": _forms(monograph, drugs),
        "indication": _indications(formulary, monograph.tapers if monograph else ()),
    }
    return Offer(groups, {}, _lists(formulary))


def switch_offer(names: Names, fields: Mapping[str, str]) -> Offer:
    """What the form of a switch offers for the two drugs that are written in it."""
    formulary = names.formulary
    old, new = drug_named(names, fields.get("from", "")), drug_named(names, fields.get("to", ""))
    ups, every = raised(formulary), [*formulary.monographs.values()]
    groups = {
        "from": _drugs(every),
        "from_form": _forms(old, every),
        "to": _drugs(ups),
        "to_form": _forms(new, ups),
        "protocol": [("", _titles_of(new.protocols))] if new else [],
        "indication": _indications(formulary, new.protocols if new else ()),
    }
    hints = _hints(_protocol_of(new, fields.get("protocol")))
    return Offer(groups, hints, _lists(formulary))


def revision_offer(names: Names, fields: Mapping[str, str]) -> Offer:
    """What the form of a change offers: the lists of names about the patient."""
    return Offer({}, {}, _lists(names.formulary))


def printing_offer(names: Names, fields: Mapping[str, str]) -> Offer:
    """Nothing but what the form of a printing says itself."""
    return Offer({})


def offered(form: Form, offer: Offer) -> Offer:
    """The offer with the choices that the form states itself."""
    own: dict[str, Groups] = {item.name: [("", item.choices)] for item in form.fields if item.choices}
    return replace(offer, groups={**own, **offer.groups})


def _drugs(monographs: Iterable[Monograph]) -> Groups:
    return [("", tuple((known.drug, tall_man(known.drug)) for known in monographs))]


def _titles_of(ways: Iterable[Way]) -> Pairs:
    return tuple((way.id, tall_man(way.title)) for way in ways)


def _forms(monograph: Monograph | None, others: Iterable[Monograph]) -> Groups:
    known = monograph.forms if monograph else dict.fromkeys(form for other in others for form in other.forms)
    return [("", tuple((form, form) for form in known))]


def _indications(formulary: Formulary, ways: Iterable[Way]) -> Groups:
    """Indications in groups: first those that a way up or down of the drug is for."""
    named: set[str] = set().union(*(way.indications for way in ways))
    first = [term for term in formulary.indications.values() if term.name in named]
    others = [term for term in formulary.indications.values() if term.name not in named]
    groups: Groups = [("A protocol is for it", _titles(first))] if first else []
    return [*groups, ("All others" if first else "Indications", _titles(others))]


def _lists(formulary: Formulary) -> dict[str, Pairs]:
    return {
        "conditions": _titles(formulary.conditions.values()),
        "allergies": _titles(formulary.allergies.values()),
    }


def _titles(terms: Iterable[Term]) -> Pairs:
    return tuple(sorted(((term.name, term.title) for term in terms), key=lambda named: named[1].lower()))


def _protocol_of(monograph: Monograph | None, wanted: str | None) -> Protocol | None:
    if monograph is None or not monograph.protocols:
        return None
    return next((known for known in monograph.protocols if known.id == wanted), default_protocol(monograph))


def _hints(protocol: Protocol | None) -> dict[str, str]:
    """What a protocol says beside the first dose, the target and the weight."""
    lowest = "Left empty: the protocol’s low end, or less if this patient may have less."
    if protocol is None:
        return {"target": lowest}
    start = _range(protocol.start_low, protocol.start_high)
    at_a_time = "" if protocol.start_low.unit.code.endswith("/d") else " at a time"
    most = f", at most {words(protocol.at_most)}" if protocol.at_most else ""
    goal = _range(protocol.maintenance_low, protocol.maintenance_high)
    hints = {
        "start_dose": tied(f"This protocol: {start}{at_a_time}."),
        "target": tied(f"This protocol: {goal}{most}. {lowest}"),
    }
    return {**hints, "weight": "Needed: this protocol goes by weight."} if by_weight(protocol) else hints


def _range(low: Quantity, high: Quantity) -> str:
    return words(low) if low == high else f"{words(low)} to {words(high)}"
