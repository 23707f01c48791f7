"""The smallest graph that asks: it shows a text, and keeps what a person makes of it."""

from typing import TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

__all__ = ["State", "graph", "human_node"]


class State(TypedDict):
    """The text, before and after."""

    some_text: str


def human_node(state: State) -> State:
    """Ask for the text anew."""
    value = interrupt({"text_to_revise": state["some_text"]})
    return {"some_text": value}


_builder = StateGraph(State)
_builder.add_node("human_node", human_node)
_builder.add_edge(START, "human_node")

graph = _builder.compile()
"""For deployment: the server brings the checkpointer."""
