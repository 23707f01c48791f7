"""The graph that is killed: questions in sequence and in parallel, an effect after each."""

import importlib
import json
import operator
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from pydantic import SecretStr

import plancraft as pc
from utils.benchmarks import outside_calls

__all__ = ["EFFECTS", "QUESTIONS", "THREAD", "Effects", "opened", "rehearse"]

EFFECTS = "effects.jsonl"
"""Name of the file that is the outside world."""

THREAD = "voyage"
QUESTIONS = ("first", "left", "right", "last")


class Said(TypedDict):
    """An answer as a node got it."""

    question: str
    answer: str
    key: str


class State(TypedDict, total=False):
    """What the nodes heard."""

    topic: str
    said: Annotated[list[Said], operator.add]


class Effects:
    """A world outside the checkpoints: a file to which rows are appended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, place: str, said: Said) -> None:
        """Do something that a crash can repeat but not take back."""
        outside_calls.outside_call()
        line = json.dumps({"place": place, **said}).encode() + b"\n"
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line)
        os.close(file)

    def read(self) -> list[dict[str, str]]:
        """All that was done."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Effects]]:
    """The graph on the folder's SQLite file, and its effects."""
    # Looked up at each call: a watched process has its own connect().
    import sqlite3

    connection = sqlite3.connect(folder / "threads.db", check_same_thread=False)
    effects = Effects(folder / EFFECTS)
    try:
        yield _graph(SqliteSaver(connection), effects), effects
    finally:
        connection.close()


def rehearse() -> None:
    """Go the whole way once in memory, so that forked children find everything imported."""
    for module in ("alembic.command", "alembic.config", "plancraft.stores.sqlite"):
        importlib.import_module(module)
    graph = _graph(InMemorySaver(), Effects(Path(os.devnull)))
    pc.start(graph, {"topic": "sea"}, THREAD)
    while questions := pc.pending(graph, THREAD):
        pc.resume(graph, THREAD, {one.id: {"says": "-"} for one in questions})


def _graph(saver: InMemorySaver | SqliteSaver, effects: Effects) -> Any:
    builder: Any = StateGraph(State)
    for name in QUESTIONS:
        builder.add_node(name, _asks(name, effects))
    builder.add_node("plan", _acts("plan", effects))
    builder.add_node("aside", _acts("aside", effects))
    for name in ("after_first", "after_both", "after_last"):
        builder.add_node(name, _acts(name, effects))
    builder.add_edge(START, "plan")
    builder.add_edge("plan", "first")
    builder.add_edge("first", "after_first")
    for name in ("left", "right", "aside"):
        builder.add_edge("after_first", name)
    builder.add_edge(["left", "right", "aside"], "after_both")
    builder.add_edge("after_both", "last")
    builder.add_edge("last", "after_last")
    builder.add_edge("after_last", END)
    return builder.compile(checkpointer=saver, name="voyage")


def _asks(name: str, effects: Effects) -> Callable[[State], State]:
    """A node with the riskiest of effects: right behind its question, before anything is saved."""
    says = {"type": "string", "writeOnly": name == "right"}
    form = {"type": "object", "properties": {"says": says}, "required": ["says"]}

    def node(state: State) -> State:
        answer = pc.ask(pc.FormInterruptPayload(question=name, form=form))
        value = answer.values["says"]
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        said = Said(question=name, answer=text, key=answer.key)
        effects.append(name, said)
        return {"said": [said]}

    return node


def _acts(name: str, effects: Effects) -> Callable[[State], State]:
    """A node that acts on all that was said so far."""

    def node(state: State) -> State:
        for said in state.get("said", []) or [Said(question="-", answer="-", key="-")]:
            effects.append(name, said)
        return {}

    return node
