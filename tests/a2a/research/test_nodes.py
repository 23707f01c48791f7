"""Pauses are pure, a second run changes nothing, and a killed research goes on."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command

from plancraft.a2a.research import Library, ResearchState, build_research_graph
from plancraft.purity import lint
from plancraft.testing import assert_pure
from tests.a2a.research.conftest import YES, Research

ROOT = Path(__file__).parents[3]
NO = {"decision": "reject", "reason": "look at missed deadlines"}


def test_the_gates_are_pure_and_ask_the_same_again(folder: Path) -> None:
    graph = build_research_graph(Library.open(folder)).compile()
    answers = {"plan": [NO, YES], "data": [NO, YES], "report": [NO, YES]}
    checked = assert_pure(graph, {"query": "What is alarm fatigue?"}, answers=answers)

    assert checked.pauses == ("plan", "plan", "data", "data", "report", "report")


def test_a_step_run_twice_writes_the_same(research: Callable[..., Research]) -> None:
    asked = research().reject("look at deadlines").approve().approve().approve()
    run = set()
    for step in asked.graph.get_state_history({"configurable": {"thread_id": "t"}}):
        (name,) = step.next or ("",)
        if name in asked.graph.builder.nodes and not name.startswith("review_"):
            node = asked.graph.builder.nodes[name].runnable
            first = written(node, step.values)
            assert first == written(node, step.values)
            assert first == written(node, {**step.values, **first})
            run.add(name)
    assert run == {"begin", "make_plan", "gather", "write", "finish"}


def written(node: Any, values: dict[str, Any]) -> dict[str, Any]:
    builder = StateGraph(ResearchState)
    builder.add_node("once", node)
    builder.add_edge(START, "once")
    (update,) = builder.compile().stream(values, stream_mode="updates")
    return dict(update["once"])


def test_progress_is_told_in_the_language(folder: Path) -> None:
    graph = build_research_graph(Library.open(folder)).compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    told: list[Any] = []
    given: Any = {"query": "경보 피로란 무엇인가요?"}
    for _ in range(4):
        told += graph.stream(given, config, stream_mode="custom")
        waiting = graph.get_state(config).interrupts
        given = Command(resume={one.id: YES for one in waiting})

    assert all(list(one) == ["progress"] for one in told)
    assert told[0]["progress"] == "계획 세우는 중: 경보 피로란 무엇인가요?"
    assert told[-1]["progress"] == "보고서를 쓰는 중"


def test_it_runs_async_too(folder: Path) -> None:
    graph = build_research_graph(Library.open(folder)).compile(checkpointer=InMemorySaver())

    async def drive() -> dict[str, Any]:
        config: Any = {"configurable": {"thread_id": "t"}}
        given: Any = {"query": "What is alarm fatigue?"}
        for _ in range(4):
            done = await graph.ainvoke(given, config)
            given = Command(resume=YES)
        return dict(done)

    assert asyncio.run(drive())["outcome"] == "approved"


def test_the_state_is_small_json(research: Callable[..., Research]) -> None:
    state = research().finished()

    assert len(json.dumps(state)) < 40_000
    assert all(len(one["context"]) <= 700 for one in state["findings"])


def test_no_pause_of_the_room_breaks_a_rule_of_purity() -> None:
    assert lint([ROOT / "plancraft" / "a2a" / "research", ROOT / "graph"]).findings == []


SCRIPT = """
import sys, sqlite3, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from langgraph.checkpoint.sqlite import SqliteSaver
import plancraft as pc
from plancraft.a2a.research import Library, build_research_graph
class Slow:
    name = "slow"
    def invoke(self, query):
        Path("searching").touch()
        time.sleep(float(sys.argv[2]))
        return "Alarm fatigue is known to slow searches."
saver = SqliteSaver(sqlite3.connect("threads.db", check_same_thread=False))
graph = build_research_graph(Library.open("texts"), retriever=Slow()).compile(checkpointer=saver)
if not Path("started").exists():
    pc.start(graph, {"query": "What is alarm fatigue?"}, "t")
    Path("started").touch()
else:
    pc.recover(graph)
while waiting := pc.pending(graph, "t"):
    pc.resume(graph, "t", answer={"decision": "approve"}, by="mina")
print(graph.get_state({"configurable": {"thread_id": "t"}}).values["report_text"])
"""


@pytest.mark.slow
def test_killed_while_it_searches_it_goes_on_with_the_answer_it_had(
    folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SCRIPT, str(ROOT)]
    with subprocess.Popen([*command, "60"], cwd=tmp_path, text=True) as killed:
        until = time.monotonic() + 30
        while not (tmp_path / "searching").exists() and time.monotonic() < until:
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)

    done = subprocess.run(
        [*command, "0"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert "# What is alarm fatigue?" in done.stdout
    assert done.stdout.count("Alarm fatigue is known to slow searches. [slow]") == 2
