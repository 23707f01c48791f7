"""The A2A agent that a serving command is to serve, as its options name it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from langgraph.pregel import Pregel

from plancraft.access import Keys, Role
from plancraft.app.models import configured_model
from plancraft.approvals import ApprovalType, HITLPolicy, Store
from plancraft.approvals.policy import Rule
from plancraft.cli.failing import Refused
from plancraft.cli.loading import load_graph, load_object
from plancraft.cli.session import DEFAULT_DB, Session
from plancraft.errors import StoreUnavailable, UnknownKey
from plancraft.locale import say
from plancraft.threads import InterruptConfig

__all__ = ["Agent", "AgentWanted", "Place", "agent_for", "agent_options", "agent_wanted"]

_EXTRA = {"a2a", "bm25s", "pypdf", "bs4", "google", "grpc", "sqlalchemy", "aiosqlite"}
_RUNS = 9
"""How many servers of one login have a key of their own on one store."""
Command = Callable[..., Any]


@dataclass(frozen=True)
class AgentWanted:
    """What the options say of the agent."""

    agent: str | None
    documents: Path | None
    tasks: str | None
    grpc: int | None
    compat: bool
    auth_required: bool
    card_key: Path | None
    owner_decides: bool
    model: str | None
    retriever: str | None


@dataclass(frozen=True)
class Place:
    """Where the agent is to be: the application's address, its store, by which rules."""

    address: str
    host: str
    store: Store
    url: str | None
    """The store's URL, with its password."""
    db: Path | None
    policy: HITLPolicy | None


def agent_options(command: Command) -> Command:
    """The options that name an agent."""
    for option in (
        click.option(
            "--agent",
            metavar="MODULE:GRAPH",
            help=say("Serve this graph as an A2A agent, in place of the research agent"),
        ),
        click.option(
            "--documents",
            type=click.Path(exists=True, path_type=Path),
            help=say("Serve the research agent over this folder, file or archive"),
        ),
        click.option(
            "--tasks",
            metavar="URL",
            help=say("Where the agent's tasks and checkpoints are kept, if not in the store"),
        ),
        click.option(
            "--grpc",
            metavar="PORT",
            type=click.IntRange(0, 65535),
            help=say("Serve the agent over gRPC too"),
        ),
        click.option(
            "--compat", is_flag=True, help=say("Serve clients of A2A 0.3 too, and say so")
        ),
        click.option(
            "--auth-required",
            is_flag=True,
            help=say("Tell of a pause as AUTH_REQUIRED, not as INPUT_REQUIRED"),
        ),
        click.option(
            "--card-key",
            envvar="PLANCRAFT_A2A_CARD_KEY",
            show_envvar=True,
            type=click.Path(dir_okay=False, path_type=Path),
            help=say("Sign the agent's card with this key: P-256, PEM"),
        ),
        click.option(
            "--model",
            metavar="PROVIDER:NAME",
            envvar="PLANCRAFT_MODEL",
            show_envvar=True,
            help=say("The chat model that writes the research agent's reports"),
        ),
        click.option(
            "--retriever",
            metavar="MODULE:NAME",
            help=say("A LangChain retriever or search tool that it asks beside its documents"),
        ),
        click.option(
            "--owner-decides",
            is_flag=True,
            help=say("Whoever gives a task may also decide on it, if a reviewer"),
        ),
    ):
        command = option(command)
    return command


def agent_wanted(options: dict[str, Any], *, always: bool = False) -> AgentWanted | None:
    """What the options say, taken out of them; None where no agent is wanted."""
    fields = {name: options.pop(name) for name in AgentWanted.__dataclass_fields__}
    wanted = AgentWanted(**fields)
    if wanted.agent is None and wanted.documents is None and not always:
        return None
    return wanted


