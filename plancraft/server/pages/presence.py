"""Who is looking at what right now, across all servers of a store."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from plancraft.approvals import Changes, Record, Store

__all__ = ["LASTS", "Presence"]

_KIND = "looking"
LASTS = timedelta(seconds=20)
"""How long somebody is taken to look on after having last said so."""


class _Looking(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    at: str
    until: AwareDatetime


class Presence:
    """What each person has open, for as long as the page says so.

    Args:
        store: Where it is kept, one small record a person.
        clock: The time, UTC.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def look(self, name: str, request_id: str) -> list[str]:
        """The others who look at this request too."""
        now = self._clock()
        body = _Looking(name=name, at=request_id, until=now + LASTS).model_dump_json()
        self._store.commit(Changes(records=[Record(_KIND, name, body)]), durable=False)
        return self.others(name, request_id)

    def others(self, name: str, request_id: str) -> list[str]:
        """Whoever else looks at it, by name."""
        now = self._clock()
        found = [
            _Looking.model_validate_json(record.body)
            for record in self._store.records(_KIND)
            if record.body is not None
        ]
        return sorted(
            one.name
            for one in found
            if one.at == request_id and one.name != name and now < one.until
        )
