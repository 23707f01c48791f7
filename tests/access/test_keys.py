"""Keys are shown once, kept as hashes, and count until they are revoked."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from plancraft.access import Keys, Role
from plancraft.approvals import Store
from plancraft.errors import NameRefused, UnknownKey


def test_a_key_is_found_by_itself_and_names_who_has_it(store: Store) -> None:
    keys = Keys(store)
    token = keys.add("mina", Role.REVIEWER, email="mina@example.com", groups=["finance"])

    found = keys.find(token)
    assert found is not None
    assert (found.name, found.role, found.email) == ("mina", Role.REVIEWER, "mina@example.com")
    assert found.identity.roles == ("reviewer", "finance")
    assert token.startswith("pc_reviewer_")
    assert [key.name for key in keys.list()] == ["mina"]


def test_the_store_never_holds_a_key(store: Store) -> None:
    token = Keys(store).add("a1", Role.AGENT)

    kept = "".join(f"{one.id}{one.body}" for one in store.records("key"))
    secret = token.removeprefix("pc_agent_")
    assert len(secret) >= 43  # 256 bits, in base64
    assert secret not in kept


@pytest.mark.parametrize("forged", ["", "pc_agent_", "pc_reviewer_x", "nonsense"])
def test_a_forged_key_is_nobodys(store: Store, forged: str) -> None:
    token = Keys(store).add("a1", Role.AGENT)
    assert Keys(store).find(forged) is None
    assert Keys(store).find(token + "x") is None
    assert Keys(store).find(token[:-1]) is None


@pytest.mark.parametrize("other", ["mina", "Mina", "MINA ", "ｍｉｎａ"])
def test_two_keys_never_share_a_name_however_it_is_written(store: Store, other: str) -> None:
    keys = Keys(store)
    keys.add("mina", Role.REVIEWER)
    with pytest.raises(NameRefused, match="another key has it"):
        keys.add(other, Role.AGENT)
    assert len(keys.list()) == 1


@pytest.mark.parametrize("name", ["", " ", "policy:deadline", "role:reviewer", "a\nb", "x" * 65])
def test_a_name_is_one_that_can_be_told_from_others(store: Store, name: str) -> None:
    with pytest.raises(NameRefused):
        Keys(store).add(name, Role.AGENT)


def test_a_korean_name_is_a_name(store: Store) -> None:
    assert Keys(store).find(Keys(store).add("김민아", Role.REVIEWER)) is not None


def test_of_many_who_add_the_same_name_at_once_one_is_given_it(store: Store) -> None:
    def add(_: int) -> str | None:
        try:
            return Keys(store).add("mina", Role.REVIEWER)
        except NameRefused:
            return None

    with ThreadPoolExecutor(8) as pool:
        given = [token for token in pool.map(add, range(8)) if token]
    assert len(given) == 1
    assert Keys(store).find(given[0]) is not None


def test_a_revoked_key_counts_no_more_and_its_name_is_free(store: Store) -> None:
    keys = Keys(store)
    token = keys.add("a1", Role.AGENT)
    keys.revoke("a1")
    assert keys.find(token) is None
    with pytest.raises(UnknownKey, match="plancraft keys list"):
        keys.revoke("a1")
    assert keys.find(keys.add("a1", Role.AGENT)) is not None
