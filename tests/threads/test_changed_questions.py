"""Never the wrong question: what changed after it was shown is refused and asked again."""

from typing import Any

import pytest
from langgraph.types import Command, interrupt

import plancraft as pc
from tests.graphs import Notes, bare, build, confirm


def before(state: Notes) -> Notes:
    return {"seen": ["before"]}


def paused(graph: Any) -> str:
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    return question.id


def assert_asks(graph: Any, text: str) -> str:
    (question,) = pc.pending(graph, "t")
    assert text in str(question.payload)
    return question.id


def two(first: str, second: str) -> Any:
    def node(state: Notes) -> Notes:
        one = pc.ask(pc.ConfirmInterruptPayload(question=first))
        other = pc.ask(pc.ConfirmInterruptPayload(question=second))
        return {"seen": [f"{one.confirmed} {other.confirmed}"]}

    return node


def test_a_reworded_question_is_refused_and_asked_anew(saver: Any) -> None:
    id_ = paused(build(saver, ("before", before), ("asks", confirm("send to Kim?"))))
    changed = build(saver, ("before", before), ("asks", confirm("send to everybody?")))

    with pytest.raises(pc.QuestionChanged) as refused:
        pc.resume(changed, "t", {id_: True}, by="mina")

    assert refused.value.asked["question"] == "send to Kim?"
    assert refused.value.asks_now["question"] == "send to everybody?"
    new = assert_asks(changed, "everybody")
    assert changed.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == ["before"]
    assert pc.resume(changed, "t", {new: False}, by="mina")["seen"] == [
        "before",
        "send to everybody? False",
    ]


def test_a_question_inserted_before_it_is_not_answered_in_its_place(saver: Any) -> None:
    id_ = paused(build(saver, ("asks", confirm("send mail?"))))
    changed = build(saver, ("asks", two("delete all?", "send mail?")))

    with pytest.raises(pc.QuestionChanged):
        pc.resume(changed, "t", {id_: True}, by="mina")

    assert_asks(changed, "delete all?")
    pc.resume(changed, "t", answer=False, by="mina")
    assert_asks(changed, "send mail?")
    assert pc.resume(changed, "t", answer=True, by="mina")["seen"] == ["False True"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("node", [confirm("sure?"), bare("sure?")])
def test_the_question_of_a_renamed_node_is_asked_anew(saver: Any, node: Any, first: bool) -> None:
    ahead = [] if first else [("before", before)]
    id_ = paused(build(saver, *ahead, ("old_name", node)))
    renamed = build(saver, *ahead, ("new_name", node))

    with pytest.raises(pc.QuestionChanged) as refused:
        pc.resume(renamed, "t", {id_: True}, by="mina")

    assert "sure?" in str(refused.value.asked)
    assert "sure?" in str(refused.value.asks_now)
    assert_asks(renamed, "sure?")
    done = pc.resume(renamed, "t", answer=True, by="mina")
    assert done["seen"][-1] in ("sure? True", True)
    assert len(done["seen"]) == len(ahead) + 1


def test_a_graph_that_no_longer_asks_is_left_alone(saver: Any) -> None:
    id_ = paused(build(saver, ("gone", confirm("sure?"))))
    other = build(saver, ("x", before), ("y", before))
    history = len(list(other.get_state_history({"configurable": {"thread_id": "t"}})))

    with pytest.raises(pc.QuestionChanged):
        pc.resume(other, "t", {id_: True}, by="mina")

    assert history >= 1


def test_an_edit_of_the_state_closes_the_old_question_and_asks_again(saver: Any) -> None:
    def about_topic(state: Notes) -> Notes:
        answer = pc.ask(pc.ConfirmInterruptPayload(question=f"publish {state['topic']}?"))
        return {"seen": [f"{state['topic']} {answer.confirmed}"]}

    graph = build(saver, ("before", before), ("asks", about_topic))
    old = paused(graph)

    result = pc.edit(graph, "t", {"topic": "y"})

    assert result["__interrupt__"][0].value["question"] == "publish y?"
    new = assert_asks(graph, "publish y?")
    assert new != old
    with pytest.raises(pc.UnknownInterrupt):
        pc.resume(graph, "t", {old: True}, by="mina")
    assert pc.resume(graph, "t", {new: True}, by="mina")["seen"] == ["before", "y True"]


def test_a_state_edited_behind_our_back_is_asked_again_and_nothing_delivered(saver: Any) -> None:
    graph = build(saver, ("before", before), ("asks", confirm("sure?")))
    old = paused(graph)
    graph.update_state({"configurable": {"thread_id": "t"}}, {"topic": "y"})

    with pytest.raises((pc.QuestionChanged, pc.UnknownInterrupt)):
        pc.resume(graph, "t", {old: True}, by="mina")

    assert assert_asks(graph, "sure?") != old
    assert pc.resume(graph, "t", answer=True)["seen"] == ["before", "sure? True"]


def test_an_answer_given_past_us_closes_the_request(saver: Any) -> None:
    graph = build(saver, ("one", confirm("one?")), ("two", confirm("two?")))
    old = paused(graph)
    graph.invoke(Command(resume={old: {"confirmed": True}}), {"configurable": {"thread_id": "t"}})

    with pytest.raises(pc.UnknownInterrupt):
        pc.resume(graph, "t", {old: False}, by="mina")

    assert_asks(graph, "two?")


def test_new_input_on_a_paused_thread_is_refused_unless_told_to_replace(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    old = paused(graph)

    with pytest.raises(pc.ThreadPaused, match=r"sure\?"):
        pc.start(graph, {"topic": "z"}, "t")
    assert_asks(graph, "sure?")

    pc.start(graph, {"topic": "z"}, "t", replace=True)
    assert assert_asks(graph, "sure?") != old
    done = pc.resume(graph, "t", answer=True, by="mina")
    assert done["seen"] == ["sure? True"]
    assert done["topic"] == "z"


def test_a_thread_paused_without_us_can_be_answered(saver: Any) -> None:
    graph = build(saver, ("asks", lambda state: {"seen": [interrupt("name?")]}))
    graph.invoke({"topic": "x"}, {"configurable": {"thread_id": "t"}})

    (question,) = pc.pending(graph, "t")

    assert question.payload == "name?"
    assert pc.resume(graph, "t", {question.id: "Mina"}, by="mina")["seen"] == ["Mina"]


def test_an_answer_straight_after_a_run_without_us_is_taken(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    result = graph.invoke({"topic": "x"}, {"configurable": {"thread_id": "t"}})

    done = pc.resume(graph, "t", {result["__interrupt__"][0].id: True}, by="mina")

    assert done["seen"] == ["sure? True"]
