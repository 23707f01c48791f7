"""Workers deliver decisions made elsewhere, one of them each thread, also after one was killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

import plancraft as pc
from plancraft.approvals import Delivery, Query, Store
from plancraft.approvals.desk import Desk
from plancraft.stores import open_store
from tests.graphs import build, confirm

ROOT = Path(__file__).parents[2]


def seen(graph: Any, thread: str) -> Any:
    return graph.get_state({"configurable": {"thread_id": thread}}).values.get("seen")


async def until(true: Callable[[], Any], worker: asyncio.Task[None]) -> None:
    for _ in range(1500):
        if true():
            return
        if worker.done():
            await worker
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def stopped(worker: pc.Worker, task: asyncio.Task[None]) -> None:
    worker.stop()
    await asyncio.wait_for(task, 20)


def test_a_decision_recorded_anywhere_reaches_its_thread(saver: Any) -> None:
    store = pc.MemoryStore()
    graph = build(saver, ("first", confirm("one?")), ("second", confirm("two?")))
    done: list[tuple[str, str]] = []

    async def story() -> None:
        worker = pc.Worker(
            graph, store=store, on_done=lambda one: done.append((one.thread_id, one.state))
        )
        task = asyncio.create_task(worker.run())
        for thread in ("a", "b"):
            await asyncio.to_thread(pc.start, graph, {"topic": "x"}, thread, store=store)
        for request in store.find(Query()):
            pc.record_answer(store, request.id, True, by="mina")
        await until(lambda: len(store.find(Query())) == 2, task)
        for request in store.find(Query()):
            pc.record_answer(store, request.id, False, by="jun")
        await until(lambda: not store.find(Query(delivery=Delivery.DUE)) and not worker.busy, task)
        await stopped(worker, task)

    asyncio.run(story())
    assert seen(graph, "a") == seen(graph, "b") == ["one? True", "two? False"]
    # How many pauses are told of depends on how the worker and the test take turns.
    for thread in ("a", "b"):
        *before, last = [state for which, state in done if which == thread]
        assert last == "finished"
        assert set(before) <= {"paused"}


def test_an_async_graph_is_delivered_to_in_its_own_way(tmp_path: Path) -> None:
    async def asks(state: Any) -> Any:
        await asyncio.sleep(0)
        answer = pc.ask(pc.ConfirmInterruptPayload(question="ok?"))
        return {"seen": [f"ok? {answer.confirmed}"]}

    async def story() -> Any:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "a.db")) as saver:
            graph = build(saver, ("asks", asks))
            await pc.astart(graph, {"topic": "x"}, "t")
            with closing(open_store(str(tmp_path / "a.db"))) as store:
                (request,) = store.find(Query())
                pc.record_answer(store, request.id, True, by="mina")
                worker = pc.Worker(graph)
                task = asyncio.create_task(worker.run())
                await until(lambda: not store.find(Query(delivery=Delivery.DUE)), task)
                await stopped(worker, task)
            state: Any = await graph.aget_state({"configurable": {"thread_id": "t"}})
            return state.values["seen"]

    assert asyncio.run(story()) == ["ok? True"]


def test_a_deadline_is_delivered_too() -> None:
    store = pc.MemoryStore()
    graph = build(InMemorySaver(), ("asks", confirm("ok?", timeout=0.3)))

    async def story() -> None:
        worker = pc.Worker(graph, store=store)
        task = asyncio.create_task(worker.run())
        await asyncio.to_thread(pc.start, graph, {"topic": "x"}, "t", store=store)
        await until(lambda: seen(graph, "t"), task)
        await stopped(worker, task)

    asyncio.run(story())
    assert seen(graph, "t") == ["ok? False"]


def test_a_failing_thread_is_tried_again_later_and_does_not_hold_up_the_others() -> None:
    store = pc.MemoryStore()
    tries: list[float] = []

    def asks(state: Any) -> Any:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="ok?"))
        if state["topic"] == "bad":
            tries.append(time.monotonic())
            if len(tries) < 3:
                raise OSError("not yet")
        return {"seen": [f"ok? {answer.confirmed}"]}

    graph = build(InMemorySaver(), ("asks", asks))
    errors: list[Any] = []

    async def story() -> None:
        for name in ("bad", "good"):
            await asyncio.to_thread(pc.start, graph, {"topic": name}, name, store=store)
        for request in store.find(Query()):
            pc.record_answer(store, request.id, True, by="mina")
        worker = pc.Worker(
            graph, store=store, concurrency=1, on_done=lambda one: errors.append(one.error)
        )
        task = asyncio.create_task(worker.run())
        await until(lambda: seen(graph, "good"), task)
        await until(lambda: seen(graph, "bad"), task)
        await stopped(worker, task)

    asyncio.run(story())
    assert len(tries) == 3
    assert tries[2] - tries[1] > tries[1] - tries[0] > 0.5
    assert [str(error) for error in errors if error is not None] == ["not yet", "not yet"]


def test_of_several_workers_one_runs_a_thread() -> None:
    store = pc.MemoryStore()
    ran: list[str] = []

    def asks(state: Any) -> Any:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="ok?"))
        ran.append(state["topic"])
        time.sleep(0.02)
        return {"seen": [f"ok? {answer.confirmed}"]}

    graph = build(InMemorySaver(), ("asks", asks))
    names = [f"t{number}" for number in range(12)]

    async def story() -> None:
        for name in names:
            await asyncio.to_thread(pc.start, graph, {"topic": name}, name, store=store)
        for request in store.find(Query()):
            pc.record_answer(store, request.id, True, by="mina")
        workers = [pc.Worker(graph, store=store) for _ in range(3)]
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        await until(lambda: not store.find(Query(delivery=Delivery.DUE)), tasks[0])
        for worker, task in zip(workers, tasks, strict=True):
            await stopped(worker, task)

    asyncio.run(story())
    assert sorted(ran) == sorted(names)


APP = """
import os, time
from typing import TypedDict
from langgraph.graph import START, StateGraph
import plancraft as pc

