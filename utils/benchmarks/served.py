"""A served store in a process of its own, for areas that measure from outside."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from plancraft.access import Keys, Role
from plancraft.stores import open_store
from utils.benchmarks.store_servers import free_port

__all__ = ["Served", "served"]


class Served:
    """A server on a store, and keys for it.

    Args:
        folder: Where the store is.
        options: More for `plancraft serve`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._options = options
        self.url = f"sqlite:///{folder / 'store.db'}"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        with closing(open_store(self.url)) as store:
            keys = Keys(store)
            self.agent, self.reviewer = (
                keys.add("agent", Role.AGENT),
                keys.add("mina", Role.REVIEWER),
            )

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "plancraft", "serve", "--port", str(self.port)]
        null = subprocess.DEVNULL
        surroundings = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [*command, "--store", self.url, *self._options],
            stdout=null,
            stderr=null,
            env=surroundings,
        )
        deadline = time.monotonic() + 30
        with httpx.Client(base_url=self.base, timeout=1) as client:
            while True:
                try:
                    client.get("/healthz").raise_for_status()
                except httpx.HTTPError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def served() -> Iterator[Served]:
    """A started server on one SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        one = Served(Path(folder))
        try:
            one.start()
            yield one
        finally:
            one.kill()
