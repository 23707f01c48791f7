"""What the SQL stores share: one set of statements, run by each database's own driver."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from plancraft.approvals import ApprovalRequest, Changes, Entry, Event, Head, Lock, Query, Record
from plancraft.approvals.events import chained
from plancraft.errors import LogBroken, StoreUnavailable
from plancraft.locale import N_, say
from plancraft.stores import schema

__all__ = ["Run", "SqlStore"]

Run = Callable[[str, tuple[Any, ...]], Any]
"""Runs a statement with its values, by place; gives the driver's cursor."""


class SqlStore(ABC):
    """A store in tables. SQLAlchemy writes the statements; the driver runs them, at a third."""

    url: str
    blocking = True
    closed = False
    _dialect: Dialect
    """Of paramstyle `qmark` or `format`, so that values go by place."""

    @abstractmethod
    def _rows(self, text: str, values: tuple[Any, ...]) -> Sequence[Any]:
        """What a query finds."""

    @abstractmethod
    def _writing(self, changes: Changes, *, durable: bool) -> AbstractContextManager[Run]:
        """A transaction: committed at the end, undone by an error or by `Lost`."""

    @abstractmethod
    def _conflict(self) -> type[Exception]:
        """What the driver raises for a row whose key is taken."""

    @abstractmethod
    def try_lock(self, thread_id: str) -> Lock | None:
        """The thread's lock, or None while another worker, anywhere, holds it."""

    @abstractmethod
    def news(self, *, after: int, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, until the log goes on behind number `after`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections, for good."""

    def _refuse_closed(self) -> None:
        if self.closed:
            raise StoreUnavailable(self.url, say("it was closed"))

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        try:
            with self._writing(changes, durable=durable) as run:
                self._write(run, changes)
        except Lost:
            return False
        return True

    def get(self, request_id: str) -> ApprovalRequest | None:
        found = self._requests(schema.GET, id=request_id)
        return found[0] if found else None

    def live(self, thread_id: str) -> list[ApprovalRequest]:
        return self._requests(schema.LIVE, thread_id=thread_id)

    def find(self, query: Query) -> list[ApprovalRequest]:
        return self._requests(schema.page(schema.shape_of(query)), **schema.values_of(query))

    def latest(self, thread_id: str, interrupt_id: str) -> ApprovalRequest | None:
        found = self._requests(schema.LATEST, thread_id=thread_id, interrupt_id=interrupt_id)
        return found[0] if found else None

    def driven(self, graph: str) -> list[str]:
        return [row[0] for row in self._select(schema.DRIVEN, graph=graph)]

    def is_driven(self, graph: str, thread_id: str) -> bool:
        return bool(self._select(schema.IS_DRIVEN, graph=graph, thread_id=thread_id))

    def events(self, *, thread_id: str | None = None, request_id: str | None = None) -> list[Event]:
        statement = schema.event_log(thread_id is not None, request_id is not None)
        rows = self._select(statement, thread_id=thread_id, request_id=request_id)
        return [Event.model_validate_json(row[0]) for row in rows]

    def log(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        return [Entry(*row) for row in self._select(schema.LOG, after=after, limit=limit)]

    def head(self) -> Head:
        for row in self._select(schema.HEAD):
            return Head(*row)
        raise LogBroken(0, N_("its end is not kept any more"))

    def bookmark(self, name: str) -> int | None:
        found = self._select(schema.BOOKMARK, name=name)
        return found[0][0] if found else None

    def record(self, kind: str, id_: str) -> Record | None:
        found = self._select(schema.GET_RECORD, kind=kind, id=id_)
        return Record(*found[0]) if found else None

    def records(self, kind: str) -> list[Record]:
        return [Record(*row) for row in self._select(schema.RECORDS, kind=kind)]

    def _requests(self, statement: ClauseElement, **values: Any) -> list[ApprovalRequest]:
        rows = self._select(statement, **values)
        return [ApprovalRequest.model_validate_json(row[0]) for row in rows]

    def _select(self, statement: ClauseElement, **values: Any) -> Sequence[Any]:
        return self._rows(*self._compiled(statement, values))

    def _write(self, run: Run, changes: Changes) -> None:
        for request in sorted(changes.replaced, key=lambda one: one.id):
            if run(*self._compiled(schema.REPLACE, schema.swap_of(request))).rowcount != 1:
                raise Lost
        for request in changes.opened:
            run(*self._compiled(schema.OPEN, schema.row_of(request)))
        for name, seq in changes.bookmarks.items():
            run(*self._compiled(schema.KEEP_BOOKMARK, {"name": name, "seq": seq}))
        for record in changes.records:
            values = {"kind": record.kind, "id": record.id, "body": record.body}
            keeping = schema.DROP_RECORD if record.body is None else schema.KEEP_RECORD
            if run(*self._compiled(keeping, values)).rowcount != 1:
                raise Lost
        if changes.mark is not None:
            marking = schema.MARK if changes.mark.on else schema.UNMARK
            run(*self._compiled(marking, schema.row_of_mark(changes.mark)))
        if changes.events:
            self._append(run, changes.events)

    def _append(self, run: Run, events: Sequence[Event]) -> None:
        # Last of all: whoever holds the head keeps every other writer waiting.
        held = run(*self._compiled(schema.HOLD_HEAD, {})).fetchone()
        if held is None:
            raise LogBroken(0, N_("its end is not kept any more"))
        head = Head(*held)
        for entry, event in zip(chained(head, events), events, strict=True):
            try:
                run(*self._compiled(schema.RECORD, schema.row_of_entry(entry, event)))
            except self._conflict() as error:  # nobody else can have written behind a head we hold
                taken = N_("something that was not written there stands in its place")
                raise LogBroken(entry.seq, taken) from error
            head = Head(entry.seq, entry.hash)
        run(*self._compiled(schema.MOVE_HEAD, {"seq": head.seq, "hash": head.hash}))
        self._announce(run, head.seq)

    @abstractmethod
    def _announce(self, run: Run, seq: int) -> None:
        """Tell other processes, with the commit, where the log ends now."""

    def _compiled(
        self, statement: ClauseElement, values: Mapping[str, Any]
    ) -> tuple[str, tuple[Any, ...]]:
        text, names, fixed = _compiled(statement, self._dialect)
        return text, tuple(values[name] if name in values else fixed[name] for name in names)


class Lost(Exception):
    """Another writer was first."""


@cache
def _compiled(statement: Any, dialect: Dialect) -> tuple[str, tuple[str, ...], Mapping[str, Any]]:
    """The statement's text, the names of its values in turn, and those it has itself."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params)
