"""What a piece of code writes, sends, starts or connects while it runs, seen from inside Python.

Audit events show what is opened; a profile function shows what goes through handles that were
open before: a database connection, a socket, a file.
"""

import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from plancraft.purity.patching import patched

__all__ = ["Act", "Watch", "current_watch", "profiling", "watching"]

_EVENTS = frozenset(
    f"{module}.{name}"
    for module, names in {
        "os": "remove rename mkdir rmdir link symlink truncate chmod chown utime putenv unsetenv "
        "system exec fork forkpty posix_spawn spawn startfile kill killpg chdir mkfifo mknod",
        "shutil": "copyfile copymode copystat copytree move rmtree make_archive unpack_archive "
        "chown",
        "tempfile": "mkstemp mkdtemp",
        "socket": "connect sendto sendmsg bind getaddrinfo",
        "subprocess": "Popen",
        "sqlite3": "connect",
        "smtplib": "connect send",
        "http.client": "connect send",
        "urllib": "Request",
        "ftplib": "connect",
        "webbrowser": "open",
    }.items()
    for name in names.split()
)
_HANDLES: dict[str, frozenset[str]] = {
    "sqlite3.Connection": frozenset({"execute", "executemany", "executescript", "commit"}),
    "sqlite3.Cursor": frozenset({"execute", "executemany", "executescript"}),
    "_io.TextIOWrapper": frozenset({"write", "writelines"}),
    "_io.BufferedWriter": frozenset({"write", "writelines"}),
    "_io.BufferedRandom": frozenset({"write", "writelines"}),
    "_io.FileIO": frozenset({"write", "writelines"}),
    "_socket.socket": frozenset({"connect", "send", "sendall", "sendto", "sendmsg"}),
    "_ssl._SSLSocket": frozenset({"write"}),
}
_METHODS = frozenset().union(*_HANDLES.values())
_STORE = "langgraph.store.base.BaseStore"
_STORE_METHODS = {"put", "aput", "delete", "adelete"}
_THREAD_STARTS = {"start_new_thread", "start_joinable_thread"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HARMLESS = (
    *("/logging/", "/langsmith/", "/langchain_core/tracers/", "/langchain_core/callbacks/"),
    *("/langgraph/checkpoint/", "/langgraph/pregel/", "/langgraph/store/", "/structlog/"),
    *("/loguru/", "/opentelemetry/", "<frozen importlib", "/importlib/", "/warnings.py"),
    *("/linecache.py", "/traceback.py", "/_pytest/"),
)
"""Whoever acts through these acts for the graph's own sake, or writes lines for developers."""

_MACHINERY = {"_adjust_thread_count", "_write_to_self", "run_sync_in_worker_thread"}
"""Functions by which executors and event loops keep themselves going."""

_BOUNDARIES = (
    *("/langgraph/_internal/_runnable.py", "/asyncio/events.py", "/asyncio/runners.py"),
    *("/concurrent/futures/thread.py", "/langchain_core/runnables/config.py"),
)
"""Where the code of a node begins."""

_PLANCRAFT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(
    {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
)


@dataclass(frozen=True)
class Act:
    """Something that was done to the world, and the line of the user's code that did it."""

    what: str
    path: str
    line: int
    place: str
    """Which run of which node, as the watcher names it."""


@dataclass
class Watch:
    """What is seen while some code runs. `place` says where it is at the moment."""

    place: Callable[[], str]
    home: tuple[str, int] | None = None
    """Where the watched code begins, for acts of tasks that it started."""
    acts: list[Act] = field(default_factory=list)
    at_work: bool = False


_watch: ContextVar[Watch | None] = ContextVar("plancraft_watch", default=None)
_lock = threading.Lock()
_installed: list[bool] = []
_here = threading.local()


def current_watch() -> Watch | None:
    """The watch around here."""
    return _watch.get()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Within the block, and in whatever inherits its context, acts are seen."""
    _install()
    token = _watch.set(watch)
    try:
        with patched(_carried, _note):
            yield
    finally:
        _watch.reset(token)


def _carried(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it runs in another thread, seen by the watch around here."""
    watch = _watch.get()
    if watch is None:
        return function

    def carried(*args: Any, **kwargs: Any) -> Any:
        before = sys.getprofile()
        sys.setprofile(_profile)
        try:
            with watching(watch):
                return function(*args, **kwargs)
        finally:
            sys.setprofile(before)

    return carried


def _note(what: str) -> None:
    """See something that was done by whoever called our caller."""
    watch = _watch.get()
    if watch is not None and not watch.at_work:
        _see(watch, what, sys._getframe(2))


@contextmanager
def profiling() -> Iterator[None]:
    """Within the block, in this thread and in those it starts, old handles are watched too."""
    depth = getattr(_here, "depth", 0)
    if depth == 0:
        _here.before = sys.getprofile(), threading.getprofile()
        sys.setprofile(_profile)
        threading.setprofile(_profile)
    # Nodes side by side in one event loop end in any order; the last one puts things back.
    _here.depth = depth + 1
    try:
        yield
    finally:
        _here.depth -= 1
        if _here.depth == 0:
            own, of_threads = _here.before
            sys.setprofile(own)
            threading.setprofile(None if of_threads is _profile else of_threads)


def _install() -> None:
    # An audit hook cannot be taken away again, so there is one, and only when it is needed.
    with _lock:
        if not _installed:
            sys.addaudithook(_audit)
            _installed.append(True)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" and event not in _EVENTS:
        return
    watch = _watch.get()
    if watch is None or watch.at_work or not _matters(event, arguments):
        return
    _see(watch, _spelled(event, arguments), sys._getframe(1))


def _profile(frame: FrameType, event: str, argument: Any) -> None:
    if event == "call" and frame.f_code.co_name in _STORE_METHODS:
        _see_store(frame)
    if event != "c_call":
        return
    watch = _watch.get()
    if watch is None or watch.at_work:
        return
    name, owner = argument.__name__, getattr(argument, "__self__", None)
    if name in _THREAD_STARTS and getattr(owner, "__name__", "") == "_thread":
        _see(watch, f"_thread.{name}(…)", frame)
    elif name in _METHODS and not any(owner is one for one in _standard_streams()):
        kinds = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(owner).__mro__)
        kind = next((one for one in kinds if name in _HANDLES.get(one, ())), None)
        if kind and not _is_harmless(owner, watch):
            _see(watch, f"{kind}.{name}(…)", frame)


def _see_store(frame: FrameType) -> None:
    watch, owner = _watch.get(), frame.f_locals.get("self")
    if watch is None or watch.at_work or owner is None:
        return
    if any(f"{kind.__module__}.{kind.__qualname__}" == _STORE for kind in type(owner).__mro__):
        _see(watch, f"{type(owner).__name__}.{frame.f_code.co_name}(…)", frame.f_back)


def _is_harmless(owner: Any, watch: Watch) -> bool:
    """Whether a handle leads nowhere: the null device, a database in memory."""
    if getattr(owner, "name", None) == os.devnull:
        return True
    connection = getattr(owner, "connection", owner)
    if not hasattr(connection, "executescript"):
        return False
    watch.at_work = True  # the question is no act of the node
    try:
        return not any(row[2] for row in connection.execute("PRAGMA database_list"))
    except Exception:  # noqa: BLE001 - another library's connection, or one of another thread
        return False
    finally:
        watch.at_work = False


def _standard_streams() -> tuple[object, ...]:
    return sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__


def _matters(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        path, mode, flags = arguments
        writes = bool(set(mode) & set("wax+")) if isinstance(mode, str) else flags & _WRITING
        return bool(writes) and not isinstance(path, int) and str(path) != os.devnull
    return not (event == "sqlite3.connect" and str(arguments[0]) == ":memory:")


def _spelled(event: str, arguments: tuple[Any, ...]) -> str:
    if event == "open":
        return f"open({arguments[0]!r}, {arguments[1] or 'for writing'!r})"
    first = next((one for one in arguments if isinstance(one, str | bytes | tuple | list)), None)
    text = "" if first is None else repr(first)
    return f"{event}({text if len(text) <= 60 else text[:59] + '…'})"


def _see(watch: Watch, what: str, frame: FrameType | None) -> None:
    watch.at_work = True  # finding out where we are may open files itself
    try:
        where = _line_of_user(frame, watch.home)
        if where is not None:
            watch.acts.append(Act(what, *where, watch.place()))
    finally:
        watch.at_work = False


def _line_of_user(frame: FrameType | None, home: tuple[str, int] | None) -> tuple[str, int] | None:
    """The innermost line outside libraries; None when the act is for the graph's own sake."""
    user = outermost = None
    while frame is not None:
        path = frame.f_code.co_filename
        if frame.f_code.co_name == "carried" and path == __file__:
            break
        if path.startswith(_PLANCRAFT):
            # Our own wrapper around the node is a boundary too; all else of ours is harmless.
            return (user or home or outermost) if path.endswith(_WRAPPER) else None
        if frame.f_code.co_name in _MACHINERY:
            return None
        if outermost is not None and path.endswith(_BOUNDARIES):
            break
        if _is_library(path) and any(one in path for one in _HARMLESS):
            return None
        outermost = path, frame.f_lineno
        if user is None and not _is_library(path):
            user = outermost
        frame = frame.f_back
    return user or home or outermost


_WRAPPER = os.path.join("purity", "watching.py")


def _is_library(path: str) -> bool:
    return path.startswith(("<frozen", *_LIBRARIES)) or f"{os.sep}site-packages{os.sep}" in path
