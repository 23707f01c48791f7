"""Told at least once, made once: whatever fails, crashes or is done twice."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plancraft.access import Key
from plancraft.app import default_store
from plancraft.approvals import ApprovalRequest, Changes, Event, HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import event_of
from plancraft.approvals.manager import HITLManager, use_default_store
from plancraft.approvals.opening import open_question
from plancraft.errors import StoreUnavailable, UnknownNotification
from plancraft.interrupts.payloads import ConfirmInterruptPayload
from plancraft.notifications import (
    Letter,
    NotificationService,
    NotificationSettings,
    NotNow,
    Outbox,
    OutboxItem,
    Recipient,
    TaskLetter,
    Undeliverable,
)
from plancraft.notifications.following import bookmark_of
from plancraft.notifications.outbox import ATTEMPTS, after_failure
from plancraft.notifications.running import LOCK
from plancraft.notifications.sending import Sender
from plancraft.stores import MemoryStore, open_store
from tests.notifications.conftest import POLICY, Clock, Serving
from tests.notifications.servers import HttpServer, eventually
from tests.postgres import postgres_schema
from tests.redis import redis_prefix, redis_url

ROOT = Path(__file__).parents[2]


class Told:
    """A channel that remembers what it was given, and fails as it is told to."""

    def __init__(self, name: str = "slack", to: Sequence[str] = ("here",)) -> None:
        self.name, self.to = name, to
        self.letters: list[Letter] = []
        self.tried: list[str] = []
        self.fails: dict[str, Exception] = {}
        """By recipient."""
        self.stuck: set[str] = set()
        self.on_their_way = self.most = 0

    def recipients(
        self, event: Event, request: ApprovalRequest, people: Sequence[Key]
    ) -> Sequence[Recipient]:
        return [Recipient(to) for to in self.to] if event.kind == "opened" else []

    async def send(self, letter: Letter) -> None:
        self.tried.append(letter.key)
        self.on_their_way += 1
        self.most = max(self.most, self.on_their_way)
        try:
            while letter.to in self.stuck:
                await asyncio.sleep(0.01)
            if error := self.fails.get(letter.to):
                raise error
        finally:
            self.on_their_way -= 1
        self.letters.append(letter)

    def titles(self) -> list[str]:
        return [letter.request.title for letter in self.letters]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def service(store: Store, told: Told, clock: Clock) -> NotificationService:
    """It has begun: what happens from now on is told."""
    service = NotificationService(store, POLICY, channels=[told], clock=clock)
    deliver(service)
    return service


def deliver(service: NotificationService) -> None:
    assert asyncio.run(service.deliver())


def ask(store: Store, title: str = "Plan") -> ApprovalRequest:
    return Desk(store, POLICY).open("general", title, "x", timeout=3600)


@pytest.fixture(params=["memory", "sqlite", "postgres", "redis"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    match request.param:
        case "postgres":
            with postgres_schema() as url, closing(open_store(url)) as store:
                yield store
        case "redis":
            with (
                redis_url(tmp_path) as server,
                redis_prefix(server) as url,
                closing(open_store(url)) as store,
            ):
                yield store
        case "sqlite":
            with closing(open_store(str(tmp_path / "any.db"))) as store:
                yield store
        case _:
            yield MemoryStore()


def test_a_running_service_tells_of_each_request_once_on_every_store(any_store: Store) -> None:
    told = Told(to=("one", "two"))
    service = NotificationService(any_store, POLICY, channels=[told])
    deliver(service)
    with Serving(service):
        for number in range(5):
            ask(any_store, f"Plan {number}")
        eventually(lambda: len(told.letters) == 10 and not service.waiting())
    assert sorted(told.titles()) == sorted([f"Plan {number}" for number in range(5)] * 2)
    assert len(set(told.tried)) == 10


def test_what_happened_before_the_first_start_is_not_told(store: Store, told: Told) -> None:
    ask(store, "Old")
    service = NotificationService(store, POLICY, channels=[told])
    deliver(service)
    ask(store, "New")
    deliver(service)
    assert told.titles() == ["New"]


def test_a_channel_added_later_is_not_told_of_what_was_before(
    service: NotificationService, store: Store, told: Told
) -> None:
    ask(store, "Old")
    later = Told("webhook")
    both = NotificationService(store, POLICY, channels=[told, later])
    deliver(both)
    ask(store, "New")
    deliver(both)
    assert (told.titles(), later.titles()) == (["Old", "New"], ["New"])


def test_a_process_without_a_channel_takes_nothing_from_the_one_that_has_it(
    service: NotificationService, store: Store, told: Told
) -> None:
    ask(store)
    other = Told("webhook")
    deliver(NotificationService(store, POLICY, channels=[other]))
    told.fails["here"] = NotNow("later")
    deliver(service)
    deliver(NotificationService(store, POLICY, channels=[other]))
    assert len(service.waiting()) == 1
    assert other.letters == []


def test_items_and_bookmark_are_one_commit(
    service: NotificationService, store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Changes] = []
    commit = type(store).commit

    def noted(self: Store, changes: Changes, *, durable: bool) -> bool:
        written.append(changes)
        return commit(self, changes, durable=durable)

    request = ask(store)
    monkeypatch.setattr(type(store), "commit", noted)
    deliver(service)
    filling = [one for one in written if any(record.body for record in one.records)]
    assert len(filling) == 1
    assert dict(filling[0].bookmarks) == {bookmark_of("slack"): store.head().seq}
    assert [record.kind for record in filling[0].records] == ["outbox"]
    assert request.id in str(filling[0].records[0].body)


@pytest.mark.parametrize("cut", range(6))
def test_a_crash_at_any_write_loses_nothing_and_makes_nothing_twice(
    store: Store, told: Told, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store fails for good at its nth write; then somebody else starts."""
    first = NotificationService(store, POLICY, channels=[told])
    deliver(first)
    for number in range(3):
        ask(store, f"Plan {number}")
    commit, left = type(store).commit, [cut]

    def failing(self: Store, changes: Changes, *, durable: bool) -> bool:
        if left[0] == 0:
            raise StoreUnavailable("sqlite", "pulled")
        left[0] -= 1
        return commit(self, changes, durable=durable)

    monkeypatch.setattr(type(store), "commit", failing)
    with suppress(StoreUnavailable):
        deliver(first)
    monkeypatch.undo()

    second = NotificationService(store, POLICY, channels=[told])
    deliver(second)
    assert set(told.titles()) == {"Plan 0", "Plan 1", "Plan 2"}
    assert len(set(told.tried)) == 3
    assert second.outbox.items() == []


