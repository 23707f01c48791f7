"""A graph as an A2A agent: tasks that pause, people who decide, clients who hear of it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    SubscribeToTaskRequest,
    Task,
    TaskState,
)
from a2a.utils.errors import A2AError, TaskNotCancelableError, TaskNotFoundError

from plancraft import ApprovalStatus, InterruptConfig
from plancraft.a2a import GraphExecutor
from plancraft.a2a.ledger import OpenTask
from plancraft.a2a.messages import APPROVAL_EXTENSION
from tests.a2a.living import (
    OWN,
    SOON,
    Living,
    Work,
    ended,
    gated,
    living,
    message,
    parked,
    send,
    told,
    until,
    words,
)

INPUT_REQUIRED = TaskState.TASK_STATE_INPUT_REQUIRED
COMPLETED = TaskState.TASK_STATE_COMPLETED
CANCELED = TaskState.TASK_STATE_CANCELED


def within(place: Path | str, scenario: Callable[[Living], Awaitable[None]], **named: Any) -> None:
    async def run() -> None:
        async with living(place, gated(Work(), named.pop("gates", 1)), **named) as agent:
            await scenario(agent)

    asyncio.run(run())


def test_a_pause_is_a_task_that_wants_input_and_a_request_in_the_inbox(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("fish"))

        request = await agent.request(task.id)
        [question] = told(task)["requests"]
        assert task.status.state == INPUT_REQUIRED
        assert task.status.message.extensions == [APPROVAL_EXTENSION]
        assert "Gate 1?" in words(task)
        assert "approve" in words(task)
        assert question["id"] == request.id
        assert question["kind"] == "approval"
        assert question["digest"] == request.digest
        assert question["deadline"] == request.deadline.isoformat()  # type: ignore[union-attr]
        assert question["payload"] == request.payload
        assert question["schema"]["properties"].keys() >= {"decision", "reason"}
        assert request.context == {"agent_id": "gated", "task_id": task.id}
        assert request.requested_by == "agent"
        assert request.thread_id == task.id

    within(tmp_path, scenario)


def test_a_decision_in_the_inbox_completes_the_task_and_says_who(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("fish"))
        request = await agent.request(task.id)

        await asyncio.to_thread(agent.desk.approve, request.id, by="kim")

        task = await until(client, task.id, ended)
        [decision] = told(task)["decisions"]
        assert task.status.state == COMPLETED
        assert (decision["by"], decision["status"]) == ("kim", "approved")
        assert any("kim approved “Gate 1?”" in str(one) for one in task.history)
        assert len(task.artifacts) == 1

    within(tmp_path, scenario)


def test_a_decision_may_come_before_anybody_is_told_of_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a reviewer whose page is quicker than the agent's own next line."""
    where = GraphExecutor._decided_meanwhile

    async def scenario(agent: Living) -> None:
        async def decided(self: GraphExecutor, entry: OpenTask) -> set[str]:
            for row in [one for one in self.store.live(entry.id) if one.is_open]:
                agent.desk.approve(row.id, by="kim")
            return await where(self, entry)

        monkeypatch.setattr(GraphExecutor, "_decided_meanwhile", decided)
        task = await send(await agent.client(), message("fish"))
        assert task.status.state == COMPLETED
        assert len(told(task)["decisions"]) == 3

    within(tmp_path, scenario, gates=3)


def test_a_client_who_listens_hears_of_the_decision_and_the_end(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("fish"))
        request = await agent.request(task.id)
        heard: list[int] = []

        async def listen() -> None:
            async for event in client.subscribe(SubscribeToTaskRequest(id=task.id)):
                if event.HasField("task"):
                    listening.set()
                if event.HasField("status_update"):
                    heard.append(event.status_update.status.state)

        listening = asyncio.Event()
        listener = asyncio.create_task(listen())
        await asyncio.wait_for(listening.wait(), SOON)
        await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
        await asyncio.wait_for(listener, SOON)

        assert heard == [TaskState.TASK_STATE_WORKING, COMPLETED]

    within(tmp_path, scenario)


