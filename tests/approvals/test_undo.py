"""A held decision counts at once, is told to nobody yet, and may be undone once."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.approvals import ApprovalStatus, Delivery, HITLPolicy, Query, Rule, Store
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import Event
from plancraft.approvals.manager import HITLManager
from plancraft.errors import AlreadyAnswered, TooLateToUndo, UnknownInterrupt
from tests.graphs import build, confirm

HOLD = timedelta(seconds=10)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock=clock)


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def test_a_held_decision_refuses_a_second_one_and_is_undone(desk: Desk) -> None:
    request = desk.open("general", "Ship", "it")
    held = desk.approve(request.id, by="mina", hold=HOLD)
    assert (held.status, held.delivery) == (ApprovalStatus.APPROVED, Delivery.HELD)
    with pytest.raises(AlreadyAnswered):
        desk.reject(request.id, by="jun", reason="no")

    undone = desk.undo(request.id, by="mina")
    assert undone.is_open
    assert undone.decision is None
    assert undone.approved_by is None
    assert desk.reject(request.id, by="jun", reason="no").status is ApprovalStatus.REJECTED
    told = kinds(desk.store.events(request_id=request.id))
    assert told == ["opened", "decided", "undone", "decided"]


def test_undo_is_refused_to_others_after_its_time_and_after_the_deadline(
    desk: Desk, clock: Clock
) -> None:
    first, second = (desk.open("general", title, "x", timeout=60) for title in ("a", "b"))
    desk.approve(first.id, by="mina", hold=HOLD)
    with pytest.raises(TooLateToUndo):
        desk.undo(first.id, by="jun")
    clock.pass_(10)
    with pytest.raises(TooLateToUndo):
        desk.undo(first.id, by="mina")

    clock.pass_(45)
    desk.approve(second.id, by="mina", hold=HOLD)
    clock.pass_(6)  # behind the deadline, but within the hold
    with pytest.raises(TooLateToUndo):
        desk.undo(second.id, by="mina")
    clock.pass_(10)
    assert desk.get(second.id).status is ApprovalStatus.APPROVED
    with pytest.raises(TooLateToUndo):
        desk.undo(desk.open("general", "c", "x").id, by="mina")
    with pytest.raises(UnknownInterrupt):
        desk.undo("0" * 24, by="mina")


def test_what_was_decided_without_a_hold_is_for_good(desk: Desk) -> None:
    request = desk.open("general", "Ship", "it")
    desk.approve(request.id, by="mina")
    with pytest.raises(TooLateToUndo):
        desk.undo(request.id, by="mina")


def test_one_of_several_approvals_can_be_taken_back(store: Store, clock: Clock) -> None:
    desk = Desk(store, HITLPolicy(types={"general": Rule(needed=2)}), clock)
    request = desk.open("general", "Ship", "it")
    desk.approve(request.id, by="jun")
    desk.approve(request.id, by="mina", hold=HOLD)
    undone = desk.undo(request.id, by="mina")
    assert [vote.by for vote in undone.votes] == ["jun"]
    assert undone.is_open
    desk.approve(request.id, by="hana", hold=HOLD)
    assert desk.get(request.id).is_held


def test_undoing_a_no_leaves_the_votes_before_it(store: Store, clock: Clock) -> None:
    desk = Desk(store, HITLPolicy(types={"general": Rule(needed=2)}), clock)
    request = desk.open("general", "Ship", "it")
    desk.approve(request.id, by="mina")
    desk.reject(request.id, by="mina", reason="no", hold=HOLD)
    assert [vote.by for vote in desk.undo(request.id, by="mina").votes] == ["mina"]


def test_time_lets_a_held_decision_go_whoever_looks(desk: Desk, clock: Clock) -> None:
    looked, swept = (desk.open("general", title, "x") for title in ("a", "b"))
    for request in (looked, swept):
        desk.approve(request.id, by="mina", hold=HOLD)
    desk.keep_time()
    assert len(desk.store.find(Query(delivery=Delivery.HELD))) == 2
    clock.pass_(10)
    assert desk.get(looked.id).delivery is Delivery.NONE
    desk.keep_time()
    assert desk.store.find(Query(delivery=Delivery.HELD)) == []
    assert kinds(desk.store.events(request_id=swept.id)) == ["opened", "decided", "released"]


def test_who_waits_hears_of_it_only_when_it_is_for_good(store: Store) -> None:
    manager = HITLManager(store=store)
    handled: list[str] = []

    @manager.on_approval("approved")
    async def handle(request: Any, key: str) -> None:
        handled.append(key)

    async def story() -> None:
        request = await manager.request_approval("general", "Ship", "it")
        waiting = asyncio.create_task(manager.wait_for_approval(request.id))
        await manager.approve(request.id, "mina", hold=timedelta(seconds=30))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await manager.undo(request.id, "mina")
        await manager.approve(request.id, "jun", hold=timedelta(seconds=0.3))
        assert (await asyncio.wait_for(waiting, 20)).approved_by == "jun"
        for _ in range(500):
            if handled:
                break
            await asyncio.sleep(0.02)
        assert handled == [f"{request.id}:approved"]
        await manager.aclose()

    asyncio.run(story())


def test_a_graph_gets_the_answer_only_when_it_is_for_good(store: Store) -> None:
    graph, desk = build(InMemorySaver(), ("asks", confirm("ok?"))), Desk(store)
    pc.start(graph, {"topic": "x"}, "t", store=store)
    (request,) = store.find(Query())
    desk.answer(request.id, True, by="mina", hold=HOLD)
    assert pc.recover(graph, store=store) == []
    assert pc.pending(graph, "t", store=store) == []
    with pytest.raises(AlreadyAnswered):
        pc.resume(graph, "t", answer=False, by="jun", store=store)
    desk.undo(request.id, by="mina")
    assert len(pc.pending(graph, "t", store=store)) == 1

    desk.answer(request.id, False, by="mina", hold=timedelta(seconds=0.05))
    time.sleep(0.06)
    assert [one.state for one in pc.recover(graph, store=store)] == ["finished"]
    state = graph.get_state({"configurable": {"thread_id": "t"}}).values
    assert state["seen"] == ["ok? False"]


def test_undo_and_its_end_race_to_one_outcome(store: Store) -> None:
    outcomes = []
    for _ in range(30):
        clock = Clock()
        desk, late = Desk(store, clock=clock), Clock()
        late.now = clock.now + HOLD
        request = desk.open("general", "Ship", "it")
        desk.approve(request.id, by="mina", hold=HOLD)
        undone: list[bool] = []

        def undo(desk: Desk = desk, id_: str = request.id, undone: list[bool] = undone) -> None:
            try:
                desk.undo(id_, by="mina")
                undone.append(True)
            except TooLateToUndo:
                undone.append(False)

        thread = threading.Thread(target=undo)
        thread.start()
        Desk(store, clock=late).keep_time()
        thread.join()
        told = kinds(store.events(request_id=request.id))
        assert told.count("undone") + told.count("released") == 1
        assert ("undone" in told) is undone[0]
        outcomes.append(undone[0])
    assert len(outcomes) == 30


def test_a_keyword_that_is_none_is_an_error_and_not_passed_over(desk: Desk) -> None:
    request = desk.open("general", "Ship", "it")
    for call in (
        lambda: desk.approve(request.id, by="mina", sen=request.digest),  # type: ignore[call-arg]
        lambda: desk.reject(request.id, reason="no"),  # type: ignore[call-arg]
        lambda: desk.open("general", "Ship", "it", assigned="mina"),  # type: ignore[call-arg]
    ):
        with pytest.raises(TypeError, match=r"unknown keywords: .*, missing: "):
            call()
    assert desk.get(request.id).version == 1
