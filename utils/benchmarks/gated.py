"""Graphs for the area `a2a`: gates, with a little work behind each."""

import asyncio
import os
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from pydantic import JsonValue

from plancraft import ApprovalInterruptPayload, ask

__all__ = ["EFFECTS", "one", "three"]

EFFECTS = "PLANCRAFT_BENCH_EFFECTS"
"""Names the file to which each piece of work adds a line."""


class State(TypedDict, total=False):
    query: str
    passed: int
    outcome: str


async def work(state: State) -> State:
    """A line in a file, where one is named, after a moment that is long enough to be killed in."""
    if path := os.environ.get(EFFECTS):
        await asyncio.sleep(0.02)
        with Path(path).open("a") as file:
            file.write(f"{state['query']} {state.get('passed', 0)}\n")
    return {}


def _gated(gates: int, name: str) -> CompiledStateGraph[Any, Any, Any, Any]:
    def gate(state: State) -> State:
        passed = state.get("passed", 0) + 1
        content: dict[str, JsonValue] = {"query": state["query"], "gate": passed}
        answer = ask(ApprovalInterruptPayload(question=f"Gate {passed}?", content=content))
        if answer.decision == "reject":
            return {"passed": gates, "outcome": "rejected"}
        return {"passed": passed, "outcome": "approved"}

    builder = StateGraph(State)
    builder.add_node("gate", gate)
    builder.add_node("work", work)
    builder.add_edge(START, "gate")
    builder.add_edge("gate", "work")
    builder.add_conditional_edges(
        "work", lambda state: "gate" if state["passed"] < gates else END, ["gate", END]
    )
    return builder.compile(name=name)


one = _gated(1, "one")
three = _gated(3, "three")
