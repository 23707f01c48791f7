from langgraph.config import get_config
from langgraph.types import interrupt

def node(state):
    thread = get_config()["configurable"]["thread_id"]
    return {"ok": interrupt({"thread": thread})}
