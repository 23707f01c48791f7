"""Never lost: what a crash, an error or a missing store leaves behind is finished later."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import interrupt

import plancraft as pc
from plancraft.threads.flows import run
from plancraft.threads.target import store_of
from tests.graphs import Notes, build, confirm, parallel


class PowerCut(BaseException):
    """The process is gone: nothing after this line runs."""


def cut_after(store: Any, commits: int) -> Callable[[], None]:
    """Let so many commits through, then cut the power before the next; gives the way back."""
    commit, left = store.commit, [commits]

    def counted(*args: Any, **named: Any) -> bool:
        if left[0] == 0:
            raise PowerCut
        left[0] -= 1
        return bool(commit(*args, **named))

    store.commit = counted
    return lambda: setattr(store, "commit", commit)


def test_a_power_cut_before_any_commit_loses_nothing(saver: Any) -> None:
    graph = build(saver, ("one", confirm("one?")), ("two", confirm("two?")))
    store = run(store_of(graph, None))
    for commits in range(5):
        thread = f"t{commits}"
        mend = cut_after(store, commits)
        answered = False
        try:
            pc.start(graph, {"topic": "x"}, thread)
            (question,) = pc.pending(graph, thread)
            answered = commits > 2
            pc.resume(graph, thread, {question.id: True}, by="mina")
        except PowerCut:
            pass
        finally:
            mend()

        pc.recover(graph)
        if graph.get_state({"configurable": {"thread_id": thread}}).created_at is None:
            pc.start(graph, {"topic": "x"}, thread)
        (question,) = pc.pending(graph, thread)
        assert question.payload["question"] == ("two? " if answered else "one?").strip()
        while questions := pc.pending(graph, thread):
            done = pc.resume(graph, thread, {questions[0].id: True}, by="mina")
        assert done["seen"] == ["one? True", "two? True"]


def test_the_next_call_finishes_what_was_left_too(saver: Any) -> None:
    graph = build(saver, ("one", confirm("one?")), ("two", confirm("two?")))
    pc.start(graph, {"topic": "x"}, "t")
    (first,) = pc.pending(graph, "t")
    pc.record_answer(run(store_of(graph, None)), first.request.id, {"confirmed": True}, by="mina")

    with pytest.raises(pc.AlreadyAnswered, match="mina"):
        pc.resume(graph, "t", {first.id: False}, by="joon")

    (second,) = pc.pending(graph, "t")
    assert second.payload["question"] == "two?"
    pc.record_answer(run(store_of(graph, None)), second.request.id, True, by="mina")
    assert pc.start(graph, {"topic": "y"}, "t")["__interrupt__"][0].value["question"] == "one?"


def failing(times: int) -> Any:
    left = [times]

    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="charge?"))
        if left[0]:
            left[0] -= 1
            raise OSError("the card reader is offline")
        return {"seen": [f"charged {answer.confirmed} {answer.by}"]}

    return node


def test_after_a_node_error_the_answer_is_still_there_and_the_next_question_unanswered(
    saver: Any,
) -> None:
    graph = build(saver, ("charge", failing(1)), ("after", confirm("after?")))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    with pytest.raises(OSError, match="offline"):
        pc.resume(graph, "t", {question.id: True}, by="mina")
    assert pc.get_interrupt_status(graph, "t")["state"] == "failed"

    with pytest.raises(pc.AlreadyAnswered, match="mina"):
        pc.resume(graph, "t", {question.id: False}, by="joon")

    (after,) = pc.pending(graph, "t")
    assert after.payload["question"] == "after?"
    done = pc.resume(graph, "t", {after.id: False}, by="joon")
    assert done["seen"] == ["charged True mina", "after? False"]


def test_recover_tells_what_a_node_raised_and_keeps_the_answer(saver: Any) -> None:
    graph = build(saver, ("charge", failing(3)))
    pc.start(graph, {"topic": "x"}, "t")
    with pytest.raises(OSError, match="offline"):
        pc.resume(graph, "t", answer=True, by="mina")

    (failed,) = pc.recover(graph)
    assert isinstance(failed.error, OSError)
    assert failed.state == "failed"
    with pytest.raises(OSError, match="offline"):
        pc.recover(graph, "t")
    (done,) = pc.recover(graph, "t")
    assert (done.state, done.error) == ("finished", None)
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == [
        "charged True mina"
    ]
    assert pc.recover(graph) == []


def test_an_error_in_a_later_node_does_not_open_the_question_again(saver: Any) -> None:
    broken = [True]

    def later(state: Notes) -> Notes:
        if broken[0]:
            raise OSError("no network")
        return {"seen": ["later"]}

    graph = build(saver, ("one", confirm("one?")), ("later", later))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    with pytest.raises(OSError, match="no network"):
        pc.resume(graph, "t", {question.id: True}, by="mina")
    assert pc.pending(graph, "t") == []
    assert pc.get_interrupt_status(graph, "t")["state"] == "failed"

    broken[0] = False
    (done,) = pc.recover(graph, "t")

    assert done.state == "finished"
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == [
        "one? True",
        "later",
    ]


def test_an_error_beside_a_question_leaves_it_open(saver: Any) -> None:
    def broken(state: Notes) -> Notes:
        raise OSError("no network")

    graph = parallel(saver, ("a", confirm("a?")), ("b", broken))
    with pytest.raises(OSError, match="no network"):
        pc.start(graph, {"topic": "x"}, "t")

    (question,) = pc.pending(graph, "t")
    assert question.payload["question"] == "a?"


def test_recover_leaves_a_thread_at_its_breakpoint(saver: Any) -> None:
    graph = build(
        saver, ("one", confirm("one?")), ("two", confirm("two?")), interrupt_before=["two"]
    )
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")

    assert pc.recover(graph) == []
    assert graph.get_state({"configurable": {"thread_id": "t"}}).next == ("two",)
    with pytest.raises(pc.ThreadPaused, match="two"):
        pc.start(graph, {"topic": "y"}, "t")
    assert pc.start(graph, None, "t")["__interrupt__"][0].value["question"] == "two?"


def test_threads_of_another_checkpointer_in_the_same_store_are_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    mine = build(InMemorySaver(), ("one", confirm("mine?")))
    theirs = build(InMemorySaver(), ("one", confirm("theirs?")))
    pc.start(mine, {"topic": "x"}, "t", store=url)
    pc.start(theirs, {"topic": "x"}, "t", store=url)

    assert [q.payload["question"] for q in pc.pending(mine, "t", store=url)] == ["mine?"]
    assert pc.resume(mine, "t", _id(mine, "mine?", url), store=url)["seen"] == ["mine? True"]
    assert pc.resume(theirs, "t", _id(theirs, "theirs?", url), store=url)["seen"] == [
        "theirs? True"
    ]


def _id(graph: Any, text: str, url: str) -> dict[str, bool]:
    found = pc.pending(graph, "t", store=url)
    return {one.id: True for one in found if one.payload["question"] == text}


def test_a_store_that_is_down_is_an_error_and_never_an_answer(tmp_path: Path) -> None:
    ran: list[str] = []

    def node(state: Notes) -> Notes:
        pc.ask(pc.ConfirmInterruptPayload(question="launch?"))
        ran.append("launched")
        return {"seen": []}

    graph = build(InMemorySaver(), ("launch", node))
    store = pc.open_store(f"sqlite:///{tmp_path / 'store.db'}")
    pc.start(graph, {"topic": "x"}, "t", store=store)
    store.close()
    (tmp_path / "store.db").write_bytes(b"not a database, " * 4096)
    for rest in tmp_path.glob("store.db-*"):
        if rest.is_file():
            rest.unlink()

    with pytest.raises(pc.StoreUnavailable):
        pc.resume(graph, "t", answer=True, by="mina", store=store)

    assert ran == []
    assert graph.get_state({"configurable": {"thread_id": "t"}}).next == ("launch",)


def test_a_graph_that_cannot_pause_or_has_no_store_is_named() -> None:
    with pytest.raises(pc.NoCheckpointer):
        pc.start(build(None, ("one", confirm("one?"))), {"topic": "x"}, "t")

    class OwnSaver(InMemorySaver.__mro__[1]):  # type: ignore[misc]
        """A saver nobody knows."""

    with pytest.raises(pc.StoreNotGiven, match="OwnSaver"):
        pc.start(build(OwnSaver(), ("one", confirm("one?"))), {"topic": "x"}, "t")


def test_a_saver_in_memory_keeps_its_questions_in_memory() -> None:
    with sqlite3.connect(":memory:", check_same_thread=False) as connection:
        graph = build(SqliteSaver(connection), ("one", confirm("one?")))
        pc.start(graph, {"topic": "x"}, "t")
        assert run(store_of(graph, None)).url == "memory://"
        assert pc.resume(graph, "t", answer=True)["seen"] == ["one? True"]
    connection.close()


def test_cancelling_late_spares_a_newer_run(saver: Any) -> None:
    graph = build(saver, ("one", confirm("one?")))
    store = run(store_of(graph, None))
    pc.start(graph, {"topic": "x"}, "t")
    busy = store.try_lock("t")
    assert busy is not None
    late = threading.Thread(target=lambda: pc.cancel(graph, "t", by="joon"))
    late.start()
    while any(row.is_open for row in store.live("t")):
        time.sleep(0.005)
    busy.release()
    late.join()
    pc.start(graph, {"topic": "y"}, "t")

    assert [one.payload["question"] for one in pc.pending(graph, "t")] == ["one?"]


def test_a_plain_call_from_within_an_async_savers_loop_is_refused_and_does_not_hang(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "a.db")) as saver:
            graph = build(saver, ("one", confirm("one?")))
            with pytest.raises(pc.StateError, match="astart"):
                pc.start(graph, {"topic": "x"}, "t")

    asyncio.run(main())


@pytest.mark.parametrize("shown", [{"tags": {"b", "a", "cc"}}, b"\xff\x00", {1: {(2, 3)}}])
def test_whatever_a_bare_interrupt_shows_is_one_question(saver: Any, shown: Any) -> None:
    graph = build(saver, ("asks", lambda state: {"seen": [interrupt(shown)]}))
    pc.start(graph, {"topic": "x"}, "t")
    first, second = pc.pending(graph, "t") + pc.pending(graph, "t")

    assert first.request.id == second.request.id
    assert pc.resume(graph, "t", {first.request.id: "ok"}, by="mina")["seen"] == ["ok"]
    with pytest.raises(pc.AlreadyAnswered, match="mina"):
        pc.resume(graph, "t", {first.request.id: "ok"}, by="joon")


def test_an_answer_whose_output_was_not_written_in_time_was_given_all_the_same() -> None:
    """A saver with several connections may be killed with the next checkpoint on disk, and not
    yet the output of the task that led to it."""

    class Forgetful(InMemorySaver):
        def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
            kept = [one for one in writes if one[0].startswith("__")]
            super().put_writes(config, kept, task_id, task_path)

    cut = [True]

    def fall(state: Notes) -> Notes:
        if cut.pop():
            raise PowerCut
        return {"seen": ["through"]}

    graph = build(Forgetful(), ("one", confirm("one?")), ("fall", fall))
    pc.start(graph, {"topic": "x"}, "t")
    (question,) = pc.pending(graph, "t")
    with pytest.raises(PowerCut):
        pc.resume(graph, "t", {question.id: True}, by="mina")
    cut.append(False)

    pc.recover(graph, "t")

    request = run(store_of(graph, None)).get(question.request.id)
    assert request is not None
    assert request.status is pc.ApprovalStatus.APPROVED
    assert request.delivery == "done"
