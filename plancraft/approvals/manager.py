"""HITLManager: ask for an approval in async code and wait for it, in any process."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypedDict, TypeVar, Unpack, runtime_checkable

from plancraft.approvals.desk import Desk, Opening
from plancraft.approvals.handlers import Handler, Handlers
from plancraft.approvals.kinds import ApprovalStatus, ApprovalType
from plancraft.approvals.news import Woken, reader_of
from plancraft.approvals.policy import HITLPolicy
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Query, Store
from plancraft.errors import (
    HITLCancelledError,
    HITLRejectionError,
    HITLTimeoutError,
    StoreNotGiven,
    StoreUnavailable,
)

__all__ = ["HITLManager", "Notifier", "use_default_store"]

T = TypeVar("T")
_log = logging.getLogger("plancraft")
_AGAIN_SECONDS = 0.5
_defaults: list[Callable[[], Store]] = []


class _Deciding(TypedDict, total=False):
    """As `desk.Deciding`, but for who, which the manager may say."""

    roles: Iterable[str]
    seen: str | None
    hold: timedelta


class Notifier(Protocol):
    """Whoever tells people of a new request."""

    async def send_approval_notification(self, request: ApprovalRequest) -> Any:
        """Tell them. What it raises is logged; the request is made all the same."""


@runtime_checkable
class _Adopting(Protocol):
    """A notifier that looks into the store itself."""

    def adopt(self, store: Store) -> None:
        """Use the manager's store, unless it has one."""


def use_default_store(make: Callable[[], Store]) -> None:
    """Let managers without a store use what `make` returns."""
    _defaults[:] = [make]


