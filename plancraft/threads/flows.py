"""One set of rules for sync and async callers.

A flow is a generator that yields what must be called (`Call`) and gets the result back; it holds
all the logic and does no I/O itself. `run` performs the calls in plain code, `arun` in async code.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Call", "Flow", "arun", "run", "sleep"]

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """Something to call: `plain` from sync code, `awaited` from async code.

    Without `awaited`, async code calls `plain` too, in a worker thread.
    """

    plain: Callable[[], Any]
    awaited: Callable[[], Awaitable[Any]] | None = None

    async def result(self) -> Any:
        """What async code gets."""
        if self.awaited is None:
            return await asyncio.to_thread(self.plain)
        return await self.awaited()


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
                result = await call.result()
            except BaseException as error:  # noqa: BLE001 - the flow decides, and lets its lock go
                call = flow.throw(error)
            else:
                call = flow.send(result)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def sleep(seconds: float) -> Call:
    """Wait a while."""
    return Call(lambda: time.sleep(seconds), lambda: asyncio.sleep(seconds))
