"""Served stores that the tests share."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from plancraft.access import Role
from plancraft.stores import open_store
from tests.postgres import postgres_schema
from tests.redis import redis_prefix, redis_url
from tests.server.running import Inside, Outside, serving


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    """The application on a SQLite file, with two agents and two reviewers."""
    with closing(open_store(str(tmp_path / "store.db"))) as store:
        inside = Inside(store)
        for name in ("agent", "other"):
            inside.key(name, Role.AGENT)
        for name in ("mina", "jun"):
            inside.key(name, Role.REVIEWER)
        inside.start()
        yield inside
        inside.stop()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """A real server on a SQLite file."""
    with serving(f"sqlite:///{tmp_path / 'store.db'}", tmp_path) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def outside_anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outside]:
    """A real server on each kind of store."""
    match request.param:
        case "postgres":
            with postgres_schema() as url, serving(url, tmp_path) as server:
                yield server
        case "redis":
            with (
                redis_url(tmp_path) as place,
                redis_prefix(place) as url,
                serving(url, tmp_path) as server,
            ):
                yield server
        case _:
            with serving(f"sqlite:///{tmp_path / 'store.db'}", tmp_path) as server:
                yield server
