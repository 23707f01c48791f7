"""From what a graph shows at a pause to the request for it."""

from datetime import datetime, timedelta
from typing import Any, cast

from plancraft.approvals.kinds import ApprovalType
from plancraft.approvals.policy import HITLPolicy, Terms
from plancraft.approvals.requests import ApprovalRequest
from plancraft.errors import PolicyRefused
from plancraft.interrupts.canonical import canonical, digest_of, plain_json
from plancraft.interrupts.payloads import (
    TimeoutAction,
    is_payload,
)

__all__ = ["open_question"]

_TITLE_LENGTH = 200
_FOREVER = 100 * 365 * 86400


def open_question(  # noqa: PLR0913 - a request is made of this much
    *,
    graph: str,
    thread_id: str,
    checkpoint_id: str,
    interrupt_id: str,
    shown: Any,
    response_schema: dict[str, Any] | None,
    now: datetime,
    timeout: float,
    timeout_action: TimeoutAction,
    generation: int = 1,
    policy: HITLPolicy | None = None,
) -> ApprovalRequest:
    """The open request for a graph's question.

    `timeout` (seconds) and `timeout_action` hold where the payload says nothing itself; `policy`
    says who decides.
    """
    plain = plain_json(shown)
    ours = plain if is_payload(plain) else {}
    seconds = _seconds(ours.get("timeout")) or timeout
    kind, tool = _about(ours)
    return ApprovalRequest(
        id=ApprovalRequest.id_for(thread_id, interrupt_id, generation),
        type=kind,
        tool=tool,
        terms=_terms(policy, kind, tool),
        title=_title(plain),
        content=str(ours.get("question") or _text(plain)),
        created_at=now,
        timeout=seconds,
        deadline=now + timedelta(seconds=seconds),
        timeout_action=_action(ours, timeout_action),
        source="graph",
        graph=graph,
        thread_id=thread_id,
        checkpoint_id=checkpoint_id,
        interrupt_id=interrupt_id,
        generation=generation,
        payload=plain,
        response_schema=response_schema,
        digest=digest_of(plain),
    )


def _about(ours: dict[str, Any]) -> tuple[ApprovalType, str | None]:
    """The type and the tool that the question names; `general` and none for what is neither."""
    data, content = ours.get("data"), ours.get("content")
    data = data if isinstance(data, dict) else {}
    tool = data.get("tool") or (content.get("tool") if isinstance(content, dict) else None)
    named = data.get("approval_type")
    kind = next((one for one in ApprovalType if one == named), ApprovalType.GENERAL)
    return kind, tool if isinstance(tool, str) else None


def _terms(policy: HITLPolicy | None, kind: ApprovalType, tool: str | None) -> Terms:
    if policy is None:
        return Terms()
    try:
        return policy.terms(kind, tool)
    except PolicyRefused:  # the graph rests at its question already, so it is for nobody
        return Terms(deciders=("role:-",))


def _action(ours: dict[str, Any], otherwise: TimeoutAction) -> TimeoutAction:
    if (said := ours.get("timeout_action")) in ("cancel", "default_option"):
        return cast(TimeoutAction, said)
    # Whoever sets a time for a yes-or-no question means: silence is no.
    says_no = ours.get("type") in ("confirm", "approval") and ours.get("timeout") is not None
    return "default_option" if says_no else otherwise


def _seconds(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) and 0 < given < _FOREVER else None


def _text(plain: Any) -> str:
    return canonical(plain).decode("utf-8", "replace")


def _title(shown: Any) -> str:
    text = shown.get("question") if isinstance(shown, dict) else None
    text = str(text) if text else _text(shown)
    return text if len(text) <= _TITLE_LENGTH else text[: _TITLE_LENGTH - 1] + "…"
