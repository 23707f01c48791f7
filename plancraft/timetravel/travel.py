"""Look back at a thread: what differs between two steps, who changed what, what if."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langgraph.types import StateSnapshot

from plancraft.approvals import ApprovalRequest
from plancraft.errors import UnknownPath
from plancraft.timetravel.diffing import Path, as_plain, path_text, same
from plancraft.timetravel.forking import Fork, open_fork
from plancraft.timetravel.history import History, StepRef, id_of
from plancraft.timetravel.paths import MISSING, read_path, value_at
from plancraft.timetravel.statediff import StateDiff
from plancraft.timetravel.steps import Asked, Step, asked_at

__all__ = ["Blame", "TimeTravel"]


@dataclass(frozen=True)
class Blame:
    """Who last changed a value: the step that did, and the last answers before it.

    `asked` holds those answers. They were the step's own questions when `direct`; otherwise
    nodes ran in between, and `by` names nobody.
    """

    path: str
    step: Step
    before: Any
    after: Any
    asked: tuple[Asked, ...]
    direct: bool

    @property
    def by(self) -> tuple[str, ...]:
        """The people whose answers the step acted on."""
        return tuple(dict.fromkeys(one.by for one in self.asked if one.by)) if self.direct else ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON; a value that was not there is null."""
        return {
            "path": self.path,
            "step": self.step.to_dict(),
            "before": None if self.before is MISSING else self.before,
            "after": None if self.after is MISSING else self.after,
            "by": list(self.by),
            "last_answers": [
                {"question": one.text, "answer": as_plain(one.answer), "by": one.by}
                for one in self.asked
            ],
        }


