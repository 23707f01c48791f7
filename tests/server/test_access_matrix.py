"""Everybody × every route × whose request it is: what is let in is written here, in one place."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from plancraft.access import Permission, Role
from plancraft.access.permits import GRANTS
from plancraft.access.tokens import hash_of
from plancraft.approvals import ApprovalStatus, Changes, Record
from plancraft.approvals.desk import Desk
from plancraft.server.app import create_app
from plancraft.server.asking import permission_of, refuse_undeclared, routes_of
from plancraft.stores.memory import MemoryStore
from tests.server.running import Browser, Inside

APP = create_app(Desk(MemoryStore()))
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/hitl/language"),
    ("POST", "/slack/actions"),
    ("GET", "/hitl/static/{name}"),
}
PAGES: dict[str, tuple[dict[str, str], int]] = {
    "/hitl/requests/{request_id}/decide": ({"action": "approve"}, 303),
    "/hitl/requests/{request_id}/undo": ({}, 409),
    "/hitl/requests/{request_id}/claim": ({}, 303),
    "/hitl/requests/{request_id}/extend": ({"seconds": "1"}, 303),
    "/hitl/requests/{request_id}/preview": ({}, 422),
    "/hitl/messages": ({}, 404),
    "/hitl/messages/retry": ({}, 404),
    "/hitl/messages/drop": ({}, 404),
}
"""The forms of the pages, and what a reviewer gets for them; nobody sends messages here."""
BODIES: dict[str, Any] = {
    "/api/approvals": {"title": "Plan", "content": "text"},
    "/answer": {"answer": {"decision": "approve", "reason": None, "content": None}},
    "/reject": {"reason": "no"},
    "/extend": {"seconds": 1},
    "/decide": {"decisions": [{"id": "ID", "action": "approve"}]},
    "/looking": {"id": "ID"},
}
DECIDING = ("/approve", "/reject", "/answer", "/extend", "/decide")
ASKING = "/api/approvals"
ROUTES = sorted(
    (method, re.sub(r"\{(\w+)[^}]*\}", r"{\1}", route.path))
    for route in routes_of(APP.routes)
    if isinstance(route, APIRoute)
    for method in route.methods
)
GUARDED = [route for route in ROUTES if route not in PUBLIC and route[1] != "/sign-out"]
UNKNOWN = ["nobody", "forged", "revoked", "expired session", "revoked session", "basic"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    from plancraft.stores import open_store

    inside = Inside(open_store(str(tmp_path_factory.mktemp("matrix") / "store.db")))
    for name, role in (("owner", "agent"), ("other", "agent"), ("gone", "agent")):
        inside.key(name, Role(role))
    for name in ("reviewer", "left", "fired"):
        inside.key(name, Role.REVIEWER)
    inside.start()
    yield inside
    inside.stop()


def _headers(inside: Inside, who: str) -> dict[str, str]:
    """What somebody whom nobody knows sends."""
    match who:
        case "forged":
            return {"Authorization": "Bearer pc_reviewer_" + "A" * 43}
        case "revoked":
            if any(key.name == "gone" for key in inside.keys.list()):
                inside.keys.revoke("gone")
            return {"Authorization": f"Bearer {inside.tokens['gone']}"}
        case "basic":
            return {"Authorization": f"Basic {inside.tokens['reviewer']}"}
        case "expired session":
            token, session = inside.sessions.open_by_link(inside.sessions.invite("reviewer"))
            over = session.model_copy(update={"expires_at": datetime.now(UTC) - timedelta(1)})
            record = Record("session", hash_of(token), over.model_dump_json())
            inside.store.commit(Changes(records=[record]), durable=True)
            return {"Cookie": f"plancraft_session={token}"}
        case "revoked session":
            if "fired session" not in inside.tokens:
                opened, _ = inside.sessions.open_by_key(inside.tokens["fired"])
                inside.tokens["fired session"] = opened
                inside.keys.revoke("fired")
            return {"Cookie": f"plancraft_session={inside.tokens['fired session']}"}
    return {}


def _sent(inside: Inside, path: str) -> tuple[str, dict[str, Any], str]:
    """The path to a fresh request of the agent `owner`, and a body that fits."""
    request = inside.desk.open("general", "Plan", "text", requested_by="owner")
    body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
    if "decisions" in body:
        body = {"decisions": [{"id": request.id, "action": "approve"}]}
    if "id" in body:
        body = {"id": request.id}
    return path.replace("{request_id}", request.id), body, request.id


def _call(inside: Inside, method: str, path: str, body: Any, **named: Any) -> Any:
    if path.endswith("/wait"):
        path += "?timeout=0"
    form = next((page[0] for end, page in PAGES.items() if _is_page(path, end)), None)
    if method == "POST":
        named["json" if form is None else "data"] = body if form is None else form
    return inside.call(method, path, **named)


def _is_page(path: str, template: str) -> bool:
    return re.fullmatch(template.replace("{request_id}", "[0-9a-f]+"), path) is not None


def _untouched(inside: Inside, request_id: str) -> bool:
    return inside.store.get(request_id) == inside.desk.get(request_id) and (
        inside.desk.get(request_id).version == 1
    )


def test_there_are_the_routes_that_there_should_be() -> None:
    assert set(ROUTES) > PUBLIC
    api = {path for _, path in ROUTES if path.startswith("/api/")}
    assert {path for path in api if path.endswith(DECIDING)} == {
        "/api/approvals/decide",
        *(f"/api/approvals/{{request_id}}{end}" for end in DECIDING if end != "/decide"),
    }
    assert len(GUARDED) > 25


def test_only_routes_that_say_so_are_for_anybody() -> None:
    declared = {
        (method, route.path): permission_of(route)
        for route in routes_of(APP.routes)
        for method in (getattr(route, "methods", None) or {"WS"})
    }
    assert {place for place, needs in declared.items() if needs is None} == PUBLIC
    assert declared["WS", "/ws"] is Permission.READ


def test_a_route_that_does_not_say_who_may_use_it_is_never_served() -> None:
    for add in (
        lambda app: app.get("/new")(lambda: None),
        lambda app: app.websocket("/news")(lambda websocket: None),
        lambda app: app.mount("/files", FastAPI()),
        lambda app: app.add_route("/plain", lambda request: None),
    ):
        app = create_app(Desk(MemoryStore()))
        add(app)
        with pytest.raises(LookupError, match="does not say who may use it"):
            refuse_undeclared(app)
    assert any(isinstance(route, APIWebSocketRoute) for route in routes_of(APP.routes))


def test_no_role_that_asks_decides_and_none_has_all() -> None:
    assert Permission.DECIDE not in GRANTS[Role.AGENT]
    assert Permission.ASK not in GRANTS[Role.REVIEWER]
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("who", UNKNOWN)
def test_who_is_not_known_gets_nowhere(world: Inside, who: str, method: str, path: str) -> None:
    path, body, request_id = _sent(world, path)
    response = _call(world, method, path, body, headers=_headers(world, who))

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["type"] == "urn:plancraft:not-signed-in"
    assert _untouched(world, request_id)


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("who", ["owner", "other", "reviewer"])
def test_each_role_gets_where_it_may(world: Inside, who: str, method: str, path: str) -> None:
    template = path
    path, body, request_id = _sent(world, path)
    response = _call(world, method, path, body, who=who)

    is_agent = who != "reviewer"
    if template.startswith("/hitl"):
        expected = 403 if is_agent else PAGES.get(template, ({}, 200))[1]
    elif template.endswith(DECIDING):
        expected = 403 if is_agent else 200
    elif method == "POST" and template == "/api/approvals":
        expected = 201 if is_agent else 403
    elif "{request_id}" in template:
        expected = 404 if who == "other" else 200
    else:
        expected = 200
    assert response.status_code == expected, response.text
    if expected >= 400 and (is_agent or template not in PAGES):
        assert response.headers["content-type"] == "application/problem+json"
        assert _untouched(world, request_id)
    if template in {f"/api/approvals/{one}" for one in ApprovalStatus} and is_agent:
        assert {one["requested_by"] for one in response.json()["items"]} <= {who}


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] == "POST"])
@pytest.mark.parametrize("wrong", ["no token", "wrong token", "another origin", "another's token"])
def test_a_session_changes_nothing_for_a_page_that_is_not_its_own(
    world: Inside, wrong: str, method: str, path: str
) -> None:
    browser, another = Browser(world), Browser(world)
    browser.sign_in(token=world.sessions.invite("reviewer"))
    another.sign_in(token=world.sessions.invite("reviewer"))
    world.app.state.service.throttle._buckets.clear()
    path, body, request_id = _sent(world, path)
    if wrong == "wrong token":
        browser.csrf = "0" * 64
    if wrong == "another's token":
        browser.csrf = another.csrf
    named: dict[str, Any] = {"csrf": wrong != "no token"}
    if wrong == "another origin":
        named["origin"] = "https://evil.test"
    response = browser.call(method, path, json=body, **named)

    assert response.status_code == 403
    assert _untouched(world, request_id)


def test_a_session_with_its_own_page_decides(world: Inside) -> None:
    browser = Browser(world)
    browser.sign_in(token=world.sessions.invite("reviewer"))
    world.app.state.service.throttle._buckets.clear()
    path, _, request_id = _sent(world, "/api/approvals/{request_id}/approve")

    assert browser.call("POST", path).status_code == 200
    assert world.desk.get(request_id).approved_by == "reviewer"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", [path for method, path in GUARDED if method == "POST" and path != "/api/approvals"]
)
def test_only_post_changes_anything(world: Inside, method: str, path: str) -> None:
    path, _, request_id = _sent(world, path)
    for who in (None, "reviewer"):
        assert world.call(method, path, who).status_code == 405
    assert _untouched(world, request_id)


def test_an_agents_other_ways_to_a_yes_are_closed(world: Inside) -> None:
    asked = world.ask("owner", content={"tool": "delete", "rows": 3})
    place = f"/api/approvals/{asked['id']}"
    key = world.tokens["owner"]
    headers = {
        "X-HTTP-Method-Override": "POST",
        "X-Original-URL": f"{place}/approve",
        "X-Forwarded-User": "reviewer",
        "X-Role": "reviewer",
    }
    attempts = [
        world.call("POST", f"{place}/approve", "owner", headers=headers),
        world.call("GET", f"{place}/approve", "owner", headers=headers),
        world.call("POST", f"{place}/approve?role=reviewer", "owner"),
        world.call("POST", f"{place}/approve", "owner", json={"by": "reviewer"}),
        world.call("POST", f"{place}/approve/", "owner"),
        world.call("POST", f"{place}//approve", "owner"),
        world.call("POST", "/sign-in", json={"key": key}),
        world.call("POST", "/sign-in", data={"token": key}),
        world.call("POST", f"{place}/approve", headers={"Cookie": f"plancraft_session={key}"}),
        world.call(
            "POST", "/api/approvals", "owner", json={**BODIES["/api/approvals"], "terms": {}}
        ),
        world.call(
            "POST",
            "/api/approvals",
            "owner",
            json={**BODIES["/api/approvals"], "requested_by": "x"},
        ),
        world.call(
            "POST",
            "/api/approvals",
            "owner",
            json={"title": "t", "content": {"tool": "delete"}, "tool": "look"},
        ),
    ]
    assert {attempt.status_code for attempt in attempts} <= {401, 403, 404, 405, 422}
    assert _untouched(world, asked["id"])