@dataclass(frozen=True)
class Agent:
    """An agent that is ready to be served."""

    service: Any
    place: Place
    wanted: AgentWanted

    @property
    def background(self) -> list[Any]:
        """What runs beside the routes."""
        return [self.service.run]

    @property
    def channels(self) -> list[Any]:
        """By which its clients are told of tasks."""
        return [self.service.push_channel]

    @property
    def histories(self) -> dict[str, Any]:
        """How to look at the past of its tasks, where their checkpoints are in a file."""
        graph, tasks = self.service.executor.graph, self.wanted.tasks or _tasks_url(self.place)
        if not tasks.startswith("sqlite:") or graph.checkpointer is not None:
            return {}
        file = Path(tasks.removeprefix("sqlite:///"))
        return {graph.get_name(): Session(graph, file, self.place.store).look_back}

    @property
    def research(self) -> Any:
        """What begins a research, for the research agent."""
        return self.service.start if self.wanted.agent is None else None

    @contextmanager
    def mounted(self, app: Any) -> Iterator[None]:
        """Within the block the application serves it."""
        from plancraft.app.a2a import mount

        mount(app, self.service)
        yield

    @contextmanager
    def key(self, by: str) -> Iterator[str | None]:
        """A key for this run alone: an agent's, or a reviewer's who decides on own tasks; None
        where all its names are taken. What a run that was killed left is taken away."""
        role = Role.REVIEWER if self.wanted.owner_decides else Role.AGENT
        for number in range(1, _RUNS + 1):
            name = f"{by}-a2a" if number == 1 else f"{by}-a2a-{number}"
            lock = self.place.store.try_lock(f"a2a-key:{name}")
            if lock is None:  # another run has it
                continue
            try:
                with _key_of_this_run(Keys(self.place.store), name, role) as token:
                    yield token
            finally:
                lock.release()
            return
        yield None

    def announce(self, key: str | None) -> None:
        """Say where it is, and how to ask it."""
        from plancraft.app.a2a import PATH

        url = f"{self.place.address}{PATH}"
        click.echo(say("The A2A agent is at {url}.", url=url))
        if key is not None:
            click.echo(say("Ask it, with a key that counts until Ctrl-C:"))
            click.echo(f'  PLANCRAFT_KEY={key} plancraft a2a ask {url} "…"')


@contextmanager
def _key_of_this_run(keys: Keys, name: str, role: Role) -> Iterator[str]:
    with suppress(UnknownKey):
        keys.revoke(name)
    token = keys.add(name, role)
    try:
        yield token
    finally:
        with suppress(StoreUnavailable, UnknownKey):
            keys.revoke(name)


def agent_for(wanted: AgentWanted, place: Place) -> Agent:
    """The agent that is wanted.

    Raises:
        Refused: its packages are missing, or an option does not fit.
        NoDocuments, StoreUnavailable, InvalidSettings: it cannot be.
    """
    if wanted.agent is not None and wanted.documents is not None:
        raise Refused(say("--documents is for the research agent, --agent serves a graph"))
    room = _room()
    if wanted.grpc is not None:
        _require_grpc(place.host, wanted.grpc)
    from plancraft.a2a.cards import CardKey

    options = room.AgentOptions(
        address=place.address,
        tasks=wanted.tasks or _tasks_url(place),
        graph=_graph(wanted.agent),
        documents=wanted.documents,
        auth_required=wanted.auth_required,
        compat=wanted.compat,
        grpc_address=None if wanted.grpc is None else f"{place.host}:{wanted.grpc}",
        key=CardKey.read(wanted.card_key) if wanted.card_key else None,
    )
    if wanted.agent is None:
        model = configured_model(wanted.model)
        retriever = load_object(wanted.retriever) if wanted.retriever else None
        options = replace(options, model=model[1] if model else None, retriever=retriever)
    settings = InterruptConfig(POLICY=_rules(wanted, place.policy))
    return Agent(room.service_of(options, place.store, settings), place, wanted)


def _room() -> Any:
    """The module that puts agents together; it stands on packages that not everybody has."""
    try:
        from plancraft.app import a2a
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        command = "pip install 'plancraft-hitl[server,a2a]'"
        raise Refused(say("it needs: {command}", command=command)) from error
    return a2a


def _require_grpc(host: str, port: int) -> None:
    """Raises:
    Refused: its package is missing, or somebody listens there.
    """
    from plancraft.app.serving import bind

    if find_spec("grpc") is None:
        command = "pip install 'plancraft-hitl[grpc]'"
        raise Refused(say("it needs: {command}", command=command))
    try:
        bind(host, port).close()
    except OSError as error:
        reason = error.strerror or str(error)
        text = say("cannot listen at {host}:{port}: {reason}", host=host, port=port, reason=reason)
        raise Refused(text) from error


def _graph(spec: str | None) -> Pregel[Any, Any, Any, Any] | None:
    if spec is None:
        return None
    loaded = load_graph(spec)
    if not isinstance(loaded, Pregel):
        raise Refused(say("--agent takes a graph of this machine, not a server's"))
    return loaded


def _tasks_url(place: Place) -> str:
    """The store's own database, unless that is Redis, which keeps no tasks."""
    shown = place.store.url
    if shown.startswith(("sqlite:", "memory:")):
        return shown
    if place.url is not None and shown.startswith("postgres"):
        return place.url
    return f"sqlite:///{(place.db or DEFAULT_DB).absolute()}"


def _rules(wanted: AgentWanted, policy: HITLPolicy | None) -> HITLPolicy | None:
    """The policy, by which an owner decides where that is wanted."""
    if not wanted.owner_decides:
        return policy
    given = policy or HITLPolicy()
    types = {
        kind: given.types.get(kind, Rule()).model_copy(update={"requester_may_decide": True})
        for kind in ApprovalType
    }
    return given.model_copy(update={"types": types})
