"""Servers on loopback that receive what plancraft sends, and behave as badly as they are told."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

__all__ = ["Hit", "HttpServer", "Mailbox", "eventually", "http_server", "mailbox"]


def eventually(what: Callable[[], Any], seconds: float = 30) -> Any:
    """What the function returns once that is true."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


@dataclass
class Mailbox:
    """An SMTP server. `refusals` are replies to RCPT by address."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    data_reply: str = "250 OK"
    logins: list[tuple[str, str, bool]] = field(default_factory=list)
    """Names and passwords that came, and whether nobody could read them on the way."""
    encrypted: list[bool] = field(default_factory=list)
    """Whether each message came by TLS."""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data_reply.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
            self.encrypted.append(session.ssl is not None)
        return self.data_reply

    def log_in(
        self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any
    ) -> AuthResult:
        """Anybody may."""
        name, password = given.login.decode(), given.password.decode()
        self.logins.append((name, password, session.ssl is not None))
        return AuthResult(success=True)

    def to(self, address: str) -> EmailMessage:
        """The one message to this address."""
        (found,) = (
            message
            for message, (_, to) in zip(self.messages, self.envelopes, strict=True)
            if to == [address]
        )
        return found


class AnyPort(Controller):
    """Listens at a port that is free, and knows which one it is."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """A running SMTP server that takes logins, in the clear as well; with STARTTLS if given."""
    box = Mailbox()
    controller = AnyPort(
        box,
        hostname="127.0.0.1",
        port=0,
        ready_timeout=60,
        authenticator=box.log_in,
        auth_require_tls=False,
        tls_context=tls,
    )
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


@dataclass(frozen=True)
class Hit:
    """One POST that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """An HTTP server. Each POST takes the next of `answers`, then all get 200."""

    port: int = 0
    hits: list[Hit] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    always: tuple[int, dict[str, str]] = (200, {})
    stuck: str = ""
    """POSTs to this path get no answer until `let_go`."""
    let_go: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits]


@contextmanager
def http_server() -> Iterator[HttpServer]:
    """A running HTTP server."""
    told = HttpServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.hits.append(Hit(self.path, headers, body))
            if told.stuck and self.path == told.stuck:
                told.let_go.wait(60)
            status, extra = told.answers.popleft() if told.answers else told.always
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"no" if status >= 300 else b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:  # who asked has gone
            pass

    server = Server(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
