"""On the secured server an agent cannot get past a question, whichever way it tries."""

import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.schema import Command
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from plancraft.approvals.desk import Desk
from plancraft.server import create_app
from plancraft.server.asking import routes_of
from plancraft.stores import open_store
from plancraft.stores.memory import MemoryStore
from tests.langgraph_server.conftest import Secured
from tests.langgraph_server.running import Caller

pytestmark = pytest.mark.xdist_group("langgraph-secured")
CLOSED = ("/mcp", "/a2a", "/internal", "/deploy")
OPEN = {"/", "/ok", "/info", "/metrics", "/docs", "/openapi.json"}


@dataclass(frozen=True)
class Paused:
    """An agent's thread with a question open, and who tries to get past it."""

    server: Secured
    agent: Caller
    thread: str
    question: str

    def run(self, **named: Any) -> httpx.Response:
        return self.agent.run(self.thread, **named)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.agent.post(path.format(thread=self.thread), json=body)

    def state(self) -> dict[str, Any]:
        found = self.server.caller("reviewer").get(f"/threads/{self.thread}/state").json()
        return {name: found[name] for name in ("values", "next", "interrupts", "checkpoint")}


@pytest.fixture(scope="module")
def paused(secured: Secured) -> Iterator[Paused]:
    with secured.caller("agent") as agent:
        thread = agent.new_thread()
        (question,) = agent.run(thread, input={"some_text": "a"}).json()["__interrupt__"]
        yield Paused(secured, agent, thread, question["id"])


