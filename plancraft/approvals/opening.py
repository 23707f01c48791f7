"""From what a graph shows at a pause to the request for it."""

from datetime import datetime, timedelta
from typing import Any, cast

from plancraft.approvals.requests import ApprovalRequest
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
) -> ApprovalRequest:
    """The open request for a graph's question.

    `timeout` (seconds) and `timeout_action` hold where the payload says nothing itself.
    """
    plain = plain_json(shown)
    ours = plain if is_payload(plain) else {}
    seconds = _seconds(ours.get("timeout")) or timeout
    return ApprovalRequest(
        id=ApprovalRequest.id_for(thread_id, interrupt_id, generation),
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
