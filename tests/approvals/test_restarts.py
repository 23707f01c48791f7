"""The database is killed under load and comes back: nothing is lost, and who waits goes on."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from plancraft.approvals.audit import verify_log
from plancraft.approvals.desk import Desk
from plancraft.approvals.manager import HITLManager
from plancraft.errors import AlreadyAnswered, StoreUnavailable
from plancraft.stores import open_store
from tests.postgres import own_server, schema_on
from tests.redis import SYNCED, running_server

LOAD = 6


@pytest.fixture(params=["postgres", "redis"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, str]]:
    """A server of this test's own, and a store's URL on it."""
    if request.param == "redis":
        pytest.importorskip("redis", reason="needs redis-py")
        with running_server(tmp_path, *SYNCED) as redis:
            yield redis, redis.url
        return
    postgres = own_server()
    try:
        postgres.start()
        with schema_on(postgres.url) as url:
            yield postgres, url
    finally:
        postgres.remove()


class Load:
    """Threads that open and decide until told to stop, and remember what they were told."""

    def __init__(self, url: str) -> None:
        self.url, self.stopping = url, threading.Event()
        self.opened, self.decided = list[str](), list[str]()
        self.refused = 0
        self.threads = [threading.Thread(target=self.work, args=[n]) for n in range(LOAD)]

    def work(self, number: int) -> None:
        with closing(open_store(self.url)) as store:
            desk = Desk(store)
            while not self.stopping.is_set():
                try:
                    request = desk.open("final_report", f"From {number}", "x")
                    self.opened.append(request.id)
                    desk.approve(request.id, by=f"person-{number}")
                    self.decided.append(request.id)
                except StoreUnavailable:
                    self.refused += 1
                    time.sleep(0.05)

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def until(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.decided) < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.slow
def test_what_counted_is_there_after_a_crash_of_the_database(server: tuple[Any, str]) -> None:
    running, url = server
    with Load(url) as load:
        for _ in range(3):
            load.until(len(load.decided) + 50)
            running.kill()
            time.sleep(0.2)
            running.start()
        load.until(len(load.decided) + 50)

    assert load.refused > 0
    with closing(open_store(url)) as store:
        for id_ in load.opened:
            assert store.get(id_) is not None
        for id_ in load.decided:
            request = store.get(id_)
            assert request is not None
            assert request.decision is not None
        verify_log(store)
        told = [
            entry.event.request_id
            for entry in store.log(limit=10**6)
            if entry.event.kind == "decided"
        ]  # no decision twice
        assert len(told) == len(set(told))


@pytest.mark.slow
def test_who_waits_goes_on_when_the_database_is_back(server: tuple[Any, str]) -> None:
    running, url = server

    async def story() -> None:
        with closing(open_store(url)) as here, closing(open_store(url)) as there:
            manager = HITLManager(store=here)
            request = await manager.request_approval("final_report", "Report", "x")
            waiting = asyncio.create_task(manager.wait_for_approval(request.id))
            await asyncio.sleep(0.2)
            running.kill()
            await asyncio.sleep(0.5)
            with pytest.raises(StoreUnavailable):
                await manager.approve(request.id, by="mina")
            assert not waiting.done()
            running.start()
            await _insist(HITLManager(store=there), request.id)
            done = await asyncio.wait_for(waiting, 20)
            assert done.approved_by == "mina"

    asyncio.run(story())


async def _insist(manager: HITLManager, request_id: str) -> None:
    """Approve; a connection that the crash cut refuses once."""
    for _ in range(20):
        try:
            await manager.approve(request_id, by="mina")
        except StoreUnavailable:
            await asyncio.sleep(0.1)
        except AlreadyAnswered:
            return
        else:
            return
    raise AssertionError("the store did not come back")
