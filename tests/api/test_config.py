"""Settings: safe by default, refused in one line."""

from __future__ import annotations

import pytest

from api.config import ConfigurationError, Settings


def test_an_empty_environment_gives_a_service_for_its_own_machine() -> None:
    assert Settings.from_environment({}) == Settings(
        host="127.0.0.1", port=8000, store="sqlite:///var/posology.sqlite3", workers=2, threads=4
    )


def test_an_empty_value_is_a_value_that_is_not_set() -> None:
    empty = dict.fromkeys(["HOST", "PORT", "POSOLOGY_STORE", "POSOLOGY_WORKERS", "POSOLOGY_THREADS"], "")
    assert Settings.from_environment(empty) == Settings()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("127.9.9.9", "127.9.9.9:8000"),
        ("localhost", "127.0.0.1:8000"),
        ("::1", "[::1]:8000"),
    ],
)
def test_loopback_is_where_it_may_listen(host: str, address: str) -> None:
    assert Settings.from_environment({"HOST": host}).address == address


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "128.0.0.1", "example.com", "127.0.0.1 ", "*"])
def test_any_other_host_is_refused_in_one_line(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({"HOST": host})
    assert "authentication" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["PORT", "POSOLOGY_WORKERS", "POSOLOGY_THREADS"])
@pytest.mark.parametrize("text", ["0", "-1", "65536", "8000.0", "８０００", "eight", "1" * 400])
def test_what_is_no_usable_number_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment({name: text})


def test_the_ports_at_both_ends_are_usable() -> None:
    assert Settings.from_environment({"PORT": "1"}).port == 1
    assert Settings.from_environment({"PORT": "65535"}).port == 65535
