"""Ways around a policy, a person or a limit that somebody tried once, and that stay closed."""

import socket
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from plancraft.access import Role
from plancraft.approvals import HITLPolicy, Rule
from plancraft.errors import NameRefused, UnknownKey
from plancraft.stores import open_store
from tests.server.running import Browser, Inside, Outside

PAY = {
    "type": "object",
    "required": ["amount"],
    "properties": {"amount": {"type": "number", "maximum": 1000}},
}
POLICY = HITLPolicy(
    auto_approve_low_risk=True,
    tools={
        "search": Rule(risk="low"),
        "pay": Rule(risk="high", content_schema=PAY),
        "two": Rule(needed=2),
    },
)


@pytest.fixture
def inside(tmp_path: Path) -> Any:
    with closing(open_store(str(tmp_path / "store.db"))) as store:
        inside = Inside(store, POLICY)
        for name, role in (("bot", "agent"), ("mina", "reviewer"), ("joon", "reviewer")):
            inside.key(name, Role(role))
        inside.start()
        yield inside
        inside.stop()


def decide(inside: Inside, id_: str, how: str, body: dict[str, Any], who: str = "mina") -> int:
    return inside.call("POST", f"/api/approvals/{id_}/{how}", who, json=body).status_code


def many(inside: Inside, **one: Any) -> int:
    body = {"decisions": [one]}
    answer = inside.call("POST", "/api/approvals/decide", "mina", json=body)
    return int(answer.json()["results"][0]["status"])


@pytest.mark.parametrize("amount", [5000, -1e9, "much", None])
def test_an_edit_is_held_to_the_policy_on_every_way_in(inside: Inside, amount: Any) -> None:
    asked = inside.ask("bot", tool="pay", content={"amount": 300}, editable=["amount"])
    edit = {"decision": "edit", "content": {"amount": amount}}
    wrong = amount != -1e9  # which the schema allows
    expected = {422} if wrong else {200, 409}
    assert decide(inside, asked["id"], "approve", {"edits": {"amount": amount}}) in expected
    assert decide(inside, asked["id"], "answer", {"answer": edit}) in expected
    assert many(inside, id=asked["id"], action="answer", answer=edit) in expected
    assert inside.desk.get(asked["id"]).is_open is wrong


def test_an_edit_does_not_make_another_tool_of_it(inside: Inside) -> None:
    content = {"tool": "other", "amount": 300}
    asked = inside.ask("bot", content=content, editable=["amount", "tool"])
    edit = {"decision": "edit", "content": {"tool": "two", "amount": 1}}
    assert decide(inside, asked["id"], "approve", {"edits": {"tool": "two"}}) == 422
    assert decide(inside, asked["id"], "answer", {"answer": edit}) == 422
    text = inside.ask("bot", "Text", content="hello", editable=["content"])
    assert decide(inside, text["id"], "approve", {"edits": '{"tool": "two"}'}) == 422
    assert decide(inside, text["id"], "approve", {"edits": "good bye"}) == 200


def test_an_edit_that_says_two_things_spoils_only_itself(inside: Inside) -> None:
    ids = [inside.ask("bot", f"T{n}", content="please", editable=["content"])["id"] for n in "abc"]
    twice = '{"a": 1, "a": 2}'
    assert decide(inside, ids[1], "approve", {"edits": twice}) == 422
    decisions: list[dict[str, Any]] = [{"id": id_, "action": "approve"} for id_ in ids]
    decisions[1]["edits"] = twice
    body = {"decisions": decisions}
    answer = inside.call("POST", "/api/approvals/decide", "mina", json=body)
    assert [one["status"] for one in answer.json()["results"]] == [200, 422, 200]


def test_votes_are_for_what_their_voters_saw(inside: Inside) -> None:
    asked = inside.ask("bot", tool="two", content={"amount": 300}, editable=["amount"])
    assert decide(inside, asked["id"], "approve", {"edits": {"amount": 1}}) == 422
    assert decide(inside, asked["id"], "approve", {}) == 200
    assert decide(inside, asked["id"], "approve", {"edits": {"amount": 300_000}}, "joon") == 422
    assert decide(inside, asked["id"], "approve", {}, "joon") == 200
    decision = inside.desk.get(asked["id"]).decision
    assert decision is not None
    assert decision.answer["content"] is None


