"""Questions as A2A messages, in words and as data, and the answers that messages hold. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from a2a.types import Message, Part, TaskStatus
from babel.dates import format_datetime
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict

from plancraft.approvals import ApprovalRequest, ApprovalStatus
from plancraft.approvals.policy import require_right
from plancraft.errors import InvalidAnswer, NotAllowed
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
)
from plancraft.interrupts.schemas import ENVELOPE_MARK
from plancraft.locale import N_, language, say

__all__ = [
    "APPROVAL_EXTENSION",
    "Given",
    "answers_in",
    "approval_part",
    "data_in",
    "data_part",
    "decision_data",
    "decision_words",
    "question_data",
    "question_words",
    "questions_in",
    "text_of",
    "text_part",
]

APPROVAL_EXTENSION = "urn:plancraft:a2a:approval:1"
"""Names the data parts that this module writes and reads; docs/a2a.md describes them."""

_YES = {"y", "yes", "ok", "approve", "approved", "예", "네", "승인", "승인합니다", "ㅇ"}
_NO = {"n", "no", "reject", "rejected", "아니오", "아니요", "거절", "반려", "거부", "ㄴ"}
_OUTCOMES = {
    ApprovalStatus.APPROVED: N_("{who} approved “{title}”."),
    ApprovalStatus.REJECTED: N_("{who} rejected “{title}”."),
    ApprovalStatus.ANSWERED: N_("{who} answered “{title}”."),
}
_LONGEST = 20_000
_WHOLE = 2**53


@dataclass(frozen=True)
class Given:
    """An answer as a message gives it: to which request, and what its sender had seen."""

    request: ApprovalRequest
    answer: Any
    seen: str | None = None


def text_part(text: str) -> Part:
    """Words."""
    return Part(text=text)


def data_part(data: Any) -> Part:
    """JSON."""
    return Part(data=ParseDict(data, struct_pb2.Value()), media_type="application/json")


def approval_part(data: Any) -> Part:
    """JSON of this extension."""
    part = data_part(data)
    part.metadata["extension"] = APPROVAL_EXTENSION
    return part


def data_in(part: Part) -> Any:
    """The JSON of a data part. Whole numbers are whole again, which protobuf makes floats."""
    return _whole(MessageToDict(part.data))


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _WHOLE:
        return int(value)
    return value


def text_of(message: Message) -> str:
    """All words of a message."""
    return "\n".join(part.text for part in message.parts if part.HasField("text")).strip()


def question_data(request: ApprovalRequest, inbox: str | None = None) -> dict[str, Any]:
    """An open request for a program: what is asked, what an answer looks like, until when."""
    asked = request.asks
    schema = dict(request.response_schema or {})
    schema.pop(ENVELOPE_MARK, None)
    return {
        "id": request.id,
        "kind": asked.type if asked else "other",
        "type": request.type.value,
        "title": request.title,
        "payload": request.payload,
        "schema": schema,
        "deadline": request.deadline.isoformat() if request.deadline else None,
        "digest": request.digest,
        "deciders": list(request.terms.deciders),
        "needed": request.terms.needed,
        "owner_may_decide": _owner_may_decide(request),
        **({"url": f"{inbox}/requests/{request.id}"} if inbox else {}),
    }


def _owner_may_decide(request: ApprovalRequest) -> bool:
    """Whether an answer may come from whoever gave the task, if that is a person."""
    owner = request.requested_by or ""
    try:
        require_right(request.terms, by=owner, roles=("reviewer",), requested_by=owner)
    except NotAllowed:
        return False
    return True


def decision_data(request: ApprovalRequest, by: str | None = None) -> dict[str, Any]:
    """A closed request for a program: what became of it, who decided, when, why not."""
    decision = request.decision
    return {
        "id": request.id,
        "title": request.title,
        "status": request.status.value,
        "by": decision.by if decision else by,
        "at": decision.at.isoformat() if decision else None,
        "reason": request.rejection_reason,
    }


def decision_words(request: ApprovalRequest) -> str:
    """A decision in a sentence or two."""
    decision = request.decision
    assert decision is not None
    told = say(_OUTCOMES.get(request.status, _OUTCOMES[ApprovalStatus.ANSWERED]), who=decision.by,
               title=request.title)  # fmt: skip
    if not request.rejection_reason:
        return told
    return f"{told} {say('Reason: {reason}', reason=request.rejection_reason)}"


def question_words(request: ApprovalRequest, inbox: str | None = None) -> str:
    """An open request for a person who reads it in a chat: what is asked, how to answer."""
    asked = request.asks
    parts = [request.title, _shown(request, asked), _how(asked)]
    if request.deadline is not None:
        at = format_datetime(request.deadline, "medium", locale=language())
        parts.append(say("Until {time} (UTC).", time=at))
    if inbox:
        parts.append(say("In the inbox: {url}", url=f"{inbox}/requests/{request.id}"))
    return "\n\n".join(part for part in parts if part)[:_LONGEST]


def _shown(request: ApprovalRequest, asked: InterruptPayload | None) -> str:
    if asked is None:
        return _as_text(request.payload)
    lines = [asked.hint or ""]
    match asked:
        case ApprovalInterruptPayload():
            lines.append(_as_text(asked.content))
        case OptionInterruptPayload():
            lines += [
                f"{number}. {one.title}" + (f": {one.description}" if one.description else "")
                for number, one in enumerate(asked.options, start=1)
            ]
    return "\n".join(line for line in lines if line)


def _how(asked: InterruptPayload | None) -> str:
    match asked:
        case ApprovalInterruptPayload():
            return say("Answer “approve”, or “reject: ” and the reason.")
        case ConfirmInterruptPayload():
            return say("Answer yes or no.")
        case OptionInterruptPayload(allow_custom=True):
            return say("Answer with a number, or in your own words.")
        case OptionInterruptPayload(multiple=True):
            return say("Answer with numbers, commas between them.")
        case OptionInterruptPayload():
            return say("Answer with a number.")
        case FormInterruptPayload():
            return say("Answer with the form's fields as JSON.")
        case _:
            return say("Answer with JSON or text.")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def questions_in(status: TaskStatus) -> list[dict[str, Any]]:
    """What a status says is asked, as `question_data` has it."""
    data = [data_in(part) for part in status.message.parts if part.HasField("data")]
    lists = [one.get("requests") for one in data if isinstance(one, dict)]
    return [question for one in lists if isinstance(one, list) for question in one]


def answers_in(message: Message, open_requests: Sequence[ApprovalRequest]) -> list[Given]:
    """The answers that a message holds: as data, or else as words to the only open question.

    Raises:
        InvalidAnswer: it holds none, or does not say to which question.
    """
    data = [data_in(part) for part in message.parts if part.HasField("data")]
    if data:
        return [given for one in data for given in _as_data(one, open_requests)]
    return [_only(open_requests, lambda request: _in_words(request, text_of(message)))]


def _as_data(data: Any, open_requests: Sequence[ApprovalRequest]) -> list[Given]:
    if isinstance(data, dict) and isinstance(data.get("answers"), list):
        return [given for one in data["answers"] for given in _as_data(one, open_requests)]
    if isinstance(data, dict) and "answer" in data and data.keys() <= _ANSWERING:
        return [_named(data, open_requests)]
    if isinstance(data, dict) and data.keys() == {"resume"}:
        return [_only(open_requests, lambda _: data["resume"])]
    return [_only(open_requests, lambda _: data)]


_ANSWERING = {"request", "answer", "digest"}


def _named(data: dict[str, Any], open_requests: Sequence[ApprovalRequest]) -> Given:
    named, digest = data.get("request"), data.get("digest")
    if named is None:
        return _only(open_requests, lambda _: data["answer"], seen=digest)
    for request in open_requests:
        if named in (request.id, request.interrupt_id):
            return Given(request, data["answer"], digest)
    raise InvalidAnswer(
        repr(named), [say("no open question has this id; open: {ids}", ids=_ids(open_requests))]
    )


def _only(open_requests: Sequence[ApprovalRequest], answer: Any, seen: str | None = None) -> Given:
    if len(open_requests) != 1:
        problem = say("say to which request; open: {ids}", ids=_ids(open_requests))
        raise InvalidAnswer("-", [problem])
    return Given(open_requests[0], answer(open_requests[0]), seen)


def _ids(requests: Sequence[ApprovalRequest]) -> str:
    return ", ".join(request.id for request in requests) or say("none")


def _in_words(request: ApprovalRequest, text: str) -> Any:
    """The answer that a person's words are.

    Raises:
        InvalidAnswer: they are none, so nothing is guessed.
    """
    match request.asks:
        case ApprovalInterruptPayload():
            return _verdict(request, text)
        case ConfirmInterruptPayload():
            word = _word(text)
            if word not in _YES | _NO:
                raise InvalidAnswer(request.title, [say("Answer yes or no.")])
            return {"confirmed": word in _YES}
        case OptionInterruptPayload() as asked:
            return _choice(asked, text)
    return _json_or_text(text)


def _verdict(request: ApprovalRequest, text: str) -> Any:
    first, _, rest = text.replace("：", ":").partition(":")
    if _word(text) in _YES:
        return {"decision": "approve"}
    if _word(first) in _NO:
        return {"decision": "reject", "reason": rest.strip() or None}
    data = _json_or_text(text)
    if isinstance(data, dict):
        return data
    raise InvalidAnswer(request.title, [say("Answer “approve”, or “reject: ” and the reason.")])


def _choice(asked: OptionInterruptPayload, text: str) -> Any:
    said = [one.strip() for one in text.split(",")] if asked.multiple else [text.strip()]
    ids = [_option(asked, one) for one in said if one]
    if None not in ids:
        return {"selected": ids}
    return {"selected": [], "text": text} if asked.allow_custom else {"selected": said}


def _option(asked: OptionInterruptPayload, said: str) -> str | None:
    if said.isdecimal() and 1 <= int(said) <= len(asked.options):
        return asked.options[int(said) - 1].id
    named = (one.id for one in asked.options if said.casefold() in _names(one))
    return next(named, None)


def _names(option: Any) -> set[str]:
    return {option.id.casefold(), option.title.casefold()}


def _word(text: str) -> str:
    return text.strip().strip(".!。").casefold()


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
