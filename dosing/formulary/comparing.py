"""What differs between two formularies: rules, products, ways up and down, each in one line a pharmacist can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dosing.formulary.kinds import Rule
from dosing.formulary.model import Formulary
from dosing.formulary.telling import limit_in_words, when_in_words
from dosing.formulary.telling_ways import protocol_in_words, taper_in_words


def differences(old: Formulary, new: Formulary) -> Iterator[str]:
    """One line for each drug, rule, product, protocol, taper and restart that is new, gone or other."""
    yield from _changes("drug", dict.fromkeys(old.monographs, "known"), dict.fromkeys(new.monographs, "known"))
    yield from _changes("rule", _rules(old), _rules(new))
    yield from _changes("product", _products(old), _products(new))
    yield from _changes("protocol", _protocols(old), _protocols(new))
    yield from _changes("taper", _tapers(old), _tapers(new))
    yield from _changes("restart", _restarts(old), _restarts(new))


def _changes(kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None:
            yield f"{kind}  + {name}: {after}"
        elif after is None:
            yield f"{kind}  - {name}: {before}"
        elif before != after:
            yield f"{kind}  ~ {name}: {before} -> {after}"


def _rules(formulary: Formulary) -> dict[str, str]:
    return {
        name: _rule(rule) + (" (replaced by a local rule)" if name in formulary.replaced else "")
        for name, rule in formulary.rules.items()
    }


def _rule(rule: Rule) -> str:
    superseded = ", superseded" if rule.superseded else ""
    return (
        f"{limit_in_words(rule)} when: {when_in_words(rule.when)}; {rule.severity.word}, {rule.layer.value}, "
        f"{rule.evidence.value}{superseded}"
    )


def _products(formulary: Formulary) -> dict[str, str]:
    return {
        f"{drug}, {product.form} {product.strength}{_in(product.volume)}": f"divided by {product.pieces_per_unit}"
        for drug, monograph in formulary.monographs.items()
        for product in monograph.products
    }


def _in(volume: object) -> str:
    return f" in {volume}" if volume is not None else ""


def _protocols(formulary: Formulary) -> dict[str, str]:
    return {
        f"{drug}/{protocol.id}": protocol_in_words(protocol)
        for drug, known in formulary.monographs.items()
        for protocol in known.protocols
    }


def _tapers(formulary: Formulary) -> dict[str, str]:
    """Every taper of every drug, those of its classes too: what a drug's own default displaces is a change as well."""
    return {
        f"{drug}/{taper.id}": taper_in_words(taper) + (", the default" if taper.default else "")
        for drug, known in formulary.monographs.items()
        for taper in known.tapers
    }


def _restarts(formulary: Formulary) -> dict[str, str]:
    return {drug: known.restart.why for drug, known in formulary.monographs.items() if known.restart is not None}
