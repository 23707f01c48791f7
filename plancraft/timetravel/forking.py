"""Another way from an old step: prepared without running anything, gone when told to."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plancraft import threads
from plancraft.errors import StateError, ThreadPaused, UnknownInterrupt
from plancraft.interrupts.canonical import digest_of
from plancraft.interrupts.fitting import fit_answer
from plancraft.locale import say
from plancraft.threads.calls import target_of
from plancraft.threads.flows import run
from plancraft.timetravel.diffing import as_plain, same
from plancraft.timetravel.history import History
from plancraft.timetravel.statediff import StateDiff
from plancraft.timetravel.steps import Asked, Step

__all__ = ["Fork", "open_fork"]

_NOTHING = object()


@dataclass(frozen=True)
class Fork:
    """A way from an old step. Nothing has run yet until `run` is called.

    `reruns` names the nodes that the original ran from there on: going the new way runs them, or
    others, again, with all their effects. The node of an answered question starts anew too.
    """

    origin: History
    step: Step
    thread_id: str
    answers: Mapping[str, Any]
    reruns: tuple[str, ...]
    before: Sequence[tuple[str, Any]] = field(repr=False)
    """What was answered in the original, in turn: the question's digest and the answer."""

    def __str__(self) -> str:
        nodes = ", ".join(self.reruns) or "-"
        return say(
            "{thread}, from step {step}; run() runs again: {nodes}",
            thread=self.thread_id,
            step=self.step.ref,
            nodes=nodes,
        )

    def run(self, *, by: str = "fork", keep_answers: bool = True) -> Any:
        """What the graph returns at the new way's end, or at its first question left open.

        `keep_answers`: a later question that was asked just so in the original gets the answer
        it got there, as often as it got one, on record as given by `by`.
        """
        graph, store = self.origin.graph, self.origin.store
        try:
            result = threads.start(graph, None, self.thread_id, store=store)
        except ThreadPaused:  # a branch that took an open question's place asked anew at once
            result = self.time_travel().state_at("last")
        answering = _Answering(self.answers, self.before if keep_answers else ())
        while answers := answering.to(threads.pending(graph, self.thread_id, store=store)):
            result = threads.resume(graph, self.thread_id, answers, by=by, store=store)
        return result

    async def arun(self, *, by: str = "fork", keep_answers: bool = True) -> Any:
        """As `run`, for graphs with an async checkpointer."""
        graph, store = self.origin.graph, self.origin.store
        try:
            result = await threads.astart(graph, None, self.thread_id, store=store)
        except ThreadPaused:
            result = self.time_travel().state_at("last")
        answering = _Answering(self.answers, self.before if keep_answers else ())
        while answers := answering.to(await threads.apending(graph, self.thread_id, store=store)):
            result = await threads.aresume(graph, self.thread_id, answers, by=by, store=store)
        return result

    def compare(self) -> StateDiff:
        """What differs from the original's end to this one's."""
        end = self.origin.after(self.step)
        last = end[-1] if end else self.step
        here = self.time_travel()
        return StateDiff(
            first=as_plain(self.origin.state_at(last)),
            second=as_plain(here.state_at("last")),
            first_name=f"{self.origin.thread_id} {last.ref}",
            second_name=f"{self.thread_id} {here.step('last').ref}",
        )

    def time_travel(self) -> Any:
        """The new way's own past, as a `TimeTravel`."""
        return type(self.origin)(self.origin.graph, self.thread_id, store=self.origin.store)


class _Answering:
    """The answers not yet given: the new ones to the first questions, then the original's."""

    def __init__(self, new: Mapping[str, Any], before: Iterable[tuple[str, Any]]) -> None:
        self._new = dict(new)
        self._before: dict[str, list[Any]] = {}
        for digest, answer in before:
            self._before.setdefault(digest, []).append(answer)

    def to(self, asked: Sequence[threads.PendingQuestion]) -> dict[str, Any]:
        """What there is for the open questions; each answer is given once."""
        found: dict[str, Any] = {}
        for one in asked:
            kept = self._before.get(one.request.digest)
            first = kept.pop(0) if kept else _NOTHING
            named = (self._new[key] for key in (one.id, _name_of(one.payload)) if key in self._new)
            if (answer := next(named, first)) is not _NOTHING:
                found[one.id] = answer
        self._new = {}
        return found


