"""Another way from an old step: prepared without running anything, gone when told to."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Unpack

from langgraph.checkpoint.base.id import uuid6
from langgraph.errors import InvalidUpdateError

from plancraft import threads
from plancraft.errors import ServerRefused, StateError, ThreadPaused
from plancraft.locale import say
from plancraft.threads.calls import Surroundings, target_of
from plancraft.threads.flows import run
from plancraft.timetravel.deployed import DeployedPast
from plancraft.timetravel.diffing import as_plain, same
from plancraft.timetravel.history import History
from plancraft.timetravel.replaying import AskedAgain, Replay, TaskPlan, kept_answers, plan_of
from plancraft.timetravel.statediff import StateDiff
from plancraft.timetravel.steps import Step

__all__ = ["Fork", "open_fork"]


@dataclass(frozen=True)
class Fork:
    """A way from an old step. Nothing has run yet until `run` is called.

    `reruns` names the nodes that the original ran from there on, or with other `values` those
    that can be reached: going the new way runs them, or others, again, with all their effects.
    The node of an answered question starts anew too.
    """

    origin: History
    step: Step
    thread_id: str
    reruns: tuple[str, ...]
    end: Step = field(repr=False)
    """Where the original's way from the step had come to when the fork was made."""
    plan: tuple[TaskPlan, ...] = field(repr=False)
    later: tuple[tuple[str, Any], ...] = field(repr=False)
    """What was answered behind the step, in turn: the question's digest and the answer."""

    def __str__(self) -> str:
        nodes = ", ".join(self.reruns) or "-"
        return say(
            "{thread}, from step {step}; run() runs again: {nodes}",
            thread=self.thread_id,
            step=self.step.ref,
            nodes=nodes,
        )

    def run(
        self, *, by: str = "fork", keep_answers: bool = True, **around: Unpack[Surroundings]
    ) -> Any:
        """What the graph returns at the new way's end, or at its first question left open.

        `keep_answers`: a later question that was asked just so in the original gets the answer
        it got there, as often as it got one, on record as given by `by`. `around` is what
        `start` takes besides: `context`, `config`, `settings`.

        Raises:
            StateError: the graph came to its end, and a question with a new answer was not asked.
        """
        graph, more = self.origin.graph, self._around(around)
        try:
            result = threads.start(graph, None, self.thread_id, **more)
        except ThreadPaused:  # a branch that took an open question's place asked anew at once
            result = self.time_travel().state_at("last")
        replay = self._replay(keep_answers)
        while answers := replay.to(asked := self._asked(self._pending(**more))):
            result = threads.resume(graph, self.thread_id, answers, by=by, **more)
        _refuse_unused(replay, asked)
        return result

    async def arun(
        self, *, by: str = "fork", keep_answers: bool = True, **around: Unpack[Surroundings]
    ) -> Any:
        """As `run`, for graphs with an async checkpointer."""
        graph, more = self.origin.graph, self._around(around)
        try:
            result = await threads.astart(graph, None, self.thread_id, **more)
        except ThreadPaused:
            travel = await asyncio.to_thread(self.time_travel)
            result = await asyncio.to_thread(travel.state_at, "last")
        replay = self._replay(keep_answers)
        while answers := replay.to(asked := await self._aasked(**more)):
            result = await threads.aresume(graph, self.thread_id, answers, by=by, **more)
        _refuse_unused(replay, asked)
        return result

    async def _aasked(self, **around: Unpack[Surroundings]) -> list[AskedAgain]:
        found = await threads.apending(self.origin.graph, self.thread_id, **around)
        return await asyncio.to_thread(self._asked, found)

    def _pending(self, **around: Unpack[Surroundings]) -> list[threads.PendingQuestion]:
        return threads.pending(self.origin.graph, self.thread_id, **around)

    def _around(self, given: Surroundings) -> Surroundings:
        return given if "store" in given else {**given, "store": self.origin.store}

    def compare(self) -> StateDiff:
        """What differs from the original's end, as it was when forked, to this one's."""
        here = self.time_travel()
        return StateDiff(
            first=as_plain(self.origin.state_at(self.end)),
            second=as_plain(here.state_at("last")),
            first_name=f"{self.origin.thread_id} {self.end.ref}",
            second_name=f"{self.thread_id} {here.step('last').ref}",
        )

    def time_travel(self) -> Any:
        """The new way's own past, as a `TimeTravel`."""
        return type(self.origin)(self.origin.graph, self.thread_id, store=self.origin.store)

    def _replay(self, keep_answers: bool) -> Replay:
        if keep_answers:
            return Replay(self.plan, self.later)
        return Replay([task.only_new() for task in self.plan], ())

    def _asked(self, pending: list[threads.PendingQuestion]) -> list[AskedAgain]:
        """The open questions in the order of their tasks."""
        place: Any = {"configurable": {"thread_id": self.thread_id, "checkpoint_ns": ""}}
        tasks = self.origin.plain.get_state(place).tasks
        known = {one.id: n for n, task in enumerate(tasks) for one in task.interrupts}
        asked = [
            (known[one.id], AskedAgain.of(one, tasks[known[one.id]]))
            for one in pending
            if one.id in known
        ]
        return [one for _, one in sorted(asked, key=itemgetter(0))]


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
    if branch and thread_id is not None:
        raise ValueError("a branch stays in its thread; give thread_id or branch, not both")
    if values is not None and step.next == ("__start__",):
        raise StateError(say("an input has no state to change yet; fork the step behind it"))
    plan, after = plan_of(step, answers), origin.after(step)
    if branch:
        name = origin.thread_id
        _branch(origin, step, values, as_node, replace)
    elif isinstance(origin.plain, DeployedPast):
        name = _copy_on_server(origin.plain, origin, step, values, as_node, thread_id)
    else:
        name = str(thread_id or f"{origin.thread_id}-fork-{uuid.uuid4().hex[:8]}")
        _copy(origin, step, name, values, as_node)
    ran = dict.fromkeys(node for one in after for node in one.nodes)
    return Fork(
        origin=origin,
        step=step,
        thread_id=name,
        reruns=(tuple(ran) or step.next) if values is None else _reachable(origin, name, ran),
        end=after[-1] if after else step,
        plan=plan,
        later=tuple(kept_answers(_gone_on_from(after))),
    )


