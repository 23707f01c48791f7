"""The checkpointers that a past is read from."""

from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from tests.postgres import postgres_schema


@pytest.fixture
def postgres_saver() -> Iterator[Any]:
    """A saver in a schema of its own on a running PostgreSQL."""
    with postgres_schema() as url:
        from langgraph.checkpoint.postgres import PostgresSaver

        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
            yield saver


class Unheard(InMemorySaver):
    """A checkpointer of somebody else's."""


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def any_saver(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return Unheard()
    return request.getfixturevalue(f"{request.param}_saver")
