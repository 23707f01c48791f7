"""Research by the agent that is served beside the inbox, where one is."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from plancraft.access import Identity, Permission
from plancraft.server.asking import Gate, Served
from plancraft.server.routes.bodies import ANSWERS
from plancraft.server.strictness import StrictRoute

__all__ = ["router"]

router = APIRouter(prefix="/api/research", route_class=StrictRoute, tags=["research"])
Commissioner = Annotated[Identity, Depends(Gate(Permission.TASK))]


class Start(BaseModel):
    """A question to research. Messages about it come in its language, unless one is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str = Field(min_length=1, max_length=10_000)
    language: Literal["en", "ko"] | None = None


class Started(BaseModel):
    """The task that was begun: an A2A task, of which the agent tells under `/a2a`."""

    task_id: str


@router.post("/start", status_code=202, responses=ANSWERS)
async def start(body: Start, identity: Commissioner, service: Served) -> Started:
    """Begin a research. It asks its reviewers by itself, and goes on after each decision."""
    assert service.research is not None
    return Started(task_id=await service.research(identity, body.query, body.language))
