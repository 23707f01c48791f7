"""Graphs on a LangGraph Server: what our calls cost over the SDK's, and how soon a watcher sees."""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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
    """All of it, on a dev server as it is and on one that looks for work all the time."""
    batches, pairs, pauses, finished = (2, 10, 5, 200) if quick else (12, 100, 30, 10_000)
    with _server() as (url, folder):
        as_it_is = asyncio.run(_both(url, folder, batches, at_once=_AT_ONCE))
        tick()
    with _server("--hasty") as (url, folder):
        hasty = asyncio.run(_both(url, folder, pairs, at_once=1))
        tick()
        seen, few, many = asyncio.run(_watched(url, folder, pauses, finished, tick))
    return Section(
        title="On LangGraph Server",
        text=_EXPLANATION,
        head=("measured", "figure"),
        rows=[
            *_compared(f"pause and resume, {_AT_ONCE} at once, the server as it is", *as_it_is),
            *_compared("pause and resume, one by one, a server that does not idle", *hasty),
            ["a pause is in the watcher's store, median, s", f"{statistics.median(seen):.2f}"],
            ["worst, s", goal(max(seen), SEEN_SECONDS)],
            ["calls of a watcher's quiet round, before and after", f"{few[0]}, {many[0]}"],
            ["bytes of it, before and after", f"{few[1]:,}, {many[1]:,}"],
            ["finished threads in between", f"{finished:,}"],
        ],
    )


@contextmanager
def _server(*options: str) -> Iterator[tuple[str, Path]]:
    jobs = ("--n-jobs-per-worker", str(_AT_ONCE))
    with tempfile.TemporaryDirectory() as name, dev_server(Path(name), *options, *jobs) as url:
        yield url, Path(name)


def _compared(what: str, bare: list[float], ours: list[float]) -> list[list[str]]:
    ratio = statistics.median(ours) / statistics.median(bare)
    return [
        [f"{what}: the SDK alone, median, ms", _ms(bare)],
        ["the same with start and resume", _ms(ours)],
        ["ratio", goal(ratio, RATIO)],
    ]


async def _watched(
    url: str, folder: Path, pauses: int, finished: int, tick: Tick
) -> tuple[list[float], tuple[int, int], tuple[int, int]]:
    """Seconds until pauses are seen; calls and bytes of a quiet round with few threads, and with
    many that have finished."""
    client = get_client(url=url)
    store = open_store(f"sqlite:///{folder / 'watched.db'}")
    watcher = pc.Watcher(url, store=store)
    watching = asyncio.create_task(watcher.run())
    seen = [await _seen(client, store) for _ in range(pauses)]
    watcher.stop()
    await watching
    tick()
    few = await _rounds(url, store)
    await _finish(client, finished)
    many = await _rounds(url, store)
    tick()
    return seen, few, many


_EXPLANATION = """\
LangGraph's dev server in a process of its own; by turns with the SDK alone (`threads.create`,
`runs.wait` to the question, `runs.wait` with the answer by its id) and with `astart` and `aresume`
on a SQLite store. The dev server as it is looks for work twice a second when it has none, in which
all else drowns; the other looks fifty times. Seen: from when the SDK's call returns at the question
until its request is in the store. A quiet round: what `Watcher.look` asks of a server where nothing
has changed for six seconds."""


async def _both(
    url: str, folder: Path, batches: int, *, at_once: int
) -> tuple[list[float], list[float]]:
    """Seconds of each pause and resume, without us and with us, batch by batch in turns."""
    client, server = get_client(url=url), pc.GraphServer(url, _GRAPH)
    store = open_store(f"sqlite:///{folder / 'ours.db'}")
    given = {"some_text": "a text"}

    async def alone() -> None:
        thread = (await client.threads.create())["thread_id"]
        paused: Any = await client.runs.wait(thread, _GRAPH, input=given)
        (asked,) = paused["__interrupt__"]
        await client.runs.wait(thread, _GRAPH, command={"resume": {asked["id"]: "edited"}})

    async def with_us() -> None:
        thread = str(uuid.uuid4())
        paused = await pc.astart(server, given, thread, store=store)
        (asked,) = paused["__interrupt__"]
        await pc.aresume(server, thread, {asked.id: "edited"}, by="mina", store=store)

    await _batch(alone, at_once)
    await _batch(with_us, at_once)
    bare, ours = list[float](), list[float]()
    for _ in range(batches):
        bare += await _batch(alone, at_once)
        ours += await _batch(with_us, at_once)
    return bare, ours


async def _batch(pair: Pair, at_once: int) -> list[float]:
    async def timed() -> float:
        began = time.perf_counter()
        await pair()
        return time.perf_counter() - began

    return list(await asyncio.gather(*(timed() for _ in range(at_once))))


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


async def _rounds(url: str, store: pc.Store) -> tuple[int, int]:
    """How often a quiet round of a watcher calls the server, and how much it is told."""
    calls = list[int]()
    server = pc.GraphServer(url)
    watcher = pc.Watcher(server, store=store)
    await watcher.look()
    await watcher.look()  # what had changed right before
    await asyncio.sleep(6)  # longer than that is looked at again
    http: Any = server.host.clients.awaited().http.client

    async def count(response: Any) -> None:
        await response.aread()
        calls.append(len(response.content))

    http.event_hooks["response"] = [*http.event_hooks["response"], count]
    await watcher.look()
    return len(calls), sum(calls)


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f}"
