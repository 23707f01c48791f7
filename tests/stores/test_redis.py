"""The store in Redis keeps the contract, between machines and through failures too."""

import os
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

redis = pytest.importorskip("redis", reason="needs redis-py")

from plancraft.approvals import ApprovalStatus, Changes, Query, Store  # noqa: E402
from plancraft.approvals.audit import verify_log  # noqa: E402
from plancraft.errors import StoreUnavailable  # noqa: E402
from plancraft.locale import speaking  # noqa: E402
from plancraft.stores import open_store  # noqa: E402
from plancraft.stores.redis import RedisStore  # noqa: E402
from plancraft.testing import StoreContract  # noqa: E402
from plancraft.testing.stores import EPOCH, a_request, answered, happened  # noqa: E402
from tests.redis import SYNCED, redis_prefix, redis_url, running_server  # noqa: E402
from tests.stores.answering import asks_and_is_answered_once  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_url(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    with redis_prefix(server) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[RedisStore]:
    with closing(RedisStore(url)) as store:
        yield store


@pytest.fixture
def client(server: str) -> Iterator[Any]:
    with closing(redis.Redis.from_url(server, decode_responses=True)) as client:
        yield client


def prefix_of(url: str) -> str:
    return url.partition("prefix=")[2]


class TestRedisStore(StoreContract):
    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        with closing(RedisStore(url)) as store:
            yield store


def test_a_url_opens_it(url: str) -> None:
    with closing(open_store(url)) as store:
        assert isinstance(store, RedisStore)
        assert store.get("nothing") is None


def test_a_socket_opens_it(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, *SYNCED),
        closing(open_store(f"unix://{tmp_path}/socket?db=1&prefix=a%20b")) as store,
    ):
        assert store.commit(Changes(opened=[a_request()]), durable=True)
        assert store.find(Query()) == [a_request()]


def test_stores_of_different_prefixes_do_not_see_each_other(store: RedisStore, server: str) -> None:
    request = a_request()
    opened = Changes(opened=[request], events=[happened("opened", request)], bookmarks={"mail": 1})
    with redis_prefix(server) as url, closing(RedisStore(url)) as other:
        assert store.commit(opened, durable=False)
        assert store.try_lock("t") is not None
        assert other.get(request.id) is None
        assert other.find(Query(status=None)) == []
        assert (other.events(), other.head().seq, other.bookmark("mail")) == ([], 0, None)
        assert other.try_lock("t") is not None
        assert other.commit(opened, durable=False)


def test_all_keys_lie_in_one_slot_of_a_cluster(store: RedisStore, url: str, client: Any) -> None:
    request = a_request(thread_id="{other}", deadline=1)
    store.commit(Changes(opened=[request], events=[happened("opened", request)]), durable=False)
    prefix = prefix_of(url)

    keys = list(client.scan_iter(match=f"*{prefix}*"))
    assert len(keys) > 8
    assert {key.partition(":")[0] for key in keys} == {f"{{{prefix}}}"}


# Locks.

HOLDS = """
import signal, sys
from plancraft.stores.redis import RedisStore
store = RedisStore(sys.argv[1])
lock = store.try_lock("t")
print("held", flush=True)
signal.pause()
"""


@pytest.fixture
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds `t` on a lease of a second."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, f"{url}&lease=1"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_lock_of_a_killed_process_is_free_when_its_lease_ends(
    store: RedisStore, holder: subprocess.Popen[str]
) -> None:
    time.sleep(1.5)
    assert store.try_lock("t") is None  # renewed for as long as it lives

    holder.kill()
    deadline = time.monotonic() + 10
    while (lock := store.try_lock("t")) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lock is not None


def test_a_lock_is_kept_longer_than_its_lease_and_the_beat_ends_with_it(url: str) -> None:
    with closing(RedisStore(f"{url}&lease=0.4")) as store, closing(RedisStore(url)) as other:
        lock = store.try_lock("t")
        assert lock is not None
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            assert other.try_lock("t") is None
            assert lock.held
            time.sleep(0.02)
        lock.release()
        assert not lock.held
        assert other.try_lock("t") is not None
        deadline = time.monotonic() + 5
        while store._leases._heart is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert store._leases._heart is None  # no thread is left when nothing is held


def test_a_lock_that_was_lost_says_so_and_does_not_free_the_next_ones(
    url: str, client: Any
) -> None:
    with closing(RedisStore(f"{url}&lease=0.5")) as store, closing(RedisStore(url)) as other:
        lock = store.try_lock("t")
        assert lock is not None
        # As if this process had been stopped for longer than the lease.
        client.delete(f"{{{prefix_of(url)}}}:lock:t")
        theirs = other.try_lock("t")
        assert theirs is not None
        time.sleep(0.4)

        assert not lock.held
        lock.release()
        assert theirs.held
        assert store.try_lock("t") is None


