"""The checkpointers that a past is read from."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

SERVER = os.environ.get("PLANCRAFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture
def postgres_saver() -> Iterator[Any]:
    """A saver in a schema of its own on a running PostgreSQL."""
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg")
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg.rows import dict_row

    try:
        connection = psycopg.connect(
            SERVER, autocommit=True, row_factory=dict_row, connect_timeout=5, prepare_threshold=0
        )
    except psycopg.OperationalError:
        pytest.skip(f"needs PostgreSQL at {SERVER} (PLANCRAFT_TEST_POSTGRES names another)")
    schema = f"test_{uuid.uuid4().hex}"
    connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(f"SET search_path TO {schema}")
    try:
        saver = PostgresSaver(connection)
        saver.setup()
        yield saver
    finally:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.close()


class Unheard(InMemorySaver):
    """A checkpointer of somebody else's."""


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def any_saver(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return Unheard()
    return request.getfixturevalue(f"{request.param}_saver")
