"""Reading a thread's past: its steps and states, and what steps are called."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot

from plancraft.approvals import ApprovalRequest, Store
from plancraft.errors import (
    AmbiguousStep,
    StoreNotGiven,
    UnknownStep,
    UnknownThread,
)
from plancraft.locale import say
from plancraft.threads.flows import run
from plancraft.threads.langgraph_server import GraphServer
from plancraft.threads.local import plain_graph
from plancraft.threads.target import Graph, host_of, store_of
from plancraft.timetravel.branches import Tree, tree_of
from plancraft.timetravel.deployed import DeployedPast
from plancraft.timetravel.places import Place, places_of
from plancraft.timetravel.steps import Step, asked_at, changed_paths, nodes_between
from plancraft.timetravel.ways import Ways, ways_of

__all__ = ["History", "Naming", "StepRef", "id_of"]

StepRef = int | str | Step
"""A step's number, `ref` (as `7@2`), checkpoint id or the start of that, `last`, or itself."""

_PAGE_OF_STATES = 50
_SHORTEST_ID = 6
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Naming:
    """How steps are called: by number, and by branch too where the number is not enough."""

    tree: Tree
    count: Mapping[int, int]

    def ref(self, number: int, id_: str) -> str:
        alone = self.count.get(number, 1) == 1
        return str(number) if alone else f"{number}@{self.tree.branch_of.get(id_, 1)}"


