"""HITLManager as the examples of its specification use it, on every store."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import plancraft as pc
from plancraft.approvals import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    HITLPolicy,
    Query,
    Rule,
    Store,
)
from plancraft.approvals.audit import verify_log
from plancraft.approvals.desk import Desk
from plancraft.approvals.manager import HITLManager
from plancraft.errors import (
    AlreadyAnswered,
    HITLCancelledError,
    HITLRejectionError,
    HITLTimeoutError,
    InvalidAnswer,
    NotAllowed,
    PolicyRefused,
    RequestExpired,
    StaleView,
    UnknownInterrupt,
)

PLAN = {"topic": "agents", "methodology": "papers", "key_questions": ["why?"]}
PLAN_TEXT = json.dumps(PLAN, ensure_ascii=False, indent=2)
CRITICAL = ApprovalType.CRITICAL_DECISION


class Clock:
    """A time that a test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_request_is_asked_waited_for_and_approved(store: Store) -> None:
    async def story() -> ApprovalRequest:
        manager = HITLManager(store=store)
        request = await manager.request_approval(CRITICAL, "Plan", PLAN_TEXT, {"agent_id": "a1"})
        assert [one.id for one in await manager.get_pending_approvals()] == [request.id]
        waiters = [asyncio.create_task(manager.wait_for_approval(request.id)) for _ in range(3)]
        await asyncio.sleep(0.05)
        await manager.approve(request.id, by="mina")
        first, *others = await asyncio.gather(*waiters)
        assert others == [first, first]
        assert await manager.wait_for_approval(request.id) == first
        return first

    request = asyncio.run(story())

    assert (request.status, request.approved_by) == (ApprovalStatus.APPROVED, "mina")
    assert (request.timeout, request.content, request.context) == (
        600,
        PLAN_TEXT,
        {"agent_id": "a1"},
    )
    assert verify_log(store).entries == 2


def test_another_managers_decision_reaches_who_waits(store: Store) -> None:
    async def story() -> None:
        asking, deciding = HITLManager(store=store), HITLManager(store=store)
        request = await asking.request_approval(CRITICAL, "Plan", PLAN)
        waiting = asyncio.create_task(asking.wait_for_approval(request.id, timeout=30))
        await asyncio.sleep(0.05)
        await deciding.reject(request.id, "too broad", by="jun")
        with pytest.raises(HITLRejectionError) as refused:
            await waiting
        assert (refused.value.rejection_reason, refused.value.by) == ("too broad", "jun")
        assert str(refused.value) == "Rejected by jun: too broad"

    asyncio.run(story())


def test_a_waits_own_time_ends_that_wait_only(store: Store) -> None:
    async def story() -> None:
        manager = HITLManager(store=store)
        request = await manager.request_approval(CRITICAL, "Plan", PLAN)
        with pytest.raises(HITLTimeoutError) as late:
            await manager.wait_for_approval(request.id, timeout=0.05)
        assert late.value.is_open
        await manager.approve(request.id, by="mina")
        assert (await manager.wait_for_approval(request.id, timeout=0)).approved_by == "mina"

    asyncio.run(story())


def test_at_its_deadline_a_request_is_refused_by_the_policy(store: Store) -> None:
    async def story() -> None:
        manager = HITLManager(store=store)
        request = await manager.request_approval(CRITICAL, "Plan", PLAN, timeout=0.2)
        with pytest.raises(HITLTimeoutError) as late:
            await manager.wait_for_approval(request.id)
        assert not late.value.is_open
        with pytest.raises(RequestExpired):
            await manager.approve(request.id, by="mina")

    asyncio.run(story())
    (event,) = [one for one in store.events() if one.kind == "expired"]
    assert event.actor == "policy:deadline"


def test_a_policy_may_take_silence_for_a_yes(store: Store) -> None:
    clock = Clock()
    policy = HITLPolicy(types={"general": {"silence": "approve"}})
    desk = Desk(store, policy, clock)
    request = desk.open("general", "Minor", "x")
    clock.pass_by(180)

    assert desk.get(request.id).approved_by == "policy:deadline"


def test_the_deadline_is_looked_at_when_nobody_sweeps(store: Store) -> None:
    clock = Clock()
    desk = Desk(store, clock=clock)
    request = desk.open("general", "Minor", "x")
    clock.pass_by(179.9)
    assert desk.get(request.id).is_open
    clock.pass_by(0.1)

    with pytest.raises(RequestExpired):
        desk.answer(request.id, {"decision": "approve"}, by="mina")
    assert desk.get(request.id).status is ApprovalStatus.EXPIRED


