"""The documents say what the code does: links lead somewhere; no endpoint, kind, slot, code or setting is missing."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from api.app import create_app
from api.canaries import silent_canaries
from api.config import Settings
from api.problems import PROBLEM_TYPES
from api.services import wire
from dosing.checks import CHECKS
from dosing.formulary import drugs, protocols, rules, when
from dosing.formulary.kinds import Action, Evidence, Layer
from dosing.formulary.lint import lint
from dosing.formulary.loader import CLASS_FIELDS, HERE, load
from dosing.judgement import Judgement
from tests.health.tree import FLOORS, ROOT, files, modules, named, parsed

FORMULARY = (ROOT / "docs/formulary.md").read_text("utf-8")
REFUSED = (ROOT / "docs/refused.md").read_text("utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))

BANNED_WORDS = {"utils", "util", "helpers", "helper", "manager", "process", "misc", "data"}
ABBREVIATIONS = {"crcl", "freq", "qty", "dob", "rx", "meds", "mgr", "cfg", "ctx", "req", "resp", "tmp", "idx", "msg"}
# Methods of marshmallow that are overridden here call a parameter `data`, and may call it with that name.
OVERRIDDEN = {"_deserialize", "load"}


def plain(path: Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```$", "", path.read_text("utf-8"))


def words_in_code(text: str) -> set[str]:
    """What stands between backquotes outside blocks of code."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```$", "", text)))


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of each table, without the heads."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def anchor(heading: str) -> str:
    """The anchor that a heading gets where documents are shown."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('store')}/posology.sqlite3"))


def test_the_documents_are_there() -> None:
    assert {"README.md", "GLOSSARY.md", "CHANGELOG.md"} <= {path.name for path in DOCUMENTS}
    assert len(DECISIONS) >= 12


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", plain(path)) + re.findall(r'(?:src|href)="([^"]+)"', plain(path))
    broken = [link for link in links if not leads_somewhere(link, path)]
    assert broken == []


def leads_somewhere(link: str, document: Path) -> bool:
    """Whether a link leads to a file of the tree and, where it names one, to a heading in it."""
    target, _, heading = link.partition("#")
    found = (document.parent / target).resolve() if target else document
    if not (found.exists() and found.is_relative_to(ROOT)):
        return False
    return not heading or heading in map(anchor, re.findall(r"(?m)^#+ (.*)$", found.read_text("utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_address_that_is_named_is_served(app: Flask, path: Path) -> None:
    router = app.url_map.bind("127.0.0.1")
    unserved = []
    for code in words_in_code(path.read_text("utf-8")):
        match = re.fullmatch(r"(?:(GET|POST) )?(/[a-z][^ ?]*)(?:\?\S+)?", code)
        if match is None:
            continue
        method, address = match.groups()
        try:
            router.match(re.sub(r"\{[a-z_]+\}", "x", address), method=method or "GET")
        except HTTPException as refusal:
            if method is not None or refusal.code != 405:
                unserved.append(code)
    assert unserved == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_file_that_is_named_is_there(path: Path) -> None:
    code = words_in_code(path.read_text("utf-8"))
    missing = []
    for name in code:
        if re.fullmatch(r"(?:api|dosing|schedules|tests|docs)/[\w./-]*", name) and not (ROOT / name).exists():
            # A module may be named without its suffix.
            missing += [] if (ROOT / f"{name}.py").exists() else [name]
    assert missing == []


def test_every_endpoint_is_in_the_readme_or_the_documents(app: Flask) -> None:
    named_addresses = {
        re.sub(r"\{[^}]*\}", "{}", address)
        for path in DOCUMENTS
        for code in words_in_code(path.read_text("utf-8"))
        for address in re.findall(r"(?<![\w.])/[\w/{}.-]+", code)
    }
    document = app.test_client().get("/openapi.json").get_json()
    assert len(document["paths"]) > 10
    assert [path for path in document["paths"] if re.sub(r"\{[^}]*\}", "{}", path) not in named_addresses] == []


def test_every_kind_of_rule_has_its_row() -> None:
    told = {cells[0].strip("`") for cells in rows(FORMULARY)}
    assert set(rules.READERS) - told == set()


def test_every_slot_has_its_row() -> None:
    told = {cells[0].strip("`") for cells in rows(FORMULARY)}
    assert set(when.WHEN) - told == set()


def test_every_field_that_the_loader_reads_is_told() -> None:
    told = {word for code in words_in_code(FORMULARY) for word in re.findall(r"[a-z][a-z_]*", code)}
    read = rules.COMMON | rules.ROW | rules.IMPLAUSIBLE | CLASS_FIELDS
    read |= drugs.MONOGRAPH | drugs.PRODUCT | protocols.PROTOCOL | protocols.TAPER | protocols.STRETCH
    for allowed, _, _ in rules.READERS.values():
        read |= allowed
    assert read - told == set()


@pytest.mark.parametrize("choices", [Layer, Action, Evidence])
def test_every_word_of_a_closed_list_is_told(choices: type[Layer] | type[Action] | type[Evidence]) -> None:
    assert {choice.value for choice in choices} - words_in_code(FORMULARY) == set()


def test_no_kind_or_slot_is_told_that_does_not_exist() -> None:
    kinds = section(FORMULARY, "### Kinds", "### Kidney tables")
    slots = section(FORMULARY, "### When it applies", "### Rows")
    assert {cells[0].strip("`") for cells in rows(kinds)} - {"kind"} == set(rules.READERS)
    assert {cells[0].strip("`") for cells in rows(slots)} - {"slot"} == set(when.WHEN)


def section(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0]


def test_the_drug_of_the_formulary_page_can_be_added(tmp_path: Path) -> None:
    for path in HERE.rglob("*.yaml"):
        name = path.relative_to(HERE)
        if name.parts[0] != "cases":
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shutil.copy(path, tmp_path / name)
    (tmp_path / "cases").mkdir()
    shown = re.findall(r"(?ms)^```yaml\n# (\S+\.yaml)\n(.*?)^```$", FORMULARY)
    assert [name for name, _ in shown] == ["sources-example.yaml", "monographs/exampline.yaml", "cases/exampline.yaml"]
    for name, text in shown:
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_text(text, "utf-8")
    formulary = load(tmp_path)
    assert list(lint(formulary, date(2026, 12, 1))) == []
    services = wire(formulary, tmp_path / "cases")
    assert {canary.fires for canary in services.flock.canaries} == {True, False}
    assert silent_canaries(services.flock) is None


def finding_codes() -> Iterator[str]:
    """Every code that a check or the screening can give."""
    yield from (check.code for check in CHECKS)
    place = [field.name for field in fields(Judgement)].index("code")
    for path in modules("dosing"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = {"Finding": 0, "NotChecked": 0, "Judgement": place}.get(node.func.id)
                given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                given += node.args[first : first + 1] if first is not None else []
                for value in given:
                    yield from (
                        literal.value
                        for literal in ast.walk(value)
                        if isinstance(literal, ast.Constant) and isinstance(literal.value, str)
                    )


def test_every_finding_code_is_in_a_document() -> None:
    codes = set(finding_codes())
    assert {"as-needed-limit", "reassessment-due", "unknown-drug", "max-daily-dose"} <= codes
    assert codes - words_in_code(section(REFUSED, "### Finding codes", "`GET /v1/checks`")) == set()


def test_every_refusal_is_in_a_document() -> None:
    assert set(PROBLEM_TYPES) - words_in_code(REFUSED.partition("## Answers")[0]) == set()


def settings_read() -> set[str]:
    """The environment variables that the configuration reads."""
    tree = parsed(ROOT / "api/config.py")
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[A-Z][A-Z_]+", node.value)
    }


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {"HOST", "PORT", "POSOLOGY_STORE"} <= settings_read()
    assert settings_read() - words_in_code(readme) == set()


def test_every_target_that_is_named_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {name for path in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)`", path.read_text("utf-8"))}
    assert {"check", "bench"} <= targets
    assert [name for name in targets if not re.search(rf"(?m)^{name}:", makefile)] == []


def names_given() -> Iterator[tuple[str, str]]:
    """Each name that the code gives, with its place: modules, classes, functions, parameters, variables, fields."""
    for path in modules(*FLOORS):
        yield path.stem, named(path)
        for node in ast.walk(parsed(path)):
            place = f"{named(path)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield node.name, place
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                overridden = isinstance(node, ast.FunctionDef) and node.name in OVERRIDDEN
                given = [parameter.arg for parameter in ast.walk(node.args) if isinstance(parameter, ast.arg)]
                yield from ((name, place) for name in given if not (overridden and name == "data"))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, place


def name_words(name: str) -> set[str]:
    """`CamelCase` and `snake_case` as the words that they are made of."""
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def test_no_name_is_banned_or_abbreviated() -> None:
    forbidden = BANNED_WORDS | ABBREVIATIONS
    assert [f"{place} {name}" for name, place in names_given() if name_words(name) & forbidden] == []


def test_every_word_of_the_glossary_stands_in_the_code() -> None:
    given = {name for name, _ in names_given()} | {path.stem for path in modules(*FLOORS)}
    terms = [cells for cells in rows(GLOSSARY) if cells[0] != "word"]
    assert len(terms) > 40
    assert [cells[0] for cells in terms if cells[2].strip("`") not in given] == []


def test_no_word_of_the_glossary_stands_twice() -> None:
    words = [cells[0] for cells in rows(GLOSSARY)]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("path", DECISIONS, ids=named)
def test_a_decision_has_its_parts_and_stands_in_the_list(path: Path) -> None:
    text = path.read_text("utf-8")
    parts = re.findall(r"(?m)^## (.*)$", text)
    assert parts == ["Context", "Options", "Decision", "What was found", "Consequences"]
    number, title = re.findall(r"\A# (\d+)\. (.*)\n", text)[0]
    assert int(number) == int(path.name[:4])
    assert f"{number}. [{title}]({path.name})" in (path.parent / "README.md").read_text("utf-8")


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        links = re.findall(r"\]\(([^)\s#]+\.md)\)", path.read_text("utf-8"))
        waiting += [(path.parent / link).resolve() for link in links]
    assert [named(path) for path in DOCUMENTS if path not in reached] == []


def test_the_changelog_keeps_clinical_changes_apart() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = load().version
    assert re.search(rf"(?m)^### Clinical: formulary {re.escape(version)} ", text)


def test_what_is_tested_here_is_in_the_tree() -> None:
    assert set(DOCUMENTS) <= set(files(".md"))
