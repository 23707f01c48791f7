"""Options and arguments that several commands have, and what they stand for."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml
from pydantic import ValidationError

from plancraft.approvals import HITLPolicy, Store
from plancraft.cli.failing import Refused, read_json
from plancraft.cli.loading import load_graph
from plancraft.cli.session import DEFAULT_DB, Session
from plancraft.locale import LANGUAGES, say
from plancraft.stores import open_store
from plancraft.stores.urls import url_from_environment
from plancraft.threads import GraphServer

__all__ = [
    "around",
    "by_option",
    "concurrency_option",
    "graph_option",
    "json_option",
    "needed",
    "past_session",
    "policy_in",
    "policy_option",
    "read_given",
    "session_of",
    "store_of",
]

Command = Callable[..., Any]


def around(command: Command) -> Command:
    """The options every command has."""
    for option in (
        click.option(
            "--db", type=click.Path(path_type=Path), help=say("SQLite file of the threads")
        ),
        click.option(
            "--store", help=say("URL of the store, when the questions are kept elsewhere")
        ),
        click.option("--lang", type=click.Choice(LANGUAGES), help=say("Language of the texts")),
    ):
        command = option(command)
    return command


graph_option = click.option(
    "--graph",
    "graph",
    metavar="MODULE:GRAPH",
    help=say("The graph; a deployed one as http://host:port#assistant"),
)
concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help=say("How many threads of a graph are run at once"),
)
json_option = click.option("--json", "as_json", is_flag=True, help=say("As JSON, a line each"))


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login name, as in some containers
        return "terminal"


by_option = click.option("--by", default=_me, help=say("Who answers (default: your login)"))


def read_given(given: str | None, option: str) -> Any:
    """The value of an option that takes JSON, or `@` and a file that holds it.

    Raises:
        Refused: there is no such file, or it is not JSON.
    """
    if given is None:
        return None
    if given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file():
            raise Refused(say("there is no file {path}", path=path))
        given = path.read_text(encoding="utf-8")
    return read_json(given, option)


def needed(graph: str | None) -> str:
    """The graph, for a command that cannot do without."""
    if graph is None:
        raise Refused(say("--graph MODULE:GRAPH is needed, to run the graph on"))
    return graph


def session_of(graph: str, db: Path | None, store: str | None) -> Session:
    """The graph with the checkpointer and the store that the options name."""
    loaded = load_graph(graph)
    url = store or url_from_environment()
    if isinstance(loaded, GraphServer):
        return Session(loaded, None, open_store(url or f"sqlite:///{db or DEFAULT_DB}"))
    has_saver = loaded.checkpointer is not None and not isinstance(loaded.checkpointer, bool)
    file = db or (None if has_saver else DEFAULT_DB)
    if file is not None and not file.absolute().parent.is_dir():
        raise Refused(say("there is no folder {path}", path=file.parent))
    return Session(loaded, file, open_store(url) if url else None)


def store_of(db: Path | None, store: str | None, *, must_exist: bool = True) -> Store | None:
    """The store that the options name; None where its file does not exist and need not."""
    if url := store or url_from_environment():
        return open_store(url)
    path = db or DEFAULT_DB
    if path.is_file():
        return open_store(f"sqlite:///{path}")
    if must_exist or db is not None:
        raise Refused(say("there is no file {path}", path=path))
    return None


def past_session(graph: str | None, db: Path | None, store: str | None) -> Session:
    """The session for looking back, which makes no file."""
    session = session_of(needed(graph), db, store)
    if session.db is not None and not session.db.is_file():
        raise Refused(say("there is no file {path}", path=session.db))
    return session


policy_option = click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("YAML or JSON file with the fields of HITLPolicy"),
)


def policy_in(path: Path) -> HITLPolicy:
    """The policy in this file.

    Raises:
        Refused: it holds none.
    """
    try:
        return HITLPolicy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [f"{'.'.join(map(str, one['loc'])) or '-'}: {one['msg']}" for one in told]
        reason = "; ".join(problems)
        raise Refused(say("{path} holds no policy: {reason}", path=path, reason=reason)) from error
    except (yaml.YAMLError, ValueError) as error:
        reason = "; ".join(str(error).splitlines())
        raise Refused(say("{path} holds no policy: {reason}", path=path, reason=reason)) from error
