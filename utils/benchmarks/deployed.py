"""Graphs on a LangGraph Server: what our calls cost over the SDK's, and how soon a watcher sees."""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

import plancraft as pc
from plancraft.stores import open_store
from utils.benchmarks.tables import Section, Tick, goal
from utils.langgraph_dev import dev_server

__all__ = ["measure", "rounds"]

RATIO, SEEN_SECONDS = 1.2, 2.0
_AT_ONCE = 10
_GRAPH = "agent"

Pair = Callable[[], Awaitable[None]]


def rounds(quick: bool) -> int:
    """How often `measure` ticks."""
    return 4


def measure(quick: bool, tick: Tick) -> Section:
    """All of it on one dev server."""
    jobs = ("--hasty", "--n-jobs-per-worker", str(_AT_ONCE))
    with tempfile.TemporaryDirectory() as name, dev_server(Path(name), *jobs) as url:
        return asyncio.run(_measure(url, Path(name), quick, tick))


async def _measure(url: str, folder: Path, quick: bool, tick: Tick) -> Section:
    batches, pauses, finished = (3, 5, 200) if quick else (30, 30, 10_000)
    client = get_client(url=url)
    bare, ours = await _both(client, url, folder, batches)
    tick()
    store = open_store(f"sqlite:///{folder / 'watched.db'}")
    watcher = pc.Watcher(url, store=store)
    watching = asyncio.create_task(watcher.run())
    seen = [await _seen(client, store) for _ in range(pauses)]
    watcher.stop()
    await watching
    tick()
    few = await _rounds(url, store)
    tick()
    await _finish(client, finished)
    many = await _rounds(url, store)
    tick()
    ratio = statistics.median(ours) / statistics.median(bare)
    return Section(
        title="On LangGraph Server",
        text=_EXPLANATION,
        head=("measured", "figure"),
        rows=[
            ["pause and resume with the SDK alone, median, ms", _ms(bare)],
            ["the same with start and resume, median, ms", _ms(ours)],
            ["ratio", goal(ratio, RATIO)],
            ["a pause is in the watcher's store, median, s", f"{statistics.median(seen):.2f}"],
            ["worst, s", goal(max(seen), SEEN_SECONDS)],
            ["calls of a watcher's round, before and after", f"{few[0]}, {many[0]}"],
            ["bytes of a round, before and after", f"{few[1]:,}, {many[1]:,}"],
            ["finished threads in between", f"{finished:,}"],
        ],
    )


_EXPLANATION = f"""\
LangGraph's dev server in a process of its own, {_AT_ONCE} threads at once, by turns with the SDK
alone (`runs.wait` to the question, `runs.wait` with the answer by its id) and with `astart` and
`aresume` on a SQLite store. The dev server looks for work twice a second when it has none; here it
does so fifty times. Seen: from when the SDK's call returns at the question until its request is
in the store. A round: what `Watcher.look` asks of a server where nothing has changed."""


async def _both(
    client: LangGraphClient, url: str, folder: Path, batches: int
) -> tuple[list[float], list[float]]:
    """Seconds of each pause and resume, without us and with us, batch by batch in turns."""
    server = pc.GraphServer(url, _GRAPH)
    store = open_store(f"sqlite:///{folder / 'ours.db'}")
    given = {"some_text": "a text"}

    async def alone() -> None:
        thread = str(uuid.uuid4())
        paused: Any = await client.runs.wait(thread, _GRAPH, input=given, if_not_exists="create")
        (asked,) = paused["__interrupt__"]
        await client.runs.wait(thread, _GRAPH, command={"resume": {asked["id"]: "edited"}})

    async def with_us() -> None:
        thread = str(uuid.uuid4())
        paused = await pc.astart(server, given, thread, store=store)
        (asked,) = paused["__interrupt__"]
        await pc.aresume(server, thread, {asked.id: "edited"}, by="mina", store=store)

    await _batch(alone)
    await _batch(with_us)
    bare, ours = list[float](), list[float]()
    for _ in range(batches):
        bare += await _batch(alone)
        ours += await _batch(with_us)
    return bare, ours


async def _batch(pair: Pair) -> list[float]:
    async def timed() -> float:
        began = time.perf_counter()
        await pair()
        return time.perf_counter() - began

    return list(await asyncio.gather(*(timed() for _ in range(_AT_ONCE))))


async def _seen(client: LangGraphClient, store: pc.Store) -> float:
    thread = str(uuid.uuid4())
    await client.runs.wait(thread, _GRAPH, input={"some_text": "?"}, if_not_exists="create")
    began = time.perf_counter()
    while not store.live(thread):
        await asyncio.sleep(0.01)
    return time.perf_counter() - began


async def _finish(client: LangGraphClient, count: int) -> None:
    """Threads that are done, at other times than now."""
    step: Any = {"updates": [{"values": {"some_text": "x"}, "as_node": "__input__"}]}
    done: Any = {"updates": [{"values": {"some_text": "y"}, "as_node": "human_node"}]}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one() -> None:
        async with gate:
            await client.threads.create(graph_id=_GRAPH, supersteps=[step, done])

    await asyncio.gather(*(one() for _ in range(count)))
    await asyncio.sleep(10)  # longer than a watcher looks back behind the newest change


async def _rounds(url: str, store: pc.Store) -> tuple[int, int]:
    """How often a quiet round of a watcher calls the server, and how much it is told."""
    calls = list[int]()
    server = pc.GraphServer(url)
    watcher = pc.Watcher(server, store=store)
    await watcher.look()
    http: Any = server.host.clients.awaited().http.client

    async def count(response: Any) -> None:
        await response.aread()
        calls.append(len(response.content))

    http.event_hooks["response"] = [*http.event_hooks["response"], count]
    await watcher.look()
    return len(calls), sum(calls)


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f}"
