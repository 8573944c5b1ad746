"""The formulary for people: one page a drug, every number with who says so and how well it is confirmed.

The pages stand in docs/formulary/ and are written by `posology formulary pages`; a test holds them against the files.
"""

from __future__ import annotations

from collections.abc import Iterator

from dosing.formulary.kinds import Rule, Source
from dosing.formulary.model import Formulary, Monograph, Product, Protocol
from dosing.formulary.telling import limit_in_words, when_in_words
from dosing.units import words


def pages(formulary: Formulary) -> dict[str, str]:
    """Every page by the name of its file."""
    listed = {f"{file_name(drug)}": _page(monograph) for drug, monograph in sorted(formulary.monographs.items())}
    return {"README.md": _contents(formulary), **listed, "classes.md": _classes(formulary)}


def file_name(drug: str) -> str:
    """The file of a drug's page."""
    return drug.replace(" ", "-") + ".md"


def _contents(formulary: Formulary) -> str:
    rows = [
        f"| [{monograph.title}]({file_name(drug)}) | {monograph.status} | {monograph.review_by} |"
        for drug, monograph in sorted(formulary.monographs.items())
    ]
    signed = "Somebody has signed it." if formulary.signed_off else "Nobody has signed it: every answer says so."
    return "\n".join(
        [
            f"# The formulary, version {formulary.version}",
            "",
            f"Generated from the files under `dosing/formulary/`. {signed} Rules of [classes](classes.md) hold for "
            "every drug of the class.",
            "",
            "| drug | status | review by |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _page(monograph: Monograph) -> str:
    lines = [f"# {monograph.title}", "", *_head(monograph), "", "## Products", ""]
    lines += ["| product | divided | RxNorm | who says so |", "| --- | --- | --- | --- |"]
    lines += [_product(product) for product in monograph.products]
    own = [rule for rule in monograph.rules if rule.subject == monograph.drug]
    lines += ["", "## Rules", "", *_rules(own)]
    for protocol in monograph.protocols:
        lines += ["", *_protocol(protocol)]
    if monograph.facts:
        lines += ["", "## Facts", ""]
        lines += [
            f"- {fact.topic}: {fact.text} ({_source(fact.source)}; {fact.evidence.value})" for fact in monograph.facts
        ]
    sources = [*(rule.source for rule in own), *(product.source for product in monograph.products)]
    sources += [source for rule in own for source in rule.also] + [fact.source for fact in monograph.facts]
    sources += [protocol.source for protocol in monograph.protocols]
    sources += [known.source for protocol in monograph.protocols for known in protocol.raises]
    sources += [known.source for protocol in monograph.protocols for known in protocol.reassessments]
    sources += [known.source for known in (monograph.basis, monograph.international_units) if known is not None]
    return "\n".join([*lines, "", "## Sources", "", *_sources(sources), ""])


def _head(monograph: Monograph) -> Iterator[str]:
    yield f"- Status: {monograph.status}; review by {monograph.review_by}"
    if monograph.codes:
        yield "- Codes: " + ", ".join(f"{system} {code}" for system, code in sorted(monograph.codes.items()))
    for label, names in (
        ("Other names", monograph.synonyms),
        ("Brands", monograph.brands),
        ("Not interchangeable", monograph.not_interchangeable),
    ):
        if names:
            yield f"- {label}: {', '.join(names)}"
    if monograph.basis is not None:
        basis = monograph.basis
        other = f"; {' and '.join(basis.other_names)} means the other" if basis.other_names else ""
        yield (
            f"- Amounts are of the {basis.stated}: {words(basis.salt)} of the salt are {words(basis.base)} of the base"
            f"{other} ({_source(basis.source)}; {basis.evidence.value})"
        )
    if monograph.international_units is not None:
        known = monograph.international_units
        yield (
            f"- Counted in international units: {known.amount} in {words(known.per)} "
            f"({_source(known.source)}; {known.evidence.value})"
        )
    if monograph.classes:
        listed = ", ".join(f"[{name}](classes.md#{name})" for name in sorted(monograph.classes))
        yield f"- Classes, whose rules hold too: {listed}"


def _product(product: Product) -> str:
    strength = words(product.strength) + (f" in {words(product.volume)}" if product.volume is not None else "")
    divided = {1: "no", 2: "halves", 4: "quarters"}[product.pieces_per_unit]
    if product.volume is not None:
        divided = f"by {words(product.increment)}" if product.increment is not None else "not stated"
    return (
        f"| {product.form} {strength} | {divided} | {product.rxnorm or '-'} | "
        f"{_source(product.source)}; {product.evidence.value} |"
    )


def _rules(rules: list[Rule]) -> Iterator[str]:
    yield "| rule | what | when | weighs | layer | who says so | confirmed |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for rule in rules:
        told = limit_in_words(rule) + (f" {rule.note}" if rule.note else "")
        if rule.superseded:
            told = f"Superseded, never judged: {told}"
        weighs = rule.severity.word + (f" (exception: {rule.exception})" if rule.exception else "")
        section = f", {rule.section}" if rule.section else ""
        cells = [rule.id, told, when_in_words(rule.when), weighs, rule.layer.value]
        cells += [f"{_source(rule.source)}{section}", rule.evidence.value]
        yield "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _protocol(protocol: Protocol) -> Iterator[str]:
    yield f"## Protocol: {protocol.title}"
    yield ""
    chosen = ", ".join(sorted(protocol.indications)) or "no indication of its own"
    default = "; the drug's default" if protocol.default else ""
    yield f"- `{protocol.id}`, {protocol.layer.value}, {protocol.evidence.value}: {_source(protocol.source)}{default}"
    yield f"- For: {chosen}"
    yield f"- Start: {words(protocol.start_low)} to {words(protocol.start_high)} a dose, {protocol.start_times} a day"
    for known in protocol.raises:
        yield (
            f"- Raise: {words(known.by)} every {words(known.every)} until {words(known.until)} "
            f"({_source(known.source)}; {known.evidence.value})"
        )
    yield f"- Maintenance: {words(protocol.maintenance_low)} to {words(protocol.maintenance_high)}"
    for reassessment in protocol.reassessments:
        yield f"- Reassess after {words(reassessment.after)}: {reassessment.what} ({_source(reassessment.source)})"


def _classes(formulary: Formulary) -> str:
    lines = ["# Classes", "", "Rules for every drug of a class, and for every drug.", ""]
    for name, title in sorted(formulary.classes.items()):
        members = ", ".join(sorted(formulary.members[name])) or "none"
        lines += [f"## {name}", "", f"{title}. Members: {members}.", ""]
        rules = [rule for rule in formulary.rules.values() if rule.subject == name]
        lines += [*_rules(rules), ""] if rules else []
    lines += ["## general", "", *_rules(list(formulary.general)), ""]
    used = [rule for rule in formulary.rules.values() if rule.subject in formulary.classes or rule in formulary.general]
    sources = [source for rule in used for source in (rule.source, *rule.also)]
    return "\n".join([*lines, "## Sources", "", *_sources(sources), ""])


def _source(source: Source) -> str:
    return f"[{source.id}](#sources)"


def _sources(sources: list[Source]) -> Iterator[str]:
    for source in sorted(dict.fromkeys(sources), key=lambda known: known.id):
        details = [source.publisher, str(source.year or ""), source.section, source.url]
        yield f"- `{source.id}`: {source.title}. {'; '.join(detail for detail in details if detail)}".rstrip(". ") + "."
