"""How often one address may try something."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from plancraft.errors import TooManyAttempts

__all__ = ["Throttle"]

_KNOWN = 10_000


class Throttle:
    """A bucket of attempts for each address, refilled as time goes by.

    It is of this process alone and gone with it: what it protects cannot be guessed in any number
    of attempts, so it only keeps the noise down.

    Args:
        burst: How many attempts a full bucket holds.
        seconds: How long one attempt takes to come back.
        clock: Seconds, of any beginning.
    """

    def __init__(
        self,
        burst: int = 10,
        seconds: float = 6.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst, self._seconds, self._clock = burst, seconds, clock
        self._guard = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What was left for each address, and when that was; the longest unseen first."""

    def take(self, address: str) -> None:
        """Count one attempt.

        Raises:
            TooManyAttempts: none is left.
        """
        now = self._clock()
        with self._guard:
            left, then = self._buckets.pop(address, (float(self._burst), now))
            left = min(self._burst, left + (now - then) / self._seconds)
            enough = left >= 1
            self._buckets[address] = (left - 1 if enough else left, now)
            while len(self._buckets) > _KNOWN:
                self._buckets.popitem(last=False)
        if not enough:
            raise TooManyAttempts(ceil((1 - left) * self._seconds))
