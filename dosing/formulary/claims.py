"""What holds over all files at once: every citation leads to a source, and one name, one code means one thing.

It is read from the entries, not from the values made of them, so that each fault has its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import yaml

from dosing.formulary.entry import Broken, Entry, Fault
from dosing.formulary.kinds import Evidence, Source
from dosing.formulary.when import listed

# What one entry says: the line that says it, the name or code, and what that means there.
Claim = tuple[Entry, str, str]
FOLDERS = ("monographs/", "classes/", "equivalence/")
FILES = frozenset(
    {"advice.yaml", "combinations.yaml", "formulary.yaml", "formulas.yaml", "general.yaml", "partners.yaml"}
    | {"vocabulary.yaml"}
)


def unread(names: Iterable[str]) -> Iterator[Fault]:
    """Files that nobody would read: a slip in a name must not take a drug away."""
    for name in names:
        if not name.endswith(".yaml"):
            yield Fault(name, 1, "a file that is not read.", "Let its name end with `.yaml`.")
        elif (
            name not in FILES and not name.startswith(FOLDERS) and not ("/" not in name and name.startswith("sources"))
        ):
            yield Fault(name, 1, "a file that is not read.", f"Move it into one of: {', '.join(FOLDERS)}.")


def cited(roots: Iterable[Entry], sources: Mapping[str, Source], faults: list[Fault]) -> frozenset[str]:
    """The sources that are cited anywhere; each has to be known, and each word on its evidence too."""
    found: set[str] = set()
    for root in roots:
        for key, entry in _nested(root, set()):
            try:
                if key == "evidence" or key.endswith("_evidence"):
                    entry.choice(Evidence)
                elif key == "source" or key.endswith("_source"):
                    named = [item.one_of(sources, "source") for item in listed(entry)]
                    if not named:
                        raise entry.broken("no source.", "Name one; every statement has a source.")
                    found.update(named)
            except Broken as broken:
                faults.append(broken.fault)
    return frozenset(found)


def _nested(entry: Entry, seen: set[int]) -> Iterator[tuple[str, Entry]]:
    """Every key with its value, however deep; an anchor that holds itself is read once."""
    if id(entry.node) in seen:
        return
    seen.add(id(entry.node))
    if isinstance(entry.node, yaml.MappingNode):
        for key, value in entry.node.value:
            yield str(key.value), Entry(value, entry.file)
            yield from _nested(Entry(value, entry.file), seen)
    elif isinstance(entry.node, yaml.SequenceNode):
        for value in entry.node.value:
            yield from _nested(Entry(value, entry.file), seen)


def settled(claims: Iterable[Claim], faults: list[Fault], what: str = "", cure: str = "") -> dict[str, str]:
    """Each name to what it means, in small letters; one that means two things is a fault."""
    meaning: dict[str, str] = {}
    for entry, said, meant in claims:
        key = said.casefold()
        if meaning.setdefault(key, meant) != meant:
            fault = entry.broken(
                f"{what}`{said}` means both {meaning[key]} and {meant}.", cure or "Keep it with one of the two."
            )
            faults.append(fault.fault)
    return meaning


def names_of_drugs(monographs: Iterable[Entry], lists: Iterable[Entry]) -> Iterator[Claim]:
    """Every name that a drug may be called by; `lists` are the files of combinations and of partners."""
    for root in monographs:
        fields = _fields(root)
        for drug in _values(fields.get("drug")):
            yield from _named(drug, fields)
    for root in lists:
        for key, value in _pairs(root):
            yield from _named(key, _fields(value))


def _named(drug: Entry, fields: Mapping[str, Entry]) -> Iterator[Claim]:
    name = str(drug.node.value)
    yield drug, name, name
    for key in ("synonyms", "brands"):
        for entry in _values(fields.get(key)):
            yield entry, str(entry.node.value), name


def words(vocabulary: Entry | None) -> Iterator[tuple[str, list[Claim]]]:
    """For each closed list, how its terms are called."""
    for kind, terms in _pairs(vocabulary):
        claims: list[Claim] = []
        for key, term in _pairs(terms):
            name = str(key.node.value)
            claims += [(key, name, name)]
            claims += [(item, str(item.node.value), name) for item in _values(_fields(term).get("synonyms"))]
        yield str(kind.node.value), claims


def codes(monographs: Iterable[Entry], lists: Iterable[Entry]) -> Iterator[Claim]:
    """Every RxNorm code of a drug or a product."""
    for root in monographs:
        fields = _fields(root)
        for drug in _values(fields.get("drug")):
            yield from _coded(str(drug.node.value), fields)
    for root in lists:
        for key, value in _pairs(root):
            yield from _coded(str(key.node.value), _fields(value))


def _coded(drug: str, fields: Mapping[str, Entry]) -> Iterator[Claim]:
    for entry in (fields, _fields(fields.get("codes"))):
        for code in _values(entry.get("rxnorm")):
            yield code, str(code.node.value), drug
    products = fields.get("products")
    for product in products.entries() if products is not None and products.is_list else ():
        stated = _fields(product)
        said = " ".join(_words(stated[key]) for key in ("form", "strength", "volume") if key in stated)
        for code in _values(stated.get("rxnorm")):
            yield code, str(code.node.value), f"{drug} {said}"


def _words(entry: Entry) -> str:
    if isinstance(entry.node, yaml.MappingNode):
        return " and ".join(f"{key.node.value} {_words(value)}" for key, value in _pairs(entry))
    return str(entry.node.value)


def _pairs(entry: Entry | None) -> list[tuple[Entry, Entry]]:
    """The pairs of a mapping. What cannot be read was told by the reader of its file."""
    try:
        return list(entry.pairs()) if entry is not None else []
    except Broken:
        return []


def _fields(entry: Entry | None) -> dict[str, Entry]:
    return {str(key.node.value): value for key, value in _pairs(entry)}


def _values(entry: Entry | None) -> list[Entry]:
    """A text, or the texts of a list."""
    if entry is None or isinstance(entry.node, yaml.MappingNode):
        return []
    return [item for item in listed(entry) if isinstance(item.node, yaml.ScalarNode)]
