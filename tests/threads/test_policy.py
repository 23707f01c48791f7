"""A policy holds for graphs' questions as for all others, once their runner has it."""

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.approvals import ApprovalType, HITLPolicy, Query, Rule
from plancraft.approvals.desk import Desk
from plancraft.errors import AlreadyAnswered, NotAllowed
from tests.graphs import build

POLICY = HITLPolicy(
    types={
        "critical_decision": Rule(deciders=("role:lead",)),
        "final_report": Rule(needed=2),
        "data_validation": Rule(deciders=("mina",)),
    },
    tools={"pay": Rule(risk="high", deciders=("jun",))},
    notification_channels=["slack"],
)
SETTINGS = pc.InterruptConfig(POLICY=POLICY)


def paused(data: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A graph that asks for an approval about this, its store, and the request."""

    def asks(state: Any) -> Any:
        payload = pc.ApprovalInterruptPayload(question="ok?", content="x", data=data)
        return {"seen": [pc.ask(payload).decision]}

    store, graph = pc.MemoryStore(), build(InMemorySaver(), ("asks", asks))
    pc.start(graph, {"topic": "x"}, "t", store=store, settings=SETTINGS)
    (request,) = store.find(Query())
    return graph, store, request


def test_only_who_may_decides_a_graphs_question() -> None:
    graph, store, request = paused({"approval_type": "critical_decision"})
    assert request.type is ApprovalType.CRITICAL_DECISION
    assert request.terms.channels == ("slack",)
    with pytest.raises(NotAllowed):
        pc.resume(graph, "t", answer="approve", by="mina", store=store, settings=SETTINGS)
    with pytest.raises(NotAllowed):
        Desk(store).approve(request.id, by="mina")
    Desk(store).approve(request.id, by="mina", roles=["lead"])
    pc.recover(graph, store=store, settings=SETTINGS)
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == ["approve"]


def test_a_tools_rule_holds_whatever_the_graph_says_of_its_risk() -> None:
    graph, store, request = paused({"tool": "pay", "risk": "low"})
    assert (request.tool, request.terms.risk) == ("pay", "high")
    with pytest.raises(NotAllowed):
        pc.resume(graph, "t", answer="approve", by="mina", store=store, settings=SETTINGS)


def test_several_have_to_approve_before_the_graph_goes_on() -> None:
    graph, store, _ = paused({"approval_type": "final_report"})
    named = {"store": store, "settings": SETTINGS}
    result = pc.resume(graph, "t", answer="approve", by="mina", **named)
    assert "__interrupt__" in result
    with pytest.raises(AlreadyAnswered):
        pc.resume(graph, "t", answer="approve", by="mina", **named)
    (still,) = pc.pending(graph, "t", **named)
    assert [vote.by for vote in still.request.votes] == ["mina"]
    pc.recover(graph, "t", **named)
    assert pc.resume(graph, "t", answer="approve", by="jun", **named)["seen"] == ["approve"]


def test_rules_that_leave_nobody_leave_nobody() -> None:
    graph, store, _ = paused({"approval_type": "data_validation", "tool": "pay"})
    for by in ("mina", "jun"):
        with pytest.raises(NotAllowed):
            pc.resume(graph, "t", answer="approve", by=by, store=store, settings=SETTINGS)


@pytest.mark.parametrize(
    "data", [{}, {"approval_type": 7, "tool": ["pay"]}, {"approval_type": "x"}]
)
def test_what_names_no_type_is_general(data: dict[str, Any]) -> None:
    graph, store, request = paused(data)
    assert (request.type, request.tool) == (ApprovalType.GENERAL, None)
    done = pc.resume(graph, "t", answer="approve", by="mina", store=store, settings=SETTINGS)
    assert done["seen"] == ["approve"]
