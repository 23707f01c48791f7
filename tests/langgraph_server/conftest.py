"""Servers of the open, the secured and the tests' own graphs; each of one test process alone."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from plancraft.access import Keys, Role
from plancraft.stores import open_store
from tests.langgraph_server.running import Caller
from utils.langgraph_dev import dev_server

JOBS = ("--hasty", "--n-jobs-per-worker", "4")
ASKERS = Path(__file__).parent / "askers.json"


@pytest.fixture(scope="session")
def asking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the graphs of `askers`."""
    with dev_server(tmp_path_factory.mktemp("asking"), *JOBS, config=ASKERS) as url:
        yield url


@pytest.fixture(scope="session")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dev_server(tmp_path_factory.mktemp("open"), *JOBS) as url:
        yield url


@dataclass(frozen=True)
class Secured:
    """A server that asks for keys, and who has which."""

    url: str
    store: Path
    keys: dict[str, str]

    def caller(self, who: str | None) -> Caller:
        """Calls with the key of `agent`, `other`, `reviewer` or `admin`; None has none."""
        return Caller(self.url, self.keys[who] if who else None)


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    file = folder / "requests.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        kept = Keys(store)
        keys = {
            "agent": kept.add("agent", Role.AGENT),
            "other": kept.add("other", Role.AGENT),
            "reviewer": kept.add("mina", Role.REVIEWER),
            "admin": kept.add("owner", Role.REVIEWER, groups=["admin"]),
        }
    environment = {"PLANCRAFT_STORE": f"sqlite:///{file}"}
    with dev_server(folder, "--secured", *JOBS, environment=environment) as url:
        yield Secured(url, file, keys)
