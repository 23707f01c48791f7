"""The served application on a socket, until it is told to end."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from plancraft.access import Sessions
from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.errors import StoreUnavailable
from plancraft.server.app import Background, create_app
from plancraft.server.service import LookBack

__all__ = ["address_of", "bind", "is_loopback", "serve"]

_log = logging.getLogger("plancraft.server")
_GRACE_SECONDS = 5
_MESSAGE_BYTES = 65_536
_FLUSH_SECONDS = 2.0
_BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises:
        OSError: the port is taken, or the host is not one of this machine's.
    """
    family, kind, protocol, _, place = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        # From now on, so that no second server takes the port before this one is ready.
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def address_of(bound: socket.socket, host: str) -> str:
    """The URL at which a browser of this machine reaches it."""
    port = bound.getsockname()[1]
    if host in ("0.0.0.0", "::", ""):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(bound: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ipaddress.ip_address(bound.getsockname()[0]).is_loopback


def serve(
    store: Store,
    bound: socket.socket,
    *,
    policy: HITLPolicy | None = None,
    public_url: str | None = None,
    invites: str | None = None,
    announce: Callable[[str | None], None] = lambda token: None,
    background: Sequence[Background] = (),
    histories: Mapping[str, LookBack] | None = None,
) -> None:
    """Serve the store until Ctrl-C or SIGTERM: whoever waits is let go, WebSockets are closed.

    Args:
        store: Whose requests.
        bound: Where, as `bind` gives it.
        policy: What is frozen on new requests.
        public_url: Where people reach it, when not there.
        invites: The reviewer for whom there is a link to sign in with.
        announce: Called with the link's token, before anybody is served.
        background: What runs beside it, as workers of graphs do; started again when it fails.
        histories: By graph, how to look at the past of its threads.

    Raises:
        StoreUnavailable: the store cannot be reached even at the beginning.
        NameRefused: `invites` is an agent's name.
    """
    store.head()
    sessions = Sessions(store)
    token = None
    if invites is not None:
        sessions.forget_expired()
        token = sessions.invite(invites)
    app = create_app(
        Desk(store, policy), public_url=public_url, background=background, histories=histories
    )
    announce(token)
    _allow_many_connections()
    config = uvicorn.Config(
        app,
        ws=_Socket,
        ws_max_size=_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,  # it has queries in it, and a link's secret is in a query
        server_header=False,
        proxy_headers=False,  # anybody could say to come from anywhere
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    try:
        _Server(config, app.state.service.stop).run([bound])
    finally:
        if token is not None:
            with suppress(StoreUnavailable):
                sessions.withdraw(token)


class _Server(uvicorn.Server):
    """Ends with a return, not with a signal, and lets go of who waits before it waits for them."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)


class _Socket(WebSocketsSansIOProtocol):
    """A WebSocket whose connection ends with its handler, even if nobody reads what is left."""

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        self.loop.call_later(_FLUSH_SECONDS, self.transport.abort)


def _allow_many_connections() -> None:
    """As many open files as this user may have; each who waits holds one."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