def test_a_pause_is_told_as_auth_required_where_that_is_chosen(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        task = await send(await agent.client(), message("fish"))
        assert task.status.state == TaskState.TASK_STATE_AUTH_REQUIRED

    within(tmp_path, scenario, pause="auth_required")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"text": "approve"}, "approved"),
        ({"text": "승인합니다."}, "approved"),
        ({"text": "reject: too dear"}, "rejected"),
        ({"text": "거절: 너무 비쌉니다"}, "rejected"),
        ({"data": {"answer": {"decision": "approve"}}}, "approved"),
        ({"data": {"decision": "edit", "content": {"query": "bird"}}}, "approved"),
        ({"data": {"resume": {"decision": "approve"}}}, "approved"),
    ],
)
def test_a_client_who_may_decide_answers_in_band(
    tmp_path: Path, said: dict[str, Any], status: str
) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        task = await send(client, message("fish"))

        task = await send(client, message(task=task.id, **said))

        [decision] = told(task)["decisions"]
        assert task.status.state == COMPLETED
        assert (decision["by"], decision["status"]) == ("kim", status)

    within(tmp_path, scenario, policy=OWN)


@pytest.mark.parametrize(
    ("who", "said", "because"),
    [
        ("agent", {"text": "approve"}, "never decides"),
        ("kim", {"text": "approve"}, "who asked does not decide"),
    ],
)
def test_who_may_not_decide_is_told_so_and_nothing_moves(
    tmp_path: Path, who: str, said: dict[str, Any], because: str
) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client(who)
        task = await send(client, message("fish"))

        task = await send(client, message(task=task.id, **said))

        assert task.status.state == INPUT_REQUIRED
        assert because in words(task)
        assert (await agent.request(task.id)).version == 1
        assert len(told(task)["requests"]) == 1

    within(tmp_path, scenario)


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"text": "well, perhaps"}, "approve"),
        ({"text": "reject"}, "reason"),
        ({"data": {"answer": {"decision": "approve"}, "digest": "0" * 64}}, "not what"),
        ({"data": {"answer": {"decision": "approve"}, "request": "nonsense"}}, "no open question"),
        ({"data": {"decision": "maybe"}}, ""),
        ({"data": {"answers": [{"answer": 7}]}}, ""),
        ({"data": [1, 2]}, ""),
    ],
)
def test_a_bad_answer_in_band_moves_nothing(
    tmp_path: Path, said: dict[str, Any], because: str
) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        task = await send(client, message("fish"))

        task = await send(client, message(task=task.id, **said))

        assert task.status.state == INPUT_REQUIRED
        assert because in words(task)
        assert (await agent.request(task.id)).version == 1

    within(tmp_path, scenario, policy=OWN)