class History:
    """What a thread's checkpoints and its store tell. Reading runs no node and keeps no lock.

    Raises:
        NoCheckpointer: the graph keeps no past.
        UnknownThread: the checkpointer holds nothing of this thread.
    """

    def __init__(
        self,
        graph: Graph,
        thread_id: str,
        *,
        store: Store | str | None = None,
        checkpoint_ns: str = "",
    ) -> None:
        if not isinstance(graph, Pregel | GraphServer | str):
            raise TypeError(
                "TimeTravel takes a compiled graph, builder.compile(checkpointer=…), or a server"
            )
        host_of(graph)
        self.graph = GraphServer(graph) if isinstance(graph, str) else graph
        self.thread_id = str(thread_id)
        self.checkpoint_ns = checkpoint_ns
        self.store = _store_if_known(graph, store)
        self.plain: Any = _readable(self.graph)
        self.places = places_of(self.plain.checkpointer, self.thread_id, checkpoint_ns)
        if self.places.newest() is None:
            raise self._unknown()

    def __repr__(self) -> str:
        inside = f", checkpoint_ns={self.checkpoint_ns!r}" if self.checkpoint_ns else ""
        return f"TimeTravel({self.graph.get_name()!r}, {self.thread_id!r}{inside})"

    def steps(self, *, last: int | None = None) -> list[Step]:
        """The thread's steps in the order they happened; only the `last` so many when given."""
        if last is not None and last < 0:
            raise ValueError("last is a number of steps, 0 or more")
        found = islice(self.steps_back(), last) if last is not None else self.steps_back()
        return sorted(found, key=lambda step: step.id)

    def steps_back(self) -> Iterator[Step]:
        """The steps from the newest to the first, read as they are asked for."""
        following = self.snapshots()
        snapshot = next(following, None)
        naming, requests = self.naming(), self.requests()  # what came meanwhile is no harm
        while snapshot is not None:
            before = next(following, None)
            parent = naming.tree.parent_of.get(id_of(snapshot), "")
            if before is not None and parent == id_of(before):
                yield self.step_of(snapshot, before, naming, requests)
            else:  # it began a branch, or it is the first
                yield self.step_of(snapshot, self.at(parent), naming, requests)
            snapshot = before

    def step(self, step: StepRef) -> Step:
        """One step.

        Raises:
            UnknownStep, AmbiguousStep: no step or several go by that name.
        """
        snapshot, naming = self.state_of(self.find(step).id), self.naming()
        parent = self.at(naming.tree.parent_of.get(id_of(snapshot), ""))
        return self.step_of(snapshot, parent, naming, self.requests())

    def state_at(self, step: StepRef) -> Any:
        """The state's values as they were, as the graph's channels hold them.

        Raises:
            UnknownStep, AmbiguousStep: no step or several go by that name.
        """
        return self.state_of(self.find(step).id).values

    def after(self, step: Step) -> list[Step]:
        """The steps that followed on the thread's way; on the step's branch, if that was left."""
        tree = tree_of(self.places.links())
        newest = self.places.newest()
        way = tree.way(newest.id) if newest is not None else []
        if step.id not in way:  # it is on a branch that the thread has left
            way = [id_ for id_, branch in tree.branch_of.items() if branch == step.branch]
        behind = {id_ for id_ in way if id_ > step.id}
        later = takewhile(lambda one: one.id > step.id, self.steps_back())
        return [one for one in later if one.id in behind][::-1]

    def namespaces(self) -> list[str]:
        """The subgraphs that left steps of their own in this thread; each a `checkpoint_ns`."""
        return self.places.namespaces()

    def ways(self) -> Ways:
        """The graph's nodes, and which leads to which."""
        if isinstance(self.plain, DeployedPast):
            return self.plain.ways(self.thread_id)
        return ways_of(self.plain)

    def find(self, step: StepRef) -> Place:
        """The one checkpoint that goes by that name.

        Raises:
            UnknownStep, AmbiguousStep: none or several do.
        """
        return self.find_each(step)[0]

    def find_each(self, *steps: StepRef) -> list[Place]:
        """The checkpoints that go by these names; numbers are looked up all at once."""
        names = [str(step) for step in steps if not isinstance(step, Step)]
        numbers = [int(number) for number in map(_number_of, names) if number]
        numbered = self.places.at(*numbers) if numbers else []
        return [
            Place(step.id, step.parent, step.number)
            if isinstance(step, Step)
            else self._found(str(step), numbered)
            for step in steps
        ]

    def _found(self, name: str, numbered: Sequence[Place]) -> Place:
        if name == "last":
            newest = self.places.newest()
            assert newest is not None
            return newest
        if not (number := _number_of(name)):
            return self._by_id(name)
        fitting = [place for place in numbered if place.step == int(number)]
        branch = name.partition("@")[2]
        if branch or len(fitting) > 1:
            return self._on_branch(name, fitting, branch)
        if not fitting:
            raise UnknownStep(self.thread_id, name, known=self._known())
        return fitting[0]

    def way(self, at: StepRef) -> list[str]:
        """The ids of the checkpoints from the first to that one."""
        tip = self.find(at).id  # before the links, which know it then
        return tree_of(self.places.links()).way(tip)

    def snapshots(self, until: str | None = None) -> Iterator[StateSnapshot]:
        """States from the newest, or from the id `until`, back to the first, in pages."""
        place = self.config()
        before: Any = None
        if until is not None:
            yield self.state_of(until)
            before = self.config(until)
        while page := list(
            self.plain.get_state_history(place, before=before, limit=_PAGE_OF_STATES)
        ):
            yield from page
            before = self.config(id_of(page[-1]))

    def at(self, id_: str) -> StateSnapshot | None:
        """The state of that checkpoint; None when there is none."""
        found = self.plain.get_state(self.config(id_)) if id_ else None
        return found if found is not None and found.created_at is not None else None

    def stored(self, snapshot: StateSnapshot) -> CheckpointTuple | None:
        """The checkpoint itself, for the answers it holds; None where nothing was asked."""
        if not any(task.interrupts for task in snapshot.tasks):
            return None
        found: CheckpointTuple | None = self.plain.checkpointer.get_tuple(
            self.config(id_of(snapshot))
        )
        return found

    def step_of(
        self,
        snapshot: StateSnapshot,
        parent: StateSnapshot | None,
        naming: "Naming",
        requests: Mapping[str, Sequence[ApprovalRequest]],
    ) -> Step:
        id_ = id_of(snapshot)
        number, gap = (snapshot.metadata or {}).get("step", 0), id_ in naming.tree.gaps
        return Step(
            number=number,
            ref=naming.ref(number, id_),
            id=id_,
            parent=_parent_of(snapshot),
            branch=naming.tree.branch_of.get(id_, 1),
            at=_time_of(snapshot),
            source=str((snapshot.metadata or {}).get("source", "")),
            gap=gap,
            nodes=() if gap else nodes_between(parent, snapshot),
            changed=changed_paths(parent.values if parent else {}, snapshot.values),
            asked=asked_at(snapshot, self.stored(snapshot), requests.get(id_, ())),
            next=tuple(snapshot.next),
        )

    def requests(self) -> dict[str, list[ApprovalRequest]]:
        """What was asked, by checkpoint."""
        if self.store is None or self.checkpoint_ns:
            return {}
        found: dict[str, list[ApprovalRequest]] = {}
        events = self.store.events(thread_id=self.thread_id)
        for id_ in dict.fromkeys(event.request_id for event in events):
            request = self.store.get(id_)
            if request is not None and request.checkpoint_id:
                found.setdefault(request.checkpoint_id, []).append(request)
        return found

    def naming(self) -> "Naming":
        places = list(self.places.all())
        return Naming(tree_of(places), Counter(place.step for place in places))

    def config(self, checkpoint_id: str | None = None) -> Any:
        configurable = {"thread_id": self.thread_id, "checkpoint_ns": self.checkpoint_ns}
        if checkpoint_id is not None:
            configurable["checkpoint_id"] = checkpoint_id
        return {"configurable": configurable}

    def state_of(self, id_: str) -> StateSnapshot:
        """The state of that checkpoint, as LangGraph gives it.

        Raises:
            UnknownStep: there is none; it may have been pruned meanwhile.
        """
        snapshot: StateSnapshot = self.plain.get_state(self.config(id_))
        if snapshot.created_at is None:
            raise UnknownStep(self.thread_id, id_, known=self._known())
        return snapshot

    def _on_branch(self, step: str, found: list[Place], branch: str) -> Place:
        branch_of = tree_of(self.places.links()).branch_of
        fitting = [place for place in found if branch in ("", str(branch_of[place.id]))]
        if not fitting:
            raise UnknownStep(self.thread_id, step, known=self._known())
        if len(fitting) > 1:
            choices = [f"{place.step}@{branch_of[place.id]}" for place in fitting]
            raise AmbiguousStep(step, choices=choices)
        return fitting[0]

    def _by_id(self, id_: str) -> Place:
        found = self.places.called(id_) if len(id_) >= _SHORTEST_ID else []
        if len(found) > 1:
            raise AmbiguousStep(id_, choices=[place.id for place in found])
        if not found:
            raise UnknownStep(self.thread_id, id_, known=self._known())
        return found[0]

    def _unknown(self) -> UnknownThread:
        if self.checkpoint_ns and self.places.namespaces():
            name = f"{self.thread_id} {self.checkpoint_ns}"
            return UnknownThread(name, known=self.places.namespaces())
        return UnknownThread(self.thread_id, known=self.places.threads())

    def _known(self) -> str:
        numbers = sorted({place.step for place in self.places.all()})
        return say("the steps {ranges}", ranges=", ".join(_ranges(numbers)))


