"""The command line: real processes, real files; what is wrong is one line and exit code 2."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
from typing import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
import plancraft as pc

class State(TypedDict, total=False):
    x: str
    y: str

async def first(state: State) -> State:
    return {"x": str(interrupt({"ask": "name?", "escape": "\\x1b[31mred"}))}

def second(state: State) -> State:
    answer = pc.ask(pc.ConfirmInterruptPayload(question="sure?", timeout=3600))
    return {"y": f"{answer.confirmed} by {answer.by}"}

builder = StateGraph(State).add_node(first).add_node(second)
graph = builder.add_edge(START, "first").add_edge("first", "second").compile()
stopped = builder.compile(interrupt_before=["second"])
not_a_graph = 7
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_app.py").write_text(APP, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a thread that waits; for tests that change nothing."""
    folder = tmp_path_factory.mktemp("paused")
    (folder / "my_app.py").write_text(APP, encoding="utf-8")
    plancraft(folder, "run", "my_app:graph", "--input", "{}", "--thread", "a", "--db", "t.db")
    return folder


def plancraft(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plancraft", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def pending(folder: Path) -> list[dict[str, object]]:
    listed = plancraft(folder, "pending", "--db", "t.db", "--json")
    assert listed.returncode == 0, listed.stderr
    return [json.loads(line) for line in listed.stdout.splitlines()]


def test_a_graph_runs_through_with_prepared_answers_whoever_wrote_its_questions(
    folder: Path,
) -> None:
    # A bare interrupt has no name of its own, so it is answered piecewise first.
    paused = plancraft(
        folder, "run", "my_app:graph", "--input", "{}", "--thread", "a", "--db", "t.db"
    )
    assert paused.returncode == 2
    assert "name?" in paused.stderr
    (first,) = pending(folder)
    assert first["thread_id"] == "a"

    recorded = plancraft(
        folder, "answer", str(first["id"]), '"Mina"', "--db", "t.db", "--by", "mina"
    )
    assert recorded.returncode == 0, recorded.stderr
    delivered = plancraft(folder, "recover", "--graph", "my_app:graph", "--db", "t.db")
    assert delivered.returncode == 0, delivered.stderr
    (second,) = pending(folder)
    assert second["title"] == "sure?"

    (folder / "answers.yaml").write_text("second: [{confirmed: true}]", encoding="utf-8")
    done = plancraft(
        folder, "run", "my_app:graph", "--thread", "a", "--db", "t.db", "--by", "joon",
        "--answers", "answers.yaml",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"x": "Mina", "y": "True by joon"}
    assert "No open question" in plancraft(folder, "pending", "--db", "t.db").stdout


AGENT = """
from tests.interrupts.dialects.agents import SEND, Office, agent

graph = agent(Office(), None, SEND)
"""


def test_an_agent_of_another_library_runs_through_with_prepared_answers(folder: Path) -> None:
    (folder / "agent.py").write_text(AGENT, encoding="utf-8")
    answers = '{"send": [{"decision": "edit", "content": {"to": "jun"}}]}'
    (folder / "answers.json").write_text(answers, encoding="utf-8")

    done = plancraft(
        folder, "run", "agent:graph", "--input", '{"messages": [["user", "go"]]}',
        "--thread", "a", "--db", "t.db", "--by", "mina", "--answers", "answers.json",
        PYTHONPATH=str(Path(__file__).parents[2]),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert '"to\\": \\"jun' in done.stdout


def test_an_answer_with_its_graph_is_delivered_at_once(folder: Path) -> None:
    plancraft(folder, "run", "my_app:graph", "--input", "{}", "--thread", "a", "--db", "t.db")
    (first,) = pending(folder)

    given = plancraft(
        folder,
        "answer",
        str(first["id"])[:10],
        '"Mina"',
        "--graph",
        "my_app.py:graph",
        "--db",
        "t.db",
    )

    assert given.returncode == 0, given.stderr
    assert json.loads(given.stdout)["x"] == "Mina"
    assert pending(folder)[0]["title"] == "sure?"
    again = plancraft(folder, "answer", str(first["id"]), '"Joon"', "--db", "t.db")
    assert again.returncode == 2
    assert "already answered" in again.stderr


def test_a_static_breakpoint_waits_and_says_so(folder: Path) -> None:
    (folder / "answers.json").write_text('{"first": ["x"]}', encoding="utf-8")
    plancraft(folder, "run", "my_app:stopped", "--input", "{}", "--thread", "a", "--db", "t.db")
    (first,) = pending(folder)
    plancraft(
        folder, "answer", str(first["id"]), '"M"', "--db", "t.db", "--graph", "my_app:stopped"
    )

    waiting = plancraft(folder, "run", "my_app:stopped", "--thread", "a", "--db", "t.db")

    assert waiting.returncode == 2
    assert "second" in waiting.stderr


def test_expire_leaves_what_still_has_time(paused: Path) -> None:
    swept = plancraft(paused, "expire", "--graph", "my_app:graph", "--db", "t.db")

    assert swept.returncode == 0
    assert "No question's time is up" in swept.stdout
    assert len(pending(paused)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere:graph"], "nowhere"),
        (["run", "my_app:nothing"], "graphs in it: graph, stopped"),
        (["run", "my_app:not_a_graph"], "int"),
        (["run", "my_app"], "MODULE:GRAPH"),
        (["run", "missing.py:graph"], "missing.py"),
        (["run", "my_app:graph", "--input", "{x"], "not JSON"),
        (["run", "my_app:graph", "--input", "@missing.json"], "missing.json"),
        (["run", "my_app:graph", "--input", "{}", "--answers", "missing.json"], "missing.json"),
        (["run", "my_app:graph", "--input", "{}", "--db", "no/such/folder.db"], "no/such"),
        (["answer", "zzz", "1", "--db", "t.db"], "zzz"),
        (["answer", "zzz", "{1", "--db", "t.db"], "not JSON"),
        (["answer", "zzz", "1", "--db", "missing.db"], "missing.db"),
        (["pending", "--db", "missing.db"], "missing.db"),
        (["pending", "--store", "mongo://x:secret@host/db"], "mongo"),
        (["recover", "--db", "t.db"], "--graph"),
        (["pending", "--db", "my_app.py"], "my_app.py"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    paused: Path, arguments: list[str], said: str
) -> None:
    refused = plancraft(paused, *arguments)

    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


def test_pending_shows_what_is_hostile_as_plain_text(paused: Path) -> None:
    listed = plancraft(paused, "pending", "--db", "t.db", FORCE_COLOR="")

    assert "name?" in listed.stdout
    assert "\x1b[31m" not in listed.stdout
    assert "from sqlite:" in listed.stdout


def test_everything_is_said_in_korean_too(folder: Path) -> None:
    empty = plancraft(folder, "pending", PLANCRAFT_LANG="ko")
    refused = plancraft(folder, "run", "nowhere:graph", "--lang", "ko")

    assert "대기 중 질문이 없습니다" in empty.stdout
    assert "불러올 수 없습니다" in refused.stderr
    assert "사람에게 묻고" in plancraft(folder, "--help", PLANCRAFT_LANG="ko").stdout
