"""How the process is, and what it counts. For anybody."""

from fastapi import APIRouter
from starlette.responses import Response

from plancraft.server.asking import Served, public
from plancraft.server.metrics import CONTENT_TYPE
from plancraft.server.routes.bodies import ANSWERS

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get("/healthz")
@public
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: ANSWERS[503]})
@public
async def readyz(service: Served) -> dict[str, str]:
    """The store answers."""
    await service.call(service.store.head)
    return {"status": "ready"}


@router.get("/metrics", response_class=Response)
@public
async def metrics(service: Served) -> Response:
    """What Prometheus reads."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE)
