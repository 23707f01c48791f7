"""One reader of the log per store and process, for however many wait."""

import asyncio
import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress

from plancraft.approvals.store import Store
from plancraft.errors import StoreUnavailable

__all__ = ["NewsReader", "Woken", "reader_of"]

_log = logging.getLogger("plancraft")
_readers: "weakref.WeakKeyDictionary[Store, NewsReader]" = weakref.WeakKeyDictionary()
_making = threading.Lock()
_WAIT_SECONDS = 1.0
_LONGEST_PAUSE = 2.0
_IDLE_ROUNDS = 5


class NewsReader:
    """Waits for the log to grow, in a thread of its own while anybody listens, and wakes those
    whom an entry concerns. Listeners look for themselves: waking too often is harmless.
    """

    def __init__(self, store: Store) -> None:
        self._store = weakref.ref(store)
        self._listeners: dict[str, dict[object, Callable[[], None]]] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def listen(self, topic: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake`, from another thread, at news of the request `topic`, or of any if empty.

        Returns what ends it. News from before are not told: look after this call.
        """
        token = object()
        with self._guard:
            self._listeners.setdefault(topic, {})[token] = wake
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="plancraft-news", daemon=True
                )
                self._thread.start()

        def stop() -> None:
            with self._guard:
                of_topic = self._listeners.get(topic, {})
                of_topic.pop(token, None)
                if not of_topic:
                    self._listeners.pop(topic, None)

        return stop

    def _run(self) -> None:
        at: int | None = None
        pause, idle = 0.05, 0
        while idle < _IDLE_ROUNDS or not self._ended():
            idle = 0 if self._listeners else idle + 1
            store = self._store()
            if store is None or store.closed:
                self._wake(None)
                with self._guard:
                    self._thread = None
                return
            try:
                at = self._read(store, at)
                pause = 0.05
            except Exception as error:  # noqa: BLE001 - those who wait must not be left alone
                if store.closed:
                    continue
                if isinstance(error, StoreUnavailable):
                    _log.warning("store_unreachable: %s", error)
                else:
                    _log.exception("news_failed")
                del store
                threading.Event().wait(pause)
                pause, at = min(pause * 2, _LONGEST_PAUSE), None

    def _read(self, store: Store, at: int | None) -> int:
        """Wait for news behind `at`, tell them; where the log has come to."""
        if at is None:  # whatever happened until now, listeners are to look for
            at = store.head().seq
            self._wake(None)
        if store.news(after=at, timeout=_WAIT_SECONDS):
            while entries := store.log(after=at):
                at = entries[-1].seq
                self._wake({entry.event.request_id for entry in entries})
        return at

    def _wake(self, topics: set[str] | None) -> None:
        with self._guard:
            found = [
                wake
                for topic in (self._listeners if topics is None else (*topics, ""))
                for wake in self._listeners.get(topic, {}).values()
            ]
        for wake in found:
            wake()

    def _ended(self) -> bool:
        """Whether nobody listens any more, so that the next one starts a new thread."""
        with self._guard:
            if not self._listeners:
                self._thread = None
            return self._thread is None


def reader_of(store: Store) -> NewsReader:
    """The one reader of this store in this process."""
    with _making:
        if store not in _readers:
            _readers[store] = NewsReader(store)
        return _readers[store]


class Woken:
    """An asyncio event that other threads may set; for use in one loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def set(self) -> None:
        """From any thread; no error once the loop is closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout: float | None) -> None:
        """Until set, or until the time is up; ready to be set again."""
        # Not wait_for, which in Python 3.11 forgets a cancellation that comes with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
