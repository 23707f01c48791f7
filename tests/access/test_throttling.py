"""One address may try ten times at once, and then once in six seconds."""

import pytest

from plancraft.access.throttling import Throttle
from plancraft.errors import TooManyAttempts


def test_attempts_run_out_and_come_back() -> None:
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    for _ in range(10):
        throttle.take("a")
    with pytest.raises(TooManyAttempts) as refused:
        throttle.take("a")
    assert refused.value.seconds == 6
    throttle.take("b")

    now[0] = 6.0
    throttle.take("a")
    with pytest.raises(TooManyAttempts):
        throttle.take("a")


def test_what_is_kept_does_not_grow_for_ever() -> None:
    throttle = Throttle()
    for number in range(10_500):
        throttle.take(str(number))
    assert len(throttle._buckets) == 10_000
