"""Where a push notification may go. A client names the URL, so it must not lead into one's own
network."""

import asyncio
import os
import re
import socket
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from plancraft.errors import InvalidSettings
from plancraft.locale import say
from plancraft.notifications import NotNow, Undeliverable

__all__ = ["ALLOW", "Destination", "allowed_hosts", "is_allowed", "screened"]

ALLOW = "PLANCRAFT_A2A_PUSH_ALLOW"
_PORTS = {"http": 80, "https": 443}
_REACHED = frozenset({None, *range(1, 65536)})
_ENTRY = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z_.-]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_RESOLVE_SECONDS = 5.0
_MOST_ADDRESSES = 4
_names = ThreadPoolExecutor(8, "plancraft-names")
"""A slow name server of a client's holds up these threads, not those that wait for the store."""

_SPECIAL_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_UNICAST_6 = IPv6Network("2000::/3")
"""All that was given out (IANA, IPv6 address space): mapped IPv4, NAT64, one's own lie outside."""
_SPECIAL_6 = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)
"""Here as above: what leads elsewhere by a gateway, or some Python's ipaddress takes for public."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL, and the addresses that were found fit for it. A connection goes to one of them: asked
    once more, the name could lead elsewhere."""

    url: httpx.URL
    addresses: tuple[str, ...]


async def screened(url: str, allow: Collection[str] = ()) -> Destination:
    """Where the URL leads, if something may be sent there: by https to public addresses, or to a
    host that is allowed.

    Args:
        url: As a client named it.
        allow: Hosts, each with or without a port, as `allowed_hosts` reads them.

    Raises:
        Undeliverable: nothing is ever sent there. The message names no part of the URL.
        NotNow: the host's name leads nowhere at the moment.
    """
    parsed = _parsed(url)
    port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    name = _plain(parsed.raw_host.decode())
    is_named = name in allow or f"{name}:{port}" in allow
    if parsed.scheme != "https" and not is_named:
        raise Undeliverable("the URL does not start with https://")
    addresses = await _addresses(parsed.raw_host.decode(), port)
    if not is_named and not all(map(_is_public, addresses)):
        raise Undeliverable("the URL's host is not on the public internet")
    return Destination(parsed, addresses[:_MOST_ADDRESSES])


async def is_allowed(url: str) -> bool:
    """Whether push notifications may go to this URL, as things are: for `push_url_validator`."""
    try:
        await screened(url, allowed_hosts())
    except (Undeliverable, NotNow):
        return False
    return True


def allowed_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """The hosts of one's own network that notifications may go to, as the environment says.

    Raises:
        InvalidSettings: one of them is not a host, with or without a port.
    """
    entries = environment.get(ALLOW, "").split(",")
    return frozenset(_entry(entry.strip()) for entry in entries if entry.strip())


def _entry(text: str) -> str:
    found = _ENTRY.fullmatch(f"[{text}]" if text.count(":") > 1 and "[" not in text else text)
    if found is None:
        problem = say("it is hosts separated by commas, such as hooks.internal:8443")
        raise InvalidSettings(ALLOW, problem)
    name, port = _plain(found[1].strip("[]")), found[2]
    return name if port is None else f"{name}:{int(port)}"


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Undeliverable("the URL is none") from None
    if parsed.scheme not in _PORTS:
        raise Undeliverable("the URL does not start with https://")
    if parsed.userinfo:
        raise Undeliverable("the URL holds a name or a password")
    if not parsed.raw_host or b"%" in parsed.raw_host or parsed.port not in _REACHED:
        raise Undeliverable("the URL names no host that can be reached")
    return parsed


def _plain(host: str) -> str:
    """The host as it is compared: one spelling for each, to which a port may be added."""
    host = host.lower().removesuffix(".")
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 6 else str(address)


async def _addresses(host: str, port: int) -> tuple[str, ...]:
    """All that the name leads to now, each once."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            found = await loop.run_in_executor(_names, _resolved, host, port)
    except (OSError, UnicodeError):  # a timeout is an OSError
        found = ()
    if not found:
        raise NotNow("the name of the URL's host leads nowhere")
    return found


def _resolved(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _is_public(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv6Address):
        return address in _UNICAST_6 and not any(address in net for net in _SPECIAL_6)
    return not any(address in net for net in _SPECIAL_4)
