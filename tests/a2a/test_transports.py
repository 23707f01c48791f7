"""The same agent over JSON-RPC, REST and gRPC, for clients of 1.0 and 0.3; its card."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from a2a.client import ClientConfig, create_client
from a2a.types import AgentSkill, CancelTaskRequest, GetTaskRequest, TaskState
from a2a.utils.signing import InvalidSignaturesError, create_signature_verifier
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.json_format import ParseDict
from jwt import PyJWK

from plancraft.a2a import build_card
from plancraft.a2a.cards import CardKey
from plancraft.errors import InvalidSettings
from tests.a2a.living import OWN, Living, Work, ended, gated, living, message, send, told, until

COMPLETED = TaskState.TASK_STATE_COMPLETED


def within(place: Path, scenario: Callable[[Living], Awaitable[None]], **named: Any) -> None:
    async def run() -> None:
        async with living(place, gated(Work()), **named) as agent:
            await scenario(agent)

    asyncio.run(run())


@pytest.mark.parametrize("beside_inbox", [True, False])
@pytest.mark.parametrize("binding", ["JSONRPC", "HTTP+JSON", "GRPC"])
def test_a_task_is_given_answered_and_cancelled(
    tmp_path: Path, binding: str, beside_inbox: bool
) -> None:
    async def scenario(agent: Living) -> None:
        http = httpx.AsyncClient(headers=agent.headers("kim"), timeout=20)
        agent.http.append(http)
        config = ClientConfig(
            httpx_client=http,
            supported_protocol_bindings=[binding],
            grpc_channel_factory=lambda url: grpc.aio.insecure_channel(
                url, interceptors=[_Once(agent.tokens["kim"]), _Stream(agent.tokens["kim"])]
            ),
        )
        client = await create_client(agent.origin if beside_inbox else agent.url, config)
        task = await send(client, message("fish"))
        assert task.status.state == TaskState.TASK_STATE_INPUT_REQUIRED
        task = await send(client, message("approve", task=task.id))
        assert (task.status.state, told(task)["decisions"][0]["by"]) == (COMPLETED, "kim")
        other = await send(client, message("bird"))
        cancelled = await client.cancel_task(CancelTaskRequest(id=other.id))
        assert cancelled.status.state == TaskState.TASK_STATE_CANCELED
        await client.close()

    within(tmp_path, scenario, policy=OWN, grpc=binding == "GRPC", beside_inbox=beside_inbox)


def _with(token: str, details: Any) -> Any:
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    metadata.add("authorization", f"Bearer {token}")
    return details._replace(metadata=metadata)


@dataclass
class _Once(grpc.aio.UnaryUnaryClientInterceptor):
    token: str

    async def intercept_unary_unary(self, call: Any, details: Any, request: Any) -> Any:
        return await call(_with(self.token, details), request)


@dataclass
class _Stream(grpc.aio.UnaryStreamClientInterceptor):
    token: str

    async def intercept_unary_stream(self, call: Any, details: Any, request: Any) -> Any:
        return await call(_with(self.token, details), request)


def test_grpc_refuses_strangers_and_versions_it_does_not_serve(tmp_path: Path) -> None:
    from a2a.types import a2a_pb2_grpc

    async def scenario(agent: Living) -> None:
        assert agent.grpc is not None
        known = ("authorization", f"Bearer {agent.tokens['agent']}")
        for metadata, code in (
            ((), grpc.StatusCode.UNAUTHENTICATED),
            ((("authorization", "Bearer nonsense"),), grpc.StatusCode.UNAUTHENTICATED),
            ((known, ("a2a-version", "99.0")), grpc.StatusCode.FAILED_PRECONDITION),
            ((known, ("a2a-version", "1.0")), grpc.StatusCode.NOT_FOUND),
        ):
            async with grpc.aio.insecure_channel(agent.grpc) as channel:
                stub: Any = a2a_pb2_grpc.A2AServiceStub(channel)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await stub.GetTask(GetTaskRequest(id="none"), metadata=metadata)
                assert refused.value.code() == code

    within(tmp_path, scenario, grpc=True)


def test_curl_is_enough(tmp_path: Path) -> None:
    """What docs/a2a.md shows, line by line."""

    async def scenario(agent: Living) -> None:
        async with httpx.AsyncClient(headers=agent.headers("agent"), timeout=20) as http:
            sent = {
                "message": {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": "fish"}]}
            }
            task = (await http.post(f"{agent.url}/message:send", json=sent)).json()["task"]
            assert task["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
            rpc = {"jsonrpc": "2.0", "id": 1, "method": "CancelTask", "params": {"id": task["id"]}}
            for path in ("", "/"):
                answer = (await http.post(agent.url + path, json=rpc)).json()
                state = answer.get("result", {}).get("status", {}).get("state")
                code = answer.get("error", {}).get("code")
                assert (state or code) in ("TASK_STATE_CANCELED", -32002)
            found = (await http.get(f"{agent.url}/tasks/{task['id']}")).json()
            assert found["status"]["state"] == "TASK_STATE_CANCELED"

    within(tmp_path, scenario, beside_inbox=True)


def test_clients_of_0_3_are_served_where_that_is_wanted(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        async with httpx.AsyncClient(timeout=20) as http:
            http.headers["Authorization"] = f"Bearer {agent.tokens['kim']}"
            first = await _send_0_3(http, agent.url, "fish", None)
            assert first["status"]["state"] == "input-required"
            second = await _send_0_3(http, agent.url, "approve", first["id"])
            assert second["status"]["state"] == "completed"
            card = (await http.get(f"{agent.url}/.well-known/agent-card.json")).json()
            assert card["name"] == "gated"

    within(tmp_path, scenario, policy=OWN, more={"compat": True})


async def _send_0_3(http: httpx.AsyncClient, url: str, text: str, task: str | None) -> Any:
    sent: dict[str, Any] = {
        "kind": "message",
        "messageId": f"old-{text}",
        "role": "user",
        "parts": [{"kind": "text", "text": text}],
    }
    if task is not None:
        sent["taskId"] = task
    body = {"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": {"message": sent}}
    return (await http.post(url, json=body)).json()["result"]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"{", "application/json", -32700),
        (b'{"jsonrpc": "2.0"}', "text/plain", -32005),
        (b"[]", "application/json", -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "Nonsense"}', "application/json", -32601),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": 7}}',
            "application/json",
            -32602,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "\\u0000"}}',
            "application/json",
            -32001,
        ),
    ],
)
def test_bad_json_rpc_is_refused_by_its_code(
    tmp_path: Path, body: bytes, kind: str, code: int
) -> None:
    async def scenario(agent: Living) -> None:
        headers = agent.headers("agent", **{"Content-Type": kind})
        async with httpx.AsyncClient(headers=headers) as http:
            answer = await http.post(agent.url, content=body)
            assert answer.json()["error"]["code"] == code

    within(tmp_path, scenario)


def test_the_card_says_who_is_let_in_and_how_long_it_may_be_kept(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        async with httpx.AsyncClient() as http:
            place = f"{agent.url}/.well-known/agent-card.json"
            answer = await http.get(place)
            card = answer.json()
            assert card["securitySchemes"]["key"]["httpAuthSecurityScheme"]["scheme"] == "Bearer"
            assert card["securityRequirements"]
            assert card["capabilities"]["extensions"][0]["uri"] == "urn:plancraft:a2a:approval:1"
            assert "max-age" in answer.headers["cache-control"]
            assert answer.headers["last-modified"]
            again = await http.get(place, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304

    within(tmp_path, scenario)


def test_a_signed_card_is_checked_with_the_key_beside_it(tmp_path: Path) -> None:
    key = CardKey(_pem(ec.SECP256R1()))

    async def scenario(agent: Living) -> None:
        from a2a.types import AgentCard

        async with httpx.AsyncClient() as http:
            keys = (await http.get(f"{agent.url}/.well-known/jwks.json")).json()["keys"]
            found = (await http.get(f"{agent.url}/.well-known/agent-card.json")).json()
        card = ParseDict(found, AgentCard())
        public = PyJWK.from_dict(keys[0])
        verify = create_signature_verifier(lambda kid, jku: public, ["ES256"])
        verify(card)
        card.name = "another"
        with pytest.raises(InvalidSignaturesError):
            verify(card)
        assert "d" not in json.dumps(sorted(keys[0]))[1:].split('"')

    within(tmp_path, scenario, more={"key": key})


@pytest.mark.parametrize("pem", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_card_key_that_is_none_is_refused(pem: bytes) -> None:
    with pytest.raises(InvalidSettings, match="PLANCRAFT_A2A_CARD_KEY"):
        CardKey(pem)
    with pytest.raises(InvalidSettings, match="P-256"):
        CardKey(_pem(ec.SECP384R1()))


def _pem(curve: ec.EllipticCurve) -> bytes:
    key = ec.generate_private_key(curve)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_strict_reader_finds_nothing_in_the_card_that_1_0_does_not_know() -> None:
    from a2a.server.request_handlers.response_helpers import agent_card_to_dict

    skill = AgentSkill(id="x", name="x", description="x", tags=["x"])
    known = {
        *("name", "description", "version", "supportedInterfaces", "capabilities"),
        *("defaultInputModes", "defaultOutputModes", "skills", "securitySchemes"),
        *("securityRequirements",),
    }
    card = build_card("x", "x", "http://127.0.0.1", skills=[skill], grpc_url="127.0.0.1:1")
    assert agent_card_to_dict(card).keys() == known


def test_research_is_started_over_rest(tmp_path: Path) -> None:
    async def scenario(agent: Living) -> None:
        start = f"{agent.origin}/api/research/start"
        async with httpx.AsyncClient(timeout=20) as http:
            assert (await http.post(start, json={"query": "fish"})).status_code == 401
            http.headers.update(agent.headers("agent"))
            bad = await http.post(start, json={"query": ""})
            assert bad.status_code == 422
            begun = await http.post(start, json={"query": "물고기"})
            assert begun.status_code == 202
        client = await agent.client()
        task_id = begun.json()["task_id"]
        request = await agent.request(task_id)
        await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
        assert (await until(client, task_id, ended)).status.state == COMPLETED

    within(tmp_path, scenario, beside_inbox=True)


def test_a_client_is_told_by_push_and_only_where_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from a2a.types import SendMessageConfiguration, SendMessageRequest, TaskPushNotificationConfig
    from a2a.utils.errors import InvalidParamsError

    told_of: list[str] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = int(head.lower().split("content-length:")[1].split()[0])
        body = json.loads(await reader.readexactly(size))
        assert "x-a2a-notification-token: secret" in head.lower()
        status = (body.get("statusUpdate") or body.get("task") or {}).get("status", {})
        told_of.append(status.get("state", "-"))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    def asked(port: int) -> SendMessageRequest:
        push = TaskPushNotificationConfig(url=f"http://127.0.0.1:{port}/", token="secret")
        wanted = SendMessageConfiguration(task_push_notification_config=push)
        return SendMessageRequest(message=message("fish"), configuration=wanted)

    async def scenario(agent: Living, port: int) -> None:
        client = await agent.client()
        with pytest.raises(InvalidParamsError):
            async for _ in client.send_message(asked(port + 1)):
                pass
        task_id = ""
        async for event in client.send_message(asked(port)):
            task_id = event.task.id if event.HasField("task") else task_id
        request = await agent.request(task_id)
        await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
        async with asyncio.timeout(20):
            while "TASK_STATE_COMPLETED" not in told_of:
                await asyncio.sleep(0.05)
        assert told_of[-1] == "TASK_STATE_COMPLETED"
        assert "TASK_STATE_INPUT_REQUIRED" in told_of

    async def run() -> None:
        receiver = await asyncio.start_server(take, "127.0.0.1", 0)
        port = receiver.sockets[0].getsockname()[1]
        monkeypatch.setenv("PLANCRAFT_A2A_PUSH_ALLOW", f"127.0.0.1:{port}")
        async with living(tmp_path, gated(Work())) as agent:
            await scenario(agent, port)
        receiver.close()

    asyncio.run(run())
