"""Where a thread's checkpoints are: ids, parents and step numbers, read without their states.

LangGraph numbers checkpoints by `metadata["step"]` and writes the lower 14 bits of a number into
the id as well (`langgraph.checkpoint.base.id.uuid6(clock_seq=step)`). SQL savers have the ids in
their primary key, so that one step among thousands is found without reading a row of the others.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

__all__ = ["Link", "Place", "Places", "places_of"]

_PAGE = 1_000
_PAGE_OF_STATES = 50
_LENGTH_OF_AN_ID = 36
_SOME = 5


class Link(NamedTuple):
    """A checkpoint and the one before it."""

    id: str
    parent: str


class Place(NamedTuple):
    """One checkpoint. `parent` is the id of the one before it, empty for a first one."""

    id: str
    parent: str
    step: int


class Places(Protocol):
    """The checkpoints of one thread (or of one of its subgraphs)."""

    def newest(self) -> Place | None:
        """The checkpoint the thread is at."""

    def at(self, *steps: int) -> list[Place]:
        """Those with these numbers, oldest first; several of a number after a fork."""

    def all(self) -> Iterator[Place]:
        """Every one, oldest first."""

    def links(self) -> list[Link]:
        """Every one without its number, oldest first: cheaper."""

    def called(self, id_: str) -> list[Place]:
        """Those whose id begins so."""

    def namespaces(self) -> list[str]:
        """Those of all subgraphs that left checkpoints in the thread."""

    def threads(self) -> list[str]:
        """Some threads that the saver holds, in order; none where finding them is costly."""


def places_of(saver: BaseCheckpointSaver[Any], thread_id: str, namespace: str) -> Places:
    """The cheapest reader for the saver."""
    if isinstance(saver, SqliteSaver) and _reads_as(saver, SqliteSaver):
        return _InSql(_sqlite_rows(saver), "?", thread_id, namespace)
    if _is_postgres(saver):
        return _InSql(_postgres_rows(saver), "%s", thread_id, namespace)
    return _Listed(saver, thread_id, namespace)


Rows = Callable[[str, Sequence[Any]], list[Sequence[Any]]]


@dataclass(frozen=True)
class _InSql:
    """In the `checkpoints` table that LangGraph's SQL savers share.

    Every statement is read to its end at once, so that nobody waits for a reader.
    """

    rows: Rows
    mark: str
    thread_id: str
    namespace: str

    def newest(self) -> Place | None:
        found = self._select("", (), "ORDER BY checkpoint_id DESC LIMIT 1")
        return found[0] if found else None

    def at(self, *steps: int) -> list[Place]:
        # A copy made by update_state(as_node="__copy__") has the id of the step before.
        bits = sorted({_bits(one) for step in steps for one in (step, step - 1)})
        marks = ", ".join([self.mark] * len(bits))
        found = self._select(f"AND substr(checkpoint_id, 20, 4) IN ({marks})", bits)
        fitting = [place for place in found if place.step in steps]
        if {place.step for place in fitting} >= set(steps):
            return fitting
        return [place for place in self.all() if place.step in steps]

    def all(self) -> Iterator[Place]:
        last = ""
        while page := self._select(
            f"AND checkpoint_id > {self.mark}", [last], f"ORDER BY checkpoint_id LIMIT {_PAGE}"
        ):
            yield from page
            last = page[-1].id

    def links(self) -> list[Link]:
        statement = (
            "SELECT checkpoint_id, parent_checkpoint_id FROM checkpoints "
            f"WHERE thread_id = {self.mark} AND checkpoint_ns = {self.mark} ORDER BY checkpoint_id"
        )
        rows = self.rows(statement, [self.thread_id, self.namespace])
        return [Link(id_, parent or "") for id_, parent in rows]

    def called(self, id_: str) -> list[Place]:
        if len(id_) >= _LENGTH_OF_AN_ID:
            return self._select(f"AND checkpoint_id = {self.mark}", [id_])
        return self._select(f"AND substr(checkpoint_id, 1, {len(id_)}) = {self.mark}", [id_])

    def threads(self) -> list[str]:
        # From one to the next by the primary key, so that no thread is read through.
        found: list[str] = []
        statement = f"SELECT min(thread_id) FROM checkpoints WHERE thread_id > {self.mark}"
        while len(found) <= _SOME:
            ((name,),) = self.rows(statement, [found[-1] if found else ""])
            if name is None:
                break
            found.append(name)
        return found

    def namespaces(self) -> list[str]:
        statement = (
            f"SELECT DISTINCT checkpoint_ns FROM checkpoints WHERE thread_id = {self.mark} "
            "AND checkpoint_ns <> '' ORDER BY checkpoint_ns"
        )
        return [row[0] for row in self.rows(statement, [self.thread_id])]

    def _select(
        self, condition: str, values: Sequence[str], order: str = "ORDER BY checkpoint_id"
    ) -> list[Place]:
        statement = (
            "SELECT checkpoint_id, parent_checkpoint_id, metadata FROM checkpoints "
            f"WHERE thread_id = {self.mark} AND checkpoint_ns = {self.mark} {condition} {order}"
        )
        found = self.rows(statement, [self.thread_id, self.namespace, *values])
        return [Place(id_, parent or "", _step_of(metadata)) for id_, parent, metadata in found]


@dataclass
class _Listed:
    """Wherever a saver lists them: read once, kept, and only what is new read again."""

    saver: BaseCheckpointSaver[Any]
    thread_id: str
    namespace: str
    known: dict[str, Place] = field(default_factory=dict)

    def newest(self) -> Place | None:
        return next(iter(reversed(self._read().values())), None)

    def at(self, *steps: int) -> list[Place]:
        return [place for place in self._read().values() if place.step in steps]

    def all(self) -> Iterator[Place]:
        yield from list(self._read().values())

    def links(self) -> list[Link]:
        return [Link(place.id, place.parent) for place in self._read().values()]

    def called(self, id_: str) -> list[Place]:
        return [place for place in self._read().values() if place.id.startswith(id_)]

    def threads(self) -> list[str]:
        return []

    def namespaces(self) -> list[str]:
        everywhere: Any = {"configurable": {"thread_id": self.thread_id}}
        found = [one.config["configurable"] for one in list(self.saver.list(everywhere))]
        return sorted({one.get("checkpoint_ns", "") for one in found} - {""})

    def _read(self) -> dict[str, Place]:
        news: list[Place] = []
        before: str | None = None
        while page := self._page(before):
            fresh = [place for place in page if place.id not in self.known]
            news += fresh
            if len(fresh) < len(page) or len(page) < _PAGE_OF_STATES:
                break
            before = page[-1].id
        self.known |= {place.id: place for place in reversed(news)}
        return self.known

    def _page(self, before: str | None) -> list[Place]:
        # Read to its end: a half-read listing holds the saver's lock.
        place: Any = {
            "configurable": {"thread_id": self.thread_id, "checkpoint_ns": self.namespace}
        }
        until: Any = {"configurable": {**place["configurable"], "checkpoint_id": before}}
        listing = self.saver.list(place, before=until if before else None, limit=_PAGE_OF_STATES)
        return [_place_of(found) for found in list(listing)]


def _place_of(found: CheckpointTuple) -> Place:
    parent = (found.parent_config or {}).get("configurable", {}).get("checkpoint_id")
    return Place(found.checkpoint["id"], parent or "", found.metadata.get("step", 0))


def _bits(step: int) -> str:
    """What an id of that step has at places 20 to 23, the sequence number of a UUID."""
    return f"{0x8000 | (step & 0x3FFF):04x}"


def _step_of(metadata: Any) -> int:
    read = metadata if isinstance(metadata, dict) else json.loads(metadata or "{}")
    return int(read.get("step", 0))


def _sqlite_rows(saver: SqliteSaver) -> Rows:
    def rows(statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        with saver.cursor(transaction=False) as cursor:
            return cursor.execute(statement, values).fetchall()

    return rows


def _is_postgres(saver: Any) -> bool:
    # By name, since its module needs psycopg.
    known = ("langgraph.checkpoint.postgres", "PostgresSaver")
    for kind in type(saver).__mro__:
        if (kind.__module__, kind.__name__) == known:
            return _reads_as(saver, kind)
    return False


def _reads_as(saver: Any, kind: type[Any]) -> bool:
    """Whether the saver reads its table as this kind does, and not in a way of its own."""
    names = ("get_tuple", "list")
    return all(getattr(type(saver), name) is getattr(kind, name) for name in names)


def _postgres_rows(saver: Any) -> Rows:
    def rows(statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        from psycopg.rows import tuple_row

        pool = saver.conn
        around = pool.connection() if hasattr(pool, "getconn") else nullcontext(pool)
        with saver.lock, around as connection, connection.cursor(row_factory=tuple_row) as cursor:
            found: list[Sequence[Any]] = cursor.execute(statement, values).fetchall()
            return found

    return rows
