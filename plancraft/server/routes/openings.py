"""New requests, by agents."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import ValidationError
from starlette.responses import Response

from plancraft.approvals import ApprovalRequest
from plancraft.errors import InvalidRequest, PlancraftError
from plancraft.locale import say
from plancraft.server.asking import Asker, Served
from plancraft.server.routes.bodies import ANSWERS, Open
from plancraft.server.service import Service
from plancraft.server.strictness import StrictRoute, check_text
from plancraft.server.views import RequestView, as_response, told_to

__all__ = ["router"]

router = APIRouter(prefix="/api/approvals", route_class=StrictRoute, tags=["requests"])


@router.post(
    "",
    status_code=201,
    responses={
        **ANSWERS,
        200: {"model": RequestView, "description": "The request that this key made before"},
        201: {"model": RequestView, "description": "The new request"},
    },
)
async def open_request(
    body: Open,
    identity: Asker,
    service: Served,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Response:
    """Ask for an approval. With an `Idempotency-Key`, asking again is the same request."""
    before = service.desk.clock()
    request = await service.call(_open, service, body, identity.name, idempotency_key)
    status = 200 if request.created_at < before else 201
    return as_response(told_to(identity, request), status)


def _open(service: Service, body: Open, by: str, key: str | None) -> ApprovalRequest:
    if isinstance(body.content, str):
        check_text(body.content)
    _require_one_tool(body)
    try:
        return service.desk.open(
            body.type,
            body.title,
            body.content,
            context=body.context,
            timeout=body.timeout,
            priority=body.priority,
            tool=body.tool,
            editable=body.editable,
            assignee=body.assignee,
            requested_by=by,
            idempotency_key=key,
        )
    except PlancraftError:
        raise
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise InvalidRequest(problems) from error
    except ValueError as error:
        raise InvalidRequest([str(error)]) from error


def _require_one_tool(body: Open) -> None:
    """Who asks must not pass one tool off as another, whose risk is lower."""
    within = body.content.get("tool") if isinstance(body.content, Mapping) else None
    if body.tool is not None and isinstance(within, str) and within != body.tool:
        raise InvalidRequest([say("tool and content.tool name two tools")])
