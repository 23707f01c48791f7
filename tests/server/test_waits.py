"""A held wait ends with the decision, with its own time, or with the server."""

import asyncio
import time

import httpx
import pytest

from tests.server.running import ORIGIN, Inside


def _client(inside: Inside) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(inside.app), base_url=ORIGIN)


@pytest.mark.parametrize("how", ["approve", "cancel", "elsewhere"])
def test_whoever_waits_is_woken(inside: Inside, how: str) -> None:
    asked = inside.ask("agent")
    place = f"/api/approvals/{asked['id']}"
    headers = {"Authorization": f"Bearer {inside.tokens['agent']}"}

    async def story() -> tuple[list[str], float]:
        async with _client(inside) as client:
            waiting = [
                asyncio.create_task(client.get(f"{place}/wait?timeout=30", headers=headers))
                for _ in range(20)
            ]
            await asyncio.sleep(0.2)
            began = time.monotonic()
            if how == "elsewhere":
                await asyncio.to_thread(inside.desk.approve, asked["id"], by="code")
            else:
                who = {"Authorization": f"Bearer {inside.tokens['mina']}"}
                await client.post(f"{place}/{how}", headers=who)
            done = await asyncio.gather(*waiting)
            return [one.json()["status"] for one in done], time.monotonic() - began

    statuses, seconds = inside.run(story())
    assert statuses == ["cancelled" if how == "cancel" else "approved"] * 20
    assert seconds < 20


def test_a_wait_after_the_decision_is_over_at_once(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    inside.call("POST", f"{place}/approve", "mina")
    began = time.monotonic()
    done = inside.call("GET", f"{place}/wait?timeout=30", "agent")
    assert (done.status_code, done.json()["status"]) == (200, "approved")
    assert time.monotonic() - began < 20


def test_a_waits_own_time_ends_it_with_the_request_open(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    began = time.monotonic()
    done = inside.call("GET", f"{place}/wait?timeout=0.3", "agent")
    assert (done.status_code, done.json()["status"]) == (200, "pending")
    assert 0.2 < time.monotonic() - began < 20


def test_a_stopping_server_lets_go_of_who_waits(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    headers = {"Authorization": f"Bearer {inside.tokens['agent']}"}

    async def story() -> httpx.Response:
        async with _client(inside) as client:
            path = f"{place}/wait?timeout=30"
            waiting = asyncio.create_task(client.get(path, headers=headers))
            await asyncio.sleep(0.2)
            inside.app.state.service.stop()
            return await asyncio.wait_for(waiting, 2)

    done = inside.run(story())
    assert (done.status_code, done.json()["status"]) == (200, "pending")
