"""Stores for keys and sessions, and a time that a test moves on."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plancraft.approvals import Store
from plancraft.stores import open_store
from tests.postgres import postgres_schema
from tests.redis import redis_prefix, redis_url


class Clock:
    """A time that a test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgres", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    match request.param:
        case "postgres":
            with postgres_schema() as url, closing(open_store(url)) as store:
                yield store
        case "redis":
            server = request.getfixturevalue("redis_server")
            with redis_prefix(server) as url, closing(open_store(url)) as store:
                yield store
        case "sqlite":
            with closing(open_store(str(tmp_path / "store.db"))) as store:
                yield store
        case _:
            yield open_store("memory://")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_url(tmp_path_factory.mktemp("redis")) as url:
        yield url
