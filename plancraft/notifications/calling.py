"""Calls of a store from async code, and its locks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from plancraft.approvals import Lock, Store

__all__ = ["call", "holding"]

P = ParamSpec("P")
T = TypeVar("T")


async def call(store: Store, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What the function returns, called where it may wait for a disk or a network."""
    if not store.blocking:
        return function(*args, **named)
    return await asyncio.to_thread(function, *args, **named)


@asynccontextmanager
async def holding(store: Store, name: str) -> AsyncIterator[bool]:
    """Within the block, whether the lock is held here; False while another worker holds it."""
    lock = await _locked(store, name)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            await call(store, lock.release)


async def _locked(store: Store, name: str) -> Lock | None:
    """The lock; not held by nobody when this task is cancelled."""
    taking = asyncio.ensure_future(call(store, store.try_lock, name))
    try:
        return await asyncio.shield(taking)
    except asyncio.CancelledError:
        if (lock := await taking) is not None:
            await call(store, lock.release)
        raise
