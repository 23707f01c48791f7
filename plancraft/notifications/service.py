"""NotificationService: tells people of what happens to requests, at least once each."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from plancraft.access import Keys
from plancraft.approvals import ApprovalRequest, HITLPolicy, Store
from plancraft.approvals.manager import HITLManager
from plancraft.approvals.policy import same_name
from plancraft.errors import StoreUnavailable, UnknownKey
from plancraft.locale import say
from plancraft.notifications.calling import call
from plancraft.notifications.channels import Channel, Letter, TaskChannel
from plancraft.notifications.configuring import configured_channels
from plancraft.notifications.following import Follower
from plancraft.notifications.outbox import Outbox, OutboxItem
from plancraft.notifications.running import (
    AGAIN_SECONDS,
    LOCK,
    Runner,
    of_requests,
    of_tasks,
)
from plancraft.notifications.settings import NotificationSettings, settings_from_environment
from plancraft.notifications.trying import Tried, trials

__all__ = ["NotificationService"]

_log = logging.getLogger("plancraft")


class NotificationService:
    """The outbox of a store and the channels it leaves by.

    Args:
        store: Whose log; by default the one that a `HITLManager` without a store uses.
        policy: By which channels graphs' questions are told; other requests carry their own.
        settings: Of the channels; by default what the environment says when first needed.
        channels: In place of those that the settings make.
        clock: The time, UTC.
        task_channels: By which receivers of agents' tasks are told; the settings make none.
    """

    def __init__(
        self,
        store: Store | None = None,
        policy: HITLPolicy | None = None,
        settings: NotificationSettings | None = None,
        channels: Sequence[Channel] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        task_channels: Sequence[TaskChannel] = (),
    ) -> None:
        self.policy = policy or HITLPolicy()
        self._store, self._clock = store, clock
        self._settings, self._given = settings, channels
        self.task_channels = tuple(task_channels)
        self._task: asyncio.Task[None] | None = None
        self._running: set[Runner] = set()

    @property
    def store(self) -> Store:
        """Where the outbox is, beside the requests; the default one is opened when first needed."""
        if self._store is None:
            self._store = HITLManager().store
        return self._store

    def adopt(self, store: Store) -> None:
        """Use this store, unless one was given or is in use already."""
        self._store = self._store or store

    @property
    def settings(self) -> NotificationSettings:
        """What the channels need.

        Raises:
            InvalidSettings: the environment holds half of a channel, or what is none.
        """
        if self._settings is None:
            self._settings = settings_from_environment()
        return self._settings

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """The channels that are configured here, by name.

        Raises:
            InvalidSettings: as `settings`; or a channel's package is not installed.
        """
        given = self._given
        found = configured_channels(self.settings) if given is None else given
        return {channel.name: channel for channel in found}

    @property
    def outbox(self) -> Outbox:
        """What is still to be sent, and what was given up."""
        return Outbox(self.store, self._clock)

    def waiting(self) -> list[OutboxItem]:
        """What is still to be sent. Blocking, as are the next ones."""
        return self.outbox.waiting()

    def dead(self) -> list[OutboxItem]:
        """What was given up."""
        return self.outbox.dead()

    def retry(self, id_: str) -> OutboxItem:
        """The item, to be sent again. Raises: as `Outbox.retry`."""
        item = self.outbox.retry(id_)
        self.wake()
        return item

    def retry_all(self) -> list[OutboxItem]:
        """All that were given up, to be sent again."""
        items = self.outbox.retry_all()
        self.wake()
        return items

    def drop(self, id_: str) -> OutboxItem:
        """The item, which is not sent any more. Raises: as `Outbox.drop`."""
        return self.outbox.drop(id_)

    def wake(self) -> None:
        """Have this process look now, if it sends. From any thread."""
        for runner in list(self._running):
            runner.wake()

    def begin(self, request_id: str | None = None) -> None:
        """See to it that what happens from now on is told, or from this request on. Blocking."""
        Follower(self.store, self.channels, self.policy, self._clock).begin(request_id)

    async def send_approval_notification(self, request: ApprovalRequest) -> None:
        """Have people told of this request, by this process or whichever does that.

        Nothing is waited for but the store: it is sent beside whatever the running loop does, and
        after a failure, or the end of this process, once more by who has the store's outbox then.
        """
        if not self.channels:
            return
        await call(self.store, self.begin, request.id)
        if self._running:
            self.wake()
        elif self._task is None or self._task.done() or _is_of_another_loop(self._task):
            self._task = asyncio.create_task(self._kept_up(), name=LOCK)

    async def run(self) -> None:
        """Fill the outbox from the log and send from it until cancelled."""
        if not self.channels and not self.task_channels:
            _log.info("notifications: no channel is configured here")
            await asyncio.Event().wait()
        self._warn_of_unnamed()
        runners = self._runners()
        self._running |= set(runners)
        try:
            async with asyncio.TaskGroup() as group:
                for runner in runners:
                    group.create_task(runner.run())
        finally:
            self._running -= set(runners)

    async def deliver(self) -> bool:
        """Fill the outbox and try once to send what is due; False if another process is at it.

        Raises:
            NotNow: a channel of tasks cannot reach them.
        """
        return all([await runner.deliver() for runner in self._runners()])

    async def try_out(self, name: str) -> list[Tried]:
        """What became of a test letter to this reviewer, by every channel configured here.

        Raises:
            UnknownKey: no key has this name.
        """
        kept = await call(self.store, Keys(self.store, self._clock).list)
        person = next((key for key in kept if same_name(key.name, name)), None)
        if person is None:
            raise UnknownKey(name)
        tried = []
        for channel in self.channels.values():
            letters = trials(channel, person, now=self._clock())
            if not letters:
                tried.append(Tried(channel.name, "-", say("there is no address for this person")))
            for letter in letters:
                tried.append(Tried(channel.name, letter.to, await self._tried(channel, letter)))
        return tried

    async def aclose(self) -> None:
        """Stop what `send_approval_notification` started. Nothing is lost."""
        task, self._task = self._task, None
        if task is not None and not _is_of_another_loop(task):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _kept_up(self) -> None:
        while True:
            try:
                await self.run()
            except StoreUnavailable as error:
                _log.warning("store_unreachable: %s", error)
            except Exception:  # noqa: BLE001 - nobody awaits this task, so nobody else would tell
                _log.exception("notifications_failed: they are started again")
            await asyncio.sleep(AGAIN_SECONDS)

    def _runners(self) -> list[Runner]:
        """Requests and each channel of tasks have their own: none waits for a process that sends
        something else."""
        store, settings, clock = self.store, self.settings, self._clock
        runners: list[Runner] = []
        if self.channels:
            runners.append(of_requests(store, self.channels, self.policy, settings, clock))
        runners += [of_tasks(store, channel, settings, clock) for channel in self.task_channels]
        return runners

    async def _tried(self, channel: Channel, letter: Letter) -> str | None:
        try:
            await channel.send(letter)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was asked for
            return self.settings.scrubbed(str(error) or type(error).__name__)
        return None

    def _warn_of_unnamed(self) -> None:
        for name in self.channels.keys() - set(self.policy.channels):
            _log.warning(
                "channel_unnamed: %s is configured, but notification_channels does not name it",
                name,
            )


def _is_of_another_loop(task: "asyncio.Task[None]") -> bool:
    return task.get_loop() is not asyncio.get_running_loop()
