"""One lock a thread, across the processes of one machine; the kernel frees it at kill -9."""

import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FileLock", "try_file_lock"]


@dataclass(frozen=True, slots=True)
class FileLock:
    """A held lock."""

    file: int
    path: Path

    def release(self) -> None:
        """Let others have it, leaving no file behind."""
        self.path.unlink(missing_ok=True)
        fcntl.flock(self.file, fcntl.LOCK_UN)
        os.close(self.file)


def try_file_lock(folder: Path, name: str) -> FileLock | None:
    """The lock for `name`, or None while somebody holds it. Makes the folder when it is missing."""
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"
    while True:
        file = _open(path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        if _is_still(path, file):
            return FileLock(file, path)
        # Its holder removed the file between our opening and locking it.
        os.close(file)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.stat(path).st_ino == os.fstat(file).st_ino
    except FileNotFoundError:
        return False
