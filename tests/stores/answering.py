"""A graph on a store that another process opened too."""

from typing import Any

import pytest

import plancraft as pc
from plancraft.approvals import Store
from tests.graphs import build, confirm

__all__ = ["asks_and_is_answered_once"]


def asks_and_is_answered_once(saver: Any, store: Store, other: Store) -> None:
    """Ask on `store`, answer on `other`: the second answer is refused, the first arrives."""
    graph = build(saver, ("asks", confirm("ok?")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    (question,) = pc.pending(graph, "t", store=store)
    pc.record_answer(other, question.request.id, True, by="mina")

    with pytest.raises(pc.AlreadyAnswered) as refused:
        pc.resume(graph, "t", answer=False, by="joon", store=store)
    assert refused.value.by == "mina"
    pc.recover(graph, store=store)
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == ["ok? True"]
