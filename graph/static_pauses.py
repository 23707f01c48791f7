"""Three steps that ask nothing, and the same with pauses set when the graph is compiled."""

import operator
from typing import Annotated, TypedDict

from langgraph.graph import START, StateGraph

__all__ = ["State", "paused_steps", "steps"]


class State(TypedDict):
    """The names of the steps that ran, in their order."""

    ran: Annotated[list[str], operator.add]


def node_a(state: State) -> State:
    """The first step."""
    return {"ran": ["node_a"]}


def node_b(state: State) -> State:
    """The second."""
    return {"ran": ["node_b"]}


def node_c(state: State) -> State:
    """The last."""
    return {"ran": ["node_c"]}


_builder = StateGraph(State)
_builder.add_node("node_a", node_a)
_builder.add_node("node_b", node_b)
_builder.add_node("node_c", node_c)
_builder.add_edge(START, "node_a")
_builder.add_edge("node_a", "node_b")
_builder.add_edge("node_b", "node_c")

steps = _builder.compile(name="steps")
"""Pauses only where a run says so, with its own `interrupt_before` and `interrupt_after`."""

paused_steps = _builder.compile(
    name="static_pauses", interrupt_before=["node_a"], interrupt_after=["node_b", "node_c"]
)
"""Pauses at the same places in every run."""
