"""Who is asking, and may they: keys for agents and people, sessions for browsers, roles."""

from plancraft.access.identity import Identity, Role
from plancraft.access.keys import Key, Keys
from plancraft.access.permits import Permission, allow, require, sees
from plancraft.access.sessions import Session, Sessions

__all__ = [
    "Identity",
    "Key",
    "Keys",
    "Permission",
    "Role",
    "Session",
    "Sessions",
    "allow",
    "require",
    "sees",
]