def test_releasing_a_lock_that_was_lost_unnoticed_does_not_free_the_next_ones(
    store: RedisStore, url: str, client: Any
) -> None:
    with closing(RedisStore(url)) as other:
        lock = store.try_lock("t")
        assert lock is not None
        client.delete(f"{{{prefix_of(url)}}}:lock:t")
        assert other.try_lock("t") is not None
        lock.release()
        assert store.try_lock("t") is None


def test_closing_frees_the_locks(store: RedisStore, url: str) -> None:
    with closing(RedisStore(url)) as other:
        assert other.try_lock("t") is not None
        assert store.try_lock("t") is None
    assert store.try_lock("t") is not None


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_uses_connections_of_its_own_and_leaves_the_parents_locks(store: RedisStore) -> None:
    request = a_request()
    lock = store.try_lock("t")
    assert lock is not None
    assert store.get(request.id) is None  # a connection is open

    if (child := os.fork()) == 0:
        fine = False
        with suppress(BaseException):
            lock.release()
            fine = store.commit(Changes(opened=[request]), durable=False) and not lock.held
            fine = fine and store.try_lock("t") is None and store.try_lock("u") is not None
            store.close()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.get(request.id) == request
    assert lock.held
    assert store.try_lock("t") is None
    assert store.try_lock("u") is not None  # the child freed its own at closing


# From many sides at once.


def test_of_32_deciders_one_wins_each_and_the_chain_holds(url: str) -> None:
    requests = [a_request(number) for number in range(8)]
    stores = [RedisStore(url) for _ in range(4)]
    opened = Changes(opened=requests, events=[happened("opened", one) for one in requests])
    assert stores[0].commit(opened, durable=True)
    gate = threading.Barrier(32)

    def decide_all(worker: int) -> int:
        store, name = stores[worker % 4], f"person-{worker}"
        gate.wait()
        return sum(
            store.commit(
                Changes(replaced=[answered(one, by=name)], events=[happened("decided", one, name)]),
                durable=False,
            )
            for one in requests
        )

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(decide_all, range(32))) == 8
    assert verify_log(stores[0]).entries == 16
    for request in requests:
        stored = stores[1].get(request.id)
        assert stored is not None
        assert stored.decision is not None
        events = stores[2].events(request_id=request.id)
        assert [event.actor for event in events][1:] == [stored.decision.by]
    for store in stores:
        store.close()


def test_a_commit_by_one_who_believes_in_an_old_head_is_written_all_the_same(
    store: RedisStore, url: str
) -> None:
    with closing(RedisStore(url)) as other:
        for number, one in enumerate([store, other, store, other]):
            request = a_request(number)
            changes = Changes(opened=[request], events=[happened("opened", request)])
            assert one.commit(changes, durable=False)
    assert verify_log(store).entries == 4


def test_news_reach_another_store(store: RedisStore, url: str) -> None:
    with closing(RedisStore(url)) as other, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(other.news, after=0, timeout=30)
        time.sleep(0.1)
        assert not waiting.done()
        assert store.commit(Changes(events=[happened("opened", a_request())]), durable=False)
        assert waiting.result(10)


# What a page costs.


