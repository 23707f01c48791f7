"""A task can be cancelled at any time, from anywhere, and nothing of it is left asking."""

import asyncio
from pathlib import Path

import pytest
from a2a.types import CancelTaskRequest, TaskState
from a2a.utils.errors import TaskNotCancelableError, TaskNotFoundError

from plancraft import ApprovalStatus
from tests.a2a.living import (
    SOON,
    Living,
    Work,
    ended,
    gated,
    living,
    message,
    send,
    told,
    until,
    words,
)

CANCELED = TaskState.TASK_STATE_CANCELED


async def request_status(agent: Living, request_id: str) -> ApprovalStatus:
    found = await asyncio.to_thread(agent.store.get, request_id)
    assert found is not None
    return found.status


async def nothing_is_left(agent: Living, task_id: str) -> None:
    """Neither an open request, nor a mark that it runs, nor an entry among the open tasks."""
    async with asyncio.timeout(SOON):
        while True:
            rows = await asyncio.to_thread(agent.store.live, task_id)
            driven = await asyncio.to_thread(agent.store.driven, "gated")
            entries = await asyncio.to_thread(agent.store.records, "a2a_task")
            if not rows and not driven and not entries:
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ko", "작업이 사용자에 의해 취소되었습니다."), ("en", "The task was cancelled by the user.")],
)
def test_a_parked_task_is_cancelled_and_its_question_withdrawn(
    tmp_path: Path, language: str, sentence: str
) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client(**{"Accept-Language": language})
            task = await send(client, message("fish"))
            request = await agent.request(task.id)

            cancelled = await client.cancel_task(CancelTaskRequest(id=task.id))

            assert cancelled.status.state == CANCELED
            assert words(cancelled) == sentence
            assert told(cancelled)["cancelled"]["by"] == "agent"
            assert await request_status(agent, request.id) is ApprovalStatus.CANCELLED
            await nothing_is_left(agent, task.id)

    asyncio.run(run())


def test_a_task_is_cancelled_after_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            task = await send(await agent.client(), message("fish"))
            request = await agent.request(task.id)
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client()
            cancelled = await client.cancel_task(CancelTaskRequest(id=task.id))
            assert cancelled.status.state == CANCELED
            assert "cancelled by the user" in words(cancelled)
            assert await request_status(agent, request.id) is ApprovalStatus.CANCELLED
            await nothing_is_left(agent, task.id)

    asyncio.run(run())


def test_work_that_runs_is_stopped(tmp_path: Path) -> None:
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

            cancelled = await client.cancel_task(CancelTaskRequest(id=task.id))

            assert cancelled.status.state == CANCELED
            assert await request_status(agent, request.id) is ApprovalStatus.APPROVED
            await nothing_is_left(agent, task.id)
            work.holding.set()
            await asyncio.sleep(0.1)
            assert work.ended == []

    asyncio.run(run())


def test_work_that_runs_on_another_replica_is_stopped(tmp_path: Path) -> None:
    async def run() -> None:
        here, there = Work(), Work()
        async with living(tmp_path, gated(here)) as one, living(tmp_path, gated(there)) as other:
            task = await send(await one.client(), message("slow fish"))
            request = await one.request(task.id)
            await asyncio.to_thread(one.desk.approve, request.id, by="kim")
            async with asyncio.timeout(SOON):
                while not (here.began or there.began):
                    await asyncio.sleep(0.02)
            elsewhere = other if here.began else one

            client = await elsewhere.client()
            cancelled = await client.cancel_task(CancelTaskRequest(id=task.id))

            assert cancelled.status.state == CANCELED
            await nothing_is_left(one, task.id)
            here.holding.set()
            there.holding.set()
            await asyncio.sleep(0.1)
            assert here.ended + there.ended == []
            again = await until(await one.client(), task.id, ended)
            assert again.status.state == CANCELED

    asyncio.run(run())


def test_a_request_withdrawn_in_the_inbox_cancels_the_task(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client()
            task = await send(client, message("fish"))
            request = await agent.request(task.id)
            await asyncio.to_thread(agent.desk.cancel, request.id, by="lee")
            task = await until(client, task.id, ended)
            assert task.status.state == CANCELED
            assert told(task)["cancelled"]["by"] == "lee"
            await nothing_is_left(agent, task.id)

    asyncio.run(run())


def test_a_task_is_cancelled_from_code(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client()
            task = await send(client, message("물고기"))
            cancelled = await agent.service.cancel(task.id, by="nightly")
            assert words(cancelled) == "작업이 사용자에 의해 취소되었습니다."
            assert told(cancelled)["cancelled"]["by"] == "nightly"
            await nothing_is_left(agent, task.id)
            with pytest.raises(TaskNotFoundError):
                await agent.service.cancel(task.id, by="nightly")

    asyncio.run(run())


def test_a_task_whose_end_was_decided_is_not_cancelled_any_more(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client()
            task = await send(client, message("fish"))
            request = await agent.request(task.id)
            await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
            with pytest.raises(TaskNotCancelableError):
                await client.cancel_task(CancelTaskRequest(id=task.id))
            task = await until(client, task.id, ended)
            assert task.status.state == TaskState.TASK_STATE_COMPLETED
            await nothing_is_left(agent, task.id)

    asyncio.run(run())


@pytest.mark.slow
def test_approval_rejection_and_cancellation_race_to_one_outcome(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work())) as agent:
            client = await agent.client()
            for round_ in range(20):
                await _race(agent, client, round_)

    asyncio.run(run())


async def _race(agent: Living, client: object, round_: int) -> None:
    from a2a.client import Client

    assert isinstance(client, Client)
    task = await send(client, message(f"fish {round_}"))
    request = await agent.request(task.id)

    async def cancel() -> None:
        await asyncio.sleep(round_ % 5 * 0.004)
        await client.cancel_task(CancelTaskRequest(id=task.id))

    racing = (
        asyncio.to_thread(agent.desk.approve, request.id, by="kim"),
        asyncio.to_thread(agent.desk.reject, request.id, by="lee", reason="no"),
        cancel(),
    )
    results = await asyncio.gather(*racing, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in results) == 1
    task = await until(client, task.id, ended)
    status = await request_status(agent, request.id)
    outcome = {
        ApprovalStatus.APPROVED: TaskState.TASK_STATE_COMPLETED,
        ApprovalStatus.REJECTED: TaskState.TASK_STATE_COMPLETED,
        ApprovalStatus.CANCELLED: CANCELED,
    }
    assert task.status.state == outcome[status]
    if status is not ApprovalStatus.CANCELLED:
        assert told(task)["decisions"][0]["status"] == status.value
