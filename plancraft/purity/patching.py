"""What neither audit events nor a profile function show: work given to threads, print, os.write."""

import builtins
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

__all__ = ["patched"]

_lock = threading.Lock()
_inside = [0]
_submit, _print, _write = ThreadPoolExecutor.submit, builtins.print, os.write


@contextmanager
def patched(
    carry: Callable[[Callable[..., Any]], Callable[..., Any]], note: Callable[[str], None]
) -> Iterator[None]:
    """Within the block, work for other threads goes through `carry`, and writes are noted."""

    def submit(
        self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        return _submit(self, carry(fn), *args, **kwargs)

    def print_(*args: Any, **kwargs: Any) -> None:
        if _is_written_to(kwargs.get("file")):
            note("print(…, file=…)")
        _print(*args, **kwargs)

    def write(fd: int, data: Any, /) -> int:
        if fd > 2:  # standard input, output and error
            note("os.write(…)")
        return _write(fd, data)

    with _lock:
        _inside[0] += 1
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign,assignment]
        builtins.print, os.write = print_, write
    try:
        yield
    finally:
        with _lock:
            _inside[0] -= 1
            if not _inside[0]:
                ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign]
                builtins.print, os.write = _print, _write


def _is_written_to(file: Any) -> bool:
    standard = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    if not isinstance(file, io.TextIOWrapper) or any(file is one for one in standard):
        return False
    return file.name != os.devnull
