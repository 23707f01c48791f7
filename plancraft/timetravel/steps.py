"""One step of a thread: what ran, what it changed, what was asked, who answered what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde.types import RESUME
from langgraph.types import Interrupt, PregelTask, StateSnapshot

from plancraft.approvals import ApprovalRequest
from plancraft.interrupts.answers import Envelope, read_envelope
from plancraft.locale import N_, say
from plancraft.timetravel.diffing import as_plain, changes_between, same

__all__ = ["Asked", "Step", "asked_at", "changed_paths", "nodes_between"]

_FATES = {
    "expired": N_("its time ran out"),
    "cancelled": N_("withdrawn"),
    "superseded": N_("no longer asked"),
}


@dataclass(frozen=True)
class Asked:
    """A question and what became of it.

    `by` and `at` are None while it is open, and for an answer that did not come by plancraft.
    `task` is the id of the run of the node that asked, empty where it is not known.
    """

    id: str
    task: str
    node: str
    payload: Any
    answered: bool = False
    answer: Any = None
    by: str | None = None
    at: datetime | None = None
    request: ApprovalRequest | None = field(default=None, repr=False)

    @property
    def closed(self) -> str | None:
        """How it ended without an answer: expired, cancelled or superseded; else None."""
        if self.answered or self.request is None or self.request.is_open:
            return None
        return self.request.status.value

    @property
    def fate(self) -> str:
        """How it ended without an answer, in words."""
        return say(_FATES.get(self.closed or "", self.closed or ""))

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.answered and self.closed is None

    @property
    def text(self) -> str:
        """The question in words."""
        if self.request is not None and (asked := self.request.asks):
            return asked.question
        shown = self.payload
        question = shown.get("question") if isinstance(shown, Mapping) else None
        return str(question or shown)

    @property
    def name(self) -> str:
        """The question's own name, its node's where it has none."""
        shown = self.payload
        named = shown.get("interrupt_id") if isinstance(shown, Mapping) else None
        return str(named or self.node)


@dataclass(frozen=True)
class Step:
    """One checkpoint of a thread. `ref` names it among all branches, as in `7` or `7@2`."""

    number: int
    ref: str
    id: str
    parent: str
    branch: int
    at: datetime | None
    source: str
    gap: bool
    """Whether what came right before it was pruned: then `nodes` are not known."""
    nodes: tuple[str, ...]
    """The nodes that ran between the step before and this one."""
    changed: tuple[str, ...]
    """Paths of the values they changed."""
    asked: tuple[Asked, ...]
    """Questions at which the thread stopped here."""
    next: tuple[str, ...]
    """The nodes to run after it."""

    def to_dict(self) -> dict[str, Any]:
        """The step as plain JSON."""
        questions = [
            {
                "id": one.id,
                "name": one.name,
                "node": one.node,
                "payload": as_plain(one.payload),
                "answered": one.answered,
                "closed": one.closed,
                "answer": as_plain(one.answer),
                "by": one.by,
                "at": one.at.isoformat() if one.at else None,
            }
            for one in self.asked
        ]
        return {
            "step": self.number,
            "ref": self.ref,
            "checkpoint_id": self.id,
            "parent": self.parent or None,
            "branch": self.branch,
            "at": self.at.isoformat() if self.at else None,
            "source": self.source,
            "gap": self.gap,
            "nodes": list(self.nodes),
            "changed": list(self.changed),
            "asked": questions,
            "next": list(self.next),
        }


def changed_paths(before: Any, after: Any) -> tuple[str, ...]:
    """Paths of what differs between two states; only fields that differ are looked into."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        changes = changes_between(as_plain(before), as_plain(after))
        return tuple(one.where or "." for one in changes)
    return tuple(_changed(before, after))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in (*after, *(name for name in before if name not in after)):
        old = {name: as_plain(before[name])} if name in before else {}
        new = {name: as_plain(after[name])} if name in after else {}
        if not same(old, new):
            yield from (one.where for one in changes_between(old, new))


def nodes_between(before: StateSnapshot | None, after: StateSnapshot) -> tuple[str, ...]:
    """The nodes whose end made the second step of the first; none for an input or an edit."""
    if before is None or (after.metadata or {}).get("source") != "loop":
        return ()
    return tuple(task.name for task in before.tasks if task.result is not None)


def asked_at(
    snapshot: StateSnapshot, stored: CheckpointTuple | None, requests: Sequence[ApprovalRequest]
) -> tuple[Asked, ...]:
    """The questions of a step: those on record, and those that only the checkpoint knows.

    They come in the order of their tasks. A task that asks several times keeps its last question
    only; the record has them all.
    """
    found = [_on_record(request, _task_of(request, snapshot.tasks)) for request in requests]
    known = {one.id for one in found}
    for task in snapshot.tasks:
        given = _given_to(task.id, stored)
        for place, interrupt in enumerate(task.interrupts):
            if interrupt.id not in known:
                last = given[len(given) - len(task.interrupts) + place :] if given else []
                found.append(_from_checkpoint(interrupt, task, last))
    order = [task.id for task in snapshot.tasks]
    return tuple(sorted(found, key=lambda one: order.index(one.task) if one.task else len(order)))


def _on_record(request: ApprovalRequest, task: PregelTask | None) -> Asked:
    decision = request.decision
    ref = request.payload.get("node_ref") if isinstance(request.payload, dict) else None
    return Asked(
        id=request.interrupt_id or request.id,
        task=task.id if task else "",
        node=task.name if task else str(ref or ""),
        payload=request.payload,
        answered=decision is not None,
        answer=decision.answer if decision else None,
        by=decision.by if decision else None,
        at=decision.at if decision else None,
        request=request,
    )


def _task_of(request: ApprovalRequest, tasks: Sequence[PregelTask]) -> PregelTask | None:
    """The task that asked; None where several may have asked what none of them shows any more."""
    for task in tasks:
        if any(one.id == request.interrupt_id for one in task.interrupts):
            return task
    ref = request.payload.get("node_ref") if isinstance(request.payload, dict) else None
    asking = [task for task in tasks if task.interrupts]
    # Where no task has the node's name, the node is inside a subgraph that one of them runs.
    named = [task for task in asking if task.name == ref] or asking
    return named[0] if len(named) == 1 else None


def _from_checkpoint(interrupt: Interrupt[Any], task: PregelTask, given: Sequence[Any]) -> Asked:
    envelope = read_envelope(given[0]) if given else None
    answered = bool(given) or task.result is not None
    if not isinstance(envelope, Envelope):
        answer = given[0] if given else None
        return Asked(interrupt.id, task.id, task.name, interrupt.value, answered, answer)
    return Asked(
        interrupt.id,
        task.id,
        task.name,
        interrupt.value,
        answered=True,
        answer=envelope.answer,
        by=envelope.by,
        at=envelope.at,
    )


def _given_to(task: str, stored: CheckpointTuple | None) -> list[Any]:
    """The answers a checkpoint holds for a task, oldest first."""
    for of, channel, value in (stored.pending_writes or []) if stored else []:
        if of == task and channel == RESUME:
            return list(value) if isinstance(value, list) else [value]
    return []