def test_a_sweep_closes_what_is_overdue_and_nothing_else(store: Store) -> None:
    clock = Clock()
    desk = Desk(store, clock=clock)
    short, decided = desk.open("general", "a", "x"), desk.open("general", "b", "x")
    long = desk.open("final_report", "c", "x")
    desk.approve(decided.id, by="mina")
    clock.pass_by(181)

    assert [one.id for one in desk.expire_due()] == [short.id]
    assert desk.expire_due() == []
    assert desk.get(long.id).is_open


def test_every_second_decision_is_refused_and_told_the_first(desk: Desk) -> None:
    request = desk.open(CRITICAL, "Plan", PLAN)
    desk.approve(request.id, by="mina")

    for again in (
        lambda: desk.approve(request.id, by="mina"),
        lambda: desk.reject(request.id, by="jun", reason="no"),
        lambda: desk.cancel(request.id, by="agent"),
        lambda: desk.extend(request.id, 5, by="jun"),
    ):
        with pytest.raises(AlreadyAnswered, match="mina"):
            again()


def test_who_saw_something_else_does_not_decide(desk: Desk) -> None:
    request = desk.open(CRITICAL, "Plan", PLAN)

    with pytest.raises(StaleView):
        desk.approve(request.id, by="mina", seen="0" * 64)
    assert desk.approve(request.id, by="mina", seen=request.digest).approved_by == "mina"


def test_who_asked_does_not_decide(desk: Desk) -> None:
    request = desk.open(CRITICAL, "Plan", PLAN, requested_by="agent")

    for decide in (desk.approve, desk.reject):
        with pytest.raises(NotAllowed, match="who asked"):
            decide(request.id, by="agent")  # type: ignore[operator]
    assert desk.get(request.id).is_open


def test_several_people_must_approve_and_one_no_is_enough(store: Store) -> None:
    desk = Desk(store, HITLPolicy(types={"critical_decision": {"needed": 2}}))
    request = desk.open(CRITICAL, "Plan", PLAN)

    first = desk.approve(request.id, by="mina")
    assert first.is_open
    assert [vote.by for vote in first.votes] == ["mina"]
    with pytest.raises(AlreadyAnswered, match="mina"):
        desk.approve(request.id, by="mina")
    assert desk.approve(request.id, by="jun").status is ApprovalStatus.APPROVED

    other = desk.open(CRITICAL, "Plan", PLAN)
    desk.approve(other.id, by="mina")
    assert desk.reject(other.id, by="jun", reason="no").status is ApprovalStatus.REJECTED
    kinds = [event.kind for event in store.events(request_id=request.id)]
    assert kinds == ["opened", "voted", "decided"]


def test_a_no_needs_a_reason_where_the_policy_wants_one(store: Store) -> None:
    strict, lax = Desk(store), Desk(store, HITLPolicy(require_reason_for_rejection=False))

    with pytest.raises(InvalidAnswer, match="reason"):
        strict.reject(strict.open(CRITICAL, "Plan", PLAN).id, by="mina")
    assert lax.reject(lax.open(CRITICAL, "Plan", PLAN).id, by="mina").rejection_reason is None


def test_low_risk_is_approved_by_the_policy_where_it_says_so(store: Store) -> None:
    policy = HITLPolicy(
        auto_approve_low_risk=True, tools={"search": Rule(risk="low"), "pay": Rule(risk="high")}
    )
    desk = Desk(store, policy)

    search = desk.open("general", "Search", {"q": "x"}, tool="search")
    assert (search.status, search.approved_by) == (ApprovalStatus.APPROVED, "policy:low-risk")
    assert desk.open("general", "Pay", {"risk": "low", "tool": "pay"}).is_open
    assert desk.open("general", "Other", {"risk": "low"}).is_open
    decided = [event for event in store.events(request_id=search.id) if event.kind == "decided"]
    assert [(one.actor, one.data["via"]) for one in decided] == [("policy:low-risk", "policy")]


