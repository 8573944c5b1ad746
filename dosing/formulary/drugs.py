"""YAML entries to drugs: monographs with products, combinations, partners, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from dosing.formulary.entry import Entry, Fault, read_list
from dosing.formulary.kinds import Evidence, Rule, Source
from dosing.formulary.model import (
    Advice,
    Basis,
    Combination,
    CombinationProduct,
    Fact,
    Formula,
    InternationalUnits,
    Monograph,
    Partner,
    Product,
    Reviewer,
    Term,
)
from dosing.formulary.protocols import read_protocol, read_restart, read_taper
from dosing.formulary.rules import read_rule
from dosing.formulary.when import Names, source_of, texts_of
from dosing.units import Quantity
from dosing.vocabulary import FORMS, LIQUIDS, ROUTES

MONOGRAPH = frozenset(
    [
        "drug",
        "title",
        "status",
        "review_by",
        "reviewers",
        "codes",
        "synonyms",
        "brands",
        "classes",
        "not_interchangeable",
        "basis",
        "international_units",
        "products",
        "rules",
        "protocols",
        "tapers",
        "restart",
        "facts",
    ]
)
PRODUCT = frozenset(
    [
        "form",
        "strength",
        "split",
        "split_source",
        "split_evidence",
        "increment",
        "rxnorm",
        "source",
        "evidence",
        "note",
        "offer",
        "route",
    ]
)
REVIEW_STATES = frozenset({"draft", "reviewed", "released"})
PIECES = {"half": 2, "quarter": 4}
RXNORM = re.compile(r"[1-9][0-9]*")
AMOUNTS = frozenset({"[mass]", "[biological_activity]"})


def read_source(name: str, entry: Entry) -> Source:
    fields = entry.fields(frozenset({"title", "publisher", "section", "year", "url"}), ("title",))
    return Source(
        id=name,
        title=fields["title"].text(),
        section=fields["section"].text() if "section" in fields else "",
        year=fields["year"].integer() if "year" in fields else None,
        url=fields["url"].text() if "url" in fields else "",
        publisher=fields["publisher"].text() if "publisher" in fields else "",
    )


def read_term(name: str, entry: Entry, classes: frozenset[str]) -> Term:
    fields = entry.fields(frozenset({"title", "synonyms", "icd10cm", "classes"}), ("title",))
    return Term(
        name=name,
        title=fields["title"].text(),
        synonyms=fields["synonyms"].texts() if "synonyms" in fields else (),
        codes=fields["icd10cm"].texts() if "icd10cm" in fields else (),
        classes=fields["classes"].some_of(classes, "class") if "classes" in fields else frozenset(),
    )


def read_partner(name: str, entry: Entry, classes: frozenset[str], belongs: frozenset[str]) -> Partner:
    fields = entry.fields(frozenset({"rxnorm", "atc", "classes", "synonyms", "brands", "source"}))
    return Partner(
        drug=name,
        codes={
            key: fields[key].text() if key == "atc" else _code(fields[key])
            for key in ("rxnorm", "atc")
            if key in fields
        },
        classes=belongs | (fields["classes"].some_of(classes, "class") if "classes" in fields else frozenset()),
        names=texts_of(fields, "synonyms") + texts_of(fields, "brands"),
    )


def read_formula(name: str, entry: Entry, names: Names) -> Formula:
    fields = entry.fields(
        frozenset({"title", "source", "evidence", "constants", "domain", "note"}),
        ("title", "source", "evidence", "constants"),
    )
    return Formula(
        name=name,
        title=fields["title"].text(),
        constants={key: value.fraction() for key, value in fields["constants"].items()},
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
        note=fields["note"].text() if "note" in fields else "",
        domain=fields["domain"].text() if "domain" in fields else "",
    )


def read_advice(code: str, entry: Entry, names: Names) -> Advice:
    fields = entry.fields(frozenset({"text", "source", "evidence"}), ("text", "source", "evidence"))
    return Advice(code, fields["text"].text(), source_of(fields["source"], names), fields["evidence"].choice(Evidence))


def read_monograph(
    entry: Entry,
    names: Names,
    classes: frozenset[str],
    class_rules: Mapping[str, tuple[Rule, ...]],
    general: tuple[Rule, ...],
    faults: list[Fault],
) -> Monograph:
    """One drug. Faults inside its lists are added to `faults`; only a broken head raises."""
    fields = entry.fields(MONOGRAPH, ("drug", "title", "status", "review_by", "products", "rules"))
    drug, review_by = fields["drug"].text(), fields["review_by"].day()
    status, reviewers = read_status(fields)
    file = drug.replace(" ", "-") + ".yaml"
    if not entry.file.endswith(f"/{file}"):
        raise fields["drug"].broken(f"the file is not named after {drug}.", f"Name it {file}.")
    belongs = fields["classes"].some_of(classes, "class") if "classes" in fields else frozenset()
    own = read_list(fields["rules"], lambda item: read_rule(item, drug, review_by, names), faults)
    rules = (*own, *(rule for name in sorted(belongs) for rule in class_rules[name]), *general)
    products = tuple(read_list(fields["products"], lambda item: read_product(item, names), faults))
    protocols = (
        tuple(read_list(fields["protocols"], lambda item: read_protocol(item, names), faults))
        if "protocols" in fields
        else ()
    )
    tapers = (
        tuple(read_list(fields["tapers"], lambda item: read_taper(item, names), faults)) if "tapers" in fields else ()
    )
    facts = tuple(read_list(fields["facts"], lambda item: read_fact(item, names), faults)) if "facts" in fields else ()
    return Monograph(
        drug=drug,
        title=fields["title"].text(),
        status=status,
        reviewers=reviewers,
        review_by=review_by,
        codes=_codes(fields["codes"]) if "codes" in fields else {},
        synonyms=texts_of(fields, "synonyms"),
        brands=texts_of(fields, "brands"),
        classes=belongs,
        products=products,
        rules=rules,
        protocols=protocols,
        tapers=tapers,
        restart=read_restart(fields["restart"], names) if "restart" in fields else None,
        facts=facts,
        not_interchangeable=texts_of(fields, "not_interchangeable"),
        forms=tuple(dict.fromkeys(product.form for product in products)),
        rules_of=rules_by_kind(rules),
        file=entry.file,
        lines={key.text(): key.line for key, _ in entry.pairs()},
        basis=_basis(fields["basis"], names) if "basis" in fields else None,
        international_units=(
            _international(fields["international_units"], names) if "international_units" in fields else None
        ),
    )


def read_status(fields: Mapping[str, Entry]) -> tuple[str, tuple[Reviewer, ...]]:
    """How far a monograph or the whole has come, and who has read it: nothing is reviewed by nobody."""
    status = fields["status"].one_of(REVIEW_STATES, "status")
    listed = fields["reviewers"].entries() if "reviewers" in fields else []
    stated = [item.fields(frozenset({"name", "on"}), ("name", "on")) for item in listed]
    if status != "draft" and not stated:
        raise fields["status"].broken(
            f"{status} without a reviewer.", "Name who read it: `reviewers: [{name: A. Pharmacist, on: 2026-11-02}]`."
        )
    return status, tuple(Reviewer(item["name"].text(), item["on"].day()) for item in stated)


def rules_by_kind(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """The rules that are judged, by kind and in the order of the files."""
    kept = sorted((rule for rule in rules if not rule.superseded), key=lambda rule: rule.kind)
    return {kind: tuple(group) for kind, group in groupby(kept, key=lambda rule: rule.kind)}


def _basis(entry: Entry, names: Names) -> Basis:
    fields = entry.fields(
        frozenset({"stated", "salt", "base", "other_names", "source", "evidence"}),
        ("stated", "salt", "base", "source", "evidence"),
    )
    return Basis(
        fields["stated"].one_of(frozenset({"salt", "base"}), "basis"),
        fields["salt"].quantity(),
        fields["base"].quantity(),
        source_of(fields["source"], names),
        fields["evidence"].choice(Evidence),
        texts_of(fields, "other_names"),
    )


def _international(entry: Entry, names: Names) -> InternationalUnits:
    fields = entry.fields(frozenset({"amount", "per", "source", "evidence"}), ("amount", "per", "source", "evidence"))
    return InternationalUnits(
        fields["amount"].fraction(),
        fields["per"].quantity(),
        source_of(fields["source"], names),
        fields["evidence"].choice(Evidence),
    )


def read_product(entry: Entry, names: Names) -> Product:
    fields = entry.fields(PRODUCT, ("form", "strength", "source", "evidence"))
    form = fields["form"].one_of(FORMS, "form")
    strength, volume = read_strength(fields["strength"])
    _fits(form, strength, volume, fields["strength"])
    if "split" in fields and not {"split_source", "split_evidence"} <= fields.keys():
        raise fields["split"].broken("a score without a source.", "Add `split_source` and `split_evidence`.")
    split = fields["split"].one_of(PIECES, "division") if "split" in fields else ""
    if split and not form.endswith("tablet"):
        raise fields["split"].broken(f"a {form} cannot be divided.", "Remove `split`.")
    if "increment" in fields:
        _volume(fields["increment"])
    return Product(
        form=form,
        strength=strength,
        volume=volume,
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
        pieces_per_unit=PIECES.get(split, 1),
        increment=fields["increment"].quantity() if "increment" in fields else None,
        rxnorm=_code(fields["rxnorm"]) if "rxnorm" in fields else "",
        offered="offer" not in fields or fields["offer"].flag(),
        routes=fields["route"].some_of(ROUTES, "route") if "route" in fields else None,
        note=fields["note"].text() if "note" in fields else "",
        line=entry.line,
    )


def _fits(form: str, strength: Quantity, volume: Quantity | None, entry: Entry) -> None:
    """A liquid has an amount in a volume, a patch has a rate, everything else an amount in one piece."""
    if (form in LIQUIDS) != (volume is not None):
        cure = "Write `250 mg / 5 mL`." if form in LIQUIDS else "Write the amount in one piece, such as `300 mg`."
        raise entry.broken("the strength does not fit the form.", cure)
    a_rate = form == "transdermal patch"
    if strength.unit.dimension not in ({"[mass]/[time]"} if a_rate else AMOUNTS):
        raise entry.broken(f"a {form} in {strength.unit.code}.", f"Write it in {'ug/h' if a_rate else 'mg'}.")


def _volume(entry: Entry) -> Quantity:
    volume = entry.quantity()
    if volume.unit.dimension != "[volume]" or not volume.value:
        raise entry.broken(f"{volume} is not a volume.", "Write it in mL.")
    return volume


def read_strength(entry: Entry) -> tuple[Quantity, Quantity | None]:
    """`300 mg` is a piece; `250 mg / 5 mL` is an amount in a volume."""
    amount, slash, volume = entry.text().partition(" / ")
    node = entry.node
    if not slash:
        return entry.quantity(), None
    above, below = (
        Entry(type(node)(node.tag, text, node.start_mark, node.end_mark), entry.file) for text in (amount, volume)
    )
    return above.quantity(), _volume(below)


def read_fact(entry: Entry, names: Names) -> Fact:
    fields = entry.fields(frozenset({"topic", "text", "source", "evidence"}), ("topic", "text", "source", "evidence"))
    return Fact(
        fields["topic"].text(),
        fields["text"].text(),
        source_of(fields["source"], names),
        fields["evidence"].choice(Evidence),
    )


def read_combination(name: str, entry: Entry, names: Names) -> Combination:
    fields = entry.fields(
        frozenset({"title", "ingredients", "codes", "synonyms", "brands", "products"}),
        ("ingredients", "products"),
    )
    ingredients = tuple(item.one_of(names.drugs, "drug") for item in fields["ingredients"].entries())
    for key in ("ingredients", "products"):
        if not fields[key].entries():
            raise fields[key].broken(f"no {key}.", "A combination names its ingredients and its products.")
    if "codes" in fields:
        _codes(fields["codes"])
    return Combination(
        drug=name,
        ingredients=ingredients,
        synonyms=texts_of(fields, "synonyms") + texts_of(fields, "brands"),
        products=tuple(_combination_product(item, ingredients, names) for item in fields["products"].entries()),
    )


def _combination_product(entry: Entry, ingredients: tuple[str, ...], names: Names) -> CombinationProduct:
    fields = entry.fields(
        frozenset({"form", "strength", "volume", "rxnorm", "source", "evidence", "split", "note"}),
        ("form", "strength", "source", "evidence"),
    )
    amounts = fields["strength"].fields(frozenset(ingredients), ingredients)
    form = fields["form"].one_of(FORMS, "form")
    volume = _volume(fields["volume"]) if "volume" in fields else None
    strengths = {}
    for drug, amount in amounts.items():
        strengths[drug], per = read_strength(amount)
        volume = per or volume
        _fits(form, strengths[drug], volume, amount)
    return CombinationProduct(
        form=form,
        strengths=strengths,
        volume=volume,
        rxnorm=_code(fields["rxnorm"]) if "rxnorm" in fields else "",
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
    )


def _codes(entry: Entry) -> dict[str, str]:
    """Codes of other vocabularies: of RxNorm, and of the anatomical, therapeutic and chemical classification."""
    fields = entry.fields(frozenset({"rxnorm", "atc"}))
    return {key: _code(code) if key == "rxnorm" else code.text() for key, code in fields.items()}


def _code(entry: Entry) -> str:
    return entry.matching(RXNORM, "an RxNorm code", "Write its digits.")
