"""YAML entries to factor sets: how doses of several drugs are added up."""

from __future__ import annotations

from dosing.formulary.entry import Entry
from dosing.formulary.kinds import Evidence
from dosing.formulary.model import DoseClass, Equivalence, Factor
from dosing.formulary.when import Names, source_of
from dosing.vocabulary import FORMS, ROUTES

SUMS = frozenset({"mg/d", "{MME}/d"})


def read_equivalence(entry: Entry, names: Names) -> Equivalence:
    allowed = "name unit title dated source evidence factors no_factor superseded routes classes classes_source note"
    fields = entry.fields(frozenset(allowed.split()), ("name", "unit", "title", "source", "evidence", "factors"))
    factors: dict[str, tuple[Factor, ...]] = {}
    for item in fields["factors"].entries():
        parts = item.fields(
            frozenset({"drug", "factor", "form", "per", "source", "evidence", "note"}), ("drug", "factor")
        )
        drug = parts["drug"].one_of(names.drugs, "drug")
        factor = Factor(
            drug=drug,
            factor=parts["factor"].fraction(),
            per=parts["per"].one_of(frozenset({"mg", "ug/h"}), "unit of a factor") if "per" in parts else "mg",
            forms=parts["form"].some_of(FORMS, "form") if "form" in parts else None,
        )
        if not factor.factor:
            raise parts["factor"].broken("a factor of nothing.", "Move the drug to `no_factor`, with the reason.")
        if any(known.per == factor.per and _meet(known.forms, factor.forms) for known in factors.get(drug, ())):
            raise item.broken(f"a second factor of {drug}.", "Keep one of the two, or name the form of each.")
        factors[drug] = (*factors.get(drug, ()), factor)
    if not factors:
        raise fields["factors"].broken("no factors.", "A factor set holds at least one.")
    without: dict[str, str] = {}
    for item in fields["no_factor"].entries() if "no_factor" in fields else []:
        parts = item.fields(frozenset({"drug", "reason", "source", "evidence", "form"}), ("drug", "reason"))
        without[parts["drug"].one_of(names.drugs, "drug")] = parts["reason"].text()
    for item in fields["superseded"].entries() if "superseded" in fields else []:
        item.fields(frozenset({"title", "source", "evidence", "factors", "note"}), ("title", "source", "factors"))
    return Equivalence(
        name=fields["name"].text(),
        title=fields["title"].text(),
        unit=fields["unit"].one_of(SUMS, "unit of a sum"),
        dated=fields["dated"].text() if "dated" in fields else "",
        source=source_of(fields["source"], names),
        evidence=fields["evidence"].choice(Evidence),
        factors=factors,
        no_factor=without,
        routes=fields["routes"].some_of(ROUTES, "route") if "routes" in fields else frozenset(ROUTES),
        classes=tuple(_dose_class(item) for item in fields["classes"].entries()) if "classes" in fields else (),
        classes_source=source_of(fields["classes_source"], names) if "classes_source" in fields else None,
        note=fields["note"].text() if "note" in fields else "",
    )


def _meet(forms: frozenset[str] | None, others: frozenset[str] | None) -> bool:
    return forms is None or others is None or not forms.isdisjoint(others)


def _dose_class(entry: Entry) -> DoseClass:
    fields = entry.fields(frozenset({"name", "range", "source", "evidence", "note"}), ("name", "range"))
    return DoseClass(fields["name"].text(), fields["range"].interval("mg/d"))
