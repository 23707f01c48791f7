"""An empty store of each kind that can run here: SQLite always, the others where a server is."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["empty_stores", "free_port"]

POSTGRES = os.environ.get(
    "PLANCRAFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
SYNCED = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


@contextmanager
def empty_stores() -> Iterator[dict[str, str]]:
    """The URLs of an empty store by its kind; all are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, _postgres() as postgres, _redis() as redis:
        found = {"SQLite": f"sqlite:///{folder}/store.db", **postgres, **redis}
        yield found


@contextmanager
def _postgres() -> Iterator[dict[str, str]]:
    try:
        import psycopg

        connection: Any = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except Exception:  # noqa: BLE001 - without driver or server it is left out
        yield {}
        return
    name = f"bench_{uuid.uuid4().hex}"
    connection.execute(f"CREATE SCHEMA {name}")
    try:
        mark = "&" if "?" in POSTGRES else "?"
        yield {"PostgreSQL": f"{POSTGRES}{mark}options={quote(f'-csearch_path={name}')}"}
    finally:
        connection.execute(f"DROP SCHEMA {name} CASCADE")
        connection.close()


@contextmanager
def _redis() -> Iterator[dict[str, str]]:
    program = shutil.which("redis-server")
    if program is None:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, *SYNCED]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _await_port(port)
            yield {"Redis": f"redis://127.0.0.1:{port}"}
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    """A port of this machine's loopback that nobody listens on at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
