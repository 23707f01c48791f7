"""Who tells people of what happens, as the environment says."""

from collections.abc import Sequence

from plancraft.approvals import HITLPolicy, Store
from plancraft.notifications import NotificationService, TaskChannel, settings_from_environment

__all__ = ["notifications_of"]


def notifications_of(
    store: Store,
    policy: HITLPolicy | None,
    address: str,
    *,
    task_channels: Sequence[TaskChannel] = (),
) -> NotificationService | None:
    """The service, if a channel is configured or given.

    Args:
        store: Whose requests it tells of.
        policy: What the deadlines and the deciders are found by.
        address: What links in messages start with.
        task_channels: By which receivers of agents' tasks are told.

    Raises:
        InvalidSettings: half of a channel is set.
    """
    settings = settings_from_environment(base_url=address)
    service = NotificationService(store, policy, settings, task_channels=task_channels)
    return service if service.channels or service.task_channels else None
