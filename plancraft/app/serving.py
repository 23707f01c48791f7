"""The served application on a socket, until it is told to end."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from plancraft.errors import StoreUnavailable
from plancraft.server.app import create_app
from plancraft.server.service import Service

__all__ = ["address_of", "bind", "create_app", "is_loopback", "serve", "server_of"]

_log = logging.getLogger("plancraft.server")
_GRACE_SECONDS = 5
_MESSAGE_BYTES = 65_536
_FLUSH_SECONDS = 2.0
_BACKLOG = 2048
_HEAD_BYTES, _HEAD_SECONDS = 65_536, 15.0
"""How large the head of a request may be, and how long it may take to come."""
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)


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
    app: FastAPI,
    bound: socket.socket,
    *,
    invites: str | None = None,
    announce: Callable[[str | None], None] = lambda token: None,
    proxies: Sequence[str] = (),
) -> None:
    """Serve until Ctrl-C or SIGTERM: whoever waits is let go, WebSockets are closed.

    Args:
        app: As `create_app` makes it.
        bound: Where, as `bind` gives it.
        invites: The reviewer for whom there is a link to sign in with.
        announce: Called with the link's token, before anybody is served.
        proxies: The IP addresses of proxies whose X-Forwarded-For is believed.

    Raises:
        StoreUnavailable: the store cannot be reached even at the beginning.
        NameRefused: `invites` is an agent's name.
    """
    service: Service = app.state.service
    service.store.head()
    token = None
    if invites is not None:
        service.sessions.forget_expired()
        token = service.sessions.invite(invites)
    announce(token)
    try:
        server_of(app, proxies).run([bound])
    finally:
        if token is not None:
            with suppress(StoreUnavailable):
                service.sessions.withdraw(token)


def server_of(app: FastAPI, proxies: Sequence[str] = ()) -> uvicorn.Server:
    """The server that `serve` runs, for whoever runs it otherwise."""
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    _allow_many_connections()
    config = uvicorn.Config(
        app,
        http=_Http,
        ws=_Socket,
        ws_max_size=_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,  # it has queries in it, and a link's secret is in a query
        server_header=False,
        # Without a proxy that is known, anybody could say to come from anywhere.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config, app.state.service.stop)


def _is_news(record: logging.LogRecord) -> bool:
    """Not of a WebSocket that was refused: strangers would fill the log."""
    return "without completing handshake" not in record.getMessage()


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


class _Http(HttpToolsProtocol):
    """HTTP whose head is neither endless nor endlessly slow; bodies have limits of their own."""

    _head_size = 0
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._late = self.loop.call_later(_HEAD_SECONDS, self._too_late)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._head_size += len(data) if self._in_head else 0
        if self._head_size > _HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        self._in_head, self._head_size = True, 0
        self._late.cancel()
        self._late = self.loop.call_later(_HEAD_SECONDS, self._too_late)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head, self._head_size = False, 0
        self._late.cancel()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._late.cancel()
        super().connection_lost(exc)

    def _too_late(self) -> None:
        self.transport.close()


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
