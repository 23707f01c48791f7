"""What every request goes through: its size, its language, its headers, and the last resort."""

import asyncio
import logging
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plancraft.locale import LANGUAGES, Language, language_of, speaking
from plancraft.server.metrics import Metrics
from plancraft.server.problems import problem_for, respond

__all__ = ["LANGUAGE_COOKIE", "LARGEST", "Envelope"]

_log = logging.getLogger("plancraft.server")
_access = logging.getLogger("plancraft.server.access")
LANGUAGE_COOKIE = "plancraft_lang"
"""Where a browser keeps the language that its reader chose."""
LARGEST = 1_000_000
"""The largest body, in bytes."""
_BODY_SECONDS = 30.0
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer, with which browsers say `Origin: null` when our own forms are sent.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every response that does not say otherwise."""


class Envelope:
    """ASGI around the application. Bodies are read before it, so that their size is known."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        with speaking(_chosen(headers) or language_of(headers.get("accept-language"))):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await self._http(scope, receive, send)
        return None

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending, began = _Sending(send), time.monotonic()
        try:
            body = await _body_of(scope, receive)
            await self._app(scope, _again(body, receive), sending)
        except _Refused as refused:
            await respond(problem_for(refused.status))(scope, receive, sending)
        except Exception:
            if sending.status:
                raise
            # The last resort: whoever asked learns that it failed, and nothing of why.
            _log.exception("unexpected_error: %s %s", scope["method"], scope["path"])
            await respond(problem_for(500))(scope, receive, sending)
        finally:
            self._note(scope, sending.status, time.monotonic() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        held = scope["path"].endswith("/wait")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.responded(method, status, seconds, held=held)
        # Never the query: a sign-in link's secret is in it.
        _access.info("%s %r %s %.1f ms", method, scope["path"], status, seconds * 1000)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Sending:
    """Sends on, with the headers that were left out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


async def _body_of(scope: Scope, receive: Receive) -> bytes:
    """Raises:
    _Refused: it is too large, or too slow in coming.
    """
    given = Headers(scope=scope).get("content-length", "0")
    if given.isdecimal() and int(given) > LARGEST:
        raise _Refused(413)
    if scope["method"] in ("GET", "HEAD"):
        return b""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while True:
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LARGEST:
                    raise _Refused(413)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise _Refused(408) from None


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, and then whatever comes after it."""
    given = False

    async def give() -> Any:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        while True:
            message = await receive()
            if message["type"] != "http.request":  # what is left of a body that nobody reads
                return message

    return give


def _chosen(headers: Headers) -> Language | None:
    """The language that was chosen on a page."""
    kept = cookie_parser(headers.get("cookie", "")).get(LANGUAGE_COOKIE)
    return next((one for one in LANGUAGES if one == kept), None)
