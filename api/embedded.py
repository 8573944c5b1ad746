"""The embedded SQLite file as an SQLAlchemy engine that several threads and processes can share.

With the defaults, four processes were told "database is locked" in one of fourteen tries. WAL, a busy timeout
and BEGIN IMMEDIATE make them wait for each other instead; synchronous=FULL puts a commit on disk before it is
answered.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

WRITES = "posology_writes"  # the execution option of a connection that is going to write


def sqlite_engine(file: Path, connections: int, busy_seconds: float) -> Engine:
    """An engine on an existing file. It never makes one: a file that is gone is an error until it is back."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=_opener(file, busy_seconds),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=busy_seconds,
    )

    @event.listens_for(engine, "connect")
    def note_the_file(_: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        entry.info["inode"] = file.stat().st_ino

    @event.listens_for(engine, "checkout")
    def still_the_file(_: sqlite3.Connection, entry: ConnectionPoolEntry, __: object) -> None:
        # An open connection goes on writing into a file that was deleted or replaced, where nobody finds it
        # again.
        try:
            inode = file.stat().st_ino
        except FileNotFoundError:
            inode = None
        if inode != entry.info["inode"]:
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_file(file: Path, busy_seconds: float) -> None:
    """The file, its folder and its WAL mode, where they are missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            _open(file, "rwc", busy_seconds).close()
            return
        except sqlite3.OperationalError:
            # Turning WAL on is the one step that does not honour the busy timeout when several start at once.
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _opener(file: Path, busy_seconds: float) -> Callable[[], sqlite3.Connection]:
    return lambda: _open(file, "rw", busy_seconds)


def _open(file: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,  # transactions are begun by the engine, not guessed by the driver
        check_same_thread=False,  # the pool gives a connection to one thread at a time
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
