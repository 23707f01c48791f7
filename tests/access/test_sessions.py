"""Sessions are for people, open once by a link, and end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from plancraft.access import Keys, Role, Sessions
from plancraft.access.tokens import csrf_of
from plancraft.approvals import Store
from plancraft.errors import NameRefused, NotSignedIn, RoleRefused
from tests.access.conftest import Clock


def test_a_link_opens_one_session_of_a_reviewer(store: Store) -> None:
    sessions = Sessions(store)
    link = sessions.invite("mina")
    token, session = sessions.open_by_link(link)

    found = sessions.find(token)
    assert found == session
    assert (found.identity.name, found.identity.role, found.identity.via) == (
        "mina",
        Role.REVIEWER,
        "session",
    )
    with pytest.raises(NotSignedIn):
        sessions.open_by_link(link)


def test_of_many_who_use_a_link_at_once_one_is_signed_in(store: Store) -> None:
    sessions = Sessions(store)
    link = sessions.invite("mina")

    def open_it(_: int) -> bool:
        try:
            sessions.open_by_link(link)
        except NotSignedIn:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(open_it, range(8))) == 1


def test_links_and_sessions_end(store: Store, clock: Clock) -> None:
    sessions = Sessions(store, clock)
    link, late = sessions.invite("mina"), sessions.invite("jun")
    token, _ = sessions.open_by_link(link)
    clock.pass_by(hours=11, minutes=59)
    assert sessions.find(token) is not None
    clock.pass_by(minutes=1)
    assert sessions.find(token) is None
    with pytest.raises(NotSignedIn):
        sessions.open_by_link(late)

    sessions.forget_expired()
    assert store.records("session") == store.records("sign-in") == []


def test_a_closed_session_and_a_withdrawn_link_open_nothing(store: Store) -> None:
    sessions = Sessions(store)
    token, _ = sessions.open_by_link(sessions.invite("mina"))
    sessions.close(token)
    sessions.close(token)
    assert sessions.find(token) is None
    link = sessions.invite("mina")
    sessions.withdraw(link)
    with pytest.raises(NotSignedIn):
        sessions.open_by_link(link)


def test_a_session_of_a_key_ends_with_the_key(store: Store) -> None:
    keys, sessions = Keys(store), Sessions(store)
    token, _ = sessions.open_by_key(keys.add("mina", Role.REVIEWER, groups=["finance"]))
    found = sessions.find(token)
    assert found is not None
    assert found.identity.groups == ("finance",)
    keys.revoke("mina")
    assert sessions.find(token) is None


def test_an_agent_never_has_a_session(store: Store) -> None:
    keys, sessions = Keys(store), Sessions(store)
    with pytest.raises(RoleRefused, match="only reviewers sign in"):
        sessions.open_by_key(keys.add("a1", Role.AGENT))
    with pytest.raises(NameRefused, match="an agent's key has it"):
        sessions.invite("A1")
    link = sessions.invite("a2")
    keys.add("a2", Role.AGENT)
    with pytest.raises(NotSignedIn):
        sessions.open_by_link(link)


def test_links_sessions_and_keys_are_not_taken_for_one_another(store: Store) -> None:
    keys, sessions = Keys(store), Sessions(store)
    link = sessions.invite("mina")
    token, _ = sessions.open_by_link(sessions.invite("mina"))
    key = keys.add("jun", Role.REVIEWER)
    assert sessions.find(link) is sessions.find(key) is None
    assert keys.find(token) is keys.find(link) is None
    for other in (token, key, csrf_of(token)):
        with pytest.raises(NotSignedIn):
            sessions.open_by_link(other)


def test_the_store_never_holds_a_sessions_secret(store: Store) -> None:
    sessions = Sessions(store)
    link = sessions.invite("mina")
    token, _ = sessions.open_by_link(sessions.invite("mina"))
    kept = [*store.records("session"), *store.records("sign-in")]
    text = "".join(f"{one.id}{one.body}" for one in kept)
    assert token not in text
    assert link not in text
    assert csrf_of(token) not in text
