"""Keys: each belongs to one name and one role, and is kept only as its hash."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict

from plancraft.access.identity import Identity, Role, proper_name
from plancraft.access.tokens import hash_of, new_token
from plancraft.approvals import Changes, Record, Store
from plancraft.approvals.policy import same_name
from plancraft.errors import NameRefused, StoreUnavailable, UnknownKey
from plancraft.locale import Language, say

__all__ = ["LINK", "SESSION", "Key", "Keys"]

SESSION, LINK = "session", "sign-in"
"""As what sessions, and the links that open one, are kept."""
_KIND = "key"
_LOCK = "plancraft:names"
_LOCK_SECONDS = 5.0


class Key(BaseModel):
    """What is known of a key. The key itself is shown once and never kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    email: str | None = None
    groups: tuple[str, ...] = ()
    language: Language | None = None
    """In which they are written to; None leaves it to the server."""
    slack: str | None = None
    """Their Slack member id, by which a button that they press is theirs."""
    created_at: AwareDatetime

    @property
    def identity(self) -> Identity:
        """Who acts with it."""
        return Identity(name=self.name, role=self.role, groups=self.groups)


class Keys:
    """The keys of a store.

    Args:
        store: Where they are kept, beside the requests.
        clock: The time, UTC.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._clock = store, clock

    def add(
        self,
        name: str,
        role: Role,
        *,
        email: str | None = None,
        groups: Sequence[str] = (),
        language: Language | None = None,
        slack: str | None = None,
    ) -> str:
        """A new key, `pc_agent_…` or `pc_reviewer_…`; nobody can be told it a second time.

        Raises:
            NameRefused: another key has this name, however it is written, or this Slack member;
                or it is no name.
        """
        name = proper_name(name)
        kept = Key(
            name=name,
            role=role,
            email=email,
            groups=tuple(proper_name(group) for group in groups),
            language=language,
            slack=slack,
            created_at=self._clock(),
        )
        token = new_token(f"pc_{role.value}")
        record = Record(_KIND, hash_of(token), kept.model_dump_json())
        with one_writer_of_names(self._store):
            if any(same_name(name, other.name) for other in self.list()):
                raise NameRefused(name, say("another key has it; revoke that one first"))
            if slack is not None and (other := self.find_by_slack(slack)) is not None:
                raise NameRefused(
                    name, say("the key of {name} has this Slack member", name=other.name)
                )
            self._store.commit(Changes(records=[record]), durable=True)
        return token

    def list(self) -> list[Key]:
        """All keys, by name."""
        return sorted((key for _, key in self._kept()), key=lambda key: key.name)

    def revoke(self, name: str) -> None:
        """Let the key count no more, nor any session or link of that name, with or without a key.

        Raises:
            UnknownKey: nothing is known of this name.
        """
        while True:
            gone = [
                Record(_KIND, id_, None) for id_, key in self._kept() if same_name(key.name, name)
            ]
            gone += self._sessions_of(name)
            if not gone:
                raise UnknownKey(name)
            if self._store.commit(Changes(records=gone), durable=True):
                return

    def _sessions_of(self, name: str) -> Iterator[Record]:
        """What takes away each session and link of this name."""
        for kind in (SESSION, LINK):
            for record in self._store.records(kind):
                if record.body and same_name(orjson.loads(record.body)["name"], name):
                    yield Record(kind, record.id, None)

    def find(self, token: str) -> Key | None:
        """What is known of this key; None of one that was revoked or never was."""
        return self.find_by_hash(hash_of(token)) if token.startswith("pc_") else None

    def find_by_hash(self, id_: str) -> Key | None:
        """The same, by what is kept of it."""
        found = self._store.record(_KIND, id_)
        return Key.model_validate_json(found.body) if found and found.body else None

    def find_by_slack(self, member: str) -> Key | None:
        """Whose key has this Slack member id."""
        return next((key for key in self.list() if key.slack == member), None)

    def _kept(self) -> Iterator[tuple[str, Key]]:
        for record in self._store.records(_KIND):
            if record.body is not None:
                yield record.id, Key.model_validate_json(record.body)


@contextmanager
def one_writer_of_names(store: Store) -> Iterator[None]:
    """Within the block, nobody else, in any process, gives a name away."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while (lock := store.try_lock(_LOCK)) is None:
        if time.monotonic() > deadline:
            raise StoreUnavailable(store.url, say("another process is adding keys"))
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()
