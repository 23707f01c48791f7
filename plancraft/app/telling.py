"""Who tells people of what happens, as the environment says."""

from plancraft.approvals import HITLPolicy, Store
from plancraft.notifications import NotificationService, settings_from_environment

__all__ = ["notifications_of"]


def notifications_of(
    store: Store, policy: HITLPolicy | None, address: str
) -> NotificationService | None:
    """The service, if a channel is configured.

    Args:
        store: Whose requests it tells of.
        policy: What the deadlines and the deciders are found by.
        address: What links in messages start with.

    Raises:
        InvalidSettings: half of a channel is set.
    """
    settings = settings_from_environment(base_url=address)
    service = NotificationService(store, policy, settings)
    return service if service.channels else None
