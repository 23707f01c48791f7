from pydantic import BaseModel
from langgraph.types import interrupt


class Plan(BaseModel):
    title: str
    status: str = "draft"


def node(state: Plan):
    waiting = state.model_copy(update={"status": "waiting"})
    answer = interrupt(waiting.model_dump())
    return {"status": answer}
