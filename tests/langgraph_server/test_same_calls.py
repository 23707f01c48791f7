"""Here or on a server: the same calls, the same results, the same errors."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from langgraph_sdk import get_sync_client

import plancraft as pc
from plancraft.stores import open_store
from tests.langgraph_server import askers

pytestmark = pytest.mark.xdist_group("asking-server")


@dataclass(frozen=True)
class Place:
    """Where graphs run, and whoever runs them without plancraft."""

    graph: Callable[[str], Any]
    raw: Callable[[str, str, dict[str, Any]], Any]
    """Answers as another client would: name, thread, answers by id."""
    write: Callable[[str, str, dict[str, Any]], Any]
    """Writes to a thread's state, as another client would."""


@pytest.fixture(params=["here", "server"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "server":
        url = request.getfixturevalue("asking_server")
        client = get_sync_client(url=url)

        def over_http(name: str, thread: str, answers: dict[str, Any]) -> Any:
            said: Any = {"resume": answers}
            return client.runs.wait(thread, name, command=said, raise_error=False)

        return Place(
            lambda name: pc.GraphServer(url, name),
            over_http,
            lambda _, thread, values: client.threads.update_state(thread, values),
        )
    made: dict[str, Any] = {}

    def graph(name: str) -> Any:
        return made.setdefault(name, askers.compiled(name, InMemorySaver()))

    def here(name: str, thread: str, answers: dict[str, Any]) -> Any:
        try:
            return graph(name).invoke(
                Command(resume=answers), {"configurable": {"thread_id": thread}}
            )
        except ValueError as error:
            return error

    def write(name: str, thread: str, values: dict[str, Any]) -> None:
        graph(name).update_state({"configurable": {"thread_id": thread}}, values)

    return Place(graph, here, write)


@pytest.fixture
def store(tmp_path: Path) -> pc.Store:
    return open_store(f"sqlite:///{tmp_path / 'requests.db'}")


@pytest.fixture
def thread() -> str:
    return str(uuid.uuid4())


def test_a_thread_is_asked_answered_and_done(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("two_steps")

    paused = pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)
    second = pc.resume(graph, thread, {asked.id: "b"}, by="mina", store=store)
    done = pc.resume(graph, thread, answer=True, by="jun", store=store)

    assert [one.id for one in paused["__interrupt__"]] == [asked.id]
    assert asked.payload["question"] == "Which way?"
    assert second["__interrupt__"][0].value["question"] == "Sure?"
    assert done == {"text": "b", "got": ["mina", True]}
    assert pc.pending(graph, thread, store=store) == []


def test_a_bad_answer_changes_nothing(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)

    with pytest.raises(pc.InvalidAnswer, match="no option z"):
        pc.resume(graph, thread, {asked.id: "z"}, store=store)

    (still,) = pc.pending(graph, thread, store=store)
    assert still.request == asked.request
    assert pc.get_interrupt_status(graph, thread, store=store)["state"] == "paused"


def test_the_second_answer_is_told_who_was_first(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)
    pc.resume(graph, thread, {asked.id: "a"}, by="mina", store=store)

    with pytest.raises(pc.AlreadyAnswered) as refused:
        pc.resume(graph, thread, {asked.id: "b"}, by="jun", store=store)

    assert refused.value.by == "mina"
    (next_one,) = pc.pending(graph, thread, store=store)
    assert next_one.payload["question"] == "Sure?"


def test_unknown_threads_ids_and_finished_threads_are_told_apart(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("bare")
    for nobody in (str(uuid.uuid4()), "no-uuid"):
        with pytest.raises(pc.UnknownThread):
            pc.resume(graph, nobody, answer=1, store=store)
    paused = pc.start(graph, {"text": "x"}, thread, store=store)
    with pytest.raises(pc.UnknownInterrupt):
        pc.resume(graph, thread, {"0" * 32: 1}, store=store)
    place.raw("bare", thread, {paused["__interrupt__"][0].id: "theirs"})

    with pytest.raises(pc.UnknownInterrupt):
        pc.resume(graph, thread, answer="ours", store=store)

    status = pc.get_interrupt_status(graph, thread, store=store)
    assert (status["state"], status["questions"]) == ("finished", [])


def test_two_questions_of_one_step_are_delivered_in_one_map(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("parallel")
    pc.start(graph, {"text": "x"}, thread, store=store)
    asked = {one.payload["type"]: one.id for one in pc.pending(graph, thread, store=store)}

    half = pc.resume(graph, thread, {asked["option"]: "b"}, by="mina", store=store)
    done = pc.resume(graph, thread, {asked["confirm"]: True}, by="jun", store=store)

    assert [one.id for one in half["__interrupt__"]] == [asked["confirm"]]
    assert done["text"] == "b"
    assert sorted(map(str, done["got"])) == ["True", "mina"]


def test_a_question_inside_a_subgraph_is_answered(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("nested")
    pc.start(graph, {"text": "x"}, thread, store=store)

    done = pc.resume(graph, thread, answer="a", by="mina", store=store)

    assert done["text"] == "a"
    assert "mina" in done["got"]


def test_a_breakpoint_is_a_question_to_go_on(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("stopped")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (first,) = pc.pending(graph, thread, store=store)

    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, thread, {first.id: "stop"}, store=store)
    pc.resume(graph, thread, {first.id: "continue"}, by="mina", store=store)
    (second,) = pc.pending(graph, thread, store=store)
    done = pc.resume(graph, thread, answer="continue", by="mina", store=store)

    assert first.payload == {"__breakpoint__": ["after"]}
    assert second.payload == {"__breakpoint__": ["with_subgraph"]}
    assert done["got"] == ["inner", "after", "outer"]
    with pytest.raises(pc.AlreadyAnswered):
        pc.resume(graph, thread, {first.id: "continue"}, store=store)


def test_an_answer_from_outside_that_breaks_the_node_is_got_rid_of(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("bare")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)
    place.raw("bare", thread, {asked.id: "boom"})
    status = pc.get_interrupt_status(graph, thread, store=store)

    done = pc.resume(graph, thread, {asked.id: "good"}, by="mina", store=store)

    assert status["state"] == "failed"
    assert "cannot take this" in status["errors"][0]
    assert done == {"text": "good", "got": ["good", "after"]}


def test_recover_asks_anew_under_another_id(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("bare")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)
    place.raw("bare", thread, {asked.id: "boom"})

    (recovered,) = pc.recover(graph, thread, store=store)

    (again,) = pc.pending(graph, thread, store=store)
    assert recovered.state == "paused"
    assert again.id != asked.id
    assert again.payload == asked.payload
    old = store.get(asked.request.id)
    assert old is not None
    assert old.status is pc.ApprovalStatus.SUPERSEDED


def test_our_own_answer_that_breaks_the_node_is_kept_until_given_up(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("bare")
    pc.start(graph, {"text": "x"}, thread, store=store)
    with pytest.raises((ValueError, pc.RunFailed), match="cannot take this"):
        pc.resume(graph, thread, answer="boom", by="mina", store=store)
    with pytest.raises((ValueError, pc.RunFailed), match="cannot take this"):
        pc.recover(graph, thread, store=store)

    (recovered,) = pc.recover(graph, thread, ask_again=True, store=store)
    done = pc.resume(graph, thread, answer="good", by="jun", store=store)

    assert recovered.state == "paused"
    assert done["got"] == ["good", "after"]


def test_cancel_ends_the_thread(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)

    pc.cancel(graph, thread, by="mina", store=store)

    assert pc.get_interrupt_status(graph, thread, store=store)["state"] == "finished"
    closed = store.get(asked.request.id)
    assert closed is not None
    assert closed.status is pc.ApprovalStatus.CANCELLED


def test_silence_until_the_deadline_is_no(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)
    pc.resume(graph, thread, answer="a", by="mina", store=store)
    later = datetime.now(UTC) + timedelta(seconds=601)

    (expired,) = pc.expire_due(graph, thread, now=later, store=store)

    assert expired.decision is not None
    assert expired.decision.via == "deadline"
    status = pc.get_interrupt_status(graph, thread, store=store)
    assert status["state"] == "finished"


def test_an_edited_state_is_asked_about_anew(place: Place, store: pc.Store, thread: str) -> None:
    graph = place.graph("approving")
    pc.start(graph, {"text": "first"}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)

    pc.edit(graph, thread, {"text": "second"}, store=store)

    (again,) = pc.pending(graph, thread, store=store)
    assert again.payload["content"] == "second"
    with pytest.raises(pc.PlancraftError):
        pc.resume(graph, thread, {asked.id: "approve"}, store=store)
    done = pc.resume(graph, thread, {again.id: "approve"}, store=store)
    assert done["got"] == ["approve"]


def test_an_edit_never_steps_over_the_question_however_often(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("sent_after_approval")
    pc.start(graph, {"text": "first"}, thread, store=store)

    for text in ("second", "third", "fourth"):
        pc.edit(graph, thread, {"text": text}, store=store)
        (asked,) = pc.pending(graph, thread, store=store)
        assert asked.payload["content"] == text

    done = pc.resume(graph, thread, {asked.id: "approve"}, by="mina", store=store)
    assert done["got"] == ["inner", "approve", "after"]


def test_a_state_written_by_others_is_asked_about_anew_by_recover(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("sent_after_approval")
    pc.start(graph, {"text": "first"}, thread, store=store)
    place.write("sent_after_approval", thread, {"text": "second"})

    pc.recover(graph, thread, store=store)

    (asked,) = pc.pending(graph, thread, store=store)
    assert asked.payload["content"] == "second"
    pc.edit(graph, thread, {"text": "third"}, store=store)
    (again,) = pc.pending(graph, thread, store=store)
    assert again.payload["content"] == "third"


def test_calls_of_a_turn_are_listed_in_their_order(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("many")
    pc.start(graph, {"text": ""}, thread, store=store)

    asked = pc.pending(graph, thread, store=store)

    assert [one.payload["question"] for one in asked] == [f"number {n}?" for n in range(7)]


def test_a_question_nested_too_deep_is_shown_as_text_and_answered(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("bare")
    deep: Any = "bottom"
    for _ in range(215):
        deep = [deep]
    pc.start(graph, {"text": deep}, thread, store=store)

    (asked,) = pc.pending(graph, thread, store=store)
    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, thread, {asked.id: deep}, store=store)
    done = pc.resume(graph, thread, {asked.id: "short"}, store=store)

    assert isinstance(asked.payload, str)
    assert done["got"] == ["short", "after"]


def test_new_input_does_not_discard_a_question_unless_told_to(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)

    with pytest.raises(pc.ThreadPaused, match="Which way"):
        pc.start(graph, {"text": "y"}, thread, store=store)

    replaced = pc.start(graph, {"text": "y"}, thread, replace=True, store=store)
    (asked,) = pc.pending(graph, thread, store=store)
    assert [one.id for one in replaced["__interrupt__"]] == [asked.id]


def test_secret_values_reach_the_node_and_leave_the_store(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("secret")
    pc.start(graph, {}, thread, store=store)
    (asked,) = pc.pending(graph, thread, store=store)

    form = {"user": "mina", "password": "correct horse"}
    done = pc.resume(graph, thread, {asked.id: form}, by="mina", store=store)

    kept = store.get(asked.request.id)
    assert done["got"] == ["mina", 13]
    assert kept is not None
    assert "correct horse" not in kept.model_dump_json()


def test_the_past_is_told_compared_and_gone_another_way(
    place: Place, store: pc.Store, thread: str
) -> None:
    graph = place.graph("two_steps")
    pc.start(graph, {"text": "x"}, thread, store=store)
    pc.resume(graph, thread, answer="a", by="mina", store=store)
    pc.resume(graph, thread, answer=True, by="jun", store=store)

    travel = pc.TimeTravel(graph, thread, store=store)
    steps = travel.steps()
    fork = travel.fork(0, answers={"way": "b"})
    other = fork.run(by="jun")

    assert [step.nodes for step in steps] == [(), ("__start__",), ("choose",), ("confirm",)]
    assert [one.by for step in steps for one in step.asked] == ["mina", "jun"]
    assert travel.compare_states(0, "last").to_dict()["changes"][0]["after"] == "a"
    assert travel.blame("text").by == ("mina",)
    assert fork.reruns == ("choose", "confirm")
    assert other == {"text": "b", "got": ["jun", True]}
    assert pc.TimeTravel(graph, thread, store=store).state_at("last")["text"] == "a"
