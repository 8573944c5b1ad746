"""Schedules on disk, and the answers that repeated requests get again. Names of people never reach it.

SQLAlchemy Core, so that PostgreSQL is only a setting. For the embedded SQLite file: WAL with
synchronous=FULL, so what was acknowledged survives a power cut, and BEGIN IMMEDIATE for writes, so several
processes queue for the lock instead of failing in the middle of a transaction.

The file is made when the service starts. When it is gone later, requests are refused until it is back: a
fresh empty file in its place would look like a service that never stored anything.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine, insert, select
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from api.config import ConfigurationError
from api.embedded import WRITES, make_file, sqlite_engine
from api.reading import NumberLiteral

STORE = "posology.store"  # where an application keeps it
BUSY_SECONDS = 5.0

_TABLES = MetaData()
_SCHEDULES = Table(
    "schedules",
    _TABLES,
    Column("id", String(26), primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("revises", String(26), nullable=True),
    Column("body", Text, nullable=False),
    Column("formulary_version", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
)
_IDEMPOTENCY = Table(
    "idempotency",
    _TABLES,
    Column("key_sha256", String(64), primary_key=True),
    Column("route", String(256), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=True),
    Column("location", String(256), nullable=True),
    Column("created_at", String(32), nullable=False),
)
_PROBE = Table(
    "probe",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("probed_at", String(32), nullable=False),
)


class StoreUnavailable(Exception):
    """Nothing could be read or written; what was begun is undone."""


class KeyConflict(Exception):
    """The idempotency key belongs to another request."""


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """A schedule as it was answered, without names."""

    id: str
    created_at: str
    kind: str
    revises: str | None
    body: str
    formulary_version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request that may come again: the client's key, the route, and a fingerprint of what was asked."""

    key: str
    route: str
    request_sha256: str

    @property
    def key_sha256(self) -> str:
        """What is stored of the key: clients have been seen to put names into keys."""
        return hashlib.sha256(self.key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a repeated request gets again: a body, or the address of what was made."""

    status: int
    body: str | None = None
    location: str | None = None


def fingerprint(body: Mapping[str, object], leave_out: tuple[str, ...] = ("print",)) -> str:
    """SHA-256 of what a request asks, apart from order and spacing. `print` holds names and stays out."""
    kept = {name: _marked(value) for name, value in body.items() if name not in leave_out}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _marked(value: object) -> object:
    """The number 0.1 and the text "0.1" are different requests."""
    if isinstance(value, NumberLiteral):
        return {"": str(value)}
    if isinstance(value, Mapping):
        return {name: _marked(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value


class Store:
    """One database. Threads and forked workers may share it; every call is a transaction of its own."""

    def __init__(self, url: str, *, connections: int = 4, busy_seconds: float = BUSY_SECONDS) -> None:
        self._file, self._engine = _engine(url, connections, busy_seconds)
        self._busy_seconds = busy_seconds
        self._prepared = False
        self._preparing = threading.Lock()

    def prepare(self) -> None:
        """Make the tables where they are missing. No connection stays open: a server may fork afterwards."""
        with self._preparing, _unavailable():
            if self._prepared:
                return
            if self._file is not None:
                make_file(self._file, self._busy_seconds)
            with self._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                _TABLES.create_all(connection)
            self._engine.dispose()
            self._prepared = True

    def put_schedule(
        self, schedule: StoredSchedule, request: RequestKey | None = None, answer: Answer | None = None
    ) -> Answer | None:
        """Store a schedule, and with it the answer its request gets again, or neither.

        Returns the answer to give. Where the same request was quicker elsewhere, that is its answer, and this
        schedule is not stored.
        """
        try:
            with self._writing() as connection:
                if request is not None and answer is not None:
                    connection.execute(insert(_IDEMPOTENCY), _row(request, answer))
                connection.execute(insert(_SCHEDULES), asdict(schedule))
        except IntegrityError as error:
            earlier = self.recall(request) if request is not None else None
            if earlier is None:
                raise StoreUnavailable("a schedule of this id is stored already") from error
            return earlier
        return answer

    def get_schedule(self, id: str) -> StoredSchedule | None:
        """The schedule of this id; what does not match its checksum is not given out."""
        with self._reading() as connection:
            row = connection.execute(select(_SCHEDULES).where(_SCHEDULES.c.id == id)).one_or_none()
        if row is None:
            return None
        schedule = StoredSchedule(**row._mapping)
        if schedule.sha256 != _sha256(schedule.body):
            raise StoreUnavailable("a stored schedule does not match its checksum")
        return schedule

    def remember(self, request: RequestKey, answer: Answer) -> Answer:
        """Keep the answer of a request; returns the one kept first. KeyConflict for another request."""
        try:
            with self._writing() as connection:
                connection.execute(insert(_IDEMPOTENCY), _row(request, answer))
        except IntegrityError as error:
            earlier = self.recall(request)
            if earlier is None:
                raise StoreUnavailable("an answer was neither stored nor found") from error
            return earlier
        return answer

    def recall(self, request: RequestKey) -> Answer | None:
        """The answer this request got before, or None. KeyConflict for another request."""
        table = _IDEMPOTENCY
        query = select(table).where(table.c.key_sha256 == request.key_sha256, table.c.route == request.route)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.request_sha256 != request.request_sha256:
            raise KeyConflict
        return Answer(row.status, row.body, row.location)

    def writable(self) -> None:
        """StoreUnavailable unless something can be written now; a lock alone would not notice a full disk."""
        with self._writing() as connection:
            connection.execute(_PROBE.delete())
            connection.execute(insert(_PROBE), {"id": 1, "probed_at": _now()})

    def close(self) -> None:
        """Close every connection of this process."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.prepare()
        with (
            _unavailable(),
            self._engine.connect() as connection,
            connection.execution_options(**{WRITES: True}).begin(),
        ):
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self.prepare()
        with _unavailable(), self._engine.connect() as connection:
            yield connection


def schedule_to_store(
    *, id: str, kind: str, body: str, formulary_version: str, revises: str | None = None
) -> StoredSchedule:
    """A schedule made now, with its checksum."""
    return StoredSchedule(id, _now(), kind, revises, body, formulary_version, _sha256(body))


def _engine(url: str, connections: int, busy_seconds: float) -> tuple[Path | None, Engine]:
    """The engine of a URL, and its file if that is SQLite. The URL may hold a password: never quoted."""
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return None, create_engine(address, pool_size=connections, pool_pre_ping=True)
    except ArgumentError:
        raise ConfigurationError("POSOLOGY_STORE is not a database URL that SQLAlchemy can read.") from None
    except ImportError:
        raise ConfigurationError("POSOLOGY_STORE names a database whose driver is not installed.") from None
    if not address.database or address.database == ":memory:" or address.query:
        raise ConfigurationError("POSOLOGY_STORE has to name a file, as in sqlite:///var/posology.sqlite3.")
    file = Path(address.database).expanduser().absolute()
    return file, sqlite_engine(file, connections, busy_seconds)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _row(request: RequestKey, answer: Answer) -> dict[str, object]:
    return {
        "key_sha256": request.key_sha256,
        "route": request.route,
        "request_sha256": request.request_sha256,
        "created_at": _now(),
        **asdict(answer),
    }


@contextmanager
def _unavailable() -> Iterator[None]:
    """What a database says when it cannot, as one error that says nothing of what was to be stored."""
    try:
        yield
    except IntegrityError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        # The text of an SQLAlchemy error quotes the row; the driver's own does not.
        raise StoreUnavailable(str(getattr(error, "orig", None) or type(error).__name__)) from None