def _store_if_known(graph: Any, store: Store | str | None) -> Store | None:
    """The questions' store; without one the checkpoints alone tell who answered."""
    try:
        return run(store_of(graph, store))
    except StoreNotGiven:
        return None


def _readable(graph: Pregel[Any, Any, Any, Any] | GraphServer) -> Any:
    """The graph for reading in plain code."""
    return run(plain_graph(graph)) if isinstance(graph, Pregel) else DeployedPast(graph)


def id_of(snapshot: StateSnapshot) -> str:
    return str(snapshot.config["configurable"]["checkpoint_id"])


def _parent_of(snapshot: StateSnapshot) -> str:
    parent = (snapshot.parent_config or {}).get("configurable", {})
    return str(parent.get("checkpoint_id") or "")


def _time_of(snapshot: StateSnapshot) -> datetime | None:
    return datetime.fromisoformat(snapshot.created_at) if snapshot.created_at else None


def _number_of(name: str) -> str:
    """The number in `7` or `7@2`; empty for other names."""
    number = name.partition("@")[0]
    is_number = number.removeprefix("-").isdecimal() and len(number) <= _LONGEST_NUMBER
    return number if is_number else ""


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            first, last = numbers[start], numbers[place - 1]
            yield f"{first}" if first == last else f"{first} … {last}"
            start = place
