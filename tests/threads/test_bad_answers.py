"""Nothing moves on a bad answer: a typed error, and the thread as it was."""

import json
from typing import Any

import pytest
from langgraph.types import interrupt
from pydantic import BaseModel, Field, field_validator

import plancraft as pc
from tests.graphs import Notes, build, choose, confirm


class Trip(BaseModel):
    city: str = Field(min_length=2)
    days: int = Field(ge=1, le=30)

    @field_validator("city")
    @classmethod
    def _is_no_moon(cls, city: str) -> str:
        if city == "Moon":
            raise ValueError("no flights there")
        return city


def ask_trip(state: Notes) -> Notes:
    answer = pc.ask(pc.FormInterruptPayload(question="Where to?", form=Trip))
    return {"seen": [answer.form.city]}


def ask_approval(state: Notes) -> Notes:
    payload = pc.ApprovalInterruptPayload(
        question="Send?", content={"to": "kim", "text": "hi"}, editable=["text"]
    )
    answer = pc.ask(payload)
    return {"seen": [answer.decision, answer.approved_content]}


def ask_typed(state: Notes) -> Notes:
    return {"seen": [interrupt({"any": "payload"}, response_schema=Trip)]}


def frozen(graph: Any) -> str:
    """All that must not change: the state, its checkpoints, the requests."""
    place = {"configurable": {"thread_id": "t"}}
    checkpoints = [
        one.config["configurable"]["checkpoint_id"] for one in graph.get_state_history(place)
    ]
    requests = [one.request.model_dump(mode="json") for one in pc.pending(graph, "t")]
    return json.dumps([graph.get_state(place).values, checkpoints, requests], default=str)


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        (confirm("sure?"), "yes"),
        (confirm("sure?"), None),
        (confirm("sure?"), {"confirmed": "true"}),
        (confirm("sure?"), {"confirmed": True, "extra": 1}),
        (choose("a", "b"), "c"),
        (choose("a", "b"), []),
        (choose("a", "b"), {"selected": ["a", "b"]}),
        (choose("a", "b"), {"selected": ["a"], "text": "mine"}),
        (choose("a", "b", multiple=True), {"selected": ["a", "a"]}),
        (choose("a", "b"), {"selected": [1]}),
        (ask_trip, {"city": "Seoul"}),
        (ask_trip, {"city": "Seoul", "days": 0}),
        (ask_trip, {"city": "Seoul", "days": "many"}),
        (ask_trip, "Seoul"),
        (ask_trip, {"city": "Moon", "days": 3}),
        (ask_approval, {"decision": "maybe"}),
        (ask_approval, {"decision": "reject"}),
        (ask_approval, {"decision": "reject", "reason": "  "}),
        (ask_approval, {"decision": "edit", "content": {"to": "lee"}}),
        (ask_approval, {"decision": "edit", "content": {"new": "x"}}),
        (ask_approval, {"decision": "approve", "content": {"text": "x"}}),
        (ask_typed, {"city": "S", "days": 3}),
        (ask_typed, {"days": 3}),
        (confirm("sure?"), object()),
        (confirm("sure?"), float("nan")),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(saver: Any, node: Any, answer: Any) -> None:
    graph = build(saver, ("asks", node))
    pc.start(graph, {"topic": "x"}, "t")
    before = frozen(graph)

    with pytest.raises(pc.InvalidAnswer) as refused:
        pc.resume(graph, "t", answer=answer, by="mina")

    assert refused.value.problems
    after = json.loads(frozen(graph))
    was = json.loads(before)
    for request in after[2] + was[2]:
        request.pop("version"), request.pop("updated_at")
    assert after == was


def test_after_a_bad_answer_a_good_one_is_taken(saver: Any) -> None:
    graph = build(saver, ("asks", ask_trip))
    pc.start(graph, {"topic": "x"}, "t")
    for bad in ({"city": "Moon", "days": 3}, {"city": "Moon", "days": 4}):
        with pytest.raises(pc.InvalidAnswer, match="no flights there"):
            pc.resume(graph, "t", answer=bad, by="mina")

    assert pc.resume(graph, "t", answer={"city": "Seoul", "days": 3}, by="mina")["seen"] == [
        "Seoul"
    ]


def test_a_bare_typed_interrupt_gets_its_typed_answer(saver: Any) -> None:
    graph = build(saver, ("asks", ask_typed))
    pc.start(graph, {"topic": "x"}, "t")

    (seen,) = pc.resume(graph, "t", answer={"city": "Seoul", "days": 3}, by="mina")["seen"]

    assert Trip.model_validate(seen) == Trip(city="Seoul", days=3)


def test_unknown_ids_and_threads_are_named(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    before = frozen(graph)

    with pytest.raises(pc.UnknownInterrupt, match="no-such-id"):
        pc.resume(graph, "t", {"no-such-id": True})
    with pytest.raises(pc.UnknownThread, match="tt"):
        pc.resume(graph, "tt", answer=True)
    with pytest.raises(pc.UnknownThread):
        pc.pending(graph, "tt")
    with pytest.raises(pc.UnknownThread):
        pc.get_interrupt_status(graph, "tt")
    for nothing in ({}, None):
        with pytest.raises(pc.InvalidAnswer):
            pc.resume(graph, "t", nothing)
    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, "t", "yes")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="by"):
        pc.resume(graph, "t", answer=True, by=" ")

    assert frozen(graph) == before
    assert graph.checkpointer.get_tuple({"configurable": {"thread_id": "tt"}}) is None


@pytest.mark.parametrize(
    "answer", [None, False, 0, "", {}, [], {"a" * 32: 1}, {"0123456789abcdef" * 2: None}, "글"]
)
def test_a_bare_interrupt_gets_any_json_as_it_is(saver: Any, answer: Any) -> None:
    graph = build(saver, ("asks", lambda state: {"seen": [interrupt("anything?")]}))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")

    assert pc.resume(graph, "t", {question.id: answer}, by="mina")["seen"] == [answer]


def test_answers_are_refused_after_the_deadline_even_when_nobody_sweeps(saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?", timeout=0.000001)))
    pc.start(graph, {"topic": "x"}, "t")
    before = frozen(graph)

    with pytest.raises(pc.RequestExpired):
        pc.resume(graph, "t", answer=True, by="mina")

    assert frozen(graph) == before
