"""Start here. Each test shows one idea, with nothing but public names."""

from typing import TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from pydantic import BaseModel

import plancraft as pc


class State(TypedDict, total=False):
    city: str
    days: int
    text: str


def graph_of(node):
    builder = StateGraph(State).add_node("asks", node).add_edge(START, "asks")
    return builder.compile(checkpointer=InMemorySaver())


def ask_city(state: State) -> State:
    payload = pc.OptionInterruptPayload(question="Where to?", options=["Seoul", "Busan"])
    return {"city": pc.ask(payload).selected[0]}


def test_a_graph_pauses_at_its_question_and_goes_on_with_the_answer():
    graph = graph_of(ask_city)

    paused = pc.start(graph, {}, "trip")
    (question,) = pc.pending(graph, "trip")
    done = pc.resume(graph, "trip", {question.id: "Busan"}, by="mina")

    assert paused["__interrupt__"][0].id == question.id
    assert question.payload["question"] == "Where to?"
    assert done == {"city": "Busan"}


def test_the_only_open_question_needs_no_id():
    graph = graph_of(ask_city)
    pc.start(graph, {}, "trip")

    assert pc.resume(graph, "trip", answer="Seoul", by="mina") == {"city": "Seoul"}


def test_only_the_first_answer_counts():
    graph = graph_of(ask_city)
    pc.start(graph, {}, "trip")
    (question,) = pc.pending(graph, "trip")
    pc.resume(graph, "trip", {question.id: "Busan"}, by="mina")

    with pytest.raises(pc.AlreadyAnswered) as refused:
        pc.resume(graph, "trip", {question.id: "Seoul"}, by="joon")

    assert refused.value.by == "mina"


def test_an_answer_that_does_not_fit_leaves_the_question_open():
    graph = graph_of(ask_city)
    pc.start(graph, {}, "trip")

    with pytest.raises(pc.InvalidAnswer, match="Atlantis"):
        pc.resume(graph, "trip", answer="Atlantis", by="mina")

    assert len(pc.pending(graph, "trip")) == 1


class Stay(BaseModel):
    city: str
    days: int


def test_a_form_comes_back_as_the_model_it_was_made_from():
    def ask_stay(state: State) -> State:
        stay = pc.ask(pc.FormInterruptPayload(question="Your stay?", form=Stay)).form
        return {"city": stay.city, "days": stay.days}

    graph = graph_of(ask_stay)
    pc.start(graph, {}, "trip")

    assert pc.resume(graph, "trip", answer={"city": "Seoul", "days": 3}, by="mina")["days"] == 3


def test_an_approval_may_edit_what_it_approves():
    def ask_text(state: State) -> State:
        payload = pc.ApprovalInterruptPayload(
            question="Send this?", content={"to": "kim", "text": "Hi"}, editable=["text"]
        )
        return {"text": pc.ask(payload).approved_content["text"]}

    graph = graph_of(ask_text)
    pc.start(graph, {}, "mail")

    answer = {"decision": "edit", "content": {"text": "Hello"}}
    assert pc.resume(graph, "mail", answer=answer, by="mina") == {"text": "Hello"}


def test_an_answer_knows_who_gave_it_and_has_a_key_for_its_effects():
    seen = []

    def ask_sure(state: State) -> State:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="Sure?"))
        seen.append((answer.by, answer.at.tzinfo is not None, answer.key))
        return {}

    graph = graph_of(ask_sure)
    pc.start(graph, {}, "t")
    (question,) = pc.pending(graph, "t")
    pc.resume(graph, "t", {question.id: True}, by="mina")

    assert seen == [("mina", True, pc.effect_key("t", question.id))]


def test_silence_is_no():
    def ask_sure(state: State) -> State:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="Launch?", timeout=0.001))
        return {"text": str(answer.confirmed)}

    graph = graph_of(ask_sure)
    pc.start(graph, {}, "t")
    deadline = pc.pending(graph, "t")[0].deadline

    pc.expire_due(graph, now=deadline)

    assert graph.get_state({"configurable": {"thread_id": "t"}}).values == {"text": "False"}
