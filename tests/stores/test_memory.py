"""The store in memory keeps the contract."""

import pytest

from plancraft.approvals import Changes
from plancraft.stores import MemoryStore, open_store
from plancraft.testing import StoreContract
from plancraft.testing.stores import a_request


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


def test_the_url_gives_a_new_store_each_time() -> None:
    first, second = open_store("memory://"), open_store("memory://")
    assert first.commit(Changes(opened=[a_request()]), durable=True)
    assert second.get(a_request().id) is None
    assert not first.blocking
