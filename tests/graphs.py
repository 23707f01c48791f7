"""Small graphs that the tests ask questions with."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt

import plancraft as pc


class Notes(TypedDict, total=False):
    """What the nodes saw."""

    topic: str
    seen: Annotated[list[Any], operator.add]


def build(saver: Any, *nodes: tuple[str, Callable[..., Any]], **compiled: Any) -> Any:
    """The nodes one after the other."""
    builder = StateGraph(Notes)
    before = START
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, END)
    return builder.compile(checkpointer=saver, **compiled)


def parallel(saver: Any, *nodes: tuple[str, Callable[..., Any]]) -> Any:
    """The nodes side by side."""
    builder = StateGraph(Notes)
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(START, name)
    return builder.compile(checkpointer=saver)


def bare(question: str) -> Callable[[Notes], Notes]:
    """A node with LangGraph's own interrupt()."""

    def node(state: Notes) -> Notes:
        return {"seen": [interrupt({"ask": question})]}

    return node


def confirm(question: str, **more: Any) -> Callable[[Notes], Notes]:
    """A node that asks yes or no."""

    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.ConfirmInterruptPayload(question=question, **more))
        return {"seen": [f"{question} {answer.confirmed}"]}

    return node


def choose(*options: str, **more: Any) -> Callable[[Notes], Notes]:
    """A node that lets choose."""

    def node(state: Notes) -> Notes:
        payload = pc.OptionInterruptPayload(question="Which?", options=list(options), **more)
        return {"seen": [pc.ask(payload).selected]}

    return node


def fan_out(saver: Any, count: int) -> Any:
    """One node sent `count` times, each asking for itself."""

    def ask_one(item: dict[str, Any]) -> Notes:
        answer = pc.ask(pc.ConfirmInterruptPayload(question=f"Item {item['n']}?"))
        return {"seen": [f"{item['n']} {answer.confirmed}"]}

    builder = StateGraph(Notes)
    builder.add_node("one", ask_one)
    builder.add_conditional_edges(START, lambda _: [Send("one", {"n": n}) for n in range(count)])
    return builder.compile(checkpointer=saver)
