"""What the document says of LangGraph Server, and how it is started."""

import json
import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.langgraph_server.running import Caller
from utils.langgraph_dev import ROOT, Busy, dev_server, main, port_to_take

pytestmark = pytest.mark.xdist_group("langgraph-server")
CONFIGS = ("langgraph.json", "langgraph.secured.json")


@pytest.fixture
def caller(open_server: str) -> Caller:
    return Caller(open_server)


def test_a_run_that_paused_succeeded_and_its_thread_is_interrupted(caller: Caller) -> None:
    thread = caller.new_thread()
    paused = caller.run(thread, input={"some_text": "a"})

    assert paused.status_code == 200
    assert caller.get(f"/threads/{thread}").json()["status"] == "interrupted"
    (run,) = caller.get(f"/threads/{thread}/runs").json()
    assert run["status"] == "success"


def test_an_answer_to_a_finished_thread_is_taken_and_does_nothing(caller: Caller) -> None:
    thread = caller.new_thread()
    caller.run(thread, input={"some_text": "a"})
    caller.run(thread, command={"resume": "first"})

    late = caller.run(thread, command={"resume": "second"})

    assert late.status_code == 200
    assert caller.get(f"/threads/{thread}/state").json()["values"] == {"some_text": "first"}


def test_unknown_threads_and_assistants_are_refused(caller: Caller) -> None:
    assert caller.run(str(uuid.uuid4()), input={"some_text": "a"}).status_code == 404
    thread = caller.new_thread()
    assert caller.run(thread, "nobody", input={"some_text": "a"}).status_code == 422


def test_an_error_of_the_graph_comes_with_200(caller: Caller) -> None:
    failed = caller.run(caller.new_thread(), "planning", input={"user_input": ""})

    assert failed.status_code == 200
    assert failed.json()["__error__"]["error"] == "StateError"


def test_new_input_replaces_the_question(caller: Caller) -> None:
    thread = caller.new_thread()
    (first,) = caller.run(thread, input={"some_text": "a"}).json()["__interrupt__"]
    (second,) = caller.run(thread, input={"some_text": "b"}).json()["__interrupt__"]

    assert first["id"] != second["id"]
    state = caller.get(f"/threads/{thread}/state").json()
    assert [one["id"] for one in state["interrupts"]] == [second["id"]]


def test_a_run_without_a_thread_forgets_its_question(caller: Caller) -> None:
    asked = caller.post(
        "/runs/wait", json={"assistant_id": "agent", "input": {"some_text": "lost"}}
    )

    assert asked.json()["__interrupt__"]
    waiting = caller.post("/threads/search", json={"status": "interrupted", "limit": 100}).json()
    assert [one for one in waiting if one["values"] == {"some_text": "lost"}] == []


def test_pauses_of_a_run_take_the_place_of_the_compiled_ones(caller: Caller) -> None:
    past = caller.run(
        caller.new_thread(),
        "static_pauses",
        input={"ran": []},
        interrupt_before=["nothing"],
        interrupt_after=["nothing"],
    )

    assert past.json() == {"ran": ["node_a", "node_b", "node_c"]}


def test_langgraph_takes_an_answer_from_the_configuration_as_well(caller: Caller) -> None:
    thread = caller.new_thread()
    (question,) = caller.run(thread, input={"some_text": "a"}).json()["__interrupt__"]
    answer = {"__pregel_resume_map": {question["id"]: "b"}}

    passed = caller.run(thread, input=None, config={"configurable": answer})

    assert passed.json() == {"some_text": "b"}  # why the secured server refuses configuration


def test_the_planning_graph_asks_its_first_question(caller: Caller) -> None:
    asked = caller.run(caller.new_thread(), "planning", input={"user_input": "An app for bees"})

    (question,) = asked.json()["__interrupt__"]
    assert question["value"]["interrupt_id"] == "direction"


def test_a_busy_port_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Busy):
            port_to_take(port)
        assert main(["--port", str(port)]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"port {port} is busy" in said


def test_both_configs_serve_the_same_graphs() -> None:
    plain, secured = (json.loads((ROOT / name).read_text()) for name in CONFIGS)

    assert plain["graphs"] == secured["graphs"]
    assert secured["auth"]["disable_studio_auth"] is True
    assert secured["http"]["enable_custom_route_auth"] is True


def test_graphs_load_by_path_from_another_folder_and_bring_no_checkpointer(tmp_path: Path) -> None:
    graphs = json.loads((ROOT / CONFIGS[0]).read_text())["graphs"]
    load = (
        "import importlib.util, sys\n"
        "for place in sys.argv[1:]:\n"
        "    path, _, name = place.rpartition(':')\n"
        "    spec = importlib.util.spec_from_file_location('loaded', path)\n"
        "    module = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "    assert getattr(module, name).checkpointer is None\n"
    )
    words = [str(ROOT / place) for place in graphs.values()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", load, *words], cwd=tmp_path, env=environment, check=True, timeout=60
    )


def test_a_server_that_anybody_could_enter_does_not_start() -> None:
    auth = json.dumps({"path": "plancraft.app.langgraph_server:auth"})
    done = subprocess.run(
        [sys.executable, "-c", "import plancraft.app.langgraph_server"],
        env={**os.environ, "LANGGRAPH_AUTH": auth, "PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "auth.disable_studio_auth" in done.stderr


def test_a_pause_outlives_the_server(tmp_path: Path) -> None:
    with dev_server(tmp_path) as url:
        thread = Caller(url).new_thread()
        Caller(url).run(thread, input={"some_text": "a"})
    with dev_server(tmp_path) as url:
        done = Caller(url).run(thread, command={"resume": "b"})

    assert done.json() == {"some_text": "b"}
