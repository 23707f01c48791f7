"""What a sent form means: the same decisions as over the API, but for a while to undo them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from plancraft.access import Identity
from plancraft.approvals import ApprovalRequest
from plancraft.approvals.desk import Desk
from plancraft.errors import InvalidAnswer, InvalidRequest, PolicyRefused
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
)
from plancraft.locale import say
from plancraft.server.pages import fields
from plancraft.server.pages.fields import Field
from plancraft.server.pages.showing import Typed, answer_fields, asks_again
from plancraft.server.strictness import check_json

__all__ = ["HOLD", "Posted", "Refused", "decide", "edited", "typed_in"]

HOLD = timedelta(seconds=10)
"""How long a decision made on a page can be undone."""
Posted = Mapping[str, Sequence[str]]


class Refused(Exception):
    """The form does not fit; it goes back to whoever sent it, with what was typed."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        super().__init__(typed.message)


def decide(
    desk: Desk, identity: Identity, request: ApprovalRequest, posted: Posted
) -> ApprovalRequest:
    """The request as the form decided it.

    Raises:
        Refused: something in the form is missing or wrong, or is to be said once more.
        PlancraftError: as `Desk.answer` does; nothing was decided.
    """
    values, typed = _read(request, posted)
    sent = typed.fields
    says_yes = typed.action in ("approve", "edit")
    if says_yes and asks_again(request) and not _one(posted, "sure"):
        raise Refused(replace(typed, sure=True))
    if typed.action == "reject" and _lacks_reason(request, typed):
        raise Refused(replace(typed, reason_problem=say("choose a reason, or write one")))
    if any(one.problem for one in sent) and typed.action in ("edit", "answer"):
        raise Refused(replace(typed, message=say("Something is missing or wrong.")))
    try:
        return _decided(desk, identity, request, typed, values, _one(posted, "seen"))
    except (InvalidAnswer, InvalidRequest) as error:
        told, left = fields.with_problems(sent, error.problems)
        message = say("Something is missing or wrong.")
        raise Refused(replace(typed, message=message, fields=told, problems=left)) from error
    except PolicyRefused as error:
        raise Refused(replace(typed, message=error.localized())) from error


def edited(request: ApprovalRequest, posted: Posted) -> tuple[Any, Any, Sequence[Field]]:
    """The content as it is, as the form would make it, and the fields with what is wrong in them.

    Raises:
        Refused: nothing of it can be edited.
    """
    payload = request.asks
    if not isinstance(payload, ApprovalInterruptPayload) or not payload.editable:
        raise Refused(Typed(message=say("nothing here may be edited")))
    values, sent = fields.read(answer_fields(request), posted)
    if isinstance(payload.content, dict):
        return payload.content, {**payload.content, **values}, sent
    return payload.content, values.get("content", payload.content), sent


def typed_in(request: ApprovalRequest, posted: Posted) -> Typed:
    """What the form says, to be given back when it does not count."""
    return _read(request, posted)[1]


def _read(request: ApprovalRequest, posted: Posted) -> tuple[dict[str, Any], Typed]:
    values, sent = fields.read(answer_fields(request), posted)
    typed = Typed(
        action=_one(posted, "action"),
        reason=_one(posted, "reason"),
        preset=_one(posted, "preset"),
        text=_one(posted, "text"),
        chosen=tuple(posted.get("choice", ())),
        fields=sent,
    )
    return values, typed


def _lacks_reason(request: ApprovalRequest, typed: Typed) -> bool:
    payload = request.asks
    needs = isinstance(payload, ApprovalInterruptPayload) and payload.require_reason
    return needs and not (typed.preset or typed.reason.strip())


def _decided(
    desk: Desk,
    identity: Identity,
    request: ApprovalRequest,
    typed: Typed,
    values: Mapping[str, Any],
    seen: str,
) -> ApprovalRequest:
    who: dict[str, Any] = {
        "by": identity.name,
        "roles": identity.roles,
        "seen": seen or None,
        "hold": HOLD,
    }
    reason = "\n".join(part for part in (typed.preset, typed.reason.strip()) if part) or None
    check_json([reason, typed.text, dict(values), list(typed.chosen)])
    match typed.action:
        case "approve":
            return desk.approve(request.id, reason=reason, **who)
        case "edit":
            edits = values if _is_object(request) else values.get("content")
            return desk.approve(request.id, edits=edits, reason=reason, **who)
        case "reject":
            return desk.reject(request.id, reason=reason, **who)
        case "answer":
            return desk.answer(request.id, _answer(request, typed, values), **who)
    raise InvalidRequest([say("choose what to do")])


def _answer(request: ApprovalRequest, typed: Typed, values: Mapping[str, Any]) -> Any:
    payload = request.asks
    match payload:
        case OptionInterruptPayload():
            return {"selected": list(typed.chosen), "text": typed.text or None}
        case FormInterruptPayload():
            return dict(values)
        case None if set(values) == {"answer"} and not _has_fields(request):
            return values["answer"]
    return dict(values)


def _has_fields(request: ApprovalRequest) -> bool:
    schema = request.response_schema
    return isinstance(schema, dict) and bool(schema.get("properties"))


def _is_object(request: ApprovalRequest) -> bool:
    payload = request.asks
    return isinstance(payload, ApprovalInterruptPayload) and isinstance(payload.content, dict)


def _one(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "").replace("\r\n", "\n")
