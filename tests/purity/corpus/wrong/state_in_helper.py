from langgraph.types import interrupt

def normalise(items):
    items.sort(key=lambda x: x["n"])

def node(state):
    normalise(state["items"])  # expect: PC501
    return {"ok": interrupt(state["items"])}
