"""A served store for tests: in this process without a socket, or as a real `plancraft serve`."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from plancraft.access import Keys, Role, Sessions
from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.server import create_app
from plancraft.stores import open_store

__all__ = ["ORIGIN", "Browser", "Inside", "Outside", "plancraft_command", "serving"]

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
ORIGIN = "http://hitl.test"


class Inside:
    """The application in a loop of its own, called without a socket. Names stand for their keys."""

    def __init__(self, store: Store, policy: HITLPolicy | None = None, **named: Any) -> None:
        self.store, self.keys, self.sessions = store, Keys(store), Sessions(store)
        self.desk = Desk(store, policy)
        self.app = create_app(self.desk, **named)
        self.tokens: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lifespan = self.app.router.lifespan_context(self.app)

    def start(self) -> None:
        self._thread.start()
        self.run(self._lifespan.__aenter__())

    def stop(self) -> None:
        self.run(self._lifespan.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(story, self._loop).result(60)

    def key(self, name: str, role: Role) -> str:
        self.tokens[name] = self.keys.add(name, role)
        return self.tokens[name]

    def call(
        self, method: str, path: str, who: str | None = None, *, raises: bool = True, **named: Any
    ) -> httpx.Response:
        headers = dict(named.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(who, who)}"

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=raises)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, headers=headers, **named)

        return self.run(sent())

    def ask(self, who: str, title: str = "Plan", **named: Any) -> dict[str, Any]:
        body = {"title": title, "content": {"step": 1}, **named}
        response = self.call("POST", "/api/approvals", who, json=body)
        assert response.status_code == 201, response.text
        asked: dict[str, Any] = response.json()
        return asked


class Browser:
    """A person's browser: it keeps cookies, and sends its pages' origin and token."""

    def __init__(self, inside: Inside) -> None:
        self.inside, self.cookies = inside, httpx.Cookies()
        self.csrf = ""

    def sign_in(self, **sent: str) -> httpx.Response:
        response = self.call("POST", "/sign-in", data=sent, csrf=False)
        self.cookies.update(response.cookies)
        self.csrf = self.cookies.get("plancraft_csrf") or ""
        return response

    def call(
        self,
        method: str,
        path: str,
        *,
        csrf: bool = True,
        origin: str | None = ORIGIN,
        **named: Any,
    ) -> httpx.Response:
        headers = dict(named.pop("headers", {}))
        if origin and method != "GET":
            headers["Origin"] = origin
        if csrf:
            headers["X-CSRF-Token"] = self.csrf
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if cookie:
            headers["Cookie"] = cookie
        return self.inside.call(method, path, headers=headers, **named)


def plancraft_command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from plancraft.cli import main; main()", *words]


class Outside:
    """A `plancraft serve` of its own process, with one agent's and one reviewer's key."""

    def __init__(self, store: str, folder: Path, *options: str) -> None:
        self.store, self.folder, self._options = store, folder, options
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.agent = self.key("agent", "agent")
        self.reviewer = self.key("mina", "reviewer")
        self.link = ""

    def key(self, name: str, role: str) -> str:
        with closing(open_store(self.store)) as store:
            return Keys(store).add(name, Role(role))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def err(self) -> str:
        return (self.folder / "serve.err").read_text()

    def start(self) -> None:
        """Start it, at the port it had before, and wait until it answers."""
        options = ["--port", str(self.port), "--store", self.store, "--by", "owner", "-v"]
        with (self.folder / "serve.err").open("a") as err:
            self.process = subprocess.Popen(
                plancraft_command("serve", *options, *self._options),
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
                cwd=self.folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
            )
        assert self.process.stdout is not None
        said = ""
        while "sign-in?token=" not in said:
            line = self.process.stdout.readline()
            assert line, self.err
            said += line
        self.link = said.split()[-1]
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found, said
        self.port = int(found[1])
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{self.url}/healthz", timeout=5)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.err
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would, and only it."""
        if self.process is not None:
            self.process.kill()
            self._wait()

    def end(self, number: int = signal.SIGINT) -> int:
        """End it as Ctrl-C does; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self._wait()

    def _wait(self) -> int:
        assert self.process is not None
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def headers(self, who: str = "reviewer") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.agent if who == 'agent' else self.reviewer}"}

    def client(self, who: str = "reviewer") -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers(who), timeout=30)


@contextmanager
def serving(store: str, folder: Path, options: Sequence[str] = ()) -> Iterator[Outside]:
    """A running server that is gone afterwards."""
    server = Outside(store, folder, *options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
