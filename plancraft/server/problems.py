"""From what plancraft refuses to what HTTP says: one table, and RFC 9457's problem+json."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from plancraft import errors
from plancraft.errors import PlancraftError
from plancraft.locale import N_, say

__all__ = ["RETRY_SECONDS", "STATUSES", "problem_of", "respond", "status_of"]

RETRY_SECONDS = 1
_UNREACHABLE = N_("The store cannot be reached. Nothing was decided; try again.")

STATUSES: Mapping[type[PlancraftError], int] = {
    errors.InvalidAnswer: 422,
    errors.InvalidRequest: 422,
    errors.PolicyRefused: 422,
    errors.NameRefused: 422,
    errors.NoDocuments: 422,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.RoleRefused: 403,
    errors.UnknownInterrupt: 404,
    errors.UnknownKey: 404,
    errors.UnknownNotification: 404,
    errors.UnknownPath: 404,
    errors.UnknownStep: 404,
    errors.UnknownThread: 404,
    errors.AlreadyAnswered: 409,
    errors.AmbiguousStep: 409,
    errors.HITLCancelledError: 409,
    errors.HITLRejectionError: 409,
    errors.QuestionChanged: 409,
    errors.RequestClosed: 409,
    errors.RequestExpired: 409,
    errors.StaleView: 409,
    errors.ThreadBusy: 409,
    errors.ThreadPaused: 409,
    errors.TooLateToUndo: 409,
    errors.TooManyAttempts: 429,
    errors.InvalidSettings: 500,
    errors.LogBroken: 500,
    errors.NoCheckpointer: 500,
    errors.RequestAltered: 500,
    errors.StateError: 500,
    errors.StoreNotGiven: 500,
    errors.RunFailed: 502,
    errors.ServerRefused: 502,
    errors.ServerUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.HITLTimeoutError: 504,
}
"""The status of every error. A test sees to it that none is missing."""


def status_of(error: PlancraftError) -> int:
    """The status by the table; an error that is not in it stands where its nearest kin does."""
    return next((STATUSES[kin] for kin in type(error).__mro__ if kin in STATUSES), 500)


def problem_of(error: PlancraftError) -> dict[str, Any]:
    """The error as RFC 9457 has it: `type`, `title`, `status`, `detail`, and what it is about.

    Where a store is and why it fails is for the log of the server, not for who asks.
    """
    if isinstance(error, errors.StoreUnavailable):
        return _problem("store-unavailable", 503, say(_UNREACHABLE))
    about = error.details()
    if isinstance(error, errors.InvalidAnswer | errors.InvalidRequest):
        about["problems"] = error.problems
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    return {**about, **_problem(name, status_of(error), error.localized())}


def problem_for(status: int, detail: str | None = None) -> dict[str, Any]:
    """The problem of a status that HTTP itself names."""
    phrase = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": phrase, "status": status, "detail": detail or phrase}


def respond(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response."""
    status = int(problem["status"])
    extra = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = str(RETRY_SECONDS)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        extra["Retry-After"] = str(problem.get("seconds", RETRY_SECONDS))
    return Response(orjson.dumps(problem), status, extra, media_type="application/problem+json")


def _problem(name: str, status: int, detail: str) -> dict[str, Any]:
    title = name.replace("-", " ").capitalize()
    return {"type": f"urn:plancraft:{name}", "title": title, "status": status, "detail": detail}
