import threading
from langgraph.types import interrupt

lock = threading.Lock()

def node(state):
    with lock:
        text = state["q"].title()
    return {"a": interrupt(text)}
