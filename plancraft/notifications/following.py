"""From the log to the outbox: each event that somebody is to be told of becomes items, once."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from plancraft.access import Key, Keys, Role
from plancraft.approvals import ApprovalRequest, Entry, HITLPolicy, Store
from plancraft.notifications.channels import Channel
from plancraft.notifications.outbox import Outbox, OutboxItem, new_item

__all__ = ["Follower", "bookmark_of"]

_log = logging.getLogger("plancraft")
_PAGE = 500
_LIVE_FEED = "websocket"
"""The channel of the seed's policy that needs no outbox: whoever listens reads the log."""
_KNOWN = frozenset({_LIVE_FEED, "email", "slack", "webhook"})


def bookmark_of(channel: str) -> str:
    """The log's reader for this channel. Each has its own, so that one which is configured later,
    or in another process, neither misses events nor tells of those from before."""
    return f"notifications:{channel}"


class Follower:
    """Reads the log for the channels. Blocking; for whoever holds the lock of notifications.

    Args:
        store: Whose log.
        channels: Those that are configured here.
        policy: By which channels graphs' questions are told; other requests carry their own.
        clock: The time, UTC.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        policy: HITLPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._channels, self._policy, self._clock = store, channels, policy, clock
        self._outbox = Outbox(store, clock)
        self._unknown: set[str] = set()

    def begin(self, request_id: str | None = None) -> None:
        """See to it that there are bookmarks: new ones at the log's end, or before this request."""
        self._marks(request_id)

    def follow(self) -> list[OutboxItem]:
        """The items of what happened since, which are in the outbox now."""
        marks = self._marks()
        made: list[OutboxItem] = []
        at = min(marks.values(), default=0)
        while marks and (entries := self._store.log(after=at, limit=_PAGE)):
            at = entries[-1].seq
            items = list(self._items(entries, marks))
            marks = {name: max(mark, at) for name, mark in marks.items()}
            # One commit: after a crash an event is either behind the bookmark or in the outbox.
            self._outbox.add(items, {bookmark_of(name): mark for name, mark in marks.items()})
            made += items
        return made

    def _marks(self, request_id: str | None = None) -> dict[str, int]:
        """Where each channel's reader stands."""
        found = {name: self._store.bookmark(bookmark_of(name)) for name in self._channels}
        marks = {name: at for name, at in found.items() if at is not None}
        new = found.keys() - marks.keys()
        if not new:
            return marks
        head = self._store.head().seq
        at = head if request_id is None else self._before(request_id, head)
        self._outbox.add((), {bookmark_of(name): at for name in new})
        return marks | dict.fromkeys(new, at)

    def _before(self, request_id: str, head: int) -> int:
        """The number before this request's first entry, if that is among the last ones."""
        for entry in self._store.log(after=max(head - _PAGE, 0), limit=_PAGE + 1):
            if entry.event.request_id == request_id:
                return entry.seq - 1
        return head

    def _items(self, entries: Sequence[Entry], marks: Mapping[str, int]) -> Iterator[OutboxItem]:
        people: list[Key] | None = None
        for entry in entries:
            request = self._store.get(entry.event.request_id)
            if request is None:
                continue
            wanted = [self._channels[name] for name in self._named(request)]
            for channel in wanted:
                if entry.seq > marks[channel.name]:
                    people = self._reviewers() if people is None else people
                    yield from self._told(channel, entry, request, people)

    def _told(
        self, channel: Channel, entry: Entry, request: ApprovalRequest, people: Sequence[Key]
    ) -> Iterator[OutboxItem]:
        try:
            recipients = list(channel.recipients(entry.event, request, people))
        except Exception:  # noqa: BLE001 - one channel's mistake must not keep the others waiting
            _log.exception("notification_failed: %s, entry %s", channel.name, entry.seq)
            return
        for recipient in recipients:
            yield new_item(entry, channel.name, recipient, now=self._clock())

    def _named(self, request: ApprovalRequest) -> list[str]:
        """The channels configured here by which this request is told, each once."""
        named = request.terms.channels
        if request.source == "graph" and not named:
            policy = self._policy
            named = policy.channels
        for name in set(named) - _KNOWN - self._channels.keys() - self._unknown:
            self._unknown.add(name)
            _log.warning("unknown_channel: a policy names %r, which nothing sends by", name)
        return [name for name in dict.fromkeys(named) if name in self._channels]

    def _reviewers(self) -> list[Key]:
        return [key for key in Keys(self._store).list() if key.role is Role.REVIEWER]
