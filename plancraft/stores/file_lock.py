"""One lock a thread, across the processes of one machine; the kernel frees it at kill -9.

All locks of a store are byte ranges of one file beside it (POSIX record locks): nothing to create,
nothing to remove, not inherited by a fork. The kernel knows processes only, so that within one
process a set tells who holds what. Nothing else in a process may open that file: closing it would
free the process's locks, as POSIX has it.
"""

import fcntl
import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FileLock", "try_file_lock"]

_guard = threading.Lock()
_files: dict[tuple[int, Path], "_LockFile"] = {}


def _after_fork() -> None:
    global _guard  # noqa: PLW0603 - another thread may have held it at the fork
    _guard = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


class _LockFile:
    """The open lock file of one process. It is never closed: closing would free every lock."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.held: set[int] = set()

    def is_at(self, path: Path) -> bool:
        """Whether this is still the file that others open under the path."""
        try:
            return os.stat(path).st_ino == os.fstat(self.file).st_ino
        except FileNotFoundError:
            return False


@dataclass(frozen=True, slots=True)
class FileLock:
    """A held lock."""

    place: _LockFile
    offset: int

    def release(self) -> None:
        """Let others have it."""
        with _guard:
            fcntl.lockf(self.place.file, fcntl.LOCK_UN, 1, self.offset)
            self.place.held.discard(self.offset)


def try_file_lock(path: Path, name: str) -> FileLock | None:
    """The lock for `name`, or None while somebody holds it."""
    offset = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
    with _guard:
        place = _opened(path)
        if offset in place.held:
            return None
        try:
            fcntl.lockf(place.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except (BlockingIOError, PermissionError):
            return None
        place.held.add(offset)
        return FileLock(place, offset)


def _opened(path: Path) -> _LockFile:
    key = os.getpid(), path
    place = _files.get(key)
    if place is None or not place.is_at(path):
        place = _files[key] = _LockFile(path)
    return place
