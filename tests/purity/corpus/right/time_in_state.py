from langgraph.types import interrupt

def stamp(state):
    import time
    return {"asked_at": time.time()}

def node(state):
    return {"a": interrupt({"asked_at": state["asked_at"]})}
