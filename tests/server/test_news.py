"""The news over a real WebSocket: in order, none missed, none twice, and only what one may see."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.running import Outside


@asynccontextmanager
async def _listening(
    server: Outside, who: str = "reviewer", path: str = "/ws", **named: Any
) -> AsyncIterator[ClientConnection]:
    headers = named.pop("headers", server.headers(who))
    url = f"ws://127.0.0.1:{server.port}{path}"
    async with connect(url, additional_headers=headers, proxy=None, **named) as websocket:
        yield websocket


async def _heard(websocket: ClientConnection, seconds: float = 5) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        heard: dict[str, Any] = json.loads(await websocket.recv())
    return heard


def _ask(server: Outside, title: str = "Plan", key: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else server.headers("agent")
    body = {"title": title, "content": "text"}
    asked: dict[str, Any] = httpx.post(
        f"{server.url}/api/approvals", json=body, headers=headers
    ).json()
    return asked


def _approve(server: Outside, request: dict[str, Any]) -> int:
    place = f"{server.url}/api/approvals/{request['id']}/approve"
    return httpx.post(place, headers=server.headers()).status_code


def test_the_seeds_two_messages_come_with_a_cursor(outside: Outside) -> None:
    async def story() -> list[dict[str, Any]]:
        async with _listening(outside) as websocket:
            asked = await asyncio.to_thread(_ask, outside)
            first = await _heard(websocket)
            await asyncio.to_thread(_approve, outside, asked)
            return [asked, first, await _heard(websocket)]

    asked, first, second = asyncio.run(story())
    assert (first["type"], first["cursor"], first["request"]) == ("approval_request", 1, asked)
    assert second == {
        "type": "approval_update",
        "cursor": 2,
        "request_id": asked["id"],
        "status": "approved",
        "event": "decided",
    }


def test_who_comes_back_with_its_cursor_misses_nothing_and_hears_nothing_twice(
    outside: Outside,
) -> None:
    """Cut off again and again, while one writer goes on, and once by a killed server."""
    count = 120

    def write() -> None:
        with outside.client("agent") as client:
            for number in range(count):
                body = {"title": str(number), "content": "x"}
                key = {"Idempotency-Key": str(number)}
                while True:
                    try:
                        if client.post("/api/approvals", json=body, headers=key).is_success:
                            break
                    except httpx.TransportError:
                        time.sleep(0.02)

    async def story() -> list[tuple[int, str]]:
        writing = asyncio.create_task(asyncio.to_thread(write))
        heard: list[tuple[int, str]] = []
        rounds, path = 0, "/ws?cursor=0"
        while len(heard) < count:
            rounds += 1
            try:
                async with _listening(outside, path=path) as websocket:
                    for _ in range(9):
                        message = await _heard(websocket)
                        heard.append((message["cursor"], message["request"]["title"]))
                        if len(heard) == count:
                            break
            except (OSError, ConnectionClosed, InvalidStatus):
                await asyncio.sleep(0.05)
            if heard:
                path = f"/ws?cursor={heard[-1][0]}"
            if rounds == 5:
                await asyncio.to_thread(outside.kill)
                await asyncio.to_thread(outside.start)
        await writing
        return heard

    heard = asyncio.run(story())
    assert [cursor for cursor, _ in heard] == list(range(1, count + 1))
    assert [title for _, title in heard] == [str(number) for number in range(count)]


def test_an_agent_hears_of_what_it_asked_itself(outside: Outside) -> None:
    other = outside.key("other", "agent")

    async def story() -> list[str]:
        async with _listening(outside, "agent") as mine, _listening(outside) as all_of_it:
            await asyncio.to_thread(_ask, outside, "not mine", other)
            await asyncio.to_thread(_ask, outside, "mine")
            assert (await _heard(all_of_it))["request"]["title"] == "not mine"
            heard = [(await _heard(mine))["request"]["title"]]
            with pytest.raises(TimeoutError):
                await _heard(mine, 0.3)
            async with _listening(outside, "agent", "/ws?cursor=0") as again:
                heard.append((await _heard(again))["request"]["title"])
            return heard

    assert asyncio.run(story()) == ["mine", "mine"]


def test_a_first_message_says_who_listens_where_a_header_cannot(outside: Outside) -> None:
    async def story() -> None:
        async with _listening(outside, headers={}) as websocket:
            await websocket.send(json.dumps({"type": "auth", "key": outside.reviewer}))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(_ask, outside)
            assert (await _heard(websocket))["type"] == "approval_request"
        for said in ("nonsense", "[]", '{"type":"auth","key":"pc_reviewer_x"}', "[" * 50_000):
            async with _listening(outside, headers={}) as websocket:
                await websocket.send(said)
                with pytest.raises(ConnectionClosed) as closed:
                    await _heard(websocket)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4401

    asyncio.run(story())


def test_a_browsers_session_listens_from_its_own_pages_only(outside: Outside) -> None:
    async def story() -> None:
        session = httpx.post(f"{outside.url}/sign-in", json={"key": outside.reviewer})
        cookie = f"plancraft_session={session.cookies['plancraft_session']}"
        own = {"Cookie": cookie, "Origin": outside.url}
        async with _listening(outside, headers=own) as websocket:
            await asyncio.to_thread(_ask, outside)
            await _heard(websocket)
        for wrong in ({**own, "Origin": "https://evil.test"}, {"Cookie": cookie}):
            with pytest.raises(InvalidStatus) as refused:
                async with _listening(outside, headers=wrong):
                    pass
            assert refused.value.response.status_code == 403
        over = {"Cookie": "plancraft_session=pc_session_old", "Origin": outside.url}
        async with _listening(outside, headers=over) as websocket:
            with pytest.raises(ConnectionClosed) as closed:
                await _heard(websocket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/ws", "pc_reviewer_forged", 401),
        ("/ws?cursor=1", None, 422),
        ("/ws?cursor=-1", None, 422),
        ("/ws?cursor=x", None, 422),
        ("/ws?cursor=" + "9" * 30, None, 422),
        ("/ws?key=secret", None, 422),
        ("/nothing", None, 403),
    ],
)
def test_a_handshake_that_is_not_right_is_refused(
    outside: Outside, path: str, key: str | None, status: int
) -> None:
    async def story() -> int:
        headers = {"Authorization": f"Bearer {key or outside.reviewer}"}
        with pytest.raises(InvalidStatus) as refused:
            async with _listening(outside, path=path, headers=headers):
                pass
        return refused.value.response.status_code

    assert asyncio.run(story()) == status


@pytest.mark.slow
def test_a_revoked_key_hears_no_more(outside: Outside) -> None:
    from plancraft.access import Keys
    from plancraft.stores import open_store

    async def story() -> int:
        async with _listening(outside) as websocket:
            Keys(open_store(outside.store)).revoke("mina")
            with pytest.raises(ConnectionClosed) as closed:
                await _heard(websocket, 30)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    assert asyncio.run(story()) == 4401


@pytest.mark.slow
def test_who_does_not_read_is_dropped_and_keeps_nobody_waiting(outside: Outside) -> None:
    """The server lets go of its connection, though it never took what was sent."""
    body = {"title": "t", "content": "x" * 200_000}

    async def story() -> None:
        with _who_never_reads(outside) as raw:
            async with _listening(outside, max_size=None) as quick, _agent(outside) as client:
                for _ in range(60):  # more than the buffers of both kernels hold
                    began = time.monotonic()
                    await client.post("/api/approvals", json=body)
                    await _heard(quick)
                    assert time.monotonic() - began < 20
                deadline = time.monotonic() + 30
                while await asyncio.to_thread(_holds, outside, raw.getsockname()[1]):
                    assert time.monotonic() < deadline
                    await asyncio.sleep(0.2)
                assert "plancraft_ws_clients 1.0" in (await client.get("/metrics")).text

    asyncio.run(story())


def _agent(server: Outside) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, headers=server.headers("agent"), timeout=30)


def _who_never_reads(server: Outside) -> socket.socket:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    raw.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {server.reviewer}\r\n\r\n".encode()
    )
    return raw


def _holds(server: Outside, port: int) -> bool:
    """Whether the server still has the connection that comes from this port."""
    assert server.process is not None
    held = psutil.Process(server.process.pid).net_connections("tcp")
    return any(one.raddr and one.raddr[1] == port for one in held)
