"""Requests from plain code and decisions on all requests: each call one compare-and-swap."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

from plancraft.approvals.deadlines import is_for_good, lapse, let_go
from plancraft.approvals.deciding import (
    Deciding,
    commit,
    decision_changes,
    decision_on,
    record_answer,
    require_named,
    swap,
)
from plancraft.approvals.events import Event, event_of, spelled
from plancraft.approvals.kinds import ApprovalType, Delivery
from plancraft.approvals.policy import HITLPolicy
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Changes, Query, Store
from plancraft.approvals.transitions import assign, cancel, extend, undo
from plancraft.errors import (
    AlreadyAnswered,
    InvalidAnswer,
    PlancraftError,
    PolicyRefused,
    UnknownInterrupt,
)
from plancraft.interrupts.canonical import digest_of, plain_json
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
)
from plancraft.locale import say

__all__ = ["Desk", "Opening"]

_LOW_RISK = "policy:low-risk"
_PAGE = 500


class Opening(TypedDict, total=False):
    """What else a request may say of itself."""

    priority: int
    """1 (low, the default) to 5."""
    tool: str | None
    """The tool it is about, for the policy; by default the content's own `tool`."""
    editable: Iterable[str]
    """Fields of the content that may be edited; `content` for a text."""
    requested_by: str | None
    """Who asks."""
    assignee: str | None
    """Who is to decide; the others still may."""
    idempotency_key: str | None
    """Makes a repeated request the same one."""


