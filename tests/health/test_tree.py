"""What no file may hold, and what every module has."""

from __future__ import annotations

import ast
import re

import pytest

from tests.health.tree import FLOORS, ROOT, files, modules, named, parsed

LONGEST_MODULE = 500  # the aim is 300; past this it is two rooms, whatever it says
# Written in halves, so that this file does not find itself.
REGISTRIES = [
    half + rest for half, rest in (("py", "pi.org"), ("pythonho", "sted"), ("npm", "js.org"), ("deb", "ian.org"))
]
MACHINE_PATHS = [
    half + rest for half, rest in (("/wo", "rk/"), ("/fa", "rm/"), ("/tm", "p/ba"), ("/ro", "ot/"), ("/ho", "me/"))
]
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "process", "misc", "data", "common"}

VENDORED = ("api/web/assets/swagger-ui", "tests/api/axe")


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found.append((named(path), content.decode("utf-8")))
    return found


@pytest.mark.parametrize("forbidden", REGISTRIES + MACHINE_PATHS)
def test_no_file_names_a_registry_or_a_machine(forbidden: str) -> None:
    assert [name for name, text in texts() if forbidden in text] == []


def test_what_was_vendored_names_no_registry_either() -> None:
    vendored = [path for folder in VENDORED for path in (ROOT / folder).iterdir()]
    assert [path.name for path in vendored if any(host in path.read_text("utf-8") for host in REGISTRIES)] == []


def test_what_was_vendored_stands_with_its_licence() -> None:
    folder = ROOT / "api/web/assets/swagger-ui"
    assert "Apache License" in (folder / "LICENSE").read_text("utf-8")
    assert (folder / "NOTICE").read_text("utf-8").strip()
    assert "Mozilla Public License" in (ROOT / "tests/api/axe/LICENSE").read_text("utf-8")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_version_is_exact_hashed_and_without_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^ *#.*\n?", "", text).strip())
    assert len(entries) > 5
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+ \\\n", entry), entry
        assert "--hash=sha256:" in entry


def locked(lock: str) -> set[str]:
    return set(re.findall(r"(?m)^([A-Za-z0-9._-]+==[^ ]+)", (ROOT / lock).read_text("utf-8")))


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    versions = dict(entry.split("==") for entry in locked("requirements.txt"))
    for entry in locked("requirements-dev.txt"):
        name, version = entry.split("==")
        assert versions.get(name, version) == version


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        named(path) for path in modules(*FLOORS) if path.stem in BANNED_NAMES or path.parent.name in BANNED_NAMES
    ] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [named(path) for path in modules(*FLOORS) if parsed(path).body and ast.get_docstring(parsed(path)) is None]
    assert silent == []


def test_no_module_is_two_rooms() -> None:
    long = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules(*FLOORS)}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_MODULE}


def test_no_except_is_broad_or_silent() -> None:
    found = []
    for path in modules(*FLOORS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or is_broad(node.type) or is_silent(node)):
                found.append(f"{named(path)}:{node.lineno}")
    assert found == []


def is_broad(caught: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in ("Exception", "BaseException") for node in ast.walk(caught))


def is_silent(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(line, ast.Pass) for line in handler.body)


def test_an_exemption_from_a_tool_gives_its_reason() -> None:
    bare = [
        f"{named(path)}:{number}"
        for path in files(".py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"# (type: ignore|noqa)", line) and not re.search(r"# (type: ignore|noqa)[^#]*# \S", line)
    ]
    assert bare == []


def test_the_ci_script_can_be_run() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text("utf-8")
    assert "make check" in script.read_text("utf-8")


def test_the_makefile_has_the_one_command_surface() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    for target in ("run", "test", "test-full", "check", "format", "bench"):
        assert re.search(rf"(?m)^{target}:", text), target
        assert target in (ROOT / "Makefile").read_text("utf-8").partition(".PHONY:")[2].partition("\n")[0]


def test_a_link_in_a_document_leads_to_a_file() -> None:
    broken = [
        f"{named(path)}: {target}"
        for path in files(".md")
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
