"""What a notification says of a request: in words, in time, and never what a form holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from plancraft.approvals import ApprovalRequest, Terms
from plancraft.approvals.events import event_of
from plancraft.approvals.opening import open_question
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
)
from plancraft.locale import Language
from plancraft.notifications.channels import Letter
from plancraft.notifications.wording import Wording, worded

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def words(request: ApprovalRequest, language: Language = "en") -> Wording:
    event = event_of("opened", request, actor="-")
    letter = Letter("k", "to", "opened", event, request, language, NOW)
    return worded(letter, "https://plan.example.com/")


def from_code(**changes: Any) -> ApprovalRequest:
    shown = ApprovalInterruptPayload(question="Plan", content="x").to_dict()
    given: dict[str, Any] = {
        "id": "r1", "title": "Plan", "content": "x", "created_at": NOW, "payload": shown,
        "digest": "d", "deadline": NOW + timedelta(minutes=20), **changes,
    }  # fmt: skip
    return ApprovalRequest(**given)


def from_graph(payload: Any, **changes: Any) -> ApprovalRequest:
    given: dict[str, Any] = {
        "graph": "planner", "thread_id": "t", "checkpoint_id": "c", "interrupt_id": "i",
        "shown": payload.to_dict(), "response_schema": None, "now": NOW, "timeout": 1200,
        "timeout_action": "default_option", **changes,
    }  # fmt: skip
    return open_question(**given)


def fact(found: Wording, heading: str) -> str:
    return dict(found.facts)[heading]


def test_a_letter_says_who_asks_how_urgent_until_when_and_what_silence_means() -> None:
    found = words(from_code(requested_by="agent-1", priority=4))
    assert found.link == "https://plan.example.com/hitl/requests/r1"
    assert found.facts == (
        ("Kind", "To approve"),
        ("Asked by", "agent-1"),
        ("Priority", "High"),
        ("Time left", "20 minutes, until 14:20 UTC"),
        ("Without an answer", "rejected at 14:20 UTC"),
    )


def test_the_same_in_korean() -> None:
    found = words(from_code(), "ko")
    assert found.subject == "승인 요청: Plan"
    assert fact(found, "남은 시간") == "20분, 14:20 UTC까지"
    assert fact(found, "답이 없으면") == "14:20 UTC에 거부됩니다"


def test_another_day_is_named() -> None:
    tomorrow = from_code(deadline=NOW + timedelta(hours=12))
    assert "until 2026-03-02 02:00 UTC" in fact(words(tomorrow), "Time left")
    assert fact(words(from_code(deadline=None)), "Time left") == "no deadline"
    assert fact(words(from_code(deadline=NOW)), "Time left") == "time is up"


@pytest.mark.parametrize(
    ("request_", "means"),
    [
        (from_code(terms=Terms(silence="approve")), "approved"),
        (from_graph(ConfirmInterruptPayload(question="Go?")), "rejected"),
        (from_graph(ApprovalInterruptPayload(question="Go?", content="x")), "rejected"),
        (
            from_graph(OptionInterruptPayload(question="Which?", options=["a", "b"], default="a")),
            "the preset answer counts",
        ),
        (from_graph(OptionInterruptPayload(question="Which?", options=["a"])), "the run ends"),
        (
            from_graph(ConfirmInterruptPayload(question="Go?"), timeout_action="cancel"),
            "the run ends",
        ),
    ],
)
def test_silence_is_told_as_it_will_be_taken(request_: ApprovalRequest, means: str) -> None:
    assert fact(words(request_), "Without an answer") == f"{means} at 14:20 UTC"


def test_what_a_form_presets_is_not_told() -> None:
    form = FormInterruptPayload(
        question="Account",
        form={
            "type": "object",
            "properties": {"key": {"type": "string", "default": "s3cret-default"}},
        },
        default={"key": "s3cret-preset"},
    )
    found = words(from_graph(form))
    assert "s3cret" not in repr(found)
    assert fact(found, "Without an answer") == "the preset answer counts at 14:20 UTC"


def test_only_the_beginning_of_a_content_is_told() -> None:
    found = words(from_code(content="line\r\n" * 5000))
    assert len(found.content) <= 1000
    assert found.content.endswith("…")
    assert "\r" not in found.content
    assert words(from_code(content="Plan")).content == ""
