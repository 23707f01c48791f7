"""kill -9 at any moment: every task ends once, each gate decided once."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from plancraft import Store, open_store
from plancraft.access import Keys, Role
from plancraft.approvals import ApprovalStatus
from plancraft.approvals.desk import Desk
from plancraft.errors import PlancraftError
from tests.ports import free_port

KILLS = int(os.environ.get("PLANCRAFT_TEST_KILLS", "4"))
LONG = 60.0


@pytest.mark.slow
def test_a_task_of_three_gates_ends_once_whenever_its_agent_is_killed(tmp_path: Path) -> None:
    chance = random.Random(7)
    url, effects = f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "effects"
    store = open_store(url)
    token = Keys(store).add("agent", Role.AGENT)
    for number in range(KILLS):
        asyncio.run(_one(store, url, effects, token, f"fish{number}", chance.uniform(0.0, 1.2)))
    ran = Counter(effects.read_text().split("\n"))
    # A node that was cut off runs again, as LangGraph has it; none is left out.
    assert {f"fish{number} {gate}" for number in range(KILLS) for gate in (1, 2, 3)} <= ran.keys()
    store.close()


async def _one(store: Store, url: str, effects: Path, token: str, name: str, after: float) -> None:
    port = free_port()
    process = _started(url, port, effects)
    headers = {"Authorization": f"Bearer {token}", "A2A-Version": "1.0"}
    async with httpx.AsyncClient(headers=headers, timeout=LONG) as http:
        try:
            base = f"http://127.0.0.1:{port}"
            await _answers(http, base)
            task_id = await _begun(http, base, name)
            killed = False
            began, deadline = time.monotonic(), time.monotonic() + LONG
            while time.monotonic() < deadline:
                await asyncio.to_thread(_approve_open, store, task_id)
                if not killed and time.monotonic() - began > after:
                    killed = True
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    process = _started(url, port, effects)
                    await _answers(http, base)
                found = (await http.get(f"{base}/tasks/{task_id}")).json()
                if killed and found["status"]["state"] == "TASK_STATE_COMPLETED":
                    break
                await asyncio.sleep(0.02)
            else:
                raise AssertionError(found)
        finally:
            process.kill()
            process.wait()
    _each_gate_was_decided_once(store, task_id, found)


def _started(url: str, port: int, effects: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.a2a.killed_agent", url, str(port), str(effects)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])


async def _answers(http: httpx.AsyncClient, base: str) -> None:
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        try:
            await http.get(f"{base}/.well-known/agent-card.json")
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("the agent did not start")


async def _begun(http: httpx.AsyncClient, base: str, name: str) -> str:
    said = {"messageId": name, "role": "ROLE_USER", "parts": [{"text": name}]}
    body = {"message": said, "configuration": {"returnImmediately": True}}
    answer = (await http.post(f"{base}/message:send", json=body)).json()
    return str(answer["task"]["id"])


def _approve_open(store: Store, task_id: str) -> None:
    for row in store.live(task_id):
        if row.is_open:
            try:
                Desk(store).approve(row.id, by="kim")
            except PlancraftError as error:  # superseded or decided meanwhile
                print(error)  # noqa: T201


def _each_gate_was_decided_once(store: Store, task_id: str, found: dict[str, object]) -> None:
    events = store.events(thread_id=task_id)
    opened = Counter(event.request_id for event in events if event.kind == "opened")
    decided = Counter(event.request_id for event in events if event.kind == "decided")
    delivered = Counter(event.request_id for event in events if event.kind == "delivered")
    assert sorted(opened.values()) == [1, 1, 1]
    assert opened == decided == delivered
    assert store.live(task_id) == []
    rows = [store.get(id_) for id_ in opened]
    assert {row.status for row in rows if row} == {ApprovalStatus.APPROVED}
    assert len(found["artifacts"]) == 1  # type: ignore[arg-type]
