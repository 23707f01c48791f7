"""Approvals: how soon a waiter knows, what a decision costs, what waiting costs, who wins."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import plancraft as pc
from plancraft.approvals import ApprovalRequest, Changes, Query, Store
from plancraft.approvals.audit import verify_log
from plancraft.approvals.desk import Desk
from plancraft.stores import open_store
from utils.benchmarks.store_servers import empty_stores
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

WAKE_MS = {"SQLite": 20.0, "PostgreSQL": 5.0, "Redis": 5.0}
DECIDE_MS, PAGE_MS = 30.0, 50.0
IDLE_CORE, LATE_SECONDS = 0.1, 1.0
PAGE, DECIDERS = 50, 32
STEPS_A_STORE = 7


@dataclass(frozen=True)
class _Counts:
    wakes: int
    polls: int
    decisions: int
    waiters: int
    idle_seconds: float
    stored: int
    pages: int
    raced: int


FULL = _Counts(200, 8, 300, 5_000, 10, 100_000, 200, 1_000)
QUICK = _Counts(20, 2, 30, 200, 2, 2_000, 20, 30)


def rounds(quick: bool) -> int:
    """How often `measure` ticks, where all three stores can run."""
    return 3 * STEPS_A_STORE


def measure(quick: bool, tick: Tick) -> Section:
    """Each measure on each store."""
    counts = QUICK if quick else FULL
    with empty_stores() as urls:
        rows = [_row(kind, url, counts, tick) for kind, url in urls.items()]
    return Section(
        title="Approvals",
        text=_explained(counts),
        head=(
            "store",
            "decision to waiter, p50 ms",
            "polling at 1 s, p50 ms",
            "open and decide, p99 ms",
            f"{counts.waiters:,} idle waiters, cores",
            "expired late, s at most",
            f"page of {PAGE} of {counts.stored:,}, p95 ms",
            f"{DECIDERS} deciders, winners",
        ),
        rows=rows,
    )


def _explained(counts: _Counts) -> str:
    return f"""\
From right before `approve` in one process until `wait_for_approval` has returned in another,
{counts.wakes} times; polling asks for the request once a second, as a loop with `sleep(1)` does.
Opening and deciding: both durable, one after the other, {counts.decisions} times. Idle waiters:
processor time of their process over {counts.idle_seconds:g} s. Late: of 40 requests whose time runs
out within 4 s, closed by the sweep of `serving()`. Pages: open requests from random places in the
inbox. Deciders: threads that decide the same {counts.raced:,} requests at once; each request must
have one winner, and the log's chain must hold. SQLite and Redis sync to disk at every commit."""


def _row(kind: str, url: str, counts: _Counts, tick: Tick) -> list[str]:
    wakes = _wake_ms(url, counts.wakes, polling=False)
    tick()
    polls = _wake_ms(url, counts.polls, polling=True)
    tick()
    with closing(open_store(url)) as store:
        decided = _decide_ms(store, counts.decisions)
        tick()
        idle = asyncio.run(_idle_cores(store, counts))
        tick()
        late = asyncio.run(_late_seconds(store))
        tick()
        winners, raced = _race(store, counts.raced)
        tick()
        page = _page_ms(store, counts)
        tick()
    if winners != raced:
        raise AssertionError(f"{kind}: {winners} decisions won for {raced} requests")
    return [
        kind,
        goal(statistics.median(wakes), WAKE_MS[kind]),
        f"{statistics.median(polls):.0f}",
        goal(_quantile(decided, 99), DECIDE_MS),
        goal(idle, IDLE_CORE, 3),
        goal(late, LATE_SECONDS),
        goal(_quantile(page, 95), PAGE_MS),
        f"{winners:,} of {raced:,}",
    ]


WAITING = """
import asyncio, sys, time
import plancraft as pc
from plancraft.stores import open_store

async def wait(manager, request_id, polling):
    if not polling:
        return await manager.wait_for_approval(request_id)
    while (await manager.get_request(request_id)).is_open:
        await asyncio.sleep(1)

async def main():
    manager, polling = pc.HITLManager(store=open_store(sys.argv[1])), sys.argv[2] == "polling"
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        waiting = asyncio.create_task(wait(manager, line, polling))
        await asyncio.sleep(0.02)
        print("waits", flush=True)
        await waiting
        print(time.monotonic_ns(), flush=True)

asyncio.run(main())
"""


