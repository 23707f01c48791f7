"""Each reason against a run of an agent, by itself."""

import uuid
from typing import Any

import pytest

from plancraft.app.langgraph_server.starting import reasons_against

THREAD = uuid.uuid4()
OWN = {"thread_id": str(THREAD), "langgraph_auth_user": {}, "x-request-id": "1"}


def run(outside: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
    given = {"input": {"a": 1}, "command": None, "config": {"configurable": OWN}, **kwargs}
    return {"thread_id": THREAD, "after_seconds": 0, "kwargs": given, **(outside or {})}


def configured(**values: Any) -> dict[str, Any]:
    return run(config={"configurable": {**OWN, **values}})


def test_a_plain_start_has_nothing_against_it() -> None:
    assert list(reasons_against(run())) == []


@pytest.mark.parametrize(
    "refused",
    [
        run(command={"resume": "mine"}),
        run(command={"goto": "__end__"}),
        run(command={"update": {}}),
        run(input=None),
        run({"after_seconds": 1}),
        run({"metadata": {"run_id": "x"}}),
        run(interrupt_before=[]),
        run(interrupt_after=["nothing"]),
        run(something_new=True),
        run(config={"metadata": {"run_id": "x"}}),
        run(config={"something_new": True}),
        configured(__pregel_resume_map={"id": "mine"}),
        configured(__pregel_resuming=True),
        configured(checkpoint_id="x"),
        configured(checkpoint_ns=""),
        configured(checkpoint_map={}),
        configured(thread_id=str(uuid.uuid4())),
        configured(something_new=True),
    ],
)
def test_each_of_these_alone_is_refused(refused: dict[str, Any]) -> None:
    assert len(list(reasons_against(refused))) == 1
