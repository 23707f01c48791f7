"""Comparing two steps of a thread, against scanning LangGraph's history for them."""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

import plancraft as pc
from utils.benchmarks.savers import saver_to_read_from
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

MOST_MS = 10.0
TIMES = 15


class State(TypedDict, total=False):
    """What the graph works on."""

    count: int
    until: int
    note: str


def rounds(quick: bool) -> int:
    """How many threads `measure` makes and looks at."""
    return 2 * len(_lengths(quick))


def measure(quick: bool, tick: Tick) -> Section:
    """Both ways to two steps, in threads of several lengths."""
    with saver_to_read_from() as saver:
        graph = _graph(saver)
        rows = [_row(graph, length, tick) for length in _lengths(quick)]
    return Section(
        title="Comparing two steps",
        text=_EXPLANATION,
        head=("steps", "plancraft, ms", "scan, ms", "plancraft, peak KB", "scan, peak KB"),
        rows=rows,
    )


_EXPLANATION = f"""\
One SQLite thread of so many steps; the second step and the middle one are compared.
plancraft: `TimeTravel(graph, thread).compare_states(…)`, made anew each time. Scan: go through
`get_state_history` until both are found. Median of {TIMES}; the peak is what Python allocated."""


def _lengths(quick: bool) -> tuple[int, ...]:
    return (50, 500) if quick else (50, 500, 5_000)


def _graph(saver: Any) -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("step", lambda state: {"count": state["count"] + 1, "note": "n" * 200})
    builder.add_edge(START, "step")
    builder.add_conditional_edges(
        "step", lambda state: "step" if state["count"] < state["until"] else END, ["step", END]
    )
    return builder.compile(checkpointer=saver)


def _row(graph: Any, length: int, tick: Tick) -> list[str]:
    thread = f"t{length}"
    place = {"configurable": {"thread_id": thread}, "recursion_limit": length + 10}
    graph.invoke({"count": 0, "until": length, "note": ""}, place, durability="sync")
    tick()
    first, second = 1, length // 2
    ways = (lambda: _plancraft(graph, thread, first, second), lambda: _scan(graph, thread, first))
    ours, theirs = (_seconds(way) for way in ways)
    memory = [f"{_peak(way) / 1024:,.0f}" for way in ways]
    tick()
    return [f"{length:,}", goal(ours * 1000, MOST_MS), f"{theirs * 1000:,.1f}", *memory]


def _plancraft(graph: Any, thread: str, first: int, second: int) -> None:
    changes = pc.TimeTravel(graph, thread).compare_states(first, second).changes
    if [one.where for one in changes] != ["count"]:
        raise AssertionError(f"{changes} is not what differs")


def _scan(graph: Any, thread: str, first: int) -> None:
    """To the earlier of the two, which lies behind the later."""
    for snapshot in graph.get_state_history({"configurable": {"thread_id": thread}}):
        if snapshot.metadata["step"] == first:
            return
    raise AssertionError("the history lacks the step")


def _seconds(way: Callable[[], None]) -> float:
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        way()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _peak(way: Callable[[], None]) -> int:
    tracemalloc.start()
    try:
        way()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
