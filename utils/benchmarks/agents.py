"""An A2A agent that waits for people: what parked tasks hold, how soon a decision is seen, and
what kills and races leave."""

import asyncio
import os
import random
import statistics
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from a2a.client import Client, ClientConfig, create_client
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    Task,
    TaskState,
)
from a2a.utils.errors import A2AError

from plancraft.a2a.telling import TERMINAL
from plancraft.stores import open_store
from utils.benchmarks.gated import EFFECTS
from utils.benchmarks.served import Served
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

PARKED_MB, SEEN_MS = 50.0, 100.0
_LONG = 120.0
_COMPLETED, _CANCELED = TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_CANCELED


@dataclass(frozen=True)
class _Sizes:
    parked: int
    decisions: int
    kills: int
    races: int


def _sizes(quick: bool) -> _Sizes:
    return _Sizes(60, 10, 3, 20) if quick else _Sizes(1000, 100, 100, 500)


def rounds(quick: bool) -> int:
    """How often `measure` ticks."""
    sizes = _sizes(quick)
    return 2 + sizes.kills + sizes.races


def measure(quick: bool, tick: Tick) -> Section:
    """All of it, through `plancraft serve --agent` on SQLite."""
    sizes = _sizes(quick)
    with _agent("one") as served:
        growth = asyncio.run(_park(served, sizes.parked))
    tick()
    with _agent("one") as served:
        seen = asyncio.run(_decide(served, sizes.decisions))
        tick()
        outcomes, unlike = asyncio.run(_race(served, sizes.races, tick))
    killed = _kill(sizes.kills, tick)
    return Section(
        title="A2A tasks that wait for people",
        text=_EXPLANATION,
        head=("measured", "figure"),
        rows=[
            [f"memory of {sizes.parked:,} parked tasks, MB", goal(growth["memory"], PARKED_MB, 1)],
            ["files and sockets they hold, all together", f"{growth['files']:.0f}"],
            ["threads they hold, all together", f"{growth['threads']:.0f}"],
            *_seen(seen),
            [f"{sizes.races} races: outcomes", _counted(outcomes)],
            ["races after which task, inbox and result disagree", goal(unlike, 0, 0)],
            [f"{sizes.kills} kills: tasks that did not end", goal(killed["unended"], 0, 0)],
            ["gates asked, decided or delivered twice or not", goal(killed["gates"], 0, 0)],
            ["results told twice or not", goal(killed["results"], 0, 0)],
            ["pieces of work left out", goal(killed["left out"], 0, 0)],
        ],
    )


_EXPLANATION = """\
`plancraft serve --agent` on SQLite, in a process of its own; clients are the SDK's. Parked: each
task was given by a client and waits at its gate; memory, files and threads are the server's,
against before. Seen: from before a decision is sent over REST until a client that streams the
task has its completion. Races: an approval, a rejection (both REST) and a cancellation (A2A) of
one task at about the same time. Kills: SIGKILL at a random time of a task of three gates that a
reviewer's program approves meanwhile, then the server is started again on the same file."""


def _seen(seconds: list[float]) -> list[list[str]]:
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    return [
        [
            "decision to completion at a streaming client, median, ms",
            goal(statistics.median(seconds) * 1000, SEEN_MS, 0),
        ],
        ["95th percentile, ms", f"{p95 * 1000:.0f}"],
    ]


def _counted(outcomes: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))


@contextmanager
def _agent(graph: str) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="a2a-") as folder:
        served = Served(Path(folder), "--agent", f"utils.benchmarks.gated:{graph}")
        served.start()
        try:
            yield served
        finally:
            served.kill()


@contextmanager
def _reviewer(served: Served) -> Iterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {served.reviewer}"}
    yield httpx.AsyncClient(base_url=served.base, headers=headers, timeout=_LONG)


async def _client(served: Served, http: httpx.AsyncClient) -> Client:
    http.headers["Authorization"] = f"Bearer {served.agent}"
    config = ClientConfig(httpx_client=http, streaming=True)
    return await create_client(f"{served.base}/a2a", config)


