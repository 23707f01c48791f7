"""What should not have been sent is refused with a 4xx, and learns nothing of the inside."""

import json
import logging
from typing import Any

import pytest

from plancraft import errors
from plancraft.errors import PlancraftError, StoreUnavailable
from plancraft.server.problems import STATUSES
from tests.server.running import Inside

DEEP = b'{"title":"t","content":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _post(inside: Inside, body: bytes, kind: str = "application/json") -> Any:
    headers = {"Content-Type": kind}
    return inside.call("POST", "/api/approvals", "agent", content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"title":"t"}',
        b'{"title":"","content":"x"}',
        b'{"title":"t","content":NaN}',
        b'{"title":"t","content":1e999}',
        b'{"title":"t","content":{"a":-1e999}}',
        b'{"title":"t","content":"a\\u0000b"}',
        b'{"title":"t\\u0000","content":"x"}',
        b'{"title":"t","content":{"a\\u0000":1}}',
        b'{"title":"t","content":"\\ud800"}',
        b'\xff\xfe{"title":1}',
        b'{"title":"t","content":"x","unknown":1}',
        b'{"title":"t","content":"x","status":"approved"}',
        b'{"title":"t","content":"x","priority":6}',
        b'{"title":"t","content":"x","priority":true}',
        b'{"title":"t","content":"x","priority":"1"}',
        b'{"title":"t","content":"x","timeout":0}',
        b'{"title":"t","content":"x","timeout":1e300}',
        b'{"title":"t","content":"x","timeout":99999}',
        b'{"title":"t","content":"x","type":"odd"}',
        b'{"title":"t","content":"x","editable":["nothing"]}',
        DEEP,
        json.dumps({"title": "t", "content": "[" * 100_000}).encode(),
        json.dumps({"title": "t", "content": "[" * 90 + "]" * 90}).encode(),
        json.dumps({"title": "t", "content": '{"a": NaN}'}).encode(),
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_a_body_that_is_not_a_request_is_refused(inside: Inside, body: bytes) -> None:
    refused = _post(inside, body)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"]
    assert inside.store.head().seq == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read_as_json(inside: Inside, kind: str) -> None:
    assert _post(inside, b'{"title":"t","content":"x"}', kind).status_code == 422


def test_what_people_write_is_kept_as_it_is(inside: Inside) -> None:
    title = "승인? 🙂 <script>alert(1)</script> '; DROP TABLE plancraft_requests; --"
    asked = inside.ask("agent", title, content={"ключ": [None, 1.5, "\u2028"], "n": 2**53})
    assert asked["title"] == title
    assert json.loads(asked["content"]) == {"ключ": [None, 1.5, "\u2028"], "n": 2**53}


def test_a_large_body_is_not_read(inside: Inside) -> None:
    body = json.dumps({"title": "t", "content": "x" * 1_000_000}).encode()
    assert _post(inside, body).status_code == 413

    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    refused = inside.call("POST", "/api/approvals", "agent", content=endless())
    assert (refused.status_code, refused.json()["title"]) == (413, "Request Entity Too Large")
    fits = json.dumps({"title": "t", "content": "x" * 999_000}).encode()
    assert _post(inside, fits).status_code == 201


@pytest.mark.parametrize("id_", ["decide", "x", "ABCDEF0123", "..%2f..%2fetc", "a" * 65, "%00"])
def test_an_id_that_is_none_is_not_found(inside: Inside, id_: str) -> None:
    for end in ("", "/events", "/wait"):
        assert inside.call("GET", f"/api/approvals/{id_}{end}", "mina").status_code in (404, 405)


@pytest.mark.parametrize("timeout", ["61", "-1", "nan", "inf", "x"])
def test_nobody_is_held_for_ever(inside: Inside, timeout: str) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    assert inside.call("GET", f"{place}/wait?timeout={timeout}", "agent").status_code == 422


def test_every_error_has_its_status() -> None:
    every = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, PlancraftError) and one is not PlancraftError
    }
    assert set(STATUSES) == every


def test_the_store_being_down_is_said_and_nothing_more(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"

    def down(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("postgresql://inner-host/db", "password of root is wrong")

    with monkeypatch.context() as patched:
        for name in ("commit", "get", "find", "record", "head"):
            patched.setattr(inside.store, name, down)
        for method, path, who in (
            ("POST", f"{place}/approve", "mina"),
            ("GET", "/api/approvals/pending", "mina"),
            ("GET", "/readyz", None),
        ):
            refused = inside.call(method, path, who)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "1"
            assert "inner-host" not in refused.text + str(refused.headers)
            assert "password" not in refused.text
        assert inside.call("GET", "/healthz").status_code == 200
    assert inside.call("GET", "/readyz").status_code == 200
    assert inside.call("GET", place, "mina").json()["status"] == "pending"


def test_an_error_nobody_thought_of_shows_nothing_of_itself(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr(inside.store, "find", broken)
    with caplog.at_level(logging.ERROR, "plancraft.server"):
        refused = inside.call("GET", "/api/approvals/pending", "mina")
    assert (refused.status_code, refused.json()["title"]) == (500, "Internal Server Error")
    assert "inside of the house" not in refused.text
    assert "inside of the house" in caplog.text
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


def test_every_response_is_kept_from_frames_caches_and_guesses(inside: Inside) -> None:
    for path in ("/healthz", "/nothing", "/sign-in", "/api/approvals/pending"):
        headers = inside.call("GET", path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers


def test_no_other_site_is_told_that_it_may(inside: Inside) -> None:
    headers = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    answer = inside.call("OPTIONS", "/api/approvals", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_no_secret_is_logged(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    link = inside.sessions.invite("jun")
    with caplog.at_level(logging.DEBUG):
        inside.call("GET", f"/sign-in?token={link}")
        inside.call("POST", "/sign-in", data={"token": link})
        inside.call("POST", "/sign-in", json={"key": inside.tokens["mina"]})
        inside.call("GET", "/api/approvals/pending?text=abc", "mina")
        inside.call("GET", "/api/approvals/pending", "pc_reviewer_forged")
    said = "\n".join(one.getMessage() for one in caplog.records if one.name != "httpx")
    assert "/sign-in" in said
    for secret in (link, inside.tokens["mina"], "pc_session", "forged", "text=abc"):
        assert secret not in said
