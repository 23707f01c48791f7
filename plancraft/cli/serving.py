"""The command that serves approvals over HTTP and WebSocket."""

import dataclasses
import logging
import socket
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from plancraft.app.telling import notifications_of
from plancraft.approvals import Store
from plancraft.approvals.desk import Desk
from plancraft.cli.agents import (
    Agent,
    AgentWanted,
    Place,
    agent_for,
    agent_options,
    agent_wanted,
)
from plancraft.cli.failing import Refused, one_line_errors, tell_trouble
from plancraft.cli.keys import store_to_keep_in
from plancraft.cli.options import around, by_option, policy_in, policy_option, session_of
from plancraft.locale import say, speaking
from plancraft.stores.urls import url_from_environment
from plancraft.threads import InterruptConfig

__all__ = ["serve", "serve_until_stopped", "serving_options"]

Command = Callable[..., Any]

_EXTRA = {
    *("fastapi", "httptools", "prometheus_client", "starlette", "uvicorn", "websockets"),
    *("jinja2", "markdown_it", "nh3"),
}


def serving_options(command: Command) -> Command:
    """What the commands that serve have in common."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--host", default="127.0.0.1", show_default=True, help=say("Address to listen at")
    ),
    click.option(
        "--port",
        default=8000,
        show_default=True,
        type=click.IntRange(0, 65535),
        help=say("Its port"),
    ),
    click.option(
        "--graph",
        "graphs",
        metavar="MODULE:GRAPH",
        multiple=True,
        help=say("Also carry decisions back to this graph's threads"),
    ),
    policy_option,
    click.option(
        "--public-url",
        envvar="PLANCRAFT_BASE_URL",
        show_envvar=True,
        help=say("Where people reach it, if a proxy stands before it"),
    ),
    click.option(
        "--proxy",
        "proxies",
        metavar="ADDRESS",
        multiple=True,
        help=say("A proxy whose word for where a request came from is taken, by its IP address"),
    ),
    agent_options,
    click.option("-v", "--verbose", is_flag=True, help=say("Log each request, without its query")),
    by_option,
    around,
)


@click.command(help=say("Serve approvals over HTTP and WebSocket, until Ctrl-C."))
@serving_options
def serve(lang: Any, **options: Any) -> None:
    with speaking(lang), one_line_errors():
        serve_until_stopped(agent_wanted(options), **options)


def serve_until_stopped(  # noqa: PLR0913 - one parameter an option
    wanted: AgentWanted | None,
    *,
    host: str,
    port: int,
    graphs: tuple[str, ...],
    policy: Path | None,
    public_url: str | None,
    proxies: tuple[str, ...],
    verbose: bool,
    by: str,
    db: Path | None,
    store: str | None,
) -> None:
    """Serve the inbox, and the A2A agent that is wanted, until Ctrl-C or SIGTERM."""
    serving = _room()
    rules = policy_in(policy) if policy else None
    url = _url(public_url) if public_url else None
    opened = store_to_keep_in(db, store)
    bound = _bound(serving, host, port)
    address = url or serving.address_of(bound, host)
    if not serving.is_loopback(bound) and (url is None or not url.startswith("https:")):
        warning = say("others can reach {host}, and plain HTTP hides no key", host=host)
        click.echo(say("plancraft: {message}", message=warning), err=True)
    _log_to_stderr(verbose)
    try:
        settings = InterruptConfig(POLICY=rules)
        sessions = [
            dataclasses.replace(session_of(graph, db, store), store=opened, settings=settings)
            for graph in graphs
        ]
        place = Place(address, host, opened, store or url_from_environment(), db, rules)
        agent = agent_for(wanted, place) if wanted else None
        app = serving.create_app(
            Desk(opened, rules),
            public_url=url,
            background=[*(one.deliver for one in sessions), *(agent.background if agent else ())],
            notifications=notifications_of(
                opened, rules, address, task_channels=agent.channels if agent else ()
            ),
            histories={one.graph.get_name(): one.look_back for one in sessions}
            | (agent.histories if agent else {}),
            research=agent.research if agent else None,
        )
        with agent.mounted(app) if agent else nullcontext():
            key = agent.key(by) if agent and serving.is_loopback(bound) else nullcontext()
            with key as token:
                announce = partial(_announce, address, opened, agent, token)
                serving.serve(app, bound, invites=by, announce=announce, proxies=proxies)
    finally:
        bound.close()
        opened.close()


def _room() -> Any:
    """The module that serves; it stands on packages that not everybody has."""
    try:
        from plancraft.app import serving
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        command = "pip install 'plancraft-hitl[server]'"
        raise Refused(say("it needs: {command}", command=command)) from error
    return serving


def _bound(serving: Any, host: str, port: int) -> socket.socket:
    try:
        bound: socket.socket = serving.bind(host, port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(
            say("cannot listen at {host}:{port}: {reason}", host=host, port=port, reason=reason)
        ) from error
    return bound


def _announce(
    address: str, store: Store, agent: Agent | None, key: str | None, token: str | None
) -> None:
    click.echo(say("Serving {store} at {address}. Ctrl-C ends.", store=store.url, address=address))
    link = f"{address}/sign-in?token={token}"
    click.echo(say("Sign in, once, within 12 hours: {link}", link=link))
    if agent is not None:
        agent.announce(key)


def _url(given: str) -> str:
    try:
        parts = urlsplit(given)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise Refused(say("--public-url is a scheme and a host, as in https://hitl.example.com"))
    return f"{parts.scheme}://{parts.netloc}"


def _log_to_stderr(verbose: bool) -> None:
    tell_trouble()
    if verbose:
        logging.getLogger("plancraft.server").setLevel(logging.INFO)
