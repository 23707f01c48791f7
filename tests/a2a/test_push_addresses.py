"""A client's URL leads to the public internet by https, or nothing is sent there."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from plancraft.a2a.pushing import is_allowed, screened
from plancraft.a2a.pushing_addresses import allowed_hosts
from plancraft.errors import InvalidSettings
from plancraft.notifications import NotNow, Undeliverable

Resolver = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Says what names lead to; numbers are read as usual, nobody else is asked."""
    usual, known = socket.getaddrinfo, dict[str, list[str]]()

    def resolved(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        if host not in known:
            flags = named.pop("flags", 0) | socket.AI_NUMERICHOST
            return usual(host, port, *rest, flags=flags, **named)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port))
            for one in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return known.update


def refusal(url: str, *allow: str) -> str:
    with pytest.raises(Undeliverable) as refused:
        asyncio.run(screened(url, allow))
    return str(refused.value)


INWARDS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
    "0.0.0.0", "0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:8.8.8.8]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]",
    "[2001:0:1::1]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd12::1]", "[ff02::1]",
    "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[100::1]",
]  # fmt: skip


@pytest.mark.parametrize("host", INWARDS)
def test_numbers_that_lead_inwards_are_refused(names: Resolver, host: str) -> None:
    assert refusal(f"https://{host}/hook") in (
        "the URL's host is not on the public internet",
        "the URL is none",
    )
    assert not asyncio.run(is_allowed(f"https://{host}/hook"))


@pytest.mark.parametrize("address", [host.strip("[]") for host in INWARDS if host[0] != "0"])
def test_names_that_lead_inwards_are_refused(names: Resolver, address: str) -> None:
    if address in ("127.1", "2130706433"):
        address = "127.0.0.1"
    names({"hooks.example": [address]})
    assert "public internet" in refusal("https://hooks.example/hook")


def test_one_address_inwards_among_public_ones_is_enough(names: Resolver) -> None:
    names({"hooks.example": ["93.184.216.34", "10.0.0.1"]})
    assert "public internet" in refusal("https://hooks.example/hook")


@pytest.mark.parametrize("name", ["localhost", "localhost.", "LOCALHOST", "sub.localhost"])
def test_this_machine_by_name_is_refused(names: Resolver, name: str) -> None:
    names({one: ["127.0.0.1", "::1"] for one in ("localhost", "localhost.", "sub.localhost")})
    assert "public internet" in refusal(f"https://{name}/hook")


@pytest.mark.parametrize("zone", ["fe80::1%eth0", "fe80::1%2"])
def test_a_zone_makes_no_address_public(names: Resolver, zone: str) -> None:
    names({"hooks.example": [zone, "2606:4700::1111"]})
    assert "public internet" in refusal("https://hooks.example/hook")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example/hook", "https"),
        ("ftp://hooks.example/hook", "https"),
        ("file:///etc/passwd", "https"),
        ("javascript:alert(1)", "https"),
        ("//hooks.example/hook", "https"),
        ("hooks.example/hook", "https"),
        ("", "https"),
        ("https://user:password@hooks.example/", "password"),
        ("https://user@hooks.example/", "password"),
        ("https://hooks.example\\@127.0.0.1/", "password"),
        ("https:///hook", "no host"),
        ("https://hooks.example:0/", "no host"),
        ("https://hooks.example:99999/", "no host"),
        ("https://hooks%2eexample/", "no host"),
        ("https://hooks.example\r\nX: y/", "none"),
        ("https://[::1/", "none"),
        ("https://①②⑦.0.0.1/", "none"),
    ],
)
def test_what_is_no_plain_https_url_is_refused(names: Resolver, url: str, why: str) -> None:
    names({"hooks.example": ["93.184.216.34"]})
    said = refusal(url)
    assert why in said
    assert "example" not in said
    assert not asyncio.run(is_allowed(url))


def test_a_public_host_is_taken_with_the_addresses_that_were_looked_at(names: Resolver) -> None:
    names({"hooks.example": ["2606:4700::1111", "93.184.216.34", "93.184.216.34"]})
    found = asyncio.run(screened("https://hooks.example:8443/a?b=c"))
    assert found.addresses == ("2606:4700::1111", "93.184.216.34")
    assert str(found.url) == "https://hooks.example:8443/a?b=c"
    assert asyncio.run(is_allowed("https://hooks.example/hook"))
    assert asyncio.run(is_allowed("https://8.8.8.8/"))


@pytest.mark.parametrize("name", ["nowhere.invalid", "a..example", "x" * 70 + ".example"])
def test_a_name_that_leads_nowhere_is_for_later_when_sending_and_refused_when_set(
    names: Resolver, name: str
) -> None:
    with pytest.raises(NotNow, match="leads nowhere"):
        asyncio.run(screened(f"https://{name}/"))
    assert not asyncio.run(is_allowed(f"https://{name}/"))


def test_a_name_server_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    answer = threading.Event()
    monkeypatch.setattr("plancraft.a2a.pushing_addresses._RESOLVE_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer.wait(30) and [])
    with pytest.raises(NotNow):
        asyncio.run(screened("https://hooks.example/"))
    answer.set()


def test_a_host_of_ones_own_is_let_through_at_its_port(
    names: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names({"hooks.internal": ["10.1.2.3"], "hooks.internal.": ["10.1.2.3"]})
    monkeypatch.setenv("PLANCRAFT_A2A_PUSH_ALLOW", "hooks.internal:8443, 127.0.0.1 ,::1,[::1]:8443")
    yes = (
        "https://hooks.internal:8443/x", "http://HOOKS.internal.:8443/x", "http://127.0.0.1/",
        "http://127.0.0.1:9/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/",
    )  # fmt: skip
    no = (
        "https://hooks.internal/x", "http://hooks.internal/x", "https://2130706433/",
        "https://127.0.0.2/", "https://[::1:8443]/", "https://x.hooks.internal:8443/", "http://a:b@127.0.0.1/",
    )  # fmt: skip
    assert [url for url in yes if not asyncio.run(is_allowed(url))] == []
    assert [url for url in no if asyncio.run(is_allowed(url))] == []


def test_the_allow_list_is_read_from_the_environment() -> None:
    given = " Hooks.Internal , 10.0.0.1:80,[::1]:8080,0:0:0:0:0:0:0:1,, a.example."
    assert allowed_hosts({"PLANCRAFT_A2A_PUSH_ALLOW": given}) == {
        "hooks.internal", "10.0.0.1:80", "[::1]:8080", "[::1]", "a.example",
    }  # fmt: skip
    assert allowed_hosts({}) == frozenset()


@pytest.mark.parametrize(
    "entry", ["https://a.example", "a.example/x", "a b", "u@a.example", "a:b", "*.example", "[x]"]
)
def test_an_entry_that_is_no_host_is_named(entry: str) -> None:
    with pytest.raises(InvalidSettings, match="PLANCRAFT_A2A_PUSH_ALLOW"):
        allowed_hosts({"PLANCRAFT_A2A_PUSH_ALLOW": f"a.example,{entry}"})