class HITLManager:
    """Requests for approval, and waiting for what people say to them.

    Args:
        policy: What is frozen on new requests.
        notification_service: Told of each new request, where the policy enables notifications.
        store: Where requests live; by default as the settings say (`PLANCRAFT_STORE`,
            `REDIS_URL`, else `plancraft.db` in the working folder).
        by: Who decides or cancels where a call does not say.
        clock: The time, UTC.
    """

    def __init__(
        self,
        policy: HITLPolicy | None = None,
        notification_service: Notifier | None = None,
        *,
        store: Store | None = None,
        by: str = "code",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.policy = policy or HITLPolicy()
        self.notification_service = notification_service
        self.by = by
        self._clock, self._store = clock, store
        self._handlers = Handlers()

    @property
    def store(self) -> Store:
        """Where requests live; opened when it is first needed."""
        if self._store is None:
            if not _defaults:
                raise StoreNotGiven("HITLManager")
            self._store = _defaults[0]()
        return self._store

    @property
    def desk(self) -> Desk:
        """The same calls for code that is not async."""
        return Desk(self.store, self.policy, self._clock)

    async def request_approval(
        self,
        approval_type: ApprovalType | str,
        title: str,
        content: Any,
        context: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        **opening: Unpack[Opening],
    ) -> ApprovalRequest:
        """The new request, on disk; `opening` is what else `Desk.open` takes.

        Raises:
            PolicyRefused, ValueError: it is not as policy or field want it.
            StoreUnavailable: it could not be kept, so nothing was asked.
        """
        await self._handlers.watch(self.store)
        request = await self._call(
            self.desk.open,
            approval_type,
            title,
            content,
            context=context,
            timeout=timeout,
            **opening,
        )
        if self.notification_service is not None and request.terms.channels:
            try:
                if isinstance(self.notification_service, _Adopting):
                    self.notification_service.adopt(self.store)
                await self.notification_service.send_approval_notification(request)
            except Exception:  # noqa: BLE001 - the request stands, whatever a notifier does
                _log.exception("notification_failed: request %s", request.id)
        return request

    async def wait_for_approval(
        self, request_id: str, timeout: float | None = None
    ) -> ApprovalRequest:
        """The request once a person said yes, or answered it.

        Any number may wait, in any process, before or after the decision. A `timeout` (seconds)
        ends this wait only; without one the request's own deadline does. While the store cannot
        be reached the wait goes on.

        Raises:
            HITLRejectionError: somebody said no; `rejection_reason` says why.
            HITLTimeoutError: nobody decided in time. `is_open` tells whether the request still is.
            HITLCancelledError: it was withdrawn.
            UnknownInterrupt: there is no such request.
        """
        await self._handlers.watch(self.store)
        loop = asyncio.get_running_loop()
        ends = None if timeout is None else loop.time() + timeout
        woken = Woken()
        stop = reader_of(self.store).listen(request_id, woken.set)
        try:
            request = await self._call(self.desk.get, request_id)
            while request.is_asked:
                left = [] if ends is None else [ends - loop.time()]
                if left and left[0] <= 0:
                    assert timeout is not None
                    raise HITLTimeoutError(request_id, seconds=timeout, is_open=True)
                if request.turns_at is not None:
                    left.append(max((request.turns_at - self._clock()).total_seconds(), 0.001))
                await woken.wait(min(left, default=None))
                request = await self._again(request)
            return _outcome(request)
        finally:
            stop()

    async def _again(self, request: ApprovalRequest) -> ApprovalRequest:
        """The request as it is now; as it was while the store cannot be reached."""
        try:
            return await self._call(self.desk.get, request.id)
        except StoreUnavailable:
            await asyncio.sleep(_AGAIN_SECONDS)
            return request

    async def approve(
        self,
        request_id: str,
        by: str | None = None,
        *,
        edits: Any = None,
        reason: str | None = None,
        **deciding: Unpack[_Deciding],
    ) -> ApprovalRequest:
        """The request after a yes; as `Desk.approve`."""
        call = partial(self.desk.approve, edits=edits, reason=reason, **deciding)
        return await self._call(call, request_id, by=by or self.by)

    async def reject(
        self,
        request_id: str,
        reason: str | None = None,
        by: str | None = None,
        **deciding: Unpack[_Deciding],
    ) -> ApprovalRequest:
        """The request after a no; as `Desk.reject`."""
        call = partial(self.desk.reject, reason=reason, **deciding)
        return await self._call(call, request_id, by=by or self.by)

    async def answer(
        self,
        request_id: str,
        answer: Any,
        by: str | None = None,
        **deciding: Unpack[_Deciding],
    ) -> ApprovalRequest:
        """The request with this answer; as `Desk.answer`."""
        call = partial(self.desk.answer, **deciding)
        return await self._call(call, request_id, answer, by=by or self.by)

    async def undo(self, request_id: str, by: str | None = None) -> ApprovalRequest:
        """The request open again, while its decision is held; as `Desk.undo`."""
        return await self._call(self.desk.undo, request_id, by=by or self.by)

    async def cancel_request(
        self, request_id: str, reason: str | None = None, by: str | None = None
    ) -> ApprovalRequest:
        """The request withdrawn; as `Desk.cancel`."""
        return await self._call(self.desk.cancel, request_id, by=by or self.by, reason=reason)

    async def extend(
        self, request_id: str, seconds: float, by: str | None = None
    ) -> ApprovalRequest:
        """The request with more time; as `Desk.extend`."""
        return await self._call(self.desk.extend, request_id, seconds, by=by or self.by)

    async def get_request(self, request_id: str) -> ApprovalRequest:
        """The request as it is now; as `Desk.get`."""
        return await self._call(self.desk.get, request_id)

    async def get_pending_approvals(self, query: Query | None = None) -> list[ApprovalRequest]:
        """The open requests, oldest first; those that fit when a query is given."""
        return await self._call(lambda: list(self.desk.find(query or Query())))

    def on_approval(self, status: ApprovalStatus | str) -> Callable[[Handler], Handler]:
        """Decorates a function that is called with each request that gets this status.

        It is called at least once for each from when it was first registered on, by one of the
        processes that have it; again after a crash or an error. A parameter named `key` is given
        what tells a repeat. It runs while this process waits or asks, or within `serving()`.
        """

        def register(handler: Handler) -> Handler:
            self._handlers.add(ApprovalStatus(status), handler)
            return handler

        return register

    async def serving(self) -> None:
        """Call handlers and close what is overdue until cancelled."""
        await self._handlers.watch(self.store)
        while True:
            await self._call(self.desk.keep_time)
            await asyncio.sleep(0.5)

    async def aclose(self) -> None:
        """Stop calling handlers. Nothing is lost: they go on where they were."""
        await self._handlers.close()

    async def _call(self, function: Callable[..., T], *args: Any, **named: Any) -> T:
        if not self.store.blocking:
            return function(*args, **named)
        return await asyncio.to_thread(function, *args, **named)


def _outcome(request: ApprovalRequest) -> ApprovalRequest:
    if request.status is ApprovalStatus.EXPIRED:
        raise HITLTimeoutError(request.id, seconds=request.timeout, is_open=False)
    if request.status is ApprovalStatus.REJECTED:
        assert request.decision is not None
        reason = request.rejection_reason
        raise HITLRejectionError(request.id, by=request.decision.by, rejection_reason=reason)
    if request.decision is None or request.status is ApprovalStatus.CANCELLED:
        raise HITLCancelledError(request.id)
    return request
