"""What the handlers share: the desk, who may sit at it, and the news."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from starlette.requests import HTTPConnection

from plancraft.access import Identity, Keys, Sessions, sees
from plancraft.access.throttling import Throttle
from plancraft.approvals import ApprovalRequest, Store
from plancraft.approvals.desk import Desk
from plancraft.errors import RequestClosed, UnknownInterrupt
from plancraft.locale import Language
from plancraft.notifications import NotificationService
from plancraft.server.feed import ConnectionManager
from plancraft.server.metrics import Metrics
from plancraft.timetravel import TimeTravel

__all__ = ["LookBack", "Research", "Service", "service_of"]

LookBack = Callable[[str, Callable[[TimeTravel], Any]], Any]
"""Gives what a function makes of a thread's past."""
Research = Callable[[Identity, str, Language | None], Awaitable[str]]
"""Begins a research for somebody, and gives the id of its task."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Service:
    """One served store."""

    desk: Desk
    keys: Keys
    sessions: Sessions
    feed: ConnectionManager
    metrics: Metrics
    public_url: str | None = None
    """Where people reach it, when not at the address they sent, as behind a proxy."""
    notifications: NotificationService | None = None
    """Who tells people, where this server does."""
    histories: Mapping[str, LookBack] = field(default_factory=dict)
    """By graph, how to look at the past of its threads."""
    research: Research | None = None
    """What begins a research, where an agent for it is served."""
    throttle: Throttle = field(default_factory=Throttle)
    presses: dict[str, datetime] = field(default_factory=dict)
    """The signatures of Slack's latest presses, and when they came."""
    stopping: bool = False
    _held: set[Callable[[], None]] = field(default_factory=set)

    @property
    def store(self) -> Store:
        """Where the requests are."""
        return self.desk.store

    async def call(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What the function returns, called where it may wait for a disk or a network."""
        if not self.store.blocking:
            return function(*args, **named)
        return await asyncio.to_thread(function, *args, **named)

    def found(self, identity: Identity, request_id: str) -> ApprovalRequest:
        """The request, if it is there for this one.

        Raises:
            UnknownInterrupt: it is not, or is somebody else's, which is not told apart.
        """
        request = self.desk.get(request_id)
        if not sees(identity, request.requested_by):
            raise UnknownInterrupt(request_id)
        return request

    def changed(self, request_id: str, change: Callable[[], ApprovalRequest]) -> ApprovalRequest:
        """What the change returns.

        Raises:
            RequestClosed: there is such a request, but nobody can decide it any more.
            UnknownInterrupt: there is none; and whatever `change` raises.
        """
        try:
            return change()
        except UnknownInterrupt:
            request = self.store.get(request_id)
            if request is None:
                raise
            raise RequestClosed(request_id, status=request.status.value) from None

    @contextmanager
    def held(self, let_go: Callable[[], None]) -> Iterator[None]:
        """Within the block, a stop of the server calls `let_go`."""
        self._held.add(let_go)
        try:
            yield
        finally:
            self._held.discard(let_go)

    def stop(self) -> None:
        """Let go of everybody who waits; nobody waits any more."""
        self.stopping = True
        for let_go in list(self._held):
            let_go()


def service_of(connection: HTTPConnection) -> Service:
    """The service behind a request or a WebSocket."""
    service: Any = connection.app.state.service
    assert isinstance(service, Service)
    return service
