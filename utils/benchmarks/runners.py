"""One way to start, answer and recover a thread with plancraft, and one with LangGraph alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langgraph.types import Command

import plancraft as pc
from plancraft.threads.flows import run
from plancraft.threads.target import store_of

__all__ = ["Bare", "Place", "Plancraft", "Runner"]

INPUT = {"topic": "sea"}
Heard = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Place:
    """Where a thread stands: `absent`, `paused`, `finished`, or anything worse."""

    state: str
    open: Mapping[str, str] = field(default_factory=dict)
    """The open questions, each with its interrupt id."""


class Runner(Protocol):
    """What a program does with one thread."""

    def start(self, graph: Any, thread: str) -> None:
        """Give it its input."""

    def answer(self, graph: Any, thread: str, answers: Mapping[str, str], **more: Any) -> None:
        """Answer questions, by interrupt id."""

    def recover(self, graph: Any, thread: str) -> list[str]:
        """Put right what a crash left behind; the errors met."""

    def place(self, graph: Any, thread: str) -> Place:
        """Where the thread stands."""

    def counted(self, graph: Any, thread: str, effects: Heard) -> dict[str, str]:
        """The answers, by question, that a crash must not undo."""


class Plancraft:
    """By plancraft's calls. An answer counts once it is on record."""

    def start(self, graph: Any, thread: str) -> None:
        pc.start(graph, INPUT, thread)

    def answer(self, graph: Any, thread: str, answers: Mapping[str, str], **more: Any) -> None:
        pc.resume(graph, thread, {id_: {"says": one} for id_, one in answers.items()}, **more)

    def recover(self, graph: Any, thread: str) -> list[str]:
        return [repr(one.error) for one in pc.recover(graph) if one.error]

    def place(self, graph: Any, thread: str) -> Place:
        try:
            status = pc.get_interrupt_status(graph, thread)
        except pc.UnknownThread:
            return Place("absent")
        return Place(
            status["state"], {one.payload["question"]: one.id for one in status["questions"]}
        )

    def counted(self, graph: Any, thread: str, effects: Heard) -> dict[str, str]:
        rows = run(store_of(graph, None)).find(pc.Query(status=None, thread_id=thread))
        return {
            row.payload["question"]: _says(row.decision) for row in rows if row.decision is not None
        }


class Bare:
    """By LangGraph alone, at its safest. An answer counts once its node acted on it."""

    def start(self, graph: Any, thread: str) -> None:
        graph.invoke(INPUT, _at(thread), durability="sync")

    def answer(self, graph: Any, thread: str, answers: Mapping[str, str], **more: Any) -> None:
        resume = {id_: {"says": one} for id_, one in answers.items()}
        graph.invoke(Command(resume=resume), _at(thread), durability="sync")

    def recover(self, graph: Any, thread: str) -> list[str]:
        snapshot = graph.get_state(_at(thread))
        if snapshot.tasks and not snapshot.interrupts:
            graph.invoke(None, _at(thread), durability="sync")
        return []

    def place(self, graph: Any, thread: str) -> Place:
        snapshot = graph.get_state(_at(thread))
        if snapshot.created_at is None:
            return Place("absent")
        if snapshot.interrupts:
            return Place("paused", {one.value["question"]: one.id for one in snapshot.interrupts})
        return Place("stalled" if snapshot.tasks else "finished")

    def counted(self, graph: Any, thread: str, effects: Heard) -> dict[str, str]:
        return {
            one["question"]: one["answer"] for one in effects if one["place"] == one["question"]
        }


def _says(decision: pc.Decision) -> str:
    answer = decision.answer if isinstance(decision.answer, dict) else {}
    return str({**answer, **decision.secrets}["says"])


def _at(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}