async def _with_client(
    served: Served, work: Callable[[Client, httpx.AsyncClient], Awaitable[Any]]
) -> Any:
    with _reviewer(served) as reviewer:
        async with httpx.AsyncClient(timeout=_LONG) as http, reviewer:
            return await work(await _client(served, http), reviewer)


async def _send(client: Client, text: str) -> str:
    """The id of a new task, which is at its gate."""
    message = Message(role=Role.ROLE_USER, message_id=str(uuid.uuid4()), parts=[Part(text=text)])
    task_id = ""
    async for event in client.send_message(SendMessageRequest(message=message)):
        task_id = event.task.id if event.HasField("task") else task_id
    return task_id


async def _park(served: Served, count: int) -> dict[str, float]:
    """What so many parked tasks hold of the server."""

    async def give(client: Client, tasks: int) -> None:
        left = iter(range(tasks))

        async def some() -> None:
            for number in left:
                await _send(client, f"fish {number}")

        await asyncio.gather(*(some() for _ in range(8)))

    assert served.process is not None
    process = psutil.Process(served.process.pid)
    # As many at once as later: pools of threads and connections are not the tasks' own.
    await _with_client(served, lambda client, _: give(client, 40))
    await asyncio.sleep(3)
    before = _held(process)
    await _with_client(served, lambda client, _: give(client, count))
    await asyncio.sleep(5)  # idle for longer than a parked task is kept in memory
    after = _held(process)
    return {name: max(after[name] - before[name], 0) for name in after}


def _held(process: psutil.Process) -> dict[str, float]:
    return {
        "memory": process.memory_info().rss / 1e6,
        "files": process.num_fds(),
        "threads": process.num_threads(),
    }


async def _decide(served: Served, count: int) -> list[float]:
    """How long each decision took to its completion at a streaming client."""

    async def work(client: Client, reviewer: httpx.AsyncClient) -> list[float]:
        return [await _one_decision(client, reviewer) for _ in range(count)]

    return await _with_client(served, work)  # type: ignore[no-any-return]


async def _one_decision(client: Client, reviewer: httpx.AsyncClient) -> float:
    task_id = await _send(client, "fish")
    request_id = await _open(reviewer, task_id)
    listening, seen = asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        async for event in client.subscribe(SubscribeToTaskRequest(id=task_id)):
            listening.set()
            status = event.status_update.status if event.HasField("status_update") else None
            if status is not None and status.state == _COMPLETED:
                seen.set()

    listener = asyncio.create_task(listen())
    await listening.wait()
    await asyncio.sleep(random.uniform(0.05, 0.3))
    began = time.perf_counter()
    await reviewer.post(f"/api/approvals/{request_id}/approve", json={})
    await seen.wait()
    took = time.perf_counter() - began
    await listener
    return took


async def _open(reviewer: httpx.AsyncClient, task_id: str) -> str:
    items = (await reviewer.get("/api/approvals/pending?limit=100")).json()["items"]
    return next(str(one["id"]) for one in items if one["thread_id"] == task_id)


async def _race(served: Served, count: int, tick: Tick) -> tuple[Counter[str], int]:
    """The outcomes, and how many of them are not the same everywhere."""
    chance, outcomes, unlike = random.Random(3), Counter[str](), 0

    async def work(client: Client, reviewer: httpx.AsyncClient) -> None:
        nonlocal unlike
        for _ in range(count):
            outcome, same = await _one_race(client, reviewer, chance)
            outcomes[outcome] += 1
            unlike += not same
            tick()

    await _with_client(served, work)
    return outcomes, unlike


async def _one_race(
    client: Client, reviewer: httpx.AsyncClient, chance: random.Random
) -> tuple[str, bool]:
    task_id = await _send(client, "fish")
    request_id = await _open(reviewer, task_id)

    async def later(call: Callable[[], Awaitable[Any]]) -> bool:
        await asyncio.sleep(chance.uniform(0, 0.02))
        try:
            answer = await call()
        except A2AError:
            return False
        return isinstance(answer, Task) or answer.status_code == 200

    place = f"/api/approvals/{request_id}"
    won = await asyncio.gather(
        later(lambda: reviewer.post(f"{place}/approve", json={})),
        later(lambda: reviewer.post(f"{place}/reject", json={"reason": "no"})),
        later(lambda: client.cancel_task(CancelTaskRequest(id=task_id))),
    )
    task = await _ended(client, task_id)
    status = (await reviewer.get(place)).json()["status"]
    expected = {"approved": _COMPLETED, "rejected": _COMPLETED, "cancelled": _CANCELED}
    told = [one.parts[0].data.struct_value["outcome"] for one in task.artifacts]
    results = {"approved": ["approved"], "rejected": ["rejected"], "cancelled": []}
    same = (
        sum(won) == 1 and task.status.state == expected.get(status) and told == results.get(status)
    )
    return status, same


