"""A page of the questions that wait, among many threads, against looking at each thread."""

import statistics
import time
from collections.abc import Callable
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

import plancraft as pc
from plancraft.threads.flows import run
from plancraft.threads.target import store_of
from utils.benchmarks.savers import saver_to_read_from
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

GRAPH = "asking"
PAGE = 50
PAGES = 500
MOST_MS = 2.0


class State(TypedDict, total=False):
    """What the graphs work on."""

    number: int
    confirmed: bool


def rounds(quick: bool) -> int:
    """How many threads `measure` makes and looks at."""
    return 2 * _threads(quick)


def measure(quick: bool, tick: Tick) -> Section:
    """Both ways to the questions that wait."""
    count = _threads(quick)
    with saver_to_read_from() as saver:
        asking, passing = _graph(saver, GRAPH, _asks), _graph(saver, "passing", _passes)
        _make(asking, passing, count, tick)
        page = _page_seconds(asking)
        scan, found = _scan_seconds(asking, count, tick)
    if found != count // 10:
        raise AssertionError(f"{found} threads wait, not {count // 10}")
    return Section(
        title="Questions that wait",
        text=_EXPLANATION,
        head=("threads", "paused", "plancraft, a page of 50, ms", "LangGraph, get_state each, ms"),
        rows=[[f"{count:,}", f"{found:,}", goal(page * 1000, MOST_MS), f"{scan * 1000:,.0f}"]],
    )


_EXPLANATION = f"""\
One SQLite file, a tenth of its threads paused. plancraft: `store.find(Query(graph=…, limit=…))`,
the median of {PAGES} pages, one after the other. LangGraph has no list of paused threads, so a
program that knows all thread ids asks `get_state` for each."""


def _threads(quick: bool) -> int:
    return 500 if quick else 10_000


def _graph(saver: Any, name: str, node: Callable[[State], State]) -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("only", node)
    builder.add_edge(START, "only")
    builder.add_edge("only", END)
    return builder.compile(checkpointer=saver, name=name)


def _asks(state: State) -> State:
    payload = pc.ConfirmInterruptPayload(question=f"Go on with number {state['number']}?")
    return {"confirmed": pc.ask(payload).confirmed}


def _passes(_state: State) -> State:
    return {"confirmed": True}


def _make(asking: Any, passing: Any, count: int, tick: Tick) -> None:
    """The threads; every tenth is paused."""
    for number in range(count):
        if number % 10 == 0:
            pc.start(asking, {"number": number}, f"t{number}")
        else:
            passing.invoke({"number": number}, _at(number), durability="exit")
        tick()


def _page_seconds(asking: Any) -> float:
    """How long one page takes."""
    store = run(store_of(asking, None))
    times, last = [], None
    for _ in range(PAGES):
        begun = time.perf_counter()
        page = store.find(pc.Query(graph=GRAPH, limit=PAGE, after=last))
        times.append(time.perf_counter() - begun)
        if len(page) != PAGE:
            raise AssertionError(f"a page has {len(page)} questions")
        # The last page is followed by the first.
        last = page[-1] if store.find(pc.Query(graph=GRAPH, after=page[-1], limit=PAGE)) else None
    return statistics.median(times)


def _scan_seconds(graph: Any, count: int, tick: Tick) -> tuple[float, int]:
    """How long it takes to look at every thread, and how many of them are paused."""
    begun, paused = time.perf_counter(), 0
    for number in range(count):
        paused += bool(graph.get_state(_at(number)).interrupts)
        tick()
    return time.perf_counter() - begun, paused


def _at(number: int) -> Any:
    return {"configurable": {"thread_id": f"t{number}"}}
