"""Who is asking: a name, a role, and how they proved it."""

import unicodedata
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from plancraft.errors import NameRefused
from plancraft.locale import say

__all__ = ["Identity", "Role", "proper_name"]

_LONGEST = 64
_SIGNS = frozenset(" .-_@+")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")


class Role(StrEnum):
    """What somebody is. An agent asks and never decides; a reviewer decides."""

    AGENT = "agent"
    REVIEWER = "reviewer"


class Identity(BaseModel):
    """Who is asking. `name` is who acts in everything that is recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    groups: tuple[str, ...] = ()
    """What else this person is, for requests that only `role:GROUP` decides."""
    via: Literal["key", "session"] = "key"

    @property
    def roles(self) -> tuple[str, ...]:
        """What a request's `deciders` may name after `role:`."""
        return (self.role.value, *self.groups)


def proper_name(name: str) -> str:
    """The name as it is kept: letters and digits of any script, and a few signs.

    A colon is not among them, so that nobody is called `policy:deadline` or `role:reviewer`.

    Raises:
        NameRefused: it is not such a name.
    """
    kept = unicodedata.normalize("NFKC", name).strip()
    if not 0 < len(kept) <= _LONGEST:
        raise NameRefused(name, say("a name has 1 to {most} characters", most=_LONGEST))
    if not all(
        (sign.isalnum() and not _is_invisible(sign)) or sign in _SIGNS or _joins(sign)
        for sign in kept
    ):
        raise NameRefused(name, say("a name has letters, digits and . - _ @ + only"))
    return kept


def _joins(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Mc") and not _is_invisible(sign)


def _is_invisible(sign: str) -> bool:
    """Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point)."""
    return (
        sign in _INVISIBLE or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    )
