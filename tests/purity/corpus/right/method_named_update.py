import hashlib
from langgraph.types import interrupt

def node(state):
    h = hashlib.sha256()
    h.update(state["text"].encode())
    return {"a": interrupt(h.hexdigest())}
