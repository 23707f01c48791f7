"""A LangGraph dev server of its own process, in a folder of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

__all__ = ["ROOT", "Caller", "dev_server"]

ROOT = Path(__file__).parents[2]
_SECONDS = 90


@contextmanager
def dev_server(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of a running server that is gone afterwards."""
    log = folder / "server.log"
    words = ["--port", "0", "--folder", str(folder), "--n-jobs-per-worker", "4", *options]
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "utils.langgraph_dev", *words],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"is ready at (http\S+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()[-4000:]
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-4000:])


class Caller(httpx.Client):
    """Calls the server with somebody's key."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        super().__init__(base_url=url, headers=headers, timeout=60)

    def new_thread(self) -> str:
        """The id of a new thread."""
        made = self.post("/threads", json={})
        assert made.status_code == 200, made.text
        return str(made.json()["thread_id"])

    def run(self, thread: str, graph: str = "agent", **named: object) -> httpx.Response:
        """What a run gives in the end."""
        return self.post(f"/threads/{thread}/runs/wait", json={"assistant_id": graph, **named})
