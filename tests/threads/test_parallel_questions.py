"""Several questions of one step: kept until all are answered, delivered in one map."""

import random
import time
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

import plancraft as pc
from tests.graphs import Notes, build, confirm, fan_out, parallel


def ids(graph: Any) -> dict[str, str]:
    return {one.payload["question"]: one.id for one in pc.pending(graph, "t")}


def test_an_answer_to_one_of_two_is_kept_until_the_other_comes(saver: Any) -> None:
    ran: list[str] = []

    def noisy(question: str) -> Any:
        def node(state: Notes) -> Notes:
            answer = pc.ask(pc.ConfirmInterruptPayload(question=question))
            ran.append(question)
            return {"seen": [f"{question} {answer.confirmed}"]}

        return node

    graph = parallel(saver, ("a", noisy("a?")), ("b", noisy("b?")))
    pc.start(graph, {"topic": "x"}, "t")
    open_ids = ids(graph)

    kept = pc.resume(graph, "t", {open_ids["a?"]: True}, by="mina")
    assert kept.get("seen", []) == []
    assert [one.value["question"] for one in kept["__interrupt__"]] == ["b?"]
    assert ran == []
    assert list(ids(graph)) == ["b?"]
    with pytest.raises(pc.AlreadyAnswered, match="mina"):
        pc.resume(graph, "t", {open_ids["a?"]: False}, by="joon")

    done = pc.resume(graph, "t", {open_ids["b?"]: False}, by="joon")
    assert sorted(done["seen"]) == ["a? True", "b? False"]
    assert sorted(ran) == ["a?", "b?"]


def test_each_delivers_at_once(saver: Any) -> None:
    graph = parallel(saver, ("a", confirm("a?")), ("b", confirm("b?")))
    pc.start(graph, {"topic": "x"}, "t")
    open_ids = ids(graph)

    first = pc.resume(graph, "t", {open_ids["a?"]: True}, by="mina", deliver="each")
    assert [one.value["question"] for one in first["__interrupt__"]] == ["b?"]
    assert ids(graph) == {"b?": open_ids["b?"]}
    requests = {row.title: row for row in _all_requests(graph)}
    assert requests["a?"].delivery is pc.Delivery.DONE

    done = pc.resume(graph, "t", {open_ids["b?"]: False}, by="joon", deliver="each")
    assert sorted(done["seen"]) == ["a? True", "b? False"]


def _all_requests(graph: Any) -> list[pc.ApprovalRequest]:
    from plancraft.threads.flows import run
    from plancraft.threads.target import store_of

    return run(store_of(graph, None)).find(pc.Query(status=None))


def test_a_bad_answer_among_good_ones_refuses_them_all(saver: Any) -> None:
    graph = parallel(saver, ("a", confirm("a?")), ("b", confirm("b?")))
    pc.start(graph, {"topic": "x"}, "t")
    open_ids = ids(graph)

    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, "t", {open_ids["a?"]: True, open_ids["b?"]: "perhaps"}, by="mina")

    assert ids(graph) == open_ids


def test_sends_are_answered_in_one_map(saver: Any) -> None:
    graph = fan_out(saver, 5)
    pc.start(graph, {"topic": "x"}, "t")
    answers = {id_: int(question[5]) % 2 == 0 for question, id_ in ids(graph).items()}

    done = pc.resume(graph, "t", answers, by="mina")

    assert sorted(done["seen"]) == ["0 True", "1 False", "2 True", "3 False", "4 True"]


def test_two_questions_in_one_node_are_not_mixed_up(saver: Any) -> None:
    def both(state: Notes) -> Notes:
        send = pc.ask(pc.ConfirmInterruptPayload(question="send mail?", interrupt_id="send"))
        delete = pc.ask(pc.ConfirmInterruptPayload(question="delete all?", interrupt_id="delete"))
        return {"seen": [f"{send.confirmed} {delete.confirmed} {send.key != delete.key}"]}

    graph = build(saver, ("both", both))
    pc.start(graph, {"topic": "x"}, "t")
    (first,) = pc.pending(graph, "t")
    pc.resume(graph, "t", {first.id: True}, by="mina")

    with pytest.raises(pc.AlreadyAnswered):
        pc.resume(graph, "t", {first.id: True}, by="mina")

    (second,) = pc.pending(graph, "t")
    assert second.payload["question"] == "delete all?"
    assert pc.resume(graph, "t", {second.id: False})["seen"] == ["True False True"]