def test_one_person_is_one_however_the_name_is_written(inside: Inside) -> None:
    asked = inside.ask("bot", tool="two", content="x")
    assert decide(inside, asked["id"], "approve", {}) == 200
    browser = Browser(inside)
    browser.sign_in(token=inside.sessions.invite("Mina"))
    again = browser.call("POST", f"/api/approvals/{asked['id']}/approve")
    assert again.status_code == 409
    assert [vote.by for vote in inside.desk.get(asked["id"]).votes] == ["mina"]
    inside.desk.approve(inside.desk.open("general", "Own", "x", requested_by="joon").id, by="mina")
    own = inside.desk.open("general", "Own", "x", requested_by="JOON")
    assert decide(inside, own.id, "approve", {}, "joon") == 403


@pytest.mark.parametrize("sign", ["\u034f", "\ufe0f", "\u3164", "\u115f", "\u200b", "\u00ad"])
def test_no_name_differs_by_what_nobody_sees(inside: Inside, sign: str) -> None:
    for name in (f"mina{sign}", sign):
        with pytest.raises(NameRefused):
            inside.keys.add(name, Role.REVIEWER)


def test_a_revoked_reviewer_is_out_of_every_session(inside: Inside) -> None:
    by_link, by_key, unused = Browser(inside), Browser(inside), inside.sessions.invite("mina")
    by_link.sign_in(token=inside.sessions.invite("mina"))
    by_key.sign_in(key=inside.tokens["mina"])
    inside.keys.revoke("MINA")
    for browser in (by_link, by_key):
        assert browser.call("GET", "/api/me").status_code == 401
    assert Browser(inside).sign_in(token=unused).status_code == 401
    stranger = Browser(inside)
    stranger.sign_in(token=inside.sessions.invite("owner"))
    inside.keys.revoke("owner")  # who has no key, as whoever opened the link that serve prints
    assert stranger.call("GET", "/api/me").status_code == 401
    with pytest.raises(UnknownKey):
        inside.keys.revoke("owner")


@pytest.mark.parametrize(
    "changed", [{"tool": "pay"}, {"priority": 2}, {"context": {"a": 1}}, {"timeout": 10}]
)
def test_an_idempotency_key_is_for_one_request(inside: Inside, changed: dict[str, Any]) -> None:
    body = {"title": "q", "content": {"amount": 3}, "tool": "search"}
    key = {"Idempotency-Key": "k"}
    first = inside.call("POST", "/api/approvals", "bot", json=body, headers=key)
    same = inside.call("POST", "/api/approvals", "bot", json=body, headers=key)
    assert (first.status_code, same.status_code) == (201, 200)
    other = inside.call("POST", "/api/approvals", "bot", json={**body, **changed}, headers=key)
    assert other.status_code == 422


def test_a_text_that_says_two_things_is_refused(inside: Inside) -> None:
    twice = '{"tool": "pay", "amount": 1, "tool": "search"}'
    sent = {"title": "q", "content": twice}
    assert inside.call("POST", "/api/approvals", "bot", json=sent).status_code == 422
    for fine in ("NaN", "Infinity", "-Infinity is far"):
        assert inside.ask("bot", content=fine)["content"] == fine
    sent = {"title": "q", "content": '{"a": NaN}'}
    assert inside.call("POST", "/api/approvals", "bot", json=sent).status_code == 422


@pytest.mark.parametrize(
    "rule",
    [
        {"needed": 2, "deciders": ("mina",)},
        {"content_schema": {"type": 5}},
        {"timeout": float("inf")},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_once(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"deciders|needed|content_schema|timeout"):
        Rule(**rule)


def _received(connection: socket.socket) -> bytes:
    found = b""
    try:
        while part := connection.recv(4096):
            found += part
    except (ConnectionError, TimeoutError):
        pass
    return found


def test_the_head_of_a_request_is_not_endless(outside: Outside) -> None:
    with socket.create_connection(("127.0.0.1", outside.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"X-Filler: " + b"x" * 8000 + b"\r\n")
                time.sleep(0.002)
        except ConnectionError:
            pass
        answer = _received(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    with socket.create_connection(("127.0.0.1", outside.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert _received(connection).startswith(b"HTTP/1.1 200")


def test_a_head_that_never_ends_is_cut(outside: Outside) -> None:
    with socket.create_connection(("127.0.0.1", outside.port), timeout=40) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert _received(connection) == b""
