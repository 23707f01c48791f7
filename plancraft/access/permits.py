"""Who may do what. What is not granted here is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from plancraft.access.identity import Identity, Role
from plancraft.approvals import ApprovalRequest
from plancraft.approvals.policy import require_right
from plancraft.errors import RoleRefused
from plancraft.locale import N_, say

__all__ = ["GRANTS", "Permission", "allow", "require", "require_say", "sees"]


class Permission(StrEnum):
    """What can be done, and is granted to roles."""

    ASK = "ask"
    READ = "read"
    CANCEL = "cancel"
    DECIDE = "decide"
    TASK = "task"
    """To give an agent a task over A2A, and to see and cancel one's own."""
    LEAVE = "leave"
    """To end one's own session."""


GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.AGENT: frozenset(
            {Permission.ASK, Permission.READ, Permission.CANCEL, Permission.TASK}
        ),
        Role.REVIEWER: frozenset(
            {
                *(Permission.READ, Permission.CANCEL, Permission.DECIDE),
                *(Permission.TASK, Permission.LEAVE),
            }
        ),
    }
)
"""Each role's permissions. An agent's are for what it asked itself, and never to decide."""

_REASONS = {
    Role.AGENT: N_("an agent asks, and never decides"),
    Role.REVIEWER: N_("a reviewer decides, and does not ask"),
}


def allow(identity: Identity, permission: Permission) -> bool:
    """Whether this role has that permission."""
    return permission in GRANTS[identity.role]


def require(identity: Identity, permission: Permission) -> None:
    """Raises:
    RoleRefused: this role does not have that permission.
    """
    if not allow(identity, permission):
        raise RoleRefused(identity.name, say(_REASONS[identity.role]))


def sees(identity: Identity, requested_by: str | None) -> bool:
    """Whether a request is there for this one: reviewers see all, agents what they asked."""
    return identity.role is Role.REVIEWER or requested_by == identity.name


def require_say(identity: Identity, request: ApprovalRequest) -> None:
    """For what changes a request short of deciding it: extend it, or withdraw another's.

    Raises:
        NotAllowed: this reviewer could not decide it either.
    """
    require_right(
        request.terms,
        by=identity.name,
        roles=identity.roles,
        requested_by=request.requested_by,
    )