def test_edits_of_editable_fields_come_with_the_approval(desk: Desk) -> None:
    request = desk.open(CRITICAL, "Plan", PLAN, editable=["methodology"])

    with pytest.raises(InvalidAnswer, match="topic"):
        desk.approve(request.id, by="mina", edits={"topic": "bees"})
    with pytest.raises(InvalidAnswer, match="map"):
        desk.approve(request.id, by="mina", edits="all")
    approved = desk.approve(request.id, by="mina", edits={"methodology": "interviews"})

    assert approved.decision is not None
    assert approved.decision.answer["content"] == {**PLAN, "methodology": "interviews"}  # type: ignore[call-overload,index]


def test_an_edit_must_keep_to_the_schema_and_the_policy_of_what_it_becomes(store: Store) -> None:
    amount = {"properties": {"amount": {"maximum": 100}}}
    policy = HITLPolicy(tools={"pay": Rule(content_schema=amount), "wire": Rule(needed=2)})
    desk = Desk(store, policy)
    with pytest.raises(PolicyRefused, match="100"):
        desk.open("general", "Pay", {"tool": "pay", "amount": 101})
    request = desk.open("general", "Pay", {"tool": "pay", "amount": 5}, editable=["amount", "tool"])

    with pytest.raises(PolicyRefused, match="100"):
        desk.approve(request.id, by="mina", edits={"amount": 5000})
    with pytest.raises(PolicyRefused, match="request of its own"):
        desk.approve(request.id, by="mina", edits={"tool": "wire"})
    assert desk.approve(request.id, by="mina", edits={"amount": 50}).approved_by == "mina"


def test_a_key_makes_a_repeated_request_the_same(store: Store) -> None:
    desk = Desk(store)
    first = desk.open(CRITICAL, "Plan", PLAN, idempotency_key="k", requested_by="agent")
    desk.approve(first.id, by="mina")

    again = desk.open(CRITICAL, "Plan", PLAN, idempotency_key="k", requested_by="agent")
    assert (again.id, again.approved_by) == (first.id, "mina")
    with pytest.raises(PolicyRefused, match="key"):
        desk.open(CRITICAL, "Plan", {}, idempotency_key="k", requested_by="agent")
    other = desk.open(CRITICAL, "Plan", PLAN, idempotency_key="k", requested_by="another")
    assert other.id != first.id
    assert len(list(desk.find(Query(status=None)))) == 2


def test_withdrawn_requests_end_the_wait(store: Store) -> None:
    async def story() -> None:
        manager = HITLManager(store=store)
        request = await manager.request_approval(CRITICAL, "Plan", PLAN)
        waiting = asyncio.create_task(manager.wait_for_approval(request.id))
        await asyncio.sleep(0.05)
        await manager.cancel_request(request.id, "not needed", by="agent")
        with pytest.raises(HITLCancelledError):
            await waiting

    asyncio.run(story())


def test_more_time_moves_the_deadline_within_the_policys_bounds(store: Store) -> None:
    clock = Clock()
    desk = Desk(store, clock=clock)
    request = desk.open("general", "Minor", "x")
    assert request.deadline is not None

    extended = desk.extend(request.id, 60, by="mina")
    assert extended.deadline == request.deadline + timedelta(seconds=60)
    for seconds in (4000, 0, -5):
        with pytest.raises(PolicyRefused):
            desk.extend(request.id, seconds, by="mina")
    clock.pass_by(230)
    assert desk.get(request.id).is_open
    clock.pass_by(11)
    with pytest.raises(RequestExpired):
        desk.extend(request.id, 60, by="mina")


