"""`ask()` in a node: pauses once, gives the answer, and is the same question each time."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

import plancraft as pc
from tests.graphs import Notes, build, confirm

PLACE: Any = {"configurable": {"thread_id": "t"}}


def test_the_question_is_named_after_its_node_unless_it_has_a_name() -> None:
    graph = build(InMemorySaver(), ("review", confirm("sure?")))
    shown = pc.start(graph, {"topic": "x"}, "t")["__interrupt__"][0].value
    assert (shown["interrupt_id"], shown["node_ref"]) == ("review", "review")

    named = build(InMemorySaver(), ("review", confirm("sure?", interrupt_id="i", node_ref="n")))
    shown = pc.start(named, {"topic": "x"}, "t")["__interrupt__"][0].value
    assert (shown["interrupt_id"], shown["node_ref"]) == ("i", "n")


def test_the_question_stays_the_same_however_often_the_node_runs(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    first = pc.start(graph, {"topic": "x"}, "t")["__interrupt__"][0]
    for _ in range(2):
        again = graph.invoke(None, PLACE)["__interrupt__"][0]
        assert (again.id, again.value) == (first.id, first.value)
    assert len(pc.pending(graph, "t")) == 1


def test_the_same_question_on_another_thread_has_the_same_content() -> None:
    graph = build(InMemorySaver(), ("asks", confirm("sure?")))
    one = pc.start(graph, {"topic": "x"}, "t")["__interrupt__"][0]
    two = pc.start(graph, {"topic": "x"}, "u")["__interrupt__"][0]
    assert one.value == two.value
    assert one.id != two.id


def test_what_comes_before_runs_again_and_what_comes_after_runs_once(saver: Any) -> None:
    ran = Counter[str]()

    def node(state: Notes) -> Notes:
        ran["before"] += 1
        answer = pc.ask(pc.ConfirmInterruptPayload(question="sure?"))
        ran["after"] += 1
        return {"seen": [answer.confirmed]}

    graph = build(saver, ("asks", node))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")
    assert ran == {"before": 2, "after": 1}


def test_a_graph_resumed_without_us_gets_the_typed_answer(saver: Any) -> None:
    got: list[Any] = []

    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.OptionInterruptPayload(question="Which?", options=["a", "b"]))  # type: ignore[list-item]
        got.extend([answer, answer.key])
        return {}

    graph = build(saver, ("asks", node))
    graph.invoke({"topic": "x"}, PLACE)
    graph.invoke(Command(resume="b"), PLACE)
    assert got[0].selected == ["b"]
    assert (got[0].by, got[0].at) == (None, None)
    assert len(got[1]) == 32


def test_a_bad_answer_without_us_leaves_the_pause_open(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    graph.invoke({"topic": "x"}, PLACE)
    with pytest.raises(ValueError, match="expected"):
        graph.invoke(Command(resume="perhaps"), PLACE)
    assert graph.invoke(Command(resume=True), PLACE)["seen"] == ["sure? True"]


def test_a_secret_form_cannot_be_filled_by_a_forged_receipt(saver: Any) -> None:
    form = {"properties": {"pin": {"type": "string", "writeOnly": True}}}

    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.FormInterruptPayload(question="Pin?", form=form))
        return {"seen": [answer.values]}

    graph = build(saver, ("asks", node))
    graph.invoke({"topic": "x"}, PLACE)
    shown = pc.read_payload(graph.get_state(PLACE).interrupts[0].value)
    assert shown is not None
    receipt = {
        "plancraft": "answer/1",
        "answer": {"pin": "***"},
        "request": "r",
        "digest": shown.digest(),
        "key": "k",
        "by": "mina",
        "at": "2026-01-01T00:00:00Z",
        "secrets": ["pin"],
    }
    with pytest.raises(ValueError, match="only when plancraft delivers"):
        graph.invoke(Command(resume=receipt), PLACE)
    assert graph.get_state(PLACE).next == ("asks",)


def test_the_key_is_the_same_when_the_node_has_to_run_again(saver: Any) -> None:
    keys: list[str] = []

    def node(state: Notes) -> Notes:
        keys.append(pc.ask(pc.ConfirmInterruptPayload(question="sure?")).key)
        if len(keys) == 1:
            raise ConnectionError("the mail server is away")
        return {"seen": ["sent"]}

    graph = build(saver, ("asks", node))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    with pytest.raises(ConnectionError):
        pc.resume(graph, "t", answer=True, by="mina")
    pc.recover(graph, "t")
    assert len(keys) == 2
    assert set(keys) == {pc.effect_key("t", question.id)}


def test_an_async_node_may_ask() -> None:
    async def node(state: Notes) -> Notes:
        await asyncio.sleep(0)
        answer = pc.ask(pc.ConfirmInterruptPayload(question="sure?"))
        return {"seen": [answer.confirmed]}

    async def main() -> Any:
        graph = build(InMemorySaver(), ("asks", node))
        await pc.astart(graph, {"topic": "x"}, "t")
        return await pc.aresume(graph, "t", answer=True, by="mina")

    assert asyncio.run(main())["seen"] == [True]


def test_asking_outside_a_graph_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        pc.ask(pc.ConfirmInterruptPayload(question="sure?"))


@pytest.mark.parametrize("kind", ["time", "decimal"])
def test_a_bare_question_with_a_python_value_stays_the_same_question(saver: Any, kind: str) -> None:
    from datetime import UTC, datetime
    from decimal import Decimal

    from langgraph.types import interrupt

    shown = {
        "time": {"due": datetime(2026, 1, 1, tzinfo=UTC)},
        "decimal": {"sum": Decimal("1.5"), "rate": 1e-7},
    }[kind]
    graph = build(saver, ("asks", lambda state: {"seen": [interrupt(shown)]}))
    pc.start(graph, {"topic": "x"}, "t")
    first, second = pc.pending(graph, "t") + pc.pending(graph, "t")
    assert first.request.id == second.request.id
