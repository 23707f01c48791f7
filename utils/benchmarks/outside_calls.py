"""Count a process's calls to the outside, and end it with kill -9 before a chosen one."""

import fcntl
import itertools
import os
import signal
import sqlite3
from collections.abc import Callable
from sqlite3 import dbapi2
from typing import Any

__all__ = ["calls_so_far", "outside_call", "watch"]


class _Watch:
    """One process's count. `next` of a counter is atomic, whatever thread asks."""

    def __init__(self) -> None:
        self.fatal: int | None = None
        self.counter = itertools.count(1)
        self.last = 0


_watch = _Watch()


def watch(fatal: int | None) -> None:
    """From here on count this process's calls to SQLite and to files; die before number `fatal`.

    Replaces functions of the standard library, so call it in a child that ends soon.
    """
    _watch.fatal, _watch.counter, _watch.last = fatal, itertools.count(1), 0
    for module in (sqlite3, dbapi2):
        setattr(module, "connect", _counting_connect)  # noqa: B010 - typed as constant
    fcntl.lockf = _counted(fcntl.lockf)


def outside_call() -> None:
    """Count one call."""
    _watch.last = next(_watch.counter)
    if _watch.last == _watch.fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def calls_so_far() -> int:
    """How many were counted."""
    return _watch.last


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*args: Any, **named: Any) -> Any:
        outside_call()
        return function(*args, **named)

    return counting


class _CountingCursor(sqlite3.Cursor):
    execute = _counted(sqlite3.Cursor.execute)
    executemany = _counted(sqlite3.Cursor.executemany)
    executescript = _counted(sqlite3.Cursor.executescript)


class _CountingConnection(sqlite3.Connection):
    # execute() and its kin make a cursor, which counts.
    commit = _counted(sqlite3.Connection.commit)

    def cursor(self, factory: Any = _CountingCursor) -> Any:
        return super().cursor(factory)


_connect = sqlite3.connect


def _counting_connect(*args: Any, **named: Any) -> sqlite3.Connection:
    outside_call()
    connection: sqlite3.Connection = _connect(*args, **{**named, "factory": _CountingConnection})
    return connection
