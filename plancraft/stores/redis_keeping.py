"""How well a Redis server keeps what it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from plancraft.locale import say

__all__ = ["Keeping", "keeping_of"]

_TELLS = (7, 2)
"""Since which version `WAITAOF` says when a write is on the disk."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is known of a server's settings; of what nobody may ask, the best is believed."""

    evicts: bool = False
    """Whether it drops keys to make room."""
    appends: bool | None = None
    """Whether it writes an append-only file."""
    syncs: str | None = None
    """When that file goes to the disk: `always`, `everysec` or `no`."""
    version: tuple[int, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a durable commit has to ask for the disk, and will be told."""
        asks = bool(self.appends) and self.syncs not in ("always", "no")
        return asks and self.version >= _TELLS

    def warnings(self, url: str) -> Iterator[str]:
        """What may be lost, and how not to lose it."""
        if self.evicts:
            yield say(
                "{store} drops keys when its memory is full: set maxmemory-policy noeviction",
                store=url,
            )
        if self.appends is False:
            yield say(
                "{store} may lose decisions when it stops: set appendonly yes and appendfsync "
                "always",
                store=url,
            )
        elif self.syncs in ("everysec", "no") and not self.waits:
            yield say(
                "{store} may lose the last decisions in a power failure: set appendfsync always",
                store=url,
            )


def keeping_of(client: Any) -> Keeping:
    """What the server says of itself."""
    try:
        info = client.info()
    except redis.ResponseError:  # not allowed to ask
        return Keeping()
    return Keeping(
        evicts=bool(info.get("maxmemory")) and info.get("maxmemory_policy") != "noeviction",
        appends=bool(info.get("aof_enabled")),
        syncs=_setting(client, "appendfsync"),
        version=_version(info),
    )


def _setting(client: Any, name: str) -> str | None:
    try:
        value: str | None = client.config_get(name).get(name)
    except redis.ResponseError:  # hosted servers seldom allow it
        return None
    return value


def _version(info: Mapping[str, Any]) -> tuple[int, ...]:
    numbers = str(info.get("redis_version", "")).split(".")
    return tuple(int(number) for number in numbers if number.isdigit())
