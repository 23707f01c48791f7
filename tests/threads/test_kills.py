"""Kill -9 at any point: no answer is lost, none goes to the wrong question, no thread is stuck."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from utils.benchmarks.damage import Damage
from utils.benchmarks.kills import kill_many


def killed(kind: str, count: int) -> Damage:
    """From a process of its own: one with threads or an open database must not fork."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(kill_many, kind, count).result(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["start", "resume"])
def test_after_a_kill_nothing_is_lost_misdelivered_or_stuck(kind: str) -> None:
    damage = killed(kind, 12)

    assert damage.accounts == []
    assert (damage.kills, damage.lost, damage.misdelivered, damage.stuck) == (12, 0, 0, 0)
    assert damage.changed == 0
