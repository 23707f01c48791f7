"""Requests in a SQLite file, by default the one that holds the checkpoints."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ClauseElement

from plancraft.approvals import ApprovalRequest, Changes, Event, Query
from plancraft.errors import StoreUnavailable
from plancraft.stores import schema
from plancraft.stores.file_lock import FileLock, try_file_lock
from plancraft.stores.migrating import migrate

__all__ = ["SqliteStore"]

_BUSY_SECONDS = 30.0
_MARK = upsert(schema.driving).on_conflict_do_nothing()


class SqliteStore:
    """A store in one file, shared by any number of processes of one machine.

    SQLAlchemy writes the statements; the driver runs them, which costs a third.
    """

    blocking = True

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()
        self.url = f"sqlite:///{self.path}"
        self._locks = self.path.with_name(f"{self.path.name}-locks")
        self._guard = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._syncing = ""

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        with self._using() as connection:
            # The file is in WAL mode: what is not synced here is by the next durable commit,
            # the checkpointer's own among them.
            self._sync(connection, "FULL" if durable else "NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                written = _write(connection, changes)
            except sqlite3.IntegrityError:
                written = False
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT" if written else "ROLLBACK")
            if written and changes.forgets:
                _forget(connection)
            return written

    def get(self, request_id: str) -> ApprovalRequest | None:
        found = self._requests(schema.GET, id=request_id)
        return found[0] if found else None

    def live(self, thread_id: str) -> list[ApprovalRequest]:
        return self._requests(schema.LIVE, thread_id=thread_id)

    def find(self, query: Query) -> list[ApprovalRequest]:
        statement = schema.page(query).compile(dialect=_DIALECT)
        return _read(self._rows(str(statement), _values(statement, {})))

    def latest(self, thread_id: str, interrupt_id: str) -> ApprovalRequest | None:
        found = self._requests(schema.LATEST, thread_id=thread_id, interrupt_id=interrupt_id)
        return found[0] if found else None

    def driven(self, graph: str) -> list[str]:
        return [row[0] for row in self._select(schema.DRIVEN, graph=graph)]

    def is_driven(self, graph: str, thread_id: str) -> bool:
        return bool(self._select(schema.IS_DRIVEN, graph=graph, thread_id=thread_id))

    def events(self, *, thread_id: str | None = None, request_id: str | None = None) -> list[Event]:
        statement = schema.event_log(thread_id, request_id).compile(dialect=_DIALECT)
        rows = self._rows(str(statement), _values(statement, {}))
        return [Event.model_validate_json(row[0]) for row in rows]

    def try_lock(self, thread_id: str) -> FileLock | None:
        try:
            return try_file_lock(self._locks, thread_id)
        except OSError as error:
            raise StoreUnavailable(self.url, str(error)) from error

    def _sync(self, connection: sqlite3.Connection, mode: str) -> None:
        if self._syncing != mode:
            connection.execute(f"PRAGMA synchronous={mode}")
            self._syncing = mode

    def close(self) -> None:
        with self._guard:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _requests(self, statement: ClauseElement, **values: Any) -> list[ApprovalRequest]:
        return _read(self._select(statement, **values))

    def _select(self, statement: ClauseElement, **values: Any) -> list[Any]:
        text, names = _compiled(statement)
        return self._rows(text, tuple(values[name] for name in names))

    def _rows(self, text: str, values: tuple[Any, ...]) -> list[Any]:
        with self._using() as connection:
            return connection.execute(text, values).fetchall()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
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
            weakref.finalize(self, _close_in, os.getpid(), self._connection)
        return self._connection


def _connect(path: Path, locks: Path) -> sqlite3.Connection:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent}")
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA secure_delete=ON")
        migrate(connection, path, locks)
    except BaseException:
        connection.close()
        raise
    return connection


def _forget(connection: sqlite3.Connection) -> None:
    """Empty the write-ahead log, which holds rows as they were; not while somebody reads them."""
    connection.execute("PRAGMA busy_timeout=100")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(f"PRAGMA busy_timeout={int(_BUSY_SECONDS * 1000)}")


def _close_in(process: int, connection: sqlite3.Connection) -> None:
    if process == os.getpid():
        connection.close()


def _write(connection: sqlite3.Connection, changes: Changes) -> bool:
    for request in changes.replaced:
        text, names = _compiled(schema.REPLACE)
        values = schema.swap_of(request)
        if connection.execute(text, tuple(values[name] for name in names)).rowcount != 1:
            return False
    for request in changes.opened:
        _execute(connection, schema.OPEN, schema.row_of(request))
    for event in changes.events:
        _execute(connection, schema.RECORD, schema.row_of_event(event))
    if changes.mark is not None:
        marking = _MARK if changes.mark.on else schema.UNMARK
        _execute(connection, marking, schema.row_of_mark(changes.mark))
    return True


def _execute(
    connection: sqlite3.Connection, statement: ClauseElement, values: Mapping[str, Any]
) -> None:
    text, names = _compiled(statement)
    connection.execute(text, tuple(values[name] for name in names))


def _read(rows: list[Any]) -> list[ApprovalRequest]:
    return [ApprovalRequest.model_validate_json(row[0]) for row in rows]


_DIALECT = dialect.dialect(paramstyle="qmark")


@cache
def _compiled(statement: Any) -> tuple[str, tuple[str, ...]]:
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.positiontup or ())


def _values(compiled: Any, values: Mapping[str, Any]) -> tuple[Any, ...]:
    parameters = compiled.construct_params(dict(values))
    return tuple(parameters[name] for name in compiled.positiontup or ())