def test_in_one_process_nothing_is_sent_twice_when_the_store_fails_after_the_send(
    service: NotificationService, store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = [False]
    commit = type(store).commit

    def failing(self: Store, changes: Changes, *, durable: bool) -> bool:
        if down[0] and changes.records:
            raise StoreUnavailable("sqlite", "pulled")
        return commit(self, changes, durable=durable)

    monkeypatch.setattr(type(store), "commit", failing)
    monkeypatch.setattr("plancraft.notifications.running.AGAIN_SECONDS", 0.1)
    told.stuck.add("here")
    with Serving(service):
        ask(store)
        eventually(lambda: told.tried)
        down[0] = True
        told.stuck.clear()
        eventually(lambda: told.letters)
        time.sleep(0.5)
        down[0] = False
        eventually(lambda: not service.waiting())
    assert len(told.tried) == 1


def test_the_store_may_be_down_for_a_while(
    service: NotificationService, store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, down = type(store).log, [True]

    def failing(self: Store, *, after: int = 0, limit: int = 1000) -> object:
        if down[0]:
            raise StoreUnavailable("sqlite", "pulled")
        return log(self, after=after, limit=limit)

    monkeypatch.setattr(type(store), "log", failing)
    monkeypatch.setattr("plancraft.notifications.running.AGAIN_SECONDS", 0.1)
    with Serving(service):
        ask(store)
        time.sleep(0.3)
        assert told.letters == []
        down[0] = False
        eventually(lambda: told.letters)
    assert told.titles() == ["Plan"]


def test_a_failure_is_tried_again_later_and_later_and_then_given_up(
    service: NotificationService, store: Store, told: Told, clock: Clock
) -> None:
    told.fails["here"] = NotNow("busy")
    ask(store)
    pauses = []
    for attempt in range(1, ATTEMPTS):
        deliver(service)
        deliver(service)
        (item,) = service.waiting()
        assert (item.attempts, item.error, len(told.tried)) == (attempt, "busy", attempt)
        pauses.append((item.next_at - clock()).total_seconds())
        clock.pass_by(seconds=pauses[-1] + 0.1)
    deliver(service)

    for pause, usual in zip(pauses, (5, 10, 20, 40, 80, 160, 320), strict=True):
        assert 0.7 * usual < pause <= usual
    (dead,) = service.dead()
    assert (dead.attempts, dead.error) == (ATTEMPTS, "busy")
    assert service.waiting() == []
    clock.pass_by(minutes=30)
    deliver(service)
    assert len(told.tried) == ATTEMPTS


def test_a_pause_is_at_most_a_quarter_of_an_hour_unless_the_receiver_wants_more() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    item = OutboxItem(
        id="1:slack:x", seq=1, channel="slack", to="x", kind="opened", request_id="r",
        created_at=now, next_at=now, attempts=6,
    )  # fmt: skip

    def pause(attempts: int, chance: float, wish: float | None = None) -> float:
        later = after_failure(
            item.model_copy(update={"attempts": attempts}),
            "x" * 1000,
            now=now,
            retry_after=wish,
            chance=lambda: chance,
        )
        assert later.error is not None
        assert len(later.error) <= 300
        return (later.next_at - now).total_seconds()

    assert (pause(0, 0), pause(0, 1), pause(6, 0)) == (5, 3.75, 320)
    assert pause(0, 0, 42) == 42
    assert pause(0, 0, 1) == 5
    assert pause(0, 0, 10.0**9) == 6 * 3600


def test_the_dead_are_listed_sent_again_and_dropped(
    service: NotificationService, store: Store, told: Told
) -> None:
    told.to = ("one", "two", "three")
    told.fails = {to: Undeliverable("no such place") for to in told.to}
    ask(store)
    deliver(service)
    one, two, three = service.dead()
    assert {item.error for item in (one, two, three)} == {"no such place"}
    assert all(item.attempts == 1 for item in (one, two, three))

    told.fails.clear()
    assert service.retry(one.id).state == "waiting"
    assert service.drop(two.id).id == two.id
    deliver(service)
    assert [letter.key for letter in told.letters] == [one.id]
    assert [item.id for item in service.retry_all()] == [three.id]
    deliver(service)
    assert [letter.key for letter in told.letters] == [one.id, three.id]
    assert service.outbox.items() == []
    for refused in (service.retry, service.drop):
        with pytest.raises(UnknownNotification, match="one"):
            refused("one")


def test_what_another_process_puts_back_is_found(
    service: NotificationService, store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plancraft.notifications.running.AGAIN_SECONDS", 0.1)
    told.fails["here"] = Undeliverable("no")
    with Serving(service):
        ask(store)
        (dead,) = eventually(service.dead)
        told.fails.clear()
        NotificationService(store, channels=[]).retry(dead.id)
        eventually(lambda: told.letters)


def test_one_who_is_slow_or_refuses_holds_up_nobody_else(store: Store) -> None:
    slow, quick = Told("slack"), Told("email", to=("mina", "jun"))
    slow.stuck.add("here")
    quick.fails["jun"] = NotNow("busy")
    service = NotificationService(store, POLICY, channels=[slow, quick])
    deliver(service)
    with Serving(service):
        for number in range(20):
            ask(store, f"Plan {number}")
        eventually(lambda: len(quick.letters) == 20)
        assert slow.letters == []
        assert slow.most == 8
        slow.stuck.clear()
        eventually(lambda: len(slow.letters) == 20)
    assert max(slow.most, quick.most) <= 8


def test_a_receiver_that_wants_to_be_left_alone_is(
    service: NotificationService, store: Store, told: Told, clock: Clock
) -> None:
    told.to = ("a",)
    told.fails["a"] = NotNow("429", retry_after=120)
    ask(store, "One")
    deliver(service)
    (item,) = service.waiting()
    assert 119 < (item.next_at - clock()).total_seconds() <= 120
    told.fails.clear()
    clock.pass_by(seconds=121)
    deliver(service)
    assert told.titles() == ["One"]


def test_while_one_waits_as_told_the_others_of_that_way_do_too(
    service: NotificationService, store: Store, told: Told, clock: Clock
) -> None:
    told.fails["here"] = NotNow("429", retry_after=120)
    with Serving(service):
        ask(store, "One")
        eventually(lambda: told.tried and service.waiting()[0].attempts)
        ask(store, "Two")
        eventually(lambda: len(service.waiting()) == 2)
        time.sleep(0.2)
        assert len(told.tried) == 1
        told.fails.clear()
        clock.pass_by(seconds=121)
        service.wake()
        eventually(lambda: sorted(told.titles()) == ["One", "Two"])


def test_whatever_a_channel_raises_is_a_reason_to_try_again_and_tells_no_secret(
    service: NotificationService, store: Store, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    told.fails["here"] = ZeroDivisionError("odd")
    ask(store)
    deliver(service)
    (item,) = service.waiting()
    assert item.error == "ZeroDivisionError('odd')"


def test_a_channel_that_cannot_say_whom_to_tell_does_not_stop_the_others(store: Store) -> None:
    class Broken(Told):
        def recipients(self, *_: object) -> Sequence[Recipient]:
            raise RuntimeError("bug")

    fine = Told("email")
    service = NotificationService(store, POLICY, channels=[Broken(), fine])
    deliver(service)
    ask(store)
    deliver(service)
    assert fine.titles() == ["Plan"]


def test_questions_of_graphs_are_told_as_the_services_own_policy_says(
    store: Store, told: Told
) -> None:
    def asked(number: int) -> None:
        request = open_question(
            graph="g", thread_id=f"t{number}", checkpoint_id="c", interrupt_id=f"i{number}",
            shown=ConfirmInterruptPayload(question=f"Go on? {number}").to_dict(),
            response_schema=None, now=datetime.now(UTC), timeout=300, timeout_action="cancel",
        )  # fmt: skip
        opened = Changes(opened=[request], events=[event_of("opened", request, actor="-")])
        assert store.commit(opened, durable=True)

    quiet = NotificationService(store, HITLPolicy(enable_notifications=False), channels=[told])
    deliver(quiet)
    asked(1)
    deliver(quiet)
    assert told.letters == []
    asked(2)
    deliver(NotificationService(store, POLICY, channels=[told]))
    assert told.titles() == ["Go on? 2"]


def test_an_unknown_channel_is_warned_of_once(
    service: NotificationService, store: Store, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    policy = HITLPolicy(notification_channels=["pigeon", "slack"])
    with Serving(service):
        for _ in range(3):
            Desk(store, policy).open("general", "Plan", "x")
        eventually(lambda: len(told.letters) == 3)
    assert caplog.text.count("pigeon") == 1


def test_two_stores_do_not_give_the_same_key_to_two_notifications() -> None:
    keys = []
    for _ in range(2):
        told, store = Told(), MemoryStore()
        service = NotificationService(store, POLICY, channels=[told])
        deliver(service)
        ask(store)
        deliver(service)
        keys.append(told.tried[0])
    assert keys[0].split(":")[:2] == keys[1].split(":")[:2] == ["1", "slack"]
    assert keys[0] != keys[1]


def test_what_is_sent_while_the_outbox_is_read_is_not_sent_again(
    service: NotificationService, store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.fails["here"] = NotNow("later")
    ask(store)
    deliver(service)
    service.retry(service.waiting()[0].id)
    told.fails.clear()
    told.stuck.add("here")
    read = Outbox.waiting

    def slowly(self: Outbox) -> list[OutboxItem]:
        found = read(self)
        told.stuck.clear()
        eventually(lambda: not self.items())
        return found

    async def story() -> None:
        sender = Sender(store, {"slack": told}, service.settings, datetime_now, lambda: None)
        await sender.look()
        sender.start()
        monkeypatch.setattr(Outbox, "waiting", slowly)
        await sender.look()
        sender.start()
        assert not sender.busy
        await sender.stop()

    asyncio.run(story())
    assert len(told.letters) == 1


def datetime_now() -> datetime:
    return datetime.now(UTC)


def test_what_waits_for_another_of_its_task_is_no_reason_to_look_at_once(store: Store) -> None:
    now = datetime.now(UTC)
    first, second = (
        OutboxItem(
            id=f"{seq}:a2a:0", seq=seq, channel="a2a", to="config", kind="task", task_id="t1",
            source="here", created_at=now, next_at=now + timedelta(seconds=60 if seq == 1 else 0),
        )
        for seq in (1, 2)
    )  # fmt: skip
    Outbox(store).add([first, second], {})

    async def story() -> None:
        sender = Sender(
            store, {}, NotificationSettings(), lambda: now, lambda: None, {"a2a": Never()}
        )
        await sender.look()
        sender.start()
        assert not sender.busy
        assert sender.pause() == 60

    asyncio.run(story())


class Never:
    """A channel that nothing leaves by."""

    name = "a2a"

    async def source(self) -> str:
        return "here"

    async def send(self, letter: TaskLetter) -> None:
        raise AssertionError(letter)


def test_a_manager_has_its_first_request_told_while_it_waits(told: Told) -> None:
    async def story() -> None:
        store = MemoryStore()
        service = NotificationService(channels=[told])
        service.adopt(store)
        manager = HITLManager(POLICY, service, store=store)
        request = await manager.request_approval("general", "Plan", "x")
        async with asyncio.timeout(20):
            while not told.letters:
                await asyncio.sleep(0.01)
            await manager.request_approval("general", "Second", "x")
            while len(told.letters) < 2:
                await asyncio.sleep(0.01)
        assert told.letters[0].request.id == request.id
        await service.aclose()

    asyncio.run(story())


def test_a_service_without_a_store_uses_the_default_one(told: Told) -> None:
    store = MemoryStore()
    use_default_store(lambda: store)
    try:
        assert NotificationService(channels=[told]).store is store
    finally:
        use_default_store(default_store)


def test_the_seeds_service_without_any_setting_sends_nothing_and_fails_nothing() -> None:
    async def story() -> None:
        store = MemoryStore()
        manager = HITLManager(POLICY, NotificationService(), store=store)
        await manager.request_approval("general", "Plan", "x")
        assert store.records("outbox") == []

    asyncio.run(story())


def test_only_who_holds_the_lock_sends(
    service: NotificationService, store: Store, told: Told
) -> None:
    ask(store)
    lock = store.try_lock(LOCK)
    assert lock is not None
    assert asyncio.run(service.deliver()) is False
    assert told.letters == []
    lock.release()
    deliver(service)
    assert told.titles() == ["Plan"]


_PROGRAM = """
import asyncio, sys
from pydantic import SecretStr
from plancraft.approvals import HITLPolicy
from plancraft.notifications import NotificationService, NotificationSettings
from plancraft.stores import open_store

store = open_store(sys.argv[1])
settings = NotificationSettings(slack_webhook_url=SecretStr(sys.argv[2]))
policy = HITLPolicy(notification_channels=["slack", "webhook"])
print("running", flush=True)
asyncio.run(NotificationService(store, policy, settings).run())
"""


class Outside:
    """A process of its own that runs the service with Slack at that URL."""

    def __init__(self, store: Store, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, store.url, url],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "running\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def outside(store: Store, http: HttpServer) -> Iterator[Callable[[], Outside]]:
    started: list[Outside] = []

    def start() -> Outside:
        started.append(Outside(store, http.url("/slack")))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def _titles(http: HttpServer) -> list[str]:
    return [json.loads(hit.body)["blocks"][0]["text"]["text"] for hit in http.hits]


@pytest.mark.slow
def test_what_was_on_its_way_at_a_kill_is_sent_by_the_next(
    store: Store, http: HttpServer, outside: Callable[[], Outside]
) -> None:
    http.stuck = "/slack"
    first = outside()
    eventually(lambda: store.bookmark(bookmark_of("slack")) is not None)
    ask(store)
    eventually(lambda: http.hits)
    (before,) = NotificationService(store, channels=[]).waiting()
    first.kill()
    (after,) = NotificationService(store, channels=[]).waiting()
    assert after == before
    http.stuck = ""
    outside()
    eventually(lambda: len(http.hits) == 2)
    eventually(lambda: not NotificationService(store, channels=[]).waiting())
    assert _titles(http) == ["Plan", "Plan"]


@pytest.mark.slow
def test_two_processes_send_each_once(
    store: Store, http: HttpServer, outside: Callable[[], Outside]
) -> None:
    first, _ = outside(), outside()
    eventually(lambda: store.bookmark(bookmark_of("slack")) is not None)
    for number in range(30):
        ask(store, f"Plan {number}")
    eventually(lambda: len(http.hits) >= 30)
    eventually(lambda: not NotificationService(store, channels=[]).waiting())
    assert sorted(_titles(http)) == sorted(f"Plan {number}" for number in range(30))

    first.kill()
    ask(store, "After")
    eventually(lambda: "After" in _titles(http))
    assert len(http.hits) == 31
