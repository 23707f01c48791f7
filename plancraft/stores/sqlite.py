"""Requests in a SQLite file, by default the one that holds the checkpoints."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite as dialect

from plancraft.approvals import Changes
from plancraft.errors import StoreUnavailable
from plancraft.stores.file_lock import FileLock, try_file_lock
from plancraft.stores.migrating import migrate_sqlite
from plancraft.stores.sql import Lost, Run, SqlStore

__all__ = ["SqliteStore"]

_BUSY_SECONDS = 30.0
_LOOK_SECONDS = 0.008
"""How often a reader of news looks at the file; all looks together take 2 % of a core."""


class SqliteStore(SqlStore):
    """A store in one file, shared by any number of processes of one machine."""

    _dialect = dialect.dialect(paramstyle="qmark")

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()
        self.url = f"sqlite:///{self.path}"
        self._locks = self.path.with_name(f"{self.path.name}-locks")
        self._guard = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._syncing = ""
        self._told = threading.Event()
        """Set by a commit of this process, so that its own readers need not look."""

    def try_lock(self, thread_id: str) -> FileLock | None:
        try:
            return try_file_lock(self._locks, thread_id)
        except OSError as error:
            raise StoreUnavailable(self.url, str(error)) from error

    def news(self, *, after: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        with closing(self._looking()) as connection:
            seen = None
            while True:
                self._told.clear()
                # One number of the file's first page: it changes with every commit of others.
                version = connection.execute("PRAGMA data_version").fetchone()
                if version != seen and self.head().seq > after:
                    return True
                seen, left = version, deadline - time.monotonic()
                if left <= 0 or self.closed:
                    return False
                self._told.wait(min(left, _LOOK_SECONDS))

    def _announce(self, run: Run, seq: int) -> None:
        """They see for themselves that the file has changed."""

    def _looking(self) -> sqlite3.Connection:
        """A connection whose `data_version` is that of nobody else."""
        with self._using():
            return sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)

    def _sync(self, connection: sqlite3.Connection, mode: str) -> None:
        if self._syncing != mode:
            connection.execute(f"PRAGMA synchronous={mode}")
            self._syncing = mode

    def close(self) -> None:
        self.closed = True
        with self._guard:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _rows(self, text: str, values: tuple[Any, ...]) -> list[Any]:
        with self._using() as connection:
            return connection.execute(text, values).fetchall()

    @contextmanager
    def _writing(self, changes: Changes, *, durable: bool) -> Iterator[Run]:
        with self._using() as connection:
            # The file is in WAL mode: what is not synced here is by the next durable commit,
            # the checkpointer's own among them.
            self._sync(connection, "FULL" if durable else "NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection.execute
            except sqlite3.IntegrityError:
                connection.execute("ROLLBACK")
                raise Lost from None
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            if changes.forgets:
                _forget(connection)
        if changes.events:
            self._told.set()

    def _conflict(self) -> type[Exception]:
        return sqlite3.IntegrityError

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            self._refuse_closed()
            try:
                yield self._connected()
            except StoreUnavailable:
                raise
            except (sqlite3.Error, OSError) as error:
                raise StoreUnavailable(self.url, str(error)) from error

    def _connected(self) -> sqlite3.Connection:
        # A connection must not cross a fork, so each process opens its own.
        if self._connection is None or self._process != os.getpid():
            self._connection, self._process = _connect(self.path, self._locks), os.getpid()
            self._syncing = ""
            weakref.finalize(self, _close_in, os.getpid(), self._connection, self._guard)
        return self._connection


def _connect(path: Path, locks: Path) -> sqlite3.Connection:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent}")
    # For nobody else's eyes: until it is delivered, an answer's secret value stands in it. What
    # SQLite keeps beside it gets the same rights.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _switch_to_wal(connection)
        connection.execute("PRAGMA secure_delete=ON")
        migrate_sqlite(connection, path, locks)
    except BaseException:
        connection.close()
        raise
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait here when another process is switching the same file.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _forget(connection: sqlite3.Connection) -> None:
    """Empty the write-ahead log, which holds rows as they were; not while somebody reads them."""
    connection.execute("PRAGMA busy_timeout=100")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(f"PRAGMA busy_timeout={int(_BUSY_SECONDS * 1000)}")


def _close_in(process: int, connection: sqlite3.Connection, guard: threading.RLock) -> None:
    if process != os.getpid():
        return
    # At the interpreter's end another thread may be in the middle of a query.
    mine = guard.acquire(timeout=_BUSY_SECONDS)
    connection.close()
    if mine:
        guard.release()
