"""Requests in PostgreSQL, for any number of machines."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import registry

from plancraft.approvals import Changes
from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.migrating import migrate_postgres
from plancraft.stores.sql import Lost, Run, SqlStore
from plancraft.stores.urls import without_password

__all__ = ["PostgresStore"]

_CONNECT_SECONDS = 10
_TURN_SECONDS = 0.5
_PATIENCE = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 2, "tcp_keepalives_count": 3}
"""Seconds, seconds and times: the lease of a machine that fell silent is 11 seconds."""
_CHANNEL = "plancraft_news"


class PostgresStore(SqlStore):
    """A store in a PostgreSQL database, in the schema its connections begin in.

    A thread's lock is an advisory lock of one connection that does nothing else; the server frees
    it when the process dies. A connection that was lost is made anew for the next call; a commit
    that was cut off by it raises `StoreUnavailable`, since nobody can tell whether it counted.
    """

    _dialect = registry.load("postgresql")(paramstyle="format")

    def __init__(self, url: str) -> None:
        self.url = without_password(url)
        self._address = url
        self._guard = threading.RLock()
        self._locking = threading.Lock()
        self._connection: Any = None
        self._lock_connection: Any = None
        self._listening = threading.Lock()
        self._news_connection: Any = None
        self._news_schema = ""
        self._held: set[int] = set()
        self._process = os.getpid()

    def try_lock(self, thread_id: str) -> "AdvisoryLock | None":
        with self._locking, self._said():
            self._after_fork()
            if self._lock_connection is None or self._lock_connection.closed:
                self._held.clear()  # the server freed them with the connection
                self._lock_connection = self._connect()
                # So that the server soon notices that this whole machine is gone.
                for name, value in _PATIENCE.items():
                    self._lock_connection.execute(f"SET {name} = {value}")
            (schema,) = self._lock_connection.execute("SELECT current_schema()").fetchone()
            key = _key(f"{schema}\n{thread_id}")
            if key in self._held:
                return None
            row = self._lock_connection.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
            if not row[0]:
                return None
            self._held.add(key)
            return AdvisoryLock(self, key, self._lock_connection)

    def news(self, *, after: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        with self._listening, self._said():
            connection = self._listener()
            if self.head().seq > after:
                return True
            while not self.closed and (left := deadline - time.monotonic()) > 0:
                # In short turns, since a close by another thread wakes nobody.
                for told in connection.notifies(timeout=min(left, _TURN_SECONDS), stop_after=1):
                    schema, _, seq = told.payload.rpartition(" ")
                    if schema == self._news_schema and int(seq) > after:
                        return True
            return False

    def _announce(self, run: Run, seq: int) -> None:
        run("SELECT pg_notify(%s, current_schema() || ' ' || %s)", (_CHANNEL, str(seq)))

    def _listener(self) -> Any:
        self._refuse_closed()
        self._after_fork()
        if self._news_connection is None or self._news_connection.closed:
            connection = self._connect()
            connection.execute(f"LISTEN {_CHANNEL}")
            (self._news_schema,) = connection.execute("SELECT current_schema()").fetchone()
            self._news_connection = connection
        return self._news_connection

    def free(self, key: int, connection: Any) -> None:
        """Give a lock back; one whose connection is gone is free already."""
        with self._locking:
            if connection is not self._lock_connection or os.getpid() != self._process:
                return
            self._held.discard(key)
            with suppress(self._driver().Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", [key])

    def close(self) -> None:
        self.closed = True
        with self._guard, self._locking:
            if os.getpid() == self._process:
                for connection in (self._connection, self._lock_connection):
                    if connection is not None:
                        connection.close()
            self._connection = self._lock_connection = None
            self._held.clear()
        with self._listening:  # whoever listens notices within a turn
            if self._news_connection is not None and os.getpid() == self._process:
                self._news_connection.close()
            self._news_connection = None

    def _rows(self, text: str, values: tuple[Any, ...]) -> Sequence[Any]:
        with self._using() as connection:
            found: Sequence[Any] = connection.execute(text, values).fetchall()
            return found

    def _conflict(self) -> type[Exception]:
        conflict: type[Exception] = self._driver().errors.UniqueViolation
        return conflict

    @contextmanager
    def _writing(self, changes: Changes, *, durable: bool) -> Iterator[Run]:
        errors = self._driver().errors
        with self._using() as connection:
            try:
                with connection.transaction():
                    if not durable:
                        connection.execute("SET LOCAL synchronous_commit TO off")
                    yield connection.execute
            except (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure):
                raise Lost from None

    @contextmanager
    def _using(self) -> Iterator[Any]:
        with self._guard, self._said():
            self._refuse_closed()
            self._after_fork()
            if self._connection is None or self._connection.closed:
                connection = self._connect()
                migrate_postgres(connection, self._connect, self.url)
                self._connection = connection
            yield self._connection

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Within the block, what the driver raises is said in our words, without a password."""
        try:
            yield
        except self._driver().Error as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise StoreUnavailable(self.url, said[0]) from error

    def _connect(self) -> Any:
        return self._driver().connect(
            self._address,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            fallback_application_name="plancraft",
        )

    def _after_fork(self) -> None:
        # A connection must not cross a fork, so each process makes its own; the parent's are
        # let go without a word to the server.
        if self._process != os.getpid():
            self._forgotten = self._connections()
            self._connection = self._lock_connection = self._news_connection = None
            self._held = set()
            self._process = os.getpid()

    def _connections(self) -> tuple[Any, ...]:
        return self._connection, self._lock_connection, self._news_connection

    def _driver(self) -> Any:
        try:
            import psycopg
        except ImportError as error:
            reason = say("it needs: {command}", command="pip install 'plancraft-hitl[postgres]'")
            raise StoreUnavailable(self.url, reason) from error
        return psycopg


@dataclass(frozen=True, slots=True)
class AdvisoryLock:
    """A held lock."""

    store: PostgresStore
    key: int
    connection: Any

    def release(self) -> None:
        """Let others have it."""
        self.store.free(self.key, self.connection)


def _key(name: str) -> int:
    """The lock's name as PostgreSQL takes it, 64 bits with a sign."""
    digest = hashlib.sha256(f"plancraft\n{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
