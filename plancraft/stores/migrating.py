"""Bring a store's tables to this version, by alembic, once, whoever comes first."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.file_lock import try_file_lock

__all__ = ["HEAD", "VERSION_TABLE", "migrate_postgres", "migrate_sqlite"]

HEAD = "0001"
"""The newest revision in `migrations/versions`."""

VERSION_TABLE = "plancraft_version"
_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate_sqlite(connection: sqlite3.Connection, path: Path, locks: Path) -> None:
    """Bring the file up to date; a file that is costs one query."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=30)

    if _version_in_sqlite(connection) == HEAD:
        return
    while (lock := try_file_lock(locks, "migration")) is None:
        time.sleep(0.01)
    try:
        if _version_in_sqlite(connection) != HEAD:
            # The driver begins no transaction for DDL, so a kill in between would leave half of it.
            _upgrade("sqlite://", connect, str(path), begin="BEGIN IMMEDIATE")
    finally:
        lock.release()


def migrate_postgres(connection: Any, connect: Callable[[], Any], url: str) -> None:
    """Bring the database's present schema up to date; one that is costs one query."""
    if _version_in_postgres(connection) == HEAD:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [VERSION_TABLE])
        if _version_in_postgres(connection) != HEAD:
            _upgrade("postgresql+psycopg://", connect, url, begin="BEGIN")


def _version_in_sqlite(connection: sqlite3.Connection) -> str | None:
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,)
    ).fetchone()
    return _version(connection) if known else None


def _version_in_postgres(connection: Any) -> str | None:
    (known,) = connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone()
    return _version(connection) if known else None


def _version(connection: Any) -> str | None:
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return row[0] if row else None


def _upgrade(kind: str, connect: Callable[[], Any], place: str, *, begin: str) -> None:
    """Run what is missing, in one transaction. A connection made by hand, since a path or a
    password may hold what a URL would read as its own."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    engine = create_engine(kind, creator=connect, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(begin)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            reason = say("it was written by another version of plancraft ({error})", error=error)
            raise StoreUnavailable(place, reason) from error
        connection.exec_driver_sql("COMMIT")
