"""What people call drugs, indications, conditions and allergies, and what the formulary calls them.

Matching is exact apart from capitals: a look-alike is never corrected, because "prednisone" and "prednisolone" are
one letter apart. Up to three near names are offered beside a refusal, and none of them is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dosing.formulary.model import Formulary, Term

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
MOST_SUGGESTIONS = 3

# How near a name has to be to be offered, in thousandths of the letter pairs that two names share.
_NEAR_ENOUGH = 450
# A hostile text may be long. No name is, so its first letters are all that is compared.
_COMPARED = 64


@dataclass(frozen=True, slots=True)
class NameList:
    """Every name of one kind, lower case, with the name that the formulary uses for it.

    `pairs` holds the letter pairs of each name, for finding near ones.
    """

    names: Mapping[str, str]
    pairs: tuple[tuple[str, frozenset[str]], ...]

    def find(self, spoken: str) -> str | None:
        """The formulary's name, or None. Capitals do not matter; letters that only look alike do."""
        # Only ASCII is folded: folding would turn a long s or a Kelvin sign into a plain letter.
        return self.names.get(spoken.lower() if spoken.isascii() else spoken)

    def near(self, spoken: str) -> tuple[str, ...]:
        """Up to three names that look most like `spoken`, nearest first."""
        wanted = letter_pairs(spoken[:_COMPARED].lower())
        best: dict[str, int] = {}
        for name, pairs in self.pairs:
            likeness = 2000 * len(wanted & pairs) // (len(wanted) + len(pairs))
            if likeness >= _NEAR_ENOUGH and likeness > best.get(name, 0):
                best[name] = likeness
        return tuple(sorted(best, key=lambda name: (-best[name], name))[:MOST_SUGGESTIONS])


@dataclass(frozen=True, slots=True)
class SpokenDrug:
    """A drug as it was written, the formulary's name for it or None, and what it may have been meant for."""

    spoken: str
    drug: str | None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Every closed list of names of one formulary. `codes` and `product_codes` are RxNorm's, to a drug's name."""

    formulary: Formulary
    drugs: NameList
    codes: Mapping[str, str]
    product_codes: Mapping[str, str]
    indications: NameList
    conditions: NameList
    allergies: NameList

    def drug(self, spoken: str) -> SpokenDrug:
        """A drug by name, synonym or brand."""
        found = self.drugs.find(spoken)
        return SpokenDrug(spoken, found, () if found is not None else self.drugs.near(spoken))

    def coded_drug(self, code: str) -> SpokenDrug:
        """A drug by the RxNorm code of its ingredient.

        The code of a product also says a strength and a form, which would be lost: its drug is only suggested.
        """
        found = self.codes.get(code)
        suggested = self.product_codes.get(code) if found is None else None
        return SpokenDrug(f"RxNorm {code}", found, (suggested,) if suggested is not None else ())

    def ingredients(self, drug: str) -> tuple[str, ...]:
        """The ingredients of a combination; of any other drug itself alone."""
        combination = self.formulary.combinations.get(drug)
        return combination.ingredients if combination is not None else (drug,)

    def allergens(self, allergy: str) -> frozenset[str]:
        """What an allergy is to. One to a combination may be to any of its ingredients, so it counts for each."""
        return frozenset({allergy, *self.ingredients(allergy)})


def names_of(formulary: Formulary) -> Names:
    """The lists of a formulary, made once when it is loaded."""
    classes = {name: name for name in formulary.classes}
    return Names(
        formulary=formulary,
        drugs=name_list(formulary.names),
        codes=_codes(formulary),
        product_codes=_product_codes(formulary),
        indications=name_list(_said(formulary.indications.values())),
        conditions=name_list(_said(formulary.conditions.values())),
        # Later entries win: a drug's own name before a class, a class before a word of the allergy list.
        allergies=name_list(_said(formulary.allergies.values()) | classes | dict(formulary.names)),
    )


def name_list(names: Mapping[str, str]) -> NameList:
    """A list of names: every way to say something, in any capitals, with the name that is used for it."""
    lower = {spoken.lower(): name for spoken, name in names.items()}
    return NameList(lower, tuple((name, letter_pairs(spoken)) for spoken, name in lower.items()))


def letter_pairs(text: str) -> frozenset[str]:
    """Each two letters that stand side by side, the ends of the text being letters too."""
    ended = f" {text} "
    return frozenset(ended[place : place + 2] for place in range(len(ended) - 1))


def _said(terms: Iterable[Term]) -> dict[str, str]:
    """Names and synonyms of a list; a name is never taken over by a synonym of another."""
    listed = tuple(terms)
    synonyms = {synonym: term.name for term in listed for synonym in term.synonyms}
    return synonyms | {term.name: term.name for term in listed}


def _codes(formulary: Formulary) -> dict[str, str]:
    coded = [(known.codes, drug) for drug, known in formulary.monographs.items()]
    coded += [(known.codes, drug) for drug, known in formulary.partners.items()]
    return {codes["rxnorm"]: drug for codes, drug in coded if "rxnorm" in codes}


def _product_codes(formulary: Formulary) -> dict[str, str]:
    products = [(product.rxnorm, drug) for drug, known in formulary.monographs.items() for product in known.products]
    products += [(product.rxnorm, drug) for drug, known in formulary.combinations.items() for product in known.products]
    return {code: drug for code, drug in products if code}
