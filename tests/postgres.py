"""A PostgreSQL server of one's own, and a schema of one's own on it, for tests."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.ports import free_port

__all__ = ["PostgresServer", "own_server", "postgres_schema", "schema_on"]

GIVEN = os.environ.get("PLANCRAFT_TEST_POSTGRES") or os.environ.get("DATABASE_URL")


class PostgresServer:
    """A server on a free port of this machine, with its files in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="plancraft-postgres-"))
        self._user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        made = ["initdb", "--pgdata=data", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
        self._run(*made, "--no-sync", "--locale=C.UTF-8")

    def start(self) -> None:
        """Start it, on what its files hold, and wait until it answers."""
        psycopg: Any = pytest.importorskip("psycopg", reason="needs psycopg")
        options = ["-D", "data", "-p", str(self.port), "-k", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *options, "-c", "listen_addresses=127.0.0.1"],
                cwd=self._folder,
                user=self._user,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it and what it started at once, without a word to its clients."""
        if self._process is not None:
            # Its children end when they miss it; the next start waits for them.
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it for good."""
        if self._process is not None:
            self._process.terminate()  # with clients still there: the next signal
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *options: str) -> None:
        command = [str(self._programs / program), *options]
        done = subprocess.run(
            command, cwd=self._folder, user=self._user, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def own_server() -> PostgresServer:
    """One that is not started yet."""
    if (programs := _programs()) is None:
        pytest.skip("needs PostgreSQL's programs (or PLANCRAFT_TEST_POSTGRES, a server's URL)")
    return PostgresServer(programs)


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of an empty schema, which is gone afterwards."""
    pytest.importorskip("psycopg", reason="needs psycopg")
    with schema_on(GIVEN or _shared().url) as url:
        yield url


@contextmanager
def schema_on(server: str) -> Iterator[str]:
    """The URL of an empty schema on that server, which is gone afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    try:
        options = quote(f"-csearch_path={name}")
        mark = "&" if "?" in server else "?"
        yield f"{server}{mark}options={options}&application_name={name}"
    finally:
        with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@cache
def _shared() -> PostgresServer:
    """One for all tests of this process."""
    server = own_server()
    atexit.register(server.remove)
    server.start()
    return server


def _programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def _unprivileged() -> str | None:
    """Whom to run it as, since it refuses root."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
