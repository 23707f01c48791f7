"""The planning graph: analyse, ask for a direction, ask for details, draft, review, write up."""

import itertools
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph import nodes
from graph.state import PlanCraftState

__all__ = ["build_planning", "planning"]


def build_planning(checkpointer: Any = None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph; input is `{"user_input": "…"}`, the plan is in `plan`."""
    builder = StateGraph(PlanCraftState)
    for name in ("analyse", "ask_direction", "ask_brief", "draft", "review", "write_up"):
        builder.add_node(name, getattr(nodes, name))
    steps = [START, "analyse", "ask_direction", "ask_brief", "draft", "review"]
    for before, after in itertools.pairwise(steps):
        builder.add_edge(before, after)
    builder.add_conditional_edges("review", nodes.route_review, ["draft", "write_up"])
    builder.add_edge("write_up", END)
    return builder.compile(checkpointer=checkpointer, name="planning")


planning = build_planning()
"""For deployment: the server brings the checkpointer."""
