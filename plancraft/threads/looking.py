"""What a thread says about itself: what it asks, what it still has to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde.types import ERROR, INTERRUPT, RESUME
from langgraph.types import Interrupt, StateSnapshot

from plancraft.approvals import ApprovalRequest
from plancraft.interrupts.canonical import digest_of, is_deep, shallow
from plancraft.interrupts.dialects.breakpoints import BREAKPOINT
from plancraft.interrupts.dialects.copilotkit import without_messages
from plancraft.interrupts.fitting import takes_envelope

__all__ = [
    "BREAKPOINT",
    "Glance",
    "Look",
    "OpenInterrupt",
    "ThreadState",
    "at_breakpoint",
    "glance_at",
    "glance_of",
    "is_edited",
    "look_at",
    "tasks_asking",
]

ThreadState = Literal["paused", "stalled", "failed", "finished"]

_CONTROL = frozenset((ERROR, INTERRUPT, RESUME, "__error_source_node__"))
"""Channels that say what happened to a task; a write to any other is the output of a finished one.

As LangGraph's `pregel._task_status` explains them.
"""


@dataclass(frozen=True)
class OpenInterrupt:
    """One question the thread waits at. `failed`: its node raised an error the last time."""

    id: str
    shown: Any
    response_schema: dict[str, Any] | None
    failed: bool
    is_breakpoint: bool = False
    """Whether no node asked: the graph was told to stop there, and to be told to go on."""

    @property
    def holds_an_answer(self) -> bool:
        """Whether LangGraph has saved an answer at which the node failed, and will give it again
        whatever else is said. A refusal by `ask()` saves nothing."""
        return self.failed and not takes_envelope(self.response_schema)

    def is_of(self, request: ApprovalRequest) -> bool:
        """Whether it is what the request was opened for: the same pause, the same content."""
        if request.interrupt_id != self.id:
            return False
        if self.shown == request.payload or digest_of(self.shown) == request.digest:
            return True
        here, there = without_messages(self.shown), without_messages(request.payload)
        return here is not self.shown and bool(here == there)


@dataclass(frozen=True)
class Glance:
    """What a thread's newest checkpoint says by itself, whatever the graph's code says today."""

    checkpoint_id: str
    questions: Mapping[str, OpenInterrupt]


@dataclass(frozen=True)
class Look:
    """A thread as its newest checkpoint and the graph's present code have it."""

    snapshot: StateSnapshot
    questions: Mapping[str, OpenInterrupt]

    @property
    def exists(self) -> bool:
        """Whether the checkpointer holds anything of this thread."""
        return self.snapshot.created_at is not None

    @property
    def checkpoint_id(self) -> str:
        """Id of the newest checkpoint."""
        return str(self.snapshot.config["configurable"].get("checkpoint_id", ""))

    @property
    def stalled(self) -> bool:
        """Whether all tasks of the step are done but the next checkpoint was never written."""
        return bool(self.snapshot.tasks) and not self.snapshot.next

    @property
    def errors(self) -> list[str]:
        """What the step's tasks raised."""
        return [str(task.error) for task in self.snapshot.tasks if task.error is not None]

    @property
    def unfinished(self) -> bool:
        """Whether a task of the step has neither asked, nor failed, nor finished."""
        waiting = [task for task in self.snapshot.tasks if task.name in self.snapshot.next]
        return any(not task.interrupts and task.error is None for task in waiting)

    @property
    def state(self) -> ThreadState:
        """In one word. A static breakpoint is a pause; a pause whose node failed is a failure."""
        if any(not question.failed for question in self.questions.values()):
            return "paused"
        if self.errors:
            return "failed"
        if self.stalled:
            return "stalled"
        return "paused" if self.snapshot.next else "finished"


def at_breakpoint(look: Look) -> Look:
    """The look with the breakpoint that the thread rests at as its question, if it rests."""
    if look.questions or look.errors or look.stalled or not look.snapshot.next:
        return look
    if is_edited(look.snapshot):  # then it rests there since nobody ran it on
        return look
    shown = {BREAKPOINT: list(look.snapshot.next)}
    id_ = f"continue-{look.checkpoint_id}"
    question = OpenInterrupt(id_, shown, None, failed=False, is_breakpoint=True)
    return replace(look, questions={id_: question})


def is_edited(snapshot: StateSnapshot) -> bool:
    """Whether no node and no input made this state: it was written, or copied from another."""
    return (snapshot.metadata or {}).get("source") in ("update", "fork")


def look_at(snapshot: StateSnapshot) -> Look:
    """The look behind LangGraph's own snapshot of the thread."""
    found = [
        _question(interrupt, failed=task.error is not None)
        for task in snapshot.tasks
        for interrupt in task.interrupts
    ]
    return Look(snapshot, {question.id: question for question in found})


def glance_at(stored: CheckpointTuple | None) -> Glance | None:
    """The glance behind a stored checkpoint, at a third of the price of a look."""
    if stored is None:
        return None
    writes = stored.pending_writes or []
    failed = {task for task, channel, _ in writes if channel == ERROR}
    found = [
        _question(interrupt, failed=task in failed)
        for task, interrupts, finished in tasks_asking(writes)
        for interrupt in interrupts
        if not finished
    ]
    return Glance(stored.checkpoint["id"], {question.id: question for question in found})


def glance_of(checkpoint_id: str, interrupts: Iterable[Interrupt[Any]]) -> Glance:
    """The glance that a run's own result gives."""
    found = [_question(interrupt, failed=False) for interrupt in interrupts]
    return Glance(checkpoint_id, {question.id: question for question in found})


def tasks_asking(
    writes: Iterable[tuple[str, str, Any]],
) -> list[tuple[str, list[Interrupt[Any]], bool]]:
    """The tasks that asked: id, their last questions, and whether they have finished since."""
    writes = list(writes)
    finished = {task for task, channel, _ in writes if channel not in _CONTROL}
    return [
        (task, list(value) if isinstance(value, list | tuple) else [value], task in finished)
        for task, channel, value in writes
        if channel == INTERRUPT
    ]


def _question(interrupt: Interrupt[Any], *, failed: bool) -> OpenInterrupt:
    schema = interrupt.response_schema
    return OpenInterrupt(
        id=interrupt.id,
        shown=shallow(interrupt.value),
        response_schema=schema if isinstance(schema, dict) and not is_deep(schema) else None,
        failed=failed,
    )