def test_a_page_touches_few_of_many(store: RedisStore, client: Any) -> None:
    count = 20_000
    requests = [
        a_request(number, after=number // 5, thread_id=f"t{number % 1000}")
        for number in range(count)
    ]
    for start in range(0, count, 1000):
        assert store.commit(Changes(opened=requests[start : start + 1000]), durable=False)
    ordered = sorted(requests, key=lambda one: (one.created_at, one.id))

    def reads(query: Query) -> tuple[list[str], int]:
        before = client.info("commandstats").get("cmdstat_hget", {"calls": 0})["calls"]
        found = [one.id for one in store.find(query)]
        return found, client.info("commandstats")["cmdstat_hget"]["calls"] - before

    middle = Query(after=ordered[12_344])
    by_thread = Query(thread_id="t7", limit=20)
    newest = Query(newest_first=True, after=ordered[12_344], status=None)
    found, touched = reads(middle)
    assert found == [one.id for one in ordered[12_345:12_395]]
    assert touched == 100  # what it is, and the request itself
    found, touched = reads(by_thread)
    assert found == [one.id for one in ordered if one.thread_id == "t7"]
    assert touched == 40
    found, touched = reads(newest)
    assert found == [one.id for one in ordered[12_343:12_293:-1]]
    assert touched == 100

    late = ordered[-1].succeed(at=EPOCH, deadline=EPOCH, priority=5)
    assert store.commit(Changes(replaced=[late]), durable=False)
    found, touched = reads(Query(deadline_before=EPOCH))
    assert (found, touched) == ([late.id], 3)
    found, touched = reads(Query(priority=5))  # no index: all are looked at, one is sent
    assert (found, touched) == ([late.id], count + 1)


def test_pages_through_many_of_one_instant(store: RedisStore) -> None:
    """Also behind one that is no longer in the index, and further than one script looks."""
    requests = [a_request(number) for number in range(5_300)]
    requests[-300:] = [one.model_copy(update={"assignee": "mina"}) for one in requests[-300:]]
    assert store.commit(Changes(opened=requests), durable=False)
    requests.sort(key=lambda one: one.id)
    for newest_first in (False, True):
        query = Query(assignee="mina", limit=70, newest_first=newest_first)
        found = []
        while page := store.find(query):
            found += page
            gone = page[-1].succeed(at=EPOCH, status=ApprovalStatus.CANCELLED)
            store.commit(Changes(replaced=[gone]), durable=False)
            query = replace(query, after=page[-1])
            store.commit(
                Changes(replaced=[page[-1].model_copy(update={"version": 3})]), durable=False
            )
        expected = [one for one in requests if one.assignee == "mina"]
        assert [one.id for one in found] == [
            one.id for one in (reversed(expected) if newest_first else expected)
        ]
        requests = store.find(Query(limit=10_000))


# Failures.


def test_what_was_answered_for_outlives_a_killed_server(tmp_path: Path) -> None:
    with running_server(tmp_path, *SYNCED) as server, closing(RedisStore(server.url)) as store:
        kept: list[str] = []
        cut = threading.Event()

        def write(worker: int) -> None:
            number = 0
            while not cut.is_set():
                request = a_request(number := number + 1, thread_id=f"t{worker}")
                events = [happened("opened", request)]
                try:
                    if store.commit(Changes(opened=[request], events=events), durable=True):
                        kept.append(request.id)
                except StoreUnavailable:
                    return

        with ThreadPoolExecutor(8) as pool:
            writing = [pool.submit(write, worker) for worker in range(8)]
            while len(kept) < 200:
                time.sleep(0.01)
            server.kill()
            for one in writing:
                one.result(30)
            cut.set()
        with pytest.raises(StoreUnavailable):
            store.get(kept[0])
        with pytest.raises(StoreUnavailable):
            store.news(after=0, timeout=1)

        server.start()
        assert [one for one in kept if store.get(one) is None] == []
        assert verify_log(store).entries == len(store.find(Query(limit=100_000))) >= len(kept)
        request = a_request(thread_id="new")
        changes = Changes(opened=[request], events=[happened("opened", request)])
        assert store.commit(changes, durable=True)
        assert verify_log(store).head == store.head()


def test_a_commit_that_finds_no_room_leaves_no_trace(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, *SYNCED, "--maxmemory", "4mb") as server,
        closing(RedisStore(server.url)) as store,
    ):

        def write(number: int) -> bool:
            request = a_request(number)
            events = [happened("opened", request)]
            with suppress(StoreUnavailable):
                return store.commit(Changes(opened=[request], events=events), durable=True)
            return False

        written = next(number for number in range(10_000) if not write(number))
        assert store.get(a_request(written).id) is None
        assert verify_log(store).entries == written == len(store.find(Query(limit=10_000)))


def test_a_connection_that_was_cut_is_made_anew_unseen(store: RedisStore, client: Any) -> None:
    request = a_request()
    assert store.commit(Changes(opened=[request]), durable=True)
    client.client_kill_filter(_type="normal", skipme=True)

    assert store.get(request.id) == request
    client.client_kill_filter(_type="normal", skipme=True)
    assert store.commit(Changes(replaced=[answered(request)]), durable=True)


class Cutting:
    """Stands between a store and its server, and where `armed` hangs up once instead of a reply."""

    def __init__(self, port: int) -> None:
        self.armed = threading.Event()
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(
                    target=self._carry, args=(far, near), kwargs={"replies": True}, daemon=True
                ).start()

    def _carry(self, source: socket.socket, to: socket.socket, *, replies: bool = False) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if replies and self.armed.is_set():
                    self.armed.clear()
                    break
                to.sendall(data)
        for one in (source, to):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Cutting]:
    with running_server(tmp_path, *SYNCED) as server, closing(Cutting(server.port)) as between:
        yield between


def test_a_commit_whose_reply_is_lost_is_an_error_and_not_sent_again(between: Cutting) -> None:
    """Sent twice it would be refused by version, and the winner be told that he lost."""
    with closing(RedisStore(f"redis://127.0.0.1:{between.port}")) as store:
        request = a_request()
        assert store.commit(Changes(opened=[request]), durable=False)
        between.armed.set()
        with pytest.raises(StoreUnavailable):
            store.commit(Changes(replaced=[answered(request)]), durable=True)
        assert not between.armed.is_set()
        assert store.get(request.id) == answered(request)


