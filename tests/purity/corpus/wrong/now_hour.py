import datetime
from langgraph.types import interrupt

def node(state):
    hour = datetime.datetime.now().hour
    if 9 <= hour < 17:  # expect: PC403
        return {"ok": interrupt("Approve?")}
    return {"ok": False}
