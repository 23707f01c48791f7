"""The served approvals: many who listen, and a server that is killed again and again."""

import asyncio
import json
import random
import statistics
import threading
import time
from contextlib import closing
from typing import Any

import httpx
from websockets.asyncio.client import connect

from plancraft.approvals import Store
from plancraft.approvals.audit import read_log, verify_log
from plancraft.approvals.desk import Desk
from plancraft.stores import open_store
from utils.benchmarks.served import Served, served
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

SEEN_SECONDS, BACK_SECONDS = 1.0, 2.0
LOADS = 4
DECISIONS = 10


def rounds(quick: bool) -> int:
    """How often `measure` ticks."""
    return 1 + _kills(quick)


def measure(quick: bool, tick: Tick) -> Section:
    """Both, on one SQLite file each."""
    listeners = 50 if quick else 1_000
    with served() as server:
        seen = asyncio.run(_seen_seconds(server, listeners))
    tick()
    with served() as server:
        damage = _killed(server, _kills(quick), tick)
    return Section(
        title="The service",
        text=_EXPLANATION,
        head=("measured", "figure"),
        rows=[
            [f"a decision seen by the last of {listeners:,} WebSocket clients, s", seen],
            *damage,
        ],
    )


_EXPLANATION = f"""\
`plancraft serve` in a process of its own, on one SQLite file. Clients listen at `/ws`, all in one
other process; the worst of {DECISIONS} decisions counts, from before its POST. Kill -9: {LOADS}
clients open requests, wait for them at `/wait` and decide them all the time, and try again what
failed; the server is killed at a random moment and started anew. Lost: what was acknowledged and is
not there. Doubled: a request with two decisions in the log. Back: from when the server answers
until a waiter's call is taken."""


def _kills(quick: bool) -> int:
    return 5 if quick else 200


async def _seen_seconds(served: Served, listeners: int) -> str:
    """How long it takes until the last listener knows of a decision; the worst of several."""
    headers = {"Authorization": f"Bearer {served.reviewer}"}
    seen: dict[str, list[float]] = {}

    async def listen(ready: asyncio.Event) -> None:
        url = f"ws://127.0.0.1:{served.port}/ws"
        async with connect(url, additional_headers=headers, open_timeout=60) as socket:
            ready.set()
            async for text in socket:
                told = json.loads(text)
                if told.get("type") == "approval_update":
                    seen.setdefault(told["request_id"], []).append(time.monotonic())

    readies = [asyncio.Event() for _ in range(listeners)]
    tasks = list[asyncio.Task[None]]()
    for start in range(0, listeners, 50):
        some = readies[start : start + 50]
        tasks += [asyncio.create_task(listen(ready)) for ready in some]
        await asyncio.gather(*(ready.wait() for ready in some))
    worst = 0.0
    async with httpx.AsyncClient(base_url=served.base, timeout=30) as client:
        for number in range(DECISIONS):
            asked = await _asked(client, served, f"Seen {number}")
            begun = time.monotonic()
            await client.post(f"/api/approvals/{asked}/approve", headers=headers, json={})
            while len(seen.get(asked, ())) < listeners:
                if time.monotonic() - begun > 30:
                    raise AssertionError(f"{len(seen.get(asked, ()))} of {listeners} were told")
                await asyncio.sleep(0.005)
            worst = max(worst, max(seen[asked]) - begun)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return goal(worst, SEEN_SECONDS)


async def _asked(client: httpx.AsyncClient, served: Served, title: str) -> str:
    body = {"type": "final_report", "title": title, "content": "x"}
    headers = {"Authorization": f"Bearer {served.agent}"}
    response = await client.post("/api/approvals", headers=headers, json=body)
    response.raise_for_status()
    return str(response.json()["id"])


class _Load(threading.Thread):
    """Opens, waits and decides until told to stop; knows what was acknowledged."""

    def __init__(self, served: Served, number: int, stopping: threading.Event) -> None:
        super().__init__()
        self.served, self.number, self.stopping = served, number, stopping
        self.opened, self.decided, self.waited = list[str](), list[str](), list[str]()
        self.back_at: float | None = None
        self.client = httpx.Client(base_url=served.base, timeout=10)

    def run(self) -> None:
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            key = f"{self.number}-{turn}"
            body = {"type": "final_report", "title": key, "content": "x"}
            headers = {"Authorization": f"Bearer {self.served.agent}", "Idempotency-Key": key}
            asked = self._insist("POST", "/api/approvals", headers, body)
            if asked is None:
                return
            self.opened.append(asked["id"])
            waiter = threading.Thread(target=self._wait, args=[asked["id"]])
            waiter.start()
            headers = {"Authorization": f"Bearer {self.served.reviewer}"}
            path = f"/api/approvals/{asked['id']}/approve"
            if self._insist("POST", path, headers, {}) is not None:
                self.decided.append(asked["id"])
            waiter.join()

    def _wait(self, asked: str) -> None:
        headers = {"Authorization": f"Bearer {self.served.agent}"}
        while not self.stopping.is_set():
            done = self._insist("GET", f"/api/approvals/{asked}/wait?timeout=2", headers, None)
            self.back_at = time.monotonic()
            if done is not None and done["status"] != "pending":
                self.waited.append(asked)
                return

    def _insist(self, method: str, path: str, headers: Any, body: Any) -> Any:
        """The answer, however often it has to be asked for; 409 says that it counted before."""
        while not self.stopping.is_set():
            try:
                response = self.client.request(method, path, headers=headers, json=body)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if response.status_code in (200, 201, 409):
                return response.json()
            if response.status_code != 503:
                raise AssertionError(f"{response.status_code}: {response.text}")
            time.sleep(0.05)
        return None


def _killed(served: Served, kills: int, tick: Tick) -> list[list[str]]:
    stopping = threading.Event()
    loads = [_Load(served, number, stopping) for number in range(LOADS)]
    for load in loads:
        load.start()
    back = list[float]()
    chance = random.Random(17)
    for _ in range(kills):
        time.sleep(chance.uniform(0.05, 0.6))
        served.kill()
        for load in loads:
            load.back_at = None
        served.start()
        ready = time.monotonic()
        while any(load.back_at is None for load in loads) and time.monotonic() < ready + 20:
            time.sleep(0.005)
        back += [(load.back_at or ready + 20) - ready for load in loads]
        tick()
    stopping.set()
    for load in loads:
        load.join(60)
    with closing(open_store(served.url)) as store:
        return [["kills of the server under load", f"{kills}"], *_counted(store, loads, back)]


def _counted(store: Store, loads: list[_Load], back: list[float]) -> list[list[str]]:
    desk = Desk(store)
    opened = [id_ for load in loads for id_ in load.opened]
    decided = [id_ for load in loads for id_ in load.decided]
    lost = sum(store.get(id_) is None for id_ in opened)
    lost += sum(desk.get(id_).decision is None for id_ in decided)
    log = [entry.event for entry in read_log(store)]
    told = [event.request_id for event in log if event.kind == "decided"]
    verify_log(store)
    return [
        ["requests opened, decided", f"{len(opened):,}, {len(decided):,}"],
        ["lost", goal(lost, 0)],
        ["doubled", goal(len(told) - len(set(told)), 0)],
        ["waiters back, median s", f"{statistics.median(back):.2f}"],
        ["waiters back, worst s", goal(max(back), BACK_SECONDS)],
    ]
