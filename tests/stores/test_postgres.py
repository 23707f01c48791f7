"""The store in PostgreSQL keeps the contract, between machines and through failures too."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest

from plancraft.approvals import Changes, Store
from plancraft.errors import StoreUnavailable
from plancraft.stores import open_store
from plancraft.stores.postgres import PostgresStore
from plancraft.testing import StoreContract
from plancraft.testing.stores import a_request, happened
from tests.postgres import postgres_schema
from tests.stores.answering import asks_and_is_answered_once


@pytest.fixture
def url() -> Iterator[str]:
    with postgres_schema() as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    with closing(PostgresStore(url)) as store:
        yield store


class TestPostgresStore(StoreContract):
    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        with closing(PostgresStore(url)) as store:
            yield store


def test_a_url_opens_it(url: str) -> None:
    with closing(open_store(url)) as store:
        assert isinstance(store, PostgresStore)
        assert store.get("nothing") is None


def test_of_two_connections_one_holds_the_lock(store: PostgresStore, url: str) -> None:
    with closing(PostgresStore(url)) as other:
        lock = store.try_lock("t")
        assert lock is not None
        assert other.try_lock("t") is None
        assert other.try_lock("u") is not None
        lock.release()
        assert other.try_lock("t") is not None


HOLDS = """
import signal, sys
from plancraft.stores.postgres import PostgresStore
store = PostgresStore(sys.argv[1])
lock = store.try_lock("t")
print("held", flush=True)
signal.pause()
"""


def test_the_lock_of_a_killed_process_is_free_at_once(store: PostgresStore, url: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, url], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert store.try_lock("t") is None
    finally:
        holder.kill()
        holder.communicate()

    deadline = time.monotonic() + 10
    while (lock := store.try_lock("t")) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lock is not None


def test_stores_that_open_a_new_schema_at_once_all_get_it(url: str) -> None:
    def opened(number: int) -> bool:
        with closing(PostgresStore(url)) as store:
            return store.commit(Changes(opened=[a_request(number)]), durable=True)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [True] * 8


def test_the_event_log_refuses_to_be_changed(store: PostgresStore, url: str) -> None:
    request = a_request(1)
    store.commit(Changes(opened=[request], events=[happened("opened", request)]), durable=True)

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "UPDATE plancraft_events SET body = '{}'",
            "DELETE FROM plancraft_events",
            "TRUNCATE plancraft_events",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(statement)
    assert len(store.events()) == 1


def test_a_connection_that_was_cut_is_an_error_once_and_then_made_anew(
    store: PostgresStore, url: str
) -> None:
    store.commit(Changes(opened=[a_request(1)]), durable=True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND application_name = current_setting('application_name')"
        )

    with pytest.raises(StoreUnavailable):
        store.get(a_request(1).id)
    assert store.get(a_request(1).id) is not None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@127.0.0.1:1/nowhere",
        "postgresql://127.0.0.1:1/nowhere?user=me&password=hunter2&connect_timeout=1",
    ],
)
def test_an_unreachable_server_is_an_error_without_the_password(url: str) -> None:
    store = PostgresStore(url)

    for call in (lambda: store.get(a_request(1).id), lambda: store.try_lock("t")):
        with pytest.raises(StoreUnavailable) as caught:
            call()
        assert "hunter2" not in str(caught.value)


def test_a_graph_asks_and_is_answered_once(store: PostgresStore, url: str, saver: Any) -> None:
    with closing(PostgresStore(url)) as other:
        asks_and_is_answered_once(saver, store, other)