def open_fork(  # noqa: PLR0913 - the parameters of TimeTravel.fork
    origin: History,
    step: Step,
    *,
    answers: Mapping[str, Any],
    values: Any,
    as_node: str | None,
    thread_id: str | None,
    branch: bool,
    replace: bool,
) -> Fork:
    """The fork, its first checkpoint written."""
    if origin.checkpoint_ns:
        raise StateError(say("a subgraph is forked through its outer graph"))
    fitted = _fitted(step, answers)
    after = origin.after(step)
    if branch and thread_id is not None:
        raise ValueError("a branch stays in its thread; give thread_id or branch, not both")
    if branch:
        name = origin.thread_id
        _branch(origin, step, values, as_node, replace)
    else:
        name = thread_id or f"{origin.thread_id}-fork-{uuid.uuid4().hex[:8]}"
        _copy(origin, step, name, values, as_node)
    return Fork(
        origin=origin,
        step=step,
        thread_id=name,
        answers=fitted,
        reruns=tuple(dict.fromkeys(node for one in after for node in one.nodes)) or step.next,
        before=_answered((step, *after)),
    )


def _fitted(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The new answers as they are delivered, by id and by name of the question."""
    fitted: dict[str, Any] = {}
    for key, answer in answers.items():
        asked = [one for one in step.asked if key in (one.id, one.name, one.node)]
        if not asked:
            raise UnknownInterrupt(str(key), open=[one.name for one in step.asked])
        for one in asked:
            schema = one.request.response_schema if one.request else None
            fitted[one.id] = fitted[one.name] = fit_answer(one.payload, schema, answer)
    return fitted


def _copy(origin: History, step: Step, thread_id: str, values: Any, as_node: str | None) -> None:
    """Put the step's checkpoint, under its own id, into a thread of its own.

    The ids of the questions asked there stay what they were, since LangGraph makes them of the
    checkpoint's id.
    """
    saver: Any = origin.plain.checkpointer
    place: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    if saver.get_tuple(place) is not None:
        raise StateError(say("there is a thread {thread_id} already", thread_id=thread_id))
    stored = saver.get_tuple(origin.config(step.id))
    metadata = {**stored.metadata, "source": "fork", "forked_from": origin.thread_id}
    versions = stored.checkpoint["channel_versions"]
    saver.put(place, stored.checkpoint, metadata, versions)
    copied = origin.plain.get_state(place).values
    if not same(as_plain(copied), as_plain(origin.state_at(step))):
        saver.delete_thread(thread_id)
        raise StateError(say("this state needs the steps before it; fork it with branch=True"))
    if values is not None:
        origin.plain.update_state(place, values, as_node=as_node)


def _branch(origin: History, step: Step, values: Any, as_node: str | None, replace: bool) -> None:
    """Make the step's successor the newest checkpoint of the thread, under the thread's lock."""
    target = run(target_of(origin.plain, origin.thread_id, {"store": origin.store}))
    lock = run(target.hold())
    try:
        look = run(target.look())
        if look.questions and not replace:
            raise ThreadPaused(origin.thread_id, [one.shown for one in look.questions.values()])
        # Without values LangGraph writes a copy of the checkpoint behind it.
        origin.plain.update_state(origin.config(step.id), values, as_node=as_node)
    finally:
        lock.release()


def _answered(steps: tuple[Step, ...]) -> list[tuple[str, Any]]:
    """Digests of questions with their answers; secrets are not at hand any more."""
    return [
        (one.request.digest if one.request else digest_of(as_plain(one.payload)), one.answer)
        for step in steps
        for one in step.asked
        if one.answered and not _holds_secrets(one)
    ]


def _holds_secrets(asked: Asked) -> bool:
    decision = asked.request.decision if asked.request else None
    answer = asked.answer
    hidden = isinstance(answer, dict) and "***" in answer.values()
    return hidden or (decision is not None and bool(decision.secrets))


def _name_of(payload: Any) -> str | None:
    return payload.get("interrupt_id") if isinstance(payload, dict) else None