def test_a_message_sent_again_is_neither_a_second_task_nor_a_second_answer(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        first = await send(client, message("fish", id_="m1"))
        again = await send(client, message("fish", id_="m1"))
        assert again.id == first.id
        assert again.status.state == INPUT_REQUIRED

        await send(client, message("approve", task=first.id, id_="m2"))
        after = await send(client, message("fish", id_="m1"))

        assert after.status.state == COMPLETED
        assert len(await asyncio.to_thread(agent.store.records, "a2a_task")) == 0
        other = await send(await agent.client("lee"), message("fish", id_="m1"))
        assert other.id != first.id

    within(tmp_path, scenario, policy=OWN)


def test_anothers_task_is_not_there(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        task = await send(await agent.client("agent"), message("fish"))
        for stranger in (await agent.client("other"), await agent.client("kim")):
            with pytest.raises(TaskNotFoundError):
                await stranger.get_task(GetTaskRequest(id=task.id))
            with pytest.raises(TaskNotFoundError):
                await stranger.cancel_task(CancelTaskRequest(id=task.id))
            with pytest.raises(TaskNotFoundError):
                await send(stranger, message("approve", task=task.id))
            with pytest.raises(TaskNotFoundError):
                async for _ in stranger.subscribe(SubscribeToTaskRequest(id=task.id)):
                    pass
        assert (await agent.request(task.id)).version == 1

    within(tmp_path, scenario, policy=OWN)


def test_nobody_is_let_in_without_a_key_that_counts(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        for headers in ({}, {"Authorization": "Bearer pc_agent_" + "A" * 43}, {"Cookie": "x=y"}):
            async with httpx.AsyncClient(headers=headers) as http:
                assert (await http.post(agent.url, json={})).status_code == 401
                assert (await http.get(f"{agent.url}/tasks")).status_code == 401
                assert (await http.post(f"{agent.url}/message:send", json={})).status_code == 401
                card = await http.get(f"{agent.url}/.well-known/agent-card.json")
                assert card.status_code == 200

    within(tmp_path, scenario)


def test_a_task_that_has_ended_takes_no_message(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        task = await send(client, message("fish"))
        await send(client, message("approve", task=task.id))
        with pytest.raises(A2AError, match="terminal"):
            await send(client, message("again", task=task.id))

    within(tmp_path, scenario, policy=OWN)


def test_what_nobody_decides_in_time_is_not_approved(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await until(client, (await send(client, message("fish"))).id, ended)
        assert task.status.state == TaskState.TASK_STATE_FAILED
        assert "Nobody decided in time" in words(task)
        assert told(task)["decisions"][0]["status"] == "expired"

    within(tmp_path, scenario, settings=InterruptConfig(INTERRUPT_TIMEOUT=0.5))


def test_a_node_that_fails_fails_the_task_and_keeps_its_reason_to_itself(tmp_path: Path) -> None:
    async def run() -> None:
        work = Work()
        work.fails = RuntimeError("password=hunter2")
        async with living(tmp_path, gated(work)) as agent:
            client = await agent.client()
            task = await send(client, message("fish"))
            await asyncio.to_thread(agent.desk.approve, (await agent.request(task.id)).id, by="kim")
            task = await until(client, task.id, ended)
            assert task.status.state == TaskState.TASK_STATE_FAILED
            assert "hunter2" not in str(task)
            assert await asyncio.to_thread(agent.store.driven, "gated") == []

    asyncio.run(run())


def test_messages_follow_the_callers_language(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        by_header = await agent.client(**{"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"})
        assert "기한" in words(await send(by_header, message("fish")))
        by_words = await agent.client()
        assert "기한" in words(await send(by_words, message("물고기를 조사해 주세요")))
        assert "Until" in words(await send(by_words, message("fish")))
        by_metadata = message("fish")
        by_metadata.metadata["language"] = "ko"
        assert "기한" in words(await send(by_words, by_metadata))

    within(tmp_path, scenario)


def test_parked_tasks_hold_nothing_in_memory(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        before = len(asyncio.all_tasks())
        tasks: list[Task] = [await send(client, message(f"fish {n}")) for n in range(12)]
        assert all(map(parked, tasks))
        async with asyncio.timeout(SOON):
            # One for all streams, by the library that sends them, stays.
            while len(asyncio.all_tasks()) > before + 1:
                await asyncio.sleep(0.1)

    within(tmp_path, scenario)


def test_three_gates_are_passed_one_after_the_other(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("fish"))
        for number in (1, 2, 3):
            request = await agent.request(task.id)
            assert request.title == f"Gate {number}?"
            task = await until(client, task.id, partial(_asks, request.id))
            assert request.title in words(task)
            await asyncio.to_thread(agent.desk.approve, request.id, by=f"kim{number}")
        task = await until(client, task.id, ended)
        assert [one["by"] for one in told(task)["decisions"]] == ["kim1", "kim2", "kim3"]

    within(tmp_path, scenario, gates=3)


def _asks(request_id: str, task: Task) -> bool:
    return request_id in str(task.status)


def test_who_comes_second_in_band_is_told_who_was_first(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        task = await send(client, message("fish"))
        request = await agent.request(task.id)
        await asyncio.to_thread(agent.desk.reject, request.id, reason="no", by="lee")
        try:
            await send(client, message("approve", task=task.id))
        except A2AError as error:
            assert "terminal" in str(error)  # noqa: PT017 - the end may come before the message
        task = await until(client, task.id, ended)
        [decision] = told(task)["decisions"]
        assert (decision["by"], decision["status"], decision["reason"]) == ("lee", "rejected", "no")
        assert agent.store.get(request.id).status is ApprovalStatus.REJECTED  # type: ignore[union-attr]

    within(tmp_path, scenario, policy=OWN)


def test_a_second_cancellation_is_refused(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("fish"))
        assert (await client.cancel_task(CancelTaskRequest(id=task.id))).status.state == CANCELED
        with pytest.raises(TaskNotCancelableError):
            await client.cancel_task(CancelTaskRequest(id=task.id))

    within(tmp_path, scenario)
