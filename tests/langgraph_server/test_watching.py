"""A watcher finds what a server's threads ask, and carries decisions back, whatever is killed."""

import asyncio
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_client, get_sync_client

import plancraft as pc
from plancraft.stores import open_store
from tests.langgraph_server.conftest import ASKERS, JOBS
from utils.langgraph_dev import dev_server

SECONDS = 30
pytestmark = pytest.mark.xdist_group("asking-server")


@pytest.fixture
def store(tmp_path: Path) -> pc.Store:
    return open_store(f"sqlite:///{tmp_path / 'requests.db'}")


@asynccontextmanager
async def watching(url: str, store: pc.Store, **named: Any) -> AsyncIterator[pc.Watcher]:
    watcher = pc.Watcher(url, store=store, **named)
    task = asyncio.create_task(watcher.run())
    try:
        yield watcher
    finally:
        watcher.stop()
        await asyncio.wait_for(task, SECONDS)


async def until(what: Callable[[], Any]) -> Any:
    """What comes true in the end."""
    deadline = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return found


async def paused(url: str, graph: str = "two_steps") -> str:
    thread = str(uuid.uuid4())
    client = get_client(url=url)
    await client.runs.wait(thread, graph, input={"text": "x"}, if_not_exists="create")
    return thread


def open_in(store: pc.Store, thread: str) -> list[pc.ApprovalRequest]:
    return list(store.find(pc.Query(thread_id=thread)))


def test_a_pause_is_opened_decided_and_delivered(asking_server: str, store: pc.Store) -> None:
    async def story() -> Any:
        before = await paused(asking_server)
        async with watching(asking_server, store):
            during = await paused(asking_server)
            for thread in (before, during):
                (asked,) = await until(lambda thread=thread: open_in(store, thread))
                pc.record_answer(store, asked.id, "b", by="mina")
                (sure,) = await until(lambda thread=thread: open_in(store, thread))
                assert sure.payload["question"] == "Sure?"
        client = get_client(url=asking_server)
        return [(await client.threads.get_state(one))["values"] for one in (before, during)]

    assert asyncio.run(story()) == [{"text": "b", "got": ["mina"]}] * 2


def test_what_was_answered_elsewhere_is_closed(asking_server: str, store: pc.Store) -> None:
    async def story() -> Any:
        client = get_client(url=asking_server)
        async with watching(asking_server, store):
            thread = await paused(asking_server)
            (asked,) = await until(lambda: open_in(store, thread))
            answered: Any = {"resume": {asked.interrupt_id: {"selected": ["a"]}}}
            await client.runs.wait(thread, "two_steps", command=answered)
            await until(lambda: [one.id for one in open_in(store, thread)] != [asked.id])
        return store.get(asked.id)

    assert asyncio.run(story()).status is pc.ApprovalStatus.SUPERSEDED


def test_what_ended_while_nobody_watched_is_closed(asking_server: str, store: pc.Store) -> None:
    async def story() -> list[Any]:
        client = get_client(url=asking_server)
        answered, deleted = await paused(asking_server, "bare"), await paused(asking_server)
        await pc.Watcher(asking_server, store=store).look()
        (first,), (second,) = open_in(store, answered), open_in(store, deleted)
        said: Any = {"resume": {first.interrupt_id: "theirs"}}
        await client.runs.wait(answered, "bare", command=said)
        await client.threads.delete(deleted)

        await pc.Watcher(asking_server, store=store).look()

        return [store.get(first.id), store.get(second.id)]

    assert {one.status for one in asyncio.run(story())} == {pc.ApprovalStatus.SUPERSEDED}


def test_a_poisoned_thread_is_repaired_and_its_question_asked_anew(
    asking_server: str, store: pc.Store
) -> None:
    async def story() -> Any:
        client = get_client(url=asking_server)
        thread = await paused(asking_server, "bare")
        (asked,) = (await client.threads.get_state(thread))["interrupts"]
        bad: Any = {"resume": {asked["id"]: "boom"}}
        await client.runs.wait(thread, "bare", command=bad, raise_error=False)
        async with watching(asking_server, store):
            (again,) = await until(lambda: open_in(store, thread))
            assert again.interrupt_id != asked["id"]
            pc.record_answer(store, again.id, "good", by="mina")
            await until(lambda: store.get(again.id).delivery is pc.Delivery.DONE)  # type: ignore[union-attr]
        return (await client.threads.get_state(thread))["values"]

    assert asyncio.run(story()) == {"text": "good", "got": ["good", "after"]}


def test_a_thread_whose_node_fails_each_time_is_not_run_for_ever(
    asking_server: str, store: pc.Store
) -> None:
    async def story() -> int:
        client = get_client(url=asking_server)
        thread = await paused(asking_server, "hopeless")
        (asked,) = (await client.threads.get_state(thread))["interrupts"]
        answer: Any = {"resume": {asked["id"]: "x"}}
        await client.runs.wait(thread, "hopeless", command=answer, raise_error=False)
        async with watching(asking_server, store):
            await asyncio.sleep(4.5)
        return len(await client.runs.list(thread, limit=100))

    assert asyncio.run(story()) <= 3


