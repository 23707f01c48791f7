"""`plancraft serve` as a process: two people's programs, a port, Ctrl-C, and the power cut."""

import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from plancraft.approvals.audit import verify_log
from plancraft.cli import main
from plancraft.stores import open_store
from tests.redis import SYNCED, running_server
from tests.server.running import Outside, plancraft_command, serving


def _ask(client: httpx.Client, **named: Any) -> dict[str, Any]:
    response = client.post("/api/approvals", json={"title": "Plan", "content": "x", **named})
    assert response.status_code == 201, response.text
    asked: dict[str, Any] = response.json()
    return asked


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        plancraft_command(*words), capture_output=True, text=True, check=False, timeout=60
    )


def test_two_programs_and_a_person_get_one_answer(outside_anywhere: Outside) -> None:
    server = outside_anywhere
    with server.client("agent") as agent, server.client() as reviewer:
        asked = _ask(agent)
        woken: list[tuple[str, float]] = []

        def wait() -> None:
            with server.client("agent") as waiting:
                done = waiting.get(f"/api/approvals/{asked['id']}/wait?timeout=30").json()
                woken.append((done["status"], time.monotonic()))

        threads = [threading.Thread(target=wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        seen = reviewer.get("/api/approvals/pending").json()["items"]
        assert [one["id"] for one in seen] == [asked["id"]]
        began = time.monotonic()
        place = f"/api/approvals/{asked['id']}"
        said = reviewer.post(f"{place}/approve", json={"seen": seen[0]["digest"]})
        assert said.json()["status"] == "approved"
        for thread in threads:
            thread.join()
        assert [status for status, _ in woken] == ["approved"] * 3
        assert max(at for _, at in woken) - began < 1
        late = reviewer.post(f"{place}/reject", json={"reason": "late"})
        assert (late.status_code, late.json()["by"]) == (409, "mina")
        assert agent.post(f"{place}/approve").status_code == 403
        assert reviewer.get("/api/approvals/approved").json()["items"][0]["id"] == asked["id"]


def test_a_decision_of_another_process_wakes_who_waits(outside_anywhere: Outside) -> None:
    server = outside_anywhere
    with server.client("agent") as agent:
        asked = _ask(agent)
        decide = threading.Timer(0.5, _run, args=["answer", asked["id"], _YES, *_at(server)])
        decide.start()
        done = agent.get(f"/api/approvals/{asked['id']}/wait?timeout=30").json()
        decide.join()
    assert (done["status"], done["approved_by"]) == ("approved", "terminal")


_YES = '{"decision": "approve", "reason": null, "content": null}'


def _at(server: Outside) -> list[str]:
    return ["--by", "terminal", "--store", server.store]


def test_deadlines_are_kept_while_nobody_looks(outside: Outside) -> None:
    with outside.client("agent") as agent:
        asked = _ask(agent, timeout=0.3)
        store = open_store(outside.store)
        deadline = time.monotonic() + 5
        while (found := store.get(asked["id"])) is not None and found.is_open:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert found is not None
        assert found.updated_at is not None
        assert found.deadline is not None
        assert (found.updated_at - found.deadline).total_seconds() < 1
        store.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_with_who_waits_let_go(outside: Outside, number: int) -> None:
    with outside.client("agent") as agent:
        asked = _ask(agent)
        answers: list[httpx.Response] = []
        path = f"/api/approvals/{asked['id']}/wait?timeout=60"
        waiting = threading.Thread(target=lambda: answers.append(agent.get(path)))
        waiting.start()
        time.sleep(0.5)
        began = time.monotonic()
        assert outside.end(number) == 0
        assert time.monotonic() - began < 20
        waiting.join()
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(200, "pending")]
    assert "Traceback" not in outside.err


def test_a_taken_port_is_one_line(outside: Outside, tmp_path: Path) -> None:
    store = ["--store", outside.store]
    refused = _run("serve", "--port", str(outside.port), *store)
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines() == [
        f"plancraft: cannot listen at 127.0.0.1:{outside.port}: Address already in use"
    ]


def test_what_cannot_be_served_is_one_line(tmp_path: Path) -> None:
    for words in (
        ["--store", "nonsense://x"],
        ["--db", str(tmp_path / "no" / "folder.db")],
        ["--public-url", "hitl.example.com"],
        ["--policy", str(_written(tmp_path / "bad.yaml", "default_timeout: soon"))],
        ["--host", "192.0.2.1", "--db", str(tmp_path / "a.db")],
    ):
        refused = CliRunner().invoke(main, ["serve", "--port", "0", *words])
        assert refused.exit_code == 2, refused
        assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    refused_later = _run("serve", "--port", "0", "--by", "a:b", "--db", str(tmp_path / "a.db"))
    assert refused_later.returncode == 2
    assert refused_later.stderr.strip().splitlines() == [
        "plancraft: The name a:b cannot be given: a name has letters, digits and . - _ @ + only."
    ]


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_who_opens_it_to_others_is_warned(tmp_path: Path) -> None:
    options = ("--host", "0.0.0.0")
    with serving(str(tmp_path / "store.db"), tmp_path, options) as server:
        assert "others can reach 0.0.0.0, and plain HTTP hides no key" in server.err
        assert server.link.startswith(f"http://127.0.0.1:{server.port}/sign-in?token=")


def test_a_policy_file_holds(tmp_path: Path) -> None:
    rules = _written(tmp_path / "policy.yaml", "types: {general: {timeout: 77, needed: 2}}")
    with (
        serving(str(tmp_path / "s.db"), tmp_path, ("--policy", str(rules))) as server,
        server.client("agent") as agent,
    ):
        asked = _ask(agent)
    assert (asked["timeout"], asked["terms"]["needed"]) == (77, 2)


def test_the_printed_link_signs_in_once_and_not_after_the_end(outside: Outside) -> None:
    link, token = outside.link, outside.link.partition("token=")[2]
    assert httpx.get(link).status_code == 200
    first = httpx.post(f"{outside.url}/sign-in", json={"token": token})
    assert (first.status_code, first.json()["name"]) == (200, "owner")
    outside.end()
    outside.start()
    unused = outside.link.partition("token=")[2]
    outside.end()
    outside.start()
    for old in (token, unused):
        assert httpx.post(f"{outside.url}/sign-in", json={"token": old}).status_code == 401
    assert token not in outside.err


def test_sockets_of_others_do_not_end_it(outside: Outside) -> None:
    for junk in (b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\n", b"POST /api/approvals HTTP/1.1\r\n"):
        with socket.create_connection(("127.0.0.1", outside.port)) as raw:
            raw.sendall(junk)
    assert httpx.get(f"{outside.url}/healthz").json() == {"status": "ok"}


@pytest.mark.slow
def test_while_the_store_is_down_nothing_is_approved_and_afterwards_all_goes_on(
    tmp_path: Path,
) -> None:
    with (
        running_server(tmp_path, *SYNCED) as redis,
        serving(redis.url, tmp_path) as server,
        server.client("agent") as agent,
        server.client() as reviewer,
    ):
        asked = _ask(agent)
        place = f"/api/approvals/{asked['id']}"
        answers: list[httpx.Response] = []
        path = f"{place}/wait?timeout=60"
        waiting = threading.Thread(target=lambda: answers.append(agent.get(path)))
        waiting.start()
        time.sleep(0.5)
        redis.kill()
        refused = reviewer.post(f"{place}/approve")
        assert (refused.status_code, refused.json()["type"]) == (
            503,
            "urn:plancraft:store-unavailable",
        )
        assert reviewer.get("/readyz").status_code == 503
        assert reviewer.get("/healthz").status_code == 200
        redis.start()
        deadline = time.monotonic() + 10
        while reviewer.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert reviewer.get(place).json()["status"] == "pending"
        assert reviewer.post(f"{place}/approve").status_code == 200
        waiting.join(5)
        assert [one.json()["status"] for one in answers] == ["approved"]


def test_a_graphs_question_is_answered_over_rest_and_carried_back(tmp_path: Path) -> None:
    graph, db = "tests.server.asking_graph:graph", str(tmp_path / "threads.db")
    asked = subprocess.run(
        plancraft_command("run", graph, "--thread", "t1", "--db", db, "--input", '{"topic": "x"}'),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert asked.returncode, asked
    options = ("--graph", graph, "--db", db)
    with serving(db, tmp_path, options) as server, server.client() as reviewer:
        page = reviewer.get("/api/approvals/pending?thread=t1").json()["items"]
        place = f"/api/approvals/{page[0]['id']}"
        said = reviewer.post(f"{place}/approve", json={"seen": page[0]["digest"]})
        assert said.json()["status"] == "approved", said.text
        deadline = time.monotonic() + 10
        while reviewer.get(place).json()["delivery"] != "done":
            assert time.monotonic() < deadline, server.err
            time.sleep(0.05)
        assert server.end() == 0
        assert "Traceback" not in server.err


@pytest.mark.slow
def test_killed_under_load_it_loses_nothing_and_doubles_nothing(outside: Outside) -> None:
    """Ten kills, while four agents ask, wait and ask again, and a person decides."""
    load = _Load(outside, seconds=15)
    agents = [threading.Thread(target=load.ask_on, args=[number]) for number in range(4)]
    person = threading.Thread(target=load.decide_on)
    for thread in (*agents, person):
        thread.start()
    for _ in range(10):
        time.sleep(0.5)
        outside.kill()
        outside.start()
        load.restarted = time.monotonic()
    for thread in agents:
        thread.join()
    load.over.set()
    person.join()

    assert len(load.made) == len(set(load.made)) > 50
    assert set(load.seen) == set(load.made)
    assert set(load.seen.values()) == {"mina"}
    assert max(load.said.values()) == 1
    assert max(load.back) < 20  # the figure is in the benchmarks
    with closing(open_store(outside.store)) as store:
        verify_log(store)
        kinds = [entry.event.kind for entry in store.log(limit=100_000)]
    assert kinds.count("opened") == kinds.count("decided") == len(load.made)


class _Load:
    """Agents and a person who go on whatever happens, and what they saw."""

    def __init__(self, server: Outside, *, seconds: float) -> None:
        self._server, self._until = server, time.monotonic() + seconds
        self.restarted = 0.0
        self.made: list[str] = []
        self.seen: dict[str, str] = {}
        self.said: dict[str, int] = {}
        self.over = threading.Event()
        """Set when no agent waits any more."""
        self.back: list[float] = []
        """How long after a restart the first wait was answered."""

    def ask_on(self, number: int) -> None:
        turn = 0
        with self._server.client("agent") as client:
            while time.monotonic() < self._until:
                turn += 1
                key = {"Idempotency-Key": f"{number}-{turn}"}
                body = {"title": f"{number}-{turn}", "content": "x"}
                asked = _patiently(client, "POST", "/api/approvals", json=body, headers=key).json()
                self.made.append(asked["id"])
                while asked["status"] == "pending":
                    path = f"/api/approvals/{asked['id']}/wait?timeout=5"
                    asked = _patiently(client, "GET", path).json()
                    self._note()
                self.seen[asked["id"]] = asked["approved_by"]

    def decide_on(self) -> None:
        with self._server.client() as client:
            while not self.over.is_set():
                page = _patiently(client, "GET", "/api/approvals/pending").json()
                for one in page["items"]:
                    place = f"/api/approvals/{one['id']}/approve"
                    if _patiently(client, "POST", place).status_code == 200:
                        self.said[one["id"]] = self.said.get(one["id"], 0) + 1
                time.sleep(0.01)

    def _note(self) -> None:
        if self.restarted:
            self.back.append(time.monotonic() - self.restarted)
            self.restarted = 0.0


def _patiently(client: httpx.Client, method: str, path: str, **named: Any) -> httpx.Response:
    while True:
        try:
            response = client.request(method, path, **named)
            if response.status_code != 503:
                return response
        except httpx.TransportError:
            pass
        time.sleep(0.02)
