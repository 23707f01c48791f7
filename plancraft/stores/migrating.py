"""Bring a SQLite file's tables to this version, by alembic, once, whoever comes first."""

import sqlite3
import time
from pathlib import Path

from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.file_lock import try_file_lock

__all__ = ["HEAD", "VERSION_TABLE", "migrate"]

HEAD = "0001"
"""The newest revision in `migrations/versions`."""

VERSION_TABLE = "plancraft_version"
_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(connection: sqlite3.Connection, path: Path, locks: Path) -> None:
    """Bring the file up to date; a file that is costs one query."""
    if _version(connection) == HEAD:
        return
    while (lock := try_file_lock(locks, "migration")) is None:
        time.sleep(0.01)
    try:
        if _version(connection) != HEAD:
            _upgrade(path)
    finally:
        lock.release()


def _version(connection: sqlite3.Connection) -> str | None:
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,)
    ).fetchone()
    if not known:
        return None
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return row[0] if row else None


def _upgrade(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    # By hand, since a path may hold what a URL would read as its own.
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(path, timeout=30), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # The driver begins no transaction for DDL, so a kill in between would leave half a schema.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            reason = say("it was written by another version of plancraft ({error})", error=error)
            raise StoreUnavailable(str(path), reason) from error
        connection.exec_driver_sql("COMMIT")
