"""What one pause and its answer cost through plancraft, against bare LangGraph on the same node."""

import asyncio
import gc
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

import plancraft as pc
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

BLOCK = 5
"""Rounds of one way in a row before it is the other's turn."""
WARMING = 20


class State(TypedDict, total=False):
    """What the graph works on."""

    topic: str
    confirmed: bool


class Typed(BaseModel):
    """A bare interrupt's answer."""

    confirmed: bool


def asks(state: State) -> State:
    """Ask with plancraft."""
    answer = pc.ask(pc.ConfirmInterruptPayload(question=f"Go on with {state['topic']}?"))
    return {"confirmed": answer.confirmed}


def interrupts(state: State) -> State:
    """Ask with LangGraph's own typed interrupt."""
    shown = {"question": f"Go on with {state['topic']}?"}
    return {"confirmed": interrupt(shown, response_schema=Typed).confirmed}


NODES = {"`ask()`": asks, "`interrupt(…, response_schema=…)`": interrupts}
ANSWER = {"confirmed": True}
INPUT: State = {"topic": "sea"}

_names = (f"t{n}" for n in itertools.count())


@dataclass
class Times:
    """Seconds of each pause with its answer, both ways."""

    bare: list[float] = field(default_factory=list)
    plancraft: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return statistics.median(self.plancraft) / statistics.median(self.bare)


def rounds(quick: bool) -> int:
    """How many blocks `measure` will time."""
    return len(_SAVERS) * len(NODES) * _blocks(quick) * 2


def measure(quick: bool, tick: Tick) -> Section:
    """Medians side by side, for each saver and each kind of node."""
    rows = [
        _row(saver, node, measured(NODES[node], _blocks(quick), tick), most)
        for saver, (measured, most) in _SAVERS.items()
        for node in NODES
    ]
    return Section(
        title="Pause and resume",
        text=_EXPLANATION,
        head=("saver", "node", "LangGraph, ms", "plancraft, ms", "ratio of medians"),
        rows=rows,
    )


_EXPLANATION = f"""\
One node that asks one question. LangGraph: `invoke(input)`, then
`invoke(Command(resume={{id: answer}}))`, both with `durability="sync"`; plancraft: `start`, then
`resume(graph, thread, {{id: answer}})`. Both on the same graph and the same saver, each round on a
new thread, in turns of {BLOCK} rounds. SQLite is a file in WAL mode with full sync."""


def _blocks(quick: bool) -> int:
    return 8 if quick else 60


def _row(saver: str, node: str, times: Times, most: float) -> list[str]:
    medians = [f"{statistics.median(one) * 1000:.2f}" for one in (times.bare, times.plancraft)]
    return [saver, node, *medians, goal(times.ratio, most)]


def _graph(saver: Any, node: Callable[[State], State]) -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("asks", node)
    builder.add_edge(START, "asks")
    builder.add_edge("asks", END)
    return builder.compile(checkpointer=saver)


def _bare(graph: Any) -> None:
    place: Any = {"configurable": {"thread_id": next(_names)}}
    paused = graph.invoke(INPUT, place, durability="sync")
    resume: Command[Any] = Command(resume={paused["__interrupt__"][0].id: ANSWER})
    _check(graph.invoke(resume, place, durability="sync"))


def _plancraft(graph: Any) -> None:
    thread = next(_names)
    paused = pc.start(graph, INPUT, thread)
    _check(pc.resume(graph, thread, {paused["__interrupt__"][0].id: ANSWER}))


async def _abare(graph: Any) -> None:
    place: Any = {"configurable": {"thread_id": next(_names)}}
    paused = await graph.ainvoke(INPUT, place, durability="sync")
    resume: Command[Any] = Command(resume={paused["__interrupt__"][0].id: ANSWER})
    _check(await graph.ainvoke(resume, place, durability="sync"))


async def _aplancraft(graph: Any) -> None:
    thread = next(_names)
    paused = await pc.astart(graph, INPUT, thread)
    _check(await pc.aresume(graph, thread, {paused["__interrupt__"][0].id: ANSWER}))


def _check(result: Any) -> None:
    if result != {**INPUT, **ANSWER}:
        raise AssertionError(f"the graph did not get its answer: {result}")


@contextmanager
def _memory() -> Iterator[Any]:
    yield InMemorySaver()


@contextmanager
def _sqlite() -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        connection = sqlite3.connect(Path(folder) / "threads.db", check_same_thread=False)
        try:
            yield SqliteSaver(connection)
        finally:
            connection.close()


@asynccontextmanager
async def _async_memory() -> AsyncIterator[Any]:
    yield InMemorySaver()


@asynccontextmanager
async def _async_sqlite() -> AsyncIterator[Any]:
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/threads.db") as saver:
            yield saver


def _measured_in(saver: Callable[[], Any]) -> Callable[[Any, int, Tick], Times]:
    def measured(node: Any, blocks: int, tick: Tick) -> Times:
        with saver() as opened:
            graph, times = _graph(opened, node), Times()
            for way in (_bare, _plancraft):
                _timed(way, graph, WARMING)
            for _ in range(blocks):
                times.bare += _timed(_bare, graph, BLOCK)
                tick()
                times.plancraft += _timed(_plancraft, graph, BLOCK)
                tick()
        return times

    return measured


def _measured_async_in(saver: Callable[[], Any]) -> Callable[[Any, int, Tick], Times]:
    async def awaited(node: Any, blocks: int, tick: Tick) -> Times:
        async with saver() as opened:
            graph, times = _graph(opened, node), Times()
            for way in (_abare, _aplancraft):
                await _atimed(way, graph, WARMING)
            for _ in range(blocks):
                times.bare += await _atimed(_abare, graph, BLOCK)
                tick()
                times.plancraft += await _atimed(_aplancraft, graph, BLOCK)
                tick()
        return times

    return lambda node, blocks, tick: asyncio.run(awaited(node, blocks, tick))


def _timed(way: Callable[[Any], None], graph: Any, count: int) -> list[float]:
    times = []
    gc.collect()
    for _ in range(count):
        begun = time.perf_counter()
        way(graph)
        times.append(time.perf_counter() - begun)
    return times


async def _atimed(way: Callable[[Any], Awaitable[None]], graph: Any, count: int) -> list[float]:
    times = []
    gc.collect()
    for _ in range(count):
        begun = time.perf_counter()
        await way(graph)
        times.append(time.perf_counter() - begun)
    return times


_SAVERS: dict[str, tuple[Callable[[Any, int, Tick], Times], float]] = {
    "InMemorySaver": (_measured_in(_memory), 1.15),
    "SqliteSaver": (_measured_in(_sqlite), 1.25),
    "InMemorySaver, async": (_measured_async_in(_async_memory), 1.4),
    "AsyncSqliteSaver": (_measured_async_in(_async_sqlite), 1.4),
}
