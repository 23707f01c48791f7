"""Push notifications of A2A tasks: none lost, none twice, in order, and no secret left behind."""

import asyncio
import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from a2a.auth.user import User
from a2a.server.cluster import TaskVersion
from a2a.server.context import ServerCallContext
from a2a.types.a2a_pb2 import (
    AuthenticationInfo,
    Message,
    Part,
    Role,
    Task,
    TaskPushNotificationConfig,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from plancraft.a2a.pushing import BOOKMARK, LOCK, PushChannel, PushFollower
from plancraft.a2a.pushing_events import TaskEvents
from plancraft.a2a.tasks import TaskTables, open_tasks
from plancraft.approvals import Changes, Record, Store
from plancraft.approvals.desk import Desk
from plancraft.cli import main
from plancraft.errors import StoreUnavailable
from plancraft.notifications import NotificationService, NotificationSettings, OutboxItem
from plancraft.notifications.outbox import ATTEMPTS
from plancraft.stores import open_store
from tests.notifications.conftest import POLICY, SECRET, Clock, Serving, settings_for
from tests.notifications.servers import Hit, HttpServer, eventually, http_server
from tests.notifications.test_outbox import Told
from tests.ports import free_port
from tests.postgres import postgres_schema

T = TypeVar("T")
SIGNING = NotificationSettings(webhook_secrets=(SecretStr(SECRET),))


class Client(User):
    """Whoever asks the A2A server."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def user_name(self) -> str:
        return self._name


class Tasks:
    """The tables as the A2A server has them."""

    def __init__(self, tables: TaskTables) -> None:
        self.engine, self.tasks, self.configs = tables.engine, tables.store, tables.push_configs
        self._versions: dict[str, TaskVersion] = {}

    def happen(self, task_id: str, *words: str, owner: str = "mina") -> None:
        """An event of the task for each word."""
        for word in words:
            asyncio.run(self.saved(task_id, word, owner))

    async def saved(self, task_id: str, word: str, owner: str = "mina") -> None:
        said = Message(message_id=word, role=Role.ROLE_AGENT, parts=[Part(text=word)])
        status = TaskStatus(state=TaskState.TASK_STATE_WORKING, message=said)
        self._versions[task_id] = await self.tasks.save(
            Task(id=task_id, context_id="c", status=status),
            event=TaskStatusUpdateEvent(task_id=task_id, context_id="c", status=status),
            prev_version=self._versions.get(task_id, TaskVersion.MISSING),
            context=ServerCallContext(user=Client(owner)),
        )

    def watch(self, task_id: str, url: str, *, owner: str = "mina", **named: Any) -> None:
        """Set a push config."""
        config = TaskPushNotificationConfig(url=url, **named)
        context = ServerCallContext(user=Client(owner))
        asyncio.run(self.configs.set_info(task_id, config, context))

    def forget(self, task_id: str, owner: str = "mina") -> None:
        asyncio.run(self.configs.delete_info(task_id, ServerCallContext(user=Client(owner))))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PLANCRAFT_A2A_PUSH_ALLOW", "PLANCRAFT_WEBHOOK_SECRET", "PLANCRAFT_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of our store, and of the tasks' database, which is the same."""
    if request.param == "postgres":
        with postgres_schema() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as store:
        yield store


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = partial(create_async_engine, poolclass=NullPool)
    monkeypatch.setattr("plancraft.a2a.tasks.create_async_engine", engine)


@pytest.fixture
def tasks(url: str) -> Tasks:
    return Tasks(open_tasks(url))


@pytest.fixture
def engine(tasks: Tasks) -> AsyncEngine:
    return tasks.engine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running


@pytest.fixture
def follower(engine: AsyncEngine, store: Store, clock: Clock) -> PushFollower:
    return PushFollower(engine, store, clock=clock)


@pytest.fixture
def service(tasks: Tasks, store: Store, clock: Clock) -> NotificationService:
    return sender(tasks, store, clock)


def sender(tasks: Tasks, store: Store, clock: Clock, *allow: str) -> NotificationService:
    channel = PushChannel(tasks.engine, tasks.configs, SIGNING, allow=allow or ("127.0.0.1",))
    return NotificationService(
        store, settings=SIGNING, channels=[], clock=clock, task_channels=[channel]
    )


def follow(follower: PushFollower) -> None:
    assert asyncio.run(follower.follow())


def deliver(service: NotificationService) -> None:
    assert asyncio.run(service.deliver())


def source_of(tasks: Tasks) -> str:
    return asyncio.run(TaskEvents(tasks.engine).source())


def bookmark(store: Store, tasks: Tasks) -> int:
    return store.bookmark(f"{BOOKMARK}:{source_of(tasks)}") or 0


def word_of(hit: Hit) -> str:
    word: str = json.loads(hit.body)["statusUpdate"]["status"]["message"]["messageId"]
    return word


def words(http: HttpServer, path: str = "/hook") -> list[str]:
    return [word_of(hit) for hit in http.hits if hit.path == path]


def test_each_event_is_sent_once_to_each_receiver(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch("t1", http.url("/a"), id="a")
    tasks.watch("t1", http.url("/b"), id="b")
    tasks.watch("t2", http.url("/c"))
    tasks.happen("t1", "one", "two")
    tasks.happen("t2", "three")
    tasks.happen("t3", "nobody asked")
    for _ in range(2):
        follow(follower)
        deliver(service)
    assert [words(http, path) for path in ("/a", "/b", "/c")] == [
        ["one", "two"],
        ["one", "two"],
        ["three"],
    ]
    assert len(http.hits) == 5
    assert service.outbox.items() == []


def test_the_request_is_the_specifications_signed_by_us(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch(
        "t1",
        http.url("/hook?x=1"),
        token="t0ken",
        authentication=AuthenticationInfo(scheme="Bearer", credentials="cr3dentials"),
    )
    tasks.happen("t1", "one")
    follow(follower)
    deliver(service)
    (hit,) = http.hits
    assert hit.path == "/hook?x=1"
    assert hit.headers["content-type"] == "application/a2a+json"
    assert hit.headers["x-a2a-notification-token"] == "t0ken"
    assert hit.headers["authorization"] == "Bearer cr3dentials"
    assert hit.headers["host"] == f"127.0.0.1:{http.port}"
    assert Webhook(SECRET).verify(hit.body, hit.headers) == {
        "statusUpdate": {
            "taskId": "t1",
            "contextId": "c",
            "status": {
                "state": "TASK_STATE_WORKING",
                "message": {
                    "messageId": "one",
                    "role": "ROLE_AGENT",
                    "parts": [{"text": "one"}],
                },
            },
        }
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(hit.body + b" ", hit.headers)


def test_what_a_config_does_not_have_is_not_sent(
    tasks: Tasks, follower: PushFollower, store: Store, http: HttpServer
) -> None:
    tasks.watch("t1", http.url(), authentication=AuthenticationInfo(scheme="Bearer"))
    tasks.happen("t1", "one")
    follow(follower)
    channel = PushChannel(tasks.engine, tasks.configs, NotificationSettings(), allow=["127.0.0.1"])
    deliver(NotificationService(store, channels=[], task_channels=[channel]))
    names = http.hits[0].headers.keys()
    assert not {"authorization", "x-a2a-notification-token", "webhook-signature"} & names
    assert http.hits[0].headers["webhook-id"].startswith("1:a2a:")


@pytest.mark.parametrize("status", [503, 429])
def test_what_may_pass_is_tried_again_with_the_same_key(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    clock: Clock,
    status: int,
) -> None:
    http.answers.append((status, {"Retry-After": "90"}))
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    deliver(service)
    (item,) = service.waiting()
    assert (item.attempts, item.error) == (1, f"HTTP {status}")
    assert item.next_at - clock() > timedelta(seconds=80)
    clock.pass_by(seconds=91)
    deliver(service)
    assert words(http) == ["one", "one"]
    assert len({hit.headers["webhook-id"] for hit in http.hits}) == 1
    assert service.outbox.items() == []


def test_it_is_given_up_in_the_end_and_sent_again_on_demand(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    clock: Clock,
    url: str,
) -> None:
    http.always = (503, {})
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    for _ in range(ATTEMPTS + 2):
        deliver(service)
        clock.pass_by(hours=1)
    assert len(http.hits) == ATTEMPTS
    (item,) = service.dead()
    assert (item.attempts, item.error, item.about) == (ATTEMPTS, "HTTP 503", "t1")

    listed = CliRunner().invoke(
        main, ["notifications", "list", "--store", url], env={"COLUMNS": "300"}
    )
    for said in ("task t1", "given up", "HTTP 503", item.id):
        assert said in listed.stdout
    http.always = (200, {})
    service.retry(item.id)
    deliver(service)
    assert service.outbox.items() == []


def test_what_will_not_pass_is_given_up_at_once_and_no_redirect_is_followed(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    http.always = (307, {"Location": http.url("/elsewhere")})
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    deliver(service)
    assert [item.error for item in service.dead()] == ["HTTP 307"]
    assert [hit.path for hit in http.hits] == ["/hook"]


def test_of_one_task_nothing_overtakes_what_is_tried_again(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    clock: Clock,
) -> None:
    http.answers.extend([(503, {})] * 2)
    tasks.watch("t1", http.url("/slow"), id="slow")
    tasks.happen("t1", "one", "two", "three")
    follow(follower)
    deliver(service)
    assert words(http, "/slow") == ["one"]

    tasks.watch("t1", http.url("/other"), id="other")
    tasks.watch("t2", http.url("/task"))
    tasks.happen("t1", "four")
    tasks.happen("t2", "a", "b")
    follow(follower)
    deliver(service)
    assert words(http, "/slow") == ["one"]
    clock.pass_by(minutes=1)
    deliver(service)
    clock.pass_by(minutes=1)
    deliver(service)
    assert words(http, "/slow")[-4:] == ["one", "two", "three", "four"]
    assert words(http, "/other")[-1] == "four"
    assert words(http, "/task")[-2:] == ["a", "b"]
    assert service.outbox.items() == []


def test_what_was_given_up_holds_up_nothing(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    http.answers.append((400, {}))
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one", "two")
    follow(follower)
    deliver(service)
    assert words(http) == ["one", "two"]
    assert [item.error for item in service.dead()] == ["HTTP 400"]


def test_one_receiver_that_hangs_holds_up_no_other_task(
    tasks: Tasks,
    follower: PushFollower,
    store: Store,
    http: HttpServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("plancraft.notifications.running.AGAIN_SECONDS", 3600.0)
    monkeypatch.setattr("plancraft.notifications.posting.TIMEOUT_SECONDS", 60.0)
    http.stuck = "/stuck"
    for number in range(10):
        tasks.watch(f"s{number}", http.url("/stuck"), owner="")
        tasks.happen(f"s{number}", "stuck", owner="")
    tasks.watch("t1", http.url(), owner="")
    follow(follower)
    with Serving(sender(tasks, store, clock)) as service:
        eventually(lambda: len(words(http, "/stuck")) == 10)
        tasks.happen("t1", "one", "two", owner="")
        follow(follower)
        service.wake()
        eventually(lambda: words(http) == ["one", "two"])


def test_agents_with_tasks_of_their_own_share_a_store(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    store: Store,
    http: HttpServer,
    clock: Clock,
    tmp_path: Path,
) -> None:
    """The numbers of events are alike; neither sends, or lets go of, what is the other's."""
    others = Tasks(open_tasks(f"sqlite:///{tmp_path / 'others.db'}"))
    for each, path in ((tasks, "/a"), (others, "/b")):
        each.watch("t1", http.url(path))
        each.happen("t1", f"{path}1", f"{path}2")
    follow(follower)
    follow(PushFollower(others.engine, store))
    assert len(service.waiting()) == 4
    deliver(service)
    assert [word_of(hit) for hit in http.hits] == ["/a1", "/a2"]
    assert len(service.waiting()) == 2
    deliver(sender(others, store, clock))
    assert words(http, "/b") == ["/b1", "/b2"]


def test_a_database_has_one_name_for_all_who_ask(tasks: Tasks) -> None:
    async def asked() -> set[str]:
        found = await asyncio.gather(*(TaskEvents(tasks.engine).source() for _ in range(6)))
        return set(found)

    assert len(asyncio.run(asked()) | asyncio.run(asked())) == 1


def test_tasks_that_cannot_be_reached_hold_up_nobody_else(
    store: Store, tasks: Tasks, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    away = create_async_engine(f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x")
    channel = PushChannel(away, tasks.configs, SIGNING, allow=())
    told = Told()
    service = NotificationService(
        store, POLICY, SIGNING, channels=[told], clock=clock, task_channels=[channel]
    )
    service.begin()
    with Serving(service):
        Desk(store, POLICY).open("general", "Plan", "x", timeout=3600)
        eventually(lambda: told.letters)
        eventually(lambda: "tasks_unreachable: the tasks' database: Operational" in caplog.text)


def test_one_process_fills_at_a_time(tasks: Tasks, follower: PushFollower, store: Store) -> None:
    tasks.watch("t1", "https://hooks.example/")
    tasks.happen("t1", "one")
    lock = store.try_lock(f"{LOCK}:{source_of(tasks)}")
    assert lock is not None
    assert not asyncio.run(follower.follow())
    assert service_items(store) == []
    lock.release()
    follow(follower)
    assert len(service_items(store)) == 1


def test_a_receiver_that_wants_a_pause_gets_it_alone(
    tasks: Tasks, follower: PushFollower, store: Store, http: HttpServer, clock: Clock
) -> None:
    http.answers.append((429, {"Retry-After": "90"}))
    tasks.watch("t1", http.url("/tired"))
    tasks.watch("t2", http.url())
    tasks.happen("t1", "one", "two")
    follow(follower)
    with Serving(sender(tasks, store, clock)) as service:
        eventually(lambda: service.waiting()[0].error == "HTTP 429")
        tasks.happen("t2", "three")
        follow(follower)
        service.wake()
        eventually(lambda: words(http) == ["three"])
    assert words(http, "/tired") == ["one"]


@pytest.mark.parametrize("cut", range(4))
def test_a_crash_at_any_write_loses_nothing_and_makes_nothing_twice(
    tasks: Tasks,
    engine: AsyncEngine,
    service: NotificationService,
    store: Store,
    http: HttpServer,
    monkeypatch: pytest.MonkeyPatch,
    cut: int,
) -> None:
    """The store fails for good at its nth write; then somebody else starts."""
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one", "two", "three")
    commit, left = type(store).commit, [cut]

    def failing(self: Store, changes: Changes, *, durable: bool) -> bool:
        if left[0] == 0:
            raise StoreUnavailable("sqlite", "pulled")
        left[0] -= 1
        return commit(self, changes, durable=durable)

    monkeypatch.setattr("plancraft.a2a.pushing._PAGE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "commit", failing)
        with suppress(StoreUnavailable):
            asyncio.run(PushFollower(engine, store).follow())
    assert len(service.waiting()) == min(cut, 3) == bookmark(store, tasks)
    follow(PushFollower(engine, store))
    deliver(service)
    assert words(http) == ["one", "two", "three"]


def test_what_is_sent_and_not_noted_is_sent_again_before_what_comes_after_it(
    tasks: Tasks,
    follower: PushFollower,
    store: Store,
    http: HttpServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one", "two")
    follow(follower)
    commit = type(store).commit

    def failing(self: Store, changes: Changes, *, durable: bool) -> bool:
        if any(record.body is None for record in changes.records):
            raise StoreUnavailable("sqlite", "pulled")
        return commit(self, changes, durable=durable)

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "commit", failing)
        deliver(sender(tasks, store, clock))
    first = [word_of(hit) for hit in http.hits]
    deliver(sender(tasks, store, clock))
    again = [word_of(hit) for hit in http.hits][len(first) :]
    assert (first, again) == (["one", "two"], ["one", "two"])


def test_two_servers_send_each_once_and_in_order(
    tasks: Tasks, engine: AsyncEngine, store: Store, http: HttpServer, clock: Clock
) -> None:
    class Server(Serving):
        def __init__(self) -> None:
            super().__init__(sender(tasks, store, clock))
            self.follower = PushFollower(engine, store, told=self.service.wake)
            run = self.service.run

            async def together() -> None:
                await asyncio.gather(run(), self.follower.run())

            self.service.run = together  # type: ignore[method-assign]

    for number in range(3):
        tasks.watch(f"t{number}", http.url(f"/{number}"))
    with Server(), Server():
        for word in range(8):
            for number in range(3):
                tasks.happen(f"t{number}", str(word))
        eventually(lambda: len(http.hits) >= 24 and not service_items(store))
    assert [words(http, f"/{number}") for number in range(3)] == [list("01234567")] * 3


def service_items(store: Store) -> list[OutboxItem]:
    return NotificationService(store, channels=[]).outbox.items()


def test_a_word_from_the_server_is_enough_to_be_quick(
    tasks: Tasks,
    engine: AsyncEngine,
    store: Store,
    http: HttpServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody looks by the clock here: the follower is woken, and wakes who sends."""
    monkeypatch.setattr("plancraft.a2a.pushing._LOOK_SECONDS", 3600.0)
    monkeypatch.setattr("plancraft.notifications.running.AGAIN_SECONDS", 3600.0)
    service = sender(tasks, store, clock)
    follower = PushFollower(engine, store, told=service.wake)
    tasks.watch("t1", http.url())

    async def story() -> None:
        running = [asyncio.create_task(run()) for run in (service.run, follower.run)]
        await asyncio.sleep(0.5)
        for number in range(3):
            await tasks.saved("t1", str(number))
            follower.wake()
            async with asyncio.timeout(20):
                while len(http.hits) <= number:
                    await asyncio.sleep(0.01)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(story())
    assert words(http) == ["0", "1", "2"]


def test_a_follower_waits_for_tables_and_databases(
    engine: AsyncEngine,
    tasks: Tasks,
    store: Store,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    follow(follower)
    assert bookmark(store, tasks) == 0
    tasks.happen("t1", "before anybody watched")
    follow(follower)
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    deliver(service)
    assert words(http) == ["one"]

    away = create_async_engine(
        f"postgresql+psycopg://nobody:s3cret@127.0.0.1:{free_port()}/x", poolclass=NullPool
    )
    alone = PushFollower(away, store)
    asyncio.run(cancelled_once(alone.run, lambda: "task_events_unreachable" in caplog.text))
    assert "s3cret" not in caplog.text


async def cancelled_once(run: Callable[[], Coroutine[Any, Any, None]], what: Any) -> None:
    running = asyncio.create_task(run())
    async with asyncio.timeout(30):
        while not what():
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_only_the_owners_configs_are_told(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch("t1", http.url("/mina"), id="m")
    tasks.watch("t1", http.url("/eve"), id="e", owner="eve")
    tasks.happen("t1", "one")
    follow(follower)
    deliver(service)
    assert [hit.path for hit in http.hits] == ["/mina"]


def test_who_does_not_want_it_any_more_is_not_told(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    tasks.forget("t1")
    deliver(service)
    assert (http.hits, service.outbox.items()) == ([], [])


def test_an_event_that_was_deleted_is_not_told(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one")
    follow(follower)
    asyncio.run(executed(tasks.engine, "DELETE FROM a2a_task_events"))
    deliver(service)
    assert (http.hits, service.outbox.items()) == ([], [])


async def executed(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_numbers_that_begin_anew_are_followed_from_there(
    tasks: Tasks, follower: PushFollower, service: NotificationService, http: HttpServer
) -> None:
    tasks.watch("t1", http.url())
    tasks.happen("t1", "one", "two", "three")
    follow(follower)
    deliver(service)
    asyncio.run(executed(tasks.engine, "DELETE FROM a2a_task_events"))
    tasks.happen("t1", "four")
    follow(follower)
    deliver(service)
    assert words(http) == ["one", "two", "three", "four"]


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_number_that_commits_late_is_waited_for(
    tasks: Tasks,
    engine: AsyncEngine,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    ending: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("plancraft.a2a.pushing_events._PATIENCE_SECONDS", 0.1)
    for task_id in ("t1", "t2", "t3"):
        tasks.watch(task_id, http.url())
    tasks.happen("t1", "one")
    tasks.happen("t2", "two")

    async def story() -> None:
        async with engine.connect() as late, engine.connect() as later:
            copied = (
                "INSERT INTO a2a_task_events (task_id, owner, task_version, event_data)"
                " SELECT task_id, owner, 2, event_data FROM a2a_task_events"
                " WHERE task_id = 't1' ORDER BY seq LIMIT 1"
            )
            await late.execute(text(copied))  # number 3
            await tasks.saved("t3", "three")  # number 4
            await later.execute(text(copied))  # number 5, which concerns nobody yet
            await follower.follow()
            assert [item.seq for item in service.waiting()] == [1, 2]
            await getattr(late, ending)()
            await later.rollback()
            await follower.follow()
            seen = [1, 2, 3, 4] if ending == "commit" else [1, 2, 4]
            assert [item.seq for item in service.waiting()] == seen

    asyncio.run(story())
    assert asyncio.run(TaskEvents(engine).after(4, 10)) == []
    tasks.happen("t2", "five")
    follow(follower)
    deliver(service)
    late = ["one"] if ending == "commit" else []
    assert sorted(words(http)) == sorted(["one", "two", *late, "three", "five"])


def test_no_secret_stays_behind(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    store: Store,
    url: str,
    http: HttpServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not when it is sent, nor refused by one who sends it back, nor by what cannot be sent."""
    caplog.set_level(logging.DEBUG)
    for name in ("aiosqlite", "asyncio"):  # the SDK's own statements are not ours to keep quiet
        caplog.set_level(logging.INFO, name)
    secrets = ("s3cret-path", "t0ken", "cr3dentials", "geh3im")

    def watch(task_id: str, url: str, token: str = "t0ken", more: str = "") -> None:
        info = AuthenticationInfo(scheme="Bearer", credentials=f"cr3dentials{more}")
        tasks.watch(task_id, url, token=token, authentication=info)
        tasks.happen(task_id, "one")

    watch("sent", http.url("/s3cret-path"))
    watch("nobody", f"http://127.0.0.1:{free_port()}/s3cret-path?geh3im")
    watch("unfit", http.url("/s3cret-path"), token="t0ken\r\nX: y")
    watch("unfit too", http.url("/s3cret-path"), more="ä")
    watch("refused", "https://10.0.0.1/s3cret-path")
    watch("named", f"http://geh3im:t0ken@127.0.0.1:{http.port}/s3cret-path")
    watch("unresolved", "https://s3cret-path.invalid/geh3im")
    with talkative_server() as port:
        watch("talkative", f"http://127.0.0.1:{port}/s3cret-path")
        follow(follower)
        kept = {record.body for record in store.records("outbox")}
        deliver(service)
    kept |= {record.body for record in store.records("outbox")}

    errors = {item.about: item.error for item in service.outbox.items()}
    assert errors == {
        "nobody": "ConnectError",
        "unfit": "the config's value for X-A2A-Notification-Token does not fit into a header",
        "unfit too": "the config's value for Authorization does not fit into a header",
        "refused": "the URL's host is not on the public internet",
        "named": "the URL holds a name or a password",
        "unresolved": "the name of the URL's host leads nowhere",
        "talkative": "HTTP 500",
    }
    listed = CliRunner().invoke(main, ["notifications", "list", "--json", "--store", url])
    assert listed.exit_code == 0
    everything = "\n".join([*map(str, kept), caplog.text, listed.output])
    assert [secret for secret in secrets if secret in everything] == []


@contextmanager
def talkative_server(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that sends back what it was sent, as an error."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    if tls is not None:
                        try:
                            connection = tls.wrap_socket(connection, server_side=True)
                        except ssl.SSLError:
                            continue
                    with connection:
                        said = b""
                        while not said.endswith(b"}") and (piece := connection.recv(65536)):
                            said += piece  # until all of the body has come
                        head = f"HTTP/1.1 500 X\r\nContent-Length: {len(said)}\r\n\r\n"
                        connection.sendall(head.encode() + said)

        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def resolve(monkeypatch: pytest.MonkeyPatch, **names: str) -> None:
    usual = socket.getaddrinfo

    def resolved(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        known = str(host).partition(".")[0]
        return usual(names.get(known, host), port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


def test_a_name_that_leads_inwards_by_now_gets_nothing(
    tasks: Tasks,
    follower: PushFollower,
    service: NotificationService,
    http: HttpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks.watch("t1", f"https://hooks.example:{http.port}/hook")
    tasks.happen("t1", "one")
    follow(follower)
    resolve(monkeypatch, hooks="127.0.0.1")
    deliver(service)
    assert http.hits == []
    assert [item.error for item in service.dead()] == [
        "the URL's host is not on the public internet"
    ]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_connection_goes_to_the_address_that_was_screened_under_the_hosts_name(
    tasks: Tasks,
    follower: PushFollower,
    store: Store,
    clock: Clock,
    http: HttpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is asked for once; what it leads to afterwards does not matter, nor does a proxy."""
    asked: list[str] = []

    def once(host: str | bytes, port: int, *_: Any, **__: Any) -> Any:
        asked.append(host.decode() if isinstance(host, bytes) else host)
        leads = "127.0.0.1" if asked.count(asked[-1]) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (leads, port))]

    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    tasks.watch("t1", f"http://hooks.example:{http.port}/hook")
    tasks.happen("t1", "one")
    follow(follower)
    monkeypatch.setattr("plancraft.a2a.pushing_addresses.socket.getaddrinfo", once)
    deliver(sender(tasks, store, clock, "hooks.example"))
    assert asked.count("hooks.example") == 1
    assert http.hits[0].headers["host"] == f"hooks.example:{http.port}"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("host", "error"), [("hooks.example", "HTTP 500"), ("other.example", "ConnectError")]
)
def test_the_server_at_the_address_has_to_prove_the_hosts_name(
    tasks: Tasks,
    follower: PushFollower,
    store: Store,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    error: str,
) -> None:
    server, trusting = certificate_for("hooks.example", tmp_path)
    asked: list[str | None] = []
    server.sni_callback = lambda _, name, __: asked.append(name)
    monkeypatch.setattr("plancraft.notifications.posting._trusted", lambda: trusting)
    resolve(monkeypatch, hooks="127.0.0.1", other="127.0.0.1")
    with talkative_server(server) as port:
        tasks.watch("t1", f"https://{host}:{port}/hook")
        tasks.happen("t1", "one")
        follow(follower)
        service = sender(tasks, store, clock, host)
        deliver(service)
    assert asked == [host]
    assert [item.error for item in service.waiting()] == [error]


def certificate_for(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server that can prove this name, and of whoever believes it."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


def test_items_from_before_are_still_read_and_sent(store: Store, clock: Clock) -> None:
    """As they were written when an item could only be about a request."""
    told = Told()
    service = NotificationService(store, POLICY, channels=[told], clock=clock)
    deliver(service)
    request = Desk(store, POLICY).open("general", "Plan", "x", timeout=3600)
    before = {
        "id": "1:slack:0", "seq": store.head().seq, "channel": "slack", "to": "here",
        "language": None, "while_open": True, "kind": "opened", "request_id": request.id,
        "created_at": clock().isoformat(), "attempts": 1, "next_at": clock().isoformat(),
        "error": "HTTP 503 no", "state": "waiting",
    }  # fmt: skip
    record = Record("outbox", "1:slack:0", json.dumps(before))
    store.commit(Changes(records=[record]), durable=False)
    deliver(service)
    assert "1:slack:0" in told.tried


def test_requests_and_tasks_are_told_by_one_service_and_neither_waits_for_the_other(
    tasks: Tasks, follower: PushFollower, store: Store, http: HttpServer, clock: Clock
) -> None:
    tasks.watch("t1", http.url())
    told = Told("webhook")
    told.stuck.add("here")
    settings = settings_for(urls=(http.url("/own"),))
    channel = PushChannel(tasks.engine, tasks.configs, settings, allow=["127.0.0.1"])
    mail = NotificationService(store, POLICY, channels=[told])
    deliver(mail)
    both = NotificationService(
        store, POLICY, settings, [Told("webhook")], clock, task_channels=[channel]
    )
    with Serving(mail):
        Desk(store, POLICY).open("general", "Plan", "x", timeout=3600)
        eventually(lambda: told.tried)
        with Serving(both):
            tasks.happen("t1", "one")
            follow(follower)
            both.wake()
            eventually(lambda: words(http) == ["one"])
        told.stuck.clear()
        eventually(lambda: told.letters)
