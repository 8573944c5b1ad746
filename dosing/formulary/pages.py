"""The formulary for people: one page a drug, every number with who says so and how well it is confirmed.

The pages stand in docs/formulary/ and are written by `posology formulary pages`; a test holds them against the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dosing.formulary.kinds import Rule, Source
from dosing.formulary.model import Formulary, Monograph, Product, Protocol, Restart, Taper
from dosing.formulary.telling import interval_in_words, limit_in_words, when_in_words
from dosing.formulary.telling_ways import (
    PATTERNS,
    companion_in_words,
    maintenance_in_words,
    raise_in_words,
    start_in_words,
    way_down,
)
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
    for taper in monograph.tapers:
        lines += ["", *(_taper(taper) if taper.file == monograph.file else _taper_of_class(taper))]
    if monograph.restart is not None:
        lines += ["", *_restart(monograph.restart)]
    if monograph.facts:
        lines += ["", "## Facts", ""]
        lines += [
            f"- {fact.topic}: {fact.text} ({_source(fact.source)}; {fact.evidence.value})" for fact in monograph.facts
        ]
    sources = [*(rule.source for rule in own), *(product.source for product in monograph.products)]
    sources += [source for rule in own for source in rule.also] + [fact.source for fact in monograph.facts]
    sources += _ways_cite((*monograph.protocols, *monograph.tapers))
    sources += [monograph.restart.source] if monograph.restart is not None else []
    sources += [known.source for known in (monograph.basis, monograph.international_units) if known is not None]
    return "\n".join([*lines, "", "## Sources", "", *_sources(sources), ""])


def _head(monograph: Monograph) -> Iterator[str]:
    read = ", ".join(f"{reviewer.name} on {reviewer.on}" for reviewer in monograph.reviewers) or "nobody yet"
    yield f"- Status: {monograph.status}; read against its sources by {read}; review by {monograph.review_by}"
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
    yield f"- Taken: {PATTERNS[protocol.pattern]}"
    yield f"- Start: {start_in_words(protocol)}"
    for known in protocol.raises:
        yield f"- Raise: {raise_in_words(known)} ({_source(known.source)}; {known.evidence.value})"
    yield f"- Maintenance: {maintenance_in_words(protocol)}"
    for companion in protocol.companions:
        told = companion_in_words(companion)
        yield f"- Beside it: {told} ({_source(companion.source)}; {companion.evidence.value})"
    yield from _reassessments(protocol)


def _taper(taper: Taper) -> Iterator[str]:
    yield f"## Taper: {taper.title}"
    yield ""
    default = "; the default" if taper.default else ""
    yield f"- `{taper.id}`, {taper.layer.value}, {taper.evidence.value}: {_source(taper.source)}{default}"
    if taper.indications:
        yield f"- For: {', '.join(sorted(taper.indications))}"
    if taper.taken_for is not None:
        yield f"- After {interval_in_words(taper.taken_for)} of use"
    own = [(known.source, known.evidence) for known in taper.stretches]
    for number, told in enumerate(way_down(taper)):
        source, evidence = own[number] if own else (taper.source, taper.evidence)
        yield f"- {told[:1].upper()}{told[1:]} ({_source(source)}; {evidence.value})"
    if taper.below:
        yield f"- Where strengths allow no further cut: {taper.below}"
    yield from _reassessments(taper)
    if taper.note:
        yield f"- Note: {taper.note}"


def _taper_of_class(taper: Taper) -> Iterator[str]:
    """What stands in full on the page of the classes."""
    yield f"## Taper: {taper.title}"
    yield ""
    name = taper.file.rpartition("/")[2].removesuffix(".yaml")
    default = "; the default" if taper.default else ""
    yield f"- `{taper.id}` of the class [{name}](classes.md#{name}){default}"


def _restart(restart: Restart) -> Iterator[str]:
    yield "## After missed days"
    yield ""
    yield f"- Begins again from the start: {restart.why} ({_source(restart.source)}; {restart.evidence.value})"


def _reassessments(way: Protocol | Taper) -> Iterator[str]:
    for reassessment in way.reassessments:
        yield f"- Reassess after {words(reassessment.after)}: {reassessment.what} ({_source(reassessment.source)})"


def _ways_cite(ways: tuple[Protocol | Taper, ...]) -> list[Source]:
    """Every source that a way up or down names, of its stretches and companions too."""
    cited = [way.source for way in ways] + [known.source for way in ways for known in way.reassessments]
    for way in ways:
        if isinstance(way, Protocol):
            cited += [known.source for known in way.raises] + [known.source for known in way.companions]
        else:
            cited += [known.source for known in way.stretches]
    return cited


def _classes(formulary: Formulary) -> str:
    lines = ["# Classes", "", "Rules and ways down for every drug of a class, and rules for every drug.", ""]
    ways = {name: _tapers_of(name, formulary) for name in formulary.classes}
    for name, title in sorted(formulary.classes.items()):
        members = ", ".join(sorted(formulary.members[name])) or "none"
        lines += [f"## {name}", "", f"{title}. Members: {members}.", ""]
        rules = [rule for rule in formulary.rules.values() if rule.subject == name]
        lines += [*_rules(rules), ""] if rules else []
        for taper in ways[name]:
            lines += [*(line.replace("## ", "### ", 1) for line in _taper(taper)), ""]
    lines += ["## general", "", *_rules(list(formulary.general)), ""]
    used = [rule for rule in formulary.rules.values() if rule.subject in formulary.classes or rule in formulary.general]
    sources = [source for rule in used for source in (rule.source, *rule.also)]
    sources += _ways_cite(tuple(taper for known in ways.values() for taper in known))
    return "\n".join([*lines, "## Sources", "", *_sources(sources), ""])


def _tapers_of(name: str, formulary: Formulary) -> list[Taper]:
    """The tapers of a class file, each once, though every member has it; the default of any is that of the class."""
    tapers = [taper for known in formulary.monographs.values() if name in known.classes for taper in known.tapers]
    own = [taper for taper in tapers if taper.file == f"classes/{name}.yaml"]
    defaults = {taper.id for taper in own if taper.default}
    return list({taper.id: replace(taper, default=taper.id in defaults) for taper in own}.values())


def _source(source: Source) -> str:
    return f"[{source.id}](#sources)"


def _sources(sources: list[Source]) -> Iterator[str]:
    for source in sorted(dict.fromkeys(sources), key=lambda known: known.id):
        details = [source.publisher, str(source.year or ""), source.section, source.url]
        yield f"- `{source.id}`: {source.title}. {'; '.join(detail for detail in details if detail)}".rstrip(". ") + "."
