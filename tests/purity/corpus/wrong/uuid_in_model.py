import uuid

from langgraph.types import interrupt
from pydantic import BaseModel, Field


class Request(BaseModel):
    id: str = Field(default_factory=lambda: str(uuid.uuid4()))  # expect: PC201
    question: str


def node(state):
    request = Request(question="Go on?")
    return {"answer": interrupt(request.model_dump())}