def _gone_on_from(steps: Sequence[Step]) -> list[Step]:
    """The steps whose answers the way followed: not those at which it was forked or edited."""
    following = [*(step.source for step in steps[1:]), "loop"][: len(steps)]
    return [step for step, source in zip(steps, following, strict=True) if source == "loop"]


def _copy(origin: History, step: Step, thread_id: str, values: Any, as_node: str | None) -> None:
    """Put the step's checkpoint, under its own id, into a thread of its own.

    The ids of the questions asked there stay what they were, since LangGraph makes them of the
    checkpoint's id.
    """
    saver: Any = origin.plain.checkpointer
    place: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    if saver.get_tuple(place) is not None:
        raise StateError(say("there is a thread {thread_id} already", thread_id=thread_id))
    if remembering := [name for name in origin.namespaces() if ":" not in name]:
        # LangGraph would take it for interrupted and not give it the new run's input.
        names = ", ".join(remembering)
        raise StateError(
            say("the subgraph {names} remembers earlier runs; fork with branch=True", names=names)
        )
    stored = saver.get_tuple(origin.config(step.id))
    metadata = {**stored.metadata, "source": "fork", "forked_from": origin.thread_id}
    saver.put(place, stored.checkpoint, metadata, stored.checkpoint["channel_versions"])
    try:
        copied = origin.plain.get_state(place).values
        if not same(as_plain(copied), as_plain(origin.state_at(step))):
            raise StateError(say("this state needs the steps before it; fork it with branch=True"))
        if values is not None:
            _write(origin, place, values, as_node)
    except BaseException:
        saver.delete_thread(thread_id)
        raise


def _copy_on_server(
    past: DeployedPast,
    origin: History,
    step: Step,
    values: Any,
    as_node: str | None,
    thread_id: str | None,
) -> str:
    """The id of a copy of the thread that goes on from the step."""
    if thread_id is not None:
        raise StateError(say("a server names the new thread itself; leave thread_id out"))
    name = past.copy_thread(origin.thread_id)
    place: Any = {"configurable": {**origin.config(step.id)["configurable"], "thread_id": name}}
    if values is None and as_node is None:
        past.put_again(place)
    else:
        _write(origin, place, values, as_node)
    return name


def _branch(origin: History, step: Step, values: Any, as_node: str | None, replace: bool) -> None:
    """Make the step's successor the newest checkpoint of the thread, under the thread's lock."""
    plain = origin.graph if isinstance(origin.plain, DeployedPast) else origin.plain
    target = run(target_of(plain, origin.thread_id, {"store": origin.store}))
    lock = run(target.hold())
    try:
        look = run(target.look())
        if look.questions and not replace:
            raise ThreadPaused(origin.thread_id, [one.shown for one in look.questions.values()])
        if values is None and as_node is None:
            _put_again(origin, step)
        else:
            _write(origin, origin.config(step.id), values, as_node)
    finally:
        lock.release()


def _put_again(origin: History, step: Step) -> None:
    """Write the step's checkpoint once more, behind itself: the input of a first step too, which
    LangGraph's own copy leaves out."""
    place = origin.config(step.id)
    if isinstance(origin.plain, DeployedPast):
        origin.plain.put_again(place)
        return
    saver: Any = origin.plain.checkpointer
    stored = saver.get_tuple(place)
    number = stored.metadata.get("step", 0) + 1
    again = {**stored.checkpoint, "id": str(uuid6(clock_seq=number))}
    again["ts"] = datetime.now(UTC).isoformat()
    metadata = {**stored.metadata, "source": "fork", "step": number}
    saver.put(place, again, metadata, {})


def _write(origin: History, place: Any, values: Any, as_node: str | None) -> None:
    try:
        origin.plain.update_state(place, values, as_node=as_node)
    except (InvalidUpdateError, ServerRefused) as error:
        reason = str(error).splitlines()[0]
        text = say("these values cannot be written there: {reason}", reason=reason)
        raise StateError(text) from error


def _reachable(origin: History, thread_id: str, ran: Mapping[str, None]) -> tuple[str, ...]:
    """The nodes that run next, and those behind them that ran before, or may at all."""
    place: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    found = dict.fromkeys(origin.plain.get_state(place).next)
    first = set(found)
    ways = origin.ways()
    names = [name for name in ways.nodes if not name.startswith("__")]
    size = -1
    while size != len(found):
        size = len(found)
        found |= {target: None for source, target in ways.edges if source in found}
    return tuple(one for one in found if one in first or (one in names and one in (ran or names)))


def _refuse_unused(replay: Replay, still_asked: Sequence[AskedAgain]) -> None:
    if replay.unused and not still_asked:
        text = say(
            "the graph did not ask this again, so that the new answer was not used: {names}",
            names=", ".join(replay.unused),
        )
        raise StateError(text)