class TimeTravel(History):
    """A thread's past, for any checkpointer. Reading runs no node and keeps no lock.

    With an async checkpointer, make it in a worker thread:
    `await asyncio.to_thread(TimeTravel, graph, thread_id)`.

    Args:
        graph: The compiled graph.
        thread_id: Its thread.
        store: Where its questions are kept, or its URL; by default beside the checkpoints.
        checkpoint_ns: A subgraph's namespace, as `namespaces` lists them.

    Raises:
        NoCheckpointer: the graph keeps no past.
        UnknownThread: the checkpointer holds nothing of this thread.
    """

    def compare_states(
        self, step1: StepRef, step2: StepRef, *, other: "TimeTravel | None" = None
    ) -> StateDiff:
        """What differs from the first step to the second; the second of the thread `other`.

        Raises:
            UnknownStep, AmbiguousStep: no step or several go by one of the names.
        """
        if other is None:
            places = self.find_each(step1, step2)
            first, second = (self.state_of(place.id).values for place in places)
        else:
            first, second = self.state_at(step1), other.state_at(step2)
        return StateDiff(
            first=as_plain(first),
            second=as_plain(second),
            first_name=_name(step1) if other is None else f"{self.thread_id} {_name(step1)}",
            second_name=_name(step2) if other is None else f"{other.thread_id} {_name(step2)}",
        )

    def blame(self, path: str | Path, *, at: StepRef = "last") -> Blame:
        """Which step last changed the value at `path` (`plan.steps[2]`, or its parts), up to `at`.

        Raises:
            UnknownPath: there was never anything there.
        """
        parts = read_path(path)
        *_, tip = ids = self.way(at)
        way, later = set(ids), None
        for snapshot in self.snapshots(tip):
            if id_of(snapshot) not in way:
                continue
            if later is not None and not _same_at(parts, snapshot, later):
                return self._blame(parts, snapshot, later)
            later = snapshot
        assert later is not None
        if _value(parts, later) is MISSING:
            raise _nothing_at(parts, self.state_of(tip).values)
        return self._blame(parts, None, later)

    def find_step(
        self,
        predicate: Callable[[Any], bool],
        *,
        monotonic: bool = False,
        at: StepRef = "last",
    ) -> Step | None:
        """The first step on the way to `at` whose values the predicate holds for; None without.

        `monotonic` says that it stays true once it is: then a few states are read, not all.
        """
        way = self.way(at)
        found = self._bisected(way, predicate) if monotonic else self._first(way, predicate)
        return self.step(found) if found else None

    def fork(
        self,
        step: StepRef,
        *,
        values: Any = None,
        answers: Mapping[str, Any] | None = None,
        as_node: str | None = None,
        thread_id: str | None = None,
        branch: bool = False,
        replace: bool = False,
    ) -> Fork:
        """Another way from a step, not yet gone; `run()` of what comes back goes it.

        Args:
            step: Where it begins.
            values: What to write to the state there, as a node would.
            answers: Other answers to the questions asked there, by the question's or its node's
                name (all of that name), by interrupt id, or by the id of its request.
            as_node: The node that `values` are to come from.
            thread_id: Name of the new thread; by default one is made up.
            branch: Make it a branch of this thread, which then goes on from there.
            replace: Let a branch take the place of a question that is open now.

        Raises:
            UnknownStep, AmbiguousStep: no step or several go by that name.
            UnknownInterrupt, InvalidAnswer: an answer is to nothing asked there, or does not fit.
            ThreadPaused: a branch would take the place of an open question.
            StateError: the new thread exists, this state cannot be copied, the values cannot be
                written, or an answer could be to several questions of one task.
        """
        origin = self.step(step)
        return open_fork(
            self,
            origin,
            answers={} if answers is None else answers,
            values=values,
            as_node=as_node,
            thread_id=thread_id,
            branch=branch,
            replace=replace,
        )

    def _first(self, way: Sequence[str], predicate: Callable[[Any], bool]) -> str | None:
        return next((one for one in way if predicate(self.state_of(one).values)), None)

    def _bisected(self, way: Sequence[str], predicate: Callable[[Any], bool]) -> str | None:
        low, high = 0, len(way)
        while low < high:
            middle = (low + high) // 2
            if predicate(self.state_of(way[middle]).values):
                high = middle
            else:
                low = middle + 1
        return way[low] if low < len(way) else None

    def _blame(self, parts: Path, before: StateSnapshot | None, after: StateSnapshot) -> Blame:
        requests, naming = self.requests(), self.naming()
        asked: tuple[Asked, ...] = ()
        # Whoever edits a state does so without a node, and acts on nobody's answer.
        direct = before is not None and (after.metadata or {}).get("source") == "loop"
        asking = before
        while asking is not None and not asked:
            asked = self._answers(asking, requests, parts if asking is before else ())
            if not asked:
                asking, direct = self.at(naming.tree.parent_of.get(id_of(asking), "")), False
        return Blame(
            path=path_text(parts),
            step=self.step_of(after, before, naming, requests),
            before=_value(parts, before) if before is not None else MISSING,
            after=_value(parts, after),
            asked=asked,
            direct=direct,
        )

    def _answers(
        self,
        snapshot: StateSnapshot,
        requests: Mapping[str, Sequence[ApprovalRequest]],
        parts: Path,
    ) -> tuple[Asked, ...]:
        """The answers given there; to the tasks that wrote what `parts` lead to, where known."""
        of_here = requests.get(id_of(snapshot), ())
        found = [one for one in asked_at(snapshot, self.stored(snapshot), of_here) if one.answered]
        writers = [
            task
            for task in snapshot.tasks
            if parts and isinstance(task.result, Mapping) and parts[0] in task.result
        ]
        if writers:
            tasks = {task.id for task in writers}
            found = [one for one in found if one.task in tasks]
        return tuple(found)


def _name(step: StepRef) -> str:
    return step.ref if isinstance(step, Step) else str(step)


def _value(parts: Path, snapshot: StateSnapshot) -> Any:
    return value_at(snapshot.values, parts)


def _same_at(parts: Path, one: StateSnapshot, other: StateSnapshot) -> bool:
    before, after = _value(parts, one), _value(parts, other)
    if before is MISSING or after is MISSING:
        return before is after
    return same(before, after)


def _nothing_at(parts: Path, values: Any) -> UnknownPath:
    nearest = parts
    while nearest and value_at(values, nearest) is MISSING:
        nearest = nearest[:-1]
    there = value_at(values, nearest)
    if isinstance(there, dict):
        known = list(there)
    elif isinstance(there, list):
        known = [f"[0] … [{len(there) - 1}]"] if there else []
    else:
        known = []
    return UnknownPath(path_text(parts), nearest=path_text(nearest) or ".", known=known)
