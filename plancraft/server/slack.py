"""Presses of the buttons in Slack's messages: the same decision, by the reviewer whose key names
that member of Slack."""

import asyncio
import logging
from datetime import timedelta

import orjson
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from plancraft.access import Key, Permission, allow
from plancraft.errors import PlancraftError, UnknownKey
from plancraft.locale import language, speaking
from plancraft.notifications.channels import NotNow, Undeliverable
from plancraft.notifications.slack_signing import Pressed, pressed, reply
from plancraft.server.asking import Served, public
from plancraft.server.pages.wording import outcome_words
from plancraft.server.problems import problem_for, respond
from plancraft.server.service import Service

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_log = logging.getLogger("plancraft.server")
_ATTEMPTS = 3
_REMEMBERED = timedelta(minutes=15)
"""Longer than a signature counts."""


@router.post("/slack/actions")
@public
async def press(request: Request, service: Served) -> Response:
    """Slack's word that somebody pressed a button, signed by Slack; 404 without a secret to check
    it by."""
    notifications = service.notifications
    secret = notifications.settings.slack_signing_secret if notifications else None
    if secret is None:
        return respond(problem_for(404))
    body = await request.body()
    told = pressed(body, request.headers, secret=secret, now=service.desk.clock())
    if told.action == "open" or not _first_time(service, request.headers["X-Slack-Signature"]):
        return Response()
    text, settled = await service.call(_decided, service, told)
    # Slack wants to hear within three seconds that it was heard; what came of it follows.
    return Response(background=BackgroundTask(_answer, told.response_url, text, settled))


def _first_time(service: Service, signature: str) -> bool:
    """Whether this press is news: Slack sends one again that was not answered in time, and nobody
    else should be able to."""
    now = service.desk.clock()
    presses = {one: at for one, at in service.presses.items() if now - at < _REMEMBERED}
    first = signature not in presses
    service.presses = {**presses, signature: now}
    return first


def _decided(service: Service, told: Pressed) -> tuple[str, bool]:
    """What to say to it, and whether the message's buttons have had their time."""
    key = service.keys.find_by_slack(told.user)
    with speaking((key.language if key else None) or language()):
        try:
            who = _reviewer(key, told)
            request = service.changed(
                told.request_id,
                lambda: service.desk.approve(
                    told.request_id,
                    by=who.name,
                    roles=who.identity.roles,
                    seen=told.seen,
                ),
            )
        except PlancraftError as error:
            gone = service.store.get(told.request_id)
            return error.localized(), gone is not None and not gone.is_open
        return f"{request.title}\n{outcome_words(request)}", not request.is_open


def _reviewer(key: Key | None, told: Pressed) -> Key:
    if key is None or not allow(key.identity, Permission.DECIDE):
        raise UnknownKey(told.user)
    return key


async def _answer(url: str, text: str, settled: bool) -> None:
    from plancraft.notifications.posting import post

    for attempt in range(_ATTEMPTS):
        try:
            return await post(url, orjson.dumps(reply(text, replace=settled)), {})
        except Undeliverable as error:
            return _log.warning("slack_reply_failed: %s", error)
        except NotNow as error:
            _log.warning("slack_reply_failed: %s", error)
            await asyncio.sleep(2.0**attempt)
    return None