def test_a_breakpoint_is_opened_and_passed(asking_server: str, store: pc.Store) -> None:
    async def story() -> Any:
        client = get_client(url=asking_server)
        async with watching(asking_server, store):
            thread = await paused(asking_server, "stopped")
            for _ in range(2):
                (asked,) = await until(lambda: open_in(store, thread))
                pc.record_answer(store, asked.id, "continue", by="mina")
                await until(lambda id_=asked.id: store.get(id_).delivery is pc.Delivery.DONE)  # type: ignore[union-attr]
        return (await client.threads.get_state(thread))["values"]["got"]

    assert asyncio.run(story()) == ["inner", "after", "outer"]


def test_a_watcher_of_one_graph_leaves_others_alone(asking_server: str, store: pc.Store) -> None:
    async def story() -> tuple[str, str]:
        mine, other = await paused(asking_server, "bare"), await paused(asking_server, "two_steps")
        await pc.Watcher(pc.GraphServer(asking_server, "bare"), store=store).look()
        return mine, other

    mine, other = asyncio.run(story())
    assert len(open_in(store, mine)) == 1
    assert open_in(store, other) == []


def test_a_quiet_round_is_one_call(asking_server: str, store: pc.Store) -> None:
    calls: list[str] = []

    async def story() -> None:
        server = pc.GraphServer(asking_server)
        watcher = pc.Watcher(server, store=store)
        await paused(asking_server)
        await watcher.look()
        await watcher.look()
        hooks = server.host.clients.awaited().http.client.event_hooks

        async def count(request: Any) -> None:
            calls.append(request.url.path)

        hooks["request"] = [*hooks["request"], count]
        server.host.clients.awaited().http.client.event_hooks = hooks
        await watcher.look()

    asyncio.run(story())
    assert calls == ["/threads/search"]


def test_the_watcher_waits_for_a_server_that_is_not_there(store: pc.Store) -> None:
    async def story() -> bool:
        async with watching("http://127.0.0.1:9", store):
            await asyncio.sleep(1.5)
        return True

    assert asyncio.run(story())


@contextmanager
def watch_command(url: str, file: Path) -> Iterator["subprocess.Popen[bytes]"]:
    words = [sys.executable, "-m", "plancraft", "watch", url, "--store", f"sqlite:///{file}"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_answer_is_lost_or_given_twice_when_watchers_are_killed(
    asking_server: str, store: pc.Store, tmp_path: Path
) -> None:
    chance = random.Random(20261121)
    client = get_sync_client(url=asking_server)
    threads = asyncio.run(_many(asking_server, 12))
    decided: dict[str, str] = {}
    deadline = time.monotonic() + 150
    while not _done(client, threads) and time.monotonic() < deadline:
        with watch_command(asking_server, tmp_path / "requests.db") as watcher:
            stop = time.monotonic() + chance.uniform(2.0, 4.0)
            while time.monotonic() < stop:
                for thread in threads:
                    for asked in open_in(store, thread):
                        if asked.payload["type"] == "option":
                            decided[thread] = chance.choice("ab")
                            pc.record_answer(store, asked.id, decided[thread], by="mina")
                        else:
                            pc.record_answer(store, asked.id, True, by="mina")
                time.sleep(0.05)
            watcher.send_signal(signal.SIGKILL)

    values = [client.threads.get_state(thread)["values"] for thread in threads]
    assert values == [{"text": decided[one], "got": ["mina", True]} for one in threads]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_answers_given_while_the_server_is_down_are_delivered_when_it_is_back(
    store: pc.Store, tmp_path: Path
) -> None:
    home = tmp_path / "server"
    home.mkdir()

    async def ask() -> str:
        async with watching(url, store):
            thread = await paused(url)
            await until(lambda: open_in(store, thread))
        return thread

    async def deliver() -> Any:
        async with watching(url, store):
            (asked,) = open_in(store, thread) or [None]
            assert asked is None
            await until(lambda: open_in(store, thread))
        return (await get_client(url=url).threads.get_state(thread))["values"]

    with dev_server(home, *JOBS, config=ASKERS) as url:
        port = int(url.rpartition(":")[2])
        thread = asyncio.run(ask())
    (asked,) = open_in(store, thread)
    pc.record_answer(store, asked.id, "b", by="mina")
    with pytest.raises(pc.ServerUnavailable):
        pc.recover(url, thread, store=store)

    with dev_server(home, *JOBS, port=port, config=ASKERS) as url:
        assert asyncio.run(deliver()) == {"text": "b", "got": ["mina"]}


async def _many(url: str, count: int) -> list[str]:
    return list(await asyncio.gather(*(paused(url) for _ in range(count))))


def _done(client: Any, threads: list[str]) -> bool:
    states = [client.threads.get(thread)["status"] for thread in threads]
    return all(state == "idle" for state in states)
