"""Requests in Redis, for any number of machines."""

import os
import threading
import time
import warnings
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from plancraft.approvals import ApprovalRequest, Changes, Entry, Event, Head, Query, Record
from plancraft.approvals.events import START, chained
from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.redis_keeping import keeping_of
from plancraft.stores.redis_locks import LeaseLock, Leases
from plancraft.stores.redis_rows import appended, look_of, question_of, sent
from plancraft.stores.urls import without_password

__all__ = ["RedisStore"]

_LEASE_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_REPLY_SECONDS = 30.0
_TO_DISK_SECONDS = 10.0
_LISTEN_SECONDS = 10.0
"""How long one look for news blocks, so that a connection that died silently is found out."""
_TURN_SECONDS = 1.0
_LOOKED_AT = 5000
"""How many requests one script looks at: longer, and everyone else would feel it wait."""
_PAGE = 1000
_CONNECTIONS = 10_000

_open_stores: "weakref.WeakSet[RedisStore]" = weakref.WeakSet()


class RedisStore:
    """A store in a Redis database, under keys that begin with `{prefix}:`.

    The URL's query takes `prefix=` (default `plancraft`) and `lease=` (seconds, default 10), beside
    what redis-py takes.

    What Redis keeps is up to the server: `appendonly yes` with `appendfsync always` loses nothing.
    With `everysec`, a durable commit waits for the disk, up to a second, where the server can tell
    (Redis 7.2); an older one may lose the last second in a power failure, and without an
    append-only file all since the last snapshot. A warning says so once. A replica that takes over
    may lack what was acknowledged last. Secret values that were dropped stay in the append-only
    file until Redis rewrites it.

    A thread's lock is a lease: that of a killed process is free when it ends. A commit that was
    cut off raises `StoreUnavailable`, since nobody can tell whether it counted; it is never sent
    twice. A `find` that passes over thousands of requests takes several looks, and a commit may
    come between them.
    """

    blocking = True
    closed = False

    def __init__(self, url: str) -> None:
        self.url = without_password(url)
        address, prefix, lease = _options(url, self.url)
        self._prefix = f"{{{prefix}}}:"  # braces keep all keys in one slot of a cluster
        self._reading = self._client(address, retries=1)
        self._writing = self._client(address, retries=0)
        self._scripts = {
            name: self._reading.register_script(_lua(name))
            for name in ("find", "live", "latest", "events")
        }
        self._commit = self._writing.register_script(_lua("commit"))
        self._leases = Leases(
            self._writing,
            seconds=lease,
            extend=self._reading.register_script(_lua("extend")),
            release=self._reading.register_script(_lua("release")),
        )
        self._turn, self._inspecting = threading.Lock(), threading.Lock()
        self._head = START
        """Where the log is believed to end; the server corrects it."""
        self._waits_for_disk: bool | None = None
        _open_stores.add(self)

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        with self._said():
            if not (self._inspect() and durable):
                return self._write(changes, self._writing)
            with self._writing.client() as connection:  # WAITAOF speaks of its own connection
                return self._write(changes, connection) and self._is_on_disk(connection)

    def get(self, request_id: str) -> ApprovalRequest | None:
        with self._said():
            return _parsed(self._reading.hget(self._key("requests"), request_id))

    def live(self, thread_id: str) -> list[ApprovalRequest]:
        return [ApprovalRequest.model_validate_json(body) for body in self._run("live", thread_id)]

    def find(self, query: Query) -> list[ApprovalRequest]:
        look, found = look_of(query, batch=_LOOKED_AT), list[str]()
        while len(found) < query.limit:
            score, last, *bodies = self._run("find", orjson.dumps(look))
            found += bodies
            if not score:
                break
            look |= {"after": {"score": score, "id": last}, "limit": query.limit - len(found)}
        return [ApprovalRequest.model_validate_json(body) for body in found]

    def latest(self, thread_id: str, interrupt_id: str) -> ApprovalRequest | None:
        return _parsed(self._run("latest", question_of(thread_id, interrupt_id)))

    def driven(self, graph: str) -> list[str]:
        with self._said():
            return list(self._reading.zrange(self._key("driven", graph), 0, -1))

    def is_driven(self, graph: str, thread_id: str) -> bool:
        with self._said():
            return self._reading.zscore(self._key("driven", graph), thread_id) is not None

    def events(self, *, thread_id: str | None = None, request_id: str | None = None) -> list[Event]:
        if request_id is not None:
            bodies = self._listed(f"events:request:{request_id}")
        elif thread_id is not None:
            bodies = self._listed(f"events:thread:{thread_id}")
        else:
            bodies = self._all_bodies()
        events = [Event.model_validate_json(body) for body in bodies]
        return [event for event in events if thread_id in (None, event.thread_id)]

    def log(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        if limit < 1:
            return []
        with self._said():
            entries = self._reading.xrange(self._key("log"), min=f"{after + 1}-0", count=limit)
        return [
            Entry(int(place.partition("-")[0]), fields["body"], fields["hash"])
            for place, fields in entries
        ]

    def head(self) -> Head:
        with self._said():
            return _head(*self._reading.hmget(self._key("head"), "seq", "hash"))

    def news(self, *, after: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            block = max(1, int(min(left, self._listen_seconds) * 1000))  # 0 would be for ever
            with self._said():
                log = {self._key("log"): f"{after}-0"}
                if self._reading.xread(log, count=1, block=block):
                    return True
            if self.closed or time.monotonic() >= deadline:
                return False

    def bookmark(self, name: str) -> int | None:
        with self._said():
            seq = self._reading.hget(self._key("bookmarks"), name)
        return None if seq is None else int(seq)

    def record(self, kind: str, id_: str) -> Record | None:
        with self._said():
            body = self._reading.hget(self._key("records", kind), id_)
        return None if body is None else Record(kind, id_, body)

    def records(self, kind: str) -> list[Record]:
        with self._said():
            found = self._reading.hgetall(self._key("records", kind))
        return [Record(kind, id_, body) for id_, body in sorted(found.items())]

    def try_lock(self, thread_id: str) -> LeaseLock | None:
        with self._said():
            return self._leases.take(self._key("lock", thread_id))

    def close(self) -> None:
        if not self.closed:
            self._leases.give_back_all()
        self.closed = True
        for client in (self._reading, self._writing):
            client.close()

    def after_fork(self) -> None:
        """Begin anew in a child process; redis-py makes its own connections anew."""
        self._turn, self._inspecting = threading.Lock(), threading.Lock()
        self._leases.after_fork()

    def _write(self, changes: Changes, client: Any) -> bool:
        told = sent(changes)
        if not changes.events:
            return self._outcome(told, client) == ["done"]
        with self._in_turn():
            while True:
                entries = list(chained(self._head, changes.events))
                outcome = self._outcome(told | appended(self._head, entries, changes), client)
                match outcome:
                    case ["moved", seq, hash_]:
                        self._head = _head(seq, hash_)
                    case ["done"]:
                        self._head = Head(entries[-1].seq, entries[-1].hash)
                        return True
                    case _:
                        return False

    def _outcome(self, told: Mapping[str, Any], client: Any) -> list[str]:
        reply: list[str] = self._commit([self._prefix], [orjson.dumps(told)], client=client)
        return reply

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One writer of this process after the other, since two would only move each other's head.

        Not waited for without end: what is right is for the server to say.
        """
        mine = self._turn.acquire(timeout=_TURN_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._turn.release()

    def _is_on_disk(self, connection: Any) -> bool:
        synced, _ = connection.execute_command("WAITAOF", 1, 0, int(_TO_DISK_SECONDS * 1000))
        if not synced:
            reason = say("it was told, but did not say in time that this is on its disk")
            raise StoreUnavailable(self.url, reason)
        return True

    def _inspect(self) -> bool:
        """Whether a durable commit must ask for the disk; warns of what may be lost, once."""
        if self._waits_for_disk is None:
            keeping = keeping_of(self._reading)
            with self._inspecting:
                known, self._waits_for_disk = self._waits_for_disk, keeping.waits
            for warning in keeping.warnings(self.url) if known is None else ():
                warnings.warn(warning, UserWarning, stacklevel=3)
        return self._waits_for_disk

    def _all_bodies(self) -> Iterator[str]:
        after = 0
        while page := self.log(after=after, limit=_PAGE):
            yield from (entry.body for entry in page)
            after = page[-1].seq

    def _listed(self, index: str) -> Iterator[str]:
        first = 0
        while True:
            count, *bodies = self._run("events", index, first, _PAGE)
            yield from bodies
            first += count
            if count < _PAGE:
                return

    def _run(self, script: str, *args: Any) -> Any:
        with self._said():
            return self._scripts[script]([self._prefix], args)

    def _key(self, *parts: str) -> str:
        return self._prefix + ":".join(parts)

    @property
    def _listen_seconds(self) -> float:
        patience = self._reading.get_connection_kwargs().get("socket_timeout")
        return min(_LISTEN_SECONDS, patience / 2) if patience else _LISTEN_SECONDS

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Within the block, what redis-py raises is said in our words, without a password."""
        if self.closed:
            raise StoreUnavailable(self.url, say("it was closed"))
        try:
            yield
        except (redis.RedisError, OSError, ValueError) as error:
            # Others than Redis's own come from a socket that was closed under a reader.
            if not isinstance(error, redis.RedisError) and not self.closed:
                raise
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise StoreUnavailable(self.url, said[0]) from error

    def _client(self, address: str, *, retries: int) -> Any:
        # A call that timed out is not sent again, or a dead server would take twice as long.
        retry = Retry(NoBackoff(), retries, supported_errors=(redis.ConnectionError,))
        try:
            client = redis.Redis.from_url(
                address,
                decode_responses=True,
                protocol=2,
                retry=retry,
                socket_connect_timeout=_CONNECT_SECONDS,
                socket_timeout=_REPLY_SECONDS,
                max_connections=_CONNECTIONS,
            )
            pool = client.connection_pool
            pool.connection_class(**pool.connection_kwargs)  # refuses options it does not know
        except (ValueError, TypeError, redis.RedisError):
            # Their texts may quote a part of the password.
            raise StoreUnavailable(self.url, say("its URL cannot be read")) from None
        return client


def _after_fork() -> None:
    for store in list(_open_stores):
        store.after_fork()


os.register_at_fork(after_in_child=_after_fork)


def _options(url: str, shown: str) -> tuple[str, str, float]:
    """The URL without our own options, the prefix, and the seconds of a lease."""
    try:
        place, _, options = url.partition("?")
        query = dict(parse_qsl(options))
        prefix, lease = query.pop("prefix", "plancraft"), query.pop("lease", str(_LEASE_SECONDS))
        address, seconds = f"{place}?{urlencode(query)}", float(lease)
    except ValueError:
        raise StoreUnavailable(shown, say("its URL cannot be read")) from None
    if "{" in prefix or "}" in prefix or not 0 < seconds < float("inf"):
        raise StoreUnavailable(shown, say("its URL cannot be read"))
    return address, prefix, seconds


@cache
def _lua(name: str) -> str:
    return (files("plancraft.stores") / "lua" / f"{name}.lua").read_text("utf-8")


def _head(seq: str | None, hash_: str | None) -> Head:
    return START if seq in (None, "0") else Head(int(seq), hash_ or "")


def _parsed(body: str | None) -> ApprovalRequest | None:
    return None if body is None else ApprovalRequest.model_validate_json(body)