@pytest.mark.parametrize(
    "wrong",
    [
        {"priority": 9},
        {"editable": ["nothing"]},
        {"type": "unheard_of"},
        {"title": ""},
    ],
)
def test_a_request_that_is_not_as_it_should_be_is_refused(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    given = {"type": "general", "title": "Plan", "content": PLAN, **wrong}

    with pytest.raises(ValueError, match=r".+"):
        desk.open(**given)
    assert list(desk.find(Query(status=None))) == []


def test_what_is_not_there_is_said(store: Store) -> None:
    async def story() -> None:
        manager = HITLManager(store=store)
        for call in (manager.wait_for_approval, manager.approve, manager.cancel_request):
            with pytest.raises(UnknownInterrupt, match="nothing"):
                await call("nothing")

    asyncio.run(story())


def test_a_graphs_question_is_a_request_of_the_same_inbox(store: Store) -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    from tests.graphs import build, confirm

    graph = build(InMemorySaver(), ("asks", confirm("ok?")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    desk = Desk(store)
    (request,) = desk.find(Query())

    desk.approve(request.id, by="mina", seen=request.digest)
    pc.recover(graph, store=store)

    assert graph.get_state({"configurable": {"thread_id": "t"}}).values["seen"] == ["ok? True"]


def test_a_question_with_options_takes_neither_yes_nor_no(store: Store) -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    from tests.graphs import build, choose

    graph = build(InMemorySaver(), ("asks", choose("deep", "wide")))
    pc.start(graph, {"topic": "x"}, "t", store=store)
    desk = Desk(store)
    (request,) = desk.find(Query())

    with pytest.raises(InvalidAnswer, match="not a yes"):
        desk.approve(request.id, by="mina")
    with pytest.raises(InvalidAnswer, match="not a no"):
        desk.reject(request.id, by="mina", reason="x")
    assert desk.answer(request.id, "deep", by="mina").status is ApprovalStatus.ANSWERED


def test_a_content_about_another_tool_than_the_one_named_is_refused(store: Store) -> None:
    desk = Desk(store, HITLPolicy(auto_approve_low_risk=True, tools={"search": Rule(risk="low")}))

    with pytest.raises(PolicyRefused, match="another tool"):
        desk.open("general", "Pay", {"tool": "pay"}, tool="search")
    assert desk.open("general", "Deep", "[" * 100_000).is_open


class Telling:
    """A notification service that remembers, or fails."""

    def __init__(self, fails: bool = False) -> None:
        self.told, self.fails = list[str](), fails

    async def send_approval_notification(self, request: ApprovalRequest) -> None:
        self.told.append(request.title)
        if self.fails:
            raise OSError("no network")


def test_people_are_told_as_the_policy_says_and_a_failure_costs_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(policy: HITLPolicy, service: Telling) -> list[str]:
        manager = HITLManager(policy, service, store=store)
        await manager.request_approval(CRITICAL, "Plan", PLAN)
        return service.told

    assert asyncio.run(ask(HITLPolicy(), Telling())) == ["Plan"]
    assert asyncio.run(ask(HITLPolicy(enable_notifications=False), Telling())) == []
    with caplog.at_level(logging.ERROR, "plancraft"):
        assert asyncio.run(ask(HITLPolicy(), Telling(fails=True))) == ["Plan"]
    assert "notification_failed" in caplog.text
    assert len(list(Desk(store).find(Query()))) == 3


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_handlers_are_called_for_their_status_with_a_key(store: Store) -> None:
    calls = list[tuple[str, str | None]]()

    async def story() -> None:
        manager = HITLManager(store=store)

        @manager.on_approval(ApprovalStatus.APPROVED)
        async def approved(request: ApprovalRequest, key: str) -> None:
            calls.append((request.title, key))

        @manager.on_approval("rejected")
        def rejected(request: ApprovalRequest) -> None:
            calls.append((request.title, request.rejection_reason))

        yes = await manager.request_approval(CRITICAL, "Yes", PLAN)
        no = await manager.request_approval(CRITICAL, "No", PLAN)
        await manager.approve(yes.id, by="mina")
        await manager.reject(no.id, "why not", by="mina")
        await until(lambda: len(calls) == 2)
        await manager.aclose()
        assert sorted(calls) == [("No", "why not"), ("Yes", f"{yes.id}:approved")]

    asyncio.run(story())


def test_a_handler_goes_on_where_a_process_ended_and_tries_again_after_an_error(
    store: Store,
) -> None:
    calls = list[str]()

    async def handled(request: ApprovalRequest) -> None:
        calls.append(request.title)
        if len(calls) == 1:
            raise OSError("at first it fails")

    async def first() -> None:
        manager = HITLManager(store=store)
        manager.on_approval("approved")(handled)
        request = await manager.request_approval(CRITICAL, "One", PLAN)
        await manager.approve(request.id, by="mina")
        await until(lambda: len(calls) == 2)
        await asyncio.sleep(0.1)  # its bookmark is written behind it
        await manager.aclose()

    async def second() -> None:
        # Decided while nobody watched.
        request = await HITLManager(store=store).request_approval(CRITICAL, "Two", PLAN)
        await HITLManager(store=store).approve(request.id, by="mina")
        manager = HITLManager(store=store)
        manager.on_approval("approved")(handled)
        serving = asyncio.create_task(manager.serving())
        await until(lambda: len(calls) == 3)
        serving.cancel()
        await manager.aclose()

    asyncio.run(first())
    asyncio.run(second())
    assert calls == ["One", "One", "Two"]
