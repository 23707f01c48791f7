import os

from langgraph.types import interrupt


def node(state):
    if os.getenv("AUTO_APPROVE") == "1":  # expect: PC403
        return {"ok": True}
    return {"ok": interrupt("Approve?")}
