"""The stores on which approvals are tested."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from plancraft.approvals import Store
from plancraft.stores import open_store
from tests.postgres import postgres_schema
from tests.redis import redis_prefix, redis_url


@pytest.fixture(params=["memory", "sqlite", "postgres", "redis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store of each kind."""
    match request.param:
        case "postgres":
            with postgres_schema() as url:
                yield url
        case "redis":
            with redis_prefix(request.getfixturevalue("redis_server")) as url:
                yield url
        case "sqlite":
            yield f"sqlite:///{tmp_path / 'store.db'}"
        case _:
            yield "memory://"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        yield store


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_url(tmp_path_factory.mktemp("redis")) as url:
        yield url