def test_a_read_whose_reply_is_lost_is_asked_again(between: Cutting) -> None:
    with closing(RedisStore(f"redis://127.0.0.1:{between.port}")) as store:
        assert store.commit(Changes(opened=[a_request()]), durable=False)
        assert store.get("no-such-id") is None
        for read in (partial(store.get, a_request().id), partial(store.live, "thread")):
            between.armed.set()
            assert read()
            assert not between.armed.is_set()


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:hunter2@127.0.0.1:1/0",
        "redis://127.0.0.1:1?username=me&password=hunter2",
        "rediss://:hunter2@127.0.0.1:1",
        "unix://me:hunter2@/no/such/socket",
    ],
)
def test_an_unreachable_server_is_an_error_without_the_password(url: str) -> None:
    with closing(RedisStore(url)) as store:
        for call in (
            lambda: store.get("x"),
            lambda: store.try_lock("t"),
            lambda: store.commit(Changes(), durable=True),
            lambda: store.news(after=0, timeout=1),
            store.head,
        ):
            with pytest.raises(StoreUnavailable) as caught:
                call()
            assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:hunter2/x@127.0.0.1:port",
        "redis://me:hunter2@127.0.0.1?prefix={a}",
        "redis://me:hunter2@127.0.0.1?lease=0",
        "redis://me:hunter2@127.0.0.1?lease=long",
        "redis://me:hunter2@127.0.0.1?no_such_option=hunter2",
    ],
)
def test_a_url_that_cannot_be_read_is_an_error_without_the_password(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="its URL cannot be read") as caught:
        open_store(url)
    assert "me:hunter2" not in str(caught.value)


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, *SYNCED) as server,
        closing(RedisStore(f"{server.url}?socket_timeout=0.3")) as store,
    ):
        assert store.commit(Changes(), durable=True)
        assert not store.news(after=0, timeout=0.5)  # longer than one look
        started = time.monotonic()
        with server.stopped():
            for call in (partial(store.get, "x"), partial(store.commit, Changes(), durable=True)):
                with pytest.raises(StoreUnavailable):
                    call()
        assert time.monotonic() - started < 10
        assert store.get("x") is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], ["appendonly yes"]),
        (SYNCED, []),
        (["--appendonly", "yes", "--appendfsync", "no"], ["power failure"]),
        ([*SYNCED, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"], ["noeviction"]),
        (["--rename-command", "CONFIG", "", *SYNCED], []),
        (["--rename-command", "INFO", "", "--rename-command", "CONFIG", ""], []),
    ],
)
def test_a_server_that_may_lose_requests_is_warned_of_once(
    tmp_path: Path, options: list[str], said: list[str]
) -> None:
    with (
        running_server(tmp_path, *options) as server,
        closing(RedisStore(server.url)) as store,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        for number in range(2):
            assert store.commit(Changes(opened=[a_request(number)]), durable=True)
    assert len(caught) == len(said)
    for warning, words in zip(caught, said, strict=True):
        assert words in str(warning.message)
        assert warning.filename == __file__


def test_a_warning_is_in_the_readers_language(tmp_path: Path) -> None:
    with (
        running_server(tmp_path) as server,
        closing(RedisStore(server.url)) as store,
        speaking("ko"),
        pytest.warns(UserWarning, match="결정을 잃을 수 있습니다"),
    ):
        store.commit(Changes(), durable=False)


def test_a_durable_commit_waits_for_a_disk_that_is_synced_each_second(tmp_path: Path) -> None:
    everysec = ("--appendonly", "yes", "--appendfsync", "everysec")
    with (
        running_server(tmp_path, *everysec) as server,
        closing(redis.Redis.from_url(server.url)) as client,
        closing(RedisStore(server.url)) as store,
    ):
        version = tuple(map(int, client.info("server")["redis_version"].split(".")))[:2]
        if version < (7, 2):
            with pytest.warns(UserWarning, match="power failure"):
                store.commit(Changes(), durable=True)
            return
        request = a_request()
        assert store.commit(Changes(opened=[request]), durable=False)
        assert "cmdstat_waitaof" not in client.info("commandstats")
        assert store.commit(Changes(replaced=[answered(request)]), durable=True)
        assert client.info("commandstats")["cmdstat_waitaof"]["calls"] == 1


def test_a_graph_asks_and_is_answered_once(store: RedisStore, url: str, saver: Any) -> None:
    with closing(RedisStore(url)) as other:
        asks_and_is_answered_once(saver, store, other)


def test_a_database_that_is_no_number_is_refused() -> None:
    with pytest.raises(StoreUnavailable, match="no number"):
        open_store("redis://127.0.0.1:6379/abc")
