from langgraph.types import interrupt
from .tasks import render

def node(state):
    render.delay(state["id"])  # expect: PC101
    return {"ok": interrupt("Approve?")}
