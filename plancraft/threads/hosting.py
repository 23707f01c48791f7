"""Where threads live and run: in this process, or on a LangGraph Server. One port for both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig

from plancraft.approvals import ApprovalRequest, Store
from plancraft.interrupts.answers import Delivering
from plancraft.stores import open_store
from plancraft.threads.flows import Flow
from plancraft.threads.looking import Glance, Look

__all__ = ["NO_THREAD", "Host", "RunOptions", "store_at"]

NO_THREAD = "-"
"""In place of an id, where all threads are meant, or none."""

_stores_by_url: dict[str, Store] = {}


@dataclass(frozen=True)
class RunOptions:
    """More for a run: the graph's config, as callbacks and tags, and its runtime context."""

    config: RunnableConfig = field(default_factory=RunnableConfig)
    more: Mapping[str, Any] = field(default_factory=dict)


class Host(Protocol):
    """What the flows need of a graph, wherever it runs. Every method that calls out is a flow."""

    @property
    def name(self) -> str:
        """The graph's name, by which its threads are found again."""

    def names(self) -> Flow[list[str]]:
        """The names of all graphs it serves: one, or all those of a server."""

    @property
    def sync_only(self) -> bool:
        """Whether its calls are to be made in plain code."""

    @property
    def lends_secrets(self) -> bool:
        """Whether nodes run beside the runner, which keeps secret values from the checkpoints."""

    @property
    def longest_pause(self) -> float:
        """How long to wait, in seconds, between two looks whether a thread is free."""

    def own_store(self) -> Flow[Store]:
        """Where its questions are kept when nothing else is said.

        Raises:
            StoreNotGiven: something has to be said.
        """

    def of(self, thread_id: str) -> "Flow[Host]":
        """The host as this thread wants it."""

    def begin(self, thread_id: str) -> Flow[bool]:
        """Whether the thread is a new one, which is made where it has to be."""

    def look(self, thread_id: str) -> Flow[Look]:
        """The thread as it is now, with its open questions and breakpoints."""

    def glance(self, thread_id: str) -> Flow[Glance | None]:
        """The thread's open questions; None when there is no such thread."""

    def peek(self, thread_id: str) -> Flow[Glance | None]:
        """As `glance`, without the checkpoint where that is cheaper.

        Raises:
            ThreadBusy: somebody who needs no lock of ours runs the thread now.
        """

    def is_busy(self, thread_id: str) -> Flow[bool]:
        """Whether somebody who needs no lock of ours runs the thread now."""

    def warnings(self, thread_id: str) -> Flow[list[str]]:
        """What may take a paused thread's question away, in words."""

    def was_taken(self, request: ApprovalRequest) -> Flow[bool | None]:
        """What the checkpoint at which a question was asked says of its answer: whether a node
        took it; None where that checkpoint is not this host's."""

    def was_sent(self, request: ApprovalRequest) -> Flow[bool]:
        """Whether the request's answer may have been given to its node, by us."""

    def run(
        self,
        thread_id: str,
        command: Any,
        options: RunOptions,
        delivery: Delivering,
        *,
        at: str | None = None,
    ) -> Flow[Any]:
        """What the graph returns for the input or command, its steps written before the next.

        `at` is the id of a checkpoint to go on from, in place of the newest.
        """

    def asked(self, result: Any, delivery: Delivering, delivered: Collection[str]) -> Glance | None:
        """The questions after a run that carried answers to the requests `delivered`, where its
        result tells that they were taken and what is asked now; else None."""

    def update(self, thread_id: str, values: Any, as_node: str | None) -> Flow[None]:
        """Write to the thread's state as a node would."""

    def nodes_before(self, look: Look) -> Flow[list[str]]:
        """The nodes whose end led to the present step, as far as the graph still has them."""

    def output(self, values: Any) -> Any:
        """Of the state's values, those that the graph returns."""


def store_at(url: str) -> Store:
    """The one store of this process for a URL."""
    if url not in _stores_by_url:
        _stores_by_url[url] = open_store(url)
    return _stores_by_url[url]
