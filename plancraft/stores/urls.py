"""From a store's URL to the store."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from plancraft.approvals import Store
from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.memory import MemoryStore

_SECRET = re.compile(r"([?&][^=&]*password=)[^&]*", re.IGNORECASE)

__all__ = ["open_store", "url_from_environment", "without_password"]


def open_store(url: str) -> Store:
    """The store at `url`: `sqlite:///FILE` or a bare file name, `postgresql://…`, `redis://…`
    (also `rediss://…` and `unix://…`), or `memory://`.

    A store in memory is a new one each time.

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
    if scheme in ("postgresql", "postgres"):
        return _postgres(url)
    if scheme in ("redis", "rediss", "unix"):
        return _redis(url)
    known = "sqlite:///FILE, postgresql://…, redis://…, memory://"
    raise StoreUnavailable(without_password(url), say("known stores: {known}", known=known))


def url_from_environment() -> str | None:
    """The URL in `PLANCRAFT_STORE`, else in `REDIS_URL`; None where neither is set."""
    return os.environ.get("PLANCRAFT_STORE") or os.environ.get("REDIS_URL") or None


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    scheme, _, rest = url.partition("://")
    shown = _SECRET.sub(r"\1…", rest.rpartition("@")[2])
    return f"{scheme}://{shown}"


def _sqlite(path: str) -> Store:
    from plancraft.stores.sqlite import SqliteStore

    return SqliteStore(Path(path))


def _postgres(url: str) -> Store:
    from plancraft.stores.postgres import PostgresStore

    return PostgresStore(url)


def _redis(url: str) -> Store:
    try:
        from plancraft.stores.redis import RedisStore
    except ModuleNotFoundError as error:
        if error.name != "redis":
            raise
        reason = say("it needs: {command}", command="pip install 'plancraft-hitl[redis]'")
        raise StoreUnavailable(without_password(url), reason) from error
    number = urlsplit("//" + without_password(url).partition("://")[2]).path.strip("/")
    if not url.startswith("unix:") and number and not number.isdecimal():
        reason = say("{number} is no number of a database", number=number)
        raise StoreUnavailable(without_password(url), reason)
    return RedisStore(url)
