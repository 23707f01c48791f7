"""From what a graph shows at a pause to the request for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from plancraft.approvals.kinds import ApprovalType
from plancraft.approvals.policy import HITLPolicy, Terms, all_of
from plancraft.approvals.requests import ApprovalRequest
from plancraft.errors import PolicyRefused
from plancraft.interrupts.canonical import canonical, digest_of, plain_json
from plancraft.interrupts.dialects import Reading, recognise
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    TimeoutAction,
    is_payload,
)

__all__ = ["open_question"]

_TITLE_LENGTH = 200
_NAMING = ("name", "tool", "tool_name", "toolName", "action", "action_name")
"""Under which keys libraries name a tool."""
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
    requested_by: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> ApprovalRequest:
    """The open request for a graph's question.

    `timeout` (seconds) and `timeout_action` hold where the payload says nothing itself; `policy`
    says who decides; `requested_by` and `context` are kept with it.
    """
    plain = plain_json(shown)
    ours = plain if is_payload(plain) else {}
    reading = recognise(plain, response_schema)
    seconds = _seconds(ours.get("timeout")) or timeout
    deadline = now + timedelta(seconds=seconds)
    if reading and (ends := reading.expires_at) is not None and ends < _latest(now):
        deadline = max(ends, now)
        seconds, timeout_action = (deadline - now).total_seconds(), "default_option"
    kind, tool = _about(ours)
    named = reading.tools if reading else (tool,) if tool else ()
    tools = tuple(dict.fromkeys((*named, *_mentioned(plain, policy))))
    return ApprovalRequest(
        id=ApprovalRequest.id_for(thread_id, interrupt_id, generation),
        type=kind,
        tool=tools[0] if len(tools) == 1 else None,
        terms=_terms(policy, kind, tools or (None,)),
        title=_shortened(_question(reading, plain)),
        content=_content(reading, plain),
        context=plain_json(dict(context or {})),
        requested_by=requested_by,
        created_at=now,
        timeout=seconds,
        deadline=deadline,
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


def _mentioned(shown: Any, policy: HITLPolicy | None) -> tuple[str, ...]:
    """The tools with a rule of their own that are named anywhere in what is shown, so that no
    shape which nobody knows keeps a rule from holding."""
    ruled, found = set(policy.tools if policy else ()), dict[str, None]()
    left = [shown] if ruled else []
    while left:
        part = left.pop()
        if isinstance(part, dict):
            named = (part.get(key) for key in _NAMING)
            found |= {one: None for one in named if isinstance(one, str) and one in ruled}
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)
    return tuple(found)


def _terms(policy: HITLPolicy | None, kind: ApprovalType, tools: Sequence[str | None]) -> Terms:
    if policy is None:
        return Terms()
    try:
        return all_of([policy.terms(kind, tool) for tool in tools])
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


def _latest(now: datetime) -> datetime:
    return now + timedelta(seconds=_FOREVER)


def _question(reading: Reading | None, shown: Any) -> str:
    if reading is not None:
        return reading.payload.question
    text = shown.get("question") if isinstance(shown, dict) else None
    return str(text) if text else _text(shown)


def _content(reading: Reading | None, shown: Any) -> str:
    """What mail and searches have of it."""
    if reading is None:
        ours = shown if is_payload(shown) else {}
        return str(ours.get("question") or _text(shown))
    asked = reading.payload
    judged = asked.content if isinstance(asked, ApprovalInterruptPayload) else asked.data
    parts = (asked.question, asked.hint, _text(judged) if judged else None)
    return "\n\n".join(part for part in parts if part)


def _shortened(text: str) -> str:
    return text if len(text) <= _TITLE_LENGTH else text[: _TITLE_LENGTH - 1] + "…"
