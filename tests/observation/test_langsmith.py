"""What LangSmith, the logs and the files get to see: the event, never a secret."""

import gzip
import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import zstandard
from langchain_core.tracers.langchain import wait_for_all_tracers
from langgraph.checkpoint.sqlite import SqliteSaver
from langsmith import run_trees
from langsmith.utils import get_env_var, get_tracer_project
from pydantic import BaseModel, SecretStr, field_validator

import plancraft as pc
from plancraft.stores.sqlite import SqliteStore
from tests.graphs import Notes, build, confirm

SECRET = "hunter2-correct-horse"
REFUSED = "hunter3-battery-staple"
INGEST = {
    "use_multipart_endpoint": True,
    "size_limit": 100,
    "size_limit_bytes": 20_000_000,
    "scale_up_nthreads_limit": 4,
    "scale_up_qsize_trigger": 1000,
}


class Recorder(ThreadingHTTPServer):
    """Stands where LangSmith would, and keeps every request body, unpacked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def everything(self) -> str:
        return b"\n".join(self.bodies).decode("utf-8", "replace")


class _Handler(BaseHTTPRequestHandler):
    server: Recorder
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply({"version": "0.14.0", "batch_ingest_config": INGEST})

    def do_POST(self) -> None:
        self.server.bodies.append(self.path.encode() + b"\n" + self._body())
        self._reply({})

    def do_PATCH(self) -> None:
        self.do_POST()

    def _body(self) -> bytes:
        raw = self._chunks() if self.headers.get("Transfer-Encoding") else self._all()
        match self.headers.get("Content-Encoding"):
            case "gzip":
                return gzip.decompress(raw)
            case "zstd":
                return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
        return raw

    def _all(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _reply(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(202 if self.command != "GET" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def langsmith(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A LangSmith of our own, tracing on."""
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        monkeypatch.setenv("LANGSMITH_ENDPOINT", recorder.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "no-real-key")
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.delenv("LANGCHAIN_TRACING_V2", raising=False)
        monkeypatch.setattr(run_trees, "_CLIENT", None)
        _forget_the_environment()
        yield recorder
        client = run_trees._CLIENT
        if client is not None:
            client.flush()
            client.cleanup()
        monkeypatch.undo()
        _forget_the_environment()
        recorder.shutdown()
        thread.join()


def _forget_the_environment() -> None:
    get_env_var.cache_clear()
    get_tracer_project.cache_clear()


class Login(BaseModel):
    user: str
    password: SecretStr

    @field_validator("password")
    @classmethod
    def _is_not_the_old_one(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() == REFUSED:
            raise ValueError("this one was used before")
        return value


LOGIN_SCHEMA = {
    "type": "object",
    "properties": {"user": {"type": "string"}, "password": {"type": "string", "writeOnly": True}},
    "required": ["user", "password"],
}


def test_a_run_is_traced_and_carries_the_event(langsmith: Recorder, saver: Any) -> None:
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")
    wait_for_all_tracers()

    assert '"hitl_event":"resumed"' in langsmith.everything
    assert '"hitl_payload":{' in langsmith.everything
    carrying = [body for body in langsmith.bodies if b'"hitl_event"' in body]
    assert b'"timestamp":"20' in b"".join(carrying)
    assert b'"by":"mina"' in b"".join(carrying)


def test_an_event_logged_in_a_node_lands_on_its_run(langsmith: Recorder, saver: Any) -> None:
    def node(state: Notes) -> Notes:
        pc.log_hitl_event("looked", {"topic": state["topic"]})
        return {"seen": ["looked"]}

    build(saver, ("looks", node)).invoke({"topic": "x"}, {"configurable": {"thread_id": "t"}})
    wait_for_all_tracers()

    assert '"hitl_event":"looked"' in langsmith.everything
    assert '"hitl_payload":{"topic":"x"}' in langsmith.everything


def test_nothing_is_sent_when_tracing_is_off(
    langsmith: Recorder, monkeypatch: pytest.MonkeyPatch, saver: Any
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    _forget_the_environment()
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")
    wait_for_all_tracers()
    assert langsmith.bodies == []


def files_of(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}


@pytest.mark.parametrize("form", [Login, LOGIN_SCHEMA], ids=["model", "schema"])
def test_a_secret_reaches_its_node_and_nothing_else(
    langsmith: Recorder, tmp_path: Path, caplog: pytest.LogCaptureFixture, form: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    received: list[str] = []

    def node(state: Notes) -> Notes:
        answer = pc.ask(pc.FormInterruptPayload(question="Who?", form=form))
        received.append(answer.values["password"].get_secret_value())
        return {"seen": [answer.redacted()]}

    path = tmp_path / "threads.db"
    connection = sqlite3.connect(path, check_same_thread=False)
    store = SqliteStore(path)
    graph = build(SqliteSaver(connection), ("asks", node), ("after", confirm("done?")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    if form is Login:
        with pytest.raises(pc.InvalidAnswer):
            pc.resume(graph, "t", answer={"user": "m", "password": REFUSED}, by="mina", store=store)
    result = pc.resume(graph, "t", answer={"user": "m", "password": SECRET}, by="mina", store=store)
    wait_for_all_tracers()

    assert received == [SECRET]
    assert result["seen"] == [{"user": "m", "password": "***"}]
    assert '"hitl_event":"resumed"' in langsmith.everything
    rows = "".join(one.model_dump_json() for one in store.find(pc.Query(status=None)))
    events = "".join(one.model_dump_json() for one in store.events())
    history = repr(list(graph.get_state_history({"configurable": {"thread_id": "t"}})))
    for secret in (SECRET, REFUSED):
        assert secret not in langsmith.everything
        assert secret not in caplog.text
        assert secret not in events
        assert secret not in history
        assert secret not in rows
    assert '"decided"' in events
    dump = "\n".join(connection.iterdump())
    assert SECRET not in dump
    assert REFUSED not in dump
    store.close()
    connection.close()
    for name, content in files_of(path).items():
        assert SECRET.encode() not in content, name
        assert REFUSED.encode() not in content, name


def test_no_file_holds_a_secret_once_the_thread_has_moved_on(tmp_path: Path) -> None:
    def node(state: Notes) -> Notes:
        pc.ask(pc.FormInterruptPayload(question="Who?", form=Login))  # type: ignore[arg-type]
        return {"seen": ["in"]}

    path = tmp_path / "threads.db"
    connection = sqlite3.connect(path, check_same_thread=False)
    store = SqliteStore(path)
    graph = build(SqliteSaver(connection), ("asks", node), ("after", confirm("done?")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    pc.resume(graph, "t", answer={"user": "m", "password": SECRET}, by="mina", store=store)
    holding = [name for name, content in files_of(path).items() if SECRET.encode() in content]
    store.close()
    connection.close()
    assert holding == []
