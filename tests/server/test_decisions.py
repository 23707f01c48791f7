"""Asking and deciding over REST: one answer, bound to what was seen, and everyone named."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plancraft.access import Role
from plancraft.approvals import ApprovalRequest, Changes, HITLPolicy, Rule
from plancraft.interrupts.payloads import FormInterruptPayload
from plancraft.stores import open_store
from tests.server.running import Inside


def test_an_agent_asks_and_a_person_says_yes(inside: Inside) -> None:
    asked = inside.ask("agent", context={"run": 7}, priority=5, assignee="mina")
    assert (asked["status"], asked["requested_by"], asked["timeout"]) == ("pending", "agent", 180)
    assert asked["content"] == json.dumps({"step": 1}, indent=2)

    place = f"/api/approvals/{asked['id']}"
    said = inside.call("POST", f"{place}/approve", "mina", json={"seen": asked["digest"]})
    assert said.status_code == 200
    assert (said.json()["status"], said.json()["approved_by"]) == ("approved", "mina")
    assert inside.call("GET", place, "agent").json() == said.json()
    events = inside.call("GET", f"{place}/events", "agent").json()["items"]
    assert [(one["kind"], one["actor"]) for one in events] == [
        ("opened", "agent"),
        ("decided", "mina"),
    ]


def test_a_no_needs_its_reason_and_is_read_by_who_asked(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    assert inside.call("POST", f"{place}/reject", "mina").status_code == 422
    said = inside.call("POST", f"{place}/reject", "mina", json={"reason": "too broad"})
    assert said.json()["rejection_reason"] == "too broad"


def test_a_second_decision_is_refused_and_names_the_first(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    first = inside.call("POST", f"{place}/approve", "mina").json()
    for who, end in (("mina", "approve"), ("jun", "approve"), ("jun", "reject")):
        late = inside.call("POST", f"{place}/{end}", who, json={"reason": "x"})
        assert late.status_code == 409
        assert late.headers["content-type"] == "application/problem+json"
        problem = late.json()
        assert (problem["type"], problem["by"]) == ("urn:plancraft:already-answered", "mina")
        assert datetime.fromisoformat(problem["at"]) == datetime.fromisoformat(
            first["approved_at"]
        ).replace(microsecond=0)


def test_of_thirty_two_who_decide_at_once_one_wins(inside: Inside) -> None:
    places = [f"/api/approvals/{inside.ask('agent')['id']}" for _ in range(5)]

    def decide(number: int) -> int:
        who, end = ("mina", "approve") if number % 2 else ("jun", "reject")
        place = places[number // 32]
        return inside.call("POST", f"{place}/{end}", who, json={"reason": "r"}).status_code

    with ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(decide, range(160)))
    assert (codes.count(200), codes.count(409)) == (5, 155)


def test_what_was_not_seen_is_not_decided(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    stale = inside.call("POST", f"{place}/approve", "mina", json={"seen": "0" * 64})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:plancraft:stale-view")
    assert inside.call("GET", place, "mina").json()["status"] == "pending"


def test_edits_are_for_editable_fields_only(inside: Inside) -> None:
    asked = inside.ask("agent", content={"step": 1, "why": "x"}, editable=["why"])
    place = f"/api/approvals/{asked['id']}"
    refused = inside.call("POST", f"{place}/approve", "mina", json={"edits": {"step": 2}})
    assert refused.status_code == 422
    said = inside.call("POST", f"{place}/approve", "mina", json={"edits": {"why": "better"}})
    assert said.json()["decision"]["answer"]["content"] == {"step": 1, "why": "better"}


def test_who_asked_withdraws_and_nobody_decides_after_that(inside: Inside) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    gone = inside.call("POST", f"{place}/cancel", "agent", json={"reason": "not needed"})
    assert gone.json()["status"] == "cancelled"
    late = inside.call("POST", f"{place}/approve", "mina")
    assert (late.status_code, late.json()["type"]) == (409, "urn:plancraft:request-closed")
    assert late.json()["became"] == "cancelled"


def test_more_time_comes_from_who_could_decide(inside: Inside) -> None:
    asked = inside.ask("agent")
    place = f"/api/approvals/{asked['id']}"
    said = inside.call("POST", f"{place}/extend", "mina", json={"seconds": 60}).json()
    grown = datetime.fromisoformat(said["deadline"]) - datetime.fromisoformat(asked["deadline"])
    assert grown == timedelta(seconds=60)
    too_long = inside.call("POST", f"{place}/extend", "mina", json={"seconds": 9_999_999})
    assert too_long.status_code == 422


def test_after_the_deadline_nobody_says_yes(inside: Inside) -> None:
    asked = inside.ask("agent", timeout=0.05)
    place = f"/api/approvals/{asked['id']}"
    seen = inside.call("GET", f"{place}/wait?timeout=5", "agent").json()
    assert seen["status"] == "expired"
    late = inside.call("POST", f"{place}/approve", "mina")
    assert (late.status_code, late.json()["type"]) == (409, "urn:plancraft:request-expired")


def test_asking_again_with_the_same_key_is_the_same_request(inside: Inside) -> None:
    body = {"title": "Plan", "content": "x"}
    key = {"Idempotency-Key": "run-7"}
    first = inside.call("POST", "/api/approvals", "agent", json=body, headers=key)
    again = inside.call("POST", "/api/approvals", "agent", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    another = inside.call("POST", "/api/approvals", "other", json=body, headers=key)
    assert another.json()["id"] != first.json()["id"]
    changed = inside.call(
        "POST", "/api/approvals", "agent", json={**body, "content": "y"}, headers=key
    )
    assert changed.status_code == 422


def test_many_decisions_at_once_have_one_result_each(inside: Inside) -> None:
    one, two = inside.ask("agent"), inside.ask("agent")
    decisions = [
        {"id": one["id"], "action": "approve", "seen": one["digest"]},
        {"id": two["id"], "action": "reject", "reason": "no"},
        {"id": one["id"], "action": "approve"},
        {"id": "0" * 24, "action": "approve"},
    ]
    said = inside.call("POST", "/api/approvals/decide", "mina", json={"decisions": decisions})
    assert said.status_code == 200
    results = said.json()["results"]
    assert [result["status"] for result in results] == [200, 200, 409, 404]
    assert results[0]["request"]["status"] == "approved"
    assert results[2]["problem"]["by"] == "mina"


def test_terms_of_the_policy_hold_for_everybody(tmp_path: Path) -> None:
    policy = HITLPolicy(
        tools={"pay": Rule(deciders=("role:finance",), needed=2)},
        auto_approve_low_risk=True,
        types={"general": Rule(risk="high")},  # type: ignore[dict-item]
    )
    with closing(open_store(str(tmp_path / "store.db"))) as store:
        inside = Inside(store, policy)
        inside.key("agent", Role.AGENT)
        inside.key("mina", Role.REVIEWER)
        for name in ("ann", "bob"):
            inside.tokens[name] = inside.keys.add(name, Role.REVIEWER, groups=["finance"])
        inside.start()
        try:
            place = f"/api/approvals/{inside.ask('agent', content={'tool': 'pay'})['id']}"
            for end in ("approve", "cancel", "extend"):
                body = {"seconds": 1} if end == "extend" else {}
                refused = inside.call("POST", f"{place}/{end}", "mina", json=body)
                assert (refused.status_code, refused.json()["by"]) == (403, "mina")
            assert inside.call("POST", f"{place}/approve", "ann").json()["status"] == "pending"
            assert inside.call("POST", f"{place}/approve", "ann").status_code == 409
            assert inside.call("POST", f"{place}/approve", "bob").json()["status"] == "approved"
        finally:
            inside.stop()


def test_a_secret_value_never_leaves_the_house(inside: Inside) -> None:
    payload = FormInterruptPayload(
        question="Token?",
        form={"type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}}},
    )
    now = datetime.now(UTC)
    request = ApprovalRequest(
        id="ab" * 12,
        title="Token?",
        content="",
        created_at=now,
        payload=payload.to_dict(),
        digest=payload.digest(),
        graph="g",
        thread_id="t",
        interrupt_id="i",
        requested_by="agent",
    )
    inside.store.commit(Changes(opened=[request]), durable=True)
    place = f"/api/approvals/{request.id}"
    said = inside.call("POST", f"{place}/answer", "mina", json={"answer": {"pin": "s3cret"}})
    assert said.status_code == 200
    kept = inside.store.get(request.id)
    assert kept is not None
    assert kept.decision is not None
    assert kept.decision.secrets == {"pin": "s3cret"}
    paths = [place, f"{place}/events", f"{place}/wait?timeout=0", "/api/approvals/answered"]
    texts = [said.text, *(inside.call("GET", path, "mina").text for path in paths)]
    assert all(request.id in text for text in texts)
    assert not any("s3cret" in text or "secrets" in text for text in texts)


@pytest.mark.parametrize("reader", ["ko", "ko-KR,en;q=0.5", "en;q=0.2,ko;q=0.9"])
def test_a_refusal_is_said_in_the_readers_language(inside: Inside, reader: str) -> None:
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    headers = {"Accept-Language": reader}
    refused = inside.call("POST", f"{place}/approve", "agent", headers=headers)
    assert "에이전트는 묻기만 하고 결정하지 않습니다" in refused.json()["detail"]
    plain = inside.call("POST", f"{place}/approve", "agent", headers={"Accept-Language": "fr"})
    assert "an agent asks, and never decides" in plain.json()["detail"]
