"""What is still to be sent, and what was given up: records in the store, one a notification."""

import hashlib
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from plancraft.approvals import Changes, Entry, Record, Store
from plancraft.errors import UnknownNotification
from plancraft.locale import Language
from plancraft.notifications.channels import Recipient

__all__ = ["ATTEMPTS", "KIND", "Outbox", "OutboxItem", "after_failure", "given_up", "new_item"]

KIND = "outbox"
ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 900.0
_LONGEST_WISH = 6 * 3600.0
"""How long, in seconds, a receiver can put us off."""
_ERROR_LENGTH = 300


class OutboxItem(BaseModel):
    """One notification to one address, until it has been sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Its dedup key, which goes with it each time it is sent."""
    seq: int
    """The log's entry that it tells of; for a task's, the event among those of all tasks."""
    channel: str
    to: str
    language: Language | None = None
    while_open: bool = True
    kind: str
    request_id: str | None = None
    """Of which request it tells; None if of an agent's task."""
    task_id: str | None = None
    owner: str | None = None
    """Whose task it is."""
    source: str | None = None
    """Where the task is kept, and what it says: several agents may share a store."""
    created_at: AwareDatetime
    attempts: int = 0
    next_at: AwareDatetime
    error: str | None = None
    """Why it was not sent the last time."""
    state: Literal["waiting", "dead"] = "waiting"

    @property
    def about(self) -> str:
        """The id of the request or the task that it tells of."""
        return self.request_id or self.task_id or "-"

    @property
    def lane(self) -> tuple[str, str, str] | None:
        """What leaves one after the other, as it happened; None where order does not matter."""
        return None if self.task_id is None else (self.channel, self.task_id, self.to)

    @property
    def record(self) -> Record:
        """As it is kept."""
        return Record(KIND, self.id, self.model_dump_json())


def new_item(entry: Entry, channel: str, recipient: Recipient, *, now: datetime) -> OutboxItem:
    """The item that tells this recipient of this entry: the same whoever makes it.

    The entry's hash is in its id, since two stores number alike.
    """
    event = entry.event
    address = hashlib.sha256(f"{entry.hash}\n{recipient.to}".encode()).hexdigest()[:16]
    return OutboxItem(
        id=f"{entry.seq}:{channel}:{address}",
        seq=entry.seq,
        channel=channel,
        to=recipient.to,
        language=recipient.language,
        while_open=recipient.while_open,
        kind="decided" if event.kind == "released" else event.kind,
        request_id=event.request_id,
        created_at=now,
        next_at=now,
    )


def after_failure(
    item: OutboxItem,
    error: str,
    *,
    now: datetime,
    retry_after: float | None = None,
    chance: Callable[[], float] = random.random,
) -> OutboxItem:
    """The item after an attempt that may succeed another time; given up after the eighth.

    The pause is 5 seconds, doubled each time to at most 15 minutes, less up to a quarter; never
    shorter than the receiver asked for, up to six hours.
    """
    attempts = item.attempts + 1
    if attempts >= ATTEMPTS:
        return given_up(item, error)
    pause = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE) * (1 - chance() / 4)
    wished = min(retry_after or 0.0, _LONGEST_WISH)
    again = now + timedelta(seconds=max(pause, wished))
    return item.model_copy(update={"attempts": attempts, "next_at": again, "error": _short(error)})


def given_up(item: OutboxItem, error: str) -> OutboxItem:
    """The item on the dead-letter list."""
    update = {"attempts": item.attempts + 1, "error": _short(error), "state": "dead"}
    return item.model_copy(update=update)


class Outbox:
    """The items of a store. Blocking.

    Args:
        store: Where they are kept, beside the requests.
        clock: The time, UTC.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._clock = store, clock

    def items(self) -> list[OutboxItem]:
        """All of them, in the order of the log."""
        found = [
            OutboxItem.model_validate_json(record.body)
            for record in self._store.records(KIND)
            if record.body is not None
        ]
        return sorted(found, key=lambda item: (item.seq, item.id))

    def waiting(self) -> list[OutboxItem]:
        """Those that are still to be sent, in the order of the log."""
        return [item for item in self.items() if item.state == "waiting"]

    def dead(self) -> list[OutboxItem]:
        """Those that were given up, in the order of the log."""
        return [item for item in self.items() if item.state == "dead"]

    def retry(self, id_: str) -> OutboxItem:
        """The item, due now; from its first attempt on if it was given up.

        Raises:
            UnknownNotification: there is none.
        """
        item = self._get(id_)
        attempts = 0 if item.state == "dead" else item.attempts
        again = {"state": "waiting", "attempts": attempts, "next_at": self._clock()}
        item = item.model_copy(update=again)
        self._store.commit(Changes(records=[item.record]), durable=True)
        return item

    def retry_all(self) -> list[OutboxItem]:
        """All that were given up, to be sent again."""
        return [self.retry(item.id) for item in self.dead()]

    def drop(self, id_: str) -> OutboxItem:
        """The item, which is not sent any more.

        Raises:
            UnknownNotification: there is none.
        """
        item = self._get(id_)
        self.remove(id_)
        return item

    def remove(self, id_: str) -> None:
        """Let there be no such item."""
        self._store.commit(Changes(records=[Record(KIND, id_, None)]), durable=False)

    def put_off(self, item: OutboxItem) -> None:
        """Keep what became of an item, unless somebody dropped it meanwhile."""
        if self._store.record(KIND, item.id) is not None:
            self._store.commit(Changes(records=[item.record]), durable=False)

    def add(self, items: Iterable[OutboxItem], bookmarks: dict[str, int]) -> None:
        """Keep new items, and where their readers have come to: both or neither."""
        records = [item.record for item in items]
        self._store.commit(Changes(records=records, bookmarks=bookmarks), durable=False)

    def _get(self, id_: str) -> OutboxItem:
        found = self._store.record(KIND, id_)
        if found is None or found.body is None:
            raise UnknownNotification(id_)
        return OutboxItem.model_validate_json(found.body)


def _short(error: str) -> str:
    line = " ".join(error.split())
    return line if len(line) <= _ERROR_LENGTH else line[: _ERROR_LENGTH - 1] + "…"
