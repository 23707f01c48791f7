"""A Redis server of one's own, and a prefix of one's own on it, for tests."""

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port

__all__ = ["RedisServer", "redis_prefix", "redis_url", "running_server"]

SERVER = os.environ.get("PLANCRAFT_TEST_REDIS") or os.environ.get("REDIS_URL")
PROGRAM = os.environ.get("PLANCRAFT_TEST_REDIS_SERVER", "redis-server")
SYNCED = ("--appendonly", "yes", "--appendfsync", "always")


class RedisServer:
    """A server on a free port of this machine, with its files in a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, on what its files hold, and wait until it answers."""
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--dir", str(self.folder), "--unixsocket", str(self.folder / "socket")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, *self._options], stdout=log, stderr=log)
        redis: Any = pytest.importorskip("redis", reason="needs redis-py")
        deadline = time.monotonic() + 20
        with closing(redis.Redis(port=self.port, retry=None)) as client:
            while True:
                try:
                    return client.ping()
                except redis.ConnectionError:
                    assert self._process.poll() is None, (self.folder / "log").read_text()
                    assert time.monotonic() < deadline
                    time.sleep(0.02)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Within the block it takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would, and only it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_server(folder: Path, *options: str) -> Iterator[RedisServer]:
    """A server that is gone afterwards."""
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"needs the program {PROGRAM} (PLANCRAFT_TEST_REDIS names a running server)")
    server = RedisServer(folder, *options)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def redis_url(folder: Path) -> Iterator[str]:
    """The URL of the server that `PLANCRAFT_TEST_REDIS` names, else of one of our own."""
    pytest.importorskip("redis", reason="needs redis-py")
    if SERVER:
        yield SERVER
        return
    with running_server(folder, *SYNCED) as server:
        yield server.url


@contextmanager
def redis_prefix(server: str) -> Iterator[str]:
    """The URL of an empty place on the server, which is emptied afterwards."""
    import redis

    name = f"test-{uuid.uuid4().hex}"
    try:
        yield f"{server}{'&' if '?' in server else '?'}prefix={name}"
    finally:
        with closing(redis.Redis.from_url(server)) as client:
            for key in client.scan_iter(match=f"{{{name}}}:*", count=1000):
                client.unlink(key)
