"""The graph: plan, gather, write, and after each of them a person decides."""

from collections.abc import Hashable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph

from plancraft.a2a.research.documents import Library
from plancraft.a2a.research.nodes import Steps
from plancraft.a2a.research.state import Gate, ResearchState

__all__ = ["build_research_graph"]

_WAY: tuple[tuple[str, str, Gate], ...] = (
    ("make_plan", "review_plan", "plan"),
    ("gather", "review_data", "data"),
    ("write", "review_report", "report"),
)


def build_research_graph(
    library: Library | None = None,
    *,
    model: BaseChatModel | None = None,
    retriever: Any | None = None,
    rounds: int = 3,
) -> StateGraph[ResearchState, Any, Any, Any]:
    """The graph, to be compiled with a checkpointer; input is `{"query": "…"}`.

    Args:
        library: The documents; without one, the state's `documents` names their path. A server
            that takes questions from others gives one, for then `documents` is ignored.
        model: Writes plan and report; without one they are put together from sentences.
        retriever: A LangChain retriever or search tool that is asked besides.
        rounds: How many rejections of one gate end the research without a report.

    Raises:
        ValueError: `rounds` is less than 1.
    """
    if rounds < 1:
        raise ValueError("rounds is 1 or more")
    steps = Steps(library, model, retriever, rounds)
    builder = StateGraph(ResearchState)
    for name in ("begin", *(node for work, review, _ in _WAY for node in (work, review)), "finish"):
        builder.add_node(name, getattr(steps, name))
    builder.add_edge(START, "begin")
    builder.add_edge("begin", "make_plan")
    builder.add_edge("finish", END)
    following = [work for work, _, _ in _WAY[1:]] + ["finish"]
    for (work, review, gate), after in zip(_WAY, following, strict=True):
        builder.add_edge(work, review)
        _branch(builder, steps, review, gate, {"on": after, "again": work, "end": "finish"})
    return builder


def _branch(
    builder: StateGraph[ResearchState, Any, Any, Any],
    steps: Steps,
    review: str,
    gate: Gate,
    ways: dict[Hashable, str],
) -> None:
    def decided(state: ResearchState) -> str:
        return steps.after(state, gate)

    builder.add_conditional_edges(review, decided, ways)