@contextmanager
def _waiting(url: str, *, polling: bool) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", WAITING, url, "polling" if polling else "news"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _wake_ms(url: str, count: int, *, polling: bool) -> list[float]:
    """From before the decision here until the waiter in the other process has it."""
    taken: list[float] = []
    with closing(open_store(url)) as store, _waiting(url, polling=polling) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        desk = Desk(store)
        for number in range(count):
            request = desk.open("general", f"Wake {number}", "x")
            other.stdin.write(f"{request.id}\n")
            other.stdin.flush()
            assert other.stdout.readline() == "waits\n"
            time.sleep(0.005 + number % 7 * (0.13 if polling else 0.003))
            begun = time.monotonic_ns()
            desk.approve(request.id, by="mina")
            taken.append((int(other.stdout.readline()) - begun) / 1e6)
    return taken


def _decide_ms(store: Store, count: int) -> list[float]:
    desk, taken = Desk(store), list[float]()
    for number in range(count):
        begun = time.perf_counter()
        request = desk.open("general", f"Decide {number}", "x")
        desk.approve(request.id, by="mina")
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def _idle_cores(store: Store, counts: _Counts) -> float:
    requests = _many(store, counts.waiters, "idle")
    manager = pc.HITLManager(store=store)
    waiting = [asyncio.create_task(manager.wait_for_approval(one.id)) for one in requests]
    await asyncio.sleep(1 + counts.waiters / 1000)  # each looks at its request once
    begun, used = time.monotonic(), time.process_time()
    await asyncio.sleep(counts.idle_seconds)
    cores = (time.process_time() - used) / (time.monotonic() - begun)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return cores


async def _late_seconds(store: Store) -> float:
    manager = pc.HITLManager(store=store)
    requests = [
        await manager.request_approval("general", f"Late {n}", "x", timeout=0.5 + n * 0.1)
        for n in range(40)
    ]
    serving = asyncio.create_task(manager.serving())
    await asyncio.sleep(6)
    serving.cancel()
    late = list[float]()
    for one in requests:
        closed = store.get(one.id)
        assert closed is not None
        assert closed.updated_at is not None
        assert closed.deadline is not None
        assert closed.status is pc.ApprovalStatus.EXPIRED
        late.append((closed.updated_at - closed.deadline).total_seconds())
    return max(late)


def _race(store: Store, count: int) -> tuple[int, int]:
    """How many decisions counted, for how many requests."""
    requests = _many(store, count, "race")
    with ThreadPoolExecutor(DECIDERS) as pool:
        won = pool.map(partial(_decides, store, requests), range(DECIDERS))
        total = sum(won)
    verify_log(store)
    return total, count


def _decides(store: Store, requests: Sequence[ApprovalRequest], number: int) -> int:
    desk, won = Desk(store), 0
    for place in range(len(requests)):
        try:
            # Each begins elsewhere, so that all decide all the time.
            one = requests[(place + number % 4) % len(requests)]
            desk.answer(one.id, {"decision": "approve"}, by=f"person-{number}")
            won += 1
        except pc.AlreadyAnswered:
            pass
    return won


def _page_ms(store: Store, counts: _Counts) -> list[float]:
    requests, taken = _many(store, counts.stored, "stored"), list[float]()
    for number in range(counts.pages):
        after = requests[number * 7919 % (len(requests) - PAGE)]
        begun = time.perf_counter()
        found = store.find(Query(after=after, limit=PAGE))
        taken.append((time.perf_counter() - begun) * 1000)
        if len(found) != PAGE:
            raise AssertionError(f"a page has {len(found)} requests")
    return taken


def _many(store: Store, count: int, name: str) -> list[ApprovalRequest]:
    """So many open requests, written in few commits."""
    now = datetime.now(UTC)
    pattern = Desk(pc.MemoryStore()).open("general", name, "x" * 200, timeout=3600)
    made = [
        pattern.model_copy(
            update={
                "id": f"{name}-{number:06d}",
                "created_at": now + timedelta(milliseconds=number),
                "deadline": now + timedelta(hours=5),
            }
        )
        for number in range(count)
    ]
    for start in range(0, count, 1000):
        if not store.commit(Changes(opened=made[start : start + 1000]), durable=False):
            raise AssertionError("they were not new")
    return made


def _quantile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
