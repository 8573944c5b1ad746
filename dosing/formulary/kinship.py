"""What a class states beside its rules, and how it reaches every drug of the class: facts, ways down, restarts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dosing.formulary.drugs import read_fact
from dosing.formulary.entry import Broken, Entry, Fault, read_list
from dosing.formulary.model import Fact, Monograph, Restart, Taper
from dosing.formulary.protocols import read_restart, read_taper
from dosing.formulary.when import Names


@dataclass(frozen=True, slots=True)
class Shared:
    """What every drug of one class has in common."""

    facts: tuple[Fact, ...] = ()
    tapers: tuple[Taper, ...] = ()
    restart: Restart | None = None


def read_shared(fields: Mapping[str, Entry], names: Names, faults: list[Fault]) -> Shared:
    """Facts, tapers and the restart of a class file. Faults are added to `faults`; nothing raises."""
    restart = None
    if "restart" in fields:
        try:
            restart = read_restart(fields["restart"], names)
        except Broken as broken:
            faults.append(broken.fault)
    return Shared(
        tuple(read_list(fields["facts"], lambda item: read_fact(item, names), faults)) if "facts" in fields else (),
        tuple(read_list(fields["tapers"], lambda item: read_taper(item, names), faults)) if "tapers" in fields else (),
        restart,
    )


def with_shared(monograph: Monograph, shared: Mapping[str, Shared]) -> Monograph:
    """A monograph with what its classes state, in the order of their names; what it states itself comes first.

    A taper for forms that the drug does not have stays away. Where the drug has a default of its own, that of the
    class is one way among others.
    """
    belongs = [shared[name] for name in sorted(monograph.classes) if name in shared]
    has_own = any(taper.default for taper in monograph.tapers)
    tapers = [
        replace(taper, default=taper.default and not has_own)
        for known in belongs
        for taper in known.tapers
        if taper.forms is None or not taper.forms.isdisjoint(monograph.forms)
    ]
    restarts = [restart for known in belongs if (restart := known.restart) is not None]
    return replace(
        monograph,
        facts=(*monograph.facts, *(fact for known in belongs for fact in known.facts)),
        tapers=(*monograph.tapers, *tapers),
        restart=monograph.restart or next(iter(restarts), None),
    )


def unreached(shared: Mapping[str, Shared], monographs: Mapping[str, Monograph]) -> list[Fault]:
    """Ways down of a class that no drug of it can go, for it has none of their forms or there is none."""
    told = []
    for name, known in shared.items():
        forms = {form for drug in monographs.values() if name in drug.classes for form in drug.forms}
        for taper in known.tapers:
            if not forms or (taper.forms is not None and taper.forms.isdisjoint(forms)):
                what = f"{name}, taper {taper.id}: no drug of the class has its forms."
                told.append(Fault(taper.file, taper.line, what, "Correct the form, or remove the taper."))
    return told
