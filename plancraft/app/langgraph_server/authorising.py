"""Who may do what on LangGraph Server, by the keys of `plancraft keys add`.

An agent starts runs on its own threads and reads them. A reviewer reads all threads and answers.
A reviewer of the group `admin` may everything. Whatever is not granted here is refused.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from langgraph_sdk import Auth, get_client
from langgraph_sdk.errors import NotFoundError

from plancraft.access import Identity, Keys, Role
from plancraft.access.permits import GRANTS
from plancraft.app.defaults import default_store
from plancraft.app.langgraph_server.paths import is_in_inbox
from plancraft.app.langgraph_server.starting import reasons_against
from plancraft.errors import InvalidSettings, NotSignedIn, RoleRefused
from plancraft.locale import say

__all__ = ["ADMIN", "OWNER", "auth", "refuse_open_doors"]

ADMIN = "admin"
"""The group whose reviewers may everything."""
OWNER = "owner"
"""In a thread's metadata: the agent that it belongs to."""

Rule = Callable[[Auth.types.AuthContext, Any], Awaitable[dict[str, str] | None]]
auth = Auth()


def refuse_open_doors(environment: Mapping[str, str]) -> None:
    """For the server's own settings, which would let people in past this module.

    Raises:
        InvalidSettings: `auth.disable_studio_auth` is not true in langgraph.json.
    """
    given = environment.get("LANGGRAPH_AUTH")
    settings = json.loads(given) if given else None
    if settings and settings.get("disable_studio_auth") is not True:
        raise InvalidSettings(
            "auth.disable_studio_auth",
            say("set it to true in langgraph.json, or one header lets anybody in"),
        )


@auth.authenticate
async def authenticate(path: str, headers: dict[bytes, bytes]) -> Any:
    """Who sends this, by `Authorization: Bearer KEY`; cookies count in the inbox alone.

    What is for the inbox is let through: there our own application asks who it is.
    """
    if is_in_inbox(path):
        return {"identity": "", "is_authenticated": False, "permissions": []}
    if path == "/mcp" or path.startswith(("/mcp/", "/a2a/", "/.well-known/")):
        # They call the server from within, where nobody asks who it is.
        raise Auth.exceptions.HTTPException(403, say("MCP and A2A are closed here"))
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = await asyncio.to_thread(_find, token.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise Auth.exceptions.HTTPException(401, NotSignedIn().localized())
    return {
        "identity": key.name,
        "role": key.role.value,
        "groups": list(key.groups),
        "permissions": sorted(GRANTS[key.role]),
    }


def _find(token: str) -> Identity | None:
    found = Keys(default_store()).find(token)
    return found.identity if found else None


@auth.on
async def authorise(ctx: Auth.types.AuthContext, value: Any) -> Any:
    """The filter within which they may do it; there is one handler, so that nothing passes it.

    Raises:
        Auth.exceptions.HTTPException: 403, they may not.
    """
    role = _role_of(ctx.user)
    if role is Role.REVIEWER and ADMIN in ctx.user["groups"]:
        return None
    rule = _RULES[role].get((ctx.resource, ctx.action)) if role else None
    if rule is None:
        raise _refused(ctx, say("{role} keys are not for this", role=role.value if role else "-"))
    return await rule(ctx, value)


async def _anything(_: Auth.types.AuthContext, __: Any) -> None:
    return None


async def _own(ctx: Auth.types.AuthContext, _: Any) -> dict[str, str]:
    return {OWNER: ctx.user.identity}


async def _create(ctx: Auth.types.AuthContext, value: Any) -> dict[str, str]:
    """A new thread of one's own; a copy of another thread has no metadata of its own here."""
    if "metadata" not in value or value.get("ttl"):
        raise _refused(ctx, say("start a thread of your own; its questions are not copied away"))
    value["metadata"][OWNER] = ctx.user.identity
    return await _own(ctx, value)


async def _start(ctx: Auth.types.AuthContext, value: Any) -> dict[str, str]:
    for reason in reasons_against(value):
        raise _refused(ctx, reason)
    thread_id = value.get("thread_id")
    if thread_id is not None and await _is_taken(str(thread_id)):
        raise _refused(ctx, say("the thread works, or waits for a person; take a new one"))
    value["metadata"][OWNER] = ctx.user.identity
    return await _own(ctx, value)


async def _decide(ctx: Auth.types.AuthContext, value: Any) -> None:
    kwargs = value["kwargs"]
    if not kwargs.get("command") and kwargs.get("input") is not None:
        raise _refused(ctx, say("a reviewer decides, and does not ask"))


_READING: Mapping[tuple[str, str], Rule] = {
    ("assistants", "read"): _anything,
    ("assistants", "search"): _anything,
}
_RULES: Mapping[Role, Mapping[tuple[str, str], Rule]] = MappingProxyType(
    {
        Role.AGENT: {
            **_READING,
            ("threads", "create"): _create,
            ("threads", "read"): _own,
            ("threads", "search"): _own,
            ("threads", "create_run"): _start,
        },
        Role.REVIEWER: {
            **_READING,
            ("threads", "read"): _anything,
            ("threads", "search"): _anything,
            ("threads", "update"): _anything,
            ("threads", "create_run"): _decide,
        },
    }
)


async def _is_taken(thread_id: str) -> bool:
    """Whether a run is under way there, or something waits for a person."""
    threads = get_client().threads
    try:
        thread, state = await threads.get(thread_id), await threads.get_state(thread_id)
    except NotFoundError:  # not there yet, or another's, which the filter will say
        return False
    return thread["status"] != "idle" or bool(state["next"])


def _role_of(user: Any) -> Role | None:
    """The role; None of whoever did not come with one of our keys."""
    try:
        return Role(user["role"])
    except (KeyError, TypeError, ValueError):
        return None


def _refused(ctx: Auth.types.AuthContext, reason: str) -> Exception:
    refused = RoleRefused(ctx.user.identity or "-", reason)
    return Auth.exceptions.HTTPException(403, refused.localized())


refuse_open_doors(os.environ)