class Desk:
    """What can be done with the requests of a store. Blocking; `HITLManager` is its async face.

    Args:
        store: Where the requests are.
        policy: What is frozen on new requests.
        clock: The time, UTC.
    """

    def __init__(
        self,
        store: Store,
        policy: HITLPolicy | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store, self.clock = store, clock
        self.policy = policy or HITLPolicy()

    def open(
        self,
        type: ApprovalType | str,  # noqa: A002 - as the request's field is called
        title: str,
        content: Any,
        *,
        context: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        **opening: Unpack[Opening],
    ) -> ApprovalRequest:
        """The new request; of an `idempotency_key` used before, the request that it made.

        Args:
            type: What is at stake.
            title: In a line.
            content: What is to be approved: a text, or JSON, also as text.
            context: Further JSON that is kept with the request.
            timeout: Seconds; by the policy when not given, and never above its `max_timeout`.
            opening: As `Opening` says.

        Raises:
            PolicyRefused: the policy does not let it through.
            ValueError: a field is not as it should be.
        """
        require_named(opening, Opening)
        kind, now = ApprovalType(type), self.clock()
        tool, requested_by = opening.get("tool"), opening.get("requested_by")
        value = _as_value(content)
        if tool is not None and _tool_of(value) not in (None, tool):
            raise PolicyRefused(say("the content is about another tool than {tool}", tool=tool))
        tool = tool or _tool_of(value)
        self.policy.check_content(kind, tool, value)
        terms = self.policy.terms(kind, tool)
        seconds = self.policy.seconds(kind, tool, timeout)
        payload = ApprovalInterruptPayload(
            question=title,
            content=value,
            editable=list(opening.get("editable", ())),
            require_reason=terms.reason_required,
        )
        shown = payload.to_dict()
        request = ApprovalRequest(
            id=_id_for(requested_by, opening.get("idempotency_key")),
            type=kind,
            title=title,
            content=content if isinstance(content, str) else _as_text(value),
            context=plain_json(dict(context or {})),
            created_at=now,
            timeout=seconds,
            deadline=now + timedelta(seconds=seconds),
            priority=opening.get("priority", 1),
            requested_by=requested_by,
            assignee=opening.get("assignee"),
            tool=tool,
            terms=terms,
            payload=shown,
            digest=digest_of(shown),
        )
        events = [event_of("opened", request, actor=requested_by or "-")]
        if self.policy.auto_approve_low_risk and terms.risk == "low":
            yes = {"decision": "approve"}
            request = decision_on(request, yes, by=_LOW_RISK, now=now, via="policy")
            events += decision_changes([request]).events
        if commit(self.store, Changes(opened=[request], events=events)):
            return request
        return self._same(request, timed=timeout is not None)

    def get(self, request_id: str) -> ApprovalRequest:
        """The request as it is now: closed if its time is up, and what was held long enough is
        for good.

        Raises:
            UnknownInterrupt: there is none.
        """
        found = self.store.get(request_id)
        if found is None:
            raise UnknownInterrupt(request_id)
        return self.on_time(found)

    def on_time(self, request: ApprovalRequest) -> ApprovalRequest:
        """The request after what has become of it by the passing of time alone."""
        while request.is_open and request.deadline is not None and request.deadline <= self.clock():
            changes = lapse(request, now=self.clock())
            if commit(self.store, changes):
                return changes.replaced[0]
            request = self.store.get(request.id) or request
        while is_for_good(request, self.clock()):
            changes = let_go(request, now=self.clock())
            if commit(self.store, changes):
                return changes.replaced[0]
            request = self.store.get(request.id) or request
        return request

    def approve(
        self,
        request_id: str,
        *,
        edits: Any = None,
        reason: str | None = None,
        **deciding: Unpack[Deciding],
    ) -> ApprovalRequest:
        """The request after this yes; still open where more people must approve.

        Args:
            request_id: Which.
            edits: New values of editable fields, or the new text of an editable text.
            reason: A remark.
            deciding: As `Deciding` says.

        Raises:
            PolicyRefused: as edited, it would have needed more.
            As `answer`.
        """
        request = self.get(request_id)
        return self._answered(request, _yes(request, edits, reason), **deciding)

    def reject(
        self,
        request_id: str,
        *,
        reason: str | None = None,
        **deciding: Unpack[Deciding],
    ) -> ApprovalRequest:
        """The request after this no. Raises: as `answer`."""
        request = self.get(request_id)
        return self._answered(request, _no(request, reason), **deciding)

    def answer(self, request_id: str, answer: Any, **deciding: Unpack[Deciding]) -> ApprovalRequest:
        """The request with this answer on record; a graph's is delivered by a worker.

        Raises:
            UnknownInterrupt, InvalidAnswer, AlreadyAnswered, RequestExpired, NotAllowed, StaleView,
            PolicyRefused: the first that holds; nothing was decided.
        """
        return self._answered(self.get(request_id), answer, **deciding)

    def undo(self, request_id: str, *, by: str) -> ApprovalRequest:
        """The request open again, as it was before this person decided, within the `hold`.

        Raises:
            TooLateToUndo: it is for good, or was never this person's.
            UnknownInterrupt: there is no such request.
        """
        of_decision: list[bool] = []

        def undone(row: ApprovalRequest) -> ApprovalRequest:
            of_decision[:] = [row.is_held]
            return undo(row, by=by, now=self.clock())

        def told(row: ApprovalRequest) -> Event:
            # A vote was told to all, so all hear that it is gone.
            return event_of("undone", row, actor=by, **({"held": True} if of_decision[0] else {}))

        return swap(self.store, request_id, undone, told, forgets=True)

    def assign(self, request_id: str, to: str | None, *, by: str) -> ApprovalRequest:
        """The request that this person is to decide, others still may; None for nobody.

        Raises:
            UnknownInterrupt, AlreadyAnswered, RequestExpired: it is not open any more.
        """
        return swap(
            self.store,
            request_id,
            lambda row: assign(row, to, now=self.clock()),
            lambda row: event_of("assigned", row, actor=by, to=to),
        )

    def cancel(self, request_id: str, *, by: str, reason: str | None = None) -> ApprovalRequest:
        """The request withdrawn before anybody decided; a graph's thread is ended.

        Raises:
            UnknownInterrupt, AlreadyAnswered: there is none, or it was decided already.
        """

        def withdrawn(row: ApprovalRequest) -> ApprovalRequest:
            if not row.is_open:
                raise _closed(row)
            delivery = Delivery.DUE if row.graph is not None else Delivery.NONE
            return cancel(row, now=self.clock()).model_copy(update={"delivery": delivery})

        return swap(
            self.store,
            request_id,
            withdrawn,
            lambda row: event_of("cancelled", row, actor=by, reason=reason),
        )

    def extend(self, request_id: str, seconds: float, *, by: str) -> ApprovalRequest:
        """The request with that much more time, counted from its deadline.

        Raises:
            PolicyRefused: from now on it would be more than `max_timeout`.
            UnknownInterrupt, AlreadyAnswered, RequestExpired: it is not open any more.
        """

        def later(row: ApprovalRequest) -> ApprovalRequest:
            now = self.clock()
            until = (row.deadline or now) + timedelta(seconds=seconds)
            if seconds <= 0 or until > now + timedelta(seconds=self.policy.max_timeout):
                problem = say(
                    "the deadline moves on, to at most {most:g} s from now",
                    most=self.policy.max_timeout,
                )
                raise PolicyRefused(problem)
            return extend(row, until=until, now=now)

        return swap(
            self.store,
            request_id,
            later,
            lambda row: event_of(
                "extended",
                row,
                actor=by,
                seconds=seconds,
                deadline=spelled(row.deadline),
            ),
        )

    def find(self, query: Query) -> Iterator[ApprovalRequest]:
        """All requests that fit, page by page."""
        query = replace(query, limit=_PAGE)
        while page := self.store.find(query):
            yield from page
            query = replace(query, after=page[-1])

    def keep_time(self) -> None:
        """Close what is overdue, and make for good what was held long enough."""
        self.expire_due()
        for request in list(self.find(Query(delivery=Delivery.HELD))):
            self.on_time(request)

    def expire_due(self) -> list[ApprovalRequest]:
        """The requests that this call closed because their time was up."""
        closed: list[ApprovalRequest] = []
        for request in self.find(Query(deadline_before=self.clock())):
            try:
                changes = lapse(request, now=self.clock())
            except PlancraftError:  # decided meanwhile
                continue
            if commit(self.store, changes):
                closed.append(changes.replaced[0])
        return closed

    def _answered(
        self, request: ApprovalRequest, answer: Any, **deciding: Unpack[Deciding]
    ) -> ApprovalRequest:
        self._check_edit(request, answer)
        return record_answer(self.store, request, answer, now=self.clock, **deciding)

    def _same(self, request: ApprovalRequest, *, timed: bool) -> ApprovalRequest:
        """The request that the same key made before; `timed` where its timeout was asked for."""
        found = self.store.get(request.id)
        told = ("type", "digest", "tool", "context", "priority", "assignee")
        names = (*told, "timeout") if timed else told
        if found is None or any(getattr(found, one) != getattr(request, one) for one in names):
            raise PolicyRefused(say("this idempotency key was used for another request"))
        return found

    def _check_edit(self, request: ApprovalRequest, answer: Any) -> None:
        """Whether what it became may be approved on the terms of what it was."""
        edited = isinstance(answer, Mapping) and answer.get("decision") == "edit"
        if not edited or request.graph is not None or not request.is_open:
            return
        before = request.asks
        try:
            content = _as_value(answer.get("content"))
        except ValueError as error:
            raise InvalidAnswer(request.title, [str(error)]) from error
        if isinstance(before, ApprovalInterruptPayload) and isinstance(before.content, dict):
            content = {**before.content, **content} if isinstance(content, dict) else content
        tool = _tool_of(content) or request.tool
        for one in {tool, request.tool}:
            self.policy.check_content(request.type, one, content)
        if not request.terms.is_as_strict_as(self.policy.terms(request.type, tool)):
            raise PolicyRefused(say("as edited, it needs a request of its own"))


def _yes(request: ApprovalRequest, edits: Any, reason: str | None) -> dict[str, Any]:
    payload = request.asks
    if isinstance(payload, ConfirmInterruptPayload) and edits is None:
        return {"confirmed": True}
    if not isinstance(payload, ApprovalInterruptPayload):
        raise InvalidAnswer(request.title, [say("this question takes an answer, not a yes")])
    if edits is None:
        return {"decision": "approve", "reason": reason, "content": None}
    content = edits
    if isinstance(payload.content, dict):
        if not isinstance(edits, Mapping):
            raise InvalidAnswer(request.title, [say("edits are a map from fields to values")])
        content = {**payload.content, **edits}
    return {"decision": "edit", "reason": reason, "content": content}


def _no(request: ApprovalRequest, reason: str | None) -> dict[str, Any]:
    payload = request.asks
    if isinstance(payload, ConfirmInterruptPayload):
        return {"confirmed": False}
    if not isinstance(payload, ApprovalInterruptPayload):
        raise InvalidAnswer(request.title, [say("this question takes an answer, not a no")])
    return {"decision": "reject", "reason": reason, "content": None}


def _closed(request: ApprovalRequest) -> PlancraftError:
    if request.decision is not None:
        return AlreadyAnswered(request.id, by=request.decision.by, at=request.decision.at)
    return UnknownInterrupt(request.id)


def _id_for(requested_by: str | None, key: str | None) -> str:
    if key is None:
        return uuid.uuid4().hex[:24]
    return hashlib.sha256(f"key\n{requested_by or ''}\n{key}".encode()).hexdigest()[:24]


def _as_value(content: Any) -> Any:
    """The content as JSON: a text that holds an object or a list is taken for that.

    Raises:
        ValueError: it names a field twice, so that nobody could tell which one counts, or holds
            a number that JSON cannot carry on.
    """
    if not isinstance(content, str):
        return plain_json(content)
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            twice.append(
                next(name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1)
            )
        return fields

    try:
        read = json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return content
    if not isinstance(read, dict | list):
        return content
    if twice:
        raise ValueError(say("the content names {name} twice", name=twice[0]))
    return plain_json(read)


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _tool_of(content: Any) -> str | None:
    tool = content.get("tool") if isinstance(content, dict) else None
    return tool if isinstance(tool, str) else None
