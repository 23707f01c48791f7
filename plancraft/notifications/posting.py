"""One POST to a URL that somebody configured, and what its answer means."""

import asyncio
import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from plancraft.notifications.channels import NotNow, Undeliverable
from plancraft.notifications.cleaning import one_line

__all__ = ["TIMEOUT_SECONDS", "post", "post_to", "retry_after"]

TIMEOUT_SECONDS = 10.0
_READ_BYTES = 2048
_SHOWN = 200
_AGAIN = frozenset({408, 425, 429})
_posting: ContextVar[bool] = ContextVar("plancraft_posting", default=False)


class _Discreet(logging.Filter):
    """Keeps httpx from writing our URLs into the log: the path of a webhook is its key."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _posting.get()


logging.getLogger("httpx").addFilter(_Discreet())


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float | None = None
) -> None:
    """Send the body. Redirects are not followed, and of the answer only the beginning is read.

    Raises:
        Undeliverable: the answer says that another time would not help.
        NotNow: it says so of this time, or there was none.
    """
    seconds = seconds or TIMEOUT_SECONDS
    try:
        with _discreetly():
            async with asyncio.timeout(seconds):
                client = httpx.AsyncClient(
                    verify=_trusted(), follow_redirects=False, timeout=seconds
                )
                response, said = await _posted(client, httpx.URL(url), body, headers)
    except TimeoutError as error:
        raise NotNow(f"no answer in {seconds:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
    _judge(response, said)


async def post_to(
    addresses: Sequence[str],
    url: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float | None = None,
) -> None:
    """Send the body to the first of these addresses that takes the connection, whatever the name in
    the URL leads to, and by no proxy. What is raised quotes neither the answer nor the URL, since
    whoever named it may see to it that a header comes back in an answer.

    Raises:
        Undeliverable, NotNow: as `post`.
    """
    seconds = seconds or TIMEOUT_SECONDS
    try:
        with _discreetly():
            async with asyncio.timeout(seconds):
                response = await _posted_to(addresses, url, body, headers, seconds)
    except TimeoutError:
        raise NotNow(f"no answer in {seconds:g} seconds") from None
    except (httpx.HTTPError, OSError) as error:
        raise NotNow(type(error).__name__) from None
    _judge(response, "")


async def _posted_to(
    addresses: Sequence[str],
    url: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
) -> httpx.Response:
    named = {**headers, "Host": url.netloc.decode()}
    for number, address in enumerate(addresses, start=1):
        client = httpx.AsyncClient(
            verify=_trusted(),
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=seconds / len(addresses)),
            trust_env=False,
        )
        try:
            response, _ = await _posted(
                client, url.copy_with(host=address), body, named, sni_hostname=url.raw_host.decode()
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if number == len(addresses):
                raise
        else:
            return response
    raise NotNow("no address")


async def _posted(
    client: httpx.AsyncClient,
    url: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    **extensions: str,
) -> tuple[httpx.Response, str]:
    sent = {"Content-Type": "application/json", "User-Agent": "plancraft", **headers}
    async with (
        client,
        client.stream("POST", url, content=body, headers=sent, extensions=extensions) as response,
    ):
        said = b""
        if not response.is_success:  # what else it says is nobody's concern
            async for piece in response.aiter_raw():
                said += piece
                if len(said) >= _READ_BYTES:
                    break
        return response, one_line(said[:_READ_BYTES].decode("utf-8", "replace"), _SHOWN)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom to believe who they are; reading that takes longer than most posts."""
    return httpx.create_ssl_context()


def _judge(response: httpx.Response, said: str) -> None:
    status = response.status_code
    if response.is_success:
        return
    reason = f"HTTP {status} {said}".strip()
    if status in _AGAIN or status >= 500:
        wished = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        raise NotNow(reason, retry_after=wished)
    raise Undeliverable(reason)


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds until a server wants to hear of us again: a number, or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((date - now).total_seconds(), 0.0)


@contextmanager
def _discreetly() -> Iterator[None]:
    token = _posting.set(True)
    try:
        yield
    finally:
        _posting.reset(token)