ATTEMPTS: dict[str, Callable[[Paused], httpx.Response]] = {
    "resume": lambda one: one.run(command={"resume": "mine"}),
    "resume by id": lambda one: one.run(command={"resume": {one.question: "mine"}}),
    "resume with nothing": lambda one: one.run(command={"resume": None}),
    "goto": lambda one: one.run(command={"goto": "__end__"}),
    "command.update": lambda one: one.run(command={"update": {"some_text": "mine"}}),
    "input and command": lambda one: one.run(input={"some_text": "b"}, command={"resume": "mine"}),
    "no input": lambda one: one.run(),
    "null input": lambda one: one.run(input=None),
    "empty input": lambda one: one.run(input={}),
    "new input": lambda one: one.run(input={"some_text": "b"}),
    "new input, rolled back": lambda one: one.run(
        input={"some_text": "b"}, multitask_strategy="rollback"
    ),
    "delayed": lambda one: one.run(input={"some_text": "b"}, after_seconds=1),
    "resume map in config": lambda one: one.run(
        input={"some_text": "b"},
        config={"configurable": {"__pregel_resume_map": {one.question: "mine"}}},
    ),
    "resume map in context": lambda one: one.run(
        input={"some_text": "b"}, context={"__pregel_resume_map": {one.question: "mine"}}
    ),
    "streamed": lambda one: one.post(
        "/threads/{thread}/runs/stream",
        {"assistant_id": "agent", "command": {"resume": "mine"}},
    ),
    "in the background": lambda one: one.post(
        "/threads/{thread}/runs", {"assistant_id": "agent", "command": {"resume": "mine"}}
    ),
    "update_state": lambda one: one.post(
        "/threads/{thread}/state", {"values": {"some_text": "mine"}, "as_node": "human_node"}
    ),
    "update_state to the end": lambda one: one.post(
        "/threads/{thread}/state", {"values": None, "as_node": "__end__"}
    ),
    "copy": lambda one: one.post("/threads/{thread}/copy", {}),
    "new owner": lambda one: one.agent.patch(
        f"/threads/{one.thread}", json={"metadata": {"owner": "other"}}
    ),
    "prune": lambda one: one.post("/threads/prune", {"thread_ids": [one.thread]}),
    "delete": lambda one: one.agent.delete(f"/threads/{one.thread}"),
    "cron": lambda one: one.post(
        "/threads/{thread}/runs/crons",
        {"assistant_id": "agent", "schedule": "* * * * *", "input": {"some_text": "b"}},
    ),
    "cron without a thread": lambda one: one.post(
        "/runs/crons",
        {"assistant_id": "agent", "schedule": "* * * * *", "input": {"some_text": "b"}},
    ),
    "cancel": lambda one: one.post("/runs/cancel", {"status": "all"}),
    "assistant": lambda one: one.post("/assistants", {"graph_id": "agent", "config": {}}),
    "stored item": lambda one: one.agent.put(
        "/store/items", json={"namespace": ["a"], "key": "b", "value": {}}
    ),
    "batch": lambda one: one.post(
        "/runs/batch",
        [{"assistant_id": "agent", "input": {"some_text": "b"}, "command": {"goto": "__end__"}}],
    ),
    "mcp": lambda one: one.post("/mcp/", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
    "a2a": lambda one: one.post("/a2a/agent", {"jsonrpc": "2.0", "id": 1, "method": "tasks/get"}),
}


@pytest.mark.parametrize("way", ATTEMPTS)
def test_an_agent_is_refused_and_the_question_stays(paused: Paused, way: str) -> None:
    before = paused.state()

    refused = ATTEMPTS[way](paused)

    assert refused.status_code == 403, refused.text
    assert paused.state() == before
    assert [one["id"] for one in before["interrupts"]] == [paused.question]


@pytest.mark.parametrize("method", ["input.respond", "run.start"])
@pytest.mark.parametrize("way", ["http", "websocket"])
def test_commands_of_the_event_stream_are_refused_to_an_agent(
    paused: Paused, method: str, way: str
) -> None:
    before = paused.state()
    params = {"interrupt_id": paused.question, "namespace": [], "response": "mine"}
    if method == "run.start":  # on a paused thread the server takes its input for an answer
        params = {"assistant_id": "agent", "input": "mine"}
    command = {"id": 1, "method": method, "params": params}

    if way == "http":
        said = paused.post("/threads/{thread}/commands", command).json()
    else:
        address = paused.server.url.replace("http", "ws", 1)
        headers = {"Authorization": f"Bearer {paused.server.keys['agent']}"}
        place = f"{address}/threads/{paused.thread}/stream/events"
        with connect(place, additional_headers=headers) as socket:
            socket.send(json.dumps(command))
            said = next(one for one in map(json.loads, socket) if one.get("id") == 1)

    assert said["type"] == "error", said
    assert "403" in said["message"], said
    assert paused.state() == before


def test_the_event_stream_is_open_to_nobody_without_a_key(paused: Paused) -> None:
    address = paused.server.url.replace("http", "ws", 1)
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{address}/threads/{paused.thread}/stream/events")
    assert refused.value.response.status_code in (401, 403)


def test_the_refusal_says_what_to_do(paused: Paused) -> None:
    assert paused.run(command={"resume": "mine"}).json() == {
        "detail": "agent may not do that: an agent asks, and never decides; a reviewer answers."
    }


def test_the_python_sdk_is_refused_as_well(paused: Paused) -> None:
    headers = {"Authorization": f"Bearer {paused.server.keys['agent']}"}
    client = get_sync_client(url=paused.server.url, headers=headers)
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        client.runs.wait(paused.thread, "agent", command=Command(resume="mine"))


def test_curl_is_refused_as_well(paused: Paused) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    body = '{"assistant_id": "agent", "command": {"resume": "mine"}}'
    words = ["-H", "Content-Type: application/json", "-d", body, "-w", "%{http_code}"]
    key = f"Authorization: Bearer {paused.server.keys['agent']}"
    place = f"{paused.server.url}/threads/{paused.thread}/runs/wait"
    done = subprocess.run(
        ["curl", "-sS", place, "-H", key, *words],
        text=True, capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.endswith("403")


def test_an_agent_cannot_switch_off_pauses_or_send_configuration(secured: Secured) -> None:
    agent = secured.caller("agent")
    for named in (
        {"interrupt_before": []},
        {"interrupt_after": ["nothing"]},
        {"config": {"configurable": {"model": "x"}}},
        {"config": {"metadata": {"run_id": "x"}}},
        {"context": {"model": "x"}},
        {"metadata": {"graph_id": "x"}},
        {"checkpoint": {"thread_id": "x"}},
        {"checkpoint_id": str(uuid.uuid4())},
    ):
        refused = agent.run(agent.new_thread(), "static_pauses", input={"ran": []}, **named)
        assert refused.status_code == 403, (named, refused.text)


def test_an_agent_cannot_have_an_approval_count_twice(secured: Secured) -> None:
    agent, reviewer = secured.caller("agent"), secured.caller("reviewer")
    thread = agent.new_thread()
    (question,) = agent.run(thread, "nested", input={"topic": "Bees"}).json()["__interrupt__"]
    answer = {question["id"]: {"decision": "approve"}}
    assert reviewer.run(thread, "nested", command={"resume": answer}).json()["plan"]
    steps = agent.post(f"/threads/{thread}/history", json={"limit": 10}).json()
    assert len(steps) > 2

    for step in steps:
        again = agent.run(thread, "nested", input={"topic": "B"}, checkpoint=step["checkpoint"])
        assert again.status_code == 403, again.text


def test_an_agent_sees_its_own_threads_only(secured: Secured) -> None:
    agent, other = secured.caller("agent"), secured.caller("other")
    thread = agent.new_thread()
    agent.run(thread, input={"some_text": "a"})

    for answer in (
        other.get(f"/threads/{thread}"),
        other.get(f"/threads/{thread}/state"),
        other.post(f"/threads/{thread}/history", json={}),
        other.run(thread, input={"some_text": "b"}),
        other.get(f"/threads/{thread}/runs"),
    ):
        assert answer.status_code == 404 or answer.json() == [], answer.text
    found = other.post("/threads/search", json={"limit": 100}).json()
    assert [one for one in found if one["metadata"]["owner"] != "other"] == []
    taken = other.post("/threads", json={"thread_id": thread, "if_exists": "do_nothing"})
    assert taken.status_code == 409
    forged = agent.post("/threads", json={"metadata": {"owner": "other"}}).json()
    assert forged["metadata"]["owner"] == "agent"


def test_a_run_that_makes_its_thread_belongs_to_its_agent(secured: Secured) -> None:
    agent, thread = secured.caller("agent"), str(uuid.uuid4())
    made = agent.run(
        thread,
        input={"some_text": "a"},
        if_not_exists="create",
        metadata={"owner": "other"},
    )

    assert made.status_code == 200, made.text
    assert agent.get(f"/threads/{thread}").json()["metadata"]["owner"] == "agent"


def test_a_reviewer_answers_and_the_agent_goes_on(secured: Secured) -> None:
    agent, reviewer = secured.caller("agent"), secured.caller("reviewer")
    thread = agent.new_thread()
    agent.run(thread, input={"some_text": "a"})

    assert reviewer.run(thread, command={"resume": "b"}).json() == {"some_text": "b"}
    assert agent.run(thread, input={"some_text": "c"}).json()["__interrupt__"]


def test_a_reviewer_goes_on_past_a_static_pause_and_does_not_ask(secured: Secured) -> None:
    agent, reviewer = secured.caller("agent"), secured.caller("reviewer")
    thread = agent.new_thread()
    agent.run(thread, "static_pauses", input={"ran": []})

    assert agent.run(thread, "static_pauses", input=None).status_code == 403
    assert reviewer.run(thread, "static_pauses", input={"ran": []}).status_code == 403
    assert reviewer.post("/threads", json={}).status_code == 403
    went_on = reviewer.run(thread, "static_pauses", input=None)
    assert went_on.json() == {"ran": ["node_a", "node_b"]}


def test_an_admin_may_everything(secured: Secured) -> None:
    admin = secured.caller("admin")
    thread = admin.new_thread()
    assert admin.run(thread, input={"some_text": "a"}).json()["__interrupt__"]
    assert admin.post("/runs/crons/search", json={}).status_code == 200
    assert admin.delete(f"/threads/{thread}").status_code == 204


def server_routes(secured: Secured) -> list[tuple[str, str]]:
    document = httpx.get(f"{secured.url}/openapi.json").json()
    return [
        (method.upper(), re.sub(r"\{[^}]+\}", str(uuid.uuid4()), path))
        for path, methods in document["paths"].items()
        for method in methods
        if path not in OPEN and not path.startswith(CLOSED)
    ]


def test_every_route_of_the_server_asks_for_a_key(secured: Secured, paused: Paused) -> None:
    routes = server_routes(secured)
    assert len(routes) > 30
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer pc_reviewer_nobody"},
        {"Authorization": f"Basic {secured.keys['reviewer']}"},
        {"X-Api-Key": secured.keys["reviewer"]},
        {"X-Auth-Scheme": "langsmith", "X-Api-Key": "x"},
    ]
    with httpx.Client(base_url=secured.url, timeout=30) as client:
        passed = [
            (method, path, answer.status_code)
            for method, path in routes
            for headers in strangers
            if (answer := client.request(method, path, headers=headers, json={})).status_code
            not in (401, 403)
        ]
    assert passed == []


@pytest.mark.parametrize("path", ["/internal/truncate", "/deploy"])
def test_what_the_dev_server_has_for_its_makers_is_shut(secured: Secured, path: str) -> None:
    for who in (None, "agent", "admin"):
        assert secured.caller(who).post(path, json={}).status_code == 404


@pytest.mark.parametrize("path", sorted(OPEN))
def test_the_servers_own_pages_stay_open(secured: Secured, path: str) -> None:
    answer = secured.caller(None).get(path)
    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer.headers


def test_the_inbox_leads_to_sign_in_and_takes_a_reviewers_key(secured: Secured) -> None:
    with closing(open_store(f"sqlite:///{secured.store}")) as store:
        asked = Desk(store).open("general", "Publish?", {"a": 1}, requested_by="agent")
    page = {"Accept": "text/html"}
    with secured.caller(None) as person:
        sent = person.get("/hitl", headers=page)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Fhitl")
        assert person.get("/sign-in").status_code == 200
        form = {"key": secured.keys["reviewer"]}
        signed_in = person.post("/sign-in", data=form, headers={"Origin": secured.url})
        assert signed_in.status_code == 303
        shown = person.get("/hitl", headers=page)
        assert "Publish?" in shown.text

        csrf = person.cookies["plancraft_csrf"]
        place = f"/api/approvals/{asked.id}/approve"
        assert person.post(place, json={}).status_code == 403  # without the page's token
        approved = person.post(place, json={}, headers={"X-CSRF-Token": csrf})
        assert approved.status_code == 200, approved.text
        # The session counts in the inbox, and nowhere else.
        assert person.post("/threads/search", json={}).status_code == 401


def test_an_agent_cannot_decide_in_the_mounted_inbox(secured: Secured) -> None:
    agent, reviewer = secured.caller("agent"), secured.caller("reviewer")
    asked = agent.post("/api/approvals", json={"title": "Plan", "content": {"a": 1}})
    assert asked.status_code == 201, asked.text
    place = f"/api/approvals/{asked.json()['id']}/approve"

    assert secured.caller(None).post(place, json={}).status_code == 401
    assert agent.post(place, json={}).status_code == 403
    assert agent.post("/sign-in", data={"key": secured.keys["agent"]}).status_code == 403
    assert reviewer.post(place, json={}).status_code == 200


def test_the_inbox_is_healthy_and_tells_the_news(secured: Secured) -> None:
    assert secured.caller(None).get("/healthz").json() == {"status": "ok"}
    assert secured.caller(None).get("/readyz").json() == {"status": "ready"}
    headers = {"Authorization": f"Bearer {secured.keys['reviewer']}"}
    address = secured.url.replace("http", "ws", 1)
    with connect(f"{address}/ws", additional_headers=headers) as socket:
        secured.caller("agent").post("/api/approvals", json={"title": "News", "content": {}})
        assert "News" in str(socket.recv(timeout=20))


def test_every_route_of_the_inbox_is_mounted() -> None:
    from plancraft.app.langgraph_server.paths import is_in_inbox

    shadowed = {"/metrics", "/openapi.json"}
    paths = {route.path for route in routes_of(create_app(Desk(MemoryStore())).routes)}
    assert {path for path in paths if not is_in_inbox(path)} <= shadowed
    assert not any(map(is_in_inbox, ("/threads", "/hitlx", "/", "/runs/api", "/apis")))
