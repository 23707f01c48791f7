"""The OpenAPI document, and what machines make up from it: never a 5xx."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from plancraft.access import Role
from plancraft.approvals.desk import Desk
from plancraft.server import create_app
from plancraft.stores import open_store
from plancraft.stores.memory import MemoryStore
from tests.server.running import Inside

DOCUMENT = create_app(Desk(MemoryStore())).openapi()
OPERATIONS = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with closing(open_store(str(tmp_path_factory.mktemp("openapi") / "store.db"))) as store:
        inside = Inside(store)
        inside.key("agent", Role.AGENT)
        inside.key("mina", Role.REVIEWER)
        inside.start()
        yield inside
        inside.stop()


def test_the_document_names_what_there_is_and_no_secret() -> None:
    assert {"/api/approvals", "/api/approvals/{request_id}/approve", "/healthz"} <= set(
        DOCUMENT["paths"]
    )
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"HTTPBearer", "APIKeyCookie"}
    assert "secrets" not in json.dumps(DOCUMENT)


@OPERATIONS.parametrize()  # type: ignore[untyped-decorator]
@settings(
    max_examples=10,
    deadline=timedelta(seconds=20),
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_fits_the_document_or_not_is_too_much(
    served: Inside, case: schemathesis.Case
) -> None:
    asked = served.desk.open("general", "Plan", {"a": 1}, requested_by="agent", editable=["a"])
    path = case.formatted_path
    query = {**(case.query or {})}
    if path.endswith("/wait"):
        query["timeout"] = 0
    names = {"cookie", "authorization", "host", "content-length"}
    headers = {k: v for k, v in dict(case.headers or {}).items() if k.lower() not in names}
    body = case.body
    content = b"" if isinstance(body, type(schemathesis.core.NOT_SET)) else body
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    if content:
        headers.setdefault("Content-Type", "application/json")
    for who in ("agent", "mina", None):
        for place in (path, path.replace(str(case.path_parameters.get("request_id")), asked.id)):
            try:
                response = served.call(
                    case.method, place, who, content=content, headers=headers, params=query
                )
            except (UnicodeEncodeError, ValueError):  # not a thing that httpx can send
                continue
            assert response.status_code < 500, response.text
            if response.status_code >= 400:
                assert response.headers["content-type"] == "application/problem+json"
