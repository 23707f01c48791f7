"""history, diff, blame and fork, as a person types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonpatch
import pytest

ROOT = Path(__file__).parents[2]
APP = """
import operator
from typing import Annotated, TypedDict
from langgraph.graph import START, StateGraph
import plancraft as pc

class State(TypedDict, total=False):
    topic: str
    way: str
    log: Annotated[list, operator.add]

async def choose(state: State) -> State:
    question = pc.OptionInterruptPayload(
        question="Which way?", options=["deep", "wide"], interrupt_id="way"
    )
    return {"way": pc.ask(question).selected[0]}

def write(state: State) -> State:
    return {"log": [f"{state['topic']} {state['way']}"]}

builder = StateGraph(State).add_node(choose).add_node(write)
graph = builder.add_edge(START, "choose").add_edge("choose", "write").compile()
"""
AROUND = ("--graph", "app:graph", "--db", "t.db")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a thread `t` has gone the deep way. No test changes that thread."""
    tmp_path = tmp_path_factory.mktemp("history")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "answers.json").write_text('{"way": ["deep"]}', encoding="utf-8")
    command = ["run", "app:graph", "--thread", "t", "--db", "t.db", "--by", "mina"]
    done = plancraft(tmp_path, *command, "--input", '{"topic": "sea"}', "--answers", "answers.json")
    assert done.returncode == 0, done.stderr
    return tmp_path


def plancraft(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "plancraft", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_a_thread_is_looked_back_at_from_the_shell(folder: Path) -> None:
    history = plancraft(folder, "history", "t", *AROUND)
    assert history.returncode == 0, history.stderr
    assert '“Which way?”: {"selected": ["deep"], "text": null}, by mina' in history.stdout
    short = plancraft(folder, "history", "t", "--last", "1", "--lang", "ko", *AROUND)
    assert "이전 단계가 더 있습니다" in short.stdout
    lines = plancraft(folder, "history", "t", "--json", *AROUND).stdout.splitlines()
    steps = [json.loads(line) for line in lines]
    assert [(one["step"], one["nodes"]) for one in steps] == [
        (-1, []),
        (0, ["__start__"]),
        (1, ["choose"]),
        (2, ["write"]),
    ]

    diff = plancraft(folder, "diff", "t", "0", "2", *AROUND)
    assert diff.stdout.splitlines()[1:] == ['+ way: "deep"', '+ log[0]: "sea deep"']
    patch = json.loads(plancraft(folder, "diff", "t", "-1", "1", "--patch", *AROUND).stdout)
    assert jsonpatch.apply_patch({"log": []}, patch) == {"topic": "sea", "way": "deep", "log": []}

    blame = plancraft(folder, "blame", "t", "way", *AROUND)
    assert blame.stdout.startswith('way: nothing → "deep"')
    assert "by mina" in blame.stdout
    assert json.loads(plancraft(folder, "blame", "t", "way", "--json", *AROUND).stdout)["by"] == [
        "mina"
    ]


@pytest.mark.slow
def test_another_way_is_gone_only_when_told(folder: Path) -> None:
    other = ("--answers", '{"way": "wide"}')
    made = plancraft(folder, "fork", "t", "0", "--to", "u", *AROUND)
    assert "run() runs again: choose, write" in made.stdout
    assert "plancraft run app:graph --thread u --db t.db" in made.stdout
    assert json.loads(plancraft(folder, "history", "u", "--json", *AROUND).stdout.splitlines()[-1])[
        "next"
    ] == ["choose"]

    gone = plancraft(folder, "fork", "t", "0", *other, "--run", *AROUND)
    assert gone.returncode == 0, gone.stderr
    assert '~ way: "deep" → "wide"' in gone.stdout
    on = plancraft(
        folder, "run", "app:graph", "--thread", "u", "--db", "t.db", "--answers", "answers.json"
    )
    assert '"sea deep"' in on.stdout, on.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["history", "nobody"], "There is no thread nobody"),
        (["diff", "t", "0", "99"], "It has the steps -1 … 2."),
        (["diff", "t", "zero", "1"], "has no step zero"),
        (["blame", "t", "plan"], "The state has nothing at plan."),
        (["blame", "t", "a]"], "cannot read the path"),
        (["fork", "t", "0", "--run", "--answers", '{"way": "up"}'], "there is no option up"),
        (["fork", "t", "0", "--answers", '{"way": "wide"}'], "add --run"),
        (["fork", "t", "0", "--answers", "[1]"], "--answers is a map"),
        (["fork", "t", "0", "--values", "{"], "--values is not JSON"),
        (["history", "t", "--last", "0"], "--last"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    folder: Path, arguments: list[str], said: str
) -> None:
    done = plancraft(folder, *arguments, *AROUND)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_looking_back_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")

    done = plancraft(tmp_path, "history", "t", "--graph", "app:graph", "--db", "none.db")

    assert (done.returncode, "there is no file none.db" in done.stderr) == (2, True)
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix) == ["app.py"]


def test_what_an_error_quotes_cannot_move_the_cursor(folder: Path) -> None:
    done = plancraft(folder, "history", "\x1b[31mred\u202e", *AROUND)

    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("fork", "t", "1", "--branch", "--to", "x"),
        ("history", "t", "--last", "9" * 30),
        ("fork", "t", "1", "--values", "5", "--to", "bad"),
        ("blame", "t", "a["),
        ("diff", "t", "9" * 5000, "1"),
    ],
)
def test_other_bad_input_is_one_line_too(folder: Path, arguments: tuple[str, ...]) -> None:
    done = plancraft(folder, *arguments, *AROUND)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
