"""Whether the pauses of a graph are pure: nothing done before them, the same question again."""

import asyncio
import threading
import warnings
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel
from langgraph.types import Command, Interrupt

from plancraft.interrupts.canonical import canonical, plain_json
from plancraft.locale import say
from plancraft.purity.watching import Log, node_names, runs_async_only, watched
from plancraft.testing.answering import Answers, name_of

__all__ = ["Checked", "ImpurePause", "assert_pure"]


class ImpurePause(AssertionError):
    """A pause that is not pure. `problems` says of each node what it did and where."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Checked:
    """What was looked at: the names of the pauses in turn, and those no answer was at hand for."""

    pauses: tuple[str, ...]
    unanswered: tuple[str, ...] = ()


def assert_pure(  # noqa: PLR0913 - each is one thing that a test may want to set
    graph: Pregel[Any, Any, Any, Any],
    input: Any,  # noqa: A002 - as LangGraph names it
    *,
    answers: Mapping[str, Any] | None = None,
    config: RunnableConfig | None = None,
    checkpointer: Any = None,
    replays: int = 4,
    max_pauses: int = 50,
    is_async: bool | None = None,
) -> Checked:
    """Drive the graph from pause to pause and replay each one.

    Args:
        graph: A compiled graph; a copy of it is run, on a saver in memory.
        input: What the graph is started with.
        answers: From a question's `interrupt_id`, its node or LangGraph's id to its answers in
            turn. Questions without one get yes, the first option, approval, or a form's own
            values; where none can be made up, the drive ends there with a warning.
        config: More of the graph's config; its thread is used when it names one.
        checkpointer: A saver to use instead.
        replays: How often each pause is run again.
        max_pauses: Where to stop, with a warning, when the questions do not end.
        is_async: Whether to run the graph with `ainvoke`; found out if not given.

    Raises:
        ValueError: `answers` names a question or node that there is not.
        ImpurePause: before a pause something was written, sent, started or connected, or the
            state was changed in place; or the replay asked something else.
    """
    if isinstance(getattr(checkpointer, "loop", None), asyncio.AbstractEventLoop):
        raise ValueError(say("assert_pure cannot use a saver that belongs to an event loop"))

    def drive(asynchronous: bool, thread: str) -> Checked:
        saver = checkpointer or InMemorySaver()
        one = _Drive(graph, Answers(answers or {}), config or {}, saver, asynchronous, thread)
        return one.run(input, replays=replays, max_pauses=max_pauses)

    asynchronous = is_async if is_async is not None else runs_async_only(graph)
    try:
        return drive(asynchronous, "assert-pure")
    except (NotImplementedError, TypeError) as error:
        # Something deep inside can only be awaited; how it says so differs by library.
        if asynchronous or is_async is not None or "sync" not in str(error):
            raise
    return drive(True, "assert-pure-async")


@dataclass
class _Drive:
    graph: Pregel[Any, Any, Any, Any]
    answers: Answers
    config: RunnableConfig
    saver: Any
    is_async: bool
    thread: str
    seen: list[str] = field(default_factory=list)
    log: Log = field(default_factory=Log)

    def run(self, given: Any, *, replays: int, max_pauses: int) -> Checked:
        self.copy = watched(self.graph, self.log).copy({"checkpointer": self.saver})
        place = {"thread_id": self.thread, **self.config.get("configurable", {})}
        self.here: RunnableConfig = {**self.config, "configurable": place}
        missing: list[str] = []
        self._go_on(given, max_pauses)
        while asked := self._asked():
            self.seen += self._names(asked).values()
            self._replay(asked, replays)
            reply = self.answers.take(asked, self._nodes_of())
            if self.log.problems:
                raise ImpurePause(list(self.log.problems))
            missing = [self._names(asked)[id_] for id_ in reply.missing]
            if missing or len(self.seen) >= max_pauses:
                break
            self._go_on(Command(resume=reply.given), max_pauses)
        if self.log.problems:
            raise ImpurePause(list(self.log.problems))
        if not asked or missing:  # else the questions did not end
            self.answers.insist_on_known(node_names(self.graph))
        self._warn(missing, is_cut=bool(asked) and not missing)
        return Checked(tuple(self.seen), tuple(missing))

    def _warn(self, missing: Sequence[str], *, is_cut: bool) -> None:
        texts = [
            say("assert_pure stopped at {name}: no answer was given for it", name=name)
            for name in missing
        ]
        if is_cut:
            count = len(self.seen)
            texts.append(
                say("assert_pure stopped after {count} pauses; see max_pauses", count=count)
            )
        if not self.seen:
            texts.append(say("assert_pure reached no pause"))
        for text in texts:
            warnings.warn(text, stacklevel=5)

    def _names(self, asked: Mapping[str, Interrupt[Any]]) -> dict[str, str]:
        nodes = self._nodes_of()
        return {id_: name_of(one, nodes.get(id_)) for id_, one in asked.items()}

    def _replay(self, asked: dict[str, Interrupt[Any]], times: int) -> None:
        names = self._names(asked)
        for _ in range(times):
            if self.log.problems:
                return
            self._invoke(None)
            again = self._asked()
            for id_, one in asked.items():
                if id_ not in again:
                    self.log.add(say("{name}: the replay does not ask this again", name=names[id_]))
                elif canonical(one.value) != canonical(again[id_].value):
                    other = say("{name}: the replay asks something else", name=names[id_])
                    self.log.add(other, plain_json(one.value), plain_json(again[id_].value))

    def _go_on(self, given: Any, most: int) -> None:
        """Run to the next question; a stop without one, by `interrupt_before`, is passed."""
        self._invoke(given)
        for _ in range(most):
            snapshot = self._snapshot()
            if not snapshot.next or any(task.interrupts or task.error for task in snapshot.tasks):
                return
            self._invoke(None)

    def _invoke(self, given: Any) -> None:
        if self.is_async:
            _finish(self.copy.ainvoke(given, self.here))
        else:
            self.copy.invoke(given, self.here)

    def _snapshot(self) -> Any:
        if self.is_async:
            return _finish(self.copy.aget_state(self.here))
        return self.copy.get_state(self.here)

    def _asked(self) -> dict[str, Interrupt[Any]]:
        return {one.id: one for task in self._snapshot().tasks for one in task.interrupts}

    def _nodes_of(self) -> dict[str, str]:
        return {one.id: task.name for task in self._snapshot().tasks for one in task.interrupts}


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end, also where a loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    results: list[Any] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]
