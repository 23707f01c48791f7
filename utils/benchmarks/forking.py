"""Do some work in a forked child that may be ended by kill -9, and see what came of it.

A fork takes milliseconds where a new interpreter takes seconds. The parent must have opened no
database and have no threads.
"""

import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from utils.benchmarks.outside_calls import calls_so_far, watch

__all__ = ["HUNG", "AfterSeconds", "BeforeCall", "Blow", "End", "run_in_child", "run_together"]

HUNG = "no end within"


@dataclass(frozen=True)
class AfterSeconds:
    """Kill this long after the work began."""

    seconds: float


@dataclass(frozen=True)
class BeforeCall:
    """Kill before the n-th call to the outside."""

    number: int


Blow = AfterSeconds | BeforeCall


@dataclass(frozen=True)
class End:
    """How a child ended. `problem` is a traceback, or says that it hung."""

    killed: bool = False
    result: Any = None
    problem: str = ""
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True)
class _Child:
    id: int
    pipe: int
    """To read what it says: a byte when it is ready, then how it ended."""


def run_in_child(work: Callable[[], Any], blow: Blow | None = None, *, limit: float = 60.0) -> End:
    """What came of `work`, whose result is plain JSON; after `limit` seconds it counts as hung."""
    fatal = blow.number if isinstance(blow, BeforeCall) else None
    child = _fork(lambda ready: (ready(), work())[1], fatal)
    with _reaping(child):
        os.read(child.pipe, 1)
        if isinstance(blow, AfterSeconds):
            time.sleep(blow.seconds)
            os.kill(child.id, signal.SIGKILL)
        return _end_of(child, limit, expected=blow is not None)


def run_together(
    works: Sequence[Callable[[Callable[[], Any]], Any]], *, limit: float = 60.0
) -> list[End]:
    """What came of each work, all at the same moment: each waits in the function it is given."""
    gate, opener = os.pipe()
    with ExitStack() as stack:
        children = [_fork(partial(_at_gate, work, gate, opener)) for work in works]
        for child in children:
            stack.enter_context(_reaping(child))
        for child in children:
            os.read(child.pipe, 1)
        os.close(opener)
        os.close(gate)
        return [_end_of(child, limit) for child in children]


def _at_gate(work: Callable[..., Any], gate: int, opener: int, ready: Callable[[], Any]) -> Any:
    # The gate opens when the parent closes the last copy of its other end.
    os.close(opener)
    return work(lambda: (ready(), os.read(gate, 1)))


def _fork(work: Callable[[Callable[[], Any]], Any], fatal: int | None = None) -> _Child:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work_and_exit(work, fatal, writing)
    os.close(writing)
    return _Child(child, reading)


@contextmanager
def _reaping(child: _Child) -> Iterator[None]:
    """After the block the child is gone."""
    try:
        yield
    finally:
        os.close(child.pipe)
        with suppress(ChildProcessError):
            # Raises when it was waited for before, so that its id may be another's by now.
            os.waitid(os.P_PID, child.id, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            os.kill(child.id, signal.SIGKILL)
            os.waitpid(child.id, 0)


def _end_of(child: _Child, limit: float, *, expected: bool = False) -> End:
    said = _hear(child, limit)
    status = os.waitpid(child.id, 0)[1]
    if os.WIFSIGNALED(status):
        return End(killed=True, problem="" if expected else f"{HUNG} {limit} s")
    return End(**json.loads(said))


def _hear(child: _Child, limit: float) -> bytes:
    """All that the child still says; it is killed when that takes too long."""
    said, until = b"", time.monotonic() + limit
    while select.select([child.pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        if not (more := os.read(child.pipe, 65536)):
            return said
        said += more
    os.kill(child.id, signal.SIGKILL)
    return said


def _work_and_exit(
    work: Callable[[Callable[[], Any]], Any], fatal: int | None, writing: int
) -> NoReturn:
    try:
        watch(fatal)
        begun = time.perf_counter()
        try:
            end = {"result": work(lambda: os.write(writing, b"\n"))}
        except BaseException:  # noqa: BLE001 - told to the parent
            end = {"problem": traceback.format_exc()}
        end |= {"seconds": time.perf_counter() - begun, "calls": calls_so_far()}
        with os.fdopen(writing, "w") as pipe:
            # The parent takes the first byte for the child being ready, even when it failed.
            pipe.write("\n" + json.dumps(end))
    finally:
        os._exit(0)
