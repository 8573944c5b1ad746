"""P4: unknown never passes.

Look-alikes of the names of drugs, forms and units, a thousand of each and in full five thousand, made from the shipped
lists with a fixed seed: letters lost, doubled, changed and swapped, other salts, stems and endings, brands and foreign
names that are not listed, letters of other alphabets. None of them is read as something known; each is answered or
refused by name; what is offered instead is at most three names, and none is applied.

What is listed is stated here a second time: `listed_units` spells the units out from the tables, it reads nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings
from dosing.units import ALIASES, UNITS
from dosing.vocabulary import FORMS
from tests.figures import figure
from tests.reading_cases import formulary, names

CHECK = "/v1/orders/check"
SEED = 20261201
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_SUGGESTIONS = 3
# Letters of other alphabets that look like one of ours.
TWINS = {"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "x": "х", "y": "у", "s": "ѕ", "v": "ν", "m": "м"}
SALTS = (
    *(
        "hydrochloride",
        "hydrobromide",
        "sulfate",
        "sodium",
        "potassium",
        "calcium",
        "magnesium",
        "acetate",
        "phosphate",
    ),
    *("tartrate", "maleate", "fumarate", "besylate", "mesylate", "succinate", "citrate", "nitrate", "enacarbil", "HCl"),
    *("monohydrate", "dihydrate", "base", "anhydrous", "forte", "retard", "SR", "XL", "plus", "PM", "junior", "100"),
)
PREFIXES = (
    *("nor", "des", "levo", "dextro", "dex", "es", "ar", "iso", "neo", "methyl", "ethyl", "hydroxy", "dihydro", "oxy"),
    *("cyclo", "fluoro", "pro", "pre", "co-", "pseudo", "apo-", "ratio-", "generic ", "extra "),
)
ENDINGS = (
    *(
        "e",
        "um",
        "a",
        "o",
        "in",
        "ine",
        "ina",
        "one",
        "on",
        "ol",
        "olone",
        "isone",
        "al",
        "ate",
        "ium",
        "ic acid",
        "coxib",
    ),
    *("profen", "dronate", "dronic acid", "azepam", "pramine", "triptyline", "oxetine", "codone", "morphone", "parin"),
)
# Sold or written so somewhere, and not in the formulary.
ELSEWHERE = (
    *("Contramal", "Zydol", "Lodotra", "Doliprane", "Efferalgan", "Ben-u-ron", "Novalgin", "Katadolon", "Sirdalud"),
    *("Trancopal", "Arcoxia", "Vioxx", "Bextra", "Voltfast", "Cataflan", "Aulin", "Mobiflex", "Saroten", "Nortrilen"),
    *("Tranxilium", "Rivotril-Tropfen", "Lexotanil", "Tavor Expidet", "Temesta", "Stilnox", "Imovane", "Dafalgan"),
    *("paracetamolo", "paracétamol", "ibuprofène", "prednisolona", "metotrexato", "méthotrexate", "morfina", "morfin"),
    *(
        "morphinum",
        "codeina",
        "kodein",
        "ossicodone",
        "oxikodon",
        "fentanilo",
        "naprossene",
        "diclofenaco",
        "indometacina",
    ),
    *("colchicina", "azatioprina", "hidroxicloroquina", "leflunomida", "amitriptilina", "duloxetina", "venlafaxina"),
    *(
        "pregabaline",
        "gabapentine",
        "ciclobenzaprina",
        "alprazolam-ratio",
        "diazépam",
        "lorazépam",
        "clonazépam",
        "мorфин",
    ),
    *(
        "vitamin",
        "cortisone",
        "steroid",
        "painkiller",
        "water pill",
        "blood thinner",
        "aspirin protect",
        "MTX",
        "HCQ",
        "APAP2",
    ),
)
FORMS_ELSEWHERE = (
    *(
        "caplet",
        "gelcap",
        "softgel",
        "pill",
        "lozenge",
        "suppository",
        "cream",
        "gel",
        "ointment",
        "drops",
        "syrup",
        "elixir",
    ),
    *(
        "effervescent tablet",
        "chewable tablet",
        "film-coated tablet",
        "ER tablet",
        "XR capsule",
        "SR tablet",
        "tab",
        "caps",
    ),
    *(
        "enteric-coated tablet",
        "modified-release tablet",
        "tablet extended-release",
        "extended release tablet",
        "granules",
    ),
    *(
        "oral drops",
        "oral liquid",
        "solution",
        "suspension",
        "patch",
        "spray",
        "film",
        "ampoule",
        "vial",
        "pump",
        "inhaler",
    ),
    *(
        "Tablette",
        "Kapsel",
        "comprimé",
        "comprimido",
        "gélule",
        "cápsula",
        "compressa",
        "cerotto",
        "Pflaster",
        "Tropfen",
    ),
)
UNITS_ELSEWHERE = (
    *(
        "mgs",
        "gr",
        "gm",
        "gms",
        "cc",
        "ml/day",
        "mgm",
        "mcgs",
        "μg",
        "γ",
        "kg",
        "lb",
        "oz",
        "grain",
        "gtt",
        "tsp",
        "drops",
    ),
    *("tab", "tabs", "cap", "pill", "pills", "puff", "unit", "units", "U", "iu", "u", "meq", "mEq", "mmol", "%", "mg%"),
    *(
        "mg.",
        "mg,",
        "mg per day",
        "mg a day",
        "mg/d/",
        "mg//d",
        "/mg",
        "mg*d",
        "mg.d",
        "mg-d",
        "mg/ d",
        "mg /d",
        "mg/24h",
    ),
    *(
        "mg/24 h",
        "mg/dose",
        "mg/time",
        "mg/kg/dose",
        "mg/m²",
        "MG",
        "Mg",
        "mG",
        "G",
        "ML",
        "Ml",
        "MCG",
        "UG",
        "NG",
        "H",
        "D",
    ),
    *("milligram", "milligrams", "microgram", "gram", "grams", "millilitre", "Tablet", "TABLET", "tablette", "Kapsel"),
    *(
        "{pill}",
        "{tab}",
        "{tablets}",
        "tablet}",
        "{tablet",
        "[IU]",
        "[iu]",
        "[iU",
        "iU]",
        "IE",
        "I.U.",
        "kIU",
        "MIU",
        "E",
    ),
)

COMPLETE: dict[str, Any] = {
    "age": "45 years", "sex": "male", "weight": "70 kg", "height": "175 cm", "creatinine_clearance": "90 mL/min",
    "egfr": "90 mL/min/{1.73_m2}", "hepatic_impairment": "none", "hemodialysis": False, "opioid_experience": "naive",
    "conditions": [], "allergies": [], "medications": [],
}  # fmt: skip
# Accepted as it is, so that whatever is changed in it is what keeps it from being accepted.
ORDER: dict[str, Any] = {
    "drug": "gabapentin", "form": "capsule", "start_date": "2026-12-01", "indication": "postherpetic-neuralgia",
    "dose": "300 mg", "frequency": {"times": 3, "per": "day"}, "duration": "14 days",
}  # fmt: skip
TAKEN: dict[str, Any] = {
    "drug": "folic acid",
    "form": "tablet",
    "dose": "1 mg",
    "frequency": {"times": 1, "per": "day"},
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def asked(client: FlaskClient, order: Mapping[str, Any] = ORDER, **patient: object) -> tuple[int, Mapping[str, Any]]:
    """The status and the answer to one order."""
    body = {"orders": [dict(order)], "patient": COMPLETE | patient, "as_of": "2026-12-01"}
    response = client.post(CHECK, json=body)
    assert response.json is not None
    return response.status_code, response.json


def edited(text: str, random: Random) -> str:
    """A name with one slip of the pen: a letter lost, doubled, changed, put in or swapped with the next, or a twin."""
    place = random.randrange(len(text))
    letter = random.choice(LETTERS)
    match random.randrange(6):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + text[place] * 2 + text[place + 1 :]
        case 2:
            return text[:place] + letter + text[place + 1 :]
        case 3:
            return text[:place] + letter + text[place:]
        case 4:
            return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
        case _:
            twins = [number for number, character in enumerate(text) if character in TWINS]
            place = random.choice(twins or [0])
            return text[:place] + TWINS.get(text[place], letter + text[place]) + text[place + 1 :]


def related(text: str, random: Random) -> str:
    """A name with another salt, stem or ending."""
    match random.randrange(4):
        case 0:
            return f"{text} {random.choice(SALTS)}"
        case 1:
            return f"{random.choice(PREFIXES)}{text}"
        case 2:
            return f"{text}{random.choice(ENDINGS)}"
        case _:
            kept = max(3, len(text) - random.randrange(2, 6))
            return f"{text[:kept]}{random.choice(ENDINGS)}"


def look_alikes(names: Sequence[str], elsewhere: Sequence[str], seed: int) -> Iterator[str]:
    """Look-alikes without end, each once: what is written elsewhere, and then every listed name in turn."""
    random = Random(seed)
    made = dict.fromkeys(elsewhere)
    yield from made
    for name in itertools.cycle(names):
        text = edited(name, random) if random.random() < 0.6 else related(name, random)
        if text.strip() == text and text and text not in made:
            made[text] = None
            yield text


def unlisted(names: Sequence[str], elsewhere: Sequence[str], listed: set[str], number: int) -> list[str]:
    """So many look-alikes that are not listed."""
    alike = (text for text in look_alikes(names, elsewhere, SEED) if text not in listed and text.lower() not in listed)
    return list(itertools.islice(alike, number))


LISTED_DRUGS = {name.lower(): drug for name, drug in formulary().names.items()}
NUMBER = figure(5_000, 1_000)
DRUGS = unlisted(sorted(LISTED_DRUGS), ELSEWHERE, set(LISTED_DRUGS), NUMBER)
FORM_NAMES = unlisted(sorted(FORMS), FORMS_ELSEWHERE, set(FORMS), NUMBER)


def listed_units() -> set[str]:
    """Every way to write a unit: each part by its code or an alias, the parts below the line in any order."""
    spellings: dict[str, list[str]] = {}
    for alias, code in ALIASES.items():
        spellings.setdefault(code, [code]).append(alias)
    found: set[str] = set()
    for code in UNITS:
        head, *below = code.split("/")
        for ordered in itertools.permutations(below):
            parts = [spellings.get(part, [part]) for part in (head, *ordered)]
            found |= {"/".join(written) for written in itertools.product(*parts)}
    return found


LISTED_UNITS = listed_units()
# The first of a thousand are what people write; capitals matter, so that only what is written exactly so is listed.
UNIT_NAMES = [
    text
    for text in itertools.islice(look_alikes(sorted(LISTED_UNITS), UNITS_ELSEWHERE, SEED), 2 * NUMBER)
    if text not in LISTED_UNITS
][:NUMBER]


def test_there_are_enough_look_alikes_and_none_of_them_is_listed() -> None:
    assert [len(DRUGS), len(FORM_NAMES), len(UNIT_NAMES)] == [NUMBER] * 3
    assert {text.lower() for text in DRUGS} & set(LISTED_DRUGS) == set()
    assert (set(FORM_NAMES) & FORMS, set(UNIT_NAMES) & LISTED_UNITS) == (set(), set())


def test_the_order_that_they_stand_in_is_accepted_without_them(client: FlaskClient) -> None:
    assert asked(client)[1]["verdict"] == "accept"
    assert asked(client, medications=[TAKEN])[1]["verdict"] == "accept"


def unknown(answer: Mapping[str, Any], code: str) -> Mapping[str, Any]:
    """The one finding that says what was not understood, with what it offers."""
    (finding,) = [finding for finding in answer["findings"] if finding["code"] == code]
    assert finding["orders"] == ["0"]
    assert len((finding["suggestion"] or {}).get("names", [])) <= MOST_SUGGESTIONS
    return dict(finding)


def test_a_look_alike_of_a_drug_is_never_accepted(client: FlaskClient) -> None:
    for text in DRUGS:
        status, answer = asked(client, {**ORDER, "drug": text})
        assert (status, answer["verdict"]) == (200, "cannot-assess"), text
        finding = unknown(answer, "unknown-drug")
        # Nothing that was offered is applied: no rule was judged.
        assert (finding["drug"], answer["findings"], answer["passed"]) == (text, [finding], []), text


def test_a_look_alike_of_a_medication_is_never_accepted(client: FlaskClient) -> None:
    for text in DRUGS:
        status, answer = asked(client, medications=[{**TAKEN, "drug": text}])
        assert (status, answer["verdict"]) == (200, "cannot-assess"), text
        assert unknown(answer, "unknown-drug")["medications"] == [text]


def test_a_listed_name_is_read_as_what_the_list_says(client: FlaskClient) -> None:
    """The other side: every listed name, which may look like another, is that drug and no other."""
    for text, drug in sorted(LISTED_DRUGS.items()):
        status, answer = asked(client, medications=[{"drug": text}])
        codes = {finding["code"] for finding in answer["findings"]}
        assert (status, "unknown-drug" in codes, names().drug(text).drug) == (200, False, drug), text


def test_a_look_alike_of_a_form_is_never_accepted(client: FlaskClient) -> None:
    for text in FORM_NAMES:
        status, answer = asked(client, {**ORDER, "form": text})
        assert (status, answer["verdict"]) == (200, "cannot-assess"), text
        assert (unknown(answer, "unknown-form")["drug"], answer["passed"]) == ("gabapentin", []), text


def test_a_form_that_the_drug_does_not_have_is_never_accepted(client: FlaskClient) -> None:
    for drug, monograph in sorted(formulary().monographs.items()):
        for form in sorted(FORMS - set(monograph.forms)):
            order = {"drug": drug, "form": form, "dose": "1 mg", "frequency": {"times": 1, "per": "day"}}
            status, answer = asked(client, order)
            # What is always judged, such as a weekly drug every day, stops an order in any form; nothing else is known.
            always = any(rule.always for rule in monograph.rules)
            words = ("cannot-assess", "reject") if always else ("cannot-assess",)
            assert status == 200 and answer["verdict"] in words, (drug, form)
            assert (unknown(answer, "unknown-form")["drug"], answer["passed"]) == (drug, []), (drug, form)


def test_a_look_alike_of_a_medications_form_makes_no_verdict_lighter(client: FlaskClient) -> None:
    """A medication is context: in a form that nobody knows it counts as in none that is stated, and never as less."""
    order = {
        **ORDER,
        "drug": "tramadol",
        "form": "tablet",
        "dose": "50 mg",
        "indication": "acute-pain",
        "intent": "acute",
    }
    taken = {"drug": "morphine", "dose": "15 mg", "frequency": {"times": 2, "per": "day"}}
    _, unstated = asked(client, order, medications=[taken])
    for text in FORM_NAMES[: NUMBER // 4]:
        _, answer = asked(client, order, medications=[{**taken, "form": text}])
        assert [row["code"] for row in answer["findings"]] == [row["code"] for row in unstated["findings"]], text
        assert answer["verdict"] == unstated["verdict"] != "accept", text


def places(unit: str) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """A unit in every kind of field: the place, the order and what it says of the patient."""
    written = f"2 {unit}"
    yield "/orders/0/dose", {**ORDER, "dose": written}, {}
    yield "/orders/0/dose/unit", {**ORDER, "dose": {"value": 2, "unit": unit}}, {}
    yield "/orders/0/strength", {**ORDER, "strength": written}, {}
    yield "/orders/0/max_per_day", {**ORDER, "as_needed": True, "max_per_day": written}, {}
    yield "/orders/0/duration", {**ORDER, "duration": written}, {}
    yield "/orders/0/quantity", {**ORDER, "quantity": written}, {}
    yield "/patient/weight", ORDER, {"weight": written}
    yield "/patient/medications/0/dose", ORDER, {"medications": [{**TAKEN, "dose": written}]}


def test_a_look_alike_of_a_unit_is_refused_where_it_stands(client: FlaskClient) -> None:
    """By name: as an unknown unit, or as the fault that keeps the text from being a number with a unit at all."""
    named = {"unknown-unit", "not-a-number", "digit-separator", "malformed", "range-in-string"}
    others: dict[str, int] = {}
    for text in UNIT_NAMES:
        for pointer, order, patient in places(text):
            status, answer = asked(client, order, **patient)
            faults = {fault["code"] for fault in answer["errors"] if fault["pointer"] == pointer}
            assert status == 422 and faults and faults <= named, (text, pointer, answer)
            others[text] = others.get(text, 0) + ("unknown-unit" not in faults)
    assert sum(count > 0 for count in others.values()) <= len(UNIT_NAMES) // 10
