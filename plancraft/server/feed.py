"""The news over WebSocket: one reader of the log in a process, for however many listen."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import orjson

from plancraft.access import Identity, Role, sees
from plancraft.approvals import ApprovalRequest, Entry, Event, Query, Store
from plancraft.approvals.events import is_undoable
from plancraft.approvals.news import Woken, reader_of
from plancraft.approvals.transitions import unheard
from plancraft.errors import StoreUnavailable
from plancraft.server.views import as_json

__all__ = ["Behind", "ConnectionManager", "Message", "open_ids"]

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("plancraft.server")
_KEPT = 2000
"""How many messages are kept for those who are not that quick; further behind is too slow."""
_LARGEST = 32_000_000
"""The same, in characters."""
_PAGE = 500
_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 0.5


class Behind(Exception):
    """The listener is so far behind that the others would have to wait for it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the log as it is told: whose request it is about, and the text for everybody.

    What may still be undone is for reviewers only: who asked acts on what is for good.
    """

    seq: int
    requested_by: str | None
    text: str
    undoable: bool = False


class ConnectionManager:
    """Tells everybody who listens what happened, in order, each entry of the log once.

    Nothing is kept for a single listener: all read the same last messages, each at its own place.

    Args:
        store: Whose log.
        told: Called with each event and its request, as this process learns of it.
    """

    def __init__(
        self, store: Store, told: Callable[[Event, ApprovalRequest], None] | None = None
    ) -> None:
        self._store, self._told = store, told
        self._recent: deque[Message] = deque()
        self._size = 0
        self._from = self._at = 0
        """The recent messages are those behind entry `_from`, up to entry `_at`."""
        self._grown = asyncio.Event()
        self._ready = asyncio.Event()
        self.connected = 0
        self.strangers = 0
        """How many listen, and how many are yet to say who they are."""

    async def run(self) -> None:
        """Follow the log until cancelled; while the store cannot be reached, wait for it."""
        woken = Woken()
        stop = reader_of(self._store).listen("", woken.set)
        try:
            while True:
                try:
                    await self._read_on()
                except StoreUnavailable as error:
                    _log.warning("feed_waits: %s", error)
                    await asyncio.sleep(_AGAIN_SECONDS)
                    continue
                await woken.wait(_LOOK_SECONDS)
        finally:
            stop()

    async def listen(
        self, identity: Identity, after: int | None
    ) -> AsyncIterator[Sequence[Message]]:
        """What this one may see of what happened behind entry `after`, as it happens.

        Where nothing happens for a while, nothing is given, so that the listener can look about.

        Raises:
            Behind: it was not quick enough to hear the rest.
        """
        await self._ready.wait()
        at = self._at if after is None else after
        while at < self._from:  # older than what is kept here
            page = await self._call(self._messages, at)
            at = page[-1].seq
            yield _visible(page, identity)
        while at >= self._from:
            grown, fresh = self._grown, self._behind(at)
            at = max(at, self._at)
            yield _visible(fresh, identity)
            if self._at <= at:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await grown.wait()
        raise Behind

    async def _read_on(self) -> None:
        if not self._ready.is_set():
            head = await self._call(self._store.head)
            self._from = self._at = max(head.seq - _KEPT, 0)
            while self._at < head.seq:
                self._keep(await self._call(self._messages, self._at))
            self._ready.set()
        while messages := await self._call(self._messages, self._at, self._told):
            self._keep(messages)

    def _keep(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._recent.append(message)
            self._size += len(message.text)
        while len(self._recent) > _KEPT or self._size > _LARGEST:
            gone = self._recent.popleft()
            self._from, self._size = gone.seq, self._size - len(gone.text)
        self._at = messages[-1].seq
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def _messages(
        self, after: int, told: Callable[[Event, ApprovalRequest], None] | None = None
    ) -> list[Message]:
        found: list[Message] = []
        for entry in self._store.log(after=after, limit=_PAGE):
            event = entry.event
            request = self._store.get(event.request_id)
            if request is None:  # never: no request is ever taken away
                found.append(Message(entry.seq, None, _bare(entry.seq, event)))
                continue
            if told is not None:
                told(event, request)
            undoable = is_undoable(event)
            text = _text(entry, event, request if undoable else unheard(request))
            found.append(Message(entry.seq, request.requested_by, text, undoable))
        return found

    def _behind(self, at: int) -> list[Message]:
        found: list[Message] = []
        for message in reversed(self._recent):
            if message.seq <= at:
                break
            found.append(message)
        return found[::-1]

    async def _call(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        if not self._store.blocking:
            return function(*args, **named)
        return await asyncio.to_thread(function, *args, **named)


def open_ids(store: Store) -> list[str]:
    """The ids of all open requests."""
    found: list[str] = []
    query = Query(limit=_PAGE)
    while page := store.find(query):
        found += [request.id for request in page]
        query = Query(limit=_PAGE, after=page[-1])
    return found


def _visible(messages: Sequence[Message], identity: Identity) -> list[Message]:
    return [
        message
        for message in messages
        if sees(identity, message.requested_by)
        and not (message.undoable and identity.role is Role.AGENT)
    ]


def _text(entry: Entry, event: Event, request: ApprovalRequest) -> str:
    """The message as JSON: the seed's two kinds, each with the cursor to go on from."""
    if event.kind == "opened":
        return f'{{"type":"approval_request","cursor":{entry.seq},"request":{as_json(request)}}}'
    return _bare(entry.seq, event, request.status.value)


def _bare(seq: int, event: Event, status: str | None = None) -> str:
    update = {
        "type": "approval_update",
        "cursor": seq,
        "request_id": event.request_id,
        "status": status,
        "event": event.kind,
    }
    return orjson.dumps(update).decode()
