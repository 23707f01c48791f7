"""What a restart, a crash or a second replica leaves of a task: all of it, once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from a2a.types import SubscribeToTaskRequest, TaskState

from tests.a2a.living import (
    OWN,
    SOON,
    Work,
    ended,
    gated,
    living,
    message,
    send,
    told,
    until,
)
from tests.postgres import postgres_schema

COMPLETED = TaskState.TASK_STATE_COMPLETED


def test_a_decision_made_while_the_agent_was_down_is_delivered(tmp_path: Path) -> None:
    async def run() -> None:
        from plancraft import open_store
        from plancraft.approvals.desk import Desk

        async with living(tmp_path, gated(Work())) as agent:
            task = await send(await agent.client(), message("fish"))
            request = await agent.request(task.id)
        store = open_store(str(tmp_path / "store.db"))
        Desk(store).approve(request.id, by="kim")
        store.close()
        async with living(tmp_path, gated(Work())) as agent:
            task = await until(await agent.client(), task.id, ended)
            assert task.status.state == COMPLETED
            assert told(task)["decisions"][0]["by"] == "kim"

    asyncio.run(run())


def test_a_parked_task_is_answered_in_band_after_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work()), policy=OWN) as agent:
            task = await send(await agent.client("kim"), message("fish"))
        async with living(tmp_path, gated(Work()), policy=OWN) as agent:
            task = await send(await agent.client("kim"), message("approve", task=task.id))
            assert task.status.state == COMPLETED

    asyncio.run(run())


def test_a_task_that_was_working_is_driven_again(tmp_path: Path) -> None:
    async def run() -> None:
        work = Work()
        async with living(tmp_path, gated(work)) as agent:
            client = await agent.client()
            task = await send(client, message("slow fish"))
            request = await agent.request(task.id)
            await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
            async with asyncio.timeout(SOON):
                while not work.began:
                    await asyncio.sleep(0.02)
        assert work.ended == []
        again = Work()
        again.holding.set()
        async with living(tmp_path, gated(again)) as agent:
            task = await until(await agent.client(), task.id, ended)
            assert task.status.state == COMPLETED
            assert again.ended == ["slow fish"]

    asyncio.run(run())


def test_a_task_that_never_reached_its_graph_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plancraft.a2a import executing

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(executing.GraphExecutor, "_driven", never)
            async with living(tmp_path, gated(Work())) as agent:
                task = await send(await agent.client(), message("fish"), wait=False)
        async with living(tmp_path, gated(Work())) as agent:
            request = await agent.request(task.id)
            assert request.requested_by == "agent"

    asyncio.run(run())


def test_who_listens_at_one_replica_hears_of_what_another_does(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            living(tmp_path, gated(Work(), 2)) as one,
            living(tmp_path, gated(Work(), 2)) as two,
        ):
            task = await send(await one.client(), message("fish"))
            for _ in range(2):
                request = await one.request(task.id)
                heard: list[int] = []
                listener = await two.client()
                listening = asyncio.Event()

                async def listen(
                    listener: Any = listener, heard: Any = heard, listening: Any = listening
                ) -> None:
                    async for event in listener.subscribe(SubscribeToTaskRequest(id=task.id)):
                        listening.set()
                        if event.HasField("status_update"):
                            heard.append(event.status_update.status.state)
                            if event.status_update.status.state != TaskState.TASK_STATE_WORKING:
                                return

                running = asyncio.create_task(listen())
                await asyncio.wait_for(listening.wait(), SOON)
                await asyncio.to_thread(one.desk.approve, request.id, by="kim")
                await asyncio.wait_for(running, SOON)
                assert heard[0] == TaskState.TASK_STATE_WORKING
            assert heard[-1] == COMPLETED
            assert len(heard) == 2

    asyncio.run(run())


def test_replicas_carry_each_decision_out_once(tmp_path: Path) -> None:
    async def run() -> None:
        works = [Work(), Work(), Work()]
        async with (
            living(tmp_path, gated(works[0])) as one,
            living(tmp_path, gated(works[1])),
            living(tmp_path, gated(works[2])),
        ):
            client = await one.client()
            tasks = [await send(client, message(f"fish {number}")) for number in range(8)]
            for task in tasks:
                request = await one.request(task.id)
                await asyncio.to_thread(one.desk.approve, request.id, by="kim")
            for task in tasks:
                done = await until(client, task.id, ended)
                assert done.status.state == COMPLETED
                assert sum("approved “Gate 1?”" in str(one.parts) for one in done.history) <= 1
        ran = [name for work in works for name in work.ended]
        assert sorted(ran) == [f"fish {number}" for number in range(8)]

    asyncio.run(run())


def test_tasks_live_on_postgresql() -> None:
    async def run(postgres_url: str) -> None:
        async with living(postgres_url, gated(Work())) as agent:
            task = await send(await agent.client(), message("fish"))
            request = await agent.request(task.id)
        async with living(postgres_url, gated(Work())) as agent:
            await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
            task = await until(await agent.client(), task.id, ended)
            assert task.status.state == COMPLETED

    with postgres_schema() as url:
        asyncio.run(run(url))
