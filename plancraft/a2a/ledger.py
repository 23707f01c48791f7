"""The A2A tasks that have not ended, kept beside the requests: whose they are, in which language.

The task itself is in the SDK's task store, which finds it only for its owner; what wakes a parked
task or ends one has no owner's request in hand, and looks here.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from plancraft.approvals import Changes, Record, Store
from plancraft.locale import Language

__all__ = ["Cancellation", "Ledger", "OpenTask"]

_KIND = "a2a_task"


class Cancellation(BaseModel):
    """Who wants the task ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    at: AwareDatetime
    language: Language


class OpenTask(BaseModel):
    """A task that has not ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    graph: str
    owner: str
    language: Language
    created_at: AwareDatetime
    cancellation: Cancellation | None = None

    @property
    def record(self) -> Record:
        """As it is kept."""
        return Record(_KIND, self.id, self.model_dump_json())


class Ledger:
    """The open tasks of one graph in a store. Blocking.

    Args:
        store: Where they are kept.
        graph: Whose tasks.
        clock: The time, UTC.
    """

    def __init__(
        self,
        store: Store,
        graph: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._graph, self._clock = store, graph, clock

    def open(self, task_id: str, *, owner: str, language: Language) -> OpenTask:
        """The new entry."""
        task = OpenTask(
            id=task_id,
            graph=self._graph,
            owner=owner,
            language=language,
            created_at=self._clock(),
        )
        self._store.commit(Changes(records=[task.record]), durable=True)
        return task

    def get(self, task_id: str) -> OpenTask | None:
        """The entry; None for a task that has ended, or is another graph's."""
        found = self._store.record(_KIND, task_id)
        if found is None or found.body is None:
            return None
        task = OpenTask.model_validate_json(found.body)
        return task if task.graph == self._graph else None

    def all(self) -> list[OpenTask]:
        """All entries of this graph."""
        found = (
            OpenTask.model_validate_json(record.body)
            for record in self._store.records(_KIND)
            if record.body is not None
        )
        return [task for task in found if task.graph == self._graph]

    def cancel(self, task: OpenTask, *, by: str, language: Language) -> None:
        """Have the task ended, whoever runs it. The first who wants it is named."""
        now = self.get(task.id)
        if now is not None and now.cancellation is None:
            wish = Cancellation(by=by, at=self._clock(), language=language)
            marked = now.model_copy(update={"cancellation": wish})
            self._store.commit(Changes(records=[marked.record]), durable=True)

    def close(self, task_id: str) -> None:
        """The task has ended."""
        self._store.commit(Changes(records=[Record(_KIND, task_id, None)]), durable=False)
