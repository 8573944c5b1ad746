"""What was acknowledged is on disk; what cannot be written is refused whole."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from api.config import ConfigurationError
from api.identity import new_id
from api.reading import read_json
from api.store import (
    Answer,
    KeyConflict,
    RequestKey,
    Store,
    StoredSchedule,
    StoreUnavailable,
    fingerprint,
    schedule_to_store,
)

PROCESSES = 4
WRITES = 150
KEYS = 40


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/posology.sqlite3"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(url(tmp_path), busy_seconds=0.2)
    yield made
    made.close()


def a_schedule(id: str | None = None, body: str = '{"steps":[]}') -> StoredSchedule:
    return schedule_to_store(id=id or new_id(), kind="titration", body=body, formulary_version="2026.1")


def test_a_schedule_comes_back_as_it_was_stored(store: Store) -> None:
    schedule = a_schedule(body='{"note":"½ tablet"}')
    assert store.put_schedule(schedule) is None
    assert store.get_schedule(schedule.id) == schedule


def test_an_unknown_id_is_nothing(store: Store) -> None:
    assert store.get_schedule(new_id()) is None


def test_a_revision_leaves_the_old_schedule_readable(store: Store) -> None:
    first = a_schedule()
    second = schedule_to_store(id=new_id(), kind="titration", body="{}", formulary_version="2026.1", revises=first.id)
    store.put_schedule(first)
    store.put_schedule(second)
    assert store.get_schedule(first.id) == first
    assert store.get_schedule(second.id) == second


def test_an_id_is_26_small_letters_and_digits_and_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(id) == 26 and id.isalnum() and id == id.lower() and id.isascii() for id in ids)


def test_an_id_is_never_stored_twice_and_the_first_stays(store: Store) -> None:
    first = a_schedule(body="1")
    store.put_schedule(first)
    with pytest.raises(StoreUnavailable):
        store.put_schedule(a_schedule(first.id, body="2"))
    assert store.get_schedule(first.id) == first


def test_a_schedule_that_was_changed_on_disk_is_not_given_out(store: Store, tmp_path: Path) -> None:
    schedule = a_schedule(body='{"amount":100}')
    store.put_schedule(schedule)
    with sqlite3.connect(tmp_path / "posology.sqlite3") as connection:
        connection.execute("UPDATE schedules SET body = ?", ('{"amount":900}',))
    connection.close()
    with pytest.raises(StoreUnavailable):
        store.get_schedule(schedule.id)


def test_a_repeated_request_gets_its_first_answer(store: Store) -> None:
    request = RequestKey("key-1", "titration", "a" * 64)
    answer = Answer(201, location="/v1/schedules/x")
    assert store.recall(request) is None
    assert store.remember(request, answer) == answer
    assert store.recall(request) == answer
    assert store.remember(request, Answer(201, location="/v1/schedules/y")) == answer


def test_the_same_key_with_another_body_is_a_conflict(store: Store) -> None:
    store.remember(RequestKey("key-1", "titration", "a" * 64), Answer(200, "{}"))
    other = RequestKey("key-1", "titration", "b" * 64)
    with pytest.raises(KeyConflict):
        store.recall(other)
    with pytest.raises(KeyConflict):
        store.remember(other, Answer(200, "{}"))
    schedule = a_schedule()
    with pytest.raises(KeyConflict):
        store.put_schedule(schedule, other, Answer(201))
    assert store.get_schedule(schedule.id) is None


def test_the_same_key_on_another_route_is_another_key(store: Store) -> None:
    store.remember(RequestKey("key-1", "titration", "a" * 64), Answer(201))
    assert store.recall(RequestKey("key-1", "taper", "b" * 64)) is None


def test_a_schedule_and_its_key_are_stored_together_or_not_at_all(store: Store) -> None:
    request = RequestKey("key-1", "titration", "a" * 64)
    first, second = a_schedule(), a_schedule()
    answer = Answer(201, location=f"/v1/schedules/{first.id}")
    assert store.put_schedule(first, request, answer) == answer
    assert store.put_schedule(second, request, Answer(201, location="elsewhere")) == answer
    assert store.get_schedule(first.id) == first
    assert store.get_schedule(second.id) is None


def test_the_key_of_a_client_is_not_on_disk(store: Store, tmp_path: Path) -> None:
    store.remember(RequestKey("Canary Bird", "titration", "a" * 64), Answer(201))
    store.close()
    assert not any(b"Canary" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_fingerprint_knows_text_from_number_and_forgets_order_and_names() -> None:
    def of(body: bytes) -> str:
        return fingerprint(read_json(body, "application/json", None))

    assert of(b'{"a": 1, "b": [0.5]}') == of(b'{"b":[0.5],"a":1}')
    assert of(b'{"a": 0.5}') != of(b'{"a": "0.5"}')
    assert of(b'{"a": 1}') != of(b'{"a": "1"}')
    assert of(b'{"a": 0.5}') != of(b'{"a": 0.50}')
    assert of(b'{"a": 1, "print": {"patient_name": "Canary"}}') == of(b'{"a": 1}')
    assert of(b'{"a": {"print": 1}}') != of(b'{"a": {}}')


def test_commits_are_written_through_and_a_crash_keeps_the_file(store: Store, tmp_path: Path) -> None:
    store.put_schedule(a_schedule())
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def write_many(address: str, prefix: int) -> list[str]:
    store = Store(address)
    acknowledged = []
    for _ in range(WRITES):
        schedule = a_schedule(body=f"[{prefix}]")
        store.put_schedule(schedule)
        acknowledged.append(schedule.id)
    store.close()
    return acknowledged


def race_for_keys(address: str, prefix: int) -> list[str]:
    store = Store(address)
    answers = []
    for number in range(KEYS):
        schedule = a_schedule()
        answer = Answer(201, location=f"{prefix}:{schedule.id}")
        given = store.put_schedule(schedule, RequestKey(f"key-{number}", "titration", "a" * 64), answer)
        assert given is not None
        assert given.location is not None
        answers.append(given.location)
    store.close()
    return answers


def in_processes(work: Callable[[str, int], list[str]], address: str) -> list[list[str]]:
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as processes:
        return list(processes.map(work, [address] * PROCESSES, range(PROCESSES)))


def test_four_processes_writing_at_once_lose_nothing_and_meet_no_lock(tmp_path: Path) -> None:
    acknowledged = [id for ids in in_processes(write_many, url(tmp_path)) for id in ids]
    assert len(acknowledged) == PROCESSES * WRITES
    store = Store(url(tmp_path))
    assert all(store.get_schedule(id) is not None for id in acknowledged)
    store.close()


def test_a_race_for_the_same_keys_has_one_winner_each(tmp_path: Path) -> None:
    answers = in_processes(race_for_keys, url(tmp_path))
    assert all(len(set(given)) == 1 for given in zip(*answers, strict=True))
    with sqlite3.connect(tmp_path / "posology.sqlite3") as connection:
        (stored,) = connection.execute("SELECT count(*) FROM schedules").fetchone()
    connection.close()
    assert stored == KEYS


def test_a_file_that_is_gone_is_refused_until_it_is_back(store: Store, tmp_path: Path) -> None:
    kept, lost = a_schedule(), a_schedule()
    store.put_schedule(kept)
    store.close()
    file, aside = tmp_path / "posology.sqlite3", tmp_path / "aside"
    shutil.copy(file, aside)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            store.put_schedule(lost)
        with pytest.raises(StoreUnavailable):
            store.get_schedule(kept.id)
        with pytest.raises(StoreUnavailable):
            store.writable()
    assert not file.exists()
    shutil.copy(aside, file)
    assert store.get_schedule(kept.id) == kept
    assert store.get_schedule(lost.id) is None
    store.writable()


def test_a_connection_in_use_notices_that_its_file_was_deleted(store: Store, tmp_path: Path) -> None:
    store.put_schedule(a_schedule())
    (tmp_path / "posology.sqlite3").unlink()
    with pytest.raises(StoreUnavailable):
        store.put_schedule(a_schedule())


def test_a_lock_that_stays_is_a_refusal_and_nothing_is_half_stored(store: Store, tmp_path: Path) -> None:
    before, during = a_schedule(), a_schedule()
    store.put_schedule(before)
    blocker = sqlite3.connect(tmp_path / "posology.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    request = RequestKey("key-1", "titration", "a" * 64)
    with pytest.raises(StoreUnavailable):
        store.put_schedule(during, request, Answer(201))
    with pytest.raises(StoreUnavailable):
        store.writable()
    assert store.get_schedule(before.id) == before
    blocker.execute("ROLLBACK")
    blocker.close()
    assert store.get_schedule(during.id) is None
    assert store.recall(request) is None
    store.put_schedule(during, request, Answer(201))
    store.writable()


def fill_the_disk(address: str) -> tuple[str, str, int]:
    """In a process of its own: the limit on file size is for the whole process."""
    store = Store(address, busy_seconds=0.2)
    kept = a_schedule()
    store.put_schedule(kept)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    refused = 0
    large = a_schedule(body="x" * 400_000)
    try:
        store.put_schedule(large, RequestKey("key-1", "titration", "a" * 64), Answer(201))
    except StoreUnavailable:
        refused += 1
    readable = store.get_schedule(kept.id)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert readable == kept
    assert store.get_schedule(large.id) is None
    store.put_schedule(large, RequestKey("key-1", "titration", "a" * 64), Answer(201))
    store.close()
    return kept.id, large.id, refused


def test_a_full_disk_is_a_refusal_that_ends_when_there_is_room_again(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        kept, large, refused = processes.submit(fill_the_disk, url(tmp_path)).result()
    assert refused == 1
    store = Store(url(tmp_path))
    assert store.get_schedule(kept) is not None
    assert store.get_schedule(large) is not None
    store.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "posology.sqlite3").write_bytes(b"not a database" * 100)
    store = Store(url(tmp_path), busy_seconds=0.1)
    with pytest.raises(StoreUnavailable):
        store.writable()
    store.close()


def test_a_folder_that_cannot_be_made_is_unavailable_and_recovers(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    store = Store(url(tmp_path / "var"), busy_seconds=0.1)
    with pytest.raises(StoreUnavailable):
        store.writable()
    (tmp_path / "var").unlink()
    store.writable()
    store.close()


def test_what_a_refusal_says_does_not_quote_what_was_to_be_stored(store: Store, tmp_path: Path) -> None:
    store.writable()
    with sqlite3.connect(tmp_path / "posology.sqlite3") as connection:
        connection.execute("DROP TABLE schedules")
    connection.close()
    with pytest.raises(StoreUnavailable) as caught:
        store.put_schedule(a_schedule(body='{"name":"Canary"}'))
    assert "Canary" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=memory",
        "mysql+nodriver://me:secret@h/x",
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Store(address)
    assert "POSOLOGY_STORE" in str(caught.value)
    assert "secret" not in str(caught.value)
