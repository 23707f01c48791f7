"""How requests are put into words: each phrase whole, in the reader's language."""

from datetime import UTC, datetime, timedelta
from typing import Any

from babel.dates import format_datetime, format_timedelta

from plancraft.approvals import ApprovalRequest, ApprovalStatus, ApprovalType, Event
from plancraft.approvals.deadlines import timeout_answer
from plancraft.interrupts.payloads import OptionInterruptPayload
from plancraft.locale import N_, language, say

__all__ = [
    "age_words",
    "clock_words",
    "deadline_words",
    "event_words",
    "outcome_words",
    "priority_words",
    "silence_words",
    "status_words",
    "type_words",
]

_TYPES = {
    ApprovalType.CRITICAL_DECISION: N_("Critical decision"),
    ApprovalType.DATA_VALIDATION: N_("Data check"),
    ApprovalType.FINAL_REPORT: N_("Final report"),
    ApprovalType.GENERAL: N_("General"),
}
_STATUSES = {
    ApprovalStatus.PENDING: N_("Pending"),
    ApprovalStatus.APPROVED: N_("Approved"),
    ApprovalStatus.REJECTED: N_("Rejected"),
    ApprovalStatus.ANSWERED: N_("Answered"),
    ApprovalStatus.EXPIRED: N_("Expired"),
    ApprovalStatus.CANCELLED: N_("Withdrawn"),
    ApprovalStatus.SUPERSEDED: N_("No longer asked"),
}
_PRIORITIES = {
    1: N_("Low"),
    2: N_("Normal"),
    3: N_("Raised"),
    4: N_("High"),
    5: N_("Urgent"),
}
_EVENTS = {
    "opened": N_("{who} asked"),
    "voted": N_("{who} approved, one of several"),
    "decided": N_("{who} decided"),
    "undone": N_("{who} took the decision back"),
    "released": N_("The decision is for good"),
    "assigned": N_("{who} changed who is to decide: {to}"),
    "extended": N_("{who} gave more time"),
    "delivered": N_("The answer reached its graph"),
    "refused": N_("The graph refused the answer; the question is open again"),
    "superseded": N_("The graph no longer asks this"),
    "cancelled": N_("{who} withdrew the request"),
    "expired": N_("The time ran out"),
}
_ANSWERS = {
    "approve": N_("{who} approved"),
    "edit": N_("{who} approved with edits"),
    "reject": N_("{who} rejected"),
    True: N_("{who} approved"),
    False: N_("{who} rejected"),
}
_ANSWERED = N_("{who} answered")
_SOON = timedelta(hours=20)


def type_words(kind: ApprovalType | str) -> str:
    """What is at stake, in words."""
    return say(_TYPES[ApprovalType(kind)])


def status_words(status: ApprovalStatus | str) -> str:
    """What became of a request, in words."""
    return say(_STATUSES[ApprovalStatus(status)])


def priority_words(priority: int) -> str:
    """How urgent it is, in words."""
    return say(_PRIORITIES[priority])


def age_words(at: datetime, now: datetime) -> str:
    """How long ago that was."""
    if now - at < timedelta(seconds=5):
        return say("just now")
    return format_timedelta(at - now, add_direction=True, locale=language(), threshold=1.2)


def deadline_words(request: ApprovalRequest, now: datetime) -> str:
    """How much time is left."""
    if request.deadline is None:
        return say("no deadline")
    left = request.deadline - now
    if left <= timedelta():
        return say("time is up")
    return say("{time} left", time=format_timedelta(left, locale=language(), threshold=1.2))


def clock_words(at: datetime, now: datetime) -> str:
    """A time of day in UTC, with its date unless it is near; scripts put in the reader's zone."""
    near = abs(at - now) < _SOON
    spelled = "HH:mm" if near else "yyyy-MM-dd HH:mm"
    return format_datetime(at.astimezone(UTC), spelled, locale=language()) + " UTC"


def silence_words(request: ApprovalRequest) -> str:
    """What is decided when nobody answers."""
    answer = timeout_answer(request)
    if request.reading is not None and answer is not None:
        return say("No answer until then: rejected")
    match answer:
        case {"decision": "approve"}:
            return say("No answer until then: approved")
        case {"decision": "reject"} | {"confirmed": False}:
            return say("No answer until then: rejected")
        case {"selected": [*chosen]}:
            names = ", ".join(_titles(request, chosen))
            return say("No answer until then: {names} is taken", names=names)
        case dict():
            return say("No answer until then: the form's defaults are taken")
    if request.graph is not None:
        return say("No answer until then: the graph is ended")
    return say("No answer until then: nothing is approved")


def outcome_words(request: ApprovalRequest) -> str:
    """Who decided what, in a sentence; the status alone where nobody did."""
    decision = request.decision
    if decision is None:
        return status_words(request.status)
    return _decided(decision.by, decision.answer, decision.via)


def event_words(event: Event) -> str:
    """What happened, in a sentence."""
    data = event.data
    if event.kind == "decided":
        return _decided(event.actor, data.get("answer"), data.get("via", "person"))
    to = data.get("to") or say("nobody in particular")
    return say(_EVENTS[event.kind], who=_who(event.actor), to=to)


def _decided(who: str, answer: Any, via: str) -> str:
    said = answer.get("decision", answer.get("confirmed")) if isinstance(answer, dict) else None
    by = _who(who)
    if via == "policy":
        by = say("The policy (low risk)")
    elif via == "deadline":
        by = say("The deadline")
    known = said if isinstance(said, str | bool) else None
    return say(_ANSWERS.get(known, _ANSWERED), who=by)


def _who(actor: str) -> str:
    return say("Somebody") if actor == "-" else actor


def _titles(request: ApprovalRequest, chosen: list[Any]) -> list[str]:
    asked = request.asks
    options = asked.options if isinstance(asked, OptionInterruptPayload) else ()
    titles = {one.id: one.title for one in options}
    return [titles.get(id_, str(id_)) for id_ in chosen]
