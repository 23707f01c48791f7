"""The news over WebSocket: the seed's two messages, each with the cursor to go on from."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from plancraft.access import Identity, Permission, require
from plancraft.errors import (
    InvalidRequest,
    NotSignedIn,
    PlancraftError,
    RoleRefused,
    StoreUnavailable,
)
from plancraft.locale import say
from plancraft.server.asking import guards_itself, identify, is_own_origin, session_token
from plancraft.server.feed import Behind
from plancraft.server.problems import problem_of, respond
from plancraft.server.service import Service, service_of

__all__ = ["router"]

router = APIRouter()
UNKNOWN, TOO_SLOW = 4401, 1013
"""The codes that close a WebSocket: nobody knows who listens (4000 and up are an application's
own, RFC 6455, 7.4.2); try again later, with the last cursor (IANA's registry)."""
STRANGERS = 100
"""How many may be connected without having said who they are."""
_SAY_SECONDS = 10.0
_SEND_SECONDS = 10.0
_TRUST_SECONDS = 10.0

Who = Callable[[], Awaitable[Identity]]


@router.websocket("/ws")
@guards_itself(Permission.READ)
async def news(websocket: WebSocket) -> None:
    """Tell what happens from now on, or from behind `?cursor=N`, the last that was heard.

    Who listens is known by a Bearer key, by the cookie of a session, or by a first message
    `{"type": "auth", "key": KEY}`. Whatever else a client says is not listened to.
    """
    service = service_of(websocket)
    try:
        after = await service.call(_cursor_of, service, websocket)
        who = await _known(service, websocket)
    except PlancraftError as error:
        await websocket.send_denial_response(respond(problem_of(error)))
        return
    await websocket.accept()
    try:
        if who is None:
            who = await _said(service, websocket)
        await _serve(service, websocket, who, after)
    except NotSignedIn as error:
        await _close(websocket, UNKNOWN, str(error))
    except RoleRefused as error:
        await _close(websocket, UNKNOWN, str(error))
    except Behind:
        await _close(websocket, TOO_SLOW, "too slow; connect again with the last cursor")
    except (WebSocketDisconnect, StoreUnavailable, TimeoutError):
        await _close(websocket, TOO_SLOW, "connect again with the last cursor")


def _cursor_of(service: Service, websocket: WebSocket) -> int | None:
    """Raises:
    InvalidRequest: it is no number of an entry, or of one that this log does not have.
    """
    given = dict(websocket.query_params)
    cursor = given.pop("cursor", None)
    if given:
        raise InvalidRequest([say("{name} is not known here", name=", ".join(given))])
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal()) or len(cursor) > 15:
        raise InvalidRequest([say("cursor is not one that this log gave")])
    if int(cursor) > service.store.head().seq:
        raise InvalidRequest([say("cursor is not one that this log gave")])
    return int(cursor)


async def _known(service: Service, websocket: WebSocket) -> Who | None:
    """How to find out who listens; None where that is still to be said.

    Raises:
        NotSignedIn: the key does not count.
        RoleRefused: another site's page sent this.
    """
    has_key = "authorization" in websocket.headers
    has_session = bool(session_token(websocket))
    if not is_own_origin(websocket, missing=has_key or not has_session):
        raise RoleRefused("-", say("the request came from another site"))

    async def who() -> Identity:
        identity = await identify(service, websocket)
        require(identity, Permission.READ)
        return identity

    if has_key:
        await who()
    elif not has_session and service.feed.strangers >= STRANGERS:
        raise NotSignedIn()
    return who if has_key or has_session else None


async def _said(service: Service, websocket: WebSocket) -> Who:
    """The same, by the first message.

    Raises:
        NotSignedIn: it says nothing, or of a key that does not count.
    """
    service.feed.strangers += 1
    try:
        async with asyncio.timeout(_SAY_SECONDS):
            first = json.loads(await websocket.receive_text())
    except (TimeoutError, ValueError, KeyError, RecursionError):
        raise NotSignedIn() from None
    finally:
        service.feed.strangers -= 1
    said = first if isinstance(first, dict) else {}
    token = said.get("key") if said.get("type") == "auth" else None

    async def who() -> Identity:
        key = await service.call(service.keys.find, token) if isinstance(token, str) else None
        if key is None:
            raise NotSignedIn()
        require(key.identity, Permission.READ)
        return key.identity

    return who


async def _serve(service: Service, websocket: WebSocket, who: Who, after: int | None) -> None:
    """Tell until the listener leaves, or is no longer known, or too slow."""
    identity = await who()
    service.feed.connected += 1
    tasks = [
        asyncio.create_task(_tell(service, websocket, identity, who, after)),
        asyncio.create_task(_hear(websocket)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        service.feed.connected -= 1
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _tell(
    service: Service, websocket: WebSocket, identity: Identity, who: Who, after: int | None
) -> None:
    clock = asyncio.get_running_loop().time
    trusted_until = clock() + _TRUST_SECONDS
    async for messages in service.feed.listen(identity, after):
        if clock() > trusted_until:  # the key may be revoked, the session over
            if await who() != identity:
                raise NotSignedIn()
            trusted_until = clock() + _TRUST_SECONDS
        for message in messages:
            async with asyncio.timeout(_SEND_SECONDS):
                await websocket.send_text(message.text)


async def _hear(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Say why, unless the listener does not even take that."""
    try:
        async with asyncio.timeout(1):
            await websocket.close(code, reason[:120])
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        pass
