"""Deadlines hold: silence has an outcome, and a decision in time wins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import plancraft as pc
from tests.graphs import Notes, bare, build, choose, confirm, parallel


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def approve(state: Notes) -> Notes:
    answer = pc.ask(pc.ApprovalInterruptPayload(question="ok?", content="draft", timeout=10))
    return {"seen": [answer.decision]}


@pytest.mark.parametrize(
    ("node", "seen"),
    [
        (choose("a", "b", timeout=10, timeout_action="default_option", default="b"), [["b"]]),
        (confirm("sure?", timeout=10), ["sure? False"]),
        (confirm("sure?", timeout=10, timeout_action="default_option"), ["sure? False"]),
        (approve, ["reject"]),
    ],
)
def test_silence_delivers_the_default_and_the_default_is_no(
    saver: Any, node: Any, seen: list[Any]
) -> None:
    graph = build(saver, ("asks", node))
    pc.start(graph, {"topic": "x"}, "t")
    assert pc.expire_due(graph, now=later(5)) == []

    (expired,) = pc.expire_due(graph, now=later(11))

    assert expired.decision is not None
    assert expired.decision.via == "deadline"
    assert expired.delivery is pc.Delivery.DONE
    state = graph.get_state({"configurable": {"thread_id": "t"}})
    assert state.values["seen"] == seen
    assert state.next == ()
    assert pc.expire_due(graph, now=later(12)) == []


@pytest.mark.parametrize(
    "node",
    [
        choose("a", "b", timeout=10),
        choose("a", "b", timeout=10, timeout_action="cancel", default="a"),
        confirm("sure?", timeout=10, timeout_action="cancel"),
    ],
)
def test_cancel_closes_the_request_and_ends_the_thread(saver: Any, node: Any) -> None:
    graph = build(saver, ("asks", node), ("after", confirm("after?")))
    pc.start(graph, {"topic": "x"}, "t")

    (expired,) = pc.expire_due(graph, now=later(11))

    assert expired.status is pc.ApprovalStatus.EXPIRED
    assert pc.get_interrupt_status(graph, "t")["state"] == "finished"
    assert pc.pending(graph, "t") == []
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values.get("seen", []) == []
    with pytest.raises(pc.RequestExpired):
        pc.resume(graph, "t", {expired.interrupt_id: True}, by="mina")


def test_what_says_nothing_follows_the_settings(saver: Any) -> None:
    graph = build(saver, ("asks", bare("anything?")))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    assert pc.InterruptConfig.INTERRUPT_TIMEOUT == 3600
    assert question.request.timeout == 3600
    assert pc.expire_due(graph, now=later(3590)) == []
    (expired,) = pc.expire_due(graph, now=later(3601))
    assert expired.status is pc.ApprovalStatus.EXPIRED

    pc.start(graph, {"topic": "x"}, "u", settings=pc.InterruptConfig(INTERRUPT_TIMEOUT=5))
    assert pc.pending(graph, "u")[0].request.timeout == 5


def test_a_decision_in_time_wins_over_the_sweep(saver: Any) -> None:
    graph = parallel(saver, ("a", confirm("a?", timeout=10)), ("b", confirm("b?", timeout=1000)))
    pc.start(graph, {"topic": "x"}, "t")
    ids = {one.payload["question"]: one.id for one in pc.pending(graph, "t")}
    pc.resume(graph, "t", {ids["a?"]: True}, by="mina")

    assert pc.expire_due(graph, now=later(11)) == []

    assert sorted(pc.resume(graph, "t", {ids["b?"]: True})["seen"]) == ["a? True", "b? True"]


def test_one_of_two_that_times_out_waits_for_the_other(saver: Any) -> None:
    graph = parallel(saver, ("a", confirm("a?", timeout=10)), ("b", confirm("b?", timeout=1000)))
    pc.start(graph, {"topic": "x"}, "t")
    ids = {one.payload["question"]: one.id for one in pc.pending(graph, "t")}

    pc.expire_due(graph, now=later(11))
    assert [one.id for one in pc.pending(graph, "t")] == [ids["b?"]]

    assert sorted(pc.resume(graph, "t", {ids["b?"]: True})["seen"]) == ["a? False", "b? True"]


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        pc.InterruptConfig(INTERRUPT_TIMEOUT=0)
    with pytest.raises(ValueError, match="TIMEOUT_ACTION"):
        pc.InterruptConfig(TIMEOUT_ACTION="approve")  # type: ignore[arg-type]


def test_a_default_that_cannot_be_given_closes_its_question_and_spares_the_others(
    saver: Any,
) -> None:
    settings = pc.InterruptConfig(INTERRUPT_TIMEOUT=10, TIMEOUT_ACTION="default_option")
    graph = build(saver, ("asks", choose("a", default=[])))
    for thread in ("t", "u"):
        pc.start(graph, {"topic": "x"}, thread, settings=settings)

    expired = pc.expire_due(graph, now=later(11))

    assert [one.status for one in expired] == [pc.ApprovalStatus.EXPIRED] * 2
    assert pc.get_interrupt_status(graph, "u")["state"] == "finished"
