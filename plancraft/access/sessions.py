"""Sessions for people's browsers, and the links that open one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from plancraft.access.identity import Identity, Role, proper_name
from plancraft.access.keys import LINK, SESSION, Keys, one_writer_of_names
from plancraft.access.tokens import hash_of, new_token
from plancraft.approvals import Changes, Record, Store
from plancraft.approvals.policy import same_name
from plancraft.errors import NameRefused, NotSignedIn, RoleRefused
from plancraft.locale import say

__all__ = ["Session", "Sessions"]

_LASTS = timedelta(hours=12)


class Session(BaseModel):
    """What is kept of a session, or of a link: a reviewer's name, and until when it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    groups: tuple[str, ...] = ()
    expires_at: AwareDatetime
    key: str | None = None
    """The hash of the key it was opened with, which must still count."""

    @property
    def identity(self) -> Identity:
        """Who acts in it. Only people have sessions."""
        return Identity(name=self.name, role=Role.REVIEWER, groups=self.groups, via="session")


class Sessions:
    """The sessions of a store. A session and a link last twelve hours, whatever is done in it.

    Args:
        store: Where they are kept, as hashes.
        clock: The time, UTC.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._clock = store, clock
        self._keys = Keys(store, clock)

    def invite(self, name: str) -> str:
        """A token that opens one session for this reviewer.

        Raises:
            NameRefused: an agent's key has this name, or it is no name.
        """
        session = Session(name=proper_name(name), expires_at=self._clock() + _LASTS)
        with one_writer_of_names(self._store):
            for key in self._keys.list():
                if not same_name(key.name, session.name):
                    continue
                if key.role is Role.AGENT:
                    raise NameRefused(name, say("an agent's key has it"))
                # One person, written in one way.
                session = session.model_copy(update={"name": key.name, "groups": key.groups})
            return self._keep(LINK, session, "pc_link")

    def open_by_link(self, token: str) -> tuple[str, Session]:
        """A session's token, and the session; the link is used up by that.

        Raises:
            NotSignedIn: the link is not one of ours, was used, or is too old.
        """
        link = self._find(LINK, token)
        if link is None:
            raise NotSignedIn()
        self._require_still_a_reviewer(link.name)
        session = link.model_copy(update={"expires_at": self._clock() + _LASTS})
        opened = new_token("pc_session")
        records = [
            Record(LINK, hash_of(token), None),
            Record(SESSION, hash_of(opened), session.model_dump_json()),
        ]
        # Taking the link away loses the commit when another one was first: it opens one session.
        if not self._store.commit(Changes(records=records), durable=True):
            raise NotSignedIn()
        return opened, session

    def open_by_key(self, key: str) -> tuple[str, Session]:
        """A session's token, and the session, for a reviewer who has a key.

        Raises:
            NotSignedIn: the key does not count.
            RoleRefused: it is an agent's; agents have no sessions.
        """
        found = self._keys.find(key)
        if found is None:
            raise NotSignedIn()
        if found.role is not Role.REVIEWER:
            raise RoleRefused(found.name, say("only reviewers sign in"))
        session = Session(
            name=found.name,
            groups=found.groups,
            expires_at=self._clock() + _LASTS,
            key=hash_of(key),
        )
        self.forget_expired()
        return self._keep(SESSION, session, "pc_session"), session

    def find(self, token: str) -> Session | None:
        """The session; None of one that ended, or whose key was revoked."""
        session = self._find(SESSION, token)
        if session is None or session.key is None:
            return session
        return session if self._keys.find_by_hash(session.key) else None

    def close(self, token: str) -> None:
        """End the session."""
        self._store.commit(Changes(records=[Record(SESSION, hash_of(token), None)]), durable=True)

    def withdraw(self, token: str) -> None:
        """Let a link that was not used open nothing."""
        self._store.commit(Changes(records=[Record(LINK, hash_of(token), None)]), durable=True)

    def forget_expired(self) -> None:
        """Take away what counts no more."""
        for kind in (SESSION, LINK):
            for record in self._store.records(kind):
                if record.body is None or self._is_over(Session.model_validate_json(record.body)):
                    gone = Record(kind, record.id, None)
                    self._store.commit(Changes(records=[gone]), durable=False)

    def _keep(self, kind: str, session: Session, prefix: str) -> str:
        token = new_token(prefix)
        record = Record(kind, hash_of(token), session.model_dump_json())
        self._store.commit(Changes(records=[record]), durable=True)
        return token

    def _find(self, kind: str, token: str) -> Session | None:
        found = self._store.record(kind, hash_of(token))
        if found is None or found.body is None:
            return None
        session = Session.model_validate_json(found.body)
        return None if self._is_over(session) else session

    def _is_over(self, session: Session) -> bool:
        return self._clock() >= session.expires_at

    def _require_still_a_reviewer(self, name: str) -> None:
        """An agent's key may have been given the link's name since."""
        for key in self._keys.list():
            if key.role is Role.AGENT and same_name(key.name, name):
                raise NotSignedIn()
