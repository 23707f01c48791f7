"""The past of a thread on a LangGraph Server, read as a graph and its checkpointer are read here.

A server's states (`ThreadState`, `langgraph_sdk.schema`) hold the questions asked at a checkpoint
and whether their nodes finished, not the answers: those are told by the requests on record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde.types import INTERRUPT
from langgraph.types import StateSnapshot

from plancraft.threads.flows import run
from plancraft.threads.langgraph_server import GraphServer
from plancraft.threads.wire import snapshot_of
from plancraft.timetravel.ways import Ways

__all__ = ["DeployedPast"]

_MOST = 1_000
_OWN_COPY = "__copy__"
"""As which node LangGraph puts a checkpoint once more behind itself (`Pregel.update_state`)."""


@dataclass(frozen=True)
class DeployedPast:
    """What `History` and `Fork` use of a compiled graph and of its checkpointer, on a server."""

    server: GraphServer

    @property
    def checkpointer(self) -> "DeployedPast":
        return self

    def get_name(self) -> str:
        return self.server.get_name()

    def get_state(self, config: Any) -> StateSnapshot:
        thread_id, place = _place_of(config)
        state = self._ask(thread_id, lambda c: c.threads.get_state(thread_id, checkpoint=place))
        return snapshot_of(thread_id, state)

    def get_state_history(
        self, config: Any, *, before: Any = None, limit: int | None = None
    ) -> Iterator[StateSnapshot]:
        thread_id, place = _place_of(config)
        until = self._before(before) if before is not None else None
        states = self._ask(
            thread_id,
            lambda c: c.threads.get_history(
                thread_id, limit=limit or _MOST, before=until, checkpoint=place
            ),
        )
        return (snapshot_of(thread_id, one) for one in states)

    def update_state(self, config: Any, values: Any, as_node: str | None = None) -> None:
        thread_id, place = _place_of(config)
        self._ask(
            thread_id,
            lambda c: c.threads.update_state(thread_id, values, as_node=as_node, checkpoint=place),
        )

    def put_again(self, config: Any) -> None:
        """Write a checkpoint once more, as the thread's newest."""
        self.update_state(config, None, _OWN_COPY)

    def copy_thread(self, thread_id: str) -> str:
        """The id of a new thread with all of this one's checkpoints."""
        made = self._ask(thread_id, lambda c: c.threads.copy(thread_id))
        return str(made["thread_id"])

    def get_tuple(self, config: Any) -> CheckpointTuple | None:
        found = self.get_state(config)
        return _tuple_of(found) if found.created_at is not None else None

    def list(
        self, config: Any, *, before: Any = None, limit: int | None = None
    ) -> Iterator[CheckpointTuple]:
        for snapshot in self.get_state_history(config, before=before, limit=limit):
            yield _tuple_of(snapshot)

    def ways(self, thread_id: str) -> Ways:
        """The graph that the thread runs, drawn."""
        assistant = run(self.server.host.assistant_of(thread_id))
        drawn = self._ask(thread_id, lambda c: c.assistants.get_graph(assistant))
        edges = [(str(one["source"]), str(one["target"])) for one in drawn["edges"]]
        return Ways([str(one["id"]) for one in drawn["nodes"]], edges)

    def _before(self, config: Any) -> Any:
        """As the API's schema has it, and as the dev server reads it, which wants a config; aegra
        wants the id."""
        ids = config["configurable"]
        if run(self.server.host.is_aegra()):
            return ids["checkpoint_id"]
        return {"checkpoint_id": ids["checkpoint_id"], "configurable": ids}

    def _ask(self, thread_id: str, ask: Callable[[Any], Any]) -> Any:
        return run(self.server.host.call(thread_id, ask))


def _place_of(config: Any) -> tuple[str, Any]:
    """The thread, and its checkpoint as the server names it; None for the newest."""
    ids = config["configurable"]
    place = {"checkpoint_ns": ids.get("checkpoint_ns", "")}
    if checkpoint_id := ids.get("checkpoint_id"):
        place["checkpoint_id"] = checkpoint_id
    return str(ids["thread_id"]), place if len(place) > 1 or place["checkpoint_ns"] else None


def _tuple_of(snapshot: StateSnapshot) -> CheckpointTuple:
    ids = snapshot.config["configurable"]
    asked = [(task.id, INTERRUPT, list(task.interrupts)) for task in snapshot.tasks]
    checkpoint: Any = {"id": ids["checkpoint_id"], "channel_values": snapshot.values}
    return CheckpointTuple(
        config=snapshot.config,
        checkpoint=checkpoint,
        metadata=snapshot.metadata or {},
        parent_config=snapshot.parent_config,
        pending_writes=[one for one in asked if one[2]],
    )
