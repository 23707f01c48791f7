from pydantic import BaseModel, ValidationError
from langgraph.types import interrupt

class Plan(BaseModel):
    title: str

def node(state):
    try:
        plan = Plan.model_validate(state["plan"])
    except ValidationError as e:
        return {"error": str(e)}
    return {"ok": interrupt(plan.model_dump(mode="json"))}
