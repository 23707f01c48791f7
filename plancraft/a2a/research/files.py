"""Files of a folder or archive, read safely: nothing outside it, nothing without bound.

Archives are read member by member in memory; nothing is unpacked to disk.
"""

import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from plancraft.locale import N_

__all__ = [
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_TOTAL_BYTES",
    "MAX_UNPACKED_BYTES",
    "Found",
    "files_at",
    "fingerprint",
]

MAX_FILE_BYTES = 10_000_000
"""A larger file, or member of an archive, is skipped."""

MAX_TOTAL_BYTES = 100_000_000
"""Reading stops when this much was read."""

MAX_UNPACKED_BYTES = 200_000_000
"""A compressed tar is read up to here, skipped members included."""

MAX_FILES = 2000
"""Files past this, by name, are not read."""

TOO_LARGE = N_("larger than {limit} MB")
TOO_MUCH = N_("the limit of {limit} MB in all was reached")
TOO_MANY = N_("the limit of {limit} files was reached")
OUTSIDE = N_("it points outside the folder")
LOCKED = N_("locked with a password")
BROKEN = N_("it cannot be read")
NO_FILE = N_("not a regular file")

_BROKEN_ARCHIVE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError, LookupError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A file: its name inside the folder or archive, and its bytes or why they are not there."""

    name: str
    data: bytes = b""
    problem: str | None = None
    """One of the messages of this module, for `say()` with `limit`."""
    limit: int = 0


def files_at(path: Path) -> Iterator[Found]:
    """Every file there, in the order of names for a folder, of the archive for an archive."""
    yield from _bounded(_candidates(path))


def fingerprint(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file there does: names, sizes and times."""
    return tuple(sorted(_stamps(path)))


def _stamps(path: Path) -> Iterator[tuple[str, int, int]]:
    for name, place in _walk(path):
        try:
            status = place.stat()
        except OSError:
            continue
        yield name, status.st_size, status.st_mtime_ns


def _candidates(path: Path) -> Iterator[Found]:
    if path.is_dir():
        return (_read(path.resolve(), name, place) for name, place in _walk(path))
    if zipfile.is_zipfile(path):
        return _members(_zipped, path)
    if path.name.lower().endswith((".tar", ".tar.gz", ".tgz")):
        return _members(_tarred, path)
    return iter([_read(path.parent.resolve(), path.name, path)])


def _bounded(found: Iterator[Found]) -> Iterator[Found]:
    total = 0
    for count, one in enumerate(found):
        total += len(one.data)
        if count >= MAX_FILES:
            yield Found(one.name, problem=TOO_MANY, limit=MAX_FILES)
            return
        if total > MAX_TOTAL_BYTES:
            yield Found(one.name, problem=TOO_MUCH, limit=_mega(MAX_TOTAL_BYTES))
            return
        yield one


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    """Files by their names inside the folder; hidden ones are none of a reader's."""
    if not path.is_dir():
        yield path.name, path
        return
    for folder, below, names in os.walk(path):
        linked = [one for one in below if (Path(folder) / one).is_symlink()]
        below[:] = sorted(one for one in below if not one.startswith(".") and one not in linked)
        for name in sorted([*names, *linked]):
            if not name.startswith("."):
                place = Path(folder) / name
                yield _shown(place.relative_to(path).as_posix()), place


def _shown(name: str) -> str:
    """The name as text: a name in another encoding is no text in JSON."""
    return os.fsencode(name).decode("utf-8", "replace")


def _read(root: Path, name: str, place: Path) -> Found:
    try:
        if not place.resolve().is_relative_to(root) and place.is_symlink():
            return Found(name, problem=OUTSIDE)
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            return Found(name, problem=NO_FILE)
        with place.open("rb") as file:
            return _limited(name, file)
    except (OSError, RuntimeError):
        return Found(name, problem=BROKEN)


def _limited(name: str, file: IO[bytes]) -> Found:
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return Found(name, problem=TOO_LARGE, limit=_mega(MAX_FILE_BYTES))
    return Found(name, data)


def _mega(size: int) -> int:
    return max(1, size // 1_000_000)


def _members(read: Callable[[Path], Iterator[Found]], path: Path) -> Iterator[Found]:
    try:
        yield from read(path)
    except _UnpackedTooMuch:
        yield Found(_shown(path.name), problem=TOO_MUCH, limit=_mega(MAX_UNPACKED_BYTES))
    except _BROKEN_ARCHIVE:
        yield Found(_shown(path.name), problem=BROKEN)


def _zipped(path: Path) -> Iterator[Found]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = _shown(info.filename)
            if info.is_dir():
                continue
            if _leads_out(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
                yield Found(name, problem=OUTSIDE)
            elif info.flag_bits & 1:
                yield Found(name, problem=LOCKED)
            else:
                yield _unzipped(archive, info, name)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Found:
    try:
        with archive.open(info) as file:
            return _limited(name, file)
    except _BROKEN_ARCHIVE:
        return Found(name, problem=BROKEN)


def _tarred(path: Path) -> Iterator[Found]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
        with tarfile.open(fileobj=_Counted(stream), mode="r|") as archive:
            for member in archive:
                if member.isdir():
                    continue
                yield _untarred(archive, member, _shown(member.name))


def _untarred(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Found:
    if _leads_out(member.name) or member.issym() or member.islnk():
        return Found(name, problem=OUTSIDE)
    file = archive.extractfile(member) if member.isreg() else None
    return _limited(name, file) if file else Found(name, problem=NO_FILE)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


class _UnpackedTooMuch(Exception):
    """The archive unpacks to more than is read."""


class _Counted(io.RawIOBase):
    """A stream that ends in an error when it gives more than the limit."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._given = 0

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = self._stream.read(size)
        self._given += len(data)
        if self._given > MAX_UNPACKED_BYTES:
            raise _UnpackedTooMuch
        return data
