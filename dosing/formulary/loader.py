"""Files to a `Formulary`: read everything, collect every fault, refuse the whole when there is one.

The version is written in `formulary.yaml`; the hash covers the bytes of every file in name order, so that a verdict
can be reproduced from a commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from dosing.formulary.claims import cited, codes, names_of_drugs, settled, unread, words
from dosing.formulary.drugs import (
    read_advice,
    read_combination,
    read_formula,
    read_monograph,
    read_partner,
    read_source,
    read_status,
    read_term,
)
from dosing.formulary.entry import Broken, Entry, Fault, FormularyError, compose, read_list
from dosing.formulary.factors import read_equivalence
from dosing.formulary.kinds import Rule, Source
from dosing.formulary.kinship import Shared, read_shared, unreached, with_shared
from dosing.formulary.local import read_local, with_local
from dosing.formulary.model import Advice, Combination, Equivalence, Formula, Formulary, Monograph, Partner, Term
from dosing.formulary.rules import read_rule
from dosing.formulary.when import Names, listed

HERE = Path(__file__).parent
CLASS_FIELDS = frozenset(
    ["class", "title", "members", "rules", "facts", "tapers", "restart", "source", "evidence", "review_by"]
)


def load(directory: Path = HERE, local: Path | None = None) -> Formulary:
    """Read the formulary in `directory`, with a hospital's own layer from the file `local` over it.

    Raises `FormularyError` with every fault found.
    """
    return _Loading(directory, local).formulary()


class _Loading:
    """One reading of one directory: the roots of its files and the faults found so far."""

    def __init__(self, directory: Path, local: Path | None) -> None:
        self.directory, self.local = directory, local
        self.faults: list[Fault] = []
        self.roots: dict[str, Entry] = {}
        self.reviews: dict[str, tuple[str, int]] = {}
        digest = hashlib.sha256()
        paths = {path.relative_to(directory).as_posix(): path for path in sorted(directory.rglob("*.y*ml"))}
        paths = {name: path for name, path in paths.items() if not name.startswith(("cases/", "deck/"))}
        self.faults += unread(paths)
        for name, path in paths.items():
            if any(fault.file == name for fault in self.faults):
                continue
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
            try:
                self.roots[name] = compose(path, name)
            except Broken as broken:
                self.faults.append(broken.fault)
        if local is not None and local.is_file():
            digest.update(b"local\0" + local.read_bytes())
        self.sha256 = digest.hexdigest()

    def formulary(self) -> Formulary:
        # What stands in a file that cannot be read is missing everywhere else: that is told first, and alone.
        self._refuse()
        sources = self._sources()
        citing = cited(
            (root for name, root in self.roots.items() if not name.startswith("sources")), sources, self.faults
        )
        classes, members = self._classes()
        indications, conditions, allergies = self._vocabulary(frozenset(classes))
        drug_names = self._drug_names()
        partners = self._partners(classes, members, drug_names)
        drugs = frozenset(partners) | drug_names
        known = frozenset(classes) | drugs
        self._members(frozenset(partners), drug_names)
        names = Names(sources, indications, conditions, known, known | frozenset(allergies), drugs)
        class_rules = self._class_rules(classes, names)
        general = self._rules("general.yaml", "general", names)
        combinations = self._combinations(names)
        monographs = self._monographs(names, frozenset(classes), class_rules, general, self._shared(names))
        equivalences = self._equivalences(names)
        advice = self._advice(names)
        formulas = self._formulas(names)
        version, status = self._version(monographs)
        rules = self._index(monographs.values(), class_rules, general)
        replaced: frozenset[str] = frozenset()
        if self.local is not None:
            layer = read_local(self.local, rules, names, self.faults)
            if layer is not None:
                version = f"{version}+local.{layer.version}"
                sources = {**sources, **layer.sources}
                monographs = {drug: with_local(known, layer) for drug, known in monographs.items()}
                replaced = frozenset(layer.instead)
                added = (*layer.beside.values(), *layer.instead.values(), *layer.added)
                rules = {**rules, **{rule.id: rule for rule in added}}
        spoken = self._meanings()
        self._refuse()
        return Formulary(
            version=version,
            sha256=self.sha256,
            signed_off=status == "released",
            monographs=monographs,
            combinations=combinations,
            partners=partners,
            names=spoken,
            classes=classes,
            members={
                name: members[name] | {drug for drug, known in monographs.items() if name in known.classes}
                for name in classes
            },
            rules=rules,
            equivalences=equivalences,
            indications=indications,
            conditions=conditions,
            allergies=allergies,
            advice=advice,
            sources=sources,
            formulas=formulas,
            general=general,
            replaced=replaced,
            cited=citing,
            files=frozenset(self.roots),
            reviews=self.reviews,
        )

    def _refuse(self) -> None:
        if self.faults:
            # A file that is read for several purposes tells its fault as often.
            raise FormularyError(sorted(dict.fromkeys(self.faults), key=lambda fault: (fault.file, fault.line)))

    def _matching(self, prefix: str) -> Iterable[Entry]:
        return [entry for name, entry in self.roots.items() if name.startswith(prefix)]

    def _pairs(self, entry: Entry | None) -> Iterable[tuple[Entry, Entry]]:
        """The pairs of a mapping, with a fault instead of an exception when it is none."""
        if entry is None:
            return []
        try:
            return list(entry.pairs())
        except Broken as broken:
            self.faults.append(broken.fault)
            return []

    def _fault(self, entry: Entry, what: str, cure: str) -> None:
        self.faults.append(entry.broken(what, cure).fault)

    def _sources(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for root in self._matching("sources"):
            for key, entry in self._pairs(root):
                name = key.text()
                if name in found:
                    self._fault(key, f"source `{name}` stands in {found[name].file} too.", "Keep one of the two.")
                # A source that is broken is known all the same: what cites it has no fault of its own.
                found[name] = Source(name, name, "", None, "", file=key.file, line=key.line)
                try:
                    found[name] = replace(read_source(name, entry), file=key.file, line=key.line)
                except Broken as broken:
                    self.faults.append(broken.fault)
        return found

    def _vocabulary(self, classes: frozenset[str]) -> tuple[dict[str, Term], dict[str, Term], dict[str, Term]]:
        lists: dict[str, dict[str, Term]] = {"indications": {}, "conditions": {}, "allergies": {}}
        for key, entry in self._pairs(self.roots.get("vocabulary.yaml")):
            kind = key.text()
            if kind not in lists:
                self._fault(key, f"unknown list `{kind}`.", f"Use one of: {', '.join(lists)}.")
                continue
            for word, term in self._pairs(entry):
                name = word.text()
                lists[kind][name] = Term(name, name)
                try:
                    lists[kind][name] = read_term(name, term, classes)
                except Broken as broken:
                    self.faults.append(broken.fault)
        for _, claims in words(self.roots.get("vocabulary.yaml")):
            settled(claims, self.faults)
        return lists["indications"], lists["conditions"], lists["allergies"]

    def _classes(self) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
        titles: dict[str, str] = {}
        members: dict[str, frozenset[str]] = {}
        for root in self._matching("classes/"):
            name = self._name(root, "class")
            if name in titles:
                self._fault(root, f"a second class {name}.", "Keep one file for one class.")
            titles[name], members[name] = name, frozenset()
            try:
                fields = root.fields(CLASS_FIELDS, ("class", "title"))
                fields["class"].text()
                if root.file.rpartition("/")[2] != f"{name}.yaml":
                    raise fields["class"].broken(f"the file is not named after {name}.", f"Name it {name}.yaml.")
                if "rules" in fields and "review_by" not in fields:
                    raise root.broken("rules without `review_by`.", "Add `review_by:`, the date of the next reading.")
                titles[name] = fields["title"].text()
                if "review_by" in fields:
                    self.reviews[root.file] = (fields["review_by"].day(), fields["review_by"].line)
                members[name] = frozenset(fields["members"].texts()) if "members" in fields else frozenset()
            except Broken as broken:
                self.faults.append(broken.fault)
        return titles, members

    def _name(self, root: Entry, wanted: str) -> str:
        """The name that a file gives to what it is about; that of the file where it gives none."""
        for key, entry in self._pairs(root):
            if key.text() == wanted and entry.is_text:
                return str(entry.node.value)
        stem = root.file.rpartition("/")[2].removesuffix(".yaml")
        return stem.replace("-", " ") if wanted == "drug" else stem

    def _members(self, partners: frozenset[str], drugs: frozenset[str]) -> None:
        """Members of classes are drugs that are known and have no monograph."""
        for root in self._matching("classes/"):
            for key, entry in self._pairs(root):
                if key.text() == "members":
                    for member in listed(entry):
                        name = str(member.node.value)
                        if name in drugs:
                            self._fault(member, f"`{name}` has a monograph.", "Name the class there.")
                        elif name not in partners:
                            self._fault(member, f"`{name}` is no known drug.", "Add it to partners.yaml.")

    def _partners(
        self, classes: Mapping[str, str], members: Mapping[str, frozenset[str]], drugs: frozenset[str]
    ) -> dict[str, Partner]:
        found: dict[str, Partner] = {}
        for key, entry in self._pairs(self.roots.get("partners.yaml")):
            name = key.text()
            belongs = frozenset(title for title, names in members.items() if name in names)
            if name in drugs:
                self._fault(key, f"`{name}` has a monograph.", "Remove it here: the monograph names it.")
            found[name] = Partner(name, {}, belongs)
            try:
                found[name] = read_partner(name, entry, frozenset(classes), belongs)
            except Broken as broken:
                self.faults.append(broken.fault)
        return found

    def _drug_names(self) -> frozenset[str]:
        return frozenset(self._name(root, "drug") for root in self._matching("monographs/"))

    def _rules(self, file: str, subject: str, names: Names) -> tuple[Rule, ...]:
        rules: tuple[Rule, ...] = ()
        for key, entry in self._pairs(self.roots.get(file)):
            if key.text() != "rules":
                self._fault(key, f"unknown key `{key.text()}`.", "Only `rules` stands here.")
            else:
                rules = tuple(self._read_rules(entry, subject, "", names))
        return rules

    def _class_rules(self, classes: Mapping[str, str], names: Names) -> dict[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = dict.fromkeys(classes, ())
        for root in self._matching("classes/"):
            fields = {key.text(): entry for key, entry in self._pairs(root)}
            if "rules" not in fields:
                continue
            subject = self._name(root, "class")
            try:
                review_by = fields["review_by"].day() if "review_by" in fields else ""
            except Broken as broken:
                self.faults.append(broken.fault)
                continue
            found[subject] = tuple(self._read_rules(fields["rules"], subject, review_by, names))
        return found

    def _shared(self, names: Names) -> dict[str, Shared]:
        found: dict[str, Shared] = {}
        for root in self._matching("classes/"):
            fields = {key.text(): entry for key, entry in self._pairs(root)}
            found[self._name(root, "class")] = read_shared(fields, names, self.faults)
        return found

    def _read_rules(self, entry: Entry, subject: str, review_by: str, names: Names) -> list[Rule]:
        if entry.is_list and not entry.entries():
            self._fault(entry, "no rules.", "Write one, or remove the key.")
        return read_list(entry, lambda item: read_rule(item, subject, review_by, names), self.faults)

    def _monographs(
        self,
        names: Names,
        classes: frozenset[str],
        class_rules: Mapping[str, tuple[Rule, ...]],
        general: tuple[Rule, ...],
        shared: Mapping[str, Shared],
    ) -> dict[str, Monograph]:
        found: dict[str, Monograph] = {}
        for root in self._matching("monographs/"):
            try:
                monograph = read_monograph(root, names, classes, class_rules, general, self.faults)
            except Broken as broken:
                self.faults.append(broken.fault)
                continue
            if monograph.drug in found:
                self._fault(
                    root,
                    f"a second monograph of {monograph.drug}, beside {found[monograph.drug].file}.",
                    "Keep one file for one drug.",
                )
            found[monograph.drug] = with_shared(monograph, shared)
        # A monograph that cannot be read is not there: what its class states would seem to reach nobody.
        if not self.faults:
            self.faults += unreached(shared, found)
        return found

    def _combinations(self, names: Names) -> dict[str, Combination]:
        found: dict[str, Combination] = {}
        for key, entry in self._pairs(self.roots.get("combinations.yaml")):
            name = key.text()
            if name in names.drugs:
                self._fault(key, f"`{name}` is a drug by itself.", "Give the combination another name.")
            try:
                found[name] = read_combination(name, entry, names)
            except Broken as broken:
                self.faults.append(broken.fault)
        return found

    def _equivalences(self, names: Names) -> dict[str, Equivalence]:
        found: dict[str, Equivalence] = {}
        for root in self._matching("equivalence/"):
            try:
                equivalence = read_equivalence(root, names)
                if equivalence.name in found:
                    what = f"a second factor set {equivalence.name}."
                    raise root.broken(what, "Keep one file for one set.")
                found[equivalence.name] = equivalence
            except Broken as broken:
                self.faults.append(broken.fault)
        return found

    def _advice(self, names: Names) -> dict[str, Advice]:
        found: dict[str, Advice] = {}
        for key, entry in self._pairs(self.roots.get("advice.yaml")):
            code = key.text()
            try:
                found[code] = read_advice(code, entry, names)
            except Broken as broken:
                self.faults.append(broken.fault)
        return found

    def _formulas(self, names: Names) -> dict[str, Formula]:
        found: dict[str, Formula] = {}
        for key, entry in self._pairs(self.roots.get("formulas.yaml")):
            name = key.text()
            try:
                found[name] = read_formula(name, entry, names)
            except Broken as broken:
                self.faults.append(broken.fault)
        return found

    def _version(self, monographs: Mapping[str, Monograph]) -> tuple[str, str]:
        root = self.roots.get("formulary.yaml")
        if root is None:
            self.faults.append(
                Fault("formulary.yaml", 1, "the file is missing.", "Add it with `version` and `status`.")
            )
            return "", ""
        try:
            fields = root.fields(frozenset({"version", "status", "reviewers", "note"}), ("version", "status"))
            status, _ = read_status(fields)
            drafts = [drug for drug, known in monographs.items() if known.status != "released"]
            if status == "released" and drafts:
                what = f"released, and {drafts[0]} is not ({len(drafts)} in all)."
                raise fields["status"].broken(what, "Release every monograph first.")
            return fields["version"].text(), status
        except Broken as broken:
            self.faults.append(broken.fault)
            return "", ""

    def _index(
        self,
        monographs: Iterable[Monograph],
        class_rules: Mapping[str, tuple[Rule, ...]],
        general: tuple[Rule, ...],
    ) -> dict[str, Rule]:
        index: dict[str, Rule] = {}
        own = [rule for monograph in monographs for rule in monograph.rules if rule.subject == monograph.drug]
        for rule in [*own, *(rule for rules in class_rules.values() for rule in rules), *general]:
            if rule.id in index:
                fault = Fault(rule.file, rule.line, f"rule `{rule.id}` stands twice.", "Give one another id.")
                self.faults.append(fault)
            index[rule.id] = rule
        return index

    def _meanings(self) -> dict[str, str]:
        """Every name a drug may be called by to its own; one name, one code never means two things."""
        monographs = list(self._matching("monographs/"))
        lists = [self.roots[name] for name in ("combinations.yaml", "partners.yaml") if name in self.roots]
        settled(codes(monographs, lists), self.faults, "RxNorm ", "Look the code up again.")
        return settled(names_of_drugs(monographs, lists), self.faults)
