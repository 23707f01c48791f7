"""The mounted inbox asks people what the server's own threads ask, and carries answers back."""

import time
from typing import Any

import httpx
import pytest

from tests.langgraph_server.conftest import Secured

pytestmark = pytest.mark.xdist_group("langgraph-secured")
SECONDS = 60


def test_an_agents_run_is_decided_in_the_inbox_and_goes_on(secured: Secured) -> None:
    with secured.caller("agent") as agent, secured.caller("reviewer") as reviewer:
        thread = agent.new_thread()
        paused = agent.run(thread, input={"some_text": "a draft"})
        assert paused.json()["__interrupt__"][0]["value"] == {"text_to_revise": "a draft"}

        asked = _asked(reviewer, thread)
        place = f"/api/approvals/{asked['id']}/answer"
        refused = agent.post(place, json={"answer": "mine"})
        answered = reviewer.post(place, json={"answer": "a better draft"})

        assert (refused.status_code, answered.status_code) == (403, 200)
        assert _values(agent, thread, "a better draft") == {"some_text": "a better draft"}


def _asked(reviewer: httpx.Client, thread: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = reviewer.get("/api/approvals/pending").json()["items"]
        if mine := [one for one in found if one.get("thread_id") == thread]:
            return mine[0]
        time.sleep(0.1)
    raise AssertionError("nothing was opened")


def _values(agent: httpx.Client, thread: str, text: str) -> Any:
    deadline, values = time.monotonic() + SECONDS, None
    while time.monotonic() < deadline:
        values = agent.get(f"/threads/{thread}/state").json()["values"]
        if values["some_text"] == text:
            break
        time.sleep(0.1)
    return values