def test_a_question_in_a_subgraph_is_asked_and_answered(saver: Any) -> None:
    inner = build(None, ("deep", confirm("deep?")), ("deeper", confirm("deeper?")))
    graph = build(saver, ("outer", inner), ("after", confirm("after?")))
    pc.start(graph, {"topic": "x"}, "t")
    for question in ("deep?", "deeper?", "after?"):
        (one,) = pc.pending(graph, "t")
        assert one.payload["question"] == question
        result = pc.resume(graph, "t", {one.id: True}, by="mina")

    assert result["seen"][-1] == "after? True"
    assert "deep? True" in result["seen"]


def _tool_graph(saver: Any, *tools: Any) -> Any:
    calls = [
        {"name": one.name, "args": {"what": f"w{n}"}, "id": f"c{n}", "type": "tool_call"}
        for n, one in enumerate(tools)
    ]
    builder = StateGraph(MessagesState)
    builder.add_node("model", lambda state: {"messages": [AIMessage("", tool_calls=calls)]})
    builder.add_node("tools", ToolNode(tools))
    builder.add_edge(START, "model")
    builder.add_edge("model", "tools")
    return builder.compile(checkpointer=saver)


@tool
def send_mail(what: str) -> str:
    """Send a mail."""
    return f"mail {pc.ask(pc.ConfirmInterruptPayload(question=f'mail {what}?')).confirmed}"


@tool
def delete_file(what: str) -> str:
    """Delete a file."""
    return f"delete {pc.ask(pc.ConfirmInterruptPayload(question=f'delete {what}?')).confirmed}"


def test_tools_that_ask_each_get_their_own_answer(saver: Any) -> None:
    graph = _tool_graph(saver, send_mail, delete_file)
    result = pc.start(graph, {"messages": []}, "t")
    answers = {"mail w0?": True, "delete w1?": False}
    while questions := pc.pending(graph, "t"):
        given = {one.id: answers[one.payload["question"]] for one in questions}
        result = pc.resume(graph, "t", given, by="mina")

    assert [m.content for m in result["messages"][1:]] == ["mail True", "delete False"]


def test_nothing_is_lost_when_a_bare_interrupt_and_a_typed_one_run_side_by_side(saver: Any) -> None:
    graph = parallel(
        saver, ("a", confirm("a?")), ("b", lambda state: {"seen": [interrupt({"question": "b?"})]})
    )
    pc.start(graph, {"topic": "x"}, "t")
    open_ids = ids(graph)

    done = pc.resume(graph, "t", {open_ids["a?"]: True, open_ids["b?"]: {"x": None}})

    assert "a? True" in done["seen"]
    assert {"x": None} in done["seen"]


@tool
def pay_slowly(what: str) -> str:
    """Pay after a while that differs each time."""
    time.sleep(random.random() * 0.005)
    return f"{what} {pc.ask(pc.ConfirmInterruptPayload(question=f'pay {what}?')).confirmed}"


def test_tools_that_ask_in_another_order_each_time_never_get_each_others_answers(
    saver: Any,
) -> None:
    graph = _tool_graph(saver, pay_slowly, pay_slowly)
    result = pc.start(graph, {"messages": []}, "t")
    for _ in range(40):
        if not (questions := pc.pending(graph, "t")):
            break
        answer = "w0" in questions[0].payload["question"]
        try:
            result = pc.resume(graph, "t", {questions[0].id: answer}, by="mina")
        except pc.QuestionChanged:
            continue

    assert pc.pending(graph, "t") == []
    assert [m.content for m in result["messages"][1:]] == ["w0 True", "w1 False"]
