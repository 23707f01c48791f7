"""Locks in Redis: leases, which a thread of this process renews while it lives."""

import threading
import time
import uuid
from contextlib import suppress
from typing import Any

import redis

__all__ = ["LeaseLock", "Leases"]

_BEATS = 0.3
"""After which part of a lease it is renewed, so that two beats may fail before it ends."""


class LeaseLock:
    """A thread held for as long as its lease is renewed.

    A process that was stopped for longer than that, or cut off from the server, has lost the lock
    and may not know it yet: `held` tells. What it then still commits is refused by version.
    """

    def __init__(self, leases: "Leases", name: str, until: float) -> None:
        self.name = name
        self.token = uuid.uuid4().hex
        self.until = until
        self._leases = leases

    @property
    def held(self) -> bool:
        """Whether nobody else can have it, by what the server said last and this clock."""
        return self._leases.knows(self) and time.monotonic() < self.until

    def release(self) -> None:
        """Let others have it; harmless when it was lost."""
        self._leases.give_back(self)


class Leases:
    """The locks that this process holds through one store."""

    def __init__(self, client: Any, *, seconds: float, extend: Any, release: Any) -> None:
        self._client = client
        self._seconds = seconds
        self._extend = extend
        self._release = release
        self.after_fork()

    def after_fork(self) -> None:
        """Hold nothing: what the parent holds is renewed and released by the parent."""
        self._guard = threading.Lock()
        self._held: dict[str, LeaseLock] = {}
        self._heart: threading.Thread | None = None

    def take(self, name: str) -> LeaseLock | None:
        """The lock of this name, or None while another has it."""
        lock = LeaseLock(self, name, time.monotonic() + self._seconds)
        if not self._client.set(name, lock.token, nx=True, px=self._milliseconds):
            return None
        with self._guard:
            self._held[name] = lock
            if self._heart is None:
                self._heart = threading.Thread(
                    target=self._beat, name="plancraft-leases", daemon=True
                )
                self._heart.start()
        return lock

    def give_back(self, lock: LeaseLock) -> None:
        """Free it. Where the server cannot be told, the lease ends by itself."""
        with self._guard:
            if self._held.get(lock.name) is not lock:
                return
            del self._held[lock.name]
        with suppress(redis.RedisError):
            self._release(keys=[lock.name], args=[lock.token])

    def give_back_all(self) -> None:
        """Free whatever is held."""
        with self._guard:
            held = list(self._held.values())
        for lock in held:
            self.give_back(lock)

    def knows(self, lock: LeaseLock) -> bool:
        """Whether it was taken in this process and neither released nor found lost."""
        return self._held.get(lock.name) is lock

    @property
    def _milliseconds(self) -> int:
        return max(1, int(self._seconds * 1000))

    def _beat(self) -> None:
        while True:
            time.sleep(self._seconds * _BEATS)
            with self._guard:
                held = list(self._held.values())
                if not held:
                    self._heart = None
                    return
            with suppress(redis.RedisError):  # the next beat may come through
                self._renew(held)

    def _renew(self, locks: list[LeaseLock]) -> None:
        until = time.monotonic() + self._seconds
        tokens = [lock.token for lock in locks]
        renewed = self._extend(
            keys=[lock.name for lock in locks], args=[self._milliseconds, *tokens]
        )
        for lock, still in zip(locks, renewed, strict=True):
            if still:
                lock.until = until
            else:
                self._lose(lock)

    def _lose(self, lock: LeaseLock) -> None:
        with self._guard:
            if self._held.get(lock.name) is lock:
                del self._held[lock.name]
