"""One answer: whoever is first wins, everybody else is told who that was."""

import asyncio
import multiprocessing
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

import plancraft as pc
from tests.graphs import build, confirm, parallel


def open_id(graph: Any, thread: str) -> str:
    (question,) = pc.pending(graph, thread)
    return question.id


def test_a_second_answer_without_an_id_names_the_first_too(saver: Any) -> None:
    graph = build(saver, ("first", confirm("one?")))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")

    with pytest.raises(pc.AlreadyAnswered, match="mina"):
        pc.resume(graph, "t", answer=False, by="joon")


def test_an_answer_without_an_id_needs_one_open_question(saver: Any) -> None:
    graph = parallel(saver, ("a", confirm("a?")), ("b", confirm("b?")))
    pc.start(graph, {"topic": "x"}, "t")
    with pytest.raises(pc.UnknownInterrupt, match="Several questions are open"):
        pc.resume(graph, "t", answer=True)

    calm = build(saver, ("calm", lambda state: {}))
    pc.start(calm, {"topic": "x"}, "calm")
    with pytest.raises(pc.UnknownInterrupt, match="No question is open"):
        pc.resume(calm, "calm", answer=True)


def test_a_second_answer_is_refused_and_names_the_first(saver: Any) -> None:
    graph = build(saver, ("first", confirm("one?")), ("second", confirm("two?")))
    pc.start(graph, {"topic": "x"}, "t")
    id_ = open_id(graph, "t")
    pc.resume(graph, "t", {id_: True}, by="mina")

    with pytest.raises(pc.AlreadyAnswered) as refused:
        pc.resume(graph, "t", {id_: True}, by="joon")

    assert refused.value.by == "mina"
    assert refused.value.at.tzinfo is not None
    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == ["one? True"]
    assert pc.pending(graph, "t")[0].payload["question"] == "two?"


def test_of_many_threads_that_answer_at_once_exactly_one_wins(saver: Any) -> None:
    graph = build(saver, ("first", confirm("one?")))
    pc.start(graph, {"topic": "x"}, "t")
    id_, barrier, outcomes = open_id(graph, "t"), threading.Barrier(8), []

    def answer(name: str) -> None:
        barrier.wait()
        try:
            outcomes.append(pc.resume(graph, "t", {id_: True}, by=name)["seen"])
        except pc.AlreadyAnswered as refused:
            outcomes.append(refused.by)

    workers = [threading.Thread(target=answer, args=(f"p{n}",)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    winners = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert winners == [["one? True"]]
    assert len({outcome for outcome in outcomes if isinstance(outcome, str)}) == 1


def _answer_in_process(path: str, id_: str, name: str, gate: Any, results: Any) -> None:
    with sqlite3.connect(path, check_same_thread=False) as connection:
        graph = build(SqliteSaver(connection), ("first", confirm("one?")))
        gate.wait()
        try:
            results.put((name, pc.resume(graph, "t", {id_: True}, by=name)["seen"]))
        except pc.AlreadyAnswered as refused:
            results.put((name, refused.by))


@pytest.mark.slow
def test_of_two_processes_that_answer_at_once_exactly_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    path = str(tmp_path / "threads.db")
    with sqlite3.connect(path, check_same_thread=False) as connection:
        graph = build(SqliteSaver(connection), ("first", confirm("one?")))
        pc.start(graph, {"topic": "x"}, "t")
        id_ = open_id(graph, "t")
    gate, results = context.Barrier(2), context.Queue()
    workers = [
        context.Process(target=_answer_in_process, args=(path, id_, name, gate, results))
        for name in ("mina", "joon")
    ]
    for worker in workers:
        worker.start()
    found = dict(results.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join(60)

    winner = next(name for name, outcome in found.items() if isinstance(outcome, list))
    loser = next(name for name in found if name != winner)
    assert found == {winner: ["one? True"], loser: winner}


def test_of_many_tasks_that_answer_at_once_exactly_one_wins(tmp_path: Path) -> None:
    async def race() -> list[Any]:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "async.db")) as saver:
            graph = build(saver, ("first", confirm("one?")))
            await pc.astart(graph, {"topic": "x"}, "t")
            (question,) = await pc.apending(graph, "t")
            return await asyncio.gather(
                *(pc.aresume(graph, "t", {question.id: True}, by=f"p{n}") for n in range(6)),
                return_exceptions=True,
            )

    outcomes = asyncio.run(race())

    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, pc.AlreadyAnswered) for outcome in outcomes) == 5


def test_a_late_cancellation_is_told_who_answered(saver: Any) -> None:
    graph, store = build(saver, ("asks", confirm("ok?"))), pc.MemoryStore()
    pc.start(graph, {"topic": "x"}, "t", store=store)
    (question,) = pc.pending(graph, "t", store=store)
    pc.record_answer(store, question.request.id, True, by="mina")

    with pytest.raises(pc.AlreadyAnswered) as refused:
        pc.cancel(graph, "t", by="joon", store=store)
    assert refused.value.by == "mina"
    pc.recover(graph, store=store)
    with pytest.raises(pc.UnknownInterrupt):
        pc.cancel(graph, "t", by="joon", store=store)


def test_a_late_answer_to_a_cancelled_question_is_refused(saver: Any) -> None:
    graph = build(saver, ("first", confirm("one?")))
    pc.start(graph, {"topic": "x"}, "t")
    id_ = open_id(graph, "t")
    pc.cancel(graph, "t", by="mina", reason="not needed")

    with pytest.raises(pc.UnknownInterrupt):
        pc.resume(graph, "t", {id_: True}, by="joon")

    assert pc.get_interrupt_status(graph, "t")["state"] == "finished"
