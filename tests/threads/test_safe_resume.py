"""Errors as data, worthwhile retries, and an async twin for every call."""

import asyncio
import inspect
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

import plancraft as pc
from plancraft.approvals import Changes
from tests.graphs import Notes, build, confirm, parallel

PLACE: Any = {"configurable": {"thread_id": "t"}}


class Unsteady:
    """Something outside that fails some times, then works."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error = failures, error
        self.calls = 0

    def call(self) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error


class UnsteadyStore(pc.MemoryStore):
    """A store whose next durable commits fail."""

    failures = 0

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        if durable and self.failures:
            self.failures -= 1
            raise pc.StoreUnavailable("memory://", "locked")
        return super().commit(changes, durable=durable)


def asking_then(outside: Unsteady) -> Any:
    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="sure?"))
        outside.call()
        return {"seen": [answer.confirmed]}

    return node


def decisions(graph: Any, store: Any) -> list[Any]:
    return [one for one in store.events() if one.kind == "decided"]


@pytest.mark.parametrize("error", [ConnectionError("away"), TimeoutError("slow")])
def test_a_node_that_fails_twice_gets_its_answer_once_more(error: Exception) -> None:
    store, outside = pc.MemoryStore(), Unsteady(2, error)
    graph = build(InMemorySaver(), ("asks", asking_then(outside)))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    (question,) = pc.pending(graph, "t", store=store)

    result = pc.safe_resume(graph, "t", {question.id: True}, by="mina", store=store)

    assert result["seen"] == [True]
    assert outside.calls == 3
    assert len(decisions(graph, store)) == 1
    assert store.find(pc.Query(status=None))[0].delivery is pc.Delivery.DONE


def test_what_never_passes_is_given_up_and_can_be_recovered_later() -> None:
    outside = Unsteady(100, ConnectionError("away: password=hunter2"))
    graph = build(InMemorySaver(), ("asks", asking_then(outside)))
    pc.start(graph, {"topic": "x"}, "t")

    error = pc.safe_resume(graph, "t", answer=True, by="mina")

    assert outside.calls == 4
    assert (error["status"], error["error_category"]) == ("error", "temporary")
    assert error["error"] == error["error_type"] == "ConnectionError"
    assert "hunter2" not in json.dumps(error)
    outside.failures = 0
    pc.recover(graph, "t")
    assert graph.get_state(PLACE).values["seen"] == [True]


def test_what_is_no_passing_trouble_is_not_tried_again() -> None:
    outside = Unsteady(100, KeyError("hunter2"))
    graph = build(InMemorySaver(), ("asks", asking_then(outside)))
    pc.start(graph, {"topic": "x"}, "t")
    error = pc.safe_resume(graph, "t", answer=True, by="mina")
    assert outside.calls == 1
    assert (error["error_category"], error["recoverable"]) == ("internal", False)
    assert "hunter2" not in json.dumps(error)


def test_a_store_that_is_away_for_a_moment_is_tried_again() -> None:
    store = UnsteadyStore()
    graph = build(InMemorySaver(), ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    store.failures = 2
    assert pc.safe_resume(graph, "t", answer=True, store=store)["seen"] == ["sure? True"]
    assert len(decisions(graph, store)) == 1

    outside = Unsteady(1, ConnectionError("away"))

    def effect(state: Notes) -> Notes:
        outside.call()
        return {"seen": ["sent"]}

    graph = build(InMemorySaver(), ("asks", confirm("sure?")), ("sends", effect))
    pc.start(graph, {"topic": "x"}, "t")
    assert pc.safe_resume(graph, "t", answer=True, by="mina")["seen"] == ["sure? True", "sent"]

    store = UnsteadyStore()
    nodes = [(name, confirm(f"{name}?")) for name in ("a", "b", "c")]
    graph = parallel(InMemorySaver(), *nodes)
    pc.start(graph, {"topic": "x"}, "t", store=store)
    ids = {one.payload["question"]: one.id for one in pc.pending(graph, "t", store=store)}
    pc.safe_resume(graph, "t", {ids["a?"]: True}, by="mina", store=store)
    store.failures = 1
    pc.safe_resume(graph, "t", {ids["b?"]: True}, by="mina", store=store)
    assert [one.payload["question"] for one in pc.pending(graph, "t", store=store)] == ["c?"]


# Errors as data


def test_refusals_come_back_as_data() -> None:
    graph = build(InMemorySaver(), ("one", confirm("one?")), ("two", confirm("two?")))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    found = [
        pc.safe_resume(graph, "t", {question.id: "perhaps"}),
        pc.safe_resume(graph, "t", {"no-such-id": True}),
        pc.safe_resume(graph, "nowhere", answer=True),
        pc.safe_resume(graph, "t", {}),
    ]
    pc.resume(graph, "t", {question.id: True}, by="mina")
    found.append(pc.safe_resume(graph, "t", {question.id: True}, by="joon"))
    assert [one["error_type"] for one in found] == [
        "InvalidAnswer",
        "UnknownInterrupt",
        "UnknownThread",
        "InvalidAnswer",
        "AlreadyAnswered",
    ]
    for one in found:
        assert one["status"] == "error"
        assert one["error_category"] == "answer"
        assert one["recoverable"] is False
        assert "Traceback" not in json.dumps(one)
    assert found[-1]["details"]["by"] == "mina"


NOW = datetime(2026, 1, 1, tzinfo=UTC)
ERRORS: list[tuple[BaseException, bool, str]] = [
    (pc.InvalidAnswer("q", ["{p}", "b"]), False, "answer"),
    (pc.UnknownInterrupt("i", open=["j"]), False, "answer"),
    (pc.UnknownThread("t"), False, "answer"),
    (pc.AlreadyAnswered("i", by="mina", at=NOW), False, "answer"),
    (pc.RequestExpired("i", deadline=NOW), False, "answer"),
    (pc.QuestionChanged("i", asked={"question": "a"}, asks_now=None), False, "answer"),
    (pc.ThreadPaused("t", [{"question": "a"}]), False, "answer"),
    (pc.ThreadBusy("t"), True, "temporary"),
    (pc.StoreUnavailable("s", "r"), True, "temporary"),
    (ConnectionResetError("secret"), True, "temporary"),
    (TimeoutError("secret"), True, "temporary"),
    (sqlite3.OperationalError("database is locked"), True, "temporary"),
    (sqlite3.OperationalError("no such table: secret"), False, "internal"),
    (ValueError("secret"), False, "internal"),
]


@pytest.mark.parametrize(("error", "recoverable", "category"), ERRORS, ids=repr)
def test_an_error_becomes_plain_json(
    error: BaseException, recoverable: bool, category: str
) -> None:
    response = pc.create_error_response(error)
    assert json.loads(json.dumps(response)) == response
    assert pc.is_recoverable(error) is response["recoverable"] is recoverable
    assert response["error_category"] == category
    assert "secret" not in json.dumps(response)


# Thread ids


def test_a_thread_id_names_user_and_session() -> None:
    assert pc.make_thread_id("mina", 7) == "user_mina_7"
    assert pc.make_thread_id(1, "a_b") == "user_1_a_b"


@pytest.mark.parametrize("parts", [("a_b", "c"), ("", "c"), ("a", ""), (" ", "c"), ("a", "\t")])
def test_a_thread_id_that_another_pair_could_have_is_refused(parts: Any) -> None:
    with pytest.raises(ValueError, match="user_id"):
        pc.make_thread_id(*parts)


@settings(deadline=None, database=None)
@given(*[st.text("ab_-", min_size=1, max_size=4)] * 4)
def test_no_two_pairs_share_a_thread_id(a: str, b: str, c: str, d: str) -> None:
    try:
        same = pc.make_thread_id(a, b) == pc.make_thread_id(c, d)
    except ValueError:
        return
    assert same == ((a, b) == (c, d))


# Status


def test_the_status_of_a_thread_in_its_states(saver: Any) -> None:
    outside = Unsteady(1, KeyError("broken"))
    graph = build(saver, ("asks", asking_then(outside)))
    pc.start(graph, {"topic": "x"}, "t")
    paused = pc.get_interrupt_status(graph, "t")
    assert (paused["is_interrupted"], paused["state"]) == (True, "paused")
    assert paused["pending_tasks"] == ["asks"]
    assert paused["last_interrupt"]["question"] == "sure?"
    assert [one.id for one in paused["questions"]] == [pc.pending(graph, "t")[0].id]
    assert paused["errors"] == []

    with pytest.raises(KeyError):
        pc.resume(graph, "t", answer=True, by="mina")
    failed = pc.get_interrupt_status(graph, "t")
    assert (failed["is_interrupted"], failed["state"]) == (False, "failed")
    assert failed["pending_tasks"] == ["asks"]
    assert "broken" in failed["errors"][0]

    pc.recover(graph, "t")
    assert pc.get_interrupt_status(graph, "t") == {
        "is_interrupted": False,
        "state": "finished",
        "pending_tasks": [],
        "last_interrupt": None,
        "questions": [],
        "errors": [],
        "warnings": [],
    }


# Async twins


PAIRS = [
    "start",
    "resume",
    "pending",
    "cancel",
    "edit",
    "recover",
    "expire_due",
    "get_interrupt_status",
    "safe_resume",
]


@pytest.mark.parametrize("name", PAIRS)
def test_an_async_twin_has_the_same_signature(name: str) -> None:
    plain, twin = getattr(pc, name), getattr(pc, f"a{name}")
    assert inspect.signature(plain) == inspect.signature(twin)
    assert inspect.iscoroutinefunction(twin)
    assert not inspect.iscoroutinefunction(plain)


def test_every_async_twin_works_on_an_async_saver(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "async.db")) as saver:
            graph = build(saver, ("one", confirm("one?")), ("two", confirm("two?", timeout=60)))
            result = await pc.astart(graph, {"topic": "x"}, "t")
            assert result["__interrupt__"][0].value["question"] == "one?"
            (question,) = await pc.apending(graph, "t")
            assert (await pc.aget_interrupt_status(graph, "t"))["state"] == "paused"
            await pc.aresume(graph, "t", {question.id: True}, by="mina")
            refused = await pc.asafe_resume(graph, "t", {question.id: True}, by="joon")
            assert refused["error_type"] == "AlreadyAnswered"
            edited = await pc.aedit(graph, "t", {"topic": "y"})
            assert edited["__interrupt__"][0].value["question"] == "two?"
            (recovered,) = await pc.arecover(graph, "t")
            assert recovered.state == "paused"
            (expired,) = await pc.aexpire_due(graph, now=datetime.now(UTC) + timedelta(seconds=61))
            assert expired.decision is not None
            assert expired.decision.via == "deadline"
            assert (await pc.aget_interrupt_status(graph, "t"))["state"] == "finished"

            await pc.astart(graph, {"topic": "x"}, "u")
            await pc.acancel(graph, "u", by="mina")
            assert await pc.apending(graph, "u") == []

            await pc.astart(graph, {"topic": "x"}, "v")
            done = await pc.asafe_resume(graph, "v", answer=True, by="mina")
            assert done["__interrupt__"][0].value["question"] == "two?"

    asyncio.run(main())