async def _ended(client: Client, task_id: str) -> Task:
    async with asyncio.timeout(_LONG):
        while True:
            task = await client.get_task(GetTaskRequest(id=task_id))
            if task.status.state in TERMINAL:
                return task
            await asyncio.sleep(0.02)


def _kill(count: int, tick: Tick) -> dict[str, int]:
    chance = random.Random(11)
    found = dict.fromkeys(("unended", "gates", "results", "left out"), 0)
    with tempfile.TemporaryDirectory(prefix="a2a-kills-") as folder:
        effects = Path(folder) / "effects"
        os.environ[EFFECTS] = str(effects)
        served = Served(Path(folder), "--agent", "utils.benchmarks.gated:three")
        served.start()
        try:
            for number in range(count):
                damage = asyncio.run(_one_kill(served, f"fish{number}", chance.uniform(0, 0.8)))
                found = {name: found[name] + damage.get(name, 0) for name in found}
                tick()
        finally:
            served.kill()
            del os.environ[EFFECTS]
        lines = set(effects.read_text().split("\n"))
    wanted = {f"fish{number} {gate}" for number in range(count) for gate in (1, 2, 3)}
    found["left out"] = len(wanted - lines)
    return found


async def _one_kill(served: Served, name: str, after: float) -> dict[str, int]:
    """What a kill at this time did to a task of three gates."""
    message = {"messageId": name, "role": "ROLE_USER", "parts": [{"text": name}]}
    body = {"message": message, "configuration": {"returnImmediately": True}}
    headers = {"Authorization": f"Bearer {served.agent}", "A2A-Version": "1.0"}
    with _reviewer(served) as reviewer:
        async with httpx.AsyncClient(headers=headers, timeout=_LONG) as http, reviewer:
            sent = await http.post(f"{served.base}/a2a/message:send", json=body)
            task_id = sent.json()["task"]["id"]
            approving = asyncio.create_task(_approve_all(reviewer))
            await asyncio.sleep(after)
            await asyncio.to_thread(served.kill)
            await asyncio.to_thread(served.start)
            task = await _completed(http, f"{served.base}/a2a/tasks/{task_id}")
            approving.cancel()
            await asyncio.gather(approving, return_exceptions=True)
    if task is None:
        return {"unended": 1}
    return {"gates": _gates_damaged(served, task_id), "results": int(len(task["artifacts"]) != 1)}


async def _approve_all(reviewer: httpx.AsyncClient) -> None:
    while True:
        try:
            items = (await reviewer.get("/api/approvals/pending")).json()["items"]
            for one in items:
                await reviewer.post(f"/api/approvals/{one['id']}/approve", json={})
        except (httpx.HTTPError, KeyError, ValueError):
            pass
        await asyncio.sleep(0.02)


async def _completed(http: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    until = time.monotonic() + _LONG
    while time.monotonic() < until:
        task: dict[str, Any] = (await http.get(url)).json()
        if task["status"]["state"] == "TASK_STATE_COMPLETED":
            return task
        await asyncio.sleep(0.02)
    return None


def _gates_damaged(served: Served, task_id: str) -> int:
    """How many of the three were not opened, decided and delivered once each."""
    store = open_store(served.url)
    try:
        events = store.events(thread_id=task_id)
    finally:
        store.close()
    counted = {
        kind: Counter(event.request_id for event in events if event.kind == kind)
        for kind in ("opened", "decided", "delivered")
    }
    ids = {id_ for counter in counted.values() for id_ in counter}
    damaged = [id_ for id_ in ids if any(counter[id_] != 1 for counter in counted.values())]
    return len(damaged) + abs(3 - len(ids))
