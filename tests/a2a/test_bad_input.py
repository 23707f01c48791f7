"""What callers send that is none: refused by its code, told nothing, and nothing moves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.types import AgentSkill, TaskState

from plancraft.a2a import build_app, build_card
from plancraft.errors import StateError
from tests.a2a.living import Living, Work, gated, living, message, parked, send, until, words


def within(place: Path, scenario: Callable[[Living], Awaitable[None]], **named: Any) -> None:
    async def run() -> None:
        async with living(place, gated(named.pop("work", None) or Work()), **named) as agent:
            await scenario(agent)

    asyncio.run(run())


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def said(**more: Any) -> dict[str, Any]:
    return {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "fish"}], **more}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 200_000, -32700),
        (b'{"id": ' + b"9" * 5000 + b"}", -32700),
        (b'{"a": "\xff"}', -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": null}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": [1]}', -32602),
    ],
)
def test_no_parsers_words_reach_a_client(tmp_path: Path, body: bytes, code: int) -> None:
    async def scenario(agent: Living) -> None:
        headers = agent.headers("agent", **{"Content-Type": "application/json"})
        async with httpx.AsyncClient(headers=headers) as http:
            error = (await http.post(agent.url, content=body)).json()["error"]
            assert error["code"] == code
            assert len(error["message"]) < 60

    within(tmp_path, scenario)


@pytest.mark.parametrize(
    "sent",
    [
        said(role="ROLE_AGENT"),
        said(parts=[{"data": deep(40)}]),
        said(parts=[{"data": {"a": "\0"}}]),
        said(parts=[{"text": "a\0b"}]),
        said(metadata={"a": deep(40)}),
        said(parts=[{"url": "https://127.0.0.1/x", "mediaType": "image/png"}]),
        said(parts=[{"raw": "AAAA", "mediaType": "image/png"}]),
    ],
)
def test_a_message_that_cannot_be_kept_begins_nothing(tmp_path: Path, sent: dict[str, Any]) -> None:
    async def scenario(agent: Living) -> None:
        headers = agent.headers("agent", **{"Content-Type": "application/json"})
        async with httpx.AsyncClient(headers=headers) as http:
            answer = await http.post(f"{agent.url}/message:send", json={"message": sent})
            assert answer.status_code == 400
        assert await asyncio.to_thread(agent.store.records, "a2a_task") == []

    within(tmp_path, scenario)


def test_input_that_the_graph_does_not_take_is_told_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work()
    work.fails = StateError("say in a few words what is wanted")

    async def scenario(agent: Living) -> None:
        client = await agent.client()
        task = await send(client, message("?"))
        request = await agent.request(task.id)
        await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
        task = await until(client, task.id, lambda one: not parked(one) and bool(words(one)))
        task = await until(
            client, task.id, lambda one: one.status.state == TaskState.TASK_STATE_FAILED
        )
        assert "say in a few words what is wanted" in words(task)

    with caplog.at_level(logging.WARNING):
        within(tmp_path, scenario, work=work)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/tasks",
        "/.well-known/agent-card.json/tasks",
        "/x/.well-known/agent-card.json",
        "/.well-known/../tasks",
        "/tenant/tasks",
        "//tasks",
    ],
)
@pytest.mark.parametrize("beside_inbox", [True, False])
def test_no_path_leads_past_the_key(tmp_path: Path, path: str, beside_inbox: bool) -> None:
    async def scenario(agent: Living) -> None:
        async with httpx.AsyncClient(headers={"A2A-Version": "1.0"}) as http:
            assert (await http.get(f"{agent.url}{path}")).status_code in (401, 404)
            known = await http.get(f"{agent.origin}/.well-known/agent-card.json")
            assert known.status_code == 200

    within(tmp_path, scenario, beside_inbox=beside_inbox)


def test_an_agent_that_could_not_start_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plancraft.a2a.tasks import TaskTables

    begin, failures = TaskTables.begin, [RuntimeError("the database is down")]

    async def unlucky(self: TaskTables) -> None:
        if failures:
            raise failures.pop()
        await begin(self)

    monkeypatch.setattr(TaskTables, "begin", unlucky)

    async def scenario(agent: Living) -> None:
        assert parked(await send(await agent.client(), message("fish")))

    within(tmp_path, scenario)
    assert failures == []


class Careless(AgentExecutor):
    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise RuntimeError("password=hunter2")

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise RuntimeError("password=hunter2")


def test_what_anybodys_executor_raises_is_not_told() -> None:
    skill = AgentSkill(id="x", name="x", description="x", tags=["x"])
    card = build_card("x", "x", "http://agent", skills=[skill], secured=False, push=False)
    app = build_app(Careless(), card)

    async def run() -> None:
        calls = httpx.ASGITransport(app)
        headers = {"A2A-Version": "1.0"}
        async with httpx.AsyncClient(
            transport=calls, base_url="http://agent", headers=headers
        ) as http:
            call = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage"}
            answer = await http.post("/", json={**call, "params": {"message": said()}})
            assert "hunter2" not in answer.text
            rest = await http.post("/message:send", json={"message": said()})
            assert "hunter2" not in rest.text

    asyncio.run(run())


def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path) -> None:
    from a2a.utils.errors import InvalidParamsError
    from google.protobuf.struct_pb2 import Value

    from plancraft.a2a.refusing import check_message

    one = message(data={"a": 1})
    one.parts[0].data.struct_value.fields["a"].CopyFrom(Value(number_value=float("nan")))
    with pytest.raises(InvalidParamsError):
        check_message(one)
