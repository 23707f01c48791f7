"""From a store's URL to the store."""

from pathlib import Path

from plancraft.approvals import Store
from plancraft.errors import StoreUnavailable
from plancraft.stores.memory import MemoryStore

__all__ = ["open_store"]


def open_store(url: str) -> Store:
    """The store at `url`: `sqlite:///FILE`, a bare file name, or `memory://` (new each time).

    Raises:
        StoreUnavailable: the URL is of no known kind.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _sqlite(url)
    if scheme == "memory":
        return MemoryStore()
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return _sqlite(rest[1:])
    raise StoreUnavailable(_without_password(url), "known stores: sqlite:///FILE and memory://")


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _sqlite(path: str) -> Store:
    from plancraft.stores.sqlite import SqliteStore

    return SqliteStore(Path(path))