class State(TypedDict, total=False):
    topic: str
    done: list[str]

def asks(state: State) -> State:
    answer = pc.ask(pc.ConfirmInterruptPayload(question="ok?"))
    with open("effects", "a") as file:
        file.write(f"{state['topic']} {answer.key} {answer.by}\\n")
    time.sleep(float(os.environ.get("SLOW", "0")))
    return {"done": [answer.by]}

graph = StateGraph(State).add_node(asks).add_edge(START, "asks").compile()
"""
PEOPLE = ("mina", "jun")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


class Working:
    """`plancraft work` in a process of its own."""

    def __init__(self, folder: Path, *options: str, slow: float = 0) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLOW": str(slow)}
        command = [sys.executable, "-m", "plancraft", "work", "app:graph", "--db", "t.db", *options]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        assert "Working" in self.process.stdout.readline()

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def graph(folder: Path) -> Iterator[Any]:
    space: dict[str, Any] = {"__name__": "app"}
    exec(compile(APP, "app.py", "exec"), space)
    with SqliteSaver.from_conn_string(str(folder / "t.db")) as saver:
        yield space["graph"].copy({"checkpointer": saver})


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{folder / 't.db'}")) as store:
        yield store


def test_another_worker_goes_on_where_a_killed_one_was(
    folder: Path, graph: Any, store: Store
) -> None:
    threads = [f"t{number}" for number in range(6)]
    for thread in threads:
        pc.start(graph, {"topic": thread}, thread)
    first = Working(folder, "--concurrency", "2", slow=60)
    for number, request in enumerate(Desk(store).find(Query())):
        pc.record_answer(store, request.id, True, by=PEOPLE[number % 2])
    deadline = time.monotonic() + 30
    while not (folder / "effects").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    first.end(signal.SIGKILL)

    second = Working(folder)
    while store.find(Query(delivery=Delivery.DUE)):
        assert time.monotonic() < deadline + 30
        time.sleep(0.02)
    code, said = second.end(signal.SIGINT)

    assert code == 0, said
    assert {line for line in said.splitlines() if "is finished" in line} == {
        f"{thread}: is finished" for thread in threads
    }
    decided = {
        row.thread_id: row.decision.by for row in store.find(Query(status=None)) if row.decision
    }
    for thread in threads:
        state = graph.get_state({"configurable": {"thread_id": thread}})
        assert state.values["done"] == [decided[thread]]
    effects = (folder / "effects").read_text().split("\n")[:-1]
    # What the killed one had begun is done again, with the same answer and the same key.
    assert len(set(effects)) == len(threads) <= len(effects) <= len(threads) + 2


def test_ctrl_c_lets_finish_what_is_under_way(folder: Path, graph: Any, store: Store) -> None:
    pc.start(graph, {"topic": "t"}, "t")
    working = Working(folder, slow=1.5)
    (request,) = store.find(Query())
    pc.record_answer(store, request.id, True, by="mina")
    deadline = time.monotonic() + 30
    while not (folder / "effects").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)

    code, said = working.end(signal.SIGINT)

    assert (code, "Finishing" in said, "is finished" in said) == (0, True, True)
    assert not store.find(Query(delivery=Delivery.DUE))


def test_an_idle_worker_ends_at_once_when_told_to(folder: Path) -> None:
    code, said = Working(folder).end(signal.SIGTERM)

    assert (code, said) == (0, "")
