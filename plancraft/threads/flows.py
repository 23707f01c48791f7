"""One set of rules for sync and async callers.

A flow is a generator that yields what must be called (`Call`) and gets the result back; it holds
all the logic and does no I/O itself. `run` performs the calls in plain code, `arun` in async code.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Call", "Flow", "arun", "blocking_call", "run", "sleep"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """Something to call: `plain` from sync code, `awaited` from async code."""

    plain: Callable[[], Any]
    awaited: Callable[[], Awaitable[Any]]


Flow = Generator[Call, Any, T]


def run(flow: Flow[T]) -> T:
    """The flow's result, its calls made here and now."""
    try:
        call = next(flow)
        while True:
            try:
                result = call.plain()
            except BaseException as error:  # noqa: BLE001 - the flow decides, and lets its lock go
                call = flow.throw(error)
            else:
                call = flow.send(result)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def arun(flow: Flow[T]) -> T:
    """The flow's result, its calls awaited."""
    try:
        call = next(flow)
        while True:
            try:
                result = await call.awaited()
            except BaseException as error:  # noqa: BLE001 - the flow decides, and lets its lock go
                call = flow.throw(error)
            else:
                call = flow.send(result)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def sleep(seconds: float) -> Call:
    """Wait a while."""
    return Call(lambda: time.sleep(seconds), lambda: asyncio.sleep(seconds))


def blocking_call(function: Callable[..., Any], *args: Any, blocking: bool, **named: Any) -> Call:
    """Call a sync function; from async code in a worker thread when it blocks."""

    def plain() -> Any:
        return function(*args, **named)

    async def awaited() -> Any:
        return await asyncio.to_thread(plain) if blocking else plain()

    return Call(plain, awaited)
